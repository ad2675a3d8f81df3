"""From when to when residents and households were on the register, and so how many there were at the end of any month.

A membership counts from its first day, but not before the person was registered: what the office did not know then was
not in its figures. It ends with its last day or the death. So what came in less what went out is always the difference
of the two stocks.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, select

from models.services.statistics_views import Month
from models.store.many import without_pauses
from models.store.rows import KEPT
from models.values import age_on

_RESIDENT, _MEMBERSHIP, _HOUSEHOLD, _DWELLING = (
    KEPT[name] for name in ("resident", "membership", "household", "dwelling")
)
Spell = tuple[date, date]
"""From the first day on, up to the second, which does not count any more."""

AGES = ((0, 6), (7, 17), (18, 59), (60, 69), (70, 79), (80, 89), (90, 150))


@dataclass
class Stock:
    """How many there were, told by when each came and went."""

    starts: list[date] = field(default_factory=list)
    ends: list[date] = field(default_factory=list)

    def put(self, spells: Iterable[Spell]) -> None:
        """Add one person or household."""
        for start, end in spells:
            self.starts.append(start)
            self.ends.append(end)

    def settle(self) -> "Stock":
        """To be called once all are in."""
        self.starts.sort()
        self.ends.sort()
        return self

    def on(self, day: date) -> int:
        """How many there were at the end of a day."""
        return bisect_right(self.starts, day) - bisect_right(self.ends, day)

    def came(self, first: date, last: date) -> int:
        """How many came from one day to another, both included."""
        return bisect_right(self.starts, last) - bisect_right(self.starts, _before(first))

    def went(self, first: date, last: date) -> int:
        """How many went."""
        return bisect_right(self.ends, last) - bisect_right(self.ends, _before(first))


def _before(day: date) -> date:
    return date.fromordinal(max(day.toordinal() - 1, 1))


@dataclass(frozen=True)
class Living:
    """Everybody who was ever on the register. people: (spells, birth date, day of death, sex) of each resident."""

    residents: Stock
    households: Stock
    homes: dict[str, list[Spell]]
    people: list[tuple[list[Spell], date | None, date | None, str]]
    data_from: date | None

    def births(self, first: date, last: date) -> int:
        """Who came within these days and was born within them."""
        return sum(
            born is not None and first <= born <= last and first <= spells[0][0] <= last
            for spells, born, _died, _sex in self.people
        )

    def deaths(self, first: date, last: date) -> int:
        """Who went by dying within these days."""
        return sum(
            died is not None and first <= died <= last and spells[-1][1] == died
            for spells, _born, died, _sex in self.people
        )

    def by_age(self, day: date) -> list[tuple[str, int, int]]:
        """(group, men, women) of who was there at the end of a day; without a birth date or sex nobody is counted."""
        counts = {group: [0, 0] for group in AGES}
        for spells, born, _died, sex in self.people:
            if born is None or sex not in ("1", "2") or not any(start <= day < end for start, end in spells):
                continue
            age = age_on(born, day)
            group = next((one for one in AGES if one[0] <= age <= one[1]), None)
            if group:
                counts[group][sex == "2"] += 1
        return [
            (f"{low}–{high}" if high < 150 else f"{low}+", counts[low, high][0], counts[low, high][1])
            for low, high in AGES
        ]


def living(connection: Connection, place: str) -> Living:
    """Everybody, or who lived in a place (6, 9 or 12 digits); records that are only kept are not counted. One query."""
    query = (
        select(
            _RESIDENT.c.id, _RESIDENT.c.registered_on, _RESIDENT.c.birth_date, _RESIDENT.c.died_on, _RESIDENT.c.sex,
            _MEMBERSHIP.c.since, _MEMBERSHIP.c.until, _HOUSEHOLD.c.id, _HOUSEHOLD.c.kind, _DWELLING.c.community_code,
        )
        .outerjoin(_MEMBERSHIP, and_(_MEMBERSHIP.c.resident_id == _RESIDENT.c.id, _MEMBERSHIP.c.dead.is_(False)))
        .outerjoin(_HOUSEHOLD, and_(_HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id, _HOUSEHOLD.c.dead.is_(False)))
        .outerjoin(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(_RESIDENT.c.dead.is_(False), _RESIDENT.c.frozen == "")
        .order_by(_RESIDENT.c.id)
    )  # fmt: skip
    with without_pauses():  # a few hundred thousand small things live until the end
        return _living(connection.execute(query).all(), place)


def _living(found: Sequence[Any], place: str) -> Living:
    homes: dict[str, list[Spell]] = {}
    people: list[tuple[list[Spell], date | None, date | None, str]] = []
    first_day: date | None = None
    rows: list[Any] = []

    def take() -> None:
        nonlocal first_day
        _id, registered, born, died, sex = rows[0][:5]
        known = registered or date.min
        end_of_life = died or date.max
        inside: list[Spell] = []
        everywhere: list[Spell] = []  # of living households
        of_books: list[Spell] = []  # of registered ones in the place
        member = False
        for *_person, since, until, household, kind, community in rows:
            if household is None:
                continue
            member = True
            spell = (max(since or known, known), min(until or date.max, end_of_life))
            if spell[0] >= spell[1]:
                continue
            here = str(community or "").startswith(place)
            if kind == "living":
                everywhere.append(spell)
                if here:
                    inside.append(spell)
                    homes.setdefault(household, []).append(spell)
            elif here:
                of_books.append(spell)
        if not member and not place and known < end_of_life:
            inside.append((known, end_of_life))
        spells = merged([*inside, *without(merged(of_books), merged(everywhere))])
        if spells:
            people.append((spells, born, died, sex))
            if registered is not None and (first_day is None or registered < first_day):
                first_day = registered

    for row in found:
        if rows and rows[0][0] != row[0]:
            take()
            rows.clear()
        rows.append(row)
    if rows:
        take()
    homes = {home: merged(spells) for home, spells in homes.items()}
    residents, households = Stock(), Stock()
    for told in people:
        residents.put(told[0])
    for spells in homes.values():
        households.put(spells)
    return Living(residents.settle(), households.settle(), homes, people, first_day)


def merged(spells: Iterable[Spell]) -> list[Spell]:
    """Spells that touch or overlap as one, in their order."""
    several = sorted(spells)
    if len(several) < 2:
        return several
    found: list[Spell] = []
    for start, end in several:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def without(spells: Sequence[Spell], taken: Iterable[Spell]) -> list[Spell]:
    """What is left of spells outside others; both merged."""
    found: list[Spell] = []
    out = list(taken)
    if spells == out:
        return found
    for start, end in spells:
        for low, high in out:
            if high <= start or low >= end:
                continue
            if low > start:
                found.append((start, low))
            start = max(start, high)
        if start < end:
            found.append((start, end))
    return found


def ends(month: Month, until: date, back: int) -> list[tuple[Month, date]]:
    """So many months up to this one, each with its last day; of this one the last that is counted."""
    months = [month.later(-steps) for steps in range(back - 1, -1, -1)]
    return [(one, until if one == month else one.last) for one in months]
