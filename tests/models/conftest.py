"""Stores to test with: migrated and empty, on SQLite, on PostgreSQL, or on each in turn (`engines`)."""

import gettext
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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


@pytest.fixture
def postgres_engines(postgres: Server, migrated_database: str) -> Iterator[Engines]:
    """A migrated, empty database on the server. It is not dropped: it goes with the server, at once."""
    engines = open_postgres(postgres.url(postgres.make(migrated_database)))
    yield engines
    engines.close()


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
