"""A family moves to another district: its case goes there, through the screens of both offices and on a stick."""

from datetime import date
from pathlib import Path

from desktop.hands import pick_in_finder, press, save_paper, settle, type_text
from models.casebook import Casebook
from models.records.visit import PlanEntry
from models.security import keystore
from models.services.views import Office, Worker
from tests.conftest import PASSPHRASE
from tests.flows.hands import sign_in

OTHER = Office(code="120103005002", name="天津市河西区马场街道四化里社区居委会", letter_mark="四化里")


def befriend(ours: Casebook, theirs: Casebook, stick: Path) -> None:
    """Both trust each other's card."""
    ours.sync.trust_card(theirs.sync.write_card(stick))
    theirs.sync.trust_card(ours.sync.write_card(stick))


def carry(giver: Casebook, taker: Casebook, stick: Path) -> None:
    """What one knows comes to the other on a stick."""
    (to,) = [peer.id for peer in giver.sync.peers()]
    for file in giver.sync.export(stick, to=to):
        taker.sync.apply(file)


def note(shell, step: str) -> None:
    """Press the button of a step and agree to what it asks."""
    page = shell.page
    press(page.deeds[step])
    settle(shell)
    press(page.dialog.go)
    settle(shell)


def test_a_family_moves_to_another_district_and_its_case_goes_along(shell, window, clock, tmp_path):
    book, stick = shell.casebook, tmp_path / "stick"
    stick.mkdir()
    resident = book.residents.ids()[0]
    home = book.households.of_resident(resident)[0].id
    book.planning.plan([PlanEntry(household_id=home, due_on=date(2026, 11, 25), reason="看扶手", assignee="周敏")])
    book.care.assign([home], "周敏")
    Casebook.create(
        tmp_path / "other", PASSPHRASE, office=OTHER, worker=Worker("刘洋"), clock=clock, cost=keystore.FLOOR
    ).close()
    there = window(tmp_path / "other")
    sign_in(there, PASSPHRASE)
    settle(there)
    theirs = there.casebook
    befriend(book, theirs, stick)

    # The request, and its paper.
    shell.go("household", household_id=home)
    settle(shell)
    shell.actions_by_name["transfer"].trigger()
    settle(shell)
    press(shell.page.ask_button)
    settle(shell)
    dialog = shell.page.dialog
    pick_in_finder(shell, dialog.office.finder, "四化里")
    type_text(dialog.note, "已在马场街道租房")
    press(dialog.go)
    settle(shell, 0.3)
    transfer = shell.page.loaded.view.id
    save_paper(shell, shell.page.save_button, tmp_path / "request.pdf")
    assert (tmp_path / "request.pdf").read_bytes().startswith(b"%PDF")

    # The other office finds it among what came to it, and accepts.
    carry(book, theirs, stick)
    there.go("transfers", kind="in")
    settle(there)
    (row,) = there.page.rows
    assert row.view.from_name == book.office.name
    row.chosen.emit()
    settle(there)
    assert list(there.page.deeds) == ["accept", "decline"]
    note(there, "accept")
    assert there.page.loaded.view.status == "accepted"

    # The answer is here; the list is handed over and printed for both.
    carry(theirs, book, stick)
    clock.move(minutes=1)
    shell.go("transfers")
    settle(shell)
    (row,) = shell.page.rows
    assert (row.view.status, row.view.answered_by) == ("accepted", "刘洋")
    row.chosen.emit()
    settle(shell)
    note(shell, "hand_over")
    assert shell.page.loaded.view.has_sheet
    save_paper(shell, shell.page.save_button, tmp_path / "list.pdf")

    # The other office takes it; what was planned here has ended, and nobody goes there any more.
    carry(book, theirs, stick)
    clock.move(minutes=1)
    there.go("transfer", transfer_id=transfer)
    settle(there)
    assert theirs.transfers.sheet(transfer) == book.transfers.sheet(transfer)
    note(there, "take")
    carry(theirs, book, stick)
    assert book.transfers.get(transfer).status == "taken"
    assert {one.status for one in book.planning.of_household(home)} == {"dropped"}
    assert book.care.of_household(home)[0].until == date(2026, 11, 22)
    assert home not in {one.household_id for one in book.today().due}
    shell.go("worklist")
    settle(shell)
    assert home not in {item.household_id for item in shell.page.shown.items}

    # The history stays, and leads on to what else is to be written down.
    shell.go("household", household_id=home)
    settle(shell)
    told = [line for line in shell.page.loaded.lines if line.kind == "transfer"]
    assert len(told) == 4
    shell.page.timeline.opened.emit(told[0])
    settle(shell)
    press(shell.page.change_button)
    settle(shell)
    assert (shell.page.name, shell.page.where["kind"]) == ("change", "left")
