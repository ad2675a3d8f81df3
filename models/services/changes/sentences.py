"""What happened with a household, as a sentence: from the event's row, the names of people, and the doors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from models.clock import day_text
from models.records.codes import label
from models.services.changes.words import begun, doors_apart, elsewhere_words, family_of, names_of
from models.services.people import door
from models.store.rows import KEPT
from models.texts import _, pgettext

_EVENT, _RESIDENT = KEPT["household_event"], KEPT["resident"]
_DWELLING, _HOUSEHOLD = KEPT["dwelling"], KEPT["household"]
_AT_ONCE = 500


@dataclass
class Names:
    """Names of the people, doors and kinds of households that some events speak of."""

    people: dict[str, str] = field(default_factory=dict)
    doors: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    homes: dict[str, tuple[str, str]] = field(default_factory=dict)  # kind, form

    def person(self, person_id: str) -> str:
        """A name; somebody, where the record is not here (any more)."""
        return self.people.get(person_id) or _("somebody")

    def door(self, dwelling_id: str) -> str:
        """A door in words; empty where it is not known."""
        return door(self.doors[dwelling_id]) if dwelling_id in self.doors else ""


def names_for(connection: Connection, events: Sequence[Mapping[str, Any]]) -> Names:
    """What the sentences of these events need, in three questions."""
    people, doors, homes = set[str](), set[str](), set[str]()
    for event in events:
        people |= {*event["people"], event["resident_id"], event["other_resident_id"]}
        people |= {str(head) for head in event["detail"].get("before", {}).values()}
        people |= {str(head) for pair in event["detail"].get("heads", {}).values() for head in pair}
        doors |= {event["dwelling_id"], event["other_dwelling_id"]}
        homes |= {event["household_id"], event["other_household_id"]}
    names = Names()
    for some in _portions(people):
        rows = connection.execute(select(_RESIDENT.c.id, _RESIDENT.c.name).where(_RESIDENT.c.id.in_(some)))
        names.people |= {row.id: row.name for row in rows}
    for some in _portions(doors):
        found = connection.execute(select(_DWELLING).where(_DWELLING.c.id.in_(some))).mappings()
        names.doors |= {row["id"]: {str(key): value for key, value in row.items()} for row in found}
    for some in _portions(homes):
        query = select(_HOUSEHOLD.c.id, _HOUSEHOLD.c.kind, _HOUSEHOLD.c.form).where(_HOUSEHOLD.c.id.in_(some))
        names.homes |= {row.id: (row.kind, row.form) for row in connection.execute(query)}
    return names


def _portions(ids: Iterable[str]) -> Iterable[list[str]]:
    every = sorted(one for one in ids if one)
    return [every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE)]


def sentence(event: Mapping[str, Any], names: Names, *, dated: bool = True) -> str:
    """What an event tells, in the language now shown; with its day in front, where wanted."""
    told = _Told(event, names)
    text = _BY_KIND.get(event["kind"], _plainly)(told)
    text = begun(text + told.heads())
    if event["undone"]:
        text += _(" (taken back)")
    day = day_text(event["happened_on"])
    return pgettext("day and what happened", "{day}: {text}").format(day=day, text=text) if dated and day else text


class _Told:
    """One event with the words for what it names."""

    def __init__(self, event: Mapping[str, Any], names: Names) -> None:
        self.event = event
        self.names = names
        self.detail: Mapping[str, Any] = event["detail"]

    @property
    def who(self) -> str:
        """Whom it is about first of all."""
        return self.names.person(self.event["resident_id"])

    @property
    def other(self) -> str:
        """The second person."""
        return self.names.person(self.event["other_resident_id"])

    @property
    def everybody(self) -> str:
        """All whom it is about."""
        return names_of(self.names.person(one) for one in self.event["people"])

    def movers(self) -> str:
        """Those who went from one place to another; who only became head by it did not."""
        movers = self.detail.get("movers") or self.event["people"]
        return names_of(self.names.person(one) for one in movers)

    def home(self, name: str = "household_id") -> str:
        """A household by its head, or by its door where it has none; a registered one is said to be one."""
        home_id = self.event[name]
        kind, form = self.names.homes.get(home_id, ("", ""))
        head = str(self.detail.get("before", {}).get(home_id, ""))
        place = self.names.door(self.event["dwelling_id" if name == "household_id" else "other_dwelling_id"])
        leaves = name == "household_id" and self.event["kind"] in ("move_out", "split")
        if leaves and head in self.detail.get("movers", ()) and place:
            return place  # 李建国 does not leave the household of 李建国
        family = head and form in ("", "family")
        words = family_of(self.names.person(head)) if family else place or _("the household")
        if kind == "registered":
            return _("{household} (registered)").format(household=words)
        return words

    def doors(self) -> tuple[str, str]:
        """The door of before and the other one, as short as they can be told apart."""
        before = self.names.doors.get(self.event["dwelling_id"])
        after = self.names.doors.get(self.event["other_dwelling_id"])
        if before is None or after is None:
            return self.names.door(self.event["dwelling_id"]), self.names.door(self.event["other_dwelling_id"])
        return doors_apart(before, after)

    def elsewhere(self) -> str:
        """A place outside the register."""
        return elsewhere_words(self.event["elsewhere_division"], self.event["elsewhere_address"])

    def heads(self) -> str:
        """Who became head by it, where that is not what it is about."""
        if self.event["kind"] in ("head_change", "new"):
            return ""
        fresh = [pair[1] for pair in self.detail.get("heads", {}).values() if pair[0] != pair[1]]
        told = _("; {name} is the head now")
        return "".join(told.format(name=self.names.person(head)) for head in dict.fromkeys(fresh))


def _new(told: _Told) -> str:
    address = told.names.door(told.event["dwelling_id"])
    if told.detail.get("registered_on"):
        day = day_text(date.fromisoformat(told.detail["registered_on"]))
        words = _("{names} moved into {address}; registered on {day}")
        return words.format(names=told.everybody, address=address, day=day)
    return _("{names}: registered as a household at {address}").format(names=told.everybody, address=address)


def _birth(told: _Told) -> str:
    parents = [told.names.person(told.detail[one]) for one in ("father", "mother") if told.detail.get(one)]
    if len(parents) == 2:
        return _("{name} was born, child of {father} and {mother}").format(
            name=told.who, father=parents[0], mother=parents[1]
        )
    if parents:
        return _("{name} was born, child of {parent}").format(name=told.who, parent=parents[0])
    return _("{name} was born into {household}").format(name=told.who, household=told.home())


def _death(told: _Told) -> str:
    return _("{name} died").format(name=told.who)


def _move_in(told: _Told) -> str:
    names, home = told.movers(), told.home()
    before, after = told.doors()[1], told.doors()[0]
    if told.event["other_household_id"] and before:
        if before == after:
            other = told.home("other_household_id")
            return _("{names} went from {other} to {household} at the same door").format(
                names=names, other=other, household=home
            )
        words = _("{names} moved from {place} to {household}, {address}")
        return words.format(names=names, place=before, household=home, address=after)
    place = told.elsewhere()
    if place:
        words = _("{names} moved from {place} to {household}, {address}")
        return words.format(names=names, place=place, household=home, address=after)
    return _("{names} moved to {household}, {address}").format(names=names, household=home, address=after)


def _lodger_in(told: _Told) -> str:
    words = _("{names} moved in with {household} as {standing}, {address}")
    standing = label("standing", str(told.detail.get("standing", "lodger")))
    address = told.names.door(told.event["dwelling_id"])
    return words.format(names=told.movers(), household=told.home(), standing=standing.lower(), address=address)


def _move_out(told: _Told) -> str:
    names, home = told.movers(), told.home()
    before, after = told.doors()
    if told.event["other_household_id"]:
        if before == after:
            return _("{names} left {household} for another household at the same door").format(
                names=names, household=home
            )
        return _("{names} left {household} and moved to {place}").format(names=names, household=home, place=after)
    place = told.elsewhere()
    if place:
        return _("{names} left {household} and moved to {place}").format(names=names, household=home, place=place)
    return _("{names} left {household}").format(names=names, household=home)


def _move_household(told: _Told) -> str:
    before, after = told.doors()
    words = _("{household} moved from {before} to {after}")
    return words.format(household=told.home(), before=before, after=after)


def _left(told: _Told) -> str:
    place, before = told.elsewhere(), told.names.door(told.event["dwelling_id"])
    if place:
        return _("{household} left {address} for {place}").format(household=told.home(), address=before, place=place)
    return _("{household} left {address}").format(household=told.home(), address=before)


def _return(told: _Told) -> str:
    place = told.names.door(told.event["other_dwelling_id"] or told.event["dwelling_id"])
    return _("{names} came back to {address}").format(names=told.movers(), address=place)


def _split(told: _Told) -> str:
    before, after = told.doors()
    words = (
        _("{names} split off from {household} and formed a household of their own at {address}")
        if before != after
        else _("{names} split off from {household} and formed a household of their own at the same door")
    )
    return words.format(names=told.movers(), household=told.home(), address=after)


def _join(told: _Told) -> str:
    words = _("{household} went over into {other}")
    return words.format(household=told.home(), other=told.home("other_household_id"))


def _head_change(told: _Told) -> str:
    if told.event["other_resident_id"]:
        words = _("{name} became the head of the household in place of {other}")
        return words.format(name=told.who, other=told.other)
    return _("{name} became the head of the household").format(name=told.who)


def _marriage(told: _Told) -> str:
    text = _("{name} and {other} married").format(name=told.who, other=told.other)
    mover = told.detail.get("moves")
    if mover and told.event["other_household_id"]:
        address = told.names.door(told.event["other_dwelling_id"])
        text += _("; {name} moved to {place}").format(name=told.names.person(mover), place=address)
    return text


def _divorce(told: _Told) -> str:
    text = _("{name} and {other} divorced").format(name=told.who, other=told.other)
    mover = told.detail.get("moves")
    place = told.names.door(told.event["other_dwelling_id"]) or told.elsewhere()
    if mover and place:
        text += _("; {name} moved to {place}").format(name=told.names.person(mover), place=place)
    elif mover:
        text += _("; {name} moved out").format(name=told.names.person(mover))
    return text


def _standing_change(told: _Told) -> str:
    before, now = told.detail.get("was", ("", True, "")), told.detail.get("is", ("", True, ""))
    parts = []
    if before[0] != now[0]:
        words = _("{name} is now {relation} in {household}")
        parts.append(words.format(name=told.who, relation=label("relation", now[0]), household=told.home()))
    if before[2] != now[2]:
        words = _("{name} only lives with {household}: {standing}") if now[2] else _("{name} belongs to {household}")
        parts.append(words.format(name=told.who, household=told.home(), standing=label("standing", now[2])))
    elif before[1] != now[1]:
        words = (
            _("the income of {name} counts together with that of {household}")
            if now[1]
            else _("the income of {name} does not count together with that of {household}")
        )
        parts.append(words.format(name=told.who, household=told.home()))
    return _("; ").join(parts) or _plainly(told)


def _form_change(told: _Told) -> str:
    form = label("household_form", str(told.detail.get("form", ("", ""))[1]))
    return _("{household} is from then on: {form}").format(household=told.home(), form=form)


def _place(told: _Told) -> str:
    kind, place = label("place_kind", str(told.detail.get("place", ""))), told.elsewhere() or _("not known where")
    if told.detail.get("over"):
        return _("{name}: no longer at {place} ({kind})").format(name=told.who, place=place, kind=kind)
    return _("{name}: {kind} {place}").format(name=told.who, kind=kind, place=place)


def _plainly(told: _Told) -> str:
    words = label("household_event", told.event["kind"])
    return _("{what}: {names}").format(what=words, names=told.everybody) if told.event["people"] else words


_BY_KIND = {
    "new": _new,
    "birth": _birth,
    "death": _death,
    "move_in": _move_in,
    "lodger_in": _lodger_in,
    "move_out": _move_out,
    "move_household": _move_household,
    "left": _left,
    "return": _return,
    "split": _split,
    "join": _join,
    "head_change": _head_change,
    "marriage": _marriage,
    "divorce": _divorce,
    "standing_change": _standing_change,
    "form_change": _form_change,
    "place": _place,
}
