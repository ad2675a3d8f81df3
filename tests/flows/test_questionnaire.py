"""The office writes a questionnaire in a spreadsheet; a worker asks it at a door; the office gets the answers."""

import sys
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.hands import settle, type_text
from models.casebook import Casebook
from models.clock import FixedClock
from tests.conftest import NOW, PASSPHRASE

SURVEY = (
    ("type", "name", "label::中文 (zh)", "label::English (en)", "relevant", "constraint", "constraint_message",
     "required", "calculation", "jinmen::fact"),
    ("begin_group", "winter", "过冬", "Winter", "", "", "", "", "", ""),
    ("select_one heat", "heat", "怎么取暖", "How is it heated?", "", "", "", "yes", "", ""),
    ("integer", "age", "炉子用了几年", "Age of the stove", "${heat} = 'stove'", ". <= 40", "不会这么久", "yes", "", ""),
    ("end_group", "", "", "", "", "", "", "", "", ""),
    ("begin_repeat", "people", "怕冷的人", "Who is cold", "", "", "", "", "", ""),
    ("text", "name", "姓名", "Name", "", "", "", "", "", ""),
    ("end_repeat", "", "", "", "", "", "", "", "", ""),
    ("select_one yes_no", "hukou", "是天津户口吗", "Tianjin hukou?", "", "", "", "", "", "hukou_tianjin"),
    ("calculate", "points", "", "", "", "", "", "", "if(${heat} = 'stove', 3, 0)", ""),
    ("calculate", "class", "", "", "", "", "", "", "if(${points} > 2, 'danger', 'fine')", ""),
)  # fmt: skip
CHOICES = (
    ("list_name", "name", "label::中文 (zh)", "label::English (en)"),
    ("heat", "central", "集中供热", "District heating"),
    ("heat", "stove", "煤炉", "Stove"),
    ("yes_no", "yes", "是", "Yes"),
    ("yes_no", "no", "否", "No"),
    ("level", "danger", "要跟进", "To follow up"),
    ("level", "fine", "放心", "Fine"),
)
SETTINGS = (
    ("form_title", "form_id", "version", "default_language", "jinmen_title::中文 (zh)", "jinmen_subject",
     "jinmen_score", "jinmen_level"),
    ("Winter", "winter", "1", "中文 (zh)", "冬季取暖", "resident", "points", "class"),
)  # fmt: skip


