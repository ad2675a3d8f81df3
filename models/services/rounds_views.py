"""What rounds hand to the screens and to paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

DueKind = Literal["promise", "plan", "need", "document", "fact", "age", "task", "referral", "call"]

COMES_AGAIN = ("nobody_home", "refused")
"""States of a door at which a retry may be planned."""


@dataclass(frozen=True)
class PartView:
    """A part of an address that can be chosen: a community, a road, a building, a staircase."""

    name: str  # as the register has it; of a community its twelve digits
    doors: int


@dataclass(frozen=True)
class DoorView:
    """A door as a planned round would have it."""

    dwelling_id: str
    household_id: str  # empty: nobody is registered behind it
    door: str  # road, building, unit and number
    names: tuple[str, ...]
    last_visit: date | None
    in_round: str = ""  # name of an open round that has this household already


@dataclass(frozen=True)
class DoorsView:
    """The doors that a round would have, in the order in which one walks."""

    doors: tuple[DoorView, ...]
    households: int
    people: int
    empty: int  # doors at which nobody is registered
    unknown: tuple[str, ...] = ()  # extra doors that the register does not have yet; planning makes them


@dataclass(frozen=True)
class PersonAtDoor:
    """Somebody who lives behind a door."""

    resident_id: str
    name: str
    sex: str
    age: int | None
    relation: str  # code
    phone_tail: str
    flags: tuple[str, ...] = ()  # age80, age65, age60, baby, child


@dataclass(frozen=True)
class DueLine:
    """Something else that is due in a household, so that nobody has to come again for it."""

    kind: DueKind
    id: str  # the plan, need, document, fact, task, referral or visit that it is about; a resident for `age`
    text: str  # in a worker's words; of a document its kind, of a fact its name, of an age the years
    due: date | None = None
    resident_id: str = ""
    resident_name: str = ""
    detail: str = ""  # need: group and urgency ("elderly now"); referral: its status; plan: its service
    plan_id: str = ""  # of a task: the case plan

    @property
    def can_tick(self) -> bool:
        """Whether it can be called done at the door."""
        return self.kind in ("need", "task", "plan")


@dataclass(frozen=True)
class TryView:
    """One time that somebody knocked."""

    on: date
    part: str  # morning, afternoon, evening, weekend; empty where it is not known
    outcome: str
    visit_id: str  # empty at a door without a household


@dataclass(frozen=True)
class StopView:
    """One door of a round."""

    id: str
    place: int
    status: str  # code stop_status; "handed" where another office has taken over a case that was still to be visited
    dwelling_id: str
    household_id: str
    door: str  # road, building, unit and number
    number: str  # the number on the door alone
    community_code: str
    street_line: str
    building: str
    unit: str
    people: tuple[PersonAtDoor, ...]
    last_visit: date | None
    last_outcome: str
    due: tuple[DueLine, ...]
    tries: tuple[TryView, ...]
    retry_on: date | None
    retry_part: str
    note: str
    at: int  # when something was last said of it, milliseconds; 0: when it was planned

    @property
    def names(self) -> tuple[str, ...]:
        """The people's names, the head first."""
        return tuple(person.name for person in self.people)

    @property
    def open(self) -> bool:
        """Whether somebody still has to go there."""
        return self.status == "waiting" or (self.status in COMES_AGAIN and self.retry_on is not None)


@dataclass(frozen=True)
class RoundRow:
    """A round in a list."""

    id: str
    name: str
    scope: str
    purpose: str
    starts_on: date | None
    ends_on: date | None
    assignee: str
    status: str  # open, done, dropped
    total: int  # doors, without those left out and those that another office goes to now
    gone: int  # doors at which somebody knocked
    met: int
    retries: int  # doors at which somebody is to come again
    retries_due: int  # of these, those for today or earlier
    worker: str


@dataclass(frozen=True)
class RoundView:
    """A round with its doors."""

    row: RoundRow
    on: date
    stops: tuple[StopView, ...]
    community_code: str = ""

    def stop(self, stop_id: str) -> StopView | None:
        """A door by its id."""
        return next((stop for stop in self.stops if stop.id == stop_id), None)

    def next_after(self, stop_id: str = "") -> StopView | None:
        """The next door at which nobody was yet, after this one; then from the first on; then a retry that is due."""
        order = self._from(stop_id)
        waiting = (stop for stop in order if stop.status == "waiting")
        due = (stop for stop in order if stop.open and stop.retry_on is not None and stop.retry_on <= self.on)
        return next(waiting, None) or next(due, None)

    def _from(self, stop_id: str) -> Sequence[StopView]:
        place = next((place for place, stop in enumerate(self.stops) if stop.id == stop_id), -1)
        return [*self.stops[place + 1 :], *self.stops[: max(place, 0)]]
