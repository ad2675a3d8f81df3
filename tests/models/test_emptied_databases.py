"""What is given to the next test is an empty database again, or is not given."""

import psycopg
import pytest

from tests.models.conftest import _CATALOGUE, emptied
from tests.postgres import Server


@pytest.fixture
def database(postgres: Server, migrated_database: str) -> str:
    return postgres.url(postgres.make(migrated_database))


def run(url: str, statement: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(statement)  # type: ignore[arg-type]
        return str(found.fetchone()[0]) if found.description else ""


def test_rows_are_taken_out_and_anything_else_that_changed_is_noticed(database: str):
    before = run(database, _CATALOGUE)
    run(database, "INSERT INTO meta VALUES ('a', '{}')")
    assert run(database, "SELECT count(*) FROM meta") == "1"
    assert emptied(database, before)
    assert run(database, "SELECT count(*) FROM meta") == "0"
    assert run(database, "SELECT count(*) FROM alembic_version") == "1"
    for there, away in (
        ("CREATE TABLE more (one int)", "DROP TABLE more"),
        ("ALTER TABLE meta ADD COLUMN more int", "ALTER TABLE meta DROP COLUMN more"),
        ("CREATE SCHEMA more", "DROP SCHEMA more"),
        ("GRANT SELECT ON meta TO PUBLIC", "REVOKE SELECT ON meta FROM PUBLIC"),
        ("CREATE INDEX more ON meta (key)", "DROP INDEX more"),
    ):
        run(database, there)
        assert not emptied(database, before), there
        run(database, away)


def test_a_database_that_somebody_still_uses_is_not_given_on(database: str):
    before = run(database, _CATALOGUE)
    with psycopg.connect(database) as connection:
        connection.execute("SELECT 1")
        assert not emptied(database, before)
    assert emptied(database, before)
