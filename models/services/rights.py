"""The rights of the people whose data are kept: a copy of everything, correction, erasure, and being left in peace.

Erasure blanks values in rows and log, destroys pictures and drafts, and is remembered by a salted hash of the identity,
in the casebook and in a file beside it, so that neither a batch of another office nor a restored backup brings the
person back. Sources: PIPL Art. 44-47; shared rules of the house for trust.
"""

import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Text, cast, func, or_, select

from models.clock import today
from models.errors import NotFound, Problem
from models.records.picture import PictureData
from models.records.refusal import NotAllowed
from models.records.rights import RightsRequestEntry
from models.services import audit_reading, erasure, erasure_ledger
from models.services.book import Book, changed
from models.services.referral_rules import OPEN
from models.services.rights_views import ErasurePreview, Held, HeldTable, RequestView
from models.services.views import Changed
from models.store import backup, erasing
from models.store.rows import KEPT, table_of, to_wire
from models.store.work import Work, read_meta, write_meta
from models.texts import _
from models.values import years_later

_RESIDENT, _REQUEST, _VISIT = KEPT["resident"], KEPT["rights_request"], KEPT["visit"]
_DATA = table_of(PictureData)
_REPLAYED = "erasures_replayed"  # Meta: how many entries of the ledger this very file has lived through

RETENTION_YEARS = "retention_years"
"""The office's setting: for how many years after the last use records are kept (0: no term)."""

RESTRICTED = "restricted"
"""Why a record is frozen: the person asked that it be used for nothing for now (PIPL Art. 44)."""

RETAINED = "retained"
"""Why a record is frozen: a term of retention runs (PIPL Art. 47), so it is kept and used for nothing."""


