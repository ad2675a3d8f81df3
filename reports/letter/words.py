"""The words of a letter: those the program brings, an office's own in their place, and both languages side by side."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal

from reports.wording import wording

PLACE = re.compile(r"\{([a-z]+)\}")
FIXED = frozenset({"numerals", "date"})
"""What no office changes: how numbers and days are written."""


def text_problems(texts: Mapping[str, str]) -> dict[str, Literal["unknown", "places", "long"]]:
    """What is wrong with an office's own words, by their key ("zh.title"): a key that the letter does not know, places
    in braces that the letter's own words do not have or a lone brace, or more than three times the length there is
    room for. Words with a problem are not printed: the program's own stand in their place.
    """
    found: dict[str, Literal["unknown", "places", "long"]] = {}
    for key, text in texts.items():
        language, _dot, name = key.partition(".")
        own = wording("letter", language).get(name) if language in ("zh", "en") else None
        if own is None or name in FIXED:
            found[key] = "unknown"
        elif set(PLACE.findall(text)) - set(PLACE.findall(own)) or set("{}") & set(PLACE.sub("", text)):
            found[key] = "places"
        elif len(text) > 3 * len(own) + 20:
            found[key] = "long"
    return found


class Words:
    """The words of one letter by their keys; in a letter in both languages the Chinese, with the English to ask for."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        """Language: zh, en or both. Texts: the office's own, by "zh.title" and the like."""
        self.both = language == "both"
        self.chinese = language != "en"
        if texts:
            wrong = text_problems(texts)
            kept = {key: text for key, text in texts.items() if key not in wrong and text.strip()}
            self._main = _own("zh" if self.chinese else "en", kept)
            self._english = _own("en", kept)
        else:
            self._main = wording("letter", "zh" if self.chinese else "en")
            self._english = wording("letter", "en")

    def __getitem__(self, key: str) -> str:
        """The words in the letter's first language."""
        return self._main[key]

    def english(self, key: str) -> str:
        """The words in English."""
        return self._english[key]

    def beneath(self, key: str) -> str:
        """The English to be put beneath the Chinese; empty in a letter in one language."""
        return self._english[key] if self.both else ""

    def label(self, key: str) -> str:
        """The words before something: "地点：", or in both languages "地点 Where to go："."""
        return _both(self._main[key], self._english[key]) if self.both else self._main[key]

    def labelled(self, key: str, **facts: object) -> str:
        """Words with a fact at the end, for example "经办人：张示例", the label in both languages."""
        pattern = self._main[key]
        if self.both:
            before, brace, after = pattern.partition("{")
            pattern = _both(before, self._english[key].partition("{")[0]) + brace + after
        return pattern.format(**facts)


def _own(language: str, texts: Mapping[str, str]) -> Mapping[str, str]:
    start = language + "."
    mine = {key.removeprefix(start): text for key, text in texts.items() if key.startswith(start)}
    return {**wording("letter", language), **mine}


@cache
def _both(chinese: str, english: str) -> str:
    told, said = chinese.rstrip("：: "), english.rstrip("：: ")
    return f"{told} {said}" + ("：" if chinese.rstrip().endswith(("：", ":")) else "")
