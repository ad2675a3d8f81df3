"""The frame that pack files, batches and receipts share: two readable lines, a signature, and a payload.

    JINMEN-<KIND> <version> \\n  header, one line of JSON \\n  Ed25519 signature, 64 bytes  payload

The signature covers the first two lines; the header carries the size and hash of the payload. Reading a frame trusts
nothing: who signed, and what the header must say, is for the format that uses it (eligibility.packfile,
sync.envelope), which checks the signature before it looks at the payload.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import zstandard

from models.errors import Problem

SIGNATURE_BYTES = 64
LAST_MOMENT = 253_370_764_800_000  # 9999-01-01, in milliseconds: later moments cannot be shown as a date
_MAX_WINDOW_BYTES = 8 * 1024 * 1024  # of memory that a zstd frame may ask of its reader; ours ask for 2 MiB


@dataclass(frozen=True)
class Frame:
    """A file taken apart. Nothing was verified, and nothing is known of the header but that it is an object."""

    said: Mapping[str, Any]  # the header
    signed: bytes = field(repr=False)  # what the signature is over
    signature: bytes = field(repr=False)
    payload: bytes = field(repr=False)


@dataclass(frozen=True)
class Format:
    """One kind of file in this frame. What is wrong with a file is raised as `refused`, with a reason."""

    kind: str  # PACK, BATCH, RECEIPT
    version: int  # the newest that is understood
    max_header: int  # bytes of the header's line
    refused: type[Problem]
    foreign: str  # the reason given where it is no file of this kind at all

    def start(self) -> bytes:
        """The first line, with its end."""
        return f"{self._name()}{self.version}\n".encode()

    def read(self, data: bytes) -> Frame:
        """Take a file apart. Raises `refused` with the reason foreign, or newer where a later version wrote it."""
        start = self.start()
        if not data.startswith(start):
            name = self._name().encode()
            number = data[:40].split(b"\n")[0].removeprefix(name)
            newer = data.startswith(name) and number.isdigit() and int(number) > self.version
            raise self.refused(reason="newer" if newer else self.foreign)
        end = data.find(b"\n", len(start), len(start) + self.max_header)
        if end < 0:
            raise self.refused(reason=self.foreign)
        payload = end + 1 + SIGNATURE_BYTES
        said = self._header(data[len(start) : end])
        return Frame(said, data[: end + 1], data[end + 1 : payload], data[payload:])

    def check_payload(self, payload: bytes, size: int, sha256: str, raw: int, most: int) -> None:
        """Compare a payload with what its header says: its bytes, their hash, and how many come out of it (1 to most).

        Raises `refused` with the reason damaged, or too_large. Nothing has been unpacked or decrypted then.
        """
        if len(payload) != size or hashlib.sha256(payload).hexdigest() != sha256:
            raise self.refused(reason="damaged")
        if not 0 < raw <= most:
            raise self.refused(reason="too_large")

    def inflate(self, packed: bytes, raw: int) -> bytes:
        """Unpack exactly so many bytes. Raises `refused`: too_large where there are more, damaged where fewer."""
        try:
            unpacker = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW_BYTES)
            unpacked = bytes(unpacker.stream_reader(io.BytesIO(packed)).read(raw + 1))
        except zstandard.ZstdError as trouble:
            raise self.refused(reason="damaged") from trouble
        if len(unpacked) != raw:
            raise self.refused(reason="too_large" if len(unpacked) > raw else "damaged")
        return unpacked

    def _name(self) -> str:
        return f"JINMEN-{self.kind} "

    def _header(self, line: bytes) -> Mapping[str, Any]:
        try:
            said = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as trouble:
            raise self.refused(reason=self.foreign) from trouble
        if not isinstance(said, dict):
            raise self.refused(reason=self.foreign)
        version = said.get("v")
        if type(version) is int and version > self.version:
            raise self.refused(reason="newer")
        return said
