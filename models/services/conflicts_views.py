"""What the conflict desk is handed: frozen values, numbers masked, people and places by name."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

Cursor = tuple[str | int, str]
"""Where the next part of a list begins; opaque to the caller."""


@dataclass(frozen=True)
class Version:
    """One of several current values of a field, as its writer said it."""

    operation: str  # the operation that holds it now: settle() takes this
    value: Any  # as JSON carries it; masked where it is secret
    worker: str
    at: int  # when it was written, milliseconds; by the clock of that computer
    place: str = ""  # the partner's name where the computer is known, else the office's; empty: not known
    here: bool = False  # written on this computer
    device: str = ""
    before: Any = None  # the value that its writer saw and replaced; None where not known or not set
    before_known: bool = False
    named: str = ""  # whom or what the value names, where it is an identity: a person, an address
    before_named: str = ""
    wrote: tuple[str, ...] = ()  # where somebody else removed the record meanwhile: the fields that were written in it
    shown: bool = False  # the one that lists and forms show until somebody chooses


@dataclass(frozen=True)
class FieldConflict:
    """A field that waits for somebody to choose; the version that is shown now comes first."""

    field: str
    kind: str  # text, list, value, removed, link; newer: this program does not know the field
    versions: tuple[Version, ...]
    since: int  # when it was first seen here, milliseconds
    hidden: bool = False  # the values are masked
    same_mask: bool = False  # the versions differ only in what is masked
    joinable: bool = False
    editable: bool = False
    alike: str = ""  # why the versions say the same: blanks, writing, case, phone, number, signs, order
    suggested: str = ""  # then the operation of the version to keep


@dataclass(frozen=True)
class Side:
    """Those who wrote on one computer: all of a record's versions from there can be taken at once."""

    device: str
    place: str
    here: bool
    workers: tuple[str, ...]
    fields: int


@dataclass(frozen=True)
class RecordConflicts:
    """A record with its fields that wait, and whom it is about."""

    row: str
    entity: str
    fields: tuple[FieldConflict, ...]
    since: int
    about_kind: str = ""  # resident or household; empty: nobody
    about_id: str = ""
    about_name: str = ""  # of a household its people
    about_address: str = ""
    tells: tuple[tuple[str, Any], ...] = ()  # what else tells this record from others of its kind: (field, value)
    pair: tuple[str, str] = ("", "")  # of a link: the two residents
    sides: tuple[Side, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Which conflicts are listed, and how."""

    community: str = ""
    entity: str = ""
    worker: str = ""  # who wrote one of the versions
    older_than: int = 0  # days that it has waited at least
    about_id: str = ""
    alike: bool = False  # only those whose versions say the same
    newer: bool = False  # only those that a newer program must settle; else only those that can be settled here
    order: str = "oldest"  # oldest, newest or place


@dataclass(frozen=True)
class ConflictPage:
    """A part of the list, and how much there is in all."""

    records: tuple[RecordConflicts, ...]
    total_records: int
    total_fields: int
    following: Cursor | None = None  # the rest begins here; None: this was the last part


@dataclass(frozen=True)
class Choices:
    """By what the list can be narrowed: each with how many fields wait."""

    communities: tuple[tuple[str, int], ...] = ()
    entities: tuple[tuple[str, int], ...] = ()
    workers: tuple[tuple[str, int], ...] = ()
    alike: int = 0
    newer: int = 0


@dataclass(frozen=True)
class Settled:
    """A conflict that somebody settled, newest first in lists."""

    row: str
    field: str
    entity: str
    at: int
    worker: str
    operation: str
    about_name: str = ""
    own: bool = False  # settled on this computer, by a choice at the desk: can be taken back with one key


@dataclass(frozen=True)
class Day:
    """How many conflicts there were on a day."""

    day: date
    opened: int
    settled: int
    open: int  # at the end of the day


@dataclass(frozen=True)
class Tally:
    """The same for one community or worker, over all the days."""

    key: str
    open: int
    opened: int
    settled: int


@dataclass(frozen=True)
class ConflictDays:
    """Conflicts day by day, the oldest first; and by whom and where."""

    days: tuple[Day, ...]
    communities: tuple[Tally, ...] = field(default=())
    workers: tuple[Tally, ...] = field(default=())  # open and opened: whose change stands in one; settled: by whom
