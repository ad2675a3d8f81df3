"""Drawn pictures for the tests: no photograph of anybody."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw

from models.imaging import Encoded, edited

PLACE = {1: "N", 2: (39.0, 7.0, 3.0), 3: "E", 4: (117.0, 12.0, 9.0)}  # where a phone says that it stood
SECRET = b"SECRET-OWNER-\xe8\xb5\xb5"


def paper(width: int = 400, height: int = 300, mark: str = "red") -> Image.Image:
    """A white sheet with a coloured square in its left top corner."""
    made = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(made).rectangle((0, 0, width // 4, height // 4), fill=mark)
    return made


def as_bytes(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def photo(width: int = 400, height: int = 300, orientation: int = 1, day: str = "2026:11:21 09:30:00") -> bytes:
    """A JPEG as a phone writes it: place, day, maker, orientation, a comment, a colour profile, XMP."""
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010F] = "SECRET-OWNER phone"
    notes.get_ifd(0x8769)[0x9003] = day
    notes.get_ifd(0x8825).update(PLACE)
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRET-OWNER</x:xmpmeta>"
    profile = b"SECRET-OWNER profile" + bytes(200)
    return as_bytes(paper(width, height), exif=notes, comment=SECRET, icc_profile=profile, xmp=xmp, quality=90)


def small(mark: str = "red") -> Encoded:
    """A picture as it is kept."""
    return edited(as_bytes(paper(mark=mark)))


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of 900 million pixels in 109 KB: one white sheet, packed."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    sheet = zlib.compress(bytes((width // 8 + 1) * height), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", sheet) + chunk(b"IEND", b"")


def parts_of_jpeg(data: bytes) -> list[int]:
    """The markers of a JPEG file up to its pixels."""
    found, at = [], 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        found.append(marker)
        if marker == 0xDA:
            break
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return found
