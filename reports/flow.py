"""Pieces that flow down the pages: lines of paragraphs, rows of ruled tables, tick lists; and how they are divided."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from reports.lines import Glyph, Line, Run, Shaped, break_lines, shape, width_of
from reports.paper import MM, Paper
from reports.structure import Tag


class Piece(NamedTuple):
    """Something that stays on one page: its height in points, how to draw it from its top on, whether it must stay
    with the next piece, and whether it is only a gap, which is dropped at the top of a page.
    """

    height: float
    draw: Callable[[Paper, float], None] | None
    keep: bool = False
    tag: Tag | None = None  # what it is, for whoever cannot see the page

    @property
    def gap(self) -> bool:
        """Whether this is only white space."""
        return self.draw is None


class Type(NamedTuple):
    """The size of the letters and the distance of the lines, in points."""

    size: float
    leading: float

    def smaller(self, points: float, least: float = 9.0) -> "Type":
        """The same with smaller letters, the distance of the lines shrunk in proportion."""
        size = max(self.size - points, min(least, self.size))
        return Type(size, self.leading * size / self.size)

    def baseline(self, top: float) -> float:
        """The baseline of a line whose space starts at top: Han characters stand in the middle of their line."""
        return top + (self.leading - self.size) / 2 + 0.88 * self.size


class Cell(NamedTuple):
    """One cell of a ruled table: its runs, its width in points, and how it stands in it."""

    runs: Sequence[Run]
    width: float
    centre: bool = False
    shrink: bool = False  # smaller letters rather than a second line, as far down as 8 points
    box: bool = False  # an empty box to tick instead of text
    under: Sequence[Run] = ()  # smaller, on lines of its own beneath: the same in another language


BOX = 3.1 * MM
COLUMNS = 6


def space(height: float) -> Piece:
    """White space, dropped at the top of a page; never the last thing on one, so it stays with what follows."""
    return Piece(height, None, keep=True)


def paragraph(
    glyphs: Sequence[Glyph],
    x: float,
    width: float,
    type_: Type,
    *,
    indent: float = 2.0,
    hang: float = 0.0,
    justify: bool = True,
    keep: bool = False,
    kind: str = "P",
    language: str = "",
) -> list[Piece]:
    """The lines of a paragraph. Indent (first line) and hang (all other lines) in em; keep: stay with what follows.
    Kind: P, or H1 to H6 for a heading; language (BCP 47) where it is not the paper's.

    Two lines at least stay together at the foot and at the head of a page.
    """
    how = (x, width, type_, indent, hang, justify, keep, kind, language)
    known: list[Piece] | None = glyphs.set.get(how) if isinstance(glyphs, Shaped) else None
    if known is not None:
        return known
    first, rest = x + indent * type_.size, x + hang * type_.size
    lines = break_lines(glyphs, width / type_.size - hang, indent - hang, justify)
    tag = Tag(kind, object(), language)

    def piece(number: int) -> Piece:
        line, left = lines[number], rest if number else first

        def draw(paper: Paper, top: float) -> None:
            paper.line(left, type_.baseline(top), type_.size, line)

        last = number == len(lines) - 1
        together = keep if last else number == 0 or number == len(lines) - 2
        return Piece(type_.leading, draw, together, tag)

    pieces = [piece(number) for number in range(len(lines))]
    if isinstance(glyphs, Shaped):
        glyphs.set[how] = pieces
    return pieces


def table_row(cells: Sequence[Cell], x: float, type_: Type, least: float = 0.0, *, keep: bool = False) -> Piece:
    """One ruled row; its height follows its fullest cell and is at least `least` points."""
    pad = 1.6 * MM
    laid = []
    tallest = least
    for cell in cells:
        glyphs = shape(cell.runs)
        room = cell.width - 2 * pad
        natural = width_of(glyphs)
        own = type_
        if cell.shrink and natural * own.size > room:
            fitting = room / natural - 0.005
            own = own.smaller(own.size - fitting, 8.0) if fitting >= 8.0 else own.smaller(0.5, 9.0)
        lines = [(line, own) for line in break_lines(glyphs, room / own.size, 0, justify=False)]
        if cell.under:
            below = Type(max(0.82 * own.size, 7.5), max(0.98 * own.size, 8.8))
            under = break_lines(shape(cell.under), room / below.size, 0, justify=False)
            lines += [(line, below) for line in under]
        height = sum([set_in.leading for _, set_in in lines])
        tallest = max(tallest, height + 1.2 * MM)
        laid.append((cell, height, lines))

    def draw(paper: Paper, top: float) -> None:
        left = x
        for cell in cells:
            paper.frame(left, top, cell.width, tallest)
            if cell.box:
                paper.frame(left + (cell.width - BOX) / 2, top + (tallest - BOX) / 2, BOX, BOX, 0.7)
            left += cell.width
        left = x
        heads = [bool(cell.runs) and all(run.face == "hei" for run in cell.runs) for cell in cells]
        scope = "Column" if all(heads) else "Row"
        for (cell, height, lines), head in zip(laid, heads, strict=True):
            paper.open("TH" if head else "TD", scope=scope if head else "")
            at = top + (tallest - height) / 2
            for line, own in lines:
                slack = cell.width - line.width * own.size
                paper.line(left + (slack / 2 if cell.centre else pad), own.baseline(at), own.size, line)
                at += own.leading
            left += cell.width
            paper.close()

    return Piece(tallest, draw, keep, Tag("TR", object()))


def tick_list(label: Sequence[Run], items: Sequence[str], x: float, width: float, type_: Type) -> list[Piece]:
    """A label, then items with a box before each, on six columns; a long item takes as many columns as it needs."""
    mark = BOX + 1.5 * MM
    gap = 2.5 * MM
    unit = width / COLUMNS
    tag = Tag("L", object())
    cells = [(shape(label), 0.0), *((shape([Run(item)]), mark) for item in items)]
    rows: list[list[tuple[int, bool, Sequence[Line]]]] = [[]]
    column = 0
    for glyphs, offset in cells:
        natural = width_of(glyphs) * type_.size + offset + gap
        span = min(COLUMNS, max(1, math.ceil(natural / unit)))
        if column + span > COLUMNS:
            rows.append([])
            column = 0
        room = (span * unit - offset - (gap if span < COLUMNS else 0)) / type_.size
        rows[-1].append((column, offset > 0, break_lines(glyphs, room, justify=False)))
        column += span

    def piece(row: list[tuple[int, bool, Sequence[Line]]], keep: bool) -> Piece:
        def draw(paper: Paper, top: float) -> None:
            for start, boxed, _lines in row:
                if boxed:
                    paper.frame(x + start * unit, top + (type_.leading - BOX) / 2, BOX, BOX, 0.7)
            for start, boxed, lines in row:
                left = x + start * unit + (mark if boxed else 0)
                if boxed:
                    paper.open("LI")
                paper.open("LBody" if boxed else "Caption")
                for place, line in enumerate(lines):
                    paper.line(left, type_.baseline(top + place * type_.leading), type_.size, line)
                paper.close()
                if boxed:
                    paper.close()

        return Piece(max(len(lines) for _, _, lines in row) * type_.leading, draw, keep, tag)

    return [piece(row, number == 0 and len(rows) > 1) for number, row in enumerate(rows)]


def height_of(pieces: Sequence[Piece]) -> float:
    """The height of pieces one under the other."""
    return sum(piece.height for piece in pieces)


def put(paper: Paper, pieces: Sequence[Piece], top: float) -> float:
    """Draw pieces one under the other from `top` on and give the end of the last. Rows that follow each other are one
    table.
    """
    table = False
    for piece in pieces:
        row = piece.tag is not None and piece.tag.kind == "TR"
        if row != table:
            if row:
                paper.open("Table")
            else:
                paper.close()
            table = row
        if piece.draw:
            if piece.tag:
                paper.open(piece.tag.kind, piece.tag.key, language=piece.tag.language)
            piece.draw(paper, top)
            if piece.tag:
                paper.close()
        top += piece.height
    if table:
        paper.close()
    return top


def divide(pieces: Sequence[Piece], rooms: Callable[[int], float], foot: float) -> list[list[Piece]]:
    """Divide pieces into pages. rooms(n) is the height of page n (from 0); the last page keeps `foot` free at its end.

    Pieces that must stay together move to the next page together; a group higher than a page is cut all the same.
    """
    groups: list[list[Piece]] = [[]]
    for piece in pieces:
        groups[-1].append(piece)
        if not piece.keep:
            groups.append([])
    pages: list[list[Piece]] = [[]]
    left = list(filter(None, groups))
    while left:
        room = rooms(len(pages) - 1)
        used = height_of(pages[-1])
        group = left[0]
        if not pages[-1]:
            while group and group[0].gap:
                group = group[1:]
        needed = height_of(group)
        whole = room - foot if len(left) == 1 else room
        if used + needed <= whole + 0.01:
            pages[-1] += group
            left.pop(0)
        elif pages[-1]:
            pages.append([])
        elif len(group) > 1:
            left[0:1] = [[piece._replace(keep=False)] for piece in group]
        else:
            pages[-1] += group  # one piece higher than a page: nothing sensible is left to do
            left.pop(0)
    return pages
