"""What a file says of the audit chain of the computer that made it, so that the receiver sees when rows are cut off."""

from collections.abc import Mapping
from typing import Any

from models.security.audit_seal import anchor_of

_NAMES = {"chain", "seq", "hash", "after"}


def read_place(said: object) -> dict[str, Any] | None:
    """The newest row of a chain, and the place of the chain before at which it began: None where nothing is said.

    Raises ValueError where it says something that the format does not know.
    """
    if said is None:
        return None
    head = anchor_of(said)
    if head is None or not isinstance(said, Mapping) or not said.keys() <= _NAMES:
        raise ValueError("no place of a chain")
    after = anchor_of(said.get("after"))
    if after is None and said.get("after") is not None:
        raise ValueError("no place of a chain")
    return {**head.said(), "after": after.said() if after else None}
