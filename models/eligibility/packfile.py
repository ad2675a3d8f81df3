"""Pack files (.jmpack): a whole set of packs in one signed file that is passed on and kept for years.

    JINMEN-PACK 1 \\n  header, one line of JSON \\n  Ed25519 signature, 64 bytes  payload = zstd(JSON {name: text})

The frame is that of models.signed_file: the whole file is vouched for before anything is unpacked. Nothing is ever
written to disk by a name from the file.
resources/policies/README.md describes every field.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

import zstandard

from models.eligibility.loader import hashes
from models.eligibility.packset import MAX_FILES, MAX_SET_BYTES, PROGRAM_FILES, PackFiles, fitting_name, limit_of
from models.eligibility.policies import Policies
from models.errors import Problem
from models.signed_file import LAST_MOMENT, SIGNATURE_BYTES, Format
from models.texts import _

ENDING = ".jmpack"
VERSION = 1
MAX_HEADER_BYTES = 64 * 1024
MAX_FILE_BYTES = 16 * 1024 * 1024
_MAX_RAW_BYTES = MAX_SET_BYTES + MAX_SET_BYTES // 4  # texts grow a little when written as JSON
_LEVEL = 9
_UNSIGNED = bytes(SIGNATURE_BYTES)
_TITLE = 200
_NOTES = 4000

Verify = Callable[[str, bytes, bytes], bool]
"""(public key in hex, signature, data) -> whether it is genuine; models.security.device.verify."""


class PackFileRefused(Problem):
    """A pack file was not accepted. Facts: reason, one of the keys below."""

    def sentence(self) -> str:
        """Tell the worker."""
        reasons = {
            "not_a_pack": _("This is not a pack file of Jinmen."),
            "newer": _("This pack file was made by a newer Jinmen. Please update the program."),
            "bad_signature": _("The signature does not fit: the file was changed or damaged on the way."),
            "unsigned": _("Nobody has signed this pack file."),
            "damaged": _("The file is incomplete or damaged. Ask for it to be sent again."),
            "too_large": _("The file is larger than a pack file can be, or says one size and holds another."),
            "bad_content": _("The file's content does not follow the format."),
        }
        reason = reasons.get(str(self.facts.get("reason")), reasons["damaged"])
        return _("{reason} No rule was changed.").format(reason=reason)


_FORMAT = Format("PACK", VERSION, MAX_HEADER_BYTES, PackFileRefused, "not_a_pack")


@dataclass(frozen=True)
class PackHeader:
    """The readable line of a pack file, in the order of the format's description."""

    v: int
    title: str
    issuer: str  # who signs, as they call themselves; the key says who it is
    notes: str  # what the set changes, in the words of its issuer
    hash: str  # of the set: loader.hashes
    packs: Mapping[str, str]  # pack id -> the hash that determinations carry
    services: int
    verified_on: str  # the latest day on which somebody compared it with the texts, ISO
    made_at: int  # milliseconds since 1970 UTC, by the maker's clock
    sign_public: str  # Ed25519, hex; "" for a set kept unsigned inside a casebook
    raw: int  # bytes of the payload before compression
    len: int  # bytes of the payload
    sha: str  # SHA-256 of the payload, hex

    @property
    def verified(self) -> date:
        """verified_on as a day."""
        return date.fromisoformat(self.verified_on)

    @property
    def fingerprint(self) -> str:
        """Of the key that signed; "" where nobody did."""
        return fingerprint(self.sign_public) if self.sign_public else ""


@dataclass(frozen=True)
class PackContents:
    """A pack file that passed every check of the envelope: its rules have not been looked at yet."""

    header: PackHeader
    files: PackFiles = field(repr=False)
    data: bytes = field(repr=False)  # the file itself, to be kept and passed on


def fingerprint(sign_public: str) -> str:
    """Six groups of five digits to read out and compare, over a key that signs packs."""
    number = int(hashlib.sha256(b"jinmen-pack-key-1\n" + sign_public.encode()).hexdigest(), 16) % 10**30
    digits = f"{number:030d}"
    return " ".join(digits[at : at + 5] for at in range(0, 30, 5))


def rules_of(files: PackFiles) -> dict[str, bytes]:
    """The files that a pack file carries: all but the program's own sentences and questions."""
    return {name: content for name, content in sorted(files.items()) if name not in PROGRAM_FILES}


