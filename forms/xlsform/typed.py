"""From what was typed to the value that expressions work with, and back. Forgiving in form, strict in meaning."""

import re
from collections.abc import Mapping
from typing import Any

from forms.reading import Unreadable, parse_date, plain, read_number, tidy, unanswered
from forms.xlsform import values

UNKNOWN = ("not_known", "refused")
_CLOCK = re.compile(r"(\d{1,2})\s*(?:[:.时点]\s*(\d{1,2})?|(?<=\d\d)(\d\d))\s*(?:[:分]\s*(\d{1,2})?秒?)?")


def value_of(kind: str, typed: Any, node: Mapping[str, Any], unknowns: bool) -> str:
    """The value of an answer as typed; "" for none. Raises Unreadable with a key of forms.problems."""
    if typed is None:
        return ""
    if kind in ("choices", "rank"):
        names = typed.split() if isinstance(typed, str) else typed
        if not isinstance(names, list | tuple):
            raise Unreadable("not_text")
        kept = list(dict.fromkeys(tidy(name) for name in names))
        if unknowns and (unknown := next((one for one in map(unanswered, kept) if one), None)):
            return unknown
        return " ".join(name for name in kept if name)
    word = tidy(typed, lines=kind == "long_text")
    if not word:
        return ""
    if unknowns and (state := unanswered(word)):
        return state
    if kind in ("whole", "number"):
        found = read_number(word, whole=kind == "whole")
        for limit, key, wrong in (("least", "ge", "greater_than_equal"), ("most", "le", "less_than_equal")):
            said = values.number(node.get(limit, ""))
            if said == said and (found < said if limit == "least" else found > said):
                raise Unreadable(wrong, **{key: said})
        return values.number_text(found)
    if kind == "date":
        return _day(word, node.get("appearance", "").split())
    if kind == "time":
        return _clock(word)
    if kind == "datetime":
        return _moment(word)
    if kind == "acknowledge":
        return "OK" if word.casefold() not in ("no", "false", "0", "否") else ""
    return word


def _day(word: str, appearance: list[str]) -> str:
    moment = values.moment(word)
    if moment is not None:
        return moment.date().isoformat()
    found = re.fullmatch(r"(\d{4})\s*(?:年|[-/.])?\s*(?:(\d{1,2})\s*月?)?", plain(word))
    if found and ("year" in appearance or (found.group(2) and "month-year" in appearance)):
        month = int(found.group(2) or 1)
        if not 1 <= month <= 12:
            raise Unreadable("date_impossible")
        return f"{found.group(1)}-{month:02d}-01"
    return parse_date(word).isoformat()


def _clock(word: str) -> str:
    text = plain(word).casefold()
    if "T" in word and (moment := values.moment(word)):
        return moment.strftime("%H:%M:%S")
    late = bool(re.search(r"下午|晚上|pm", text))
    text = re.sub(r"(上午|下午|晚上|早上|中午|am|pm)", "", text).strip().replace("点半", ":30").replace("时半", ":30")
    text = re.sub(r"(\.\d+)?(z|[+-]\d\d:?\d\d)$", "", text)
    found = _CLOCK.fullmatch(text)
    if not found:
        raise Unreadable("time_form")
    hour, minute, second = (
        int(found.group(1)), int(found.group(2) or found.group(3) or 0), int(found.group(4) or 0)
    )  # fmt: skip
    if late and hour < 12:
        hour += 12
    if hour > 23 or minute > 59 or second > 59:
        raise Unreadable("time_form")
    return f"{hour:02d}:{minute:02d}:{second:02d}"


def _moment(word: str) -> str:
    moment = values.moment(word)
    if moment is not None:
        return moment.isoformat(timespec="seconds")
    text = plain(word)
    found = re.fullmatch(r"(.*?[\d日号])[T\s]+(\D*\d{1,2}\s*[:时点].*)", text)
    if not found:
        return f"{parse_date(text).isoformat()}T00:00:00"
    return f"{parse_date(found.group(1)).isoformat()}T{_clock(found.group(2))}"


def as_typed(kind: str, value: str) -> Any:
    """A value that nobody typed (a default, a calculation) as it would have been."""
    if kind in ("choices", "rank"):
        return [] if value in ("", *UNKNOWN) else value.split()
    return value
