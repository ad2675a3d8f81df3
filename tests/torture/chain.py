"""Attacks on the audit chain: eight kinds, written where the chain is tested, so many of each; all must be seen."""

from collections.abc import Iterator
from pathlib import Path

from tests.models.security import audit_attacks
from tests.torture.figures import Figures

FULL, SHORT = 200, 20


def attacks(_folder: Path, short: bool, seed: int) -> Iterator[Figures]:
    """The battery."""
    times = SHORT if short else FULL
    for kind, (tried, seen, blind) in audit_attacks.battery(times, seed + 7).items():
        figures = Figures(f"audit chain: {kind}", times, tried, note=f"{blind} seen without the first key")
        for _each in range(tried - seen):
            figures.fail(f"an attack of seed {seed + 7} was not seen")
        yield figures
