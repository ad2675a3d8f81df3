"""Taking files in from the inbox: what they would do all together, and doing it one file after another."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from models.clock import milliseconds
from models.errors import BatchRefused, CannotRead
from models.records.operation import Batch, Conflict, Operation
from models.services import partners, refused_files, sync_files, sync_import, sync_receipts
from models.services.book import Book
from models.services.conflicts_about import called, whom
from models.services.inbox_reading import Seen, glance
from models.services.inbox_views import Back, Glimpse, Hole, Preview, Refused, Taken
from models.services.partners import ReceiptValue
from models.services.search_index import together
from models.services.sync_steps import Cancelled, Progress
from models.services.views import Changed
from models.store import chains, importing
from models.store.log import named
from models.store.many import without_pauses
from models.store.rows import KEPT, table_of
from models.store.seen import arrived
from models.store.work import read_meta, write_meta
from models.sync import receipt as receipts
from models.sync.batch import Tips
from models.sync.envelope import MAX_FILE_BYTES, Reader
from models.sync.files import read_limited
from models.sync.merge import REMOVED

SKEW_MS = 10 * 60 * 1000  # of two clocks: less is nobody's concern
_BATCH, _CONFLICT, _OPERATION = table_of(Batch), table_of(Conflict), table_of(Operation)
_READ = "receipts_read"  # Meta: {"files": [identities of the receipts that were read, the latest first]}
_MOST_READ = 300
_AT_ONCE = 1000
_LINK = ("district", "device", "seq", "prev", "id", "worker")
"""What of an operation says where in its chain it stands, and whose it is."""


def read_before(connection: Connection) -> set[str]:
    """The receipts that were read here."""
    return set(read_meta(connection, _READ).get("files", []))


def skew_of(connection: Connection, made_at: int, holds: Tips, now: int) -> int:
    """By how many milliseconds a sender's clock is ahead of this one, as far as a file shows it; 0 below ten minutes.

    A file cannot have been made later than now: then the sender's clock is ahead. It cannot have been made before the
    changes of this device that its maker already held: then the sender's clock is behind (negative).
    """
    if made_at - now > SKEW_MS:
        return made_at - now
    own = str(read_meta(connection, "device").get("id", ""))
    through = chains.known_through(connection, holds, own)
    query = select(func.max(_OPERATION.c.at)).where(_OPERATION.c.device == own, _OPERATION.c.seq == through)
    saved = int(connection.execute(query).scalar() or 0) if through else 0
    return made_at - saved if saved - made_at > SKEW_MS else 0


class _Sum:
    """What several files would do together."""

    def __init__(self) -> None:
        self.files: list[Glimpse] = []
        self.residents: set[str] = set()
        self.households: set[str] = set()
        self.visits: set[str] = set()
        self.pictures: set[str] = set()
        self.conflicts: set[tuple[str, ...]] = set()
        self.light: dict[str, list[Mapping[str, Any]]] = defaultdict(list)  # new operations of a device, their links
        self.operations = self.new = self.receipts = self.sealed = self.skew = 0

    def add(self, planned: importing.Plan) -> None:
        self.residents |= planned.residents
        self.households |= planned.households
        self.conflicts |= {(*key, name) for key, merged in planned.rows.items() for name in merged.conflicts} - set(
            planned.conflicts_before
        )
        for (_district, row), merged in planned.rows.items():
            if merged.entity in ("visit", "picture"):
                (self.visits if merged.entity == "visit" else self.pictures).add(row)
        for one in planned.new:
            self.light[one["device"]].append({name: one[name] for name in _LINK})

    def holes(self, connection: Connection) -> tuple[Hole, ...]:
        """Which device lacks how many changes before these."""
        found = []
        for device, links in sorted(self.light.items()):
            lacking = chains.missing_before(connection, links)
            if lacking:
                first = min(links, key=lambda link: int(link["seq"]))
                found.append(Hole(device, str(first["worker"]), lacking))
        return tuple(found)


def preview(book: Book, files: Sequence[Path], progress: Progress | None, cancelled: Cancelled | None) -> Preview:
    """What taking these files in would do; nothing is written."""
    total, stopped = _Sum(), False
    with book.reading_whole() as connection:
        reader, names = partners.reader(connection), _names(connection)
        now = milliseconds(book.clock)
        for place, path in enumerate(files):
            if cancelled and cancelled():
                stopped = True
                break
            total.files.append(_glimpse(connection, path, reader, names, now, total))
            if progress:
                progress(place + 1, len(files))
        holes = total.holes(connection)
    return Preview(
        files=tuple(total.files),
        senders=tuple(dict.fromkeys(one.sender for one in total.files if one.sender)),
        made_at=max((one.made_at for one in total.files), default=0),
        operations=total.operations,
        new=total.new,
        residents=len(total.residents),
        households=len(total.households),
        visits=len(total.visits),
        pictures=len(total.pictures),
        conflicts=len(total.conflicts),
        holes=holes,
        receipts=total.receipts,
        sealed=total.sealed,
        skew=total.skew,
        stopped=stopped,
    )


def _glimpse(
    connection: Connection, path: Path, reader: Reader, names: Mapping[str, str], now: int, total: _Sum
) -> Glimpse:
    """Look into one file and add it to the sum."""
    seen: Seen | None = None
    try:
        seen = glance(path)
        sender = names.get(seen.sender, "")
        if seen.kind == "sealed":
            total.sealed += 1
            return Glimpse(path, sender, seen.made_at, new=1)
        data = read_limited(path, MAX_FILE_BYTES)
        if seen.kind == "receipt":
            answer = receipts.read_receipt(data, reader)
            total.receipts += 1
            total.skew = total.skew or skew_of(connection, seen.made_at, answer.holds, now)
            return Glimpse(path, sender, seen.made_at, new=1)
        with without_pauses():
            batch = sync_import.read(connection, data, reader)
            planned = sync_import.plan(connection, batch)
    except BatchRefused as refusal:
        known = names.get(seen.sender, "") if seen is not None else ""
        made_at = seen.made_at if seen is not None else 0
        return Glimpse(path, known, made_at, reason=str(refusal.facts.get("reason", "damaged")))
    except CannotRead:
        return Glimpse(path, "", 0, reason="unreadable")
    total.add(planned)
    total.operations += batch.manifest.count
    total.new += len(planned.new)
    total.skew = total.skew or skew_of(connection, batch.header.made_at, batch.manifest.holds, now)
    return Glimpse(path, sender, batch.header.made_at, len(planned.new), planned.known)


class _Tally:
    """What came of the files so far."""

    def __init__(self) -> None:
        self.files = self.new = self.already_here = self.sealed = self.packs = self.skew = 0
        self.senders: dict[str, str] = {}
        self.receipts: list[ReceiptValue] = []
        self.refused: list[Refused] = []
        self.unread: list[str] = []
        self.entities: set[str] = set()
        self.rows: set[str] = set()
        self.operations: list[str] = []
        self.back: dict[str, str] = {}  # records that came back -> entity


def take(
    book: Book, files: Sequence[Path], progress: Progress | None = None, cancelled: Cancelled | None = None
) -> Taken:
    """Take files in one after another; see Inbox.take."""
    tally, done = _Tally(), 0
    with book.reading_whole() as connection:
        open_before, names = _open_conflicts(connection), _names(connection)
    with together(book):
        for path in files:
            if cancelled and cancelled():
                break
            if progress:
                progress(done, len(files))
            _take_one(book, path, names, tally)
            done += 1
    if progress:
        progress(done, len(files))
    with book.reading_whole() as connection:
        conflicts = max(_open_conflicts(connection) - open_before, 0)
        residents = _residents(connection, tally.rows)
    with book.reading() as connection:
        back = _back(connection, tally.back)
    return Taken(
        files=tally.files,
        new=tally.new,
        already_here=tally.already_here,
        residents=residents,
        conflicts=conflicts,
        senders=tuple(tally.senders.items()),
        receipts=tuple(tally.receipts),
        refused=tuple(tally.refused),
        unread=tuple(tally.unread),
        sealed=tally.sealed,
        packs=tally.packs,
        rest=len(files) - done,
        skew=tally.skew,
        back=back,
        changed=Changed(frozenset(tally.entities), frozenset(tally.rows), operations=tuple(tally.operations)),
    )


def _take_one(book: Book, path: Path, names: Mapping[str, str], tally: _Tally) -> None:
    try:
        seen = glance(path)
        data = read_limited(path, MAX_FILE_BYTES)
    except CannotRead:
        tally.unread.append(path.name)
        return
    try:
        if seen.kind == "receipt":
            tally.receipts.append(_read_receipt(book, path, seen))
        elif seen.kind == "sealed":
            _take_beside(book, path, tally)
        else:
            _apply(book, path, names, tally)
    except BatchRefused as refusal:
        tally.refused.append(refused_files.keep(book, path, data, str(refusal.facts.get("reason", "damaged"))))
        return
    except CannotRead:
        tally.unread.append(path.name)
        return
    tally.files += 1
    refused_files.settled(book, data)
    ahead = seen.made_at - milliseconds(book.clock)
    if ahead > SKEW_MS:
        tally.skew = max(tally.skew, ahead)


def _read_receipt(book: Book, path: Path, seen: Seen) -> ReceiptValue:
    value = sync_receipts.read(book, path)
    with book.writing() as connection:
        before = [sha for sha in read_meta(connection, _READ).get("files", []) if sha != seen.sha]
        write_meta(connection, _READ, {"files": [seen.sha, *before][:_MOST_READ]})
    return value


def _take_beside(book: Book, path: Path, tally: _Tally) -> None:
    """A picture, a set of rules, a list of those who belong."""
    came = sync_files.take(book, path)
    tally.sealed += came.new
    tally.packs += came.new and came.kind == "pack"
    tally.entities |= came.changed.entities
    tally.rows |= came.changed.rows


def _apply(book: Book, path: Path, names: Mapping[str, str], tally: _Tally) -> None:
    with book.reading_whole() as connection:
        before = arrived(connection)
    changed = sync_import.apply(book, path)
    with book.reading_whole() as connection:
        columns = (_BATCH.c.count.label("several"), _BATCH.c.peer)
        row = connection.execute(select(*columns).where(_BATCH.c.id == changed.id)).one()
        came = arrived(connection) - before
        tally.back |= _given_back(connection, changed.operations)
    several = int(row.several)
    fresh = min(came, several)  # what followed from it here is counted there too
    tally.new += fresh
    tally.already_here += several - fresh
    tally.senders[row.peer] = names.get(row.peer, "")
    tally.entities |= changed.entities
    tally.rows |= changed.rows
    tally.operations += changed.operations


def _given_back(connection: Connection, said: Sequence[str]) -> dict[str, str]:
    """The records that what was said here while a file was taken in gave back: record -> entity."""
    columns = (_OPERATION.c.row, _OPERATION.c.entity, _OPERATION.c.fields)
    found = connection.execute(select(*columns).where(named(connection, said))) if said else ()
    return {one.row: one.entity for one in found if one.fields.get(REMOVED, {}).get("v") is False}


def _back(connection: Connection, rows: Mapping[str, str]) -> tuple[Back, ...]:
    """Whom records that came back are about: homes, or people where no home is among them. The same people who live
    behind a door and are registered there are named once.
    """
    about = set(whom(connection, rows).values())
    homes = {one for one in about if one[0] == "household"}
    several = called(connection, sorted(homes or about))
    found = {said: Back(*one, *said) for one, said in several.items() if any(said)}
    return tuple(found[said] for said in sorted(found))


def _open_conflicts(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(_CONFLICT)).scalar() or 0)


def _residents(connection: Connection, rows: set[str]) -> int:
    """How many of some records are residents."""
    listed, found = sorted(rows), 0
    for start in range(0, len(listed), _AT_ONCE):
        column = KEPT["resident"].c.id
        query = select(func.count()).select_from(KEPT["resident"]).where(column.in_(listed[start : start + _AT_ONCE]))
        found += int(connection.execute(query).scalar() or 0)
    return found


def _names(connection: Connection) -> dict[str, str]:
    return {partner.id: partner.name for partner in partners.all_trusted(connection)}
