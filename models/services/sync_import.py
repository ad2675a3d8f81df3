"""Taking batch files in: what one would do, and doing it in one transaction."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, insert, select

from models.errors import BatchRefused
from models.records.operation import Batch
from models.services import partners, refused_files
from models.services.audit_anchors import IN_BATCH
from models.services.book import Book, changed
from models.services.conflicts import Conflicts
from models.services.doubles_arrived import note_arrivals
from models.services.merging import Merging
from models.services.rights import Rights
from models.services.search_index import MANY_FILES, catch_up, wait_for_keys
from models.services.sync_device import begin_anew
from models.services.sync_steps import Cancelled, Progress, Steps, Stopped
from models.services.views import BatchPreview, Changed
from models.store import chains, down, down_got, importing, sealed_files
from models.store.built_on import bring_back
from models.store.many import without_pauses
from models.store.rows import table_of
from models.sync import batch as batches
from models.sync.envelope import MAX_FILE_BYTES, Reader
from models.sync.files import read_limited
from models.texts import _, ngettext

_BATCH = table_of(Batch)
_MOST_DEVICES = 100  # whose changes a file brought, kept for receipts


def preview(book: Book, path: Path) -> BatchPreview:
    """What a batch file would do; nothing is written. Raises BatchRefused, CannotRead."""
    data = read_limited(path, MAX_FILE_BYTES)
    with book.reading_whole() as connection:
        batch = read(connection, data, partners.reader(connection))
        planned = plan(connection, batch)
        sender = partners.addressee(connection, batch.header.sender)
        stream = batch.manifest.down  # its chains have gaps by design
        missing = chains.missing_before(connection, planned.new) if planned.new and stream is None else 0
        early = stream is not None and down_got.comes_too_early(connection, sender.id, stream)
    shown = BatchPreview(
        id=batch.header.sha,
        sender=sender.name,
        made_at=batch.header.made_at,
        operations=batch.manifest.count,
        new=len(planned.new),
        already_here=planned.known,
        residents=len(planned.residents),
        households=len(planned.households),
        visits=planned.count("visit"),
        conflicts=planned.new_conflicts,
        missing_before=missing,
    )
    return BatchPreview(**{**vars(shown), "lines": tuple(_preview_lines(shown, early=early))})


def apply(book: Book, path: Path, progress: Progress | None = None, cancelled: Cancelled | None = None) -> Changed:
    """Import a batch file in one transaction; importing it again changes nothing.

    Returns an empty Changed where the worker cancelled. Raises BatchRefused, CannotRead, DiskFull.
    """
    with without_pauses():
        done = _apply(book, path, progress, cancelled)
    catch_up(book, at_least=MANY_FILES if book.keys_wait else 1)  # now that the file's operations take no memory
    return done


def read(connection: Connection, data: bytes, reader: Reader) -> batches.Batch:
    """Read a batch file; quickly where it was applied before. Raises BatchRefused."""
    return batches.read_batch(data, reader, lambda sha: _was_applied(connection, sha))


def plan(connection: Connection, batch: batches.Batch) -> importing.Plan:
    """What applying a batch would do; nothing, where this very file was applied before."""
    if batch.is_known or _was_applied(connection, batch.header.sha):
        return importing.nothing_new(batch.manifest.count)
    return importing.plan(connection, batch.operations)


def _was_applied(connection: Connection, sha: str) -> bool:
    here = (_BATCH.c.id == sha, _BATCH.c.direction == "in", _BATCH.c.status == "applied")
    return connection.execute(select(_BATCH.c.id).where(*here)).first() is not None


def _apply(book: Book, path: Path, progress: Progress | None, cancelled: Cancelled | None) -> Changed:
    data = read_limited(path, MAX_FILE_BYTES)
    with book.reading_whole() as connection:
        reader = partners.reader(connection)

    def is_known(sha: str) -> bool:
        with book.reading_whole() as connection:
            return _was_applied(connection, sha)

    try:
        batch = batches.read_batch(data, reader, is_known)
    except BatchRefused as refusal:
        refused_files.journal(book, "batch", data, reader, str(refusal.facts["reason"]))
        raise
    count = batch.manifest.count
    steps = Steps(progress, cancelled, count)
    try:
        with book.verb("sync.apply") as work:
            steps.at(0)
            if batch.is_known and not _was_applied(work.connection, batch.header.sha):
                batch = batches.read_batch(data, reader)  # the records were put back from a backup in this very moment
            planned = plan(work.connection, batch)
            steps.at(count // 3)
            residents = importing.apply(work.connection, planned)
            wait_for_keys(book, work, residents, batch.header.sha)
            note_arrivals(work, residents)
            steps.at(count)
            partners.said_to_hold(work.connection, batch.header.sender, batch.manifest.holds, work.now)
            _take_word_of_streams(work.connection, batch, work.now)
            partners.writes_as(work.connection, batch.header.sender, batch.manifest.device)
            _keep_arrival(work.connection, path.name, batch, len(planned.new), work.now)
            work.journal("import", "batch", batch.header.sha, f"{len(planned.new)}/{count}")
            work.entities |= planned.entities
            work.rows |= planned.concerned
            touched = {row: merged.entity for (_district, row), merged in planned.rows.items()}
            blanked = Rights(book).redact(work, touched)  # in the same transaction: never seen, not even after a crash
            work.reindex |= importing.to_find_again(work.connection, bring_back(work, planned))
            done = changed(work, batch.header.sha)
    except Stopped:
        return Changed(frozenset(), frozenset())
    Rights(book).redacted(touched, blanked=blanked)
    begin_anew_if_copied(book, batch.manifest.holds)
    settled = Merging(book).settle()  # under the new device id, where there is one
    Conflicts(book).note_arrivals()
    rows, entities = done.rows | settled.rows, done.entities | settled.entities
    return Changed(entities, rows, done.id, done.ids, done.operations)


def _take_word_of_streams(connection: Connection, batch: batches.Batch, now: int) -> None:
    """What a file says of the stream it belongs to, of the one that goes to its maker, and of what its maker lacks."""
    sender, manifest = batch.header.sender, batch.manifest
    if manifest.down is not None:
        down_got.take(connection, sender, manifest.down, batch.operations, now)
    down.claimed(connection, sender, manifest.got)
    if manifest.wants is not None:
        sealed_files.wanted_by(connection, sender, manifest.wants)


def begin_anew_if_copied(book: Book, holds: batches.Tips) -> None:
    """A casebook that others know more of than itself was restored or copied: it goes on under a new device id."""
    with book.reading_whole() as connection:  # nearly always it is not: then nobody has to wait for it
        if not chains.overtaken(connection, holds):
            return
    with book.writing() as connection:
        if chains.overtaken(connection, holds):
            begin_anew(connection)


def _keep_arrival(connection: Connection, file_name: str, batch: batches.Batch, new: int, now: int) -> None:
    """One entry for a file, however often it is imported."""
    header = batch.header
    if connection.execute(select(_BATCH.c.id).where(_BATCH.c.id == header.sha)).first() is None:
        detail = {
            "export": header.batch,
            "part": header.part,
            "of": header.of,
            "made_at": header.made_at,
            "devices": sorted({batch.manifest.device, *(one["device"] for one in batch.operations)})[:_MOST_DEVICES],
            "new": new,
            "newest_at": max((operation["at"] for operation in batch.operations), default=0),
            **({IN_BATCH: batch.manifest.audit} if batch.manifest.audit else {}),
        }
        row = {
            "id": header.sha,
            "direction": "in",
            "file_name": file_name,
            "peer": header.sender,
            "count": len(batch.operations),
            "last_seq": batch.manifest.last,
            "status": "applied",
            "detail": detail,
            "at": now,
        }
        connection.execute(insert(_BATCH), row)


def _preview_lines(shown: BatchPreview, *, early: bool) -> Iterator[str]:
    yield ngettext("{n} new change", "{n} new changes", shown.new).format(n=shown.new)
    if shown.already_here:
        text = ngettext("{n} change is already here", "{n} changes are already here", shown.already_here)
        yield text.format(n=shown.already_here)
    yield ngettext("about {n} resident", "about {n} residents", shown.residents).format(n=shown.residents)
    yield ngettext("in {n} household", "in {n} households", shown.households).format(n=shown.households)
    yield ngettext("with {n} visit", "with {n} visits", shown.visits).format(n=shown.visits)
    if shown.conflicts:
        text = ngettext(
            "{n} field was changed on both sides; both versions are kept until somebody chooses",
            "{n} fields were changed on both sides; both versions are kept until somebody chooses",
            shown.conflicts,
        )
        yield text.format(n=shown.conflicts)
    if shown.missing_before:
        text = ngettext(
            "{n} earlier change has not arrived yet; it may come later in any order",
            "{n} earlier changes have not arrived yet; they may come later in any order",
            shown.missing_before,
        )
        yield text.format(n=shown.missing_before)
    if early:
        yield _(
            "files of the office that come before this one are missing; it sends them again after your next receipt"
        )
