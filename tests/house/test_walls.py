"""Each wall of the house, and each wall seen to break when somebody climbs it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
ROOMS = ("desktop", "forms", "models", "reports")

VIOLATIONS = {
    "arrows run down": ("models/climbs.py", "import desktop\n"),
    "forms lean on reports": ("forms/climbs.py", "import reports.fonts\n"),
    "only desktop knows Qt": ("reports/climbs.py", "def show():\n    from PySide6 import QtCore\n    return QtCore\n"),
    "only models knows SQL": ("desktop/climbs.py", "import sqlalchemy\n"),
    "only reports knows ReportLab": ("models/services/climbs.py", "import reportlab\n"),
    "only reports protects PDF files": (
        "desktop/climbs.py",
        "def protect():\n    import pikepdf\n    return pikepdf\n",
    ),
    "only forms reads workbooks": ("reports/climbs.py", "import openpyxl\n"),
    "inside models: the store does not know the services": ("models/store/climbs.py", "import models.services.book\n"),
    "inside models: records do not know the store": ("models/records/climbs.py", "import models.store.rows\n"),
    "eligibility is pure": ("models/eligibility/climbs.py", "import sqlalchemy\n"),
    "sync is pure": ("models/sync/climbs.py", "from sqlmodel import SQLModel\n"),
}


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the import contracts on the packages of a folder."""
    code = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as c; c()"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(TOP / "pyproject.toml", folder)
    for room in ROOMS:
        shutil.copytree(TOP / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "*.md"))
    return folder


def test_the_house_as_it_stands_keeps_every_contract(copy: Path):
    run = contracts(copy)
    assert run.returncode == 0, run.stdout[-3000:]


@pytest.mark.parametrize("wall", VIOLATIONS)
def test_a_violated_wall_breaks(copy: Path, wall: str):
    path, code = VIOLATIONS[wall]
    climber = copy / path
    climber.write_text(f'"""Climbs a wall."""\n{code}')
    try:
        run = contracts(copy)
    finally:
        climber.unlink()
    assert run.returncode != 0, f"nobody noticed: {wall}"
    assert "BROKEN" in run.stdout


def test_resources_hold_no_python():
    assert not list((TOP / "resources").rglob("*.py"))
