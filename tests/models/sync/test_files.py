"""Files on a stick: whole or not at all, and nothing that is no file is read."""

import errno
import os
import sys
import threading
from pathlib import Path

import pytest

from models.errors import CannotRead, CannotWrite
from models.sync import files
from models.sync.files import BadMedium, NoRoom, free_name, read_limited, write_whole


def test_what_is_written_lies_there_whole_and_alone(tmp_path: Path) -> None:
    path = free_name(tmp_path, "jinmen", ".jmb")
    write_whole(path, b"whole")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("jinmen.jmb", b"whole")]
    assert free_name(tmp_path, "jinmen", ".jmb").name == "jinmen-2.jmb"


def test_nothing_is_written_over_a_file_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "there"
    path.write_bytes(b"first")
    with pytest.raises(CannotWrite):
        write_whole(path, b"second")
    assert path.read_bytes() == b"first"


@pytest.mark.parametrize(
    ("number", "problem"), [(errno.ENOSPC, NoRoom), (errno.EFBIG, NoRoom), (errno.EIO, CannotWrite)]
)
def test_a_stick_that_fails_leaves_no_half_file(
    number: int, problem: type[CannotWrite], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_handle: int) -> None:
        raise OSError(number, "as it is")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(problem):
        write_whole(tmp_path / "jinmen.jmb", b"whole")
    assert list(tmp_path.iterdir()) == []


def test_a_stick_that_gives_back_something_else_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_read_back", lambda path: path.read_bytes()[:-1] + b"?")
    with pytest.raises(BadMedium) as caught:
        write_whole(tmp_path / "jinmen.jmb", b"whole")
    assert "jinmen.jmb" in caught.value.sentence()
    assert list(tmp_path.iterdir()) == []


def test_want_of_room_is_said_with_and_without_numbers() -> None:
    assert "3 kB are needed, 1 kB are free" in NoRoom(needed=2049, free=1500).sentence()
    assert "Make room" in NoRoom().sentence()


def test_a_file_is_read_up_to_one_byte_more_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(100))
    assert len(read_limited(path, 200)) == 100
    assert len(read_limited(path, 50)) == 51


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither in a folder")
def test_a_pipe_a_device_and_a_folder_are_no_files_and_nobody_waits_for_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jmb")
    (tmp_path / "zero.jmb").symlink_to("/dev/zero")
    (tmp_path / "folder.jmb").mkdir()
    (tmp_path / "nowhere.jmb").symlink_to(tmp_path / "gone")
    refused: list[str] = []

    def read() -> None:
        for path in [*sorted(tmp_path.iterdir()), Path("a\0b")]:
            try:
                read_limited(path, 1000)
            except CannotRead:
                refused.append(path.name)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(20)
    assert refused == ["folder.jmb", "nowhere.jmb", "pipe.jmb", "zero.jmb", "a\0b"]
