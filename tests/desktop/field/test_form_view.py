"""A form on the screen: what is asked, what is wrong, what is never lost."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from desktop.widgets.check_view import CheckView, Line, Part
from desktop.widgets.error_summary import ErrorSummary
from desktop.widgets.form_view import FormView
from forms.definitions import load
from models import texts
from tests.desktop.conftest import type_text

TODAY = date(2026, 11, 22)

pytestmark = pytest.mark.usefixtures("dressed_alone")

BAD = {
    "name": ("王秀英1", "姓名里不能有数字"),
    "birth_date": ("1952-2-30", "日历上没有这一天"),
    "phones": ([{"number": "123", "whose": ""}], "打不通"),
    "documents": ([{"kind": "resident_card", "number": "120101195203080042"}], "校验"),
    "hukou_tianjin_since": ("去年", "1952-3-8"),
    "income_month": ("很多", "数字"),
    "children_count": ("2.5", "整数"),
    "note": ("长" * 2001, "2000"),
}


def view_of(qtbot, form="resident", *, step=False, **more):
    view = FormView(load(form), TODAY, step=step, **more)
    qtbot.addWidget(view)
    view.show()
    return view


def base():
    return {"name": "王秀英", "hukou_tianjin": "yes", "birth_date": "1952-3-8"}


@pytest.mark.parametrize("step", [False, True])
@pytest.mark.parametrize("question", BAD)
def test_a_bad_answer_shows_its_sentence_beside_the_field_and_stays(qtbot, question, step):
    typed, sentence = BAD[question]
    view = view_of(qtbot, step=step)
    view.show_answers({**base(), question: typed})
    before = view.answers()
    reading = view.form.read(before, TODAY)
    view.show_problems(reading.problems, reading.warnings)
    row = view.rows[question]
    assert sentence in row.problem.text()
    assert not row.problem.isHidden()
    assert any(line.property("wrong") for line in row.field.findChildren(QLineEdit)) or question == "note"
    assert view.answers() == before
    view.show_problems([])
    assert row.problem.isHidden()


def test_answers_go_in_and_come_out_unchanged(qtbot):
    given = {
        **base(),
        "sex": "2",
        "documents": [{"kind": "passport", "number": "E12345678", "seen": True, "valid_until": "2030-1-1"}],
        "phones": [{"number": "022-2700 0000", "whose": "女儿"}],
        "ethnic_group": "52",
        "hukou_tianjin.seen": True,
        "hukou_tianjin_since": "not_known",
        "income_month": "refused",
        "marital_status": "30",
        "an answer of a newer form": "kept",
    }
    view = view_of(qtbot)
    view.show_answers(given)
    assert view.answers() == given


def test_unknown_is_an_answer_and_what_was_typed_is_still_there(qtbot):
    view = view_of(qtbot)
    view.show_answers(base())
    field = view.rows["income_month"].field
    type_text(field.inner.line, "1200")
    field.unknown.pick("not_known")
    assert view.answers()["income_month"] == "not_known"
    assert field.inner.line.text() == "1200"
    type_text(field.inner.line, "0")
    assert view.answers()["income_month"] == "12000"


def test_a_question_is_shown_only_when_another_answer_asks_for_it(qtbot):
    view = view_of(qtbot)
    since, permit = view.rows["hukou_tianjin_since"], view.rows["residence_permit"]
    view.rows["hukou_tianjin"].field.pick("no")
    qtbot.waitUntil(lambda: since.isHidden() and not permit.isHidden())
    view.rows["hukou_tianjin"].field.pick("yes")
    qtbot.waitUntil(lambda: not since.isHidden() and permit.isHidden())


def test_a_paper_can_be_ticked_as_seen_once_there_is_an_answer(qtbot):
    view = view_of(qtbot)
    row = view.rows["hukou_tianjin"]
    assert row.seen.isHidden()
    row.field.pick("yes")
    assert not row.seen.isHidden()
    row.seen.click()
    assert view.answers()["hukou_tianjin.seen"] is True


def test_filling_in_never_takes_the_place_of_something_typed(qtbot):
    view = view_of(qtbot)
    type_text(view.rows["birth_date"].field.line, "1950-1-1")
    filled = view.fill({"birth_date": "1952-03-08", "sex": "2"}, "已按身份证号填入")
    assert filled == ["sex"]
    assert view.answers()["birth_date"] == "1950-1-1"
    assert view.rows["sex"].note.text() == "已按身份证号填入"
    assert view.rows["birth_date"].note.isHidden()


def test_enter_walks_through_the_fields_and_finishes_at_the_last(qtbot):
    view = view_of(qtbot, topics=("contact", "remarks"))
    finished = []
    view.finished.connect(lambda: finished.append(True))
    view.first_focus()
    first = view.rows["phones"].field.fields[0]
    QTest.keyClick(first.number.line, Qt.Key.Key_Return)
    assert view.focusWidget() is view.rows["note"].field.text
    view.go_on_from("note")
    assert finished == [True]


def test_step_mode_shows_one_topic_and_desk_mode_all(qtbot):
    step = view_of(qtbot, step=True)
    step.show_topic("contact")
    assert [each.id for each in step.sections if not each.frame.isHidden()] == ["contact"]
    desk = view_of(qtbot)
    assert all(not each.frame.isHidden() for each in desk.sections)


def test_a_child_is_not_asked_about_pensions(qtbot):
    view = view_of(qtbot)
    view.show_answers({"name": "张小宝", "birth_date": "2020-5-1"})
    assert view.rows["employee_pension_covered"].isHidden()
    assert not view.rows["orphan"].isHidden()


def test_optional_questions_say_so_and_required_ones_do_not(qtbot):
    view = view_of(qtbot)
    assert "选填" in view.rows["sex"].label.text()
    assert "选填" not in view.rows["name"].label.text()


def test_sensitive_questions_say_why_they_are_asked(qtbot):
    view = view_of(qtbot)
    for row in view.rows.values():
        assert row.why.isHidden() == (not row.question.why)
    assert view.rows["income_month"].why.text().startswith("为什么问：")


def test_the_summary_leads_to_fields_and_enter_to_the_first(qtbot):
    summary = ErrorSummary()
    qtbot.addWidget(summary)
    chosen = []
    summary.chosen.connect(chosen.append)
    summary.show_problems([("name", "请填写姓名"), ("birth_date", "日历上没有这一天")])
    assert summary.title.text() == "有 2 处需要改正"
    assert [link.text() for link in summary.links.values()] == ["请填写姓名", "日历上没有这一天"]
    summary.links["birth_date"].click()
    QTest.keyClick(summary, Qt.Key.Key_Return)
    assert chosen == ["birth_date", "name"]
    summary.show_problems([])
    assert summary.isHidden()


def test_every_answer_on_the_checking_page_has_its_way_back(qtbot):
    view = CheckView()
    qtbot.addWidget(view)
    wanted = []
    view.change.connect(wanted.append)
    view.show_parts([Part("王秀英", [Line("people.0.sex", "性别", "女")], "people.0.name", 3)])
    view.links["people.0.sex"].click()
    view.links["people.0.name"].click()
    assert wanted == ["people.0.sex", "people.0.name"]


def test_the_form_speaks_english_too(qtbot):
    texts.set_language("en")
    view = view_of(qtbot)
    assert view.rows["name"].label.text() == "Name"
    assert "optional" in view.rows["sex"].label.text()
