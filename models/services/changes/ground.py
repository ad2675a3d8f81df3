"""What a change stands on: people, households and memberships of one moment, read once and changed only in memory.

A plan is made on this ground; nothing is written before it is whole. What differs in the end from what was read is
what the verb writes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, select

from models.records.household import DwellingEntry
from models.records.kinship import HEAD
from models.records.resident import ResidentEntry
from models.services.people import door
from models.store.rows import KEPT

_RESIDENT, _HOUSEHOLD = KEPT["resident"], KEPT["household"]
_MEMBERSHIP, _DWELLING = KEPT["membership"], KEPT["dwelling"]


@dataclass
class Someone:
    """A resident, or somebody who becomes one by the change (then with the entry)."""

    id: str
    name: str
    sex: str
    birth_date: date | None
    marital_status: str = ""
    died_on: date | None = None
    frozen: str = ""
    gone: bool = False  # taken off the register
    entry: ResidentEntry | None = None


@dataclass
class Home:
    """A household. One that the change makes has a dwelling entry where its door may be new too."""

    id: str
    kind: str
    dwelling_id: str
    form: str = ""
    since: date | None = None
    until: date | None = None
    book_number: str = ""
    gone: bool = False
    dwelling: DwellingEntry | None = None
    made: bool = False

    @property
    def has_head(self) -> bool:
        """Whether households of this form have one: families do."""
        return self.form in ("", "family")


@dataclass
class Stay:
    """A membership from a day to a day; until is the first day on which it does not hold any more."""

    id: str
    home: str
    person: str
    relation: str
    counts: bool = True
    standing: str = ""
    since: date | None = None
    until: date | None = None
    ended: str = ""

    def is_open(self, today: date) -> bool:
        """Whether the person belongs there now, or the end is still to come."""
        return self.until is None or self.until > today


@dataclass
class Ground:
    """People, households and memberships as far as a change touches them."""

    connection: Connection
    today: date
    people: dict[str, Someone] = field(default_factory=dict)
    homes: dict[str, Home] = field(default_factory=dict)
    stays: list[Stay] = field(default_factory=list)
    before_stays: dict[str, Stay] = field(default_factory=dict)
    before_homes: dict[str, Home] = field(default_factory=dict)
    before_people: dict[str, Someone] = field(default_factory=dict)
    _whole_homes: set[str] = field(default_factory=set)
    _whole_people: set[str] = field(default_factory=set)
    _doors: dict[str, dict[str, Any]] = field(default_factory=dict)

    def home(self, home_id: str) -> Home | None:
        """A household with all its memberships and their people; None where it is not on the register."""
        if home_id and home_id not in self._whole_homes:
            self._whole_homes.add(home_id)
            self._read_homes([home_id])
            self._read_stays(select(_MEMBERSHIP).where(_MEMBERSHIP.c.household_id == home_id))
        found = self.homes.get(home_id)
        return None if found is None or found.gone else found

    def person(self, person_id: str) -> Someone | None:
        """A resident with all memberships, and the present households whole; None where nobody is on the register."""
        if person_id and person_id not in self._whole_people and person_id not in self._new_people():
            self._whole_people.add(person_id)
            self._read_people([person_id])
            self._read_stays(select(_MEMBERSHIP).where(_MEMBERSHIP.c.resident_id == person_id))
            for stay in [one for one in self.stays if one.person == person_id and one.is_open(self.today)]:
                self.home(stay.home)
        found = self.people.get(person_id)
        return None if found is None or found.gone else found

    def members(self, home_id: str) -> list[Stay]:
        """The open memberships of a household, the head first."""
        self.home(home_id)
        here = [stay for stay in self.stays if stay.home == home_id and stay.is_open(self.today)]
        return sorted(here, key=lambda stay: (stay.relation, stay.id))

    def homes_of(self, person_id: str, kind: str) -> list[Stay]:
        """The open memberships of a person in households of a kind."""
        self.person(person_id)
        return [
            stay
            for stay in self.stays
            if stay.person == person_id and stay.is_open(self.today) and self.homes[stay.home].kind == kind
        ]

    def stay(self, membership_id: str) -> Stay | None:
        """A membership, with everybody else of the household; None where there is none."""
        home_id = self.connection.execute(
            select(_MEMBERSHIP.c.household_id).where(_MEMBERSHIP.c.id == membership_id)
        ).scalar()
        self.home(str(home_id or ""))
        return next((stay for stay in self.stays if stay.id == membership_id), None)

    def head_of(self, home_id: str) -> str:
        """Who is the head of a household now; empty where nobody is."""
        return next((stay.person for stay in self.members(home_id) if stay.relation == HEAD), "")

    def name(self, person_id: str) -> str:
        """The name of somebody known here."""
        found = self.people.get(person_id)
        return found.name if found else ""

    def dwelling(self, dwelling_id: str) -> dict[str, Any]:
        """The columns of a dwelling; {} where there is none."""
        if dwelling_id not in self._doors:
            query = select(_DWELLING).where(_DWELLING.c.id == dwelling_id)
            row = self.connection.execute(query).mappings().first()
            self._doors[dwelling_id] = dict(row) if row else {}
        return self._doors[dwelling_id]

    def door(self, home: Home) -> str:
        """Where a household lives, as people write it."""
        place = home.dwelling.model_dump() if home.dwelling is not None else self.dwelling(home.dwelling_id)
        return door(place) if place else ""

    def add_person(self, entry: ResidentEntry) -> Someone:
        """Somebody who is not on the register yet."""
        made = Someone(
            f"new:{len(self.people)}", entry.name, entry.sex, entry.birth_date, entry.marital_status, entry=entry
        )
        self.people[made.id] = made
        return made

    def add_home(self, kind: str, dwelling_id: str, dwelling: DwellingEntry | None, since: date) -> Home:
        """A household that the change makes."""
        made = Home(f"new:{len(self.homes)}", kind, dwelling_id, "family", since=since, dwelling=dwelling, made=True)
        self.homes[made.id] = made
        self._whole_homes.add(made.id)
        return made

    def add_stay(self, stay: Stay) -> Stay:
        """A membership that the change makes."""
        made = replace(stay, id=f"new:{len(self.stays)}")
        self.stays.append(made)
        return made

    def _new_people(self) -> set[str]:
        return {person.id for person in self.people.values() if person.entry is not None}

    def _read_homes(self, ids: Sequence[str]) -> None:
        for row in self.connection.execute(select(_HOUSEHOLD).where(_HOUSEHOLD.c.id.in_(ids))):
            if row.id in self.homes:
                continue
            read = Home(row.id, row.kind, row.dwelling_id, row.form, row.since, row.until, row.book_number, row.dead)
            self.homes[row.id], self.before_homes[row.id] = read, replace(read)

    def _read_people(self, ids: Iterable[str]) -> None:
        wanted = [one for one in dict.fromkeys(ids) if one not in self.people]
        if not wanted:
            return
        for row in self.connection.execute(select(_RESIDENT).where(_RESIDENT.c.id.in_(wanted))):
            read = Someone(
                row.id, row.name, row.sex, row.birth_date, row.marital_status, row.died_on, row.frozen, row.dead
            )
            self.people[row.id], self.before_people[row.id] = read, replace(read)

    def _read_stays(self, query: "Select[Any]") -> None:
        known = {stay.id for stay in self.stays}
        rows = self.connection.execute(query.where(_MEMBERSHIP.c.dead.is_(False)).order_by(_MEMBERSHIP.c.id)).all()
        fresh = [row for row in rows if row.id not in known]
        self._read_people(row.resident_id for row in fresh)
        self._read_homes(list({row.household_id for row in fresh}))
        for row in fresh:
            if row.household_id not in self.homes or row.resident_id not in self.people:
                continue  # the other half has not arrived with any batch yet
            if self.homes[row.household_id].gone or self.people[row.resident_id].gone:
                continue
            read = Stay(
                row.id,
                row.household_id,
                row.resident_id,
                row.relation,
                row.counts,
                row.standing,
                row.since,
                row.until,
                row.ended,
            )
            self.stays.append(read)
            self.before_stays[read.id] = replace(read)
