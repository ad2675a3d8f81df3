"""A casebook in which a little of everything was done (books_of_work), made once for each engine and copied."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from models.casebook import Casebook
from models.clock import FixedClock
from models.records.operation import Meta
from models.services.numbering import META
from models.services.numbering_latch import LATCH, PEG
from models.store.engine import Engines, open_postgres, open_sqlite
from models.store.rows import table_of
from tests.conftest import NOW
from tests.models.conftest import TEST_KEY
from tests.models.services.books_of_work import TODAY, fill
from tests.models.services.test_random_households import book_on, casebook_on
from tests.postgres import Server

STORE = "case.db"
Opened = Callable[[str], Casebook]


def worked_in(engines: Engines, folder: Path) -> None:
    """Do the work, and forget where: each copy is then the first (see tests/numbers.py)."""
    fill(casebook_on(engines, folder, FixedClock(NOW)), TODAY)
    with engines.writer.begin() as connection:
        connection.execute(delete(table_of(Meta)).where(table_of(Meta).c.key == META))
    for name in (LATCH, PEG):
        (folder / name).unlink(missing_ok=True)
    engines.close()


@pytest.fixture(scope="session")
def worked_folder(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of such a casebook in an encrypted file."""
    folder = tmp_path_factory.mktemp("worked")
    shutil.copy(migrated_file, folder / STORE)
    worked_in(open_sqlite(folder / STORE, TEST_KEY), folder)
    return folder


@pytest.fixture(scope="session")
def worked_database(postgres: Server, migrated_database: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database of such a casebook on a server."""
    name = postgres.make(migrated_database)
    worked_in(open_postgres(postgres.url(name)), tmp_path_factory.mktemp("worked"))
    return name


@pytest.fixture
def worked_on(request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock) -> Iterator[Opened]:
    """Opens a copy of it on sqlite or postgresql."""
    opened: list[Engines] = []

    def copied(dialect: str) -> Casebook:
        folder = tmp_path / dialect
        if dialect == "sqlite":
            shutil.copytree(request.getfixturevalue("worked_folder"), folder)
            opened.append(open_sqlite(folder / STORE, TEST_KEY))
        else:
            folder.mkdir()
            server = request.getfixturevalue("postgres")
            opened.append(open_postgres(server.url(server.make(request.getfixturevalue("worked_database")))))
        return book_on(opened[-1], folder, clock)

    yield copied
    for engines in opened:
        engines.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def worked_book(request: pytest.FixtureRequest, worked_on: Opened) -> Casebook:
    """A copy; the test runs once on each engine."""
    return worked_on(request.param)
