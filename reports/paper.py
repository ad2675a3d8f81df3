"""A4 pages in points, measured from the top left corner, on ReportLab's canvas. The same calls give the same bytes."""

import calendar
import hashlib
import time
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from typing import Literal

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from reports.embedding import CIDTrueType
from reports.lines import Glyph, Line, Run, shape, spread, width_of
from reports.typeface import typeface

rl_config.useA85 = 0  # plain binary streams: 13 % smaller

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
BLACK = "0 0 0"
RED = "0.8 0.02 0.05"
GREY = "0.35 0.35 0.35"
Align = Literal["left", "center", "right"]


class _NoFont:
    """What a page starts with, so that ReportLab does not name a Helvetica that is not embedded."""

    fontName = "Jinmen-none"  # noqa: N815
    _dynamicFont = 1  # noqa: N815


class Paper:
    """A document being drawn. One Paper belongs to one thread; several may be drawn at once."""

    def __init__(self, *, title: str, author: str, subject: str, language: str, day: date) -> None:
        """Start the first page. Language is a BCP 47 code; day stands in the file as the day it was made."""
        pdfmetrics._fonts.setdefault(_NoFont.fontName, _NoFont())
        self._out = BytesIO()
        self._canvas = Canvas(
            self._out, (WIDTH, HEIGHT), pageCompression=1, invariant=1, initialFontName=_NoFont.fontName, lang=language
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setSubject(subject)
        self._canvas.setCreator("Jinmen 津门入户")
        document = self._canvas._doc
        document.signature = hashlib.md5(b"jinmen", usedforsecurity=False)  # ReportLab starts it with today's date
        stamp = document._timeStamp
        stamp.t, stamp.tzname = calendar.timegm(day.timetuple()), "UTC"
        stamp.lt = time.gmtime(stamp.t)
        stamp.YMDhms, stamp.dhh, stamp.dmm = tuple(stamp.lt)[:6], 0, 0
        self._fonts: dict[str, CIDTrueType] = {}
        self.pages = 1

    @property
    def _code(self) -> list[str]:
        code: list[str] = self._canvas._code
        return code

    def _font(self, face: str) -> CIDTrueType:
        font = self._fonts.get(face)
        if font is None:
            font = self._fonts[face] = CIDTrueType(typeface(face), f"F{len(self._fonts) + 1}")
            document = self._canvas._doc
            document.fontMapping[font.fontName] = "/" + font.internal_name
            document.delayedFonts.append(font)
        return font

    def glyphs(
        self, x: float, y: float, size: float, glyphs: Sequence[Glyph], stretch: float = 0.0, colour: str = BLACK
    ) -> None:
        """Draw glyphs on the baseline y from x on; stretch in em goes where the glyphs allow it."""
        if not glyphs:
            return
        out = ["BT" if colour == BLACK else f"q {colour} rg BT", f"1 0 0 1 {x:.3f} {HEIGHT - y:.3f} Tm"]
        face, owed = "", 0.0
        parts: list[str] = []
        for glyph in glyphs:
            if glyph.face != face:
                if parts:
                    out.append(f"[{''.join(parts)}] TJ")
                face = glyph.face
                font = self._font(face)
                width = font.face.width
                out.append(f"/{font.internal_name} {size:g} Tf")
                parts = []
            owed += glyph.shift
            if abs(owed) > 0.0005:
                parts.append(f"{-1000 * owed:.0f}")
            parts.append(f"<{font.code(glyph.character)}>")
            owed = glyph.advance - glyph.shift - width(glyph.character)
            if stretch and glyph.stretch_after:
                owed += stretch
        out.append(f"[{''.join(parts)}] TJ ET" if colour == BLACK else f"[{''.join(parts)}] TJ ET Q")
        self._code.append(" ".join(out).replace("><", ""))

    def line(self, x: float, y: float, size: float, line: Line) -> None:
        """Draw one broken line of a paragraph."""
        self.glyphs(x, y, size, line.glyphs, line.stretch)

    def text(
        self,
        x: float,
        y: float,
        size: float,
        text: str | Iterable[Run],
        face: str = "song",
        align: Align = "left",
        spacing: float = 0.0,
        colour: str = BLACK,
    ) -> float:
        """Draw a short text on one line and give its width in points. Spacing: extra em between its characters."""
        glyphs = shape([Run(text, face)] if isinstance(text, str) else text)
        if spacing:
            glyphs = spread(glyphs, spacing)
        width = width_of(glyphs) * size
        start = x - (width if align == "right" else width / 2 if align == "center" else 0)
        self.glyphs(start, y, size, glyphs, colour=colour)
        return width

    def rule(
        self, x: float, y: float, x2: float, y2: float, width: float = 0.5, colour: str = BLACK, dash: str = ""
    ) -> None:
        """Draw a straight line; dash as in PDF, for example "3 2"."""
        dashes = f"[{dash}] 0 d " if dash else ""
        self._code.append(
            f"q {width:g} w {colour} RG {dashes}{x:.3f} {HEIGHT - y:.3f} m {x2:.3f} {HEIGHT - y2:.3f} l S Q"
        )

    def frame(self, x: float, y: float, width: float, height: float, pen: float = 0.5, dash: str = "") -> None:
        """Draw a rectangle whose top left corner is x, y."""
        dashes = f"[{dash}] 0 d " if dash else ""
        self._code.append(f"q {pen:g} w {dashes}{x:.3f} {HEIGHT - y - height:.3f} {width:.3f} {height:.3f} re S Q")

    def next_page(self) -> None:
        """End this page and start another."""
        self._canvas.showPage()
        self.pages += 1

    def finish(self) -> bytes:
        """End the document and give its bytes."""
        self._canvas.showPage()
        self._canvas.save()
        return self._out.getvalue()
