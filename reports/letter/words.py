"""The words of a letter: those the program brings, an office's own in their place, and both languages side by side."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from reports.wording import own_wording
from reports.wording import text_problems as wording_problems


def text_problems(texts: Mapping[str, str]) -> dict[str, Literal["unknown", "places", "long"]]:
    """What is wrong with an office's own words of a letter; see reports.wording.text_problems."""
    return wording_problems("letter", texts)


class Words:
    """The words of one letter by their keys; in a letter in both languages the Chinese, with the English to ask for."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        """Language: zh, en or both. Texts: the office's own, by "zh.title" and the like."""
        self.both = language == "both"
        self.chinese = language != "en"
        self._main = own_wording("letter", "zh" if self.chinese else "en", texts)
        self._english = own_wording("letter", "en", texts if self.both or not self.chinese else {})

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


@cache
def _both(chinese: str, english: str) -> str:
    told, said = chinese.rstrip("：: "), english.rstrip("：: ")
    return f"{told} {said}" + ("：" if chinese.rstrip().endswith(("：", ":")) else "")
