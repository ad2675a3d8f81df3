"""What changes soon: days, filters, months, visits and files, on a real casebook."""

import shutil
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import select

from desktop.pages import calendar_parts as parts
from desktop.widgets.tick_list import Heading
from models.casebook import Casebook
from models.errors import CannotWrite
from models.records.audit import Audit
from models.store.rows import table_of
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle, type_text
from tests.desktop.lists.conftest import EIGHTY
from tests.reports.sheets import table, unlocked


@pytest.fixture
def page(shell, elder, show):
    return show("calendar", days=30)


def coming(page):
    rows = [page.lines.rows.row(place) for place in range(page.lines.rows.rowCount())]
    return [row for row in rows if isinstance(row, parts.Coming)]


def of(page, elder):
    return next(row for row in coming(page) if row.first.resident_id == elder.resident)


def tick(page, row):
    place = next(p for p in range(page.lines.rows.rowCount()) if page.lines.rows.row(p) is row)
    page.lines.tick(place, place)
    page.lines.go_to(place)


def test_who_becomes_eighty_is_told_by_day_with_the_reason_and_the_services(page, elder):
    row = of(page, elder)
    assert row.day == EIGHTY
    assert "80" in row.why
    assert row.services
    tile = parts.tile_of(row)
    assert tile.name == "耿玉兰"
    assert "80岁" in tile.beside
    assert tile.right == "12月5日 周六"
    assert "鞍山道90号" in tile.right_below
    assert "满80周岁" in tile.below


def test_the_line_on_top_says_what_it_rests_on(page):
    words = page.state_line.words.text()
    assert "2026-11-22" in words
    assert "2026-12-22" in words
    assert f"共{len(page.view.lines)}项变化" in words


def test_weeks_have_headings_and_lines_come_in_the_order_of_days(page):
    rows = [page.lines.rows.row(place) for place in range(page.lines.rows.rowCount())]
    assert isinstance(rows[0], Heading)
    days = [row.day for row in rows if isinstance(row, parts.Coming)]
    assert days == sorted(days)
    assert any("11月30日" in row.text and "12月6日" in row.text for row in rows if isinstance(row, Heading))


def test_a_longer_time_is_looked_at_when_it_is_asked_for(shell, page):
    before = len(coming(page))
    page.day_buttons[365].click()
    settle(shell)
    assert page.view.until == date(2027, 11, 22)
    assert len(coming(page)) > before
    assert page.day_buttons[365].isChecked()
    assert not page.day_buttons[30].isChecked()
    assert page.where == {"days": 365}


def test_filters_narrow_and_are_cleared(shell, page, elder):
    whole = len(coming(page))
    row = of(page, elder)
    kind = row.first.kind
    page.kind_buttons[kind].click()
    assert {line.kind for one in coming(page) for line in one.lines} == {kind}
    page.service.setCurrentIndex(page.service.findData(row.first.service_id))
    assert {line.service_id for one in coming(page) for line in one.lines} == {row.first.service_id}
    page.search.setFocus()
    type_text(page.search, "耿玉兰")
    QTest.qWait(200)
    assert [one.first.resident_id for one in coming(page)] == [elder.resident]
    type_text(page.search, "没有这个人")
    QTest.qWait(200)
    assert page.stack.currentWidget() is page.nothing
    page.nothing.button.click()
    assert len(coming(page)) == whole
    assert not page.kind_buttons[kind].isChecked()
    assert page.search.text() == ""


def test_the_card_follows_the_cursor_with_the_words_of_the_texts(shell, page, elder):
    tick(page, of(page, elder))
    QTest.qWait(120)
    said = page.card.findChildren(type(page.state_line.words))
    words = "\n".join(label.text() for label in said)
    assert "耿玉兰" in words
    assert "满80周岁" in words
    assert "可能符合，以审批为准" in words
    page.card.household.click()
    settle(shell)
    assert shell.page.name == "household"


def test_enter_opens_the_resident(shell, page, elder):
    tick(page, of(page, elder))
    page.lines.setFocus()
    QTest.keyClick(page.lines, Qt.Key.Key_Return)
    settle(shell)
    assert (shell.page.name, shell.page.where["resident_id"]) == ("person", elder.resident)
    shell.back()
    settle(shell)
    assert coming(shell.page)


