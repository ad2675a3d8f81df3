"""What the registers (台账) hand to the screens and to paper: a filter, columns with headings, rows of plain values."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from models.texts import N_
from models.values import mask_number

Kind = Literal[
    "residents", "households", "visits", "needs", "referrals", "found", "received", "assessments", "consents", "numbers"
]
"""found: who meets the conditions of a service and does not receive it (符合但未享受), by the rules in force."""

KINDS: tuple[Kind, ...] = get_args(Kind)

TITLES: dict[Kind, str] = {
    "residents": N_("Register of residents"),
    "households": N_("Register of households"),
    "visits": N_("Register of visits"),
    "needs": N_("Register of needs"),
    "referrals": N_("Register of referrals"),
    "found": N_("Register of benefits not yet received"),
    "received": N_("Register of benefits received"),
    "assessments": N_("Register of assessments"),
    "consents": N_("Register of consent"),
    "numbers": N_("Register of letter numbers"),
}

FILTERS: dict[Kind, frozenset[str]] = {
    "residents": frozenset(("place", "worker", "days")),
    "households": frozenset(("place", "worker", "days")),
    "visits": frozenset(("place", "worker", "days")),
    "needs": frozenset(("place", "worker", "days")),
    "referrals": frozenset(("place", "service", "worker", "days")),
    "found": frozenset(("place", "service", "worker")),
    "received": frozenset(("place", "service", "worker")),
    "assessments": frozenset(("place", "worker", "days")),
    "consents": frozenset(("place", "worker", "days")),
    "numbers": frozenset(("days",)),
}
"""What each register can be narrowed by; the rest of a filter does not touch it."""

Value = str | int | date | None

_WHOLE = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9Xx])")  # as reports.printable refuses


@dataclass(frozen=True)
class RegisterFilter:
    """What a register is narrowed to; what is left at its default does not narrow.

    place: code of a district, street or community (6, 9, 12 digits). service: id of a service. worker: who looks after
    the household (residents, households), wrote the letter (referrals), made the newest visit (found, received), or
    noted it (the others). first, last: days, both included: on which somebody was registered, a household was formed,
    something was done, a letter was issued.
    """

    place: str = ""
    service: str = ""
    worker: str = ""
    first: date | None = None
    last: date | None = None

    def fits(self, day: date | None) -> bool:
        """Whether a day lies between first and last; an unknown one only where neither is asked for."""
        if self.first is None and self.last is None:
            return True
        return day is not None and (self.first or date.min) <= day <= (self.last or date.max)

    def of(self, kind: Kind) -> "RegisterFilter":
        """What of it a register can be narrowed by."""
        can = FILTERS[kind]
        return RegisterFilter(
            place=self.place if "place" in can else "",
            service=self.service if "service" in can else "",
            worker=self.worker if "worker" in can else "",
            first=self.first if "days" in can else None,
            last=self.last if "days" in can else None,
        )

    def in_codes(self) -> str:
        """As the journal keeps it: codes and days; of a worker only that one was named."""
        said = (
            ("place", self.place),
            ("service", self.service),
            ("worker", "yes" if self.worker else ""),
            ("first", self.first or ""),
            ("last", self.last or ""),
        )
        return " ".join(f"{key}={value}" for key, value in said if value)


@dataclass(frozen=True)
class RegisterColumn:
    """A column. heading: in English, marked for translation. width: wished, in Chinese characters."""

    key: str
    heading: str
    width: int = 6


@dataclass(frozen=True)
class RegisterRow:
    """One line, with what it is about: a resident, a household, a referral; empty where there is none."""

    cells: tuple[Value, ...]
    resident_id: str = ""
    household_id: str = ""
    record_id: str = ""


def plain(text: str) -> str:
    """Free text as a register shows it: on one line, a whole identity number in it masked."""
    return _WHOLE.sub(lambda found: mask_number(found[0]), " ".join(text.split()))
