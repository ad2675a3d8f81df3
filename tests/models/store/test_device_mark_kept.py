"""A new mark of a device is written as a whole or not at all."""

import errno
import json
import os
from pathlib import Path

import pytest

from models.errors import CannotWrite, DiskFull, Problem
from models.store import device_mark


@pytest.mark.parametrize(("number", "problem"), [(errno.ENOSPC, DiskFull), (errno.EIO, CannotWrite)])
def test_a_mark_that_cannot_be_written_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, problem: type[Problem]
) -> None:
    before = device_mark.change(tmp_path)

    def fails(_handle: int) -> None:
        raise OSError(number, "")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(problem):
        device_mark.change(tmp_path)
    (kept,) = tmp_path.iterdir()
    assert json.loads(kept.read_text("ascii")) == {"jinmen_device_mark": before}


def test_no_two_marks_are_alike_and_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    assert device_mark.change(tmp_path) != device_mark.change(tmp_path)
    with pytest.raises(CannotWrite):
        device_mark.change(tmp_path / "gone")
