"""What the inbox shows: files that were found, in parcels by sender and export, and what became of them."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from models.services.inbox_reading import Seen
from models.services.partners import ReceiptValue
from models.services.views import Changed

State = Literal["new", "here", "unknown_sender", "other_office", "aside", "newer", "foreign"]
"""new: waits to be taken in; here: was taken in before; aside: was refused before and is kept aside."""


@dataclass(frozen=True)
class Arrival:
    """A file that was found, and what is known of it without opening it."""

    seen: Seen
    state: State
    sender: str = ""  # name of the partner; of a card what the card says; empty: not known
    to: str = ""  # name of the partner whom it is for, where it is not for here and known


@dataclass(frozen=True)
class Parcel:
    """What belongs together: the files of one export, the answers or cards of one sender."""

    sender_id: str
    sender: str
    kind: str  # batch, receipt, card, sealed
    arrivals: tuple[Arrival, ...]
    of: int = 1  # how many files the sender wrote
    made_at: int = 0  # milliseconds, by the sender's clock; the latest
    absent: tuple[int, ...] = ()  # parts that are neither in the folder nor taken in before

    @property
    def waiting(self) -> tuple[Path, ...]:
        """The files that were not taken in yet, in their order."""
        return tuple(one.seen.path for one in self.arrivals if one.state == "new")


@dataclass(frozen=True)
class Box:
    """What was found in some folders."""

    parcels: tuple[Parcel, ...] = ()
    others: tuple[Arrival, ...] = ()  # unknown senders, for others, refused before, of a newer program, not ours

    @property
    def waiting(self) -> tuple[Path, ...]:
        """Files that were not taken in yet, oldest export first; cards are not among them: people decide on those."""
        return tuple(path for parcel in self.parcels if parcel.kind != "card" for path in parcel.waiting)

    def within(self, folder: Path) -> "Box":
        """What of it lies in a folder or below it."""

        def inside(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
            return tuple(one for one in arrivals if one.seen.path.is_relative_to(folder))

        parcels = tuple(replace(one, arrivals=inside(one.arrivals)) for one in self.parcels if inside(one.arrivals))
        return Box(parcels, inside(self.others))

    @property
    def senders(self) -> tuple[str, ...]:
        """Whom these are from."""
        return tuple(dict.fromkeys(one.sender for one in self.parcels if one.kind != "card" and one.waiting))

    @property
    def cards(self) -> tuple[Path, ...]:
        """Cards of those whom no files are exchanged with yet."""
        return tuple(path for parcel in self.parcels if parcel.kind == "card" for path in parcel.waiting)


@dataclass(frozen=True)
class Hole:
    """Changes that should have come before: of whom, and how many."""

    device: str
    worker: str  # who saved the first of the later ones
    lacking: int


@dataclass(frozen=True)
class Glimpse:
    """One file of a preview."""

    path: Path
    sender: str
    made_at: int
    new: int = 0
    already_here: int = 0
    reason: str = ""  # why it cannot be taken in (BatchRefused), or "unreadable"


@dataclass(frozen=True)
class Preview:
    """What taking some files in would do; nothing was written."""

    files: tuple[Glimpse, ...]
    senders: tuple[str, ...]
    made_at: int  # the latest
    operations: int
    new: int
    residents: int
    households: int
    visits: int
    pictures: int
    conflicts: int  # fields that would have two versions then
    holes: tuple[Hole, ...]
    receipts: int  # answers among the files
    sealed: int  # pictures, sets of rules and lists among the files
    skew: int  # milliseconds by which the sender's clock is ahead (negative: behind); 0: none that can be known
    stopped: bool = False

    @property
    def refused(self) -> tuple[Glimpse, ...]:
        """Files that would not be taken in."""
        return tuple(one for one in self.files if one.reason)


@dataclass(frozen=True)
class Refused:
    """A file that was kept aside."""

    id: str
    file_name: str
    reason: str  # of BatchRefused
    sender: str  # name as far as it is known; the file may lie about it
    sender_known: bool
    at: int  # when it was refused, milliseconds
    made_at: int
    part: int
    of: int
    kept: Path | None  # where it is kept; None where the copy is gone or at another desk


@dataclass(frozen=True)
class Back:
    """A household or resident that had been undone and came back, since somebody had gone on with it elsewhere."""

    kind: str  # household or resident
    id: str
    names: str
    address: str


@dataclass(frozen=True)
class Taken:
    """What came of taking files in."""

    files: int
    new: int
    already_here: int
    residents: int
    conflicts: int  # open ones that were not there before
    senders: tuple[tuple[str, str], ...]  # key id and name of those whose changes came
    receipts: tuple[ReceiptValue, ...] = ()
    refused: tuple[Refused, ...] = ()
    unread: tuple[str, ...] = ()  # names of files that could not be read
    sealed: int = 0  # pictures, sets of rules and lists that were not here before
    packs: int = 0  # of these: sets of rules, which a person looks at before they decide
    rest: int = 0  # files that were not reached, because the worker stopped
    skew: int = 0
    back: tuple[Back, ...] = ()  # those whom who is signed in may see
    changed: Changed = field(default_factory=lambda: Changed(frozenset(), frozenset()))
