"""The slip that an office hands over for a batch it has taken in (数据接收回执): half a sheet, one frozen value in."""

from datetime import datetime

from pydantic import Field

from reports.flow import Cell, Piece, Type, paragraph, put, space, table_row
from reports.lines import Run, shape
from reports.paper import HEIGHT, MM, WIDTH, Paper
from reports.printable import check, one_line
from reports.sheet import Language, SheetValue, draw_sheet, head_cell
from reports.wording import day_text, wording

LEFT, MEASURE = 28 * MM, 156 * MM
TYPE = Type(11.5, 18)
SMALL = Type(10, 14.5)


class ReceiptCount(SheetValue):
    """How many records of one kind the batch brought; the kind in words, in the language of the slip."""

    kind: str
    number: int = Field(ge=0)


class ReceiptValue(SheetValue):
    """What an office says about a batch. Moments are local to the office; they are printed to the minute."""

    language: Language = "zh"
    batch: str  # its identifier
    device: str  # as the office calls it
    sender: str  # the community or street that sent it
    worker: str = ""
    office: str
    received_at: datetime
    through: datetime  # of the last change that is in it
    changes: int = Field(ge=0)
    counts: tuple[ReceiptCount, ...] = ()
    waiting: int = Field(default=0, ge=0)  # taken in, but differing from other records
    refused: int = Field(default=0, ge=0)  # not taken in
    check_code: str = ""  # of the batch, as both machines show it


def render_receipt(value: ReceiptValue) -> bytes:
    """The slip as a PDF: the upper half of an A4 sheet, the cutting line under it.

    Raises UnprintableText when a character is in no face. The same value always gives the same bytes.
    """
    check(value)
    words = wording("receipt", value.language)
    return draw_sheet(
        lambda paper: _draw(paper, value),
        title=f"{words['title']} {value.batch}",
        author=value.office,
        subject=words["subject"],
        language=value.language,
        day=value.received_at.date(),
    )


def _draw(paper: Paper, value: ReceiptValue) -> None:
    words = wording("receipt", value.language)
    top, sign = 16 * MM, 136 * MM
    wide = 0.2 if value.language == "zh" else 0
    paper.text(WIDTH / 2, top + 6 * MM, 20, words["title"], "title", "center", wide)
    put(paper, _body(value), top + 12 * MM)
    paper.text(LEFT, sign, TYPE.size, words["seal"])
    paper.text(LEFT + 90 * MM, sign, TYPE.size, words["clerk"])
    paper.rule(10 * MM, HEIGHT / 2, WIDTH - 10 * MM, HEIGHT / 2, 0.6, dash="4 3")


def _moment(pattern: str, at: datetime) -> str:
    return day_text(pattern.replace("{h}", str(at.hour)).replace("{min}", f"{at.minute:02d}"), at.date())


def _body(value: ReceiptValue) -> list[Piece]:
    words = wording("receipt", value.language)
    chinese = value.language == "zh"
    indent = 2.0 if chinese else 0.0

    def text(key: str, type_: Type, face: str = "song", **facts: object) -> list[Piece]:
        glyphs = shape([Run(words[key].format(**facts), face)])
        return paragraph(glyphs, LEFT, MEASURE, type_, indent=indent, justify=chinese)

    def row(*cells: tuple[str, str, float]) -> Piece:
        laid = []
        for key, shown, width in cells:
            laid.append(head_cell(words[key], 24 * MM))
            laid.append(Cell([Run(one_line(shown), whole=True)], width - 24 * MM, shrink=True))
        return table_row(laid, LEFT, SMALL, 7 * MM)

    pieces = text(
        "body",
        TYPE,
        device=one_line(value.device),
        through=_moment(words["moment"], value.through),
        changes=value.changes,
        office=one_line(value.office),
    )
    pieces.append(space(3 * MM))
    half = MEASURE / 2
    pieces.append(row(("batch", value.batch, MEASURE)))
    pieces.append(row(("sender", value.sender, half), ("device", value.device, half)))
    received = _moment(words["moment"], value.received_at)
    pieces.append(row(("worker", value.worker, half), ("received", received, half)))
    if value.check_code:
        pieces.append(row(("check", value.check_code, MEASURE)))
    if value.counts:
        pieces.append(space(2.5 * MM))
        pieces += _counts(value)
    pieces.append(space(2 * MM))
    if value.waiting or value.refused:
        pieces += text("attention", SMALL, "hei", waiting=value.waiting, refused=value.refused)
    return pieces + text("advice", SMALL)


def _counts(value: ReceiptValue) -> list[Piece]:
    """Kinds above, numbers below, six to a row, the total at the end."""
    words = wording("receipt", value.language)
    shown = [(count.kind, count.number) for count in value.counts] + [(words["total"], value.changes)]
    columns = min(6, len(shown))
    width = (MEASURE - 24 * MM) / columns
    pieces = []
    for start in range(0, len(shown), columns):
        part = shown[start : start + columns]
        heads = [Cell([Run(words["kind"], "hei")], 24 * MM, centre=True)]
        heads += [Cell([Run(one_line(kind))], width, centre=True, shrink=True) for kind, _ in part]
        numbers = [Cell([Run(words["count"], "hei")], 24 * MM, centre=True)]
        numbers += [Cell([Run(str(number))], width, centre=True) for _, number in part]
        pieces += [table_row(heads, LEFT, SMALL, 6.5 * MM, keep=True), table_row(numbers, LEFT, SMALL, 6.5 * MM)]
    return pieces
