"""What a batch says inside: a manifest, then one operation per line. FORMAT.md describes it for other implementations.

What a reader can work out again is left out of a line (the operation's id, the hash of each value, the id of the
operation before it where that stands in the line above); the manifest carries one hash over all the ids, so a line that
does not say what its maker said is found.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from models.errors import BatchRefused
from models.signed_file import LAST_MOMENT
from models.sync.chain_place import read_place
from models.sync.content import canonical, operation_id, value_hash
from models.sync.envelope import Header, Reader, unseal
from models.sync.stream import Down, Got, read_down, read_got, read_hashes

Tips = dict[str, list[tuple[int, str]]]  # device -> (sequence, operation id) of the ends of its unbroken chains

MAX_OPERATIONS = 2000
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_SHORT_HASH = re.compile(r"[0-9a-f]{32}\Z")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_DISTRICT = re.compile(r"[0-9]{6}(?:[0-9]{3})?\Z")
_BIGGEST = 2**63 - 1
_TEXTS = {"device": 64, "worker": 200, "verb": 64, "row": 36, "office": 64}  # longest accepted
_NUMBERS = ("seq", "clock", "at")


@dataclass(frozen=True)
class Manifest:
    """The first line: who wrote, how many operations follow, and what the writer held when it wrote."""

    device: str  # the chain that the writer's own operations belong to
    office: str
    count: int
    ids: str  # SHA-256 over the ids of the operations in their order
    first: int  # lowest and highest sequence of the writer's own operations in this file; 0 where there are none
    last: int
    holds: Tips
    down: Down | None = None  # of a stream of scoped records: how far this file goes
    got: Got | None = None  # how far the writer came in the stream that the receiver sends it
    wants: tuple[str, ...] | None = (
        None  # contents of sealed files that the writer lacks; None: it says nothing of them
    )
    audit: dict[str, Any] | None = None  # the newest row of the writer's audit chain; None: it says nothing of it


@dataclass(frozen=True)
class Batch:
    """A batch file that was read and found good."""

    header: Header
    manifest: Manifest
    operations: tuple[dict[str, Any], ...]  # with the columns of models.records.operation.Operation
    is_known: bool = False  # was here before: its operations, manifest.count of them, were not read again


def write_lines(
    operations: Sequence[Mapping[str, Any]],
    *,
    device: str,
    office: str,
    holds: Tips,
    down: Down | None = None,
    got: Got | None = None,
    wants: Sequence[str] | None = None,
    audit: Mapping[str, Any] | None = None,
) -> list[bytes]:
    """The lines of one file: the manifest and at most MAX_OPERATIONS operations.

    Operations of one device should stand together in the order of their sequence; that makes the file smaller.
    """
    if len(operations) > MAX_OPERATIONS:
        raise ValueError("too many operations for one file")
    own = [operation["seq"] for operation in operations if operation["device"] == device]
    manifest: dict[str, Any] = {
        "device": device,
        "office": office,
        "count": len(operations),
        "ids": _over_ids(operations),
        "first": min(own, default=0),
        "last": max(own, default=0),
        "holds": holds,
        **({"down": down.wire()} if down else {}),
        **({"got": got.wire()} if got else {}),
        **({"wants": list(wants)} if wants is not None else {}),
        **({"audit": dict(audit)} if audit is not None else {}),
    }
    lines = [canonical(manifest)]
    before = ""
    for operation in operations:
        lines.append(canonical(_said(operation, before)))
        before = operation["id"]
    return lines


def read_batch(data: bytes, reader: Reader, is_known: Callable[[str], bool] = lambda _sha: False) -> Batch:
    """Open a batch file and check it to the last value.

    is_known: whether all operations of the file with this SHA-256 are in the log already. Of such a file only the
    manifest is read, which tells how far its maker is; of a stream all is, since its operations count for the stream.
    Raises BatchRefused with the reasons of models.sync.envelope.unseal, and bad_content where the lines do not follow
    the format.
    """
    opened = unseal("batch", data, reader)
    try:
        manifest = _read_manifest(_parse(opened.lines[0]))
        if not 0 <= manifest.count <= MAX_OPERATIONS or len(opened.lines) != manifest.count + 1:
            raise _BadError
        if manifest.down is None and is_known(opened.header.sha):
            return Batch(opened.header, manifest, (), is_known=True)
        operations: list[dict[str, Any]] = []
        before = ""
        for line in opened.lines[1:]:
            operations.append(_read_operation(_parse(line), before, plain=b"\\u" not in line))
            before = operations[-1]["id"]
        if _over_ids(operations) != manifest.ids:
            raise _BadError
    except (_BadError, ValueError, RecursionError) as trouble:  # ValueError: no JSON, no UTF-8, NaN, a lone surrogate
        raise BatchRefused(reason="bad_content") from trouble
    return Batch(opened.header, manifest, tuple(operations))


def read_tips(said: object) -> Tips:
    """Chain ends as JSON carries them. Raises ValueError where they are something else."""
    if not isinstance(said, dict):
        raise _BadError
    tips: Tips = {}
    for device, ends in said.items():
        if not isinstance(ends, list) or not 0 < len(device) <= 64:
            raise _BadError
        if not all(isinstance(end, list) and len(end) == 2 for end in ends):
            raise _BadError
        tips[device] = [(_number(seq), _hash(identity)) for seq, identity in ends]
    return tips


class _BadError(ValueError):
    """The content does not follow the format."""


def _no_constant(_name: str) -> None:
    raise _BadError  # NaN and the infinities are no JSON


_DECODER: Any = json.JSONDecoder(parse_constant=_no_constant)  # typeshed knows no scan_once


def _parse(line: bytes) -> dict[str, Any]:
    text = line.decode("utf-8")
    try:
        said, end = _DECODER.scan_once(text, 0)  # a line is the value alone; decode() looks for spaces around it
    except StopIteration:
        end = -1
    if end != len(text):
        said = _DECODER.decode(text)
    if not isinstance(said, dict):
        raise _BadError
    return said


def _over_ids(operations: Iterable[Mapping[str, Any]]) -> str:
    return hashlib.sha256("".join(operation["id"] for operation in operations).encode()).hexdigest()


def _said(operation: Mapping[str, Any], before: str) -> dict[str, Any]:
    """One operation as its line says it."""
    names = ("district", "device", "seq", "clock", "at", "worker", "verb", "entity", "row", "office")
    said = {name: operation[name] for name in names}
    if operation["prev"] != before or not before:
        said["prev"] = operation["prev"]
    fields: dict[str, dict[str, Any]] = {}
    for name, change in operation["fields"].items():
        erased = change.get("erased") is True
        fields[name] = {"erased": True, "h": change["h"]} if erased else {"v": change["v"], "s": change["s"]}
        if change["p"]:
            fields[name]["p"] = change["p"]
    said["fields"] = fields
    return said


def _read_manifest(said: dict[str, Any]) -> Manifest:
    return Manifest(
        device=_text(said, "device", 64),
        office=_text(said, "office", 64),
        count=_number(said.get("count")),
        ids=_hash(said.get("ids")),
        first=_number(said.get("first")),
        last=_number(said.get("last")),
        holds=read_tips(said.get("holds")),
        down=read_down(said.get("down")),
        got=read_got(said.get("got")),
        wants=read_hashes(said.get("wants")),
        audit=read_place(said.get("audit")),
    )


def _read_operation(said: dict[str, Any], before: str, *, plain: bool) -> dict[str, Any]:
    """One operation out of its line.

    plain: the line has no \\u in it, and so neither a NUL nor half a character, which JSON holds only written so.
    """
    prev = said.get("prev", before)
    if prev != "":
        _hash(prev)
    fields = said.get("fields")
    if not isinstance(fields, dict):
        raise _BadError
    operation: dict[str, Any] = {"prev": prev}
    for name, longest in _TEXTS.items():
        text = said.get(name)
        if type(text) is not str or len(text) > longest:
            raise _BadError
        operation[name] = text if plain else _text(said, name, longest)
    for name in _NUMBERS:
        number = said.get(name)
        if type(number) is not int or not 0 <= number <= _BIGGEST:
            raise _BadError
        operation[name] = number
    district, entity = said.get("district"), said.get("entity")
    if type(district) is not str or type(entity) is not str:
        raise _BadError
    operation["district"], operation["entity"] = _district(district), _name(entity)
    operation["fields"] = _read_changes(fields)
    if not operation["device"] or not operation["row"] or operation["seq"] < 1 or operation["at"] > LAST_MOMENT:
        raise _BadError
    operation["id"] = operation_id(operation)
    return operation


@lru_cache(maxsize=2000)
def _name(said: str) -> str:
    """The name of a field or of a kind of record: there are few."""
    return _matching(_NAME, said)


@lru_cache(maxsize=200)
def _district(said: str) -> str:
    return _matching(_DISTRICT, said)


def _read_changes(fields: dict[str, Any]) -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = {}
    for name, said in fields.items():
        _name(name)
        if type(said) is dict and len(said) == 2 and "v" in said and type(salt := said.get("s")) is str:
            if len(salt) > 64:  # nearly all changes say a value and a salt, and replace nothing
                raise _BadError
            value = said["v"]
            read[name] = {"v": value, "s": salt, "h": value_hash(salt, value), "p": []}
        else:
            read[name] = _read_change(said)
    return read


def _read_change(said: object) -> dict[str, Any]:
    if type(said) is not dict:
        raise _BadError
    replaced: list[str] = []
    if "p" in said:
        replaced = said["p"]
        if not isinstance(replaced, list) or len(replaced) > MAX_OPERATIONS:
            raise _BadError
        for identity in replaced:
            _hash(identity)
    if said.get("erased") is True:
        return {"v": None, "s": "", "h": _matching(_SHORT_HASH, said.get("h")), "p": replaced, "erased": True}
    salt = said.get("s")
    if type(salt) is not str or len(salt) > 64 or "v" not in said:
        raise _BadError
    value = said["v"]
    return {"v": value, "s": salt, "h": value_hash(salt, value), "p": replaced}


def _text(said: dict[str, Any], name: str, longest: int) -> str:
    value = said.get(name)
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:  # one of the engines keeps no NUL
        raise _BadError
    value.encode()  # a lone surrogate cannot be kept either
    return value


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _BIGGEST:
        raise _BadError
    return value


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.match(value):
        raise _BadError
    return value


def _hash(value: object) -> str:
    return _matching(_HASH, value)
