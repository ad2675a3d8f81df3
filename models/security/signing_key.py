"""A key that signs policy packs, in a file of its own, protected by a passphrase.

An office that issues rules makes one with `pack key`, keeps it away from casebooks, and tells its fingerprint by
telephone or on paper. Argon2id over the NFKC form of the passphrase gives the key of an AES-256-GCM box around the
Ed25519 secret; everything else of the file is additional data of the box, so not a letter of it can be changed.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.errors import CannotRead, CannotWrite, Problem, WeakPassphrase
from models.security import device
from models.security.sealing import STANDARD, Cost, canonical, new_salt, raw, stretched, text
from models.security.strength import too_easy
from models.texts import _

FORMAT = 1
MAX_FILE_BYTES = 8 * 1024


class KeyFileRefused(Problem):
    """A file is no signing key, was changed, or the passphrase does not open it."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This is no signing key, or the passphrase does not open it. Nothing was signed. "
            "Check the file and Caps Lock and try again."
        )


@dataclass(frozen=True)
class SigningKey:
    """An opened key. name: of the office that signs with it."""

    name: str
    public: str  # Ed25519, hex
    secret: str = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """The signature over some bytes."""
        return device.sign(self.secret, data)


def make_signing_key(path: Path, passphrase: str, name: str, *, cost: Cost = STANDARD) -> SigningKey:
    """Make a new key and write its file, which must not exist. Raises WeakPassphrase, CannotWrite."""
    if too_easy(passphrase):
        raise WeakPassphrase()
    pair = device.new_device_keys()
    made = SigningKey(name, pair["sign_public"], pair["sign_secret"])
    said: dict[str, Any] = {"jinmen_pack_key": FORMAT, "name": name, "sign_public": made.public, **asdict(cost)}
    said |= {"salt": text(new_salt()), "nonce": text(secrets.token_bytes(12))}
    key = stretched(passphrase, raw(said["salt"]), cost)
    box = AESGCM(key).encrypt(raw(said["nonce"]), bytes.fromhex(made.secret), canonical(said))
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(canonical({**said, "box": text(box)}) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as trouble:
        raise CannotWrite(name=path.name) from trouble
    return made


def open_signing_key(path: Path, passphrase: str) -> SigningKey:
    """Open a key file. Takes about 0.2 s, on purpose. Raises KeyFileRefused, CannotRead."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as trouble:
        raise CannotRead(name=path.name) from trouble
    try:
        said = json.loads(data) if len(data) <= MAX_FILE_BYTES else {}
        box = raw(said.pop("box"))
        cost = Cost(said["memory_kib"], said["passes"], said["lanes"])
        if said["jinmen_pack_key"] != FORMAT or not cost.allowed() or not isinstance(said["name"], str):
            raise ValueError("no key")
        key = stretched(passphrase, raw(said["salt"]), cost)
        secret = AESGCM(key).decrypt(raw(said["nonce"]), box, canonical(said)).hex()
        return SigningKey(said["name"], str(said["sign_public"]), secret)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidTag) as trouble:
        raise KeyFileRefused() from trouble
