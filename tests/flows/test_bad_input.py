"""A bad answer to any question: a sentence beside the field in both languages, and what was typed is still there.

The questions come from the form definitions, so that a new one is tried as soon as it is asked.
"""

from typing import Any

import pytest

from desktop.hands import settle, type_text
from forms.definitions import Form, load
from forms.shape import Question
from models.clock import today
from models.texts import speaking
from tests.flows.hands import card, new_registration

BAD = {
    "text": "长" * 5000,
    "long_text": "长" * 9000,
    "date": "春天",
    "number": "很多",
    "phone": "12",
    "document": "120101194803081230",
}
"""What is typed that no question of the kind can take; choices are picked and cannot be wrong, only missing."""

WORSE = {
    "name": "张3",
    "birth_date": "2050-1-1",
    "disability_number": "abc",
    "income_month": "-5",
    "children_count": "1.5",
}
"""For single questions something that only they refuse."""


def asked_with(form: Form, question: Question, day) -> dict[str, Any]:
    """Answers with which a question is asked."""
    answers: dict[str, Any] = {}
    todo = [question]
    while todo:
        for when in (now := todo.pop()).shown_when:
            answers[when.question] = when.is_[0]
            todo.append(form.question(when.question))
        if now.age_from is not None or now.age_to is not None:
            answers["birth_date"] = f"{day.year - max(now.age_from or 0, (now.age_to or 0) - 1, 1)}-1-1"
    if question.id == "birth_date":
        answers.pop("birth_date", None)
    assert question.id in form.asked(answers, day)
    return answers


def cases(form: Form) -> list[tuple[Question, str]]:
    """(question, what is typed)."""
    typed = [(question, BAD[question.kind]) for question in form.questions if question.kind in BAD]
    typed += [(form.question(name), bad) for name, bad in WORSE.items() if name in [q.id for q in form.questions]]
    return typed


def line_of(row: Any) -> Any:
    """Where a person would type."""
    field = row.field
    if hasattr(field, "fields"):
        return field.fields[0].first_focus()
    return getattr(field, "inner", field).first_focus()


def texts_in(answer: object) -> str:
    """All that an answer holds, as one text."""
    if isinstance(answer, dict):
        return " ".join(map(texts_in, answer.values()))
    return " ".join(map(texts_in, answer)) if isinstance(answer, list) else str(answer)


def said_in_both(form: Form, answers: dict[str, Any], field: str, day) -> set[str]:
    """The sentences of a field in the two languages."""
    said = set()
    for language in ("zh_CN", "en"):
        with speaking(language):
            said |= {p.sentence for p in form.read(answers, day).problems if p.field.partition(".")[0] == field}
    return said


def try_all(page: Any, view: Any, form: Form, base: dict[str, Any], path: str = "") -> list[str]:
    """Type every bad answer, save, and list what is not as it should be."""
    wrong, day = [], today(page.shell.clock)
    for question, bad in cases(form):
        if question.id not in view.rows:
            continue
        row, name = view.rows[question.id], f"{question.id}: {bad[:12]}"
        answers = {**base, **asked_with(form, question, day)}
        answers.pop(question.id, None)
        view.show_answers(answers)
        if row.isHidden():
            wrong.append(f"{name} is not asked")
            continue
        type_text(line_of(row), bad)
        page.save()
        if not row.problem.isVisibleTo(view) or len(row.problem.text()) < 6:
            wrong.append(f"{name}: no sentence beside the field")
        if not any(link.startswith(path + question.id) for link in page.summary.links):
            wrong.append(f"{name}: not in the summary {list(page.summary.links)}")
        if bad not in texts_in(row.answer()):
            wrong.append(f"{name}: what was typed is gone: {row.answer()!r}")
        if any(view.answers().get(key) != value for key, value in answers.items()):
            wrong.append(f"{name}: another answer was touched")
        if page.shell.page is not page:
            wrong.append(f"{name}: was saved")
            break
        said = said_in_both(form, view.answers(), question.id, day)
        if len(said) < 2:
            wrong.append(f"{name}: the same sentence in both languages: {said}")
    return wrong


