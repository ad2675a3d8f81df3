"""Two people beside each other: what speaks for their being one, and what against. Pure; no records are read here."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from stdnum.iso7064 import mod_11_2

from models.records.documents import read_card
from models.services.likeness_weights import WEIGHTS, level
from models.store.names import is_chinese, readings, spelt, tidy
from models.store.variants import standard
from models.texts import _

CARD = re.compile(r"\d{17}[\dX]")
_SEQUENCE = range(14, 17)  # where an identity number says who was born first


@dataclass(frozen=True)
class Traits:
    """What is compared of a person. Numbers are (kind, tidied number); door: community, building, unit, door."""

    name: str
    former: str = ""
    sex: str = ""
    born: date | None = None
    numbers: frozenset[tuple[str, str]] = frozenset()
    phones: frozenset[str] = frozenset()  # E.164, of the person
    family_phones: frozenset[str] = frozenset()  # of somebody else who was named with it
    door: tuple[str, ...] = ()
    households: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Evidence:
    """What was observed on a pair: codes of WEIGHTS, those that speak for one person before those against."""

    codes: tuple[str, ...]

    @property
    def bits(self) -> float:
        """The sum of the weights."""
        return sum(WEIGHTS[code].bits for code in self.codes)

    @property
    def same_number(self) -> bool:
        """Whether one and the same document number stands on both, in whatever form."""
        return bool({"number_same", "number_old_form", "number_certificate"} & set(self.codes))

    @property
    def level(self) -> str:
        """certain, likely, possible or empty. A number on two records has to be looked at whatever else differs."""
        return "certain" if self.same_number else level(self.bits)

    def reasons(self) -> tuple[str, ...]:
        """What speaks for one person, in sentences: number, name, birth date, phone, home."""
        return self._said(lambda bits: bits > 0)

    def doubts(self) -> tuple[str, ...]:
        """What speaks against it, in sentences."""
        return self._said(lambda bits: bits < 0)

    def _said(self, wanted: Callable[[float], bool]) -> tuple[str, ...]:
        codes = [code for code in WEIGHTS if code in self.codes and wanted(WEIGHTS[code].bits)]
        return tuple(text for code in codes if (text := sentence(code)))


def sentence(code: str) -> str:
    """An observation in words; empty where it is not worth saying."""
    return {
        "number_same": _("The same document number"),
        "number_old_form": _("The old 15-digit form of the same number"),
        "number_certificate": _("The disability certificate carries the same identity number"),
        "number_digit": _("Document numbers that differ in one digit"),
        "number_sequence": _("Document numbers of the same place and day, as twins have them"),
        "number_differs": _("Two different document numbers"),
        "name_same": _("The same name"),
        "name_variant": _("The same name in other forms of its characters"),
        "name_former": _("The name of one is the former name of the other"),
        "name_sound": _("A name that sounds the same"),
        "name_character": _("Names that differ in one character"),
        "name_given": _("Names that differ in one character"),
        "name_part": _("A part of the same name"),
        "name_differs": _("Different names"),
        "birth_same": _("The same birth date"),
        "birth_swapped": _("The same birth date with month and day the other way round"),
        "birth_digit": _("Birth dates that differ in one digit"),
        "birth_differs": _("Different birth dates"),
        "sex_differs": _("Different sex"),
        "phone_same": _("The same phone number"),
        "phone_family": _("A phone number of the same family"),
        "door_same": _("The same door"),
        "building_same": _("The same building"),
        "household_same": _("Both stand in the same household"),
    }.get(code, "")


def compare(a: Traits, b: Traits) -> Evidence:
    """What is observed on two people. Symmetric."""
    codes = [_names(a, b), _births(a.born, b.born), *_numbers(a, b), *_phones(a, b), _homes(a, b)]
    if a.sex in ("1", "2") and b.sex in ("1", "2"):
        codes.append("sex_same" if a.sex == b.sex else "sex_differs")
    return Evidence(tuple(sorted((code for code in codes if code), key=lambda code: -WEIGHTS[code].bits)))


# Names.


def _names(a: Traits, b: Traits) -> str:
    if not tidy(a.name) or not tidy(b.name):
        return ""
    found = alike(a.name, b.name)
    if found in ("name_same", "name_variant"):
        return found
    formerly = [pair for pair in ((a.former, b.name), (a.name, b.former), (a.former, b.former)) if all(pair)]
    if any(alike(one, other) in ("name_same", "name_variant") for one, other in formerly):
        return "name_former"
    return found


def alike(one: str, other: str) -> str:
    """How two names stand to each other: a code of WEIGHTS that begins with name_."""
    a, b = tidy(one), tidy(other)
    if a == b:
        return "name_same"
    if standard(a) == standard(b):
        return "name_variant"
    if sounds(a) & sounds(b):
        return "name_sound"
    parts_a, parts_b = _parts(one), _parts(other)
    if len(parts_a) + len(parts_b) > 2 and parts_a[0] == parts_b[0]:
        return "name_part"
    if a.isascii() or b.isascii():
        return "name_differs"
    return _by_characters(standard(a), standard(b))


def _parts(name: str) -> list[str]:
    return [tidy(part) for part in name.split("·")]


def _by_characters(a: str, b: str) -> str:
    if len(a) == len(b):
        wrong = [place for place in range(len(a)) if a[place] != b[place]]
        swapped = len(wrong) == 2 and len(a) > 2 and sorted(a) == sorted(b)
        if len(wrong) == 1 or swapped:
            return "name_character" if len(a) > 2 else "name_given"
    elif abs(len(a) - len(b)) == 1 and max(len(a), len(b)) > 2:
        longer, shorter = (a, b) if len(a) > len(b) else (b, a)
        if any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer))):
            return "name_character"
    return "name_differs"


@lru_cache(maxsize=20_000)
def sounds(tidied: str) -> frozenset[str]:
    """Every full pinyin that a tidy name may have; a Latin one sounds as it is written."""
    if not is_chinese(tidied):
        return frozenset((tidied,))
    return frozenset(written for way in readings(tidied) for written in spelt(way))


# Birth dates.


def _births(a: date | None, b: date | None) -> str:
    if a is None or b is None:
        return ""
    if a == b:
        return "birth_same"
    if swapped(a) == b:
        return "birth_swapped"
    if sum(x != y for x, y in zip(f"{a:%Y%m%d}", f"{b:%Y%m%d}", strict=True)) == 1:
        return "birth_digit"
    return "birth_differs"


def swapped(born: date) -> date | None:
    """The date with month and day the other way round; None where there is no such day, or it is the same one."""
    return date(born.year, born.day, born.month) if born.day <= 12 and born.day != born.month else None


# Numbers.


def identity(number: str) -> str:
    """The first seventeen digits of the identity number that a number is or carries; empty where it is another kind."""
    if CARD.match(number) and read_card(number[:18]):  # the card, or a disability certificate of that person
        return number[:17]
    if len(number) == 15 and read_card(number):
        return f"{number[:6]}19{number[6:]}"
    return ""


def near_numbers(number: str) -> list[str]:
    """Whole identity numbers that differ from this one in a single digit before the check character."""
    base = identity(number)
    if not base:
        return []
    found = []
    for at in range(17):
        for digit in "0123456789":
            if digit != base[at]:
                other = base[:at] + digit + base[at + 1 :]
                found.append(other + mod_11_2.calc_check_digit(other))
    return found


def _numbers(a: Traits, b: Traits) -> Iterator[str]:
    if not a.numbers or not b.numbers:
        return
    if {number for _kind, number in a.numbers} & {number for _kind, number in b.numbers}:
        yield "number_same"
        return
    of_a, of_b = _identities(a.numbers), _identities(b.numbers)
    for base in sorted(set(of_a) & set(of_b)):
        forms = of_a[base] | of_b[base]
        yield "number_old_form" if 15 in forms else "number_certificate"
        return
    if of_a and of_b:
        yield min((_digits_off(one, other) for one in of_a for other in of_b), key=_CLOSENESS.index)
    else:
        kinds = {kind for kind, _number in a.numbers} & {kind for kind, _number in b.numbers}
        if kinds - {"passport", "other"}:  # people have several passports in their life
            yield "number_differs"


_CLOSENESS = ("number_digit", "number_sequence", "number_differs")


def _identities(numbers: Iterable[tuple[str, str]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for _kind, number in numbers:
        if base := identity(number):
            found.setdefault(base, set()).add(len(number))
    return found


def _digits_off(a: str, b: str) -> str:
    wrong = [at for at in range(17) if a[at] != b[at]]
    if len(wrong) == 1 and wrong[0] not in _SEQUENCE:
        return "number_digit"
    return "number_sequence" if all(at in _SEQUENCE for at in wrong) else "number_differs"


# Phones and homes.


def _phones(a: Traits, b: Traits) -> Iterator[str]:
    if a.phones & b.phones:
        yield "phone_same"
    elif (a.phones | a.family_phones) & (b.phones | b.family_phones):
        yield "phone_family"


def _homes(a: Traits, b: Traits) -> str:
    if a.households & b.households:
        return "household_same"
    if a.door and b.door and a.door[:2] == b.door[:2] and a.door[1]:
        return "door_same" if a.door == b.door and a.door[-1] else "building_same"
    return "door_same" if a.door and a.door == b.door and a.door[-1] else ""
