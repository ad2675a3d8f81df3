"""What an erasure blanks, and that every node blanks the same.

Which records belong to a person depends on what a node holds, and it cannot be worked out any more once they are blank.
So the entry of the ledger that says that somebody was erased names the records that were blanked (by their ids, which
are random and stay in the log anyway). A node that takes such an entry in blanks those records, and what it holds
besides of the person; what it blanked beyond the entry it says in an entry of its own. So all nodes come to blank the
union, in whatever order files arrive, and a record that comes late and hangs on a blank one is blanked with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from models.services import erasure_ledger
from models.services.book import Book
from models.services.numbering import erase_letters
from models.store import audit, erasing
from models.store.rows import KEPT
from models.store.work import Work

_RESIDENT, _ERASURE, _MEMBERSHIP = KEPT["resident"], KEPT["erasure"], KEPT["membership"]
_DOCUMENT = KEPT["identity_document"]

REPLAYED = "replayed"
"""The reason of an entry that tells what more was blanked, elsewhere or later."""

WHOLE: frozenset[str] = frozenset()
"""In place of names of fields: the whole record."""

Blank = dict[str, frozenset[str]]  # id of a record -> the fields that are blanked; WHOLE: all of them


@dataclass(frozen=True)
class Entry:
    """One entry of the ledger."""

    salt: str
    digest: str
    blanked: Blank


def ledger(connection: Connection) -> set[tuple[str, str]]:
    """Salt and hash of everybody who was erased, as the log tells."""
    return {(entry.salt, entry.digest) for entry in entries(connection)}


def entries(connection: Connection, among: Iterable[str] | None = None) -> list[Entry]:
    """The entries of the ledger, all or some by their ids."""
    columns = _ERASURE.c
    query = select(columns.salt, columns.subject_hash, columns.blanked).where(
        columns.kind == "erased", columns.dead.is_(False)
    )
    if among is not None:
        query = query.where(columns.id.in_(sorted(among)))
    return [
        Entry(row.salt, row.subject_hash, {one: frozenset(fields) for one, fields in row.blanked.items()})
        for row in connection.execute(query.order_by(columns.id))
    ]


def say(work: Work, entry: Entry, reason: str, **told: Any) -> None:
    """Put an entry into the ledger, inside a verb."""
    blanked = {row: sorted(fields) for row, fields in sorted(entry.blanked.items())}
    said = {"subject_hash": entry.digest, "salt": entry.salt, "kind": "erased", "reason": reason, "blanked": blanked}
    work.add("erasure", {**said, "worker": work.worker, "at": work.now, **told})


def erase(book: Book, work: Work, resident_id: str) -> Blank:
    """Blank everything that is held of a person, inside a verb; returns which records."""
    about = whole(work.connection, resident_id)
    name = work.connection.execute(select(_RESIDENT.c.name).where(_RESIDENT.c.id == resident_id)).scalar() or ""
    handovers = erasing.handovers_naming(work.connection, name)
    spoken_for = [
        row for row in erasing.spoken_for_by(work.connection, resident_id) if row not in about.get("consent", ())
    ]
    others = erasing.naming(work.connection, resident_id, about.get("determination", ()))
    transfers = erasing.transfers_naming(work.connection, resident_id, about.get("case_transfer", ()))
    erase_letters(work, about.get("referral", ()))
    _destroy_drafts(book, work, resident_id)
    erasing.destroy_pictures(work.connection, about.get("picture", ()))
    blanked: Blank = {}
    for entity, rows in about.items():
        blanked |= _blank(work, entity, rows, _fields(entity))
    blanked |= _blank(work, "determination", others, {"facts", "body"})
    blanked |= _blank(work, "handover", handovers, {"items"})
    blanked |= _blank(work, "case_transfer", transfers, {"sheet", "note", "answer_note", "ended_note"})
    blanked |= _blank(work, "consent", spoken_for, {"guardian_id", "guardian_name", "guardian_relation"})
    erasing.forget_columns(work.connection)
    audit.blank_reasons(work.connection, {resident_id, *(row for rows in about.values() for row in rows)})
    work.concerns(resident_id, *homes(work.connection, resident_id))
    work.reindex.add(resident_id)
    return blanked


def redact(book: Book, work: Work, touched: Mapping[str, str]) -> bool:
    """Inside an import: blank what came for those who were erased, and whom the files say were erased.

    Touched: the records that were written (id -> entity). Returns whether anything was blanked.
    """
    connection = work.connection
    known = entries(connection)
    beside = erasure_ledger.read(book.folder)
    if not known and not beside:
        return False
    fresh = entries(connection, [row for row, entity in touched.items() if entity == "erasure"])
    told: Blank = _united(entry.blanked for entry in known)
    by_hash = {(entry.salt, entry.digest) for entry in known if not entry.blanked} | (
        beside - {(entry.salt, entry.digest) for entry in known}
    )
    among = None if any(not entry.blanked for entry in fresh) else [r for r, e in touched.items() if e == "resident"]
    meant = erasing.who_is_meant(connection, sorted(by_hash), among)
    meant += [one for one in erasing.residents_among(connection, _united(e.blanked for e in fresh)) if one not in meant]
    more: Blank = {}
    for resident in meant:
        more |= _erase_and_say(book, work, resident, known, beside)
    new = set(_united(entry.blanked for entry in fresh))
    due = list(erasing.still_said(connection, told, new | {row for row in touched if row in told}))
    for entity, row, fields in due:
        _blank(work, entity, [row], fields)
        work.reindex.update([row] if entity == "resident" else [])
    for entity, row, fields in list(erasing.brought_back(connection, touched)):
        more |= _blank(work, entity, [row], fields)
    hanging = _what_hangs_on(work, _united([told, more]), {**touched, **dict.fromkeys(new, "")})
    if beyond := _beyond(_united([more, hanging]), _united(entry.blanked for entry in entries(connection))):
        salt, digest = min({(entry.salt, entry.digest) for entry in known} | beside)
        say(work, Entry(salt, digest, beyond), REPLAYED)
    return bool(meant or due or more or hanging)


def again(book: Book, work: Work, residents: Iterable[str], beside: set[tuple[str, str]]) -> None:
    """Inside a verb, after a restore: erase residents again, and say so where the log has forgotten it."""
    known = entries(work.connection)
    for resident in residents:
        _erase_and_say(book, work, resident, known, beside)


def whole(connection: Connection, resident_id: str) -> dict[str, list[str]]:
    """What an erasure blanks: what is about the person, and of households of one person everything."""
    about = erasing.rows_about(connection, resident_id)
    alone = alone_in(connection, resident_id)
    if not alone:
        return about
    about.setdefault("household", []).extend(alone)
    for entity, table in KEPT.items():
        columns = [table.c[name] for name in ("household_id", "subject_id") if name in table.c]
        if entity == "erasure" or not columns:
            continue
        query = select(table.c.id).where(or_(*(column.in_(alone) for column in columns)))
        more = [row for row in connection.execute(query).scalars() if row not in about.get(entity, [])]
        if more:
            about.setdefault(entity, []).extend(more)
    return about


def homes(connection: Connection, resident_id: str) -> list[str]:
    """The households to which a person ever belonged, as far as it is known here.

    A membership of which only a later operation arrived says no household yet: "" is none, and everything that is not
    known to be of any would be taken for a part of it.
    """
    query = select(_MEMBERSHIP.c.household_id).where(
        _MEMBERSHIP.c.resident_id == resident_id, _MEMBERSHIP.c.household_id != ""
    )
    return list(connection.execute(query.distinct()).scalars())


def alone_in(connection: Connection, resident_id: str) -> list[str]:
    """Households to which nobody else ever belonged: what is held of them is held of the person."""
    own = homes(connection, resident_id)
    query = select(_MEMBERSHIP.c.household_id).where(
        _MEMBERSHIP.c.household_id.in_(own), _MEMBERSHIP.c.resident_id != resident_id, _MEMBERSHIP.c.dead.is_(False)
    )
    shared = set(connection.execute(query).scalars())
    return [home for home in own if home not in shared]


def drafts(book: Book, connection: Connection, resident_id: str) -> list[str]:
    """Drafts about a person on this computer."""
    numbers = connection.execute(select(_DOCUMENT.c.number).where(_DOCUMENT.c.resident_id == resident_id)).scalars()
    signs = [number for number in numbers if number]
    if book.beside is book.engines:
        return erasing.drafts_about(connection, resident_id, signs)
    with book.reading_here() as here:
        return erasing.drafts_about(here, resident_id, signs)


def _destroy_drafts(book: Book, work: Work, resident_id: str) -> None:
    """At a desk of an office they lie on its own computer; the other desks ask the ledger (Drafts.forget_erased)."""
    found = drafts(book, work.connection, resident_id)
    if book.beside is book.engines:
        erasing.destroy_drafts(work.connection, found)
    elif found:
        with book.writing_here() as here:
            erasing.destroy_drafts(here, found)


def _fields(entity: str) -> frozenset[str]:
    """What of a record that is about a person is blanked: an event is part of the household's history too."""
    return frozenset({"note", "detail"}) if entity == "household_event" else WHOLE


