"""Households: register one with all its people, show it, and say who joins and leaves."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import islice

from sqlalchemy import Connection, bindparam, select

from models.clock import today
from models.errors import NotFound
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.kinship import HEAD
from models.records.resident import ResidentEntry
from models.services.book import Book, changed
from models.services.changes.coming import check_heads, come, go, leave_elsewhere
from models.services.changes.planning import write_new
from models.services.facts import add_facts, current_facts
from models.services.memberships import add_membership, memberships_of
from models.services.people import died_lately, full_address, last_homes_of
from models.services.registering import register_resident
from models.services.timeline import Timeline
from models.services.views import Changed, HouseholdView, TimelineLine
from models.store import search
from models.store.many import without_pauses
from models.store.present import BY_DEATH
from models.store.rows import KEPT
from models.store.work import Work

# Households. Keys and operation ids lie all over their indexes, so a small transaction writes nearly a page for each of
# them; a thousand households (some seconds of work) meet most pages several times and cost half the writing.
_A_TRANSACTION = 1000
_AT_ONCE = 100  # households gathered in memory before they are written
_DWELLING, _HOUSEHOLD, _MEMBERSHIP = KEPT["dwelling"], KEPT["household"], KEPT["membership"]
_SAME_DOOR = select(_DWELLING.c.id).where(
    *(_DWELLING.c[name] == bindparam(name) for name in DwellingEntry.model_fields if name != "grid"),
    _DWELLING.c.dead.is_(False),
)


def register_household(
    work: Work, entry: HouseholdEntry, day: date, dwellings: dict[DwellingEntry, str] | None = None
) -> tuple[str, list[str]]:
    """Write a household with its people inside a verb; returns the living household's id and the residents' ids.

    dwellings remembers what the same verb made already and has not written yet.
    """
    dwellings = {} if dwellings is None else dwellings
    if entry.dwelling not in dwellings:
        dwellings[entry.dwelling] = _dwelling(work, entry.dwelling)
    dwelling_id = dwellings[entry.dwelling]
    households: dict[str, str] = {}
    inside: dict[str, list[MemberEntry]] = {kind: _members_of(entry, kind) for kind in entry.kinds}
    heads: dict[str, MemberEntry | None] = {kind: _head_among(members) for kind, members in inside.items()}
    kind: str
    for kind in entry.kinds:
        if not inside[kind] and any(inside.values()):  # nobody of them is registered here: there is no such household
            continue
        book = {"book_number": entry.book_number} if kind == "registered" else {}
        fields = {"kind": kind, "dwelling_id": dwelling_id, "since": entry.since, "note": entry.note, **book}
        households[kind] = work.add("household", fields)
    residents = []
    for member in entry.members:
        resident_id = member.resident_id or register_resident(work, _known(member), day)
        residents.append(resident_id)
        for kind, household_id in households.items():
            if kind == "living" or member.also_registered_here:
                relation = HEAD if member is heads[kind] else member.relation
                add_membership(
                    work, household_id, resident_id, relation=relation, counts=member.counts, since=entry.since
                )
    main = households.get("living") or next(iter(households.values()))
    add_facts(work, "household", main, entry.facts, day)
    return main, residents


def _members_of(entry: HouseholdEntry, kind: str) -> list[MemberEntry]:
    """Who of an entry belongs to its living or its registered household."""
    return [member for member in entry.members if kind == "living" or member.also_registered_here]


def _head_among(members: Sequence[MemberEntry]) -> MemberEntry | None:
    """The head of a new family: who is named, else the first one."""
    return next((member for member in members if member.relation == HEAD), members[0] if members else None)


def _known(member: MemberEntry) -> ResidentEntry:
    if member.resident is None:
        raise ValueError("a member is either somebody new or somebody on the register")
    return member.resident


def _dwelling(work: Work, entry: DwellingEntry) -> str:
    """The dwelling of this address; made if the register does not have it yet."""
    fields = entry.model_dump()
    found = work.connection.execute(_SAME_DOOR, fields).scalar() if entry.door or entry.building else None
    return str(found) if found else work.add("dwelling", fields)


class Households:
    """The verbs about households."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._timeline = Timeline(book)

    def register(self, entry: HouseholdEntry) -> Changed:
        """Put a household at one door on the register with everybody in it.

        Changed.id is the living household, Changed.ids are the residents in the order of the entry. Who is on the
        register already leaves the household of before. Where nobody is named as head, the first one is.
        Raises ChangeRefused where several are, or where somebody leaves a family that goes on without its head.
        """
        day = today(self._book.clock)
        check_heads(entry.members)
        since = entry.since if entry.since is not None and entry.since <= day else day
        with self._book.verb("households.register") as work:
            for kind in entry.kinds:
                known = [member.resident_id for member in _members_of(entry, kind) if member.resident_id]
                leave_elsewhere(work, known, (kind,), since, day)
            main, residents = register_household(work, entry, day)
            work.flush()
            write_new(work, main, residents, entry.since, day)
        return changed(work, main, residents)

    def register_many(
        self,
        entries: Iterable[HouseholdEntry],
        progress: Callable[[int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> int:
        """Put an existing register into the casebook, a thousand households a transaction; returns how many.

        Stopped in between, what was reported by progress is kept and the rest is not begun.
        """
        done = 0
        todo = iter(entries)
        while (part := list(islice(todo, _A_TRANSACTION))) and not (cancelled and cancelled()):
            with without_pauses(), self._book.verb("households.register_many") as work:
                dwellings: dict[DwellingEntry, str] = {}
                for count, entry in enumerate(part, 1):
                    register_household(work, entry, today(self._book.clock), dwellings)
                    if count % _AT_ONCE == 0:
                        work.flush()
            done += len(part)
            if progress:
                progress(done)
        return done

    def get(self, household_id: str) -> HouseholdView:
        """One household with its people; the view is journalled. Raises NotFound where it is not here."""
        on = today(self._book.clock)
        with self._book.reading() as connection:
            view = self._view(connection, household_id, on)
        shown = self._book.sensitive(fact.name for fact in view.facts)
        self._book.note("view", "household", household_id, fields=shown)
        return view

    def of_resident(self, resident_id: str) -> list[HouseholdView]:
        """The households a resident belongs to now, the living one first."""
        return self.of_residents([resident_id])

    def of_residents(self, resident_ids: Sequence[str], kind: str = "") -> list[HouseholdView]:
        """The households, each once, to which somebody of these belongs now, the living ones first.

        kind: only those of this kind, "living" or "registered"; others are not even read.
        """
        on = today(self._book.clock)
        with self._book.reading() as connection:
            query = (
                select(_HOUSEHOLD.c.id)
                .join(_MEMBERSHIP, _MEMBERSHIP.c.household_id == _HOUSEHOLD.c.id)
                .where(
                    _MEMBERSHIP.c.resident_id.in_(resident_ids),
                    _MEMBERSHIP.c.until.is_(None),
                    _MEMBERSHIP.c.dead.is_(False),
                )
                .order_by(_HOUSEHOLD.c.kind, _HOUSEHOLD.c.id)
            )
            if kind:
                query = query.where(_HOUSEHOLD.c.kind == kind)
            found = dict.fromkeys(connection.execute(query).scalars())
            return [self._view(connection, household_id, on) for household_id in found]

    def died_in(self, resident_id: str) -> str:
        """The household in which somebody died lately, whose family may ask for funeral services; empty for others."""
        on = today(self._book.clock)
        with self._book.reading() as connection:
            home = last_homes_of(connection, [resident_id], on).get(resident_id)
        return home.household_id if home is not None else ""

    def find(self, text: str, limit: int = 100) -> list[str]:
        """Households of the residents that a text finds, in that order."""
        with self._book.reading() as connection:
            residents = search.find(connection, text, limit)
            query = (
                select(_MEMBERSHIP.c.resident_id, _HOUSEHOLD.c.id)
                .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
                .where(
                    _MEMBERSHIP.c.resident_id.in_(residents),
                    _MEMBERSHIP.c.until.is_(None),
                    _MEMBERSHIP.c.dead.is_(False),
                    _HOUSEHOLD.c.kind == "living",
                )
            )
            home = {row.resident_id: row.id for row in connection.execute(query)}
        found = list(dict.fromkeys(home[resident] for resident in residents if resident in home))
        self._book.searched(len(found))
        return found

    def add_member(self, household_id: str, member: MemberEntry, since: date | None = None) -> Changed:
        """Somebody joins, today where no day is given: a new resident or one who is on the register already.

        Changed.id is the resident. Raises ChangeRefused where that cannot be, for example with a second head.
        """
        return self.add_members(household_id, [member], since)

    def add_members(self, household_id: str, members: Sequence[MemberEntry], since: date | None = None) -> Changed:
        """Several join in one transaction, all of them or nobody; Changed.ids are the residents, in this order.

        Who belonged to another household of the same kind leaves that. Raises ChangeRefused.
        """
        day = today(self._book.clock)
        with self._book.verb("households.add_members") as work:
            residents = come(work, household_id, members, day, since=since or day)
        return changed(work, residents[0], residents)

    def end_membership(self, membership_id: str, until: date) -> Changed:
        """Somebody leaves on a day; the past stays. The guided changes tell more: casebook.changes.

        Raises NotFound where there is no such membership, ChangeRefused where a family would go on without its head.
        """
        with self._book.verb("households.end_membership") as work:
            try:
                go(work, membership_id, until, today(self._book.clock))
            except LookupError:
                raise NotFound from None
        return changed(work, membership_id)

    def timeline(self, household_id: str) -> list[TimelineLine]:
        """What happened with a household, newest first."""
        return self._timeline.of_household(household_id)

    def dwelling_timeline(self, dwelling_id: str) -> list[TimelineLine]:
        """What happened at a door, newest first: who came, who left, and what happened in the households there."""
        return self._timeline.of_dwelling(dwelling_id)

    def _view(self, connection: Connection, household_id: str, on: date) -> HouseholdView:
        query = select(_HOUSEHOLD).where(_HOUSEHOLD.c.id == household_id)
        household = connection.execute(query).first()
        if household is None:
            raise NotFound
        dwelling = (
            connection.execute(select(_DWELLING).where(_DWELLING.c.id == household.dwelling_id)).mappings().first()
        )
        members = list(memberships_of(connection, on, household_id=household_id))
        facts = current_facts(connection, [household_id], on).get(household_id, {})
        died = died_lately(connection, household_id, on) if any(m.ended == BY_DEATH for m in members) else frozenset()
        others = connection.execute(
            select(_HOUSEHOLD.c.id, _HOUSEHOLD.c.kind).where(
                _HOUSEHOLD.c.dwelling_id == household.dwelling_id,
                _HOUSEHOLD.c.id != household_id,
                _HOUSEHOLD.c.dead.is_(False),
            )
        )
        return HouseholdView(
            id=household_id,
            kind=household.kind,
            dwelling_id=household.dwelling_id,
            community_code=str(dwelling["community_code"]) if dwelling else "",
            address=full_address(dwelling) if dwelling else "",
            book_number=household.book_number,
            since=household.since,
            until=household.until,
            note=household.note,
            members=tuple(m for m in members if m.until is None or m.until > on),
            former=tuple(m for m in members if m.until is not None and m.until <= on),
            facts=tuple(sorted(facts.values(), key=lambda fact: fact.name)),
            withheld=self._book.limits().of_person(None),
            other_households=tuple((row[0], row[1]) for row in others),
            form=household.form,
            mourned=tuple(m for m in members if m.id in died),
        )
