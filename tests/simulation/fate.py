"""Time and randomness of a simulated history: whatever the program asks the world for comes from one seed.

Sealing by age draws randomness that cannot be seeded, so it is replaced by a box that only its addressee opens; age
itself has its own tests, and nothing in a history depends on what the sealed bytes look like.
"""

import hashlib
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

import uuid_utils

from models.security import device
from models.services import rights
from models.store import device_mark
from models.sync import content

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


class Time:
    """The true time, which no computer knows."""

    def __init__(self) -> None:
        self.moment = START

    def passes(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class WrongClock:
    """The clock of one computer: the true time, and so many days beside it."""

    def __init__(self, time: Time) -> None:
        self.time, self.days_off = time, 0.0

    def now(self) -> datetime:
        return self.time.moment + timedelta(days=self.days_off)


def _box(publics: list[str], data: bytes, nonce: bytes) -> bytes:
    if any(not public.startswith("box1") for public in publics):
        raise ValueError("no such recipient")
    return hashlib.sha256(publics[0].encode()).digest() + nonce + data


def _open_box(secret: str, sealed: bytes) -> bytes | None:
    right = hashlib.sha256(_public(secret).encode()).digest()
    return sealed[48:] if sealed[:32] == right else None


def _public(secret: str) -> str:
    return "box1" + hashlib.sha256(secret.encode()).hexdigest()


def keys_of(name: str) -> dict[str, str]:
    """The same keys for the same name."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    secret = hashlib.sha256(f"sign {name}".encode()).digest()
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    box = hashlib.sha256(f"box {name}".encode()).hexdigest()
    return {"sign_secret": secret.hex(), "sign_public": public.hex(), "age_secret": box, "age_public": _public(box)}


@contextmanager
def in_the_hands_of(chance: random.Random, time: Time) -> Iterator[None]:
    """Let the program draw its ids, salts and sealed boxes from this source of chance."""
    counter = [0]

    def next_id() -> uuid.UUID:
        counter[0] += 1
        high = int(time.moment.timestamp() * 1000) << 80 | 0x7 << 76 | (counter[0] & 0xFFF) << 64
        return uuid.UUID(int=high | 0x8 << 60 | chance.getrandbits(60))

    with (
        patch.object(uuid_utils, "uuid7", next_id),
        patch.object(content, "os", SimpleNamespace(urandom=chance.randbytes)),
        patch.object(rights, "secrets", SimpleNamespace(token_hex=lambda n: chance.randbytes(n).hex())),
        patch.object(device_mark, "secrets", SimpleNamespace(token_hex=lambda n: chance.randbytes(n).hex())),
        patch.object(device, "seal", lambda publics, data: _box(publics, data, chance.randbytes(16))),
        patch.object(device, "unseal", _open_box),
    ):
        yield
