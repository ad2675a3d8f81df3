"""Headings and cells as authors write them: old names of columns, languages, and signs that keyboards put in.

Offices type expressions with the signs of a Chinese keyboard; the signs are read as the plain ones they stand for,
except inside quoted texts, where they are meant.
"""

import re

CANONICAL = {
    "relevance": "relevant", "calculate": "calculation", "list name": "list_name", "readonly": "read_only",
    "count": "repeat_count", "jr:count": "repeat_count", "caption": "label", "command": "type", "tag": "name",
    "constraining_message": "constraint_message", "repeat count": "repeat_count", "choice filter": "choice_filter",
}  # fmt: skip
EXPRESSIONS = ("relevant", "constraint", "calculation", "required", "read_only", "repeat_count", "choice_filter")
TRANSLATED = ("label", "hint", "guidance_hint", "constraint_message", "required_message")

_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})
_WIDE = str.maketrans("，（）＝＜＞！＋－＊．｛｝＄［］：｜／", ",()=<>!+-*.{}$[]:|/")
_KEPT = str.maketrans("“”„‘’", "\ue201\ue202\ue203\ue204\ue205")
_GIVEN_BACK = str.maketrans("\ue201\ue202\ue203\ue204\ue205", "“”„‘’")
_TEXTS = re.compile(r"('[^']*'|\"[^\"]*\")")


def canonical(heading: str) -> str:
    """The plain name of a column: without language, in small letters, old names as the present ones."""
    word = heading.strip().casefold()
    if word.startswith("bind"):
        word = re.sub(r"^bind\s*::?\s*(jr:)?", "", word)
        word = {"calculate": "calculation", "constraintmsg": "constraint_message"}.get(word, word)
    if not word.startswith(("jr:", "jinmen")):
        word = re.split(r"\s*::?\s*", word)[0]
    return CANONICAL.get(word, word.replace(" ", "_"))


def language_of(heading: str) -> str:
    """The language of a column: "English (en)" of "label::English (en)"; "" where it has none."""
    parts = re.split(r"\s*::\s*|(?<!jr)\s*:\s*", heading.strip(), maxsplit=1)
    return parts[1] if len(parts) > 1 else ""


def is_ours(heading: str) -> bool:
    """Is it a column of our own, which other tools ignore?"""
    return heading.casefold().startswith(("jinmen::", "jinmen_", "jinmen:"))


def plain_signs(expression: str) -> str:
    """An expression with plain signs for curly and full-width ones outside of quoted texts."""
    parts = _TEXTS.split(expression.translate(_CURLY))
    return "".join(part if place % 2 else part.translate(_WIDE) for place, part in enumerate(parts))


def keep_quotes(text: str) -> str:
    """A text whose curly quotation marks pass through the converting library, which would make them plain."""
    return text.translate(_KEPT)


def give_back_quotes(text: str) -> str:
    """The text with its quotation marks again."""
    return text.translate(_GIVEN_BACK)


def plain_type(said: str) -> str:
    """The type of a question in the standard's words, where another tool's word means the same."""
    word = " ".join(said.split())
    low = word.casefold()
    return "text" if low == "tel" or low.startswith("db:") else word
