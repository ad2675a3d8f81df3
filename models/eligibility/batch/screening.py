"""Screening a register: every rule for everybody, block by block, with the answers of the scalar kernel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.eligibility.batch.block import Block
from models.eligibility.batch.columns import BLOCK, STATED, Bits, Bytes, Codes, Columns, domain_of
from models.eligibility.batch.few import MOST, Stack
from models.eligibility.batch.plan import Part, Plan
from models.eligibility.batch.planes import NO, Plane
from models.eligibility.batch.rules import kind_of
from models.eligibility.batch.single import (
    ELIGIBLE,
    NOT_ELIGIBLE,
    OPEN_ASK,
    OPEN_OFFICE,
    OPEN_SILENT,
    OPEN_WITHHELD,
    Single,
)
from models.eligibility.case import HOUSEHOLD

NOT_SUBJECT = 0
"""Verdicts. NOT_SUBJECT: the part is not decided for this row. OPEN_ASK: there are facts to ask. OPEN_OFFICE: only
another office's word is left. OPEN_WITHHELD: only facts that are never asked are left. OPEN_SILENT: only an office's
word is left and nothing known of the household speaks for it. decide_all() leaves the last two out."""

_MOST = 255

__all__ = [
    "ELIGIBLE",
    "NOT_ELIGIBLE",
    "NOT_SUBJECT",
    "OPEN_ASK",
    "OPEN_OFFICE",
    "OPEN_SILENT",
    "OPEN_WITHHELD",
    "Screened",
    "screen_columns",
]


@dataclass
class _Found:
    """What is open of one fact in one part: planes, and numbers where it is asked of several people, by block."""

    planes: dict[int, Plane] = field(default_factory=dict)
    numbers: dict[int, Bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Screened:
    """The answers for every row of the columns.

    verdicts: one row for each part, one column for each person, in the codes above. A household's service stands on
    the row of its first counted member. by_kernel: how many cells were decided by the scalar kernel, one by one.
    """

    plan: Plan = field(repr=False)
    parts: tuple[Part, ...]
    verdicts: Bytes
    by_kernel: int
    _bounds: tuple[int, ...] = field(repr=False)
    _received: tuple[dict[int, Plane], ...] = field(repr=False)
    _open: tuple[dict[tuple[str, str], _Found], ...] = field(repr=False)

    def received(self, place: int) -> Bits:
        """Who already receives the service of the part at this place; False for whom it is not decided."""
        return self._whole(self._received[place])

    def anything_open(self, place: int) -> bool:
        """Whether anything is open of anybody in the part at this place; quicker to tell than what."""
        return bool(self._open[place])

    def anybody_receives(self, place: int) -> bool:
        """Whether anybody receives the service of the part at this place; quicker to tell than who."""
        return bool(self._received[place])

    def asks(self, place: int) -> dict[tuple[str, str], Bits]:
        """{(fact, whose): for whom it is to be asked}, facts that can be asked.

        whose: person, household, or the relation of those whose fact it is. A fact of people under "household" is asked
        of its counted members (the incomes that are still silent). Empty after a screening without missing.
        """
        return self._of_kind(place, "ask")

    def offices(self, place: int) -> dict[tuple[str, str], Bits]:
        """The same of what another office must say: a fact, or its words after the prefix ``@agency:``."""
        return self._of_kind(place, "office")

    def questions(self, place: int) -> Bytes:
        """How many facts are to be asked, each person's counted; at most 255."""
        total = np.zeros(self.verdicts.shape[1], np.uint16)
        for (fact, _), found in self._open[place].items():
            if kind_of(self.plan.policies, fact) != "ask":
                continue
            for number, plane in found.planes.items():
                first, last = self._bounds[number], self._bounds[number + 1]
                bits = np.unpackbits(plane, count=last - first)
                total[first:last] += bits * found.numbers[number] if number in found.numbers else bits
        return np.minimum(total, _MOST).astype(np.uint8)

    def _of_kind(self, place: int, kind: str) -> dict[tuple[str, str], Bits]:
        return {
            key: self._whole(found.planes)
            for key, found in self._open[place].items()
            if kind_of(self.plan.policies, key[0]) == kind
        }

    def _whole(self, planes: dict[int, Plane]) -> Bits:
        bits = np.zeros(self.verdicts.shape[1], np.bool_)
        for number, plane in planes.items():
            first, last = self._bounds[number], self._bounds[number + 1]
            bits[first:last] = np.unpackbits(plane, count=last - first)
        return bits


def screen_columns(
    plan: Plan,
    columns: Columns,
    *,
    parts: Sequence[tuple[str, str | None]] | None = None,
    missing: bool = True,
    with_sensitive: bool = False,
    cancelled: Callable[[], bool] | None = None,
    block: int = BLOCK,
) -> Screened | None:
    """Decide the parts for every row; None where the worker cancelled (asked before each block).

    parts: (service id, component) of those wanted; None: all but universal and sensitive ones. missing: also keep what
    is open of whom; without it only the verdicts and who receives. with_sensitive: without it everybody is decided as
    if nobody had told the sensitive facts, as decide_all() does. block: about how many rows at a time.
    """
    chosen = plan.chosen(parts)
    if not with_sensitive:
        columns = _open_to_all(plan, columns)
    work = _Work(plan, chosen, columns, missing)
    starts = columns.starts()
    first = 0
    while first < columns.households:
        if cancelled is not None and cancelled():
            return None
        # as many whole households as make a block, at least one
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + block, "right")) - 1)
        work.run(first, last, int(starts[first]), int(starts[last]))
        first = last
    return work.screened()


