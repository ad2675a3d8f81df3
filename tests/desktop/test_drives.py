"""Which of the mounted volumes are sticks."""

from pathlib import Path

import pytest

from desktop.drives import free_space, is_removable, removable


@pytest.fixture
def blocks(tmp_path: Path) -> Path:
    """/sys of a machine with a disk and a stick, both with a partition."""
    for disk, says in (("sda", "0"), ("sdb", "1")):
        partition = tmp_path / "devices" / disk / f"{disk}1"
        partition.mkdir(parents=True)
        (partition.parent / "removable").write_text(f"{says}\n")
        (tmp_path / "class").mkdir(exist_ok=True)
        (tmp_path / "class" / f"{disk}1").symlink_to(partition)
        (tmp_path / "class" / disk).symlink_to(partition.parent)
    return tmp_path / "class"


@pytest.mark.parametrize(
    ("device", "root", "carried"),
    [
        ("/dev/sdb1", "/mnt/stick", True),
        ("/dev/sdb", "/mnt/stick", True),
        ("/dev/sda1", "/mnt/data", False),
        ("/dev/sda1", "/media/zhou/KINGSTON", True),
        ("/dev/sdc1", "/run/media/zhou/KINGSTON", True),
        ("/dev/sdb1", "/", False),
        ("tmpfs", "/media/zhou/made-up", False),
        ("/dev/mapper/home", "/home", False),
    ],
)
def test_a_stick_is_told_from_a_disk(device, root, carried, blocks):
    assert is_removable(device, root, system="linux", blocks=blocks) is carried


def test_windows_says_itself_what_a_drive_is():
    kinds = {"E:/": 2, "C:/": 3, "Z:/": 4}
    told = {root: is_removable("", root, system="win32", windows_type=kinds.__getitem__) for root in kinds}
    assert told == {"E:/": True, "C:/": False, "Z:/": False}


def test_free_space_is_told_for_a_folder_and_not_for_one_that_is_gone(tmp_path):
    free, total = free_space(tmp_path)
    assert 0 < free <= total
    assert free_space(tmp_path / "gone") == (-1, -1)


def test_asking_for_the_drives_of_this_machine_gives_only_such_as_can_be_reached():
    assert all(drive.root.is_dir() and drive.name for drive in removable())