def test_every_question_about_a_person(shell):
    page = new_registration(shell)
    form = load("resident")
    assert len(cases(form)) > 12
    assert try_all(page, page.board.person, form, {"name": "某人"}, "people.0.") == []
    assert shell.casebook.residents.ids() != []
    assert "某人" not in [shell.casebook.residents.row(one).name for one in shell.casebook.residents.ids()]


def test_every_question_about_a_household(shell):
    page = new_registration(shell)
    type_text(page.board.person.rows["name"].field.first_focus(), "某人")
    assert try_all(page, page.board.home, load("household"), {}) == []


def test_every_question_of_a_visit(shell):
    home = shell.casebook.households.of_resident(shell.casebook.residents.ids()[0])[0]
    shell.go("visit", household_id=home.id)
    settle(shell)
    page: Any = shell.page
    base = {"outcome": "met", "happened_on": "2026-11-22", "met": [home.members[0].resident.id]}
    assert try_all(page, page.view, load("visit"), base) == []
    page.view.show_answers({**base, "happened_on": "2026-11-23"})
    page.save()
    assert page.view.rows["happened_on"].doubt.isVisibleTo(page.view), "a visit that is still to come is asked about"
    assert shell.page is page
    page.view.show_answers({**base, "next_visit": "2026-11-1"})
    page.save()
    assert any(page.view.rows[one].problem.isVisibleTo(page.view) for one in ("next_visit", "happened_on"))
    assert shell.casebook.visits.of_household(home.id) == []


def test_what_a_visit_taught_is_checked_like_any_answer(shell):
    home = shell.casebook.households.of_resident(shell.casebook.residents.ids()[0])[0]
    shell.go("visit", household_id=home.id)
    settle(shell)
    page: Any = shell.page
    resident = home.members[0].resident.id
    page.view.show_answers({"outcome": "met", "happened_on": "2026-11-22", "met": [resident]})
    page.learnt.whose.pick(resident)
    page.learnt._add("income_month")
    row = page.learnt.rows[resident, "income_month"]
    type_text(line_of(row), "很多")
    page.save()
    assert page.view.rows["facts"].problem.isVisibleTo(page.view)
    assert row.answer() == "很多"
    assert shell.page is page


@pytest.mark.parametrize("missing", ["address", "name", "relation"])
def test_what_is_missing_is_asked_for_and_nothing_typed_is_cleared(shell, missing):
    page = new_registration(shell)
    board = page.board
    if missing == "address":
        board.where.rows["address"].field.community.show_chosen(None)
    if missing != "name":
        type_text(board.person.rows["name"].field.first_focus(), "某人")
    if missing == "relation":
        page.another()
        settle(shell, 0.05)
        type_text(board.person.rows["name"].field.first_focus(), "某人二")
    type_text(board.person.rows["documents"].field.fields[0].number, card("19480308", "123"))
    settle(shell)
    before = page.case.household_answers()
    page.save()
    settle(shell)
    assert shell.page is page
    assert page.summary.isVisible()
    assert len(page.summary.links) == 1
    assert page.case.household_answers() == before


def test_the_first_problem_has_the_cursor_when_its_link_is_followed(shell):
    page = new_registration(shell)
    type_text(page.board.person.rows["name"].field.first_focus(), "张3")
    page.save()
    page.go_to("people.0.name")
    assert shell.focusWidget() is page.board.person.rows["name"].field.line
    assert page.board.person.rows["name"].field.line.text() == "张3"
    page.board.person.rows["name"].field.line.clear()
    type_text(page.board.person.rows["name"].field.line, "张三")
    page.save()
    settle(shell)
    assert page.board.comparing or shell.page.name == "household"
