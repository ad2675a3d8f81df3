"""Which sealed files went to a partner and came from one: what it confirmed, what it says it lacks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select, update

from models.records.operation import Operation, SealedFile
from models.records.picture import PictureData
from models.records.stream import SentDown
from models.store.many import portions, put_rows
from models.store.rows import KEPT, table_of
from models.sync.stream import MAX_FILES

FILES = table_of(SealedFile)
_PICTURE, _DATA = KEPT["picture"], table_of(PictureData)
_OPERATION, _SENT = table_of(Operation), table_of(SentDown)
_DONE = "acknowledged"


@dataclass(frozen=True)
class Wanting:
    """A picture whose bytes a partner is not known to have."""

    sha: str
    pictures: tuple[str, ...]  # ids of the records
    size: int


def pictures_for(connection: Connection, peer: str, *, scoped: bool) -> list[Wanting]:
    """The pictures of which a partner gets the record and has not confirmed the bytes, the newest first.

    Removed and erased pictures are never among them.
    """
    out = (FILES.c.peer == peer) & (FILES.c.direction == "out") & (FILES.c.sha == _PICTURE.c.sha256)
    came = select(FILES.c.sha).where(FILES.c.peer == peer, FILES.c.direction == "in")
    query = (
        select(_PICTURE.c.sha256, _PICTURE.c.id, _PICTURE.c.size)
        .join_from(_PICTURE, _DATA, (_DATA.c.picture_id == _PICTURE.c.id) & (_DATA.c.part == "full"))
        .outerjoin(FILES, out)
        .where(_PICTURE.c.dead.is_(False), _PICTURE.c.sha256 != "")
        .where(or_(FILES.c.status.is_(None), FILES.c.status != _DONE))
        .order_by(_PICTURE.c.at.desc(), _PICTURE.c.id)
    )
    lacks = FILES.c.status == "wanted"
    if scoped:
        in_stream = (
            select(_SENT.c.arrival)
            .join_from(_OPERATION, _SENT, _SENT.c.arrival == _OPERATION.c.arrival)
            .where(_OPERATION.c.row == _PICTURE.c.id, _SENT.c.peer == peer)
        )
        query = query.where(or_(lacks, in_stream.exists()))
    query = query.where(or_(lacks, _PICTURE.c.sha256.not_in(came)))
    found: dict[str, Wanting] = {}
    for sha, picture, size in connection.execute(query).all():
        before = found.get(sha)
        found[sha] = Wanting(sha, (*(before.pictures if before else ()), picture), size)
    return list(found.values())


def confirmed(connection: Connection, peer: str, sha: str) -> bool:
    """Whether a partner confirmed a content that was sent to it."""
    return status_of(connection, peer, "out", sha) == _DONE


def status_of(connection: Connection, peer: str, direction: str, sha: str) -> str:
    """How a sealed file stands; empty where it neither went nor came."""
    here = (FILES.c.peer == peer, FILES.c.direction == direction, FILES.c.sha == sha)
    return str(connection.execute(select(FILES.c.status).where(*here)).scalar() or "")


def note(connection: Connection, *rows: dict[str, Any]) -> None:
    """Keep entries of sealed files, each in the place of an earlier one of the same content."""
    put_rows(connection, FILES, [{"content": b"", **row} for row in rows])


def confirmed_by(connection: Connection, peer: str, shas: Iterable[str]) -> int:
    """Mark what a partner says has arrived; returns how many contents were not confirmed before."""
    count = 0
    for some in portions(shas):
        here = (FILES.c.peer == peer, FILES.c.direction == "out", FILES.c.sha.in_(some), FILES.c.status != _DONE)
        count += connection.execute(update(FILES).where(*here).values(status=_DONE)).rowcount
    return count


def wanted_by(connection: Connection, peer: str, shas: Iterable[str]) -> None:
    """Keep what a partner says it lacks, though it may have confirmed it once: it was put back from a backup, say."""
    for some in portions(shas):
        out = (FILES.c.peer == peer, FILES.c.direction == "out", FILES.c.sha.in_(some))
        known = set(connection.execute(select(FILES.c.sha).where(*out)).scalars())
        connection.execute(update(FILES).where(*out).values(status="wanted"))
        here = select(_PICTURE.c.sha256, _PICTURE.c.id, _PICTURE.c.size).join_from(
            _PICTURE, _DATA, (_DATA.c.picture_id == _PICTURE.c.id) & (_DATA.c.part == "full")
        )
        fresh: dict[str, dict[str, Any]] = {}
        for sha, picture, size in connection.execute(here.where(_PICTURE.c.sha256.in_(some))).all():
            if sha not in known and sha not in fresh:
                row = {"peer": peer, "direction": "out", "sha": sha, "kind": "picture", "subject": picture}
                fresh[sha] = {**row, "size": size, "status": "wanted", "file_name": "", "at": 0}
        note(connection, *fresh.values())


def arrived_from(connection: Connection, peer: str) -> list[str]:
    """The contents that came from a partner and are here, the newest first: for a receipt."""
    here = (FILES.c.peer == peer, FILES.c.direction == "in")
    query = select(FILES.c.sha).where(*here).order_by(FILES.c.at.desc(), FILES.c.sha).limit(MAX_FILES)
    return list(connection.execute(query).scalars())
