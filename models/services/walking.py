"""The order in which one walks from door to door; one rule for planned visits, the worklist and rounds."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from models.store.rows import KEPT

_HOUSEHOLD, _DWELLING = KEPT["household"], KEPT["dwelling"]

_LAST = 10**9  # what has no number comes after all numbers
_MANY = 500  # ids in one question to the store
_DIGITS = re.compile(r"\d+")
_BELOW = re.compile(r"^\s*(地下|负|b(?=\d)|-)", re.IGNORECASE)  # 地下1, 负101, B102
_FLOOR_FROM = 3  # 501 is door 1 on the fifth floor; a door of one or two digits names no floor


def walking_key(dwelling: Mapping[Any, Any], *, top_down: bool = False, sides: bool = False) -> tuple[Any, ...]:
    """What sorts doors as one walks: community, road, its numbers, building, unit, floor, door; 10 comes after 9.

    top_down: begin on the highest floor of each staircase, as one does who takes the lift up. sides: the odd numbers
    of a road on the way there, the even ones on the way back.
    """
    street = _plain(dwelling["street_line"])
    road, number, rest = _parts(street)
    house: tuple[Any, ...] = (number, rest)
    if sides and number < _LAST:
        even = number % 2 == 0
        house = (even, -number if even else number, rest)
    floor, door, words = _door(_plain(dwelling["door"]))
    return (
        str(dwelling["community_code"] or ""),
        road,
        house,
        _numbered(_plain(dwelling["building"])),
        _numbered(_plain(dwelling["unit"])),
        (-floor if top_down and floor < _LAST else floor, door, words),
    )


def walking_places(
    connection: Connection, households: Iterable[str], *, top_down: bool = False, sides: bool = False
) -> dict[str, tuple[Any, ...]]:
    """household -> its walking_key(); households that are not here are left out."""
    found: dict[str, tuple[Any, ...]] = {}
    for some in portions(households):
        query = (
            select(_HOUSEHOLD.c.id.label("household"), _DWELLING)
            .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
            .where(_HOUSEHOLD.c.id.in_(some))
        )
        for row in connection.execute(query).mappings():
            found[row["household"]] = walking_key(row, top_down=top_down, sides=sides)
    return found


def in_walking_order(connection: Connection, households: Sequence[str]) -> list[str]:
    """The households door after door; those without a known door come last, in the order given."""
    places = walking_places(connection, households)
    return sorted(households, key=lambda household: (household not in places, places.get(household, ())))


def portions(ids: Iterable[str]) -> Iterable[list[str]]:
    """Each id once, in portions that fit into one question to the store."""
    every = list(dict.fromkeys(ids))
    return [every[start : start + _MANY] for start in range(0, len(every), _MANY)]


def _plain(text: object) -> str:
    """Full-width digits and letters as plain ones."""
    return unicodedata.normalize("NFKC", str(text or "")).strip()


def _parts(street: str) -> tuple[str, int, str]:
    """鞍山道12号 is the road 鞍山道, number 12."""
    found = _DIGITS.search(street)
    return (street[: found.start()], int(found[0]), street[found.end() :]) if found else (street, _LAST, "")


def _numbered(name: str) -> tuple[int, str]:
    """10 comes after 9; what is no number after all numbers, by its text."""
    found = _DIGITS.search(name)
    return (int(found[0]) if found else _LAST, name)


def _door(name: str) -> tuple[int, int, str]:
    """(floor, door on it, its text): 501 is on the fifth floor, 地下1 below the ground."""
    found = _DIGITS.search(name)
    if found is None:
        return (_LAST, _LAST, name)
    digits = found[0]
    floor, door = (int(digits[:-2]), int(digits[-2:])) if len(digits) >= _FLOOR_FROM else (0, int(digits))
    return (-max(floor, 1), door, name) if _BELOW.match(name) else (floor, door, name)
