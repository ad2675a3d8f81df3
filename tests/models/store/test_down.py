"""The stream of a scope is the same from an office on a server as from one on a file, and arrives alike on both."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select

from models.records.operation import Operation, Peer
from models.store import down, down_got, importing, sealed_files
from models.store.engine import Engines
from models.store.rows import KEPT, table_of
from models.store.work import arm
from models.sync.stream import Down
from tests.models.sync.offices import STREET, Desk, open_book
from tests.models.sync.town import FLOWER, LAKE, moves, settles, visits

_OPERATIONS, _PEER = table_of(Operation), table_of(Peer)
PEER = "p" * 32


def operations_of(desk: Desk) -> list[dict[str, Any]]:
    with desk.book.reading() as connection:
        query = select(_OPERATIONS).order_by(_OPERATIONS.c.arrival)
        return [dict(row) for row in connection.execute(query).mappings()]


def begins(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(_PEER).values(id=PEER, kind="device", name="花园路", sign_key="", seal_key="", at=0))


def takes(engine: Engine, operations: list[dict[str, Any]]) -> None:
    with engine.begin() as connection:
        importing.apply(connection, importing.plan(connection, operations))


def sends(connection: Connection, scope: list[str]) -> tuple[list[str], list[Down]]:
    found = down.waiting(connection, PEER, scope, {})
    parts = down.enter(connection, PEER, scope, found, lambda several: [list(several)] if several else [], 1)
    return sorted(one.id for one in found.references), [part.down for part in parts]


def claims(connection: Connection, said: Down) -> None:
    down.keep_state(
        connection, PEER, claim={"epoch": said.epoch, "at": list(said.cursor), "set": said.set_digest, "anew": False}
    )


@pytest.fixture
def history(tmp_path: Path) -> list[list[dict[str, Any]]]:
    """What a town saves on three days: two households; a visit and a case handed over; one moves away."""
    (tmp_path / "town").mkdir()
    desk = Desk(open_book(tmp_path / "town", STREET))
    home, other = settles(desk, "王秀英", "王小明"), settles(desk, "李建国", community=LAKE)
    days = [operations_of(desk)]
    visits(desk, home, "探望")
    with desk.book.verb("plans.add") as work:
        plan = work.add("case_plan", {"household_id": home, "title": "帮扶"})
        work.add("case_goal", {"plan_id": plan, "text": "找到工作"})
        work.add("case_transfer", {"household_id": other, "to_office": FLOWER, "status": "taken"})
        work.add("paper_template", {"paper": "referral"})
        work.add("picture", {"subject_kind": "household", "subject_id": home, "sha256": "a" * 64})
    days.append(operations_of(desk))
    moves(desk, home, LAKE)
    days.append(operations_of(desk))
    desk.book.engines.close()
    return days


def test_both_engines_send_the_same_and_take_it_in_alike(engines: Engines, history: list[list[dict[str, Any]]]) -> None:
    engine = engines.writer
    arm(engine)
    begins(engine)
    sent: list[int] = []
    everything: set[str] = set()
    for day in history:
        takes(engine, day)
        with engine.begin() as connection:
            ids, files = sends(connection, [FLOWER])
            (said,) = files
            claims(connection, said)
            assert sends(connection, [FLOWER]) == ([], []), "nothing new"
        sent.append(len(ids))
        everything |= set(ids)
        with engine.begin() as connection:  # the same casebook as the receiver of such a stream
            known = [one for one in day if one["id"] in ids]
            down_got.take(connection, PEER, said, known, 5)
            got = down_got.got(connection, PEER)
            assert got is not None
            assert (got.at, got.set_digest, got.anew) == (said.cursor, said.set_digest, False)
    assert sent == [6, 10, 0], "the household that was handed over came with its history"
    assert len(said.left) == 3
    with engine.begin() as connection:
        assert len(down_got.departed(connection)) == 3
        down.look_again(connection, PEER)
        ids, _files = sends(connection, [FLOWER[:9]])
        assert everything | set(ids) == {one["id"] for one in history[-1]}
        assert sealed_files.pictures_for(connection, PEER, scoped=True) == []
        sealed_files.wanted_by(connection, PEER, ["a" * 64])
        assert connection.execute(select(KEPT["picture"].c.id)).all() != []


def test_a_point_whose_mark_or_digest_is_unknown_begins_the_stream_anew(
    engines: Engines, history: list[list[dict[str, Any]]]
) -> None:
    begins(engines.writer)
    arm(engines.writer)
    takes(engines.writer, history[0])
    with engines.writer.begin() as connection:
        _ids, (said,) = sends(connection, [FLOWER])
        good = {"epoch": said.epoch, "at": list(said.cursor), "set": said.set_digest, "anew": False}
        state = down.state_of(connection, PEER)["out"]
        assert down.confirmed_point(connection, PEER, state, good) == said.cursor
        for wrong in ({"at": [1, "other"]}, {"set": "1" * 64}, {"at": [9, "x"]}, {"anew": True}, {"epoch": "never"}):
            assert down.confirmed_point(connection, PEER, state, {**good, **wrong}) is None
        assert down.confirmed_point(connection, PEER, {**state, "past": ["old"]}, {**good, "epoch": "old"}) == (0, "")
