"""Forms on paper: a blank form for a day without a battery, and what was answered as lines of a report.

Nobody draws a form twice: ruled paper and reports are made from the very definitions that screens draw. Texts come in
the language spoken when they are made.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forms.definitions import Form
from forms.instruments import Instrument, Section, level_label, load, score, scored_questions
from forms.instruments import points as points_of
from forms.shape import Question
from models.records.papers import (
    AssessmentReport,
    BlankForm,
    BlankPart,
    BlankQuestion,
    PaperLanguage,
    ReportLine,
    ReportPart,
    Space,
    form_code,
)
from models.services.views import AssessmentView
from models.texts import _

TICKED_MOST = 16
"""A list of more choices is written, not ticked: nobody looks for one box among fifty-eight."""
ROWS = {"people": 6, "documents": 3, "phones": 3}
ROWS_OTHERWISE = 4
_NAMED = re.compile("\1([^\1]*)\1")
WEIGHTS = {"long_text": 3.5, "text": 2.0, "choice": 1.2, "date": 1.2, "number": 0.8}
"""How wide a column of a table is, by what is written in it."""
NOT_A_PERSON = frozenset({"household", "referral", "case_note"})
"""Forms that do not ask about one person, so that paper has no line for one."""


@dataclass(frozen=True)
class Condition:
    """When a question is asked at all; two questions with the same key wait for the same thing."""

    key: str
    question: str = ""  # whose answer decides; "" where the words say it all
    words: str = ""  # what it must be; "": nobody can say it on paper. \1id\1 stands for another question's number


@dataclass
class Drafted:
    """A question before it has its number."""

    id: str
    part: int
    fields: dict[str, Any]
    conditions: tuple[Condition, ...] = ()
    counted: bool = True
    words: dict[str, Any] = field(default_factory=dict)


def blank_form(
    form: Form, *, office: str, made_on: date, language: PaperLanguage, copies: int = 1, instrument: bool = False
) -> BlankForm:
    """A form or an instrument as ruled paper."""
    scored: set[str] = set()
    source = ""
    if instrument:
        whole: Instrument = load(form.id, form.version)
        source = whole.source
        scored = {question.id for section in whole.sections for question in scored_questions(section)}
    drafts = [
        Drafted(
            question.id,
            place,
            _question_fields(question, scored=question.id in scored),
            tuple(_conditions(form, question)),
        )
        for place, topic in enumerate(form.topics)
        for question in topic.questions
    ]
    parts = [(topic.title, topic.hint) for topic in form.topics]
    return BlankForm(
        language=language,
        office=office,
        title=form.title,
        source=source,
        code=form_code(form.id, form.version),
        made_on=made_on,
        copies=copies,
        about_person=form.id not in NOT_A_PERSON,
        parts=numbered(parts, drafts),
    )


def numbered(parts: Sequence[tuple[str, str]], drafts: Sequence[Drafted]) -> tuple[BlankPart, ...]:
    """Number the questions and say at each where to go when it is not to be answered."""
    numbers: dict[str, str] = {}
    for draft in drafts:
        if draft.counted:
            numbers[draft.id] = str(len(numbers) + 1)
    made: list[list[BlankQuestion]] = [[] for _part in parts]
    before: frozenset[str] = frozenset()
    for place, draft in enumerate(drafts):
        keys = frozenset(condition.key for condition in draft.conditions)
        jumps = [
            _jump(condition, numbers, _after(drafts, place, condition.key, numbers))
            for condition in draft.conditions
            if condition.key not in before
        ]
        before = keys
        made[draft.part].append(BlankQuestion(number=numbers.get(draft.id, ""), jumps=tuple(jumps), **draft.fields))
    return tuple(
        BlankPart(title=title, hint=hint, questions=tuple(questions))
        for (title, hint), questions in zip(parts, made, strict=True)
        if questions
    )


def _after(drafts: Sequence[Drafted], place: int, key: str, numbers: Mapping[str, str]) -> str:
    """The number of the next question that does not wait for this; "" where none comes."""
    for draft in drafts[place + 1 :]:
        if draft.id in numbers and all(condition.key != key for condition in draft.conditions):
            return numbers[draft.id]
    return ""


def _jump(condition: Condition, numbers: Mapping[str, str], after: str) -> str:
    words = condition.words
    if condition.question:
        words = _("question {n} is “{answers}”").format(n=numbers.get(condition.question, "?"), answers=words)
    words = _NAMED.sub(lambda found: _("question {n}").format(n=numbers.get(found[1], "?")), words)
    if not words:
        return _("Leave it empty where it does not concern them.")
    if after:
        return _("Only where {condition}; else go to question {n}.").format(condition=words, n=after)
    return _("Only where {condition}; else this is the end.").format(condition=words)


def _conditions(form: Form, question: Question) -> list[Condition]:
    found = []
    for when in question.shown_when:
        asked = form.question(when.question)
        labels = dict((*asked.choices, *asked.unknown_choices))
        answers = _(" or ").join(labels.get(code, code) for code in when.is_)
        found.append(Condition(f"{when.question}={','.join(when.is_)}", when.question, answers))
    low, high = question.age_from, question.age_to
    if low is not None and high is not None:
        words = _("the person is {low} to {high} years old").format(low=low, high=high)
    elif low is not None:
        words = _("the person is {low} years old or older").format(low=low)
    elif high is not None:
        words = _("the person is {high} years old or younger").format(high=high)
    else:
        return found
    return [*found, Condition(f"age {low} {high}", "", words)]


def _question_fields(question: Question, *, scored: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "label": question.label,
        "hint": question.hint,
        "unit": question.unit,
        "required": question.required,
        "paper": question.paper,
    }
    if question.kind == "people":
        person = question_labels(("name", "sex", "birth_date"))
        numbers = [_("Document and number"), _("Phone")]
        columns = [*person, *numbers, *(part.label for part in question.parts if part.kind != "yes_no")]
        fields["weights"] = (1.9, 0.8, 1.5, 3.0, 1.9, *(1.3 for part in question.parts if part.kind != "yes_no"))
        more = _("What else is asked of each person stands on the form for a resident.")
        hint = "　".join(filter(None, (question.hint, more)))
        return fields | {"space": "rows", "columns": tuple(columns), "rows": ROWS["people"], "hint": hint}
    if question.kind == "rows":
        return fields | _row_fields(question.parts, question.hint)
    if question.kind == "document" and question.many:
        columns = [_("Kind"), _("Number"), _("Valid until"), _("Seen")]
        fields["weights"] = (2.0, 3.5, 1.5, 0.7)
        kinds = _(", ").join(label for _code, label in question.choices)
        return fields | {"space": "rows", "columns": tuple(columns), "rows": ROWS["documents"], "hint": kinds}
    if question.kind == "phone" and question.many:
        columns = [_("Number"), _("Whose")]
        fields["weights"] = (2.0, 1.0)
        return fields | {"space": "rows", "columns": tuple(columns), "rows": ROWS["phones"]}
    if question.kind == "address":
        columns = [part.label for part in question.parts]
        return fields | {"space": "rows", "columns": tuple(columns), "rows": 1}
    choices = [(code, label) for code, label in question.choices]
    if question.kind in ("choice", "choices", "yes_no") and choices and len(choices) <= TICKED_MOST:
        labels = [_("{label} ({n})").format(label=label, n=code) if scored else label for code, label in choices]
        labels += [label for _code, label in question.unknown_choices]
        return fields | {"space": "many_boxes" if question.kind == "choices" else "boxes", "choices": tuple(labels)}
    space: Space = {"date": "date", "number": "number", "long_text": "lines"}.get(question.kind, "line")  # type: ignore[assignment]
    if question.unknown_choices:
        fields["choices"] = tuple(label for _code, label in question.unknown_choices)
    return fields | {"space": space, "lines": 3 if space == "lines" else 1}


def _row_fields(parts: Sequence[Question], hint: str) -> dict[str, Any]:
    """A table to write in; what a column may hold stands under the question."""
    legends = [hint] if hint else []
    for part in parts:
        if part.choices and len(part.choices) <= TICKED_MOST:
            offered = _(", ").join(label for _code, label in part.choices)
            legends.append(_("{column}: {choices}").format(column=part.label, choices=offered))
    return {
        "space": "rows",
        "columns": tuple(part.label for part in parts),
        "weights": tuple(WEIGHTS.get(part.kind, 1.5) for part in parts),
        "rows": ROWS_OTHERWISE,
        "hint": "　".join(legends),
    }


def question_labels(ids: Sequence[str]) -> list[str]:
    """How questions about a resident are labelled."""
    from forms.definitions import load as load_form

    return [load_form("resident").question(each).label for each in ids]


# Reports.


def assessment_report(base: AssessmentReport, made: AssessmentView, before: AssessmentView | None) -> AssessmentReport:
    """The report of an assessment with its items, beside the one before it. LookupError for an unknown instrument.

    Where the one before was made with another version, what it asks under the same name is compared.
    """
    instrument = load(made.instrument, made.version)
    day = {"assessed_on": made.assessed_on.isoformat()} if made.assessed_on else {}  # kept beside the answers
    result = score(instrument, {**made.answers, **day}, made.assessed_on)
    known = _given_words(load(before.instrument, before.version), before) if before is not None else {}
    parts = []
    for section in instrument.sections:
        scored = {question.id for question in scored_questions(section)}
        lines = []
        for question in section.questions:
            answer = answer_text(question, made.answers.get(question.id))
            if question.id in ("assessed_on", "note") or (not answer and question.id not in scored):
                continue
            points = str(made.answers[question.id]) if question.id in scored and answer else ""
            was = known.get(question.id, "")
            shown = was if question.id not in scored else str(before.answers[question.id]) if before and was else ""
            lines.append(
                ReportLine(
                    label=question.label,
                    answer=answer,
                    points=points,
                    before=shown,
                    changed=bool(was) and was != answer,
                )
            )
        group = next((group for group in result.groups if group.id == section.id), None)
        if lines:
            parts.append(
                ReportPart(
                    title=section.title,
                    lines=tuple(lines),
                    points=_of(group.score, group.most) if group is not None else "",
                    before=_sum_before(section, before) if group is not None else "",
                )
            )
    return base.model_copy(
        update={
            "title": instrument.title,
            "source": instrument.source,
            "points": _of(made.score, instrument.most) if instrument.levels else "",
            "level": level_label(instrument, made.level),
            "why": result.adjustments,
            "before_on": before.assessed_on if before is not None else None,
            "before_points": _of(before.score, instrument.most) if before is not None and instrument.levels else "",
            "before_level": level_label(instrument, before.level) if before is not None else "",
            "parts": tuple(parts),
        }
    )


def instrument_words(instrument_id: str, version: str, level: str) -> tuple[str, str]:
    """What an instrument and a level of it are called; their keys where this program does not know them."""
    try:
        instrument = load(instrument_id, version)
    except LookupError:
        return instrument_id, level
    return instrument.title, level_label(instrument, level)


def answer_text(question: Question, answer: Any) -> str:
    """An answer as it was kept, in words; "" where there is none."""
    if answer is None or answer in ("", [], ()):
        return ""
    if isinstance(answer, bool):
        answer = "yes" if answer else "no"
    labels = dict((*question.choices, *question.unknown_choices))
    if isinstance(answer, list | tuple):
        return _(", ").join(labels.get(str(one), str(one)) for one in answer)
    said = labels.get(str(answer), str(answer))
    return f"{said} {question.unit}" if question.unit else said


def _given_words(instrument: Instrument, view: AssessmentView) -> dict[str, str]:
    return {
        question.id: said
        for question in instrument.questions
        if (said := answer_text(question, view.answers.get(question.id)))
    }


def _sum_before(section: Section, before: AssessmentView | None) -> str:
    if before is None:
        return ""
    points = [before.answers.get(question.id) for question in scored_questions(section)]
    if not all(str(one).isdigit() for one in points):
        return ""
    most = sum(points_of(question) for question in scored_questions(section))
    return _of(sum(int(str(one)) for one in points), most)


def _of(points: int | None, most: int) -> str:
    return "" if points is None else f"{points} / {most}"
