"""The forms of a contact, a note and a case plan."""

from datetime import date

import pytest

from forms.definitions import load
from models.records.casework import CasePlanEntry, ContactEntry, GoalEntry, NoteEntry, TaskEntry

TODAY = date(2026, 11, 22)
CALL = {"household_id": "h", "channel": "phone", "direction": "out", "reached": "yes", "happened_on": "2026年11月20日"}
PLAN = {
    "household_id": "h",
    "resident_id": "r",
    "title": "防跌倒",
    "opened_on": "20261122",
    "goals": [{"text": "浴室装扶手", "due_on": "2026-12-31"}, {}],
    "tasks": [{"text": "联系街道", "responsible": "王芳"}],
}


def problems(form: str, answers: dict) -> list[str]:
    return [problem.field for problem in load(form).read(answers, TODAY).problems]


def test_a_call_is_read_as_it_was_typed():
    entry = (
        load("contact").read({**CALL, "summary": "问药", "next_on": "2026-12-1", "next_reason": "再问"}, TODAY).entry
    )
    assert entry == ContactEntry(
        household_id="h", channel="phone", happened_on=date(2026, 11, 20), summary="问药",
        next_on=date(2026, 12, 1), next_reason="再问",
    )  # fmt: skip
    assert load("contact").read(load("contact").answers(entry), TODAY).entry == entry


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": ""}, "channel"),
        ({"happened_on": "2027-1-1"}, "happened_on"),
        ({"next_on": "2026-1-1"}, "next_on"),
        ({"reached": ""}, "reached"),
    ],
)
def test_what_is_wrong_with_a_call_is_told_at_its_field(change, field):
    assert problems("contact", {**CALL, **change}) == [field]


def test_a_plan_is_read_with_its_rows_and_empty_rows_are_passed_over():
    entry = load("case_plan").read(PLAN, TODAY).entry
    assert entry == CasePlanEntry(
        household_id="h", resident_id="r", title="防跌倒", opened_on=TODAY,
        goals=(GoalEntry(text="浴室装扶手", due_on=date(2026, 12, 31)),),
        tasks=(TaskEntry(text="联系街道", responsible="王芳"),),
    )  # fmt: skip
    assert load("case_plan").read(load("case_plan").answers(entry), TODAY).entry == entry


def test_a_goal_without_words_is_told_at_its_row():
    assert problems("case_plan", {**PLAN, "goals": [{"text": "一"}, {"due_on": "2026-12-1"}]}) == ["goals.1.text"]
    assert problems("case_plan", {**PLAN, "review_on": "2026-1-1"}) == ["review_on"]


def test_a_note_needs_words_and_may_be_confidential():
    given = {"subject_kind": "resident", "subject_id": "r", "text": "儿子酗酒", "confidential": "yes"}
    entry = load("case_note").read(given, TODAY).entry
    assert entry == NoteEntry(subject_kind="resident", subject_id="r", text="儿子酗酒", confidential=True)
    assert load("case_note").read(load("case_note").answers(entry), TODAY).entry == entry
    assert problems("case_note", {**given, "text": "  "}) == ["text"]
