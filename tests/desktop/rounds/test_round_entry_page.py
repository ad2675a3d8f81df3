"""The paper typed in: by keyboard alone, checked as a whole, saved in one go, kept as a draft."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.pages.draft_keeper import WAIT
from tests.desktop.conftest import settle, type_text

ENTER = Qt.Key.Key_Return


@pytest.fixture
def sheet(shell, planned):
    shell.go("round_entry", round_id=planned)
    settle(shell)
    return shell.page


def keys(shell, *typed):
    """Type into whatever has the cursor; None is Enter."""
    for each in typed:
        if each is None:
            QTest.keyClick(shell.focusWidget(), ENTER)
        else:
            QTest.keyClicks(shell.focusWidget(), each)


def test_a_whole_sheet_is_typed_without_the_mouse(shell, stairs, sheet):
    assert shell.focusWidget() is sheet.line.lines["outcome"]
    keys(shell, "1", "12", None)  # 101: both were met
    keys(shell, "2", None)  # 102: nobody
    keys(shell, "2", "4", None)  # 201: nobody, again at the weekend
    keys(shell, "1")  # 202: the only person
    type_text(shell.focusWidget(), "要轮椅")
    keys(shell, None, "3", None, None)  # 301 refused; 302 left open
    assert sheet.stop.number == "401"
    sheet.day.line.setText("2026-11-20")
    sheet.part.pick("1")
    QTest.keyClick(sheet, ENTER, Qt.KeyboardModifier.ControlModifier)
    settle(shell)
    assert shell.page.name == "round"
    view = shell.page.view
    assert [stop.status for stop in view.stops[:6]] == [
        "met", "nobody_home", "nobody_home", "met", "refused", "waiting",
    ]  # fmt: skip
    first = shell.casebook.visits.of_household(stairs["101"].id)[0]
    assert (first.met, first.happened_on) == (("李建国", "刘梅"), date(2026, 11, 20))
    assert view.stops[1].tries[0].part == "morning"
    assert (view.stops[2].retry_on, view.stops[2].retry_part) == (date(2026, 11, 21), "weekend")
    assert shell.casebook.visits.of_household(stairs["202"].id)[0].notes == "要轮椅"
    shell.undo()
    settle(shell)
    assert shell.casebook.rounds.get(view.row.id).row.gone == 0


def test_lines_are_reached_by_their_number_and_by_the_arrows(shell, sheet):
    line = sheet.line
    line.lines["number"].setFocus()
    line.lines["number"].setText("7")
    keys(shell, None)
    assert sheet.stop.place == 7
    assert shell.focusWidget() is line.lines["outcome"]
    QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Up)
    assert sheet.stop.place == 6
    line.lines["number"].setText("99")
    line.lines["number"].setFocus()
    keys(shell, None)
    assert "没有第99行" in line.wrong.text()


def test_a_wrong_line_is_said_at_once_and_again_when_all_is_checked(shell, sheet):
    keys(shell, "9", None)
    assert sheet.line.wrong.text().startswith("第1行")
    assert sheet.stop.place == 1
    keys(shell, None)
    assert sheet.stop.place == 2, "nobody is held up"
    keys(shell, "2", None)
    sheet.forward()
    settle(shell)
    assert shell.page is sheet
    assert list(sheet.summary.links) == ["1.outcome"]
    sheet.go_to("1.outcome")
    assert sheet.stop.place == 1
    assert sheet.line.lines["outcome"].text() == "9", "nothing typed is cleared"
    assert shell.casebook.rounds.get(sheet.view.row.id).row.gone == 0


def test_an_empty_sheet_or_a_day_to_come_is_not_saved(shell, sheet):
    sheet.forward()
    assert list(sheet.summary.links) == ["sheet"]
    sheet.line.focus()
    keys(shell, "2")
    sheet.day.line.setText("2026-11-23")
    sheet.forward()
    assert list(sheet.summary.links) == ["day"]


def test_what_was_typed_is_there_again_after_locking(shell, sheet, planned, qtbot):
    keys(shell, "2", None, "1")
    qtbot.wait(WAIT + 100)
    settle(shell)
    shell.lock()
    settle(shell)
    from models.casebook import Casebook
    from tests.conftest import PASSPHRASE

    shell.unlock(Casebook.open(shell.folder, PASSPHRASE, clock=shell.clock))
    settle(shell)
    (draft,) = [one for one in shell.casebook.drafts.all() if one.form == "round_entry"]
    assert draft.title == "纸质清单：三号楼"
    shell.go("round_entry", draft_id=draft.id)
    settle(shell)
    page = shell.page
    assert [row["outcome"] for row in page.typed.values()] == ["2", "1"]
    assert page.stop.place == 2
    assert "已录2行" in page.about.text()
    page.forward()
    settle(shell)
    assert [one for one in shell.casebook.drafts.all() if one.form == "round_entry"] == []


def test_without_a_round_the_page_leads_to_the_list(shell):
    shell.go("round_entry")
    settle(shell)
    assert not shell.page.nothing.isHidden()
    shell.page.forward()
    shell.page.nothing.button.click()
    settle(shell)
    assert shell.page.name == "rounds"


def test_a_line_of_a_door_at_which_somebody_else_has_just_been_is_not_saved_over_it(shell, sheet):
    keys(shell, "2", None, "3", None)
    shell.casebook.rounds.record(sheet.view.stops[0].id, "moved_away", "morning", date(2026, 11, 22))
    sheet.day.line.setText("2026-11-22")
    sheet.part.pick("1")
    sheet.forward()
    settle(shell)
    assert "别人已经改过" in shell.area.banners.banner.sentence.text()
    assert [stop.status for stop in sheet.view.stops[:2]] == ["moved_away", "waiting"]
    assert [sheet.typed[stop.id]["outcome"] for stop in sheet.view.stops[:2]] == ["2", "3"]  # what was typed stays
    assert not sheet.busy
    sheet.forward()  # now the worker knows
    settle(shell)
    assert [stop.status for stop in shell.page.view.stops[:2]] == ["nobody_home", "refused"]
