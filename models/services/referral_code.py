"""The short code on the slip of a letter: typed or scanned when it comes back, and found again.

Seven random characters and a check character after ISO 7064 (the hybrid system MOD M+1, M of clause 9, of which MOD
37,36 is the case of 36 characters), over an alphabet without characters that are taken for each other (0 O, 1 I L,
V U) and without vowels, so that no code is a word. M = 28 is even and 29 is prime: every single wrong character is
seen, and 99.7 per cent of the exchanges of neighbours.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass

from stdnum.iso7064 import mod_37_36

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 8

_STOPGAP = r"(?:临(?P<holder>[0-9A-Z]{4})\W*)?"  # the series of a computer that had no block left
_NUMBER = re.compile(
    rf"^(?P<mark>[^\W\d]*?)转?\W*(?P<year>\d{{4}})(?:年|\W)+{_STOPGAP}第?0*(?P<serial>\d{{1,7}})\W*号?\W*$"
)  # 劝业社转〔2026〕6号, (2026)6, 2026-6, 2026-临K7Q2-3
_SERIAL = re.compile(rf"^{_STOPGAP}第?0*(?P<serial>\d{{1,7}})号?$")
_BETWEEN = re.compile(r"[\s\-–—_.·*/]+")
_SPACES = re.compile(r"(?<!\d)\s+|\s+(?!\d)")  # all but those between two digits


@dataclass(frozen=True)
class Wanted:
    """What somebody typed or scanned: a code, or a letter number as far as it was typed. All empty: nothing of these.

    mistyped: it has the form of a code, and its check character says that it is not one.
    """

    code: str = ""
    mark: str = ""
    year: int = 0
    serial: int = 0
    holder: str = ""  # whose stopgap series the number is of (临); empty: one of a block
    mistyped: bool = False

    def __bool__(self) -> bool:
        return bool(self.code or self.serial)


def new_code() -> str:
    """A code nobody can guess; 28⁷ (13 thousand million) are possible."""
    stem = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH - 1))
    return stem + mod_37_36.calc_check_digit(stem, ALPHABET)


def is_code(text: str) -> bool:
    """Whether eight characters are a code, by the check character."""
    return len(text) == LENGTH and mod_37_36.is_valid(text, ALPHABET)


def show_code(code: str) -> str:
    """A code as it is printed and read out: two groups of four."""
    return f"{code[:4]}-{code[4:]}" if len(code) == LENGTH else code


def read(text: str) -> Wanted:
    """What was typed or scanned, in any width and case, with or without spaces and hyphens.

    A number may be whole (劝业社转〔2026〕6号, with any brackets) or short: 2026-6, 6号, 6; one of a stopgap series
    keeps its sign and code: 劝业社转〔2026〕临K7Q2-3号, 临K7Q2-3.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    code = _BETWEEN.sub("", plain)
    if is_code(code):
        return Wanted(code=code)
    number = _SPACES.sub("", plain)
    if found := _SERIAL.match(number):
        return Wanted(serial=int(found["serial"]), holder=found["holder"] or "")
    if found := _NUMBER.match(number):
        year, serial = int(found["year"]), int(found["serial"])
        return Wanted(mark=found["mark"], year=year, serial=serial, holder=found["holder"] or "")
    return Wanted(mistyped=len(code) == LENGTH and set(code) <= set(ALPHABET))
