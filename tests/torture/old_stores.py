"""Casebooks as earlier versions of the program wrote them: the tables of that version, with the records of today."""

import shutil
from pathlib import Path

from sqlalchemy import inspect

from models.casebook import KEYS, STORE
from models.security import keystore
from models.store import migrate
from models.store.engine import connect_sqlite, open_sqlite
from tests.conftest import PASSPHRASE

OLDEST = 5
"""The first version whose tables take the rows of today's records."""

_LATER = {"arrived": 7}  # what a step puts into Meta by itself: older casebooks lack it


def make(folder: Path, target: Path) -> list[Path]:
    """For every earlier version a copy of a casebook in its tables; what it has no table or column for is left out."""
    made = []
    for version in range(OLDEST, int(migrate.newest())):
        made.append(_of_version(folder, target / f"{version:04}", version))
    return made


def _of_version(folder: Path, target: Path, version: int) -> Path:
    steps = target.parent / f"steps-{version:04}"
    steps.mkdir(parents=True)
    for path in migrate.STEPS.glob("v*.py"):
        if int(path.name[1:5]) <= version:
            shutil.copy(path, steps)
    shutil.copytree(folder, target)
    shutil.rmtree(target / "backups", ignore_errors=True)
    (target / STORE).unlink()
    keys = keystore.unlock(folder / KEYS, PASSPHRASE)
    engines = open_sqlite(target / STORE, keys.page_key)
    migrate.upgrade(engines, steps=steps)
    with engines.writer.connect() as connection:
        look = inspect(connection)
        tables = {name: {column["name"] for column in look.get_columns(name)} for name in look.get_table_names()}
    engines.close()
    raw = connect_sqlite(target / STORE, keys.page_key)
    try:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("ATTACH DATABASE ? AS today KEY \"x'" + keys.page_key.hex() + "'\"", (str(folder / STORE),))
        for name, columns in tables.items():
            if name == "alembic_version":
                continue
            there = {row[1] for row in raw.execute(f'PRAGMA today.table_info("{name}")')}
            shared = ", ".join(f'"{column}"' for column in sorted(columns & there))
            if shared:
                raw.execute(f'INSERT OR REPLACE INTO main."{name}" ({shared}) SELECT {shared} FROM today."{name}"')
        for key, since in _LATER.items():
            if version < since:
                raw.execute("DELETE FROM main.meta WHERE key = ?", (key,))
    finally:
        raw.close()
    return target