class TermRuns(Problem):
    """Somebody cannot be erased yet. Facts: until."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This record must be kept until {until}, so it cannot be erased yet. It is frozen instead: nobody finds or "
            "uses it, and it can be erased after that day."
        ).format(**self.facts)


class Rights:
    """The verbs about people's rights."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def ask(self, entry: RightsRequestEntry) -> Changed:
        """Keep what somebody asks for."""
        with self._book.verb("rights.ask") as work:
            told = {**entry.model_dump(), "status": "open", "worker": work.worker, "at": work.now}
            request = work.add("rights_request", told)
            work.concerns(entry.resident_id)
        return changed(work, request)

    def answer(self, request_id: str, status: str, answer: str) -> Changed:
        """Say what came of a wish: done or refused, and why. Raises NotFound; ValueError on another status."""
        if status not in ("open", "done", "refused"):
            raise ValueError(status)
        with self._book.verb("rights.answer") as work:
            query = select(_REQUEST.c.resident_id).where(_REQUEST.c.id == request_id, _REQUEST.c.dead.is_(False))
            resident = work.connection.execute(query).scalar()
            if resident is None:
                raise NotFound
            day = None if status == "open" else today(self._book.clock)
            work.rest_on("rights_request", request_id)
            work.amend("rights_request", request_id, {"status": status, "answer": answer.strip(), "answered_on": day})
            work.concerns(resident)
        return changed(work, request_id)

    def requests(self, resident_id: str = "") -> list[RequestView]:
        """The wishes of a resident; without one, all that wait for an answer, the oldest first."""
        query = (
            select(_REQUEST, _RESIDENT.c.name.label("resident_name"))
            .outerjoin(_RESIDENT, _RESIDENT.c.id == _REQUEST.c.resident_id)
            .where(_REQUEST.c.dead.is_(False))
            .order_by(_REQUEST.c.asked_on, _REQUEST.c.id)
        )
        query = query.where(_REQUEST.c.resident_id == resident_id if resident_id else _REQUEST.c.status == "open")
        names = ("id", "resident_id", "kind", "asked_on", "asked_by", "wish", "status", "answer", "answered_on")
        with self._book.reading() as connection:
            return [
                RequestView(**{name: getattr(row, name) for name in names}, resident_name=row.resident_name or "")
                for row in connection.execute(query)
            ]

    def copy(self, resident_id: str) -> Held:
        """Everything that is held about a person, with who looked at it; journalled as an export. Raises NotFound."""
        day = today(self._book.clock)
        with self._book.reading() as connection:
            name = connection.execute(select(_RESIDENT.c.name).where(_RESIDENT.c.id == resident_id)).scalar()
            if name is None:
                raise NotFound
        if hidden := self._book.limits().hidden:
            raise NotAllowed(kind=min(hidden))  # a copy is whole, or it is none
        with self._book.reading_whole() as connection:
            tables = tuple(
                HeldTable(entity, tuple(_without_secrets(_records(connection, entity, rows), self._book.worker.name)))
                for entity, rows in _everything(connection, resident_id).items()
            )
            seen = audit_reading.about_resident(connection, resident_id)[::-1]
            views = [(row.at, row.worker, row.action, row.detail) for row in seen]
            pictures = _pictures(connection, tables)
        self._book.note("export", "resident", resident_id, "copy of everything held")
        return Held(resident_id, name, day, self._book.office.name, tables, tuple(views), pictures)

    def freeze(self, resident_id: str, reason: str = RETAINED) -> Changed:
        """Use a record for nothing any more, and keep it. Raises NotFound."""
        return self._set_frozen("rights.freeze", resident_id, reason)

    def release(self, resident_id: str) -> Changed:
        """Use a frozen record again. Raises NotFound."""
        return self._set_frozen("rights.release", resident_id, "")

    def preview_erasure(self, resident_id: str) -> ErasurePreview:
        """What an erasure would do, and what it cannot reach; nothing is written. Raises NotFound."""
        with self._book.reading() as connection:
            if connection.execute(select(_RESIDENT.c.id).where(_RESIDENT.c.id == resident_id)).first() is None:
                raise NotFound
            about = erasure.whole(connection, resident_id)
            homes = erasure.homes(connection, resident_id)
            visits = select(_VISIT.c.id).where(_VISIT.c.household_id.in_(homes), _VISIT.c.dead.is_(False))
            referrals = select(KEPT["referral"].c.id).where(
                KEPT["referral"].c.resident_id == resident_id,
                KEPT["referral"].c.status.in_(OPEN),
                KEPT["referral"].c.dead.is_(False),
            )
            counted = Counter({entity: len(rows) for entity, rows in about.items()})
            return ErasurePreview(
                records=counted,
                operations=erasing.count_operations(connection, [row for rows in about.values() for row in rows]),
                pictures=counted["picture"],
                drafts=len(erasure.drafts(self._book, connection, resident_id)),
                others=len(erasing.naming(connection, resident_id, about.get("determination", ()))),
                visits=len([row for (row,) in connection.execute(visits) if row not in about.get("visit", ())]),
                open_referrals=len(connection.execute(referrals).all()),
                only_member=bool(erasure.alone_in(connection, resident_id)),
                exported=bool(read_meta(connection, "exported")),
                backups=len(backup.backups(self._book.folder / "backups")) if self._book.engines.path else 0,
            )

    def kept_until(self, resident_id: str) -> date | None:
        """Until when the office's term of retention keeps a record: so many years after the last visit, decision or
        letter, else after the registration. None where the office has no term, or nothing is dated. Raises NotFound.
        """
        with self._book.reading() as connection:
            years = int(read_meta(connection, "settings").get(RETENTION_YEARS, 0))
            person = connection.execute(select(_RESIDENT.c.registered_on).where(_RESIDENT.c.id == resident_id)).first()
            if person is None:
                raise NotFound
            if years < 1:
                return None
            homes = erasure.homes(connection, resident_id)
            referral = KEPT["referral"]
            days = [person.registered_on]
            for column, wanted in (
                (_VISIT.c.happened_on, _VISIT.c.household_id.in_(homes)),
                (referral.c.issued_on, referral.c.resident_id == resident_id),
            ):
                days.append(connection.execute(select(func.max(column)).where(wanted)).scalar())
        last = max(filter(None, days), default=None)
        return years_later(last, years) if last else None

    def erase(self, resident_id: str, reason: str, *, keep_until: date | None = None) -> Changed:
        """Erase a person; it cannot be undone. Raises NotFound, TermRuns (then the record is frozen instead).

        reason: a word for the ledger (asked, purpose_ended, consent_withdrawn, unlawful). keep_until: the last day of
        a term of retention, where one runs.
        """
        day = today(self._book.clock)
        if keep_until is not None and keep_until >= day:
            self.freeze(resident_id)
            raise TermRuns(until=keep_until.isoformat())
        ledger = []
        with self._book.verb("rights.erase") as work:
            if work.connection.execute(select(_RESIDENT.c.id).where(_RESIDENT.c.id == resident_id)).first() is None:
                raise NotFound
            wishes = select(_REQUEST.c.id).where(_REQUEST.c.resident_id == resident_id)
            work.rest_on("resident", resident_id)
            work.rest_on("rights_request", *work.connection.execute(wishes).scalars().all())
            for each in erasing.same_person(work.connection, resident_id):  # registered twice, erased twice
                salt = secrets.token_hex(16)
                digest = erasing.hash_of(salt, each)
                blanked = erasure.erase(self._book, work, each)
                erasure.say(work, erasure.Entry(salt, digest, blanked), reason, done_on=day)
                work.journal("erase", "resident", each, reason)
                ledger.append((salt, digest))
        self._remember(ledger)
        erasing.empty_log(self._book.engines)
        return changed(work, resident_id)

    def replay(self) -> list[str]:
        """Erase again whom the ledger means: after a restored backup, or a batch that brought somebody back.

        Returns the ids of those who were here. Costs a look at every resident, and only where the ledger has grown.
        """
        with self._book.reading_whole() as connection:
            beside = erasure_ledger.read(self._book.folder)
            ledger = erasure.ledger(connection) | beside
            if not ledger or len(ledger) == int(read_meta(connection, _REPLAYED).get("entries", 0)):
                return []
            found = erasing.who_is_meant(connection, sorted(ledger))
        if found:
            with self._book.verb("rights.replay") as work:
                erasure.again(self._book, work, found, beside)
        self._remember(ledger)
        if found:
            erasing.empty_log(self._book.engines)
        return found

    def redact(self, work: Work, touched: Mapping[str, str]) -> bool:
        """Inside an import, blank whom a batch brought back or another office has erased, and what came late of them.

        touched: the records that the batch wrote (id -> entity). Returns whether anything was blanked; redacted() must
        follow when the import is committed.
        """
        return erasure.redact(self._book, work, touched)

    def redacted(self, touched: Mapping[str, str], *, blanked: bool) -> None:
        """After an import: remember who was erased beside the casebook, and leave nothing in the write-ahead log."""
        if "erasure" in touched.values():
            with self._book.reading_whole() as connection:
                known = erasure.ledger(connection)
            self._remember(known)
        if blanked:
            erasing.empty_log(self._book.engines)

    def _remember(self, entries: Iterable[tuple[str, str]]) -> None:
        erasure_ledger.add(self._book.folder, entries)
        with self._book.writing() as connection:
            known = len(erasure.ledger(connection) | erasure_ledger.read(self._book.folder))
            write_meta(connection, _REPLAYED, {"entries": known})

    def _set_frozen(self, verb: str, resident_id: str, reason: str) -> Changed:
        with self._book.verb(verb) as work:
            try:
                work.amend("resident", resident_id, {"frozen": reason})
            except LookupError:
                raise NotFound from None
            work.concerns(resident_id)
            work.reindex.add(resident_id)
        return changed(work, resident_id)


