"""One batch file written: sealed for its addressee, read back, and its entry in the list of files."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from models.clock import milliseconds
from models.services import audit_anchors, partners
from models.services.book import Book
from models.services.partners import Partner
from models.services.sync_wants import wanted
from models.store import chains, down_got
from models.store.chains import Reference
from models.store.many import without_pauses
from models.store.work import read_meta
from models.sync import batch as batches
from models.sync.envelope import peek, seal
from models.sync.files import NoRoom, free_name, write_whole
from models.sync.stream import Down

BATCH_ENDING = ".jmb"
_FILE_CHARACTERS = 8_000_000  # of values in one file, far below what a reader accepts
_SPARE_BYTES = 64 * 1024  # of a stick's own bookkeeping


@dataclass(frozen=True)
class Sent:
    """What an export wrote."""

    files: tuple[Path, ...] = ()  # written and read back now
    kept: tuple[Path, ...] = ()  # of the same export, found whole in the folder
    changes: int = 0  # in the files written now
    size: int = 0  # bytes of these
    left: int = 0  # changes that are in no file yet, because the worker stopped
    beside: tuple[Path, ...] = ()  # sealed files written now
    pictures: int = 0  # among these
    others: int = 0  # sets of rules and lists of those who belong, among these

    @property
    def whole(self) -> list[Path]:
        """The whole files of this export in the folder: batches in their order, then sealed files."""
        return [*sorted([*self.kept, *self.files]), *self.beside]


@dataclass(frozen=True)
class Pen:
    """Everything that the files of one export have in common."""

    connection: Connection = field(repr=False)
    folder: Path
    partner: Partner
    me: str  # key id
    keys: Mapping[str, Any] = field(repr=False)
    device: str
    office: str
    holds: batches.Tips = field(repr=False)
    export: str
    number: int
    now: int

    def write(
        self, references: Sequence[Reference], part: int, of: int, down: Down | None = None
    ) -> tuple[Path, dict[str, Any], int]:
        """Write one file; returns its path, its entry and its bytes. Raises NoRoom, CannotWrite, DiskFull."""
        place = audit_anchors.said_in_batch(self.connection)
        with without_pauses():
            operations = chains.operations_of(self.connection, references)
            lines = batches.write_lines(
                operations,
                device=self.device,
                office=self.office,
                holds=self.holds,
                down=down,
                got=down_got.got(self.connection, self.partner.id),
                wants=wanted(self.connection) if part == 1 else None,
                audit=place,
            )
        data = seal(
            "batch",
            lines,
            sender=self.me,
            sign_secret=self.keys["sign_secret"],
            to=self.partner.id,
            recipient=self.partner.seal_key,
            batch=self.export,
            made_at=self.now,
            part=part,
            of=max(of, part),
        )
        need_room(self.folder, len(data))
        path = free_name(self.folder, f"jinmen-{self.me[:8]}-{self.number:04d}-part{part:02d}of{of:02d}", BATCH_ENDING)
        write_whole(path, data)
        tops = {one.device: [one.seq, one.id] for one in references}
        detail: dict[str, Any] = {"export": self.export, "part": part, "of": of, "tops": tops}
        detail |= {"spans": spans(references), "ids": ids_of(references)}
        if down is not None:
            detail["down"] = {"epoch": down.epoch, "since": list(down.since), "cursor": list(down.cursor)}
        elif loose := chains.loose(self.connection, references):
            detail["loose"] = loose
        if place is not None:
            detail[audit_anchors.IN_BATCH] = place
        row = {
            "id": peek("batch", data).sha,
            "direction": "out",
            "file_name": path.name,
            "peer": self.partner.id,
            "count": len(references),
            "last_seq": tops.get(self.device, [0])[0],
            "status": "written",
            "detail": detail,
            "at": self.now,
        }
        return path, row, len(data)


def pen(book: Book, connection: Connection, folder: Path, partner: Partner, *, export: str, number: int) -> Pen:
    """What is needed to write the files of an export."""
    return Pen(
        connection,
        folder,
        partner,
        partners.own_id(connection),
        read_meta(connection, "device_keys"),
        str(read_meta(connection, "device")["id"]),
        book.office.code,
        chains.tips(connection),
        export,
        number,
        milliseconds(book.clock),
    )


def portions(references: Sequence[Reference]) -> Iterator[list[Reference]]:
    """What goes into one file each."""
    portion: list[Reference] = []
    size = 0
    for one in references:
        if portion and (len(portion) == batches.MAX_OPERATIONS or size + one.size > _FILE_CHARACTERS):
            yield portion
            portion, size = [], 0
        portion.append(one)
        size += one.size
    if portion:
        yield portion


def spans(portion: Sequence[Reference]) -> dict[str, list[Any]]:
    """Of each device of a file its first and last operation: [seq, id, seq, id]."""
    found: dict[str, list[Any]] = {}
    for one in portion:
        found.setdefault(one.device, [one.seq, one.id, 0, ""])[2:] = [one.seq, one.id]
    return found


def ids_of(portion: Sequence[Reference]) -> str:
    """SHA-256, hex, over the ids of the operations of a file in their order."""
    return hashlib.sha256("".join(one.id for one in portion).encode()).hexdigest()


def need_room(folder: Path, size: int) -> None:
    """Whether a file fits, before it is begun. Raises NoRoom."""
    with suppress(OSError):  # where it cannot be asked, the writing itself tells
        free = shutil.disk_usage(folder).free
        if free < size + _SPARE_BYTES:
            raise NoRoom(needed=size + _SPARE_BYTES, free=free)
