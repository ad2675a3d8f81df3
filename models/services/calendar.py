"""The calendar of the register: on which day an entitlement begins or ends by itself, for everybody at once.

Whom a birthday, an anniversary or the end of an answer touches between two days is found in the columns of the
screening, by the cuts that the rules themselves draw (models.eligibility.watching), and decided there. What columns
cannot tell is decided household by household, and so are sums that are not the same for everybody.

numpy is only imported when somebody makes a calendar.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection, select

from models.clock import today
from models.eligibility import Amount, Policies
from models.eligibility.ahead import ChangeKind, ComingChange, case_on, change_kind, changes_ahead
from models.eligibility.case import View
from models.eligibility.deciding import decide_parts
from models.eligibility.watching import DAY, Watch, watch
from models.records.visit import PlanEntry
from models.services.book import Book
from models.services.calendar_views import KINDS, CalendarLine, CalendarView, PolicyEvent
from models.services.cases import Built, build_cases
from models.services.people import short_address
from models.services.planning import about_services
from models.store.many import without_pauses
from models.store.rows import KEPT
from models.store.told import PERMIT

if TYPE_CHECKING:
    from models.services.calendar_days import Causes, Register
    from models.services.calendar_deciding import Cell, Decider
    from models.services.calendar_endings import Expiring
    from models.store.bulk import Loaded

_RESIDENT, _HOUSEHOLD, _DWELLING = KEPT["resident"], KEPT["household"], KEPT["dwelling"]
_PLACE = ("community_code", "street_line", "building", "unit", "door")
_MANY = 8_000  # households looked at between two questions whether to go on
_AT_ONCE = 300  # households whose cases are built at once
_FEW = 60  # households that are decided sooner than all rules are compiled

_Any = TypeVar("_Any")

Progress = Callable[[int, int], None]
"""Called with (rows read, rows to read) where the columns must be made first, then (households decided, to decide)."""

Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class _Person:
    """What a line tells of a resident."""

    name: str
    sex: str
    birth_date: date | None


class Calendar:
    """Reads what changes by itself. Every run is journalled: it is a list about people."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def coming(
        self,
        start: date | None = None,
        until: date | None = None,
        where: str = "",
        *,
        kinds: Iterable[ChangeKind] = KINDS,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> CalendarView:
        """What changes after start (none given: today) and until a day (90 days later), if nobody says anything new.

        where: the first digits of a division code. Services that tell of a sensitive fact are never in it. Cancelled,
        it gives what it has found by then. A change of the texts themselves is an event, not a line for each resident.
        """
        from models.services import calendar_days as days_of
        from models.services import screening_register
        from models.services.calendar_deciding import Decider
        from models.services.calendar_endings import answers_ending, documents_ending

        began = time.perf_counter()
        start = start or today(self._book.clock)
        until = until or start + timedelta(days=90)
        policies = self._book.policies
        watched = watch(policies)
        wanted = frozenset(kinds)
        found: list[CalendarLine] = []
        every: Sequence[int] = ()
        looked_at = 0
        stopped = False
        try:
            loaded = self._columns(start, progress, cancelled)
            with self._book.reading() as connection, without_pauses():
                register = days_of.Register(loaded, where)
                causes = days_of.causes(
                    register, watched, start, until, answers_ending(connection, policies, start, until)
                )
                every = sorted(set(causes.home.tolist()))
                decider = Decider(watched, register, start, until) if len(every) > _FEW else None
                for some in _portions(every, _MANY):
                    if cancelled is not None and cancelled():
                        raise screening_register.Stopped
                    few = causes.between(some[0], some[-1])
                    changed = self._changes(connection, policies, register, few, decider, start, until, wanted)
                    found += _lines(connection, policies, [one for one in changed if one[1].kind in wanted])
                    looked_at += len(some)
                    if progress is not None:
                        progress(looked_at, len(every))
                if "expires" in wanted:
                    ending = days_of.owners(register, documents_ending(connection, start, until))
                    found += _documents(connection, register, ending, found)
                found.sort(key=_place)
        except screening_register.Stopped:
            stopped = True
        self._book.note("calendar", "register", "", f"{start}..{until} {where}".strip())
        return CalendarView(
            start=start,
            until=until,
            where=where,
            lines=tuple(found),
            events=tuple(events(watched, start, until)),
            candidates=len(every),
            looked_at=looked_at,
            milliseconds=(time.perf_counter() - began) * 1000,
            cancelled=stopped,
        )

    def between(
        self,
        start: date,
        until: date,
        kinds: Iterable[ChangeKind],
        *,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> list[tuple[str, ComingChange]] | None:
        """(household, change) of what dates alone change after a day and until another, by what is known today.

        start may lie before today: then it is told what has changed by itself since, with the answers of today and not
        those of then. Answers that end are no part of it. For lists of other services, which journal themselves; None
        where it was cancelled.
        """
        from models.services import calendar_days as days_of
        from models.services import screening_register
        from models.services.calendar_deciding import Decider

        policies, on, wanted = self._book.policies, today(self._book.clock), frozenset(kinds)
        watched = watch(policies)
        found: list[tuple[str, ComingChange]] = []
        try:
            loaded = self._columns(on, progress, cancelled)
            with self._book.reading() as connection, without_pauses():
                register = days_of.Register(loaded, "")
                causes = days_of.causes(register, watched, start, until, ())
                every = sorted(set(causes.home.tolist()))
                decider = Decider(watched, register, start, until) if len(every) > _FEW else None
                for some in _portions(every, _MANY):
                    if cancelled is not None and cancelled():
                        return None
                    few = causes.between(some[0], some[-1])
                    changed = self._changes(connection, policies, register, few, decider, start, until, wanted, on)
                    found += [one for one in changed if one[1].kind in wanted]
        except screening_register.Stopped:
            return None
        return found

    def written_out(self, view: CalendarView, lines: int, people: Iterable[str] = ()) -> None:
        """Note that lines of a calendar are written to a file; to be called before they are. people: the residents and
        households that stand on it.
        """
        detail = f"calendar {view.start}..{view.until} {view.where} lines={lines}"
        self._book.note("export", "register", "", detail, also=people)

    def of_household(self, household_id: str, until: date | None = None) -> list[ComingChange]:
        """What changes by itself in one household, the texts' own changes included. Journalled as a check is."""
        start = today(self._book.clock)
        policies = self._book.policies
        with self._book.reading() as connection:
            built = build_cases(connection, policies, [household_id], start)[household_id]
        self._book.note("check", "household", household_id)
        return changes_ahead(policies, built.case, until or start + timedelta(days=365), expires=built.expires)

    def entries(self, lines: Iterable[CalendarLine], assignee: str = "") -> list[PlanEntry]:
        """The lines as visits to be planned, due on their days; one for each household and service."""
        made: dict[tuple[str, str], PlanEntry] = {}
        for line in lines:
            made.setdefault(
                (line.household_id, line.service_id),
                PlanEntry(
                    household_id=line.household_id,
                    resident_id=line.resident_id,
                    due_on=line.day,
                    source="calendar",
                    service_id=line.service_id,
                    reason=line.why,
                    assignee=assignee,
                ),
            )
        return list(made.values())

    def _columns(self, day: date, progress: Progress | None, cancelled: Cancelled | None) -> "Loaded":
        """Everybody's facts on a day: today's are kept in the file, those of another day are read from the records."""
        from models.services import screening_register as columns
        from models.store.bulk import load

        facts = self._book.policies.facts
        if day == today(self._book.clock):
            columns.bring_up(self._book, facts, day, progress, cancelled)
            with self._book.reading() as connection:
                return columns.stored(connection, facts)
        with self._book.reading() as connection, without_pauses():
            return load(connection, facts, day)

    def _changes(
        self,
        connection: Connection,
        policies: Policies,
        register: "Register",
        causes: "Causes",
        decider: "Decider | None",
        start: date,
        until: date,
        kinds: frozenset[ChangeKind],
        known: date | None = None,
    ) -> Iterator[tuple[str, ComingChange]]:
        """(household, change) in the households that the causes touch; of people only those at home there.

        known: the day whose answers count; none: those of start.
        """
        singly = set((causes.home if decider is None else decider.beyond(causes)).tolist())
        own = {(register.home(home), person) for home in singly for person in register.people_at_home(home)}
        homes = [register.home(home) for home in singly]
        for household, built in _built(connection, policies, homes, known or start):
            case = built.case if known is None else case_on(built.case, start, built.expires)
            for change in changes_ahead(policies, case, until, expires=built.expires, texts_too=False):
                if change.person_id is None or (household, change.person_id) in own:
                    yield household, change
        if decider is not None:
            cells = list(decider.cells(causes.without(sorted(singly)), kinds))
            yield from _Sums(connection, decider.watched, register, known or start, cells).changes(cells)


def _built(
    connection: Connection, policies: Policies, households: Sequence[str], start: date
) -> Iterator[tuple[str, Built]]:
    for some in _portions(households, _AT_ONCE):
        yield from build_cases(connection, policies, some, start).items()


class _Sums:
    """Makes changes of cells: with the sums, which are worked out person by person where they hang on facts."""

    def __init__(
        self, connection: Connection, watched: Watch, register: "Register", start: date, cells: Sequence["Cell"]
    ) -> None:
        self._watched, self._register = watched, register
        self._fixed: dict[tuple[object, ...], Amount | None] = {}
        self._views: dict[tuple[str, date], View] = {}
        asked: dict[tuple[object, ...], str] = {}
        homes = set()
        for cell in cells:
            home = register.home(cell.home)
            for which, word in enumerate((cell.before, cell.after)):
                if word == "eligible" and self._has_sum(cell):
                    if cell.part in watched.varying:
                        homes.add(home)
                    else:  # the same for everybody: worked out for the first one
                        asked.setdefault((cell.part, cell.text[which]), home)
        households = sorted(homes | set(asked.values()))
        self._built = dict(_built(connection, watched.policies, households, start))

    def _has_sum(self, cell: "Cell") -> bool:
        return any(rule.amounts for rule in self._watched.parts[cell.part][1].rules)

    def changes(self, cells: Iterable["Cell"]) -> Iterator[tuple[str, ComingChange]]:
        """(household, change) of each cell that changes."""
        for cell in cells:
            home = self._register.home(cell.home)
            person = self._register.person(cell.row) if cell.row >= 0 else None
            before = self._sum(cell, home, person, 0) if cell.before == "eligible" else None
            after = self._sum(cell, home, person, 1) if cell.after == "eligible" else None
            if cell.before == cell.after and before == after:
                continue
            kind = change_kind(cell.before, cell.after, same_sum=before == after)
            if kind == "may_begin" and all(reason.kind == "expired" for reason in cell.reasons):
                kind = "reopens"
            service = self._watched.policies.services[cell.part[0]]
            yield (
                home,
                ComingChange(
                    day=cell.day,
                    service_id=service.id,
                    component=None if len(service.components) == 1 else cell.part[1],
                    person_id=person,
                    kind=kind,
                    before=cell.before,
                    after=cell.after,
                    received=cell.received,
                    amount_before=before,
                    amount_after=after,
                    reasons=cell.reasons,
                    said=None,
                ),
            )

    def _sum(self, cell: "Cell", home: str, person: str | None, which: int) -> Amount | None:
        """The sum on the day before (0) or on the day (1)."""
        if not self._has_sum(cell):
            return None
        if cell.part in self._watched.varying:
            return self._worked_out(cell, home, person, which)
        key = (cell.part, cell.text[which])
        if key not in self._fixed:
            self._fixed[key] = self._worked_out(cell, home, person, which)
        return self._fixed[key]

    def _worked_out(self, cell: "Cell", home: str, person: str | None, which: int) -> Amount | None:
        day = cell.day if which else cell.day - DAY
        built = self._built[home]
        view = self._views.get((home, day))
        if view is None:
            facts = self._watched.policies.facts
            view = self._views[home, day] = View(facts, case_on(built.case, day, built.expires))
        people = None if person is None else {person}
        said = decide_parts(self._watched.policies, view, [(*self._watched.parts[cell.part], people)])
        return said[0].amount if said else None


def _lines(
    connection: Connection, policies: Policies, changed: Sequence[tuple[str, ComingChange]]
) -> Iterator[CalendarLine]:
    """The changes with what a list tells of the people and households."""
    people = _people(connection, {change.person_id for _home, change in changed if change.person_id})
    addresses = _addresses(connection, {household for household, _change in changed})
    planned = about_services(connection, {household for household, _change in changed})
    for household, change in changed:
        service = policies.services[change.service_id]
        person = people.get(change.person_id or "", _Person("", "", None))
        address, community = addresses.get(household, ("", ""))
        yield CalendarLine(
            day=change.day,
            kind=change.kind,
            resident_id=change.person_id or "",
            resident_name=person.name,
            sex=person.sex,
            birth_date=person.birth_date,
            household_id=household,
            address=address,
            community=community,
            service_id=service.id,
            service=service.name,
            service_en=service.name_en,
            component=change.component or "",
            group=service.group,
            before=change.before,
            after=change.after,
            received=change.received,
            amount_before=change.amount_before,
            amount_after=change.amount_after,
            reasons=change.reasons,
            planned=(household, service.id) in planned,
        )


def _documents(
    connection: Connection,
    register: "Register",
    ending: "Sequence[tuple[int, Expiring]]",
    lines: Iterable[CalendarLine],
) -> Iterator[CalendarLine]:
    """A line for each document that expires, with the services that change with a residence permit."""
    resting: dict[tuple[str, date], list[tuple[str, str]]] = defaultdict(list)
    for line in lines:
        for reason in line.reasons:
            if reason.kind == "expired" and reason.fact == PERMIT:
                resting[reason.of, line.day].append((line.service, line.service_en))
    homes = [register.home(int(register.household[row])) for row, _document in ending]
    people = _people(connection, {document.resident for _row, document in ending})
    addresses = _addresses(connection, set(homes))
    for home, (_row, document) in zip(homes, ending, strict=True):
        person = people[document.resident]
        address, community = addresses.get(home, ("", ""))
        day = document.last + DAY
        yield CalendarLine(
            day=day,
            kind="expires",
            resident_id=document.resident,
            resident_name=person.name,
            sex=person.sex,
            birth_date=person.birth_date,
            household_id=home,
            address=address,
            community=community,
            service_id="",
            service="",
            service_en="",
            component="",
            group="",
            before="",
            after="",
            received=False,
            amount_before=None,
            amount_after=None,
            reasons=(),
            document=document.kind,
            rests=tuple(dict.fromkeys(resting[document.resident, day])) if document.kind == PERMIT else (),
        )


def _portions(every: Sequence[_Any], size: int) -> Iterator[Sequence[_Any]]:
    return (every[place : place + size] for place in range(0, len(every), size))


def _place(line: CalendarLine) -> tuple[date, str, str, str, str]:
    return line.day, line.address, line.household_id, line.resident_id, line.service_id


def events(watched: Watch, start: date, until: date) -> Iterator[PolicyEvent]:
    """What changes in the texts themselves after a day and until another."""
    found: dict[tuple[date, str, str], tuple[PolicyEvent, set[str]]] = {}
    for cause in watched.fixed(start, until):
        key = (cause.day, cause.reason.kind, cause.reason.zh)
        _event, services = found.setdefault(key, (PolicyEvent(cause.day, cause.reason, ()), set()))
        services |= {service for service, _part in cause.parts}
    for event, services in found.values():
        yield PolicyEvent(event.day, event.reason, tuple(sorted(services)))


def _people(connection: Connection, ids: set[str]) -> dict[str, _Person]:
    query = select(_RESIDENT.c.id, _RESIDENT.c.name, _RESIDENT.c.sex, _RESIDENT.c.birth_date)
    rows = connection.execute(query.where(_RESIDENT.c.id.in_(ids)))
    return {identity: _Person(name, sex, birth) for identity, name, sex, birth in rows}


def _addresses(connection: Connection, households: set[str]) -> dict[str, tuple[str, str]]:
    query = (
        select(_HOUSEHOLD.c.id, *(_DWELLING.c[name] for name in _PLACE))
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(_HOUSEHOLD.c.id.in_(households))
    )
    return {row["id"]: (short_address(row), str(row["community_code"])) for row in connection.execute(query).mappings()}
