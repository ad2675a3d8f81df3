"""The doors of a round: looked up by address or named, with the households behind them, in walking order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, or_, select

from models.errors import NotFound
from models.records.household import DwellingEntry
from models.records.rounds import RoundEntry
from models.services.people import door
from models.services.planning import member_names
from models.services.rounds_views import DoorsView, DoorView, PartView
from models.services.walking import portions, walking_key
from models.store.rows import KEPT
from models.store.work import Work

_DWELLING, _HOUSEHOLD, _VISIT = KEPT["dwelling"], KEPT["household"], KEPT["visit"]
_ROUND, _STOP = KEPT["visit_round"], KEPT["round_stop"]
_PLACE = ("community_code", "street_line", "building", "unit")


@dataclass(frozen=True)
class Behind:
    """A door, and the household behind it; of none, the id is empty."""

    dwelling_id: str
    household_id: str
    dwelling: Mapping[Any, Any]


def address_parts(
    connection: Connection, community_code: str, street_line: str | None, building: str
) -> list[PartView]:
    """Communities that have doors; the roads of one; the buildings of a road; the staircases of a building."""
    where: list[Any] = [_DWELLING.c.dead.is_(False)]
    column = _DWELLING.c.community_code
    if community_code:
        where.append(_DWELLING.c.community_code == community_code)
        column = _DWELLING.c.street_line
    if community_code and street_line is not None:
        where.append(_DWELLING.c.street_line == street_line)
        column = _DWELLING.c.unit if building else _DWELLING.c.building
    if building:
        where.append(_DWELLING.c.building == building)
    counted = select(column, func.count()).where(*where).group_by(column)
    found = [PartView(name, count) for name, count in connection.execute(counted)]
    empty = dict.fromkeys((*_PLACE, "door"), "")
    return sorted(found, key=lambda part: walking_key({**empty, column.name: part.name}))


def doors_of(connection: Connection, entry: RoundEntry, on: date, also: Iterable[str] = ()) -> list[Behind]:
    """The doors of a round in walking order. also: dwellings that belong to it too. Raises NotFound for a household."""
    ways = {"top_down": entry.top_down, "sides": entry.sides}
    found = _named(connection, entry.household_ids) if entry.scope == "list" else _looked_up(connection, entry, on)
    there = {one.dwelling_id for one in found}
    found += households_at(connection, [dwelling for dwelling in also if dwelling not in there], on)
    out = set(entry.leave_out)
    kept = [one for one in found if one.dwelling_id not in out]
    return sorted(kept, key=lambda one: (walking_key(one.dwelling, **ways), one.household_id))


def _looked_up(connection: Connection, entry: RoundEntry, on: date) -> list[Behind]:
    """By address: an empty building means every one of the road, an empty unit every one of the building."""
    where = [_DWELLING.c.community_code == entry.community_code, _DWELLING.c.dead.is_(False)]
    wanted = {"road": 1, "building": 2, "staircase": 3}[entry.scope]
    for name in _PLACE[1 : wanted + 1]:
        where.append(_DWELLING.c[name] == getattr(entry, name))
    dwellings = connection.execute(select(_DWELLING.c.id).where(*where)).scalars()
    return households_at(connection, list(dwellings), on)


def _named(connection: Connection, households: Sequence[str]) -> list[Behind]:
    found = []
    for some in portions(households):
        query = (
            select(_HOUSEHOLD.c.id.label("household"), _DWELLING)
            .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
            .where(_HOUSEHOLD.c.id.in_(some), _HOUSEHOLD.c.dead.is_(False))
        )
        found += [Behind(row["id"], row["household"], row) for row in connection.execute(query).mappings()]
    if len(found) < len(set(households)):
        raise NotFound
    return found


def households_at(connection: Connection, dwellings: Sequence[str], on: date) -> list[Behind]:
    """Each door with every living household behind it, else with the registered one, else with none."""
    rows: dict[str, Mapping[Any, Any]] = {}
    behind: dict[str, dict[str, list[str]]] = {}
    for some in portions(dwellings):
        query = select(_DWELLING).where(_DWELLING.c.id.in_(some), _DWELLING.c.dead.is_(False))
        rows |= {row["id"]: row for row in connection.execute(query).mappings()}
        homes = select(_HOUSEHOLD.c.id, _HOUSEHOLD.c.kind, _HOUSEHOLD.c.dwelling_id).where(
            _HOUSEHOLD.c.dwelling_id.in_(some),
            _HOUSEHOLD.c.dead.is_(False),
            or_(_HOUSEHOLD.c.until.is_(None), _HOUSEHOLD.c.until > on),
        )
        for home in connection.execute(homes.order_by(_HOUSEHOLD.c.id)):
            behind.setdefault(home.dwelling_id, {}).setdefault(home.kind, []).append(home.id)
    found = []
    for dwelling, row in rows.items():
        kinds = behind.get(dwelling, {})
        for household in kinds.get("living") or kinds.get("registered", [])[:1] or [""]:
            found.append(Behind(dwelling, household, row))
    return found


def dwelling_at(work: Work, entry: DwellingEntry) -> str:
    """Inside a verb: the dwelling of an address; made if the register does not have it yet."""
    same = [_DWELLING.c[name] == value for name, value in entry.model_dump(exclude={"grid"}).items()]
    found = work.connection.execute(select(_DWELLING.c.id).where(*same, _DWELLING.c.dead.is_(False))).scalar()
    return str(found) if found else work.add("dwelling", entry.model_dump())


def preview(connection: Connection, entry: RoundEntry, on: date, most: int) -> DoorsView:
    """What planning would make of an entry; of the doors as many as a round may have, and all of them counted."""
    doors = doors_of(connection, entry, on)
    homes = [one.household_id for one in doors if one.household_id]
    shown = doors[: most + 1]
    shown_homes = [one.household_id for one in shown if one.household_id]
    names = member_names(connection, homes)
    visited: dict[str, date] = {}
    taken: dict[str, str] = {}
    for some in portions(shown_homes):
        last = select(_VISIT.c.household_id, func.max(_VISIT.c.happened_on)).where(
            _VISIT.c.household_id.in_(some), _VISIT.c.dead.is_(False)
        )
        visited |= dict(connection.execute(last.group_by(_VISIT.c.household_id)).all())
        running = (
            select(_STOP.c.household_id, _ROUND.c.name)
            .join(_ROUND, _ROUND.c.id == _STOP.c.round_id)
            .where(_STOP.c.household_id.in_(some), _STOP.c.dead.is_(False), _ROUND.c.status == "open")
        )
        taken |= dict(connection.execute(running.where(_ROUND.c.dead.is_(False), _STOP.c.status == "waiting")).all())
    there = {str(one.dwelling["door"]) for one in doors}
    extra = [name.strip() for name in entry.extra_doors] if entry.scope != "list" else []
    return DoorsView(
        doors=tuple(
            DoorView(
                dwelling_id=one.dwelling_id,
                household_id=one.household_id,
                door=door(one.dwelling),
                names=tuple(names.get(one.household_id, ())),
                last_visit=visited.get(one.household_id),
                in_round=taken.get(one.household_id, ""),
            )
            for one in shown
        ),
        households=len(homes),
        people=sum(len(names.get(home, ())) for home in homes),
        empty=len(doors) - len(homes),
        unknown=tuple(name for name in dict.fromkeys(extra) if name and name not in there),
    )
