"""Recording a visit: each outcome, who was met, needs, what was learnt, the next visit; by keyboard and by steps."""

from datetime import date

import pytest
from PySide6.QtCore import Qt

from forms.definitions import load
from tests.desktop.conftest import settle
from tests.desktop.field.conftest import CONTROL, ENTER, open_page

DAY = date(2026, 11, 22)


@pytest.fixture
def home(shell):
    reading = load("household").read(
        {
            "address": {"community_code": "120101001001", "street_line": "花园路1号", "door": "9"},
            "people": [
                {"name": "赵桂芝", "sex": "2", "birth_date": "1945-3-8", "relation": "0", "hukou_tianjin": "yes"},
                {"name": "赵小军", "sex": "1", "birth_date": "1972-3-8", "relation": "2"},
            ],
        },
        DAY,
    )
    return shell.casebook.households.register(reading.entry)


def recorded(shell, home):
    return shell.casebook.visits.of_household(home.id)


@pytest.mark.parametrize(
    ("key", "outcome"), [(Qt.Key.Key_2, "nobody_home"), (Qt.Key.Key_3, "refused"), (Qt.Key.Key_4, "moved_away")]
)
def test_a_visit_without_anybody_is_two_keys(shell, qtbot, hands, home, key, outcome):
    open_page(shell, qtbot, "visit", household_id=home.id)
    hands.press(key)
    hands.press(ENTER, CONTROL)
    visit = recorded(shell, home)[0]
    assert (visit.outcome, visit.happened_on) == (outcome, shell.casebook.today().on)
    assert shell.page.name == "household"
    assert shell.casebook.drafts.all() == []


def test_a_met_person_is_ticked_by_number(shell, qtbot, hands, home):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    hands.press(Qt.Key.Key_1)
    hands.press(ENTER)
    hands.press(ENTER)
    assert hands.at is page.view.rows["met"].field.first_focus()
    hands.press(Qt.Key.Key_2)
    hands.press(ENTER, CONTROL)
    assert recorded(shell, home)[0].met == ("赵小军",)


def test_met_nobody_in_particular_is_asked_again_and_nothing_is_lost(shell, qtbot, home):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    page.view.rows["outcome"].field.pick("met")
    page.view.rows["notes"].field.text.setPlainText("老人腿脚不便")
    page.forward()
    settle(shell)
    assert list(page.summary.links) == ["met"]
    assert page.view.rows["met"].problem.text() != ""
    assert page.answers()["notes"] == "老人腿脚不便"
    assert recorded(shell, home) == []


def test_needs_facts_notes_and_the_next_visit_are_recorded(shell, qtbot, home):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    page.view.rows["outcome"].field.pick("met")
    page.view.rows["met"].field.pick(home.ids[0])
    page.needs.groups.pick("elderly")
    page.needs.rows["elderly"].urgency.pick("now")
    page.needs.rows["elderly"].whose.pick(home.ids[0])
    question = load("resident").question("disability_cert")
    row = page.learnt._row(home.ids[0], question)
    row.field.pick("no")
    page.view.rows["next_visit"].field.quick_buttons[1].click()
    page.forward()
    settle(shell)
    visit = recorded(shell, home)[0]
    assert [(need.group, need.urgency, need.resident_id) for need in visit.needs] == [("elderly", "now", home.ids[0])]
    assert visit.next_visit == date(2026, 12, 22)
    facts = {fact.name: fact.value for fact in shell.casebook.facts.of(home.ids[0])}
    assert facts["disability_cert"] is False
    assert [due.household_id for due in shell.casebook.visits.due(date(2026, 12, 31))].count(home.id) == 1


def test_what_the_eligibility_check_lacks_is_offered_as_questions(shell, qtbot, home):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    lacking = {question.fact for question in shell.casebook.eligibility.check(home.id).questions}
    offered = {fact for row in page.learnt.rows.values() for fact in row.question.facts}
    assert offered
    assert offered & lacking
    assert page.answers().get("facts") is None, "an unanswered question is no answer"


def test_a_fact_is_found_by_typing_and_answered(shell, qtbot, hands, home):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    page.learnt.whose.pick("household")
    hands.find(page.learnt.finder, "低保")
    hands.press(Qt.Key.Key_1)
    assert {"resident_id": "", "fact": "dibao", "answer": "yes"} in page.answers()["facts"]


def test_one_person_alone_is_the_one_who_was_met(shell, qtbot):
    reading = load("household").read(
        {
            "address": {"community_code": "120101001001", "street_line": "花园路2号", "door": "1"},
            "people": [{"name": "独居老人", "relation": "0"}],
        },
        DAY,
    )
    home = shell.casebook.households.register(reading.entry)
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    page.view.rows["outcome"].field.pick("met")
    assert page.answers()["met"] == [home.ids[0]]


def test_step_mode_skips_what_nobody_could_tell(touch, qtbot, home):
    page = open_page(touch, qtbot, "visit", household_id=home.id)
    page.view.rows["outcome"].field.pick("nobody_home")
    assert page.topics() == ["outcome", "notes"]
    page.forward()
    page.forward()
    assert page.stage == "check"
    assert page.check_view.isVisibleTo(page)
    page.forward()
    settle(touch)
    assert recorded(touch, home)[0].outcome == "nobody_home"


def test_without_a_household_the_worker_is_asked_for_one(shell, qtbot, hands, home):
    page = open_page(shell, qtbot, "visit")
    assert page.choosing.isVisible()
    hands.find(page.finder, "赵桂芝")
    assert shell.page.loaded.view.id == home.id


def test_a_visit_begun_from_a_person_is_to_their_household(shell, qtbot, home):
    page = open_page(shell, qtbot, "visit", resident_id=home.ids[0])
    assert page.loaded.view.id == home.id
