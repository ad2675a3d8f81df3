"""The shape of a form definition (resources/forms/*.toml) and of the form that screens draw.

Every text stands in both languages in the data; the properties give it in the language now shown. Unknown keys are
rejected, so that a misspelt one cannot silently ask nothing.
"""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models import texts
from models.records import codes
from models.values import age_on

Kind = Literal[
    "text",
    "long_text",
    "date",
    "choice",
    "choices",
    "yes_no",
    "number",
    "phone",
    "document",
    "address",
    "people",
    "rows",
]
"""How a question is drawn and what its answer is in JSON.

text, long_text, date, number, choice, phone: the text as typed ("" for none); choice the code. yes_no: "yes" or "no".
choices: a list of codes. address: an object of its parts. document and phone (with many), people, rows: a list of
objects.
"""


class Shape(BaseModel):
    """Base of all definitions: frozen, unknown keys rejected."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Shape):
    """One text in both languages of the interface."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    @property
    def shown(self) -> str:
        """The text in the language now shown."""
        return self.zh if texts.language() == "zh_CN" else self.en


def shown(words: Words | None) -> str:
    """The text in the language now shown; "" where there is none."""
    return words.shown if words else ""


class Choice(Shape):
    """One answer that is offered. Where it says something about other facts than its own, `sets` names them."""

    code: str
    label_words: Words = Field(alias="label")
    sets: dict[str, bool | str | int] = {}

    @property
    def label(self) -> str:
        """The answer in the language now shown."""
        return self.label_words.shown


class When(Shape):
    """A question is only asked where another one was answered so. Several are all needed."""

    question: str
    is_: tuple[str, ...] = Field(alias="is")


class Question(Shape):
    """One question: how it is asked, which answers it takes, and when it is asked at all."""

    id: str
    kind: Kind
    label_words: Words = Field(alias="label")
    hint_words: Words | None = Field(None, alias="hint")
    why_words: Words | None = Field(None, alias="why")
    unit_words: Words | None = Field(None, alias="unit")
    example: str = ""
    required: bool = False
    sensitive: bool = False
    unknowns: bool = False  # 不清楚 and 不愿回答 are offered beside the answers
    many: bool = False  # several documents or phones
    birth: bool = False  # a date of birth: lies far back, and the age is shown beside it
    whole: bool = False  # a whole number
    least: float | None = None
    most: float | None = None
    offered: tuple[Choice, ...] = Field((), alias="choices")
    code_list: str = ""  # or the choices are a national code list of resources/codes.toml
    only: tuple[str, ...] = ()  # of the code list
    # or the page hands them in
    choices_from: Literal["", "residents", "households", "provinces", "services", "receivers", "facts"] = ""
    parts: tuple["Question", ...] = ()  # of an address, of each row, of each person
    fact: bool = False  # the answer is a fact of the policy vocabulary, and the id its name
    paper_words: Words | None = Field(None, alias="paper")  # which document proves it
    good_until: str = ""  # the question that says until when
    shown_when: tuple[When, ...] = ()
    age_from: int | None = None  # completed years; asked of everybody while no birth date is known
    age_to: int | None = None

    @model_validator(mode="after")
    def _whole_definition(self) -> "Question":
        if self.kind in ("choice", "choices") and not (self.offered or self.code_list or self.choices_from):
            raise ValueError(f"{self.id} offers no choices")
        if self.kind in ("address", "rows") and not self.parts:
            raise ValueError(f"{self.id} has no parts")
        if self.only and not self.code_list:
            raise ValueError(f"{self.id} takes only some codes of no list")
        return self

    @property
    def label(self) -> str:
        """The question in the language now shown."""
        return self.label_words.shown

    @property
    def hint(self) -> str:
        """A line under the question, or ""."""
        return shown(self.hint_words)

    @property
    def why(self) -> str:
        """Why this is asked, for sensitive questions, or ""."""
        return shown(self.why_words)

    @property
    def unit(self) -> str:
        """The unit of a number, or ""."""
        return shown(self.unit_words)

    @property
    def paper(self) -> str:
        """The document that proves the answer, or ""; then "<id>.seen" is an answer too: was it shown?"""
        return shown(self.paper_words)

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """(code, label) of all answers that are offered; () where they come from the page or are typed."""
        if self.kind == "yes_no":
            return (("yes", _YES.shown), ("no", _NO.shown))
        if self.code_list:
            return tuple(pair for pair in codes.choices(self.code_list) if not self.only or pair[0] in self.only)
        return tuple((choice.code, choice.label) for choice in self.offered)

    @property
    def unknown_choices(self) -> tuple[tuple[str, str], ...]:
        """(code, label) of 不清楚 and 不愿回答 where they are offered; for a typed answer they are its text."""
        if not self.unknowns:
            return ()
        return (("not_known", _NOT_KNOWN.shown), ("refused", _REFUSED.shown))

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of the facts that the answer gives."""
        set_by_choices = dict.fromkeys(name for choice in self.offered for name in choice.sets)
        return (self.id,) if self.fact else tuple(set_by_choices)

    def part(self, part_id: str) -> "Question":
        """One of the parts; KeyError where there is none."""
        return next((part for part in self.parts if part.id == part_id), None) or _no_such(part_id)


def _no_such(question_id: str) -> Question:
    raise KeyError(question_id)


_YES = Words(zh="是", en="Yes")
_NO = Words(zh="否", en="No")
_NOT_KNOWN = Words(zh="不清楚", en="Don't know")
_REFUSED = Words(zh="不愿回答", en="Prefers not to say")


class Topic(Shape):
    """The questions of one page in step mode, of one section in desk mode."""

    id: str
    title_words: Words = Field(alias="title")
    hint_words: Words | None = Field(None, alias="hint")
    questions: tuple[Question, ...] = Field(min_length=1)

    @property
    def title(self) -> str:
        """The topic in the language now shown."""
        return self.title_words.shown

    @property
    def hint(self) -> str:
        """A line under the title, or ""."""
        return shown(self.hint_words)


class Definition(Shape):
    """A whole form as it stands in its file."""

    id: str
    version: str
    title_words: Words = Field(alias="title")
    given: tuple[str, ...] = ()  # answers that the page puts in itself, such as whose visit it is
    topics: tuple[Topic, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _questions_are_told_apart(self) -> "Definition":
        questions = [question for topic in self.topics for question in topic.questions]
        ids = [question.id for question in questions]
        if len(set(ids)) != len(ids):
            raise ValueError("two questions have the same id")
        for question in questions:
            for when in question.shown_when:
                if when.question not in ids:
                    raise ValueError(f"{question.id} waits for {when.question}, which is not asked")
            if question.good_until and question.good_until not in ids:
                raise ValueError(f"{question.id} is good until {question.good_until}, which is not asked")
        return self


def is_asked(question: Question, answers: dict[str, Any], on: date | None = None, born: date | None = None) -> bool:
    """Is the question to be shown, with these answers, to somebody born then, on that day?"""
    for when in question.shown_when:
        answer = answers.get(when.question)
        given = (
            answer if isinstance(answer, list) else ["yes" if answer is True else "no" if answer is False else answer]
        )
        if not any(one in when.is_ for one in given):
            return False
    if (question.age_from is not None or question.age_to is not None) and on is not None and born is not None:
        age = age_on(born, on)
        if question.age_from is not None and age < question.age_from:
            return False
        if question.age_to is not None and age > question.age_to:
            return False
    return True
