"""The card: the public half of an installation, carried to the other side once so that files can be sealed and checked.

A card is signed by itself. That proves that its maker holds the keys and that it arrived whole; that it is the right
office is proved by people, who compare the fingerprint over the telephone or on paper.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

from models.errors import Problem
from models.security import device
from models.sync.content import canonical
from models.texts import _

MAX_CARD_BYTES = 8 * 1024
TEXTS = {"id": 32, "kind": 8, "office_code": 12, "office_name": 200, "sign_public": 64, "age_public": 100}
"""The members of a card, and the most characters of each."""


class CardRefused(Problem):
    """A file is no card, or was changed on the way."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This is not a sync card, or it was changed on the way. Nothing was changed here. "
            "Ask the other side to write its card again."
        )


@dataclass(frozen=True)
class Card:
    """An office or a device that files are exchanged with."""

    id: str  # key id
    kind: Literal["office", "device"]
    office_code: str
    office_name: str
    sign_public: str  # Ed25519, hex
    age_public: str  # age recipient

    @property
    def fingerprint(self) -> str:
        """Six groups of five digits to read out and compare: 99 bits over both public keys."""
        number = int(hashlib.sha256(_both(self.sign_public, self.age_public)).hexdigest(), 16) % 10**30
        digits = f"{number:030d}"
        return " ".join(digits[at : at + 5] for at in range(0, 30, 5))


def key_id(sign_public: str, age_public: str) -> str:
    """How files name an installation: 32 hex digits over both of its public keys."""
    return hashlib.sha256(b"jinmen-key-1" + _both(sign_public, age_public)).hexdigest()[:32]


def write_card(card: Card, sign_secret: str) -> bytes:
    """The bytes of a card file."""
    said = {"jinmen_card": 1, **{name: getattr(card, name) for name in TEXTS}}
    return canonical({**said, "signature": device.sign(sign_secret, canonical(said)).hex()}) + b"\n"


def read_card(data: bytes) -> Card:
    """Read a card file. Raises CardRefused where it is none, was changed, or its keys are no keys."""
    try:
        if len(data) > MAX_CARD_BYTES:
            raise ValueError("too large")
        said = json.loads(data.decode("utf-8"))
        signature = bytes.fromhex(said.pop("signature"))
        card = Card(**{name: said[name] for name in TEXTS})
        fitting = all(isinstance(said[name], str) and len(said[name]) <= most for name, most in TEXTS.items())
        device.seal([card.age_public], b"")  # raises ValueError where the key is none
        genuine = fitting and said["jinmen_card"] == 1 and card.kind in ("office", "device")
        if not genuine or card.id != key_id(card.sign_public, card.age_public):
            raise ValueError("not genuine")
        if not device.verify(card.sign_public, signature, canonical(said)):
            raise ValueError("signature")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as trouble:
        raise CardRefused() from trouble
    return card


def _both(sign_public: str, age_public: str) -> bytes:
    return f"{sign_public}\n{age_public}".encode()
