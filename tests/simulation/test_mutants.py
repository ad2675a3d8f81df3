"""The simulator catches what is broken on purpose: a harness that has never caught anything proves nothing.

Those of the streams to laptops with a scope have stories of their own in test_drills.py.
"""

import pytest

from tests.simulation.history import run
from tests.simulation.mutants import MUTANTS

STEPS = 70
KNOWN = {
    "lww": 2,
    "no_dedupe": 1,
    "clock_drag": 8,
    "ack_past_gap": 4,
    "monotone_ack": 5,
    "not_atomic": 2,
    "sent_flag": 1,
    "seq_is_identity": 5,
    "mark_sent_on_export": 1,
}
"""A seed that caught each; one more statement in the program can make another history of it, so others follow."""
_OTHERS = 12


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_broken_on_purpose_is_caught(name: str) -> None:
    with MUTANTS[name]():
        assert any(run(seed, STEPS).wrong for seed in range(KNOWN[name], KNOWN[name] + _OTHERS))
