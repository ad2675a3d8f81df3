"""A change being worked out: who leaves, who comes, who is head then; with what cannot be and what is unusual.

The primitives only move memberships on the ground; settle() afterwards looks at every household that was touched: one
that nobody belongs to any more closes, a family that goes on has exactly one head.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from models.clock import day_text
from models.records.codes import RELATIONS, label
from models.records.kinship import HEAD, OTHER, Kin, kin, relation_to
from models.services.changes.ground import Ground, Home, Someone, Stay
from models.services.changes.words import elsewhere_words, household_words
from models.store.rows import KEPT
from models.texts import _, ngettext
from models.values import age_on

_EVENT, _PLANNED, _PLACE = KEPT["household_event"], KEPT["planned_visit"], KEPT["place"]
GROWN = 16  # years; a younger head is asked about (civil capacity by one's own work, 民法典 第18条)


@dataclass
class Plan:
    """What a change would do. Problems are (field of the entry, sentence): with any of them it is not made."""

    ground: Ground
    kind: str  # key of the code list household_event
    day: date
    heads: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    touched: dict[str, str] = field(default_factory=dict)  # household -> its head before
    event: dict[str, Any] = field(default_factory=dict)  # fields of the row that tells of it
    detail: dict[str, Any] = field(default_factory=dict)
    about: list[str] = field(default_factory=list)  # everybody concerned
    dropped: list[str] = field(default_factory=list)  # planned visits that nobody needs to make any more
    ended_places: list[str] = field(default_factory=list)  # the hukou was there until the day
    new_homes: list[str] = field(default_factory=list)
    new_people: list[str] = field(default_factory=list)

    def problem(self, name: str, sentence: str) -> None:
        """It cannot be made so; said once."""
        if (name, sentence) not in self.problems:
            self.problems.append((name, sentence))

    def doubt(self, sentence: str) -> None:
        """It can be made and is unusual; said once."""
        if sentence not in self.doubts:
            self.doubts.append(sentence)

    # Who and where.

    def someone(self, person_id: str, name: str, *, alive: bool = True) -> Someone | None:
        """A resident of the entry; a problem beside the field where it cannot be this one."""
        found = self.ground.person(person_id)
        if found is None:
            self.problem(name, _("This person is not on the register any more. Search for the person again."))
            return None
        if found.frozen:
            self.problem(name, _("The record of {name} is frozen and is only kept.").format(name=found.name))
            return None
        if alive and found.died_on is not None:
            day = day_text(found.died_on)
            self.problem(name, _("{name} died on {day}.").format(name=found.name, day=day))
            return None
        if found.birth_date is not None and found.birth_date > self.day:
            self.problem("happened_on", _("{name} was not born yet on that day.").format(name=found.name))
        return found

    def household(self, home_id: str, name: str, *, closed: bool = False) -> Home | None:
        """A household of the entry; a problem beside the field where it is not there, or not any more."""
        found = self.ground.home(home_id)
        if found is None:
            self.problem(name, _("This household is not on the register any more. Search for it again."))
            return None
        self.touch(found)
        if found.until is not None and not closed and not self.ground.members(home_id):
            self.problem(
                name,
                _("Nobody has lived in this household since {day}. Record first that it is back.").format(
                    day=day_text(found.until)
                ),
            )
            return None
        if found.since is not None and found.since > self.day:
            day = day_text(found.since)
            self.problem("happened_on", _("This household exists only since {day}.").format(day=day))
        return found

    def touch(self, home: Home) -> None:
        """This household is to be looked at in the end; its head of before is remembered."""
        if home.id not in self.touched:
            self.touched[home.id] = self.ground.head_of(home.id)

    def called(self, home: Home) -> str:
        """How a household is called, by its head of before."""
        return household_words(self.ground, home, self.touched.get(home.id, ""))

    def stay_in(self, home: Home, person_id: str, name: str) -> Stay | None:
        """The open membership of a person in a household; a problem where there is none."""
        for stay in self.ground.members(home.id):
            if stay.person == person_id:
                return stay
        found = self.ground.person(person_id)
        words = found.name if found is not None else ""
        self.problem(name, _("{name} does not belong to this household.").format(name=words))
        return None

    # Memberships.

    def leave(self, stay: Stay, name: str = "happened_on") -> None:
        """Somebody belongs to a household no longer, from the day of the change on."""
        who, home = self.ground.people[stay.person], self.ground.homes[stay.home]
        self.touch(home)
        if stay.since is not None and stay.since > self.day:
            told = _("{name} belongs to {household} only since {day}. Choose that day or a later one.")
            self.problem(name, told.format(name=who.name, household=self.called(home), day=day_text(stay.since)))
        stay.until, stay.ended = self.day, self.kind
        self._moves(stay.person)

    def join(
        self, person: Someone, home: Home, relation: str, name: str, *, counts: bool = True, standing: str = ""
    ) -> Stay | None:
        """Somebody belongs to a household from the day of the change on, and to no other one of its kind."""
        self.touch(home)
        if any(stay.person == person.id for stay in self.ground.members(home.id)):
            self.problem(name, _("{name} belongs to this household already.").format(name=person.name))
            return None
        if relation not in RELATIONS:
            self.problem("relations", _("The relation of {name} to the head is missing.").format(name=person.name))
            relation = "8"
        for earlier in self.ground.homes_of(person.id, home.kind):
            self.leave(earlier)
        later = [
            stay
            for stay in self.ground.stays
            if stay.person == person.id
            and self.ground.homes[stay.home].kind == home.kind
            and not stay.is_open(self.ground.today)
            and stay.until is not None
            and stay.until > self.day
        ]
        for stay in later:
            self.contradicts(person.name, stay.until)
        self._moves(person.id)
        if home.until is not None:
            if home.until > self.day:
                self.contradicts(self.called(home), home.until)
            home.until = None
        if home.kind == "registered" and person.entry is None:
            self._hukou_comes(person)
        since = self.day
        return self.ground.add_stay(Stay("", home.id, person.id, relation, counts, standing, since))

    def _hukou_comes(self, person: Someone) -> None:
        """Who is registered here has the hukou elsewhere no more."""
        query = select(_PLACE.c.id, _PLACE.c.division, _PLACE.c.address).where(
            _PLACE.c.resident_id == person.id,
            _PLACE.c.kind == "hukou",
            _PLACE.c.dead.is_(False),
            _PLACE.c.until.is_(None),
        )
        for row in self.ground.connection.execute(query):
            self.ended_places.append(row.id)
            where = elsewhere_words(row.division, row.address)
            self.lines.append(_("The hukou of {name} is no longer at {place}.").format(name=person.name, place=where))

    def contradicts(self, words: str, day: date | None) -> None:
        """A problem: the day lies before something that is recorded already."""
        told = _("On {day} something is recorded for {name} that comes later. Choose that day or a later one.")
        self.problem("happened_on", told.format(name=words, day=day_text(day)))

    def later(
        self, *, home_id: str = "", person_id: str = "", kinds: tuple[str, ...] = (), headed: bool = False
    ) -> None:
        """A problem where a later change of these kinds (headed: of the head) is recorded for a household or person."""
        columns = _EVENT.c
        whose = (
            or_(columns.household_id == home_id, columns.other_household_id == home_id)
            if home_id
            else or_(columns.resident_id == person_id, columns.other_resident_id == person_id)
        )
        query = select(columns.kind, columns.happened_on, columns.detail).where(
            whose, columns.happened_on > self.day, columns.undone.is_(False), columns.dead.is_(False)
        )
        for row in self.ground.connection.execute(query.order_by(columns.happened_on)):
            if row.kind in kinds or (home_id and headed and home_id in row.detail.get("heads", ())):
                told = _("On {day} “{kind}” is recorded, which comes later. Choose that day or a later one.")
                kind = label("household_event", row.kind)
                self.problem("happened_on", told.format(day=day_text(row.happened_on), kind=kind))
                return

    def _moves(self, person_id: str) -> None:
        """Somebody goes or comes, not only becomes a head by it."""
        movers = self.detail.setdefault("movers", [])
        if person_id not in movers:
            movers.append(person_id)
        self.concern(person_id)

    def concern(self, *people: str) -> None:
        """Somebody is concerned by the change."""
        self.about += [person for person in people if person and person not in self.about]

    # The end of it.

    def settle(self) -> None:
        """Close what is empty, see to the heads, and say what became of every household that was touched."""
        for home_id in list(self.touched):
            home = self.ground.homes[home_id]
            members = self.ground.members(home_id)
            if not members:
                self._close(home)
            elif home.has_head:
                self._see_to_head(home, members)
            self._tell_relations(home)
        for named, head in self.heads.items():
            if head and named not in self.touched:
                self.problem("heads", _("This household is not concerned by the change."))

    def _close(self, home: Home) -> None:
        ends = [stay.until for stay in self.ground.stays if stay.home == home.id and stay.until is not None]
        if home.until is not None or home.made:
            return
        home.until = max(ends, default=self.day)
        self.detail.setdefault("closed", []).append(home.id)
        if self.kind not in ("left", "join"):
            household = self.called(home)
            self.lines.append(_("Nobody belongs to {household} then; it is closed.").format(household=household))
        self._drop(home.id)

    def _see_to_head(self, home: Home, members: list[Stay]) -> None:
        before = self.touched[home.id]
        heads = [stay for stay in members if stay.relation == HEAD]
        wanted = self.heads.get(home.id, "")
        if wanted:
            named = [stay for stay in members if stay.person == wanted]
            if not named:
                self.problem("heads", _("The new head does not belong to this household."))
                return
            self._make_head(home, named[0], heads)
        elif len(heads) == 1 and not heads[0].standing:
            if heads[0].person != before and home.made is False and before:
                self._head_is(home, heads[0])
        elif len(heads) > 1 and (before or home.made):
            told = _("There is a head already. Say who is the head of {household} from then on.")
            self.problem("heads", told.format(household=self.called(home)))
        elif len(heads) > 1 or heads:
            self.doubt(_("The head of {household} is not clear.").format(household=self.called(home)))
        else:
            self._find_head(home, members, before)

    def _find_head(self, home: Home, members: list[Stay], before: str) -> None:
        """Nobody is head: the only one of the household is, else it must be said."""
        own = [stay for stay in members if not stay.standing]
        if len(own) == 1:
            self._make_head(home, own[0], [])
        elif before or home.made or home.id in self._reopened():
            told = _("Say who is the head of {household} from then on.")
            self.problem("heads", told.format(household=self.called(home)))
        else:  # it came to the register without one; that is no reason to refuse what is told now
            self.doubt(_("{household} has no head.").format(household=self.called(home)))

    def _reopened(self) -> set[str]:
        before = self.ground.before_homes
        return {one.id for one in self.ground.homes.values() if one.id in before and before[one.id].until != one.until}

    def _make_head(self, home: Home, stay: Stay, present: list[Stay]) -> None:
        if stay.relation == HEAD and present == [stay] and not stay.standing:
            return
        person = self.ground.people[stay.person]
        if stay.since is not None and stay.since > self.day:
            told = _("{name} belongs to {household} only since {day}. Choose that day or a later one.")
            day = day_text(stay.since)
            self.problem("heads", told.format(name=person.name, household=self.called(home), day=day))
        if person.died_on is not None:
            self.problem("heads", _("{name} died on {day}.").format(name=person.name, day=day_text(person.died_on)))
        unsure = self._see_from(home, stay, present)
        stay.relation = HEAD
        if stay.standing:
            stay.standing, stay.counts = "", True
        self._head_is(home, stay, unsure)

    def _see_from(self, home: Home, head: Stay, present: list[Stay]) -> list[str]:
        """How the others stand to a new head, as far as their relations to the head before tell; else it is other.

        Returns the names of those of whom it does not tell and the entry does not either.
        """
        if head.relation == HEAD and not [stay for stay in present if stay is not head]:
            return []  # the others stand to this head already

        def seen(stay: Stay) -> Kin:
            person = self.ground.people[stay.person]
            return kin(stay.relation, person.sex, person.birth_date, self.day)

        # who came as the head stood in no relation to the head before
        as_head = replace(seen(head), relation=OTHER) if head.relation == HEAD else seen(head)
        unsure = []
        for stay in self.ground.members(home.id):
            said = self.relations.get(stay.person, HEAD)
            if stay is head or (stay.standing and stay.relation != HEAD) or (said != HEAD and stay.relation != HEAD):
                continue
            told = "" if stay.relation == OTHER else relation_to(as_head, seen(stay))
            stay.relation = (said if said != HEAD else told) or OTHER
            if not told and said == HEAD:
                unsure.append(self.ground.name(stay.person))
        return unsure

    def _head_is(self, home: Home, stay: Stay, unsure: Sequence[str] = ()) -> None:
        """Remember and say who is head from now on, and of whom it is not known how they stand to the head."""
        person, before = self.ground.people[stay.person], self.touched[home.id]
        if home.id in self.ground.before_homes:
            self.later(home_id=home.id, kinds=("head_change", "form_change"), headed=True)
        self.concern(stay.person)
        if home.made:
            return
        self.detail.setdefault("heads", {})[home.id] = [before, stay.person]
        if person.birth_date is not None and age_on(person.birth_date, self.day) < GROWN:
            self.doubt(_("{name} is a child and would be the head.").format(name=person.name))
        if self.kind != "head_change":
            told = (
                _("{name} is the head of the registered household from then on.")
                if home.kind == "registered"
                else _("{name} is the head of the household from then on.")
            )
            self.lines.append(told.format(name=person.name))
        if unsure:
            self.doubt(_("Check how these stand to the new head: {names}.").format(names=_(", ").join(unsure)))

    def _tell_relations(self, home: Home) -> None:
        """How the others stand to their head from then on, where the entry says so."""
        for stay in self.ground.members(home.id):
            told = self.relations.get(stay.person)
            if not told or told == HEAD or (stay.relation == HEAD and home.has_head):
                continue  # who is head is said in heads, not here
            if told in RELATIONS:
                stay.relation = told
            else:
                self.problem("relations", _("This relation is not in the list."))

    def _drop(self, home_id: str) -> None:
        """Open planned visits to a household that is no more."""
        self.drop_visits(_PLANNED.c.household_id == home_id)

    def drop_visits(self, which: Any) -> None:
        """Planned visits that nobody needs to make any more."""
        query = select(_PLANNED.c.id).where(which, _PLANNED.c.status == "open", _PLANNED.c.dead.is_(False))
        fresh = [row for row in self.ground.connection.execute(query).scalars() if row not in self.dropped]
        self.dropped += fresh
        if fresh:
            told = ngettext("One planned visit is dropped.", "{n} planned visits are dropped.", len(fresh))
            self.lines.append(told.format(n=len(fresh)))


def check_day(plan: Plan) -> None:
    """Changes are written down when they have happened; what is to come is a plan."""
    if plan.day > plan.ground.today:
        plan.problem("happened_on", _("This day is still to come. Record it when it has happened."))
    elif plan.day < plan.ground.today - timedelta(days=366 * 5):
        plan.doubt(_("That is more than five years ago: {day}.").format(day=day_text(plan.day)))
