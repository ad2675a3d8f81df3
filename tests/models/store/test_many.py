"""Rows written many at once are the rows that SQLAlchemy would write, and the collector is left as it was."""

import gc
from datetime import date

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, MetaData, String, Table, create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

from models.records.phones import show_phone
from models.store.engine import StoreUnreachable, sorted_trouble
from models.store.many import among, insert_rows, put_rows, without_pauses
from models.store.names import tidy
from models.store.search import keys_for_resident

TABLE = Table(
    "thing",
    MetaData(),
    Column("id", String, primary_key=True),
    Column("on", Date),
    Column("dead", Boolean),
    Column("said", JSON),
)
ROWS = [
    {"id": "a", "on": date(2026, 11, 22), "dead": False, "said": {"名": "欧阳·𬱖", "list": [1, None, 2.5, "“"]}},
    {"id": "b", "on": None, "dead": True, "said": []},
    {"id": "c", "on": date(1, 1, 1), "dead": False, "said": None},
]


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    TABLE.metadata.create_all(engine)
    with engine.begin() as made:
        yield made
    engine.dispose()


def rows(connection):
    return [dict(row) for row in connection.execute(select(TABLE).order_by(TABLE.c.id)).mappings()]


def test_what_is_written_is_read_again(connection):
    insert_rows(connection, TABLE, ROWS)
    assert rows(connection) == ROWS


def test_the_rows_are_those_that_sqlalchemy_would_write_but_for_blanks_in_the_json(connection):
    insert_rows(connection, TABLE, ROWS)
    raw = connection.exec_driver_sql('SELECT id, "on", dead, said FROM thing ORDER BY id').all()
    connection.execute(TABLE.delete())
    connection.execute(insert(TABLE), ROWS)
    assert rows(connection) == ROWS
    plain = connection.exec_driver_sql('SELECT id, "on", dead FROM thing ORDER BY id').all()
    assert [row[:3] for row in raw] == [tuple(row) for row in plain]
    assert raw[0].said == '{"名":"欧阳·𬱖","list":[1,null,2.5,"“"]}'


def test_putting_replaces_the_row_with_that_key_and_keeps_the_others(connection):
    insert_rows(connection, TABLE, ROWS)
    put_rows(connection, TABLE, [{**ROWS[0], "dead": True}, {**ROWS[0], "id": "d"}])
    assert rows(connection) == [{**ROWS[0], "dead": True}, ROWS[1], ROWS[2], {**ROWS[0], "id": "d"}]


def test_no_rows_are_no_statement(connection):
    insert_rows(connection, TABLE, [])
    assert rows(connection) == []


def test_what_is_no_number_in_json_is_refused(connection):
    with pytest.raises(ValueError, match="JSON"):
        insert_rows(connection, TABLE, [{**ROWS[0], "said": float("nan")}])


def test_the_collector_works_again_afterwards_even_when_the_work_failed():
    seen = []

    def fails():
        with without_pauses():
            seen.append(gc.isenabled())
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert seen == [False]
    assert gc.isenabled()
    with without_pauses(), without_pauses():
        pass
    assert gc.isenabled()


@pytest.mark.parametrize("prefix", [f"1{second}{third}" for second in range(3, 10) for third in range(10)])
def test_a_mobile_number_has_the_keys_of_its_written_form(prefix):
    kept = f"+86{prefix}02204471"
    written = tidy(show_phone(kept))
    assert [key.key for key in keys_for_resident(phones=[kept])] == ["#" + written, "#" + written[-4:]]


@pytest.mark.parametrize("texts", [["b", "c"], ["b", "c", "a\x1fb"], [""], []], ids=repr)
def test_a_column_is_one_of_many_texts_on_both_engines(engines, texts):
    with engines.writer.begin() as connection:
        listed = [{"id": one, "on": None, "dead": False, "said": None} for one in ("", "a", "b", "a\x1fb", "b,c")]
        connection.execute(CreateTable(TABLE, if_not_exists=True))
        connection.execute(TABLE.delete())
        insert_rows(connection, TABLE, listed)
        found = connection.execute(select(TABLE.c.id).where(among(connection, TABLE.c.id, texts))).scalars()
        assert set(found) == set(texts) & {row["id"] for row in listed}
        connection.rollback()


def test_new_rows_go_straight_into_their_table_and_never_over_one_that_is_there(engines):
    rows_ = [{"id": f"{number:04d}", "on": None, "dead": False, "said": {"n": number}} for number in range(100)]
    with engines.writer.connect() as connection:
        connection.execute(CreateTable(TABLE, if_not_exists=True))
        insert_rows(connection, TABLE, rows_)
        assert rows(connection) == rows_
        put_rows(connection, TABLE, [{**row, "dead": True} for row in rows_])
        assert {row["dead"] for row in rows(connection)} == {True}
        with pytest.raises(IntegrityError):
            insert_rows(connection, TABLE, rows_[:50])
        connection.rollback()


def test_a_server_that_goes_away_during_a_copy_is_told_as_such(postgres_engines):
    """SQLAlchemy knows no COPY, so what the driver says there is told by us."""
    listed = [{**ROWS[0], "id": f"{number}"} for number in range(100)]
    with postgres_engines.writer.connect() as connection, postgres_engines.reader.connect() as other:
        connection.execute(CreateTable(TABLE, if_not_exists=True))
        process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
        with pytest.raises(StoreUnreachable), sorted_trouble():
            insert_rows(connection, TABLE, listed)
