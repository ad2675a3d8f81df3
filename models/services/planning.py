"""Visits that the office plans: many at once from a list, spread over working days, moved, handed over, kept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Select, exists, select

from models.clock import local_time
from models.eligibility import Policies
from models.errors import NotFound
from models.records.visit import PlanEntry
from models.services.book import Book, changed
from models.services.people import short_address
from models.services.views import Changed, PlannedView
from models.services.walking import in_walking_order, portions
from models.services.working_days import next_working_day, working_day
from models.store.rows import KEPT
from models.store.work import Work

_PLAN, _RESIDENT, _MEMBERSHIP = KEPT["planned_visit"], KEPT["resident"], KEPT["membership"]
_HOUSEHOLD, _DWELLING = KEPT["household"], KEPT["dwelling"]

KEPT_AHEAD = timedelta(days=14)
"""A visit keeps what was planned for the household up to so many days after it: nobody goes there twice in a week."""


class Planning:
    """The verbs about planned visits."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def plan(self, entries: Sequence[PlanEntry]) -> Changed:
        """Plan visits, all or none of them; ``ids`` of what is returned are the plans made, in the order of entries.

        A household that already has an open plan about the same service from the same source is not planned twice
        (without a service: with the same reason). Raises NotFound where a household is not here.
        """
        with self._book.verb("planning.plan") as work:
            made = make_plans(work, entries)
        return changed(work, made[0] if made else "", made)

    def spread(self, entries: Sequence[PlanEntry], per_day: int, first_day: date) -> list[PlanEntry]:
        """The same entries with new days: door after door, per_day households a working day from first_day on.

        Only working days are taken (models.services.working_days). Nothing is written.
        """
        if per_day < 1:
            raise ValueError("at least one household a day")
        households = list(dict.fromkeys(entry.household_id for entry in entries))
        with self._book.reading() as connection:
            in_order = in_walking_order(connection, households)
        days = {}
        day = working_day(first_day)
        for place, household in enumerate(in_order):
            if place and place % per_day == 0:
                day = next_working_day(day)
            days[household] = day
        moved = [entry.model_copy(update={"due_on": days[entry.household_id]}) for entry in entries]
        place_of = {household: place for place, household in enumerate(in_order)}
        return sorted(moved, key=lambda entry: place_of[entry.household_id])

    def plan_spread(self, entries: Sequence[PlanEntry], per_day: int, first_day: date) -> Changed:
        """plan() of the spread() entries."""
        return self.plan(self.spread(entries, per_day, first_day))

    def open(self, until: date | None = None, where: str = "", assignee: str | None = None) -> list[PlannedView]:
        """Open plans, the oldest first. where: the first digits of a division code. assignee: only of this worker."""
        query = _query(_PLAN.c.status == "open")
        if until is not None:
            query = query.where(_PLAN.c.due_on <= until)
        if where:
            query = query.where(_DWELLING.c.community_code.startswith(where, autoescape=True))
        if assignee is not None:
            query = query.where(_PLAN.c.assignee == assignee)
        with self._book.reading() as connection:
            return planned_views(connection, self._book, query)

    def of_household(self, household_id: str) -> list[PlannedView]:
        """Every plan for a household, done and dropped ones too, the oldest first."""
        with self._book.reading() as connection:
            return planned_views(connection, self._book, _query(_PLAN.c.household_id == household_id))

    def assignees(self) -> list[str]:
        """Names of workers who have open plans, by name."""
        with self._book.reading() as connection:
            return assignees(connection)

    def move(self, plan_ids: Iterable[str], day: date) -> Changed:
        """Put plans on another day. Raises NotFound where one is not here."""
        return self._amend("planning.move", plan_ids, {"due_on": day})

    def assign(self, plan_ids: Iterable[str], name: str) -> Changed:
        """Say who is to go; empty: whoever comes by. Raises NotFound where one is not here."""
        return self._amend("planning.assign", plan_ids, {"assignee": name.strip()})

    def drop(self, plan_ids: Iterable[str]) -> Changed:
        """Nobody needs to go any more. Raises NotFound where one is not here."""
        return self._amend("planning.drop", plan_ids, {"status": "dropped"})

    def reopen(self, plan_ids: Iterable[str]) -> Changed:
        """Take back that plans were dropped or kept. Raises NotFound where one is not here."""
        return self._amend("planning.reopen", plan_ids, {"status": "open", "visit_id": ""})

    def hand_over(self, giver: str, taker: str) -> Changed:
        """Give all open plans of one worker to another."""
        query = select(_PLAN.c.id).where(_PLAN.c.status == "open", _PLAN.c.assignee == giver, _PLAN.c.dead.is_(False))
        with self._book.reading() as connection:
            found = list(connection.execute(query).scalars())
        return self._amend("planning.hand_over", found, {"assignee": taker.strip()})

    def _amend(self, verb: str, plan_ids: Iterable[str], fields: Mapping[str, Any]) -> Changed:
        ids = list(dict.fromkeys(plan_ids))
        with self._book.verb(verb) as work:
            for plan in ids:
                _change(work, plan, fields)
        return changed(work, ids[0] if ids else "", ids)


