"""Facts of many people by columns, for screening the whole register at once.

A register of n people in m households is held as one array per fact, independent of the day of the decision. Rows of
one household stand together, households in ascending order; the first counted row of a household is the member for whom
a household's services are decided. A fact of the person level has n rows, a fact of the household level has m. A fact
that is not in ``facts`` is unknown of everybody.

What a column holds hangs on the type of the fact in the dictionary:

* bool, enum, int with a domain: :class:`Codes`. 0 = unknown, i + 1 = the value at place i of ``domain_of()`` (for bool
  True is 1 and False is 2), ``STATED`` = unknown with a state (asked and not known, refused, expired). The rules treat
  the two unknowns alike but for one thing: nothing is inferred of a fact that has a state.
* date: :class:`Days`, earliest and latest day (``date.toordinal()``); 1960-05 is an interval; 无 is the first day there
  is; unknown is the widest interval (``NO_DAY``, ``LAST_DAY``).
* number, int without a domain: :class:`Numbers`, hundredths in int32; ``UNKNOWN`` where nothing is known, ``ODD`` where
  the value does not fit (more than two decimals, or above 21 million): those stand in ``odd`` as exact Decimals.

The arrays may be read-only and strided (an all-unknown column is one number long in memory); nobody writes into a
column that may be shared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.eligibility.case import HOUSEHOLD, Case, checked_value, counts, is_deceased
from models.eligibility.policies import Policies
from models.eligibility.schema import FactDefinition

BLOCK = 65_536
"""Rows of one block, about: blocks end where a household ends."""

STATED = 255
"""Code of a fact that is unknown and has a state: not_known, refused or expired."""
NO_DAY, LAST_DAY = 0, 3_652_059 + 1
"""The widest interval of days: before the first day and after the last one that a date can be."""
UNKNOWN = -(2**31)
"""A number of which nothing is known."""
ODD = UNKNOWN + 1
"""A number that stands in ``Numbers.odd``."""
_MOST = Decimal((2**31 - 1) // 100)
_HUNDREDTH = Decimal("0.01")

ROLES: tuple[str, ...] = (
    *("other", "applicant", "spouse", "husband", "wife", "child", "father", "mother", "parent", "deceased"),
    *("male_head", "female_head"),  # codes are kept in files: new ones come last
)
"""Roles towards the household's reference person; the code of a role is its place here (see role_code())."""

_ALIASES = {
    "": "applicant",
    "self": "applicant",
    "head": "applicant",
    "partner": "spouse",
    "son": "child",
    "daughter": "child",
}

Bits = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Codes:
    """One fact with a finite domain: a code for each row (see the module)."""

    values: Bytes

    def __len__(self) -> int:
        return len(self.values)

    def cut(self, start: int, stop: int) -> "Codes":
        """The rows from start up to stop, without copying."""
        return Codes(self.values[start:stop])

    def rows(self, order: NDArray[Any]) -> "Codes":
        """These rows in this order."""
        return Codes(self.values[order])


@dataclass(frozen=True)
class Days:
    """One date fact: for each row the earliest and the latest day it may be, both included."""

    low: Ints
    high: Ints

    def __len__(self) -> int:
        return len(self.low)

    def cut(self, start: int, stop: int) -> "Days":
        """The rows from start up to stop, without copying."""
        return Days(self.low[start:stop], self.high[start:stop])

    def rows(self, order: NDArray[Any]) -> "Days":
        """These rows in this order."""
        return Days(self.low[order], self.high[order])


@dataclass(frozen=True)
class Numbers:
    """One number fact in hundredths; odd: row -> the exact value of the rows that hold ODD."""

    values: Ints
    odd: Mapping[int, Decimal] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.values)

    def cut(self, start: int, stop: int) -> "Numbers":
        """The rows from start up to stop, without copying."""
        odd = {row - start: value for row, value in self.odd.items() if start <= row < stop} if self.odd else {}
        return Numbers(self.values[start:stop], odd)

    def rows(self, order: NDArray[Any]) -> "Numbers":
        """These rows in this order."""
        odd = {new: self.odd[old] for new, old in enumerate(order.tolist()) if old in self.odd} if self.odd else {}
        return Numbers(self.values[order], odd)


