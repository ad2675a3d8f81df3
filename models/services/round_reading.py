"""Rounds as they are shown: lists with their progress, and one with its doors, people and what is due."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, case, func, select, true

from models.errors import NotFound
from models.services.book import Book
from models.services.household_due import due_lines
from models.services.people import door, resident_rows
from models.services.round_doors import households_at
from models.services.rounds_views import COMES_AGAIN, PersonAtDoor, RoundRow, RoundView, StopView, TryView
from models.services.walking import portions
from models.store.handed import Handed, handed_away, is_handed
from models.store.rows import KEPT

_ROUND, _STOP, _DWELLING = KEPT["visit_round"], KEPT["round_stop"], KEPT["dwelling"]
_MEMBERSHIP, _VISIT, _RESIDENT = KEPT["membership"], KEPT["visit"], KEPT["resident"]

_FLAGS = ((80, "age80"), (65, "age65"), (60, "age60"))
_BABY, _CHILD = 3, 7  # years: under three, and before school


def read_rows(
    connection: Connection, on: date, *wanted: Any, limit: int = 0, newest_first: bool = False
) -> list[RoundRow]:
    """Rounds with how far they are, by the day on which they begin or the newest first."""
    order = (_ROUND.c.at.desc(), _ROUND.c.id) if newest_first else (_ROUND.c.starts_on, _ROUND.c.at, _ROUND.c.id)
    query = select(_ROUND).where(_ROUND.c.dead.is_(False), *wanted).order_by(*order)
    rounds = connection.execute(query.limit(limit) if limit else query).mappings().all()
    counted: dict[str, Mapping[Any, Any]] = {}
    theirs = [home for home, people in handed_away(connection).items() if people is None]
    ours = _STOP.c.household_id.not_in(theirs) if theirs else true()
    again = _STOP.c.status.in_(COMES_AGAIN) & _STOP.c.retry_on.is_not(None) & ours

    def count(what: Any) -> Any:
        return func.sum(case((what, 1), else_=0))

    for some in portions(row["id"] for row in rounds):
        progress = (
            select(
                _STOP.c.round_id,
                count((_STOP.c.status != "skipped") & ((_STOP.c.status != "waiting") | ours)).label("total"),
                count(_STOP.c.status.not_in(("waiting", "skipped"))).label("gone"),
                count(_STOP.c.status == "met").label("met"),
                count(again).label("retries"),
                count(again & (_STOP.c.retry_on <= on)).label("retries_due"),
            )
            .where(_STOP.c.round_id.in_(some), _STOP.c.dead.is_(False))
            .group_by(_STOP.c.round_id)
        )
        counted |= {row["round_id"]: row for row in connection.execute(progress).mappings()}
    columns = ("id", "name", "scope", "purpose", "starts_on", "ends_on", "assignee", "status", "worker")
    return [
        RoundRow(
            **{name: row[name] for name in columns},
            **_figures(counted.get(row["id"])),
        )
        for row in rounds
    ]


def _figures(counted: Mapping[Any, Any] | None) -> dict[str, Any]:
    names = ("total", "gone", "met", "retries", "retries_due")
    return {name: int(counted[name]) if counted is not None else 0 for name in names}


def read_round(connection: Connection, book: Book, round_id: str, on: date) -> RoundView:
    """One round with everything about its doors, in a handful of queries. Raises NotFound."""
    rows = read_rows(connection, on, _ROUND.c.id == round_id)
    if not rows:
        raise NotFound
    query = (
        select(_STOP, *(_DWELLING.c[name] for name in ("community_code", "street_line", "building", "unit", "door")))
        .outerjoin(_DWELLING, _DWELLING.c.id == _STOP.c.dwelling_id)
        .where(_STOP.c.round_id == round_id, _STOP.c.dead.is_(False))
        .order_by(_STOP.c.place, _STOP.c.id)
    )
    stops = connection.execute(query).mappings().all()
    homes = _homes(connection, stops, on)
    behind = _people(connection, set(homes.values()) - {""}, on)
    last: dict[str, tuple[date | None, str]] = {}
    for some in portions(behind):
        made = select(_VISIT.c.household_id, _VISIT.c.happened_on, _VISIT.c.outcome).where(
            _VISIT.c.household_id.in_(some), _VISIT.c.dead.is_(False)
        )
        for row in connection.execute(made.order_by(_VISIT.c.happened_on, _VISIT.c.at)):
            last[row.household_id] = (row.happened_on, row.outcome)
    handed = handed_away(connection, set(behind))
    asked = {
        home: [one.resident_id for one in people if not is_handed(handed, home, one.resident_id)]
        for home, people in behind.items()
        if not is_handed(handed, home)
    }
    due = due_lines(connection, book, asked, on)
    about = connection.execute(select(_ROUND.c.community_code).where(_ROUND.c.id == round_id)).scalar()
    return RoundView(
        row=rows[0],
        on=on,
        community_code=about or "",
        stops=tuple(
            StopView(
                id=stop["id"],
                place=stop["place"],
                **_stands(stop, homes[stop["id"]], handed),
                dwelling_id=stop["dwelling_id"],
                household_id=homes[stop["id"]],
                door=door(stop),
                number=stop["door"] or "",
                **_place(stop),
                people=tuple(behind.get(homes[stop["id"]], ())),
                last_visit=last.get(homes[stop["id"]], (None, ""))[0],
                last_outcome=last.get(homes[stop["id"]], (None, ""))[1],
                due=due.get(homes[stop["id"]], ()),
                tries=tuple(
                    TryView(date.fromisoformat(tried["on"]), tried["part"], tried["outcome"], tried["visit"])
                    for tried in stop["tries"]
                ),
                note=stop["note"],
                at=stop["at"],
            )
            for stop in stops
        ),
    )


def _place(stop: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: stop[name] or "" for name in ("community_code", "street_line", "building", "unit")}


def _stands(stop: Mapping[Any, Any], home: str, handed: Handed) -> dict[str, Any]:
    """Where a door stands, and when somebody comes again: nobody where another office has taken over the case."""
    open_still = stop["status"] == "waiting" or (stop["status"] in COMES_AGAIN and stop["retry_on"] is not None)
    if open_still and home and is_handed(handed, home):
        return {"status": "handed", "retry_on": None, "retry_part": ""}
    return {name: stop[name] for name in ("status", "retry_on", "retry_part")}


def _homes(connection: Connection, stops: Sequence[Mapping[Any, Any]], on: date) -> dict[str, str]:
    """The household behind each door; one that was registered there since the round was planned too."""
    empty = [stop["dwelling_id"] for stop in stops if not stop["household_id"]]
    since = {one.dwelling_id: one.household_id for one in households_at(connection, empty, on)} if empty else {}
    return {stop["id"]: stop["household_id"] or since.get(stop["dwelling_id"], "") for stop in stops}


def _people(connection: Connection, homes: set[str], on: date) -> dict[str, list[PersonAtDoor]]:
    """Who lives in each household on a day, the head first; a household without anybody has an empty list."""
    found: dict[str, list[PersonAtDoor]] = {home: [] for home in homes}
    members: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for some in portions(sorted(homes)):
        query = (
            select(_MEMBERSHIP.c.household_id, _MEMBERSHIP.c.resident_id, _MEMBERSHIP.c.relation)
            .where(_MEMBERSHIP.c.household_id.in_(some), _MEMBERSHIP.c.dead.is_(False))
            .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
            .where(_MEMBERSHIP.c.until.is_(None) | (_MEMBERSHIP.c.until > on), _RESIDENT.c.frozen == "")
            .order_by(_MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
        )
        for row in connection.execute(query):
            members[row.household_id].append((row.resident_id, row.relation))
    for some in portions(resident for those in members.values() for resident, _relation in those):
        people = {row.id: row for row in resident_rows(connection, some, on)}
        wanted = set(some)
        for home, those in members.items():
            for resident, relation in those:
                who = people.get(resident) if resident in wanted else None
                if who is not None:
                    person = PersonAtDoor(
                        resident, who.name, who.sex, who.age, relation, who.phone_tail, _flags(who.age)
                    )
                    found[home].append(person)
    return found


def _flags(age: int | None) -> tuple[str, ...]:
    if age is None:
        return ()
    if age < _CHILD:
        return ("baby" if age < _BABY else "child",)
    return tuple(flag for years, flag in _FLAGS if age >= years)[:1]
