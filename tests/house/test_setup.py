"""What a fresh machine needs: the lock, the commands, and nothing that names an address."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

TOP = Path(__file__).parents[2]


def test_every_locked_package_has_hashes_and_no_address():
    lock = (TOP / "requirements.lock").read_text()
    assert "://" not in lock
    entries = re.findall(r"^(\S+)==(\S+?)\s.*\\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n?)+)", lock, re.M)
    named = re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.M)
    assert [name for name, _version, _hashes in entries] == named


def test_the_lock_holds_every_dependency_and_the_sound_qt():
    project = tomllib.loads((TOP / "pyproject.toml").read_text())
    lock = (TOP / "requirements.lock").read_text().lower()
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    for requirement in wanted:
        name = re.split(r"[\[<>=!~; ]", requirement)[0].lower()
        assert re.search(rf"^{re.escape(name)}==", lock, re.M), name
    assert "pyside6-essentials==6.11.3" in lock


def test_help_names_every_command_without_setting_anything_up():
    run = subprocess.run([sys.executable, TOP / "run.py", "help"], capture_output=True, text=True, check=True)
    for command in ("test", "lint", "demo", "bench", "check", "texts"):
        assert f"run {command}" in run.stdout


def test_an_unknown_command_is_refused():
    run = subprocess.run([sys.executable, TOP / "run.py", "dance"], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "dance" in run.stderr


def test_a_command_that_is_asked_for_help_tells_it_and_does_nothing(tmp_path):
    run = subprocess.run(
        [sys.executable, TOP / "run.py", "looks", "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "--only" in run.stdout
    assert list(tmp_path.iterdir()) == []
