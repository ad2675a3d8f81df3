import hashlib
from datetime import date

import pytest
from PySide6.QtTest import QTest

from desktop.hands import save_paper
from desktop.pages.referral import TYPING_MS
from desktop.print_runner import runner_of
from desktop.widgets.case_parts import TickRow
from desktop.widgets.print_dialog import PrintDialog
from models.records.letter import LetterValue
from models.texts import _
from reports.letter import render_letter
from tests.desktop.case.conftest import press, said
from tests.desktop.conftest import settle
from tests.fake_cups import cups  # noqa: F401  # a fixture

HEALTH = "S50"  # 老年人健康管理: from 65 years of age


def drawn(page) -> None:
    """Wait until the preview has caught up with what was changed."""
    QTest.qWait(TYPING_MS + 50)
    settle(page.shell)


@pytest.fixture
def letter(show, family):
    page = show("referral", resident_id=family.grandmother, service_ids=[(HEALTH, "")])
    settle(page.shell)
    return page


def issue(page) -> None:
    page.issue_button.click()
    settle(page.shell)


def test_the_form_begins_with_the_office_and_the_papers_of_the_policy(letter, book):
    service = book.eligibility.services()[HEALTH]
    assert letter.form.lines["receiver"].text() == service.apply_at.zh
    ticks = [tick.label.text() for tick in letter.form.matters.findChildren(TickRow)]
    assert ticks == list(service.documents.zh)
    assert letter.form.origin.text() == (
        "政策文件写明由该单位受理。" if service.apply_at.status == "text" else "政策文件没有写明受理单位，请核对。"
    )


def test_the_preview_is_the_very_page_and_follows_what_is_typed(letter, book, family):
    first = letter.preview.pdf
    assert first == render_letter(book.referrals.draft(letter.form.entry(family.grandmother)))
    letter.form.note.setPlainText("老人行动不便，请上门办理。")
    drawn(letter)
    assert letter.preview.pdf != first
    assert letter.sheet.value.note == "老人行动不便，请上门办理。"


def test_a_paper_not_ticked_is_not_on_the_letter(letter):
    tick = letter.form.matters.findChildren(TickRow)[0]
    paper = tick.label.text()
    assert paper in letter.sheet.value.matters[0].documents
    tick.tick.setChecked(False)
    drawn(letter)
    assert paper not in letter.sheet.value.matters[0].documents


def test_an_english_letter_names_the_office_in_english(letter, book):
    letter.form.language.setCurrentIndex(1)
    drawn(letter)
    assert letter.sheet.value.language == "en"
    assert letter.form.lines["receiver"].text() == book.eligibility.services()[HEALTH].apply_at.en


def test_an_office_typed_by_hand_stays_when_services_are_added(letter):
    letter.form.lines["receiver"].setText("和平区民政局")
    letter.form.add("S51")
    assert letter.form.lines["receiver"].text() == "和平区民政局"
    assert len(letter.form.chosen) == 2


def test_without_an_office_nothing_is_issued_and_the_form_says_so(letter, book):
    letter.form.lines["receiver"].setText("")
    issue(letter)
    assert letter.form.problem.text() == "请写明接收单位。"
    assert letter.form.lines["receiver"].property("wrong") == "true"
    assert book.referrals.all() == []


def test_characters_that_no_face_has_are_named_and_stop_the_letter(letter, book):
    letter.form.note.setPlainText("请找\u0378先生")  # a code point that is no character yet
    drawn(letter)
    assert "\u0378" in said(letter)
    assert not letter.issue_button.isEnabled()
    issue(letter)
    assert book.referrals.all() == []
    letter.form.note.setPlainText("请找刘先生")
    drawn(letter)
    assert letter.issue_button.isEnabled()


def test_a_whole_identity_number_in_the_note_stops_the_letter(letter):
    letter.form.note.setPlainText("证号120101194103080021")
    drawn(letter)
    assert "完整的证件号码" in said(letter)
    assert not letter.issue_button.isEnabled()


def test_issuing_gives_the_number_and_keeps_the_hash_of_the_bytes_shown(letter, book, family):
    issue(letter)
    view = book.referrals.of_resident(family.grandmother)[0]
    assert view.number == "劝花社转〔2026〕1号"
    assert letter.heading.text() == view.number
    assert letter.mode == "issued"
    assert view.letters[0].sha256 == hashlib.sha256(letter.preview.pdf).hexdigest()
    assert view.valid_until == date(2026, 12, 22)
    assert letter.where == {"referral_id": view.id}
    assert "已开具" in said(letter.summary)


def test_going_back_after_issuing_does_not_offer_to_issue_again(letter, book, family):
    issue(letter)
    letter.shell.go("person", resident_id=family.grandmother)
    settle(letter.shell)
    letter.shell.back()
    settle(letter.shell)
    assert letter.shell.page.mode == "issued"
    assert not letter.issue_button.isVisibleTo(letter)
    assert len(book.referrals.all()) == 1


