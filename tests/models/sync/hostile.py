"""Files that nobody should take in: damaged ones, lying ones and attacks, of eleven kinds, as many as wanted."""

import base64
import hashlib
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import zstandard

from models.security import device
from models.sync.card import key_id
from models.sync.content import canonical

Said = dict[str, Any]
SIGNATURE = 64


@dataclass(frozen=True)
class Maker:
    """Whoever makes files: the keys of an installation."""

    keys: dict[str, str]

    @property
    def id(self) -> str:
        return key_id(self.keys["sign_public"], self.keys["age_public"])


@dataclass(frozen=True)
class Good:
    """A file that would be taken in, opened, and those who are about."""

    data: bytes
    lines: tuple[bytes, ...]
    laptop: Maker  # trusted
    office: Maker  # whose file it is
    stranger: Maker  # nobody knows
    excluded: Maker  # was trusted once
    revoked: Maker  # will never be again

    @property
    def header(self) -> Said:
        said = json.loads(self.data.split(b"\n", 2)[1])
        assert isinstance(said, dict)
        return said

    @property
    def payload(self) -> bytes:
        return self.data.split(b"\n", 2)[2][SIGNATURE:]

    @property
    def outside(self) -> int:
        """Bytes before the payload."""
        return len(self.data) - len(self.payload)

    def signed(
        self, header: Said, payload: bytes, by: Maker | None = None, first: bytes = b"JINMEN-BATCH 1\n"
    ) -> bytes:
        """A file with any header and payload that is signed all the same."""
        start = first + canonical(header) + b"\n"
        return start + device.sign((by or self.laptop).keys["sign_secret"], start) + payload

    def around(self, raw: bytes, by: Maker | None = None, to: Maker | None = None, **header: Any) -> bytes:
        """A correct envelope around any bytes."""
        payload = device.seal([(to or self.office).keys["age_public"]], zstandard.compress(raw))
        told = {"len": len(payload), "sha": hashlib.sha256(payload).hexdigest(), "raw": len(raw)}
        return self.signed({**self.header, **told, "from": (by or self.laptop).id, **header}, payload, by)

    def inside(self, lines: list[bytes]) -> bytes:
        """A correct envelope around any lines."""
        return self.around(b"".join(line + b"\n" for line in lines))


Kind = Callable[[Good, random.Random], bytes]


def cut(good: Good, chance: random.Random) -> bytes:
    return good.data[: chance.randrange(len(good.data))]


def bit_of_the_header(good: Good, chance: random.Random) -> bytes:
    return _flipped(good.data, chance.randrange(good.outside), chance)


def bit_of_the_payload(good: Good, chance: random.Random) -> bytes:
    return _flipped(good.data, chance.randrange(good.outside, len(good.data)), chance)


def for_somebody_else(good: Good, chance: random.Random) -> bytes:
    other = f"{chance.getrandbits(128):032x}"
    header = {**good.header, "to": other}
    return chance.choice(
        (
            good.data.replace(good.office.id.encode(), other.encode(), 1),  # written over
            good.signed(header, good.payload),  # for another office indeed
            good.around(b"\n".join(good.lines) + b"\n", to=good.stranger),  # sealed to another
        )
    )


def by_a_stranger(good: Good, chance: random.Random) -> bytes:
    lines = b"\n".join(good.lines) + b"\n"
    return chance.choice(
        (
            good.signed(good.header, good.payload, good.stranger),
            good.signed({**good.header, "from": good.stranger.id}, good.payload, good.stranger),
            good.around(lines, by=good.stranger),
            good.signed({**good.header, "from": good.office.id}, good.payload, good.stranger),
        )
    )


def by_somebody_excluded(good: Good, chance: random.Random) -> bytes:
    return good.around(b"\n".join(good.lines) + b"\n", by=chance.choice((good.excluded, good.revoked)))


def of_the_future(good: Good, chance: random.Random) -> bytes:
    version = chance.choice((2, 3, 9, 10**6))
    return chance.choice(
        (
            good.signed({**good.header, "v": version}, good.payload),
            good.signed(good.header, good.payload, first=f"JINMEN-BATCH {version}\n".encode()),
            good.data.replace(b"JINMEN-BATCH 1", f"JINMEN-BATCH {version}".encode(), 1),
        )
    )


