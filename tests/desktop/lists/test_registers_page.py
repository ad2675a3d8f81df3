"""Registers and statistics on the screen: what is shown is what is kept, goes on paper, into files and the journal."""

import io

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import select

from desktop import paper_kinds, register_words
from desktop.pages import registers as page_module
from desktop.pages import registers_paper
from desktop.pages.registers import LIVES_ON, PERIODS, period
from desktop.widgets.pdf_pages import page_sizes
from models.clock import today
from models.records.audit import Audit
from models.records.visit import NeedEntry, VisitEntry
from models.services.registers import COLUMNS, KINDS
from models.services.registers_views import FILTERS, RegisterFilter
from models.store.rows import KEPT, table_of
from tests.desktop.conftest import settle
from tests.reports.letters import page_texts
from tests.reports.sheets import unlocked

WHOLE = 18


@pytest.fixture
def page(shell):
    shell.go("registers")
    settle(shell)
    return shell.page


def choose(shell, box, key):
    box.setCurrentIndex(box.findData(key))
    settle(shell)


def visited(shell, outcome="met"):
    book = shell.casebook
    resident = book.residents.ids("address")[0]
    home = book.households.of_resident(resident)[0].id
    met = (resident,) if outcome == "met" else ()
    needs = (NeedEntry(group="elderly", note="助餐"),)
    day = today(book.clock)
    return book.visits.record(
        VisitEntry(household_id=home, outcome=outcome, happened_on=day, met=met, purpose="例行", needs=needs)
    )


def journal(shell):
    table = table_of(Audit)
    with shell.casebook._book.reading() as connection:
        return connection.execute(select(table.c.action, table.c.subject_kind, table.c.detail)).all()


def cells(page, row):
    rows = page.table.rows
    return [rows.data(rows.index(row, column)) for column in range(rows.columnCount())]


def test_the_register_of_residents_lists_everybody_masked(shell, page):
    everybody = len(shell.casebook.residents.ids())
    assert page.table.rows.rowCount() == everybody == page.register.total
    assert page.count.text() == f"{everybody}行"
    numbers = [cells(page, row)[4] for row in range(everybody)]
    assert any("********" in number for number in numbers)
    assert not any(len(number) >= WHOLE and number[:17].isdigit() for number in numbers)
    assert ("view", "register", "residents") in journal(shell)


def test_every_register_opens_and_offers_what_it_can_be_narrowed_by(shell, page):
    visited(shell)
    for kind in KINDS:
        choose(shell, page.kind, kind)
        assert page.register.kind == kind
        assert page.table.rows.columnCount() == len(COLUMNS[kind])
        assert {name for name, field in page.fields.items() if not field.isHidden()} == FILTERS[kind]
        assert page.paper_button.isEnabled() == bool(page.register.total)
        assert page.results.currentWidget() is (page.table if page.register.total else page.empty)
    assert set(LIVES_ON) == set(KINDS)


def test_filters_narrow_the_rows_and_what_is_saved_elsewhere_comes_in(shell, page):
    choose(shell, page.kind, "visits")
    assert page.register.total == 0
    shell.tasks.changed.emit(visited(shell))
    settle(shell)
    assert page.register.total == 1
    assert cells(page, 0)[4] == "例行"
    choose(shell, page.period, "last_month")
    assert page.register.total == 0
    choose(shell, page.period, "month")
    assert page.register.total == 1
    choose(shell, page.worker, "周敏")
    assert page.register.total == 1


def test_enter_opens_the_person_of_the_row(shell, page):
    row = page.table.rows.row(2)
    page.table.setCurrentIndex(page.table.rows.index(2, 0))
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    settle(shell)
    assert shell.page.name == "person"
    assert shell.page.where["resident_id"] == row.resident_id


def test_the_paper_is_the_register_and_can_be_made_again_from_the_queue(shell, page):
    page.show_paper()
    settle(shell)
    pdf = page.dialog.preview.pdf
    text = "".join(page_texts(pdf))
    for row in range(page.register.total):
        assert "".join(cells(page, row)[0].split()) in text
    item = page.dialog._item()
    assert paper_kinds.make(shell.casebook, "register", "", item.argument, again=False) == pdf
    assert item.wish().subject_kind == "register"
    page.dialog.reject()