def test_a_day_of_the_month_shows_its_lines(shell, page, elder):
    page.look_ahead(365)
    settle(shell)
    page.show_month(True)
    assert page.month_button.isChecked()
    page.grid.go_to(EIGHTY)
    QTest.keyClick(page.grid, Qt.Key.Key_Return)
    assert page.stack.currentWidget() is page.split
    assert {row.day for row in coming(page)} == {EIGHTY}
    assert page.day_chip.isVisible()
    page.day_chip.click()
    assert len({row.day for row in coming(page)}) > 1


def test_the_months_are_walked_by_keys_within_the_time_looked_at(page):
    page.show_month(True)
    grid = page.grid
    assert grid.current == date(2026, 11, 22)
    QTest.keyClick(grid, Qt.Key.Key_Left)
    assert grid.current == date(2026, 11, 22)
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.current == date(2026, 11, 29)
    QTest.keyClick(grid, Qt.Key.Key_PageDown)
    assert grid.current == date(2026, 12, 1)
    QTest.keyClick(grid, Qt.Key.Key_PageDown)
    assert grid.current == date(2026, 12, 22)
    assert page.month_words.text() == "2026年12月"
    assert "耿" not in grid.accessibleName()
    assert "人" in grid._words(EIGHTY)


def test_chosen_lines_become_one_visit_a_household_on_their_day(shell, page, elder):
    tick(page, of(page, elder))
    assert page.plan_button.isEnabled()
    page.ask_plan()
    page.dialog.own_days.setChecked(True)
    page.dialog.assignee.setCurrentText("李娜")
    page.dialog.go.click()
    settle(shell)
    (plan,) = shell.casebook.planning.of_household(elder.household)
    assert (plan.due, plan.source, plan.assignee, plan.resident_id) == (EIGHTY, "calendar", "李娜", elder.resident)
    assert "满80周岁" in plan.reason
    assert plan.reason.startswith("到期与变化")
    assert "已安排1次走访" in shell.area.undo_bar.sentence.text()
    assert page.lines.ticks.count == 0
    assert of(page, elder).plan.id == plan.id
    page.unplanned.click()
    assert elder.resident not in [row.first.resident_id for row in coming(page)]


def test_what_is_planned_already_is_said_and_kept(shell, page, elder):
    for _round in range(2):
        tick(page, of(page, elder))
        page.ask_plan()
        page.dialog.go.click()
        settle(shell)
    assert len(shell.casebook.planning.of_household(elder.household)) == 1
    assert "没有新增走访" in shell.area.undo_bar.sentence.text()


def test_visits_are_one_a_household_on_working_days_and_can_be_taken_back(shell, page, elder):
    page.look_ahead(365)
    settle(shell)
    page.lines.tick_all()
    page.ask_plan()
    page.dialog.per_day.setValue(1)
    page.dialog.go.click()
    settle(shell)
    plans = shell.casebook.planning.open()
    assert len(plans) == len({plan.household_id for plan in plans}) > 1
    assert len({plan.due for plan in plans}) == len(plans)
    assert all(plan.due.weekday() < 5 for plan in plans)
    shell.undo()
    settle(shell)
    assert shell.casebook.planning.open() == []


@pytest.mark.parametrize(("typed", "said"), [("", "请填写开始日期"), ("2026-11-1", "这一天已经过去了")])
def test_a_first_day_that_cannot_be_is_told_beside_it(page, elder, typed, said):
    page.lines.tick_all()
    page.ask_plan()
    page.dialog.day.show_answer(typed)
    page.dialog.go.click()
    assert said in page.dialog.wrong.text()
    assert page.dialog.wrong.isVisible()
    page.dialog.reject()


def test_without_chosen_lines_nothing_can_be_done(page):
    assert not page.plan_button.isEnabled()
    assert not page.export_button.isEnabled()
    page.ask_plan()
    page.ask_export()
    assert page.dialog is None


def exported(shell):
    journal = table_of(Audit)
    with shell.casebook._book.reading() as connection:
        query = select(journal.c.detail).where(journal.c.action == "export")
        return list(connection.execute(query).scalars())


