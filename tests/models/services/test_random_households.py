"""Whatever happens to households in whatever order, the casebook and a simple model of it agree.

Some 300 operations on SQLite in every run; JINMEN_BATTERY=5000 makes so many, on SQLite and on PostgreSQL.
"""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select

from models.casebook import Casebook
from models.clock import FixedClock
from models.errors import CannotUndo
from models.records import change as said
from models.records.household import HouseholdEntry, MemberEntry
from models.records.place import PlaceEntry
from models.security import device
from models.services.book import Book
from models.services.changes import ChangeRefused
from models.store import importing
from models.store.engine import Engines
from models.store.rows import KEPT
from models.store.work import arm, write_meta
from models.values import new_id
from tests.conftest import OFFICE, WORKER
from tests.models.services.household_model import Effect, apply, check
from tests.models.services.household_town import Town

OPERATIONS = int(os.environ.get("JINMEN_BATTERY", "0"))
SEED = int(os.environ.get("JINMEN_BATTERY_SEED", "20261122"))
SHORT = 300
RECENT = 12  # changes that may be taken back
MOST = 40  # households with people in them
MARRIED = ("20", "21", "22", "23")


@dataclass
class Life(Town):
    """A town in which everything happens that can."""

    def register(self) -> None:
        if len(self.state.open_homes("living")) > MOST:
            return  # a small town, in which much happens to the same people
        label, dwelling = self.door()
        entries = [self.entry() for _n in range(self.dice.randint(1, 5))]
        both = self.dice.random() < 0.7
        members = tuple(
            MemberEntry(
                resident=entry,
                relation="0" if place == 0 else self.dice.choice("1235678"),
                also_registered_here=place != 1,
            )
            for place, entry in enumerate(entries)
        )
        kinds = ("living", "registered") if both else ("living",)
        entry = HouseholdEntry(dwelling=dwelling, members=members, kinds=kinds, since=self.today)
        effects: list[Effect] = [("home", "?hl", "living", label)]
        if both:
            effects.append(("home", "?hr", "registered", label))
        for place, member in enumerate(members):
            effects.append(("person", f"?p{place}", entries[place].marital_status))
            effects.append(("enter", f"?p{place}", "?hl", self.today, member.relation, True, ""))
            if both and member.also_registered_here:
                effects.append(("enter", f"?p{place}", "?hr", self.today, member.relation, True, ""))
        made = self.book.households.register(entry)
        self.made("register", made, effects, self.book.changes.of_household(made.id)[0].id)

    def birth(self) -> None:
        day, home = self.day(), self.home()
        child = self.entry(birth_date=None, marital_status="")
        parent = self.dice.choice(self.state.inside(home)).person
        book = self.state.of(parent, "registered")
        effects: list[Effect] = [("person", "?p0", ""), ("enter", "?p0", home, day, "2", True, "")]
        more = {}
        if book is not None and self.dice.random() < 0.7:
            more = {"registered_household_id": book.home, "registered_relation": "4"}
            effects.append(("enter", "?p0", book.home, day, "4", True, ""))
        self.make(
            "birth",
            said.Birth(household_id=home, child=child, relation="2", mother_id=parent, happened_on=day, **more),
            effects,
        )

    def death(self) -> None:
        person, day = self.dice.choice(self.state.alive()), self.day()
        heads: dict[str, str] = {}
        effects: list[Effect] = []
        for kind in ("living", "registered"):
            effects += self.from_elsewhere(person, kind, day, heads)
        effects.append(("dies", person, day))
        widowed = ""
        if self.dice.random() < 0.3:
            widowed = self.dice.choice([p for p in self.state.alive() if p != person])
            effects.append(("marital", widowed, "30"))
        self.make("death", said.Death(resident_id=person, heads=heads, widowed_id=widowed, happened_on=day), effects)

    def move_in(self) -> None:
        kind = self.dice.choice(("living", "living", "living", "registered"))
        home, day = self.home(kind), self.day()
        if not home:
            return
        lodge = kind == "living" and self.dice.random() < 0.3
        standing = self.dice.choice(("lodger", "boarder", "carer", "guest")) if lodge else ""
        heads: dict[str, str] = {}
        members, effects = [], list[Effect]()
        if self.dice.random() < 0.5:
            for place in range(self.dice.randint(1, 2)):
                entry, relation = self.entry(), "8" if lodge else self.dice.choice("12357")
                members.append(MemberEntry(resident=entry, relation=relation))
                effects += [("person", f"?p{place}", entry.marital_status)]
                effects += [("enter", f"?p{place}", home, day, relation, not lodge, standing)]
        else:
            person, relation = self.dice.choice(sorted(self.state.people)), "8" if lodge else self.dice.choice("12357")
            members.append(MemberEntry(resident_id=person, relation=relation, counts=self.dice.random() < 0.8))
            effects += self.from_elsewhere(person, kind, day, heads)
            stay = self.state.of(person, kind)
            if stay is not None and stay.home == home:
                effects = [("enter", person, home, day, relation, True, "")]  # is there already: refused
            else:
                effects.append(("enter", person, home, day, relation, members[0].counts and not lodge, standing))
                if kind == "registered":
                    effects += self.hukou_ends(person, day)
        if lodge:
            if heads:  # who comes as a lodger and leaves a family without its head is refused: there is no place to say
                effects = [("enter", members[0].resident_id, home, day, "8", False, standing)]
            self.make(
                "lodger_in",
                said.LodgerIn(household_id=home, members=tuple(members), standing=standing, happened_on=day),
                effects,
            )
        else:
            self.make(
                "move_in", said.MoveIn(household_id=home, members=tuple(members), heads=heads, happened_on=day), effects
            )

    def hukou_ends(self, person: str, day: date) -> list[Effect]:
        return [
            ("place_ends", place, day)
            for place, (who, kind, until) in sorted(self.state.places.items())
            if who == person and kind == "hukou" and until is None
        ]

    def move_out(self) -> None:
        kind = self.dice.choice(("living", "living", "registered"))
        home, day = self.home(kind), self.day()
        if not home:
            return
        inside = {s.person: s for s in self.state.inside(home)}
        leaving = self.some(sorted(inside))
        heads, effects = self.going(home, leaving)
        effects = [*(("leave", person, home, day) for person in leaving), *effects]
        where = self.dice.choice(("household", "door", "elsewhere", "nowhere"))
        told: dict[str, Any] = {}
        if where == "household":
            target = self.home(kind)
            relations = {person: self.dice.choice("235678") for person in leaving}
            told = {"to_household_id": target, "relations": relations}
            if target == home:
                effects = [("leave", "nobody", home, day)]  # refused
            else:
                effects += [("enter", person, target, day, relations[person], True, "") for person in leaving]
                effects += [e for person in leaving for e in self.hukou_ends(person, day) if kind == "registered"]
        elif where == "door":
            label, dwelling = self.door()
            head = self.dice.choice(leaving)
            relations = {person: "0" if person == head else self.dice.choice("1235678") for person in leaving}
            told = {"to_dwelling": dwelling, "relations": relations}
            effects.append(("home", "?h0", kind, label))
            effects += [("enter", person, "?h0", day, relations[person], True, "") for person in leaving]
            effects += [e for person in leaving for e in self.hukou_ends(person, day) if kind == "registered"]
        elif where == "elsewhere":
            told = {"destination": said.Elsewhere(division="13", address="唐山")}
        change = said.MoveOut(household_id=home, resident_ids=tuple(leaving), heads=heads, happened_on=day, **told)
        self.make("move_out", change, effects)

    def forget_the_head(self) -> None:
        """A head leaves a family and nobody says who is head then."""
        home = self.home("living", 3, "family")
        own = [s for s in self.state.inside(home) if not s.standing] if home else []
        if len(own) < 3:
            return
        head = self.state.head(home)
        change = said.MoveOut(household_id=home, resident_ids=(head,), happened_on=self.today)
        self.make("move_out", change, [("leave", head, home, self.today)])

    def tomorrow(self) -> None:
        """What has not happened yet is refused."""
        change = said.LeaveAltogether(household_id=self.home(), happened_on=self.today + timedelta(days=1))
        self.make("left", change, [("leave", "nobody", change.household_id, self.today)])

    def move_household(self) -> None:
        home, day = self.home(self.dice.choice(("living", "registered"))), self.day()
        if not home:
            return
        label, dwelling = self.door()
        effects: list[Effect] = [("door", home, label)]
        if self.state.homes[home].door == label:
            effects = [("leave", "nobody", home, day)]  # it is there already
        self.make("move_household", said.MoveHousehold(household_id=home, dwelling=dwelling, happened_on=day), effects)

    def left(self) -> None:
        home, day = self.home(), self.day()
        effects: list[Effect] = [("leave", s.person, home, day) for s in self.state.inside(home)]
        self.make("left", said.LeaveAltogether(household_id=home, happened_on=day), effects)

    def returned(self) -> None:
        gone = sorted(h for h, home in self.state.homes.items() if home.until is not None)
        former = [p for home in gone[-1:] for p in {s.person for s in self.state.stays if s.home == home}]
        if not former:
            return
        home, people = gone[-1], self.some(sorted(former))
        day, head = self.today, self.dice.choice(people)
        if day < cast(date, self.state.homes[home].until):
            return
        heads, effects = {home: head}, list[Effect]()
        for kind_home in sorted({s.home for p in people if (s := self.state.of(p, self.state.homes[home].kind))}):
            leaving = [s.person for s in self.state.inside(kind_home) if s.person in people]
            named_heads, then = self.going(kind_home, leaving)
            heads |= named_heads
            effects += [*(("leave", person, kind_home, day) for person in leaving), *then]
        last = {}
        for stay in sorted((s for s in self.state.stays if s.home == home), key=lambda s: (str(s.since), str(s.until))):
            last[stay.person] = stay
        relations = {person: self.dice.choice("123578") for person in people if person != head}
        for person in people:
            lodged = bool(last[person].standing) and person != head
            counts = last[person].counts if not last[person].standing else lodged is False and person == head
            relation = "0" if person == head else relations[person]
            effects.append(("enter", person, home, day, relation, counts, last[person].standing if lodged else ""))
            if self.state.homes[home].kind == "registered":
                effects += self.hukou_ends(person, day)
        if any(sum(s.person == p for s in self.state.stays if s.home == home) > 1 for p in people):
            return  # how somebody stood there last is not told by the day alone
        change = said.Return(
            household_id=home, resident_ids=tuple(people), heads=heads, relations=relations, happened_on=day
        )
        self.make("return", change, effects)

    def split(self) -> None:
        kind = self.dice.choice(("living", "registered"))
        home, day = self.home(kind, 2), self.day()
        if not home:
            return
        leaving = self.some([s.person for s in self.state.inside(home)])
        head = self.dice.choice(leaving)
        heads, effects = self.going(home, leaving)
        relations = {person: self.dice.choice("1235678") for person in leaving if person != head}
        label, dwelling = self.door()
        same = self.dice.random() < 0.5
        effects = [
            *(("leave", person, home, day) for person in leaving),
            *effects,
            ("home", "?h0", kind, self.state.homes[home].door if same else label),
            *(("enter", p, "?h0", day, "0" if p == head else relations[p], True, "") for p in leaving),
        ]
        if kind == "registered":
            effects += [e for person in leaving for e in self.hukou_ends(person, day)]
        if len(leaving) == len(self.state.inside(home)):
            effects = [("leave", "nobody", home, day)]  # nobody would stay
        change = said.Split(
            household_id=home,
            resident_ids=tuple(leaving),
            head_id=head,
            dwelling=None if same else dwelling,
            heads=heads,
            relations=relations,
            happened_on=day,
        )
        self.make("split", change, effects)

    def join(self) -> None:
        kind = self.dice.choice(("living", "registered"))
        home, into, day = self.home(kind), self.home(kind), self.day()
        if not home or home == into:
            return
        inside = self.state.inside(home)
        relations = {s.person: self.dice.choice("12345678") for s in inside}
        effects: list[Effect] = [("leave", s.person, home, day) for s in inside]
        effects += [("enter", s.person, into, day, relations[s.person], s.counts, s.standing) for s in inside]
        if kind == "registered":
            effects += [e for s in inside for e in self.hukou_ends(s.person, day)]
        change = said.Join(household_id=home, into_household_id=into, relations=relations, happened_on=day)
        self.make("join", change, effects)

    def head_change(self) -> None:
        home, day = self.home(self.dice.choice(("living", "registered")), 2, "family"), self.day()
        if not home:
            return
        old = self.state.head(home)
        new = self.dice.choice([s for s in self.state.inside(home) if s.person != old])
        relations = {s.person: self.dice.choice("12345678") for s in self.state.inside(home) if s.person != new.person}
        effects: list[Effect] = [("stand", new.person, home, "0", True if new.standing else new.counts, "")]
        effects += [
            ("related", s.person, home, relations[s.person]) for s in self.state.inside(home) if s.person != new.person
        ]
        self.make(
            "head_change",
            said.HeadChange(household_id=home, head_id=new.person, relations=relations, happened_on=day),
            effects,
        )

    def marriage(self) -> None:
        single = [p for p in self.state.alive() if self.state.people[p].marital not in MARRIED]
        homes = [p for p in single if self.state.of(p, "living")]
        if len(homes) < 2:
            return
        one, other = self.dice.sample(homes, 2)
        day, new = self.day(), {"10": "21", "": "20", "90": "20", "30": "22", "40": "22"}
        effects: list[Effect] = [("marital", p, new[self.state.people[p].marital]) for p in (one, other)]
        stay, heads = self.state.of(one, "living"), dict[str, str]()
        assert stay is not None
        there = self.state.of(other, "living")
        assert there is not None
        more = {}
        if stay.home != there.home and self.dice.random() < 0.6:
            effects += self.from_elsewhere(other, "living", day, heads)
            effects.append(("enter", other, stay.home, day, "1", True, ""))
            more = {"moves_id": other, "to_household_id": stay.home}
        change = said.Marriage(resident_id=one, spouse_id=other, heads=heads, happened_on=day, **more)
        self.make("marriage", change, effects)

    def divorce(self) -> None:
        couples = [
            (home, self.state.head(home), s.person)
            for home in self.state.open_homes("living")
            for s in self.state.inside(home)
            if s.relation == "1" and self.state.head(home)
        ]
        if not couples:
            return
        home, head, spouse = self.dice.choice(couples)
        day, heads = self.day(), dict[str, str]()
        effects: list[Effect] = [("marital", head, "40"), ("marital", spouse, "40")]
        moves = self.dice.choice(("", spouse))
        if moves:
            effects += self.from_elsewhere(spouse, "living", day, heads)
        else:
            effects.append(("related", spouse, home, "8"))
        change = said.Divorce(resident_id=head, spouse_id=spouse, moves_id=moves, heads=heads, happened_on=day)
        self.make("divorce", change, effects)

    def standing_change(self) -> None:
        home, day = self.home("living", 2), self.day()
        others = [s for s in self.state.inside(home) if s.relation != "0"] if home else []
        if not others:
            return
        stay = self.dice.choice(others)
        if stay.standing:
            relation = self.dice.choice("23578")
            told: dict[str, Any] = {"standing": "belongs", "relation": relation}
            effects: list[Effect] = [("stand", stay.person, home, relation, True, "")]
        else:
            told = {"standing": "boarder"}
            effects = [("stand", stay.person, home, stay.relation, False, "boarder")]
        change = said.StandingChange(household_id=home, resident_id=stay.person, happened_on=day, **told)
        self.make("standing_change", change, effects)

    def form_change(self) -> None:
        home, day = self.home(), self.day()
        now = self.state.homes[home].form
        form = self.dice.choice(("dormitory", "shared", "institution")) if now == "family" else "family"
        effects: list[Effect] = [("form", home, form)]
        more = {}
        if form == "family":
            chosen = self.dice.choice(self.state.inside(home))
            relations = {}
            for stay in self.state.inside(home):
                if stay.person == chosen.person:
                    counts = True if stay.standing else stay.counts
                    effects.append(("stand", stay.person, home, "0", counts, ""))
                elif stay.relation == "0":
                    relations[stay.person] = "7"
                    effects.append(("related", stay.person, home, "7"))
                elif not stay.standing:
                    effects.append(("kin", stay.person, home))
            more = {"head_id": chosen.person, "relations": relations}
        self.make("form_change", said.FormChange(household_id=home, form=form, happened_on=day, **more), effects)

    def place(self) -> None:
        open_ones = [place for place, (_who, _kind, until) in sorted(self.state.places.items()) if until is None]
        if open_ones and self.dice.random() < 0.4:
            chosen = self.dice.choice(open_ones)
            self.made("place", self.book.places.end(chosen, self.today), [("place_ends", chosen, self.today)])
            return
        person, kind = self.dice.choice(self.state.alive()), self.dice.choice(("hukou", "work", "study", "stay"))
        entry = PlaceEntry(resident_id=person, kind=kind, division="13", since=self.today)
        if kind == "hukou" and self.state.of(person, "registered"):
            with pytest.raises(ChangeRefused):
                self.book.places.add(entry)
            self.mix["refused"] += 1
            return
        ends = self.hukou_ends(person, self.today) if kind == "hukou" else []
        self.made("place", self.book.places.add(entry), [*ends, ("place", "?o0", person, kind)])

    def end_membership(self) -> None:
        home = self.home()
        stay = self.dice.choice(self.state.inside(home))
        heads, effects = self.going(home, [stay.person])
        rows = self.book.households.get(home).members
        membership = next(m.id for m in rows if m.resident.id == stay.person)
        if heads:
            with pytest.raises(ChangeRefused):
                self.book.households.end_membership(membership, self.today)
            self.mix["refused"] += 1
            return
        made = self.book.households.end_membership(membership, self.today)
        event = self.book.changes.of_household(home)[0].id
        self.made("end_membership", made, [("leave", stay.person, home, self.today), *effects], event)

    def undo(self) -> None:
        """Take back one of the last changes: then all is as if it had never been made."""
        if not self.steps:
            return
        back = 1 if self.dice.random() < 0.4 else self.dice.randint(1, min(RECENT, len(self.steps)))
        if self.dice.random() < 0.5:  # rather one that the last change may have been built upon
            homes = self.steps[-1].homes()
            near = [n for n, one in enumerate(reversed(self.steps[-RECENT:]), 1) if n > 1 and homes & one.homes()]
            back = self.dice.choice(near) if near else back
        step = self.steps[-back]
        by_event = step.name != "place" and self.dice.random() < 0.7
        try:
            if by_event:
                self.book.changes.undo(step.event)
            else:
                self.book.undo(step.operations)
        except CannotUndo:
            assert back > 1, ("the last change can always be taken back", step.name)
            assert self.read() == self.state, "an undo that is refused changes nothing"
            self.mix["undo refused"] += 1
            return
        state = step.before
        for later in self.steps[len(self.steps) - back + 1 :]:
            later.before = state
            state = apply(state, later.effects)
        self.state = state
        del self.steps[-back]
        self.mix["undo"] += 1
        self.look(f"undo of {step.name}")

    def run(self, operations: int) -> None:
        weighted: dict[Callable[[], None], int] = {
            self.register: 6,
            self.birth: 6,
            self.death: 4,
            self.move_in: 9,
            self.move_out: 8,
            self.move_household: 5,
            self.left: 2,
            self.returned: 2,
            self.split: 5,
            self.join: 3,
            self.head_change: 5,
            self.marriage: 4,
            self.divorce: 3,
            self.standing_change: 3,
            self.form_change: 2,
            self.place: 4,
            self.end_membership: 4,
            self.undo: 12,
            self.forget_the_head: 1,
            self.tomorrow: 1,
        }
        for _n in range(5):
            self.register()
        while sum(self.mix.values()) < operations:
            while len(self.state.open_homes("living")) < 5:
                self.register()
            self.dice.choices(list(weighted), list(weighted.values()))[0]()
            if self.dice.random() < 0.4:
                self.clock.move(days=1)
            if len(self.steps) > RECENT * 2:
                del self.steps[:RECENT]


