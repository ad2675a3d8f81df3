"""The sealed, signed file that everything travels in: an outside that says nothing of anybody, and a payload.

    JINMEN-BATCH 1 \\n  header, one line of JSON \\n  Ed25519 signature, 64 bytes  payload = age(zstd(lines of UTF-8))

The frame is that of models.signed_file; its header also names the addressee, so the whole file is vouched for before
anything is decrypted. FORMAT.md describes every field for other implementations.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import zstandard

from models.errors import BatchRefused
from models.security import device
from models.signed_file import LAST_MOMENT, Format
from models.sync.content import canonical

Kind = Literal["batch", "receipt", "file"]

VERSION = 1
SCHEMA = 1  # what the records look like; said for the reader's information, never a reason to refuse
MAX_HEADER_BYTES = 8 * 1024
MAX_RAW_BYTES = 64 * 1024 * 1024  # of the lines, before compression
MAX_FILE_BYTES = MAX_RAW_BYTES + 1024 * 1024
_LEVEL = 3
_SMALL, _SMALL_LEVEL = 400_000, 15  # bytes of a day's work: a fifth smaller, and packed in a moment all the same
_FORMATS: dict[Kind, Format] = {
    "batch": Format("BATCH", VERSION, MAX_HEADER_BYTES, BatchRefused, "not_a_batch"),
    "receipt": Format("RECEIPT", VERSION, MAX_HEADER_BYTES, BatchRefused, "not_a_batch"),
    "file": Format("FILE", VERSION, MAX_HEADER_BYTES, BatchRefused, "not_a_batch"),
}


@dataclass(frozen=True)
class Header:
    """The readable line of a file. No field says anything about a person.

    The field names are those of the file, except that `sender` is written as `from`.
    """

    sender: str  # key id of the installation that made the file
    to: str  # key id of the installation it is sealed to
    batch: str  # one export, whatever number of files it has
    part: int  # 1 ... of
    of: int
    raw: int  # bytes of the lines before compression
    len: int  # bytes of the payload
    sha: str  # SHA-256 of the payload, hex: the identity of this file
    made_at: int  # milliseconds since 1970 UTC, by the sender's clock; for display only
    v: int = VERSION
    schema: int = SCHEMA

    def line(self) -> bytes:
        """The header as it stands in the file, without the line end."""
        said = asdict(self)
        said["from"] = said.pop("sender")
        return canonical(said)


@dataclass(frozen=True)
class Reader:
    """Who opens files: the own key id and secret age key, and how to find the signature key of a trusted sender."""

    id: str
    age_secret: str
    sign_key_of: Callable[[str], str | None]  # key id of a sender -> Ed25519 public key, hex; None: not trusted
    is_revoked: Callable[[str], bool] = lambda _sender: False  # whose files are refused for good

    def __repr__(self) -> str:
        return f"Reader({self.id})"  # never the key


@dataclass(frozen=True)
class Opened:
    """A file that passed every check of the envelope."""

    header: Header
    lines: tuple[bytes, ...]


def seal(
    kind: Kind,
    lines: list[bytes],
    *,
    sender: str,
    sign_secret: str,
    to: str,
    recipient: str,
    batch: str,
    made_at: int,
    part: int = 1,
    of: int = 1,
) -> bytes:
    """The bytes of one file.

    Sender and to are key ids, recipient is the age recipient of the addressee. Raises ValueError where the lines are
    larger than a reader accepts.
    """
    raw = b"".join(line + b"\n" for line in lines)
    if len(raw) > MAX_RAW_BYTES:
        raise ValueError("too much for one file")
    level = _SMALL_LEVEL if len(raw) <= _SMALL else _LEVEL
    # Told the size, it takes memory after it; else 64 MB for a file of any size, which took longer than all the rest.
    packer = zstandard.ZstdCompressor(level=level, write_checksum=False, write_content_size=False)
    packing = packer.compressobj(size=len(raw))
    packed = packing.compress(raw) + packing.flush()
    payload = device.seal([recipient], packed)
    header = Header(
        sender=sender,
        to=to,
        batch=batch,
        part=part,
        of=of,
        raw=len(raw),
        len=len(payload),
        sha=hashlib.sha256(payload).hexdigest(),
        made_at=made_at,
    )
    signed = _FORMATS[kind].start() + header.line() + b"\n"
    return signed + device.sign(sign_secret, signed) + payload


def unseal(kind: Kind, data: bytes, reader: Reader) -> Opened:
    """Check a file in the order of cost, then decrypt it.

    Raises BatchRefused with reason not_a_batch, newer, revoked, unknown_sender, bad_signature, other_office,
    damaged, too_large or bad_content. Nothing is decrypted before the signature, the addressee, the length and the hash
    are right, and never more is inflated than the header says.
    """
    file = _FORMATS[kind]
    frame = file.read(data)
    header = _header(frame.said)
    if reader.is_revoked(header.sender):
        raise BatchRefused(reason="revoked")
    sign_key = reader.sign_key_of(header.sender)
    if sign_key is None:
        raise BatchRefused(reason="unknown_sender")
    if not device.verify(sign_key, frame.signature, frame.signed):
        raise BatchRefused(reason="bad_signature")
    if header.to != reader.id:
        raise BatchRefused(reason="other_office")
    file.check_payload(frame.payload, header.len, header.sha, header.raw, MAX_RAW_BYTES)
    packed = device.unseal(reader.age_secret, frame.payload)
    if packed is None:
        raise BatchRefused(reason="damaged")
    raw = file.inflate(packed, header.raw)
    if not raw.endswith(b"\n"):
        raise BatchRefused(reason="bad_content")
    return Opened(header, tuple(raw[:-1].split(b"\n")))


def peek(kind: Kind, data: bytes) -> Header:
    """The header of a file whose signature was not looked at: good for messages, not for decisions.

    Raises BatchRefused with reason not_a_batch or newer.
    """
    return _header(_FORMATS[kind].read(data).said)


def whole(kind: Kind, data: bytes) -> Header:
    """The header of a file of one's own that lies somewhere, if all its bytes are still as they were written.

    Raises BatchRefused with reason not_a_batch, newer, damaged or too_large. Says nothing of who made the file.
    """
    file = _FORMATS[kind]
    frame = file.read(data)
    header = _header(frame.said)
    file.check_payload(frame.payload, header.len, header.sha, header.raw, MAX_RAW_BYTES)
    return header


def _header(said: Mapping[str, Any]) -> Header:
    texts = _all(said, ("from", "to", "batch", "sha"), str)
    numbers = _all(said, ("part", "of", "raw", "len", "made_at", "v", "schema"), int)
    if texts is None or numbers is None or max(map(len, texts.values())) > 64:
        raise BatchRefused(reason="not_a_batch")
    if not all(0 <= number <= LAST_MOMENT for number in numbers.values()):
        raise BatchRefused(reason="not_a_batch")
    return Header(sender=texts.pop("from"), **texts, **numbers)


def _all(said: Mapping[str, Any], names: tuple[str, ...], kind: type) -> dict[str, Any] | None:
    """The named members if all are there and of a kind; a bool is no number."""
    found = {name: said.get(name) for name in names}
    return found if all(type(value) is kind for value in found.values()) else None
