"""What stands on the worklist and how much it weighs: data of resources/worklist.toml, and what an office has set."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from models.texts import language

SETTING = "worklist_days"
"""Name of the setting: category -> days between visits, where the office wants other ones; 0: not on the list."""

LONGEST = 3650


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Weight(_Shape):
    """Points of a reason: base, for each day overdue (up to `most` more), and off for each day that it is away."""

    base: float
    per_day: float = 0
    most: float = 0
    early: float = 0

    def at(self, due: date | None, on: date) -> float:
        """The points on a day."""
        days = 0 if due is None else (on - due).days
        if days >= 0:
            return self.base + min(days * self.per_day, self.most)
        return max(self.base + days * self.early, 1.0)


class Category(_Shape):
    """Who is visited how often."""

    id: str
    zh: str
    en: str
    days: int = Field(ge=0, le=LONGEST)
    alone: bool = False
    age_from: int = 0
    fact: str = ""
    new_resident: bool = False
    weight: Weight

    @property
    def name(self) -> str:
        """What it is called, in the language now shown."""
        return self.zh if language() == "zh_CN" else self.en


class Rules(_Shape):
    """All of it; days are calendar days."""

    ahead: int
    expiring: int
    begun: int
    birth: int
    ages: tuple[int, ...]
    age_before: int
    age_after: int
    referral: int
    rights: int
    weight: Mapping[str, Weight]
    category: tuple[Category, ...]

    def with_days(self, days: Mapping[str, Any]) -> "Rules":
        """The same with the office's own rhythm; what cannot be read is left as it was."""
        changed = []
        for one in self.category:
            wanted = days.get(one.id)
            fits = isinstance(wanted, int) and not isinstance(wanted, bool) and 0 <= wanted <= LONGEST
            changed.append(one.model_copy(update={"days": wanted}) if fits else one)
        return self.model_copy(update={"category": tuple(changed)})

    @cached_property
    def by_id(self) -> Mapping[str, Category]:
        """The categories by their ids."""
        return {one.id: one for one in self.category}

    @property
    def key(self) -> str:
        """What the rhythm of visits hangs on, for whoever keeps what was worked out by it."""
        return json.dumps([one.model_dump(mode="json") for one in self.category])


@dataclass(frozen=True)
class Rhythm:
    """How often a category is visited, for the page that sets it."""

    id: str
    name: str
    days: int
    shipped: int  # as the program has it


@cache
def shipped() -> Rules:
    """The rules as the program brings them."""
    return Rules.model_validate(tomllib.loads((files("resources") / "worklist.toml").read_text("utf-8")))
