"""The words printed on papers, by language: data in resources/papers, because a paper keeps its own language."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache

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


@cache
def wording(paper: str, language: str) -> Mapping[str, str]:
    """The wording of one paper ("letter", "receipt", "visit") in "zh" or "en". Raises KeyError for another language."""
    with (HERE / "resources" / "papers" / f"{paper}.toml").open("rb") as file:
        words: Mapping[str, str] = tomllib.load(file)[language]
    return words


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
