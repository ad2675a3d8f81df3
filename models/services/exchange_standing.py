"""How an exchange stands, for people who must trust it: what goes next, what is where by day, and what a receipt says.

"At the office" is only what the office itself said it holds; "under way" is what was written into files and not
confirmed; "waits" is what is in no file yet.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, and_, false, func, or_, select

from models.errors import NotFound
from models.records.operation import Batch, Conflict, Operation
from models.services import partners, sync_export, sync_files
from models.services.book import Book
from models.store import chains
from models.store.log import named
from models.store.rows import KEPT, table_of
from models.store.work import read_meta

Side = Literal["received", "brought"]
"""Whether this casebook answers for what a partner brought, or brought changes to the partner that answered."""

_BATCH, _OPERATION, _CONFLICT = table_of(Batch), table_of(Operation), table_of(Conflict)
_DAY_MS = 86_400_000
_TIANJIN_MS = 8 * 3600 * 1000
_RECENT = 20_000  # operations of a device that are looked at by day; a laptop saves some two hundred a day
_AT_ONCE = 1000
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Outgoing:
    """What the next export would write."""

    to: str  # key id of the partner
    office: str
    changes: int
    residents: int
    again: int  # of the changes: exported before and not confirmed
    files: int
    size: int  # bytes at most, about
    kept_files: int = 0  # of an unfinished export that lie whole in the chosen folder
    kept_changes: int = 0
    pictures: int = 0  # sealed files beside the batches
    picture_size: int = 0  # bytes
    others: int = 0  # sets of rules and lists of those who belong
    scoped: bool = False  # the partner is sent the records of its communities alone


@dataclass(frozen=True)
class DayCount:
    """The changes that this device saved on one day."""

    day: date
    at_office: int
    under_way: int
    waits: int


@dataclass(frozen=True)
class MissingParts:
    """Files of an export that did not come."""

    made_at: int  # milliseconds, by the sender's clock
    of: int
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Standing:
    """What a receipt says, for the office that holds the changes and for the worker who brought them."""

    side: Side
    partner: str  # key id
    holder: str  # the office that holds them
    bringer: str  # the office they came from
    workers: tuple[str, ...]  # who saved them
    devices: tuple[str, ...]  # ids of the chains
    changes: int
    through_at: int  # moment of the newest, milliseconds; 0: none
    said_at: int  # when the holder said so
    days: tuple[tuple[date, int], ...]  # the latest first
    earlier: int  # changes on days before these
    lacking: int  # changes that should have come before and did not
    missing: tuple[MissingParts, ...]
    not_there: int  # of the bringer's changes; known to the bringer only
    tips: tuple[tuple[str, int, str], ...]  # device, sequence, id of the last operation without a hole before it
    conflicts: int  # fields at the holder that wait for a choice; 0 at the bringer, who does not know


def outgoing(book: Book, *, to: str = "", folder: Path | None = None) -> Outgoing:
    """What an export would write now, and what of it lies in the folder already. Raises NoPartner."""
    beside = sync_files.ahead(book, to)
    with book.reading_whole() as connection:
        partner = partners.addressee(connection, to)
        own, exported = read_meta(connection, "device"), read_meta(connection, "exported")
        kept, rest, every = sync_export.ahead(connection, partner, folder)
        through = max(int(exported.get("seq", 0)), 0)
        return Outgoing(
            to=partner.id,
            office=partner.name,
            changes=len(every),
            residents=_residents(connection, every),
            again=sum(one.device == own.get("id") and one.seq <= through for one in every),
            files=sync_export.file_count(rest),
            size=sync_export.size_at_most(rest),
            kept_files=len(kept),
            kept_changes=len(every) - len(rest),
            pictures=beside.pictures,
            picture_size=beside.picture_bytes,
            others=beside.packs + beside.circle,
            scoped=bool(partner.scope),
        )


def by_day(book: Book, days: int = 14) -> tuple[DayCount, ...]:
    """Where this device's changes of the last days are, the latest day first; days without changes are left out."""
    with book.reading_whole() as connection:
        partner = partners.usual(connection)
        exported = read_meta(connection, "exported")
        claims = partner.holds if partner else {}
        left = int(exported.get("seq", 0))  # negative: so many of the chain before this one were in no file yet
        own_chains = []
        for place, (device, last) in enumerate(chains.written_here(connection).items()):
            own_chains.append(
                (device, last, last if place > 1 else max(left, 0) if place == 0 else last + min(left, 0))
            )
        counts: list[dict[date, int]] = [defaultdict(int) for _part in range(3)]
        for device, last, exported_through in own_chains:
            there = chains.known_through(connection, claims, device)
            written, first = max(exported_through, there), last - _RECENT
            for count, span in zip(
                counts, ((first, there), (max(there, first), written), (written, last)), strict=True
            ):
                for day, several in _days_of(connection, device, *span).items():
                    count[day] += several
    found = sorted({day for count in counts for day in count}, reverse=True)[:days]
    return tuple(DayCount(day, *(count.get(day, 0) for count in counts)) for day in found)


