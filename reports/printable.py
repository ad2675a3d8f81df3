"""The gate before printing: nothing goes on paper that no face can show, and no whole identity number."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from models.errors import Problem
from models.texts import _
from reports.fonts import missing

# An 18-digit citizen identity number (GB 11643-1999) or a 15-digit old one, standing by itself.
WHOLE_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9Xx])")

UNPRINTED = frozenset({"logo", "seal"})
"""Fields that are drawn and not written: a picture, and what stands in a QR code."""


class UnprintableText(Problem):
    """Some characters are in none of the faces. Nothing is printed; never a box in place of a character.

    `characters` has each one once, `where` the fields that hold them ("resident_name", "matters.0.name"). The
    exception's own text names no character, since it may end up in a log.
    """

    def __init__(self, characters: tuple[str, ...], where: tuple[str, ...]) -> None:
        super().__init__(characters=characters, where=where)
        self.characters = characters
        self.where = where

    def sentence(self) -> str:
        """Tell the worker which characters, with their codes where they cannot even be seen."""
        shown = "、".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in self.characters)
        return _(
            "Nothing was printed: no typeface here can show {characters}. The record is safe. "
            "Check that the character was typed as on the document, or hand the paper in with the name written by hand."
        ).format(characters=shown)


class UnmaskedNumber(ValueError):  # noqa: N818  # a bug of the caller, not a Problem of the worker
    """A paper would show a whole identity number; only masked ones may be printed. `where` names the field."""

    def __init__(self, where: str) -> None:
        super().__init__(f"a whole identity number would be printed, in: {where}")
        self.where = where


def _texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name not in UNPRINTED:
                yield from _texts(getattr(value, name), f"{where}.{name}" if where else name)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, f"{where}.{name}")
    elif isinstance(value, tuple | list):
        for number, item in enumerate(value):
            yield from _texts(item, f"{where}.{number}")


def check(value: BaseModel) -> None:
    """Raise UnprintableText or UnmaskedNumber if a value may not go on paper as it is."""
    characters: list[str] = []
    fields: list[str] = []
    for where, text in _texts(value, ""):
        if WHOLE_NUMBER.search(text):
            raise UnmaskedNumber(where)
        if absent := missing(one_line(text)):
            characters += absent
            fields.append(where)
    if characters:
        raise UnprintableText(tuple(dict.fromkeys(characters)), tuple(fields))


def one_line(text: str) -> str:
    """A text without line ends, tabs and invisible joiners, as it is printed in a field."""
    if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text  # as most are
    return " ".join(re.sub("[\u200b-\u200f\u2060\ufeff]", "", text).split())
