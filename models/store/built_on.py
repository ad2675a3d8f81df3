"""An undo holds as long as nobody has built on what it takes back: where it turns out that somebody had, elsewhere.

A registration is taken back on one computer while a visit to it is noted on another: neither knew of the other. When
the two meet, the record that is used comes back, with all that the same undo took off, or nobody would see the visit.
Every casebook finds the same, so two that say it at once have nothing to settle.
"""

from collections import defaultdict
from collections.abc import Collection
from functools import cache
from typing import Any, TypeGuard

from sqlalchemy import Connection, Row, select

from models.records.operation import Head, Operation
from models.store.importing import Plan
from models.store.log import named
from models.store.many import among
from models.store.rows import KEPT, table_of
from models.store.undoing import TAKES_BACK, called_by, keyed, used_by
from models.store.work import Work
from models.sync.merge import REMOVED

_HEADS, _OPERATIONS = table_of(Head), table_of(Operation)
_ID_LENGTH = 36  # as FORMAT.md has it
_LONGEST = 2000  # operations of one undo
_KINDS = ("living", "registered", "")  # of households: the index of them begins with it


def bring_back(work: Work, planned: Plan) -> dict[str, str]:
    """After an import, inside its verb: bring back what an undo took off and a living record needs. Id -> entity."""
    touched = {row: merged for (_district, row), merged in planned.rows.items()}
    off: dict[str, set[str]] = defaultdict(set)  # entity -> records that are off, and may be needed
    elsewhere: dict[str, set[str]] = defaultdict(set)  # the same of records of which nothing came
    for row, merged in touched.items():
        if merged.values.get(REMOVED) is True:
            off[merged.entity].add(row)
            continue
        for name, entities in _naming(merged.entity):
            value = merged.values.get(name)
            if _names_a_record(value) and value not in touched:
                for entity in entities:
                    elsewhere[entity].add(value)
    for entity, named_there in elsewhere.items():
        off[entity] |= _off_among(work.connection, entity, named_there)
    rows = {row: entity for entity, some in off.items() if entity in KEPT for row in some}
    if not rows:
        return {}
    found: dict[str, str] = {}
    for row, removals in sorted(_removals(work.connection, rows).items()):
        undone = [one for one in removals if _takes_back(one)]
        if undone and row not in found and used_by(work.connection, row, {row: rows[row]}):
            found |= _taken_off_with(work.connection, undone)
    for row, entity in found.items():
        work.amend(entity, row, {REMOVED: False})
    return found


@cache
def _naming(entity: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The columns of a kind of record that name another, and which kinds they name."""
    columns = KEPT[entity].columns.keys() if entity in KEPT else ()
    return tuple((name, called_by(name)) for name in columns if called_by(name))


def _names_a_record(value: object) -> TypeGuard[str]:
    """A file may say anything in a field; what no id can be is not looked for."""
    return isinstance(value, str) and 0 < len(value) <= _ID_LENGTH and "\x00" not in value


def _takes_back(operation: Row[Any]) -> bool:
    return str(operation.verb).rpartition(".")[2] in TAKES_BACK


def _off_among(connection: Connection, entity: str, rows: Collection[str]) -> set[str]:
    """Those of some records that are off. What a visit or a note is about most often is told by an index alone."""
    table = KEPT[entity]
    query = select(table.c.id).where(table.c.dead.is_(True))
    if entity == "household":
        query = query.where(table.c.kind.in_(_KINDS))
    elif entity != "resident":
        query = query.where(among(connection, table.c.id, rows))
    return set(connection.execute(query).scalars()).intersection(rows)


def _taken_off_with(connection: Connection, undone: Collection[Row[Any]]) -> dict[str, str]:
    """All records that some undos took off and that nothing else keeps off: id -> entity."""
    found: dict[str, str] = {}
    columns = _OPERATIONS.c
    for device, at, verb, seq in {(one.device, one.at, one.verb, one.seq) for one in undone}:
        near = columns.seq.between(seq - _LONGEST, seq + _LONGEST)  # the operations of one verb follow each other
        here = (columns.device == device, near, columns.at == at, columns.verb == verb)
        rows = connection.execute(select(columns.row).where(*here)).scalars().all()
        for row, removals in _removals(connection, rows).items():
            if all((one.device, one.at, one.verb) == (device, at, verb) for one in removals):
                found[row] = removals[0].entity
    blank = _blank(connection, found)
    return {row: entity for row, entity in found.items() if row not in blank and entity in KEPT}


def _blank(connection: Connection, rows: Collection[str]) -> set[str]:
    """Those of some records of which something was erased: they stay off."""
    query = select(_OPERATIONS.c.row, _OPERATIONS.c.fields).where(among(connection, _OPERATIONS.c.row, rows))
    said = connection.execute(query).all()
    return {one.row for one in said if any(change.get("erased") for change in one.fields.values())}


def _removals(connection: Connection, rows: Collection[str]) -> dict[str, list[Row[Any]]]:
    """The operations by which some records are off, by record; each as the kind of record that it is of by now."""
    heads = keyed(connection, select(_HEADS.c.row, _HEADS.c.entity, _HEADS.c.ops), _HEADS.c.row, rows)
    holding = {op: found.entity for found in heads for op, held in found.ops.items() if REMOVED in held}
    columns = (_OPERATIONS.c[name] for name in ("id", "row", "entity", "device", "seq", "at", "verb", "fields"))
    said: dict[str, list[Row[Any]]] = defaultdict(list)
    for one in connection.execute(select(*columns).where(named(connection, holding))):
        # Two kinds of record under one id can only be made on purpose; then only what counts may come back.
        if one.fields[REMOVED].get("v") is True and one.entity == holding[one.id]:
            said[one.row].append(one)
    return said
