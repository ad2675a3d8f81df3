"""Whether a casebook goes on where it was left: then it keeps its chain of operations; else it begins a new one.

A restored or copied casebook that went on under its old device id would say other things in places of the chain that
are taken. A small file beside the store holds a random mark that stands in the store too. It is in no backup, and a
restore changes it; a copy on another disk lies in another place. So either is found when the casebook is opened. A bare
image of the whole disk, put back on the same disk, is not: it shows when another side knows more of this device than
the casebook itself does (chains.overtaken).
"""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from models.errors import CannotWrite, DiskFull
from models.store.engine import is_full
from models.store.work import read_meta, write_meta

MARK = "casebook.device"
_META = "device_mark"


def change(folder: Path) -> str:
    """Write a mark that no store knows, so that the next start is a new beginning. Raises CannotWrite, DiskFull."""
    mark = secrets.token_hex(16)
    fresh = folder / (MARK + ".new")
    try:
        with fresh.open("w", encoding="ascii") as file:
            json.dump({"jinmen_device_mark": mark}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / MARK)
    except OSError as trouble:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise (DiskFull() if is_full(trouble) else CannotWrite(name=MARK)) from trouble
    return mark


def moved(connection: Connection, folder: Path, place: str) -> bool:
    """Whether the casebook of a folder, which lies in this place, was restored or copied since it was opened last."""
    known = read_meta(connection, _META)
    beside = _read(folder)
    if not known:  # never marked: a new casebook, or one of an earlier version, which must be the one of this folder
        return beside != ""
    return bool(known.get("mark") != beside or known.get("place") != place)


def is_marked(connection: Connection) -> bool:
    """Whether the casebook has a mark at all."""
    return bool(read_meta(connection, _META))


def mark(connection: Connection, folder: Path, place: str) -> None:
    """Mark the casebook as lying here, inside the transaction that gives it its device. Raises CannotWrite, DiskFull.

    The file comes first: a start that is cut off in between only means another new beginning.
    """
    write_meta(connection, _META, {"mark": change(folder), "place": place})


def _read(folder: Path) -> str:
    """The mark beside the store; "" where there is none or it cannot be read."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        return str(json.loads((folder / MARK).read_text("ascii"))["jinmen_device_mark"])
    return ""
