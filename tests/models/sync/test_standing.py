"""What waits, what is under way, what is at the office; what the next export would write; what a receipt says."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from models.errors import NotFound
from models.services.inbox import Inbox
from models.sync import batch as batches
from tests.models.sync.offices import COMMUNITY, STREET, Desk, desks


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    with desks(tmp_path) as both:
        yield both


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick"


def days_of(desk: Desk) -> list[tuple[int, int, int, int]]:
    return [(one.day.day, one.at_office, one.under_way, one.waits) for one in desk.sync.by_day()]


def test_every_days_changes_are_told_by_where_they_are(pair: tuple[Desk, Desk], stick: Path) -> None:
    laptop, office = pair
    laptop.registers("孙秀英")
    Inbox(office.book).take(laptop.sync.export(stick))
    laptop.sync.read_receipt(office.sync.write_receipt(stick))
    laptop.book.clock.move(days=1)  # type: ignore[attr-defined]
    laptop.registers("李强")
    laptop.sync.export(stick)
    laptop.registers("王芳")
    laptop.book.clock.move(days=1)  # type: ignore[attr-defined]
    laptop.registers("赵一")
    assert days_of(laptop) == [(24, 0, 0, 2), (23, 0, 2, 2), (22, 2, 0, 0)]


def test_before_an_export_it_is_told_what_will_be_written(
    pair: tuple[Desk, Desk], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, _office = pair
    monkeypatch.setattr(batches, "MAX_OPERATIONS", 4)
    laptop.registers("孙秀英", "李强", "王芳")
    ahead = laptop.sync.outgoing(folder=stick)
    assert (ahead.office, ahead.changes, ahead.residents, ahead.files, ahead.again) == (STREET.name, 6, 3, 2, 0)
    told: list[tuple[int, int]] = []
    laptop.sync.send(stick, lambda *now: told.append(now), lambda: bool(told))
    ahead = laptop.sync.outgoing(folder=stick)
    assert (ahead.kept_files, ahead.kept_changes, ahead.files, ahead.changes) == (1, 4, 1, 6)
    sent = laptop.sync.send(stick)
    assert sum(path.stat().st_size for path in (*sent.files, *sent.kept)) < ahead.size + 4000
    again = laptop.sync.outgoing(folder=stick)
    assert (again.again, again.changes, again.kept_files) == (6, 6, 0)


def test_a_receipt_says_for_both_sides_what_is_held(
    pair: tuple[Desk, Desk], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, office = pair
    monkeypatch.setattr(batches, "MAX_OPERATIONS", 2)
    laptop.registers("孙秀英")
    laptop.book.clock.move(days=1)  # type: ignore[attr-defined]
    laptop.registers("李强", "王芳")
    assert office.sync.answered() == ()
    one, _two, three = laptop.sync.export(stick)
    Inbox(office.book).take([one, three])
    ((bringer, side),) = office.sync.answered()
    said = office.sync.standing(bringer, side)
    assert (said.side, said.holder, said.bringer, said.workers) == ("received", STREET.name, COMMUNITY.name, ("周敏",))
    assert (said.changes, said.days) == (2, ((date(2026, 11, 22), 2),)), "not what hangs on nothing"
    assert said.lacking == 2
    assert [(one.of, one.parts) for one in said.missing] == [(3, (2,))]
    assert [tip[1] for tip in said.tips] == [2]
    laptop.sync.read_receipt(office.sync.write_receipt(stick))
    ((holder, there),) = laptop.sync.answered()
    ours = laptop.sync.standing(holder, there)
    assert (ours.side, ours.holder, ours.bringer) == ("brought", STREET.name, COMMUNITY.name)
    assert (ours.changes, ours.not_there, ours.tips, ours.through_at) == (2, 4, said.tips, said.through_at)


def test_without_an_exchange_there_is_nothing_to_print(pair: tuple[Desk, Desk]) -> None:
    _laptop, office = pair
    (partner,) = office.sync.peers()
    with pytest.raises(NotFound):
        office.sync.standing(partner.id, "received")
