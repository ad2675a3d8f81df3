"""Files on a stick: written whole or not at all, read back and compared."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from models.errors import CannotRead, CannotWrite, DiskFull
from models.texts import _


class NoRoom(DiskFull):
    """A stick or folder has no room for a file. Facts: needed and free, bytes, where they are known."""

    def sentence(self) -> str:
        """Tell the worker."""
        free, needed = self.facts.get("free"), self.facts.get("needed")
        if not isinstance(free, int) or not isinstance(needed, int):
            return _(
                "There is no room left on it. What was written whole is of use, and nothing here was changed. "
                "Make room or take another stick, then continue."
            )
        return _(
            "There is no room left on it: {needed} kB are needed, {free} kB are free. What was written whole is of "
            "use, and nothing here was changed. Make room or take another stick, then continue."
        ).format(needed=-(-needed // 1024), free=free // 1024)


class BadMedium(CannotWrite):
    """What was read back is not what was written. Facts: name."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "“{name}” was written, but what is on the stick is something else: the stick is not to be trusted. "
            "The file was taken away again and nothing here was changed. Take another stick."
        ).format(**self.facts)


def write_whole(path: Path, data: bytes) -> None:
    """Write to a neighbour ending in .part, make it durable, rename it, and read it back.

    Raises NoRoom, BadMedium or CannotWrite; the half-written file is taken away then.
    Never writes over a file that is there.
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
        if _read_back(path) != data:
            with suppress(OSError):
                path.unlink()
            raise BadMedium(name=path.name)
    except OSError as trouble:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        full = trouble.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise (NoRoom() if full else CannotWrite(name=path.name)) from trouble


def free_name(folder: Path, stem: str, ending: str) -> Path:
    """A path in the folder that is not taken: the stem, or the stem with a number."""
    path = folder / f"{stem}{ending}"
    number = 2
    while path.exists():
        path = folder / f"{stem}-{number}{ending}"
        number += 1
    return path


def read_limited(path: Path, most: int) -> bytes:
    """The bytes of a file, at most one more than allowed, so that the caller can tell. Raises CannotRead.

    What is no plain file is refused: a pipe with such a name would keep the reader waiting for ever, a device would
    never end.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise CannotRead(name=path.name)
            return file.read(most + 1)
    except (OSError, ValueError) as trouble:  # a name with a zero in it is a ValueError
        raise CannotRead(name=path.name) from trouble


def _without_waiting(path: str, flags: int) -> int:
    """Opening a pipe waits for whoever writes into it, unless it is said that nobody wants to wait."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _read_back(path: Path) -> bytes:
    """What the medium itself holds: memory is asked to forget the file first, where the system can do that."""
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            with suppress(OSError):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return file.read()


def _make_folder_durable(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows writes the folder entry with the file
    with suppress(OSError):  # some file systems of sticks cannot do it
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
