"""Writing batch files: everything that the other side has not itself said it holds, or the news of its scope.

An export may be stopped, or a stick may fail or be pulled out: the files that are whole by then stay, each of use by
itself. Continued into the same folder it writes only what is not on it yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from models.errors import BatchRefused, CannotRead
from models.records.operation import Batch
from models.services import partners, sync_down, sync_writing
from models.services.book import Book
from models.services.inbox_reading import look_into
from models.services.partners import Partner
from models.services.sync_steps import Cancelled, Progress, Steps, Stopped
from models.services.sync_writing import Sent, ids_of, portions
from models.store import chains, down_got
from models.store.rows import table_of
from models.store.work import read_meta, write_meta
from models.sync.envelope import MAX_FILE_BYTES, whole
from models.sync.files import read_limited
from models.values import new_id

_BATCH = table_of(Batch)
_BEGUN = "export_begun"  # Meta: the export that was not finished: its id, number and addressee


def send(
    book: Book, folder: Path, progress: Progress | None = None, cancelled: Cancelled | None = None, *, to: str = ""
) -> Sent:
    """Write everything the office has not confirmed into sealed files, at most 2,000 changes each.

    To: the id of a partner; otherwise the office. Each file is read back and compared before it counts. Stopped or
    failed, the whole files stay, and the next call with the same folder and partner writes what is missing.
    Raises NoPartner, CannotWrite, DiskFull.
    """
    written: list[tuple[Path, dict[str, Any], int]] = []
    with book.reading_whole() as connection:
        partner = partners.addressee(connection, to)
    if partner.scope:
        return sync_down.send(book, folder, partner, progress, cancelled)
    with book.reading_whole() as connection:
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
    if partner.scope:
        return sync_down.ahead(connection, partner, folder)
    every = chains.unacknowledged(connection, partner.holds, partner.id)
    begun = read_meta(connection, _BEGUN)
    if folder is None or begun.get("to") != partner.id:
        return {}, every, every
    return *_there_already(connection, folder, begun, every), every


def file_count(references: Sequence[chains.Reference]) -> int:
    """How many files these operations need."""
    return sum(1 for _portion in portions(references))


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
        if inside and ids_of(inside) == detail.get("ids"):
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
    pen = sync_writing.pen(book, connection, folder, partner, export=str(begun["export"]), number=int(begun["no"]))
    asked = down_got.got(connection, partner.id)
    several = list(portions(references))
    if not several and not kept and asked is not None and asked.anew:
        several = [[]]  # nothing but the wish that the stream begin anew
    of = len(kept) + len(several)
    numbers = [part for part in range(1, of + len(kept) + 1) if part not in kept]
    done = steps.total - len(references)
    for part, portion in zip(numbers, several, strict=False):
        steps.at(done)
        yield pen.write(portion, part, of)
        done += len(portion)
    steps.tell(done)
