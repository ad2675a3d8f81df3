"""What the worklist hands to the screens and to paper: frozen values, every sentence in the language now shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from models.texts import _

Kind = Literal[
    "need_now", "need_soon", "rights", "promised", "task", "planned", "contact", "ends", "referral", "eligible",
    "expiring", "birth", "age", "unseen", "transfer",
]  # fmt: skip
"""Why somebody stands on the worklist."""

KINDS: tuple[Kind, ...] = (
    *(
        "need_now",
        "promised",
        "planned",
        "task",
        "contact",
        "rights",
        "eligible",
        "ends",
        "expiring",
        "referral",
        "transfer",
    ),
    *("need_soon", "birth", "age", "unseen"),
)
"""The kinds in the order in which they are offered."""

Order = Literal["need", "walk"]
"""need: the heaviest first, then by walking. walk: from door to door."""


def kind_text(kind: str) -> str:
    """A kind in a word or two, in the language now shown."""
    return {
        "need_now": _("Urgent need"),
        "need_soon": _("Open need"),
        "rights": _("Request about own data"),
        "promised": _("Visit promised"),
        "planned": _("Visit planned"),
        "task": _("Task of a plan"),
        "contact": _("Call again"),
        "ends": _("Entitlement ends"),
        "eligible": _("Newly eligible"),
        "expiring": _("Runs out"),
        "referral": _("Referral without outcome"),
        "transfer": _("Transfer of the case"),
        "birth": _("Birth"),
        "age": _("Age reached"),
        "unseen": _("Not visited for long"),
    }[kind]


@dataclass(frozen=True)
class WorkReason:
    """One reason to see a household.

    ref: id of the record it comes from (visit, plan, need, task, contact, referral, request); empty where it comes from
    a date or from the rules. due: the day by which; None where there is none. of: whose task it is, where it is named.
    """

    kind: Kind
    text: str
    due: date | None
    overdue: int  # days after due; 0: not overdue
    weight: float
    resident_id: str = ""
    resident_name: str = ""
    ref: str = ""
    assignee: str = ""
    service_id: str = ""


@dataclass(frozen=True)
class WorkItem:
    """One household on the worklist, with all its reasons, the heaviest first."""

    household_id: str
    address: str
    names: tuple[str, ...]  # the head first
    reasons: tuple[WorkReason, ...]
    weight: float
    due: date | None  # the earliest of its reasons
    overdue: int  # days of the reason that is overdue longest
    phone_tail: str = ""  # of the resident it is about, or of whoever of the household has a phone
    assignee: str = ""  # who looks after the household; empty: nobody in particular
    community: str = ""
    put_off: "PutOffView | None" = None  # what is put off here until a later day; only where asked for

    @property
    def kind(self) -> Kind:
        """Of the heaviest reason."""
        return self.reasons[0].kind

    @property
    def resident_id(self) -> str:
        """The resident, where all reasons that are about one are about the same."""
        people = {reason.resident_id for reason in self.reasons} - {""}
        return people.pop() if len(people) == 1 else ""

    @property
    def resident_name(self) -> str:
        """The name of the resident."""
        wanted = self.resident_id
        return next((reason.resident_name for reason in self.reasons if wanted and reason.resident_id == wanted), "")


@dataclass(frozen=True)
class PutOffView:
    """What is put off: kinds (empty: everything), until which day, why, by whom."""

    id: str
    household_id: str
    kinds: tuple[Kind, ...]
    until: date
    reason: str
    worker: str


@dataclass(frozen=True)
class Place:
    """Where: first digits of a division code, a grid, a road, a building; what is empty does not narrow."""

    community: str = ""
    grid: str = ""
    street_line: str = ""
    building: str = ""


@dataclass(frozen=True)
class WorkFilter:
    """What of the worklist is wanted.

    kinds: empty for all. mine: in this worker's care, or named as theirs; "" nobody's; None all.
    """

    kinds: frozenset[str] = frozenset()
    mine: str | None = None
    where: Place = Place()
    order: Order = "need"
    put_off: bool = False  # show what is put off too (and nothing else)


@dataclass(frozen=True)
class Building:
    """A building (or a road without one) that has households on the list."""

    place: Place
    name: str
    households: int


@dataclass(frozen=True)
class WorkPage:
    """Some items, how many there are, and how many of each kind within the other filters.

    whole: the register was looked through today, so that newly eligible people and households not visited for long are
    in it; otherwise look() finds them.
    """

    on: date
    total: int
    offset: int
    items: tuple[WorkItem, ...]
    kinds: Mapping[str, int] = field(default_factory=dict)
    whole: bool = True
    put_off: int = 0  # households with something put off


@dataclass(frozen=True)
class Looked:
    """What look() did."""

    on: date
    households: int
    eligible: int  # services that somebody may newly receive
    milliseconds: float
    cancelled: bool = False
