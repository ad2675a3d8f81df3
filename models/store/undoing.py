"""Taking back what a verb wrote: new values that restore the old ones, in the log like any other change.

Nothing is rewritten: a record that the verb made is marked dead, a field that it changed gets the value that it
replaced. What somebody changed since then is never touched; then nothing at all is taken back.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, Table, func, select

from models.errors import CannotUndo
from models.records.operation import Head, Operation
from models.store.log import named
from models.store.rows import KEPT, default_of, from_wire, is_named, table_of
from models.store.work import Work, columns_from_wire
from models.sync.content import canonical
from models.sync.merge import REMOVED, unseen_by_removal

_OPERATIONS, _HEADS = table_of(Operation), table_of(Head)
_MEMBERSHIP, _VISIT = KEPT["membership"], KEPT["visit"]
_SOME = 500
_SHARED = frozenset({"dwelling"})  # made by one verb and used by others: stays while anything lives there
_NAMED = {"visit_round": "round_id", "case_plan": "plan_id", "case_goal": "goal_id"}  # others: entity and _id
_WITNESSES = frozenset({"household_event"})  # tells of a change and may outlive it
TAKES_BACK = ("undo", "take_back")  # the last word of verbs that call undo()


def undo(work: Work, operations: Collection[str]) -> None:
    """Take back operations of one verb, inside another verb. Raises CannotUndo where something came after them."""
    found = _loaded(work.connection, operations)
    if len(found) < len(set(operations)):
        raise CannotUndo
    made = {op["row"]: op["entity"] for op in found if _is_first(work.connection, op)}
    _nothing_since(work.connection, found, made, frozenset(operations))
    for op in reversed(found):
        row, entity = op["row"], op["entity"]
        if row in made:
            continue
        before = {name: _replaced(work.connection, entity, name, change) for name, change in op["fields"].items()}
        one = {name: values[-1] for name, values in before.items() if len(values) == 1}
        if one:
            work.amend(entity, row, columns_from_wire(entity, one))
        several = {  # somebody had chosen one of them: they wait for a choice again
            name: [from_wire(entity, name, value) for value in values]
            for name, values in before.items()
            if name not in one and name in KEPT[entity].columns
        }
        if several:
            work.reopen(entity, row, several)
    for row, entity in made.items():
        if entity in _SHARED and used_by(work.connection, row, made):
            continue
        work.amend(entity, row, {"dead": True})


def rows_of(connection: Connection, operations: Collection[str], entities: Collection[str]) -> set[str]:
    """The records of some kinds that operations wrote."""
    return {op["row"] for op in _loaded(connection, operations) if op["entity"] in entities}


def still_stands(connection: Connection, made: Mapping[str, Collection[str]]) -> set[str]:
    """Of several verbs, by any name, with their operations: those whose values all stand as they wrote them.

    Quick, for lists; whether undo() then finds that something else rests on them is not asked.
    """
    wanted = {operation: verb for verb, operations in made.items() for operation in operations}
    said: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))  # verb, record, field: newest
    for op in _loaded(connection, wanted):
        said[wanted[op["id"]]][op["row"]] |= dict.fromkeys(op["fields"], op["id"])
    rows = sorted({row for records in said.values() for row in records})
    held: dict[str, dict[str, str]] = {}  # record, field: the operation whose value stands
    for found in keyed(connection, select(_HEADS.c.row, _HEADS.c.ops), _HEADS.c.row, rows):
        held[found.row] = {name: operation for operation, names in found.ops.items() for name in names}

    def stands(row: str, name: str, operation: str) -> bool:
        now = held.get(row, {}).get(name)
        return now == operation or (now is not None and _given_back(connection, now, name, frozenset([operation])))

    return {
        verb
        for verb in made
        if said[verb]
        and all(
            stands(row, name, operation) for row, fields in said[verb].items() for name, operation in fields.items()
        )
    }


def _loaded(connection: Connection, operations: Collection[str]) -> list[Mapping[str, Any]]:
    """The operations in the order in which they were written."""
    rows = [dict(row._mapping) for row in keyed(connection, select(_OPERATIONS), _OPERATIONS.c.id, set(operations))]
    return sorted(rows, key=lambda op: (op["clock"], op["seq"]))


def keyed(connection: Connection, query: Select[Any], column: Column[Any], wanted: Iterable[str]) -> Iterator[Row[Any]]:
    """The rows of some keys of the log or of the heads, whose primary key begins with the district.

    Without it the whole table would be read, and the log is by far the largest. A casebook knows few districts.
    """
    districts, keys = _districts(connection), sorted(wanted)
    for start in range(0, len(keys), _SOME):
        if column is _OPERATIONS.c.id:
            yield from connection.execute(query.where(named(connection, keys[start : start + _SOME])))
            continue
        yield from connection.execute(
            query.where(column.table.c.district.in_(districts), column.in_(keys[start : start + _SOME]))
        )


def _districts(connection: Connection) -> list[str]:
    """Every district of the log, and so of the heads: one look into its primary key for each."""
    found: list[str] = []
    column = _OPERATIONS.c.district
    query = select(func.min(column))
    following = connection.execute(query).scalar()
    while following is not None:
        found.append(following)
        following = connection.execute(query.where(column > following)).scalar()
    return found


def _is_first(connection: Connection, op: Mapping[str, Any]) -> bool:
    """Whether an operation made its record. Whoever makes one says its office; clocks of two devices may disagree."""
    query = select(_OPERATIONS.c.clock, _OPERATIONS.c.fields).where(
        _OPERATIONS.c.row == op["row"], _OPERATIONS.c.id != op["id"]
    )
    others = connection.execute(query).all()
    if "office" not in op["fields"] and any("office" in other.fields for other in others):
        return False
    return all(other.clock >= op["clock"] for other in others)


def _nothing_since(
    connection: Connection, found: Sequence[Mapping[str, Any]], made: Mapping[str, str], ours: frozenset[str]
) -> None:
    """Raises CannotUndo where a field that is to be restored holds a later value, or a record made is used by now."""
    fields: dict[str, set[str]] = defaultdict(set)
    for op in found:
        fields[op["row"]] |= set(op["fields"])
    for head in keyed(connection, select(_HEADS.c.row, _HEADS.c.ops), _HEADS.c.row, fields):
        for operation, held in head.ops.items():
            later = () if operation in ours else held if head.row in made else fields[head.row] & set(held)
            if any(not _given_back(connection, operation, name, ours, made=head.row in made) for name in later):
                raise CannotUndo
    for row, entity in made.items():
        if entity not in _SHARED and used_by(connection, row, made, fields):
            raise CannotUndo


def _given_back(connection: Connection, operation: str, name: str, ours: frozenset[str], *, made: bool = False) -> bool:
    """Whether a field holds what ours wrote because whatever came after was itself taken back.

    Each value that an undo wrote stands for one that it cancelled, and a value for itself; the first one left is asked.
    made: ours made the record, so that a field of which nothing is left is as ours left it.
    """
    query = select(_OPERATIONS.c.id, _OPERATIONS.c.verb, _OPERATIONS.c.fields)
    holds, cancelled, at = None, 0, operation
    while True:
        op = next(keyed(connection, query, _OPERATIONS.c.id, [at]), None)
        change = op.fields.get(name) if op is not None else None
        if op is None or change is None:
            return False
        holds = change if holds is None else holds
        if op.verb.rpartition(".")[2] in TAKES_BACK:
            cancelled += 1
        elif cancelled:
            cancelled -= 1
        else:
            return op.id in ours and bool(change.get("v") == holds.get("v"))
        earlier = change["p"] if name != REMOVED else [one["id"] for one in _that_held(connection, name, change)]
        if len(earlier) != 1:
            return made and not cancelled and not earlier
        (at,) = earlier


def used_by(
    connection: Connection, row: str, made: Mapping[str, str], restored: Mapping[str, set[str]] | None = None
) -> bool:
    """Whether a living record points at this one, other than those made, or about to be restored, by the same undo."""
    for table, column in _pointing_at(made[row]):
        query = select(table.c.id).where(table.c[column] == row, is_named(table.c[column]), table.c.dead.is_(False))
        for other in connection.execute(query).scalars():
            if other not in made and column not in (restored or {}).get(other, ()):
                return True
    if made[row] != "resident":
        return False
    homes = select(_MEMBERSHIP.c.household_id).where(_MEMBERSHIP.c.resident_id == row)  # where somebody is met
    met = select(_VISIT.c.id, _VISIT.c.met).where(_VISIT.c.household_id.in_(homes), _VISIT.c.dead.is_(False))
    return any(row in visit.met and visit.id not in made for visit in connection.execute(met))


@cache
def called_by(column: str) -> tuple[str, ...]:
    """Which entities a column of this name names a record of."""
    return tuple(sorted(entity for entity in KEPT if column in _names_of(entity)))


def _names_of(entity: str) -> set[str]:
    return {_NAMED.get(entity, f"{entity}_id"), *(("subject_id",) if entity in ("resident", "household") else ())}


def _pointing_at(entity: str) -> list[tuple[Table, str]]:
    """Which columns of which tables name a record of this entity."""
    tables = [table for name, table in KEPT.items() if name not in _WITNESSES]
    return [(table, name) for table in tables for name in sorted(_names_of(entity)) if name in table.c]


def _replaced(connection: Connection, entity: str, name: str, change: Mapping[str, Any]) -> list[Any]:
    """The different values that a change replaced, the one that was shown last; the default where nobody had said
    anything, or where what was said is erased by now."""
    if not change.get("p"):
        return [default_of(entity, name)]
    said = _that_held(connection, name, change)
    if not said and name != REMOVED:
        raise CannotUndo
    values: dict[bytes, Any] = {}
    for op in said:
        if not op["fields"][name].get("erased"):
            value = op["fields"][name].get("v")
            values.pop(canonical(value), None)
            values[canonical(value)] = value
    if name == REMOVED and list(values.values()) == [True] and _was_disputed(connection, change, said):
        return [False, True]
    return list(values.values()) or [default_of(entity, name)]


def _that_held(connection: Connection, name: str, change: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The operations whose value of a field a change replaced; a removal names others as well."""
    found = _loaded(connection, change.get("p", ()))
    if name != REMOVED and any(name not in op["fields"] for op in found):
        raise CannotUndo
    return sorted((op for op in found if name in op["fields"]), key=lambda op: (op["clock"], op["id"]))


def _was_disputed(connection: Connection, change: Mapping[str, Any], removals: Collection[Mapping[str, Any]]) -> bool:
    """Whether removals that a change replaced stood against something of which they did not know."""
    named = {one for op in removals for one in op["fields"][REMOVED]["p"]}
    known = {op["id"]: op for op in _loaded(connection, {*named, *change["p"]})}
    stood = {one: list(known[one]["fields"]) for one in change["p"] if one in known}
    return bool(unseen_by_removal(known, stood))
