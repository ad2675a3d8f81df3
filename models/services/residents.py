"""Residents: register, amend, find, compare, and show them as a page needs them."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, and_, or_, select

from models.clock import today
from models.errors import NotFound
from models.records.documents import read_card
from models.records.phones import show_phone
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from models.services.book import Book, changed
from models.services.facts import add_facts, current_facts, new_resident
from models.services.memberships import add_membership, memberships_of
from models.services.people import ids_by_home, ids_by_name, resident_rows
from models.services.tasks import task_states
from models.services.timeline import Timeline
from models.services.views import (
    Changed,
    DocumentView,
    Likeness,
    PhoneView,
    ResidentRow,
    ResidentView,
    TimelineLine,
)
from models.store import search
from models.store.rows import KEPT
from models.store.work import Work, read_meta, write_meta
from models.texts import _
from models.values import mask_number, mask_phone

_RESIDENT, _DOCUMENT, _PHONE, _LINK = (KEPT[name] for name in ("resident", "identity_document", "phone", "person_link"))
_PLAIN = (
    "name",
    "former_name",
    "sex",
    "birth_date",
    "birth_source",
    "ethnic_group",
    "education",
    "marital_status",
    "hukou_place",
    "note",
)


def register_resident(work: Work, entry: ResidentEntry, day: date) -> str:
    """Write a new resident with documents, phones and facts inside a verb; returns the id."""
    provisional = "" if entry.documents else _next_provisional(work, day)
    plain = {name: getattr(entry, name) for name in _PLAIN}
    resident_id = work.add("resident", {**plain, "provisional_number": provisional, "registered_on": day})
    for document in entry.documents:
        work.add("identity_document", {"resident_id": resident_id, **document.model_dump()})
    for phone in entry.phones:
        work.add("phone", {"resident_id": resident_id, **phone.model_dump()})
    add_facts(work, "resident", resident_id, entry.facts, day)
    work.reindex.add(resident_id)
    return resident_id


def _next_provisional(work: Work, day: date) -> str:
    """A number for a person without any document: L, the day, the device's mark and a count."""
    count = int(read_meta(work.connection, "provisional").get("count", 0)) + 1
    write_meta(work.connection, "provisional", {"count": count})
    device = str(read_meta(work.connection, "device")["id"])[-4:].upper()
    return f"L{day:%Y%m%d}{device}{count:04d}"


