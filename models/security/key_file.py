"""The file of the key store: its slots, how they are checked before anything is opened, and how it is saved.

Canonical JSON with a plain SHA-256 (finds damage without a passphrase) and an HMAC over everything (finds any change by
somebody who lacks the data key). A copy, .bak, is always a whole file as well. Format 1, one slot a worker around the
data key itself, is still read; format 2 has accounts (keystore.py says what they are).
"""

import errno
import hashlib
import hmac
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from models.errors import CannotRead, CannotWrite, DiskFull, KeysMissing
from models.records.roles import ROLES
from models.security.sealing import UNSTRETCHED, Cost, canonical, raw

FORMAT = 2
MAX_SLOTS = 40
MAX_EARLIER = 400  # data keys that are kept of before; the oldest goes when another comes
MAX_FILE_BYTES = 128 * 1024
PERSON, RECOVERY, ESCROW = "person", "recovery", "escrow"
_MAX_NAME = 120
_MAX_BOX, _MAX_SEALED = 1400, 1200  # characters of base64


@dataclass(frozen=True)
class Slot:
    """One account: a pair of age keys to which the data key is sealed, and the wrapped secret of that pair."""

    id: str
    name: str
    kind: str  # person, recovery or escrow
    roles: tuple[str, ...]
    epoch: int  # counts how often the secret was wrapped anew
    public: str  # age recipient
    memory_kib: int  # Argon2id's cost; all three 0 where the secret is not wrapped by a passphrase
    passes: int
    lanes: int
    salt: str  # base64, 16 bytes
    box: str  # pin of a data key, secrets of this pair and of earlier ones, wrapped; "" of an escrow
    sealed: str  # base64, age: the data key for this account
    about: str = ""  # of an escrow: the name of the office whose casebook this is, for whoever is asked for the key

    @property
    def cost(self) -> Cost:
        """What a guess costs."""
        return Cost(self.memory_kib, self.passes, self.lanes)

    def bound_to(self, vault: str) -> list[Any]:
        """What the box must not be moved away from."""
        return [FORMAT, vault, self.id, self.kind, self.public, asdict(self.cost), self.salt]

    def sound(self) -> bool:
        """Whether every part is of the kind and size that it should be. Raises ValueError where base64 is none."""
        sizes = len(raw(self.salt)) == 16 and 0 < len(self.name) <= _MAX_NAME and 0 < len(self.sealed) <= _MAX_SEALED
        sizes = sizes and len(self.about) <= _MAX_NAME and all(raw(one) is not None for one in (self.box, self.sealed))
        texts = (self.id, self.name, self.kind, self.public, self.salt, self.box, self.sealed, self.about)
        typed = all(isinstance(one, str) for one in texts) and type(self.epoch) is int and self.epoch > 0
        known = all(role in ROLES for role in self.roles) and len(set(self.roles)) == len(self.roles)
        wrapped = {
            PERSON: self.cost.allowed() and 0 < len(self.box) <= _MAX_BOX,
            RECOVERY: self.cost == UNSTRETCHED and 0 < len(self.box) <= _MAX_BOX,
            ESCROW: self.cost == UNSTRETCHED and not self.box,
        }
        return sizes and typed and known and wrapped.get(self.kind, False)


@dataclass(frozen=True)
class KeyFile:
    """What the file says."""

    vault: str
    epoch: int  # of the data key: one more with each new one
    slots: tuple[Slot, ...]
    earlier: str = ""  # the data keys before this one, oldest first, boxed by this one; "" where there are none
    unfinished: bool = False  # a new data key is in force, and the store may not be under it yet
    mac: str = ""

    def content(self) -> dict[str, Any]:
        """All but the seals."""
        slots = [{**asdict(slot), "roles": list(slot.roles)} for slot in self.slots]
        said = {"format": FORMAT, "vault": self.vault, "epoch": self.epoch, "slots": slots}
        return {**said, "earlier": self.earlier, "unfinished": self.unfinished}

    def under(self, mac_key: bytes) -> "KeyFile":
        """The same with the HMAC of a key."""
        return replace(self, mac=hmac.new(mac_key, canonical(self.content()), "sha256").hexdigest())

    def is_under(self, mac_key: bytes) -> bool:
        """Whether it was sealed with this key, just as it is."""
        return hmac.compare_digest(self.under(mac_key).mac, self.mac)

    def to_bytes(self) -> bytes:
        """As it lies on the disk."""
        return checked({**self.content(), "mac": self.mac})

    def slot(self, account: str) -> Slot | None:
        """The slot of an account."""
        return next((slot for slot in self.slots if slot.id == account), None)

    def sound(self) -> bool:
        """Whether all parts are of the kind and size that they should be."""
        ids = [slot.id for slot in self.slots]
        typed = isinstance(self.vault, str) and type(self.epoch) is int and self.epoch > 0
        typed = typed and isinstance(self.earlier, str) and type(self.unfinished) is bool and isinstance(self.mac, str)
        return typed and 1 <= len(ids) <= MAX_SLOTS and len(set(ids)) == len(ids) and all(s.sound() for s in self.slots)


