"""The short form of the battery of trust, a test for each group of parts, so that it runs on both processors."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture.parts import PARTS

TOP = Path(__file__).parents[2]
_SHORT = [part for part in PARTS.values() if part.short]
GROUPS = list(dict.fromkeys(part.group for part in _SHORT))


@pytest.mark.parametrize("group", GROUPS)
def test_the_short_battery_finds_nothing_lost_torn_or_accepted(group: str) -> None:
    names = [part.name for part in _SHORT if part.group == group]
    command = [sys.executable, "-m", "tests.torture", "--short", "--lenient", "--jobs", "1"]
    command += [word for name in names for word in ("--only", name)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, cwd=TOP, env=environment, capture_output=True, text=True, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    if impossible := [line for line in done.stdout.splitlines() if "NOT DONE" in line]:
        pytest.skip(f"the rest is well, but this computer cannot do: {impossible}")
