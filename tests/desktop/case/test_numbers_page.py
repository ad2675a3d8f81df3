"""The page of letter numbers: blocks are given, typed in and closed, gaps are explained, the report is written."""

from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from PySide6.QtWidgets import QApplication

from desktop.number_words import ranges, say_left
from desktop.pages.first_run import Answers, make_casebook
from models.services.numbering_code import BlockCode, write_block
from tests.conftest import OFFICE, PASSPHRASE
from tests.desktop.case.conftest import press, said
from tests.desktop.conftest import settle, type_text
from tests.models.services.installations import issue


@pytest.fixture
def page(window_of_case, show):
    for _letter in range(3):
        issue(window_of_case.casebook._book)
    return show("numbers")


def test_it_says_who_keeps_the_numbers_and_which_is_next(page):
    words = said(page)
    standing = page.loaded.standing
    assert standing.holder in words
    assert "管编号" in words
    assert "劝花社转〔2026〕4号" in words
    assert "1–50" in words
    assert "已用 3 个，还剩 47 个" in words
    assert "没有需要说明的号" in words


def test_a_block_is_given_and_its_code_is_shown_and_copied(window_of_case, page):
    type_text(page.other, "k7q2")
    type_text(page.other_name, "李姐的平板")
    press(page, "发下一个号段")
    settle(window_of_case)
    code = write_block("劝花社", BlockCode(2026, 51, 100, "K7Q2"))
    words = said(page)
    assert code in words
    assert "李姐的平板 (K7Q2)" in words
    press(page, "复制")
    assert QApplication.clipboard().text() == code
    assert page.other.text() == ""


def test_the_size_of_a_block_is_set_and_one_is_given_for_next_year(window_of_case, page):
    page.block_size.setValue(20)
    page.block_size.editingFinished.emit()
    settle(window_of_case)
    assert page.loaded.standing.size == 20
    page.ahead.tick.click()
    type_text(page.other, "K7Q2")
    press(page, "发下一个号段")
    settle(window_of_case)
    assert page.code_given == write_block("劝花社", BlockCode(2027, 1, 20, "K7Q2"))
    assert page.code_given in said(page)
    assert "2027:  1–20" in said(page)


def test_a_size_that_another_desk_set_meanwhile_is_told_and_shown(window_of_case, page):
    numbering = page.casebook.numbering
    numbering.set_size(30, 50)  # as another desk does
    type_text(page.other, "K7Q2")
    page.block_size.setValue(20)
    page.block_size.editingFinished.emit()
    settle(window_of_case)
    assert numbering.standing().size == 30
    assert "30" in window_of_case.area.banners.banner.sentence.text()
    assert (page.block_size.value(), page.other.text()) == (30, "K7Q2")
    page.block_size.setValue(20)
    page.block_size.editingFinished.emit()
    settle(window_of_case)
    assert numbering.standing().size == 20


def test_the_first_run_asks_who_gives_the_numbers(folder, clock):
    answers = Answers(office_code=OFFICE.code, office_name=OFFICE.name, letter_mark="劝花社", worker="周敏")
    answers.passphrase, answers.numbers_elsewhere = PASSPHRASE, True
    made = make_casebook(SimpleNamespace(folder=folder, clock=clock), answers)
    try:
        assert not made.numbering.standing().keeper
    finally:
        made.close()


def test_a_wrong_code_stays_in_its_line_with_a_sentence(window_of_case, page):
    type_text(page.typed, "2026-51-100-K7Q2-AAAA")
    press(page, "收下号段")
    settle(window_of_case)
    assert page.typed.text() == "2026-51-100-K7Q2-AAAA"
    assert "号段码输错了" in said(window_of_case)


def test_a_block_is_typed_in_and_then_another_computer_keeps_the_numbers(window_of_case, page):
    mine = page.loaded.standing.holder
    type_text(page.typed, write_block("劝花社", BlockCode(2026, 101, 150, mine)))
    press(page, "收下号段")
    settle(window_of_case)
    standing = page.loaded.standing
    assert (standing.keeper, standing.left, standing.next) == (False, 50, "劝花社转〔2026〕101号")
    press(page, "由本机接管编号")
    assert page.dialog.first.value() == 151
    page.dialog.go.click()
    settle(window_of_case)
    assert page.loaded.standing.keeper


def test_what_is_missing_is_explained_and_a_block_is_closed(window_of_case, page):
    numbering = window_of_case.casebook.numbering
    numbering.give("K7Q2", "")
    with window_of_case.casebook._book.verb("test") as work:
        view = next(one for one in window_of_case.casebook.referrals.all() if one.number.endswith("〕2号"))
        work.amend("referral", view.id, {"number": "", "series": "", "serial": 0})
    page.open()
    settle(window_of_case)
    assert "有 1 个号去向不明" in said(page)
    type_text(page.gaps.reasons[2, 2], "打印错误")
    press(page.gaps, "记下")
    settle(window_of_case)
    assert "没有需要说明的号" in said(page)
    assert "作废号 1 个" in said(page)
    other = next(block for block in page.loaded.standing.blocks if not block.mine)
    page.ask_close(other)
    assert not page.dialog.go.isEnabled()
    page.dialog.reason.setText("丢失")
    page.dialog.go.click()
    settle(window_of_case)
    assert "已停用：丢失" in said(page)


def test_the_report_is_written_as_a_spreadsheet_and_journalled(window_of_case, page, tmp_path: Path):
    page.choose_file = lambda name, kinds: tmp_path / name
    press(page, "导出表格")
    settle(window_of_case)
    (path,) = tmp_path.glob("*.xlsx")
    cells = [str(cell.value) for row in openpyxl.load_workbook(path).active for cell in row if cell.value is not None]
    assert "4–50" in cells
    assert "尚未使用" in cells
    assert OFFICE.name in " ".join(cells)


def test_few_numbers_left_are_told_when_a_letter_is_issued(window_of_case):
    shell = window_of_case
    for left, words in ((None, ""), (11, ""), (10, "只剩 10 个"), (0, "临时序列")):
        say_left(shell, left)
        assert words in said(shell)


def test_ranges_of_numbers():
    assert ranges([9, 3, 7, 8, 3]) == [(3, 3), (7, 9)]
    assert ranges([]) == []
