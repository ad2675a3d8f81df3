"""Files on a stick: written whole or not at all, read back and compared."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from models.errors import CannotRead, CannotWrite, DiskFull


def write_whole(path: Path, data: bytes) -> None:
    """Write to a neighbour ending in .part, make it durable, rename it, and read it back.

    Raises DiskFull or CannotWrite; the half-written file is taken away then. Never writes over a file that is there.
    """
    half = path.with_name(path.name + ".part")
    try:
        if path.exists():
            raise FileExistsError(path.name)
        with half.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        _make_folder_durable(path.parent)
        if path.read_bytes() != data:
            path.unlink()
            raise OSError(errno.EIO, "read back differently")
    except OSError as trouble:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        full = trouble.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise (DiskFull() if full else CannotWrite(name=path.name)) from trouble


def free_name(folder: Path, stem: str, ending: str) -> Path:
    """A path in the folder that is not taken: the stem, or the stem with a number."""
    path = folder / f"{stem}{ending}"
    number = 2
    while path.exists():
        path = folder / f"{stem}-{number}{ending}"
        number += 1
    return path


def read_limited(path: Path, most: int) -> bytes:
    """The bytes of a file, at most one more than allowed, so that the caller can tell. Raises CannotRead."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as trouble:
        raise CannotRead(name=path.name) from trouble


def _make_folder_durable(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows writes the folder entry with the file
    with suppress(OSError):  # some file systems of sticks cannot do it
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
