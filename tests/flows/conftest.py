"""Stories through the real screens: the window of tests/desktop and a worker's hands."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.conftest import (  # noqa: F401  # fixtures are found by name
    _whole_catalogue,
    dressed,
    first_run,
    folder,
    locked,
    qapp_cls,
    shell,
    town,
    window,
)


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """An X server that nobody sees."""
    server = shutil.which("Xvfb")
    if server is None:
        assert not os.environ.get("CI"), "the machine that checks every change must have Xvfb"
        pytest.skip("there is no Xvfb here")
    read, write = os.pipe()
    arguments = [server, "-displayfd", str(write), "-screen", "0", "1366x768x24", "-nolisten", "tcp", "-noreset"]
    process = subprocess.Popen(arguments, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            number = told.readline().strip()
        assert number, "the X server did not start"
        yield f":{number}"
    finally:
        process.terminate()
        process.wait(20)
