"""Columns as bytes and back, for keeping blocks of a register in the encrypted file.

A block of a column is a version byte, the kind of packing, and what the kind needs. A column of one value takes a few
bytes, mostly unknown columns list their known rows, codes are packed in 1, 2, 4 or 8 bits. The values of a finite
domain are written along: where a newer dictionary has another domain the codes are translated, and a value that it no
longer has reads as unknown.
"""

import json
import struct
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.eligibility.batch.columns import (
    LAST_DAY,
    NO_DAY,
    STATED,
    Bits,
    Codes,
    Column,
    Days,
    Numbers,
    domain_of,
)
from models.eligibility.schema import FactDefinition

VERSION = 1
_CONSTANT, _SPARSE, _PACKED, _PLAIN = range(4)
_HEAD = struct.Struct("<BBI")  # version, kind, rows
_SPARSE_SHARE = 8  # known rows are listed where fewer than one in so many is known


def to_bytes(definition: FactDefinition, column: Column) -> bytes:
    """One block of one fact as bytes."""
    if isinstance(column, Codes):
        domain = json.dumps(list(domain_of(definition)), ensure_ascii=False, separators=(",", ":")).encode()
        return _framed(b"C", domain, _small(column.values))
    if isinstance(column, Days):
        exact = column.low == column.high
        vague = np.flatnonzero(~exact & ~((column.low == NO_DAY) & (column.high == LAST_DAY)))
        points = np.where(exact, column.low, NO_DAY).astype(np.int32)
        ranges = np.concatenate((vague.astype(np.int32), column.low[vague], column.high[vague])).astype("<i4")
        return _framed(b"D", ranges.tobytes(), _plain(points, NO_DAY))
    odd = json.dumps({str(row): str(value) for row, value in sorted(column.odd.items())}).encode()
    return _framed(b"N", odd, _plain(column.values, int(np.iinfo(np.int32).min)))


def from_bytes(definition: FactDefinition, data: bytes) -> Column:
    """The block of the fact that to_bytes() wrote. ValueError where the bytes are no such block."""
    kind, note, body = _unframed(data)
    wanted = b"C" if domain_of(definition) else b"D" if definition.type == "date" else b"N"
    if kind != wanted:
        raise ValueError(f"the block holds another kind of fact than {definition.name}")
    if kind == b"C":
        codes = _unpacked(body)
        written = json.loads(note)
        if written != list(domain_of(definition)):
            codes = _translation(written, definition)[codes]
        return Codes(codes)
    if kind == b"D":
        points = _unpacked(body)
        low, high = points, np.where(points == NO_DAY, np.int32(LAST_DAY), points)
        ranges = np.frombuffer(note, "<i4")
        if len(ranges):
            rows, lows, highs = ranges.reshape(3, -1)
            low = low.copy()
            low[rows], high[rows] = lows, highs
        return Days(low, high.astype(np.int32, copy=False))
    return Numbers(_unpacked(body), {int(row): Decimal(value) for row, value in json.loads(note).items()})


def bits_to_bytes(bits: Bits) -> bytes:
    """One block of yes or no (who counts, who receives a service) as bytes."""
    return _framed(b"B", b"", _small(bits.astype(np.uint8)))


def bits_from_bytes(data: bytes) -> Bits:
    """What bits_to_bytes() wrote."""
    kind, _, body = _unframed(data)
    if kind != b"B":
        raise ValueError("the block holds no marks")
    return _unpacked(body).astype(np.bool_)


def ints_to_bytes(values: NDArray[Any]) -> bytes:
    """One block of whole numbers (household rows, roles) as bytes."""
    return _framed(b"I", values.dtype.str.encode(), _plain(values.astype(np.int32), 0))


def ints_from_bytes(data: bytes) -> NDArray[Any]:
    """What ints_to_bytes() wrote, of the same type."""
    kind, note, body = _unframed(data)
    if kind != b"I":
        raise ValueError("the block holds no whole numbers")
    return _unpacked(body).astype(np.dtype(note.decode()), copy=False)


def _framed(kind: bytes, note: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(note)) + note + body


def _unframed(data: bytes) -> tuple[bytes, bytes, bytes]:
    if len(data) < 5 + _HEAD.size:
        raise ValueError("the block is cut off")
    length = struct.unpack_from("<I", data, 1)[0]
    if data[5 + length : 6 + length] != bytes((VERSION,)):
        raise ValueError("the block is of another version")
    return data[:1], data[5 : 5 + length], data[5 + length :]


