"""QR codes as filled rectangles, at level M: they stay sharp at any resolution and take few bytes."""

from functools import lru_cache
from typing import Any

import zxingcpp

from reports.paper import MM, Paper

QUIET_MODULES = 4  # what must stay white around a code (ISO/IEC 18004, 9.1)
LEVEL = "M"


@lru_cache(maxsize=64)
def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of a text's QR code, row by row, True where black; without the white around it.

    Raises ValueError where the text is too long for any.
    """
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=LEVEL)
    picture: Any = made.to_image(scale=1, add_quiet_zones=False)
    rows: Any = memoryview(picture).tolist()
    return tuple(tuple(value == 0 for value in row) for row in rows)


def draw(paper: Paper, text: str, x: float, y: float, side_mm: float) -> None:
    """Draw the code of a text with its top left corner at x, y (points), a side of the code itself in millimetres.

    The caller keeps QUIET_MODULES of a module's width white on every side.
    """
    rows = matrix(text)
    module = side_mm * MM / len(rows)
    boxes = []
    for at, row in enumerate(rows):
        start = None
        for column in range(len(row) + 1):
            black = column < len(row) and row[column]
            if black and start is None:
                start = column
            elif not black and start is not None:
                boxes.append((start, at, column - start, 1))
                start = None
    paper.fill(boxes, unit=module, at=(x, y))
