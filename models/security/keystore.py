"""The key store: the file beside the casebook that turns somebody's passphrase into the keys of the records.

A slot is an account: a person, a printed recovery code, or the office above that holds a key in trust (escrow). Each
has an age (X25519) pair. Its secret is boxed (AES-256-GCM) under Argon2id over the NFKC form of the person's
passphrase, or under HKDF of the printed code; the office's secret lies in the office's own casebook. The random 32-byte
data key is sealed to the public key of each account. So a change of passphrase rewraps one slot and touches no record,
and a new data key reaches everybody without their passphrases. Page key, backup key and the key that seals this file
come from the data key by HKDF-SHA256.

Who knows only the public keys could seal a data key of his own to them. So each boxed secret carries a pin, a hash of
the data key of the day when it was wrapped: only that data key, or one whose file knows that data key as an earlier
one, is believed. The pin is renewed at every sign-in after a new data key.

key_file.py has the file itself, key_accounts.py what is done to accounts once the keys are open.
"""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from models.errors import CannotWrite, DiskFull, KeysMissing, WeakPassphrase, WrongPassphrase
from models.records.roles import ROLES
from models.security import device, key_file
from models.security.key_file import ESCROW, PERSON, RECOVERY, KeyFile, OldFile, OldSlot, Slot
from models.security.sealing import (
    CEILING,
    FLOOR,
    STANDARD,
    UNSTRETCHED,
    Cost,
    boxed,
    derived,
    new_salt,
    raw,
    stretched,
    text,
    unboxed,
    unwrap_shared,
    wrap_shared,
)
from models.security.strength import too_easy
from models.values import new_id

__all__ = [
    "CEILING", "ESCROW", "FLOOR", "PERSON", "RECOVERY", "STANDARD", "Account", "Cost", "Keys", "accounts",
    "change_passphrase", "create", "unlock", "unlock_with_code", "unlock_with_data_key", "unwrap_shared", "workers",
    "wrap_shared",
]  # fmt: skip

EVERY_ROLE = tuple(ROLES)
"""What somebody may do who runs a casebook alone."""
_PIN = 32
_MOST_OLDER = 10  # earlier pairs of an account whose secrets are kept


@dataclass(frozen=True)
class Account:
    """Who can open a casebook, as the key file says; not proof of anything before the keys are open."""

    id: str
    name: str
    kind: str = PERSON  # person, recovery (a printed code) or escrow (an office that holds a key in trust)
    roles: tuple[str, ...] = ()
    public: str = field(default="", repr=False)  # age recipient of the account


@dataclass(frozen=True)
class Keys:
    """The opened keys of one casebook. Secrets never show in repr; the object is not to be pickled or logged."""

    vault: str  # identity of the casebook
    worker: str  # whose slot was opened
    page_key: bytes = field(repr=False)  # 48 bytes: SQLCipher's raw key and salt
    backup_key: bytes = field(repr=False)  # 32 bytes: seals manifests of backups
    mac_key: bytes = field(repr=False)  # 32 bytes: seals the key store itself
    data_key: bytes = field(repr=False)  # 32 bytes: what the slots seal
    account: str = ""  # id of the slot; "" where no slot was opened (an escrow's answer, an earlier data key)
    roles: tuple[str, ...] = ()  # of the slot
    epoch: int = 1  # of the data key
    earlier: tuple["Keys", ...] = field(default=(), repr=False)  # of the data keys before this one, newest first
    unfinished: bool = False  # the store may still be under earlier[0]: models.store.rotation finishes it

    def __reduce__(self) -> str:
        raise TypeError("keys are not pickled")


Opened = tuple[Slot | OldSlot | None, bytes]
"""The slot that was opened, and the data key."""


def create(
    path: Path, passphrase: str, worker_name: str, *, cost: Cost = STANDARD, roles: tuple[str, ...] = EVERY_ROLE
) -> Keys:
    """Make a key store with one person's slot and new random keys.

    Raises WeakPassphrase, CannotWrite, DiskFull; FileExistsError where there is a key store already: one that is
    overwritten takes its casebook with it.
    """
    if path.exists() or key_file.copy_of(path).exists():
        raise FileExistsError(path.name)
    vault, data_key = new_id(), secrets.token_bytes(32)
    slot = person_slot(vault, data_key, new_id(), worker_name, passphrase, roles, cost)
    file = KeyFile(vault, 1, (slot,))
    keys = keys_of(file, data_key, slot)
    key_file.save(path, file.under(keys.mac_key))
    return keys


