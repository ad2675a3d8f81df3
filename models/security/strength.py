"""How long a passphrase would stand before somebody who took the laptop: shown while one is chosen.

What is written in Latin letters and digits is judged by zxcvbn (Wheeler, USENIX Security 2016: the guesses that an
attacker needs who knows common words, names, dates, keyboards and runs); it knows no Chinese, so Chinese characters
are counted by what running text tells at least. The floor of models.security.passphrase stays the floor.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from models.security.passphrase import COMMON, is_weak, plain, without_runs
from models.texts import _

SECONDS_A_GUESS = 0.155
"""What one guess costs at keystore.STANDARD on the two-core machine that the design was measured on."""
LEAST_LOG10 = 6.0
"""A million guesses: two days of that machine. A passphrase below is refused."""
_LOG10_A_CHARACTER = 1.5  # a Chinese character in running text: some 5 bits (estimates lie between 4 and 10)
_STEPS = (3.0, 6.0, 8.0, 10.0)  # zxcvbn's own, as powers of ten: 1, 2, 3, 4 are reached from there on
_MOST_CHARACTERS = 60  # zxcvbn takes longer than a key press on longer ones; what follows is not counted
_CHINESE = re.compile(r"[\u2e80-\U0003ffff]+")


@dataclass(frozen=True)
class Strength:
    """What is shown of a passphrase."""

    score: int  # 0: refused or nearly; 4: nobody guesses it
    guesses_log10: float
    seconds: float  # until it is found, on average, on one computer as our cost was measured on
    hint: str  # what would make it better, in the language now shown; "" where nothing must
    enough: bool  # whether it is accepted


def strength(passphrase: str, about: Iterable[str] = ()) -> Strength:
    """Judge a passphrase as it is typed. about: what is known of its owner: name, phone, office."""
    told = tuple(
        sorted({word for one in about for word in (plain(one), *re.split(r"\W+", plain(one))) if len(word) > 1})
    )
    guesses, trouble = _guesses(plain(passphrase), told)
    weak = is_weak(passphrase)
    score = sum(guesses >= step for step in _STEPS)
    enough = not weak and guesses >= LEAST_LOG10
    score = min(score, 1) if not enough else max(score, 2)
    seconds = min(10.0**guesses * SECONDS_A_GUESS / 2, 1e15)
    return Strength(score, round(guesses, 2), seconds, _hint(passphrase, trouble, score), enough)


def too_easy(passphrase: str, about: Iterable[str] = ()) -> bool:
    """Whether a passphrase is refused."""
    return is_weak(passphrase) or not strength(passphrase, about).enough


@lru_cache(64)
def _guesses(words: str, about: tuple[str, ...]) -> tuple[float, str]:
    """The power of ten of the guesses, and what makes it so few: one of zxcvbn's patterns, about, common or ""."""
    trouble = ""
    for known in sorted(about, key=len, reverse=True):
        if known in words:
            words, trouble = words.replace(known, " "), "about"
    chinese = "".join(_CHINESE.findall(words))
    latin = _CHINESE.sub(" ", words).strip()
    kept = without_runs(chinese)
    for common in COMMON:
        kept = kept.replace(common, "")
    if len(kept) < len(chinese) and not trouble:
        trouble = "common"
    different = len(set(kept))
    total = _LOG10_A_CHARACTER * (different + math.sqrt(len(kept) - different)) if kept else 0.0
    if latin:
        judged = _judged(latin[:_MOST_CHARACTERS])
        total += float(judged["guesses_log10"])
        if not trouble:
            worst = max(judged["sequence"], key=lambda part: len(part["token"]), default={"pattern": ""})
            trouble = str(worst["pattern"])
    return total, trouble


def _judged(latin: str) -> dict[str, Any]:
    from zxcvbn import zxcvbn  # its lists take a while to load, and most starts of the program need none of them

    said: dict[str, Any] = zxcvbn(latin)
    return said


def _hint(passphrase: str, trouble: str, score: int) -> str:
    if not passphrase:
        return ""
    if score >= 3:
        return ""
    hints = {
        "about": _("Your own name, number or office is the first that somebody tries. Leave it out."),
        "common": _("These words are tried first. Add words that have nothing to do with your work."),
        "dictionary": _("Common words are tried first. Take several that have nothing to do with one another."),
        "spatial": _("Keys that lie side by side are tried early. Use words instead."),
        "repeat": _("Repeating makes it longer, not safer. Use other words instead."),
        "sequence": _("Runs such as abc or 123 are tried early. Use words instead."),
        "regex": _("Years and dates are tried early. Use words instead."),
        "date": _("Years and dates are tried early. Use words instead."),
    }
    return hints.get(trouble) or _("Make it longer: four words that have nothing to do with one another are good.")
