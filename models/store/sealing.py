"""Giving the engines of a shared database the key of the sealed columns, and the few searches that look inside them.

Whoever has the tables alone reads names, addresses, dates and codes, and no number, fact, note, answer, letter, picture
or change; the help page of desks says it to the office.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, or_, select

from models.records.sealed import sealer_of
from models.security.column_key import ColumnKey
from models.store.engine import Engines, sorted_trouble
from models.store.many import forget_prepared

_KEY = "column_key"  # of the small facts of the office


def seal_columns(engines: Engines, key: bytes) -> None:
    """Give both engines of a shared database the key, before anything is read. Raises ValueError for a file."""
    if engines.dialect != "postgresql":
        raise ValueError("a file is encrypted as a whole")
    for engine in (engines.writer, engines.reader):
        engine.dialect.jinmen_sealer = ColumnKey(key)  # type: ignore[attr-defined]
        engine.dialect._type_memos.clear()  # what was read before was read as plain
        engine.clear_compiled_cache()
    forget_prepared()


def shared_key_of(engines: Engines) -> dict[str, Any]:
    """The wrapped key of the sealed columns, as it lies open in the database; {} where nothing is sealed there."""
    with sorted_trouble(), engines.reader.connect() as connection:
        value = connection.exec_driver_sql(f"SELECT value FROM meta WHERE key = '{_KEY}'").scalar()  # noqa: S608
    return dict(value) if value else {}


def keep_shared_key(connection: Connection, wrapped: Mapping[str, Any]) -> None:
    """Put the wrapped key into the database, unsealed, as it opens what is sealed; nothing: take it out."""
    connection.exec_driver_sql(f"DELETE FROM meta WHERE key = '{_KEY}'")  # noqa: S608
    if wrapped:
        statement = f"INSERT INTO meta (key, value) VALUES ('{_KEY}', %(value)s)"  # noqa: S608
        connection.exec_driver_sql(statement, {"value": json.dumps(dict(wrapped))})


def key_of(connection: Connection) -> ColumnKey | None:
    """What seals columns on this connection; None where nothing is sealed."""
    found = sealer_of(connection.dialect)
    return found if isinstance(found, ColumnKey) else None


def rows_mentioning(
    connection: Connection, ids: Any, columns: Iterable[Any], signs: Iterable[str], *where: ColumnElement[bool]
) -> list[str]:
    """The ids of rows in one of whose columns (text or JSON) one of some texts stands, in the order of the ids.

    Where columns are sealed they are opened and looked through here, row by row: for rare verbs (an erasure) only.
    """
    looked, wanted = tuple(columns), [sign for sign in signs if sign]
    if not wanted:
        return []
    query = select(ids).where(and_(*where)) if where else select(ids)
    if key_of(connection) is None:
        said = [cast(column, Text).contains(sign, autoescape=True) for column in looked for sign in wanted]
        return list(connection.execute(query.where(or_(*said)).order_by(ids)).scalars())
    rows = connection.execute(query.add_columns(*looked).order_by(ids).execution_options(yield_per=500))
    return [row[0] for row in rows if any(sign in _text_of(value) for value in row[1:] for sign in wanted)]


def _text_of(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
