"""What a stream of an office brought: in any order, twice, of an epoch that is over, or with something missing."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from models.records.operation import Operation, Peer
from models.records.stream import Received
from models.store import down_got
from models.store.engine import Engines
from models.store.rows import KEPT, empty_row, table_of
from models.sync.stream import Down, Point, set_digest, sum_of

OFFICE, COMMUNITY = "p" * 32, "120101001001"
RECEIVED = table_of(Received)


def operation(number: int) -> dict[str, Any]:
    return {"district": "120101", "id": f"{number:064x}"}


def file_of(since: int, cursor: int, *numbers: int, epoch: str = "first", **more: Any) -> Down:
    """A file of the stream: where it begins and ends, and the numbers of all operations up to there."""
    points: list[Point] = [(no, f"mark {no}" if no else "") for no in (since, cursor)]
    said = set_digest(sum_of(operation(number)["id"] for number in numbers))
    return Down(epoch, *points, said, (COMMUNITY,), **more)


@pytest.fixture
def connection(sqlite_engines: Engines) -> Iterator[Connection]:
    with sqlite_engines.writer.begin() as made:
        made.execute(insert(table_of(Peer)).values(id=OFFICE, kind="office", name="", sign_key="", seal_key="", at=0))
        rows = [{**operation(number), "row": "r", "entity": "visit", "arrival": number} for number in range(1, 5)]
        made.execute(insert(table_of(Operation)), rows)
        yield made


def takes(connection: Connection, down: Down, *numbers: int) -> None:
    down_got.take(connection, OFFICE, down, [operation(number) for number in numbers], 7)


def came_to(connection: Connection) -> tuple[int, bool]:
    """Up to which file the stream is here without a gap, and whether everything is asked for again."""
    got = down_got.got(connection, OFFICE)
    assert got is not None
    return got.at[0], got.anew


def test_of_an_office_that_sent_nothing_there_is_nothing_to_say(connection: Connection) -> None:
    assert down_got.got(connection, OFFICE) is None


def test_a_file_that_comes_before_its_time_counts_once_the_gap_is_filled(connection: Connection) -> None:
    first, second = file_of(0, 1, 1, 2), file_of(1, 2, 1, 2, 3)
    assert down_got.comes_too_early(connection, OFFICE, second)
    takes(connection, second, 3)
    assert came_to(connection) == (0, False)
    assert down_got.comes_too_early(connection, OFFICE, file_of(1, 2))
    takes(connection, first, 1, 2)
    assert came_to(connection) == (2, False)
    assert not down_got.comes_too_early(connection, OFFICE, file_of(2, 3))


def test_an_operation_that_came_in_two_files_belongs_to_the_earlier_one(connection: Connection) -> None:
    takes(connection, file_of(1, 2, 1, 2), 1, 2)
    takes(connection, file_of(0, 1, 1), 1)
    takes(connection, file_of(1, 2, 1, 2), 1, 2)
    assert down_got.digest(connection, OFFICE, 1) == file_of(0, 1, 1).set_digest
    assert came_to(connection) == (2, False)


def test_where_an_operation_is_missing_everything_is_asked_for_again(connection: Connection) -> None:
    takes(connection, file_of(0, 1, 1, 2), 1)
    assert came_to(connection) == (1, True)


def test_a_file_of_an_epoch_that_is_over_moves_nothing(connection: Connection) -> None:
    takes(connection, file_of(0, 1, 1), 1)
    takes(connection, file_of(0, 1, 2, epoch="second"), 2)
    before = down_got.got(connection, OFFICE)
    old = file_of(1, 2, 1, 3)
    assert not down_got.comes_too_early(connection, OFFICE, old)
    takes(connection, old, 3)
    assert down_got.got(connection, OFFICE) == before
    assert before is not None
    assert before.epoch == "second"
    assert connection.execute(select(RECEIVED.c.id)).scalars().all() == [operation(2)["id"]], "the rest is of no epoch"


def test_who_left_the_scope_is_told_until_they_are_back(connection: Connection) -> None:
    connection.execute(insert(KEPT["household"]), [empty_row("household") | {"district": "120101", "id": "h" * 32}])
    takes(connection, file_of(0, 1, left=("h" * 32, "unknown here")))
    assert down_got.departed(connection) == [(OFFICE, "household", "h" * 32, 7)]
    takes(connection, file_of(1, 2, stays=("h" * 32,)))
    assert down_got.departed(connection) == []


def test_what_a_partner_holds_besides_is_noted_once_and_forgotten_when_it_holds_it_no_more(
    connection: Connection,
) -> None:
    def besides() -> list[str]:
        return sorted(connection.execute(select(RECEIVED.c.id).where(RECEIVED.c.streamed.is_(False))).scalars())

    keys = [(one["district"], one["id"]) for one in map(operation, (1, 2))]
    takes(connection, file_of(0, 1, 1), 1)
    for _again in range(2):
        down_got.confirmed_besides(connection, OFFICE, keys, holds=True)
        assert besides() == [operation(2)["id"]]
    down_got.confirmed_besides(connection, OFFICE, keys, holds=False)
    assert besides() == []
    assert connection.execute(select(RECEIVED.c.id)).scalars().all() == [operation(1)["id"]], "the stream's stays"
