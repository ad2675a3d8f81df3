"""What backups and restores do with files: names that are free, bytes that are on the disk, trouble told once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from models.errors import CannotWrite, DiskFull
from models.store.engine import is_full


def flush(path: Path) -> None:
    """See to it that a file or a folder is on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows has no such call for folders
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
        if hasattr(os, "posix_fadvise"):  # what is read back next comes from the medium, as far as the system lets go
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    except OSError:
        if not path.is_dir():  # not every file system can flush a folder (shares, some sticks)
            raise
    finally:
        os.close(handle)


def write(path: Path, data: bytes) -> None:
    """Write a file; it is on the disk when this returns. Raises OSError."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def free_name(folder: Path, moment: datetime, before: str = "", after: str = "") -> Path:
    """A name with a moment in it that nothing in the folder has."""
    stem = f"{before}{moment:%Y-%m-%d_%H%M%S}"
    name, n = stem + after, 1
    while (folder / name).exists():
        n += 1
        name = f"{stem}_{n}{after}"
    return folder / name


@contextmanager
def told_as_problems(name: str) -> Iterator[None]:
    """Tell what the computer says of its files as what a worker can act on. name: of what is written."""
    try:
        yield
    except OSError as trouble:
        raise (DiskFull() if is_full(trouble) else CannotWrite(name=name)) from trouble
