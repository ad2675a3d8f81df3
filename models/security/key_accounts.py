"""What is done to the accounts of a key store by somebody whose keys are open; nobody else's passphrase is needed.

Each verb writes the whole file anew, sealed by the data key; all raise KeysMissing where the file is not the one of
these keys any more, CannotWrite and DiskFull.
"""

import secrets
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from models.errors import Problem
from models.security import device, key_file
from models.security.key_file import ESCROW, MAX_SLOTS, PERSON, KeyFile, Slot
from models.security.keystore import (
    STANDARD,
    Account,
    Cost,
    Keys,
    box_earlier,
    code_slot,
    earlier_keys,
    escrow_slot,
    keys_of,
    person_slot,
    rewrap,
    standing,
)
from models.security.sealing import text
from models.texts import _
from models.values import new_id

CODE_BYTES = 20  # 160 bits


class TooManyAccounts(Problem):
    """The key store is full. Facts: most."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "A casebook has room for {most} accounts, codes and offices that hold a key. Nothing was changed. Remove "
            "one that nobody needs, then try again."
        ).format(**self.facts)


def add_person(
    path: Path,
    keys: Keys,
    name: str,
    passphrase: str,
    roles: tuple[str, ...],
    *,
    account: str = "",
    cost: Cost = STANDARD,
) -> Account:
    """Give somebody an account of her own. account: its id, where one was given out already.

    Raises WeakPassphrase, TooManyAccounts; ValueError for a name that is none.
    """
    slot = person_slot(keys.vault, keys.data_key, account or new_id(), name, passphrase, roles, cost)
    return _add(path, keys, slot)


def add_code(path: Path, keys: Keys, name: str) -> tuple[Account, bytes]:
    """A recovery code: its account, and the 160 bits, which are kept nowhere. Raises TooManyAccounts."""
    code = secrets.token_bytes(CODE_BYTES)
    return _add(path, keys, code_slot(keys.vault, keys.data_key, new_id(), name, code)), code


def add_escrow(path: Path, keys: Keys, name: str, public: str, about: str = "") -> Account:
    """Seal the data key to an office; an earlier one under the same public key is replaced.

    about: whose casebook this is.

    Raises TooManyAccounts; ValueError where the public key is none.
    """
    file = standing(path, keys)
    there = next((slot for slot in file.slots if slot.kind == ESCROW and slot.public == public), None)
    if there is None:
        return _add(path, keys, escrow_slot(keys.data_key, new_id(), name, public, about))
    return _put(path, keys, file, replace(there, name=name, about=about, epoch=there.epoch + 1))


def rename(path: Path, keys: Keys, account: str, name: str) -> Account:
    """Write down another name. Raises LookupError; ValueError for a name that is none."""
    file, slot = _find(path, keys, account)
    return _put(path, keys, file, replace(slot, name=name))


def set_roles(path: Path, keys: Keys, account: str, roles: tuple[str, ...]) -> Account:
    """Give a person other roles. Raises LookupError; ValueError for roles that are none."""
    file, slot = _find(path, keys, account)
    if slot.kind != PERSON:
        raise LookupError("no such person")
    return _put(path, keys, file, replace(slot, roles=roles))


def reset_passphrase(path: Path, keys: Keys, account: str, new: str, *, cost: Cost = STANDARD, drop: str = "") -> None:
    """Give a person a new passphrase without her old one. Raises as keystore.rewrap()."""
    rewrap(path, keys, account, new, cost=cost, drop=drop)


def remove(path: Path, keys: Keys, account: str) -> None:
    """Take an account out of the file. Whoever had it still knows the data key: see models.store.rotation.

    Raises LookupError; ValueError for the last person."""
    file, _slot = _find(path, keys, account)
    _save(path, keys, replace(file, slots=tuple(slot for slot in file.slots if slot.id != account)))


def new_data_key() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(32)


def keys_under(path: Path, keys: Keys, data_key: bytes, without: Collection[str] = ()) -> tuple[KeyFile, Keys]:
    """What the key store will be under a new data key, and the keys of it; nothing is written.

    without: accounts that are left out. Raises ValueError where nobody would be left.
    """
    file = standing(path, keys)
    epoch = file.epoch + 1
    older = [*earlier_keys(file, keys.data_key), keys.data_key]
    slots = tuple(
        replace(slot, sealed=text(device.seal([slot.public], data_key)))
        for slot in file.slots
        if slot.id not in without
    )
    new = KeyFile(file.vault, epoch, slots, box_earlier(file.vault, epoch, data_key, older), unfinished=True)
    made = keys_of(new, data_key, new.slot(keys.account))
    new = new.under(made.mac_key)
    if not new.sound() or not any(slot.kind == PERSON for slot in slots):
        raise ValueError("nobody would be left")
    return new, made


def finish(path: Path, keys: Keys) -> Keys:
    """Write down that the store is under the newest data key, and nothing is left of the old one."""
    file = standing(path, keys)
    if file.unfinished:
        _save(path, keys, replace(file, unfinished=False))
    return replace(keys, unfinished=False)


def _add(path: Path, keys: Keys, slot: Slot) -> Account:
    file = standing(path, keys)
    if len(file.slots) >= MAX_SLOTS:
        raise TooManyAccounts(most=MAX_SLOTS)
    _save(path, keys, replace(file, slots=(*file.slots, slot)))
    return _account(slot)


def _find(path: Path, keys: Keys, account: str) -> tuple[KeyFile, Slot]:
    file = standing(path, keys)
    slot = file.slot(account)
    if slot is None:
        raise LookupError("no such account")
    return file, slot


def _put(path: Path, keys: Keys, file: KeyFile, slot: Slot) -> Account:
    _save(path, keys, replace(file, slots=tuple(slot if one.id == slot.id else one for one in file.slots)))
    return _account(slot)


def _save(path: Path, keys: Keys, file: KeyFile) -> None:
    if not file.sound() or not any(slot.kind == PERSON for slot in file.slots):
        raise ValueError("a name or roles out of bounds, or nobody left")
    key_file.save(path, file.under(keys.mac_key))


def _account(slot: Slot) -> Account:
    return Account(slot.id, slot.name, slot.kind, slot.roles, slot.public)
