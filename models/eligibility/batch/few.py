"""A few households decided at once: one that changed, or the short end of a register.

Over planes of a few bytes it takes longer to find out what a step is than to take it. So the planes of all steps are
the rows of one array here, and all steps of a kind that do not read one another are taken as one. The answers are those
of the steps one by one (planes.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.eligibility.batch.block import Block
from models.eligibility.batch.planes import (
    AND,
    COUNT,
    KIN,
    MINUS,
    NO,
    NOT,
    OR,
    SOME,
    SOURCE,
    YES,
    Counts,
    Planes,
    Step,
    in_turn,
    reads,
)

if TYPE_CHECKING:
    from models.eligibility.batch.plan import Compiled

MOST = 512
"""People up to whom it is quicker."""

Stack = NDArray[np.uint8]
"""Planes, one a row."""
Rows = NDArray[np.intp]
"""Places in a stack."""


@dataclass(frozen=True)
class _Batch:
    """Steps of one kind that do not read one another, and their rows: from first up to last.

    a, b: the rows that logical steps read; NOT reads only a.
    """

    kind: int
    first: int
    last: int
    steps: tuple[Step, ...]
    a: Rows
    b: Rows


class FewSteps:
    """The steps of some parts, ready for any number of small blocks.

    spelled: for each part the rows of the three planes that spell its verdict; received, left_open: its row of each.
    opens: (place of the part, what can be open); where: the row of each; number: that of its numbers, NO without any.
    """

    def __init__(self, planes: Planes, parts: Sequence["Compiled"], *, missing: bool) -> None:
        self.opens = [(place, found) for place, made in enumerate(parts) for found in made.opens if missing]
        self._row = {NO: NO, YES: YES}
        self._batches = list(self._in_order(planes, [step for made in parts for step in made.wanted(missing)]))
        self.spelled = self._rows(step for made in parts for step in made.spelled).reshape(-1, 3)
        self.received = self._rows(made.received for made in parts)
        self.left_open = self._rows(made.left_open for made in parts)
        self.where = self._rows(found.where for _, found in self.opens)
        self.number = [self._row[NO if found.number is None else found.number] for _, found in self.opens]
        sources = [source for batch in self._batches if batch.kind == SOURCE for source in _keys(batch)]
        tests = [(key[1], key[2], row) for key, row in sources if key[0] == "is"]
        self._facts = {fact: place for place, fact in enumerate(dict.fromkeys(fact for fact, _, _ in tests))}
        self._tested = np.array([self._facts[fact] for fact, _, _ in tests], np.intp)
        self._codes = np.array([code for _, code, _ in tests], np.uint8).reshape(-1, 1)
        self._tests = np.array([row for _, _, row in tests], np.intp)
        self._receives = {key[1]: row for key, row in sources if key[0] == "receives"}
        self._others = [(key, row) for key, row in sources if key[0] not in ("is", "receives")]

    def _in_order(self, planes: Planes, wanted: Iterable[int]) -> Iterator[_Batch]:
        """The steps in batches that read only what stands before them; each step is given its row."""
        rank = {NO: 0, YES: 0}
        batches: dict[tuple[int, int], list[int]] = {}
        for at in in_turn(planes, wanted, {NO, YES}):
            rank[at] = 1 + max((rank[part] for part in reads(planes.steps[at])), default=0)
            batches.setdefault((rank[at], planes.steps[at][0]), []).append(at)
        for (_, kind), several in sorted(batches.items()):
            first = len(self._row)
            self._row.update(zip(several, range(first, first + len(several)), strict=True))
            steps = tuple(planes.steps[at] for at in several)
            logic = [step for step in steps if kind in (AND, OR, MINUS, NOT)]
            a, b = self._rows(step[1] for step in logic), self._rows(step[-1] for step in logic)
            yield _Batch(kind, first, len(self._row), steps, a, b)

    def _rows(self, steps: Iterable[int]) -> Rows:
        return np.fromiter((self._row[step] for step in steps), np.intp)

    def run(self, block: Block) -> tuple[Stack, dict[int, Counts]]:
        """The planes of all steps; and by their rows the numbers of the steps that make numbers."""
        planes = np.zeros((len(self._row), (block.people + 7) // 8), np.uint8)
        planes[YES] = 255
        numbers: dict[int, Counts] = {}
        for batch in self._batches:
            made = planes[batch.first : batch.last]
            if batch.kind == AND:
                np.bitwise_and(planes[batch.a], planes[batch.b], out=made)
            elif batch.kind == OR:
                np.bitwise_or(planes[batch.a], planes[batch.b], out=made)
            elif batch.kind == MINUS:
                np.bitwise_and(planes[batch.a], ~planes[batch.b], out=made)
            elif batch.kind == NOT:
                np.invert(planes[batch.a], out=made)
            elif batch.kind == SOURCE:
                self._read(block, planes, numbers)
            else:
                for row, step in enumerate(batch.steps, batch.first):
                    self._ask(block, row, step, planes, numbers)
        return planes, numbers

    def _read(self, block: Block, planes: Stack, numbers: dict[int, Counts]) -> None:
        """What is read from the columns: all tests of codes at once, and of services only what anybody receives."""
        codes = np.zeros((len(self._facts), block.people), np.uint8)
        for fact, place in self._facts.items():
            known = block.codes(fact)
            if known is not None:
                codes[place] = known
        planes[self._tests] = np.packbits(codes[self._tested] == self._codes, axis=1)
        for service in block.columns.receives.keys() & self._receives.keys():
            planes[self._receives[service]] = block.plane(("receives", service))
        for key, row in self._others:
            if key[0] == "silent":
                numbers[row] = block.count(key)
            else:
                planes[row] = block.plane(key)

    def _ask(self, block: Block, row: int, step: Step, planes: Stack, numbers: dict[int, Counts]) -> None:
        """A step that only the block can take."""
        kind = step[0]
        if kind == KIN:
            planes[row] = block.kin(step[1], planes[self._row[step[2]]], step[3])
        elif kind == COUNT:
            settled, bits = (None if part == NO else planes[self._row[part]] for part in step[3:5])
            numbers[row] = block.kin_open(step[1], planes[self._row[step[2]]], settled, bits, step[5])
        elif kind == SOME:
            planes[row] = block.above(numbers[self._row[step[1]]])
        else:
            planes[row] = block.home(planes[self._row[step[1]]])


def _keys(batch: _Batch) -> Iterator[tuple[tuple[Any, ...], int]]:
    """(key, row) of the planes that are read from columns."""
    return ((step[1], row) for row, step in enumerate(batch.steps, batch.first))
