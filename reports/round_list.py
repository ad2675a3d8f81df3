"""A round of visits as a paper list for the day without a battery; its line numbers are typed in afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from pydantic import Field

from reports.flow import BOX, Cell, Piece, Type, divide, put, table_row
from reports.lines import Line, Run, break_lines, name_run, shape, width_of
from reports.paper import HEIGHT, MM, Paper
from reports.printable import check, one_line
from reports.sheet import Language, SheetValue, draw_sheet, head_cell, page_number
from reports.wording import day_text, wording

LEFT, MEASURE = 10 * MM, 190 * MM
TOP, END = 39 * MM, HEIGHT - 14 * MM
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
    words = wording("round", value.language)
    return draw_sheet(
        lambda paper: _draw(paper, value, words),
        title=value.name,
        author=value.office,
        subject=words["subject"],
        language=value.language,
        day=value.printed_on,
    )


def _draw(paper: Paper, value: RoundSheet, words: Mapping[str, str]) -> None:
    head = table_row(list(_heads(words)), LEFT, HEAD, 8 * MM)
    rows = [_row(line, words) for line in value.lines]
    pages = divide(rows, lambda _page: END - TOP - head.height, 0)
    for number, page in enumerate(pages, 1):
        if number > 1:
            paper.next_page()
        _above(paper, value, words)
        page_number(paper, words, number, len(pages), LEFT + MEASURE, 8 * MM)
        paper.text(LEFT, HEIGHT - 8 * MM, 8, words["kept"])
        put(paper, [head, *page], TOP)


def _above(paper: Paper, value: RoundSheet, words: Mapping[str, str]) -> None:
    """The head of a page: which round, who walks, on which day and at what time of it."""
    title = shape([Run(one_line(value.name), "hei")])
    size = min(15.0, 118 * MM / max(width_of(title), 1))
    paper.glyphs(LEFT, 16 * MM, size, title)
    paper.text(LEFT + MEASURE, 16 * MM, 9, one_line(value.office), align="right")
    worker = words["worker"].format(worker=one_line(value.worker)) if value.worker else words["worker_blank"]
    at = LEFT + paper.text(LEFT, 24 * MM, 10.5, worker) + 8 * MM
    at += paper.text(at, 24 * MM, 10.5, words["day"]) + 8 * MM
    at += paper.text(at, 24 * MM, 10.5, words["part"]) + 1.5 * MM
    for part in PARTS:
        paper.frame(at, 24 * MM - BOX + 0.4 * MM, BOX, BOX, 0.7)
        at += BOX + 1.2 * MM
        at += paper.text(at, 24 * MM, 10.5, words[part]) + 3.5 * MM
    printed = words["printed"].format(date=day_text(words["date"], value.printed_on))
    facts = (value.purpose, words["doors"].format(n=len(value.lines)), printed, words["how"])
    told = "　".join(one_line(fact) for fact in facts if fact)
    line = break_lines(shape([Run(told)]), MEASURE / 9, 0, justify=False)
    for place, broken in enumerate(line[:2]):
        paper.line(LEFT, (31 + 4.6 * place) * MM, 9, broken)


def _heads(words: Mapping[str, str]) -> Iterator[Cell]:
    for key in ("number", "door", "people", "due"):
        yield Cell([Run(words[key], "hei")], _WIDTHS[key] * MM, centre=key == "number")
    for outcome in OUTCOMES:
        yield head_cell(words[outcome], _BOX_WIDTH)
    for key in ("retry", "note"):
        yield Cell([Run(words[key], "hei")], _WIDTHS[key] * MM)


def _row(line: RoundLine, words: Mapping[str, str]) -> Piece:
    """A door: number, address, people, what is due, four boxes, room for the rest."""
    left = LEFT
    cells: list[_Laid] = []
    for key, paragraphs in _told(line, words).items():
        width = _WIDTHS[key] * MM
        cells.append(_laid(left, width, paragraphs))
        left += width + (len(OUTCOMES) * _BOX_WIDTH if key == "due" else 0)
    height = max(ROW, max(cell.height for cell in cells) + 2 * _PAD)
    boxes = LEFT + sum(_WIDTHS[key] for key in ("number", "door", "people", "due")) * MM

    def draw(paper: Paper, top: float) -> None:
        at = LEFT
        for key, width in _WIDTHS.items():
            if key == "retry":
                for _outcome in OUTCOMES:
                    paper.frame(at, top, _BOX_WIDTH, height)
                    at += _BOX_WIDTH
            paper.frame(at, top, width * MM, height)
            at += width * MM
        side = 1.5 * BOX
        for place in range(len(OUTCOMES)):
            middle = boxes + (place + 0.5) * _BOX_WIDTH
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
