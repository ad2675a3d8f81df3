"""Finding a command by its Chinese words, their pinyin or initials, or its English words."""

import re
from collections.abc import Iterable
from functools import cache

from PySide6.QtGui import QAction

_WORDS = re.compile(r"[a-z0-9]+|[^\W_]")
"""A word of Latin letters, or one Chinese character; signs between them are never typed."""


@cache
def readings(text: str) -> tuple[tuple[str, ...], ...]:
    """How a text may be typed, each way as its words: itself, in pinyin, by initials. Pinyin is loaded on first use."""
    plain = text.casefold().replace("&", "")
    if plain.isascii():
        words = tuple(_WORDS.findall(plain))
        return (words, tuple(word[0] for word in words))
    from pypinyin import Style, lazy_pinyin

    syllables: list[str] = []
    for found in lazy_pinyin(plain, style=Style.NORMAL):
        syllables += _WORDS.findall(found)  # what is not Chinese comes as one piece, signs and all
    return (tuple(_WORDS.findall(plain)), tuple(syllables), tuple(syllable[0] for syllable in syllables))


def rank(typed: str, texts: Iterable[str]) -> int | None:
    """How well what was typed fits one of the texts of a command: 0 is best, None not at all.

    What is typed must begin where a word, a character or a syllable begins; the beginning of the text fits best.
    """
    typed = "".join(_WORDS.findall(typed.casefold()))
    best: int | None = None
    for text in texts:
        for place, words in enumerate(readings(text)):
            starts = (start for start in range(len(words)) if "".join(words[start:]).startswith(typed))
            start = next(starts, None)
            if start is not None:
                found = place + (4 if start else 0)
                best = found if best is None else min(best, found)
    return best


def matching(typed: str, actions: Iterable[QAction]) -> list[QAction]:
    """The enabled actions that fit, best first; all of them where nothing was typed."""
    usable = [action for action in actions if action.isEnabled() and action.isVisible() and action.text()]
    if not typed.strip():
        return usable
    ranked = []
    for place, action in enumerate(usable):
        command = action.data()
        english = getattr(command, "text", "")
        found = rank(typed, {action.text(), english} - {""})
        if found is not None:
            ranked.append((found, place, action))
    return [action for _rank, _place, action in sorted(ranked, key=lambda entry: entry[:2])]
