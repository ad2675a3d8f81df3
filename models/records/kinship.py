"""How people of a household stand to each other, told by the relations to its head (GB/T 4761)."""

from dataclasses import dataclass
from datetime import date

from models.values import age_on

HEAD, SPOUSE, OTHER = "0", "1", "8"
"""The classes that the program itself speaks of; the list is in codes. What is not known is other."""

MARRIAGEABLE = 20
"""Completed years from which two people may be husband and wife: Civil Code, article 1047, the lower of both ages."""


@dataclass(frozen=True)
class Kin:
    """What tells how somebody stands to a new head."""

    relation: str  # to the head before, GB/T 4761
    sex: str = ""  # GB/T 2261.1
    age: int | None = None  # completed years


def relation_to(head: Kin, person: Kin) -> str:
    """How somebody stands to a new head; "" where what is known does not tell.

    The classes of GB/T 4761 hold in-laws beside those whom they married: a son's wife is 3, a wife's father 5, a
    brother's wife 7. So of two grown children of different sex one cannot tell whether they are married to each other.
    """
    child = {"1": "2", "2": "3"}.get(person.sex, "")
    known = head.sex in ("1", "2") and person.sex in ("1", "2")
    grown = min(head.age or 0, person.age or 0) >= MARRIAGEABLE if None not in (head.age, person.age) else True
    sibling = "7" if not grown or (known and head.sex == person.sex) else ""
    couple = "1" if known and head.sex != person.sex else ""
    if head.relation == "0":
        return person.relation
    if head.relation == "8":
        return ""
    if person.relation == "8":
        return "8"
    table = {
        "1": {"0": "1", "2": "2", "3": "3", "4": "4", "5": "5", "6": "6", "7": "8"},
        "2": {"0": "5", "1": "5", "2": sibling, "3": sibling, "5": "6", "7": "8"},
        "4": {"0": "6", "1": "6"},  # the others may be parents or uncles, siblings or cousins
        "5": {"0": child, "1": child, "2": "4", "3": "4", "5": couple, "7": child},
        "6": {"0": "4", "1": "4", "5": child, "6": couple, "7": "4"},
        "7": {"0": "7", "1": "7", "2": "8", "3": "8", "4": "8", "5": "5", "6": "6", "7": sibling},
    }
    return table.get("2" if head.relation == "3" else head.relation, {}).get(person.relation, "")


def kin(relation: str, sex: str, birth_date: date | None, on: date) -> Kin:
    """Somebody as far as it tells of a relation, on a day."""
    return Kin(relation, sex, age_on(birth_date, on) if birth_date is not None else None)
