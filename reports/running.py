"""Papers that flow over as many pages as they need: title on the first, a running head on the others, page numbers,
and a foot (signatures, a stub) that stands on the last one whole. Measures are in points.
"""

import struct
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from models.records.layout import SIZES as PAPER_SIZES
from models.records.layout import Layout
from reports.flow import BOX, Cell, Piece, Type, divide, height_of, paragraph, put, space, table_row
from reports.lines import Run, shape, width_of
from reports.paper import HEIGHT, MM, Paper
from reports.printable import one_line
from reports.sheet import head_cell, page_number

LEFT, MEASURE = 22 * MM, 166 * MM
TOP, NEXT_TOP, END = 41 * MM, 27 * MM, HEIGHT - 18 * MM
"""Of the papers that no office sets otherwise."""
LOGO_MOST = 18.0
"""The highest logo that stays above the body, in millimetres."""
LOGO_WIDEST = 44.0
"""The widest one, which stays beside the title."""
LEAST = 7.0
"""The smallest letters of a running head, in points; a longer one is cut off."""
SIZES = (Type(11, 17), Type(10.5, 15.5), Type(10, 14.4))
"""Tried one after the other: a paper that fits one page in smaller letters is set in them."""


class Room(NamedTuple):
    """The places on the pages of a paper as its layout has them, in points from the upper left corner."""

    size: tuple[float, float]
    left: float
    measure: float
    top: float  # the upper margin; the office's name stands right below it
    end: float  # where the text ends at the foot

    @property
    def right(self) -> float:
        """Where the text ends at the side."""
        return self.left + self.measure

    @property
    def scale(self) -> float:
        """How wide the text is beside that of the program's own A4."""
        return self.measure / MEASURE

    def wide(self, millimetres: float) -> float:
        """The width of a column that has so many of the 166 millimetres of the program's own A4."""
        return millimetres * MM * self.scale


SIGN_GAP = 2 * MM
"""Between two places to sign, at least."""

NARROW = 130 * MM
"""Below this measure what stands side by side in a row is divided over several."""


def room_of(layout: Layout) -> Room:
    """The places that a layout gives."""
    width, height = (side * MM for side in PAPER_SIZES[layout.paper])
    margins = layout.margins
    left = margins.left * MM
    measure = width - left - margins.right * MM
    return Room((width, height), left, measure, margins.top * MM, height - margins.bottom * MM)


class Flow(NamedTuple):
    """One paper to be drawn. The bodies are the same thing in the sizes of the letters, the largest first."""

    office: str
    title: str
    running: str  # what stands on top of every further page, with the name of whom it is about
    words: Mapping[str, str]
    chinese: bool
    layout: Layout
    room: Room

    @property
    def top(self) -> float:
        """Where the body begins on the first page."""
        return self.room.top + 26 * MM

    @property
    def next_top(self) -> float:
        """And on the others."""
        return self.room.top + 12 * MM


def draw_flow(
    paper: Paper,
    flow: Flow,
    body: Callable[[Type], Iterable[Piece]],
    foot: Sequence[Piece] = (),
    *,
    at_end: bool = False,
    sizes: Sequence[Type] = SIZES,
) -> None:
    """Draw the pages. at_end: the foot stands at the lower edge of the last page, else it follows on the body."""
    foot_high, room = height_of(foot), flow.room
    for type_ in sizes:
        pieces = list(body(type_))
        if height_of(pieces) + foot_high <= room.end - flow.top:
            pages = [pieces]
            break
    else:
        pieces = list(body(sizes[0]))
        pages = _divided(flow, pieces, foot_high)
    if flow.layout.logo:
        draw_logo(paper, flow.layout, room, flow.office)
    paper.bookmark(flow.running)
    middle = room.size[0] / 2
    with paper.tagged("P"):
        office = one_line(flow.layout.heading) or flow.office
        aside = 60 * MM * room.scale if flow.layout.logo else 0.0
        size = fitting(11, office, measure=room.measure - aside)
        paper.text(middle, room.top + 4 * MM, size, office, align="center")
    with paper.tagged("H1"):
        wide = 0.15 if flow.chinese else 0.0
        size = fitting(20, flow.title, "title", wide, room.measure)
        paper.text(middle, room.top + 16 * MM, size, flow.title, "title", "center", wide)
    bottom = flow.top
    for number, page in enumerate(pages):
        if number:
            paper.next_page()
            with paper.decoration():
                base = flow.next_top - 7 * MM
                size = max(fitting(9.5, flow.running, measure=room.measure), LEAST)
                paper.text(room.left, base, size, shortened(flow.running, size, room.measure))
                paper.rule(room.left, base + 2 * MM, room.right, base + 2 * MM)
        bottom = put(paper, page, flow.next_top if number else flow.top)
        if len(pages) > 1:
            up = max(room.size[1] - room.end - 8 * MM, 6 * MM)
            page_number(paper, flow.words, number + 1, len(pages), room.right, up=up)
    put(paper, foot, room.end - foot_high if at_end else bottom)


