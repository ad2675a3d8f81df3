"""No page shows a whole document or phone number that nobody asked for, in any text that it holds."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from desktop.pages.register_check import check_parts
from models.records.phones import show_phone
from models.services.audit_views import AuditWhere
from models.values import mask_number
from tests.desktop.conftest import settle, type_text

ABOUT_PEOPLE = (
    "today", "residents", "person", "household", "visits", "visit", "assessment", "eligibility", "worklist", "handover",
    "rounds", "round", "round_entry", "change", "merge", "questionnaire", "pictures", "rights", "plans", "case_form",
    "drafts", "screening", "calendar", "referral", "referrals", "transfer", "transfers", "papers", "registers",
    "conflicts", "register",
)  # fmt: skip


def everything_said(window: QWidget) -> str:
    """Every text that widgets of a window hold, shown or not: labels, fields, tips, what a screen reader is told."""
    told: list[str] = [window.windowTitle()]
    for widget in window.findChildren(QWidget):
        told += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, (QLabel, QAbstractButton, QLineEdit)):
            told.append(widget.text())
        elif isinstance(widget, (QTextEdit, QPlainTextEdit)):
            told.append(widget.toPlainText())
        elif isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
            roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)
            rows = range(min(model.rowCount(), 60))
            told += [str(model.data(model.index(row, 0), role) or "") for row in rows for role in roles]
    return "\n".join(told)


@pytest.fixture
def numbers(shell) -> set[str]:
    """Every whole number of the town's people, as kept and as people write it."""
    found = set()
    for resident in shell.casebook.residents.ids():
        entry = shell.casebook.residents.entry_of(resident)
        found |= {document.number for document in entry.documents}
        for phone in entry.phones:
            found |= {phone.number, show_phone(phone.number), show_phone(phone.number).replace(" ", "")}
    found = {number for number in found if len(number) > 7}
    assert len(found) > 40
    return found


def test_no_page_shows_a_whole_number_by_itself(shell, where, numbers):
    shown = {}
    for page in ABOUT_PEOPLE:
        to = where(page)
        if page in ("register", "papers"):
            to = {"resident_id": shell.casebook.residents.ids()[0]}
        assert shell.go(page, **to), page
        settle(shell)
        said = everything_said(shell)
        shown[page] = sorted(number for number in numbers if number in said)
    assert {page: found for page, found in shown.items() if found} == {}


@pytest.fixture
def amended(shell):
    """The page that changes a record, of somebody with a document and a phone."""
    book = shell.casebook.residents
    resident = next(each for each in book.ids() if book.entry_of(each).documents and book.entry_of(each).phones)
    shell.go("register", resident_id=resident)
    settle(shell)
    return shell.page, resident


def reveals(shell, resident):
    """How often a whole number of somebody was shown, as the audit has it."""
    rows = shell.casebook.audit.page(AuditWhere(subject_id=resident)).rows
    return len([row for row in rows if row.action == "reveal"])


def test_a_number_that_is_kept_is_covered_until_it_is_asked_for_and_that_is_recorded(shell, amended, qtbot):
    page, resident = amended
    entry = shell.casebook.residents.entry_of(resident)
    field = page.board.person.rows["documents"].field.fields[0]
    before = reveals(shell, resident)
    assert field.number.text() == mask_number(entry.documents[0].number)
    assert field.answer()["number"] == entry.documents[0].number, "what is covered is not changed by being covered"
    qtbot.keyClick(field.number, Qt.Key.Key_X)
    assert field.number.text() == mask_number(entry.documents[0].number)
    qtbot.keyClick(field.number, Qt.Key.Key_Space)
    settle(shell)
    assert field.number.text() == entry.documents[0].number
    assert reveals(shell, resident) == before + 1
    assert field.cover._again.interval() == 30_000
    field.cover._cover_again()
    assert field.number.text() == mask_number(entry.documents[0].number), "it is covered again by itself"


def test_a_covered_number_that_was_changed_stays_readable(shell, amended, qtbot):
    page, resident = amended
    phone = page.board.person.rows["phones"].field.fields[0]
    qtbot.keyClick(phone.number.line, Qt.Key.Key_Backspace)
    settle(shell)
    phone.number.line.setText("13820000000")
    phone.cover._cover_again()
    assert phone.number.line.text() == "13820000000"
    page.save()
    settle(shell)
    assert shell.casebook.residents.entry_of(resident).phones[0].number == "+8613820000000"


def test_saving_a_record_without_looking_at_its_numbers_leaves_them_as_they_are(shell, amended):
    page, resident = amended
    before = shell.casebook.residents.entry_of(resident)
    type_text(page.board.person.rows["note"].field.text, "新的备注")
    page.save()
    settle(shell)
    after = shell.casebook.residents.entry_of(resident)
    assert after.note == "新的备注"
    assert (after.documents, after.phones) == (before.documents, before.phones)


def test_the_check_before_saving_shows_no_number_that_was_kept_before(shell, amended, numbers):
    page, _resident = amended
    parts = check_parts(page.case, page.household_form, page.today)
    said = "\n".join(line.words for part in parts for line in part.lines)
    assert "*" in said
    assert [number for number in numbers if number in said] == []
