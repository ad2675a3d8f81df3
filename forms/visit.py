"""The form of a visit: answers to a VisitEntry and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from forms.collecting import (
    Answers,
    Collector,
    Loc,
    Reading,
    as_typed,
    fact_answers,
    fact_fields,
    is_empty,
    read_answer,
    read_records,
    read_rows,
    read_text,
)
from forms.definitions import Form, fact_questions
from forms.shape import Question, is_asked
from models.records.visit import VisitEntry
from models.texts import _

LONG_AGO, FAR_AHEAD = 366, 731
"""Days from which on the day of a visit, and that of the next one, are doubted: a year typed wrong is likelier."""


def read(form: Form, answers: Answers, on: date | None) -> Reading:
    """A VisitEntry, or the problems by field."""
    out = Collector(on)
    fields: dict[str, Any] = {}
    for question in form.questions:
        if not is_asked(question, dict(answers), on):
            continue
        out.walk(question.id, question.label, (question.id,))
        typed = answers.get(question.id)
        if question.id == "facts":
            fields["facts"] = _read_learnt(question, typed, out, _day(fields) or on)
        elif question.kind == "rows":
            fields[question.id] = read_records(question, typed, out)
        else:
            answer = read_answer(question, typed, question.id, out)
            if answer is not None and answer.value is not None:
                fields[question.id] = answer.value
            elif question.required and is_empty(typed):
                out.problem(question.id, "missing")
    out.walk("household_id", form.title, ("household_id",))
    fields["household_id"] = read_text(answers.get("household_id"), "household_id", out)
    happened, following = _day(fields), fields.get("next_visit")
    # The Entry says these too, but only when every single answer is sound; here they are told along with the others.
    if fields.get("outcome") == "met" and not fields.get("met") and not fields.get("met_other"):
        out.problem("met", "who_was_met")
    if happened and following and following < happened:
        out.problem("next_visit", "next_before_visit")
    if happened and on and happened > on:
        out.warn("happened_on", _("This day lies in the future. Check the year."))
    elif happened and on and (on - happened).days > LONG_AGO:
        out.warn("happened_on", _("This day lies more than a year back. Check the year."))
    if following and on and (following - on).days > FAR_AHEAD:
        out.warn("next_visit", _("This day lies more than two years ahead. Check the year."))
    return out.build(lambda: VisitEntry.model_validate(fields), form.unasked(answers))


def _day(fields: Mapping[str, Any]) -> date | None:
    day = fields.get("happened_on")
    return day if isinstance(day, date) else None


def _read_learnt(question: Question, typed: object, out: Collector, on: date | None) -> list[dict[str, Any]]:
    """What was learnt: each row names the question of another form, and its answer is read as there."""
    learnt: list[dict[str, Any]] = []
    asked = fact_questions()
    for place, row in read_rows(typed, question.id, out):
        here = f"{question.id}.{place}"
        if all(is_empty(row.get(part.id)) for part in question.parts if part.id != "resident_id"):
            continue
        for part in question.parts:
            out.walk(f"{here}.{part.id}", part.label)
        chosen = asked.get(read_text(row.get("fact"), f"{here}.fact", out))
        if chosen is None:
            out.problem(f"{here}.fact", "missing" if is_empty(row.get("fact")) else "choice")
            continue
        typed_answer = row.get("answer")
        if is_empty(typed_answer):
            out.problem(f"{here}.answer", "missing")
            continue
        answer = read_answer(chosen, typed_answer, f"{here}.answer", out)
        if answer is None:
            continue
        about = read_text(row.get("resident_id"), f"{here}.resident_id", out)
        inner: dict[str, Any] = {f"{chosen.id}.seen": row.get("seen"), chosen.good_until: row.get("good_until")}
        for stated in fact_fields(chosen, answer, inner, out, until_path=f"{here}.good_until"):
            at: Loc = (question.id, len(learnt))
            out.walk(f"{here}.answer", chosen.label, at)
            learnt.append({"resident_id": about, "fact": stated | {"as_of": on}})
    return learnt


def answers(form: Form, entry: VisitEntry) -> dict[str, Any]:
    """The answers that make this entry."""
    given: dict[str, Any] = {"household_id": entry.household_id}
    for question in form.questions:
        if question.kind != "rows" and question.id != "met" and (typed := as_typed(getattr(entry, question.id))):
            given[question.id] = typed
    if entry.met:
        given["met"] = list(entry.met)
    if entry.needs:
        given["needs"] = [{name: value for name, value in need.model_dump().items() if value} for need in entry.needs]
    rows = []
    for about in dict.fromkeys(learnt.resident_id for learnt in entry.facts):
        facts = {learnt.fact.name: learnt.fact for learnt in entry.facts if learnt.resident_id == about}
        for question in fact_questions().values():
            said = fact_answers((question,), facts)
            if question.id in said:
                row = {"resident_id": about, "fact": question.id, "answer": said[question.id]}
                if f"{question.id}.seen" in said:
                    row["seen"] = said[f"{question.id}.seen"]
                if question.good_until in said:
                    row["good_until"] = said[question.good_until]
                rows.append(row)
    if rows:
        given["facts"] = rows
    return given
