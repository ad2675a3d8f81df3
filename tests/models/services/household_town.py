"""A casebook, and beside it the simple model of its households; after every change the two are compared."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from models.casebook import Casebook
from models.clock import FixedClock, today
from models.records import change as said
from models.records.household import DwellingEntry
from models.records.resident import ResidentEntry
from models.services.changes import ChangeRefused
from models.services.views import Changed
from models.store.rows import KEPT
from tests.conftest import OFFICE
from tests.models.services.household_model import BrokenRule, Effect, Home, Person, State, Stay, apply, named

FAMILY, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞"


@dataclass
class Step:
    """One change that was made: what it did, and the state before it."""

    name: str
    before: State
    effects: list[Effect]
    event: str
    operations: tuple[str, ...]

    def homes(self) -> set[str]:
        """The households that it touched."""
        return {str(part) for effect in self.effects for part in effect if part in self.before.homes}


@dataclass
class Town:
    """The casebook, the model beside it, and the dice."""

    book: Casebook
    clock: FixedClock
    dice: random.Random
    state: State = field(default_factory=State)
    steps: list[Step] = field(default_factory=list)
    mix: Counter[str] = field(default_factory=Counter)
    people: int = 0

    # Little helpers.

    @property
    def today(self) -> date:
        return today(self.clock)

    def day(self) -> date:
        """Mostly today; sometimes told late."""
        return self.today - timedelta(days=self.dice.choice((0, 0, 0, 0, 0, 0, 1, 3, 20)))

    def entry(self, **more: Any) -> ResidentEntry:
        dice = self.dice
        name = dice.choice(FAMILY) + "".join(dice.choices(GIVEN, k=2))
        born = date(1930, 1, 1) + timedelta(days=dice.randrange(30_000))
        marital = dice.choice(("", "10", "20", "30", "40"))
        return ResidentEntry(
            **{"name": name, "birth_date": born, "sex": dice.choice("12"), "marital_status": marital, **more}
        )

    def door(self) -> tuple[str, DwellingEntry]:
        building, number = str(self.dice.randrange(1, 6)), str(self.dice.randrange(1, 30))
        entry = DwellingEntry(community_code=OFFICE.code, street_line="鞍山道12号", building=building, door=number)
        return f"{building}-{number}", entry

    def some(self, several: list[Any], most: int = 3) -> list[Any]:
        return self.dice.sample(several, min(len(several), self.dice.randint(1, most)))

    def home(self, kind: str = "living", at_least: int = 1, form: str = "") -> str:
        """A household of a kind, with so many people at least; empty where there is none."""
        found = [
            home
            for home in self.state.open_homes(kind)
            if len(self.state.inside(home)) >= at_least and form in ("", self.state.homes[home].form)
        ]
        return self.dice.choice(found) if found else ""

    def going(self, home: str, leaving: list[str], new_head: str = "") -> tuple[dict[str, str], list[Effect]]:
        """Who must be named as head where some people leave, and what becomes of the new head."""
        left = [s for s in self.state.inside(home) if s.person not in leaving]
        is_family = self.state.homes[home].form == "family"
        if not left or not is_family or self.state.head(home) not in leaving:
            return {}, []
        own = [s for s in left if not s.standing]
        if len(own) == 1:  # the only one who belongs there; nobody needs to be asked
            return {}, [("stand", own[0].person, home, "0", own[0].counts, "")]
        chosen = self.dice.choice(left)
        counts = True if chosen.standing else chosen.counts
        others = [("kin", s.person, home) for s in own if s is not chosen]
        return {home: chosen.person}, [("stand", chosen.person, home, "0", counts, ""), *others]

    def from_elsewhere(self, person: str, kind: str, day: date, heads: dict[str, str]) -> list[Effect]:
        """Who comes leaves the household of before, which may need another head."""
        stay = self.state.of(person, kind)
        if stay is None:
            return []
        named_heads, effects = self.going(stay.home, [person])
        heads |= named_heads
        return [("leave", person, stay.home, day), *effects]

    # One change.

    def make(self, name: str, change: said.Change, effects: list[Effect]) -> None:
        """Make a change, and compare."""
        backdated = change.happened_on < self.today
        try:
            apply(self.state, effects)
            why = ""
        except BrokenRule as broken:
            why = str(broken)
        preview = self.book.changes.preview(change)
        refused: ChangeRefused | None = None
        try:
            made = self.book.changes.make(change)
        except ChangeRefused as problem:
            refused = problem
        if refused is not None:
            assert preview.problems == refused.problems
            assert why or backdated, (name, change, refused.problems)
            assert self.read() == self.state, "what is refused changes nothing"
            self.mix["refused" if not backdated or why else "refused, contradicts what came later"] += 1
            return
        assert not why, (name, why, change)
        assert not preview.problems
        self.made(name, made, effects)

    def made(self, name: str, made: Changed, effects: list[Effect], event: str = "") -> None:
        """What was made is done in the model too, with the identities that were given."""
        places = [
            str(effect[1])
            for effect in effects
            if effect[0] in ("person", "home", "place") and str(effect[1])[0] == "?"
        ]
        ids = {}
        newcomers = [one for one in places if one.startswith("?p")]
        if newcomers:
            ids |= dict(zip(newcomers, made.ids, strict=True))
        homes = [one for one in places if one.startswith("?h")]
        if homes and name == "register":
            ids |= self.homes_of(made, homes)
        elif homes:
            ids |= dict(zip(homes, made.ids, strict=True))
        ids |= dict.fromkeys((one for one in places if one.startswith("?o")), made.id)
        effects = self.kin_seen([effect for effect in named(effects, ids) if not self.is_so_already(effect)])
        self.steps.append(Step(name, self.state, effects, event or made.id, made.operations))
        self.state = apply(self.state, effects)
        self.mix[name] += 1
        self.look(name)

    def kin_seen(self, effects: list[Effect]) -> list[Effect]:
        """The same effects with the relations in which the casebook sees those who have got another head."""
        found: list[Effect] = []
        for effect in effects:
            if effect[0] != "kin":
                found.append(effect)
                continue
            _word, person, home = effect
            (now,) = [s for s in self.read().inside(str(home)) if s.person == person]
            (was,) = [s for s in self.state.inside(str(home)) if s.person == person]
            assert now.relation != "0"
            if now.relation != was.relation:
                found.append(("related", person, home, now.relation))
        return found

    def is_so_already(self, effect: Effect) -> bool:
        """Whether an effect says of somebody's marriage what is recorded already: then nothing rests on it."""
        word, person, *rest = effect
        return word == "marital" and self.state.people[str(person)].marital == rest[0]

    def homes_of(self, made: Changed, wanted: list[str]) -> dict[str, str]:
        with self.book._book.reading() as connection:
            table = KEPT["household"]
            rows = connection.execute(select(table.c.id, table.c.kind).where(table.c.id.in_(made.rows)))
            kinds = {kind: identity for identity, kind in rows}
        return {one: kinds["living" if one == "?hl" else "registered"] for one in wanted}

    def look(self, name: str) -> None:
        found = self.read()
        for part in ("people", "homes", "stays", "places"):
            here, there = getattr(self.state, part), getattr(found, part)
            if isinstance(here, dict):
                differ = {k: (here.get(k), there.get(k)) for k in {*here, *there} if here.get(k) != there.get(k)}
                assert not differ, (name, part, differ)
            else:
                assert here == there, (name, part, sorted(map(str, here ^ there)))

    def read(self) -> State:
        """The casebook as the model would have it."""
        with self.book._book.reading() as connection:
            resident, household, membership = KEPT["resident"], KEPT["household"], KEPT["membership"]
            dwelling, place = KEPT["dwelling"], KEPT["place"]

            def rows(table: Any, *names: str) -> Iterator[Any]:
                query = select(*(table.c[one] for one in names)).where(table.c.dead.is_(False))
                yield from connection.execute(query)

            doors = {row.id: f"{row.building}-{row.door}" for row in rows(dwelling, "id", "building", "door")}
            return State(
                {r.id: Person(r.died_on, r.marital_status) for r in rows(resident, "id", "died_on", "marital_status")},
                {
                    r.id: Home(r.kind, r.form or "family", doors[r.dwelling_id], r.until)
                    for r in rows(household, "id", "kind", "form", "dwelling_id", "until")
                },
                frozenset(
                    Stay(r.resident_id, r.household_id, r.since, r.until, r.relation, r.counts, r.standing)
                    for r in rows(
                        membership,
                        *("resident_id", "household_id", "since", "until", "relation", "counts", "standing"),
                    )
                ),
                {r.id: (r.resident_id, r.kind, r.until) for r in rows(place, "id", "resident_id", "kind", "until")},
            )
