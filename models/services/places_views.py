"""Where somebody is, as pages show it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PlaceView:
    """One place besides the doors of the register: hukou, work, school, another home."""

    id: str
    resident_id: str
    kind: str  # code list place_kind
    division: str
    address: str
    words: str  # province or division and address, in the language now shown
    since: date | None
    until: date | None  # the first day on which it does not hold any more
    note: str
    worker: str
    at: int


@dataclass(frozen=True)
class WhereLine:
    """One thing about where somebody is or was, as a sentence."""

    kind: str  # registered, living (memberships), hukou, work, study, stay (places)
    text: str
    since: date | None
    until: date | None
    household_id: str = ""  # of a membership
    place_id: str = ""  # of a place


@dataclass(frozen=True)
class Whereabouts:
    """Where somebody is now, in the order: hukou, home, work, school, another home; and where the person was before."""

    now: tuple[WhereLine, ...]
    past: tuple[WhereLine, ...]  # the latest first