@dataclass(frozen=True)
class OldSlot:
    """A slot of format 1: the data key itself, wrapped by a passphrase."""

    id: str
    role: str
    name: str
    memory_kib: int
    passes: int
    lanes: int
    epoch: int
    salt: str
    nonce: str
    box: str

    @property
    def cost(self) -> Cost:
        """What a guess costs."""
        return Cost(self.memory_kib, self.passes, self.lanes)

    def bound_to(self, vault: str) -> list[Any]:
        """The additional data of the box."""
        return [1, vault, self.id, self.role, self.name, asdict(self.cost), self.epoch, self.salt]

    def sound(self) -> bool:
        """Whether every part has its size."""
        sizes = (len(raw(self.salt)), len(raw(self.nonce)), len(raw(self.box)))
        return self.cost.allowed() and sizes == (16, 12, 48)


@dataclass(frozen=True)
class OldFile:
    """A key store of format 1."""

    vault: str
    slots: tuple[OldSlot, ...]
    mac: str

    def content(self) -> dict[str, Any]:
        """All but the seals."""
        return {"format": 1, "vault": self.vault, "slots": [asdict(slot) for slot in self.slots]}

    def is_under(self, mac_key: bytes) -> bool:
        """Whether it was sealed with this key, just as it is."""
        return hmac.compare_digest(hmac.new(mac_key, canonical(self.content()), "sha256").hexdigest(), self.mac)

    def to_bytes(self) -> bytes:
        """As it lies on the disk."""
        return checked({**self.content(), "mac": self.mac})

    def sound(self) -> bool:
        """Whether every slot is sound."""
        return 1 <= len(self.slots) <= MAX_SLOTS and all(slot.sound() for slot in self.slots)


def checked(signed: dict[str, Any]) -> bytes:
    """The bytes of a file with the checksum that finds damage."""
    return canonical({**signed, "check": hashlib.sha256(canonical(signed)).hexdigest()}) + b"\n"


def read(path: Path) -> KeyFile | OldFile | None:
    """The file, or None where it is missing, damaged or out of bounds. Raises CannotRead where the disk fails."""
    try:
        if not path.exists() or path.stat().st_size > MAX_FILE_BYTES:
            return None
        data = path.read_bytes()
    except OSError as trouble:
        raise CannotRead(name=path.name) from trouble
    return parse(data)


def parse(data: bytes) -> KeyFile | OldFile | None:
    """A key store from its bytes; None where they are none, or anything is out of bounds."""
    if len(data) > MAX_FILE_BYTES:
        return None
    try:
        file = _parsed(json.loads(data))
        whole = file.to_bytes() == data  # so that not one byte may differ, and every type is what it should be
        return file if whole and file.sound() else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _parsed(body: Any) -> KeyFile | OldFile:
    if body["format"] == 1:
        return OldFile(body["vault"], tuple(OldSlot(**slot) for slot in body["slots"]), body["mac"])
    slots = tuple(Slot(**{**slot, "roles": tuple(slot["roles"])}) for slot in body["slots"])
    return KeyFile(body["vault"], body["epoch"], slots, body["earlier"], body["unfinished"], body["mac"])


def both(path: Path) -> list[tuple[Path, KeyFile | OldFile | None]]:
    """The main file and its copy, in this order, and what can be read of each. Raises CannotRead."""
    return [(candidate, read(candidate)) for candidate in (path, copy_of(path))]


def first_whole(path: Path) -> KeyFile | OldFile:
    """The main file, else its copy; proof of nothing before the keys are open. Raises KeysMissing, CannotRead."""
    for _where, file in both(path):
        if file is not None:
            return file
    raise KeysMissing()


def copy_of(path: Path) -> Path:
    """Where the copy of a key store lies."""
    return path.with_name(path.name + ".bak")


def save(path: Path, file: KeyFile) -> None:
    """Write the main file, then its copy; at every moment each of the two is a whole old or a whole new file.

    Raises DiskFull, CannotWrite where the main file could not be written; then nothing was changed. A copy that cannot
    be written goes, so that what it knew of before (a passphrase, somebody who left) opens nothing; it is made again at
    the next sign-in.
    """
    write_whole(path, file.to_bytes())
    try:
        write_whole(copy_of(path), file.to_bytes())
    except (DiskFull, CannotWrite):
        with suppress(OSError):
            copy_of(path).unlink()


def write_whole(target: Path, data: bytes) -> None:
    """Write a file so that it is at every moment the whole old or the whole new one, and only its owner can read it.

    Raises DiskFull, CannotWrite.
    """
    fresh = target.with_name(target.name + ".new")
    try:
        with fresh.open("wb") as handle:
            if os.name != "nt":
                os.fchmod(handle.fileno(), 0o600)
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        fresh.replace(target)
        _fsync_folder(target.parent)
    except OSError as trouble:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        full = trouble.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise (DiskFull() if full else CannotWrite(name=target.name.removesuffix(".bak"))) from trouble


def _fsync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no such call; its rename is journalled
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
