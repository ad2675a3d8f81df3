"""The latch: a small file beside the casebook that remembers which letter numbers were taken here.

It is no part of a backup, so that after a restore it still knows the numbers that were used since; it is written and
flushed to the disk before the verb that takes a number commits. It names nobody: only marks, years and counters.

A second small file, the peg, is written once and never again. Its place on the disk (the computer, the number of the
file and the moment it came there) tells whether the folder is still where it was: whoever copies a casebook, or copies
an old one back, makes another file of it, and then the blocks of numbers stay with the first.
"""

import hashlib
import json
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from models.errors import CannotWrite, DiskFull
from models.store.backup import flush
from models.store.engine import is_full

LATCH, PEG = "casebook.numbers", "casebook.peg"
_FORMAT = 1


@dataclass
class State:
    """What an installation knows of its own numbers; kept in the casebook and in the latch alike."""

    store: str  # which casebook: a hash of its public key, which a copy shares
    place: str  # where it lies; a copy does not share it
    holder: str  # the installation's short code, new in every place
    keeper: bool = False  # gives blocks to itself and to others
    keeper_since: int = 0  # moment, milliseconds
    stamp: int = 0  # how often this was changed: the higher one knows more
    granted: dict[str, int] = field(default_factory=dict)  # as keeper: series|year -> highest number given to anybody
    used: dict[str, int] = field(default_factory=dict)  # own block (block_key) -> highest number taken
    moved: str = ""  # the holder before this one, where the casebook was copied or restored here; else empty

    def values(self) -> dict[str, Any]:
        """As JSON carries it."""
        return asdict(self)


def state_of(said: Any) -> State | None:
    """A state from its values; None where they are none."""
    if not isinstance(said, dict) or not said:
        return None
    try:
        state = State(**said)
    except TypeError:
        return None
    texts = (state.store, state.place, state.holder, state.moved)
    numbers = (state.keeper_since, state.stamp)
    tables = (state.granted, state.used)
    sound = all(isinstance(one, str) for one in texts) and all(type(one) is int for one in numbers)
    sound = sound and all(isinstance(one, dict) and all(type(n) is int for n in one.values()) for one in tables)
    return state if sound and isinstance(state.keeper, bool) else None


def block_key(series: str, year: int, first: int, last: int) -> str:
    """The name of a block in a state; last 0: without an end."""
    return f"{series}|{year}|{first}|{last}"


def read_key(key: str) -> tuple[str, int, int, int]:
    """Series, year, first and last of a block's name. Raises ValueError."""
    series, year, first, last = key.rsplit("|", 3)
    return series, int(year), int(first), int(last)


class NoLatch:
    """On a server no latch is needed: what a number was taken for commits with it, or neither does; and a database that
    was restored into another one lies in another place, which begins a series of its own.
    """

    def __init__(self) -> None:
        self.fresh: set[tuple[str, int]] = set()

    def read(self) -> State | None:
        """Nothing beside the database remembers numbers."""
        return None

    def write(self, state: State) -> None:
        """The database alone keeps it."""

    def place(self) -> str:
        """There is no folder."""
        return ""


class Latch:
    """The latch of one casebook's folder, and what this run of the program wrote into it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: State | None = None
        self._read = False
        self.fresh: set[tuple[str, int]] = set()  # (block, number) that this run took: rolled back, nobody saw them

    def read(self) -> State | None:
        """What the latch says; None where there is none or it is damaged."""
        if not self._read:
            self._known, self._read = _read(self._folder / LATCH), True
        return self._known

    def write(self, state: State) -> None:
        """On the disk when this returns; at every moment the file is the whole old or the whole new one.

        Raises DiskFull, CannotWrite.
        """
        if self.read() == state:
            return
        body = json.dumps(state.values(), ensure_ascii=False, sort_keys=True)
        said = json.dumps({"jinmen_numbers": _FORMAT, "state": body, "sum": _sum(body)}, ensure_ascii=False)
        _write(self._folder, LATCH, said.encode())
        self._known, self._read = state_of(json.loads(body)), True

    def place(self) -> str:
        """Where this folder lies, as a hash; the peg is made where there is none. Raises DiskFull, CannotWrite."""
        peg = self._folder / PEG
        if not peg.exists():
            _write(self._folder, PEG, secrets.token_hex(16).encode() + b"\n")
        try:
            found, content = peg.stat(), peg.read_bytes()[:64]
        except OSError as trouble:
            raise CannotWrite(name=PEG) from trouble
        came = found.st_ctime_ns
        if sys.platform == "win32":  # there st_ctime is the moment of creation, by another name since 3.12
            came = getattr(found, "st_birthtime_ns", came)
        return hashlib.sha256(f"{_computer()}|{found.st_ino}|{came}|".encode() + content).hexdigest()[:32]


def _read(path: Path) -> State | None:
    try:
        said = json.loads(path.read_bytes())
        if said["jinmen_numbers"] == _FORMAT and said["sum"] == _sum(said["state"]):
            return state_of(json.loads(said["state"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    return None


def _sum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def _write(folder: Path, name: str, data: bytes) -> None:
    fresh = folder / (name + ".new")
    try:
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / name)
        flush(folder)
    except OSError as trouble:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise (DiskFull() if is_full(trouble) else CannotWrite(name=name)) from trouble


def _computer() -> str:
    """What the operating system calls this computer; empty where it says nothing."""
    if sys.platform == "win32":
        import winreg

        with suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        with suppress(OSError):
            return path.read_text().strip()
    return ""
