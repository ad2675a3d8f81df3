"""The two-sided list by which households go from one worker to another (住户交接清单), in two marked copies.

Every household with its address, its people and what is open there; a column for the taker to tick; and signature lines
of both sides (移交人, 接收人) and of a witness. The same value always gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from reports.flow import Cell, Piece, Type, divide, paragraph, put, space, table_row
from reports.lines import Run, name_run, shape
from reports.paper import HEIGHT, MM, WIDTH, Paper
from reports.printable import check, one_line
from reports.sheet import Language, SheetValue, draw_sheet, head_cell, head_row, page_number, signature_lines
from reports.wording import day_text, wording

LEFT, MEASURE = 18 * MM, 174 * MM
TOP, NEXT_TOP, END = 36 * MM, 28 * MM, HEIGHT - 20 * MM
SIGNATURES = 42 * MM
TEXT, SMALL = Type(10.5, 15.8), Type(9.5, 13.4)
LABEL = 24 * MM
COLUMNS = (("number", 11), ("household", 55), ("things", 73), ("due", 21), ("taken", 14))
"""Columns of the list with their widths in mm."""


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


def render_handover(value: HandoverSheet) -> bytes:
    """Both copies as one PDF, each with its own page numbers. Raises UnprintableText for a character in no face, and
    UnmaskedNumber for a whole identity number.
    """
    check(value)
    words = wording("handover", value.language)
    day = day_text(words["date"], value.handed_on)

    def draw(paper: Paper) -> None:
        for number, whose in ((1, "copy_giver"), (2, "copy_taker")):
            if number > 1:
                paper.next_page()
            _draw(paper, value, words["copy"].format(n=number, whose=words[whose]))

    return draw_sheet(
        draw,
        title=f"{words['title']} {day}",
        author=value.community,
        subject=words["subject"],
        language=value.language,
        day=value.handed_on,
    )


def _draw(paper: Paper, value: HandoverSheet, copy: str) -> None:
    words = wording("handover", value.language)
    chinese = value.language == "zh"
    head = head_row(words, [(key, width * MM) for key, width in COLUMNS], LEFT, SMALL, 7 * MM)
    above = [*_above(value), head]
    rows = [row for number, one in enumerate(value.households, 1) for row in _rows(number, one, value.language)]
    pages = divide(
        [*above, *rows, *_below(value)], lambda page: END - (NEXT_TOP + head.height if page else TOP), SIGNATURES
    )
    in_table = {id(row) for row in rows}
    bottom = TOP
    paper.text(WIDTH / 2, 17 * MM, 10.5, one_line(value.community), align="center")
    paper.text(WIDTH / 2, 27 * MM, 19, words["title"], "title", "center", 0.15 if chinese else 0)
    for number, page in enumerate(pages):
        if number:
            paper.next_page()
            paper.text(
                LEFT, NEXT_TOP - 8 * MM, 9.5, f"{words['title']}　{one_line(value.giver)} → {one_line(value.taker)}"
            )
            page = [head, *page] if any(id(piece) in in_table for piece in page) else page
        bottom = put(paper, page, NEXT_TOP if number else TOP)
        paper.text(LEFT + MEASURE, 12 * MM, 9, copy, "hei", align="right")
        page_number(paper, words, number + 1, len(pages), LEFT + MEASURE)
        paper.text(LEFT, HEIGHT - 11 * MM, 8.5, words["kept"])
    signers = ("giver_sign", "taker_sign", "witness_sign")
    signature_lines(paper, words, signers, LEFT, MEASURE, bottom + 20 * MM, gap=6 * MM, below=10 * MM)


def _above(value: HandoverSheet) -> Iterator[Piece]:
    words = wording("handover", value.language)
    half = MEASURE / 2 - LABEL
    things = sum(len(one.things) for one in value.households)

    def head(key: str) -> Cell:
        return head_cell(words[key], LABEL)

    yield table_row(
        [head("giver"), Cell([name_run(one_line(value.giver))], half),
         head("taker"), Cell([name_run(one_line(value.taker))], half)],
        LEFT, TEXT, 8 * MM,
    )  # fmt: skip
    count = words["count_value"].format(households=len(value.households), things=things)
    yield table_row(
        [head("handed_on"), Cell([Run(day_text(words["date"], value.handed_on))], half),
         head("count"), Cell([Run(count)], half, shrink=True)],
        LEFT, TEXT, 8 * MM,
    )  # fmt: skip
    if value.note:
        yield table_row([head("note"), Cell([Run(one_line(value.note))], MEASURE - LABEL)], LEFT, TEXT, 8 * MM)
    yield space(2 * MM)
    yield from paragraph(
        shape([Run(words["check"])]), LEFT, MEASURE, SMALL, indent=0, justify=value.language == "zh", keep=True
    )
    yield space(1.5 * MM)


def _rows(number: int, one: SheetHousehold, language: Language) -> Iterator[Piece]:
    """A row for each thing that is open; who and where stands in the first and stays with it."""
    words = wording("handover", language)
    people = ("、" if language == "zh" else ", ").join(one_line(name) for name in one.people)
    who = f"{one_line(one.address)}　{people}" if people else one_line(one.address)
    taken = "" if one.taken is None else words["yes"] if one.taken else words["no"]
    widths = [width * MM for _key, width in COLUMNS]
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
        yield table_row(cells, LEFT, SMALL, 7 * MM, keep=first and len(things) > 1)


def _below(value: HandoverSheet) -> Iterator[Piece]:
    words = wording("handover", value.language)
    yield space(4 * MM)
    yield from paragraph(shape([Run(words["remark"], "hei")]), LEFT, MEASURE, TEXT, indent=0)
