"""Many rows in one go: executemany at the driver on SQLite, COPY on PostgreSQL, with the values made ready here.

SQLAlchemy's own executemany spends more on each row than SQLite does on writing it. The statement is still SQLAlchemy's
and so are the types, but it is compiled once for each table, values are made ready a column at a time, and JSON is
written compactly (a fifth of the file). On PostgreSQL new rows go by binary COPY straight into their table, rows that
may be there already into a temporary one and from there into the real one; a handful goes by executemany there too.
"""

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    LargeBinary,
    String,
    Table,
    Text,
    any_,
    bindparam,
    exc,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.sql.sqltypes import AutoString

from models.records.sealed import plain_type, sealing_of
from models.sync.content import compact_writer

_write_json = compact_writer(sort_keys=False)
_BETWEEN = "\x1f"  # the unit separator: no id holds it
_AT_ONCE = 500  # bound values of one statement, well below the limit of either engine
_WORTH_COPYING = 40  # rows below which executemany is quicker than COPY with its temporary table
_COPIED: tuple[tuple[type[Any], str], ...] = (
    # How a column travels in a binary COPY. Only 64-bit numbers: the driver's C code writes a number that does not fit
    # into 32 bits as another one, without a word. JSON travels as its text, which is the same in binary.
    (JSON, "text"),
    (Boolean, "bool"),
    (BigInteger, "int8"),
    (Date, "date"),
    (String, "text"),
    (LargeBinary, "bytea"),
)

_FEW_AMONG_MANY = "; ".join(
    f"SET LOCAL {setting}"
    for setting in (
        "enable_seqscan = off",  # also before the server has counted the rows of a table that grows quickly
        "enable_hashjoin = off",
        "enable_mergejoin = off",
        "random_page_cost = 1.1",
        "jit = off",
    )
)

Prepare = Callable[[Any], Any]


class _Prepared(NamedTuple):
    """A statement in the driver's words, and how the values of its columns are made ready."""

    statement: str
    order: tuple[str, ...]  # of the columns
    pick: Callable[[Mapping[str, Any]], tuple[Any, ...]]  # the values of a row in that order
    makers: tuple[tuple[int, Prepare], ...]  # by the place of the column
    names: tuple[str, ...]  # by name in that order, or nothing where the driver takes them in their order

    def values(self, rows: Sequence[Any], names: tuple[str, ...]) -> list[tuple[Any, ...]]:
        """The rows as the driver takes them, in the order of the columns. Names: of values that are given by place."""
        if not names:
            picked = list(map(self.pick, rows))
        elif names == self.order:
            picked = list(rows)
        else:
            picked = list(map(itemgetter(*map(names.index, self.order)), rows))
        if not self.makers:
            return picked
        columns: list[Any] = list(zip(*picked, strict=True))
        for place, make in self.makers:
            columns[place] = map(make, columns[place])
        return list(zip(*columns, strict=True))


class _Copied(NamedTuple):
    """How rows of a table are copied on PostgreSQL."""

    copy: str
    types: tuple[str, ...]
    prepared: _Prepared
    stage: str = ""  # makes the temporary table of this connection, where it is not there; "": none is needed
    move: tuple[str, ...] = ()  # from the temporary table into the real one, and emptying it


@contextmanager
def without_pauses() -> Iterator[None]:
    """Let Python look for refuse only afterwards: what many rows are made of lives until the commit, and looking
    through it again and again would take a fifth of the time.
    """
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the columns of the first one."""
    _write(connection, table, rows, replace=False)


def insert_tuples(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows given as values in the order of the names."""
    _write(connection, table, rows, replace=False, names=names)


def put_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace the other columns of those whose key is there already. No key may come twice."""
    _write(connection, table, rows, replace=True)


def among(connection: Connection, column: Column[Any], texts: Collection[str]) -> ColumnElement[bool]:
    """That a column is one of many texts: one bound value, however many there are.

    A list of a thousand placeholders is written, looked through and planned anew each time, which takes longer than
    finding the rows.
    """
    if connection.dialect.name == "postgresql":
        if any(_BETWEEN in text or not text for text in texts):
            return column == any_(bindparam(None, sorted(texts), ARRAY(Text)))
        # One text: the driver would look through a list of thousands to write it.
        return column == any_(func.string_to_array(bindparam(None, _BETWEEN.join(sorted(texts)), Text), _BETWEEN))
    listed = func.json_each(bindparam(None, _write_json(sorted(texts)), Text)).table_valued("value")
    return column.in_(select(listed.c.value))


def portions(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """Keys, each once and in their order, as many at a time as one statement takes as values bound one by one."""
    every = sorted(set(keys))
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]


def forget_prepared() -> None:
    """Make every statement ready anew: what an engine seals was another thing when they were made."""
    _prepare.cache_clear()
    _copied.cache_clear()


def for_import(connection: Connection) -> None:
    """Have the rest of the transaction planned for a few thousand rows among millions.

    PostgreSQL's planner would otherwise read whole tables to find or join those rows.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_FEW_AMONG_MANY)


