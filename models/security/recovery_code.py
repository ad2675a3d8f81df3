"""The recovery code: 160 random bits as they are printed on paper, and read again from what somebody types.

Eight groups of four characters of five bits each (Crockford's base 32: no I, L, O and U; an I, L or O that is typed is
taken as the digit that it looks like), and a check character after ISO 7064 (the hybrid system of clause 9 over 32
characters): every single wrong character is seen at once, and nearly every exchange of neighbours.
"""

import unicodedata

from stdnum.iso7064 import mod_37_36

from models.errors import Problem
from models.texts import _
from models.values import CROCKFORD

ALPHABET = CROCKFORD
BITS, LENGTH, GROUP = 160, 32, 4
_LOOKS_LIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


class CodeMistyped(Problem):
    """What was typed is no recovery code. Facts: reason (length, sign or check); count of what was typed, or sign."""

    def sentence(self) -> str:
        """Tell the worker."""
        reasons = {
            "length": _(
                "The recovery code has 33 letters and digits; {count} were typed. Nothing was changed. "
                "Compare with the paper."
            ),
            "sign": _(
                "“{sign}” occurs in no recovery code. Nothing was changed. Compare with the paper, group by group."
            ),
            "check": _(
                "There is a slip in the recovery code: its check character does not fit. Nothing was changed. "
                "Compare with the paper, group by group."
            ),
        }
        return reasons[str(self.facts["reason"])].format(**self.facts)


def show(code: bytes) -> str:
    """A code as it is printed: eight groups of four, the check character. Raises ValueError for other than 160 bits."""
    if len(code) * 8 != BITS:
        raise ValueError("a recovery code has 160 bits")
    number = int.from_bytes(code, "big")
    stem = "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH - 1, -1, -1))
    groups = [stem[at : at + GROUP] for at in range(0, LENGTH, GROUP)]
    return "-".join([*groups, mod_37_36.calc_check_digit(stem, ALPHABET)])


def read(typed: str) -> bytes:
    """The bits of a code in any width and case, with or without hyphens and spaces. Raises CodeMistyped."""
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_LOOKS_LIKE)
    letters = "".join(sign for sign in plain if sign.isalnum())
    wrong = next((sign for sign in letters if sign not in ALPHABET), "")
    if wrong:
        raise CodeMistyped(reason="sign", sign=wrong)
    if len(letters) != LENGTH + 1:
        raise CodeMistyped(reason="length", count=len(letters))
    if not mod_37_36.is_valid(letters, ALPHABET):
        raise CodeMistyped(reason="check")
    number = 0
    for sign in letters[:LENGTH]:
        number = number << 5 | ALPHABET.index(sign)
    return number.to_bytes(BITS // 8, "big")
