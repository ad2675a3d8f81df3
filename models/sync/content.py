"""What an operation says, and its identity: the hash over everything but the values.

A value enters the hash by a salted hash of its own, so that a lawful erasure can blank the value (and its salt) at
every node without breaking the chain. FORMAT.md describes the same for other implementations.
"""

import hashlib
import json
import json.encoder
import os
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

FieldChange = dict[str, Any]  # {"v": value, "s": salt, "h": hash, "p": [operation ids replaced]}


def compact_writer(*, sort_keys: bool) -> Callable[[object], str]:
    """A function that writes JSON without spaces, raw Unicode, no NaN; raises ValueError, TypeError, RecursionError.

    JSONEncoder.encode() makes a new encoder for every value, which costs more than writing most of them; here one is
    kept, where Python has it in C.
    """
    plain = json.JSONEncoder(ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"), allow_nan=False)
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    quoted = json.encoder.encode_basestring
    if make is None:
        return plain.encode
    encoder = make(None, plain.default, quoted, None, ":", ",", sort_keys, False, False)

    def write(value: object) -> str:
        return quoted(value) if isinstance(value, str) else "".join(encoder(value, 0))

    return write


_write = compact_writer(sort_keys=True)
_hashed = itemgetter("district", "device", "seq", "prev", "clock", "at", "worker", "verb", "entity", "row", "office")


def canonical(value: object) -> bytes:
    """The one way a JSON value is written for hashing: sorted keys, no spaces, UTF-8, no NaN."""
    return _write(value).encode()


def value_hash(salt: str, value: object) -> str:
    """The commitment to a value: the first 32 hex digits of SHA-256 over salt and canonical value."""
    return hashlib.sha256((salt + _write(value)).encode()).hexdigest()[:32]


def field_change(value: object, replaced: Iterable[str]) -> FieldChange:
    """A new value of a field, with a fresh salt, and the operations whose value it replaces."""
    salt = os.urandom(8).hex()
    return {"v": value, "s": salt, "h": value_hash(salt, value), "p": sorted(replaced)}


def field_changes(values: Mapping[str, object]) -> dict[str, FieldChange]:
    """field_change() for the fields of a new record, which replace nothing."""
    salts = os.urandom(8 * len(values)).hex()  # asking the system once costs as much as for a single field
    changes: dict[str, FieldChange] = {}
    for at, (name, value) in enumerate(values.items()):
        salt = salts[16 * at : 16 * at + 16]
        changes[name] = {"v": value, "s": salt, "h": value_hash(salt, value), "p": []}
    return changes


def operation_id(operation: Mapping[str, Any]) -> str:
    """The content hash of an operation given as a mapping with the columns of models.records.operation.Operation."""
    fields = {name: [change["h"], change["p"]] for name, change in operation["fields"].items()}
    return hashlib.sha256(canonical(["jinmen-op-1", *_hashed(operation), fields])).hexdigest()


def is_genuine(operation: Mapping[str, Any]) -> bool:
    """Whether the id fits the content and every value that is still there fits its hash."""
    for change in operation["fields"].values():
        erased = change.get("erased") is True and change.get("v") is None
        if not erased and value_hash(change["s"], change["v"]) != change["h"]:
            return False
    return bool(operation_id(operation) == operation["id"])


def next_clock(last: int, now_ms: int) -> int:
    """The hybrid logical clock: milliseconds in the upper bits, twelve bits of counter below; never backwards."""
    return max(last + 1, now_ms << 12)
