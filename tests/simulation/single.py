"""One history, as it is run in a process of its own: a module of that name is found there, `__main__` is not."""

import time

from tests.simulation.history import Outcome, run
from tests.simulation.mutants import MUTANTS


def one(asked: tuple[int, int, str]) -> tuple[Outcome, float]:
    """The outcome of (seed, steps, name of a mutant or nothing), and the seconds of CPU that it took."""
    seed, steps, mutant = asked
    began = time.process_time()
    if mutant:
        with MUTANTS[mutant]():
            outcome = run(seed, steps)
    else:
        outcome = run(seed, steps)
    return outcome, time.process_time() - began
