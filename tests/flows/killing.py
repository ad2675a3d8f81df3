"""A window in a process of its own that types by itself until it is killed, as when the computer goes down."""

import os
import signal
import subprocess
import sys
from pathlib import Path


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

    def line(self) -> str:
        """The next line that it prints; fails with what it complained of where it ended before."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        line = self._process.stdout.readline()
        assert line, self._process.stderr.read()
        return line

    def kill(self) -> None:
        """Kill it without a warning, and wait until it is gone."""
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()
