"""How people, households, doors and days are called in the sentences about changes."""

from collections.abc import Iterable, Mapping
from typing import Any

from models.records import divisions
from models.services.changes.ground import Ground, Home
from models.services.people import door
from models.texts import _, pgettext

_FEW = 4  # so many names are said; of more, the first and how many


def names_of(names: Iterable[str]) -> str:
    """Several people: up to four names, else the first three and how many there are."""
    said = list(names)
    if len(said) <= _FEW:
        return _(", ").join(said)
    return _("{names} and others, {n} people").format(names=_(", ").join(said[: _FEW - 1]), n=len(said))


def doors_apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, str]:
    """Two doors as short as they can be told apart: the road is left out where both stand at the same one."""
    same = all(one.get(name) == other.get(name) for name in ("community_code", "street_line"))
    if same and (one.get("building") or one.get("door")) and (other.get("building") or other.get("door")):
        return door({**one, "street_line": ""}), door({**other, "street_line": ""})
    if one.get("community_code") != other.get("community_code"):
        return _with_community(one), _with_community(other)
    return door(one), door(other)


def _with_community(place: Mapping[str, Any]) -> str:
    community = divisions.community(str(place.get("community_code") or ""))
    return ((community.short if community else "") + " " + door(place)).strip()


def elsewhere_words(division: str, address: str) -> str:
    """A place outside the register: province or division, and what was said; empty where nothing is known."""
    place = divisions.division(division) if division else None
    named = place.full_name if place is not None else divisions.province(division)
    return " ".join(part for part in (named, address) if part)


def family_of(head: str) -> str:
    """A household by its head: 李建国一家, the household of 李建国."""
    return pgettext("household by its head", "the household of {name}").format(name=head)


def household_words(ground: Ground, home: Home, head: str = "") -> str:
    """How a household is called: by its head, its members, or its door; a registered one is said to be one."""
    name = ground.name(head or ground.head_of(home.id))
    if home.has_head and name:
        words = family_of(name)
    elif home.has_head or not ground.door(home):
        members = [ground.name(stay.person) for stay in ground.members(home.id)]
        words = family_of(names_of(members)) if members else _("the household")
    else:
        words = ground.door(home)
    if home.kind == "registered":
        return _("{household} (registered)").format(household=words)
    return words


def begun(text: str) -> str:
    """A sentence with a capital letter at its beginning, where its language has such."""
    return text[:1].upper() + text[1:]
