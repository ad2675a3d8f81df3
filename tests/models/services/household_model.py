"""Households as a few plain values, to compare the casebook with. Knows nothing of the program's own code.

A change is a list of effects, each a tuple with a word in front. apply() gives the state after them, or says that they
break one of the rules: nobody belongs to two households of one kind at once, a family has exactly one head, nobody
lives on after death, nobody leaves before the arrival, a household is closed exactly while nobody belongs to it.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

Effect = tuple[object, ...]


class BrokenRule(Exception):  # noqa: N818  # the model's own word
    """The effects do not go together with the rules."""


@dataclass(frozen=True)
class Stay:
    """Somebody in a household."""

    person: str
    home: str
    since: date | None
    until: date | None
    relation: str
    counts: bool
    standing: str


@dataclass(frozen=True)
class Home:
    """A household."""

    kind: str
    form: str
    door: str
    until: date | None


@dataclass(frozen=True)
class Person:
    """Somebody on the register."""

    died_on: date | None
    marital: str


@dataclass(frozen=True)
class State:
    """All there is."""

    people: dict[str, Person] = field(default_factory=dict)
    homes: dict[str, Home] = field(default_factory=dict)
    stays: frozenset[Stay] = frozenset()
    places: dict[str, tuple[str, str, date | None]] = field(default_factory=dict)  # person, kind, until

    def inside(self, home: str) -> list[Stay]:
        """Who belongs to a household now, in a firm order."""
        return sorted((s for s in self.stays if s.home == home and s.until is None), key=lambda s: s.person)

    def of(self, person: str, kind: str) -> Stay | None:
        """Where somebody belongs now."""
        for stay in self.stays:
            if stay.person == person and stay.until is None and self.homes[stay.home].kind == kind:
                return stay
        return None

    def head(self, home: str) -> str:
        """The head of a household."""
        return next((s.person for s in self.inside(home) if s.relation == "0"), "")

    def open_homes(self, kind: str = "") -> list[str]:
        """Households that somebody belongs to."""
        return sorted(h for h, home in self.homes.items() if home.until is None and kind in ("", home.kind))

    def alive(self) -> list[str]:
        """Everybody who has not died."""
        return sorted(p for p, person in self.people.items() if person.died_on is None)


def apply(state: State, effects: list[Effect]) -> State:
    """The state after some effects. Raises BrokenRule."""
    people, homes, places = dict(state.people), dict(state.homes), dict(state.places)
    stays = set(state.stays)
    touched: set[str] = set()

    def current(person: object, home: object) -> Stay:
        found = [s for s in stays if s.person == person and s.home == home and s.until is None]
        if len(found) != 1:
            raise BrokenRule("not there")
        return found[0]

    for word, *said in effects:
        if word == "person":
            person, marital = said
            people[str(person)] = Person(None, str(marital))
        elif word == "home":
            home, kind, door = said
            homes[str(home)] = Home(str(kind), "family", str(door), None)
            touched.add(str(home))
        elif word == "leave":
            person, home, day = said
            stay = current(person, home)
            assert isinstance(day, date)
            if stay.since is not None and stay.since > day:
                raise BrokenRule("leaves before coming")
            stays.remove(stay)
            stays.add(replace(stay, until=day))
            touched.add(stay.home)
        elif word == "enter":
            person, home, day, relation, counts, standing = said
            assert isinstance(day, date)
            if any(s.person == person and s.home == home and s.until is None for s in stays):
                raise BrokenRule("is there already")
            if people[str(person)].died_on is not None:
                raise BrokenRule("the dead move nowhere")
            stays.add(Stay(str(person), str(home), day, None, str(relation), bool(counts), str(standing)))
            touched.add(str(home))
        elif word == "stand":
            person, home, relation, counts, standing = said
            stay = current(person, home)
            stays.remove(stay)
            stays.add(replace(stay, relation=str(relation), counts=bool(counts), standing=str(standing)))
            touched.add(stay.home)
        elif word == "related":  # stands otherwise to the head; all else about the stay is as it was
            person, home, relation = said
            stay = current(person, home)
            stays.remove(stay)
            stays.add(replace(stay, relation=str(relation)))
            touched.add(stay.home)
        elif word == "kin":  # has got another head, and is seen from there: the casebook says how
            current(*said)
        elif word == "door":
            home, door = said
            homes[str(home)] = replace(homes[str(home)], door=str(door))
        elif word == "form":
            home, form = said
            homes[str(home)] = replace(homes[str(home)], form=str(form))
            touched.add(str(home))
        elif word == "dies":
            person, day = said
            assert isinstance(day, date)
            if people[str(person)].died_on is not None:
                raise BrokenRule("dies twice")
            people[str(person)] = replace(people[str(person)], died_on=day)
        elif word == "marital":
            person, code = said
            people[str(person)] = replace(people[str(person)], marital=str(code))
        elif word == "place":
            place, person, kind = said
            places[str(place)] = (str(person), str(kind), None)
        elif word == "place_ends":
            place, day = said
            assert isinstance(day, date)
            person, kind, _until = places[str(place)]
            places[str(place)] = (person, kind, day)
        else:
            raise AssertionError(word)
    for home in touched:
        own = [s for s in stays if s.home == home]
        if any(s.until is None for s in own):
            homes[home] = replace(homes[home], until=None)
        elif homes[home].until is None:
            homes[home] = replace(homes[home], until=max(s.until for s in own if s.until is not None))
    after = State(people, homes, frozenset(stays), places)
    check(after, touched)
    return after


def check(state: State, only: set[str] | None = None) -> None:
    """Raises BrokenRule where the rules do not hold; only: look at these households and who ever was in them."""
    homes = sorted(state.homes if only is None else only)
    lives: dict[tuple[str, str], list[Stay]] = {}
    wanted = None if only is None else {s.person for s in state.stays if s.home in only}
    inside: dict[str, list[Stay]] = {home: [] for home in homes}
    for stay in state.stays:
        if stay.home not in state.homes or stay.person not in state.people:
            raise BrokenRule("a membership of nobody, or of no household")
        if stay.home in inside and stay.until is None:
            inside[stay.home].append(stay)
        if wanted is None or stay.person in wanted:
            lives.setdefault((stay.person, state.homes[stay.home].kind), []).append(stay)
    for home in homes:
        members = inside[home]
        if (state.homes[home].until is None) != bool(members):
            raise BrokenRule("closed with people, or open without")
        heads = [s for s in members if s.relation == "0" and not s.standing]
        if members and state.homes[home].form == "family" and len(heads) != 1:
            raise BrokenRule("one head")
    for (person, _kind), stays in lives.items():
        in_time = sorted((s.since or date.min, s.until or date.max) for s in stays if s.since != s.until)
        if any(later[0] < earlier[1] for earlier, later in pairwise(in_time)):
            raise BrokenRule("in two households at once")
        died = state.people[person].died_on
        if died is not None and any(s.until is None or s.until > died for s in stays):
            raise BrokenRule("lives on after death")


def named(effects: list[Effect], ids: dict[str, str]) -> list[Effect]:
    """The same effects with the identities that the casebook gave."""
    return [tuple(ids.get(part, part) if isinstance(part, str) else part for part in effect) for effect in effects]
