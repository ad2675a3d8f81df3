"""The form of a referral: answers to a ReferralEntry and back."""

from datetime import date
from typing import Any

from forms.collecting import Answers, Collector, Reading, as_typed, is_empty, read_answer, read_records, read_text
from forms.definitions import Form
from forms.shape import Question
from models.records.referral import ReferralEntry


def read(form: Form, answers: Answers, on: date | None) -> Reading:
    """A ReferralEntry, or the problems by field."""
    out = Collector(on)
    fields: dict[str, Any] = {}
    for question in form.questions:
        out.walk(question.id, question.label, (question.id,))
        typed = answers.get(question.id)
        if question.kind == "rows":
            fields[question.id] = _read_matters(question, typed, out)
            continue
        answer = read_answer(question, typed, question.id, out)
        if answer is not None and answer.value is not None:
            fields[question.id] = answer.value
        elif question.required and is_empty(typed):
            out.problem(question.id, "missing")
    out.walk("resident_id", form.title, ("resident_id",))
    fields["resident_id"] = read_text(answers.get("resident_id"), "resident_id", out)
    return out.build(lambda: ReferralEntry.model_validate(fields), form.unasked(answers))


def _read_matters(question: Question, typed: object, out: Collector) -> list[dict[str, Any]]:
    """The matters with their documents, which a screen gives as a list or a line each."""

    def in_lines(part: Question, given: object, path: str) -> object:
        if part.id == "documents" and isinstance(given, list | tuple):
            return "\n".join(read_text(one, path, out) for one in given)
        return given

    matters = read_records(question, typed, out, in_lines)
    for matter in matters:
        if "documents" in matter:
            matter["documents"] = tuple(line.strip() for line in matter["documents"].split("\n") if line.strip())
    return matters


def answers(form: Form, entry: ReferralEntry) -> dict[str, Any]:
    """The answers that make this entry."""
    given: dict[str, Any] = {"resident_id": entry.resident_id}
    for question in form.questions:
        if question.kind != "rows" and (typed := as_typed(getattr(entry, question.id))):
            given[question.id] = typed
    given["matters"] = [
        {"service_id": matter.service_id, "component": matter.component, "documents": "\n".join(matter.documents or ())}
        for matter in entry.matters
    ]
    return given
