"""The short code of an installation, and the typed code that hands a block of letter numbers to another one."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from models.errors import Problem
from models.texts import _

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"  # none that is taken for another (0 O, 1 I L, V U), and no vowels: no words
LETTERS = "BCDFGHJKMNPQRSTVWXYZ"
HOLDER_LENGTH, CHECK_LENGTH = 4, 4
_LARGEST = 9_999_999
_FORM = re.compile(r"^(\d{4})-(\d{1,7})-(\d{1,7})-([0-9A-Z]{4})-([0-9A-Z]{4})$")


class BlockCodeRefused(Problem):
    """A typed block code is not used. Facts: reason (mistyped, other_holder), and holder, mine, mark."""

    def sentence(self) -> str:
        """Tell the worker."""
        if self.facts.get("reason") == "other_holder":
            return _(
                "This code gives numbers to the computer {holder}, and this one is {mine}. Nothing was changed. "
                "Ask for a code for {mine}."
            ).format(**self.facts)
        return _(
            "This code was mistyped, or it is not for the letter mark {mark}. Nothing was changed. "
            "Compare every character with the other screen and type it again."
        ).format(**self.facts)


@dataclass(frozen=True)
class BlockCode:
    """What a code says."""

    year: int
    first: int
    last: int
    holder: str


def new_holder(taken: Collection[str] = ()) -> str:
    """A code of four characters for an installation, none of those taken; 439,000 are possible, the first is a letter.

    Of 30 installations that one office has had in a year, two have the same with a likelihood of 1 in 1,000, and then
    only their stopgap numbers could clash, which the report of gaps shows.
    """
    while True:
        code = secrets.choice(LETTERS) + "".join(secrets.choice(ALPHABET) for _place in range(HOLDER_LENGTH - 1))
        if code not in taken:
            return code


def plain_holder(text: str) -> str:
    """A typed code of an installation in its plain form; empty where it is none."""
    code = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    sound = len(code) == HOLDER_LENGTH and set(code) <= set(ALPHABET) and code[0] in LETTERS
    return code if sound else ""


def write_block(mark: str, block: BlockCode) -> str:
    """The code to be read out and typed in: 2026-51-100-K7Q2-M3XR.

    The last four characters check all of it and the office's mark: a wrong character is found but for one in 615,000.
    """
    return f"{block.year}-{block.first}-{block.last}-{block.holder}-{_check(mark, block)}"


def read_block(mark: str, mine: str, text: str) -> BlockCode:
    """Read a typed code, in any width and case. Raises BlockCodeRefused."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    found = _FORM.match(re.sub(r"[‐-―−_.]", "-", plain))
    if found is None:
        raise BlockCodeRefused(reason="mistyped", mark=mark)
    block = BlockCode(int(found[1]), int(found[2]), int(found[3]), found[4])
    if _check(mark, block) != found[5] or not 1 <= block.first <= block.last <= _LARGEST:
        raise BlockCodeRefused(reason="mistyped", mark=mark)
    if block.holder != mine:
        raise BlockCodeRefused(reason="other_holder", holder=block.holder, mine=mine, mark=mark)
    return block


def _check(mark: str, block: BlockCode) -> str:
    said = f"jinmen-block-1|{mark}|{block.year}|{block.first}|{block.last}|{block.holder}"
    number = int.from_bytes(hashlib.sha256(said.encode()).digest()[:8], "big")
    signs = []
    for _place in range(CHECK_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[rest])
    return "".join(signs)
