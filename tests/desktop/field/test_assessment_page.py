"""Assessing: the running score, borders and adjustments as the standard has them, and the history beside."""

import pytest
from PySide6.QtCore import Qt

from forms import instruments
from tests.desktop.conftest import settle
from tests.desktop.field.conftest import open_page

EVENTS = ("fall", "wandering", "choking", "self_harm", "other_event")


@pytest.fixture
def resident(shell):
    return shell.casebook.residents.ids()[0]


def answer_all(page, less=()):
    """All items at their maximum, those named one rung down; no diagnoses, no events."""
    for section in page.instrument.sections:
        for question in instruments.scored_questions(section):
            points = instruments.points(question) - (question.id in less)
            page.view.rows[question.id].field.pick(str(points))
    for question in ("dementia", "mental_disorder"):
        page.view.rows[question].field.pick("no")
    for question in EVENTS:
        field = page.view.rows[question].field
        field.pick(field._buttons[0][0])


def test_all_maxima_are_able_and_one_rung_less_is_mild(shell, qtbot, resident):
    page = open_page(shell, qtbot, "assessment", resident_id=resident)
    answer_all(page)
    assert page.panel.score.text() == "90 / 90"
    assert page.panel.level.text() == "能力完好"
    page.view.rows["eating"].field.pick("3")
    assert page.panel.level.text() == "轻度失能"


def test_what_is_unanswered_is_counted_and_leads_to_its_question(shell, qtbot, resident):
    page = open_page(shell, qtbot, "assessment", resident_id=resident)
    answer_all(page)
    page.view.rows["bathing"].field.pick("4")  # pressing the picked one again does not take it back
    assert page.panel.level.text() == "能力完好"
    page.view.rows["bathing"].field.show_answer("")
    page.answered()
    assert page.panel.missing.text() == "还有 1 项未答"
    page.panel.links["bathing"].click()
    assert shell.focusWidget() is page.view.rows["bathing"].field.first_focus()


def test_dementia_makes_it_one_level_more_severe(shell, qtbot, resident):
    page = open_page(shell, qtbot, "assessment", resident_id=resident)
    answer_all(page)
    page.view.rows["dementia"].field.pick("yes")
    assert page.panel.level.text() == "轻度失能"
    assert "加重一级" in page.panel.why.text()


def test_an_assessment_is_saved_with_its_level_as_a_fact_and_stands_beside_the_next(shell, qtbot, resident):
    page = open_page(shell, qtbot, "assessment", resident_id=resident)
    answer_all(page, less=("eating", "bathing"))
    page.forward()
    settle(shell)
    assert shell.page.name == "person"
    made = shell.casebook.assessments.of_resident(resident)[0]
    assert (made.score, made.level) == (88, "轻度失能")
    facts = {fact.name: fact.value for fact in shell.casebook.facts.of(resident)}
    assert facts["ability_level"] == "轻度失能"
    page = open_page(shell, qtbot, "assessment", resident_id=resident)
    assert "88 分" in page.panel.earlier.text()
    shown = open_page(shell, qtbot, "assessment", resident_id=resident, assessment_id=made.id)
    assert shown.view.rows["eating"].answer() == "3"


def test_unanswered_items_keep_it_from_being_saved(shell, qtbot, resident):
    page = open_page(shell, qtbot, "assessment", resident_id=resident)
    page.forward()
    settle(shell)
    assert len(page.summary.links) >= 26
    assert shell.casebook.assessments.of_resident(resident) == []


def test_points_are_typed_as_points(shell, qtbot, resident, hands):
    page = open_page(shell, qtbot, "assessment", resident_id=resident)
    page.view.focus_question("eating")
    hands.press(Qt.Key.Key_2)
    assert page.answers()["eating"] == "2"
    hands.press(Qt.Key.Key_Return)
    hands.press(Qt.Key.Key_0)
    assert page.answers()["grooming"] == "0"


def test_step_mode_goes_section_by_section(touch, qtbot, resident):
    page = open_page(touch, qtbot, "assessment", resident_id=resident)
    assert page.bar.progress.text().startswith("1 / ")
    answer_all(page)
    for _page in range(len(page.topics())):
        page.forward()
        settle(touch)
    assert page.stage == "check"
    page.forward()
    settle(touch)
    assert touch.casebook.assessments.of_resident(resident)[0].score == 90
