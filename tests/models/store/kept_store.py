"""A small encrypted store with its key store: what backups, restores and looks are tried on."""

import json
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from models.clock import FixedClock
from models.security import keystore
from models.store.engine import Engines, open_sqlite

PASSPHRASE = "correct horse battery"
CANARY = "金丝雀乙"
CLOCK = FixedClock(datetime(2026, 11, 22, 3, 15, tzinfo=UTC))


def save(engines: Engines, first: int, count: int) -> None:
    with engines.writer.begin() as connection:
        rows = [{"k": f"{n:06}", "v": json.dumps({"v": CANARY})} for n in range(first, first + count)]
        connection.execute(text("INSERT INTO meta (key, value) VALUES (:k, :v)"), rows)


def rows_in(path: Path, keys: keystore.Keys) -> int:
    engines = open_sqlite(path, keys.page_key)
    try:
        with engines.reader.connect() as connection:
            return connection.execute(text("SELECT count(*) FROM meta WHERE key <> 'restored'")).scalar_one()
    finally:
        engines.close()