def _divided(flow: Flow, pieces: Sequence[Piece], foot: float) -> list[list[Piece]]:
    """The pages; a table that goes on has its heads again."""
    heads = heads_of(pieces)
    tallest = max((head.height for head in heads.values() if head is not None), default=0.0)
    end = flow.room.end
    pages = divide(pieces, lambda page: end - (flow.next_top + tallest if page else flow.top), foot)
    for page in pages[1:]:
        if page and (head := heads.get(id(page[0]))) is not None and head is not page[0]:
            page.insert(0, head)
    return pages


def heads_of(pieces: Sequence[Piece]) -> dict[int, Piece | None]:
    """For each row of a table, by its identity, the row of heads that it stands under, which goes on the next page
    with it. A table's heads are its first row, where that stays with the next one.
    """
    found: dict[int, Piece | None] = {}
    head: Piece | None = None
    inside = False
    for piece in pieces:
        row = piece.tag is not None and piece.tag.kind == "TR"
        if row and not inside:
            head = piece if piece.keep else None
        inside = row
        if row:
            found[id(piece)] = head
    return found


def draw_logo(paper: Paper, layout: Layout, room: Room, office: str) -> float:
    """The office's logo on the upper left, as high as it is wanted and there is room beside the title; its width."""
    png = b64decode(layout.logo)
    wide, high = struct.unpack(">LL", png[16:24])  # PNG (ISO/IEC 15948), 11.2.2: the header comes first
    height = min(layout.logo_height, LOGO_MOST, LOGO_WIDEST * room.scale * high / max(wide, 1)) * MM
    return paper.image(png, room.left, room.top - 4 * MM, height, office)


def fitting(size: float, text: str, face: str = "song", spacing: float = 0.0, measure: float = MEASURE) -> float:
    """The size in which a text stands on one line: this one, or as much smaller as it must be."""
    width = width_of(shape([Run(text, face)])) + spacing * len(text)
    return min(size, measure / width) if width else size


def shortened(text: str, size: float, measure: float) -> str:
    """A text cut off with … where it is longer than its line in this size."""
    if width_of(shape([Run(text)])) * size <= measure + 0.01:
        return text
    while text and width_of(shape([Run(text + "…")])) * size > measure:
        text = text[:-1]
    return text.rstrip() + "…"


def heading(room: Room, text: str, type_: Type, *, level: int = 2) -> list[Piece]:
    """A heading that stays with what follows."""
    return paragraph(shape([Run(text, "hei")]), room.left, room.measure, type_, indent=0, keep=True, kind=f"H{level}")


def text(
    room: Room,
    runs: Sequence[Run],
    type_: Type,
    chinese: bool,
    *,
    indent: float | None = None,
    left: float = 0,
    keep: bool = False,
) -> list[Piece]:
    """A paragraph of the body, `left` points in; a Chinese one is indented two characters and fills its lines."""
    first = (2.0 if chinese else 0.0) if indent is None else indent
    justify = chinese and indent is None
    measure = room.measure - left
    return paragraph(shape(runs), room.left + left, measure, type_, indent=first, justify=justify, keep=keep)


def labelled(room: Room, label: str, content: Sequence[Piece], type_: Type, width: float) -> list[Piece]:
    """Pieces with a label left of the first one, at most `width` points wide. The content must have been laid out
    right of the label.
    """
    if not content:
        return []
    first, *rest = content
    inner = first.draw

    def draw(paper: Paper, top: float) -> None:
        size = fitting(type_.size, label, "hei", measure=width - 1 * MM)
        paper.text(room.left, type_.baseline(top), size, label, "hei")
        if inner:
            inner(paper, top)

    return [first._replace(draw=draw), *rest]


