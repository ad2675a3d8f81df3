"""When each household was last seen and how often it should be, for the whole register at once.

Worked out from the columns of the screening (who lives there, how old, what was answered) and from the visits at which
somebody was there. numpy is imported here; only who looks at the whole worklist imports this module.
"""

from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from models.eligibility.batch.columns import Bits, Codes, Days, Ints
from models.eligibility.case import minus_years
from models.services.walking import portions, walking_key
from models.services.worklist_rules import Category, Rules
from models.services.worklist_sources import Found
from models.services.worklist_views import Order, Place
from models.store.bulk import Loaded
from models.store.rows import KEPT
from models.store.statements import Facts

_VISIT, _HOUSEHOLD, _DWELLING = KEPT["visit"], KEPT["household"], KEPT["dwelling"]
_SEEN = ("met", "refused")
_YES, _NO = 1, 2  # codes of a bool in the columns
_ALWAYS = ("deceased", "counts_in_household", "birth_date")
_NEWCOMER = ("resident_urban_tianjin", "hukou_tianjin", "hukou_tianjin_since")
_EVERYTHING = 500  # from so many households on everything is read rather than asked for by id

Floats = NDArray[np.float64]
Place4 = tuple[str, str, str, str]
"""Community, grid, road, building."""
Door = tuple[Place4, str, str]


def wanted_facts(facts: Facts, rules: Rules) -> Facts:
    """The facts of the vocabulary that the categories look at."""
    names = {*_ALWAYS, *_NEWCOMER, *(one.fact for one in rules.category)}
    return {name: facts[name] for name in facts if name in names}


@dataclass(frozen=True)
class Standing:
    """Households side by side; one value a household.

    category: place in the rules, -1 where none applies. seen: ordinal of the newest day on which somebody was there, 0
    for never. due: ordinal of the day on which a visit is due. who: place in `people` of whom it is about, -1 for the
    household. place: where it is, in `places`. walk: sorts doors as one walks.
    """

    rules: Rules
    home: NDArray[np.bytes_]
    category: NDArray[np.int8]
    seen: Ints
    due: Ints
    who: NDArray[np.int64]
    place: NDArray[np.int32]
    walk: Floats
    people: NDArray[np.bytes_]
    places: tuple[Place4, ...]  # community, grid, road, building

    def weights(self, on: date) -> Floats:
        """Points of each household on a day; whoever was never visited counts as waiting for twice the time."""
        late = on.toordinal() - self.due.astype(np.float64)
        base, daily, most, days = (
            np.array([*(pick(one) for one in self.rules.category), 0.0])[self.category]
            for pick in (
                lambda one: one.weight.base,
                lambda one: one.weight.per_day,
                lambda one: one.weight.most,
                lambda one: float(one.days),
            )
        )
        late = np.where(self.seen == 0, days, late)
        return np.asarray(base + np.minimum(np.maximum(late, 0) * daily, most))

    def is_due(self, on: date) -> Bits:
        """Whose visit is due on a day."""
        return np.asarray((self.category >= 0) & (self.due <= on.toordinal()))

    def within(self, where: Place) -> Bits:
        """Who lives in a place."""
        return np.array([fits(one, where) for one in self.places], np.bool_)[self.place]

    @cached_property
    def index(self) -> MutableMapping[str, int]:
        """Household -> its place."""
        return {home.decode(): row for row, home in enumerate(self.home.tolist())}

    def rows_of(self, homes: Iterable[str]) -> NDArray[np.int64]:
        """The places of those of these households that are here."""
        index = self.index
        return np.array([index[home] for home in homes if home in index], np.int64)

    def counted(self, on: date, without: Collection[str]) -> list[tuple[Place4, int]]:
        """How many visits are due on a day in each place, without some households."""
        late = self.is_due(on)
        late[self.rows_of(without)] = False
        several = np.bincount(self.place[late], minlength=len(self.places))
        return [(place, n) for place, n in zip(self.places, several.tolist(), strict=True) if n]

    def in_order(self, chosen: Bits, weights: Floats, order: Order) -> NDArray[np.int64]:
        """The chosen rows, the heaviest first or from door to door."""
        rows = np.flatnonzero(chosen)
        keys = (self.walk[rows],) if order == "walk" else (self.walk[rows], -weights[rows])
        return rows[np.lexsort(keys)]

    def found(self, row: int) -> Found:
        """The reason of one household."""
        seen = int(self.seen[row])
        who = int(self.who[row])
        return Found(
            "unseen",
            self.home[row].decode(),
            self.people[who].decode() if who >= 0 else "",
            date.fromordinal(int(self.due[row])) if seen else None,
            None,
            told=(self.rules.category[int(self.category[row])].id, date.fromordinal(seen) if seen else None),
        )


