"""Stories of a letter after it was written: signed by a second person, back by its slip, asked about."""

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop.hands import press, settle, type_text, wait_until
from models.records.referral import MatterEntry, ReferralEntry
from models.services.views import Worker
from tests.models.services.people import five_people

TODAY = date(2026, 11, 22)
HEALTH = "S50"  # 老年人健康管理


@pytest.fixture
def five(shell):
    return shell.casebook.households.register(five_people())


def become(shell, name: str) -> None:
    """Somebody else takes over at the computer."""
    shell.casebook.set_office(shell.casebook.office, Worker(name=name))


def received(book, five) -> bool:
    check = book.eligibility.check(five.id)
    result = next(r for r in check.results if r.service_id == HEALTH and r.resident_id == five.ids[0])
    return "received" in result.determination.flags


def write_letter(shell, five):
    """From the eligibility of the eldest to the letter."""
    shell.go("referral", resident_id=five.ids[0], service_ids=[(HEALTH, "")])
    settle(shell, 0.5)
    page = shell.page
    type_text(page.form.note, "烦请先电话联系。")
    settle(shell, 0.6)
    return page


def on_today(shell, name: str) -> QPushButton:
    shell.go("today")
    settle(shell)
    return next(b for b in shell.page.findChildren(QPushButton) if name in b.accessibleName() and b.isVisible())


def test_a_letter_is_sent_back_signed_by_the_second_person_and_comes_back_by_its_slip(shell, five):
    book = shell.casebook
    shell.go("settings")
    settle(shell)
    press(shell.page.second_person)
    settle(shell)
    page = write_letter(shell, five)
    press(page.issue_button)
    wait_until(lambda: page.mode == "unsigned", "the letter waits for its signature")

    become(shell, "主任")
    press(on_today(shell, "李建国"))
    settle(shell, 0.4)
    press(page.send_back_button)
    settle(shell)
    type_text(page.deeds.dialog.reason, "请写明联系电话")
    press(page.deeds.dialog.go)
    settle(shell)

    become(shell, "周敏")
    press(on_today(shell, "请写明联系电话"))
    settle(shell, 0.4)
    press(page.edit_button)
    settle(shell, 0.4)
    type_text(page.form.lines["receiver_phone"], "022-27355555")
    settle(shell, 0.6)
    press(page.issue_button)
    wait_until(lambda: page.mode == "unsigned", "the letter was handed in again")

    become(shell, "主任")
    press(on_today(shell, "李建国"))
    settle(shell, 0.4)
    press(page.sign_button)
    wait_until(lambda: page.mode == "issued", "the letter is signed")
    settle(shell, 0.4)
    (view,) = book.referrals.all()
    value = book.referrals.letter(view.letters[0].id)
    assert (view.writer, view.signer, view.status) == ("周敏", "主任", "issued")
    assert (value.receiver_phone, value.worker, value.code) == ("022-27355555", "周敏", view.code)
    assert [step.step for step in view.steps] == ["written", "returned", "written", "issued"]

    # Weeks later the slip is on the desk: a scanner types its code and presses Return.
    assert not received(book, five)
    shell.actions_by_name["slip"].trigger()
    settle(shell)
    QTest.keyClicks(shell.page.slip, view.code)
    QTest.keyClick(shell.page.slip, Qt.Key.Key_Return)
    settle(shell, 0.4)
    dialog = shell.page.deeds.dialog
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_4)  # the fourth box of the slip
    settle(shell)
    assert dialog.chosen() == "done"
    dialog.outcomes[0].result.pick("granted")
    type_text(dialog.outcomes[0].amount, "每年一次体检")
    press(dialog.go)
    settle(shell)
    assert book.referrals.get(view.id).status == "done"
    assert received(book, five)
    shell.go("eligibility", household_id=five.id)
    settle(shell)
    shell.page.show_person(five.ids[0])
    settle(shell)
    assert any("每年一次体检" in line.text for line in book.residents.timeline(five.ids[0]))

    # It was the slip of somebody else: all of it is taken back.
    shell.go("referral", referral_id=view.id)
    settle(shell, 0.4)
    press(shell.page.life.take_back_button)
    settle(shell)
    assert not received(book, five)
    assert book.referrals.get(view.id).status == "issued"


def test_an_office_that_does_not_answer_is_asked_and_asked_again(shell, five, clock):
    book = shell.casebook
    shell.state.idle_minutes = 0  # the clock is moved by weeks
    letter = ReferralEntry(resident_id=five.ids[0], matters=(MatterEntry(service_id=HEALTH),), receiver="区民政局")
    issued = book.referrals.issue(letter).id
    clock.move(days=20)
    press(on_today(shell, "区民政局"))
    settle(shell, 0.4)
    page = shell.page
    press(page.life.buttons["asked"])
    settle(shell)
    dialog = page.deeds.dialog
    type_text(dialog.said_by, "张科长")
    type_text(dialog.reason, "下周出结果")
    press(next(button for button in dialog.next_on.quick_buttons if button.property("day") == "2026-12-19"))
    press(dialog.go)
    settle(shell)
    view = book.referrals.get(issued)
    assert (view.status, view.chase_on, view.steps[-1].said_by) == ("issued", date(2026, 12, 19), "张科长")
    assert book.today().to_chase == ()
    shell.go("referrals", kind="chase")
    settle(shell)
    assert shell.page.rows == []

    clock.move(days=7)
    shell.go("worklist", kinds="referral")
    settle(shell, 0.3)
    (reason,) = [r for i in book.worklist.page(quick=True).items for r in i.reasons if r.kind == "referral"]
    assert (reason.ref, reason.due) == (issued, date(2026, 12, 19))
    press(on_today(shell, "区民政局"))
    settle(shell, 0.4)
    press(shell.page.life.buttons["refused"])
    settle(shell)
    dialog = shell.page.deeds.dialog
    type_text(dialog.reason, "不归本单位管")
    dialog.day.show_answer((TODAY + timedelta(days=25)).isoformat())  # it was said two days ago
    press(dialog.go)
    settle(shell)
    view = book.referrals.get(issued)
    assert (view.status, view.outcome_note) == ("refused", "不归本单位管")
    assert view.steps[-1].happened_on == date(2026, 12, 17)
    assert not received(book, five)
    assert book.today().to_chase == ()
