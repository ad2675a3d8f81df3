"""Lists as files: written whole or not at all; how many rows go on paper; what was planned, in words."""

import errno
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from desktop import theme
from desktop.widgets.list_export import ExportDialog, ExportWish, file_name, write_bytes
from desktop.widgets.plan_dialog import planned_words
from models import texts
from models.errors import CannotWrite, DiskFull
from models.services.working_days import next_working_day
from reports.people_list import PAPER_ROWS

COLUMNS = [("name", "姓名"), ("address", "住址"), ("birth", "出生")]


@pytest.fixture(autouse=True)
def chinese(dressed):
    texts.set_language("zh_CN")
    theme.apply(theme.Look())


def dialog(qtbot, shell, rows, wished=lambda _wish: None):
    made = ExportDialog(shell, wished, rows=rows, count=f"将导出{rows}行", columns=COLUMNS, at_first=["address"])
    qtbot.addWidget(made)
    return made


def test_the_worker_is_told_that_the_file_is_not_protected(qtbot, shell):
    made = dialog(qtbot, shell, 3)
    made.protection.how.pick("open")
    words = "\n".join(label.text() for label in made.findChildren(QLabel))
    assert "不受口令保护" in words
    assert "记入日志" in words
    assert "将导出3行" in words


def test_columns_are_chosen_and_the_name_always_goes_along(qtbot, shell):
    wishes = []
    made = dialog(qtbot, shell, 3, wishes.append)
    assert [key for key, tick in made.ticks.items() if tick.isChecked()] == ["name", "address"]
    assert not made.ticks["name"].isEnabled()
    made.ticks["birth"].setChecked(True)
    made.ticks["address"].setChecked(False)
    made.as_paper.setChecked(True)
    made.go.click()
    assert wishes == [ExportWish("pdf", ("name", "birth"), made.protection.passphrase.text())]


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
def test_a_file_is_protected_unless_the_worker_is_sure(qtbot, shell, kind):
    wishes = []
    made = dialog(qtbot, shell, 3, wishes.append)
    (made.as_paper if kind == "pdf" else made.as_sheet).setChecked(True)
    assert not made.protection.isHidden()
    assert made.warning.isHidden()
    made.protection.how.pick("open")
    assert not made.warning.isHidden()
    assert not made.go.isEnabled()
    made.protection.sure.click()
    made.go.click()
    assert wishes == [ExportWish(kind, ("name", "address"))]


def test_too_many_rows_cannot_be_put_on_paper(qtbot, shell):
    assert dialog(qtbot, shell, PAPER_ROWS).as_paper.isEnabled()
    made = dialog(qtbot, shell, PAPER_ROWS + 1)
    assert not made.as_paper.isEnabled()
    assert any("1,000" in label.text() for label in made.findChildren(QLabel))


def test_a_file_is_replaced_whole(tmp_path):
    place = tmp_path / "名单.xlsx"
    write_bytes(place, b"old")
    write_bytes(place, b"new")
    assert place.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["名单.xlsx"]


@pytest.mark.parametrize(("number", "told"), [(errno.ENOSPC, DiskFull), (errno.EACCES, CannotWrite)])
def test_a_file_that_cannot_be_replaced_stays_and_leaves_nothing_behind(tmp_path, monkeypatch, number, told):
    place = tmp_path / "名单.xlsx"
    place.write_bytes(b"old")

    def refuse(_self, _target):
        raise OSError(number, "no")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(told):
        write_bytes(place, b"new")
    assert place.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["名单.xlsx"]


def test_a_folder_that_is_gone_is_told(tmp_path):
    with pytest.raises(CannotWrite) as caught:
        write_bytes(tmp_path / "gone" / "名单.xlsx", b"new")
    assert "名单.xlsx" in caught.value.sentence()


def test_a_file_is_offered_under_a_name_without_names():
    assert file_name("资格筛查", "2026-11-22", "xlsx") == "资格筛查_2026-11-22.xlsx"


@pytest.mark.parametrize(
    ("wanted", "made", "words"),
    [
        (3, 3, "已安排3次走访。"),
        (5, 3, "已安排3次走访。2户原已有同样的安排，保持不变。"),
        (2, 0, "没有新增走访：这些家庭都已有同样的走访安排。"),
    ],
)
def test_what_was_planned_is_said_in_numbers(wanted, made, words):
    assert planned_words(wanted, made) == words


@pytest.mark.parametrize(
    ("day", "following"),
    [(date(2026, 11, 20), date(2026, 11, 23)), (date(2026, 11, 22), date(2026, 11, 23))],
)
def test_the_next_working_day_is_no_weekend(day, following):
    assert next_working_day(day) == following
