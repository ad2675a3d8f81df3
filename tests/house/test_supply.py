"""The lock asks for hashes of everything; every package has a licence that we may use; the list is true."""

import importlib.metadata
import re

import pytest

from tests.house import supply

_SAID_ELSEWHERE = {
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Public Domain": "Unlicense",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2",
}


def test_every_package_of_the_lock_has_a_licence_that_we_may_use():
    assert supply.wrong_licences(supply.licences(), supply.pinned()) == []


def test_a_licence_that_is_missing_too_much_or_not_allowed_is_named():
    said = {
        "program": {"one": "GPL-3.0-only", "two": "MIT OR GPL-3.0-only", "gone": "MIT"},
        "tests": {"three": "MIT AND GPL-3.0-only"},
        "shipped": {"fonts/x": "Unheard"},
        "allowed": {"MIT": "permissive"},
    }
    assert supply.wrong_licences(said, {"one": "1", "two": "1", "three": "1", "four": "1"}) == [
        "four: no licence is listed",
        "gone: is not in the lock",
        "fonts/x: Unheard is not allowed",
        "one: GPL-3.0-only is not allowed",
        "three: MIT AND GPL-3.0-only is not allowed",
    ]


def test_the_list_says_what_the_packages_say_of_themselves():
    said = supply.licences()
    checked = 0
    for name, expression in (said["program"] | said["tests"]).items():
        try:
            told = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # of another system
        own = told.get("License-Expression")
        if own:
            assert expression == own, name
            checked += 1
            continue
        classes = [line.split("::")[-1].strip() for line in told.get_all("Classifier", []) if "License" in line]
        for one in classes:
            assert _SAID_ELSEWHERE[one] in expression, name
            checked += 1
    assert checked > 60


def test_each_pinned_package_has_hashes_and_nothing_is_taken_from_elsewhere():
    for lock in ("requirements.lock", "requirements-audit.lock", "requirements-bench.lock"):
        text = (supply.HERE / lock).read_text("utf-8")
        blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.M)
        packages = [block for block in blocks if block.strip() and not block.startswith("#")]
        assert packages
        for block in packages:
            assert re.match(r"[A-Za-z0-9_.-]+==\S+ ", block), block[:60]
            assert "--hash=sha256:" in block, block[:60]
        assert not re.search(r"https?://|--index|--find-links|git\+", text)


def test_each_shipped_face_lies_beside_its_licence():
    for name in supply.licences()["shipped"]:
        assert (supply.HERE / "resources" / name / "LICENSE.txt").stat().st_size > 500


def test_the_table_of_licences_names_every_package(tmp_path):
    supply.write_licences(tmp_path / "licences.csv")
    lines = (tmp_path / "licences.csv").read_text("utf-8").splitlines()
    assert len(lines) == 1 + len(supply.pinned()) + len(supply.licences()["shipped"])


@pytest.mark.parametrize(("bill", "audit", "ends"), [(0, 0, 0), (1, 0, 1), (0, 1, 1)])
def test_a_tool_that_fails_fails_the_whole(tmp_path, monkeypatch, bill, audit, ends):
    class Done:
        def __init__(self, code):
            self.returncode = code

    monkeypatch.setattr(supply.subprocess, "run", lambda command: Done(audit if "pip_audit" in command else bill))
    assert supply.main([str(tmp_path), "tools", "program"]) == ends
