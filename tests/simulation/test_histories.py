"""Histories of offices and laptops with every kind of accident: nothing is lost and all come to the same.

The short form of `./run simulate`: fifty histories, and each of the mutants at a seed that is known to catch it.
"""

import pytest

from tests.simulation.history import run

SEEDS = 50
STEPS = 36  # the long form has 140
_IN_ONE = 5


@pytest.mark.parametrize("first", range(0, SEEDS, _IN_ONE))
def test_nothing_is_lost_and_all_nodes_come_to_the_same(first: int) -> None:
    for seed in range(first, first + _IN_ONE):
        outcome = run(seed, STEPS)
        assert outcome.wrong == "", "\n".join(outcome.trace[-40:])
        assert outcome.counts["values typed"] > 20
        assert outcome.counts["imports"] > 2


def test_the_same_seed_gives_the_same_history() -> None:
    one, again, other = run(1, 20), run(1, 20), run(2, 20)
    assert one.trace == again.trace
    assert one.trace_hash == again.trace_hash
    assert one.trace_hash != other.trace_hash
