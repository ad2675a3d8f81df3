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
        self.writes: dict[str, set[str]] = defaultdict(set)  # operation -> fields
        self.of: dict[str, set[str]] = defaultdict(set)  # record -> operations
        self.entities: dict[str, dict[str, None]] = defaultdict(dict)  # entity -> records, in the order they came
        for one in operations:
            self.add(one)

    def add(self, said: Said) -> None:
        self.entities[said.entity][said.row] = None
        self.writes[said.id] |= set(said.values)
        self.of[said.row].add(said.id)
        for field in said.values:
            self.written[said.row, field].add(said.id)
            self.replaced[said.row, field] |= said.replaces[field]

    def current(self, row: str, field: str) -> set[str]:
        return self.written.get((row, field), set()) - self.replaced.get((row, field), set())

    def standing(self, row: str) -> set[str]:
        """Every operation that holds a value of a record."""
        names = {name for one in self.of[row] for name in self.writes[one]}
        return set().union(*(self.current(row, name) for name in names)) if names else set()

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
    off = {row for row, field in shown if field == "dead" and shown[row, field] is True}
    for row in off - {row for row, field in conflicts if field == "dead"}:
        if _removed_unseen(cells, ledger, {one for of, _, one in heads if of == row}, row, blank):
            conflicts.add((row, "dead"))
    return Expected(heads, shown, frozenset(conflicts))


def _removed_unseen(
    cells: Cells, ledger: Mapping[str, Said], stands: set[str], row: str, blank: set[tuple[str, str]]
) -> bool:
    """Whether something stands in a removed record that none of those who removed it had seen."""
    removals = {one for one in cells.current(row, "dead") if ledger[one].values["dead"]}
    seen = {old for one in removals for old in ledger[one].replaces["dead"]}
    if all("dead" in cells.writes[one] for one in seen if one in cells.writes):
        return False
    return any(
        one in cells.current(row, field) and (one, field) not in blank
        for one in stands - seen - removals
        for field in cells.writes[one] - {"dead", "office"}
    )


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
