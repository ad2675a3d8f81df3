"""A window in a process of its own that types by itself until it is killed, as when the computer goes down."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

PATIENCE = 120.0
"""Seconds after which a victim is given up: one that shows its calm window instead of typing waits for ever."""


class Victim:
    """Runs a script with the data of a folder; the script prints a line for each thing that it did."""

    def __init__(self, script: str, folder: Path, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "JINMEN_DATA": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._limit = threading.Timer(PATIENCE, self._process.kill)
        self._limit.start()

    def line(self) -> str:
        """The next line that it prints; fails with what it complained of where it ended before."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        line = self._process.stdout.readline()
        if not line:
            self._limit.cancel()
        assert line, self._process.stderr.read()
        return line

    def kill(self) -> None:
        """Kill it without a warning, and wait until it is gone."""
        self._limit.cancel()
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()


def type_and_kill(script: str, folder: Path, *arguments: str, after: float) -> int:
    """Let a script type that prints a line for each thing it types, and kill it so many seconds after the first.

    Returns how many things were typed more than a second before the end: what must not be lost.
    """
    typist = Victim(script, folder, *arguments)
    typed: list[float] = []
    while not typed or time.monotonic() - typed[0] < after:
        typist.line()
        typed.append(time.monotonic())
    killed = time.monotonic()
    typist.kill()
    return sum(moment < killed - 1.0 for moment in typed)


def nothing_missing(kept: str, promised: int) -> None:
    """What was kept are the numbers from one on without a gap, as many as were promised at least."""
    count = kept.count(",")
    assert kept == "".join(f"{n}," for n in range(1, count + 1)), "nothing is missing from the middle"
    assert count >= promised > 0
