"""The key store: the file beside the casebook that turns a worker's passphrase into the keys of the records.

A random 32-byte data key is wrapped once for each worker: Argon2id over the NFKC form of the passphrase gives the key
of an AES-256-GCM box, whose additional data name the vault, the slot, the role, the cost and the epoch. Everything else
(page key, backup key, the key that seals this file) comes from the data key by HKDF-SHA256. So a change of passphrase
rewraps one slot and touches no record.

The file is canonical JSON with a plain SHA-256 (finds damage without a passphrase) and an HMAC over the whole slot list
(finds any change by somebody who lacks the data key). A copy, .bak, is always a whole file as well.
"""

import base64
import errno
import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.errors import CannotRead, CannotWrite, DiskFull, KeysMissing, WeakPassphrase, WrongPassphrase
from models.security.passphrase import is_weak
from models.values import new_id

FORMAT = 1
MAX_SLOTS = 16
MAX_FILE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Cost:
    """What one guess at a passphrase costs: Argon2id's memory in KiB, passes and lanes."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def allowed(self) -> bool:
        """Between the floor (no cheap guessing) and the ceiling (no file that eats the memory)."""
        return (
            FLOOR.memory_kib <= self.memory_kib <= CEILING.memory_kib
            and FLOOR.passes <= self.passes <= CEILING.passes
            and FLOOR.lanes <= self.lanes <= CEILING.lanes
        )


STANDARD = Cost()  # 150 to 220 ms on the two-core machine the design was measured on
FLOOR = Cost(8 * 1024, 1, 1)
CEILING = Cost(1024 * 1024, 16, 16)


@dataclass(frozen=True)
class Keys:
    """The opened keys of one casebook. Secrets never show in repr; the object is not to be pickled or logged."""

    vault: str  # identity of the casebook
    worker: str  # whose slot was opened
    page_key: bytes = field(repr=False)  # 48 bytes: SQLCipher's raw key and salt
    backup_key: bytes = field(repr=False)  # 32 bytes: seals manifests of backups
    mac_key: bytes = field(repr=False)  # 32 bytes: seals the key store itself
    data_key: bytes = field(repr=False)  # 32 bytes: what the slots wrap

    def __reduce__(self) -> str:
        raise TypeError("keys are not pickled")


@dataclass(frozen=True)
class _Slot:
    id: str
    role: str  # worker; others (recovery, office) may follow
    name: str
    memory_kib: int
    passes: int
    lanes: int
    epoch: int
    salt: str  # base64, 16 bytes
    nonce: str  # base64, 12 bytes
    box: str  # base64, the wrapped data key

    @property
    def cost(self) -> Cost:
        return Cost(self.memory_kib, self.passes, self.lanes)

    def bound_to(self, vault: str) -> bytes:
        """The additional data of the box: what a slot must not be moved away from."""
        return _canonical([FORMAT, vault, self.id, self.role, self.name, asdict(self.cost), self.epoch, self.salt])


@dataclass(frozen=True)
class _File:
    vault: str
    slots: tuple[_Slot, ...]
    mac: str

    def content(self) -> dict[str, Any]:
        return {"format": FORMAT, "vault": self.vault, "slots": [asdict(slot) for slot in self.slots]}

    def sealed(self, mac_key: bytes) -> "_File":
        return replace(self, mac=hmac.new(mac_key, _canonical(self.content()), "sha256").hexdigest())

    def to_bytes(self) -> bytes:
        signed = {**self.content(), "mac": self.mac}
        return _canonical({**signed, "check": hashlib.sha256(_canonical(signed)).hexdigest()}) + b"\n"


def create(path: Path, passphrase: str, worker_name: str, *, cost: Cost = STANDARD) -> Keys:
    """Make a key store with one worker's slot and new random keys.

    Raises WeakPassphrase, CannotWrite, DiskFull; FileExistsError where there is a key store already: one that is
    overwritten takes its casebook with it.
    """
    if path.exists() or _backup_of(path).exists():
        raise FileExistsError(path.name)
    if is_weak(passphrase):
        raise WeakPassphrase()
    vault, data_key = new_id(), secrets.token_bytes(32)
    keys = _keys_from(data_key, vault, worker_name)
    slot = _wrap(data_key, vault, new_id(), worker_name, passphrase, cost)
    _save(path, _File(vault, (slot,), "").sealed(keys.mac_key))
    return keys


def unlock(path: Path, passphrase: str) -> Keys:
    """Open the keys with any worker's passphrase. Takes about 0.2 s a slot, on purpose.

    Raises WrongPassphrase; KeysMissing where neither the key store nor its copy is whole and unchanged; CannotRead.
    """
    return _open(path, passphrase)[2]


def change_passphrase(path: Path, old: str, new: str, *, cost: Cost = STANDARD) -> Keys:
    """Wrap the data key anew under another passphrase; the slot, the keys and the records stay the same.

    Raises WrongPassphrase (of the old one), WeakPassphrase (of the new one), KeysMissing, CannotWrite, DiskFull.
    """
    file, slot, keys = _open(path, old)
    if is_weak(new):
        raise WeakPassphrase()
    renewed = _wrap(keys.data_key, file.vault, slot.id, slot.name, new, cost, role=slot.role, epoch=slot.epoch + 1)
    slots = tuple(renewed if s.id == slot.id else s for s in file.slots)
    _save(path, replace(file, slots=slots).sealed(keys.mac_key))
    return keys


def add_worker(path: Path, passphrase: str, new_worker: str, new_passphrase: str, *, cost: Cost = STANDARD) -> None:
    """Give another worker a slot of her own; somebody who can open the keys must say her passphrase.

    Raises WrongPassphrase, WeakPassphrase, KeysMissing, CannotWrite, DiskFull; ValueError for a seventeenth slot.
    """
    file, _slot, keys = _open(path, passphrase)
    if is_weak(new_passphrase):
        raise WeakPassphrase()
    if len(file.slots) >= MAX_SLOTS:
        raise ValueError(f"a key store has at most {MAX_SLOTS} slots")
    slot = _wrap(keys.data_key, file.vault, new_id(), new_worker, new_passphrase, cost)
    _save(path, replace(file, slots=(*file.slots, slot)).sealed(keys.mac_key))


def wrap_shared(key: bytes, passphrase: str, purpose: str, *, cost: Cost = STANDARD) -> dict[str, Any]:
    """A key that several computers share, as it may lie open: only who knows the passphrase can use it.

    Purpose is bound to it. Raises WeakPassphrase.
    """
    if is_weak(passphrase):
        raise WeakPassphrase()
    if not cost.allowed():
        raise ValueError("the cost lies outside the floor and the ceiling")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    said = {"format": FORMAT, "purpose": purpose, **asdict(cost), "salt": _text(salt), "nonce": _text(nonce)}
    box = AESGCM(_slot_key(cost, passphrase, salt)).encrypt(nonce, key, _canonical(said))
    return {**said, "box": _text(box)}


def unwrap_shared(said: dict[str, Any], passphrase: str, purpose: str) -> bytes:
    """The key again. Raises WrongPassphrase; KeysMissing where it was changed or is of another purpose."""
    try:
        cost = Cost(said["memory_kib"], said["passes"], said["lanes"])
        salt, nonce, box = _raw(said["salt"]), _raw(said["nonce"]), _raw(said["box"])
        known = said["format"] == FORMAT and said["purpose"] == purpose and cost.allowed()
        whole = known and (len(salt), len(nonce)) == (16, 12)
    except (KeyError, TypeError, ValueError) as trouble:
        raise KeysMissing() from trouble
    if not whole:
        raise KeysMissing()
    bound = _canonical({name: value for name, value in said.items() if name != "box"})
    try:
        return AESGCM(_slot_key(cost, passphrase, salt)).decrypt(nonce, box, bound)
    except InvalidTag as trouble:
        raise WrongPassphrase() from trouble


def workers(path: Path) -> tuple[str, ...]:
    """Whose slots the key store holds, for the sign-in page. Not proof of anything: nothing was unlocked.

    Raises KeysMissing, CannotRead.
    """
    for candidate in (path, _backup_of(path)):
        file = _read(candidate)
        if file is not None:
            return tuple(slot.name for slot in file.slots)
    raise KeysMissing()


def _open(path: Path, passphrase: str) -> tuple[_File, _Slot, Keys]:
    """The file, the slot and the keys that a passphrase opens; the whole one of main file and copy mends the other."""
    files = [(candidate, _read(candidate)) for candidate in (path, _backup_of(path))]
    if not any(file for _where, file in files):
        raise KeysMissing()
    changed = False
    for _where, file in files:
        if file is None:
            continue
        try:
            slot, keys = _unwrap(file, passphrase)
        except WrongPassphrase:
            # The copy may hold an older passphrase after a power cut: it must not open what the main file refuses.
            raise
        except KeysMissing:
            changed = True
            continue
        if any(other != file for _other_where, other in files):
            with suppress(CannotWrite, DiskFull):  # mending can wait, opening cannot
                _save(path, file)
        return file, slot, keys
    assert changed
    raise KeysMissing()


def _unwrap(file: _File, passphrase: str) -> tuple[_Slot, Keys]:
    for slot in file.slots:
        try:
            data_key = AESGCM(_slot_key(slot.cost, passphrase, _raw(slot.salt))).decrypt(
                _raw(slot.nonce), _raw(slot.box), slot.bound_to(file.vault)
            )
        except InvalidTag:
            continue
        keys = _keys_from(data_key, file.vault, slot.name)
        if not hmac.compare_digest(file.sealed(keys.mac_key).mac, file.mac):
            raise KeysMissing()
        return slot, keys
    raise WrongPassphrase()


def _wrap(
    data_key: bytes,
    vault: str,
    slot_id: str,
    name: str,
    passphrase: str,
    cost: Cost,
    *,
    role: str = "worker",
    epoch: int = 1,
) -> _Slot:
    if not cost.allowed():
        raise ValueError("the cost lies outside the floor and the ceiling")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    slot = _Slot(slot_id, role, name, **asdict(cost), epoch=epoch, salt=_text(salt), nonce=_text(nonce), box="")
    box = AESGCM(_slot_key(cost, passphrase, salt)).encrypt(nonce, data_key, slot.bound_to(vault))
    return replace(slot, box=_text(box))


def _slot_key(cost: Cost, passphrase: str, salt: bytes) -> bytes:
    return hash_secret_raw(_normal(passphrase).encode(), salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID)


def _normal(passphrase: str) -> str:
    """One passphrase, however the input method composed or widened its characters (NFKC)."""
    return unicodedata.normalize("NFKC", passphrase)


def _keys_from(data_key: bytes, vault: str, worker: str) -> Keys:
    def derive(purpose: str, length: int) -> bytes:
        return HKDF(SHA256(), length, vault.encode(), f"jinmen {purpose} v1".encode()).derive(data_key)

    return Keys(vault, worker, derive("page", 48), derive("backup", 32), derive("key store", 32), data_key)


def _read(path: Path) -> _File | None:
    """The file, or None where it is missing, damaged or out of bounds. Raises CannotRead where the disk fails."""
    try:
        if not path.exists() or path.stat().st_size > MAX_FILE_BYTES:
            return None
        data = path.read_bytes()
    except OSError as trouble:
        raise CannotRead(name=path.name) from trouble
    try:
        body = json.loads(data)
        file = _File(body["vault"], tuple(_Slot(**slot) for slot in body["slots"]), body["mac"])
        whole = file.to_bytes() == data  # so that not one byte may differ, and every type is what it should be
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not whole or not 1 <= len(file.slots) <= MAX_SLOTS:
        return None
    try:
        sound = all(
            slot.cost.allowed()
            and len(_raw(slot.salt)) == 16
            and len(_raw(slot.nonce)) == 12
            and len(_raw(slot.box)) == 48
            for slot in file.slots
        )
    except (ValueError, TypeError):
        return None
    return file if sound else None


def _backup_of(path: Path) -> Path:
    return path.with_name(path.name + ".bak")


def _save(path: Path, file: _File) -> None:
    """Write the main file, then its copy; at every moment each of the two names a whole old or a whole new file."""
    data = file.to_bytes()
    for target in (path, _backup_of(path)):
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
            raise (DiskFull() if full else CannotWrite(name=path.name)) from trouble


def _fsync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no such call; its rename is journalled
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