def make_plans(work: Work, entries: Sequence[PlanEntry]) -> list[str]:
    """Inside a verb: plan visits, but none that is planned already; the ids of those made. Raises NotFound."""
    households = list(dict.fromkeys(entry.household_id for entry in entries))
    if len(_known(work.connection, households)) < len(households):
        raise NotFound
    there = _open_keys(work.connection, households)
    made = []
    for entry in entries:
        key = _key(entry.household_id, entry.source, entry.service_id, entry.reason)
        if key in there:
            continue
        there.add(key)
        told = {**entry.model_dump(), "status": "open", "worker": work.worker, "at": work.now}
        made.append(work.add("planned_visit", told))
        work.concerns(entry.household_id, entry.resident_id)
    return made


def _change(work: Work, plan: str, fields: Mapping[str, Any]) -> None:
    work.rest_on("planned_visit", plan)
    try:
        work.amend("planned_visit", plan, fields)
    except LookupError:
        raise NotFound from None
    row = work.connection.execute(select(_PLAN.c.household_id, _PLAN.c.resident_id).where(_PLAN.c.id == plan)).one()
    work.concerns(*row)


def assignees(connection: Connection) -> list[str]:
    """Names of workers who have open plans, by name."""
    query = select(_PLAN.c.assignee).where(_PLAN.c.status == "open", _PLAN.c.dead.is_(False)).distinct()
    return sorted(name for name in connection.execute(query).scalars() if name)


def keep_plans(work: Work, household_id: str, outcome: str, happened_on: date, visit_id: str) -> list[str]:
    """Inside the verb that records a visit: the household's open plans that it keeps are done; returns their ids.

    Who met somebody has kept what was planned until then and in the two weeks after; where the people have moved away,
    nothing more is to be done there. Nobody at home, or a refusal, keeps no plan. What was planned after the visit
    stays open, however late the visit is written down.
    """
    if outcome not in ("met", "moved_away"):
        return []
    query = select(_PLAN.c.id, _PLAN.c.due_on, _PLAN.c.at).where(
        _PLAN.c.household_id == household_id, _PLAN.c.status == "open", _PLAN.c.dead.is_(False)
    )
    kept = []
    for row in work.connection.execute(query.order_by(_PLAN.c.due_on, _PLAN.c.id)).all():
        near = row.due_on is None or row.due_on <= happened_on + KEPT_AHEAD
        if (near or outcome == "moved_away") and local_time(row.at).date() <= happened_on:
            work.amend("planned_visit", row.id, {"status": "done", "visit_id": visit_id})
            kept.append(row.id)
    return kept


def _query(*wanted: Any) -> "Select[Any]":
    return (
        select(
            *(_PLAN.c[name] for name in ("id", "household_id", "resident_id", "due_on", "source", "service_id")),
            *(_PLAN.c[name] for name in ("reason", "assignee", "status", "visit_id", "worker")),
            *(_DWELLING.c[name] for name in ("community_code", "street_line", "building", "unit", "door")),
        )
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _PLAN.c.household_id)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(_PLAN.c.dead.is_(False), _PLAN.c.due_on.is_not(None), *wanted)
        .order_by(_PLAN.c.due_on, _PLAN.c.id)
    )


