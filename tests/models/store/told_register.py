"""A random register as rows: every fact of the dictionary is drawn, told twice, expired, refused or unreadable."""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert

from models.eligibility import Policies
from models.eligibility.schema import FactDefinition
from models.store.rows import KEPT, empty_row
from tests.models.eligibility.batch.register import draw_value

ON = date(2025, 6, 1)
RELATIONS = ("0", "1", "1", "2", "2", "3", "5", "5", "6", "8")
CERTIFICATES = (  # two that can be read; then check, birth date, category, grade or shape are wrong
    *("11010519491231002X41", "11010519491231002X12B1", "110105194912310038", "11010519491231002X44"),
    *("11010519491231002141", "11010519490231002141", "11010519491231002X79", "11010519491231002X41B", "没有"),
)
_ODD = (
    None,
    True,
    "不知道",
    7,
    -3,
    1.5,
    12.345,
    "1960-02-30",
    "1960-05",
    1960,
    19600520,
    "无",
    [],
    10**12,
    "1000.10",
    ".5",
    "",
)


class Told:
    """Draws a register and writes it into the kept tables."""

    def __init__(self, policies: Policies, seed: int, on: date = ON) -> None:
        self.facts = policies.facts
        self.dice = random.Random(f"told {seed}")
        self.permits = random.Random(f"permits {seed}")
        self.apart = random.Random(f"apart {seed}")
        self.deaths = random.Random(f"deaths {seed}")
        self.on = on
        self._number = 0
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def write(self, connection: Connection, households: int) -> None:
        """So many households with their people."""
        for _ in range(households):
            self._household()
        for entity, rows in self.rows.items():
            connection.execute(insert(KEPT[entity]), rows)

    def _add(self, entity: str, fields: Mapping[str, Any], dice: random.Random | None = None) -> str:
        self._number += 1
        identity = f"{(dice or self.dice).getrandbits(32):08x}-{self._number:06}"
        self.rows.setdefault(entity, []).append({**empty_row(entity), "district": "120101", "id": identity, **fields})
        return identity

    def _household(self) -> None:
        dice = self.dice
        apart = self.apart  # dice of their own: the rest is drawn as before
        form = apart.choice(("", "", "", "", "family", "family", "dormitory"))
        told_home = {"kind": "living", "dead": dice.random() < 0.02, "until": self._ended(0.04), "form": form}
        home = self._add("household", told_home)
        known, hopeful = dice.choice((0.03, 0.3, 0.6, 0.9, 0.99)), dice.random() < 0.5
        self._say(home, "household", known, hopeful)
        for place in range(dice.choice((1, 1, 2, 2, 3, 4, 6))):
            born = self.on - timedelta(days=dice.randint(-100, 36500)) if dice.random() < 0.4 else None
            register = {
                "sex": dice.choice("012"),
                "birth_date": born,
                "marital_status": dice.choice(("", "", "10", "20", "23", "30", "40", "90")),
                "ethnic_group": dice.choice(("", "", "01", "02", "11", "97", "98", "5")),
            }
            register["frozen"] = "erasure" if apart.random() < 0.02 else ""
            register["died_on"] = self.on - timedelta(days=apart.choice((0, 40))) if apart.random() < 0.03 else None
            person = self._add("resident", register)
            relation = "0" if place == 0 and dice.random() < 0.9 else dice.choice(RELATIONS)
            member = {"household_id": home, "resident_id": person, "relation": relation, "counts": dice.random() < 0.92}
            member["standing"] = "lodger" if apart.random() < 0.06 else ""
            told_member = {**member, "dead": dice.random() < 0.02, "until": self._ended(0.06)}
            if self.deaths.random() < 0.1:  # about the term after a death, its first and its last day
                died = self.on - timedelta(days=self.deaths.choice((-1, 0, 40, 364, 365, 400)))
                ended = self.deaths.choice(("death", "death", "death", "move_out"))
                self.rows["resident"][-1]["died_on"] = died
                told_member |= {"until": died, "ended": ended}
            self._add("membership", told_member)
            self._say(person, "person", known, hopeful)
            for _ in range(dice.choice((0, 0, 0, 1, 2))):
                fields = {"resident_id": person, "kind": "disability_cert", "number": dice.choice(CERTIFICATES)}
                self._add("identity_document", {**fields, "dead": dice.random() < 0.1})
            for _ in range(self.permits.choice((0, 0, 1, 2))):
                until = self.on + timedelta(days=self.permits.choice((-30, -1, 0, 1, 200)))
                fields = {"resident_id": person, "kind": self.permits.choice(("residence_permit", "passport"))}
                fields |= {"number": "A1", "valid_until": until if self.permits.random() < 0.9 else None}
                self._add("identity_document", {**fields, "dead": self.permits.random() < 0.1}, self.permits)

    def _ended(self, share: float) -> date | None:
        return self.on + timedelta(days=self.dice.randint(-1, 1)) if self.dice.random() < share else None

    def _say(self, subject: str, level: str, known: float, hopeful: bool) -> None:
        """What is told of a subject; a fact in ten is told twice, not always by the same word or on the same day."""
        for definition in self.facts.values():
            if definition.level != level or self.dice.random() >= known * 1.1:
                continue
            rare = definition.name in ("deceased", "counts_in_household")
            if rare and self.dice.random() < 0.85:
                continue
            for _ in range(1 if self.dice.random() < 0.85 else 2):
                self._add("fact", self._statement(subject, definition, hopeful))

    def _statement(self, subject: str, definition: FactDefinition, hopeful: bool) -> dict[str, Any]:
        dice = self.dice
        value = draw_value(dice, definition, hopeful, self.on)
        if dice.random() < 0.02:
            value = dice.choice(_ODD)
        if isinstance(value, Decimal):
            value = float(value) if dice.random() < 0.5 else str(value)
        if isinstance(value, date):
            value = value.isoformat()
        days = (None, -400, -1, 0) if dice.random() < 0.95 else (1, 30)
        after = dice.choice(days)
        good = dice.choice((-1, 0, 300)) if dice.random() < 0.1 else None
        return {
            "subject_kind": "resident",
            "subject_id": subject,
            "name": definition.name,
            "value": {} if value is None and dice.random() < 0.5 else {"v": value},
            "state": dice.choices(("known", "not_known", "refused"), (30, 1, 1))[0],
            "as_of": None if after is None else self.on + timedelta(days=after),
            "good_until": None if good is None else self.on + timedelta(days=good),
            "at": dice.choice((1, 2, 3)),
            "dead": dice.random() < 0.02,
        }
