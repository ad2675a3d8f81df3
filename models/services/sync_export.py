"""Writing batch files: everything that the other side has not itself said it holds, or the news of its scope."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from models.clock import milliseconds
from models.records.operation import Batch
from models.services import partners
from models.services.book import Book
from models.services.partners import Partner
from models.services.sync_steps import Cancelled, Progress, Steps, Stopped
from models.store import chains
from models.store.many import without_pauses
from models.store.rows import table_of
from models.store.work import read_meta, write_meta
from models.sync import batch as batches
from models.sync.envelope import peek, seal
from models.sync.files import free_name, write_whole
from models.values import new_id

BATCH_ENDING = ".jmb"
_BATCH = table_of(Batch)
_FILE_CHARACTERS = 8_000_000  # of values in one file, far below what a reader accepts


def export(
    book: Book, folder: Path, progress: Progress | None = None, cancelled: Cancelled | None = None, *, to: str = ""
) -> list[Path]:
    """Write everything the office has not confirmed into sealed files, at most 2,000 changes each.

    To: the id of a partner; otherwise the office. Returns no file where nothing waits or the worker cancelled; then
    none is left behind. Raises NoPartner, CannotWrite, DiskFull.
    """
    written: list[Path] = []
    try:
        with book.reading() as connection:
            partner = partners.addressee(connection, to)
            own = read_meta(connection, "device")
            number = int(read_meta(connection, "exported").get("no", 0)) + 1
            rows = []
            for path, row in _write_files(book, connection, partner, folder, number, progress, cancelled):
                written.append(path)
                rows.append(row)
        if cancelled and cancelled():
            raise Stopped
        if rows:
            with book.verb("sync.export") as work:
                work.connection.execute(insert(_BATCH), rows)
                said = {"no": number, "at": work.now, "seq": int(own["seq"])}
                write_meta(work.connection, "exported", said)
                work.journal("export", "batch", rows[0]["detail"]["export"], f"{sum(r['count'] for r in rows)}")
    except BaseException as trouble:
        for path in written:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        if isinstance(trouble, Stopped):
            return []
        raise
    return written


def _write_files(
    book: Book,
    connection: Connection,
    partner: Partner,
    folder: Path,
    number: int,
    progress: Progress | None,
    cancelled: Cancelled | None,
) -> Iterator[tuple[Path, dict[str, Any]]]:
    keys, own = read_meta(connection, "device_keys"), read_meta(connection, "device")
    me = partners.own_card(connection, book.office).id
    holds = chains.tips(connection)
    references = chains.unacknowledged(connection, partner.holds)
    portions = list(_portions(references))
    export, now = new_id(), milliseconds(book.clock)
    steps = Steps(progress, cancelled, len(references))
    done = 0
    for part, portion in enumerate(portions, 1):
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
            batch=export,
            made_at=now,
            part=part,
            of=len(portions),
        )
        stem = f"jinmen-{me[:8]}-{number:04d}-part{part:02d}of{len(portions):02d}"
        path = free_name(folder, stem, BATCH_ENDING)
        write_whole(path, data)
        tops = {one.device: [one.seq, one.id] for one in portion}
        yield (
            path,
            {
                "id": peek("batch", data).sha,
                "direction": "out",
                "file_name": path.name,
                "peer": partner.id,
                "count": len(portion),
                "last_seq": tops.get(own["id"], [0])[0],
                "status": "written",
                "detail": {"export": export, "part": part, "of": len(portions), "tops": tops},
                "at": now,
            },
        )
        done += len(portion)
    steps.at(done)


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
