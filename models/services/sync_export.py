"""Writing batch files: everything that the other side has not itself said it holds, or the news of its scope.

An export may be stopped, or a stick may fail or be pulled out: the files that are whole by then stay, each of use by
itself. Continued into the same folder it writes only what is not on it yet.
"""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from models.clock import milliseconds
from models.errors import BatchRefused, CannotRead
from models.records.operation import Batch
from models.services import partners
from models.services.book import Book
from models.services.inbox_reading import look_into
from models.services.partners import Partner
from models.services.sync_steps import Cancelled, Progress, Steps, Stopped
from models.store import chains
from models.store.many import without_pauses
from models.store.rows import table_of
from models.store.work import read_meta, write_meta
from models.sync import batch as batches
from models.sync.envelope import MAX_FILE_BYTES, peek, seal, whole
from models.sync.files import NoRoom, free_name, read_limited, write_whole
from models.values import new_id

BATCH_ENDING = ".jmb"
_BATCH = table_of(Batch)
_FILE_CHARACTERS = 8_000_000  # of values in one file, far below what a reader accepts
_BEGUN = "export_begun"  # Meta: the export that was not finished: its id, number and addressee
_SPARE_BYTES = 64 * 1024  # of a stick's own bookkeeping


@dataclass(frozen=True)
class Sent:
    """What an export wrote."""

    files: tuple[Path, ...] = ()  # written and read back now
    kept: tuple[Path, ...] = ()  # of the same export, found whole in the folder
    changes: int = 0  # in the files written now
    size: int = 0  # bytes of these
    left: int = 0  # changes that are in no file yet, because the worker stopped


def export(
    book: Book, folder: Path, progress: Progress | None = None, cancelled: Cancelled | None = None, *, to: str = ""
) -> list[Path]:
    """Like send; returns the whole files of this export in the folder, those of an earlier attempt too."""
    sent = send(book, folder, progress, cancelled, to=to)
    return sorted([*sent.kept, *sent.files])


def send(
    book: Book, folder: Path, progress: Progress | None = None, cancelled: Cancelled | None = None, *, to: str = ""
) -> Sent:
    """Write everything the office has not confirmed into sealed files, at most 2,000 changes each.

    To: the id of a partner; otherwise the office. Each file is read back and compared before it counts. Stopped or
    failed, the whole files stay, and the next call with the same folder and partner writes what is missing.
    Raises NoPartner, CannotWrite, DiskFull.
    """
    written: list[tuple[Path, dict[str, Any], int]] = []
    with book.reading() as connection:
        partner = partners.addressee(connection, to)
        own = read_meta(connection, "device")
        begun = read_meta(connection, _BEGUN)
        kept, rest, references = ahead(connection, partner, folder)
        if not kept:
            number = int(read_meta(connection, "exported").get("no", 0)) + 1
            begun = {"export": new_id(), "no": number, "to": partner.id}
        steps = Steps(progress, cancelled, len(references))
        try:
            for path, row, size in _write_files(book, connection, partner, folder, begun, kept, rest, steps):
                with book.writing() as writing:
                    writing.execute(insert(_BATCH), row)
                    if not written:
                        write_meta(writing, _BEGUN, begun)
                written.append((path, row, size))
        except Stopped:
            pass
    changes = sum(row["count"] for _path, row, _size in written)
    left = len(rest) - changes
    if references and not left:
        with book.verb("sync.export") as work:
            write_meta(work.connection, "exported", {"no": begun["no"], "at": work.now, "seq": int(own["seq"])})
            write_meta(work.connection, _BEGUN, {})
            work.journal("export", "batch", str(begun["export"]), f"{len(references)}")
    return Sent(
        tuple(path for path, _row, _size in written),
        tuple(kept.values()),
        changes,
        sum(size for _path, _row, size in written),
        left,
    )


def ahead(
    connection: Connection, partner: Partner, folder: Path | None
) -> tuple[dict[int, Path], list[chains.Reference], list[chains.Reference]]:
    """What an export would write: the files of it that lie whole in the folder, what is in none of them, and all."""
    every = chains.unacknowledged(connection, partner.holds)
    begun = read_meta(connection, _BEGUN)
    if folder is None or begun.get("to") != partner.id:
        return {}, every, every
    return *_there_already(connection, folder, begun, every), every


def file_count(references: Sequence[chains.Reference]) -> int:
    """How many files these operations need."""
    return sum(1 for _portion in _portions(references))


def size_at_most(references: Sequence[chains.Reference]) -> int:
    """About how many bytes the files have at most; measured: a fifth of the fields' characters, and 600 a file."""
    characters = sum(one.size for one in references)
    return characters * 3 // 10 + 40 * len(references) + 2000 * file_count(references)


