"""Identity documents: which kinds there are, whether a number fits, and what an identity card's number tells.

Check digits are python-stdnum's work (ISO 7064 MOD 11-2 of GB 11643-1999); the forms of the other numbers are those of
the code list in resources/codes.toml.
"""

import re
from dataclasses import dataclass
from datetime import date

from stdnum.iso7064 import mod_11_2

from models.records import codes

DOCUMENT_KINDS = tuple(code for code, _label in codes.choices("document"))

_SHAPES = {
    "resident_card": re.compile(r"\d{17}[\dX]"),
    "resident_card_15": re.compile(r"\d{15}"),
    "hmt_residence_permit": re.compile(r"8[123]0000\d{11}[\dX]"),
    "foreign_permanent": re.compile(r"9\d{16}[\dX]|[A-Z]{3}\d{12}"),
    "passport": re.compile(r"[A-Z0-9]{5,17}"),
    "hm_travel_permit": re.compile(r"[HM]\d{8}(\d{2})?"),
    "tw_travel_permit": re.compile(r"\d{8}|[A-Z]\d{7,10}"),
    "disability_cert": re.compile(r"\d{17}[\dX][1-7][1-4](B\d+)?"),
}
_FULL_WIDTH = str.maketrans("０１２３４５６７８９ＸｘＢ", "0123456789XxB")


@dataclass(frozen=True)
class CardFacts:
    """What an identity number tells. The division is where the number was first issued, not where the hukou is now."""

    birth_date: date
    sex: str  # GB/T 2261.1
    division: str  # six digits


def tidy_number(typed: str) -> str:
    """Drop spaces and dashes, turn full-width digits and a small x into what the document prints."""
    return re.sub(r"[\s\-–—_]", "", typed.translate(_FULL_WIDTH)).upper()


def read_card(number: str) -> CardFacts | None:
    """Birth date, sex and first division from an 18-character or 15-digit number; None where it tells none."""
    if re.fullmatch(r"\d{17}[\dX]", number):
        division, birth, sequence = number[:6], number[6:14], int(number[14:17])
    elif re.fullmatch(r"\d{15}", number):
        # The 1984 form was issued until 1999 to people born in the twentieth century.
        division, birth, sequence = number[:6], "19" + number[6:12], int(number[12:15])
    else:
        return None
    try:
        born = date(int(birth[:4]), int(birth[4:6]), int(birth[6:]))
    except ValueError:
        return None
    return CardFacts(born, "1" if sequence % 2 else "2", division)


def check_document(kind: str, number: str) -> str:
    """Why a tidied number does not fit its kind: "" (it fits), number_shape, number_check or number_birth."""
    shape = _SHAPES.get(kind)
    if shape and not shape.fullmatch(number):
        return "number_shape"
    base = number[:18]
    if kind in ("resident_card", "hmt_residence_permit", "disability_cert") or (
        kind == "foreign_permanent" and number[0] == "9"
    ):
        if not mod_11_2.is_valid(base):
            return "number_check"
        if kind != "foreign_permanent" and read_card(base) is None:
            return "number_birth"
    if kind == "resident_card_15" and read_card(number) is None:
        return "number_birth"
    return ""


@dataclass(frozen=True)
class DisabilityFacts:
    """What a disability certificate's number tells, in the words of the policy vocabulary."""

    category: str
    grade: int


def read_disability_certificate(number: str) -> DisabilityFacts | None:
    """Category and grade from a disability certificate number (18 + category + grade); None where it tells none."""
    if check_document("disability_cert", number):
        return None
    words = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
    return DisabilityFacts(words[int(number[18]) - 1], int(number[19]))