def bomb(good: Good, chance: random.Random) -> bytes:
    """Little that becomes much: zeros, spaces, line ends or brackets, declared small, right, or beyond all limits."""
    filling = chance.choice((b"\x00", b" ", b"\n", b"[", b'{"a":'))
    size = chance.choice((2**24, 2**26, 2**27))
    packed = zstandard.compress(filling * (size // len(filling)), 1)
    payload = device.seal([good.office.keys["age_public"]], packed)
    raw = chance.choice((1, 1000, size // 2, 2**40, 2**26 + 1))
    told = {"len": len(payload), "sha": hashlib.sha256(payload).hexdigest(), "raw": raw}
    return good.signed({**good.header, **told}, payload)


def lies(good: Good, chance: random.Random) -> bytes:
    """Correctly sealed and signed, but what stands inside does not agree with itself."""
    manifest, *lines = good.lines
    said = json.loads(manifest)
    at = chance.randrange(len(lines))
    line = json.loads(lines[at])
    name = chance.choice(sorted(line["fields"]))
    told: dict[str, Callable[[], list[bytes]]] = {
        "count": lambda: [canonical({**said, "count": said["count"] + chance.choice((-1, 1, 2000))}), *lines],
        "ids": lambda: [canonical({**said, "ids": f"{chance.getrandbits(256):064x}"}), *lines],
        "one less": lambda: [manifest, *lines[:at], *lines[at + 1 :]],
        "one twice": lambda: [manifest, *lines[:at], lines[at], *lines[at:]],
        "in another order": lambda: [manifest, *reversed(lines)],
        "nothing": lambda: [manifest],
        "other value": lambda: [manifest, *_with(lines, at, {**line, "fields": _changed(line, name, v="别的")})],
        "other salt": lambda: [manifest, *_with(lines, at, {**line, "fields": _changed(line, name, s="00")})],
        "other moment": lambda: [manifest, *_with(lines, at, {**line, "at": line["at"] + 1})],
        "other person": lambda: [manifest, *_with(lines, at, {**line, "row": f"{chance.getrandbits(64):036x}"})],
        "same id, other worker": lambda: [manifest, *_with(lines, at, {**line, "worker": "别人"})],
        "an id of its own": lambda: [manifest, *_with(lines, at, {**line, "prev": "f" * 64})],
        "too many": lambda: [canonical({**said, "count": 2001}), *(lines[at] for _ in range(2001))],
    }
    return good.inside(told[chance.choice(sorted(told))]())


def wrong_types(good: Good, chance: random.Random) -> bytes:
    """Correctly sealed and signed, but no such file could have been written by a program of ours."""
    manifest, *lines = good.lines
    at = chance.randrange(len(lines))
    line, said = json.loads(lines[at]), json.loads(manifest)
    name = chance.choice(sorted(line["fields"]))
    odd = chance.choice((None, True, -1, 1.5, 2**63, 10**400, [], {}, "x" * 300, "a\x00b", "\ud800", {"v": []}))
    place = chance.choice(("district", "device", "seq", "clock", "at", "worker", "verb", "entity", "row", "office"))
    if place in ("worker", "verb", "device", "office") and odd == "x" * 300:
        odd = 7  # else it might be short enough
    raw = {
        "a member": json.dumps({**line, place: odd}).encode(),
        "a field": json.dumps({**line, "fields": {name: odd}}).encode(),
        "a name": json.dumps({**line, "fields": {"Name; --": line["fields"][name]}}).encode(),
        "no member": json.dumps({key: value for key, value in line.items() if key != place}).encode(),
        "what it replaces": json.dumps({**line, "fields": _changed(line, name, p=[odd])}).encode(),
        "no number": canonical(line).replace(b'"clock":', b'"clock":NaN,"c":', 1),
        "without end": canonical(line).replace(b'"clock":', b'"clock":-Infinity,"c":', 1),
        "a huge float": canonical({**line, "fields": {name: {"s": "", "v": 0}}}).replace(b'"v":0', b'"v":1e999', 1),
        "digits": canonical(line).replace(b'"clock":', b'"clock":' + b"9" * 50_000 + b',"c":', 1),
        "deep": b"[" * chance.choice((1_000, 100_000, 1_000_000)),
        "deep in a value": canonical(line).replace(b'"v":', b'"v":' + b"[" * 50_000 + b"]" * 50_000 + b',"x":', 1),
        "no text": b"\xff\xfe" + lines[at],
        "half a character": json.dumps({**line, "fields": _changed(line, name, v="\ud83d")}).encode(),
        "a list": canonical([line]),
        "no JSON": lines[at][:-1],
        "nothing": b"",
        "two": lines[at] + lines[at],
    }
    manifests = [
        {**said, "count": odd},
        {**said, "holds": odd if odd != {} else []},
        {**said, "holds": {"d": [[1, "x"]]}},
        {**said, "ids": odd},
        {**said, "device": 5},
    ]
    if chance.random() < 0.2:
        return good.inside([json.dumps(chance.choice(manifests)).encode(), *lines])
    return good.inside([manifest, *lines[:at], raw[chance.choice(sorted(raw))], *lines[at + 1 :]])


def no_batch(good: Good, chance: random.Random) -> bytes:
    """Anything else with this ending."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("changes.jmb", good.data)
    line = canonical(good.header)
    return chance.choice(
        (
            b"",
            b"\n",
            chance.randbytes(chance.randrange(1, 5000)),
            b"%PDF-1.7\n" + chance.randbytes(500),
            archive.getvalue(),
            base64.b64encode(good.data),
            good.data.replace(b"\n", b"\r\n", 3),
            good.data.replace(b"JINMEN-BATCH", b"JINMEN-RECEIPT", 1),
            b"JINMEN-BATCH 1\n" + b"{" * chance.randrange(10, 200_000),
            good.signed({**good.header, "pad": "x" * chance.randrange(8_200, 300_000)}, good.payload),
            b"JINMEN-BATCH 1\n" + b"[" * 5_000 + b"\n" + good.data[-2_000:],
            good.data.replace(line, b"[" + line + b"]", 1),
            good.signed({**good.header, chance.choice(("to", "sha", "batch")): 5}, good.payload),
            good.signed({**good.header, chance.choice(("raw", "len", "part")): "5"}, good.payload),
            good.signed({**good.header, "made_at": 2**60}, good.payload),
        )
    )


KINDS: dict[str, Kind] = {
    kind.__name__: kind
    for kind in (
        cut,
        bit_of_the_header,
        bit_of_the_payload,
        for_somebody_else,
        by_a_stranger,
        by_somebody_excluded,
        of_the_future,
        bomb,
        lies,
        wrong_types,
        no_batch,
    )
}


def _flipped(data: bytes, at: int, chance: random.Random) -> bytes:
    spoilt = bytearray(data)
    spoilt[at] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def _with(lines: list[bytes], at: int, said: Said) -> list[bytes]:
    return [*lines[:at], canonical(said), *lines[at + 1 :]]


def _changed(line: Said, name: str, **more: Any) -> Said:
    return {**line["fields"], name: {**line["fields"][name], **more}}