Column = Codes | Days | Numbers


@dataclass(frozen=True)
class Columns:
    """The facts of n people in ``households`` households.

    household: row of the household, ascending from 0 (a household may be without people). role: place in ROLES.
    counts: counts as a member (False for people listed only for information and for the dead). dead: recorded as dead,
    by the role or the fact ``deceased``. facts: by name, n or ``households`` rows by the level of the fact.
    receives: service id -> who already receives it.
    """

    households: int
    household: Ints
    role: Bytes
    counts: Bits
    dead: Bits
    facts: Mapping[str, Column] = field(default_factory=dict)
    receives: Mapping[str, Bits] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """How many rows of people there are."""
        return len(self.household)

    def starts(self) -> NDArray[np.int64]:
        """The first row of each household, and after the last one the number of rows."""
        return np.searchsorted(self.household, np.arange(self.households + 1, dtype=np.int32)).astype(np.int64)

    def cut(self, start: int, stop: int, levels: Mapping[str, FactDefinition]) -> "Columns":
        """The households from start up to stop with their people, numbered from 0; no array of facts is copied.

        levels: the dictionary of facts, for the level of each fact; facts that are not in it are left out.
        """
        first, last = np.searchsorted(self.household, np.array((start, stop), dtype=np.int32)).tolist()
        return Columns(
            households=stop - start,
            household=self.household[first:last] - np.int32(start),
            role=self.role[first:last],
            counts=self.counts[first:last],
            dead=self.dead[first:last],
            facts={
                name: column.cut(start, stop) if levels[name].level == HOUSEHOLD else column.cut(first, last)
                for name, column in self.facts.items()
                if name in levels
            },
            receives={name: row[first:last] for name, row in self.receives.items()},
        )


def role_code(role: str) -> int:
    """The code of a role as a case writes it; what the rules do not know is ``other``."""
    name = _ALIASES.get(role, role)
    return ROLES.index(name) if name in ROLES else 0


def domain_of(definition: FactDefinition) -> tuple[Any, ...]:
    """The values of a fact with a finite domain in the order of their codes; empty for numbers and dates."""
    if definition.type == "bool":
        return (True, False)
    return definition.domain if definition.type in ("enum", "int") else ()


def codes_by_value(definition: FactDefinition) -> dict[Any, int]:
    """{value: code} of a fact with a finite domain."""
    return {value: place + 1 for place, value in enumerate(domain_of(definition))}


def unknown(definition: FactDefinition, rows: int) -> Column:
    """A column in which nothing is known; it takes no memory and cannot be written."""
    if domain_of(definition):
        return Codes(np.broadcast_to(np.uint8(0), rows))
    if definition.type == "date":
        return Days(np.broadcast_to(np.int32(NO_DAY), rows), np.broadcast_to(np.int32(LAST_DAY), rows))
    return Numbers(np.broadcast_to(np.int32(UNKNOWN), rows))


def column_from(
    definition: FactDefinition, rows: int, known: Mapping[int, object], stated: Iterable[int] = ()
) -> Column:
    """The column of one fact from {row: value as a case writes it}; stated: rows that have a state instead of a value.

    Raises ValueError for a value outside the domain of the fact.
    """
    name = definition.name
    checked = {row: checked_value({name: definition}, name, value) for row, value in known.items()}
    if domain_of(definition):
        codes, places = np.zeros(rows, np.uint8), codes_by_value(definition)
        for row, value in checked.items():
            codes[row] = places[value]
        codes[list(stated)] = STATED
        return Codes(codes)
    if definition.type == "date":
        low, high = np.full(rows, NO_DAY, np.int32), np.full(rows, LAST_DAY, np.int32)
        for row, (earliest, latest) in checked.items():
            low[row], high[row] = earliest.toordinal(), latest.toordinal()
        return Days(low, high)
    numbers, odd = np.full(rows, UNKNOWN, np.int32), {}
    for row, (number, _) in checked.items():
        if abs(number) <= _MOST and number == number.quantize(_HUNDREDTH):
            numbers[row] = int(number * 100)
        else:
            numbers[row], odd[row] = ODD, number
    return Numbers(numbers, odd)


