"""What a bench is made of: measurements as lines of a table, and what could not be measured as lines below it."""

import hashlib
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.errors import Problem

YARDSTICK_RUNS = 100
"""How many times yardstick() does its work."""

_CHANGE = json.dumps(
    {
        "device": "01a207d7-7c6e-75d1-b62a-75fcfbf29216",
        "row": "01a207d7-7c76-717d-9347-1446952150a3",
        "clock": 7344128822849541,
        "fields": {
            name: {"s": "c7b22c56c640c8af", "v": "家住花园里，独居"} for name in ("a", "b", "c", "d", "e", "f", "g")
        },
    },
    ensure_ascii=False,
)


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured so many times, in which unit, and what it should be."""

    name: str
    unit: str
    median: float
    p95: float
    least: float
    most: float
    runs: int
    target: float | None = None
    at_least: bool = False  # the target is a least value (a rate), not a most

    @property
    def met(self) -> bool | None:
        """Whether the median keeps the target; None where there is none."""
        if self.target is None:
            return None
        return self.median >= self.target if self.at_least else self.median < self.target


def row(name: str, unit: str, measured: Sequence[float], target: float | None = None, *, at_least: bool = False) -> Row:
    """The line of some measurements."""
    ordered = sorted(measured)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return Row(name, unit, statistics.median(ordered), p95, ordered[0], ordered[-1], len(ordered), target, at_least)


@dataclass(frozen=True)
class Failure:
    """A part of the bench that could not be measured to its end, and why."""

    part: str
    why: str


@dataclass(frozen=True)
class Scale:
    """How much is measured how often."""

    residents: int
    records: int  # changes that are exported and imported
    runs: int  # of what takes long
    many: int  # of what is quick
    changes: int = 1_000_000  # that an office takes in


def own_process(program: str, *arguments: str) -> dict[str, Any]:
    """What a module of ours told as JSON in its last line, run by itself so that its memory and time are its own.

    Raises RuntimeError with its words where it failed.
    """
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", program, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=Path(__file__).parents[1],
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{program} {arguments[0]}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def timed(runs: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Milliseconds of each run after one that does not count."""
    work()
    found = []
    for _run in range(runs):
        began = clock()
        work()
        found.append((clock() - began) * 1000)
    return found


def yardstick() -> float:
    """Processor time of the least that a change of a register asks for, in seconds: its line read and written as JSON
    and each of its values hashed, by the standard library alone. The mean of YARDSTICK_RUNS.

    The same computer may be twice as slow an hour later, where others use it too: a figure that is to be compared with
    one of another day is told as so many times this, taken in the same minutes.
    """
    began = time.process_time()
    for _run in range(YARDSTICK_RUNS):
        said = json.loads(_CHANGE)
        for field in said["fields"].values():
            field["h"] = hashlib.sha256((field["s"] + json.dumps(field["v"], ensure_ascii=False)).encode()).hexdigest()
        hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return (time.process_time() - began) / YARDSTICK_RUNS


def part(name: str, measured: Callable[[], Iterator[Row]]) -> Iterator[Row | Failure]:
    """The lines of one part of the bench; where it breaks off, what it had measured till then, and a line that says so.

    One window that does not answer must not cost the lines of all others.
    """
    say(name)
    try:
        yield from measured()
    except Exception as trouble:
        traceback.print_exc()
        words = trouble.sentence() if isinstance(trouble, Problem) else str(trouble)
        failure = Failure(name, f"{type(trouble).__name__}: {words}".strip(": "))
        say(not_measured([failure]))
        yield failure


def say(words: str) -> None:
    """Tell how far the bench is; the table alone goes to the standard output."""
    sys.stderr.write(f"bench: {words}\n")
    sys.stderr.flush()


def table(rows: Sequence[Row]) -> str:
    """The lines with aligned columns; Chinese characters are two columns wide."""
    head = ("", "median", "p95", "least", "most", "unit", "target", "met")
    body = [
        (
            line.name,
            *(f"{number:,.1f}" for number in (line.median, line.p95, line.least, line.most)),
            line.unit,
            "" if line.target is None else f"{'>=' if line.at_least else '<'} {line.target:,g}",
            {True: "yes", False: "NO", None: ""}[line.met],
        )
        for line in rows
    ]
    widths = [max(_columns(line[place]) for line in (head, *body)) for place in range(len(head))]
    left = (0, 5, 6, 7)

    def aligned(line: Sequence[str]) -> str:
        cells = []
        for place, (text, width) in enumerate(zip(line, widths, strict=True)):
            blank = " " * (width - _columns(text))
            cells.append(text + blank if place in left else blank + text)
        return "  ".join(cells).rstrip()

    return "\n".join([aligned(head), *map(aligned, body)])


def _columns(text: str) -> int:
    return sum(2 if character >= "\u2e80" else 1 for character in text)


def not_measured(failures: Sequence[Failure]) -> str:
    """The parts that failed, a line each; empty where all went well."""
    return "\n".join(f"NOT MEASURED to its end: {failure.part}: {failure.why}" for failure in failures)


def as_json(
    rows: Sequence[Row], failures: Sequence[Failure], scale: Scale, megabytes: float, yardsticks: Sequence[float]
) -> dict[str, Any]:
    """The table for other programs; numbers in the unit of their row. Yardsticks: at the start and at the end."""
    return {
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "processors": os.cpu_count(),
            "yardstick_seconds": list(yardsticks),
            "load": list(os.getloadavg()) if hasattr(os, "getloadavg") else [],
        },
        "residents": scale.residents,
        "casebook_mb": megabytes,
        "rows": [{**asdict(line), "met": line.met} for line in rows],
        "failures": [asdict(failure) for failure in failures],
    }
