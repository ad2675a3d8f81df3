"""Case plans, notes and contacts, through the verbs."""

from datetime import date

import pytest
from pydantic import ValidationError

from models.casebook import Casebook
from models.errors import NotFound
from models.records.casework import CasePlanEntry, ContactEntry, GoalEntry, NoteEntry, TaskEntry
from models.services.views import Changed, Worker
from tests.models.services.people import five_people

TODAY = date(2026, 11, 22)
SOON = date(2026, 12, 1)


@pytest.fixture
def five(casebook: Casebook) -> Changed:
    return casebook.households.register(five_people())


def plan_for(five: Changed, **more: object) -> CasePlanEntry:
    told = {
        "household_id": five.id,
        "resident_id": five.ids[0],
        "title": "防跌倒",
        "opened_on": TODAY,
        "goals": (GoalEntry(text="浴室装扶手"), GoalEntry(text="每周有人上门")),
        "tasks": (
            TaskEntry(text="联系街道适老化改造", goal=0, due_on=SOON),
            TaskEntry(text="问女儿", responsible="女儿"),
        ),
    }
    return CasePlanEntry(**{**told, **more})


def test_a_plan_is_opened_with_its_goals_and_tasks(casebook: Casebook, five: Changed):
    made = casebook.plans.open(plan_for(five))
    (plan,) = casebook.plans.of(household_id=five.id)
    assert plan == casebook.plans.get(made.id)
    assert (plan.resident_name, plan.responsible, plan.status) == ("李建国", "周敏", "open")
    assert [goal.text for goal in plan.goals] == ["浴室装扶手", "每周有人上门"]
    assert [(task.text, task.responsible) for task in plan.tasks] == [
        ("联系街道适老化改造", "周敏"),
        ("问女儿", "女儿"),
    ]
    assert plan.tasks[0].goal_id == plan.goals[0].id
    assert plan.tasks[1].goal_id == ""


def test_a_task_is_done_on_a_day_with_what_came_of_it(casebook: Casebook, five: Changed):
    made = casebook.plans.open(plan_for(five))
    casebook.plans.set_task(casebook.plans.get(made.id).tasks[0].id, "done", note="已登记")
    (done,) = (task for task in casebook.plans.get(made.id).tasks if task.status == "done")
    assert (done.done_on, done.note) == (TODAY, "已登记")


def test_a_closed_plan_says_why_and_drops_what_was_open(casebook: Casebook, five: Changed):
    made = casebook.plans.open(plan_for(five))
    closed = casebook.plans.close(made.id, "moved_away", "随女儿去河西")
    plan = casebook.plans.get(made.id)
    assert (plan.status, plan.closed_on, plan.closure_reason) == ("closed", TODAY, "moved_away")
    assert {task.status for task in plan.tasks} == {"dropped"}
    casebook.undo(closed.operations)
    plan = casebook.plans.get(made.id)
    assert (plan.status, {task.status for task in plan.tasks}) == ("open", {"open"})


def test_goals_and_tasks_come_later_too(casebook: Casebook, five: Changed):
    made = casebook.plans.open(plan_for(five, goals=(), tasks=()))
    goal = casebook.plans.add_goal(made.id, GoalEntry(text="装燃气报警器"))
    casebook.plans.add_task(made.id, TaskEntry(text="量尺寸"), goal.id)
    plan = casebook.plans.get(made.id)
    assert plan.tasks[0].goal_id == plan.goals[0].id == goal.id
    casebook.plans.set_goal(goal.id, "reached")
    assert casebook.plans.get(made.id).goals[0].reached_on == TODAY
    casebook.plans.move_task(plan.tasks[0].id, SOON, "王芳")
    moved = casebook.plans.get(made.id).tasks[0]
    assert (moved.text, moved.due_on, moved.responsible) == ("量尺寸", SOON, "王芳")
    with pytest.raises(NotFound):
        casebook.plans.add_task(made.id, TaskEntry(text="没有这个目标"), "nobody")
    with pytest.raises(ValueError, match="title"):
        casebook.plans.amend(made.id, {"status": "closed"})


