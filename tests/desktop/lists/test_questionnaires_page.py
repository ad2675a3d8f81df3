"""The office's questionnaires: looked at before they are used, put in use, replaced, withdrawn, written out."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.questionnaire_export import answer_tables
from forms.xlsform.session import Session
from models.records.questionnaire import QuestionnaireAnswerEntry
from reports.tables import Table, write_tables
from tests.conftest import NOW
from tests.desktop.conftest import settle
from tests.desktop.field.test_questionnaire_page import FORM, compiled, install


@pytest.fixture
def page(shell):
    shell.go("questionnaires")
    settle(shell)
    return shell.page


@pytest.fixture
def workbook(tmp_path):
    """Writes the questionnaire of the tests to a file, changed as asked."""

    def write(version="1", **changed):
        text = FORM.replace("| life | 1 |", f"| life | {version} |")
        for old, new in changed.values():
            text = text.replace(old, new)
        path = tmp_path / f"life{version}.md"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def look_at(page, path):
    page.look_at(path)
    settle(page.shell)
    return page.shell.page


def test_a_sound_workbook_is_looked_at_and_put_in_use_and_that_can_be_taken_back(page, shell, workbook):
    page = look_at(page, workbook())
    assert page.heading.text() == "生活"
    assert page.use_button.isEnabled()
    assert shell.casebook.questionnaires.all() == [], "looking changes nothing"
    page.use_button.click()
    settle(shell)
    assert [view.form_id for view in shell.casebook.questionnaires.in_use()] == ["life"]
    assert shell.page.preview is None
    shell.undo()
    settle(shell)
    assert shell.casebook.questionnaires.in_use() == []


def test_problems_name_sheet_row_column_and_what_to_do_and_can_be_written_out(page, shell, workbook, tmp_path):
    page = look_at(page, workbook(typo=("| range |", "| rnage |"), name=("${district} != ''", "${distrct} != ''")))
    assert not page.use_button.isEnabled()
    assert not page.buttons["try", ""].isEnabled()
    said = {(each.sheet, each.row, each.column) for each in page.preview.problems}
    assert ("survey", 7, "relevant") in said
    assert all(each.sentence and each.remedy for each in page.preview.problems)
    target = tmp_path / "problems.xlsx"
    page.choose_place = lambda _name: str(target)
    page.cards.save_button.click()
    settle(shell)
    rows = list(load_workbook(target).active.iter_rows(values_only=True))
    assert rows[2] == ("类别", "表", "行", "列", "问题", "怎么改")
    assert any(row[1] == "survey" and row[2] == 7 for row in rows[3:])


def test_a_workbook_is_brought_in_by_a_key(page, shell, workbook):
    page.choose_file = lambda: str(workbook())
    QTest.keyClick(shell.focusWidget(), Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    settle(shell)
    assert shell.page.preview.title == "生活"


def test_a_workbook_mended_meanwhile_is_read_again(page, shell, workbook):
    path = workbook(typo=("| range |", "| rnage |"))
    page = look_at(page, path)
    assert page.preview.problems
    path.write_text(FORM, encoding="utf-8")
    page.buttons["again", ""].click()
    settle(shell)
    assert shell.page.preview.problems == ()
    assert shell.page.use_button.isEnabled()


def test_a_new_version_says_what_it_replaces_and_the_same_version_with_other_questions_is_refused(
    page, shell, workbook
):
    install(shell, compiled())
    page = look_at(page, workbook("2"))
    assert page.preview.replaces.version == "1"
    page = look_at(page, workbook("1", other=("几间房", "有几间房")))
    assert page.preview.refusal
    assert not page.use_button.isEnabled()


def test_a_file_that_is_no_workbook_or_is_gone_is_told(page, shell, tmp_path):
    page = look_at(page, tmp_path / "gone.xlsx")
    assert shell.area.banners.banner is not None
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"no workbook at all")
    page = look_at(page, bad)
    assert page.preview.compiled is None
    assert page.preview.problems


def test_a_shipped_one_is_put_in_use_by_one_click_and_given_as_a_workbook(page, shell, tmp_path):
    page.buttons["use", "home_safety"].click()
    settle(shell)
    assert [view.form_id for view in shell.casebook.questionnaires.in_use()] == ["home_safety"]
    page = shell.page
    assert ("use", "home_safety") not in page.buttons
    target = tmp_path / "begin.xlsx"
    page.choose_place = lambda _name: str(target)
    page.buttons["workbook", "new_resident_needs"].click()
    settle(shell)
    assert load_workbook(target).sheetnames[:3] == ["survey", "choices", "settings"]


def test_withdrawing_and_going_back_to_an_older_version(page, shell):
    first = install(shell, compiled())
    second = install(shell, compiled(version="2"))
    shell.go("today")
    shell.go("questionnaires")
    settle(shell)
    page = shell.page
    page.buttons["withdraw", second.id].click()
    settle(shell)
    assert shell.casebook.questionnaires.in_use() == []
    page.bring_back(next(view for view in shell.casebook.questionnaires.all() if view.id == first.id))
    settle(shell)
    assert [view.version for view in shell.casebook.questionnaires.in_use()] == ["1"]


def test_a_trial_from_the_preview_leads_back_to_it(page, shell, workbook):
    page = look_at(page, workbook())
    page.buttons["try", ""].click()
    settle(shell)
    assert shell.page.name == "questionnaire"
    assert shell.page.opened.whose is None
    shell.back()
    settle(shell)
    assert shell.page.name == "questionnaires"
    assert shell.page.preview.title == "生活"


def answered(shell, form, made):
    session = Session(form)
    session.set("/data/home/pets", "no")
    session.set("/data/home/rooms", "3")
    session.set("/data/people[1]/name", "=甲")
    session.add_repeat("/data/people")
    session.set("/data/people[2]/name", "乙")
    session.set("/data/people[2]/age", "31")
    session.set("/data/wishes", ["food", "sleep"])
    result = session.result()
    entry = QuestionnaireAnswerEntry(
        questionnaire_id=made.id,
        resident_id=shell.casebook.residents.ids()[0],
        answered_on=NOW.date(),
        answers=session.answers(),
        score=result.score,
        level=result.level,
        level_words={"中文 (zh)": "宽敞"},
    )
    return shell.casebook.questionnaires.answer(entry)


def test_answers_are_written_out_after_a_warning_with_a_sheet_for_what_repeats(page, shell, tmp_path):
    form = compiled()
    made = install(shell, form)
    answered(shell, form, made)
    shell.go("today")
    shell.go("questionnaires")
    settle(shell)
    page = shell.page
    target = tmp_path / "answers.xlsx"
    page.choose_place = lambda _name: str(target)
    page.write_answers(next(view for view in page.views if view.id == made.id))
    settle(shell)
    book = load_workbook(target)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    head = next(row for row in rows if row[0] == "序号")
    values = dict(zip(head, rows[rows.index(head) + 1], strict=True))
    assert values["几间房 [rooms]"] == 3
    assert values["养宠物吗 [pets]"] == "否"
    assert values["最想要什么 [wishes]"] == "1. 吃饭、2. 睡觉"
    assert values["等级"] == "宽敞"
    assert values["居民"] == shell.casebook.residents.row(shell.casebook.residents.ids()[0]).name
    people = list(book.worksheets[1].iter_rows(values_only=True))
    assert [row[1:3] for row in people[1:]] == [("1", "=甲"), ("2", "乙")]
    assert people[2][3] == 31
    assert book.worksheets[1]["C2"].data_type == "s", "a name is never a formula"


def test_a_question_that_is_not_asked_is_empty_in_the_file_though_it_was_answered(shell):
    form = compiled()
    session = Session(form)
    session.set("/data/home/pets", "yes")
    session.set("/data/home/pet_names", "旺财")
    session.set("/data/home/pets", "no")
    made = install(shell, form)
    entry = QuestionnaireAnswerEntry(
        questionnaire_id=made.id,
        resident_id=shell.casebook.residents.ids()[0],
        answered_on=NOW.date(),
        answers=session.answers(),
    )
    shell.casebook.questionnaires.answer(entry)
    answers = shell.casebook.questionnaires.answers_with(made.id)
    tables = answer_tables(form, answers, {}, shell.clock)
    assert "旺财" not in str(tables[0].rows)
    assert answer_tables(form, answers, {}, shell.clock, cancelled=lambda: True) is None


def test_tables_have_names_that_a_spreadsheet_takes():
    tables = [Table("a/b:c" + "长" * 40, ("x",), (("1",),)), Table("a/b:c" + "长" * 40, ("x",), ((2.5,),))]
    book = load_workbook(BytesIO(write_tables(tables)))
    assert len(set(book.sheetnames)) == 2
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert book.worksheets[0]["A2"].value == "1"
    assert book.worksheets[1]["A2"].value == 2.5
