"""The seal on the audit chain: each row names the hash of the one before it and carries a MAC under a key of its own.

The key of the next row is a one-way function of this row's, and the old one is overwritten. So whoever takes the whole
casebook today, with every key in it, cannot make rows of yesterday that fit the key the chain began with (k0), which is
sealed to somebody else. What the keys cannot show (the newest rows were cut off, or everything was made anew since the
theft) is shown by anchors: places of the chain that are also written down elsewhere.

Forward-secure MACs after M. Bellare, B. Yee, Forward-Security in Private-Key Cryptography (CT-RSA 2003). Pure: rows are
mappings with the columns of models.records.audit.Audit; keys are 32 bytes; hashes and MACs are hex.
"""

import hashlib
import hmac
import json
import json.encoder
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from models.values import CROCKFORD

KEY_BYTES = 32
FORMAT = "jinmen-audit-1"
COLUMNS = ("chain", "seq", "at", "worker", "account", "action", "subject_kind", "subject_id", "fields", "classes")
"""The columns that enter a row's hash as they stand, in this order; after them reason's hash, detail, also and prev."""
_NEXT = b"jinmen audit: the key of the next row"
_MAC_DIGITS = 32  # 128 bits


def _writer() -> Callable[[object], str]:
    """Writes JSON the one way that is hashed. encode() makes an encoder each time, which costs more than a row."""
    plain = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    quoted = json.encoder.encode_basestring
    encoder = make(None, plain.default, quoted, None, ":", ",", True, False, False)
    return lambda value: "".join(encoder(value, 0))


_write = _writer()
Kind = Literal["missing", "changed", "order", "forged", "cut", "remade"]