def _translation(written: list[Any], definition: FactDefinition) -> NDArray[np.uint8]:
    """For each code as written the code by the dictionary of today."""
    table = np.zeros(256, np.uint8)
    table[STATED] = STATED
    for place, value in enumerate(domain_of(definition)):
        for old, former in enumerate(written):
            if former == value and type(former) is type(value):
                table[old + 1] = place + 1
    return table


def _small(codes: NDArray[np.uint8]) -> bytes:
    """Codes of one byte, packed as narrow as they allow; STATED becomes the highest code of the width."""
    rows = len(codes)
    if rows == 0 or (codes == codes[0]).all():
        return _HEAD.pack(VERSION, _CONSTANT, rows) + b"u" + bytes(codes[:1])
    known = np.flatnonzero(codes)
    if len(known) * _SPARSE_SHARE < rows:
        return _HEAD.pack(VERSION, _SPARSE, rows) + b"u" + known.astype("<u4").tobytes() + codes[known].tobytes()
    stated = codes == STATED
    most = int(np.where(stated, 0, codes).max())
    has_stated = bool(stated.any())
    width = next(width for width in (1, 2, 4, 8) if most + has_stated < 2**width)
    if width == 8:
        packed = codes
    else:
        top = 2**width - 1
        narrow = np.where(stated, top, codes).astype(np.uint8)
        per = 8 // width
        filled = np.zeros((rows + per - 1) // per * per, np.uint8)
        filled[:rows] = narrow
        lanes = filled.reshape(-1, per)
        packed = np.zeros(len(lanes), np.uint8)
        for lane in range(per):
            packed |= lanes[:, lane] << np.uint8(lane * width)
    return _HEAD.pack(VERSION, _PACKED, rows) + struct.pack("BB", width, has_stated) + packed.tobytes()


def _plain(values: NDArray[np.int32], nothing: int) -> bytes:
    """Whole numbers; nothing: the value that says unknown, most likely the most frequent one."""
    rows = len(values)
    if rows == 0 or (values == values[0]).all():
        return _HEAD.pack(VERSION, _CONSTANT, rows) + b"i" + values[:1].astype("<i4").tobytes()
    known = np.flatnonzero(values != nothing)
    if len(known) * 2 < rows:
        body = known.astype("<u4").tobytes() + values[known].astype("<i4").tobytes()
        return _HEAD.pack(VERSION, _SPARSE, rows) + b"i" + struct.pack("<i", nothing) + body
    return _HEAD.pack(VERSION, _PLAIN, rows) + values.astype("<i4").tobytes()


def _unpacked(body: bytes) -> NDArray[Any]:
    version, kind, rows = _HEAD.unpack_from(body)
    assert version == VERSION
    rest = body[_HEAD.size :]
    if kind == _PLAIN:
        return np.frombuffer(rest, "<i4", rows).astype(np.int32, copy=False)
    if kind == _PACKED:
        width, has_stated = rest[0], rest[1]
        packed = np.frombuffer(rest, np.uint8, offset=2)
        if width == 8:
            return packed[:rows]
        return _spread(width, bool(has_stated))[packed].reshape(-1)[:rows]
    small = rest[:1] == b"u"
    if kind == _CONSTANT:
        if small:
            return np.broadcast_to(np.uint8(rest[1] if rows else 0), rows)
        return np.broadcast_to(np.int32(struct.unpack_from("<i", rest, 1)[0] if rows else 0), rows)
    if small:
        count = (len(rest) - 1) // 5
        codes = np.zeros(rows, np.uint8)
        codes[np.frombuffer(rest, "<u4", count, 1)] = np.frombuffer(rest, np.uint8, count, 1 + 4 * count)
        return codes
    count = (len(rest) - 5) // 8
    values = np.full(rows, struct.unpack_from("<i", rest, 1)[0], np.int32)
    values[np.frombuffer(rest, "<u4", count, 5)] = np.frombuffer(rest, "<i4", count, 5 + 4 * count)
    return values


def _spread(width: int, has_stated: bool) -> NDArray[np.uint8]:
    """For each packed byte the codes that lie in it."""
    per, top = 8 // width, 2**width - 1
    every = np.arange(256, dtype=np.uint16)
    lanes = [(every >> (lane * width)) & top for lane in range(per)]
    table = np.stack(lanes, axis=1).astype(np.uint8)
    if has_stated:
        table[table == top] = STATED
    return table
