"""The words printed on papers, by language: data in resources/papers, because a paper keeps its own language."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Literal

from reports.fonts import HERE
from reports.lines import Run

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


PLACE = re.compile(r"\{([a-z_]+)\}")
FIXED = frozenset({"numerals", "date"})
"""What no office changes: how numbers and days are written."""


@cache
def wording(paper: str, language: str) -> Mapping[str, str]:
    """The wording of one paper ("letter", "receipt", "visit") in "zh" or "en". Raises KeyError for another language."""
    with (HERE / "resources" / "papers" / f"{paper}.toml").open("rb") as file:
        words: Mapping[str, str] = tomllib.load(file)[language]
    return words


def changeable(paper: str) -> dict[str, str]:
    """The words of a paper that an office may change, by "zh.title", in the order of the page: what holds a word at
    all, which marks and bare places do not (of a letter those between its sentences too).
    """
    found: dict[str, str] = {}
    for language in ("zh", "en"):
        for key, text in wording(paper, language).items():
            if key not in FIXED and (paper == "letter" or any(map(str.isalpha, PLACE.sub("", text)))):
                found[f"{language}.{key}"] = text
    return found


def text_problems(paper: str, texts: Mapping[str, str]) -> dict[str, Literal["unknown", "places", "long"]]:
    """What is wrong with an office's own words, by their key ("zh.title"): a key that the paper does not know, places
    in braces that the paper's own words do not have or a lone brace, or more than three times the length there is
    room for. Words with a problem are not printed: the program's own stand in their place.
    """
    found: dict[str, Literal["unknown", "places", "long"]] = {}
    for key, text in texts.items():
        language, _dot, name = key.partition(".")
        own = wording(paper, language).get(name) if language in ("zh", "en") else None
        if own is None or name in FIXED:
            found[key] = "unknown"
        elif set(PLACE.findall(text)) - set(PLACE.findall(own)) or set("{}") & set(PLACE.sub("", text)):
            found[key] = "places"
        elif len(text) > 3 * len(own) + 20:
            found[key] = "long"
    return found


def own_wording(paper: str, language: str, texts: Mapping[str, str]) -> Mapping[str, str]:
    """The wording of a paper with the office's own words ("zh.title" and the like) where they can be printed."""
    if not texts:
        return wording(paper, language)
    wrong, start = text_problems(paper, texts), language + "."
    mine = {
        key.removeprefix(start): text
        for key, text in texts.items()
        if key.startswith(start) and key not in wrong and text.strip()
    }
    return {**wording(paper, language), **mine}


def day_text(pattern: str, day: date) -> str:
    """A date in words, with Arabic figures and without leading zeros (GB/T 9704-2012, 7.3.5.4)."""
    return pattern.format(y=day.year, m=day.month, d=day.day, month=MONTHS[day.month - 1])


def filled(pattern: str, face: str = "song", **runs: Run) -> list[Run]:
    """The runs of a sentence whose {places} are filled with runs of their own, for example a name kept whole."""
    out: list[Run] = []
    rest = pattern
    while rest:
        text, brace, rest = rest.partition("{")
        if text:
            out.append(Run(text, face))
        if brace:
            key, _brace, rest = rest.partition("}")
            out.append(runs[key])
    return out