def unlock(path: Path, passphrase: str, account: str = "") -> Keys:
    """Open the keys with a person's passphrase. With an account named only that slot is tried: 0.2 s, on purpose.

    A key store of format 1 is brought to format 2. Raises WrongPassphrase; KeysMissing where neither the key store nor
    its copy is whole and unchanged; CannotRead.
    """
    return _unlock(path, passphrase, account)[0]


def _unlock(path: Path, passphrase: str, account: str) -> tuple[Keys, bytes]:
    """The keys, and the one that opened the slot; b"" where the slot was one of format 1."""
    used: dict[str, bytes] = {}
    file, slot, keys = _open(path, lambda file: _by_passphrase(file, passphrase, account, used))
    with suppress(CannotWrite, DiskFull):  # can wait for the next sign-in, opening cannot
        if isinstance(file, OldFile) and isinstance(slot, OldSlot):
            if len(file.slots) == 1:  # no version of the program ever made more; what others know cannot be rewrapped
                new = person_slot(file.vault, keys.data_key, slot.id, slot.name, passphrase, EVERY_ROLE, slot.cost)
                key_file.save(path, KeyFile(file.vault, 1, (new,)).under(keys.mac_key))
        elif isinstance(file, KeyFile) and isinstance(slot, Slot):
            _renew_pin(path, file, slot, keys, used[slot.id])
    return keys, used.get(keys.account, b"")


def unlock_with_code(path: Path, code: bytes) -> Keys:
    """Open the keys with the 160 bits of a printed recovery code (recovery_code.read). Raises as unlock()."""

    def opener(file: KeyFile | OldFile) -> Opened:
        if isinstance(file, KeyFile):
            for slot in file.slots:
                opened = _opened(file.vault, slot, code_key(code, slot.salt)) if slot.kind == RECOVERY else None
                if opened is not None:
                    return slot, _trusted(file, *opened)
        raise WrongPassphrase()

    return _open(path, opener)[2]


def unlock_with_data_key(path: Path, data_key: bytes) -> Keys:
    """Open the keys with the data key itself, as an office's answer brings it. Raises as unlock()."""

    def opener(file: KeyFile | OldFile) -> Opened:
        if not file.is_under(_key(data_key, file.vault, "key store", 32)):
            raise WrongPassphrase()
        return None, data_key

    return _open(path, opener)[2]


def change_passphrase(path: Path, old: str, new: str, *, account: str = "", cost: Cost = STANDARD) -> Keys:
    """Give one's own account another passphrase and a new pair; the keys and the records stay the same. The secrets of
    the earlier pairs are kept under the new passphrase, for what was sealed to them (audit chains).

    Raises WrongPassphrase (of the old one), WeakPassphrase (of the new one), KeysMissing, CannotWrite, DiskFull.
    """
    keys, key = _unlock(path, old, account)
    if too_easy(new):
        raise WeakPassphrase()
    slot = standing(path, keys).slot(keys.account)
    said = unboxed(key, slot.box, slot.bound_to(keys.vault)) if slot is not None and key else None
    rewrap(path, keys, keys.account, new, cost=cost, older=secrets_in(said) if said else ())
    return keys


def rewrap(
    path: Path,
    keys: Keys,
    account: str,
    new: str,
    *,
    cost: Cost = STANDARD,
    drop: str = "",
    older: Sequence[str] = (),
) -> None:
    """Give a person's account a new passphrase and a new pair of keys. drop: a slot that goes with it (a used code).
    older: secrets of its earlier pairs, where they are known.

    Raises WeakPassphrase, KeysMissing, CannotWrite, DiskFull; LookupError where there is no such person.
    """
    file = standing(path, keys)
    before = file.slot(account)
    if before is None or before.kind != PERSON:
        raise LookupError("no such account")
    said = (before.id, before.name, new, before.roles, cost, before.epoch + 1)
    fresh = person_slot(file.vault, keys.data_key, *said, older=older)
    slots = tuple(fresh if slot.id == account else slot for slot in file.slots if slot.id != drop)
    key_file.save(path, replace(file, slots=slots).under(keys.mac_key))


def accounts(path: Path) -> tuple[Account, ...]:
    """Who can open a casebook, for the sign-in page. Not proof of anything: nothing was unlocked.

    Raises KeysMissing, CannotRead.
    """
    file = key_file.first_whole(path)
    if isinstance(file, OldFile):
        return tuple(Account(one.id, one.name, PERSON, EVERY_ROLE) for one in file.slots)
    return tuple(Account(one.id, one.name, one.kind, one.roles, one.public) for one in file.slots)