def standing(book: Book, partner_id: str, side: Side, days: int = 10) -> Standing:
    """What is held of a bringer's changes. Raises NoPartner for an unknown partner, NotFound where nothing came yet."""
    with book.reading_whole() as connection:
        partner = partners.addressee(connection, partner_id)
        ours = chains.written_here(connection)
        mine = tuple(ours)
        if side == "received":
            devices, said_at = _devices_of(connection, partner.id, mine)
            ends = chains.tips(connection)
        else:
            devices, said_at = mine, partner.at
            ends = partner.holds
        through = {device: chains.known_through(connection, ends, device) for device in devices}
        if not any(through.values()) and not said_at:
            raise NotFound
        counts: dict[date, int] = defaultdict(int)
        for device, sequence in through.items():
            for day, several in _days_of(connection, device, 0, sequence).items():
                counts[day] += several
        listed = sorted(counts.items(), reverse=True)
        last = or_(false(), *(and_(_OPERATION.c.device == d, _OPERATION.c.seq == n) for d, n in through.items() if n))
        tips = connection.execute(
            select(_OPERATION.c.device, _OPERATION.c.seq, _OPERATION.c.id, _OPERATION.c.at)
            .where(last)
            .order_by(_OPERATION.c.device, _OPERATION.c.id)
        ).all()
        received = side == "received"
        return Standing(
            side=side,
            partner=partner.id,
            holder=book.office.name if received else partner.name,
            bringer=partner.name if received else book.office.name,
            workers=_workers(connection, devices),
            devices=tuple(devices),
            changes=sum(counts.values()),
            through_at=max((row.at for row in tips), default=0),
            said_at=said_at,
            days=tuple(listed[:days]),
            earlier=sum(several for _day, several in listed[days:]),
            lacking=_lacking(connection, through) if received else 0,
            missing=_missing(connection, partner.id) if received else (),
            not_there=0 if received else sum(max(last - through[one], 0) for one, last in ours.items()),
            tips=tuple((row.device, int(row.seq), row.id) for row in tips),
            conflicts=int(connection.execute(select(func.count()).select_from(_CONFLICT)).scalar() or 0)
            if received
            else 0,
        )


def answered(book: Book) -> tuple[tuple[str, Side], ...]:
    """The partners about whom a receipt can be printed, and from which side, the latest exchange first."""
    with book.reading_whole() as connection:
        known = {partner.id for partner in partners.all_trusted(connection)}
        came = select(_BATCH.c.peer, func.max(_BATCH.c.at)).where(
            _BATCH.c.direction == "in", _BATCH.c.status == "applied"
        )
        found: list[tuple[int, str, Side]] = [
            (int(row[1]), row[0], "received") for row in connection.execute(came.group_by(_BATCH.c.peer)).all()
        ]
        receipt = read_meta(connection, "receipt")
        if receipt.get("from"):
            found.append((int(receipt["at"]), str(receipt["from"]), "brought"))
    return tuple((partner, side) for _at, partner, side in sorted(found, reverse=True) if partner in known)