def _there_already(
    connection: Connection, folder: Path, begun: Mapping[str, Any], references: Sequence[chains.Reference]
) -> tuple[dict[int, Path], list[chains.Reference]]:
    """The files of an unfinished export that are whole in a folder, by part, and what is in none of them."""
    of_partner = (_BATCH.c.direction == "out", _BATCH.c.peer == begun["to"])
    newest = select(_BATCH.c.id, _BATCH.c.detail).where(*of_partner).order_by(_BATCH.c.at.desc()).limit(2000)
    rows = {row.id: row.detail for row in connection.execute(newest) if row.detail["export"] == begun["export"]}
    kept: dict[int, Path] = {}
    covered: set[tuple[str, str]] = set()
    for seen in look_into(folder):
        detail = rows.get(seen.sha)
        if detail is None or seen.kind != "batch" or detail["part"] in kept:
            continue
        inside = _within(detail.get("spans", {}), references)
        if inside and _ids(inside) == detail.get("ids"):
            with suppress(BatchRefused, CannotRead):
                whole("batch", read_limited(seen.path, MAX_FILE_BYTES))
                kept[int(detail["part"])] = seen.path
                covered |= {(one.district, one.id) for one in inside}
    return kept, [one for one in references if (one.district, one.id) not in covered]


def _within(spans: Mapping[str, Sequence[Any]], references: Sequence[chains.Reference]) -> list[chains.Reference]:
    """The operations between the ends of each device's span, ends included."""
    found = []
    for one in references:
        span = spans.get(one.device)
        if span and (span[0], span[1]) <= (one.seq, one.id) <= (span[2], span[3]):
            found.append(one)
    return found


def _spans(portion: Sequence[chains.Reference]) -> dict[str, list[Any]]:
    """Of each device of a file its first and last operation: [seq, id, seq, id]."""
    spans: dict[str, list[Any]] = {}
    for one in portion:
        spans.setdefault(one.device, [one.seq, one.id, 0, ""])[2:] = [one.seq, one.id]
    return spans


def _ids(portion: Sequence[chains.Reference]) -> str:
    return hashlib.sha256("".join(one.id for one in portion).encode()).hexdigest()


def _write_files(
    book: Book,
    connection: Connection,
    partner: Partner,
    folder: Path,
    begun: Mapping[str, Any],
    kept: Mapping[int, Path],
    references: Sequence[chains.Reference],
    steps: Steps,
) -> Iterator[tuple[Path, dict[str, Any], int]]:
    """Write the files that are missing; yields the path, its entry and its bytes after each. Raises Stopped too."""
    keys, own = read_meta(connection, "device_keys"), read_meta(connection, "device")
    me = partners.own_card(connection, book.office).id
    holds = chains.tips(connection)
    portions = list(_portions(references))
    of = len(kept) + len(portions)
    numbers = [part for part in range(1, of + len(kept) + 1) if part not in kept]
    now = milliseconds(book.clock)
    done = steps.total - len(references)
    for part, portion in zip(numbers, portions, strict=False):
        steps.at(done)
        with without_pauses():
            operations = chains.operations_of(connection, portion)
            lines = batches.write_lines(operations, device=own["id"], office=book.office.code, holds=holds)
        data = seal(
            "batch",
            lines,
            sender=me,
            sign_secret=keys["sign_secret"],
            to=partner.id,
            recipient=partner.seal_key,
            batch=str(begun["export"]),
            made_at=now,
            part=part,
            of=max(of, part),
        )
        _need_room(folder, len(data))
        path = free_name(folder, f"jinmen-{me[:8]}-{begun['no']:04d}-part{part:02d}of{of:02d}", BATCH_ENDING)
        write_whole(path, data)
        tops = {one.device: [one.seq, one.id] for one in portion}
        detail = {"export": begun["export"], "part": part, "of": of, "tops": tops}
        row = {
            "id": peek("batch", data).sha,
            "direction": "out",
            "file_name": path.name,
            "peer": partner.id,
            "count": len(portion),
            "last_seq": tops.get(own["id"], [0])[0],
            "status": "written",
            "detail": detail | {"spans": _spans(portion), "ids": _ids(portion)},
            "at": now,
        }
        done += len(portion)
        yield path, row, len(data)
    steps.tell(done)


def _need_room(folder: Path, size: int) -> None:
    """Whether a file fits, before it is begun. Raises NoRoom."""
    with suppress(OSError):  # where it cannot be asked, the writing itself tells
        free = shutil.disk_usage(folder).free
        if free < size + _SPARE_BYTES:
            raise NoRoom(needed=size + _SPARE_BYTES, free=free)


def _portions(references: Sequence[chains.Reference]) -> Iterator[list[chains.Reference]]:
    """What goes into one file each."""
    portion: list[chains.Reference] = []
    size = 0
    for one in references:
        if portion and (len(portion) == batches.MAX_OPERATIONS or size + one.size > _FILE_CHARACTERS):
            yield portion
            portion, size = [], 0
        portion.append(one)
        size += one.size
    if portion:
        yield portion
