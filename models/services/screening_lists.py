"""The results of a screening as lists: who is listed, filtered, counted, ordered and paged, by columns."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.eligibility.batch.columns import Bits, Bytes, Days, Ints
from models.eligibility.batch.plan import Part, Plan
from models.eligibility.batch.screening import (
    ELIGIBLE,
    NOT_ELIGIBLE,
    OPEN_ASK,
    OPEN_OFFICE,
    Screened,
    screen_columns,
)
from models.eligibility.case import HOUSEHOLD, minus_years
from models.services.screening_views import OPEN_OUTCOMES, Outcome, ScreenFilter
from models.store.bulk import Lists, Loaded

VERDICT, RECEIVED, QUESTIONS = 7, 8, 4  # bits of a cell: verdict, the mark of who receives, from where the number lies
MOST_QUESTIONS = 15
OUTCOMES: Mapping[int, Outcome] = {
    ELIGIBLE: "eligible",
    OPEN_ASK: "ask",
    OPEN_OFFICE: "office",
    NOT_ELIGIBLE: "not_eligible",
}
_EVERY = np.arange(256)
_KEPT_FILTERS = 4
_LAST = np.int32(2**31 - 1)


@dataclass(frozen=True)
class Block:
    """A block of households, decided.

    cells: one byte for each part and person: verdict, received, number of questions (at most 15); 0 for whom nothing is
    listed: somebody whose result another household tells, who moved away; of who died lately only what is about the
    dead is listed. born: ordinal of the birth date, 0 where it is not known to the day and of the dead, so that no list
    by age holds them. listed: the living residents of the register, each once.
    """

    number: int
    version: int
    lists: Lists
    household: Ints
    born: Ints
    listed: Bits
    cells: Bytes
    screened: Screened

    @property
    def people(self) -> int:
        """How many rows of people there are."""
        return len(self.household)


def decide(number: int, version: int, loaded: Loaded, plan: Plan, cancelled: Callable[[], bool] | None) -> Block | None:
    """Decide every part for a block; None where the worker cancelled."""
    screened = screen_columns(plan, loaded.columns, cancelled=cancelled)
    if screened is None:
        return None
    columns, lists = loaded.columns, loaded.lists
    persons = lists.chosen & ~lists.away[columns.household]
    told = np.zeros(columns.households, np.bool_)
    told[columns.household[persons & ~columns.dead]] = True
    homes = told[columns.household]
    cells = screened.verdicts  # taken over: the verdicts are not looked at again
    for place, part in enumerate(screened.parts):
        listed = homes if part.subject == HOUSEHOLD else persons
        if screened.anybody_receives(place):
            cells[place] |= screened.received(place).view(np.uint8) << np.uint8(3)
        if screened.anything_open(place):
            cells[place] |= np.minimum(screened.questions(place), MOST_QUESTIONS) << np.uint8(QUESTIONS)
        cells[place] *= listed
    birth = columns.facts.get("birth_date")
    born = np.zeros(columns.people, np.int32)
    if isinstance(birth, Days):
        born = np.where((birth.low == birth.high) & ~columns.dead, birth.low, 0).astype(np.int32)
    return Block(number, version, lists, columns.household, born, persons & ~columns.dead, cells, screened)


@dataclass
class Listing:
    """All blocks decided on one day by one set of rules."""

    plan: Plan
    blocks: tuple[Block, ...]
    touched: set[int] = field(default_factory=set)  # numbers of blocks in which single households were put
    _fresh: dict[bytes, Block] = field(default_factory=dict)  # households decided anew since then
    _orders: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    _masks: "OrderedDict[Any, list[tuple[Bits, Bits]]]" = field(default_factory=OrderedDict)
    _counts: "OrderedDict[Any, NDArray[np.int64]]" = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.first = np.cumsum([0, *(block.people for block in self.blocks)])
        self._starts: list[int] = self.first.tolist()

        self.parts: tuple[Part, ...] = tuple(part for part in self.plan.parts if part.screened)  # as cells have them

    @property
    def people(self) -> int:
        """Rows of all blocks."""
        return int(self.first[-1])

    def at(self, row: int) -> tuple[Block, int]:
        """The block of a row, and its place there."""
        number = bisect_right(self._starts, row) - 1
        return self.blocks[number], row - self._starts[number]

    def masks(self, where: ScreenFilter, names: frozenset[str] | None) -> list[tuple[Bits, Bits]]:
        """For each block who fits the filter's words about people and places: as a person, and for the household."""
        key = (_of_people(where), names)
        if key not in self._masks:
            _keep(self._masks, key, [_mask(block, where, names, self.plan.on) for block in self.blocks])
        return self._masks[key]

    def places(self, where: ScreenFilter) -> list[int]:
        """The parts that a filter leaves."""
        policies = self.plan.policies
        return [
            place
            for place, part in enumerate(self.parts)
            if (not where.service or part.service_id == where.service)
            and (not where.component or part.component == where.component)
            and (not where.group or policies.services[part.service_id].group == where.group)
        ]

    def hits(self, block: int, place: int, wanted: Bits, where: ScreenFilter, names: frozenset[str] | None) -> Bits:
        """For whom of a block a part gives a cell that is wanted (by the byte of the cell) within a filter."""
        person, home = self.masks(where, names)[block]
        found: Bits = wanted[self.blocks[block].cells[place]]
        found &= home if self.parts[place].subject == HOUSEHOLD else person
        if where.fact and found.any():
            found &= self._asked(block, place, where.fact)
        return found

    def counts(self, wanted: Bits, where: ScreenFilter, names: frozenset[str] | None) -> NDArray[np.int64]:
        """How many wanted cells each row has."""
        key = (wanted.tobytes(), where, names)
        if key not in self._counts:
            total = np.zeros(self.people, np.int64)
            for number, (first, last) in enumerate(zip(self.first[:-1], self.first[1:], strict=True)):
                here = np.zeros(int(last - first), np.uint16)
                for place in self.places(where):
                    here += self.hits(number, place, wanted, where, names)
                total[first:last] = here
            _keep(self._counts, key, total)
        return self._counts[key]

    def order(self, name: str, make: Callable[[], NDArray[np.int64]]) -> NDArray[np.int64]:
        """Rows in an order, made once."""
        if name not in self._orders:
            self._orders[name] = make()
        return self._orders[name]

    def put(self, one: Block) -> None:
        """Take over a household that was decided by itself, where the same people are in it as before."""
        for home in one.lists.home.tolist():
            for block in self.blocks:
                place = np.flatnonzero(block.lists.home == home)
                if not len(place):
                    continue
                rows = np.flatnonzero(block.household == place[0])
                if block.lists.person[rows].tolist() == one.lists.person.tolist():
                    block.cells[:, rows] = one.cells
                    self.touched.add(block.number)
                    self._fresh[home] = one
                    self._counts.clear()

    def missing(
        self, block: Block, place: int, at: int, asked: dict[tuple[int, int], list[tuple[tuple[str, str], Bits]]]
    ) -> list[tuple[str, str]]:
        """(fact, whose) to be asked for one row of a block and a part; asked: what was unpacked for others."""
        home = int(block.household[at])
        fresh = self._fresh.get(block.lists.home[home]) if self._fresh else None
        if fresh is not None:
            at -= int(np.searchsorted(block.household, home))
            block = fresh
        found = asked.get((id(block), place))
        if found is None:
            found = asked[id(block), place] = list(block.screened.asks(place).items())
        return [key for key, bits in found if bits[at]]

    def _asked(self, block: int, place: int, fact: str) -> Bits:
        found = np.zeros(self.blocks[block].people, np.bool_)
        for (name, _whose), bits in self.blocks[block].screened.asks(place).items():
            if name == fact:
                found |= bits
        return found

    def wanted_facts(self, where: ScreenFilter, names: frozenset[str] | None) -> list[tuple[str, int]]:
        """How many rows each fact keeps open, the most first; of as many, what more results wait for."""
        total: dict[str, int] = {}
        results: dict[str, int] = {}
        asked = lut(ScreenFilter(outcomes=frozenset(("ask",)), not_received=True))
        for number, block in enumerate(self.blocks):
            here: dict[str, Bits] = {}
            for place in self.places(where):
                rows = self.hits(number, place, asked, where, names)
                if not rows.any():
                    continue
                for (name, _whose), bits in block.screened.asks(place).items():
                    bits &= rows
                    results[name] = results.get(name, 0) + int(np.count_nonzero(bits))
                    here[name] = here[name] | bits if name in here else bits
            for name, bits in here.items():
                total[name] = total.get(name, 0) + int(np.count_nonzero(bits))
        found = ((name, people) for name, people in total.items() if people)
        return sorted(found, key=lambda one: (-one[1], -results[one[0]], one[0]))

    def histogram(self, place: int, where: ScreenFilter, names: frozenset[str] | None) -> NDArray[np.int64]:
        """How often each byte stands in the cells of a part, within a filter's words about people and places."""
        total = np.zeros(256, np.int64)
        at_home = self.parts[place].subject == HOUSEHOLD
        for block, (person, home) in zip(self.blocks, self.masks(where, names), strict=True):
            total += np.bincount(block.cells[place][home if at_home else person], minlength=256)
        return total

    def pairs(
        self, order: NDArray[np.int64], wanted: Bits, where: ScreenFilter, names: frozenset[str] | None, skip: int
    ) -> Iterator[tuple[int, int]]:
        """(row, part) of the wanted cells in the order of the rows, from the one at `skip` on."""
        counts = self.counts(wanted, where, names)[order]
        ends = np.cumsum(counts)
        start = int(np.searchsorted(ends, skip, "right"))
        skip -= int(ends[start - 1]) if start else 0
        for position in start + np.flatnonzero(counts[start:]):
            row = int(order[position])
            for place in self._of_row(row, wanted, where, names):
                if skip:
                    skip -= 1
                    continue
                yield row, place

    def _of_row(self, row: int, wanted: Bits, where: ScreenFilter, names: frozenset[str] | None) -> list[int]:
        number = bisect_right(self._starts, row) - 1
        at = row - self._starts[number]
        person, home = self.masks(where, names)[number]
        cells = wanted[self.blocks[number].cells[:, at]]
        found = []
        for place in self.places(where):
            fits = home[at] if self.parts[place].subject == HOUSEHOLD else person[at]
            if cells[place] and fits and (not where.fact or self._asked(number, place, where.fact)[at]):
                found.append(place)
        return found

    def by_part(
        self, order: NDArray[np.int64], wanted: Bits, where: ScreenFilter, names: frozenset[str] | None, skip: int
    ) -> Iterator[tuple[int, int]]:
        """(row, part) of the wanted cells, part by part, within each in the order of the rows."""
        for place in self.places(where):
            found = np.concatenate(
                [self.hits(number, place, wanted, where, names) for number in range(len(self.blocks))] or [_NOBODY]
            )
            several = int(np.count_nonzero(found))
            if several <= skip:
                skip -= several
                continue
            for row in order[found[order]][skip:].tolist():
                yield row, place
            skip = 0