def test_chosen_lines_are_written_as_a_spreadsheet_and_journalled(shell, page, elder, tmp_path):
    row = of(page, elder)
    tick(page, row)
    asked = []
    page.choose_file = lambda name, kinds: asked.append((name, kinds)) or tmp_path / name
    page.ask_export()
    assert "口令" in "\n".join(label.text() for label in page.dialog.findChildren(type(page.state_line.words)))
    assert not page.dialog.ticks["name"].isEnabled()
    page.dialog.ticks["sex"].setChecked(True)
    secret = page.dialog.protection.passphrase.text()
    page.dialog.go.click()
    settle(shell)
    assert asked == [("到期与变化_2026-11-22.xlsx", "电子表格 (*.xlsx)")]
    above, heads, rows = table(unlocked((tmp_path / asked[0][0]).read_bytes(), secret))
    assert above[0] == "到期与变化"
    assert "可能符合，以审批为准" in above
    assert heads == ["序号", "日期", "变化", "姓名", "性别", "地址", "服务项目", "原因", "已安排走访"]
    assert len(rows) == len(row.lines)
    assert {line[3] for line in rows} == {"耿玉兰"}
    assert "已导出到“到期与变化_2026-11-22.xlsx”" in shell.area.undo_bar.sentence.text()
    assert exported(shell) == [f"calendar 2026-11-22..2026-12-22  lines={len(rows)}"]
    assert "export" in {one.action for one in shell.casebook.audit.who_has_seen("resident", row.first.resident_id)}


def test_chosen_lines_are_written_as_paper(shell, page, tmp_path):
    page.lines.tick_all()
    page.choose_file = lambda name, _kinds: tmp_path / name
    page.ask_export()
    page.dialog.as_paper.setChecked(True)
    page.dialog.go.click()
    settle(shell)
    assert (tmp_path / "到期与变化_2026-11-22.pdf").read_bytes().startswith(b"%PDF")


def test_a_file_that_cannot_be_written_is_told_and_stays_as_it_was(shell, page, tmp_path):
    place = tmp_path / "名单.xlsx"
    place.mkdir()  # as good as a file that a spreadsheet holds open
    page.choose_file = lambda _name, _kinds: place
    problems = []
    shell.tasks.problem.connect(problems.append)
    page.lines.tick_all()
    page.ask_export()
    page.dialog.go.click()
    settle(shell)
    assert [type(problem) for problem in problems] == [CannotWrite]
    assert "名单.xlsx" in shell.area.banners.banner.sentence.text()
    assert list(tmp_path.glob("*.part")) == []


def test_nothing_is_written_where_no_place_is_chosen(shell, page, tmp_path):
    page.choose_file = lambda _name, _kinds: None
    page.lines.tick_all()
    page.ask_export()
    page.dialog.go.click()
    settle(shell)
    assert exported(shell) == []


def test_a_run_that_is_stopped_says_that_the_list_is_not_whole(shell, page, monkeypatch):
    calendar = shell.casebook.calendar
    coming_of = type(calendar).coming
    monkeypatch.setattr(
        type(calendar), "coming", lambda self, **more: coming_of(self, **{**more, "cancelled": lambda: True})
    )
    page.state_line.again.emit()
    assert page.state_line.running
    assert not page.state_line.renew.isEnabled()
    settle(shell)
    assert "已停止" in page.state_line.words.text()
    assert "名单不完整" in page.state_line.words.text()
    assert coming(page) == []


def test_a_change_elsewhere_is_followed(shell, page, elder):
    before = len(page.view.lines)
    shell.tasks.run(lambda: shell.casebook.eligibility.answer(elder.household, elder.resident, "hukou_tianjin", False))
    settle(shell)
    assert len(page.view.lines) != before
    assert not page._stale


def test_an_empty_register_says_so(window, tmp_path, casebook_template, clock):
    shutil.copytree(casebook_template, tmp_path / "empty")
    shell = window(tmp_path / "empty")
    shell.unlock(Casebook.open(tmp_path / "empty", PASSPHRASE, clock=clock))
    settle(shell)
    shell.go("calendar", days=7)
    settle(shell)
    assert coming(shell.page) == []
    assert not shell.page.plan_button.isEnabled()
