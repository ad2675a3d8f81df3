"""One block of a register as the steps of a plan read it: planes of its columns, relatives, income per head."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.eligibility.batch.columns import (
    LAST_DAY,
    ODD,
    ROLES,
    UNKNOWN,
    Bits,
    Bytes,
    Codes,
    Column,
    Columns,
    Days,
    Numbers,
)
from models.eligibility.batch.planes import Counts, Plane
from models.eligibility.case import HOUSEHOLD, Case, Person, is_of_couple, relatives
from models.eligibility.nodes import INCOME
from models.eligibility.schema import RELATIONS, FactDefinition

MEMBER_INCOME = "income_month"
FIRST = "household of its first member"
"""The relation of a household's first counted member to all counted ones; spares the pairs that nobody asks about."""

_SAFE = 2**20  # up to here a numerator or a denominator times a sum of incomes fits into 64 bits
_MOST_COUNTED = 255
_NO_DAY = date.min  # relatives() does not look at the day


def _related() -> dict[str, Bits]:
    """{relation: own role x other's role}, asked of the scalar kernel itself so that there is one reading."""
    tables = {relation: np.zeros((len(ROLES), len(ROLES)), np.bool_) for relation in RELATIONS}
    for own, mine in enumerate(ROLES):
        for other, theirs in enumerate(ROLES):
            if theirs == "deceased":
                continue
            case = Case(_NO_DAY, {}, (Person("a", {}, mine), Person("b", {}, theirs)))
            for relation in RELATIONS:
                tables[relation][own, other] = "b" in relatives(case, "a", relation)
    return tables


_RELATED = _related()
_OF_COUPLE = np.array([is_of_couple(Person("a", {}, role)) for role in ROLES], np.bool_)


