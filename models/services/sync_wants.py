"""Which contents of sealed files this casebook lacks: said in the files that it writes, so that they are sent again."""

from sqlalchemy import Connection, select

from models.records.picture import PictureData
from models.store.rows import KEPT, table_of
from models.sync.stream import MAX_WANTS

_PICTURE, _DATA = KEPT["picture"], table_of(PictureData)


def wanted(connection: Connection) -> list[str]:
    """SHA-256 of the pictures of which the record is here and the bytes are not, the newest first."""
    here = (_DATA.c.picture_id == _PICTURE.c.id) & (_DATA.c.part == "full")
    query = (
        select(_PICTURE.c.sha256)
        .outerjoin_from(_PICTURE, _DATA, here)
        .where(_PICTURE.c.dead.is_(False), _PICTURE.c.sha256 != "", _DATA.c.picture_id.is_(None))
        .order_by(_PICTURE.c.at.desc(), _PICTURE.c.id)
    )
    found = dict.fromkeys(connection.execute(query.limit(MAX_WANTS)).scalars())
    return [sha for sha in found if len(sha) == 64]
