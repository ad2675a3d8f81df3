"""The bytes of pictures: beside the kept tables, sealed with everything else in the one file.

They are in no operation and in no batch: a photo would make every exchange a hundred times as large, and what is in the
log can never be destroyed. What the log holds of a picture is its SHA-256. To other devices the bytes go in sealed
files of their own, named by that hash (models.services.sync_files); here it is the same whether they were taken here
or came from elsewhere.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from models.records.picture import PictureData
from models.store.rows import KEPT, table_of

DATA = table_of(PictureData)
FULL, THUMB = "full", "thumb"
_PICTURE = KEPT["picture"]
_SOME = 500


def put(connection: Connection, picture_id: str, full: bytes, thumb: bytes) -> None:
    """Keep the bytes of a picture, in the transaction that writes its row."""
    rows = [{"picture_id": picture_id, "part": part, "data": data} for part, data in ((FULL, full), (THUMB, thumb))]
    connection.execute(insert(DATA), rows)


def get(connection: Connection, picture_id: str, part: str) -> bytes | None:
    """One part of a picture; None where its bytes are not on this device."""
    found = connection.execute(select(DATA.c.data).where(DATA.c.picture_id == picture_id, DATA.c.part == part)).scalar()
    return None if found is None else bytes(found)


def destroy(connection: Connection, picture_ids: Iterable[str]) -> int:
    """Destroy the bytes of pictures for good; returns how many pictures had any.

    For the sweep and for an erasure. The file is opened with secure_delete, so the pages are overwritten.
    """
    gone, ids = 0, sorted(set(picture_ids))
    for start in range(0, len(ids), _SOME):
        some = DATA.c.picture_id.in_(ids[start : start + _SOME])
        gone += connection.execute(delete(DATA).where(some, DATA.c.part == FULL)).rowcount
        connection.execute(delete(DATA).where(some))
    return gone


def unwanted(connection: Connection) -> tuple[list[str], list[str]]:
    """Ids of pictures with bytes here that are removed, and of those whose row is gone altogether."""
    here = select(DATA.c.picture_id, _PICTURE.c.dead).where(DATA.c.part == FULL)
    rows = connection.execute(here.outerjoin_from(DATA, _PICTURE, _PICTURE.c.id == DATA.c.picture_id)).all()
    return [id_ for id_, dead in rows if dead], [id_ for id_, dead in rows if dead is None]