class Block:
    """Some households of a register. Reads columns into planes; nothing is kept between two reads but small tables."""

    def __init__(self, columns: Columns, facts: Any) -> None:
        self.columns = columns
        self.people = columns.people
        self._facts: dict[str, FactDefinition] = facts
        self._starts = columns.starts()
        self._sizes = np.diff(self._starts)
        self._expanded: dict[str, Bytes] = {}
        self._pairs: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        self._near: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]] | None = None
        self._incomes: tuple[NDArray[np.int64], NDArray[np.int64], Bits, dict[int, Decimal]] | None = None

    def nothing(self) -> Plane:
        """The plane of nobody."""
        return np.zeros((self.people + 7) // 8, np.uint8)

    def above(self, counts: Counts) -> Plane:
        """Where a number is not nought."""
        return np.packbits(counts != 0)

    def empty(self, plane: Plane) -> bool:
        """Is the plane of nobody? The bits after the last person are left out of account."""
        after = -self.people % 8
        return not plane[:-1].any() and not int(plane[-1]) >> after

    # Planes of the columns.

    def plane(self, key: tuple[Any, ...]) -> Plane:
        """A plane by its key, as plan.py names it."""
        kind = key[0]
        if kind == "is":
            return self._is(key[1], key[2])
        if kind == "known":
            return self._known(key[1])
        if kind == "from":
            return self._from(key[1], key[2])
        if kind == "may be from":
            return self._by_day(key[1], key[2], before=False)
        if kind == "may be before":
            return self._by_day(key[1], key[2], before=True)
        if kind == "counts":
            return np.packbits(self.columns.counts)
        if kind == "dead":
            return np.packbits(self.columns.dead)
        if kind == "first":
            return np.packbits(self.first())
        if kind == "of couple":
            return np.packbits(_OF_COUPLE[self.columns.role])
        if kind == "receives":
            held = self.columns.receives.get(key[1])
            return np.zeros((self.people + 7) // 8, np.uint8) if held is None else np.packbits(held)
        return self._income_plane(kind, key[1:])

    def count(self, key: tuple[Any, ...]) -> Counts:
        """How many counted members of the household have no known income."""
        del key
        _, known, _, _ = self._income()
        silent = self._counted() - known
        return self._spread(np.minimum(silent, _MOST_COUNTED).astype(np.uint8))

    def first(self) -> Bits:
        """The first counted member of each household: for it a household's services are decided."""
        marks = np.zeros(self.people, np.bool_)
        counted = np.flatnonzero(self.columns.counts)
        homes = self.columns.household[counted]
        marks[counted[np.flatnonzero(np.diff(homes, prepend=-1))]] = True
        return marks

    def _spread(self, of_households: NDArray[Any]) -> NDArray[Any]:
        return np.repeat(of_households, self._sizes)

    def _column(self, fact: str) -> Column | None:
        return self.columns.facts.get(fact)

    def _at_home(self, fact: str) -> bool:
        return self._facts[fact].level == HOUSEHOLD

    def codes(self, fact: str) -> Bytes | None:
        """The codes of a fact for each person; None where nothing is known of anybody."""
        column = self._column(fact)
        if column is None:
            return None
        assert isinstance(column, Codes)
        if not self._at_home(fact):
            return column.values
        if fact not in self._expanded:
            self._expanded[fact] = self._spread(column.values)
        return self._expanded[fact]

    def _is(self, fact: str, code: int) -> Plane:
        codes = self.codes(fact)
        if codes is None or (len(codes) and codes.strides == (0,)):  # the same of everybody
            here = 0 if codes is None else int(codes[0])
            return np.full((self.people + 7) // 8, 255 if here == code else 0, np.uint8)
        return np.packbits(codes == code)

    def _packed(self, fact: str, bits: Bits) -> Plane:
        return np.packbits(self._spread(bits) if self._at_home(fact) else bits)

    def _by_day(self, fact: str, cut: int, *, before: bool) -> Plane:
        """May the day be before the cut, or else from it on?"""
        column = self._column(fact)
        if column is None:
            return np.full((self.people + 7) // 8, 255, np.uint8)
        assert isinstance(column, Days)
        return self._packed(fact, column.low < cut if before else column.high >= cut)

    def _known(self, fact: str) -> Plane:
        column = self._column(fact)
        if isinstance(column, Days):
            return self._packed(fact, (column.low > 0) | (column.high < LAST_DAY))
        if isinstance(column, Numbers):
            return self._packed(fact, column.values != UNKNOWN)
        return np.zeros((self.people + 7) // 8, np.uint8)

    def _from(self, fact: str, cut: tuple[Decimal, int]) -> Plane:
        """Is a known number at the cut or above it?"""
        column = self._column(fact)
        if column is None:
            return np.zeros((self.people + 7) // 8, np.uint8)
        assert isinstance(column, Numbers)
        return self._packed(fact, _at_cut(column, *cut))

    # The income per head.

    def _income(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Bits, dict[int, Decimal]]:
        """For each household the sum of the known incomes in hundredths, how many are known, and are these all; for
        those whose incomes take more than whole hundredths to say, the income per head itself."""
        if self._incomes is None:
            column = self._column(MEMBER_INCOME)
            counted = self.columns.counts
            odd: dict[int, Decimal] = {}
            if isinstance(column, Numbers):
                known = counted & (column.values != UNKNOWN)
                sums = self._sum(np.where(known, column.values, 0).astype(np.int64))
                number = self._sum(known.astype(np.int64))
                for home in {int(self.columns.household[row]) for row in column.odd if counted[row]}:
                    odd[home] = self._exact(column, home)
            else:
                sums = number = np.zeros(self.columns.households, np.int64)
            everybody = self._counted()
            self._incomes = (sums, number, (number == everybody) & (everybody > 0), odd)
        return self._incomes

    def _exact(self, column: Numbers, home: int) -> Decimal:
        rows = range(int(self._starts[home]), int(self._starts[home + 1]))
        counted = [row for row in rows if self.columns.counts[row]]
        known = [
            column.odd.get(row, Decimal(int(column.values[row])) / 100)
            for row in counted
            if column.values[row] != UNKNOWN
        ]
        return sum(known, Decimal(0)) / len(counted)

    def _sum(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        running = np.concatenate((np.zeros(1, np.int64), np.cumsum(values)))
        total: NDArray[np.int64] = running[self._starts[1:]] - running[self._starts[:-1]]
        return total

    def _counted(self) -> NDArray[np.int64]:
        return self._sum(self.columns.counts.astype(np.int64))

    def _income_plane(self, kind: str, rest: tuple[Any, ...]) -> Plane:
        given = self._column(INCOME)
        has = given.values != UNKNOWN if isinstance(given, Numbers) else np.zeros(self.columns.households, np.bool_)
        sums, number, complete, odd = self._income()
        if kind == "income partly silent":
            everybody = self._counted()
            return np.packbits(self._spread((number > 0) & (number < everybody)))
        if kind == "income speaks":
            positive = sums != 0
            for home, value in odd.items():
                positive[home] = value != 0
            return np.packbits(self._spread(has | complete | positive))
        threshold, above = rest[0]
        reached = self._reached(sums, threshold, above)
        for home, value in odd.items():
            reached[home] = value > threshold or (value == threshold and not above)
        if kind == "income may be from":
            result = reached | ~complete
        elif kind == "income may be below":
            result = ~reached
        else:
            raise KeyError(kind)
        if isinstance(given, Numbers):
            told = _at_cut(given, threshold, above)
            result = np.where(given.values != UNKNOWN, told if kind == "income may be from" else ~told, result)
        return np.packbits(self._spread(result))

    def _reached(self, sums: NDArray[np.int64], threshold: Decimal, above: int) -> Bits:
        """Is the sum of known incomes over the number of members at the threshold, or above it? In whole numbers."""
        cut = Fraction(threshold) * 100
        members = np.maximum(self._counted(), 1)
        if cut.denominator < _SAFE and abs(cut.numerator) < _SAFE * _SAFE:
            left, right = sums * cut.denominator, members * cut.numerator
        else:
            left, right = sums.astype(object) * cut.denominator, members.astype(object) * cut.numerator
        return np.asarray(left > right if above else left >= right, np.bool_)

    # Relatives.

    def _neighbours(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Every two people of one household as (row, other row, place in the table of roles), the other alive."""
        if self._near is None:
            sizes = self._sizes[self.columns.household]
            own = np.repeat(np.arange(self.people), sizes)
            first = np.repeat(self._starts[self.columns.household], sizes)
            before = np.repeat(np.cumsum(sizes) - sizes, sizes)
            other = first + np.arange(len(own)) - before
            kept = (own != other) & ~self.columns.dead[other]
            own, other = own[kept], other[kept]
            role = self.columns.role.astype(np.int64)
            self._near = own, other, role[own] * len(ROLES) + role[other]
        return self._near

    def pairs(self, relation: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(row, row of somebody in this relation to it), for every such pair."""
        found = self._pairs.get(relation)
        if found is None:
            found = self._pairs[relation] = self._find_pairs(relation)
        return found

    def _find_pairs(self, relation: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if relation == FIRST:
            counted = np.flatnonzero(self.columns.counts)
            first = np.zeros(self.columns.households, np.int64)
            heads = np.flatnonzero(self.first())
            first[self.columns.household[heads]] = heads
            return first[self.columns.household[counted]], counted
        if relation in ("household", "deceased"):
            meant = self.columns.counts if relation == "household" else self.columns.dead
            others = np.flatnonzero(meant)
            sizes = self._sizes[self.columns.household[others]]
            other = np.repeat(others, sizes)
            first = np.repeat(self._starts[self.columns.household[others]], sizes)
            before = np.repeat(np.cumsum(sizes) - sizes, sizes)
            return first + np.arange(len(other)) - before, other
        own, other, place = self._neighbours()
        kept = _RELATED[relation].reshape(-1)[place]
        return own[kept], other[kept]

    def kin(self, relation: str, plane: Plane, alone: bool) -> Plane:
        """Has any person in this relation the bit? alone: what counts where nobody is recorded."""
        own, other = self.pairs(relation)
        result = self._lonely(relation) if alone else np.zeros(self.people, np.bool_)
        result[own[self.bits(plane)[other]]] = True
        return np.packbits(result)

    def _lonely(self, relation: str) -> Bits:
        lonely = np.ones(self.people, np.bool_)
        lonely[self.pairs(relation)[0]] = False
        return lonely

    def kin_open(self, relation: str, asked: Plane, settled: Plane | None, bits: Plane | None, alone: bool) -> Counts:
        """How many of the relatives have the bit while no other relative is settled, where it is asked at all."""
        own, other = self.pairs(relation)
        wanted = self.bits(asked)
        found = np.zeros(self.people, np.int64)
        if bits is not None:
            counts = wanted[own] & self.bits(bits)[other]
            if settled is not None:
                done = self.bits(settled)[other]
                of_all = np.bincount(own[done], minlength=self.people)
                counts &= of_all[own] == done
            found = np.bincount(own[counts], minlength=self.people)
        if alone:
            found = found + (wanted & self._lonely(relation))
        return np.minimum(found, _MOST_COUNTED).astype(np.uint8)

    def home(self, plane: Plane) -> Plane:
        """Has anybody of the household the bit?"""
        anybody = np.zeros(self.columns.households, np.bool_)
        anybody[self.columns.household[self.bits(plane)]] = True
        return np.packbits(self._spread(anybody))

    def bits(self, plane: Plane) -> Bits:
        """A plane as one truth value for each person."""
        return np.unpackbits(plane, count=self.people).view(np.bool_)


def _at_cut(column: Numbers, threshold: Decimal, above: int) -> Bits:
    """Is a known number at the threshold or higher, or (above) higher than it?"""
    cut = Fraction(threshold) * 100
    lowest = cut.numerator // cut.denominator
    if above or lowest != cut:
        lowest += 1  # the lowest whole number of hundredths that is
    bits = np.zeros(len(column), np.bool_)
    if lowest < 2**31:
        bits = column.values >= max(lowest, ODD + 1)
    for row, value in column.odd.items():
        bits[row] = value > threshold or (value == threshold and not above)
    return bits
