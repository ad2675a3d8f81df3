"""Stores to test with: migrated and empty, on SQLite, on PostgreSQL, or on each in turn (`engines`)."""

import gettext
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from models import texts
from models.store import migrate
from models.store.engine import Engines, open_postgres, open_sqlite
from tests.house.catalogue import chinese
from tests.postgres import Server

TEST_KEY = bytes(range(100, 148))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without records, made once and copied for each test."""
    path = tmp_path_factory.mktemp("migrated") / "case.db"
    engines = open_sqlite(path, TEST_KEY)
    migrate.upgrade(engines)
    engines.close()
    return path


@pytest.fixture
def sqlite_engines(migrated_file: Path, tmp_path: Path) -> Iterator[Engines]:
    """A migrated, empty, encrypted file."""
    shutil.copy(migrated_file, tmp_path / "case.db")
    engines = open_sqlite(tmp_path / "case.db", TEST_KEY)
    yield engines
    engines.close()


_CATALOGUE = """
    SELECT md5(string_agg(said, ' ' ORDER BY said)) FROM (
        SELECT concat_ws('.', 'class', oid, relname, relkind, relowner, relacl, reloptions, relhastriggers,
            relrowsecurity) FROM pg_class WHERE oid >= 16384 OR relacl IS NOT NULL
        UNION ALL SELECT concat_ws('.', 'column', attrelid, attname, atttypid, atttypmod, attnotnull, attisdropped,
            attstattarget) FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL SELECT concat_ws('.', 'analysed', starelid, staattnum) FROM pg_statistic WHERE starelid >= 16384
        UNION ALL SELECT concat_ws('.', 'constraint', oid) FROM pg_constraint
        UNION ALL SELECT concat_ws('.', 'function', oid, proname) FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT concat_ws('.', 'schema', oid, nspname, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_'
        UNION ALL SELECT concat_ws('.', 'extension', oid) FROM pg_extension
        UNION ALL SELECT concat_ws('.', 'object', oid) FROM pg_largeobject_metadata
        UNION ALL SELECT concat_ws('.', 'setting', setdatabase, setrole, setconfig) FROM pg_db_role_setting
        UNION ALL SELECT concat_ws('.', 'version', version_num) FROM alembic_version
    ) AS catalogue (said)
"""
"""All of a database but its rows."""


def emptied(url: str, catalogue: str) -> bool:
    """Take every row out of a migrated database; whether it is then what it was: no more than rows had changed."""
    with psycopg.connect(url, autocommit=True, options="-c lock_timeout=1000") as connection:
        if connection.execute(_CATALOGUE).fetchone() != (catalogue,):
            return False
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND oid >= 16384 AND relname <> 'alembic_version'"
        held = [name for (name,) in connection.execute(f"{tables} AND pg_relation_size(oid) > 0")]
        for _attempt in range(20):
            if connection.execute(others).fetchone() == (0,):
                break
            time.sleep(0.01)  # connections that were closed just now are still taking their leave
        else:
            return False
        if held:
            every = sql.SQL(", ").join(map(sql.Identifier, held))
            connection.execute(sql.SQL("TRUNCATE {}").format(every))
    return True


@pytest.fixture(scope="session")
def empty_databases() -> list[tuple[str, str]]:
    """Databases that tests gave back, each with its catalogue: making one takes ten times as long as emptying it."""
    return []


@pytest.fixture
def postgres_engines(
    postgres: Server, migrated_database: str, empty_databases: list[tuple[str, str]]
) -> Iterator[Engines]:
    """A migrated, empty database on the server. A test that changes more than rows in it leaves it to the server."""
    if empty_databases:
        name, catalogue = empty_databases.pop()
    else:
        name = postgres.make(migrated_database)
        with psycopg.connect(postgres.url(name)) as connection:
            (catalogue,) = connection.execute(_CATALOGUE).fetchone() or ("",)
    engines = open_postgres(postgres.url(name))
    yield engines
    engines.close()
    if emptied(postgres.url(name), catalogue):
        empty_databases.append((name, catalogue))


@pytest.fixture(params=["sqlite", "postgresql"])
def engines(request: pytest.FixtureRequest) -> Engines:
    """A migrated, empty store; the test runs once on each engine."""
    found = request.getfixturevalue("sqlite_engines" if request.param == "sqlite" else "postgres_engines")
    assert isinstance(found, Engines)
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def unmigrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Engines]]:
    """Opens one and the same store without any table, as often as it is called; once on each engine."""
    opened: list[Engines] = []
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        name = server.make()

    def open_it() -> Engines:
        for earlier in opened:
            earlier.close()
        again = request.param == "sqlite"
        opened.append(open_sqlite(tmp_path / "new.db", TEST_KEY) if again else open_postgres(server.url(name)))
        return opened[-1]

    yield open_it
    for engines in opened:
        engines.close()
    if request.param == "postgresql":
        server.drop(name)


@pytest.fixture
def whole_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both languages as they will be: the catalogue with the parts still under work."""
    english = gettext.NullTranslations()
    monkeypatch.setattr(texts, "_catalogue", lambda code: chinese() if code == "zh_CN" else english)


@pytest.fixture
def steps_until(tmp_path: Path) -> Callable[[str], Path]:
    """A folder with the migrations up to one of them, by its number: what an earlier program had."""

    def copied(last: str) -> Path:
        folder = tmp_path / f"steps-{last}"
        folder.mkdir()
        for step in migrate.STEPS.glob("v[0-9]*.py"):
            if step.name[1:5] <= last:
                shutil.copy(step, folder / step.name)
        return folder

    return copied
