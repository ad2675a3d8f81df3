"""What a file says of the audit chain of its maker, and what the receiver makes of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from models.services.audit import Audit
from models.store import audit
from models.store.guard import allow_writes, read_meta, write_meta
from models.sync.chain_place import read_place
from tests.models.sync.offices import Desk, desks

HEAD = {"chain": "c", "seq": 3, "hash": "ab" * 32}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    with desks(tmp_path) as both:
        yield both


def test_a_place_is_read_with_the_chain_before_it() -> None:
    assert read_place(None) is None
    assert read_place({**HEAD, "after": None}) == {**HEAD, "after": None}
    assert read_place({**HEAD, "after": {**HEAD, "chain": "b"}}) == {**HEAD, "after": {**HEAD, "chain": "b"}}


@pytest.mark.parametrize(
    "said", ["c", [], {}, {**HEAD, "seq": 0}, {**HEAD, "more": 1}, {**HEAD, "after": 3}, {**HEAD, "after": {}}]
)
def test_whatever_else_stands_there_refuses_the_file(said: Any) -> None:
    with pytest.raises(ValueError, match="place"):
        read_place(said)


def test_the_office_keeps_what_each_file_says_and_sees_when_rows_were_cut_off(
    pair: tuple[Desk, Desk], tmp_path: Path
) -> None:
    laptop, office = pair
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    laptop.registers("李建国")
    with laptop.book.reading() as connection:
        head = audit.head(connection)
        assert head is not None
        earlier = read_meta(connection, "audit")
    for file in laptop.sync.export(tmp_path / "one"):
        office.sync.apply(file)
    (known,) = Audit(office.book).of_partners()
    assert [one.anchor for one in known.anchors] == [head]
    assert known.trouble == ""
    assert {one.where for one in Audit(laptop.book).check().chains[0].anchors} == {"batch"}

    laptop.registers("王秀英")
    for file in laptop.sync.export(tmp_path / "two"):
        office.sync.apply(file)
    (known,) = Audit(office.book).of_partners()
    assert [one.anchor.seq for one in known.anchors] == sorted({one.anchor.seq for one in known.anchors})
    assert known.trouble == ""

    with laptop.book.writing() as connection, allow_writes(connection):  # and now somebody takes the last rows away
        connection.execute(text("DELETE FROM audit WHERE seq > :seq"), {"seq": head.seq})
        write_meta(connection, "audit", earlier)
    checked = Audit(laptop.book).check()
    assert {one.kind for chain in checked.chains for one in chain.findings} & {"cut", "remade"}
    laptop.registers("赵明")
    laptop.registers("孙兰")
    for file in laptop.sync.export(tmp_path / "three"):
        office.sync.apply(file)
    (known,) = Audit(office.book).of_partners()
    assert known.trouble in ("changed", "cut", "")
    exported = Audit(laptop.book).export().files["rows.jsonl"]
    assert not Audit(office.book).verify_file(exported).sound