class Residents:
    """The verbs about residents."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._timeline = Timeline(book)

    def register(self, entry: ResidentEntry, household_id: str = "", relation: str = "8") -> Changed:
        """Put a new resident on the register, in a household where one is named."""
        day = today(self._book.clock)
        with self._book.verb("residents.register") as work:
            resident_id = register_resident(work, entry, day)
            if household_id:
                add_membership(work, household_id, resident_id, relation=relation, counts=True, since=None)
        return changed(work, resident_id)

    def amend(self, resident_id: str, entry: ResidentEntry) -> Changed:
        """Bring a resident to what the form now says; only differences are written, earlier values stay in the history.

        Raises NotFound where the resident is not here.
        """
        day = today(self._book.clock)
        with self._book.verb("residents.amend") as work:
            plain = {name: getattr(entry, name) for name in _PLAIN}
            try:
                work.amend("resident", resident_id, plain)
            except LookupError:
                raise NotFound from None
            _bring_to(work, "identity_document", resident_id, [d.model_dump() for d in entry.documents], "kind")
            _bring_to(work, "phone", resident_id, [p.model_dump() for p in entry.phones], "number")
            known = current_facts(work.connection, [resident_id], day).get(resident_id, {})
            news = [
                fact
                for fact in entry.facts
                if fact.name not in known
                or (known[fact.name].value, known[fact.name].state, known[fact.name].good_until)
                != (fact.value if fact.state == "known" else None, fact.state, fact.good_until)
            ]
            add_facts(work, "resident", resident_id, news, day)
            work.concerns(resident_id)
            work.reindex.add(resident_id)
        return changed(work, resident_id)

    def get(self, resident_id: str) -> ResidentView:
        """One resident with everything the person page shows; the view is journalled.

        Raises NotFound where the resident is not here.
        """
        on = today(self._book.clock)
        with self._book.reading() as connection:
            person = connection.execute(select(_RESIDENT).where(_RESIDENT.c.id == resident_id)).first()
            rows = resident_rows(connection, [resident_id], on)
            if person is None or not rows:
                raise NotFound
            facts = current_facts(connection, [resident_id], on).get(resident_id, {})
            view = ResidentView(
                row=rows[0],
                former_name=person.former_name,
                birth_source=person.birth_source,
                ethnic_group=person.ethnic_group,
                education=person.education,
                marital_status=person.marital_status,
                hukou_place=person.hukou_place,
                provisional_number=person.provisional_number,
                note=person.note,
                registered_on=person.registered_on,
                documents=tuple(
                    DocumentView(d.id, d.kind, mask_number(d.number), d.valid_until, d.seen)
                    for d in _numbers(connection, "identity_document", resident_id)
                ),
                phones=tuple(
                    PhoneView(p.id, mask_phone(show_phone(p.number).replace(" ", "")), p.whose)
                    for p in _numbers(connection, "phone", resident_id)
                ),
                facts=tuple(sorted(facts.values(), key=lambda fact: fact.name)),
                memberships=tuple(memberships_of(connection, on, resident_id=resident_id)),
                new_resident=new_resident(facts, on),
                tasks=task_states(connection, resident_id, on),
            )
        self._book.note("view", "resident", resident_id)
        return view

    def entry_of(self, resident_id: str) -> ResidentEntry:
        """The resident as the registration form would have it, for amending; the full numbers are shown, so journalled.

        Raises NotFound where the resident is not here.
        """
        with self._book.reading() as connection:
            person = connection.execute(select(_RESIDENT).where(_RESIDENT.c.id == resident_id)).first()
            if person is None:
                raise NotFound
            documents = _numbers(connection, "identity_document", resident_id)
            phones = _numbers(connection, "phone", resident_id)
        self._book.note("reveal", "resident", resident_id, "amend form")
        return ResidentEntry(
            **{name: getattr(person, name) for name in _PLAIN},
            documents=tuple(
                DocumentEntry(kind=d.kind, number=d.number, valid_until=d.valid_until, seen=d.seen) for d in documents
            ),
            phones=tuple(PhoneEntry(number=p.number, whose=p.whose) for p in phones),
        )

    def row(self, resident_id: str) -> ResidentRow:
        """One resident as in a list. Raises NotFound where the resident is not here."""
        rows = self.rows([resident_id])
        if not rows:
            raise NotFound
        return rows[0]

    def rows(self, ids: Sequence[str]) -> list[ResidentRow]:
        """List rows in the order asked for."""
        with self._book.reading() as connection:
            return resident_rows(connection, ids, today(self._book.clock))

    def ids(self, order: str = "name") -> list[str]:
        """All residents of the register. order: name (by pinyin), address, or last_visit (the longest ago first)."""
        with self._book.reading() as connection:
            if order == "name":
                return ids_by_name(connection)
            return ids_by_home(connection, by_visit=order == "last_visit")

    def find(self, text: str, limit: int = 500) -> list[str]:
        """Residents found by name, pinyin, initials, number tail, phone tail or address, best first."""
        with self._book.reading() as connection:
            return search.find(connection, text, limit)

    def likely_duplicates(self, entry: ResidentEntry) -> list[Likeness]:
        """Residents who may be the person being registered, certain ones first, at most ten."""
        day = today(self._book.clock)
        with self._book.reading() as connection:
            reasons = _reasons_for_likeness(connection, entry)
            rows = resident_rows(connection, list(reasons), day)
        found = [
            Likeness(row, tuple(text for text, _sure in reasons[row.id]), any(s for _t, s in reasons[row.id]))
            for row in rows
        ]
        return sorted(found, key=lambda likeness: (not likeness.certain, -len(likeness.reasons)))[:10]

    def not_same(self, a: str, b: str) -> Changed:
        """Remember that two residents were compared and are two people."""
        with self._book.verb("residents.not_same") as work:
            _link(work, a, b, active=False)
        return changed(work)

    def timeline(self, resident_id: str) -> list[TimelineLine]:
        """What happened with a resident, newest first."""
        return self._timeline.of_resident(resident_id)

    def reveal(self, resident_id: str, what: str, row_id: str, reason: str = "") -> str:
        """The whole document number or phone number, once; journalled with its reason.

        Raises NotFound where there is no such document or phone.
        """
        table = _DOCUMENT if what == "number" else _PHONE
        with self._book.reading() as connection:
            number = connection.execute(
                select(table.c.number).where(table.c.id == row_id, table.c.resident_id == resident_id)
            ).scalar()
        if number is None:
            raise NotFound
        self._book.note("reveal", "resident", resident_id, f"{what}: {reason}" if reason else what)
        return str(number)


def _numbers(connection: Connection, entity: str, resident_id: str) -> list:  # type: ignore[type-arg]  # rows
    table = KEPT[entity]
    query = select(table).where(table.c.resident_id == resident_id, table.c.dead.is_(False)).order_by(table.c.id)
    return list(connection.execute(query))


def _bring_to(work: Work, entity: str, resident_id: str, wanted: list[dict[str, object]], key: str) -> None:
    """Make a resident's documents or phones those of the form: same key amended, new ones added, others marked dead."""
    left = {getattr(row, key): row for row in reversed(_numbers(work.connection, entity, resident_id))}
    for fields in wanted:
        row = left.pop(fields[key], None)
        if row is not None:
            work.amend(entity, row.id, fields)
        else:
            work.add(entity, {"resident_id": resident_id, **fields})
    for row in left.values():
        work.amend(entity, row.id, {"dead": True})