def _open_to_all(plan: Plan, columns: Columns) -> Columns:
    """The columns without the sensitive facts; nothing is copied. A state keeps them from being inferred, too."""
    kept = dict(columns.facts)
    for name, definition in plan.policies.facts.items():
        if definition.sensitive:
            kept.pop(name, None)
            if domain_of(definition):
                rows = columns.households if definition.level == HOUSEHOLD else columns.people
                kept[name] = Codes(np.broadcast_to(np.uint8(STATED), rows))
    return replace(columns, facts=kept)


class _Work:
    """One screening under way."""

    def __init__(self, plan: Plan, chosen: list[int], columns: Columns, missing: bool) -> None:
        self._plan = plan
        self._columns = columns
        self._missing = missing
        self._parts = tuple(plan.parts[place] for place in chosen)
        self._verdicts: Bytes = np.zeros((len(chosen), columns.people), np.uint8)
        self._received: tuple[dict[int, Plane], ...] = tuple({} for _ in chosen)
        self._open: tuple[dict[tuple[str, str], _Found], ...] = tuple({} for _ in chosen)
        self._bounds = [0]
        self._left: list[tuple[int, NDArray[np.int64]]] = []
        self._single = Single(plan, columns)
        self._chosen = chosen
        self._compiled = [plan.compiled[place] for place in chosen]

    def _take(self, block: Block, row: int, values: list[Any]) -> None:
        """Keep what one part gave for one block."""
        number, first, made = len(self._bounds) - 1, self._bounds[-1], self._compiled[row]
        verdicts = self._verdicts[row, first : first + block.people]
        for place, plane in enumerate(values[:3]):  # the three bits of the code; most of them are of nobody
            if not block.empty(plane):
                verdicts |= np.unpackbits(plane, count=block.people) << np.uint8(place)
        if not block.empty(values[3]):
            self._received[row][number] = values[3]
        if made.left_open != NO:
            self._left.append((row, first + np.flatnonzero(block.bits(values[4]))))
        if not self._missing:
            return
        for at, found in enumerate(made.opens):
            where, numbers = values[5 + 2 * at], values[6 + 2 * at]
            if block.empty(where):
                continue
            kept = self._open[row].setdefault((found.fact, found.whose), _Found())
            kept.planes[number] = where
            if found.number is not None:
                kept.numbers[number] = numbers

    def _take_few(self, block: Block) -> None:
        """Keep what all parts give for a small block."""
        number, first, people = len(self._bounds) - 1, self._bounds[-1], block.people
        steps = self._plan.few_steps(self._chosen, self._missing)
        planes, numbers = steps.run(block)
        spelled = np.unpackbits(planes[steps.spelled], axis=2, count=people)
        self._verdicts[:, first : first + people] = spelled[:, 0] | spelled[:, 1] << 1 | spelled[:, 2] << 2
        received, left, where = planes[steps.received], planes[steps.left_open], planes[steps.where]
        for row in _of_somebody(received, people):
            self._received[row][number] = received[row]
        for row in _of_somebody(left, people):
            self._left.append((row, first + np.flatnonzero(block.bits(left[row]))))
        for at in _of_somebody(where, people):
            row, found = steps.opens[at]
            kept = self._open[row].setdefault((found.fact, found.whose), _Found())
            kept.planes[number] = where[at]
            if found.number is not None:
                kept.numbers[number] = numbers[steps.number[at]]

    def run(self, first: int, last: int, first_row: int, last_row: int) -> None:
        """One block: the households from first up to last."""
        if first_row == last_row:
            return
        block = Block(self._columns.cut(first, last, self._plan.policies.facts), self._plan.policies.facts)
        if block.people <= MOST:
            self._take_few(block)
        else:
            self._plan.program(self._chosen, self._missing).run(block, partial(self._take, block))
        for row, rows in self._left:
            for person in rows.tolist():
                self._decide(row, person, block.people)
        self._left.clear()
        self._bounds.append(last_row)

    def _decide(self, row: int, person: int, rows: int) -> None:
        """A cell that the planes leave open and cannot settle: the scalar kernel's word."""
        number, first = len(self._bounds) - 1, self._bounds[-1]
        verdict, opens = self._single.decide(self._parts[row], person)
        self._verdicts[row, person] = verdict
        if not self._missing:
            return
        for key, count in opens.items():
            kept = self._open[row].setdefault(key, _Found())
            plane = kept.planes.setdefault(number, np.zeros((rows + 7) // 8, np.uint8))
            numbers = kept.numbers.setdefault(number, np.ones(rows, np.uint8))
            plane[(person - first) // 8] |= 128 >> (person - first) % 8
            numbers[person - first] = min(count, _MOST)

    def screened(self) -> Screened:
        """What was found."""
        return Screened(
            plan=self._plan,
            parts=self._parts,
            verdicts=self._verdicts,
            by_kernel=self._single.asked,
            _bounds=tuple(self._bounds),
            _received=self._received,
            _open=self._open,
        )


def _of_somebody(stack: Stack, people: int) -> list[int]:
    """Which planes of a stack are not of nobody; the bits after the last person are left out of account."""
    found: list[int] = np.flatnonzero(np.unpackbits(stack, axis=1, count=people).any(axis=1)).tolist()
    return found
