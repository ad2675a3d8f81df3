"""Writing the stream of scoped records to a partner: the news of its communities, as files that lead on one to another.

The stream is entered into the casebook before the first file is written, so that a file can never be at a partner that
this casebook knows nothing of. Files that lie whole in the folder already are led on from, and not written again.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from models.errors import BatchRefused, CannotRead
from models.records.operation import Batch
from models.services import sync_writing
from models.services.book import Book
from models.services.inbox_reading import look_into
from models.services.partners import Partner
from models.services.sync_steps import Cancelled, Progress, Steps, Stopped
from models.services.sync_writing import Sent
from models.store import down
from models.store.chains import Reference
from models.store.rows import table_of
from models.store.work import read_meta, write_meta
from models.sync.envelope import MAX_FILE_BYTES, whole
from models.sync.files import read_limited
from models.sync.stream import Point
from models.values import new_id

_BATCH = table_of(Batch)


def ahead(
    connection: Connection, partner: Partner, folder: Path | None
) -> tuple[dict[int, Path], list[Reference], list[Reference]]:
    """What an export would write: the files that lie whole in the folder, what is in none of them, and all."""
    every = down.waiting(connection, partner.id, partner.scope, partner.holds).references
    if folder is None:
        return {}, every, every
    kept, since = _on_the_way(connection, partner, folder)
    if since is None:
        return {}, every, every
    rest = down.waiting(connection, partner.id, partner.scope, partner.holds, since).references
    return dict(enumerate(kept, 1)), rest, every


def send(
    book: Book, folder: Path, partner: Partner, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> Sent:
    """Write what a partner lacks of its scope; a file that brings nothing but word of what left it is written too.

    Raises CannotWrite, DiskFull.
    """
    with book.verb("sync.down") as work:
        kept, since = _on_the_way(work.connection, partner, folder)
        found = down.waiting(work.connection, partner.id, partner.scope, partner.holds, since)
        parts = down.enter(work.connection, partner.id, partner.scope, found, _split, work.now)
        number = int(read_meta(work.connection, "exported").get("no", 0)) + 1
        if parts:
            said = read_meta(work.connection, "exported")
            write_meta(work.connection, "exported", {**said, "no": number, "at": work.now})
            work.journal("export", "batch", partner.id, f"down {len(found.references)}")
    steps = Steps(progress, cancelled, len(found.references))
    files: list[Path] = []
    size = done = 0
    export = new_id()
    with book.reading_whole() as connection:
        pen = sync_writing.pen(book, connection, folder, partner, export=export, number=number)
        with suppress(Stopped):
            for place, part in enumerate(parts, 1):
                steps.at(done)
                path, row, written = pen.write(part.references, place, len(parts), part.down)
                with book.writing() as writing:
                    writing.execute(insert(_BATCH), row)
                files.append(path)
                size += written
                done += len(part.references)
            steps.tell(done)
    return Sent(tuple(files), tuple(kept), done, size, len(found.references) - done)


def _split(references: Sequence[Reference]) -> list[list[Reference]]:
    """Cut into files; within each, a device at a time in its order, which makes the file smaller."""
    return [
        sorted(portion, key=lambda one: (one.device, one.seq, one.id)) for portion in sync_writing.portions(references)
    ]


def _on_the_way(connection: Connection, partner: Partner, folder: Path) -> tuple[list[Path], Point | None]:
    """The files of the stream that lie whole in a folder and lead on from what was confirmed, and where they end."""
    begin = down.resumes_from(connection, partner.id)
    if begin is None:
        return [], None
    epoch, at = begin
    rows = {seen.sha: seen.path for seen in look_into(folder) if seen.kind == "batch" and seen.to == partner.id}
    stretches: list[tuple[Mapping[str, Any], Path]] = []
    ids = sorted(rows)
    for start in range(0, len(ids), 500):
        query = select(_BATCH.c.id, _BATCH.c.detail).where(_BATCH.c.id.in_(ids[start : start + 500]))
        for row in connection.execute(query.where(_BATCH.c.direction == "out", _BATCH.c.peer == partner.id)):
            said = row.detail.get("down")
            if said and said["epoch"] == epoch:
                stretches.append((said, rows[row.id]))
    kept: list[Path] = []
    moved = False
    for said, path in sorted(stretches, key=lambda one: int(one[0]["cursor"][0])):
        if said["since"][0] <= at[0] < said["cursor"][0]:
            with suppress(BatchRefused, CannotRead):
                whole("batch", read_limited(path, MAX_FILE_BYTES))
                kept.append(path)
                at, moved = (int(said["cursor"][0]), str(said["cursor"][1])), True
    return kept, at if moved else None
