"""What a decision says: outcome, what is missing, the amount, the words it rests on; kept as JSON for years."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from models.eligibility.case import Used
from models.eligibility.policies import Citation
from models.texts import _, ngettext

Outcome = Literal["eligible", "not_eligible", "unknown"]


@dataclass(frozen=True)
class Missing:
    """A fact that can still change the result, and of whom: a person's id, "household", or a relation not yet recorded.

    alternative: another missing fact of this list answers the same question (a member's income beside the income per
    head); it is not counted as a question of its own.
    """

    fact: str
    of: str
    alternative: bool = False


@dataclass(frozen=True)
class AgencyPart:
    """What only another office can say: its words, and the fact that records its answer, if there is one."""

    fact: str
    of: str
    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Amount:
    """The sum by the text.

    kind: exact, standard (not a promise of that sum), max, min, range, average, rate, contribution.
    unit: 元 or %. per: per what, in Chinese; per_en in English. number, or number_min and number_max.
    """

    kind: str
    unit: str
    per: str
    per_en: str
    number: Decimal | None = None
    number_min: Decimal | None = None
    number_max: Decimal | None = None
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class Determination:
    """The answer for one service, component and person (None: for the household) on one day.

    missing: facts to ask. agency: what another office must say. withheld: facts that matter but are never asked at the
    door nor shown. amount_missing: facts on which only the sum depends. trace: the facts that were read. flags:
    period_ended, not_yet_in_force, may_clash:<service>, excluded_by:<service>, received.
    """

    service_id: str
    component: str | None
    person_id: str | None
    outcome: Outcome
    missing: tuple[Missing, ...]
    agency: tuple[AgencyPart, ...]
    withheld: tuple[Missing, ...]
    amount: Amount | None
    amount_missing: tuple[Missing, ...]
    citations: tuple[Citation, ...]
    trace: tuple[Used, ...]
    flags: tuple[str, ...]
    pack_id: str
    pack_hash: str
    on: date

    @classmethod
    def of(cls, **fields: Any) -> "Determination":
        """All fields at once; some hundred are made for a household, and this is thrice as quick as field by field."""
        made = object.__new__(cls)
        object.__setattr__(made, "__dict__", fields)
        return made

    @property
    def questions(self) -> int:
        """How many facts are to be asked."""
        return sum(not missing.alternative for missing in self.missing)

    def word(self) -> str:
        """The word on the screen, in the language now shown."""
        if "received" in self.flags:
            return _("Already received")
        if self.outcome == "eligible":
            return _("Meets the conditions")
        if self.outcome == "not_eligible":
            return _("Does not meet the conditions")
        if self.missing:
            return ngettext("{n} fact missing", "{n} facts missing", self.questions).format(n=self.questions)
        return _("For the office to decide")

    def to_json(self) -> str:
        """Canonical JSON: the same determination gives the same bytes."""
        return json.dumps(_plain(asdict(self)), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Determination":
        """The determination that was written by to_json()."""
        given = json.loads(text)
        amount = given.pop("amount")
        numbers = ("number", "number_min", "number_max")
        return cls(
            missing=tuple(Missing(**part) for part in given.pop("missing")),
            agency=tuple(AgencyPart(**part) for part in given.pop("agency")),
            withheld=tuple(Missing(**part) for part in given.pop("withheld")),
            amount=None
            if amount is None
            else Amount(**{k: _number(v) if k in numbers else v for k, v in amount.items()}),
            amount_missing=tuple(Missing(**part) for part in given.pop("amount_missing")),
            citations=tuple(Citation(**part) for part in given.pop("citations")),
            trace=tuple(Used(**part) for part in given.pop("trace")),
            flags=tuple(given.pop("flags")),
            on=date.fromisoformat(given.pop("on")),
            **given,
        )


def _number(written: str | None) -> Any:
    return None if written is None else Decimal(written)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value
