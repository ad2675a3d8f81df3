"""When a test process dies, its last words stand in the report: the stack of every thread."""

import faulthandler
import os
import shutil
import tempfile
from pathlib import Path

import pytest

_FOLDER = "JINMEN_TEST_CRASHES"
_kept: list[int] = []


def listen(config: pytest.Config) -> None:
    """In the process that gives the tests out: make a folder; in those that run them: write there when dying."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker and not os.environ.get(_FOLDER):
        os.environ[_FOLDER] = folder = tempfile.mkdtemp(prefix="jinmen-crashes-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        config.add_cleanup(lambda: os.environ.pop(_FOLDER))
    elif worker:
        _kept.append(os.open(Path(os.environ[_FOLDER]) / worker, os.O_WRONLY | os.O_CREAT, 0o600))
        faulthandler.enable(_kept[-1], all_threads=True)


def tell(report: pytest.TestReport, worker: str) -> None:
    """Put what a process wrote when it died into the report of the test that it was running."""
    words = Path(os.environ[_FOLDER]) / worker
    said = words.read_text(errors="replace").strip() if words.exists() else ""
    report.longrepr = f"{report.longrepr}\n{said or 'It said nothing: it was killed from outside, or had no memory.'}"