def workers(path: Path) -> tuple[str, ...]:
    """The names of the people among accounts(). Raises KeysMissing, CannotRead."""
    return tuple(account.name for account in accounts(path) if account.kind == PERSON)


# What key_accounts.py and rotation build on.


def standing(path: Path, keys: Keys) -> KeyFile:
    """The file as it stands, which these keys sealed. Raises KeysMissing where it is another or an older one."""
    for _where, file in key_file.both(path):
        if isinstance(file, KeyFile) and file.is_under(keys.mac_key):
            return file
    raise KeysMissing()


def person_slot(
    vault: str,
    data_key: bytes,
    account: str,
    name: str,
    passphrase: str,
    roles: tuple[str, ...],
    cost: Cost,
    epoch: int = 1,
    *,
    older: Sequence[str] = (),
) -> Slot:
    """The slot of a person. older: secrets of its earlier pairs, newest first.

    Raises WeakPassphrase; ValueError for a cost out of bounds or a name that is none.
    """
    if too_easy(passphrase):
        raise WeakPassphrase()
    salt = new_salt()
    bare = Slot(account, name, PERSON, roles, epoch, "", **asdict(cost), salt=text(salt), box="", sealed="")
    return _checked(pair_for(vault, data_key, bare, stretched(passphrase, salt, cost), older))


def code_slot(vault: str, data_key: bytes, account: str, name: str, code: bytes) -> Slot:
    """The slot of a printed recovery code."""
    salt = text(new_salt())
    bare = Slot(account, name, RECOVERY, (), 1, "", **asdict(UNSTRETCHED), salt=salt, box="", sealed="")
    return _checked(pair_for(vault, data_key, bare, code_key(code, salt)))


def escrow_slot(data_key: bytes, account: str, name: str, public: str, about: str = "") -> Slot:
    """The slot of an office that holds a key in trust. about: whose casebook it is.

    Raises ValueError where the public key is none.
    """
    sealed, salt = text(device.seal([public], data_key)), text(new_salt())
    cost = asdict(UNSTRETCHED)
    return _checked(Slot(account, name, ESCROW, (), 1, public, **cost, salt=salt, box="", sealed=sealed, about=about))


def pair_for(vault: str, data_key: bytes, bare: Slot, key: bytes, older: Sequence[str] = ()) -> Slot:
    """A slot with a new pair of keys, whose secret is boxed under a key, and the data key sealed to it."""
    secret, public = device.new_sealing_keys()
    slot = replace(bare, public=public, sealed=text(device.seal([public], data_key)))
    said = "\n".join([secret, *older[:_MOST_OLDER]]).encode()
    return replace(slot, box=boxed(key, pin(data_key) + said, slot.bound_to(vault)))


def secrets_in(said: bytes) -> list[str]:
    """The secrets of an account that an opened box holds: of its pair, then of its earlier pairs."""
    return said[_PIN:].decode().split("\n")


def keys_of(file: KeyFile | OldFile, data_key: bytes, slot: Slot | OldSlot | None) -> Keys:
    """The opened keys. Raises KeysMissing where the earlier data keys were changed."""
    whose = slot.name if slot is not None else ""
    account = slot.id if slot is not None else ""
    if isinstance(file, OldFile):
        return _keys(data_key, file.vault, worker=whose, account=account, roles=EVERY_ROLE)
    older = earlier_keys(file, data_key)
    earlier = tuple(
        _keys(one, file.vault, worker=whose, epoch=file.epoch - back) for back, one in enumerate(reversed(older), 1)
    )
    roles = slot.roles if isinstance(slot, Slot) else ()
    more: dict[str, Any] = {"worker": whose, "account": account, "roles": roles, "epoch": file.epoch}
    return _keys(data_key, file.vault, **more, earlier=earlier, unfinished=file.unfinished)


def earlier_keys(file: KeyFile, data_key: bytes) -> list[bytes]:
    """The data keys before this one, oldest first. Raises KeysMissing."""
    if not file.earlier:
        return []
    said = unboxed(derived(data_key, "earlier data keys", 32), file.earlier, [file.vault, file.epoch])
    if said is None or len(said) % 32:
        raise KeysMissing()
    return [said[at : at + 32] for at in range(0, len(said), 32)]