def workbook(version: str = "1", mistake: bool = False) -> bytes:
    """A workbook as an office writes it."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in (("survey", SURVEY), ("choices", CHOICES), ("settings", SETTINGS)):
        sheet = book.create_sheet(name)
        for row in rows:
            cells = [version if name == "settings" and cell == "1" else cell for cell in row]
            if mistake:
                cells = [cell.replace("${heat} = 'stove'", "${heating} = 'stove'") for cell in cells]
            sheet.append(cells)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def open_page(shell, name, **where):
    shell.go(name, **where)
    settle(shell)
    return shell.page


def test_a_workbook_of_the_office_is_asked_at_the_door_and_its_answers_come_back(shell, tmp_path):
    # A mistake is told with its place, mended, and read again.
    path = tmp_path / "winter.xlsx"
    path.write_bytes(workbook(mistake=True))
    page = open_page(shell, "questionnaires")
    page.look_at(path)
    settle(shell)
    page = shell.page
    (problem, *_more) = page.preview.problems
    assert (problem.sheet, problem.row, problem.column) == ("survey", 4, "relevant")
    assert "heating" in problem.sentence
    path.write_bytes(workbook())
    page.buttons["again", ""].click()
    settle(shell)
    shell.page.use_button.click()
    settle(shell)

    # At the door, with a finger and one topic a page; the battery goes in the middle.
    shell.toggle_touch()
    settle(shell)
    resident = shell.casebook.residents.ids()[3]
    open_page(shell, "person", resident_id=resident)
    shell.actions_by_name["questionnaire"].trigger()
    settle(shell)
    assert list(shell.page.choosing.rows) == ["winter", "new_resident_needs"]
    shell.page.choosing.rows["winter"].chosen.emit()
    settle(shell)
    page = shell.page
    page.view.rows["/data/winter/heat"].field.pick("stove")
    settle(shell)
    stove = page.view.rows["/data/winter/age"].field.line
    stove.setFocus()
    type_text(stove, "88")
    page.forward()
    settle(shell)
    assert page.stage == "/data/winter", "88 years keep the page"
    assert "不会这么久" in page.view.rows["/data/winter/age"].problem.text()
    stove.clear()
    type_text(stove, "8")
    page.view.flush()
    shell.lock()
    settle(shell)

    # The office changes the questionnaire meanwhile; the draft keeps the questions that it was begun with.
    folder = shell.folder
    book = Casebook.open(folder, PASSPHRASE, clock=FixedClock(NOW))
    (draft,) = book.drafts.all()
    newer = tmp_path / "winter2.xlsx"
    newer.write_bytes(workbook("2"))
    book.close()
    shell.unlock(Casebook.open(folder, PASSPHRASE, clock=shell.clock))
    settle(shell)
    page = open_page(shell, "questionnaires")
    page.look_at(newer)
    settle(shell)
    shell.page.use_button.click()
    settle(shell)
    page = open_page(shell, "drafts")
    page.lines[draft.id].button.click()
    settle(shell)
    page = shell.page
    assert page.name == "questionnaire"
    assert page.session.compiled.version == "1"
    assert page.view.rows["/data/winter/age"].field.answer() == "8"

    # On to the end: a round more, the fact, the check, saved.
    page.forward()
    settle(shell)
    first = page.view.rows["/data/people[1]/name"].field.line
    type_text(first, "奶奶")
    page.view.adders["/data/people"].click()
    settle(shell)
    type_text(shell.focusWidget(), "爷爷")
    page.view.flush()
    page.forward()
    settle(shell)
    page.view.rows["/data/hukou"].field.pick("no")
    settle(shell)
    page.forward()
    settle(shell)
    assert page.stage == page.CHECK
    assert page.result.layout().itemAt(0).widget().text().startswith("要跟进")
    page.forward()
    settle(shell)
    assert shell.page.name == "person"
    assert shell.casebook.drafts.all() == []
    (answer,) = shell.casebook.questionnaires.answers_of(resident_id=resident)
    assert (answer.version, answer.score, answer.level_label) == ("1", "3", "要跟进")
    facts = {view.name: view.value for view in shell.casebook.facts.of(resident)}
    assert facts["hukou_tianjin"] is False

    # What was answered flows into the check of eligibility by one click.
    banner = shell.area.banners.banner
    assert banner is not None
    assert banner.action is not None
    banner.action.click()
    settle(shell)
    assert shell.page.name == "eligibility"

    # The office writes the answers out.
    page = open_page(shell, "questionnaires")
    target = tmp_path / "answers.xlsx"
    page.choose_place = lambda _name: str(target)
    old = next(view for view in page.views if view.version == "1")
    assert old.answers == 1
    page.write_answers(old)
    settle(shell)
    sheets = load_workbook(target)
    said = {cell for row in sheets.worksheets[0].iter_rows(values_only=True) for cell in row}
    assert {"煤炉", 8, "否", 3, "要跟进"} <= said
    assert [row[2] for row in sheets.worksheets[1].iter_rows(min_row=2, values_only=True)] == ["奶奶", "爷爷"]


@pytest.mark.skipif(sys.platform == "win32", reason="the keys of the tests are those of Linux")
def test_at_the_desk_it_is_filled_in_without_a_mouse(shell, tmp_path):
    path = tmp_path / "winter.xlsx"
    path.write_bytes(workbook())
    page = open_page(shell, "questionnaires")
    page.look_at(path)
    settle(shell)
    QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Space)  # put in use has the cursor
    settle(shell)
    resident = shell.casebook.residents.ids()[3]
    page = open_page(shell, "questionnaire", resident_id=resident)
    QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Return)
    settle(shell)
    page = shell.page
    for keys in ("2", "\r", "8", "\r", "\r", "2"):  # stove, 8 years, nobody is cold, no Tianjin hukou
        if keys == "\r":
            QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Return)
        else:
            QTest.keyClicks(shell.focusWidget(), keys)
        page.view.flush()
        settle(shell)
    for _time in range(2):
        QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        settle(shell)
    (answer,) = shell.casebook.questionnaires.answers_of(resident_id=resident)
    assert (answer.score, answer.level) == ("3", "danger")
