"""What holds whatever is done: memberships of one person and kind never overlap, a family has exactly one head."""

from collections.abc import Collection
from datetime import date
from itertools import pairwise

from sqlalchemy import Connection, or_, select

from models.store.rows import KEPT

_RESIDENT, _HOUSEHOLD, _MEMBERSHIP = KEPT["resident"], KEPT["household"], KEPT["membership"]
Trouble = tuple[str, ...]


def troubles(connection: Connection, rows: Collection[str], on: date) -> set[Trouble]:
    """What does not hold on a day of the households and residents among some records, and of those they belong with.

    Each is a name and identities: overlap (resident, kind), heads (household), closed or empty (household), died.
    """
    ids = list(rows)
    near = or_(_MEMBERSHIP.c.household_id.in_(ids), _MEMBERSHIP.c.resident_id.in_(ids), _MEMBERSHIP.c.id.in_(ids))
    query = select(_MEMBERSHIP.c.household_id, _MEMBERSHIP.c.resident_id).where(near)
    pairs = connection.execute(query).all()
    homes = {pair.household_id for pair in pairs} | set(ids)
    people = {pair.resident_id for pair in pairs} | set(ids)
    return _of_people(connection, people) | _of_homes(connection, homes, on)


def _of_people(connection: Connection, people: Collection[str]) -> set[Trouble]:
    query = (
        select(_MEMBERSHIP, _HOUSEHOLD.c.kind, _RESIDENT.c.died_on)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
        .where(
            _MEMBERSHIP.c.resident_id.in_(list(people)),
            *(table.c.dead.is_(False) for table in (_MEMBERSHIP, _HOUSEHOLD, _RESIDENT)),
        )
    )
    lives: dict[tuple[str, str], list[tuple[date, date]]] = {}
    found: set[Trouble] = set()
    for row in connection.execute(query):
        end = row.until or date.max
        if row.since is None or row.since < end:
            lives.setdefault((row.resident_id, row.kind), []).append((row.since or date.min, end))
        if row.died_on is not None and end > row.died_on:
            found.add(("died", row.resident_id))
    for (person, kind), times in lives.items():
        if any(later[0] < earlier[1] for earlier, later in pairwise(sorted(times))):
            found.add(("overlap", person, kind))
    return found


def _of_homes(connection: Connection, homes: Collection[str], on: date) -> set[Trouble]:
    query = select(_HOUSEHOLD.c.id, _HOUSEHOLD.c.form, _HOUSEHOLD.c.until).where(
        _HOUSEHOLD.c.id.in_(list(homes)), _HOUSEHOLD.c.dead.is_(False)
    )
    known = {row.id: row for row in connection.execute(query)}
    inside = (
        select(_MEMBERSHIP.c.household_id, _MEMBERSHIP.c.relation, _MEMBERSHIP.c.standing)
        .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
        .where(
            _MEMBERSHIP.c.household_id.in_(list(known)),
            _MEMBERSHIP.c.dead.is_(False),
            _RESIDENT.c.dead.is_(False),
            or_(_MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.until > on),
        )
    )
    members: dict[str, list[bool]] = {home: [] for home in known}
    for row in connection.execute(inside):
        members[row.household_id].append(row.relation == "0" and not row.standing)
    found: set[Trouble] = set()
    for home, heads in members.items():
        closed = known[home].until is not None and known[home].until <= on
        if closed and heads:
            found.add(("closed", home))
        elif not closed and not heads:
            found.add(("empty", home))
        elif heads and known[home].form in ("", "family") and sum(heads) != 1:
            found.add(("heads", home))
    return found
