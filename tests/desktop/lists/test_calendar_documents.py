"""A document that expires, as the calendar page tells it."""

from datetime import date

from PySide6.QtTest import QTest

from desktop.pages import calendar_parts as parts
from models.records.resident import DocumentEntry
from tests.desktop.lists.test_calendar_page import coming


def test_a_document_that_expires_is_told_with_what_rests_on_it(shell, elder, show):
    paper = DocumentEntry(kind="residence_permit", number="A1", valid_until=date(2026, 12, 9))
    entry = shell.casebook.residents.entry_of(elder.resident)
    shell.casebook.residents.amend(elder.resident, entry.model_copy(update={"documents": (paper,)}))
    page = show("calendar", days=30)
    row = next(row for row in coming(page) if any(line.document for line in row.lines))
    line = next(line for line in row.lines if line.document)
    assert row.day == date(2026, 12, 10)
    assert "居住证" in row.services
    assert "2026-12-09" in row.why
    assert parts.tile_of(row).tags
    assert all(name in parts.turn_words(line) for name in line.resting[:1])
    row_of_list = parts.list_rows([row], ["service", "before", "after"])[row.lines.index(line)]
    assert row_of_list == ["居住证", "", ""]
    (plan,) = parts.plan_entries([row], "", "")
    assert "居住证" in plan.reason
    page.lines.go_to(next(p for p in range(page.lines.rows.rowCount()) if page.lines.rows.row(p) is row))
    QTest.qWait(150)
