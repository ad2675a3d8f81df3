"""What the service of transfers hands to the screens."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Side = Literal["out", "in", "other"]
"""Who looks at it: the office that asked, the office that the case comes to, or one that only reads."""


@dataclass(frozen=True)
class TransferView:
    """One transfer."""

    id: str
    household_id: str
    address: str
    names: tuple[str, ...]  # who goes, as far as their records are in use here
    resident_ids: tuple[str, ...]
    whole: bool  # the whole household goes
    from_office: str
    from_name: str
    from_contact: str
    to_office: str
    to_name: str
    to_contact: str
    reason: str  # code
    note: str
    status: str  # code
    asked_on: date | None
    answer_by: date | None
    answered_on: date | None
    answered_by: str
    answer_note: str
    handed_on: date | None
    taken_on: date | None
    taken_by: str
    ended_on: date | None
    ended_note: str
    worker: str
    at: int
    side: Side
    overdue: bool  # the answer should be here by now
    steps: tuple[str, ...]  # what can be done now
    may_take_back: bool  # the last step can be taken back, unless something rests on it
    has_sheet: bool  # what was handed over is frozen here

    @property
    def open(self) -> bool:
        """Whether nobody knows yet what comes of it."""
        return self.status in ("asked", "accepted", "handed_over")


@dataclass(frozen=True)
class Candidate:
    """Somebody of a household who may go."""

    resident_id: str
    name: str
    relation: str  # in words


@dataclass(frozen=True)
class Beginning:
    """What is to be known before a transfer is asked for."""

    household_id: str
    address: str
    people: tuple[Candidate, ...]
    left_out: tuple[str, ...]  # names of those whose records are only kept
    answer_by: date  # as it is where nobody says otherwise
    open_id: str  # a transfer of the household that is open already; empty: none
    without_consent: tuple[str, ...]  # names of those of whom the list will not tell everything