def casebook_on(engines: Engines, folder: Path, clock: FixedClock) -> Casebook:
    """A casebook on a store that was made for a test, of either engine."""
    arm(engines.writer)
    with engines.writer.begin() as connection:
        write_meta(connection, "device", {"id": new_id(), "seq": 0, "last": "", "clock": 0})
        write_meta(connection, "device_keys", device.new_device_keys())
    return book_on(engines, folder, clock)


def book_on(engines: Engines, folder: Path, clock: FixedClock) -> Casebook:
    """One on a store in which there is one already."""
    arm(engines.writer)
    book = Book(engines, folder=folder, clock=clock, office=OFFICE, worker=WORKER)
    return Casebook(book)


def live(book: Casebook, clock: FixedClock, operations: int) -> Life:
    town = Life(book, clock, random.Random(SEED))
    began = time.perf_counter()
    town.run(operations)
    took = time.perf_counter() - began
    check(town.state)
    town.look("the end")
    alive = sum(person.died_on is None for person in town.state.people.values())
    with book._book.reading() as connection:
        table = KEPT["resident"]
        living = connection.execute(select(table.c.id).where(table.c.dead.is_(False), table.c.died_on.is_(None))).all()
    assert len(living) == alive, "residents are those registered without those who died"
    for home in town.state.open_homes()[:50]:
        members = {member.resident.id for member in book.households.get(home).members}
        assert members == {stay.person for stay in town.state.inside(home)}
    with book._book.writing() as connection:
        before = importing.digest(connection)
        importing.rebuild(connection)
        assert importing.digest(connection) == before, "the log gives the same rows again"
    town.look("the rows made again from the log")
    print(f"\n{sum(town.mix.values())} operations in {took:.1f} s:", dict(town.mix.most_common()))
    return town


def test_whatever_happens_to_households_the_rules_hold(casebook: Casebook, clock: FixedClock):
    town = live(casebook, clock, SHORT)
    assert len(town.mix) > 18, town.mix
    assert town.mix["undo"] > 10


@pytest.mark.battery
def test_the_long_battery_holds_on_both_engines(engines: Engines, tmp_path: Path):
    clock = FixedClock(datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
    live(casebook_on(engines, tmp_path, clock), clock, OPERATIONS)
