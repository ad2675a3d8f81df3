"""A compiled questionnaire: plain JSON that is stored version by version, and what is asked about it.

The shape of the body (format 1)::

    {"format": 1, "id", "version", "root": "data", "subject", "unknowns": bool, "score": path, "level": path,
     "titles": {language: title}, "languages": [...], "default_language": "",
     "texts": {id: {language: {"text" | "guidance" | "image" | "audio" | "video": parts}}},
     "lists": {id: {"items": [{column: text}]}},
     "nodes": [{"path", "kind", ...}],          in the order of the form, a group before what it holds
     "actions": [{"event", "source", "target", "value"}],
     "sheets": {name: {"headings": [...], "rows": [{heading: text}]}}}     as the author wrote them

A text's parts are a text, or a list of texts and [expression]. A node may hold: type, control, label, hint (ids of
texts), relevant, constraint, calculate, required, readonly, count (expressions), constraint_message, required_message,
appearance, default, preload, choices {list, nodeset, value, label, itext}, least, most, step, hidden, ours {fact,
fact_value, paper, why, sensitive, needs, unknowns}.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from models import texts

FORMAT = 1
ANSWERED = frozenset(
    {
        "text", "long_text", "number", "whole", "date", "time", "datetime", "choice", "choices", "rank", "acknowledge",
        "picture", "skipped",
    }
)  # fmt: skip
"""Kinds of question that take an answer."""


@dataclass(frozen=True)
class Compiled:
    """One version of a questionnaire, as stored."""

    body: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Compiled":
        """Open what was stored. ValueError where it is no compiled questionnaire, or one of a newer program."""
        if not isinstance(body, Mapping) or body.get("format") != FORMAT or not isinstance(body.get("nodes"), list):
            raise ValueError("not a compiled questionnaire of this format")
        return cls(body)

    @property
    def id(self) -> str:
        """The form's id, the same for all its versions."""
        return str(self.body["id"])

    @property
    def version(self) -> str:
        """The version, as its author wrote it, or the day of import."""
        return str(self.body["version"])

    @property
    def subject(self) -> str:
        """Whom it is about: resident or household."""
        return str(self.body["subject"])

    @property
    def titles(self) -> dict[str, str]:
        """Titles by language; the language "" where the author gave none."""
        return dict(self.body["titles"])

    @property
    def title(self) -> str:
        """The title in the language now shown."""
        titles = self.titles
        return titles.get(self.shown_language) or titles.get("") or next(iter(titles.values()), self.id)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages as the author wrote them; () where the form has only one, unnamed."""
        return tuple(self.body["languages"])

    @property
    def shown_language(self) -> str:
        """Which of the form's languages is shown, with the interface's language; "" for the only one."""
        return language_for(texts.language(), self.languages, str(self.body["default_language"]))

    @cached_property
    def nodes(self) -> dict[str, dict[str, Any]]:
        """The nodes by path, in order."""
        return {node["path"]: node for node in self.body["nodes"]}

    @property
    def number_of_questions(self) -> int:
        """How many questions can be answered, a question of a repeat counted once."""
        return sum(node["kind"] in ANSWERED and not node.get("hidden") for node in self.body["nodes"])

    @property
    def sheets(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """The sheets as their author wrote them, headings first: what a workbook is written from."""
        found = {}
        for name, sheet in self.body["sheets"].items():
            headings = tuple(sheet["headings"])
            rows = (tuple(row.get(heading, "") for heading in headings) for row in sheet["rows"])
            found[str(name)] = (headings, *rows)
        return found

    @property
    def has_repeats(self) -> bool:
        """Are there rounds?"""
        return any(node["kind"] == "repeat" for node in self.body["nodes"])

    @property
    def has_pictures(self) -> bool:
        """Is a picture asked for?"""
        return any(node["kind"] == "picture" for node in self.body["nodes"])

    @property
    def has_score(self) -> bool:
        """Does it end in points or a level?"""
        return bool(self.body.get("score") or self.body.get("level"))

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts of the policy vocabulary that answers may state."""
        named = (node.get("ours", {}).get("fact", "") for node in self.body["nodes"])
        return tuple(dict.fromkeys(name for name in named if name))


def language_for(interface: str, languages: tuple[str, ...], default: str) -> str:
    """The form's language for the interface's (zh_CN, en): by its code in brackets, else by its name."""
    codes = {"zh_CN": ("zh", "cn", "chi"), "en": ("en", "eng")}[interface]
    words = {"zh_CN": ("中文", "汉语", "简体", "chinese"), "en": ("english", "英文", "英语")}[interface]
    for language in languages:
        low = language.casefold()
        code = low.rpartition("(")[2].rstrip(") ").replace("_", "-").partition("-")[0] if "(" in low else low
        if code in codes or any(word in low for word in words):
            return language
    return default if default in languages else (languages[0] if languages else "")
