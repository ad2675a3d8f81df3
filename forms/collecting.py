"""Gathering the answers of a form: values by question, problems by field, and where each part of an Entry came from.

A field is named by its path: `name`, `documents.0.number`, `people.2.phones.0.number`, `address.community_code`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError

from forms import problems
from forms.reading import (
    Unanswered,
    Unreadable,
    parse_date,
    plain,
    read_number,
    read_phone,
    read_yes_no,
    tidy,
    unanswered,
)
from forms.shape import Question, is_asked

Loc = tuple[int | str, ...]
Answers = Mapping[str, Any]


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field, in the language that was shown when it was read."""

    field: str
    sentence: str


@dataclass(frozen=True)
class Reading:
    """What a form gave: an Entry, or the problems that keep it from one. Warnings never keep it from one."""

    entry: Any | None
    problems: tuple[FieldProblem, ...] = ()
    warnings: tuple[FieldProblem, ...] = ()
    left_over: Mapping[str, Any] = field(default_factory=dict)  # answers to questions that this version does not ask


class Answer(NamedTuple):
    """A read answer: a value, or that it was asked and not known or refused."""

    value: Any
    state: Unanswered | None = None


class Collector:
    """Gathers problems and warnings in the order in which the questions are walked."""

    def __init__(self, on: date | None) -> None:
        self.on = on
        self._problems: dict[str, str] = {}
        self._warnings: list[FieldProblem] = []
        self._places: dict[Loc, str] = {}
        self._labels: dict[str, str] = {}  # by path, in the order of the form

    def walk(self, path: str, label: str, *locs: Loc) -> None:
        """A field is reached: its label, and which parts of the Entry its answer goes to."""
        self._labels.setdefault(path, label)
        for loc in locs:
            self._places[loc] = path

    def problem(self, path: str, key: str, facts: Mapping[str, Any] | None = None) -> None:
        """Something is wrong with a field; the first problem of a field is the one that is told."""
        error = {"type": key, "ctx": facts or {}}
        self._problems.setdefault(path, problems.sentence(error, self._labels.get(path, "")))

    def warn(self, path: str, sentence: str) -> None:
        """Something is odd, but may be so."""
        self._warnings.append(FieldProblem(path, sentence))

    def has_problem(self, path: str) -> bool:
        """Is something wrong with this field?"""
        return path in self._problems

    def build(self, make: Callable[[], Any], left_over: Mapping[str, Any]) -> Reading:
        """Make the Entry, and give it if neither it nor any answer had a problem."""
        entry = None
        try:
            entry = make()
        except ValidationError as trouble:
            for error in trouble.errors(include_url=False, include_input=False):
                facts = error.get("ctx") or {}
                path = self._path_of(error["loc"], error["type"], facts)
                # Rows that are wrong count as missing with pydantic: the row's own problem is the one to tell.
                if error["type"] != "too_short" or not any(told.startswith(path + ".") for told in self._problems):
                    self.problem(path, error["type"], facts)
        order = {path: place for place, path in enumerate(self._labels)}
        found = [FieldProblem(path, sentence) for path, sentence in self._problems.items()]
        found.sort(key=lambda one: order.get(one.field, len(order)))
        warnings = sorted(self._warnings, key=lambda one: order.get(one.field, len(order)))
        return Reading(None if found else entry, tuple(found), tuple(warnings), left_over)

    def _path_of(self, loc: Loc, kind: str, facts: Mapping[str, Any]) -> str:
        if kind == "unknown_code" and (*loc, str(facts.get("field"))) in self._places:
            return self._places[(*loc, str(facts.get("field")))]
        for length in range(len(loc), 0, -1):
            if loc[:length] in self._places:
                return self._places[loc[:length]]
        if not loc and kind in problems.PLACES:
            return problems.PLACES[kind]
        return ".".join(str(part) for part in loc)


def is_empty(typed: object) -> bool:
    """Was nothing answered?"""
    if typed is None or (isinstance(typed, str) and not typed.strip()):
        return True
    return isinstance(typed, list | tuple | dict) and not typed


def read_answer(question: Question, typed: object, path: str, out: Collector) -> Answer | None:
    """The answer to a question with one answer; None where there is none or it cannot be read (then with a problem)."""
    if is_empty(typed):
        return None
    try:
        if (state := unanswered(typed)) and question.kind in ("date", "number", "choice", "yes_no"):
            # Where the record has no place for it, an answer that is not known is simply not there.
            known = isinstance(typed, str) and typed.strip() in dict(question.choices)
            if not known:
                return Answer(None, state) if question.unknowns else None
        value = _value(question, typed)
    except Unreadable as trouble:
        out.problem(path, trouble.key, trouble.facts)
        return None
    return None if value is None or value == "" else Answer(value)


def _value(question: Question, typed: object) -> Any:
    match question.kind:
        case "date":
            return parse_date(typed)
        case "number":
            value = read_number(typed, question.whole)
            if question.least is not None and value < question.least:
                raise Unreadable("greater_than_equal", ge=question.least)
            if question.most is not None and value > question.most:
                raise Unreadable("less_than_equal", le=question.most)
            return value
        case "yes_no":
            return read_yes_no(typed)
        case "choice":
            return _choice(question, typed)
        case "choices":
            if not isinstance(typed, list | tuple):
                typed = [typed]
            return tuple(code for code in (_choice(question, one) for one in typed if not is_empty(one)) if code)
        case "phone":
            return read_phone(typed)
        case "long_text":
            return tidy(typed, lines=True)
        case _:
            return tidy(typed)


