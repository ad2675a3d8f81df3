"""Pieces that flow down the pages: lines of paragraphs, rows of ruled tables, tick lists; and their division into pages."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from reports.lines import Glyph, Run, break_lines, shape, width_of
from reports.paper import MM, Paper


class Piece(NamedTuple):
    """Something that stays on one page: its height in points, how to draw it from its top on, whether it must stay
    with the next piece, and whether it is only a gap, which is dropped at the top of a page.
    """

    height: float
    draw: Callable[[Paper, float], None] | None
    keep: bool = False

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


BOX = 3.1 * MM


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
) -> list[Piece]:
    """The lines of a paragraph. Indent (first line) and hang (all other lines) in em; keep: stay with what follows.

    Two lines at least stay together at the foot and at the head of a page.
    """
    first, rest = x + indent * type_.size, x + hang * type_.size
    lines = break_lines(glyphs, width / type_.size - hang, indent - hang, justify)

    def piece(number: int) -> Piece:
        line, left = lines[number], rest if number else first

        def draw(paper: Paper, top: float) -> None:
            paper.line(left, type_.baseline(top), type_.size, line)

        last = number == len(lines) - 1
        together = keep if last else number == 0 or number == len(lines) - 2
        return Piece(type_.leading, draw, together)

    return [piece(number) for number in range(len(lines))]


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
            own = own.smaller(own.size - max(room / natural - 0.005, 8.0), 8.0)
        lines = break_lines(glyphs, room / own.size, 0, justify=False)
        tallest = max(tallest, len(lines) * own.leading + 2.4 * MM)
        laid.append((cell, own, lines))

    def draw(paper: Paper, top: float) -> None:
        left = x
        for cell, own, lines in laid:
            paper.frame(left, top, cell.width, tallest)
            if cell.box:
                paper.frame(left + (cell.width - BOX) / 2, top + (tallest - BOX) / 2, BOX, BOX, 0.7)
            at = top + (tallest - len(lines) * own.leading) / 2
            for line in lines:
                slack = cell.width - line.width * own.size
                paper.line(left + (slack / 2 if cell.centre else pad), own.baseline(at), own.size, line)
                at += own.leading
            left += cell.width

    return Piece(tallest, draw, keep)


def tick_list(items: Sequence[str], x: float, width: float, type_: Type) -> list[Piece]:
    """Items with a box before each, in as many columns (up to three) as the longest item allows."""
    shaped = [shape([Run(item)]) for item in items]
    mark = BOX + 1.8 * MM
    longest = max(width_of(glyphs) for glyphs in shaped) * type_.size + mark + 4 * MM
    columns = max(1, min(3, int(width // longest), len(items)))
    room = (width / columns - mark - 2 * MM) / type_.size
    rows = [shaped[start : start + columns] for start in range(0, len(shaped), columns)]

    def piece(row: list[list[Glyph]]) -> Piece:
        laid = [break_lines(glyphs, room, justify=False) for glyphs in row]

        def draw(paper: Paper, top: float) -> None:
            for number, lines in enumerate(laid):
                left = x + number * width / columns
                paper.frame(left, top + (type_.leading - BOX) / 2, BOX, BOX, 0.7)
                for place, line in enumerate(lines):
                    paper.line(left + mark, type_.baseline(top + place * type_.leading), type_.size, line)

        return Piece(max(len(lines) for lines in laid) * type_.leading, draw)

    return [piece(row) for row in rows]


def height_of(pieces: Sequence[Piece]) -> float:
    """The height of pieces one under the other."""
    return sum(piece.height for piece in pieces)


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
