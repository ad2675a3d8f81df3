"""An empty store on a PostgreSQL server of the tests' own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.store import migrate
from models.store.engine import open_postgres
from models.store.work import arm
from tests import postgres as postgresql
from tests.models.sync.offices import Desk, desks


@pytest.fixture(scope="session")
def server() -> Iterator[postgresql.Server]:
    with postgresql.running() as running:
        yield running


@pytest.fixture
def postgres(server: postgresql.Server) -> Iterator[Engine]:
    """A migrated store."""
    name = server.make()
    engines = open_postgres(server.url(name))
    migrate.upgrade(engines)
    arm(engines.writer)
    yield engines.writer
    engines.close()
    server.drop(name)


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[Desk, Desk, Path]]:
    """A laptop, its office and a stick."""
    with desks(tmp_path) as (laptop, office):
        yield laptop, office, tmp_path / "stick"
