"""Operations of others enter the log, and typed rows are derived from the log: by sets, in the caller's transaction.

Importing does not depend on order and may be repeated: the state is a function of the set of operations. The cost
follows the batch, not the tables: one look at which operations are known, one at the earlier operations of the rows
that are touched, then executemany.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Connection, Date, bindparam, delete, select

from models.records.operation import Conflict, Head, Operation
from models.records.sealed import plain_type
from models.store import chains, marks
from models.store.log import era_of
from models.store.many import among, for_import, insert_rows, insert_tuples, put_rows
from models.store.rows import KEPT, KEY_COLUMNS, default_of, defaults, table_of, to_wire
from models.store.work import allow_writes, count_arrivals
from models.sync.content import canonical
from models.sync.merge import Merged, merge_row

_OPERATIONS, _HEADS, _CONFLICTS = table_of(Operation), table_of(Head), table_of(Conflict)
_OPERATION_COLUMNS = tuple(column.name for column in chains.SENT)
_MEMBERSHIP, _HOUSEHOLD = KEPT["membership"], KEPT["household"]
_AT_ONCE = 1000  # bound values of one statement; SQLite allows 32,766
_LONGEST_INDEXED = 500  # characters; PostgreSQL keeps no index entry above 2,704 bytes
_BIGGEST = 2**63

_NOT = object()  # a value that its column cannot keep
_in_columns = itemgetter(*_OPERATION_COLUMNS)

FOUND_BY = frozenset({"name", "former_name", "provisional_number", "birth_date", "sex", "dead", "frozen"})
"""What of a resident's own record makes search keys, or is compared with others (services.search_index, likeness)."""

Key = tuple[str, str]  # district and id of a record


@dataclass(frozen=True)
class Plan:
    """What importing some operations would do; made without writing anything."""

    new: tuple[Mapping[str, Any], ...]  # operations that are not in the log yet
    known: int  # how many already were
    rows: Mapping[Key, Merged]  # the touched records as they will be
    conflicts_before: frozenset[tuple[str, str, str]]  # district, row, field
    mixed: frozenset[Key]  # records that operations of several entities claim
    fresh: frozenset[Key] = frozenset()  # records of which nothing was known

    @property
    def new_conflicts(self) -> int:
        """Conflicts that are not there yet."""
        after = {(*key, name) for key, merged in self.rows.items() for name in merged.conflicts}
        return len(after - self.conflicts_before)

    @cached_property
    def residents(self) -> frozenset[str]:
        """The residents that the operations are about or belong to."""
        return self._about("resident", "resident_id")

    @cached_property
    def households(self) -> frozenset[str]:
        """The households that the operations are about or belong to."""
        return self._about("household", "household_id")

    @cached_property
    def entities(self) -> frozenset[str]:
        """The kinds of record that are touched."""
        return frozenset(merged.entity for merged in self.rows.values())

    @cached_property
    def concerned(self) -> frozenset[str]:
        """The touched records and the residents and households they belong to."""
        subjects = {str(merged.values.get("subject_id", "")) for merged in self.rows.values()} - {""}
        return frozenset(row for _, row in self.rows) | self.residents | self.households | subjects

    def count(self, entity: str) -> int:
        """How many records of a kind are touched."""
        return sum(merged.entity == entity for merged in self.rows.values())

    def _about(self, entity: str, field: str) -> frozenset[str]:
        found = {row for (_, row), merged in self.rows.items() if merged.entity == entity}
        found.update(str(merged.values[field]) for merged in self.rows.values() if merged.values.get(field))
        return frozenset(found)


def plan(connection: Connection, operations: Sequence[Mapping[str, Any]]) -> Plan:
    """Work out what importing these operations would do. Writes nothing; they must have been found genuine."""
    given = {(operation["district"], operation["id"]): operation for operation in operations}
    for_import(connection)
    known = _known(connection, given.values())
    new = tuple(operation for key, operation in given.items() if key not in known)
    touched: dict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    for operation in new:
        touched[operation["district"], operation["row"]].append(operation)
    fresh = set(touched)
    for earlier in _earlier(connection, touched):
        key = (earlier["district"], earlier["row"])
        if key in touched:
            touched[key].append(earlier)
            fresh.discard(key)
    before = frozenset(_conflicts_of(connection, touched))
    rows = {key: merge_row(together) for key, together in touched.items()}
    mixed = frozenset(key for key, together in touched.items() if len({o["entity"] for o in together}) > 1)
    return Plan(new, len(given) - len(new), rows, before, mixed, frozenset(fresh))


def nothing_new(known: int) -> Plan:
    """The plan of a file whose operations, so many, are all in the log."""
    return Plan((), known, {}, frozenset(), frozenset())


