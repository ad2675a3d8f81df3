"""The transfer of a case acts alike on both engines."""

from datetime import date
from pathlib import Path

from models.records.transfer import TransferEntry
from models.records.visit import PlanEntry
from models.services.care import Care
from models.services.households import Households
from models.services.planning import Planning
from models.services.screening import Screening
from models.services.transfers import Transfers
from models.services.worklist import Worklist
from models.store.engine import Engines
from models.store.handed import handed_away
from models.store.work import write_meta
from tests.models.services.people import five_people
from tests.models.store.registers import open_register

DAY = date(2026, 11, 22)


def test_a_transfer_is_the_same_on_both_engines(engines: Engines, tmp_path: Path) -> None:
    book = open_register(engines, tmp_path)
    with book.writing() as connection:
        write_meta(connection, "office", {"code": book.office.code})
    home = Households(book).register(five_people())
    care = Care(book, Worklist(book, Screening(book), None))  # type: ignore[arg-type]
    care.assign([home.id], "周敏", date(2026, 1, 1))
    Planning(book).plan([PlanEntry(household_id=home.id, due_on=DAY, reason="看扶手")])
    transfers = Transfers(book)
    transfer = transfers.ask(TransferEntry(household_id=home.id, to_name="廊坊市某社区", reason="moved")).id
    for step in ("accept", "hand_over", "take"):
        transfers.step(transfer, step, by="刘洋")
    with book.reading() as connection:
        assert handed_away(connection) == handed_away(connection, [home.id]) == {home.id: None}
    view = transfers.get(transfer)
    assert (view.status, view.taken_by, view.has_sheet) == ("taken", "刘洋", True)
    assert [one.id for one in transfers.listed()] == [one.id for one in transfers.of_household(home.id)] == [transfer]
    transfers.take_back(transfer)
    assert [plan.status for plan in Planning(book).of_household(home.id)] == ["open"]
    assert care.of_household(home.id)[0].until is None
    with book.reading() as connection:
        assert handed_away(connection) == {}
