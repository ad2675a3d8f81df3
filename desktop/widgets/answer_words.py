"""An answer in words, for the page on which everything is checked before it is saved."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from desktop.case_words import age_text, day_text
from desktop.widgets.address_picker import address_words
from forms.reading import read_date
from forms.shape import Question
from models.texts import _
from models.values import age_on


def answer_words(question: Question, answer: object, today: date, choices: Mapping[str, str] | None = None) -> str:
    """The answer as the worker reads it; "" where there is none. `choices` are codes that only the page knows."""
    if answer in (None, "", [], {}):
        return ""
    unknown = dict(question.unknown_choices)
    if isinstance(answer, str) and answer in unknown:
        return unknown[answer]
    labels = dict(choices) if choices is not None else dict(question.choices)
    if question.kind in ("choice", "yes_no"):
        return labels.get(str(answer), str(answer))
    if question.kind == "choices" and isinstance(answer, list | tuple):
        return _list(labels.get(str(code), str(code)) for code in answer)
    if question.kind == "date":
        return _date_words(question, str(answer), today)
    if question.kind == "address" and isinstance(answer, Mapping):
        return address_words(answer)
    if question.kind in ("document", "phone") and isinstance(answer, list | tuple):
        return "\n".join(filter(None, (_numbered(question, row) for row in answer if isinstance(row, Mapping))))
    if question.kind == "number" and question.unit:
        return f"{answer} {question.unit}"
    return str(answer).strip()


def _date_words(question: Question, typed: str, today: date) -> str:
    day = read_date(typed)
    if day is None:
        return typed
    if question.birth and day <= today:
        return _("{date}, {age}").format(date=day_text(day), age=age_text(age_on(day, today)))
    return day_text(day)


def _numbered(question: Question, row: Mapping[str, Any]) -> str:
    number = str(row.get("number") or "").strip()
    if not number:
        return ""
    if question.kind == "phone":
        return " ".join(filter(None, (number, str(row.get("whose") or "").strip())))
    kind = dict(question.choices).get(str(row.get("kind") or "resident_card"), "")
    return " ".join(filter(None, (kind, number, _("seen") if row.get("seen") else "")))


def _list(words: Any) -> str:
    return _(", ").join(words)