def apply(connection: Connection, planned: Plan) -> frozenset[str]:
    """Write a plan made on this very transaction. Returns the residents whose search keys must be made anew."""
    if not planned.new:
        return frozenset()
    rows = {row: merged.entity for (_, row), merged in planned.rows.items()}
    mixed = [row for _, row in planned.mixed]
    about = marks.subjects_now(connection, rows, mixed)
    with allow_writes(connection):
        arrived = count_arrivals(connection, len(planned.new))
        places = enumerate(planned.new, arrived + 1)
        coming = [(*_in_columns(one), place, era_of(place)) for place, one in places]
        insert_tuples(connection, _OPERATIONS, (*_OPERATION_COLUMNS, "arrival", "era"), coming)
        _write_rows(connection, planned.rows, planned.fresh, planned.conflicts_before, planned.mixed)
    marks.note(connection, about | marks.subjects_now(connection, rows, mixed))
    chains.extend(connection, planned.new)
    same = _found_as_before(planned)
    return to_find_again(connection, {row: entity for row, entity in rows.items() if row not in same})


def _found_as_before(planned: Plan) -> set[str]:
    """The residents of whom nothing is said by which they are found or compared, a note perhaps."""
    said: dict[str, bool] = {}
    for operation in planned.new:
        if operation["entity"] == "resident":
            row = operation["row"]
            said[row] = said.get(row, False) or not FOUND_BY.isdisjoint(operation["fields"])
    return {row for row, found in said.items() if not found} - {row for _district, row in planned.mixed}


def rebuild(connection: Connection) -> None:
    """Derive the typed rows, heads, conflicts and tips anew from the operations. Search keys are the caller's."""
    with allow_writes(connection):
        for table in (*KEPT.values(), _HEADS, _CONFLICTS):
            connection.execute(delete(table))
        marks.forget(connection)
        batch: dict[Key, Merged] = {}
        for key, together in _records(connection):
            batch[key] = merge_row(together)
            if len(batch) == _AT_ONCE:
                _write_rows(connection, batch, batch.keys())
                batch = {}
        _write_rows(connection, batch, batch.keys())
    chains.recount(connection)


def digest(connection: Connection) -> str:
    """One hash over what the casebook holds: operations, typed rows, heads and conflicts; the same on both engines.

    Two casebooks that received the same operations give the same digest, whatever the order.
    """
    total = 0
    for name, table in (*sorted(KEPT.items()), ("head", _HEADS), ("conflict", _CONFLICTS)):
        for row in connection.execute(select(table).execution_options(yield_per=_AT_ONCE)).mappings():
            total += _hash([name, {column: to_wire(value) for column, value in row.items()}])
    keys = select(_OPERATIONS.c.district, _OPERATIONS.c.id).execution_options(yield_per=_AT_ONCE)
    for key in connection.execute(keys):
        total += _hash(["operation", *key])
    return f"{total % 2**256:064x}"  # a sum: no two engines need to agree on an order


def typed_row(merged: Merged, key: Key) -> dict[str, Any]:
    """The columns of a record. What this program does not know, or what does not fit its column, goes to extra."""
    columns = dict(defaults(merged.entity))  # only read, so that lists and the like need no copies
    fitting = _fitting(merged.entity)
    extra: dict[str, Any] = {}
    for name, value in merged.values.items():
        fits = fitting.get(name)
        kept = fits(value) if fits is not None else _NOT
        if kept is _NOT:
            extra[name] = value
        else:
            columns[name] = kept
    columns["extra"] = extra
    columns["district"], columns["id"] = key
    return columns


def _hash(said: object) -> int:
    return int.from_bytes(hashlib.sha256(canonical(said)).digest())


def _by_district(keys: Iterable[tuple[str, ...]]) -> dict[str, set[str]]:
    """The second parts of keys by their first."""
    grouped: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        grouped[key[0]].add(key[1])
    return grouped


def _known(connection: Connection, operations: Iterable[Mapping[str, Any]]) -> set[Key]:
    """Those of the operations about the same records, by district and id, that are in the log."""
    found: set[Key] = set()
    for district, rows in _by_district((one["district"], one["row"]) for one in operations).items():
        here = among(connection, _OPERATIONS.c.row, rows)
        query = select(_OPERATIONS.c.id).where(_OPERATIONS.c.district == district, here)
        found.update((district, identity) for identity in connection.execute(query).scalars().all())
    return found


def _earlier(connection: Connection, keys: Iterable[Key]) -> Iterator[Mapping[str, Any]]:
    """The operations already in the log for some records."""
    names = ("district", "id", "clock", "at", "entity", "row", "fields")
    rows = {row for _district, row in keys}
    query = select(*(_OPERATIONS.c[name] for name in names)).where(among(connection, _OPERATIONS.c.row, rows))
    for found in connection.execute(query).all():
        yield dict(zip(names, found, strict=True))


