"""What the records must say, worked out by a few lines of its own: all cells minus all replaced cells.

A cell is one value that one operation gave to one field of one record. Nothing of models.sync.merge or
models.store.importing is used here: agreement of the two is what the simulation proves.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Place = tuple[str, str]  # id of a record, name of a field


@dataclass(frozen=True)
class Said:
    """One operation as it stood in the log of the computer on which it was made, just after it was committed."""

    id: str
    device: str
    seq: int
    prev: str
    clock: int
    entity: str
    row: str
    values: Mapping[str, Any]
    replaces: Mapping[str, frozenset[str]]


class Cells:
    """The cells of a set of operations."""

    def __init__(self, operations: Iterable[Said] = ()) -> None:
        self.written: dict[Place, set[str]] = defaultdict(set)
        self.replaced: dict[Place, set[str]] = defaultdict(set)
        self.entities: dict[str, dict[str, None]] = defaultdict(dict)  # entity -> records, in the order they came
        for one in operations:
            self.add(one)

    def add(self, said: Said) -> None:
        self.entities[said.entity][said.row] = None
        for field in said.values:
            self.written[said.row, field].add(said.id)
            self.replaced[said.row, field] |= said.replaces[field]

    def current(self, row: str, field: str) -> set[str]:
        return self.written.get((row, field), set()) - self.replaced.get((row, field), set())

    def all_current(self) -> set[tuple[str, str, str]]:
        return {(*place, one) for place, cells in self.written.items() for one in cells - self.replaced[place]}


@dataclass(frozen=True)
class Expected:
    """What stands in the tables of a casebook that holds some operations."""

    heads: frozenset[tuple[str, str, str]]  # record, field, operation
    shown: Mapping[Place, Any]
    conflicts: frozenset[Place]


def expected(cells: Cells, ledger: Mapping[str, Said], erased: Iterable[tuple[str, str]]) -> Expected:
    """Erased: operation and field of the values that were blanked."""
    blank = set(erased)
    heads = frozenset(cells.all_current())
    standing: dict[Place, list[tuple[int, str]]] = defaultdict(list)
    for row, field, operation in heads:
        if (operation, field) not in blank:
            standing[row, field].append((ledger[operation].clock, operation))
    shown, conflicts = {}, set()
    for place, several in standing.items():
        values = [ledger[operation].values[place[1]] for _, operation in several]
        shown[place] = ledger[max(several)[1]].values[place[1]]
        if len(values) > 1 and len({json.dumps(value, sort_keys=True) for value in values}) > 1:
            conflicts.add(place)
    return Expected(heads, shown, frozenset(conflicts))


def unreached(operations: Iterable[tuple[str, str]]) -> set[str]:
    """Of operations (id, the one before) those from which no unbroken chain leads back to a first one."""
    before = dict(operations)
    whole: set[str] = set()
    for start in before:
        path, here = [], start
        while here in before and here not in whole:
            path.append(here)
            here = before[here]
        if here == "" or here in whole:
            whole.update(path)
    return set(before) - whole
