"""The same files in random orders, some of them twice, give one digest and the same rows on every engine."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete

from models.records.operation import Conflict, Head, Meta, Operation
from models.store import importing, partitions
from models.store.rows import KEPT, table_of
from models.store.work import write_meta
from models.values import new_id
from tests.models.sync.histories import Place, memory, random_history
from tests.models.sync.test_importing import rows_of

Files = list[list[dict[str, Any]]]
DISTRICTS = ("120101", "120102")


@pytest.fixture(scope="module")
def files() -> Files:
    """A history as laptops bring it: files of one to a hundred and twenty changes."""
    chance = random.Random(17)
    everything = random_history(17, steps=150)
    found = []
    while everything:
        size = chance.choice((1, 5, 30, 120))
        found.append(everything[:size])
        everything = everything[size:]
    return found


@pytest.fixture(scope="module")
def expected(files: Files) -> tuple[str, dict[str, Any]]:
    """What comes of the files in the order of their making."""
    place = Place("first")
    for operations in files:
        place.take(operations)
    assert place.table("conflict"), "a history without a conflict proves little"
    return place.digest(), rows_of(place)


@pytest.fixture
def sqlite() -> Iterator[Engine]:
    engine = memory()
    yield engine
    engine.dispose()


@pytest.fixture
def spread(postgres: Engine) -> Engine:
    with postgres.begin() as connection:
        partitions.partition(connection, {district: [district] for district in DISTRICTS})
    return postgres


ENGINES = ("sqlite", "postgres", "spread")


@pytest.mark.parametrize("name", ENGINES)
def test_two_random_orders_with_duplicates_give_one_digest_and_the_same_rows(
    name: str, request: pytest.FixtureRequest, files: Files, expected: tuple[str, dict[str, Any]]
) -> None:
    check(request.getfixturevalue(name), files, expected, range(2))


@pytest.mark.battery
@pytest.mark.parametrize("name", ENGINES)
def test_twenty_random_orders_with_duplicates_give_one_digest_and_the_same_rows(
    name: str, request: pytest.FixtureRequest, files: Files, expected: tuple[str, dict[str, Any]]
) -> None:
    check(request.getfixturevalue(name), files, expected, range(20))


def check(engine: Engine, files: Files, expected: tuple[str, dict[str, Any]], orders: range) -> None:
    place = Place("office", engine)
    for order in orders:
        chance = random.Random(order)
        arriving = files + chance.sample(files, len(files) // 3)
        chance.shuffle(arriving)
        for operations in arriving:
            place.take(operations)
        assert place.digest() == expected[0], f"order {order}"
        if order in (orders[0], orders[-1]):
            assert rows_of(place) == expected[1], f"order {order}"
        within(engine, empty)


def within(engine: Engine, act: Callable[[Connection], None]) -> None:
    with engine.begin() as connection:
        act(connection)


def empty(connection: Connection) -> None:
    """Nothing was ever imported."""
    with importing.allow_writes(connection):
        for table in (*KEPT.values(), *(table_of(model) for model in (Operation, Head, Conflict))):
            connection.execute(delete(table))
    connection.execute(delete(table_of(Meta)))
    write_meta(connection, "device", {"id": new_id(), "seq": 0, "last": "", "clock": 0})
