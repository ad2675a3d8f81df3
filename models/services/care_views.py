"""What the verbs about care hand to the screens and to paper."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.services.worklist_views import Kind

HandoverStatus = Literal["offered", "accepted", "refused", "withdrawn"]


@dataclass(frozen=True)
class AssignmentView:
    """Who looks after a household, from when to when."""

    id: str
    household_id: str
    assignee: str
    since: date | None
    until: date | None
    handover_id: str  # the handover that made it; empty: assigned
    worker: str  # who wrote it down


@dataclass(frozen=True)
class CaredFor:
    """A household in somebody's care, for lists that are ticked; in walking order."""

    household_id: str
    address: str
    names: tuple[str, ...]
    since: date | None
    open: int  # plans, tasks and other things that wait there
    offered_to: str = ""  # a colleague to whom it is offered already


@dataclass(frozen=True)
class OpenThing:
    """Something that was open in a household on the day of the offer; the sentence as it was then."""

    kind: Kind
    ref: str
    due: date | None
    text: str


@dataclass(frozen=True)
class HandedHousehold:
    """A household of a handover with its people and what was open; taken is None before the answer."""

    household_id: str
    address: str
    people: tuple[str, ...]
    things: tuple[OpenThing, ...]
    taken: bool | None = None


@dataclass(frozen=True)
class HandoverView:
    """Households that one worker gives and another takes, in walking order."""

    id: str
    giver: str
    taker: str
    handed_on: date | None
    status: HandoverStatus
    answered_on: date | None
    note: str
    answer_note: str
    households: tuple[HandedHousehold, ...]

    @property
    def taken(self) -> int:
        """How many households were accepted."""
        return sum(one.taken is True for one in self.households)

    @property
    def things(self) -> int:
        """How much is open in all of them."""
        return sum(len(one.things) for one in self.households)