_NOBODY: Bits = np.zeros(0, np.bool_)


def lut(where: ScreenFilter) -> Bits:
    """Which bytes of cells a filter wants."""
    outcomes = where.outcomes or OPEN_OUTCOMES
    wanted = np.isin(_EVERY & VERDICT, [code for code, outcome in OUTCOMES.items() if outcome in outcomes])
    if where.not_received:
        wanted &= (_EVERY & RECEIVED) == 0
    if where.received:
        wanted &= (_EVERY & RECEIVED) != 0
    if where.at_most is not None:
        wanted &= where.at_most >= (_EVERY >> QUESTIONS)
    return wanted


def rows_by(values: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """Rows in the order of one value for each row, given block by block; equal ones as they stand."""
    return np.argsort(np.concatenate(values), kind="stable") if values else np.zeros(0, np.int64)


def with_questions(number: int) -> Bits:
    """Bytes of cells with so many questions."""
    return np.asarray(number == (_EVERY >> QUESTIONS))


def unknown_last(born: Ints) -> Ints:
    """Birth dates for an order in which those that are not known come last."""
    return np.where(born > 0, born, _LAST)


def day_or_none(ordinal: int) -> date | None:
    """The day of an ordinal; None for 0."""
    return date.fromordinal(ordinal) if ordinal > 0 else None


def rank(wanted: NDArray[np.bytes_], ids: Sequence[str]) -> NDArray[np.int64]:
    """For identities the place of each in a list; those that are not in it come last."""
    places: dict[bytes, int] = {}
    for place, identity in enumerate(ids):
        places.setdefault(identity.encode(), place)
    last = len(ids)
    return np.fromiter((places.get(one, last) for one in wanted.tolist()), np.int64, len(wanted))


def _keep(kept: "OrderedDict[Any, Any]", key: Any, value: Any) -> None:
    kept[key] = value
    while len(kept) > _KEPT_FILTERS:
        kept.popitem(last=False)


def _of_people(where: ScreenFilter) -> tuple[Any, ...]:
    """What of a filter narrows people and places."""
    return (where.community, where.street, where.worker, where.age_from, where.age_to, where.not_visited_since)


def _mask(block: Block, where: ScreenFilter, names: frozenset[str] | None, on: date) -> tuple[Bits, Bits]:
    lists = block.lists
    homes = np.ones(len(lists.home), np.bool_)
    if where.community:
        homes &= lists.community == where.community.encode()
    if where.street:
        homes &= np.char.startswith(lists.community, where.street.encode())
    if where.worker is not None:
        homes &= lists.worker == where.worker.encode()
        if not where.worker:
            homes &= lists.visited == 0
    if where.not_visited_since is not None:
        homes &= lists.visited < where.not_visited_since.toordinal()
    people = homes[block.household]
    if where.age_from is not None:
        people &= (block.born > 0) & (block.born <= minus_years(on, where.age_from).toordinal())
    if where.age_to is not None:
        people &= block.born > minus_years(on, where.age_to + 1).toordinal()
    if names is not None:
        people &= np.isin(lists.person, np.array([name.encode() for name in names], np.bytes_))
    told = np.zeros(len(homes), np.bool_)
    told[block.household[people]] = True
    return people, told[block.household]