def planned_views(
    connection: Connection, book: Book, query: "Select[Any] | None" = None, *, due_by: date | None = None
) -> list[PlannedView]:
    """The plans of a query (none: those open and due by a day), with names and services in words, the oldest first."""
    if query is None:
        query = _query(_PLAN.c.status == "open", _PLAN.c.due_on <= due_by)
    rows = connection.execute(query.where(~_about_frozen())).mappings().all()
    names = member_names(connection, [row["household_id"] for row in rows])
    people = _names(connection, [row["resident_id"] for row in rows if row["resident_id"]])
    services: Policies | None = book.policies if any(row["service_id"] for row in rows) else None
    return [
        PlannedView(
            **{name: row[name] for name in ("id", "household_id", "resident_id", "source", "service_id", "reason")},
            **{name: row[name] for name in ("assignee", "status", "visit_id", "worker")},
            resident_name=people.get(row["resident_id"], ""),
            due=row["due_on"],
            service=_service(services, row["service_id"])[0],
            service_en=_service(services, row["service_id"])[1],
            address=short_address(row),
            names=tuple(names.get(row["household_id"], ())),
        )
        for row in rows
    ]


def _about_frozen() -> Any:
    """A plan about somebody whose record is only kept."""
    return exists().where(_RESIDENT.c.id == _PLAN.c.resident_id, _RESIDENT.c.frozen > "")


def _service(policies: Policies | None, service_id: str) -> tuple[str, str]:
    service = policies.services.get(service_id) if policies is not None else None
    return (service.name, service.name_en) if service is not None else (service_id, service_id)


def member_names(connection: Connection, households: Iterable[str]) -> dict[str, list[str]]:
    """Names of the present members of households, the head first."""
    names: dict[str, list[str]] = defaultdict(list)
    for some in portions(households):
        query = (
            select(_MEMBERSHIP.c.household_id, _RESIDENT.c.name)
            .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
            .where(
                _MEMBERSHIP.c.household_id.in_(some),
                _MEMBERSHIP.c.until.is_(None),
                _MEMBERSHIP.c.dead.is_(False),
                _RESIDENT.c.died_on.is_(None),
                _RESIDENT.c.frozen == "",
            )
            .order_by(_MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
        )
        for row in connection.execute(query):
            names[row.household_id].append(row.name)
    return names


def _names(connection: Connection, residents: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in portions(residents):
        query = select(_RESIDENT.c.id, _RESIDENT.c.name).where(_RESIDENT.c.id.in_(some))
        found |= {row.id: row.name for row in connection.execute(query)}
    return found


def about_services(connection: Connection, households: Iterable[str]) -> set[tuple[str, str]]:
    """(household, service) of the open plans of these households."""
    found: set[tuple[str, str]] = set()
    for some in portions(households):
        query = select(_PLAN.c.household_id, _PLAN.c.service_id).where(
            _PLAN.c.household_id.in_(some), _PLAN.c.status == "open", _PLAN.c.dead.is_(False)
        )
        found |= set(connection.execute(query))
    return found


def _known(connection: Connection, households: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in portions(households):
        found |= set(connection.execute(select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.id.in_(some))).scalars())
    return found


def _key(household_id: str, source: str, service_id: str, reason: str) -> tuple[str, str, str, str]:
    return household_id, source, service_id, "" if service_id else reason


def _open_keys(connection: Connection, households: Sequence[str]) -> set[tuple[str, str, str, str]]:
    found = set()
    for some in portions(households):
        query = select(_PLAN.c.household_id, _PLAN.c.source, _PLAN.c.service_id, _PLAN.c.reason).where(
            _PLAN.c.household_id.in_(some), _PLAN.c.status == "open", _PLAN.c.dead.is_(False)
        )
        found |= {_key(*row) for row in connection.execute(query)}
    return found
