"""What the services say about referrals: plain frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from models.records.referral import OutcomeEntry, ReferralEntry

Kind = Literal["", "waiting", "returned", "chase", "open", "closed"]
KINDS: tuple[Kind, ...] = ("waiting", "returned", "chase", "open", "closed")
"""What the list of referrals is divided into; those to be chased are open too. "": all."""


@dataclass(frozen=True)
class LetterView:
    """One printed version of a letter."""

    id: str
    version: int
    number: str
    printed: bool
    sha256: str
    at: int
    template_id: str = ""  # the version of the template that it is set by; empty: the one that the program brings


@dataclass(frozen=True)
class MatterView:
    """A service that somebody is referred for."""

    service_id: str
    component: str
    name: str  # as printed


@dataclass(frozen=True)
class StepView:
    """One step in the life of a referral."""

    id: str
    step: str  # key of the code list referral_step
    happened_on: date
    channel: str  # key of the code list referral_channel; empty where it was done here
    said_by: str
    reason: str
    papers: tuple[str, ...]
    outcomes: tuple[OutcomeEntry, ...]
    next_on: date | None
    worker: str
    at: int


@dataclass(frozen=True)
class ReferralView:
    """One referral with its letters, newest version first, and its steps, oldest first."""

    id: str
    resident_id: str
    household_id: str
    resident_name: str
    number: str  # empty before it is signed
    matters: tuple[str, ...]  # names
    things: tuple[MatterView, ...]
    receiver: str
    status: str  # key of the code list referral_status, as it stands today: a letter that nobody presented has run out
    outcome_note: str
    issued_on: date | None
    valid_until: date | None
    reply_by: date | None
    chase_on: date | None
    code: str
    writer: str
    signer: str
    worker: str
    at: int
    letters: tuple[LetterView, ...]
    steps: tuple[StepView, ...] = ()
    can: tuple[str, ...] = ()  # steps that can be noted now
    takes_back: str = ""  # the last step, where it can be taken back
    entry: ReferralEntry | None = None  # as it was written, while it has no number

    @property
    def title(self) -> str:
        """The number, or for whom it is where it has none yet."""
        return self.number or self.resident_name


@dataclass(frozen=True)
class ReferralFilter:
    """Which referrals are wanted. receiver: of one office; text: of a number, a name, or a code of the slip."""

    kind: Kind = ""
    receiver: str = ""
    text: str = ""
    resident_id: str = ""
    status: str = ""  # key of the code list, where one is asked for


@dataclass(frozen=True)
class ReferralPage:
    """Referrals as they are wanted, the most urgent first where they are chased, else the newest first."""

    on: date
    views: tuple[ReferralView, ...]
    total: int  # of the kind that is wanted
    counts: Mapping[str, int] = field(default_factory=dict)  # of each kind, within the other wishes; "" of all
    receivers: tuple[str, ...] = ()  # offices that letters went to, the most frequent first