def _conflicts_of(connection: Connection, keys: Iterable[Key]) -> Iterator[tuple[str, str, str]]:
    for district, rows in _by_district(keys).items():
        here = among(connection, _CONFLICTS.c.row, rows)
        query = select(_CONFLICTS.c.row, _CONFLICTS.c.field).where(_CONFLICTS.c.district == district, here)
        for found in connection.execute(query):
            yield district, found.row, found.field


def _records(connection: Connection) -> Iterator[tuple[Key, list[Mapping[str, Any]]]]:
    """All records with their operations, streamed."""
    names = ("district", "id", "clock", "at", "entity", "row", "fields")
    query = select(*(_OPERATIONS.c[name] for name in names)).order_by(_OPERATIONS.c.district, _OPERATIONS.c.row)
    found = connection.execute(query.execution_options(yield_per=_AT_ONCE)).mappings()
    for key, together in groupby(found, key=lambda operation: (operation["district"], operation["row"])):
        yield key, [dict(operation) for operation in together]


def _write_rows(
    connection: Connection,
    rows: Mapping[Key, Merged],
    fresh: Collection[Key],
    conflicts_before: Iterable[tuple[str, str, str]] = (),
    mixed: Iterable[Key] = (),
) -> None:
    """Write the heads, conflicts and typed rows of some records; of the fresh ones there are none yet."""
    settled = [{"the_district": district, "the_row": row} for district, row in {c[:2] for c in conflicts_before}]
    if settled:
        here = (_CONFLICTS.c.district == bindparam("the_district"), _CONFLICTS.c.row == bindparam("the_row"))
        connection.execute(delete(_CONFLICTS).where(*here), settled)
    for write, some in (
        (insert_rows, {key: merged for key, merged in rows.items() if key in fresh}),
        (put_rows, {key: merged for key, merged in rows.items() if key not in fresh}),
    ):
        heads, conflicts = [], []
        typed: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for key, merged in some.items():
            district, row = key
            heads.append({"district": district, "row": row, "entity": merged.entity, "ops": merged.heads})
            for name, moment in merged.conflicts.items():
                place = {"district": district, "row": row, "field": name}
                conflicts.append({**place, "entity": merged.entity, "at": moment})
            if merged.entity in KEPT:
                typed[merged.entity].append(typed_row(merged, key))
        write(connection, _HEADS, heads)
        write(connection, _CONFLICTS, conflicts)
        for entity, several in typed.items():
            write(connection, KEPT[entity], several)
    for district, row in mixed:
        for entity, table in KEPT.items():
            if entity != rows[district, row].entity:
                connection.execute(delete(table).where(table.c.district == district, table.c.id == row))


def to_find_again(connection: Connection, rows: Mapping[str, str]) -> frozenset[str]:
    """Residents whose names, numbers, phones or address are in some records (id -> entity), as they are now."""
    found = {row for row, entity in rows.items() if entity == "resident"}
    homes = {row for row, entity in rows.items() if entity == "household"}
    for entity in ("identity_document", "phone", "membership"):
        table = KEPT[entity]
        if ids := [row for row, kind in rows.items() if kind == entity]:
            found.update(
                connection.execute(select(table.c.resident_id).where(among(connection, table.c.id, ids))).scalars()
            )
    if doors := [row for row, entity in rows.items() if entity == "dwelling"]:
        here = among(connection, _HOUSEHOLD.c.dwelling_id, doors)
        homes.update(connection.execute(select(_HOUSEHOLD.c.id).where(here)).scalars())
    if homes:
        here = among(connection, _MEMBERSHIP.c.household_id, homes)
        found.update(connection.execute(select(_MEMBERSHIP.c.resident_id).where(here)).scalars())
    return frozenset(found - {""})


@cache
def _fitting(entity: str) -> Mapping[str, Callable[[Any], Any]]:
    """For each column that an operation may set: from a JSON value to what the column keeps, or _NOT."""
    return {
        column.name: _keeper(
            plain_type(column.type), indexed=bool(column.index), default=default_of(entity, column.name)
        )
        for column in KEPT[entity].columns
        if column.name not in KEY_COLUMNS and column.name != "extra"
    }


def _keeper(kind: object, *, indexed: bool, default: object) -> Callable[[Any], Any]:
    if isinstance(kind, Boolean):
        return lambda value: value if type(value) is bool else _NOT
    if isinstance(kind, BigInteger):
        return lambda value: value if type(value) is int and -_BIGGEST <= value < _BIGGEST else _NOT
    if isinstance(kind, Date):
        return _day
    if isinstance(kind, JSON):
        return lambda value: value if type(value) is type(default) else _NOT
    most = _LONGEST_INDEXED if indexed else _BIGGEST
    return lambda value: value if type(value) is str and len(value) <= most and "\x00" not in value else _NOT


def _day(value: object) -> object:
    if value is None:
        return None
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return _NOT
    return day if day is not None and day.isoformat() == value else _NOT
