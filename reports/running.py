"""Papers that flow over as many pages as they need: title on the first, a running head on the others, page numbers,
and a foot (signatures, a stub) that stands on the last one whole. Measures are in points.
"""

import struct
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from models.records.papers import PaperHead
from reports.flow import BOX, Cell, Piece, Type, divide, height_of, paragraph, put, space, table_row
from reports.lines import Run, shape, width_of
from reports.paper import HEIGHT, MM, WIDTH, Paper
from reports.printable import one_line
from reports.sheet import head_cell, page_number

LEFT, MEASURE = 22 * MM, 166 * MM
TOP, NEXT_TOP, END = 41 * MM, 27 * MM, HEIGHT - 18 * MM
LOGO_MOST = 18.0
"""The highest logo that stays above the body, in millimetres."""
LOGO_WIDEST = 44.0
"""The widest one, which stays beside the title."""
SIZES = (Type(11, 17), Type(10.5, 15.5), Type(10, 14.4))
"""Tried one after the other: a paper that fits one page in smaller letters is set in them."""


class Flow(NamedTuple):
    """One paper to be drawn. The bodies are the same thing in the sizes of the letters, the largest first."""

    office: str
    title: str
    running: str  # what stands on top of every further page, with the name of whom it is about
    words: Mapping[str, str]
    chinese: bool
    head: PaperHead


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
    room = height_of(foot)
    for type_ in sizes:
        pieces = list(body(type_))
        if height_of(pieces) + room <= END - TOP:
            pages = [pieces]
            break
    else:
        pieces = list(body(sizes[0]))
        pages = _divided(pieces, room)
    if flow.head.logo:
        _logo(paper, flow)
    paper.bookmark(flow.running)
    with paper.tagged("P"):
        office = one_line(flow.head.heading) or flow.office
        paper.text(WIDTH / 2, 19 * MM, fitting(11, office, measure=MEASURE - 60 * MM), office, align="center")
    with paper.tagged("H1"):
        wide = 0.15 if flow.chinese else 0.0
        size = fitting(20, flow.title, "title", wide)
        paper.text(WIDTH / 2, 31 * MM, size, flow.title, "title", "center", wide)
    bottom = TOP
    for number, page in enumerate(pages):
        if number:
            paper.next_page()
            with paper.decoration():
                base = NEXT_TOP - 7 * MM
                paper.text(LEFT, base, fitting(9.5, flow.running), flow.running)
                paper.rule(LEFT, base + 2 * MM, LEFT + MEASURE, base + 2 * MM)
        bottom = put(paper, page, NEXT_TOP if number else TOP)
        if len(pages) > 1:
            page_number(paper, flow.words, number + 1, len(pages), LEFT + MEASURE, up=10 * MM)
    put(paper, foot, END - room if at_end else bottom)


def _divided(pieces: Sequence[Piece], foot: float) -> list[list[Piece]]:
    """The pages; a table that goes on has its heads again."""
    heads = heads_of(pieces)
    tallest = max((head.height for head in heads.values() if head is not None), default=0.0)
    pages = divide(pieces, lambda page: END - (NEXT_TOP + tallest if page else TOP), foot)
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


def _logo(paper: Paper, flow: Flow) -> None:
    """The office's logo on the upper left, as high as it is wanted and there is room beside the title."""
    png = b64decode(flow.head.logo)
    wide, high = struct.unpack(">LL", png[16:24])  # PNG (ISO/IEC 15948), 11.2.2: the header comes first
    height = min(flow.head.logo_height, LOGO_MOST, LOGO_WIDEST * high / max(wide, 1)) * MM
    paper.image(png, LEFT, 11 * MM, height, flow.office)


def fitting(size: float, text: str, face: str = "song", spacing: float = 0.0, measure: float = MEASURE) -> float:
    """The size in which a text stands on one line: this one, or as much smaller as it must be."""
    width = width_of(shape([Run(text, face)])) + spacing * len(text)
    return min(size, measure / width) if width else size


def heading(text: str, type_: Type, *, level: int = 2) -> list[Piece]:
    """A heading that stays with what follows."""
    return paragraph(shape([Run(text, "hei")]), LEFT, MEASURE, type_, indent=0, keep=True, kind=f"H{level}")


def text(
    runs: Sequence[Run], type_: Type, chinese: bool, *, indent: float | None = None, left: float = 0, keep: bool = False
) -> list[Piece]:
    """A paragraph of the body, `left` points in; a Chinese one is indented two characters and fills its lines."""
    first = (2.0 if chinese else 0.0) if indent is None else indent
    return paragraph(
        shape(runs), LEFT + left, MEASURE - left, type_, indent=first, justify=chinese and indent is None, keep=keep
    )


def labelled(label: str, content: Sequence[Piece], type_: Type) -> list[Piece]:
    """Pieces with a label left of the first one. The content must have been laid out right of the label."""
    if not content:
        return []
    first, *rest = content
    inner = first.draw

    def draw(paper: Paper, top: float) -> None:
        paper.text(LEFT, type_.baseline(top), type_.size, label, "hei")
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


def pair_row(words: Mapping[str, str], pairs: Sequence[tuple[str, Sequence[Run], float]], type_: Type) -> Piece:
    """One ruled row of labels and values: (key of the label, what stands beside it, width of both)."""
    cells: list[Cell] = []
    for key, runs, width in pairs:
        label = 23 * MM
        cells += [head_cell(words[key], label), Cell(runs, width - label, shrink=len(runs) == 1 and runs[0].whole)]
    return table_row(cells, LEFT, type_, 7.2 * MM)


def sign_piece(labels: Sequence[tuple[float, str]], type_: Type, height: float = 12 * MM, line: float = 0.0) -> Piece:
    """Words to sign beside, each from a share of the measure on; where line is given, a line of it under each."""

    def draw(paper: Paper, top: float) -> None:
        base = top + height - 3 * MM
        for share, words in labels:
            left = LEFT + share * MEASURE
            width = paper.text(left, base, type_.size, words)
            if line:
                paper.rule(left + width + 1 * MM, base + 1.2 * MM, left + width + 1 * MM + line, base + 1.2 * MM, 0.5)

    return Piece(height, draw)


def small_gap(type_: Type, share: float = 0.4) -> Piece:
    """White space, in lines."""
    return space(share * type_.leading)
