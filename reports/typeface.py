"""One TrueType face opened for printing: advances and subsets. Only what our own faces need; no ReportLab here."""

import mmap
import struct
from array import array
from functools import cache
from pathlib import Path

from reports.fonts import Coverage, coverage, font_file

# Flags of a composite glyph's parts (OpenType specification, table glyf).
WORDS, SCALE, MORE, TWO_SCALES, TWO_BY_TWO = 0x01, 0x08, 0x20, 0x40, 0x80
SUBSET_TABLES = (b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp")


def _big_endian(kind: str, data: bytes) -> "array[int]":
    numbers = array(kind)
    numbers.frombytes(data)
    if struct.pack("=H", 1) == b"\x01\0":
        numbers.byteswap()
    return numbers


class Typeface:
    """A face's tables, read in place; glyphs are copied only when they are embedded."""

    def __init__(self, name: str, file: Path, characters: Coverage) -> None:
        self.name = name
        self.characters = characters
        with file.open("rb") as opened:
            self.data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        count = struct.unpack(">H", self.data[4:6])[0]
        self.places: dict[bytes, tuple[int, int]] = {}
        for record in range(12, 12 + 16 * count, 16):
            tag, _sum, offset, length = struct.unpack(">4sLLL", self.data[record : record + 16])
            self.places[tag] = (offset, length)
        head = self.table(b"head")
        self.em = struct.unpack(">H", head[18:20])[0]
        self.box = [v * 1000 / self.em for v in struct.unpack(">4h", head[36:44])]
        hhea = self.table(b"hhea")
        self.ascent, self.descent = (v * 1000 / self.em for v in struct.unpack(">2h", hhea[4:8]))
        self.full_metrics = struct.unpack(">H", hhea[34:36])[0]
        self.metrics = self.table(b"hmtx")
        loca = self.table(b"loca")
        long = struct.unpack(">h", head[50:52])[0]
        size = {array(kind).itemsize: kind for kind in "HIL"}
        self.offsets = _big_endian(size[4], loca) if long else array("L", (2 * n for n in _big_endian("H", loca)))
        self._widths: dict[str, float] = {}

    def table(self, tag: bytes) -> bytes:
        """The bytes of one table."""
        offset, length = self.places[tag]
        return self.data[offset : offset + length]

    def advance(self, glyph: int) -> int:
        """A glyph's advance in font units."""
        width: int = struct.unpack_from(">H", self.metrics, 4 * min(glyph, self.full_metrics - 1))[0]
        return width

    def _bearing(self, glyph: int) -> int:
        place = 4 * glyph + 2 if glyph < self.full_metrics else 2 * self.full_metrics + 2 * glyph
        bearing: int = struct.unpack_from(">h", self.metrics, place)[0]
        return bearing

    def width(self, character: str) -> float:
        """A character's advance in em. Raises KeyError where the face has no such character: nothing prints a blank."""
        known = self._widths.get(character)
        if known is None:
            glyph = self.characters.glyph(ord(character))
            if not glyph:
                raise KeyError(character)
            known = self._widths[character] = self.advance(glyph) / self.em
        return known

    def _outline(self, glyph: int) -> bytes:
        start = self.places[b"glyf"][0]
        return self.data[start + self.offsets[glyph] : start + self.offsets[glyph + 1]]

    def subset(self, glyphs: list[int]) -> bytes:
        """A TrueType file whose glyphs are .notdef and then these, in this order (a glyph may come twice).

        It has only the tables that a PDF needs for a font addressed by glyph number (ISO 32000-1, 9.9).
        """
        chosen = [0, *glyphs]
        added: dict[int, int] = {}
        outlines = bytearray()
        places = [0]
        at = 0
        while at < len(chosen):
            outline = self._outline(chosen[at])
            if len(outline) > 10 and outline[0] & 0x80:  # fewer than 0 contours: made of other glyphs
                outline = _renumber(outline, chosen, added)
            outlines += outline
            outlines += b"\0" * (-len(outlines) % 4)
            places.append(len(outlines))
            at += 1
        metrics = b"".join(struct.pack(">Hh", self.advance(g), self._bearing(g)) for g in chosen)
        head, hhea, maxp = (
            bytearray(self.table(b"head")),
            bytearray(self.table(b"hhea")),
            bytearray(self.table(b"maxp")),
        )
        head[8:12] = b"\0\0\0\0"
        head[50:52] = b"\0\x01"
        hhea[34:36] = maxp[4:6] = struct.pack(">H", len(chosen))
        tables = (outlines, head, hhea, metrics, struct.pack(f">{len(places)}L", *places), maxp)
        return _font_file([bytes(t) for t in tables])


def _renumber(outline: bytes, chosen: list[int], added: dict[int, int]) -> bytes:
    """Point a composite glyph's parts at their places in the subset, adding them at its end."""
    changed = bytearray(outline)
    at, flags = 10, MORE
    while flags & MORE:
        flags, part = struct.unpack_from(">HH", changed, at)
        if part not in added:
            added[part] = len(chosen)
            chosen.append(part)
        struct.pack_into(">H", changed, at + 2, added[part])
        at += 8 if flags & WORDS else 6
        at += 2 if flags & SCALE else 4 if flags & TWO_SCALES else 8 if flags & TWO_BY_TWO else 0
    return bytes(changed)


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}L", padded)
    return sum(words) & 0xFFFFFFFF


def _font_file(tables: list[bytes]) -> bytes:
    count = len(SUBSET_TABLES)
    power = 1 << (count.bit_length() - 1)
    directory = struct.pack(">LHHHH", 0x10000, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    offset = 12 + 16 * count
    body = b""
    for tag, data in zip(SUBSET_TABLES, tables, strict=True):
        directory += struct.pack(">4sLLL", tag, _checksum(data), offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    whole = bytearray(directory + body)
    head = struct.unpack(">L", directory[12 + 16 + 8 : 12 + 16 + 12])[0]
    struct.pack_into(">L", whole, head + 8, (0xB1B0AFBA - _checksum(bytes(whole))) & 0xFFFFFFFF)
    return bytes(whole)


@cache
def typeface(face: str) -> Typeface:
    """A face opened for printing; opened when first asked for and kept."""
    return Typeface(face, font_file(face), coverage(face))