def held_json(held: Held) -> bytes:
    """Everything held as JSON, for another program (PIPL Art. 45: the right to take the data along); UTF-8."""
    said = {
        "name": held.name,
        "as_of": held.on.isoformat(),
        "office": held.office,
        "records": {table.entity: [dict(record) for record in table.records] for table in held.tables},
        "seen": [{"at": at, "worker": who, "action": what, "detail": detail} for at, who, what, detail in held.seen],
        "pictures": [title for title, _data in held.pictures],
    }
    return json.dumps(said, ensure_ascii=False, indent=1, default=str).encode()


def _everything(connection: Connection, resident_id: str) -> dict[str, list[str]]:
    """What belongs into a copy: what is about the person, and the person's households, dwellings and visits."""
    about = erasing.rows_about(connection, resident_id)
    homes = erasure.homes(connection, resident_id)
    doors = select(KEPT["household"].c.dwelling_id).where(KEPT["household"].c.id.in_(homes))
    met = select(_VISIT.c.id).where(
        or_(_VISIT.c.household_id.in_(homes), cast(_VISIT.c.met, Text).contains(resident_id))
    )
    for entity, rows in (
        ("household", homes),
        ("dwelling", list(connection.execute(doors.distinct()).scalars())),
        ("visit", list(connection.execute(met).scalars())),
        ("case_transfer", erasing.transfers_naming(connection, resident_id)),
    ):
        if rows:
            about.setdefault(entity, []).extend(row for row in rows if row not in about.get(entity, []))
    return about


def _records(connection: Connection, entity: str, rows: Iterable[str]) -> Iterable[dict[str, Any]]:
    table = KEPT[entity]
    for row in connection.execute(select(table).where(table.c.id.in_(list(rows)))).mappings():
        yield {name: to_wire(value) for name, value in row.items() if name not in ("district", "extra")}


def _without_secrets(records: Iterable[dict[str, Any]], reader: str) -> Iterable[dict[str, Any]]:
    """Confidential notes of others without their words: that there is one, of whom and when, is told."""
    for record in records:
        secret = record.get("confidential") and record.get("worker") != reader
        yield {**record, "text": _("A confidential note of its writer")} if secret else record


def _pictures(connection: Connection, tables: Iterable[HeldTable]) -> tuple[tuple[str, bytes], ...]:
    titles = {
        record["id"]: record["title"]
        for table in tables
        if table.entity == "picture"
        for record in table.records
        if not record["dead"]
    }
    query = select(_DATA.c.picture_id, _DATA.c.data).where(_DATA.c.picture_id.in_(list(titles)), _DATA.c.part == "full")
    return tuple((titles[row.picture_id], bytes(row.data)) for row in connection.execute(query))
