"""Bit planes: one bit for each person of a block, and the expressions over them that a plan is made of.

An expression is a number; equal expressions are the same number, so what several rules share is worked out once for a
block. A plane of 65,536 people is 8 KB, and one step over it takes about a microsecond.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
"""Eight people a byte, the first in the highest bit; bits after the last person mean nothing."""
Counts = NDArray[np.uint8]
"""A number for each person."""

NO, YES = 0, 1
AND, OR, MINUS, NOT, SOURCE, KIN, COUNT, SOME, HOME, RESULT = range(10)
"""Kinds of steps."""
Step = tuple[Any, ...]
"""A kind and what it works on."""


class Source(Protocol):
    """The people of one block, as the steps ask for them. What a plane is made of is the block's own affair."""

    def nothing(self) -> Any:
        """The plane of nobody."""

    def plane(self, key: tuple[Any, ...]) -> Any:
        """A plane read from the columns."""

    def count(self, key: tuple[Any, ...]) -> Counts:
        """Numbers read from the columns."""

    def kin(self, relation: str, plane: Any, alone: bool) -> Any:
        """Has any person in this relation the bit? alone: what counts where nobody is recorded."""

    def kin_open(self, relation: str, asked: Any, settled: Any | None, bits: Any | None, alone: bool) -> Counts:
        """How many of the relatives have the bit while no other relative is settled, where it is asked at all."""

    def home(self, plane: Any) -> Any:
        """Has anybody of the household the bit?"""

    def above(self, counts: Counts) -> Any:
        """Where a number is not nought."""


class Planes:
    """Makes expressions and simplifies them as they are made."""

    def __init__(self) -> None:
        self.steps: list[Step] = [(), ()]  # NO and YES are given
        self._known: dict[tuple[Any, ...], int] = {}
        self._opposite: dict[int, int] = {NO: YES, YES: NO}

    def _step(self, *step: Any) -> int:
        found = self._known.get(step)
        if found is None:
            found = self._known[step] = len(self.steps)
            self.steps.append(step)
        return found

    def source(self, *key: Any) -> int:
        """A plane that the block reads from its columns."""
        return self._step(SOURCE, key)

    def sources(self) -> list[tuple[Any, ...]]:
        """The keys of all planes that are read from columns."""
        return [step[1] for step in self.steps if step and step[0] == SOURCE]

    def both(self, a: int, b: int) -> int:
        """a and b."""
        if a == b or b == YES:
            return a
        if a == YES:
            return b
        if a == NO or b == NO or self._opposite.get(a) == b:
            return NO
        if self.steps[b][0] == NOT:
            return self._step(MINUS, a, self.steps[b][1])
        if self.steps[a][0] == NOT:
            return self._step(MINUS, b, self.steps[a][1])
        return self._step(AND, *sorted((a, b)))

    def either(self, a: int, b: int) -> int:
        """a or b."""
        if a == b or b == NO:
            return a
        if a == NO:
            return b
        if a == YES or b == YES or self._opposite.get(a) == b:
            return YES
        return self._step(OR, *sorted((a, b)))

    def no(self, a: int) -> int:
        """Not a."""
        found = self._opposite.get(a)
        if found is None:
            found = self._step(NOT, a)
            self._opposite[a], self._opposite[found] = found, a
        return found

    def every(self, parts: Iterable[int]) -> int:
        """All of the parts."""
        result = YES
        for part in sorted(set(parts)):
            result = self.both(result, part)
        return result

    def some(self, parts: Iterable[int]) -> int:
        """Any of the parts."""
        result = NO
        for part in sorted(set(parts)):
            result = self.either(result, part)
        return result

    def at_least(self, k: int, parts: Sequence[int]) -> int:
        """At least k of the parts."""
        reached = [YES, *[NO] * max(k, 0)]
        for part in parts:
            for j in range(len(reached) - 1, 0, -1):
                reached[j] = self.either(reached[j], self.both(reached[j - 1], part))
        return reached[max(k, 0)]

    def kin(self, relation: str, a: int, alone: bool) -> int:
        """Any of the people in the relation; alone: where nobody is recorded."""
        return self._step(KIN, relation, a, alone)

    def kin_open(self, relation: str, asked: int, settled: int, bits: int, alone: bool) -> int:
        """A number for each person (not a plane): see Source.kin_open()."""
        return self._step(COUNT, relation, asked, settled, bits, alone)

    def count_above(self, counts: int) -> int:
        """Where a number is not nought."""
        return self._step(SOME, counts)

    def home(self, a: int) -> int:
        """Anybody of the household."""
        return a if a in (NO, YES) else self._step(HOME, a)