def test_printing_is_noted_only_once_it_left_the_queue_of_the_printer(letter, book, cups, qtbot):  # noqa: F811
    issue(letter)
    cups.set("hold")
    letter.print_button.click()
    settle(letter.shell)
    letter.shell.findChild(PrintDialog).go.click()
    settle(letter.shell)
    assert cups.titles("waiting") == ["劝花社转〔2026〕1号"]
    assert cups.bytes(1) == letter.preview.pdf
    assert not book.referrals.all()[0].letters[0].printed
    cups.release()
    qtbot.waitUntil(lambda: runner_of(letter.shell).progress is None, timeout=5000)
    settle(letter.shell)
    assert book.referrals.all()[0].letters[0].printed
    assert "已打印" in said(letter.summary)


def test_the_very_bytes_are_saved_to_the_chosen_file(letter, tmp_path):
    issue(letter)
    save_paper(letter.shell, letter.save_button, tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == letter.preview.pdf


def test_a_correction_needs_a_reason_and_makes_a_second_version_under_the_same_number(letter, book):
    letter.form.lines["receiver_phone"].setText("27220000")
    issue(letter)
    letter.correct_button.click()
    settle(letter.shell)
    assert letter.form.lines["receiver_phone"].text() == "27220000"
    letter.form.lines["receiver"].setText("和平区卫生健康委员会")
    issue(letter)
    assert letter.form.problem.text() == "请写明更正原因，它会印在更正单上。"
    letter.reason.setText("单位写错")
    issue(letter)
    view = book.referrals.all()[0]
    assert [one.version for one in view.letters] == [2, 1]
    assert view.number == "劝花社转〔2026〕1号"
    assert letter.sheet.value.correction_reason == "单位写错"
    assert letter.sheet.value.receiver == "和平区卫生健康委员会"
    assert view.letters[0].sha256 == hashlib.sha256(letter.preview.pdf).hexdigest()


def test_the_earlier_version_can_be_looked_at_but_not_printed(letter, book):
    issue(letter)
    first = letter.preview.pdf
    letter.correct_button.click()
    letter.reason.setText("补充电话")
    letter.form.lines["receiver_phone"].setText("27220000")
    issue(letter)
    press(letter.summary, _("View"))
    settle(letter.shell)
    assert letter.preview.pdf == first
    assert not letter.print_button.isEnabled()
    press(letter, _("Back to the present one"))
    settle(letter.shell)
    assert letter.print_button.isEnabled()
    assert letter.preview.pdf != first


def test_not_correcting_leaves_the_letter_as_it_was(letter, book):
    issue(letter)
    letter.correct_button.click()
    settle(letter.shell)
    letter.cancel_button.click()
    settle(letter.shell)
    assert letter.mode == "issued"
    assert len(book.referrals.all()[0].letters) == 1


def test_a_letter_being_written_is_kept_as_a_draft_and_goes_on_later(letter, book, show, family):
    letter.form.note.setPlainText("明天再开")
    show("today")
    settle(letter.shell)
    drafts = [draft for draft in book.drafts.all() if draft.form == "referral"]
    assert [draft.subject_id for draft in drafts] == [family.grandmother]
    page = show("referral", draft_id=drafts[0].id)
    assert page.form.note.toPlainText() == "明天再开"
    assert [one.service.id for one in page.form.chosen] == [HEALTH]
    issue(page)
    assert [draft for draft in book.drafts.all() if draft.form == "referral"] == []


def test_switching_the_language_keeps_what_was_typed(letter):
    letter.form.note.setPlainText("请上门办理")
    shell = letter.shell
    shell.switch_language()
    settle(shell)
    assert shell.page is not letter
    assert shell.page.heading.text() == "Referral letter"
    assert shell.page.form.note.toPlainText() == "请上门办理"


def test_an_empty_list_says_what_will_be_here(in_both_languages, show):
    page = show("referrals")
    chinese = in_both_languages.state.language == "zh_CN"
    assert ("开具的转介单和办理结果会列在这里。" if chinese else "Letters that you issue will be listed here") in said(
        page
    )


def test_a_letter_that_is_set_differently_today_says_so(letter, book, monkeypatch):
    issue(letter)
    view = book.referrals.all()[0]
    other = book.referrals.letter(view.letters[0].id)
    assert isinstance(other, LetterValue)
    book.referrals.keep_bytes(view.letters[0].id, b"%PDF set by an earlier program")
    letter.open(referral_id=view.id)
    settle(letter.shell)
    assert "版式与当初打印时不同" in said(letter)


def test_nobody_is_asked_for_a_person_first(show):
    page = show("referral")
    assert "先选人，再开单" in said(page)
    assert not page.issue_button.isVisibleTo(page)
