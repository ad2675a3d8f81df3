"""Residents: register, amend, find, compare, and show them as a page needs them."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from models.clock import today
from models.errors import NotFound
from models.records.household import DwellingEntry, MemberEntry
from models.records.phones import show_phone
from models.records.refusal import NotAllowed
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from models.services.book import Book, changed
from models.services.changes.coming import come
from models.services.comparing import compare
from models.services.facts import add_facts, current_facts, new_resident
from models.services.likeness import alike_to, likenesses, not_the_same, traits_of
from models.services.links import say
from models.services.memberships import memberships_of
from models.services.people import ids_by_home, ids_by_name, resident_rows
from models.services.registering import PLAIN, register_resident
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
from models.store.limits import CERTIFICATE
from models.store.rows import KEPT
from models.store.work import Work
from models.values import mask_number, mask_phone

_RESIDENT, _DOCUMENT, _PHONE = (KEPT[name] for name in ("resident", "identity_document", "phone"))


class Residents:
    """The verbs about residents."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._timeline = Timeline(book)

    def register(self, entry: ResidentEntry, household_id: str = "", relation: str = "8") -> Changed:
        """Put a new resident on the register, in a household where one is named.

        Raises ChangeRefused where the household cannot take anybody in.
        """
        day = today(self._book.clock)
        with self._book.verb("residents.register") as work:
            if household_id:
                member = MemberEntry(resident=entry, relation=relation)
                (resident_id,) = come(work, household_id, [member], day, since=None)
            else:
                resident_id = register_resident(work, entry, day)
        return changed(work, resident_id)

    def amend(self, resident_id: str, entry: ResidentEntry) -> Changed:
        """Bring a resident to what the form now says; only differences are written, earlier values stay in the history.

        Raises NotFound where the resident is not here.
        """
        day = today(self._book.clock)
        with self._book.verb("residents.amend") as work:
            plain = {name: getattr(entry, name) for name in PLAIN}
            try:
                work.amend("resident", resident_id, plain)
            except LookupError:
                raise NotFound from None
            _bring_to(work, "identity_document", resident_id, [d.model_dump() for d in entry.documents], "kind")
            _bring_to(work, "phone", resident_id, [p.model_dump() for p in entry.phones], "whose")
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
                died_on=person.died_on,
                withheld=self._book.limits().of_person(person.birth_date),
            )
        shown = self._book.sensitive(facts)
        shown += ["identity_document.disability_cert"] if any(d.kind == CERTIFICATE for d in view.documents) else []
        self._book.note("view", "resident", resident_id, fields=shown)
        return view

    def entry_of(self, resident_id: str) -> ResidentEntry:
        """The resident as the registration form would have it, for amending; the full numbers are shown, so journalled.

        Raises NotFound where the resident is not here.
        """
        with self._book.reading() as connection:
            person = connection.execute(select(_RESIDENT).where(_RESIDENT.c.id == resident_id)).first()
            if person is None:
                raise NotFound
            if "children" in self._book.limits().of_person(person.birth_date):
                raise NotAllowed(kind="children")  # the form would be without what it then takes away
            documents = _numbers(connection, "identity_document", resident_id)
            phones = _numbers(connection, "phone", resident_id)
        self._book.note("reveal", "resident", resident_id, "amend form")
        return ResidentEntry(
            **{name: getattr(person, name) for name in PLAIN},
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
                found = ids_by_name(connection)
            else:
                found = ids_by_home(connection, by_visit=order == "last_visit")
        self._book.searched(len(found))
        return found

    def find(self, text: str, limit: int = 500) -> list[str]:
        """Residents found by name, pinyin, initials, number tail, phone tail or address, best first."""
        with self._book.reading() as connection:
            found = search.find(connection, text, limit)
        self._book.searched(len(found))
        return found

    def likely_duplicates(
        self,
        entry: ResidentEntry,
        *,
        near: DwellingEntry | None = None,
        household_id: str = "",
        resident_id: str = "",
        apart_from: Collection[str] = (),
    ) -> list[Likeness]:
        """Residents who may be the person being registered, certain ones first, at most ten.

        near: the dwelling that is registered. household_id: the household that the person is to join. resident_id:
        whose record is being changed; whoever was found to be somebody else is not named again, unless they now share
        a document number. apart_from: residents who are not to be named.
        """
        day = today(self._book.clock)
        with self._book.reading() as connection:
            apart = not_the_same(connection, resident_id) if resident_id else {}
            found = likenesses(
                connection,
                entry,
                day,
                near=near,
                household_id=household_id,
                apart_from={resident_id, *apart_from} - {""},
            )
        return [
            like
            for like in found
            if like.row.id not in apart or (like.same_number and "number" not in apart[like.row.id].split())
        ]

    def alike(self, resident_id: str) -> list[Likeness]:
        """Residents who may be the same person as this one, certain ones first, at most ten."""
        with self._book.reading() as connection:
            return alike_to(connection, resident_id, today(self._book.clock))

    def not_same(self, a: str, b: str, reason: str = "") -> Changed:
        """Remember that two residents were compared and are two people; such a pair is not shown again.

        A document number that both come to have later is shown all the same. reason: in the worker's words.
        """
        with self._book.verb("residents.not_same") as work:
            both = traits_of(work.connection, [a, b])
            shared = len(both) == 2 and compare(both[a], both[b]).same_number
            say(work, a, b, active=False, grounds="number" if shared else "", reason=reason)
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
        self._book.note("reveal", "resident", resident_id, what, reason=reason)
        return str(number)


def _numbers(connection: Connection, entity: str, resident_id: str) -> list:  # type: ignore[type-arg]  # rows
    table = KEPT[entity]
    query = select(table).where(table.c.resident_id == resident_id, table.c.dead.is_(False)).order_by(table.c.id)
    return list(connection.execute(query))


def _bring_to(work: Work, entity: str, resident_id: str, wanted: list[dict[str, object]], key: str) -> None:
    """Make a resident's documents or phones those of the form: the same number stays the same row, else one of the same
    key is amended (a number corrected on two computers is then seen as a conflict), new ones are added, others marked
    dead. Rows of other residents are never touched."""
    left = _numbers(work.connection, entity, resident_id)
    if entity == "identity_document" and work.limits is not None:  # what the form did not show is not taken away by it
        left = [row for row in left if not work.limits.hides_document(row.kind)]
    seen = work.seen
    gone = seen.removed_since(work.connection, entity, "resident_id", resident_id) if seen is not None else []
    # What somebody else removed while the form was open, and the form left alone, is not brought back by it.
    wanted = [said for said in wanted if not any(all(row[name] == said[name] for name in said) for row in gone)]
    matched = []
    for fields in wanted:
        same = [row for row in left if all(getattr(row, name) == fields[name] for name in {key, "number"})]
        if same:
            left.remove(same[0])
        matched.append(same[0] if same else None)
    for fields, row in zip(wanted, matched, strict=True):
        near = [[other for other in left if getattr(other, name) == fields[name]] for name in ("number", key)]
        if row is None and (alike := near[0] or near[1]):
            row = alike[0]
            left.remove(row)
        if row is not None:
            work.amend(entity, row.id, fields)
        else:
            work.add(entity, {"resident_id": resident_id, **fields})
    for row in left:
        work.amend(entity, row.id, {"dead": True})
