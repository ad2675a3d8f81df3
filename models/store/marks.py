"""What changed since the columns of the screening were made: noted in the very transaction that changes it.

So the columns can never be stale without anybody knowing. While there are no columns nothing is noted.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from models.records.operation import Meta
from models.records.screening import ScreeningBlock, ScreeningColumn, ScreeningMark
from models.store.many import among
from models.store.rows import KEPT, table_of

_META = table_of(Meta)
MARKS, BLOCKS, COLUMNS = table_of(ScreeningMark), table_of(ScreeningBlock), table_of(ScreeningColumn)
STATE = "screening"  # the small fact of the casebook that says which columns there are

_KEPT = select(_META.c.key).where(_META.c.key == STATE)  # built once: asked by every verb

_POINTS_AT: Mapping[str, tuple[str, ...]] = {
    "resident": ("id",),
    "identity_document": ("resident_id",),
    "household": ("id",),
    "dwelling": ("id",),
    "membership": ("household_id", "resident_id"),
    "fact": ("subject_id",),
    "visit": ("household_id",),
    "case_transfer": ("household_id",),
}
"""Whom a record of an entity says something about; of the others the screening reads nothing."""


def subjects(entity: str, row: Mapping[str, Any]) -> set[str]:
    """The residents, households and dwellings that a record (its columns) says something about."""
    return {str(row[name]) for name in _POINTS_AT.get(entity, ()) if row.get(name)}


def subjects_now(connection: Connection, rows: Mapping[str, str], mixed: Iterable[str] = ()) -> set[str]:
    """The same of kept records (id -> entity) as they lie in the tables now; mixed ones are looked up in every table.

    Empty while there are no columns, so that a first import costs nothing.
    """
    if not kept(connection):
        return set()
    several, found = set(mixed), set[str]()
    for entity, names in _POINTS_AT.items():
        table = KEPT[entity]
        if ids := several | {row for row, kind in rows.items() if kind == entity}:
            query = select(*(table.c[name] for name in names)).where(among(connection, table.c.id, ids))
            found.update(value for row in connection.execute(query) for value in row)
    return found - {""}


def kept(connection: Connection) -> bool:
    """Whether there are columns, or some are being made."""
    return connection.execute(_KEPT).first() is not None


def note(connection: Connection, about: Iterable[str]) -> None:
    """Remember that something was said about residents, households or dwellings."""
    rows = [{"subject_id": subject} for subject in sorted(set(about))]
    if rows and kept(connection):
        make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(make(MARKS).on_conflict_do_nothing(), rows)


def forget(connection: Connection) -> None:
    """Drop the columns; they are made anew when somebody next screens."""
    for table in (MARKS, BLOCKS, COLUMNS):
        connection.execute(delete(table))
    connection.execute(delete(_META).where(_META.c.key == STATE))