class Anchor(NamedTuple):
    """A place of a chain as it is written down somewhere else: its row number and that row's hash."""

    chain: str
    seq: int
    hash: str

    def said(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {"chain": self.chain, "seq": self.seq, "hash": self.hash}


def anchor_of(said: object) -> Anchor | None:
    """An anchor from JSON; None where it is none."""
    if not isinstance(said, Mapping):
        return None
    chain, seq, digest = said.get("chain"), said.get("seq"), said.get("hash")
    if not (isinstance(chain, str) and isinstance(digest, str) and type(seq) is int):
        return None
    if not (0 < len(chain) <= 36 and 0 < seq < 2**53 and len(digest) == 64 and set(digest) <= set("0123456789abcdef")):
        return None
    return Anchor(chain, seq, digest)


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written.

    missing: rows between two that are there, or before the first. changed: a row does not fit what the next one says of
    it, or its text does not fit its hash. order: a row stands twice or out of its place. forged: a row was not sealed
    with the key of its place. cut: an anchor, or the chain's own state, names a later row than the last. remade: the
    row in the place of an anchor is another one.
    """

    kind: Kind
    chain: str
    seq: int  # the first row concerned
    count: int = 1  # rows missing or cut off


@dataclass(frozen=True)
class Verdict:
    """What looking through one chain gave."""

    chain: str
    rows: int
    head: Anchor | None  # None: no row
    keyed: bool  # whether k0 was there, so that the MACs were looked at
    anchors: int  # how many anchors of this chain were compared
    findings: tuple[Finding, ...] = field(default=())

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def fresh_key() -> bytes:
    """A new k0."""
    return os.urandom(KEY_BYTES)


def next_key(key: bytes) -> bytes:
    """The key of the row after; nobody can go back from it."""
    return hmac.digest(key, _NEXT, "sha256")


def commit(text: str) -> dict[str, str]:
    """A text as a row keeps it: with a salted hash, so that an erasure can take the text and leave the chain whole."""
    if not text:
        return {}
    salt = os.urandom(16).hex()
    return {"v": text, "s": salt, "h": _text_hash(salt, text)}


def erased(kept: Mapping[str, Any]) -> dict[str, str]:
    """What is left of a text once it is erased."""
    return {"h": str(kept["h"])} if kept.get("h") else {}


def told(kept: Mapping[str, Any]) -> str:
    """The text again; "" where there was none, or it was erased."""
    return str(kept.get("v", ""))


def people_digest(subjects: Iterable[str]) -> str:
    """What a row says of whom else it is about: a hash over their ids; "" for nobody."""
    listed = sorted(set(subjects))
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()[:32] if listed else ""


def row_hash(row: Mapping[str, Any]) -> str:
    """The hash of a row: over everything that it says, the salted hash of its reason and the hash of the row before."""
    said = [row[name] for name in COLUMNS]
    reason = row["reason"].get("h", "")
    return hashlib.sha256(_write([FORMAT, *said, reason, row["detail"], row["also"], row["prev"]]).encode()).hexdigest()


def row_mac(key: bytes, digest: str) -> str:
    """The seal of a row under the key of its place."""
    return hmac.digest(key, digest.encode(), "sha256").hex()[:_MAC_DIGITS]


def seal(row: dict[str, Any], key: bytes) -> tuple[str, bytes]:
    """Put its MAC into a row that has everything else; returns the row's hash and the key of the next row."""
    digest = row_hash(row)
    row["mac"] = row_mac(key, digest)
    return digest, next_key(key)


def short_mark(digest: str) -> str:
    """Eight signs (40 bits) of a head, for paper: nobody finds another chain with the same ones by trying a little."""
    value = int(digest[:10], 16)
    return "".join(CROCKFORD[value >> shift & 31] for shift in range(35, -1, -5))


def opening_hash(rows: Iterable[Mapping[str, Any]]) -> str:
    """One hash over rows that were written before there was a chain, in their order; "" where there are none."""
    folded, any_row = hashlib.sha256(), False
    for row in rows:
        folded.update(row_hash(row).encode())
        any_row = True
    return folded.hexdigest() if any_row else ""


def verify(
    chain: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    key: bytes | None = None,
    anchors: Sequence[Anchor] = (),
    last: Anchor | None = None,
) -> Verdict:
    """Look through one chain; rows in the order of their numbers.

    key: k0, where somebody unsealed it; without it the MACs are not looked at. anchors: what is written down elsewhere;
    those of other chains are passed over. last: what the casebook itself holds to be the newest row.
    """
    wanted: dict[int, set[str]] = {}
    for anchor in (*anchors, *((last,) if last else ())):
        if anchor.chain == chain:
            wanted.setdefault(anchor.seq, set()).add(anchor.hash)
    found: list[Finding] = []
    seq, digest, rows_read = 0, "", 0
    for row in rows:
        rows_read += 1
        here = int(row["seq"])
        if here <= seq:
            found.append(Finding("order", chain, here))
            continue
        if here > seq + 1:
            found.append(Finding("missing", chain, seq + 1, here - seq - 1))
            if key is not None:
                for _step in range(here - seq - 1):
                    key = next_key(key)
        elif row["prev"] != digest:
            found.append(Finding("changed", chain, max(seq, 1)))
        seq, digest = here, row_hash(row)
        if row["chain"] != chain or not _fits(row["reason"]):
            found.append(Finding("changed", chain, seq))
        if key is not None:
            if not hmac.compare_digest(str(row["mac"]), row_mac(key, digest)):
                found.append(Finding("forged", chain, seq))
            key = next_key(key)
        if wanted.pop(seq, {digest}) != {digest}:
            found.append(Finding("remade", chain, seq))
    for place in sorted(wanted):
        if place > seq:
            found.append(Finding("cut", chain, seq + 1, place - seq))
        # else: the row of an anchor is among the missing ones, which were told above
    head = Anchor(chain, seq, digest) if seq else None
    compared = sum(anchor.chain == chain for anchor in anchors)
    return Verdict(chain, rows_read, head, key is not None, compared, tuple(found))


def _text_hash(salt: str, text: str) -> str:
    return hashlib.sha256(_write([salt, text]).encode()).hexdigest()[:32]


def _fits(kept: Mapping[str, Any]) -> bool:
    """Whether a text is the one its hash was made of; an erased one fits."""
    if not kept or kept.keys() == {"h"}:
        return True
    return kept.keys() == {"v", "s", "h"} and _text_hash(str(kept["s"]), str(kept["v"])) == kept["h"]
