"""What a screening of the register hands to the screens and to paper: plain frozen values."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Outcome = Literal["eligible", "ask", "office", "not_eligible"]
"""By the text: meets the conditions; facts are to be asked; only another office's word is left; does not meet them."""

Order = Literal["service", "place", "name", "age", "visit", "missing"]
"""service: as the packs have them, then by place. place: community and address. name: by its sound. age: the oldest
first. visit: never visited households first, then those visited longest ago. missing: the fewest questions first."""

OPEN_OUTCOMES: frozenset[Outcome] = frozenset(("eligible", "ask", "office"))


@dataclass(frozen=True)
class ScreenFilter:
    """Which results are wanted; what is left at its default does not narrow.

    outcomes: empty stands for all but not_eligible. not_received: leaves out who receives the service already;
    received: leaves nobody else.
    component: "" any. group: of the service list. community: 12 digits; street: 9 digits. worker: who made the
    household's newest visit, "" those never visited, None any. fact: one that is still to be asked. at_most: lacks at
    most so many questions (0: none). age_from, age_to: completed years, both included; whoever's birth date is not
    known to the day is left out. not_visited_since: no visit on that day or later. name: what residents are found by.
    """

    service: str = ""
    component: str = ""
    group: str = ""
    outcomes: frozenset[Outcome] = frozenset()
    not_received: bool = False
    received: bool = False
    community: str = ""
    street: str = ""
    worker: str | None = None
    fact: str = ""
    at_most: int | None = None
    age_from: int | None = None
    age_to: int | None = None
    not_visited_since: date | None = None
    name: str = ""

    def in_codes(self) -> str:
        """What was asked for as the journal keeps it: codes and numbers, never names of people."""
        said = [
            f"{key}={value}"
            for key, value in (
                ("service", self.service),
                ("component", "yes" if self.component else ""),
                ("group", self.group),
                ("outcomes", "+".join(sorted(self.outcomes))),
                ("not_received", "yes" if self.not_received else ""),
                ("received", "yes" if self.received else ""),
                ("place", self.community or self.street),
                ("worker", "" if self.worker is None else "yes" if self.worker else "never"),
                ("fact", self.fact),
                ("at_most", "" if self.at_most is None else self.at_most),
                ("age_from", "" if self.age_from is None else self.age_from),
                ("age_to", "" if self.age_to is None else self.age_to),
                ("not_visited_since", self.not_visited_since or ""),
                ("name", "yes" if self.name else ""),
            )
            if value != ""
        ]
        return " ".join(said)


@dataclass(frozen=True)
class ScreeningState:
    """What was screened: the day, how many people and households, how long it took, how many blocks were read anew."""

    day: date
    residents: int
    households: int
    took_ms: float
    rebuilt: int  # blocks of the columns that were written
    screened: int  # blocks that were decided again
    policies_hash: str
    cancelled: bool = False  # the worker stopped it; then the other figures say nothing


@dataclass(frozen=True)
class ServiceCount:
    """The figures of one service or component: residents, or households where it is decided for a household."""

    service_id: str
    component: str
    name: str
    name_en: str
    group: str
    of_households: bool
    period_ended: bool
    eligible: int
    not_received: int  # eligible, and nobody said that it is received: 符合但未享受
    ask: int
    ask_one: int  # lacks exactly one question
    office: int
    not_eligible: int
    received: int
    component_en: str = ""


@dataclass(frozen=True)
class WantedFact:
    """A fact that is to be asked, and of how many residents (or households) it keeps something open."""

    fact: str
    people: int


@dataclass(frozen=True)
class ScreenSummary:
    """The figures of a screening within a filter.

    residents, households: how many the filter leaves. entitled: residents with something that they may have and do not
    receive. found: service results of that kind.
    """

    day: date
    residents: int
    households: int
    entitled: int
    found: int
    services: tuple[ServiceCount, ...]
    wanted: tuple[WantedFact, ...]  # the most wanted first


@dataclass(frozen=True)
class ScreenMissing:
    """A fact to be asked, and whose: person, household, or the relation to the resident."""

    fact: str
    whose: str


@dataclass(frozen=True)
class ScreenRow:
    """One result: a service for a resident; of a household's service the first member stands for the household."""

    resident_id: str
    household_id: str
    name: str
    birth_date: date | None
    address: str
    community_code: str
    community: str
    service_id: str
    component: str
    service: str
    service_en: str
    of_household: bool
    outcome: Outcome
    questions: int  # how many facts are missing; at most 15
    missing: tuple[ScreenMissing, ...]
    received: bool
    last_visit: date | None
    worker: str  # who made the last visit
    period_ended: bool
    component_en: str = ""
    deceased: bool = False  # a service about somebody who died lately, for the family to apply for


@dataclass(frozen=True)
class ScreenPage:
    """Some rows of a list, and how many it has."""

    total: int
    offset: int
    rows: tuple[ScreenRow, ...] = field(default=())


PeopleOrder = Literal["place", "several", "name", "age", "visit"]
"""As Order; several: who has most results first, then by place."""


@dataclass(frozen=True)
class ScreenPerson:
    """A resident with all results that a filter leaves, those of the household among them where it stands for it."""

    results: tuple[ScreenRow, ...]  # at least one

    @property
    def first(self) -> ScreenRow:
        """The result that says who and where."""
        return self.results[0]


@dataclass(frozen=True)
class PeoplePage:
    """Some people of a list, and how many it has."""

    total: int
    offset: int
    people: tuple[ScreenPerson, ...] = field(default=())