def _days_of(connection: Connection, device: str, after: int, through: int) -> dict[date, int]:
    """How many operations of a device, in a span of its sequence, were saved on each day in Tianjin."""
    if through <= after:
        return {}
    day = ((_OPERATION.c.at + _TIANJIN_MS) // _DAY_MS).label("day")
    query = (
        select(day, func.count().label("several"))
        .where(_OPERATION.c.device == device, _OPERATION.c.seq > after, _OPERATION.c.seq <= through)
        .group_by(day)
    )
    return {_EPOCH + timedelta(days=int(row.day)): int(row.several) for row in connection.execute(query)}


def _residents(connection: Connection, references: Sequence[chains.Reference]) -> int:
    """How many residents some operations are about."""
    found: set[str] = set()
    for start in range(0, len(references), _AT_ONCE):
        portion = [one.id for one in references[start : start + _AT_ONCE]]
        touched: dict[str, set[str]] = defaultdict(set)
        query = select(_OPERATION.c.entity, _OPERATION.c.row).where(named(connection, portion))
        for row in connection.execute(query):
            touched[row.entity].add(row.row)
        found |= touched.pop("resident", set())
        for entity, rows in touched.items():
            table = KEPT.get(entity)
            if table is not None and "resident_id" in table.c:
                found.update(connection.execute(select(table.c.resident_id).where(table.c.id.in_(rows))).scalars())
    return len(found - {""})


def _devices_of(connection: Connection, partner_id: str, mine: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """The chains that a partner's files brought changes of, and when the last of them came."""
    query = select(_BATCH.c.detail, _BATCH.c.at).where(
        _BATCH.c.direction == "in", _BATCH.c.status == "applied", _BATCH.c.peer == partner_id
    )
    devices: dict[str, None] = {}
    at = 0
    for row in connection.execute(query.order_by(_BATCH.c.at.desc()).limit(2000)):
        at = max(at, int(row.at))
        devices |= dict.fromkeys(str(one) for one in row.detail.get("devices", ()) if one not in mine)
    return tuple(devices), at


def _lacking(connection: Connection, through: dict[str, int]) -> int:
    """Operations that are lacking between those of these devices that are here."""
    lacking = 0
    for device in through:
        query = select(func.max(_OPERATION.c.seq), func.count(_OPERATION.c.seq.distinct()))
        most, several = connection.execute(query.where(_OPERATION.c.device == device)).one()
        lacking += int(most or 0) - int(several)
    return max(lacking, 0)


def _missing(connection: Connection, partner_id: str) -> tuple[MissingParts, ...]:
    """Exports of a partner of which some files came and others did not."""
    query = select(_BATCH.c.detail).where(
        _BATCH.c.direction == "in", _BATCH.c.status == "applied", _BATCH.c.peer == partner_id
    )
    exports: dict[str, tuple[int, int, set[int]]] = {}
    for detail in connection.execute(query.order_by(_BATCH.c.at.desc()).limit(500)).scalars():
        key, made_at = str(detail.get("export", "")), int(detail.get("made_at", 0))
        latest, of, parts = exports.get(key, (0, 1, set()))
        newer = (made_at, int(detail.get("of", 1))) if made_at >= latest else (latest, of)
        exports[key] = (*newer, parts | {int(detail.get("part", 1))})
    found = []
    for made_at, of, parts in exports.values():
        absent = [part for part in range(1, min(of, 2000) + 1) if part not in parts][: max(of - len(parts), 0)]
        if absent:
            found.append(MissingParts(made_at, of, tuple(absent)))
    return tuple(sorted(found, key=lambda one: one.made_at, reverse=True)[:5])


def _workers(connection: Connection, devices: Sequence[str]) -> tuple[str, ...]:
    """Who saved the newest changes of some devices."""
    names: dict[str, None] = {}
    for device in devices:
        query = select(_OPERATION.c.worker).where(_OPERATION.c.device == device).order_by(_OPERATION.c.seq.desc())
        for name in connection.execute(query.limit(500)).scalars():
            if name:
                names[name] = None
    return tuple(names)[:4]
