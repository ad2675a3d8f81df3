"""How keys are wrapped: a passphrase stretched by Argon2id or a printed code by HKDF, and a box of AES-256-GCM.

Everything that is bound to a box travels as its additional data in one canonical form of JSON, so not a letter of it
can be changed.
"""

import base64
import json
import secrets
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.errors import KeysMissing, WeakPassphrase, WrongPassphrase
from models.security.strength import too_easy

_SHARED = 1  # format of a shared key
_SALT, _NONCE = 16, 12  # bytes


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
UNSTRETCHED = Cost(0, 0, 0)  # what is said where a key was not stretched, because nobody can guess it


def stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """32 bytes from a passphrase (NFKC: however the input method composed or widened its characters), slow on purpose.

    Raises ValueError for a cost outside the floor and the ceiling.
    """
    if not cost.allowed():
        raise ValueError("the cost lies outside the floor and the ceiling")
    words = unicodedata.normalize("NFKC", passphrase).encode()
    return hash_secret_raw(words, salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID)


def derived(key: bytes, purpose: str, length: int, *, salt: str = "") -> bytes:
    """Another key from one that nobody can guess (HKDF-SHA256), for one purpose."""
    return HKDF(SHA256(), length, salt.encode() or None, f"jinmen {purpose} v1".encode()).derive(key)


def boxed(key: bytes, data: bytes, bound: Any) -> str:
    """Data that only the key opens, as text (nonce and box in base64). bound: what must not change beside it."""
    nonce = secrets.token_bytes(_NONCE)
    return text(nonce + AESGCM(key).encrypt(nonce, data, canonical(bound)))


def unboxed(key: bytes, box: str, bound: Any) -> bytes | None:
    """The data again; None where the key is another one, or box or bound were changed."""
    try:
        data = raw(box)
        return AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], canonical(bound))
    except (InvalidTag, ValueError):
        return None


def new_salt() -> bytes:
    """Sixteen random bytes."""
    return secrets.token_bytes(_SALT)


def wrap_shared(key: bytes, passphrase: str, purpose: str, *, cost: Cost = STANDARD) -> dict[str, Any]:
    """A key that several computers share, as it may lie open: only who knows the passphrase can use it.

    Purpose is bound to it. Raises WeakPassphrase.
    """
    if too_easy(passphrase):
        raise WeakPassphrase()
    salt, nonce = new_salt(), secrets.token_bytes(_NONCE)
    said = {"format": _SHARED, "purpose": purpose, **asdict(cost), "salt": text(salt), "nonce": text(nonce)}
    box = AESGCM(stretched(passphrase, salt, cost)).encrypt(nonce, key, canonical(said))
    return {**said, "box": text(box)}


def unwrap_shared(said: dict[str, Any], passphrase: str, purpose: str) -> bytes:
    """The key again. Raises WrongPassphrase; KeysMissing where it was changed or is of another purpose."""
    try:
        cost = Cost(said["memory_kib"], said["passes"], said["lanes"])
        salt, nonce, box = raw(said["salt"]), raw(said["nonce"]), raw(said["box"])
        known = said["format"] == _SHARED and said["purpose"] == purpose and cost.allowed()
        whole = known and (len(salt), len(nonce)) == (_SALT, _NONCE)
    except (KeyError, TypeError, ValueError) as trouble:
        raise KeysMissing() from trouble
    if not whole:
        raise KeysMissing()
    bound = canonical({name: value for name, value in said.items() if name != "box"})
    try:
        return AESGCM(stretched(passphrase, salt, cost)).decrypt(nonce, box, bound)
    except InvalidTag as trouble:
        raise WrongPassphrase() from trouble


def canonical(value: Any) -> bytes:
    """A value as JSON of which there is one form only."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def text(data: bytes) -> str:
    """Bytes as JSON carries them."""
    return base64.b64encode(data).decode()


def raw(said: str) -> bytes:
    """The bytes again. Raises ValueError."""
    return base64.b64decode(said, validate=True)
