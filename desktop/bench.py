"""The speed table: what a worker waits for, measured through the real windows and the real casebook.

Everything is invented residents in a temporary folder. What has to be measured from a standing start (the window, the
first letter) runs in processes of its own (desktop.bench_child) with byte code already made, as on the second morning.
Each part opens the casebook for itself and may break off without the others.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop import (
    app,
    bench_casework,
    bench_desk,
    bench_door,
    bench_lists,
    bench_paper,
    bench_register,
    bench_screening,
    bench_starts,
    bench_sync,
    bench_trust,
)
from desktop.bench_register import PASSPHRASE, make_casebook, size_of
from desktop.bench_table import Failure, Row, Scale, as_json, not_measured, part, row, table, yardstick
from models.casebook import Casebook

RESIDENTS, QUICK_RESIDENTS = 100_000, 400
RECORDS, QUICK_RECORDS = 10_000, 400
CHANGES, QUICK_CHANGES = 1_000_000, 600


class Bench:
    """The parts of the table, in the order in which they are measured, over one register in a temporary folder.

    peers: the interpreter that has the other programs; "" to measure nobody beside us.
    """

    def __init__(self, scale: Scale, scratch: Path, peers: str = "") -> None:
        self.scale, self.scratch, self.peers = scale, scratch, peers
        self.folder = scratch / "data"
        self.household = ""  # one of five people, once the register is there

    def measure(self) -> Iterator[Row | Failure]:
        """Every line of the table, and a line for every part that broke off."""
        scale, folder = self.scale, self.folder
        yield from part("the register", self._register)
        on_it: dict[str, Callable[[], Iterator[Row]]] = {
            "the backup of the day": self._backup,
            "lists": self._lists,
            "casework": self._casework,
            "screening the register": lambda: bench_screening.register(folder, self.household, scale),
            "at the door": lambda: bench_door.door(folder, scale),
            "pages of the door": lambda: bench_door.pages(folder, scale),
            "searches in the window": lambda: bench_lists.searches(folder, scale),
            "the desk": self._desk,
            "starts": lambda: bench_starts.starts(self.scratch, folder, scale),
            "letters": self._letters,
        }
        for name, measured in on_it.items():
            yield from part(name, measured) if self.household else [Failure(name, "there is no register")]
        yield from part("screening a city", lambda: bench_screening.city(self.scratch, scale, self.peers))
        yield from part("trust", lambda: bench_trust.trust(self.scratch, scale))
        yield from part("exchange", lambda: bench_casework.exchange(self.scratch, scale))
        yield from part("exchange of a million changes", lambda: bench_sync.exchange(self.scratch, scale))

    def _register(self) -> Iterator[Row]:
        casebook = make_casebook(self.folder)
        try:
            yield from bench_register.fill(casebook, self.scale.residents)
            self.household = bench_register.household_of_five(casebook)
        finally:
            casebook.close()
            bench_register.forget_names()  # as on the next morning: nothing of that work is in memory

    def _backup(self) -> Iterator[Row]:
        """Before any window: one that stays open for a minute makes it by itself, and what is saved then waits."""
        casebook = Casebook.open(self.folder, PASSPHRASE)
        try:
            began = time.perf_counter()
            if casebook.daily_backup() is None:
                raise RuntimeError("there was one already")
            yield row("the backup of the day, read through again, wall", "s", [time.perf_counter() - began])
        finally:
            casebook.close()

    def _lists(self) -> Iterator[Row]:
        casebook = Casebook.open(self.folder, PASSPHRASE)
        try:
            yield from bench_lists.lists(casebook, self.scale)
        finally:
            casebook.close()

    def _casework(self) -> Iterator[Row]:
        casebook = Casebook.open(self.folder, PASSPHRASE)
        try:
            yield from bench_casework.checks(casebook, self.household, self.scale)
            yield from bench_casework.saves(casebook, self.scale)
        finally:
            casebook.close()

    def _letters(self) -> Iterator[Row]:
        casebook = Casebook.open(self.folder, PASSPHRASE)
        try:
            value = bench_casework.letter_of(casebook, casebook.eligibility.check(self.household))
        finally:
            casebook.close()
        yield from bench_starts.first_letters(self.scratch, value, self.scale)
        yield from bench_paper.peers(self.scratch, value, self.scale, self.peers)

    def _desk(self) -> Iterator[Row]:
        """Two whole jobs with the keyboard alone: keys are counted, the program's part is measured (bench_desk)."""
        for name, target, done in bench_desk.work(self.folder, PASSPHRASE, self.scale.runs):
            seconds = [each.seconds for each in done]
            yield row(f"{name} at the desk, by the keystroke-level model", "s", seconds, target)
            yield row(f"{name}: keys pressed", "keys", [each.keys for each in done])
            yield row(f"{name}: the program's part of it, wall", "ms", [each.waited * 1000 for each in done])


def main(arguments: list[str]) -> int:
    """Measure, print the table, write it as JSON where asked; 1 where a part could not be measured.

    A target that is not met is no failure.
    """
    parser = argparse.ArgumentParser(prog="run bench", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the table to this file as well")
    # run.py makes every argument an absolute path, since files are the caller's: the number is the last part.
    parser.add_argument(
        "--residents", type=lambda text: int(Path(text).name), help="how many there are on the register"
    )
    parser.add_argument("--changes", type=lambda text: int(Path(text).name), help="how many an office takes in")
    parser.add_argument("--quick", action="store_true", help="few residents and runs, to try the bench itself")
    parser.add_argument("--peers", default="", help="interpreter of an environment that has the other programs")
    parser.add_argument("--no-peers", action="store_true", help="measure nobody beside us")
    asked = parser.parse_args(arguments)
    quick = Scale(QUICK_RESIDENTS, QUICK_RECORDS, 1, 2, QUICK_CHANGES)
    scale = quick if asked.quick else Scale(RESIDENTS, RECORDS, 5, 25, CHANGES)
    scale = replace(scale, residents=asked.residents or scale.residents, changes=asked.changes or scale.changes)
    qt = QApplication.instance() or app.application(sys.argv[:1])
    yardsticks = [yardstick()]
    with tempfile.TemporaryDirectory(prefix="jinmen-bench-") as scratch:
        told = list(Bench(scale, Path(scratch), asked.peers).measure())
        megabytes = size_of(Path(scratch) / "data")
    del qt
    yardsticks.append(yardstick())
    rows = [line for line in told if isinstance(line, Row)]
    failures = [line for line in told if isinstance(line, Failure)]
    if asked.json:
        asked.json.write_text(
            json.dumps(as_json(rows, failures, scale, megabytes, yardsticks), ensure_ascii=False, indent=1) + "\n",
            "utf-8",
        )
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    head = (
        f"{scale.residents:,} residents, {megabytes:,.0f} MB; medians of {scale.runs} to {scale.many} runs; "
        f"the yardstick took {yardsticks[0] * 1e6:.0f}, at the end {yardsticks[1] * 1e6:.0f} us"
    )
    sys.stdout.write(f"{head}\n\n{table(rows)}\n")
    if failures:
        sys.stdout.write(f"\n{not_measured(failures)}\n")
    return 1 if failures else 0
