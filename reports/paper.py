"""Pages in points, measured from the top left corner, on ReportLab's canvas. The same calls give the same bytes.

Everything drawn goes into the tree of headings, paragraphs and tables (reports/structure.py): what stands inside
`tagged` belongs to that element, other text becomes a paragraph of its own, rules and frames count as decoration.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from typing import Any, Literal

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFName, PDFStream
from reportlab.pdfgen.canvas import Canvas

from reports.embedding import CIDTrueType
from reports.lines import Glyph, Line, Run, shape, spread, width_of
from reports.pdf_file import About, Bookmark, file_bytes, packed
from reports.structure import HOLDERS, Element
from reports.typeface import typeface

rl_config.useA85 = 0  # plain binary streams: 13 % smaller

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
BLACK = "0 0 0"
RED = "0.8 0.02 0.05"
GREY = "0.35 0.35 0.35"
REMEMBERED = 600
"""How many lines a document keeps as they were written, in case they come again."""

Align = Literal["left", "center", "right"]


class _NoFont:
    """What a page starts with, so that ReportLab does not name a Helvetica that is not embedded."""

    fontName = "Jinmen-none"  # noqa: N815
    _dynamicFont = 1  # noqa: N815


_DECORATION = Element("Artifact")
_NOTHING = Element("")


class Paper:
    """A document being drawn. One Paper belongs to one thread; several may be drawn at once."""

    def __init__(
        self,
        *,
        title: str,
        author: str,
        subject: str,
        language: str,
        day: date,
        size: tuple[float, float] = (WIDTH, HEIGHT),
        told: bool = False,
    ) -> None:
        """Start the first page, `size` wide and high. Language is a BCP 47 code; day stands in the file as the day it
        was made. Told: keep the texts in `words`.
        """
        pdfmetrics._fonts.setdefault(_NoFont.fontName, _NoFont())
        self.width, self.height = size
        self._out = BytesIO()
        self._canvas = Canvas(
            self._out, size, pageCompression=1, invariant=1, initialFontName=_NoFont.fontName, lang=language
        )
        self._code: list[str] = []  # of the page being drawn
        self._pictures: dict[bytes, Any] = {}  # as they are drawn, by their files: a logo is on every letter
        self._about = About(title, author, subject, language, day)
        self._fonts: dict[str, CIDTrueType] = {}
        self.pages = 1
        self._tree = Element("Document")
        self._path = [self._tree]
        self._marks: list[list[Element]] = [[]]  # of every page
        self._headed = _NOTHING  # the part that has its main heading
        self._marked = _NOTHING  # what the sequence being written belongs to
        self._bookmarks: list[Bookmark] = []
        self.words: list[str] | None = [] if told else None
        """The texts drawn so far, in their order, where they are to be told; without those drawn inside `unsaid`."""
        self._unsaid = False
        self._repeated: dict[tuple[int, float], tuple[Line, str, str]] = {}  # lines of texts that many letters share

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
        if glyphs:
            self._show(x, y, self._shown(size, glyphs, stretch), "".join([g.character for g in glyphs]), colour)

    def _show(self, x: float, y: float, shown: str, text: str, colour: str = BLACK) -> None:
        at = self._path[-1]
        self._mark(at.child("P") if at.kind in HOLDERS else at)
        if self.words is not None and not self._unsaid:
            self.words.append(text)
        told = f"BT {x:.2f} {self.height - y:.2f} Td {shown} ET"
        self._code.append(told if colour == BLACK else f"q {colour} rg {told} Q")

    def _shown(self, size: float, glyphs: Sequence[Glyph], stretch: float) -> str:
        """What shows the glyphs, wherever they stand. The gaps of a filled line are set as spacing of characters, only
        between Chinese ones.
        """
        out: list[str] = []
        face, owed, run = "", 0.0, ""
        parts: list[str] = []
        codes: dict[str, str] = {}
        gap = f"{stretch * size:.3f} Tc"
        wide = False  # whether the gaps are being set
        for glyph in glyphs:
            other = glyph.face != face
            turn = bool(stretch) and glyph.stretch_after != wide
            if other or turn:
                if run:
                    parts.append(f"<{run}>")
                if parts:
                    out.append(f"[{''.join(parts)}] TJ")
                parts, run = [], ""
                if other:
                    face = glyph.face
                    font = self._font(face)
                    codes = font.codes
                    out.append(f"/{font.internal_name} {size:g} Tf")
                if turn:
                    wide = not wide
                    out.append(gap if wide else "0 Tc")
            owed += glyph.shift
            if owed > 0.0005 or owed < -0.0005:
                parts.append(f"<{run}>{-1000 * owed:.0f}" if run else f"{-1000 * owed:.0f}")
                run = ""
            character = glyph.character
            run += codes.get(character) or font.code(character)
            owed = glyph.advance - glyph.shift - glyph.natural
        parts.append(f"<{run}>")
        out.append(f"[{''.join(parts)}] TJ")
        if wide:
            out.append("0 Tc")
        return " ".join(out)

    def line(self, x: float, y: float, size: float, line: Line) -> None:
        """Draw one broken line of a paragraph."""
        if not line.glyphs:
            return
        key = id(line), size
        known = self._repeated.get(key)
        if known is None:
            if len(self._repeated) >= REMEMBERED:
                self._repeated.clear()
            known = self._repeated[key] = (line, self._shown(size, line.glyphs, line.stretch), line.text)
        self._show(x, y, known[1], known[2])

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
        """Draw a short text on one line and give its width in points. Spacing: extra em between its characters.

        In the face of titles it is a heading, the first of its part the main one.
        """
        glyphs = shape([Run(text, face)] if isinstance(text, str) else text)
        if spacing:
            glyphs = spread(glyphs, spacing)
        width = width_of(glyphs) * size
        start = x - (width if align == "right" else width / 2 if align == "center" else 0)
        heading = face == "title" and self._path[-1].kind in HOLDERS
        if heading:
            self.open("H1" if self._path[-1] is not self._headed else "H2")
            self._headed = self._path[-2]
        self.glyphs(start, y, size, glyphs, colour=colour)
        if heading:
            self.close()
        return width

    def rule(
        self, x: float, y: float, x2: float, y2: float, width: float = 0.5, colour: str = BLACK, dash: str = ""
    ) -> None:
        """Draw a straight line; dash as in PDF, for example "3 2"."""
        self._decorate()
        dashes = f"[{dash}] 0 d " if dash else ""
        self._code.append(
            f"q {width:g} w {colour} RG {dashes}{x:.3f} {self.height - y:.3f} m {x2:.3f} {self.height - y2:.3f} l S Q"
        )

    def frame(
        self, x: float, y: float, width: float, height: float, pen: float = 0.5, dash: str = "", colour: str = ""
    ) -> None:
        """Draw a rectangle whose top left corner is x, y."""
        self._decorate()
        dashes = f"[{dash}] 0 d " if dash else ""
        inked = f"{colour} RG " if colour else ""
        self._code.append(
            f"q {pen:g} w {inked}{dashes}{x:.3f} {self.height - y - height:.3f} {width:.3f} {height:.3f} re S Q"
        )

    def fill(
        self,
        boxes: Iterable[tuple[float, float, float, float]],
        colour: str = BLACK,
        unit: float = 1.0,
        at: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """Fill rectangles, each by its left, top, width and height. Touching ones leave no seam between them.

        They are counted in `unit` points from the place `at`: bars and modules of codes in whole numbers stay small.
        """
        path = " ".join([f"{x:.5g} {-y - high:.5g} {wide:.5g} {high:.5g} re" for x, y, wide, high in boxes])
        self.fill_path(path, colour, unit, at)

    def fill_path(
        self,
        path: str,
        colour: str = BLACK,
        unit: float = 1.0,
        at: tuple[float, float] = (0.0, 0.0),
        origin: tuple[int, int] = (0, 0),
    ) -> None:
        """Fill a path written as in PDF, in `unit` points, to the right of and above the place `at`, whose coordinates
        in the path are `origin`.
        """
        self._decorate()
        if path:
            inked = "" if colour == BLACK else f"{colour} rg "
            unit = round(unit, 5)
            left, low = round(at[0], 3) - origin[0] * unit, round(self.height - at[1], 3) - origin[1] * unit
            place = f"{unit:.5f} 0 0 {unit:.5f} {left:.5f} {low:.5f} cm"
            self._code.append(f"q {inked}{place} {path} f Q")

    def polygon(
        self,
        points: Sequence[tuple[float, float]],
        colour: str = "",
        pen: float = 0.0,
        line: str = BLACK,
        close: bool = True,
    ) -> None:
        """Draw a line through points, in a width of `pen`, or fill the area inside it where a colour is given."""
        self._decorate()
        path = " ".join(f"{x:.3f} {self.height - y:.3f} {'l' if place else 'm'}" for place, (x, y) in enumerate(points))
        ending = ("b" if pen else "f") if colour else ("s" if close else "S")
        inked = f"{colour} rg " if colour else ""
        self._code.append(f"q {pen or 0.5:g} w {line} RG {inked}{path} {ending} Q")

    def image(self, png: bytes, x: float, y: float, height: float, alt: str) -> float:
        """Draw a PNG with its top left corner at x, y, on white where it is clear, and give its width in points.

        Raises OSError (of Pillow: UnidentifiedImageError) for what is no picture.
        """
        if png not in self._pictures:
            self._pictures[png] = _opaque(png)
        picture = self._pictures[png]
        wide, high = picture.getSize()
        width: float = height * wide / high
        with self.tagged("Figure", alt=alt):
            self._mark(self._path[-1])
            self._canvas.drawImage(picture, x, self.height - y - height, width, height)
            self._code += self._canvas._code
            self._canvas._code.clear()
        return width

    # What the things drawn are

    def _mark(self, element: Element) -> None:
        """Let what is drawn next belong to this element."""
        if element is self._marked:
            return
        self._end_mark()
        if element is _DECORATION:
            self._code.append("/Artifact BMC")
        else:
            marks = self._marks[-1]
            element.children.append((self.pages - 1, len(marks)))
            self._code.append(f"/{element.kind} <</MCID {len(marks)}>> BDC")
            marks.append(element)
        self._marked = element

    def _end_mark(self) -> None:
        if self._marked is not _NOTHING:
            self._code.append("EMC")
            self._marked = _NOTHING

    def _decorate(self) -> None:
        at = self._path[-1]
        self._mark(at if at.kind == "Figure" else _DECORATION)

    def open(self, kind: str, key: object = None, alt: str = "", scope: str = "", language: str = "") -> None:
        """Let what follows, up to `close`, be an element of this kind: H1, P, Table, TR, TH, TD, L, LI, Figure, Part.

        With the key of the element just closed it goes on with that one (a paragraph on the next page). Alt: the words
        for a figure. Scope: "Row" or "Column", of which a TH is the head. Language: where it is not the document's.
        """
        self._path.append(self._path[-1].child(kind, key, alt, scope, language))

    def close(self) -> None:
        """End the element that was opened last."""
        self._path.pop()

    @contextmanager
    def tagged(
        self, kind: str, key: object = None, *, alt: str = "", scope: str = "", language: str = ""
    ) -> Iterator[None]:
        """What is drawn inside is one element; see `open`."""
        self.open(kind, key, alt, scope, language)
        try:
            yield
        finally:
            self.close()

    @contextmanager
    def decoration(self) -> Iterator[None]:
        """What is drawn inside is no part of the text: running heads, page numbers, the mark of a tear line."""
        self._path.append(_DECORATION)
        try:
            yield
        finally:
            self.close()

    @contextmanager
    def unsaid(self) -> Iterator[None]:
        """What is drawn inside is not among `words`."""
        self._unsaid = True
        try:
            yield
        finally:
            self._unsaid = False

    def bookmark(self, title: str) -> None:
        """Put this page into the list of contents."""
        self._bookmarks.append(Bookmark(title, self.pages - 1))

    # Pages

    def next_page(self, size: tuple[float, float] | None = None) -> None:
        """End this page and start another, of the same size or a new one."""
        self._end_page()
        self.pages += 1
        self._marks.append([])
        if size is not None and size != (self.width, self.height):
            self.width, self.height = size
            self._canvas.setPageSize(size)

    def _end_page(self) -> None:
        self._end_mark()
        code = "\n".join(self._code).encode("latin-1")
        self._code.clear()
        self._canvas.showPage()
        page = self._canvas._doc.Pages.pages[-1]
        page.stream, page.Contents = None, PDFStream(content=packed(code, 6))  # small at once, not at the end
        page.Contents.dictionary["Filter"] = PDFName("FlateDecode")
        page.Trans = None
        page.Rotate = None
        page.StructParents, page.Tabs = self.pages - 1, PDFName("S")
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]

    def finish(self) -> bytes:
        """End the document and give its bytes."""
        self._end_page()
        document = self._canvas._doc
        for font in document.delayedFonts:
            font.addObjects(document)
        return file_bytes(document, self._about, self._tree, self._marks, self._bookmarks)


def _opaque(png: bytes) -> Any:
    """A PNG on white as ReportLab draws it. Raises OSError for what is no picture."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader  # both only for papers with a picture

    with Image.open(BytesIO(png), formats=["PNG"]) as opened:
        clear = opened.convert("RGBA")
    flat = Image.new("RGB", clear.size, "white")
    flat.paste(clear, mask=clear.getchannel("A"))
    return ImageReader(flat)
