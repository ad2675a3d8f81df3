"""The page that takes in a list of residents: looked at first, taken in as one, taken back."""

import io
import os
from pathlib import Path

import pytest
from openpyxl import Workbook
from PySide6.QtWidgets import QComboBox

from desktop.pages.listed import ListedPage, read_file
from desktop.shell import Shell
from desktop.widgets.banner import Banner
from forms.people_list.tables import ListRefused
from models.errors import CannotRead
from models.services.audit_views import AuditWhere
from tests.desktop.conftest import settle
from tests.reports.sheets import table, unlocked

HEAD = ["姓名", "身份证号", "与户主关系", "楼号", "单元", "室", "电话"]


@pytest.fixture
def listed(shell: Shell) -> ListedPage:
    shell.go("listed")
    settle(shell)
    assert isinstance(shell.page, ListedPage)
    return shell.page


def write(path: Path, *rows: list[object]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    path.write_bytes(out.getvalue())
    return path


def test_a_list_is_shown_before_it_is_taken_in_and_can_be_taken_back(shell, listed, tmp_path):
    before = len(shell.casebook.residents.ids())
    path = write(tmp_path / "名单.xlsx", HEAD, ["赵新来", "", "户主", "9", "1", "101", "1"], ["钱新来", "", "妻子"])
    listed.read_in(path)
    settle(shell)
    assert listed.take_button.text() == "导入 2 人"
    assert [each.field for each in listed.looked.read.troubles] == ["phone"]
    assert len(shell.casebook.residents.ids()) == before
    listed.take_in()
    settle(shell)
    assert shell.page.name == "residents"
    assert len(shell.casebook.residents.ids()) == before + 2
    shell.undo()
    settle(shell)
    assert len(shell.casebook.residents.ids()) == before


def test_rows_below_a_gap_are_told_with_the_row_where_they_begin(shell, listed, tmp_path):
    listed.read_in(write(tmp_path / "a.xlsx", ["姓名"], ["赵新来"], *([[""]] * 61), ["钱新来"]))
    settle(shell)
    assert listed.take_button.text() == "导入 1 人"
    (told,) = [banner.accessibleName() for banner in listed.findChildren(Banner)]
    assert "第 2 行" in told
    assert "第 64 行" in told


def test_a_file_is_named_as_long_as_it_is_read(shell, listed, tmp_path):
    listed.read_in(write(tmp_path / "名单.xlsx", ["姓名"], ["赵新来"]))
    assert listed.reading.isVisible()
    assert "名单.xlsx" in listed.reading.text()
    settle(shell)
    assert listed.reading is None
    listed.read_in(tmp_path / "无.xlsx")
    settle(shell)
    assert listed.reading.isHidden()


def test_one_list_after_the_other_is_looked_at_on_the_same_page(shell, listed, tmp_path):
    for round_, name in enumerate(("赵新来", "钱新来", "孙新来")):
        listed.read_in(write(tmp_path / f"{round_}.xlsx", ["姓名"], [name]))
        settle(shell)
        assert shell.page is listed
        assert listed.table.rows[0].cells[0] == name
        (community,) = [each for each in listed.findChildren(QComboBox) if each.accessibleName() == "名单所属社区"]
        assert community.currentText() == "花园路社区居委会"
    assert listed.take_button.text() == "导入 1 人"


def test_another_choice_of_columns_is_looked_at_at_once(shell, listed, tmp_path):
    listed.read_in(write(tmp_path / "a.xlsx", ["姓名", "甲"], ["赵新来", "外号"]))
    settle(shell)
    listed.columns[1].setCurrentIndex(listed.columns[1].findData("note"))
    settle(shell)
    assert listed.looked.read.households[0].entry.members[0].resident.note == "外号"
    listed.columns[0].setCurrentIndex(0)
    settle(shell)
    assert listed.looked is None
    assert listed.take_button is None


def test_what_is_looked_at_anew_cannot_be_taken_in_as_it_was_before(shell, listed, tmp_path):
    before = len(shell.casebook.residents.ids())
    listed.read_in(write(tmp_path / "a.xlsx", ["姓名", "甲"], ["赵新来", "外号"]))
    settle(shell)
    listed.columns[1].setCurrentIndex(listed.columns[1].findData("note"))
    assert not listed.take_button.isEnabled()
    listed.take_in()
    settle(shell)
    assert len(shell.casebook.residents.ids()) == before
    assert listed.take_button.isEnabled()


def test_who_went_elsewhere_while_a_list_was_read_stays_there(shell, listed, tmp_path):
    listed.read_in(write(tmp_path / "a.xlsx", ["姓名"], ["赵新来"]))
    shell.go("today")
    settle(shell)
    assert shell.page.name == "today"


def test_a_list_that_is_put_away_while_it_is_looked_at_is_not_shown_any_more(shell, listed, tmp_path):
    listed.read_in(write(tmp_path / "a.xlsx", ["姓名"], ["赵新来"]))
    settle(shell)
    listed.look()
    shell.go("listed")
    settle(shell)
    assert listed.looked is None
    assert listed.take_button is None


def test_whole_numbers_are_covered_in_the_examples_of_every_column(listed):
    assert "19500308" not in listed._shown("card", "12010119500308001X")
    assert "19500308" not in listed._shown("", "12010119500308001X")
    assert listed._shown("phone", "13920000001") == "139****0001"
    assert listed._shown("birth_date", "1950-03-08") == "1950-03-08"


def test_a_spoilt_list_is_told_in_the_banner_and_the_page_stays(shell, listed, tmp_path):
    listed.read_in(write(tmp_path / "b.xlsx", ["姓名", "身份证号"], ["赵新来", 1.2010119500308e17]))
    settle(shell)
    assert listed.table is None
    assert "后几位已经丢失" in " ".join(banner.accessibleName() for banner in shell.area.findChildren(Banner))


def test_what_is_wrong_can_be_written_out(shell, listed, tmp_path, monkeypatch):
    listed.read_in(write(tmp_path / "c.xlsx", HEAD, ["赵1", "", "户主"], ["钱新来", "", "户主"]))
    settle(shell)
    target = tmp_path / "out.xlsx"
    monkeypatch.setattr(listed, "choose_place", lambda _name: str(target))
    listed.save_troubles()
    secret = listed.dialog.protection.passphrase.text()
    listed.dialog.go.click()
    settle(shell)
    assert "名单" in str(table(unlocked(target.read_bytes(), secret)))
    assert shell.casebook.audit.page(AuditWhere(kind="export")).total == 1


def test_pipes_folders_and_missing_files_are_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for name in ("pipe.csv", "", "missing.csv"):
        with pytest.raises(CannotRead):
            read_file(tmp_path / name)
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.truncate(11 * 1024 * 1024)
    with pytest.raises(ListRefused):
        read_file(big)
