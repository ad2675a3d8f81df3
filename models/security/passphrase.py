"""Which passphrases are too easy to guess.

A laptop with residents' records may be stolen, and then nothing but the passphrase stands before them: at about six
guesses a second and core, a six-digit number falls within two days.
"""

import re
import unicodedata

LEAST_WEIGHT = 10
LEAST_DIGITS = 14  # for a passphrase of digits alone: telephone numbers and dates are shorter
LEAST_DISTINCT = 5

# fmt: off
COMMON = (
    "password", "passw0rd", "p@ssw0rd", "p@ssword", "letmein", "welcome", "iloveyou", "woaini", "administrator",
    "admin", "qwertyuiop", "qwerty", "asdfgh", "zxcvbn", "1q2w3e4r", "qazwsx", "abc123", "a123456", "test", "user",
    "root", "jinmen", "tianjin", "shequ", "juweihui", "huangguan", "dragon", "monkey", "我的密码", "密码", "社区",
    "居委会", "天津", "津门入户", "我爱你", "中国",
)
"""Words that are tried first."""
# fmt: on
_ROWS = (
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "一二三四五六七八九十",
    "甲乙丙丁戊己庚辛壬癸",
)


def plain(passphrase: str) -> str:
    """A passphrase as it is judged: one width, no case."""
    return unicodedata.normalize("NFKC", passphrase).strip().lower()


def is_weak(passphrase: str) -> bool:
    """Whether a passphrase is too short, too uniform, a run, a repetition, a bare number or a common one.

    Ten characters are asked for; a Chinese character counts as two, since there are so many of them.
    """
    words = plain(passphrase)
    core = re.sub(r"[\s\-_.,!，。！·]", "", words)
    if sum(2 if ord(c) > 0x2E7F else 1 for c in words) < LEAST_WEIGHT:
        return True
    if len(set(core)) < (LEAST_DISTINCT if core.isascii() else LEAST_DISTINCT - 1):
        return True
    if core.isdecimal() and len(core) < LEAST_DIGITS:
        return True
    if re.fullmatch(r"\d{6}(18|19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dx]", core):
        return True  # an identity number is known to many
    if re.fullmatch(r"(.{1,8}?)\1+.?", core):
        return True
    rest = core
    for word in sorted(COMMON, key=len, reverse=True):
        rest = rest.replace(word, "")
    rest = without_runs(re.sub(r"(19|20)\d\d", "", rest))
    return len(rest) < 4 and not (len(rest) >= 2 and not rest.isascii())


def without_runs(text: str) -> str:
    """The text without runs of three and more neighbours of the alphabet, the digits or the keyboard, up or down."""
    kept = text
    for row in (*_ROWS, *(row[::-1] for row in _ROWS)):
        start = 0
        while start + 3 <= len(kept):
            end = start + 3
            if kept[start:end] not in row + row:
                start += 1
                continue
            while end < len(kept) and kept[start : end + 1] in row + row:
                end += 1
            kept = kept[:start] + kept[end:]
    return re.sub(r"(.)\1{2,}", "", kept)
