"""Batteries that stand among the tests of their own rooms: they are called here and counted, not written again."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.torture.figures import Figures

TOP = Path(__file__).parents[2]


def pytest(*arguments: str, environment: Mapping[str, str] | None = None) -> tuple[dict[str, int], str]:
    """Run tests; how many passed, failed and were skipped, and everything that was said."""
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:randomly", *arguments]
    told = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **(environment or {})}
    done = subprocess.run(command, cwd=TOP, env=told, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    counts = dict.fromkeys(("passed", "failed", "error", "skipped"), 0)
    summary = said.rstrip().rpartition("\n")[2]
    for number, word in re.findall(r"(\d+) (passed|failed|error|skipped)", summary):
        counts[word] = int(number)
    if not any(counts.values()):
        counts["error"] = 1
    return counts, said


def _told(figures: Figures, counts: Mapping[str, int], said: str) -> Figures:
    for _each in range(counts["failed"] + counts["error"]):
        figures.wrong += 1
    if figures.wrong:
        figures.said.append(said[-4000:])
        print(f"WRONG {figures.part}:\n{said[-4000:]}", flush=True)
    if counts["skipped"]:
        figures.note = f"{counts['skipped']} tests were skipped"
    return figures


def kills_in_imports(_folder: Path, _short: bool, _seed: int) -> Iterator[Figures]:
    """A hundred kills while a file is taken in, on each of the two engines."""
    for engine in ("file", "server"):
        counts, said = pytest("-m", "battery", "tests/models/sync/test_killed.py", "-k", f"hundred and {engine}")
        figures = Figures(f"kill -9: import, {engine}", 100, inside=0, needed_inside=30)
        if found := re.search(r"before (\d+), after (\d+)", said):
            figures.inside = int(found[1])  # those found as before were killed before the commit
            figures.done = int(found[1]) + int(found[2])
        yield _told(figures, counts, said)


def bad_batches(_folder: Path, short: bool, _seed: int) -> Iterator[Figures]:
    """Files of eleven kinds that nobody should take in."""
    each = 10 if short else 91
    chosen = ("-k", "ten_hostile") if short else ("-m", "battery", "-k", "thousand_hostile")
    counts, said = pytest("tests/models/sync/test_hostile.py", *chosen)
    figures = Figures("bad batches, 11 kinds", 11 * each, note="each kind is a test that counts its files")
    figures.done = counts["passed"] * each
    yield _told(figures, counts, said)


def drafts(_folder: Path, _short: bool, _seed: int) -> Iterator[Figures]:
    """Kills while something is typed in each of three forms: at most a second is missing."""
    counts, said = pytest("tests/flows/test_killed_in_every_form.py", environment={"JINMEN_KILLS": "10"})
    figures = Figures("kills while typing", 30)
    figures.done = figures.inside = counts["passed"]
    yield _told(figures, counts, said)
