"""What all casebooks of a process have in common, found out once: tables, statements as SQL, what phrases stretch to.

For programs of tests that make and open many casebooks; the proof that the steps make these tables is test_migrate.py.
"""

import gc
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine

from models.security import sealing
from models.store import engine, migrate
from models.store.engine import Engines

_run = migrate._run_on_sqlite
_made: list[tuple[list[str], list[str], list[tuple[str, list[tuple[Any, ...]]]]]] = []
_shared: list[Engine] = []


def tables_once() -> None:
    """Let the steps make the tables of the first empty store, and give every later one the same by their final form."""
    migrate._run_on_sqlite = _tables


def statements_once() -> None:
    """Let all stores of this process share what SQLAlchemy compiles; each engine would do it anew."""
    engine.create_engine = engine_with_others_statements


def forget_statements() -> None:
    """Close what the stores of this process shared."""
    while _shared:
        _shared.pop().dispose()


def keys_once() -> None:
    """Let the same phrase with the same salt give the same key at once: stretching it is slow on purpose."""
    if not hasattr(sealing.hash_secret_raw, "cache_info"):
        sealing.hash_secret_raw = lru_cache(256)(sealing.hash_secret_raw)


def refuse_seldom() -> None:
    """Look for refuse seldom and not among what is imported by now: what tests make is small and soon gone."""
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()
        gc.set_threshold(5_000, 10, 10)


def _tables(engines: Engines, steps: Path) -> list[str]:
    empty = steps == migrate.STEPS and not _looked(engines, "SELECT count(*) FROM sqlite_master")[0][0]
    if not empty:
        return _run(engines, steps)
    if not _made:
        done = _run(engines, steps)
        _made.append((done, *_form(engines)))
        return list(done)
    done, statements, filled = _made[0]
    with engines.writer.begin() as connection:
        raw: Any = connection.connection.dbapi_connection
        for statement in statements:
            raw.execute(statement)
        for statement, rows in filled:
            raw.executemany(statement, rows)
    return list(done)


def _looked(engines: Engines, query: str) -> list[Any]:
    with engines.reader.connect() as connection:
        return list(connection.exec_driver_sql(query).all())


def _form(engines: Engines) -> tuple[list[str], list[tuple[str, list[tuple[Any, ...]]]]]:
    """Of a store: what makes its tables and indexes, and what fills the tables that are not empty."""
    made = _looked(engines, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    # A table of statistics is SQLite's own, which alone makes it.
    statements = ["ANALYZE sqlite_master" if name.startswith("sqlite_stat") else sql for name, sql in made]
    filled = []
    for (name,) in _looked(engines, "SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL"):
        if rows := _looked(engines, f'SELECT * FROM "{name}"'):
            places = ", ".join("?" * len(rows[0]))
            filled.append((f'INSERT INTO "{name}" VALUES ({places})', [tuple(row) for row in rows]))
    return statements, filled


def engine_with_others_statements(*arguments: Any, **options: Any) -> Engine:
    """What create_engine() makes, knowing how the statements of the stores before it read as SQL."""
    made = create_engine(*arguments, **options)
    if made.dialect.name != "sqlite":
        return made  # a server's dialect holds the key by which its columns are sealed
    if not _shared:
        _shared.append(create_engine("sqlite://", module=options["module"], query_cache_size=1500))
        _shared[0].connect().close()  # the dialect asks the driver what it can
    made.dialect = made.pool._dialect = _shared[0].dialect
    made._compiled_cache = _shared[0]._compiled_cache
    return made