def boxed(runs: Sequence[Run], left: float, width: float, type_: Type) -> list[Piece]:
    """A line with an empty box before it, to be ticked."""
    mark = BOX + 1.6 * MM
    first, *rest = paragraph(shape(runs), left + mark, width - mark, type_, indent=0, justify=False)
    inner = first.draw

    def draw(paper: Paper, top: float) -> None:
        paper.frame(left, top + (type_.leading - BOX) / 2, BOX, BOX, 0.7)
        if inner:
            inner(paper, top)

    return [first._replace(draw=draw), *rest]


def boxed_grid(items: Sequence[str], left: float, width: float, type_: Type, columns: int = 3) -> list[Piece]:
    """Lines with boxes, side by side where they are short; a long one takes as many columns as it needs."""
    unit, mark = width / columns, BOX + 1.6 * MM
    rows: list[list[tuple[float, Piece, list[Piece]]]] = []
    used = columns
    for item in items:
        glyphs = shape([Run(item)])
        natural = width_of(glyphs) * type_.size + mark + 4 * MM
        span = min(columns, max(1, -int(-natural // unit)))
        if used + span > columns:
            rows.append([])
            used = 0
        first, *rest = boxed([Run(item)], left + used * unit, span * unit - (2 * MM if span < columns else 0), type_)
        rows[-1].append((left + used * unit, first, rest))
        used += span
    found: list[Piece] = []
    for row in rows:
        if len(row) == 1:
            found += [row[0][1], *row[0][2]]
        else:
            found.append(Piece(type_.leading, partial(_side_by_side, [first for _left, first, _rest in row])))
    return found


def _side_by_side(pieces: Sequence[Piece], paper: Paper, top: float) -> None:
    for piece in pieces:
        if piece.draw:
            with paper.tagged("P"):
                piece.draw(paper, top)


def pair_rows(
    room: Room, words: Mapping[str, str], pairs: Sequence[tuple[str, Sequence[Run], float]], type_: Type
) -> list[Piece]:
    """A ruled row of labels and values: (key of the label, what stands beside it, its share of the measure); on narrow
    paper a row for each.
    """
    label = 23 * MM
    rows = [[(key, runs, 1.0)] for key, runs, _share in pairs] if room.measure < NARROW else [list(pairs)]
    pieces: list[Piece] = []
    for row in rows:
        cells: list[Cell] = []
        for key, runs, share in row:
            width = share * room.measure - label
            cells += [head_cell(words[key], label), Cell(runs, width, shrink=len(runs) == 1 and runs[0].whole)]
        pieces.append(table_row(cells, room.left, type_, 7.2 * MM))
    return pieces


def sign_piece(
    room: Room, labels: Sequence[tuple[float, str]], type_: Type, height: float = 12 * MM, line: float = 0.0
) -> Piece:
    """Words to sign beside, each from a share of the measure on, in letters as small as their room asks; where line is
    given, a line of it under each. On narrow paper two stand beside each other at most.
    """
    rows = [list(labels)]
    if room.measure < NARROW and len(labels) > 2:
        rows = [[(0.5 * place, words) for place, (_share, words) in enumerate(labels[start : start + 2])]
                for start in range(0, len(labels), 2)]  # fmt: skip

    def draw(paper: Paper, top: float) -> None:
        for number, row in enumerate(rows, 1):
            ends = [share * room.measure - SIGN_GAP for share, _words in row[1:]] + [room.measure]
            size = min(
                fitting(type_.size, words, measure=end - share * room.measure)
                for (share, words), end in zip(row, ends, strict=True)
            )
            base = top + number * height - 3 * MM
            for share, words in row:
                left = room.left + share * room.measure
                width = paper.text(left, base, size, words)
                if line:
                    stop = min(left + width + 1 * MM + line, room.right)
                    paper.rule(left + width + 1 * MM, base + 1.2 * MM, stop, base + 1.2 * MM, 0.5)

    return Piece(len(rows) * height, draw)


def small_gap(type_: Type, share: float = 0.4) -> Piece:
    """White space, in lines."""
    return space(share * type_.leading)
