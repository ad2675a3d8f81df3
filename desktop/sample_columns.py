"""Invented facts of a whole city for the bench: columns as the screening reads them, drawn by numpy from a seed.

A register of a million is too many to put in one household after the other. Here everybody's facts are drawn at once:
values by the dictionary's own chances, about half of the facts unknown, as after a registration and one visit.
"""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.eligibility import FactDefinition, Policies
from models.eligibility.batch.columns import (
    LAST_DAY,
    NO_DAY,
    ROLES,
    UNKNOWN,
    Codes,
    Column,
    Columns,
    Days,
    Numbers,
    domain_of,
)

KNOWN_OF_ALL = ("birth_date", "hukou_tianjin", "marital_status", "ethnic_minority")
"""What every registration asks; of the other facts a share is known."""
KNOWN = 0.45


def drawn_columns(policies: Policies, people: int, on: date, seed: int = 11) -> Columns:
    """The facts of about this many people in households of one to five, the same for the same seed."""
    dice = np.random.default_rng(seed)
    sizes = dice.integers(1, 6, max(1, people // 3))
    household = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    rows = len(household)
    first = np.r_[True, household[1:] != household[:-1]]
    role = np.where(first, ROLES.index("applicant"), dice.choice(_codes("spouse", "child", "child", "mother"), rows))
    facts = {
        name: _drawn(dice, fact, len(sizes) if fact.level == "household" else rows, on)
        for name, fact in policies.facts.items()
        if name not in ("deceased", "counts_in_household")
    }
    return Columns(
        households=len(sizes),
        household=household,
        role=role.astype(np.uint8),
        counts=np.ones(rows, np.bool_),
        dead=np.zeros(rows, np.bool_),
        facts=facts,
    )


def _codes(*roles: str) -> list[int]:
    return [ROLES.index(role) for role in roles]


def _drawn(dice: np.random.Generator, fact: FactDefinition, rows: int, on: date) -> Column:
    known: NDArray[np.bool_] = dice.random(rows, np.float32) < (1.0 if fact.name in KNOWN_OF_ALL else KNOWN)
    domain = domain_of(fact)
    if domain:
        if fact.type == "bool":
            yes = fact.prior.get("true", 0.5)
            values = np.where(dice.random(rows, np.float32) < yes, 1, 2)
        else:
            values = dice.integers(1, len(domain) + 1, rows)
        return Codes(np.where(known, values, 0).astype(np.uint8))
    if fact.type == "date":
        span = 36_000 if fact.name == "birth_date" else 4_000
        days = (on.toordinal() - dice.integers(0, span, rows)).astype(np.int32)
        return Days(np.where(known, days, NO_DAY).astype(np.int32), np.where(known, days, LAST_DAY).astype(np.int32))
    hundredths = dice.integers(0, 600_000, rows).astype(np.int32)
    return Numbers(np.where(known, hundredths, UNKNOWN).astype(np.int32))
