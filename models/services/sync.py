"""Sync: changes go to the office in sealed files, its answer comes back, and nothing is lost or counted twice.

What is exported is everything that the other side has not itself said it holds: the changes since the last export, and
those of earlier files that were never confirmed, so that a lost stick loses nothing. Files that arrive twice or in any
order do no harm. models/sync/FORMAT.md describes the files.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from models.clock import milliseconds
from models.errors import BatchRefused, NotFound
from models.records.operation import Batch, Conflict, Head, Operation, Peer
from models.services import partners
from models.services.book import Book, changed
from models.services.merging import Merging
from models.services.partners import Partner, ReceiptValue, TwoVersions, Version
from models.services.rights import Rights
from models.services.views import BatchPreview, BatchView, Changed, SyncStatus
from models.store import chains, importing
from models.store.many import without_pauses
from models.store.rows import KEPT, table_of
from models.store.work import columns_from_wire, read_meta, write_meta
from models.sync import batch as batches
from models.sync import receipt as receipts
from models.sync.card import Card
from models.sync.envelope import MAX_FILE_BYTES, Reader, peek, seal
from models.sync.files import free_name, read_limited, write_whole
from models.texts import ngettext
from models.values import new_id

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

BATCH_ENDING = ".jmb"
RECEIPT_ENDING = ".jmr"
_BATCH, _PEER, _CONFLICT = table_of(Batch), table_of(Peer), table_of(Conflict)
_HEAD, _OPERATION = table_of(Head), table_of(Operation)
_FILE_CHARACTERS = 8_000_000  # of values in one file, far below what a reader accepts
_SHOWN = 100  # batches listed in the status


class Sync:
    """The verbs of exchange with the office, or of the office with its devices."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def status(self) -> SyncStatus:
        """What waits, what went, what came back."""
        with self._book.reading() as connection:
            partner = partners.usual(connection)
            own, exported = read_meta(connection, "device"), read_meta(connection, "exported")
            claims = partner.holds if partner else {}
            newest = select(_BATCH).order_by(_BATCH.c.at.desc(), _BATCH.c.id).limit(_SHOWN)
            shown = ("id", "direction", "file_name", "peer", "count", "status", "at")
            files = connection.execute(newest).mappings().all()
            return SyncStatus(
                device=str(own.get("id", "")),
                office_known=partner is not None,
                office_name=partner.name if partner else "",
                waiting=max(int(own.get("seq", 0)) - int(exported.get("seq", 0)), 0),
                exported_through=max(int(exported.get("seq", 0)), 0),
                acknowledged_through=chains.known_through(connection, claims, str(own.get("id", ""))),
                last_export_at=int(exported.get("at", 0)),
                last_receipt_at=int(read_meta(connection, "receipt").get("at", 0)),
                batches=tuple(BatchView(**{name: file[name] for name in shown}) for file in files),
            )

    def export(
        self, folder: Path, progress: Progress | None = None, cancelled: Cancelled | None = None, *, to: str = ""
    ) -> list[Path]:
        """Write everything the office has not confirmed into sealed files, at most 2,000 changes each.

        To: the id of a partner; otherwise the office. Returns no file where nothing waits or the worker cancelled; then
        none is left behind. Raises NoPartner, CannotWrite, DiskFull.
        """
        written: list[Path] = []
        try:
            with self._book.reading() as connection:
                partner = partners.addressee(connection, to)
                own = read_meta(connection, "device")
                number = int(read_meta(connection, "exported").get("no", 0)) + 1
                rows = []
                for path, row in self._write_files(connection, partner, folder, number, progress, cancelled):
                    written.append(path)
                    rows.append(row)
            if cancelled and cancelled():
                raise _Stopped
            if rows:
                with self._book.verb("sync.export") as work:
                    work.connection.execute(insert(_BATCH), rows)
                    said = {"no": number, "at": work.now, "seq": int(own["seq"])}
                    write_meta(work.connection, "exported", said)
                    work.journal("export", "batch", rows[0]["detail"]["export"], f"{sum(r['count'] for r in rows)}")
        except BaseException as trouble:
            for path in written:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
            if isinstance(trouble, _Stopped):
                return []
            raise
        return written

    def preview(self, path: Path) -> BatchPreview:
        """What a batch file would do; nothing is written. Raises BatchRefused, CannotRead."""
        data = read_limited(path, MAX_FILE_BYTES)
        with self._book.reading() as connection:
            batch = batches.read_batch(data, _reader(connection))
            planned = importing.plan(connection, batch.operations)
            sender = partners.addressee(connection, batch.header.sender)
            missing = chains.missing_before(connection, planned.new) if planned.new else 0
        shown = BatchPreview(
            id=batch.header.sha,
            sender=sender.name,
            made_at=batch.header.made_at,
            operations=len(batch.operations),
            new=len(planned.new),
            already_here=planned.known,
            residents=len(planned.residents),
            households=len(planned.households),
            visits=planned.count("visit"),
            conflicts=planned.new_conflicts,
            missing_before=missing,
        )
        return BatchPreview(**{**vars(shown), "lines": tuple(_preview_lines(shown))})

    def apply(self, path: Path, progress: Progress | None = None, cancelled: Cancelled | None = None) -> Changed:
        """Import a batch file in one transaction; importing it again changes nothing.

        Returns an empty Changed where the worker cancelled. Raises BatchRefused, CannotRead, DiskFull.
        """
        with without_pauses():
            return self._apply(path, progress, cancelled)

    def _apply(self, path: Path, progress: Progress | None, cancelled: Cancelled | None) -> Changed:
        data = read_limited(path, MAX_FILE_BYTES)
        with self._book.reading() as connection:
            reader = _reader(connection)
        try:
            batch = batches.read_batch(data, reader)
        except BatchRefused as refusal:
            self._note_refusal(path, data, reader, str(refusal.facts["reason"]))
            raise
        steps = _Steps(progress, cancelled, len(batch.operations))
        try:
            with self._book.verb("sync.apply") as work:
                steps.at(0)
                planned = importing.plan(work.connection, batch.operations)
                steps.at(len(batch.operations) // 3)
                work.reindex |= importing.apply(work.connection, planned)
                steps.at(len(batch.operations))
                partners.said_to_hold(work.connection, batch.header.sender, batch.manifest.holds, work.now)
                _keep_arrival(work.connection, path.name, batch, len(planned.new), work.now)
                work.journal("import", "batch", batch.header.sha, f"{len(planned.new)}/{len(batch.operations)}")
                work.entities |= planned.entities
                work.rows |= planned.concerned
                done = changed(work, batch.header.sha)
        except _Stopped:
            return Changed(frozenset(), frozenset())
        touched = {row: merged.entity for (_district, row), merged in planned.rows.items()}
        Rights(self._book).after_import(planned.residents, ledger_grew="erasure" in planned.entities, rows=touched)
        self._begin_anew_if_copied(batch.manifest.holds)
        settled = Merging(self._book).settle()  # under the new device id, where there is one
        rows, entities = done.rows | settled.rows, done.entities | settled.entities
        return Changed(entities, rows, done.id, done.ids, done.operations)

    def write_receipt(self, folder: Path, *, to: str = "") -> Path:
        """Write the answer to the partner whose batch arrived last (or to a named one): what is held here now.

        Raises NoPartner, CannotWrite, DiskFull.
        """
        with self._book.verb("sync.receipt") as work:
            connection = work.connection
            arrived = select(_BATCH).where(_BATCH.c.direction == "in", _BATCH.c.status == "applied")
            last = connection.execute(arrived.order_by(_BATCH.c.at.desc(), _BATCH.c.id).limit(1)).first()
            partner = partners.addressee(connection, to or (last.peer if last else ""))
            newest = arrived.where(_BATCH.c.peer == partner.id).order_by(_BATCH.c.at.desc(), _BATCH.c.id)
            files = connection.execute(newest.limit(receipts.MAX_ARRIVED)).mappings()
            lines = receipts.receipt_lines(
                office=self._book.office.name,
                holds=_answer(connection, partner),
                arrived=[
                    receipts.Arrived(f["id"], f["count"], f["detail"]["new"], f["detail"]["newest_at"]) for f in files
                ],
            )
            keys = read_meta(connection, "device_keys")
            me = partners.own_card(connection, self._book.office).id
            data = seal(
                "receipt",
                lines,
                sender=me,
                sign_secret=keys["sign_secret"],
                to=partner.id,
                recipient=partner.seal_key,
                batch=new_id(),
                made_at=work.now,
            )
            path = free_name(folder, f"jinmen-{me[:8]}-to-{partner.id[:8]}", RECEIPT_ENDING)
            write_whole(path, data)
            work.journal("receipt", "batch", partner.id)
        return path

    def read_receipt(self, path: Path) -> ReceiptValue:
        """Read the office's answer and mark what arrived. Raises BatchRefused, CannotRead.

        What the office holds is taken as it says now, even where it is less than it said before (its casebook may have
        been restored): whatever it lacks goes into the next export again.
        """
        data = read_limited(path, MAX_FILE_BYTES)
        with self._book.verb("sync.read_receipt") as work:
            connection = work.connection
            answer = receipts.read_receipt(data, _reader(connection))
            partner = partners.addressee(connection, answer.header.sender)
            own = str(read_meta(connection, "device").get("id", ""))
            before = chains.known_through(connection, partner.holds, own)
            through = chains.known_through(connection, answer.holds, own)
            partners.said_to_hold(connection, partner.id, answer.holds, work.now)
            files = _mark_arrivals(connection, partner.id, answer)
            write_meta(connection, "receipt", {"at": work.now, "from": partner.id})
            work.journal("receipt", "batch", partner.id, f"{through}")
            query = select(_OPERATION.c.at).where(_OPERATION.c.device == own, _OPERATION.c.seq == through)
            value = ReceiptValue(
                office=answer.office,
                changes=through - before,
                confirmed=through,
                through_at=int(connection.execute(query).scalar() or 0),
                answered_at=answer.header.made_at,
                files=files,
                unconfirmed=int(read_meta(connection, "device").get("seq", 0)) - through,
            )
        self._begin_anew_if_copied(answer.holds)
        return value

    def card(self) -> bytes:
        """This installation's card file."""
        with self._book.reading() as connection:
            return partners.card_bytes(connection, self._book.office)

    def write_card(self, folder: Path) -> Path:
        """Write this installation's card into a folder. Raises CannotWrite, DiskFull."""
        with self._book.reading() as connection:
            me = partners.own_card(connection, self._book.office)
        path = free_name(folder, f"jinmen-{me.kind}-{me.office_code}-{me.id[:8]}", partners.CARD_ENDING)
        write_whole(path, self.card())
        return path

    def read_card(self, path: Path) -> Card:
        """Look at a card, for its fingerprint, before trusting it. Raises CardRefused, CannotRead."""
        return partners.card_of(path)

    def own_card(self) -> Card:
        """This installation's card, for its fingerprint."""
        with self._book.reading() as connection:
            return partners.own_card(connection, self._book.office)

    def trust_card(self, path: Path) -> str:
        """Exchange files with the maker of a card from now on; returns its name. Raises CardRefused, CannotRead."""
        card = partners.card_of(path)
        with self._book.verb("sync.trust") as work:
            partners.trust(work.connection, card, work.now)
            work.journal("trust", "peer", card.id, card.fingerprint)
        return card.office_name

    def distrust(self, partner_id: str) -> None:
        """Accept and write no more files from and for a partner (a lost laptop); what came before stays."""
        with self._book.verb("sync.distrust") as work:
            work.connection.execute(update(_PEER).where(_PEER.c.id == partner_id).values(trusted=False))
            work.journal("distrust", "peer", partner_id)

    def peers(self) -> list[Partner]:
        """Those whom files are exchanged with, offices first."""
        with self._book.reading() as connection:
            return partners.all_trusted(connection)

    def conflicts(self) -> list[TwoVersions]:
        """Fields that two people changed without seeing each other's change, the newest first."""
        found = []
        with self._book.reading() as connection:
            query = select(_CONFLICT, _HEAD.c.ops).join(
                _HEAD, (_HEAD.c.district == _CONFLICT.c.district) & (_HEAD.c.row == _CONFLICT.c.row)
            )
            for row in connection.execute(query.order_by(_CONFLICT.c.at.desc(), _CONFLICT.c.row)).all():
                holders = [operation for operation, held in row.ops.items() if row.field in held]
                versions = _versions(connection, row.district, row.field, holders)
                known = (
                    row.entity in KEPT and row.field in KEPT[row.entity].columns
                )  # else a newer program must settle it
                if known and len(versions) > 1:
                    found.append(TwoVersions(row.entity, row.row, row.field, tuple(versions)))
        return found

    def settle(self, row: str, field: str, operation: str) -> Changed:
        """Let one of the versions of conflicts() stand; the others stay in the history.

        Raises NotFound where the choice is not open any more.
        """
        with self._book.verb("sync.settle") as work:
            query = select(_CONFLICT).where(_CONFLICT.c.row == row, _CONFLICT.c.field == field)
            found = work.connection.execute(query).first()
            chosen = _versions(work.connection, found.district, field, [operation]) if found else []
            if found is None or not chosen:
                raise NotFound
            values = columns_from_wire(found.entity, {field: chosen[0].value})
            work.amend(found.entity, row, values, settle=True)
            work.reindex |= importing.to_find_again(work.connection, {row: found.entity})
            return changed(work, row)

    def _write_files(
        self,
        connection: Connection,
        partner: Partner,
        folder: Path,
        number: int,
        progress: Progress | None,
        cancelled: Cancelled | None,
    ) -> Iterator[tuple[Path, dict[str, Any]]]:
        keys, own = read_meta(connection, "device_keys"), read_meta(connection, "device")
        me = partners.own_card(connection, self._book.office).id
        holds = chains.tips(connection)
        references = chains.unacknowledged(connection, partner.holds)
        portions = list(_portions(references))
        export, now = new_id(), milliseconds(self._book.clock)
        steps = _Steps(progress, cancelled, len(references))
        done = 0
        for part, portion in enumerate(portions, 1):
            steps.at(done)
            with without_pauses():
                operations = chains.operations_of(connection, portion)
                lines = batches.write_lines(operations, device=own["id"], office=self._book.office.code, holds=holds)
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

    def _note_refusal(self, path: Path, data: bytes, reader: Reader, reason: str) -> None:
        """Keep the refusal of a file of a known sender, so that the office can ask for it again."""
        with suppress(BatchRefused):
            header = peek("batch", data)
            if reader.sign_key_of(header.sender) is not None:
                with self._book.verb("sync.refuse") as work:
                    work.journal("import", "batch", header.sha[:64], f"refused {reason}")

    def _begin_anew_if_copied(self, holds: batches.Tips) -> None:
        """A casebook that others know more of than itself was restored or copied: it goes on under a new device id."""
        with self._book.writing() as connection:
            if chains.overtaken(connection, holds):
                own, exported = read_meta(connection, "device"), read_meta(connection, "exported")
                chains.renew_device(connection)
                # What the old chain had not exported yet stays on the count of what waits.
                left = int(exported.get("seq", 0)) - int(own["seq"])
                write_meta(connection, "exported", {**exported, "seq": left})


class _Stopped(Exception):  # noqa: N818  # the worker's wish, not an error
    """The worker cancelled."""


class _Steps:
    """Tells how far a long verb is, and stops it where the worker asks for it."""

    def __init__(self, progress: Progress | None, cancelled: Cancelled | None, total: int) -> None:
        self._progress, self._cancelled, self._total = progress, cancelled, total

    def at(self, done: int) -> None:
        if self._cancelled and self._cancelled():
            raise _Stopped
        if self._progress:
            self._progress(done, self._total)


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


def _reader(connection: Connection) -> Reader:
    keys = read_meta(connection, "device_keys")
    signs = {partner.id: partner.sign_key for partner in partners.all_trusted(connection)}
    return Reader(partners.own_id(connection), keys["age_secret"], signs.get)


def _keep_arrival(connection: Connection, file_name: str, batch: batches.Batch, new: int, now: int) -> None:
    """One entry for a file, however often it is imported."""
    header = batch.header
    if connection.execute(select(_BATCH.c.id).where(_BATCH.c.id == header.sha)).first() is None:
        detail = {
            "export": header.batch,
            "part": header.part,
            "of": header.of,
            "made_at": header.made_at,
            "new": new,
            "newest_at": max((operation["at"] for operation in batch.operations), default=0),
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


def _answer(connection: Connection, partner: Partner) -> batches.Tips:
    """The own tips, and those of the partner's that are held: the latter are surely known to it."""
    answer = chains.tips(connection)
    for device, ends in chains.confirmed(connection, partner.holds).items():
        answer[device] = sorted({*answer.get(device, []), *ends})
    return answer


def _mark_arrivals(connection: Connection, partner_id: str, answer: receipts.Receipt) -> int:
    """Set the status of the files written for a partner by what it says now; returns how many arrived."""
    named = {arrived.sha for arrived in answer.arrived}
    written = select(_BATCH.c.id, _BATCH.c.detail).where(_BATCH.c.direction == "out", _BATCH.c.peer == partner_id)
    files = connection.execute(written).all()
    through = {
        device: chains.known_through(connection, answer.holds, device)
        for device in {device for file in files for device in file.detail["tops"]}
    }
    arrived = {f.id for f in files if all(through[device] >= top[0] for device, top in f.detail["tops"].items())}
    for file in files:
        status = "acknowledged" if file.id in arrived or file.id in named else "written"
        connection.execute(update(_BATCH).where(_BATCH.c.id == file.id).values(status=status))
    return len(arrived | ({f.id for f in files} & named))


def _versions(connection: Connection, district: str, field: str, holders: Sequence[str]) -> list[Version]:
    query = select(_OPERATION).where(_OPERATION.c.district == district, _OPERATION.c.id.in_(holders))
    found = [
        Version(row.id, row.fields[field]["v"], row.worker, row.at)
        for row in connection.execute(query.order_by(_OPERATION.c.clock.desc(), _OPERATION.c.id.desc())).all()
        if not row.fields[field].get("erased")
    ]
    return [one for at, one in enumerate(found) if one.value not in [other.value for other in found[:at]]]


def _preview_lines(shown: BatchPreview) -> Iterator[str]:
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
