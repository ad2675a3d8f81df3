"""A round of visits as a paper list for the day without a battery; its line numbers are typed in afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from pydantic import Field

from models.records.layout import Layout, own_layout
from reports.flow import BOX, Cell, Piece, Type, divide, put, table_row
from reports.lines import Line, Run, break_lines, name_run, shape, width_of
from reports.paper import MM, Paper
from reports.printable import check, one_line
from reports.running import Room, draw_logo, fitting, room_of
from reports.sheet import Language, SheetValue, draw_sheet, head_cell, page_number
from reports.wording import day_text, own_wording

MEASURE = 190 * MM  # of the columns below
SMALL, HEAD, DOOR, NUMBER = Type(8.5, 11.4), Type(8, 10.4), Type(10.5, 13.2), Type(11, 14)
ROW = 15 * MM
"""The least height of a door: room for a word with a cold hand."""

OUTCOMES = ("met", "nobody_home", "refused", "moved_away")
PARTS = ("morning", "afternoon", "evening", "weekend")
_WIDTHS = {
    "number": 10,
    "door": 27,
    "people": 44,
    "due": 33,
    "retry": 14,
    "note": 22,
}  # mm; each box has a tenth of 100
_BOX_WIDTH = 10 * MM
_PAD = 1.2 * MM


class PersonLine(SheetValue):
    """Somebody behind the door, numbered from 1 in the order of the line."""

    name: str
    about: str = ""  # age, and a phone's last digits


class RoundLine(SheetValue):
    """One door of the list, all in words."""

    number: int = Field(ge=1)  # of the door in its round; what is typed in afterwards
    door: str  # building, unit and number
    street: str = ""
    people: tuple[PersonLine, ...] = ()
    before: str = ""  # the last visit, or what came of this round's tries
    due: tuple[str, ...] = ()
    retry: str = ""
    note: str = ""


class RoundSheet(SheetValue):
    """A round as it is printed, in the words of its language; nothing is looked up later."""

    language: Language = "zh"
    office: str
    name: str
    purpose: str = ""
    worker: str = ""  # who walks; empty: to be written by hand
    printed_on: date
    lines: tuple[RoundLine, ...]
    layout: Layout = own_layout("round_list")


class _Laid(NamedTuple):
    """The lines of one cell: their letters, and where they begin."""

    left: float
    lines: list[tuple[Line, Type]]

    @property
    def height(self) -> float:
        return sum(type_.leading for _line, type_ in self.lines)


def render_round(value: RoundSheet) -> bytes:
    """The list as a PDF of A4 sheets, with round, worker, day and page on each.

    Raises UnprintableText for a character in no face, and UnmaskedNumber for a whole identity number. The same value
    always gives the same bytes.
    """
    check(value)
    words, room = own_wording("round", value.language, value.layout.texts), room_of(value.layout)
    return draw_sheet(
        lambda paper: _draw(paper, value, words, room),
        title=value.name,
        author=value.office,
        subject=words["subject"],
        language=value.language,
        day=value.printed_on,
        size=room.size,
    )


def _draw(paper: Paper, value: RoundSheet, words: Mapping[str, str], room: Room) -> None:
    top, scale = room.top + 28 * MM, room.measure / MEASURE
    head = table_row(list(_heads(words, scale)), room.left, HEAD, 8 * MM)
    rows = [_row(line, words, room.left, scale) for line in value.lines]
    pages = divide(rows, lambda _page: room.end - top - head.height, 0)
    foot = max(room.size[1] - room.end - 6 * MM, 5 * MM)
    kept = fitting(8, words["kept"], measure=room.measure - 32 * MM)
    for number, page in enumerate(pages, 1):
        if number > 1:
            paper.next_page()
        _above(paper, value, words, room)
        page_number(paper, words, number, len(pages), room.right, foot)
        paper.text(room.left, room.size[1] - foot, kept, words["kept"])
        put(paper, [head, *page], top)


def _above(paper: Paper, value: RoundSheet, words: Mapping[str, str], room: Room) -> None:
    """The head of a page: which round, who walks, on which day and at what time of it."""
    office = one_line(value.layout.heading) or one_line(value.office)
    first, left = room.top + 5 * MM, room.left
    if value.layout.logo:
        layout = value.layout.model_copy(update={"logo_height": min(value.layout.logo_height, 11.0)})
        left += draw_logo(paper, layout, room, office) + 3 * MM
    title = shape([Run(one_line(value.name), "hei")])
    size = min(15.0, (room.measure - 72 * MM - (left - room.left)) / max(width_of(title), 1))
    paper.glyphs(left, first, size, title)
    paper.text(room.right, first, fitting(9, office, measure=68 * MM), office, align="right")
    worker = words["worker"].format(worker=one_line(value.worker)) if value.worker else words["worker_blank"]
    base = first + 8 * MM
    parts = [shape([Run(words[part])]) for part in PARTS]
    said = [shape([Run(text)]) for text in (worker, words["day"], words["part"])]
    gaps = 17.5 * MM + len(PARTS) * (BOX + 4.7 * MM)
    size = min(10.5, (room.measure - gaps) / sum(map(width_of, [*said, *parts])))
    at = room.left
    for glyphs, gap in zip(said, (8 * MM, 8 * MM, 1.5 * MM), strict=True):
        with paper.tagged("P"):
            paper.glyphs(at, base, size, glyphs)
        at += width_of(glyphs) * size + gap
    for glyphs in parts:
        paper.frame(at, base - BOX + 0.4 * MM, BOX, BOX, 0.7)
        at += BOX + 1.2 * MM
        with paper.tagged("P"):
            paper.glyphs(at, base, size, glyphs)
        at += width_of(glyphs) * size + 3.5 * MM
    printed = words["printed"].format(date=day_text(words["date"], value.printed_on))
    facts = (value.purpose, words["doors"].format(n=len(value.lines)), printed, words["how"])
    told = "　".join(one_line(fact) for fact in facts if fact)
    line = break_lines(shape([Run(told)]), room.measure / 9, 0, justify=False)
    for place, broken in enumerate(line[:2]):
        paper.line(room.left, first + (15 + 4.6 * place) * MM, 9, broken)


def _heads(words: Mapping[str, str], scale: float) -> Iterator[Cell]:
    for key in ("number", "door", "people", "due"):
        yield Cell([Run(words[key], "hei")], _WIDTHS[key] * MM * scale, centre=key == "number")
    for outcome in OUTCOMES:
        yield head_cell(words[outcome], _BOX_WIDTH * scale)
    for key in ("retry", "note"):
        yield Cell([Run(words[key], "hei")], _WIDTHS[key] * MM * scale)


def _row(line: RoundLine, words: Mapping[str, str], start: float, scale: float) -> Piece:
    """A door: number, address, people, what is due, four boxes, room for the rest."""
    left, box = start, _BOX_WIDTH * scale
    cells: list[_Laid] = []
    for key, paragraphs in _told(line, words).items():
        width = _WIDTHS[key] * MM * scale
        cells.append(_laid(left, width, paragraphs))
        left += width + (len(OUTCOMES) * box if key == "due" else 0)
    height = max(ROW, max(cell.height for cell in cells) + 2 * _PAD)
    boxes = start + sum(_WIDTHS[key] for key in ("number", "door", "people", "due")) * MM * scale

    def draw(paper: Paper, top: float) -> None:
        at = start
        for key, width in _WIDTHS.items():
            if key == "retry":
                for _outcome in OUTCOMES:
                    paper.frame(at, top, box, height)
                    at += box
            paper.frame(at, top, width * MM * scale, height)
            at += width * MM * scale
        side = 1.5 * BOX
        for place in range(len(OUTCOMES)):
            middle = boxes + (place + 0.5) * box
            paper.frame(middle - side / 2, top + (height - side) / 2, side, side, 0.8)
        for cell in cells:
            base = top + _PAD
            for laid, type_ in cell.lines:
                paper.line(cell.left + _PAD, type_.baseline(base), type_.size, laid)
                base += type_.leading

    return Piece(height, draw)


def _told(line: RoundLine, words: Mapping[str, str]) -> dict[str, list[tuple[list[Run], Type]]]:
    """The paragraphs of each column."""
    people = [
        ([Run(f"{place}　"), name_run(one_line(person.name)), Run(" " + one_line(person.about), whole=True)], SMALL)
        for place, person in enumerate(line.people, 1)
    ]
    street = [([Run(one_line(line.street))], HEAD)] if line.street else []
    before = [([Run(one_line(line.before))], HEAD)] if line.before else []
    return {
        "number": [([Run(str(line.number), "hei")], NUMBER)],
        "door": [*street, ([Run(one_line(line.door), "hei")], DOOR), *before],
        "people": people or [([Run(words["nobody"])], SMALL)],
        "due": [([Run("· " + one_line(words))], SMALL) for words in line.due],
        "retry": [([Run(one_line(line.retry))], SMALL)] if line.retry else [],
        "note": [([Run(one_line(line.note))], SMALL)] if line.note else [],
    }


def _laid(left: float, width: float, paragraphs: Sequence[tuple[list[Run], Type]]) -> _Laid:
    lines = []
    for runs, type_ in paragraphs:
        room = (width - 2 * _PAD) / type_.size
        lines += [(line, type_) for line in break_lines(shape(runs), room, 0, justify=False)]
    return _Laid(left, lines)
