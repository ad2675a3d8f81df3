"""The circle: an office's signed list of who belongs to it, with which keys, for which communities, and who no more.

It is signed by the office itself, beside the seal of the file that carries it, so that whoever passes it on cannot
change it. What a list says adds to what was said before: nobody is forgotten because a list does not name them, and
whom a list revokes stays revoked. So lists may come late, twice, or in any order. FORMAT.md describes it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from models.errors import BatchRefused
from models.security import device
from models.sync.card import TEXTS, Card, key_id
from models.sync.content import canonical

MAX_MEMBERS = 2000
_MOST_SCOPES, _MOST_WORKERS = 500, 50
_MOST = 2**53


@dataclass(frozen=True)
class Member:
    """An office or device that belongs to the circle."""

    card: Card
    scope: tuple[str, ...] = ()  # codes of the communities whose records it is sent; none: everything
    workers: tuple[str, ...] = ()  # names of those who saved with it


@dataclass(frozen=True)
class Revoked:
    """An office or device whose files are refused for good."""

    id: str  # key id
    office_code: str
    name: str
    reason: str  # lost, stolen, left, or in words
    at: int  # milliseconds


@dataclass(frozen=True)
class Circle:
    """The list of an office."""

    office: Card
    members: tuple[Member, ...]
    revoked: tuple[Revoked, ...]
    made_at: int


def write_circle(circle: Circle, sign_secret: str) -> bytes:
    """The content of a circle's file."""
    said = {
        "jinmen_circle": 1,
        "office": _card_wire(circle.office),
        "members": [
            {"card": _card_wire(one.card), "scope": list(one.scope), "workers": list(one.workers)}
            for one in circle.members
        ],
        "revoked": [asdict(one) for one in circle.revoked],
        "made_at": circle.made_at,
    }
    return canonical({**said, "signature": device.sign(sign_secret, canonical(said)).hex()})


def read_circle(content: bytes) -> Circle:
    """Read a circle and check that its office signed it. Raises BatchRefused(bad_content), or newer."""
    try:
        said = json.loads(content.decode("utf-8"))
        signature = bytes.fromhex(said.pop("signature"))
        if type(said["jinmen_circle"]) is not int:
            raise ValueError("version")
        if said["jinmen_circle"] > 1:
            raise BatchRefused(reason="newer")
        office = _card(said["office"])
        if said["jinmen_circle"] != 1 or not device.verify(office.sign_public, signature, canonical(said)):
            raise ValueError("signature")
        members, revoked = said["members"], said["revoked"]
        if not isinstance(members, list) or not isinstance(revoked, list) or len(members) + len(revoked) > MAX_MEMBERS:
            raise ValueError("members")
        return Circle(office, tuple(map(_member, members)), tuple(map(_revoked, revoked)), _number(said["made_at"]))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as trouble:
        raise BatchRefused(reason="bad_content") from trouble


def _card_wire(card: Card) -> dict[str, str]:
    return {name: getattr(card, name) for name in TEXTS}


def _card(said: dict[str, Any]) -> Card:
    card = Card(**{name: _text(said[name], most) for name, most in TEXTS.items()})  # type: ignore[arg-type]
    if card.kind not in ("office", "device") or card.id != key_id(card.sign_public, card.age_public):
        raise ValueError("card")
    device.seal([card.age_public], b"")  # raises ValueError where the key is none
    return card


def _member(said: dict[str, Any]) -> Member:
    return Member(
        _card(said["card"]), _texts(said["scope"], 12, _MOST_SCOPES), _texts(said["workers"], 200, _MOST_WORKERS)
    )


def _revoked(said: dict[str, Any]) -> Revoked:
    texts = {"id": 32, "office_code": 12, "name": 200, "reason": 200}
    return Revoked(**{name: _text(said[name], most) for name, most in texts.items()}, at=_number(said["at"]))


def _texts(said: object, longest: int, most: int) -> tuple[str, ...]:
    if not isinstance(said, list) or len(said) > most:
        raise ValueError("list")
    return tuple(_text(one, longest) for one in said)


def _text(said: object, longest: int) -> str:
    if not isinstance(said, str) or len(said) > longest or "\x00" in said:
        raise ValueError("text")
    return said


def _number(said: object) -> int:
    if type(said) is not int or not 0 <= said < _MOST:
        raise ValueError("number")
    return said


def codes_within(code: str, others: Sequence[str]) -> bool:
    """Whether an office's code lies within one of some others, as a community within its street."""
    return bool(code) and any(other and code.startswith(other) for other in others)