def reads(step: Step) -> tuple[int, ...]:
    """The expressions that a step is made of."""
    if not step or step[0] == SOURCE:
        return ()
    if step[0] == KIN:
        return (step[2],)
    if step[0] == COUNT:
        return step[2:5]
    return step[1:]


def in_turn(planes: Planes, wanted: Iterable[int], done: set[int]) -> Iterator[int]:
    """All that the wanted expressions are made of and that is not done, each after what it reads; then it is done."""
    for one in wanted:
        todo = [one]
        while todo:
            at = todo[-1]
            if at in done:
                todo.pop()
                continue
            waits = [part for part in reads(planes.steps[at]) if part not in done]
            if waits:
                todo.extend(waits)
                continue
            todo.pop()
            done.add(at)
            yield at


@dataclass(frozen=True)
class Program:
    """The steps in the order in which they run, each with the values that nobody needs after it."""

    lines: tuple[tuple[Any, ...], ...]

    @classmethod
    def of(cls, planes: Planes, results: Sequence[Sequence[int]]) -> "Program":
        """The steps that the results need, one result after the other, so that few values are kept at a time."""
        lines: list[tuple[Any, ...]] = []
        done = {NO, YES}
        for number, result in enumerate(results):
            for at in in_turn(planes, result, done):
                lines.append((planes.steps[at][0], at, planes.steps[at]))
            lines.append((RESULT, tuple(result), number))
        last: dict[int, int] = {}
        for place, line in enumerate(lines):
            for part in line[1] if line[0] == RESULT else (line[1], *reads(line[2])):
                last[part] = place
        frees: list[list[int]] = [[] for _ in lines]
        for part, place in last.items():
            if part not in (NO, YES):
                frees[place].append(part)
        return cls(tuple((*line, tuple(free)) for line, free in zip(lines, frees, strict=True)))

    def run(self, source: Source, take: Callable[[int, list[Any]], None]) -> None:
        """Work all steps out for one block; each result is taken, with its number, as soon as it is there."""
        nothing = source.nothing()
        values: dict[int, Any] = {NO: nothing, YES: ~nothing}
        for kind, at, step, free in self.lines:
            if kind == AND:
                values[at] = values[step[1]] & values[step[2]]
            elif kind == OR:
                values[at] = values[step[1]] | values[step[2]]
            elif kind == MINUS:
                values[at] = values[step[1]] & ~values[step[2]]
            elif kind == NOT:
                values[at] = ~values[step[1]]
            elif kind == SOURCE:
                values[at] = source.count(step[1]) if step[1][0] == "silent" else source.plane(step[1])
            elif kind == KIN:
                values[at] = source.kin(step[1], values[step[2]], step[3])
            elif kind == COUNT:
                bits = None if step[4] == NO else values[step[4]]
                settled = None if step[3] == NO else values[step[3]]
                values[at] = source.kin_open(step[1], values[step[2]], settled, bits, step[5])
            elif kind == SOME:
                values[at] = source.above(values[step[1]])
            elif kind == HOME:
                values[at] = source.home(values[step[1]])
            else:
                take(step, [values[part] for part in at])
            for part in free:
                del values[part]