def box_earlier(vault: str, epoch: int, data_key: bytes, older: list[bytes]) -> str:
    """Earlier data keys, oldest first, as only the newest opens them."""
    older = older[-key_file.MAX_EARLIER :]
    return boxed(derived(data_key, "earlier data keys", 32), b"".join(older), [vault, epoch])


def pin(data_key: bytes) -> bytes:
    """What a boxed secret remembers of the data key: 32 bytes that tell nothing of it."""
    return derived(data_key, "pin", _PIN)


def code_key(code: bytes, salt: str) -> bytes:
    """The key that a recovery code gives."""
    return derived(code, "recovery code", 32, salt=salt)


def _open(path: Path, opener: Callable[[KeyFile | OldFile], Opened]) -> tuple[KeyFile | OldFile, object, Keys]:
    """The file, the slot and the keys that an opener gives; the whole one of main file and copy mends the other."""
    files = key_file.both(path)
    for _where, file in files:
        if file is None:
            continue
        try:
            # The copy may hold an older passphrase after a power cut: what the main file refuses (WrongPassphrase) is
            # not tried on the copy.
            slot, data_key = opener(file)
            if not file.is_under(_key(data_key, file.vault, "key store", 32)):
                raise KeysMissing()
            keys = keys_of(file, data_key, slot)
        except KeysMissing:
            continue
        if any(other != file for _other_where, other in files):
            with suppress(CannotWrite, DiskFull):  # mending can wait, opening cannot
                for target in (path, key_file.copy_of(path)):
                    key_file.write_whole(target, file.to_bytes())
        return file, slot, keys
    raise KeysMissing()


def _by_passphrase(file: KeyFile | OldFile, passphrase: str, account: str, used: dict[str, bytes]) -> Opened:
    if isinstance(file, OldFile):
        for old in file.slots:
            if account not in ("", old.id):
                continue
            key = stretched(passphrase, raw(old.salt), old.cost)
            found = unboxed(key, text(raw(old.nonce) + raw(old.box)), old.bound_to(file.vault))
            if found is not None:
                return old, found
        raise WrongPassphrase()
    for slot in file.slots:
        if slot.kind != PERSON or account not in ("", slot.id):
            continue
        key = stretched(passphrase, raw(slot.salt), slot.cost)
        opened = _opened(file.vault, slot, key)
        if opened is not None:
            used[slot.id] = key
            return slot, _trusted(file, *opened)
    raise WrongPassphrase()


def _opened(vault: str, slot: Slot, key: bytes) -> tuple[bytes, bytes] | None:
    """The pin of a slot and the data key that is sealed to it; None where the key does not open the slot.

    Raises KeysMissing where the sealed data key was changed.
    """
    said = unboxed(key, slot.box, slot.bound_to(vault))
    if said is None:
        return None
    data_key = device.unseal(secrets_in(said)[0], raw(slot.sealed))
    if data_key is None or len(data_key) != 32:
        raise KeysMissing()
    return said[:_PIN], data_key


def _trusted(file: KeyFile, pinned: bytes, data_key: bytes) -> bytes:
    """The data key, if it is the pinned one or came after it. Raises KeysMissing: somebody else made it."""
    if pinned != pin(data_key) and all(pinned != pin(older) for older in earlier_keys(file, data_key)):
        raise KeysMissing()
    return data_key


def _renew_pin(path: Path, file: KeyFile, slot: Slot, keys: Keys, key: bytes) -> None:
    said = unboxed(key, slot.box, slot.bound_to(file.vault))
    if said is None or said[:_PIN] == pin(keys.data_key):
        return
    renewed = replace(slot, box=boxed(key, pin(keys.data_key) + said[_PIN:], slot.bound_to(file.vault)))
    slots = tuple(renewed if one.id == slot.id else one for one in file.slots)
    key_file.save(path, replace(file, slots=slots).under(keys.mac_key))


def _checked(slot: Slot) -> Slot:
    if not slot.sound():
        raise ValueError("a name or a cost out of bounds")
    return slot


def _key(data_key: bytes, vault: str, purpose: str, length: int) -> bytes:
    return derived(data_key, purpose, length, salt=vault)


def _keys(data_key: bytes, vault: str, *, worker: str, **more: Any) -> Keys:
    page, backup = _key(data_key, vault, "page", 48), _key(data_key, vault, "backup", 32)
    return Keys(vault, worker, page, backup, _key(data_key, vault, "key store", 32), data_key, **more)
