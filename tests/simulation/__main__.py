"""The long form of the proof of sync: `./run simulate [--seeds N] [--first S] [--jobs J] [--mutants] [--machine]`.

Prints what happened in all histories and which failed, with the seed and its trace; the exit code is 1 where one did.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tests.simulation.history import STEPS, Outcome
from tests.simulation.mutants import MUTANTS, caught
from tests.simulation.single import one

CAUGHT_WITHIN = 300
_SHOWN = 60  # lines of a trace


def main(arguments: list[str]) -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="run simulate", description="The proof of sync by simulation.")
    parser.add_argument("--seeds", type=int, default=1000, help="how many histories (1000)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps of a history ({STEPS})")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once (all processors)")
    parser.add_argument("--mutants", nargs="*", metavar="NAME", help="break the program on purpose: all, or these")
    parser.add_argument("--machine", action="store_true", help="the state machine instead, 200 examples of 40 steps")
    parser.add_argument("--trace", action="store_true", help="print the whole trace of each history")
    said = parser.parse_args(arguments)
    if said.machine:
        from tests.simulation.machine import long_form

        return long_form()
    if said.mutants is not None:
        return _mutants(said.mutants or list(MUTANTS), said.first, said.steps, said.jobs)
    return _histories(said)


def _histories(said: argparse.Namespace) -> int:
    counts: Counter[str] = Counter()
    wrong: list[Outcome] = []
    began, cpu = time.monotonic(), 0.0
    with _outcomes(range(said.first, said.first + said.seeds), said.steps, said.jobs) as outcomes:
        for done, (outcome, seconds) in enumerate(outcomes, 1):
            counts += outcome.counts
            cpu += seconds
            if outcome.wrong:
                wrong.append(outcome)
                print(f"WRONG {outcome.wrong}", flush=True)
            if said.trace:
                print("\n".join(outcome.trace))
            if done % 50 == 0:
                print(f"{done} histories, {len(wrong)} wrong, {time.monotonic() - began:.0f} s", flush=True)
    print(f"\n{said.seeds} histories of {said.steps} steps, {len(wrong)} wrong; {cpu / said.seeds:.2f} s of CPU each\n")
    for what, count in sorted(counts.items()):
        print(f"{count:>9,}  {what}")
    for outcome in wrong[:5]:
        print(f"\nSeed {outcome.seed}: {outcome.wrong}\n" + "\n".join(outcome.trace[-_SHOWN:]))
    return 1 if wrong else 0


def _mutants(names: list[str], first: int, steps: int, jobs: int) -> int:
    unknown = sorted(set(names) - set(MUTANTS))
    if unknown:
        print(f"no such mutant: {', '.join(unknown)}; there are {', '.join(MUTANTS)}", file=sys.stderr)
        return 2
    missed = 0
    for name in names:
        with _outcomes(range(first, first + CAUGHT_WITHIN), steps, jobs, name) as outcomes:
            first_caught = next((outcome for outcome, _ in outcomes if caught(outcome.wrong)), None)
        missed += first_caught is None
        told = f"not caught in {CAUGHT_WITHIN}"
        if first_caught:
            told = f"caught at seed {first_caught.seed}: {first_caught.wrong[:150]}"
        print(f"{name:<20} {told}", flush=True)
    return 1 if missed else 0


@contextmanager
def _outcomes(
    seeds: Iterable[int], steps: int, jobs: int, mutant: str = ""
) -> Iterator[Iterator[tuple[Outcome, float]]]:
    """Outcomes in the order of seeds, with the seconds of CPU that each took."""
    asked = [(seed, steps, mutant) for seed in seeds]
    if jobs == 1:
        yield map(one, asked)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield pool.imap(one, asked)


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # the order of sets of texts is a part of a history
        again = [sys.executable, "-m", "tests.simulation", *sys.argv[1:]]
        os.execve(sys.executable, again, {**os.environ, "PYTHONHASHSEED": "0"})
    sys.exit(main(sys.argv[1:]))
