"""Ballast: a file that only takes up room, thrown away when the disk is full so that what is being typed can be saved.

SQLite cannot even delete on a full disk: it needs room for its log first. Measured: with 768 KiB set free every pending
form could be saved. The file holds random bytes, since a file system may keep zeros without taking up room.
"""

import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from models.errors import DiskFull
from models.store.backup_files import write
from models.texts import _

NAME = "casebook.ballast"
BYTES = 2 * 1024 * 1024
LOW = 500 * 1000 * 1000
"""Bytes free on the disk of the casebook below which the worker is warned."""


class RoomMade(DiskFull):
    """The disk was full, and the ballast was thrown away."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The disk is full, so this was not saved yet. A reserve that Jinmen keeps for this was set free: press "
            "save once more, and what is on the screen is saved. Then free some space on the disk."
        )


def is_there(folder: Path) -> bool:
    """Whether there is ballast to throw away."""
    with suppress(OSError):
        return (folder / NAME).stat().st_size >= BYTES
    return False


def make(folder: Path) -> bool:
    """Make it where it is lacking and the disk has room for far more; returns whether it is there now."""
    if is_there(folder):
        return True
    fresh = folder / (NAME + ".new")
    try:
        if free(folder) < 8 * BYTES:
            return False
        write(fresh, secrets.token_bytes(BYTES))
        fresh.replace(folder / NAME)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        return False
    return True


def release(folder: Path) -> bool:
    """Throw it away; returns whether room was made."""
    with suppress(OSError):
        (folder / NAME).unlink()
        return True
    return False


def free(folder: Path) -> int:
    """Bytes that may still be written where a folder lies. Raises OSError."""
    return shutil.disk_usage(folder).free
