"""Small facts of a casebook, and the guard that lets kept tables be written by the unit of work alone."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, event, insert, select, update

from models.errors import WriteOutsideVerb
from models.records.operation import Meta
from models.store.rows import KEPT, table_of

_META = table_of(Meta)
_READ_META = select(_META.c.value).where(_META.c.key == bindparam("the_key"))  # built once: asked several times a verb
_WRITE_META = update(_META).where(_META.c.key == bindparam("the_key")).values(value=bindparam("said"))
_GUARDED = frozenset(KEPT) | {"operation", "head", "audit", "audit_also"}
_WRITES = re.compile(r'^\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.I)
_IN_WORK = "jinmen_in_work"


def arm(engine: Engine) -> None:
    """Refuse writes to kept tables that do not come from a unit of work (or from an import or rebuild that says so)."""

    @event.listens_for(engine, "before_cursor_execute")
    def _guard(
        connection: Connection, _cursor: object, statement: str, _parameters: object, _context: object, _many: bool
    ) -> None:
        found = _WRITES.match(statement)
        if found and found[1].lower() in _GUARDED and not connection.info.get(_IN_WORK):
            raise WriteOutsideVerb(table=found[1])


class allow_writes:  # noqa: N801  # reads as a statement: with allow_writes(connection)
    """Lets the enclosed statements write kept tables; for the unit of work and the importer, which keep the log."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def __enter__(self) -> None:
        self._info = self.connection.info  # a connection that breaks meanwhile does not give it again
        self._before = self._info.get(_IN_WORK)
        self._info[_IN_WORK] = True

    def __exit__(self, *_: object) -> None:
        if not self._before:
            self._info.pop(_IN_WORK, None)


def read_meta(connection: Connection, key: str) -> dict[str, Any]:
    """A small fact of the casebook; {} where it was never set."""
    value = connection.execute(_READ_META, {"the_key": key}).scalar()
    return dict(value) if value else {}


def write_meta(connection: Connection, key: str, value: Mapping[str, Any]) -> None:
    """Set a small fact of the casebook."""
    if connection.execute(_WRITE_META, {"the_key": key, "said": dict(value)}).rowcount == 0:
        connection.execute(insert(_META).values(key=key, value=dict(value)))
