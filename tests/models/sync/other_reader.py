"""A reader of the files of exchange written from models/sync/FORMAT.md alone: it imports nothing of the program.

That it opens the golden files proves that the page is complete. It says what it finds as plain values and raises
Refused with the reason that the page names.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from typing import Any

import pyrage
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEADER_LIMIT, RAW_LIMIT, WINDOW = 8 * 1024, 64 * 1024 * 1024, 8 * 1024 * 1024
TEXTS, NUMBERS = ("from", "to", "batch", "sha"), ("part", "of", "schema", "raw", "len", "made_at", "v")


class Refused(Exception):  # noqa: N818  # named as the page names it
    """A file was refused; the argument is the reason."""


@dataclass
class Keys:
    """Who reads: own key id and age secret; signing keys of those trusted by key id; who was revoked."""

    id: str
    age_secret: str
    trusted: dict[str, str]
    revoked: tuple[str, ...] = ()


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def signed_by(key: str, signature: bytes, data: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def open_envelope(kind: str, data: bytes, keys: Keys) -> tuple[dict[str, Any], bytes]:
    """The header and the raw bytes, after the checks 1 to 7."""
    first, _, rest = data.partition(b"\n")
    name = f"JINMEN-{kind} ".encode()
    if not first.startswith(name) or not first[len(name) :].isdigit():
        raise Refused("not_a_batch")
    if int(first[len(name) :]) > 1:
        raise Refused("newer")
    line, end, behind = rest[: HEADER_LIMIT - 1].partition(b"\n")
    if not end:
        raise Refused("not_a_batch")
    behind = rest[len(line) + 1 :]
    try:
        header = json.loads(line)
        if header["v"] > 1:
            raise Refused("newer")
        texts = all(isinstance(header[one], str) and len(header[one]) <= 64 for one in TEXTS)
        numbers = all(type(header[one]) is int and 0 <= header[one] <= 253370764800000 for one in NUMBERS)
    except (ValueError, KeyError, TypeError):
        raise Refused("not_a_batch") from None
    if not texts or not numbers:
        raise Refused("not_a_batch")
    if header["from"] in keys.revoked:
        raise Refused("revoked")
    if header["from"] not in keys.trusted:
        raise Refused("unknown_sender")
    signature, payload = behind[:64], behind[64:]
    if not signed_by(keys.trusted[header["from"]], signature, first + b"\n" + line + b"\n"):
        raise Refused("bad_signature")
    if header["to"] != keys.id:
        raise Refused("other_office")
    if len(payload) != header["len"] or sha256(payload) != header["sha"]:
        raise Refused("damaged")
    if not 1 <= header["raw"] <= RAW_LIMIT:
        raise Refused("too_large")
    try:
        packed = bytes(pyrage.decrypt(payload, [pyrage.x25519.Identity.from_str(keys.age_secret)]))
        reader = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(io.BytesIO(packed))
        raw = bytes(reader.read(header["raw"] + 1))
    except (pyrage.DecryptError, zstandard.ZstdError):
        raise Refused("damaged") from None
    if len(raw) != header["raw"]:
        raise Refused("too_large" if len(raw) > header["raw"] else "damaged")
    return header, raw


def lines_of(raw: bytes) -> list[Any]:
    if not raw.endswith(b"\n"):
        raise Refused("bad_content")
    return [json.loads(line) for line in raw[:-1].split(b"\n")]


def read_batch(data: bytes, keys: Keys) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The manifest, and the operations with their ids."""
    _header, raw = open_envelope("BATCH", data, keys)
    manifest, *said = lines_of(raw)
    operations, before = [], ""
    for one in said:
        operation = {**one, "prev": one.get("prev", before)}
        fields = {}
        for name, change in one["fields"].items():
            replaced = change.get("p", [])
            h = change["h"] if change.get("erased") else sha256(change["s"].encode() + canonical(change["v"]))[:32]
            fields[name] = [h, replaced]
        names = ("district", "device", "seq", "prev", "clock", "at", "worker", "verb", "entity", "row", "office")
        operation["id"] = before = sha256(canonical(["jinmen-op-1", *(operation[name] for name in names), fields]))
        operations.append(operation)
    ids = "".join(operation["id"] for operation in operations)
    if manifest["count"] != len(operations) or manifest["ids"] != sha256(ids.encode()):
        raise Refused("bad_content")
    return manifest, operations


def read_receipt(data: bytes, keys: Keys) -> dict[str, Any]:
    """The one line."""
    (said,) = lines_of(open_envelope("RECEIPT", data, keys)[1])
    return dict(said)


def read_sealed(data: bytes, keys: Keys) -> tuple[dict[str, Any], bytes]:
    """What the first line says, and the content."""
    header, raw = open_envelope("FILE", data, keys)
    line, _, rest = raw.partition(b"\n")
    said, content = json.loads(line), rest[:-1]
    if said["size"] != len(content) or said["sha"] != sha256(content) or header["batch"] != said["sha"][:32]:
        raise Refused("bad_content")
    if said["kind"] not in ("picture", "pack", "circle"):
        raise Refused("newer")
    return said, content


def read_signed_object(content: bytes, key: str) -> dict[str, Any]:
    """A card or circle: an object with its signature inside."""
    said = json.loads(content)
    signature = bytes.fromhex(said.pop("signature"))
    if not signed_by(key, signature, canonical(said)):
        raise Refused("bad_content")
    return dict(said)


def key_id(sign_public: str, age_public: str) -> str:
    return sha256(b"jinmen-key-1" + f"{sign_public}\n{age_public}".encode())[:32]


def fingerprint(sign_public: str, age_public: str) -> str:
    both = f"{sign_public}\n{age_public}".encode()
    number = f"{int(sha256(both), 16) % 10**30:030d}"
    return " ".join(number[at : at + 5] for at in range(0, 30, 5))


def digest(ids: list[str]) -> str:
    """The digest of a set of operations."""
    return f"{sum(int(one, 16) for one in ids) % 2**256:064x}"