def test_a_spreadsheet_is_written_once_the_worker_agrees_and_is_journalled(shell, page, tmp_path, monkeypatch):
    out = tmp_path / "台账.xlsx"
    monkeypatch.setattr(registers_paper, "ask_spreadsheet", lambda _parent, _name: out)
    page.ask_spreadsheet()
    assert page.dialog.go.isEnabled()
    assert not any(action == "export" for action, _kind, _detail in journal(shell))
    secret = page.dialog.protection.passphrase.text()
    page.dialog.go.click()
    settle(shell)
    sheet = openpyxl.load_workbook(io.BytesIO(unlocked(out.read_bytes(), secret))).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert len(rows) == page.register.total
    assert [row[1] for row in rows] == [cells(page, place)[0] for place in range(len(rows))]
    assert ("export", "register", "residents") in journal(shell)


def test_whole_numbers_leave_only_when_asked_for_and_the_journal_says_so(shell, page, tmp_path, monkeypatch):
    out = tmp_path / "whole.xlsx"
    monkeypatch.setattr(registers_paper, "ask_spreadsheet", lambda _parent, _name: out)
    page.whole.setChecked(True)
    page.ask_spreadsheet()
    assert not page.dialog.go.isEnabled()
    page.dialog.sure.setChecked(True)
    secret = page.dialog.protection.passphrase.text()
    page.dialog.go.click()
    settle(shell)
    sheet = openpyxl.load_workbook(io.BytesIO(unlocked(out.read_bytes(), secret))).worksheets[0]
    document = KEPT["identity_document"]
    with shell.casebook._book.reading() as connection:
        known = set(connection.execute(select(document.c.number)).scalars())
    written = {row[5] for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)} - {None}
    assert written & known
    assert ("export", "register", "residents reveal") in journal(shell)
    choose(shell, page.kind, "visits")
    assert page.whole.isHidden()
    assert page.argument()["whole"] is False


def test_more_rows_than_paper_holds_are_refused_in_a_sentence(shell, page, monkeypatch):
    monkeypatch.setattr("reports.registers.PAPER_ROWS", 3)
    told = []
    monkeypatch.setattr(shell, "problem", told.append)
    page.show_paper()
    settle(shell)
    assert page.dialog is None
    assert "3" in told[0].sentence()


def test_periods_begin_and_end_on_the_days_that_a_worker_means(shell):
    on = today(shell.clock)
    assert [str(day) for day in period("last_month", on)] == ["2026-10-01", "2026-10-31"]
    assert [str(day) for day in period("last_year", on)] == ["2025-01-01", "2025-12-31"]
    assert [str(day) for day in period("quarter", on)] == ["2026-08-22", "2026-11-22"]
    assert period("", on) == (None, None)
    for key in PERIODS:
        first, last = period(key, on)
        assert first is None or first <= last
    assert page_module.period is period


def test_a_register_as_json_is_the_same_register_again(shell):
    where = RegisterFilter(place="120101", service="S50", worker="周敏", first=today(shell.clock))
    argument = register_words.argument_of("referrals", where, "en", whole=True)
    assert register_words.filter_of(argument) == ("referrals", where)
    assert argument["language"] == "en"
    with pytest.raises(ValueError, match="no such register"):
        register_words.filter_of({"kind": "facts"})


def test_the_statistics_page_shows_the_very_report_of_the_month(shell):
    visited(shell)
    shell.go("statistics")
    settle(shell)
    page = shell.page
    text = "".join(page_texts(page.preview.pdf))
    assert "2026年11月社区工作统计月报" in text
    assert page.value.value.visits[0].now == 1
    item = page._item()
    assert paper_kinds.make(shell.casebook, "statistics", "", item.argument, again=False) == page.preview.pdf
    assert page.month.count() == 1
    assert not page.earlier.isEnabled()
    assert 1 < len(page_sizes(page.preview.pdf)) <= 4
    visited(shell, "refused")
    assert page.value.value.visits[0].now == 1
    page.again.click()
    settle(shell)
    assert page.value.value.visits[0].now == 2


def test_the_figures_are_saved_as_a_spreadsheet_and_that_is_journalled(shell, tmp_path, monkeypatch):
    shell.go("statistics", year=2026, month=11)
    settle(shell)
    out = tmp_path / "month.xlsx"
    monkeypatch.setattr(registers_paper, "ask_spreadsheet", lambda _parent, _name: out)
    shell.page.sheet_button.click()
    settle(shell)
    book = openpyxl.load_workbook(io.BytesIO(out.read_bytes()))
    people = len(shell.casebook.residents.ids())
    assert any(row[:2] == ("居民（月末）", people) for row in book.worksheets[0].iter_rows(values_only=True))
    assert ("export", "statistics", "2026-11") in journal(shell)
