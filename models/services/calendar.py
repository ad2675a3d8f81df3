"""The calendar of the register: on which day an entitlement begins or ends by itself, for everybody at once.

First the candidates are found by their dates alone: whom a birthday, an anniversary or the end of an answer touches
between two days, by the cuts that the rules themselves draw (models.eligibility.ahead). Only these are decided.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from models.clock import today
from models.eligibility import Policies
from models.eligibility.ahead import ChangeKind, ComingChange, Parts, changes_ahead
from models.eligibility.watching import Watch, watch
from models.records.visit import PlanEntry
from models.services.book import Book
from models.services.calendar_candidates import Candidate, Homes, candidates, changing_parts, homes_of_all
from models.services.calendar_views import KINDS, CalendarLine, CalendarView, PolicyEvent
from models.services.cases import build_cases
from models.services.people import short_address
from models.services.planning import about_services
from models.store.many import without_pauses
from models.store.rows import KEPT

_RESIDENT, _HOUSEHOLD, _DWELLING = KEPT["resident"], KEPT["household"], KEPT["dwelling"]
_PLACE = ("community_code", "street_line", "building", "unit", "door")
_MANY = 8_000  # households looked at between two questions whether to go on
_AT_ONCE = 300  # households whose cases are built at once
_FEW = 60  # households that are decided sooner than all rules are compiled for two days

Progress = Callable[[int, int], object]
"""Called with (households decided, households to decide)."""

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
        began = time.perf_counter()
        start = start or today(self._book.clock)
        until = until or start + timedelta(days=90)
        policies = self._book.policies
        watched = watch(policies)
        wanted = frozenset(kinds)
        found: list[CalendarLine] = []
        looked_at = 0
        with self._book.reading() as connection, without_pauses():
            homes = homes_of_all(connection, where, start)
            every = candidates(connection, watched, homes, start, until)
            stopped = False
            for some in _portions(sorted(every), _MANY):
                if cancelled is not None and cancelled():
                    stopped = True
                    break
                parts = _parts(connection, watched, {home: every[home] for home in some}, start, until, wanted)
                found += self._lines(connection, policies, homes, parts, start, until, wanted)
                looked_at += len(some)
                if progress is not None:
                    progress(looked_at, len(every))
        self._book.note("calendar", "register", "", f"{start}..{until} {where}".strip())
        found.sort(key=lambda line: (line.day, line.address, line.household_id, line.resident_id, line.service_id))
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

    def written_out(self, view: CalendarView, lines: int) -> None:
        """Journal that lines of a calendar are written to a file; to be called before they are."""
        self._book.note("export", "register", "", f"calendar {view.start}..{view.until} {view.where} lines={lines}")

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

    def _lines(
        self,
        connection: Connection,
        policies: Policies,
        homes: Homes,
        parts: Mapping[str, Parts | None],
        start: date,
        until: date,
        kinds: frozenset[ChangeKind],
    ) -> Iterator[CalendarLine]:
        changed: list[tuple[str, ComingChange]] = []
        for some in _portions(list(parts), _AT_ONCE):
            for household, built in build_cases(connection, policies, some, start).items():
                for change in changes_ahead(
                    policies, built.case, until, expires=built.expires, texts_too=False, parts=parts[household]
                ):
                    own = change.person_id is None or homes.of_resident.get(change.person_id) == household
                    if own and change.kind in kinds:
                        changed.append((household, change))
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


def _parts(
    connection: Connection,
    watched: Watch,
    some: Mapping[str, Candidate],
    start: date,
    until: date,
    kinds: frozenset[ChangeKind],
) -> Mapping[str, Parts | None]:
    """The parts to be decided of each household (None: all); a few households are decided without more ado."""
    if len(some) <= _FEW:
        return dict.fromkeys(some)
    return changing_parts(connection, watched, some, start, until, reopened="reopens" in kinds)


def _portions(every: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (every[place : place + size] for place in range(0, len(every), size))


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