def fits(place: Place4, where: Place) -> bool:
    """Whether a dwelling lies in a place."""
    community, grid, road, building = place
    return (
        community.startswith(where.community)
        and (not where.grid or grid == where.grid)
        and (not where.street_line or road == where.street_line)
        and (not where.building or building == where.building)
    )


def stand(connection: Connection, loaded: Loaded, rules: Rules, on: date, before: Standing | None = None) -> Standing:
    """The households of some columns. before: of households whose doors stand in it already, for the order of walking.

    Households in which nobody's results are told (all have another home), which are empty, or have moved away, are
    left out.
    """
    columns, lists = loaded.columns, loaded.lists
    alive = ~columns.dead
    here = np.zeros(columns.households, np.bool_)
    here[columns.household[lists.chosen & alive]] = True
    here &= ~lists.away
    number = np.bincount(columns.household[alive], minlength=columns.households)
    category = np.full(columns.households, -1, np.int8)
    who = np.full(columns.households, -1, np.int64)
    days = np.full(columns.households, 2**31 - 1, np.int64)
    for at, one in enumerate(rules.category):
        if not one.days:
            continue
        rows, homes = _match(loaded, one, on, alive, number == 1)
        better = homes & (one.days < days)
        first = np.full(columns.households, -1, np.int64)
        if rows is not None:
            matching = np.flatnonzero(rows)[::-1]  # written last: the first of the household
            first[columns.household[matching]] = matching
        category[better], days[better], who[better] = at, one.days, first[better]
    rows_kept = np.flatnonzero(here)
    ids = [one.decode() for one in lists.home[rows_kept].tolist()]
    met = _seen(connection, ids)
    seen = np.array([met.get(one, 0) for one in ids], np.int32)
    doors = _doors(connection, ids)
    places: dict[Place4, int] = {}
    place = np.array([places.setdefault(doors[one][0], len(places)) for one in ids], np.int32)
    walk = _ranks(ids, doors) if before is None else _between(before, ids, doors)
    due = np.where(seen > 0, seen + np.where(days < 2**31 - 1, days, 0)[rows_kept], 0)
    return Standing(
        rules=rules,
        home=lists.home[rows_kept],
        category=category[rows_kept],
        seen=seen,
        due=due.astype(np.int32),
        who=who[rows_kept],
        place=place,
        walk=walk,
        people=lists.person,
        places=tuple(places),
    )


def joined(first: Standing, second: Standing, without: Collection[str]) -> Standing:
    """Both as one; of the first without some households, which the second tells anew (or which are no more).

    Those keep their places and are never due, so that nothing has to be numbered anew for a household or two.
    """
    category = first.category.copy()
    category[first.rows_of(without)] = -1
    first_told = replace(first, category=category)
    moved = {
        "who": np.where(second.who >= 0, second.who + len(first.people), -1),
        "place": second.place + np.int32(len(first.places)),
    }
    second = replace(second, **moved)  # type: ignore[arg-type]  # both arrays
    told = {
        one.name: np.concatenate([getattr(first_told, one.name), getattr(second, one.name)])
        for one in fields(Standing)
        if one.name not in ("rules", "people", "places")
    }
    people = np.concatenate([first.people, second.people])
    made = Standing(rules=first.rules, people=people, places=(*first.places, *second.places), **told)
    later = {home: row + len(first.home) for home, row in second.index.items()}
    made.__dict__["index"] = ChainMap(later, first.index)  # instead of numbering everybody again
    return made


def _match(loaded: Loaded, one: Category, on: date, alive: Bits, single: Bits) -> tuple[Bits | None, Bits]:
    """Which people a category is about (None: the household as a whole), and which households."""
    columns = loaded.columns
    rows: Bits = alive
    homes = np.ones(columns.households, np.bool_)
    personal = bool(one.age_from or one.new_resident)
    if one.age_from:
        rows = rows & _born_by(loaded, minus_years(on, one.age_from))
    if one.new_resident:
        rows = rows & _newcomers(loaded, on)
    if one.fact:
        yes = _says(loaded, one.fact, _YES)
        if len(yes) == columns.people:
            rows, personal = rows & yes, True
        else:
            homes = homes & yes
    if one.alone:
        homes, personal = homes & single, True
    if not personal:
        return None, homes
    some = np.zeros(columns.households, np.bool_)
    some[columns.household[rows]] = True
    about = rows & homes[columns.household]
    return (about if not one.new_resident else None), homes & some


