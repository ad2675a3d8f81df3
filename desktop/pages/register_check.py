"""What is shown on the page that checks a registration before it is saved."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from desktop.pages.register_case import Case
from desktop.pages.register_lookup import covered_words
from desktop.widgets.answer_words import answer_words
from desktop.widgets.check_view import Line, Part
from forms.definitions import Form
from models.texts import _


def check_parts(case: Case, household: Form, on: date, warnings: Sequence[Any] = ()) -> list[Part]:
    """The answers of a case in parts: address, each person, the household; with what is odd beside its answer."""
    odd = {each.field: each.sentence for each in warnings}
    parts = []
    if case.kind == "new":
        parts.append(_part(household, "where", case.answers, on, odd))
    question = household.question("people")
    for row, person in enumerate(case.entered()):
        prefix = "" if case.kind == "amend" else f"people.{row}."
        lines = []
        if case.kind != "amend":
            for part in question.parts:
                words = answer_words(part, person.answers.get(part.id), on)
                doubt = odd.get(prefix + part.id, "")
                if part.kind == "yes_no" and person.answers.get(part.id) == "yes":
                    words = ""  # as nearly always: not worth a line
                if words or doubt:
                    lines.append(Line(prefix + part.id, part.label, words, doubt))
        open_ones = 0
        if person.known_id:
            lines.insert(0, Line(prefix + "relation", _("Record"), _("Already on the register")))
        else:
            asked, open_ones = _lines(household.person, person.answers, on, odd, prefix)
            if case.kind == "amend":  # what was kept already is not shown whole for a check of what was changed
                asked = [line._replace(words=covered_words(line.words, line.field, case.before)) for line in asked]
            lines += asked
        title = person.name or _("Person {n}").format(n=row + 1)
        parts.append(Part(title, lines, prefix + ("relation" if person.known_id else "name"), open_ones))
    if case.kind == "new":
        parts.append(_part(household, "household", case.answers, on, odd))
    return parts


def _part(form: Form, topic_id: str, answers: dict[str, Any], on: date, odd: dict[str, str]) -> Part:
    topic = next(topic for topic in form.topics if topic.id == topic_id)
    wanted = {question.id for question in topic.questions}
    lines, open_ones = _lines(form, answers, on, odd, "", wanted)
    return Part(topic.title, lines, topic.questions[0].id, open_ones)


def _lines(
    form: Form, answers: dict[str, Any], on: date, odd: dict[str, str], prefix: str, wanted: set[str] | None = None
) -> tuple[list[Line], int]:
    """The answered questions that are asked, and how many were left open."""
    lines, open_ones = [], 0
    for question_id in form.asked(answers, on):
        if wanted is not None and question_id not in wanted:
            continue
        question = form.question(question_id)
        words = answer_words(question, answers.get(question_id), on)
        doubt = "\n".join(
            text
            for field, text in odd.items()
            if field == prefix + question_id or field.startswith(f"{prefix}{question_id}.")
        )
        if words or doubt:
            seen = _(" (document seen)") if answers.get(f"{question_id}.seen") else ""
            lines.append(Line(prefix + question_id, question.label, (words or _("not answered")) + seen, doubt))
        else:
            open_ones += 1
    return lines, open_ones
