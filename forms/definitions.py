"""The forms: what is asked, by id and version. Light to import; a definition is read when it is first asked for.

Ids: resident, household, visit, referral, change, and every instrument of resources/instruments. A draft keeps the
version it was begun with; earlier versions lie in resources/forms/earlier and stay readable.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from forms.collecting import Answers, Reading
    from forms.shape import Definition, Question, Topic

FORMS = ("resident", "household", "visit", "referral", "change", "contact", "case_note", "case_plan")


class Builder(Protocol):
    """A room of forms/ that knows one kind of Entry: forms.resident, forms.household and the like."""

    def read(self, form: Form, answers: Answers, on: date | None) -> Reading:
        """Answers to an Entry or problems."""
        ...

    def answers(self, form: Form, entry: Any) -> dict[str, Any]:
        """An Entry back to answers."""
        ...


class Form:
    """A form that screens draw and that turns answers into an Entry. Answers are plain JSON, as typed."""

    def __init__(self, definition: Definition, builder: Builder | None = None) -> None:
        self._definition = definition
        self._builder = builder
        self.id: str = definition.id
        self.version: str = definition.version
        self.topics: tuple[Topic, ...] = definition.topics
        self.given: tuple[str, ...] = definition.given
        self.questions: tuple[Question, ...] = tuple(q for topic in definition.topics for q in topic.questions)
        self._by_id = {question.id: question for question in self.questions}

    @property
    def title(self) -> str:
        """The form's name in the language now shown."""
        return self._definition.title_words.shown

    def question(self, question_id: str) -> Question:
        """One question; KeyError where it is not asked."""
        return self._by_id[question_id]

    @property
    def person(self) -> Form:
        """The form whose questions each row of a `people` question asks, besides its parts."""
        return load("resident")

    def asked(self, answers: Mapping[str, Any], on: date | None = None) -> tuple[str, ...]:
        """The ids of the questions that are to be shown with these answers on that day, in order."""
        from forms.reading import read_date
        from forms.shape import is_asked

        born = next((read_date(answers.get(q.id)) for q in self.questions if q.birth), None)
        return tuple(q.id for q in self.questions if is_asked(q, dict(answers), on, born))

    def read(self, answers: Mapping[str, Any], on: date | None = None) -> Reading:
        """The Entry that the answers make, or the problems by field. Changes nothing in the answers; never raises.

        `on` is the day of the asking: facts are dated by it, ages counted on it, days after it are doubted.
        """
        return (self._builder or _builder(self.id)).read(self, answers, on)

    def answers(self, entry: Any) -> dict[str, Any]:
        """The answers that make this Entry, to amend what was registered."""
        return (self._builder or _builder(self.id)).answers(self, entry)

    def unasked(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Answers to questions that this version does not ask, as an older or newer draft may hold."""
        known = {*self._by_id, *self.given, *(f"{question_id}.seen" for question_id in self._by_id)}
        return {key: value for key, value in answers.items() if key not in known}


def _builder(form_id: str) -> Builder:
    # Here and not above: the records' tables are loaded when something is first read, not when a form is drawn.
    from forms import casework, change, household, referral, resident, visit

    builders: dict[str, Any] = {
        "resident": resident,
        "household": household,
        "visit": visit,
        "referral": referral,
        "change": change,
        **dict.fromkeys(("contact", "case_note", "case_plan"), casework),
    }
    builder: Builder = builders[form_id]
    return builder


@cache
def load(form_id: str, version: str | None = None) -> Form:
    """The form of this id, in its present or an earlier version. LookupError where there is none."""
    if form_id not in FORMS:
        from forms import instruments

        return instruments.form(form_id, version)
    import tomllib

    from forms.shape import Definition

    folder = files("resources") / "forms"
    definition = Definition.model_validate(tomllib.loads((folder / f"{form_id}.toml").read_text("utf-8")))
    if version is not None and version != definition.version:
        earlier = folder / "earlier" / f"{form_id}-{version}.toml"
        if not version.isalnum() or not earlier.is_file():
            raise LookupError(f"no version {version} of the form {form_id}")
        definition = Definition.model_validate(tomllib.loads(earlier.read_text("utf-8")))
    return Form(definition)


@cache
def fact_questions() -> dict[str, Question]:
    """Every question whose answer states facts, by its id: what can be learnt on a visit."""
    return {
        question.id: question
        for form_id in ("resident", "household")
        for question in load(form_id).questions
        if question.facts
    }


def fact_question(fact: str) -> Question | None:
    """The question that asks for a fact, by the fact's name; None where no form asks it."""
    return next((question for question in fact_questions().values() if fact in question.facts), None)


def fact_choices(of_resident: bool) -> tuple[tuple[str, str], ...]:
    """(question id, label) of what can be learnt about a resident, or about a household: for the visit form."""
    asked_in = {q.id for q in load("resident" if of_resident else "household").questions}
    return tuple((key, question.label) for key, question in fact_questions().items() if key in asked_in)