def _blank(work: Work, entity: str, rows: Sequence[str], fields: Iterable[str]) -> Blank:
    erasing.blank(work, entity, rows, only=fields)
    return dict.fromkeys(rows, frozenset(fields))


def _united(several: Iterable[Blank]) -> Blank:
    found: Blank = {}
    for blank in several:
        for row, fields in blank.items():
            found[row] = fields if row not in found else _both(found[row], fields)
    return found


def _both(some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    return WHOLE if WHOLE in (some, others) else some | others


def _beyond(blanked: Blank, told: Blank) -> Blank:
    """What was blanked and is not told yet."""
    return {row: fields for row, fields in blanked.items() if row not in told or _both(told[row], fields) != told[row]}


def _what_hangs_on(work: Work, known: Blank, touched: Mapping[str, str]) -> Blank:
    """Blank the records that are about records that are blank as a whole: those that came, those on what came."""
    found: Blank = {}
    ahead, looked = dict(touched), set(known)
    gone = {row for row, fields in known.items() if fields == WHOLE}
    while True:
        more: dict[str, list[str]] = defaultdict(list)
        for entity, row in erasing.hanging_on(work.connection, gone, ahead):
            if row not in looked:
                more[entity].append(row)
        if not more:
            return found
        for entity, rows in more.items():
            erasing.destroy_pictures(work.connection, rows if entity == "picture" else ())
            fresh = _blank(work, entity, rows, _fields(entity))
            found |= fresh
            looked |= set(fresh)
            gone |= {row for row, fields in fresh.items() if fields == WHOLE}
            ahead = {**ahead, **dict.fromkeys(rows, "")}


def _erase_and_say(
    book: Book, work: Work, resident_id: str, known: Sequence[Entry], beside: Iterable[tuple[str, str]]
) -> Blank:
    """Erase a person whom the ledger means; what was blanked beyond what it tells is said in an entry of its own."""
    blanked = erase(book, work, resident_id)
    mine = [entry for entry in known if erasing.hash_of(entry.salt, resident_id) == entry.digest]
    whose = [(entry.salt, entry.digest) for entry in mine] + sorted(beside)
    beyond = _beyond(blanked, _united(entry.blanked for entry in mine))
    for salt, digest in whose:
        if beyond and erasing.hash_of(salt, resident_id) == digest:
            say(work, Entry(salt, digest, beyond), REPLAYED)
            break
    work.flush()
    return blanked
