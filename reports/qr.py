"""QR codes as filled rectangles, at level M: they stay sharp at any resolution and take few bytes."""

import re
from functools import lru_cache
from math import isqrt
from typing import Any

import zxingcpp

from reports.paper import MM, Paper

QUIET_MODULES = 4  # what must stay white around a code (ISO/IEC 18004, 9.1)
LEVEL = "M"
ORIGIN = 10
"""Columns, and rows from below, are counted from 10 on: with two figures in every place, rectangles that differ little
pack better."""
_BLACK = re.compile(rb"\0+")


@lru_cache(maxsize=64)
def _rows(text: str) -> tuple[bytes, ...]:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=LEVEL)
    picture: Any = made.to_image(scale=1, add_quiet_zones=False)
    data = bytes(memoryview(picture))
    side = isqrt(len(data))
    return tuple(data[start : start + side] for start in range(0, len(data), side))


def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of a text's QR code, row by row, True where black; without the white around it.

    Raises ValueError where the text is too long for any.
    """
    return tuple(tuple(value == 0 for value in row) for row in _rows(text))


def draw(paper: Paper, text: str, x: float, y: float, side_mm: float) -> None:
    """Draw the code of a text with its top left corner at x, y (points), a side of the code itself in millimetres.

    The caller keeps QUIET_MODULES of a module's width white on every side.
    """
    rows = _rows(text)
    runs = []
    for at, row in enumerate(rows):
        for black in _BLACK.finditer(row):
            left, end = black.span()
            runs.append((end - left) << 16 | ORIGIN + len(rows) - 1 - at << 8 | ORIGIN + left)
    runs.sort()  # like stands beside like and packs smaller
    path = " ".join(map(_BARS.__getitem__, runs))
    paper.fill_path(path, unit=side_mm * MM / len(rows), at=(x, y), origin=(ORIGIN, ORIGIN + len(rows)))


class _Bars(dict[int, str]):
    """The rectangles of black modules as they stand in a file, by width, row from below, and left in one number."""

    def __missing__(self, bar: int) -> str:
        made = self[bar] = f"{bar & 255} {bar >> 8 & 255} {bar >> 16} 1 re"
        return made


_BARS = _Bars()
