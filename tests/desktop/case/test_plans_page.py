"""Case plans, contacts and notes on the screen: opened, ticked, undone, handed on, closed, printed."""

from datetime import date

import pytest
from PySide6.QtCore import Qt

from desktop.pages.plans_dialogs import CloseDialog, GoalDialog, TaskDialog
from models.records.casework import CasePlanEntry, GoalEntry, NoteEntry, TaskEntry
from models.services.views import Worker
from tests.desktop.conftest import settle

TODAY = date(2026, 11, 22)


@pytest.fixture
def person(shell) -> str:
    return shell.casebook.residents.ids()[0]


@pytest.fixture
def home(shell, person) -> str:
    return shell.casebook.households.of_resident(person)[0].id


def opened(shell, person, tab="plans"):
    shell.go("plans", resident_id=person, tab=tab)
    settle(shell)
    return shell.page


def a_plan(shell, person, home) -> str:
    entry = CasePlanEntry(
        household_id=home,
        resident_id=person,
        title="防跌倒",
        opened_on=TODAY,
        goals=(GoalEntry(text="浴室装扶手"),),
        tasks=(
            TaskEntry(text="联系街道", goal=0, due_on=date(2026, 11, 1)),
            TaskEntry(text="问女儿", responsible="女儿"),
        ),
    )
    return shell.casebook.plans.open(entry).id


def test_a_task_is_done_with_a_tick_and_taken_back_by_undo(shell, person, home):
    plan = a_plan(shell, person, home)
    page = opened(shell, person)
    (late, other) = shell.casebook.plans.get(plan).tasks
    page.cards[plan].ticks[late.id].click()
    settle(shell)
    assert shell.casebook.plans.get(plan).tasks[0].status == "done"
    assert page.cards[plan].ticks[late.id].isChecked()
    shell.undo()
    settle(shell)
    assert shell.casebook.plans.get(plan).tasks[0].status == "open"
    assert not page.cards[plan].ticks[other.id].isChecked()


def test_a_plan_is_opened_through_the_form_with_rows(shell, person):
    page = opened(shell, person)
    page.add()
    settle(shell)
    form = shell.page
    assert form.name == "case_form"
    form.view.rows["title"].field.show_answer("找工作")
    form.view.rows["goals"].field.show_answer([{"text": "有稳定工作"}])
    form.view.rows["tasks"].field.show_answer([{"text": "带去招聘会", "due_on": "2026-12-5"}, {"text": "改简历"}])
    form.forward()
    settle(shell)
    assert shell.page.name == "plans"
    (plan,) = shell.casebook.plans.of(resident_id=person)
    assert [task.text for task in plan.tasks] == ["带去招聘会", "改简历"]
    assert plan.tasks[0].due_on == date(2026, 12, 5)
    shell.undo()
    settle(shell)
    assert shell.casebook.plans.of(resident_id=person) == []
    (draft,) = shell.casebook.drafts.all()
    shell.go("case_form", draft_id=draft.id)
    settle(shell)
    assert shell.page.answers()["tasks"][1] == {"text": "改简历"}


def test_a_goal_without_words_is_told_beside_the_goals_and_nothing_is_lost(shell, person):
    opened(shell, person).add()
    settle(shell)
    form = shell.page
    form.view.rows["title"].field.show_answer("找工作")
    form.view.rows["goals"].field.show_answer([{"due_on": "2026-12-5"}])
    form.forward()
    settle(shell)
    assert shell.page is form
    assert "goals.0.text" in form.summary.links
    assert form.answers()["goals"] == [{"due_on": "2026-12-5"}]


def test_goals_and_tasks_are_added_and_tasks_handed_on_in_small_dialogs(shell, person, home):
    plan = a_plan(shell, person, home)
    page = opened(shell, person)
    page.act("add_goal", plan, None)
    goal = shell.findChild(GoalDialog)
    goal._add()
    assert goal.problem.isVisible()
    goal.text.setText("家里有人照看")
    goal._add()
    settle(shell)
    assert [g.text for g in shell.casebook.plans.get(plan).goals] == ["浴室装扶手", "家里有人照看"]
    task = shell.casebook.plans.get(plan).tasks[0]
    page.act("change_task", task.id, task)
    dialog = shell.findChild(TaskDialog)
    dialog.who.setText("王芳")
    dialog._add()
    settle(shell)
    (changed,) = (one for one in shell.casebook.plans.get(plan).tasks if one.id == task.id)
    assert changed.responsible == "王芳"


def test_a_plan_is_closed_with_its_reason_and_taken_up_again(shell, person, home):
    plan = a_plan(shell, person, home)
    page = opened(shell, person)
    page.act("close", plan, None)
    dialog = shell.findChild(CloseDialog)
    dialog.reason.setCurrentIndex(dialog.reason.findData("moved_away"))
    dialog._close()
    settle(shell)
    assert shell.casebook.plans.get(plan).closure_reason == "moved_away"
    assert all(not tick.isEnabled() for tick in page.cards[plan].ticks.values())
    page.act("reopen", plan, None)
    settle(shell)
    assert shell.casebook.plans.get(plan).status == "open"


def test_a_call_that_nobody_answered_is_one_key(shell, qtbot, person):
    page = opened(shell, person, "contacts")
    qtbot.keyClick(page, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
    settle(shell)
    (contact,) = shell.casebook.contacts.of(resident_id=person)
    assert (contact.channel, contact.reached) == ("phone", False)
    assert contact.id in page.cards


def test_a_contact_is_noted_in_a_few_keys(shell, qtbot, person):
    opened(shell, person, "contacts").add()
    settle(shell)
    form = shell.page
    form.view.rows["summary"].field.show_answer("药够吃到月底")
    qtbot.keyClick(form, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(shell)
    (contact,) = shell.casebook.contacts.of(resident_id=person)
    assert (contact.summary, contact.reached, contact.happened_on) == ("药够吃到月底", True, shell.casebook.today().on)


def test_a_confidential_note_of_somebody_else_is_only_said_to_be_there(shell, person):
    shell.casebook.notes.write(
        NoteEntry(subject_kind="resident", subject_id=person, text="儿子酗酒", confidential=True)
    )
    shell.casebook.set_office(shell.casebook.office, Worker("王芳"))
    page = opened(shell, person, "notes")
    (card,) = page.cards.values()
    assert "周敏" in card.accessibleName()
    assert "酗酒" not in card.accessibleName()


def test_without_anybody_a_person_is_searched_for(shell):
    shell.go("plans")
    settle(shell)
    assert shell.page.choosing.isVisible()
    assert not shell.page.inside.isVisible()


def test_the_plan_is_shown_on_paper(shell, person, home):
    from desktop.pages.plans_paper import PlanPaper

    plan = a_plan(shell, person, home)
    page = opened(shell, person)
    page.act("print", plan, None)
    settle(shell)
    paper = shell.findChild(PlanPaper)
    assert paper.preview.pdf.startswith(b"%PDF")
    paper.reject()
