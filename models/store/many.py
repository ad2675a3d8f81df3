"""Many rows in one go: executemany at the driver, with the values made ready here.

SQLAlchemy's own executemany spends more on each row than SQLite does on writing it. The statement is still SQLAlchemy's
and so are the types, but it is compiled once for each table, and JSON is written compactly (a fifth of the file).
"""

import gc
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import JSON, Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)

Prepare = Callable[[Any], Any]


class _Prepared(NamedTuple):
    """A statement in the driver's words, and for each of its values the column and how it is made ready."""

    statement: str
    columns: tuple[tuple[str, Prepare | None], ...]
    by_place: bool  # values in their order, or by name


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


def put_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace the other columns of those whose key is there already."""
    _write(connection, table, rows, replace=True)


def _write(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool) -> None:
    if not rows:
        return
    prepared = _prepare(connection.dialect, table, tuple(rows[0]), replace)
    if prepared.by_place:
        columns = prepared.columns
        values: Any = [tuple([make(row[name]) if make else row[name] for name, make in columns]) for row in rows]
    else:
        values = [{name: make(row[name]) if make else row[name] for name, make in prepared.columns} for row in rows]
    connection.exec_driver_sql(prepared.statement, values)


@lru_cache(maxsize=200)
def _prepare(dialect: Dialect, table: Table, names: tuple[str, ...], replace: bool) -> _Prepared:
    statement: Any = (postgresql.insert if dialect.name == "postgresql" else sqlite.insert)(table)
    if replace:
        keys = [column.name for column in table.primary_key]
        others = {name: statement.excluded[name] for name in names if name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    order = compiled.positiontup or names
    return _Prepared(
        str(compiled),
        tuple((name, _maker(dialect, table.c[name].type)) for name in order),
        by_place=bool(compiled.positional),
    )


def _maker(dialect: Dialect, kind: Any) -> Prepare | None:
    if isinstance(kind, JSON) and dialect.name == "sqlite":
        return _COMPACT.encode
    made: Prepare | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return made