def _says(loaded: Loaded, fact: str, code: int) -> Bits:
    """Of whom a yes-or-no fact says this; of people, or of households where it is theirs."""
    column = loaded.columns.facts.get(fact)
    if not isinstance(column, Codes):
        return np.zeros(loaded.columns.people, np.bool_)
    return np.asarray(column.values == code)


def _born_by(loaded: Loaded, day: date) -> Bits:
    column = loaded.columns.facts.get("birth_date")
    if not isinstance(column, Days):
        return np.zeros(loaded.columns.people, np.bool_)
    return np.asarray(column.high <= day.toordinal())


def _newcomers(loaded: Loaded, on: date) -> Bits:
    """新市民 by the last paragraph of 000_31349b1c81ee7ff4.txt, as services.facts.new_resident() reads it."""
    urban = _says(loaded, _NEWCOMER[0], _YES)
    without, with_hukou = _says(loaded, _NEWCOMER[1], _NO), _says(loaded, _NEWCOMER[1], _YES)
    since = loaded.columns.facts.get(_NEWCOMER[2])
    recent = np.zeros(loaded.columns.people, np.bool_)
    if isinstance(since, Days):
        recent = (since.low == since.high) & (since.low > minus_years(on, 3).toordinal())
    return urban & (without | (with_hukou & recent))


def _seen(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Household -> ordinal of the newest day on which somebody was there."""
    query = select(_VISIT.c.household_id, func.max(_VISIT.c.happened_on)).where(
        _VISIT.c.outcome.in_(_SEEN), _VISIT.c.dead.is_(False)
    )
    query = query.group_by(_VISIT.c.household_id)
    several = [query] if len(ids) > _EVERYTHING else [query.where(_VISIT.c.household_id.in_(s)) for s in portions(ids)]
    return {home: day.toordinal() for one in several for home, day in connection.execute(one).all() if day is not None}


def _doors(connection: Connection, ids: Sequence[str]) -> dict[str, Door]:
    """Household -> where it is: the place, and staircase and door."""
    names = ("community_code", "grid", "street_line", "building", "unit", "door")
    query = select(_HOUSEHOLD.c.id, *(_DWELLING.c[name] for name in names)).outerjoin(
        _DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id
    )
    several = [query] if len(ids) > _EVERYTHING else [query.where(_HOUSEHOLD.c.id.in_(some)) for some in portions(ids)]
    return {
        identity: ((community or "", grid or "", road or "", building or ""), unit or "", door or "")
        for one in several
        for identity, community, grid, road, building, unit, door in connection.execute(one).all()
    }


def _ranks(ids: Sequence[str], doors: Mapping[str, Door]) -> Floats:
    """The place of each in the order of walking.

    The parts of walking_key() are worked out once for each building, staircase and door number that there is.
    """
    every = [doors[one] for one in ids]
    columns = (
        _ordered([one[0] for one in every], lambda place: _walked(place[0], place[2], place[3])[:4]),
        _ordered([one[1] for one in every], lambda unit: _walked(unit=unit)[4:5]),
        _ordered([one[2] for one in every], lambda door: _walked(door=door)[5:]),
    )
    ranks = np.zeros(len(ids), np.float64)
    ranks[np.lexsort(columns[::-1])] = np.arange(len(ids))
    return ranks


def _walked(community: str = "", road: str = "", building: str = "", unit: str = "", door: str = "") -> tuple[Any, ...]:
    return walking_key(
        {"community_code": community, "street_line": road, "building": building, "unit": unit, "door": door}
    )


def _ordered(values: Sequence[Any], key: Callable[[Any], Any]) -> NDArray[np.int64]:
    """For each value its place among the different ones."""
    different = sorted(set(values), key=key)
    place = {one: at for at, one in enumerate(different)}
    return np.array([place[one] for one in values], np.int64)


def _between(before: Standing, ids: Sequence[str], doors: Mapping[str, Door]) -> Floats:
    """Places for a few households among those that are ordered already; a new door comes last in its building."""
    last: dict[Place4, float] = {}
    ranks = []
    for one in ids:
        row = before.index.get(one)
        if row is not None and before.places[int(before.place[row])] == doors[one][0]:
            ranks.append(float(before.walk[row]))
            continue
        place = doors[one][0]
        if place not in last:
            here = np.flatnonzero(before.within(Place(place[0], place[1], place[2], place[3])))
            last[place] = float(before.walk[here].max()) + 0.5 if len(here) else float(before.walk.max(initial=0)) + 1
        ranks.append(last[place])
    return np.array(ranks, np.float64)
