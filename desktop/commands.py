"""Finding a command by its Chinese words, their pinyin or initials, or its English words."""

from collections.abc import Iterable
from functools import cache

from PySide6.QtGui import QAction


@cache
def readings(text: str) -> tuple[str, ...]:
    """How a text may be typed: itself, its full pinyin, its initials. Pinyin is loaded when first asked for."""
    plain = text.casefold().replace("&", "")
    if plain.isascii():
        words = plain.replace("-", " ").split()
        return (plain, "".join(word[0] for word in words))
    from pypinyin import Style, lazy_pinyin

    full = lazy_pinyin(plain, style=Style.NORMAL)
    return (plain, "".join(full), "".join(syllable[0] for syllable in full if syllable))


def rank(typed: str, texts: Iterable[str]) -> int | None:
    """How well what was typed fits one of the texts of a command: 0 is best, None not at all."""
    typed = "".join(typed.casefold().split())
    best: int | None = None
    for text in texts:
        for place, reading in enumerate(readings(text)):
            reading = reading.replace(" ", "")
            if reading.startswith(typed):
                found = place
            elif typed in reading:
                found = 4 + place
            else:
                continue
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