def _write(
    connection: Connection, table: Table, rows: Sequence[Any], *, replace: bool, names: tuple[str, ...] = ()
) -> None:
    if not rows:
        return
    by_place = bool(names)
    names = names or tuple(rows[0])
    if connection.dialect.name == "postgresql" and len(rows) >= _WORTH_COPYING:
        copied = _copied(connection.dialect, table, names, replace)
        if copied is not None:
            _copy(connection, copied, rows, by_place=by_place)
            return
    prepared = _prepare(connection.dialect, table, names, replace)
    values: Any = prepared.values(rows, names if by_place else ())
    if prepared.names:
        values = [dict(zip(prepared.names, row, strict=True)) for row in values]
    connection.exec_driver_sql(prepared.statement, values)


def _copy(connection: Connection, copied: _Copied, rows: Sequence[Any], *, by_place: bool) -> None:
    if copied.stage:
        connection.exec_driver_sql(copied.stage)
    driver: Any = connection.connection.dbapi_connection
    base: Any = connection.dialect.loaded_dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(copied.copy) as copy:
            copy.set_types(copied.types)
            write = copy.write_row
            for row in copied.prepared.values(rows, copied.prepared.order if by_place else ()):
                write(row)
    except base.Error as trouble:  # said as of any other statement: SQLAlchemy knows no COPY
        if gone := connection.dialect.is_disconnect(trouble, driver, None):
            connection.invalidate(trouble)
        said = exc.DBAPIError.instance(
            copied.copy, None, trouble, base.Error, hide_parameters=True, connection_invalidated=gone
        )
        raise said from trouble
    for statement in copied.move:
        connection.exec_driver_sql(statement)


@lru_cache(maxsize=200)
def _copied(dialect: Dialect, table: Table, names: tuple[str, ...], replace: bool) -> _Copied | None:
    """None where a column cannot travel so."""
    types = []
    for name in names:
        kind = next((said for known, said in _COPIED if isinstance(_database_type(table.c[name].type), known)), "")
        if not kind:
            return None
        types.append(kind)
    quoted = dialect.identifier_preparer.quote
    listed, real, stage = ", ".join(map(quoted, names)), quoted(table.name), quoted(f"stage_{table.name}")
    made = ((place, _copied_maker(dialect, table.c[name].type)) for place, name in enumerate(names))
    makers = tuple((place, maker) for place, maker in made if maker is not None)
    prepared = _Prepared("", names, _picker(names), makers, ())
    if not replace:
        return _Copied(f"COPY {real} ({listed}) FROM STDIN (FORMAT BINARY)", tuple(types), prepared)
    keys = [column.name for column in table.primary_key]
    others = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in names if name not in keys)
    does = f"DO UPDATE SET {others}" if others else "DO NOTHING"
    move = f"INSERT INTO {real} ({listed}) SELECT {listed} FROM {stage}"  # noqa: S608  # names of our own tables
    return _Copied(
        f"COPY {stage} ({listed}) FROM STDIN (FORMAT BINARY)",
        tuple(types),
        prepared,
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} (LIKE {real} INCLUDING DEFAULTS) ON COMMIT DELETE ROWS",
        # Emptied by TRUNCATE, never by DELETE: nobody vacuums a temporary table.
        (f"{move} ON CONFLICT ({', '.join(map(quoted, keys))}) {does}", f"TRUNCATE {stage}"),
    )


@lru_cache(maxsize=200)
def _prepare(dialect: Dialect, table: Table, names: tuple[str, ...], replace: bool) -> _Prepared:
    statement: Any = (postgresql.insert if dialect.name == "postgresql" else sqlite.insert)(table)
    if replace:
        keys = [column.name for column in table.primary_key]
        others = {name: statement.excluded[name] for name in names if name not in keys}
        if others:
            statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=keys)
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    order = tuple(compiled.positiontup or names)
    made = ((place, _maker(dialect, table.c[name].type)) for place, name in enumerate(order))
    makers = tuple((place, maker) for place, maker in made if maker is not None)
    return _Prepared(str(compiled), order, _picker(order), makers, () if compiled.positional else order)


def _copied_maker(dialect: Dialect, kind: Any) -> Prepare | None:
    seal, is_json = sealing_of(kind, dialect), isinstance(plain_type(kind), JSON)
    if seal is not None and is_json:
        return lambda value: _write_json(seal(value))
    return _write_json if is_json else seal


def _database_type(kind: Any) -> Any:
    """Without what SQLModel and the seal lay over it."""
    plain = plain_type(kind)
    return plain.impl_instance if isinstance(plain, AutoString) else plain


def _picker(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(names) == 1:
        return lambda row: (row[names[0]],)
    return itemgetter(*names)


def _maker(dialect: Dialect, kind: Any) -> Prepare | None:
    if dialect.name == "sqlite" and sealing_of(kind, dialect) is None:
        plain = _database_type(kind)
        if isinstance(plain, JSON):
            return _write_json
        if isinstance(plain, Date):
            return _day
        if isinstance(plain, Boolean | String):
            return None  # the driver keeps True and False as 1 and 0
    made: Prepare | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return made


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
