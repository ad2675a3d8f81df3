"""Instruments (量表): questions with points, the level that the points make, and what makes it more severe.

An instrument is data (resources/instruments/*.toml), so that a new one needs no programmer. Its sections are drawn like
the topics of a form; in a scored section the code of a choice is its points. The words of a standard are not copied.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from forms.collecting import Answers, Collector, Reading, as_typed, is_empty, read_answer, read_text
from forms.definitions import Form
from forms.reading import tidy
from forms.shape import Definition, Question, Shape, Topic, Words, is_asked

if TYPE_CHECKING:
    from models.records.fact import FactEntry
    from models.records.visit import AssessmentEntry


class Section(Topic):
    """Questions that belong together; the choices of a scored section are points."""

    scored: bool = False


class Level(Shape):
    """What a total from so many to so many points means. The value is the one of the policy vocabulary."""

    value: str
    from_: int = Field(alias="from")
    to: int
    label_words: Words = Field(alias="label")


class Adjustment(Shape):
    """What makes the level another one: an answer, or at least so many of the counts of some answers.

    With a level it is that level at once, whatever the total; without one it is one level more severe, once.
    """

    label_words: Words = Field(alias="label")
    question: str = ""
    is_: tuple[str, ...] = Field((), alias="is")
    count: tuple[str, ...] = ()
    at_least: int = 1
    level: str = ""


class Instrument(Shape):
    """A whole instrument as it stands in its file."""

    id: str
    version: str
    title_words: Words = Field(alias="title")
    source: str  # the standard or text it follows
    fact: str = ""  # of the policy vocabulary, whose value the level is
    levels: tuple[Level, ...] = ()  # mildest first
    adjustments: tuple[Adjustment, ...] = ()
    sections: tuple[Section, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> "Instrument":
        """The levels cover every total exactly once, and every question that is spoken of is asked."""
        asked = {question.id: question for section in self.sections for question in section.questions}
        if self.levels:
            totals = [total for level in reversed(self.levels) for total in range(level.from_, level.to + 1)]
            if totals != list(range(self.most + 1)):
                raise ValueError(f"the levels do not cover 0 to {self.most} once each")
        for adjustment in self.adjustments:
            for name in (adjustment.question, *adjustment.count):
                if name and name not in asked:
                    raise ValueError(f"an adjustment speaks of {name}, which is not asked")
            if not adjustment.question and not adjustment.count:
                raise ValueError("an adjustment speaks of nothing")
            if adjustment.level and adjustment.level not in {level.value for level in self.levels}:
                raise ValueError(f"{adjustment.level} is no level")
        return self

    @property
    def title(self) -> str:
        """The instrument's name in the language now shown."""
        return self.title_words.shown

    @property
    def most(self) -> int:
        """The highest total."""
        return sum(points(question) for section in self.sections for question in scored_questions(section))

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions in order."""
        return tuple(question for section in self.sections for question in section.questions)


@dataclass(frozen=True)
class Group:
    """The points of one scored section; None while one of its items is not answered."""

    id: str
    title: str
    score: int | None
    most: int


@dataclass(frozen=True)
class Scored:
    """What the answers come to. Without a level where anything that decides on it is not answered."""

    score: int | None
    most: int
    groups: tuple[Group, ...]
    level_code: str  # the value of the policy vocabulary, for example 轻度失能; "" while answers are missing
    level_label: str  # in the language now shown
    adjustments: tuple[str, ...]  # what made it another level than the total alone, in the language now shown
    facts: "tuple[FactEntry, ...]"
    missing: tuple[str, ...]  # ids of the questions that still decide


def scored_questions(section: Section) -> tuple[Question, ...]:
    """The questions of a section whose answers are points."""
    return tuple(question for question in section.questions if section.scored and question.kind == "choice")


def points(question: Question) -> int:
    """The most points that a question gives."""
    return max(int(choice.code) for choice in question.offered)


def instruments() -> tuple[str, ...]:
    """The ids of all instruments, in alphabetical order."""
    folder = files("resources") / "instruments"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")))


@cache
def load(instrument_id: str, version: str | None = None) -> Instrument:
    """The instrument of this id, in its present or an earlier version. LookupError where there is none."""
    folder = files("resources") / "instruments"
    for path in (folder / f"{instrument_id}.toml", folder / "earlier" / f"{instrument_id}-{version}.toml"):
        if instrument_id.isidentifier() and path.is_file():
            found = Instrument.model_validate(tomllib.loads(path.read_text("utf-8")))
            if version in (None, found.version):
                return found
    raise LookupError("no such instrument, or no such version of it")


def score(instrument: Instrument, answers: Answers, on: date | None = None) -> Scored:
    """Points by section and in all, the level with its adjustments, and the fact that the level is.

    Incomplete answers never give a level. An adjustment that names its level (coma) needs no total: then nothing else
    is missing, and the score is None unless every item happens to be answered.
    """
    given = _given(instrument, answers)
    groups, total, missing = [], 0, []
    for section in instrument.sections:
        items = scored_questions(section)
        known = [int(given[item.id]) for item in items if item.id in given]
        missing += [
            question.id
            for question in section.questions
            if question.required and question.id not in given and is_asked(question, given, on)
        ]
        if items:
            whole = len(known) == len(items)
            most = sum(points(item) for item in items)
            groups.append(Group(section.id, section.title, sum(known) if whole else None, most))
            total += sum(known)
    complete = all(group.score is not None for group in groups)
    met = [adjustment for adjustment in instrument.adjustments if _is_met(adjustment, given)]
    level, applied = None, []
    if direct := next((adjustment for adjustment in met if adjustment.level), None):
        level = next(one for one in instrument.levels if one.value == direct.level)
        applied, missing = [direct], []
    elif instrument.levels and not missing:
        place = next(i for i, one in enumerate(instrument.levels) if one.from_ <= total <= one.to)
        if met:
            applied, place = met, min(place + 1, len(instrument.levels) - 1)
        level = instrument.levels[place]
    return Scored(
        score=total if complete and groups else None,
        most=instrument.most,
        groups=tuple(groups),
        level_code=level.value if level else "",
        level_label=level.label_words.shown if level else "",
        adjustments=tuple(adjustment.label_words.shown for adjustment in applied),
        facts=_facts(instrument, level, on),
        missing=tuple(missing),
    )


def level_label(instrument: Instrument, value: str) -> str:
    """A kept level in the language now shown; the value itself where the instrument does not know it."""
    return next((level.label_words.shown for level in instrument.levels if level.value == value), value)


def _given(instrument: Instrument, answers: Answers) -> dict[str, Any]:
    """The answers that are among the offered ones, as codes; anything else is as if it were not answered."""
    out = Collector(None)
    given: dict[str, Any] = {}
    for question in instrument.questions:
        if not is_asked(question, given):
            continue  # an answer from before another one was corrected
        typed = answers.get(question.id)
        answer = read_answer(question, str(typed) if type(typed) is int else typed, question.id, out)
        if answer is not None:
            given[question.id] = answer.state or (
                as_typed(answer.value) if isinstance(answer.value, bool) else answer.value
            )
    return given


def _says(answer: Any, codes: tuple[str, ...]) -> bool:
    """Is the answer one of these, or, of several, does it hold one?"""
    return any(one in codes for one in (answer if isinstance(answer, tuple) else (answer,)))


def _is_met(adjustment: Adjustment, given: Mapping[str, Any]) -> bool:
    if adjustment.question:
        return _says(given.get(adjustment.question), adjustment.is_)
    return sum(int(given.get(name, 0)) for name in adjustment.count) >= adjustment.at_least


def _facts(instrument: Instrument, level: Level | None, on: date | None) -> "tuple[FactEntry, ...]":
    if level is None or not instrument.fact:
        return ()
    from models.records.fact import FactEntry  # with the first level, not with the first drawing

    return (FactEntry(name=instrument.fact, value=level.value, as_of=on, source="assessment"),)


class _Filled:
    """Reads the form of an instrument: an AssessmentEntry and back."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument

    def read(self, form: Form, answers: Answers, on: date | None) -> Reading:
        """An AssessmentEntry with score, level and facts, or the problems by field."""
        from models.records.visit import AssessmentEntry

        out = Collector(on)
        kept: dict[str, Any] = {}
        day: date | None = None
        for question in form.questions:
            if not is_asked(question, dict(answers), on):
                continue
            out.walk(question.id, question.label, (question.id,))
            typed = answers.get(question.id)
            answer = read_answer(question, str(typed) if type(typed) is int else typed, question.id, out)
            if answer is None:
                continue
            if question.id == "assessed_on":
                day = answer.value
            else:
                value = answer.state or answer.value
                kept[question.id] = list(value) if isinstance(value, tuple) else as_typed(value)
        result = score(self._instrument, answers, day)
        for name in result.missing:
            if is_empty(answers.get(name)):
                out.problem(name, "missing")
        if day is None and is_empty(answers.get("assessed_on")):
            out.problem("assessed_on", "missing")
        out.walk("resident_id", form.title, ("resident_id",))
        fields = {
            "resident_id": read_text(answers.get("resident_id"), "resident_id", out),
            "visit_id": read_text(answers.get("visit_id"), "visit_id", out),
            "instrument": self._instrument.id,
            "version": self._instrument.version,
            "assessed_on": day or on,
            "note": kept.pop("note", ""),
            "answers": kept,
            "score": result.score or 0,
            "level": result.level_code,
            "facts": result.facts,
        }
        return out.build(lambda: AssessmentEntry.model_validate(fields), form.unasked(answers))

    def answers(self, form: Form, entry: "AssessmentEntry") -> dict[str, Any]:
        """The answers that make this entry."""
        del form
        given = {"resident_id": entry.resident_id, **entry.answers, "assessed_on": entry.assessed_on.isoformat()}
        return given | {
            name: value for name in ("note", "visit_id") if (value := tidy(getattr(entry, name), lines=True))
        }


def form(instrument_id: str, version: str | None = None) -> Form:
    """An instrument as a form that screens draw like any other. LookupError where there is none."""
    instrument = load(instrument_id, version)
    topics = [
        {"id": s.id, "title": s.title_words, "hint": s.hint_words, "questions": s.questions}
        for s in instrument.sections
    ]
    definition = Definition.model_validate(
        {
            "id": instrument.id,
            "version": instrument.version,
            "title": instrument.title_words,
            "given": ("resident_id", "visit_id"),
            "topics": topics,
        }
    )
    return Form(definition, _Filled(instrument))
