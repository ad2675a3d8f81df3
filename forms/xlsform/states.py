"""How things stand in a filled-in form: what a page is handed to draw. Texts are in the language then shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Choice:
    """One answer that is offered now."""

    name: str
    label: str
    media: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """How one question, group or repeat stands now.

    `typed` is the answer as it was typed, for the field; `value` what it means to expressions and in the result ("" for
    none, for a question that is not asked, and for what cannot be read). `problem` is the sentence about the answer
    that is there; that one is missing is told by Session.check alone, so that nobody is blamed before answering.
    """

    path: str
    kind: str
    label: str
    hint: str = ""
    guidance: str = ""
    why: str = ""
    paper: str = ""  # the document that proves the answer; then Session.see(path, ...) keeps that it was shown
    seen: str | bool = ""
    asked: bool = True
    required: bool = False
    read_only: bool = False
    sensitive: bool = False
    typed: Any = ""
    value: str = ""
    problem: str = ""
    choices: tuple[Choice, ...] = ()
    unknowns: tuple[tuple[str, str], ...] = ()  # (code, label) of 不清楚 and 不愿回答 where they are offered
    appearance: tuple[str, ...] = ()
    picture: str = ""  # photo, drawing or signature
    least: float | None = None
    most: float | None = None
    step: float | None = None
    media: Mapping[str, str] = field(default_factory=dict)  # image, audio, video: names of files of the author


@dataclass(frozen=True)
class Item:
    """One thing on a page, in order: a heading of a group, of a repeat or of one of its rounds, or a question."""

    path: str
    kind: str  # group, repeat, round, question
    depth: int
    label: str
    hint: str = ""
    can_add: bool = False
    can_remove: bool = False


@dataclass(frozen=True)
class Screen:
    """One topic: a page in step mode, a section in desk mode."""

    path: str
    title: str
    hint: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Context:
    """Where and by whom a form is filled in. `now` is asked each time an expression wants the day or the moment."""

    now: Any = None  # a datetime, or something that gives one; None: this device's clock
    worker: str = ""
    device: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    language: str = ""  # one of the form's own languages; where it has no such, the interface's

    def moment(self) -> datetime:
        """The present moment, without a zone."""
        said = self.now() if callable(self.now) else self.now
        if said is None:
            said = datetime.now()  # noqa: DTZ005  # the clock on this desk
        if isinstance(said, date) and not isinstance(said, datetime):
            said = datetime.combine(said, datetime.min.time())
        moment: datetime = said
        return moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment


@dataclass(frozen=True)
class Result:
    """What a filled-in form says. Answers to questions that are not asked are no part of it."""

    answers: Mapping[str, Any]  # "people[1]/name" -> text, or a list of names; 不清楚 is "not_known"
    score: str
    level: str
    facts: tuple[Any, ...]  # models.records.fact.FactEntry
    needs: tuple[str, ...]  # groups of the service list
    pictures: tuple[str, ...]  # ids


_MARKS = (
    (re.compile(r"<\s*(?:span|b|i|u|em|strong|small|font|a|p|div|center|h[1-6])\b[^<>]*>|</\s*\w+\s*>", re.I), ""),
    (re.compile(r"<\s*br\s*/?>", re.I), "\n"),
    (re.compile(r"^#{1,6}\s+", re.M), ""),
    (re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.S), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"\\([*_#\\])"), r"\1"),
    (re.compile(r"&nbsp;"), " "),
    (re.compile(r"&lt;"), "<"),
    (re.compile(r"&gt;"), ">"),
    (re.compile(r"&amp;"), "&"),
)


def without_marks(text: str) -> str:
    """A label without the marks for bold, headings and colours that some tools draw."""
    if not any(mark in text for mark in "<*_#&[\\"):
        return text
    for pattern, put in _MARKS:
        text = pattern.sub(put, text)
    return text
