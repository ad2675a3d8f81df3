"""The simulator catches what is broken on purpose: a harness that has never caught anything proves nothing.

Those of the streams to laptops with a scope have stories of their own in test_drills.py besides.
"""

import pytest

from tests.simulation.history import run
from tests.simulation.mutants import MUTANTS, caught

STEPS = 70
KNOWN = {
    "lww": 0,
    "no_dedupe": 0,
    "clock_drag": 3,
    "ack_past_gap": 0,
    "monotone_ack": 1,
    "not_atomic": 0,
    "sent_flag": 0,
    "seq_is_identity": 1,
    "no_pending": 8,
    "mark_sent_on_export": 0,
    "no_set_digest": 8,
    "removal_wins": 24,
    "removal_says_nothing": 0,
}
"""A seed that caught each; one more statement in the program can make another history of it, so others follow."""
_OTHERS = 40


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_broken_on_purpose_is_caught(name: str) -> None:
    with MUTANTS[name]():
        assert any(caught(run(seed, STEPS).wrong) for seed in range(KNOWN[name], KNOWN[name] + _OTHERS))


def test_a_mutant_that_no_longer_fits_the_program_is_not_taken_for_caught() -> None:
    assert caught("seed 0, step 35: I1 lost")
    assert not caught("")
    with pytest.raises(AssertionError, match="out of date"):
        caught("seed 0, step 14: AttributeError: 'dict_values' object has no attribute 'items'")
