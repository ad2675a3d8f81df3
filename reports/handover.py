"""The two-sided list by which households go from one worker to another (住户交接清单), in two marked copies.

Every household with its address, its people and what is open there; a column for the taker to tick; and signature lines
of both sides (移交人, 接收人) and of a witness. The same value always gives the same bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from models.records.layout import Layout, own_layout
from reports.flow import Cell, Piece, Type, divide, paragraph, put, space, table_row
from reports.lines import Run, name_run, shape
from reports.paper import MM, Paper
from reports.printable import check, one_line
from reports.running import Room, draw_logo, fitting, room_of
from reports.sheet import (
    Language,
    SheetValue,
    draw_sheet,
    head_cell,
    head_row,
    mark_reprint,
    page_number,
    signature_lines,
)
from reports.wording import day_text, own_wording

MEASURE = 174 * MM  # of the columns below
SIGNATURES = 42 * MM
TEXT, SMALL = Type(10.5, 15.8), Type(9.5, 13.4)
LABEL = 24 * MM
COLUMNS = (("number", 11), ("household", 55), ("things", 73), ("due", 21), ("taken", 14))
"""Columns of the list with their widths in mm on the program's own A4."""


class SheetThing(SheetValue):
    """Something that is open, in words."""

    words: str
    due: date | None = None


class SheetHousehold(SheetValue):
    """A household of the list."""

    address: str
    people: tuple[str, ...] = ()
    things: tuple[SheetThing, ...] = ()
    taken: bool | None = None  # printed where it was answered already


class HandoverSheet(SheetValue):
    """A handover as it is printed, in the words of its language; nothing is looked up later."""

    language: Language = "zh"
    community: str
    giver: str
    taker: str
    handed_on: date
    note: str = ""
    households: tuple[SheetHousehold, ...]
    layout: Layout = own_layout("handover")


def render_handover(value: HandoverSheet, again: date | None = None) -> bytes:
    """Both copies as one PDF, each with its own page numbers; again: the day of a reprint, which both say then.

    Raises UnprintableText for a character in no face, and UnmaskedNumber for a whole identity number.
    """
    check(value)
    words, room = own_wording("handover", value.language, value.layout.texts), room_of(value.layout)
    day = day_text(words["date"], value.handed_on)

    def draw(paper: Paper) -> None:
        for number, whose in ((1, "copy_giver"), (2, "copy_taker")):
            if number > 1:
                paper.next_page()
            if again is not None:
                mark_reprint(paper, value.language, again)
            _draw(paper, value, words, room, words["copy"].format(n=number, whose=words[whose]))

    return draw_sheet(
        draw,
        title=f"{words['title']} {day}",
        author=value.community,
        subject=words["subject"],
        language=value.language,
        day=value.handed_on,
        size=room.size,
    )


def _draw(paper: Paper, value: HandoverSheet, words: Mapping[str, str], room: Room, copy: str) -> None:
    top, next_top = room.top + 23 * MM, room.top + 15 * MM
    scale = room.measure / MEASURE
    head = head_row(words, [(key, width * MM * scale) for key, width in COLUMNS], room.left, SMALL, 7 * MM)
    above = [*_above(value, words, room), head]
    rows = [row for number, one in enumerate(value.households, 1) for row in _rows(number, one, value, words, room)]
    below = _below(words, room)
    pages = divide(
        [*above, *rows, *below], lambda page: room.end - (next_top + head.height if page else top), SIGNATURES
    )
    in_table = {id(row) for row in rows}
    bottom = top
    middle, high = room.size
    if value.layout.logo:
        draw_logo(paper, value.layout, room, one_line(value.community))
    office = one_line(value.layout.heading) or one_line(value.community)
    paper.text(
        middle / 2, room.top + 4 * MM, fitting(10.5, office, measure=room.measure - 60 * MM), office, align="center"
    )
    wide = 0.15 if value.language == "zh" else 0
    size = fitting(19, words["title"], "title", wide, room.measure)
    paper.text(middle / 2, room.top + 14 * MM, size, words["title"], "title", "center", wide)
    foot = max(high - room.end - 9 * MM, 6 * MM)
    for number, page in enumerate(pages):
        if number:
            paper.next_page()
            said = f"{words['title']}　{one_line(value.giver)} → {one_line(value.taker)}"
            paper.text(room.left, next_top - 8 * MM, 9.5, said)
            page = [head, *page] if any(id(piece) in in_table for piece in page) else page
        bottom = put(paper, page, next_top if number else top)
        paper.text(room.right, room.top - 1 * MM, 9, copy, "hei", align="right")
        page_number(paper, words, number + 1, len(pages), room.right, up=foot)
        kept = fitting(8.5, words["kept"], measure=room.measure - 32 * MM)
        paper.text(room.left, high - foot, kept, words["kept"])
    signers = ("giver_sign", "taker_sign", "witness_sign")
    signature_lines(paper, words, signers, room.left, room.measure, bottom + 20 * MM, gap=6 * MM, below=10 * MM)


def _above(value: HandoverSheet, words: Mapping[str, str], room: Room) -> Iterator[Piece]:
    half = room.measure / 2 - LABEL
    things = sum(len(one.things) for one in value.households)

    def head(key: str) -> Cell:
        return head_cell(words[key], LABEL)

    def row(*cells: Cell) -> Piece:
        return table_row(cells, room.left, TEXT, 8 * MM)

    giver, taker = (Cell([name_run(one_line(name))], half) for name in (value.giver, value.taker))
    yield row(head("giver"), giver, head("taker"), taker)
    handed = Cell([Run(day_text(words["date"], value.handed_on))], half)
    count = words["count_value"].format(households=len(value.households), things=things)
    yield row(head("handed_on"), handed, head("count"), Cell([Run(count)], half, shrink=True))
    if value.note:
        yield row(head("note"), Cell([Run(one_line(value.note))], room.measure - LABEL))
    yield space(2 * MM)
    chinese = value.language == "zh"
    yield from paragraph(
        shape([Run(words["check"])]), room.left, room.measure, SMALL, indent=0, justify=chinese, keep=True
    )
    yield space(1.5 * MM)


def _rows(
    number: int, one: SheetHousehold, value: HandoverSheet, words: Mapping[str, str], room: Room
) -> Iterator[Piece]:
    """A row for each thing that is open; who and where stands in the first and stays with it."""
    people = ("、" if value.language == "zh" else ", ").join(one_line(name) for name in one.people)
    who = f"{one_line(one.address)}　{people}" if people else one_line(one.address)
    taken = "" if one.taken is None else words["yes"] if one.taken else words["no"]
    widths = [width * MM * room.measure / MEASURE for _key, width in COLUMNS]
    things: Sequence[SheetThing] = one.things or (SheetThing(words=words["none"]),)
    for place, thing in enumerate(things):
        first = place == 0
        due = thing.due.isoformat() if thing.due else ""
        cells = [
            Cell([Run(str(number) if first else "")], widths[0], centre=True),
            Cell([Run(who if first else "")], widths[1]),
            Cell([Run(one_line(thing.words))], widths[2]),
            Cell([Run(due, whole=True)], widths[3], centre=True, shrink=True),
            Cell(
                [Run(taken if first else "", whole=True)], widths[4], centre=True, shrink=True, box=first and not taken
            ),
        ]
        yield table_row(cells, room.left, SMALL, 7 * MM, keep=first and len(things) > 1)


def _below(words: Mapping[str, str], room: Room) -> Iterator[Piece]:
    yield space(4 * MM)
    yield from paragraph(shape([Run(words["remark"], "hei")]), room.left, room.measure, TEXT, indent=0)
