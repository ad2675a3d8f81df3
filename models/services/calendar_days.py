"""Whom which day touches: birthdays, anniversaries and ends of answers of everybody, found in the columns.

numpy is imported here; only who makes a calendar imports this module.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.eligibility import Policies
from models.eligibility.batch.columns import STATED, Bits, Codes, Days
from models.eligibility.case import HOUSEHOLD
from models.eligibility.schema import FactDefinition
from models.eligibility.watching import CutKey, PartKey, Watch
from models.services.calendar_endings import Ending, Expiring
from models.store.bulk import Loaded

DAYS = 2**22  # more than there are days: household * DAYS + day is one number for both

Ints = NDArray[np.int64]


class Register:
    """The columns of everybody on a day, and who stands where.

    own: the rows that tell a resident's result, in the place asked for. kept: the households with such a row.
    """

    def __init__(self, loaded: Loaded, where: str) -> None:
        self.loaded = loaded
        self.starts = loaded.columns.starts()
        self.sizes = np.diff(self.starts)
        self.household: Ints = loaded.columns.household.astype(np.int64)
        here = np.char.startswith(loaded.lists.community, where.encode())
        self.own: Bits = loaded.lists.chosen & here[self.household]
        self.kept = np.zeros(loaded.columns.households, np.bool_)
        self.kept[self.household[self.own]] = True
        self._by_person = np.argsort(loaded.lists.person, kind="stable")
        self._people = loaded.lists.person[self._by_person]
        self._by_home = np.argsort(loaded.lists.home, kind="stable")
        self._homes = loaded.lists.home[self._by_home]

    def person(self, row: int) -> str:
        """The id of the resident in a row."""
        return str(self.loaded.lists.person[row].decode())

    def home(self, place: int) -> str:
        """The id of a household."""
        return str(self.loaded.lists.home[place].decode())

    def people_at_home(self, place: int) -> list[str]:
        """The ids of those whose results are told in a household."""
        rows = range(int(self.starts[place]), int(self.starts[place + 1]))
        return [self.person(row) for row in rows if self.own[row]]

    def rows_of(self, ids: Sequence[str]) -> tuple[Ints, Ints]:
        """(place in ids, row) for every row of these residents; who is a member of two households has two."""
        return _places(self._people, self._by_person, ids)

    def homes_of(self, ids: Sequence[str]) -> tuple[Ints, Ints]:
        """(place in ids, place of the household) for those of these households that there are."""
        return _places(self._homes, self._by_home, ids)


def _places(known: NDArray[np.bytes_], order: Ints, ids: Sequence[str]) -> tuple[Ints, Ints]:
    wanted = np.array([one.encode() for one in ids], np.bytes_)
    first, last = np.searchsorted(known, wanted, "left"), np.searchsorted(known, wanted, "right")
    which = np.repeat(np.arange(len(wanted)), last - first)
    return which, order[ranges(first, last)]


def ranges(first: Ints, last: Ints) -> Ints:
    """The whole numbers from each first up to its last, one range after the other."""
    sizes = last - first
    found: Ints = np.arange(int(sizes.sum())) + np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
    return found


@dataclass(frozen=True)
class Group:
    """Causes of one sort: a cut that passes dates, or answers to one fact that end (no cut)."""

    fact: FactDefinition
    cut: CutKey | None
    parts: frozenset[PartKey]


@dataclass(frozen=True)
class Causes:
    """Days on which something may change: household, day (ordinal), row of whose date or answer it is (-1: the
    household's), and sort, one beside the other; by household, day, sort and row.
    """

    groups: tuple[Group, ...]
    home: Ints
    day: Ints
    row: Ints
    group: Ints

    def between(self, first: int, last: int) -> "Causes":
        """Those of the households from one place to another, both included."""
        return self.only((self.home >= first) & (self.home <= last))

    def without(self, homes: Sequence[int]) -> "Causes":
        """Those of all but some households."""
        return self.only(~np.isin(self.home, np.array(homes, np.int64)))

    @property
    def key(self) -> Ints:
        """Household and day as one number."""
        return self.home * DAYS + self.day

    def only(self, chosen: Bits) -> "Causes":
        """Some of them."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in ("home", "day", "row", "group")})


def causes(register: Register, watched: Watch, start: date, until: date, endings: Iterable[Ending]) -> Causes:
    """What touches whom after start and until a day, in the households kept. The texts' own days are not among it."""
    groups: list[Group] = []
    found: list[tuple[Ints, Ints, Ints, Ints]] = []

    def keep(group: Group, places: Ints, days: Ints) -> None:
        at_home = group.fact.level == HOUSEHOLD
        homes = places if at_home else register.household[places]
        kept = register.kept[homes]
        if kept.any():
            rows = np.full(len(places), -1) if at_home else places
            found.append((homes[kept], days[kept], rows[kept], np.full(int(kept.sum()), len(groups))))
            groups.append(group)

    for name, cut in watched.cuts.items():
        column, window = register.loaded.columns.facts.get(cut.fact.name), cut.window(start, until)
        if cut.fact.sensitive or window is None or not isinstance(column, Days):
            continue
        places, days = _passing(column, *(day.toordinal() for day in window))
        different, which = np.unique(days, return_inverse=True)
        passed = [cut.passed(date.fromordinal(one), start, until) for one in different.tolist()]
        on = np.array([0 if day is None else day.toordinal() for day in passed], np.int64)[which]
        keep(Group(cut.fact, name, watched.cut_parts(name)), places[on > 0], on[on > 0])
    for fact, some in _by_fact(endings, watched.policies):
        which, places = (register.homes_of if fact.level == HOUSEHOLD else register.rows_of)([e.subject for e in some])
        days = np.array([ending.last.toordinal() + 1 for ending in some], np.int64)[which]
        column = register.loaded.columns.facts.get(fact.name)
        if isinstance(column, Codes):
            known = (column.values[places] != 0) & (column.values[places] != STATED)
            places, days = places[known], days[known]
        keep(Group(fact, None, watched.touched_by(fact.name)), places, days)
    parts = [np.concatenate(several) for several in zip(*found, strict=True)] or [np.zeros(0, np.int64)] * 4
    unique = np.unique(np.stack([parts[0] * DAYS + parts[1], parts[3], parts[2]]), axis=1)
    return Causes(tuple(groups), unique[0] // DAYS, unique[0] % DAYS, unique[2], unique[1])


def _passing(column: Days, first: int, last: int) -> tuple[Ints, Ints]:
    """(place, day) of the ends of dates that lie between two days."""
    ends = [(np.flatnonzero((end >= first) & (end <= last)), end) for end in (column.low, column.high)]
    places = np.concatenate([where for where, _end in ends])
    return places, np.concatenate([end[where] for where, end in ends]).astype(np.int64)


def _by_fact(endings: Iterable[Ending], policies: Policies) -> list[tuple[FactDefinition, list[Ending]]]:
    """In the order of the dictionary."""
    found: dict[str, list[Ending]] = {}
    for ending in endings:
        found.setdefault(ending.fact, []).append(ending)
    return [(definition, found[name]) for name, definition in policies.facts.items() if name in found]


def owners(register: Register, documents: Sequence[Expiring]) -> list[tuple[int, Expiring]]:
    """(row, document) of the living in the place asked for, each on the row that tells the resident's result."""
    which, rows = register.rows_of([document.resident for document in documents])
    alive = register.own[rows] & ~register.loaded.columns.dead[rows]
    return [(row, documents[place]) for place, row in zip(which[alive].tolist(), rows[alive].tolist(), strict=True)]
