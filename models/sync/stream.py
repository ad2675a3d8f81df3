"""What files say about a stream of scoped records: how far it goes, how far the receiver came, what left the scope.

A stream goes from an office to one partner. Its files are numbered; each leads from one point to a later one, and a
point is a number and a mark drawn at random, since an office that was put back from a backup uses numbers again. The
last file of an export says the digest of everything that the stream has brought by then. FORMAT.md describes it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MAX_LEFT = 100_000  # records named as having left the scope, or as being in it again, in one file
MAX_WANTS = 500  # contents of sealed files named as wanted
MAX_FILES = 5000  # contents of sealed files named as arrived
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_CODE = re.compile(r"[0-9]{2,12}\Z")
_WORD = re.compile(r"[0-9A-Za-z-]{1,36}\Z")
_MOST = 2**53

Point = tuple[int, str]  # number and mark; (0, "") before the first file
START: Point = (0, "")


@dataclass(frozen=True)
class Down:
    """What a file of a stream says of itself."""

    epoch: str  # of the stream; a new one begins with everything in scope
    since: Point
    cursor: Point
    set_digest: str  # of all operations of the stream up to the cursor; empty within an export
    scope: tuple[str, ...]  # codes: 12 digits a community, 9 a street, 6 a district
    left: tuple[str, ...] = ()  # households and residents that are brought up to date no more
    stays: tuple[str, ...] = ()  # such as were named so once and are in the scope again

    def wire(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {
            "epoch": self.epoch,
            "since": list(self.since),
            "cursor": list(self.cursor),
            "set": self.set_digest,
            "scope": list(self.scope),
            **({"left": list(self.left)} if self.left else {}),
            **({"stays": list(self.stays)} if self.stays else {}),
        }


@dataclass(frozen=True)
class Got:
    """How far the receiver of a stream says it came."""

    epoch: str
    at: Point
    set_digest: str  # of what it holds of the stream up to there; empty within an export
    anew: bool = False  # something does not fit: please send everything again

    def wire(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {"epoch": self.epoch, "at": list(self.at), "set": self.set_digest, "anew": self.anew}


def read_down(said: object) -> Down | None:
    """The member `down` of a manifest; None where there is none. Raises ValueError where it is something else."""
    if said is None:
        return None
    if not isinstance(said, dict):
        raise ValueError("down")
    found = Down(
        _matching(_WORD, said.get("epoch")),
        _point(said.get("since")),
        _point(said.get("cursor")),
        _digest(said.get("set")),
        _all(_CODE, said.get("scope"), 1000),
        _all(_WORD, said.get("left", []), MAX_LEFT),
        _all(_WORD, said.get("stays", []), MAX_LEFT),
    )
    if found.cursor[0] <= found.since[0]:
        raise ValueError("down")
    return found


def read_got(said: object) -> Got | None:
    """The member `got` of a manifest or receipt; None where there is none. Raises ValueError for anything else."""
    if said is None:
        return None
    if not isinstance(said, dict) or type(said.get("anew", False)) is not bool:
        raise ValueError("got")
    epoch = _matching(_WORD, said.get("epoch"))
    return Got(epoch, _point(said.get("at")), _digest(said.get("set")), said.get("anew", False))


def read_hashes(said: object) -> tuple[str, ...] | None:
    """SHA-256 of sealed files; None where nothing is said of them. Raises ValueError for anything else."""
    return None if said is None else _all(_HASH, said, MAX_FILES)


def set_digest(total: int) -> str:
    """A digest as it travels: the sum of the ids of operations, as numbers, modulo 2 to the 256, 64 hex digits."""
    return f"{total % 2**256:064x}"


def sum_of(ids: Iterable[str]) -> int:
    """The sum of ids as numbers: independent of order, and of how they were spread over files."""
    return sum(int(one, 16) for one in ids)


def agree(mark: str, said_mark: str, digest: str, said_digest: str) -> bool:
    """Whether two sides mean the same by a point of a stream: its mark, and the digest of everything up to it.

    An empty digest says nothing. This is the one guard of every stream against silent loss: an office that was put back
    from a backup uses numbers again, and an operation may be missing that nobody misses.
    """
    return mark == said_mark and (not digest or not said_digest or digest == said_digest)


def _point(said: object) -> Point:
    if not isinstance(said, list) or len(said) != 2 or type(said[0]) is not int or not 0 <= said[0] < _MOST:
        raise ValueError("point")
    if said[0] == 0:
        return START
    return said[0], _matching(_WORD, said[1])


def _digest(said: object) -> str:
    return "" if said == "" else _matching(_HASH, said)


def _all(pattern: re.Pattern[str], said: object, most: int) -> tuple[str, ...]:
    if not isinstance(said, list) or len(said) > most:
        raise ValueError("list")
    return tuple(_matching(pattern, one) for one in said)


def _matching(pattern: re.Pattern[str], said: object) -> str:
    if not isinstance(said, str) or not pattern.match(said):
        raise ValueError("text")
    return said