def columns_of(policies: Policies, cases: Sequence[Case]) -> Columns:
    """The columns of scalar cases, one household each; their days do not matter.

    Raises ValueError for a fact outside the dictionary or its domain, as the scalar kernel does.
    """
    household: list[int] = []
    role: list[int] = []
    counted: list[bool] = []
    dead: list[bool] = []
    known: dict[str, dict[int, object]] = {}
    stated: dict[str, list[int]] = {}
    receives: dict[str, list[int]] = {}

    def keep(level: str, owner: str, row: int, case: Case, given: Mapping[str, object]) -> None:
        for name, value in given.items():
            if value is None or (owner, name) in case.states:
                continue
            checked_value(policies.facts, name, value)
            if policies.facts[name].level == level:
                known.setdefault(name, {})[row] = value

    for number, case in enumerate(cases):
        rows = {HOUSEHOLD: number}
        keep(HOUSEHOLD, HOUSEHOLD, number, case, case.household)
        for person in case.people:
            row = rows[person.id] = len(household)
            household.append(number)
            role.append(role_code(person.role))
            counted.append(counts(person))
            dead.append(is_deceased(person))
            keep("person", person.id, row, case, person.facts)
            for service in person.receives:
                receives.setdefault(service, []).append(row)
        for owner, name in case.states:
            definition = policies.facts.get(name)
            if definition is not None and owner in rows and (definition.level == HOUSEHOLD) == (owner == HOUSEHOLD):
                stated.setdefault(name, []).append(rows[owner])
    people = len(household)
    length = {HOUSEHOLD: len(cases), "person": people}
    facts: dict[str, Column] = {}
    for name in (name for name in policies.facts if name in known or name in stated):
        definition = policies.facts[name]
        finite = stated.get(name, []) if domain_of(definition) else []
        facts[name] = column_from(definition, length[definition.level], known.get(name, {}), finite)
    return Columns(
        households=len(cases),
        household=np.array(household, np.int32),
        role=np.array(role, np.uint8),
        counts=np.array(counted, np.bool_),
        dead=np.array(dead, np.bool_),
        facts=facts,
        receives={service: _marked(people, rows) for service, rows in sorted(receives.items())},
    )


def join(blocks: Sequence[Columns], facts: Mapping[str, FactDefinition]) -> Columns:
    """The blocks as one register, in their order. A fact that a block does not hold is unknown there."""
    offsets = np.cumsum([0, *(block.households for block in blocks)])
    names = [name for name in facts if any(name in block.facts for block in blocks)]
    services = sorted({service for block in blocks for service in block.receives})
    joined: dict[str, Column] = {}
    for name in names:
        at_home = facts[name].level == HOUSEHOLD
        parts = [
            block.facts[name]
            if name in block.facts
            else unknown(facts[name], block.households if at_home else block.people)
            for block in blocks
        ]
        joined[name] = _joined(parts)
    return Columns(
        households=int(offsets[-1]),
        household=_concatenated([block.household + np.int32(at) for block, at in zip(blocks, offsets, strict=False)]),
        role=_concatenated([block.role for block in blocks]),
        counts=_concatenated([block.counts for block in blocks]),
        dead=_concatenated([block.dead for block in blocks]),
        facts=joined,
        receives={
            service: _concatenated([block.receives.get(service, np.zeros(block.people, np.bool_)) for block in blocks])
            for service in services
        },
    )


def _joined(parts: Sequence[Column]) -> Column:
    if isinstance(parts[0], Codes):
        return Codes(_concatenated([part.values for part in parts if isinstance(part, Codes)]))
    if isinstance(parts[0], Days):
        days = [part for part in parts if isinstance(part, Days)]
        return Days(_concatenated([part.low for part in days]), _concatenated([part.high for part in days]))
    odd: dict[int, Decimal] = {}
    arrays, at = [], 0
    for part in parts:
        if isinstance(part, Numbers):
            odd |= {at + row: value for row, value in part.odd.items()}
            arrays.append(part.values)
            at += len(part)
    return Numbers(_concatenated(arrays), odd)


def _concatenated(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int32)


def _marked(length: int, rows: Sequence[int]) -> Bits:
    marks = np.zeros(length, np.bool_)
    marks[list(rows)] = True
    return marks