def _choice(question: Question, typed: object) -> str:
    """The code of a choice, which may also have been written out."""
    word = tidy(typed)
    if question.choices_from or word in (codes := dict(question.choices)):
        return word
    by_label = {plain(label).casefold(): code for code, label in codes.items()}
    code = by_label.get(plain(word).casefold())
    if code is None:
        raise Unreadable("choice")
    return code


def read_rows(typed: object, path: str, out: Collector) -> list[tuple[int, Answers]]:
    """The rows of a repeated question with their places; a lone object is one row, a lone text its first part."""
    if is_empty(typed):
        return []
    rows = typed if isinstance(typed, list | tuple) else [typed]
    found: list[tuple[int, Answers]] = []
    for place, row in enumerate(rows):
        if isinstance(row, str | int) and not isinstance(row, bool):
            row = {"number": str(row)}
        if isinstance(row, Mapping):
            found.append((place, row))
        elif not is_empty(row):
            out.problem(f"{path}.{place}", "not_text")
    return found


def read_records(
    question: Question,
    typed: object,
    out: Collector,
    as_text: Callable[[Question, object, str], object] = lambda _part, typed, _path: typed,
) -> list[dict[str, Any]]:
    """The rows of a repeated question as fields by part; a row without any answer is left out.

    as_text: turns what stands at a part and its path into what the part can read, where a screen gives something else.
    """
    found: list[dict[str, Any]] = []
    for place, row in read_rows(typed, question.id, out):
        if all(is_empty(value) for value in row.values()):
            continue
        fields: dict[str, Any] = {}
        for part in question.parts:
            here = f"{question.id}.{place}.{part.id}"
            out.walk(here, part.label, (question.id, len(found), part.id))
            answer = read_answer(part, as_text(part, row.get(part.id), here), here, out)
            if answer is not None and answer.value is not None:
                fields[part.id] = answer.value
            elif part.required and is_empty(row.get(part.id)):
                out.problem(here, "missing")
        found.append(fields)
    return found


def read_text(typed: object, path: str, out: Collector) -> str:
    """Tidy text of a part; "" where there is none or it is no text (then with a problem)."""
    try:
        return tidy(typed)
    except Unreadable as trouble:
        out.problem(path, trouble.key)
        return ""


def is_ticked(typed: object) -> bool:
    """A tick of a box, as it comes back from a draft."""
    try:
        return read_yes_no(typed)
    except Unreadable:
        return isinstance(typed, str) and not is_empty(typed)


def read_facts(
    questions: tuple[Question, ...], answers: Answers, out: Collector, *, path: str, at: Loc, born: date | None = None
) -> list[dict[str, Any]]:
    """The facts that the answers of the questions state, as the fields of FactEntry."""
    facts: list[dict[str, Any]] = []
    for question in questions:
        if not question.facts or not is_asked(question, dict(answers), out.on, born):
            continue
        field_path = path + question.id
        out.walk(field_path, question.label)
        answer = read_answer(question, answers.get(question.id), field_path, out)
        if answer is None:
            continue
        for stated in fact_fields(question, answer, answers, out, path):
            out.walk(field_path, question.label, (*at, len(facts)))
            facts.append(stated)
    return facts


def fact_fields(
    question: Question, answer: Answer, answers: Answers, out: Collector, path: str = "", until_path: str = ""
) -> list[dict[str, Any]]:
    """One answer as the fields of the FactEntries that it states, with who said it and how long it stays good.

    `until_path` is the field that a wrong last day is told at, where it is not the question's own.
    """
    shared: dict[str, Any] = {"as_of": out.on, "source": "told"}
    seen = answers.get(f"{question.id}.seen")
    if question.paper_words and not is_empty(seen) and is_ticked(seen) and answer.state is None:
        # The paper's own name is kept, whatever language is shown: it is what stands on the paper.
        named = seen.strip()[:200] if isinstance(seen, str) and seen not in ("yes", "true") else ""
        shared |= {"source": "document", "document_seen": named or question.paper_words.zh}
    if answer.state is not None:
        return [{"name": name, "state": answer.state, **shared} for name in question.facts]
    if question.good_until:
        until_path = until_path or path + question.good_until
        until = Question.model_validate(
            {"id": question.good_until, "kind": "date", "label": question.label_words.model_dump()}
        )
        out.walk(until_path, question.label)
        if answer.value is True and (end := read_answer(until, answers.get(question.good_until), until_path, out)):
            shared["good_until"] = end.value
    value = answer.value
    if not question.fact:
        chosen = next(choice for choice in question.offered if choice.code == value)
        return [{"name": name, "value": said, **shared} for name, said in chosen.sets.items()]
    if isinstance(value, date):
        value = value.isoformat()
    elif question.kind == "choice" and question.whole:
        value = int(value)
    return [{"name": question.id, "value": value, **shared}]


def fact_answers(questions: tuple[Question, ...], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that state these facts (name -> FactEntry), as they would have been typed: the way back."""
    answers: dict[str, Any] = {}
    for question in questions:
        stated = [facts[name] for name in question.facts if name in facts]
        if not stated or len(stated) < len(question.facts):
            continue
        first = stated[0]
        if first.state != "known":
            answers[question.id] = first.state
            continue
        if question.fact:
            answers[question.id] = as_typed(first.value)
        else:
            said = {fact.name: fact.value for fact in stated}
            code = next((choice.code for choice in question.offered if choice.sets == said), None)
            if code is None:
                continue
            answers[question.id] = code
        if first.source == "document" and question.paper_words:
            same = first.document_seen in ("", question.paper_words.zh)
            answers[f"{question.id}.seen"] = True if same else first.document_seen
        if question.good_until and first.good_until:
            answers[question.good_until] = first.good_until.isoformat()
    return answers


def as_typed(value: object) -> Any:
    """A kept value as it would have been typed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
