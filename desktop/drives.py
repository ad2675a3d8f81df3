"""Sticks and other drives that can be pulled out: found by themselves, with their names and free space."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStorageInfo

_MOUNTED_FOR_A_PERSON = ("/media/", "/run/media/", "/Volumes/")
_REMOVABLE_ON_WINDOWS = 2  # GetDriveTypeW: DRIVE_REMOVABLE


@dataclass(frozen=True)
class Drive:
    """A drive that can be pulled out."""

    name: str  # its label, else the name of the folder where it is
    root: Path
    free: int  # bytes
    total: int
    read_only: bool = False


def removable() -> list[Drive]:
    """The drives that are in now, by name. May wait for a drive that answers slowly: not on the window's thread."""
    found = []
    for volume in QStorageInfo.mountedVolumes():
        root = volume.rootPath()
        if not volume.isValid() or not volume.isReady():
            continue
        if not is_removable(bytes(volume.device().data()).decode("utf-8", "replace"), root):
            continue
        name = volume.name() or Path(root).name or root
        found.append(
            Drive(name, Path(root), volume.bytesAvailable(), volume.bytesTotal(), read_only=volume.isReadOnly())
        )
    return sorted(found, key=lambda drive: (drive.name, str(drive.root)))


def free_space(folder: Path) -> tuple[int, int]:
    """Free and all bytes of the drive that a folder is on; (-1, -1) where it cannot be reached."""
    info = QStorageInfo(str(folder))
    return (info.bytesAvailable(), info.bytesTotal()) if info.isValid() and folder.is_dir() else (-1, -1)


def is_removable(
    device: str,
    root: str,
    *,
    system: str = sys.platform,
    blocks: Path = Path("/sys/class/block"),
    windows_type: Callable[[str], int] | None = None,
) -> bool:
    """Whether a mounted volume is one that people carry away.

    Windows says so itself. Elsewhere it is a block device that was mounted where sticks are mounted for the person who
    sits there, or whose disk the kernel calls removable.
    """
    if system == "win32":
        return (windows_type or _windows_type)(root) == _REMOVABLE_ON_WINDOWS
    if not device.startswith("/dev/"):
        return False
    if root.startswith(_MOUNTED_FOR_A_PERSON):
        return True
    if root == "/":
        return False
    block = blocks / Path(device).name
    try:
        place = block.resolve(strict=True)
        disk = place if (place / "removable").exists() else place.parent
        return (disk / "removable").read_text("ascii").strip() == "1"
    except (OSError, ValueError):
        return False


def _windows_type(root: str) -> int:
    import ctypes

    return int(ctypes.windll.kernel32.GetDriveTypeW(root.replace("/", "\\")))  # type: ignore[attr-defined]
