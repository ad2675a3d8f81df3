"""The secret of an account's own pair, for what was sealed to the account besides the data key: k0 of audit chains.

Only who knows the account's passphrase gets it, and nothing keeps it: whoever has the opened casebook has it not.
"""

from pathlib import Path

from models.errors import KeysMissing, WrongPassphrase
from models.security import key_file
from models.security.key_file import PERSON, KeyFile
from models.security.keystore import secrets_in
from models.security.sealing import raw, stretched, unboxed


def secrets_of(path: Path, passphrase: str, account: str) -> list[str]:
    """The age secrets of an account: of its pair, then of those that it had before its passphrases were changed.

    Takes about 0.2 s, on purpose. A passphrase that was reset by somebody else or recovered left the earlier ones
    behind.

    Raises WrongPassphrase, KeysMissing where the key store or the account is not there, CannotRead.
    """
    file = key_file.first_whole(path)
    slot = file.slot(account) if isinstance(file, KeyFile) else None
    if slot is None or slot.kind != PERSON:
        raise KeysMissing()
    said = unboxed(stretched(passphrase, raw(slot.salt), slot.cost), slot.box, slot.bound_to(file.vault))
    if said is None:
        raise WrongPassphrase()
    return secrets_in(said)
