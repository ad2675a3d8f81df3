"""The life of a referral on its page and in its list: steps, slips, the second person, what is to be asked about."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop.pages.referral import TYPING_MS
from models.records.referral import MatterEntry, OutcomeEntry, ReferralEntry, StepEntry
from models.services.referral_code import show_code
from models.services.referrals import SECOND_PERSON
from models.services.views import Worker
from tests.desktop.case.conftest import said
from tests.desktop.conftest import settle

HEALTH = "S50"
TODAY = date(2026, 11, 22)


def entry(family, **more: object) -> ReferralEntry:
    return ReferralEntry(
        **{
            "resident_id": family.grandmother,
            "matters": (MatterEntry(service_id=HEALTH),),
            "receiver": "劝业场街道公共服务大厅",
            **more,
        }
    )


@pytest.fixture
def issued(book, family) -> str:
    return book.referrals.issue(entry(family)).id


@pytest.fixture
def page(show, issued):
    return show("referral", referral_id=issued)


def note(page, step: str):
    """Press the button of a step; its dialog."""
    page.life.buttons[step].click()
    settle(page.shell)
    return page.deeds.dialog


def agree(dialog, page) -> None:
    dialog.go.click()
    settle(page.shell)


def test_only_what_fits_is_offered_and_the_way_is_told(page, book, issued):
    assert set(page.life.buttons) == set(book.referrals.get(issued).can)
    agree(note(page, "handed_over"), page)
    assert "handed_over" not in page.life.buttons
    assert "expired" not in page.life.buttons
    assert "已交居民" in said(page.life)
    assert "转介单劝花社转〔2026〕1号已交居民" in said(page.life)
    agree(note(page, "accepted"), page)
    assert set(page.life.buttons) == {"papers_asked", "done", "asked", "extended", "withdrawn"}
    assert book.referrals.get(issued).status == "accepted"


def test_a_step_is_noted_with_its_day_and_who_said_so(page, book, issued, clock):
    clock.move(days=4)
    page.open(referral_id=issued)
    settle(page.shell)
    dialog = note(page, "accepted")
    dialog.day.line.setText("2026-11-25")
    dialog.said_by.setText("王姐")
    agree(dialog, page)
    (step,) = [one for one in book.referrals.get(issued).steps if one.step == "accepted"]
    assert (step.happened_on, step.said_by, step.channel) == (date(2026, 11, 25), "王姐", "phone")
    assert "（电话、王姐）" in said(page.life)


def test_a_day_that_cannot_be_is_said_in_the_dialog_and_nothing_is_noted(page, book, issued):
    dialog = note(page, "accepted")
    for wrong in ("2026-11-21", "2026-11-23", "昨日"):
        dialog.day.line.setText(wrong)
        agree(dialog, page)
        assert "2026年11月22日至2026年11月22日之间" in dialog.wrong.text()
    assert book.referrals.get(issued).status == "issued"
    dialog.reject()


def test_a_refusal_needs_its_reason(page, book, issued):
    dialog = note(page, "refused")
    agree(dialog, page)
    assert dialog.wrong.text().startswith("请写明原因")
    next(why for why in dialog.whys if why.text() == "不符合条件").click()
    agree(dialog, page)
    view = book.referrals.get(issued)
    assert (view.status, view.outcome_note) == ("refused", "不符合条件")
    assert page.life.buttons == {}


def test_missing_papers_are_listed_one_a_line(page, book, issued):
    dialog = note(page, "papers_asked")
    agree(dialog, page)
    assert "还要哪些材料" in dialog.wrong.text()
    dialog.papers.setPlainText("户口簿\n\n 一寸照片 ")
    agree(dialog, page)
    assert book.referrals.get(issued).steps[-1].papers == ("户口簿", "一寸照片")
    assert "需补：户口簿、一寸照片" in said(page.life)


def test_what_was_granted_is_noted_and_taken_back_from_the_page(page, book, issued, family):
    def received() -> bool:
        check = book.eligibility.check(family.household)
        found = next(r for r in check.results if r.service_id == HEALTH and r.resident_id == family.grandmother)
        return "received" in found.determination.flags

    dialog = note(page, "done")
    agree(dialog, page)
    assert dialog.wrong.text().startswith("请逐项写明办理结果")
    dialog.outcomes[0].result.pick("granted")
    dialog.outcomes[0].amount.setText("每年一次")
    (need,) = dialog.ticks.values()
    need.tick.setChecked(True)
    agree(dialog, page)
    assert received()
    assert book.visits.open_needs() == []
    assert "已办成、自2026年11月22日起、每年一次" in said(page.life)
    page.life.take_back_button.click()
    settle(page.shell)
    assert not received()
    assert len(book.visits.open_needs()) == 1
    assert book.referrals.get(issued).status == "issued"
    page.shell.undo()
    settle(page.shell)
    assert received(), "taking back can be undone as well"


def test_what_was_noted_can_be_undone_at_once(page, book, issued):
    agree(note(page, "received"), page)
    page.shell.undo()
    settle(page.shell)
    assert book.referrals.get(issued).status == "issued"
    assert "received" in page.life.buttons


def test_every_step_can_be_noted_by_the_keyboard_and_from_the_palette(page, book, issued):
    for name, button in page.life.buttons.items():
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus, name
    deed = next(action for action in page.actions() if action.text() == "记一笔：对方已受理")
    deed.trigger()
    settle(page.shell)
    QTest.keyClick(page.deeds.dialog, Qt.Key.Key_Return)
    settle(page.shell)
    assert book.referrals.get(issued).status == "accepted"
    assert not any(action.text() == "记一笔：已交居民" for action in page.actions())


# Slips.


def scan(page, text: str) -> None:
    """What a scanner does: it types, then presses Return."""
    page.slip.setFocus()
    page.slip.selectAll()
    if text.isascii():
        QTest.keyClicks(page.slip, text)
    else:
        page.slip.insert(text)  # as an input method does
    QTest.keyClick(page.slip, Qt.Key.Key_Return)
    settle(page.shell)


def test_a_scanned_slip_opens_its_referral_at_the_four_boxes(show, book, issued):
    page = show("referrals", slip=True)
    assert page.slip.hasFocus()
    scan(page, book.referrals.get(issued).code.lower())
    letter = page.shell.page
    dialog = letter.deeds.dialog
    assert letter.name == "referral"
    assert [button.text() for _code, button in dialog.step._buttons] == ["对方已受理", "材料不齐", "不予受理", "已办结"]
    agree(dialog, letter)
    assert dialog.wrong.text() == "请选择回执上勾选的一项。"
    dialog.step.pick("accepted")
    agree(dialog, letter)
    view = book.referrals.get(issued)
    assert (view.status, view.steps[-1].channel) == ("accepted", "slip")
    assert page.slip.text() == ""


def test_the_signed_code_on_the_letter_itself_can_be_scanned_too(show, book, issued):
    seal = book.referrals.letter(book.referrals.get(issued).letters[0].id).seal
    assert len(seal) > 100
    page = show("referrals", slip=True)
    scan(page, seal)
    assert page.shell.page.referral.id == issued


@pytest.mark.parametrize("typed", ["６号", "2026-6", "hello", "code"])
def test_what_belongs_to_no_letter_is_said_and_can_be_typed_again(show, book, issued, typed):
    page = show("referrals")
    code = book.referrals.get(issued).code
    if typed == "code":
        typed = code[:-1] + ("2" if code[-1] != "2" else "3")
    scan(page, typed)
    expected = {"hello": "这不是回执码", "2026-6": "本台账没有", "６号": "本台账没有"}.get(typed, "有一个字符不对")
    assert expected in page.slip_said.text()
    assert page.shell.page is page
    assert page.slip.selectedText() == typed
    scan(page, "1号")
    assert page.shell.page.name == "referral"


def test_the_slip_of_a_settled_letter_only_shows_it(show, book, issued):
    settled = StepEntry(step="done", happened_on=TODAY, outcomes=(OutcomeEntry(service_id=HEALTH, result="other"),))
    book.referrals.note(issued, settled)
    page = show("referrals")
    scan(page, book.referrals.get(issued).code)
    letter = page.shell.page
    assert letter.name == "referral"
    assert letter.deeds.dialog is None
    assert "现在不能登记回执：已办结" in said(letter.shell)


def test_the_command_leads_to_the_line_for_slips(show, issued):
    shell = show("today").shell
    shell.actions_by_name["slip"].trigger()
    settle(shell)
    assert shell.page.name == "referrals"
    assert shell.page.slip.hasFocus()


# The second person.


def become(page, name: str) -> None:
    book = page.shell.casebook
    book.set_office(book.office, Worker(name=name))


def test_with_a_second_person_a_letter_is_handed_in_and_signed_by_somebody_else(show, book, family):
    settings = show("settings")
    settings.second_person.click()
    settle(settings.shell)
    assert book.settings.get(SECOND_PERSON) is True
    page = show("referral", resident_id=family.grandmother, service_ids=[(HEALTH, "")])
    assert page.issue_button.text() == "送签"
    page.issue_button.click()
    settle(page.shell)
    assert page.mode == "unsigned"
    assert "尚无文号" in said(page)
    assert not page.sign_button.isVisibleTo(page)
    assert not page.print_button.isVisibleTo(page)
    assert page.preview.pdf.startswith(b"%PDF")
    (view,) = book.referrals.all()
    assert (view.status, view.number) == ("waiting", "")

    become(page, "主任")
    today = show("today")
    assert "待您签发的转介单" in said(today)
    next(
        button
        for button in today.findChildren(QPushButton)
        if "王秀英" in button.accessibleName() and "待周敏以外" in button.accessibleName()
    ).click()
    settle(page.shell)
    assert page.sign_button.isVisibleTo(page)
    QTest.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(page.shell)
    assert page.mode == "issued"
    view = book.referrals.get(view.id)
    assert (view.status, view.signer, view.writer) == ("issued", "主任", "周敏")
    assert page.heading.text() == view.number
    assert show_code(view.code) in said(page)


def test_a_letter_sent_back_is_changed_by_its_writer_and_handed_in_again(show, book, family):
    book.settings.set(SECOND_PERSON, True)
    waiting = book.referrals.hand_in(entry(family, note="请上门"))
    page = show("today")
    become(page, "主任")
    page = show("referral", referral_id=waiting.id)
    page.send_back_button.click()
    settle(page.shell)
    dialog = page.deeds.dialog
    agree(dialog, page)
    assert not dialog.wrong.isHidden()
    dialog.reason.setText("单位写错")
    agree(dialog, page)
    assert book.referrals.get(waiting.id).status == "returned"
    become(page, "周敏")
    assert "退回您修改的转介单" in said(show("today"))
    page = show("referral", referral_id=waiting.id)
    assert "已退回周敏修改：单位写错" in said(page)
    page.edit_button.click()
    settle(page.shell)
    assert page.form.note.toPlainText() == "请上门"
    assert page.form.lines["receiver"].text() == "劝业场街道公共服务大厅"
    page.form.lines["receiver"].setText("和平区民政局")
    page.form.changed.emit()
    QTest.qWait(TYPING_MS + 50)
    settle(page.shell)
    page.issue_button.click()
    settle(page.shell)
    view = book.referrals.get(waiting.id)
    assert (view.status, view.receiver) == ("waiting", "和平区民政局")
    assert len(book.referrals.all()) == 1


# The list.


def test_the_list_is_divided_counted_and_searched(show, book, family, issued, clock):
    other = book.referrals.issue(entry(family, resident_id=family.son, receiver="和平区残联")).id
    book.referrals.note(other, StepEntry(step="refused", happened_on=TODAY, reason="不归本单位管"))
    clock.move(days=25)
    page = show("referrals")
    assert [page.kinds[kind].text() for kind in ("", "chase", "open", "closed")] == [
        "全部 2",
        "待催办 1",
        "办理中 1",
        "已结束 1",
    ]
    assert not page.kinds["waiting"].isVisibleTo(page)
    page.kinds["chase"].click()
    settle(page.shell)
    assert [row.view.id for row in page.rows] == [issued]
    assert "答复期限：2026年12月11日" in page.rows[0].accessibleName()
    page.kinds["closed"].click()
    settle(page.shell)
    assert [row.view.id for row in page.rows] == [other]
    assert "不归本单位管" in said(page)
    page.kinds[""].click()
    page.receiver.setCurrentIndex(page.receiver.findData("和平区残联"))
    page.receiver.activated.emit(page.receiver.currentIndex())
    settle(page.shell)
    assert [row.view.id for row in page.rows] == [other]
    page.receiver.setCurrentIndex(0)
    page.search.setText(book.referrals.get(issued).code)
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    settle(page.shell)
    assert [row.view.id for row in page.rows] == [issued]
    page.search.setText("没有这个人")
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    settle(page.shell)
    assert page.rows == []
    assert "这里没有转介" in said(page)
    page.search.setText("王秀英")
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    settle(page.shell)
    page.rows[0].chosen.emit()
    settle(page.shell)
    assert page.shell.page.referral.id == issued


def test_referrals_of_one_status_or_person_can_be_shown_and_all_again(show, book, family, issued):
    page = show("referrals", status="issued")
    assert [row.view.id for row in page.rows] == [issued]
    assert "已开具：1 张转介单" in said(page)
    page = show("referrals", status="refused")
    assert page.rows == []
    page.all_button.click()
    settle(page.shell)
    assert [row.view.id for row in page.rows] == [issued]
    page = show("referrals", resident_id=family.son)
    assert page.rows == []


def test_offices_that_owe_an_answer_stand_on_today(show, book, issued, clock):
    assert "待催办的转介" not in said(show("today"))
    clock.move(days=20)
    page = show("today")
    assert "待催办的转介" in said(page)
    assert "答复期限：2026年12月11日" in said(page)
    book.referrals.note(issued, StepEntry(step="asked", happened_on=date(2026, 12, 12), next_on=date(2026, 12, 20)))
    page = show("referrals")
    page = show("today")
    assert "待催办的转介" not in said(page)


def test_a_letter_in_both_languages_and_its_days_are_chosen_in_the_form(show, book, family):
    page = show("referral", resident_id=family.grandmother, service_ids=[(HEALTH, "")])
    page.form.language.setCurrentIndex(page.form.language.findData("both"))
    page.form.reply_days.setValue(5)
    QTest.qWait(TYPING_MS + 50)
    settle(page.shell)
    value = page.sheet.value
    assert value.language == "both"
    assert value.matters[0].name_en
    assert value.reply_by == date(2026, 11, 27)
    page.issue_button.click()
    settle(page.shell)
    page.correct_button.click()
    settle(page.shell)
    assert page.form.language.currentData() == "both"
    assert page.form.reply_days.value() == 5
