"""Files that were refused: kept aside as they came, sealed, with the reason, until somebody settles the matter."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from sqlalchemy import Connection, delete, insert, select, update

from models.clock import milliseconds
from models.errors import BatchRefused, NotFound, Problem
from models.records.operation import Batch, Peer
from models.services.book import Book
from models.services.inbox_views import Refused
from models.store.rows import table_of
from models.sync.envelope import MAX_FILE_BYTES, Header, Kind, Reader, peek
from models.sync.files import write_whole

FOLDER = "refused"
MOST_KEPT = 200  # copies; of older ones only the line in the list stays
_BATCH, _PEER = table_of(Batch), table_of(Peer)
_PREFIX = 16  # hex digits in front of the name of a copy
_REFUSED = (_BATCH.c.direction == "in", _BATCH.c.status == "refused")


@dataclass(frozen=True)
class Known:
    """What tells a refused file from others at a glance."""

    size: int  # bytes
    reason: str


def known(connection: Connection) -> dict[str, Known]:
    """The refused files by the SHA-256 of all their bytes."""
    found = connection.execute(select(_BATCH.c.id, _BATCH.c.detail).where(*_REFUSED))
    return {row.id: Known(int(row.detail.get("size", 0)), str(row.detail.get("reason", ""))) for row in found}


def keep(book: Book, path: Path, data: bytes, reason: str) -> Refused:
    """Note a refusal and keep a copy of the file; the file itself stays where it is. Raises DiskFull, CannotWrite."""
    identity = hashlib.sha256(data).hexdigest()
    header = _header(data)
    place = _folder(book)
    again = path.parent == place  # the copy was tried again
    name = path.name if again else f"{identity[:_PREFIX]}-{path.name[-80:]}"
    if len(data) <= MAX_FILE_BYTES and not (place / name).exists():
        with suppress(Problem):  # without a copy the line in the list still says what happened
            place.mkdir(parents=True, exist_ok=True)
            write_whole(place / name, data)
    now = milliseconds(book.clock)
    detail: dict[str, Any] = {"reason": reason, "size": len(data), "kept": name}
    if header is not None:
        detail |= {"made_at": header.made_at, "part": header.part, "of": header.of, "to": header.to}
    row = {
        "direction": "in",
        "file_name": path.name[_PREFIX + 1 :] if again else path.name[-200:],
        "peer": header.sender[:36] if header is not None else "",
        "count": 0,
        "last_seq": 0,
        "status": "refused",
        "detail": detail,
        "at": now,
    }
    with book.writing() as connection:
        if connection.execute(update(_BATCH).where(_BATCH.c.id == identity, *_REFUSED).values(**row)).rowcount == 0:
            connection.execute(insert(_BATCH).values(id=identity, **row))
        names = _names(connection)
    _thin(place)
    return _view(book, {"id": identity, **row}, names)


def journal(book: Book, kind: Kind, data: bytes, reader: Reader, reason: str) -> None:
    """Journal the refusal of a file of a known sender, so that it can be asked for again."""
    with suppress(BatchRefused):
        header = peek(kind, data)
        if reader.sign_key_of(header.sender) is not None:
            with book.verb("sync.refuse") as work:
                work.journal("import", kind, header.sha[:64], f"refused {reason}")


def settled(book: Book, data: bytes) -> None:
    """A file was taken in after all: take it off the list, where it is on it."""
    identity = hashlib.sha256(data).hexdigest()
    with book.reading_whole() as connection:
        if connection.execute(select(_BATCH.c.id).where(_BATCH.c.id == identity, *_REFUSED)).first() is None:
            return
    with suppress(NotFound):
        forget(book, identity)


def all_kept(book: Book) -> list[Refused]:
    """The refused files, the latest first."""
    with book.reading_whole() as connection:
        rows = connection.execute(select(_BATCH).where(*_REFUSED).order_by(_BATCH.c.at.desc(), _BATCH.c.id)).mappings()
        found = [dict(row) for row in rows]
        names = _names(connection)
    return [_view(book, row, names) for row in found]


def kept_path(book: Book, refused_id: str) -> Path:
    """Where the copy of a refused file lies. Raises NotFound."""
    with book.reading_whole() as connection:
        detail = connection.execute(select(_BATCH.c.detail).where(_BATCH.c.id == refused_id, *_REFUSED)).scalar()
    place = _place(book, detail or {})
    if place is None:
        raise NotFound
    return place


def forget(book: Book, refused_id: str) -> None:
    """Take a file off the list and delete its copy here. Raises NotFound where it is not on the list."""
    with book.writing() as connection:
        detail = connection.execute(select(_BATCH.c.detail).where(_BATCH.c.id == refused_id, *_REFUSED)).scalar()
        if detail is None:
            raise NotFound
        connection.execute(delete(_BATCH).where(_BATCH.c.id == refused_id, *_REFUSED))
    place = _place(book, detail)
    if place is not None:
        with suppress(OSError):
            place.unlink()


def _names(connection: Connection) -> dict[str, str]:
    """Those whose cards were ever taken in, the lost and the revoked too."""
    return {row.id: row.name for row in connection.execute(select(_PEER.c.id, _PEER.c.name))}


def _folder(book: Book) -> Path:
    return book.folder / FOLDER


def _place(book: Book, detail: Mapping[str, Any]) -> Path | None:
    name = str(detail.get("kept", ""))
    place = _folder(book) / Path(name).name
    return place if name and place.is_file() else None


def _view(book: Book, row: Mapping[str, Any], names: Mapping[str, str]) -> Refused:
    detail = row["detail"]
    return Refused(
        id=row["id"],
        file_name=row["file_name"],
        reason=str(detail.get("reason", "damaged")),
        sender=names.get(row["peer"], ""),
        sender_known=row["peer"] in names,
        at=row["at"],
        made_at=int(detail.get("made_at", 0)),
        part=int(detail.get("part", 1)),
        of=int(detail.get("of", 1)),
        kept=_place(book, detail),
    )


def _header(data: bytes) -> Header | None:
    """What the file says of itself, which may be a lie."""
    for kind in get_args(Kind):
        with suppress(BatchRefused):
            return peek(kind, data)
    return None


def _thin(folder: Path) -> None:
    with suppress(OSError):
        copies = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in copies[MOST_KEPT:]:
            path.unlink(missing_ok=True)
