"""The key of the columns that are sealed on a shared database (models.records.sealed).

AES-256 both ways: GCM with a fresh nonce for what is only read back, SIV for what must be found again by being equal.
The label of the column is bound to each value, so none can be moved to another column.
"""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.errors import SealedValueDamaged

KEY_BYTES = 32
_NONCE = 12
_ONCE, _SAME, _BYTES = "1", "2", "3"  # the first sign of a sealed value: how it is sealed, and of what


class ColumnKey:
    """Seals and opens values of the columns named in models.records. Never shows or pickles its key."""

    def __init__(self, key: bytes) -> None:
        """Key: 32 random bytes that all desks of the office share."""
        if len(key) != KEY_BYTES:
            raise ValueError(f"the key has {KEY_BYTES} bytes")
        self._once = AESGCM(_derived(key, b"jinmen-columns-once", 32))
        self._same = AESSIV(_derived(key, b"jinmen-columns-same", 64))
        self._blind = _derived(key, b"jinmen-columns-blind", 32)

    def __repr__(self) -> str:
        return "ColumnKey()"

    def __reduce__(self) -> str:
        raise TypeError("keys are not pickled")

    def seal(self, column: str, value: object, *, alike: bool) -> str:
        """The sealed form of a JSON value or of bytes. Alike: equal values of a column look equal."""
        kind = _BYTES if isinstance(value, bytes) else _SAME if alike else _ONCE
        said = value if isinstance(value, bytes) else _said(value)
        if kind == _SAME:
            box = self._same.encrypt(said, [column.encode()])
        else:
            nonce = secrets.token_bytes(_NONCE)
            box = nonce + self._once.encrypt(nonce, said, (kind + column).encode())
        return kind + base64.b64encode(box).decode()

    def open(self, column: str, sealed: str) -> Any:
        """The value again.

        Raises SealedValueDamaged(column=...) where it was changed, is of another column or under another key.
        """
        kind = sealed[:1]
        try:
            box = base64.b64decode(sealed[1:], validate=True)
            if kind == _SAME:
                said = self._same.decrypt(box, [column.encode()])
            elif kind in (_ONCE, _BYTES):
                said = self._once.decrypt(box[:_NONCE], box[_NONCE:], (kind + column).encode())
            else:
                raise SealedValueDamaged(column=column)
        except (InvalidTag, ValueError) as trouble:  # ValueError: no base64, or too short
            raise SealedValueDamaged(column=column) from trouble
        return said if kind == _BYTES else json.loads(said)

    def blind(self, text: str) -> str:
        """A text that can be compared for equality and not read: for what numbers are found by."""
        return hmac.new(self._blind, text.encode(), hashlib.sha256).hexdigest()[:32]


def _derived(key: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(key)


def _said(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
