"""What the bulk path saves: the same rows by it and by the ORM, one session.merge() each. For the bench alone."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlmodel import Session

from models.records.resident import Resident
from models.store.many import put_rows
from models.store.rows import KEPT
from models.store.work import allow_writes


def rows_per_second(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Residents put by the bulk path, and half as many by session.merge(), a second; nothing of it is kept.

    Half of the rows are there already, as in an import of changes. The connection has a transaction open.
    """
    table, half = KEPT["resident"], rows[: len(rows) // 2]
    with allow_writes(connection), connection.begin_nested() as first:
        put_rows(connection, table, rows[::2])
        began = time.perf_counter()
        put_rows(connection, table, rows)
        bulk = len(rows) / (time.perf_counter() - began)
        first.rollback()
    with allow_writes(connection), connection.begin_nested() as second:
        put_rows(connection, table, half[::2])
        session = Session(connection, join_transaction_mode="create_savepoint", autoflush=False)
        began = time.perf_counter()
        for row in half:
            session.merge(Resident(**row))
        session.flush()
        merged = len(half) / (time.perf_counter() - began)
        session.close()
        second.rollback()
    return bulk, merged
