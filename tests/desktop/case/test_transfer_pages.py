"""A case goes to another office in the window: asked for, answered, handed over, taken; its papers; the list."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import select

from desktop.hands import save_paper, type_text
from desktop.pages.transfer import TransferPage
from desktop.paper_kinds import KINDS, make
from models import texts
from models.records.audit import Audit
from models.records.transfer import TransferEntry
from models.records.visit import PlanEntry
from models.store.rows import table_of
from tests.desktop.conftest import settle

OTHER = "120103005002"


@pytest.fixture
def household(shell) -> str:
    """The household with the most members, with a visit planned."""
    shell.state.idle_minutes = 0  # the clock is moved by days
    book = shell.casebook
    homes = {book.households.of_resident(one)[0].id for one in book.residents.ids()[:40]}
    found = max(sorted(homes), key=lambda home: len(book.households.get(home).members))
    book.planning.plan([PlanEntry(household_id=found, due_on=date(2026, 11, 25), reason="看扶手")])
    return found


def asked(shell, household: str, **more) -> str:
    entry = TransferEntry(household_id=household, to_office=OTHER, reason="moved", **more)
    return shell.casebook.transfers.ask(entry).id


def show(shell, page: str, **where):
    assert shell.go(page, **where)
    settle(shell)
    return shell.page


def note(shell, page: TransferPage, step: str, by: str = "", why: str = "") -> None:
    """Press the button of a step, and answer what it asks."""
    page.deeds[step].click()
    settle(shell)
    assert page.dialog.isVisible()
    if by:
        type_text(page.dialog.by, by)
    if why:
        type_text(page.dialog.note, why)
    page.dialog.go.click()
    settle(shell)


def test_a_case_is_asked_for_from_the_page_of_its_household(shell, household):
    show(shell, "household", household_id=household)
    shell.actions_by_name["transfer"].trigger()
    settle(shell)
    page = shell.page
    assert page.name == "transfer"
    assert page.ask_button.hasFocus()
    QTest.keyClick(page.ask_button, Qt.Key.Key_Space)
    settle(shell)
    dialog = page.dialog
    assert len(dialog.ticks) == len(shell.casebook.households.get(household).members)
    dialog.go.click()
    assert dialog.isVisible(), "no office is named"
    assert dialog.wrong.isVisible()
    type_text(dialog.office.finder.line, "四化里")
    settle(shell)
    for _time in range(2):  # asked at once, then picked
        QTest.keyClick(dialog.office.finder.line, Qt.Key.Key_Return)
    assert dialog.office.key() == OTHER
    type_text(dialog.contact, "刘洋 022-23330000")
    dialog.go.click()
    settle(shell)
    view = shell.page.loaded.view
    assert (view.status, view.to_office, view.to_contact, view.whole) == ("asked", OTHER, "刘洋 022-23330000", True)
    assert shell.page.preview.page_count() == 1
    assert list(shell.page.deeds) == ["accept", "decline", "withdraw"]
    shell.undo()
    settle(shell)
    assert shell.casebook.transfers.of_household(household) == []


def test_an_office_outside_the_table_is_typed_and_some_people_stay(shell, household):
    page = show(shell, "transfer", household_id=household)
    page.ask()
    dialog = page.dialog
    first, *others = dialog.ticks
    for one in others:
        dialog.ticks[one].tick.setChecked(False)
    type_text(dialog.office.finder.line, "河北省廊坊市香河县某社区")
    QTest.keyClick(dialog.office.finder.line, Qt.Key.Key_Return)
    assert "as typed" in dialog.office.finder.nothing.text() or "照所填" in dialog.office.finder.nothing.text()
    dialog.day.show_answer("2026-11-1")
    dialog.go.click()
    assert dialog.isVisible(), "the day is over"
    dialog.day.show_answer("2026-12-1")
    dialog.go.click()
    settle(shell)
    view = shell.page.loaded.view
    assert (view.to_office, view.to_name) == ("", "河北省廊坊市香河县某社区")
    assert view.resident_ids == (first,)
    assert view.answer_by == date(2026, 12, 1)


def test_the_steps_follow_one_another_and_the_last_one_can_be_taken_back(shell, household):
    page = show(shell, "transfer", transfer_id=asked(shell, household))
    note(shell, page, "accept", by="刘洋")
    assert page.loaded.view.answered_by == "刘洋"
    assert page.paper == "case_sheet"
    note(shell, page, "hand_over")
    assert page.loaded.view.has_sheet
    note(shell, page, "take", by="刘洋")
    assert page.loaded.view.status == "taken"
    assert {one.status for one in shell.casebook.planning.of_household(household)} == {"dropped"}
    page.take_back_button.click()
    settle(shell)
    assert page.loaded.view.status == "handed_over"
    assert {one.status for one in shell.casebook.planning.of_household(household)} == {"open"}
    note(shell, page, "take", by="刘洋")
    assert page.change_button is not None
    page.change_button.click()
    settle(shell)
    assert shell.page.name == "change"
    assert shell.page.where["kind"] == "left"


def test_who_declines_says_why(shell, household):
    page = show(shell, "transfer", transfer_id=asked(shell, household))
    page.deeds["decline"].click()
    page.dialog.go.click()
    assert page.dialog.isVisible()
    assert page.dialog.wrong.isVisible()
    type_text(page.dialog.note, "人户分离，暂不接收")
    page.dialog.go.click()
    settle(shell)
    assert page.loaded.view.status == "declined"
    assert page.deeds == {}
    again = show(shell, "transfer", household_id=household)
    assert again.ask_button is not None, "a new one can begin"


def test_the_paper_is_shown_in_both_languages_saved_and_journalled(shell, household, tmp_path):
    page = show(shell, "transfer", transfer_id=asked(shell, household))
    first = page.preview.pdf
    page.language_button.click()
    settle(shell)
    assert page.preview.pdf != first
    page.paper_buttons["case_sheet"].click()
    settle(shell)
    assert page.preview.page_count() >= 1
    file = tmp_path / "list.pdf"
    save_paper(shell, page.save_button, file)
    assert file.read_bytes()[:5] == b"%PDF-"
    with shell.casebook._book.reading() as connection:
        rows = connection.execute(select(table_of(Audit))).mappings().all()
    told = {(row["action"], row["subject_kind"]) for row in rows if row["subject_id"] == page.loaded.view.id}
    assert told == {("view", "case_transfer"), ("export", "case_transfer")}


def test_the_queue_of_the_printer_can_make_the_papers_again(shell, household):
    transfer = asked(shell, household)
    for step in ("accept", "hand_over"):
        shell.casebook.transfers.step(transfer, step, by="刘洋")
    for paper in ("case_request", "case_sheet"):
        for language in ("zh", "en"):
            made = [make(shell.casebook, paper, transfer, {"language": language}, again=False) for _n in range(2)]
            assert made[0] == made[1]
            assert made[0][:5] == b"%PDF-"
        assert KINDS[paper].subject == "case_transfer"


def test_the_list_divides_them_and_opens_one(shell, household):
    page = show(shell, "transfers")
    assert page.rows == []
    transfer = asked(shell, household)
    page = show(shell, "transfers")
    assert [row.view.id for row in page.rows] == [transfer]
    page.kinds["late"].click()
    assert page.rows == []
    shell.casebook.clock.move(days=20)
    page = show(shell, "transfers", kind="late")
    assert [row.view.id for row in page.rows] == [transfer]
    page.rows[0].setFocus()
    QTest.keyClick(page.rows[0], Qt.Key.Key_Return)
    settle(shell)
    assert shell.page.name == "transfer"
    assert shell.page.loaded.view.id == transfer


def test_what_another_office_hands_to_us_can_be_accepted_here(shell, household, monkeypatch):
    transfer = asked(shell, household)
    book = shell.casebook._book
    ours = book.office
    elsewhere = type(ours)(code=OTHER, name="四化里社区居民委员会", letter_mark="四化里")
    monkeypatch.setattr(book, "office", elsewhere)  # as if the same records had come by exchange
    page = show(shell, "transfers", kind="in")
    assert [row.view.side for row in page.rows] == ["in"]
    page = show(shell, "transfer", transfer_id=transfer)
    assert list(page.deeds) == ["accept", "decline"]
    texts.set_language("en")
    page.deeds["accept"].click()
    assert page.dialog.by is None, "it is this office that says so"
    page.dialog.go.click()
    settle(shell)
    assert page.loaded.view.status == "accepted"
    assert page.loaded.view.answered_by == shell.worker.name


def test_the_timeline_leads_to_the_transfer(shell, household):
    transfer = asked(shell, household)
    page = show(shell, "household", household_id=household)
    line = next(one for one in page.loaded.lines if one.kind == "transfer")
    page.timeline.opened.emit(line)
    settle(shell)
    assert shell.page.loaded.view.id == transfer


def test_what_the_other_desk_has_just_done_with_a_transfer_is_shown_and_not_overwritten(shell, household):
    transfer = asked(shell, household)
    page = show(shell, "transfer", transfer_id=transfer)
    page.deeds["withdraw"].click()
    settle(shell)
    shell.casebook.transfers.step(transfer, "accept", by="李强")  # while the dialog is open
    page.dialog.go.click()
    settle(shell)
    assert "别人已经改过" in shell.area.banners.banner.sentence.text()
    assert (page.loaded.view.status, page.loaded.view.answered_by) == ("accepted", "李强")
    note(shell, page, "withdraw")  # now the worker knows
    assert shell.casebook.transfers.get(transfer).status == "withdrawn"