def _reasons_for_likeness(connection: Connection, entry: ResidentEntry) -> dict[str, list[tuple[str, bool]]]:
    """Resident id -> reasons, each with whether it is certain."""
    reasons: dict[str, list[tuple[str, bool]]] = {}

    def add(resident_id: str, text: str, sure: bool = False) -> None:
        reasons.setdefault(resident_id, []).append((text, sure))

    numbers = [document.number for document in entry.documents]
    query = select(_DOCUMENT.c.resident_id).where(_DOCUMENT.c.number.in_(numbers), _DOCUMENT.c.dead.is_(False))
    for resident_id in connection.execute(query.distinct()).scalars():
        add(resident_id, _("The same document number"), sure=True)
    # A 15-digit number and an 18-digit one of the same person share division, birth date and sequence.
    for number in numbers:
        card = read_card(number)
        if card is not None and len(number) == 15:
            full = number[:6] + f"{card.birth_date:%Y%m%d}" + number[12:]
            similar = select(_DOCUMENT.c.resident_id).where(_DOCUMENT.c.number.between(full, full + "~"))
            for resident_id in connection.execute(similar.distinct()).scalars():
                add(resident_id, _("The old 15-digit form of the same number"), sure=True)
    born = entry.birth_date or next((c.birth_date for c in map(read_card, numbers) if c), None)
    same_name = or_(_RESIDENT.c.name == entry.name, _RESIDENT.c.former_name == entry.name)
    for person in connection.execute(select(_RESIDENT).where(same_name, _RESIDENT.c.dead.is_(False)).limit(50)):
        if born is not None and person.birth_date == born:
            add(person.id, _("The same name and birth date"))
        elif born is None or person.birth_date is None:
            add(person.id, _("The same name; one birth date is not known"))
    if born is not None:
        alike = select(_RESIDENT).where(and_(_RESIDENT.c.birth_date == born, _RESIDENT.c.dead.is_(False))).limit(200)
        sound = search.sound_of(entry.name)
        for person in connection.execute(alike):
            if person.name != entry.name and search.sound_of(person.name) == sound:
                add(person.id, _("A name that sounds the same, and the same birth date"))
    phones = [phone.number for phone in entry.phones if phone.whose in ("", "own")]
    query = select(_PHONE.c.resident_id).where(_PHONE.c.number.in_(phones), _PHONE.c.dead.is_(False))
    for resident_id in connection.execute(query.distinct().limit(20)).scalars():
        if resident_id in reasons or not born:
            add(resident_id, _("The same phone number"))
    return reasons


def _link(work: Work, a: str, b: str, *, active: bool) -> None:
    first, second = sorted((a, b))
    query = select(_LINK.c.id).where(_LINK.c.a_id == first, _LINK.c.b_id == second)
    row = work.connection.execute(query).scalar()
    if row:
        work.amend("person_link", row, {"active": active, "worker": work.worker})
    else:
        pair = {"a_id": first, "b_id": second, "active": active, "worker": work.worker}
        work.add("person_link", pair, row=pair_id(first, second))


def pair_id(a: str, b: str) -> str:
    """The identity of the link of two residents, the same wherever it is made."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "|".join(sorted((a, b)))))
