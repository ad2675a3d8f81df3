"""A case goes to an office with which files are exchanged: it is asked, answers, and takes the case itself."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from models.records.transfer import TransferEntry
from models.records.visit import PlanEntry
from models.services.households import Households
from models.services.planning import Planning
from models.services.transfer_rules import NotAddressedHere
from models.services.transfers import Transfers
from models.store.handed import handed_away
from models.store.work import write_meta
from tests.models.services.people import five_people
from tests.models.sync.offices import COMMUNITY, STREET, Desk, desks
from tests.models.sync.test_erasure import carry

DAY = date(2026, 11, 22)


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[Desk, Desk, Path]]:
    with desks(tmp_path) as (laptop, office):
        for desk in (laptop, office):
            with desk.book.writing() as connection:
                write_meta(connection, "office", {"code": desk.book.office.code, "name": desk.book.office.name})
        yield laptop, office, tmp_path / "stick"


def test_the_office_it_is_addressed_to_answers_and_takes_it_by_exchange(places) -> None:
    laptop, office, stick = places
    home = Households(laptop.book).register(five_people())
    Planning(laptop.book).plan([PlanEntry(household_id=home.id, due_on=DAY, reason="看扶手")])
    ours, theirs = Transfers(laptop.book), Transfers(office.book)
    entry = TransferEntry(household_id=home.id, to_office=STREET.code, to_name=STREET.name, reason="better_placed")
    transfer = ours.ask(entry).id
    carry(laptop, office, stick)
    (incoming,) = theirs.listed()
    assert (incoming.side, incoming.from_name, incoming.status) == ("in", COMMUNITY.name, "asked")
    assert incoming.steps == ("accept", "decline")
    assert len(incoming.names) == 5
    with pytest.raises(NotAddressedHere):
        theirs.step(transfer, "withdraw")
    theirs.step(transfer, "accept")
    carry(office, laptop, stick)
    answered = ours.get(transfer)
    assert (answered.side, answered.status, answered.answered_by) == ("out", "accepted", "周敏")
    laptop.book.clock.move(minutes=1)  # type: ignore[attr-defined]
    ours.step(transfer, "hand_over")
    carry(laptop, office, stick)
    assert theirs.sheet(transfer) == ours.sheet(transfer)
    office.book.clock.move(minutes=5)  # type: ignore[attr-defined]
    theirs.step(transfer, "take")
    carry(office, laptop, stick)
    assert ours.get(transfer).status == "taken"
    assert {plan.status for plan in Planning(laptop.book).of_household(home.id)} == {"dropped"}
    with laptop.book.reading() as connection:
        assert handed_away(connection) == {home.id: None}
        assert handed_away(connection, [home.id]) == {home.id: None}
    with office.book.reading() as connection:
        assert handed_away(connection) == {}, "it is this office's case now"
    carry(laptop, office, stick)
    assert laptop.digest() == office.digest()


def test_a_refusal_travels_back(places) -> None:
    laptop, office, stick = places
    home = Households(laptop.book).register(five_people())
    ours, theirs = Transfers(laptop.book), Transfers(office.book)
    transfer = ours.ask(TransferEntry(household_id=home.id, to_office=STREET.code, reason="moved")).id
    carry(laptop, office, stick)
    theirs.step(transfer, "decline", note="不在本街道")
    carry(office, laptop, stick)
    view = ours.get(transfer)
    assert (view.status, view.answer_note, view.steps) == ("declined", "不在本街道", ())


def test_a_transfer_between_two_others_is_only_read(places, tmp_path: Path) -> None:
    laptop, office, stick = places
    home = Households(laptop.book).register(five_people())
    ours, theirs = Transfers(laptop.book), Transfers(office.book)
    transfer = ours.ask(TransferEntry(household_id=home.id, to_office="120101001002", reason="moved")).id
    for step in ("accept", "hand_over", "take"):
        ours.step(transfer, step, by="刘洋")
    carry(laptop, office, stick)
    (view,) = theirs.listed()
    assert (view.side, view.steps, view.may_take_back) == ("other", (), False)
    with office.book.reading() as connection:
        assert handed_away(connection) == {}, "a community of the street has it: the street still sees to it"
    with laptop.book.reading() as connection:
        assert handed_away(connection) == {home.id: None}