def test_a_confidential_note_is_read_by_who_wrote_it_and_others_see_that_there_is_one(casebook, five: Changed):
    note = casebook.notes.write(
        NoteEntry(subject_kind="resident", subject_id=five.ids[0], text="儿子酗酒", confidential=True)
    )
    (mine,) = casebook.notes.of(five.ids[0])
    assert (mine.text, mine.hidden) == ("儿子酗酒", False)
    casebook.set_office(casebook.office, Worker("王芳"))
    (theirs,) = casebook.notes.of(five.ids[0])
    assert (theirs.text, theirs.hidden, theirs.worker) == ("", True, "周敏")
    for attempt in (lambda: casebook.notes.remove(note.id), lambda: casebook.notes.correct(note.id, "没有")):
        with pytest.raises(NotFound):
            attempt()


def test_a_plain_note_is_read_by_all_and_can_be_corrected(casebook: Casebook, five: Changed):
    note = casebook.notes.write(NoteEntry(subject_kind="household", subject_id=five.id, text="门铃坏了"))
    casebook.set_office(casebook.office, Worker("王芳"))
    casebook.notes.correct(note.id, "门铃坏了，敲门")
    assert [view.text for view in casebook.notes.of(five.id)] == ["门铃坏了，敲门"]
    casebook.notes.remove(note.id)
    assert casebook.notes.of(five.id) == []


def test_a_call_stands_beside_the_visits_and_may_promise_another(casebook: Casebook, five: Changed):
    entry = ContactEntry(
        household_id=five.id, resident_id=five.ids[0], channel="phone", happened_on=TODAY, summary="问药", next_on=SOON
    )
    made = casebook.contacts.record(entry)
    (contact,) = casebook.contacts.of(household_id=five.id)
    assert contact == casebook.contacts.of(resident_id=five.ids[0])[0]
    assert (contact.channel, contact.resident_name, contact.next_on) == ("phone", "李建国", SOON)
    casebook.contacts.remove(made.id)
    assert casebook.contacts.of(household_id=five.id) == []


def test_what_is_with_nobody_or_before_its_day_is_refused():
    with pytest.raises(ValidationError):
        ContactEntry(channel="phone", happened_on=TODAY)
    with pytest.raises(ValidationError):
        ContactEntry(household_id="h", channel="phone", happened_on=TODAY, next_on=date(2026, 1, 1))
    with pytest.raises(ValidationError):
        CasePlanEntry(title="谁的？", opened_on=TODAY)


def test_plans_and_contacts_stand_among_what_happened_and_notes_do_not(casebook: Casebook, five: Changed):
    plan = casebook.plans.open(plan_for(five))
    casebook.contacts.record(ContactEntry(household_id=five.id, channel="phone", happened_on=TODAY, reached=False))
    casebook.notes.write(NoteEntry(subject_kind="household", subject_id=five.id, text="门铃坏了"))
    casebook.plans.set_task(casebook.plans.get(plan.id).tasks[0].id, "done")
    casebook.plans.close(plan.id, "reached")
    told = [line.text for line in casebook.households.timeline(five.id)]
    assert "Case plan opened: 防跌倒" in told
    assert "Case plan closed: 防跌倒 (Goals reached)" in told
    assert "Task done: 联系街道适老化改造 (plan 防跌倒)" in told
    assert "Phone call: not reached" in told
    assert not any("门铃" in text for text in told)
    assert "Case plan opened: 防跌倒" in [line.text for line in casebook.residents.timeline(five.ids[0])]
    assert not any("Case plan" in line.text for line in casebook.residents.timeline(five.ids[1]))
    assert any("not reached" in line.text for line in casebook.residents.timeline(five.ids[1]))
