"""Rows written at once: given by place in any order, in tables that are all key, of kinds that COPY cannot carry."""

import pytest
from sqlalchemy import Column, Float, MetaData, String, Table, create_engine, func, select

from models.store.engine import Engines
from models.store.many import insert_rows, insert_tuples, put_rows
from models.store.statements import Statements, joined

PAIRS = Table("pairs", MetaData(), Column("a", String, primary_key=True), Column("b", String, primary_key=True))
ALONE = Table("alone", MetaData(), Column("a", String, primary_key=True))
WEIGHED = Table("weighed", MetaData(), Column("id", String, primary_key=True), Column("weight", Float))


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    for table in (PAIRS, ALONE):
        table.create(engine)
    with engine.begin() as made:
        yield made
    engine.dispose()


def test_values_given_by_place_go_into_the_column_of_their_name(connection):
    insert_tuples(connection, PAIRS, ("b", "a"), [("its b", "its a")])
    assert connection.execute(select(PAIRS.c.a, PAIRS.c.b)).all() == [("its a", "its b")]


def test_what_is_all_key_is_there_once_however_often_it_is_put(connection):
    for _again in range(2):
        put_rows(connection, PAIRS, [{"a": "1", "b": "2"}])
        put_rows(connection, ALONE, [{"a": "1"}])
    assert connection.execute(select(PAIRS)).all() == [("1", "2")]
    assert connection.execute(select(ALONE)).all() == [("1",)]


def test_a_kind_of_column_that_copy_cannot_carry_is_written_all_the_same(postgres_engines: Engines) -> None:
    with postgres_engines.writer.begin() as connection:
        WEIGHED.create(connection)
        insert_rows(connection, WEIGHED, [{"id": str(n), "weight": n / 3} for n in range(50)])
        assert connection.execute(select(func.count()).select_from(WEIGHED)).scalar() == 50
        assert connection.execute(select(WEIGHED.c.weight).where(WEIGHED.c.id == "1")).scalar() == 1 / 3
        connection.rollback()


def test_statements_of_nobody_are_none_and_of_the_right_kinds() -> None:
    nothing = joined([])
    one = joined([nothing, nothing])
    for name in Statements.__dataclass_fields__:
        assert len(getattr(nothing, name)) == 0
        assert getattr(one, name).dtype == getattr(nothing, name).dtype