def write_pack_file(
    policies: Policies,
    *,
    title: str,
    issuer: str = "",
    notes: str = "",
    made_at: int,
    sign_public: str = "",
    sign: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """The bytes of a pack file with the set that these policies were read from.

    Sign: gives the signature over some bytes with the secret of sign_public; None: unsigned, to be kept inside a
    casebook. Raises ValueError where a text is too long or cannot be printed, or the set is larger than readers accept.
    """
    files = rules_of(policies.files)
    raw = _canonical({name: content.decode("utf-8") for name, content in files.items()})
    payload = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=False).compress(raw)
    whole, packs = hashes(files)
    header = PackHeader(
        v=VERSION,
        title=title,
        issuer=issuer,
        notes=notes,
        hash=whole,
        packs=packs,
        services=len(policies.services),
        verified_on=policies.verified_on.isoformat(),
        made_at=made_at,
        sign_public=sign_public,
        raw=len(raw),
        len=len(payload),
        sha=hashlib.sha256(payload).hexdigest(),
    )
    if not _printable(header) or len(raw) > _MAX_RAW_BYTES or len(files) > MAX_FILES or not title:
        raise ValueError("a title is needed; texts must be printable and short, the set within the limits")
    signed = _FORMAT.start() + _canonical(asdict(header)) + b"\n"
    return signed + (sign(signed) if sign else _UNSIGNED) + payload


def read_pack_file(data: bytes, verify: Verify, *, unsigned: bool = False) -> PackContents:
    """Check a pack file in the order of cost, then unpack it; its rules are for check_files() to look at.

    unsigned: a file without a signature is read too (those that a casebook keeps of shipped sets). Raises
    PackFileRefused with reason not_a_pack, newer, too_large, unsigned, bad_signature, damaged or bad_content. Nothing
    is unpacked before the signature, the length and the hash are right, and never more than the header says.
    """
    if len(data) > MAX_FILE_BYTES:
        raise PackFileRefused(reason="too_large")
    frame = _FORMAT.read(data)
    header = _header(frame.said)
    if not header.sign_public:
        if not unsigned or frame.signature != _UNSIGNED:
            raise PackFileRefused(reason="unsigned")
    elif not verify(header.sign_public, frame.signature, frame.signed):
        raise PackFileRefused(reason="bad_signature")
    _FORMAT.check_payload(frame.payload, header.len, header.sha, header.raw, _MAX_RAW_BYTES)
    files = _files(_FORMAT.inflate(frame.payload, header.raw))
    whole, packs = hashes(files)
    if (whole, packs) != (header.hash, dict(header.packs)):
        raise PackFileRefused(reason="bad_content")
    return PackContents(header, files, data)


def read_header(data: bytes) -> PackHeader:
    """What a pack file says of itself; nothing was verified: good for lists of kept sets, not for decisions.

    Raises PackFileRefused with reason not_a_pack or newer.
    """
    return _header(_FORMAT.read(data).said)


def _header(said: Mapping[str, Any]) -> PackHeader:
    kinds: dict[Any, type] = {str: str, int: int}
    wanted = {each.name: kinds.get(each.type, dict) for each in fields(PackHeader)}
    found = {name: said.get(name) for name in wanted}
    if not all(type(found[name]) is kind for name, kind in wanted.items()):
        raise PackFileRefused(reason="not_a_pack")
    header = PackHeader(**found)  # type: ignore[arg-type]  # the kinds were compared right above
    numbers = (header.services, header.made_at, header.raw, header.len)
    packs = all(isinstance(value, str) and len(value) == 64 for value in header.packs.values())
    if not packs or not all(0 <= number <= LAST_MOMENT for number in numbers) or not _printable(header):
        raise PackFileRefused(reason="not_a_pack")
    try:
        date.fromisoformat(header.verified_on)
    except ValueError as trouble:
        raise PackFileRefused(reason="not_a_pack") from trouble
    return header


def _printable(header: PackHeader) -> bool:
    """Whether the texts of a header can be shown as they are: short, nothing that hides or turns letters round."""
    lines = header.notes.split("\n")
    shown = (header.title, header.issuer, header.hash, header.sha, header.sign_public, *header.packs, *lines)
    return (
        max(map(len, shown)) <= _NOTES
        and len(header.title) <= _TITLE
        and all(text.replace("\u3000", "").isprintable() for text in shown)
    )


def _files(raw: bytes) -> dict[str, bytes]:
    """The files of a payload; every name has a place in a set, every file keeps within its limit."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _text in pairs}) != len(pairs):
            raise ValueError("a name twice")
        return dict(pairs)

    try:
        said = json.loads(raw.decode("utf-8"), object_pairs_hook=unique)
        if not isinstance(said, dict) or not all(isinstance(text, str) for text in said.values()):
            raise ValueError("not names and texts")
        files = {name: text.encode("utf-8") for name, text in said.items()}
    except (ValueError, RecursionError) as trouble:
        raise PackFileRefused(reason="bad_content") from trouble
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_SET_BYTES:
        raise PackFileRefused(reason="too_large")
    for name, content in files.items():
        if not fitting_name(name) or name in PROGRAM_FILES:
            raise PackFileRefused(reason="bad_content")
        if len(content) > limit_of(name):
            raise PackFileRefused(reason="too_large")
    return files


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
