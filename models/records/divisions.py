"""Where people live: the districts, streets and communities of Tianjin, and how they are found by typing.

Source: statistical division codes of the National Bureau of Statistics, state of 2023-06-30 (district 6 digits, street
9, community 12), in resources/divisions. A code holds its parents' codes, so what lies within a place is told by its
beginning. Pinyin was worked out when the table was built. The table is read at the first question, in a few
milliseconds, and kept.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from models import texts

Level = Literal["district", "street", "community"]

_LEVELS: dict[int, Level] = {6: "district", 9: "street", 12: "community"}
_ENDINGS = re.compile(r"(社区|街道|地区|村|镇|乡|区)+$")
_BETWEEN = re.compile(r"[\s›>/、,，]+")


class _Row(NamedTuple):
    code: str
    name: str
    short: str
    initials: tuple[str, ...]
    pinyin: str


@dataclass(frozen=True, slots=True)
class Division:
    """One district, street or community."""

    code: str
    name: str  # as published, for example 花园路社区居委会
    short: str  # as people say it, for example 花园路社区
    level: Level
    parent_code: str  # "" for a district
    full_name: str  # with its parents, as written in an address: 和平区劝业场街道花园路社区

    @property
    def path(self) -> str:
        """With its parents, for lists: 和平区 › 劝业场街道 › 花园路社区."""
        return path(self.code)


@cache
def _lines() -> dict[str, tuple[str, str]]:
    """The lines of the table by code, as they are and casefolded, in the order of codes, parents before children."""
    text = (files("resources") / "divisions" / "tianjin.tsv").read_text("utf-8")
    pairs = zip(text.splitlines(), text.casefold().splitlines(), strict=True)
    return {line[: line.index("\t")]: (line, folded) for line, folded in pairs}


@cache
def _row(code: str) -> _Row:
    """One line, taken apart; KeyError where there is no such place."""
    _code, name, short, initials, pinyin = _lines()[code][0].split("\t")
    return _Row(code, name, short, tuple(initials.split(" ")), pinyin)


@cache
def _provinces() -> dict[str, tuple[str, str]]:
    lines = (files("resources") / "divisions" / "provinces.tsv").read_text("utf-8").splitlines()
    return {code: (zh, en) for code, zh, en in (line.split("\t") for line in lines)}


def _codes_above(code: str) -> list[str]:
    return [code[:length] for length in _LEVELS if length <= len(code)]


def _division(code: str) -> Division:
    row = _row(code)
    level = _LEVELS[len(code)]
    parent = code[:-3] if level != "district" else ""
    full = "".join(_row(above).short for above in _codes_above(code))
    return Division(code, row.name, row.short, level, parent, full)


def division(code: str) -> Division | None:
    """The place with this code, of any level; None where the table does not hold it."""
    return _division(code) if code in _lines() else None


def district(code: str) -> Division | None:
    """The district with this six-digit code; None where there is none."""
    return division(code) if len(code) == 6 else None


def street(code: str) -> Division | None:
    """The street or town with this nine-digit code; None where there is none."""
    return division(code) if len(code) == 9 else None


def community(code: str) -> Division | None:
    """The community or village with this twelve-digit code; None where there is none."""
    return division(code) if len(code) == 12 else None


def districts() -> list[Division]:
    """The sixteen districts in the order of their codes."""
    return [_division(code) for code in _lines() if len(code) == 6]


def children(code: str) -> list[Division]:
    """What lies directly within a district or street, in the order of codes."""
    return [_division(other) for other in _lines() if len(other) == len(code) + 3 and other[:-3] == code]


def path(code: str) -> str:
    """A place with its parents, for lists: 和平区 › 劝业场街道 › 花园路社区; the code itself where it is unknown."""
    return " › ".join(_row(above).short for above in _codes_above(code)) if code in _lines() else code


def province(code: str) -> str:
    """The province that a division code begins with, in the language now shown; "" where there is none."""
    names = _provinces().get(code[:2])
    if names is None:
        return ""
    return names[0 if texts.language() == "zh_CN" else 1]


def find(text: str, level: Level | None = None, within: str = "", limit: int = 50) -> list[Division]:
    """The places that the typed text may mean, best first, at most `limit`.

    The text is any part of a name, first letters (hyl) or the beginning of the full pinyin; words before the last one
    narrow it down to places within (和平 花园). Without text: all places of the level within, in the order of codes.
    """
    words = [word for word in _BETWEEN.split(text.casefold()) if word]
    size = next((size for size, name in _LEVELS.items() if name == level), 0)
    lines = {
        code: folded
        for code, (_line, folded) in _lines().items()
        if (not size or len(code) == size) and code.startswith(within)
    }
    if not words:
        return [_division(code) for code in lines][:limit]
    if len(words) == 1 and words[0].isascii() and words[0].isdigit():
        return [_division(code) for code in lines if code.startswith(words[0])][:limit]
    word, above = words[-1], words[:-1]
    # One or two letters are only looked for where a name begins, else they would be everywhere.
    starts = ("\t" + word, " " + word) if word.isascii() and len(word) < 3 else (word,)
    ranked = []
    for code, folded in lines.items():
        if any(start in folded for start in starts):  # a quick look at the whole line; the rank looks at each part
            rank = _rank(_row(code), word)
            if rank is not None and all(_is_within(code, outer) for outer in above):
                ranked.append((rank, len(code), code))
    if not ranked and above:  # pinyin typed with spaces: hua yuan lu
        return find("".join(words), level, within, limit)
    ranked.sort()
    return [_division(code) for _best, _length, code in ranked[:limit]]


def _rank(row: _Row, word: str) -> int | None:
    """How well a row fits a typed word: 0 is best, None not at all."""
    name = row.name.casefold()
    if not word.isascii():
        if word in (name, row.short, _ENDINGS.sub("", row.short)):
            return 0
        if word in name or word in row.short:
            return 2 if name.startswith(word) else 6
        return None
    if any(reading.startswith(word) for reading in row.initials):
        # Without the ending 社区, 街道, 镇 the letters are all there: hyl is exactly 花园路.
        return 1 if len(word) in (len(row.initials[0]), len(_ENDINGS.sub("", row.short))) else 3
    if row.pinyin.startswith(word):
        return 4
    if word in name:
        return 6
    if len(word) >= 3 and (word in row.pinyin or any(word in reading for reading in row.initials)):
        return 8
    return None


def _is_within(code: str, word: str) -> bool:
    """Does the word fit one of the places that this one lies in?"""
    ranks = (_rank(_row(above), word) for above in _codes_above(code)[:-1])
    return any(rank is not None and rank < 6 for rank in ranks)
