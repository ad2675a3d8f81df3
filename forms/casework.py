"""The forms of a contact, a note and a case plan: answers to their Entries and back."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from forms.collecting import Answers, Collector, Reading, as_typed, is_empty, read_answer, read_records, read_text
from forms.definitions import Form
from models.records.casework import CasePlanEntry, ContactEntry, NoteEntry

_ENTRIES: dict[str, type[BaseModel]] = {"contact": ContactEntry, "case_note": NoteEntry, "case_plan": CasePlanEntry}
_PAST = frozenset({"happened_on", "noted_on"})  # days of what has happened


def read(form: Form, answers: Answers, on: date | None) -> Reading:
    """The Entry of the form, or the problems by field."""
    out = Collector(on)
    fields: dict[str, Any] = {}
    for question in form.questions:
        out.walk(question.id, question.label, (question.id,))
        if question.kind == "rows":
            fields[question.id] = read_records(question, answers.get(question.id), out)
            continue
        typed = answers.get(question.id)
        answer = read_answer(question, typed, question.id, out)
        if answer is not None and answer.value is not None:
            fields[question.id] = answer.value
            if question.id in _PAST and on is not None and answer.value > on:
                out.problem(question.id, "date_future")
        elif question.required and is_empty(typed):
            out.problem(question.id, "missing")
    for given in form.given:
        out.walk(given, form.title, (given,))
        if not is_empty(answers.get(given)):
            fields[given] = read_text(answers.get(given), given, out)
    entry = _ENTRIES[form.id]
    return out.build(lambda: entry.model_validate(fields), form.unasked(answers))


def answers(form: Form, entry: Any) -> dict[str, Any]:
    """The answers that make this entry."""
    given: dict[str, Any] = {name: value for name in form.given if (value := getattr(entry, name))}
    for question in form.questions:
        value = getattr(entry, question.id)
        if question.kind == "rows":
            rows = [{part.id: as_typed(getattr(row, part.id)) for part in question.parts} for row in value]
            if rows:
                given[question.id] = [{key: said for key, said in row.items() if said} for row in rows]
        elif typed := as_typed(value):
            given[question.id] = typed
    return given
