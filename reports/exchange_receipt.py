"""The receipt for changes that a worker brought (数据交接回执): two copies on one sheet A4, to be cut in the middle.

It says how many changes are held up to when, how many of each day, what lacks, and a check code of the version vector;
it holds no name of a resident. The same value always gives the same bytes.
"""

from collections.abc import Iterator
from datetime import date

from reports.flow import Cell, Piece, Type, height_of, paragraph, put, space, table_row
from reports.lines import Run, name_run, shape
from reports.paper import HEIGHT, MM, WIDTH, Paper
from reports.printable import check, one_line
from reports.sheet import Language, SheetValue, draw_sheet, head_cell, signature_lines
from reports.wording import day_text, wording

LEFT, MEASURE = 20 * MM, 170 * MM
HALF = HEIGHT / 2
TITLE, TOP = 19 * MM, 25 * MM
SIGN = 34 * MM  # from the foot of a half to its signatures
LABEL = 26 * MM
BIG, TEXT, SMALL = Type(12.0, 18.0), Type(10.5, 15.0), Type(9.0, 12.6)
A_ROW = 5  # days that stand side by side
MOST_DAYS = 10
MOST_PARTS = 3


class ReceiptDay(SheetValue):
    """The changes of one day that are held."""

    day: date
    changes: int


class AbsentParts(SheetValue):
    """Files of one export that did not come."""

    day: date
    of: int
    parts: tuple[int, ...]


class ExchangeReceipt(SheetValue):
    """What is held of a worker's changes, in the words of its language; nothing is looked up later."""

    language: Language = "zh"
    holder: str
    bringer: str
    workers: tuple[str, ...] = ()
    changes: int
    through_day: date | None = None
    through_time: str = ""
    said_day: date
    said_time: str
    days: tuple[ReceiptDay, ...] = ()
    earlier: int = 0
    lacking: int = 0
    absent: tuple[AbsentParts, ...] = ()
    not_there: int = 0
    conflicts: int = 0
    state: tuple[str, ...] = ()  # the version vector in short: device-sequence-hash


def render_exchange_receipt(value: ExchangeReceipt) -> bytes:
    """Both copies on one sheet. Raises UnprintableText for a character in no face, UnmaskedNumber for a whole identity
    number.
    """
    check(value)
    words = wording("exchange_receipt", value.language)

    def draw(paper: Paper) -> None:
        for upper, copy in ((0.0, "copy_worker"), (HALF, "copy_office")):
            _copy(paper, value, upper, words[copy])
        with paper.decoration():
            paper.rule(LEFT, HALF, LEFT + MEASURE, HALF)

    return draw_sheet(
        draw,
        title=f"{words['title']} {day_text(words['date'], value.said_day)}",
        author=value.holder,
        subject=words["subject"],
        language=value.language,
        day=value.said_day,
    )


def _copy(paper: Paper, value: ExchangeReceipt, upper: float, copy: str) -> None:
    words = wording("exchange_receipt", value.language)
    paper.text(LEFT + MEASURE, upper + 9 * MM, 9, copy, "hei", align="right")
    paper.text(WIDTH / 2, upper + TITLE, 17, words["title"], "title", "center", 0.15 if value.language == "zh" else 0)
    room = HALF - TOP - SIGN - 4 * MM
    pieces = list(_content(value, TEXT))
    if height_of(pieces) > room:
        pieces = list(_content(value, SMALL))
    put(paper, pieces, upper + TOP)
    base = upper + HALF - SIGN + 10 * MM
    signature_lines(paper, words, ("worker_sign", "office_sign"), LEFT, MEASURE, base, gap=8 * MM, below=9 * MM)
    paper.text(LEFT, upper + HALF - 7 * MM, 8.5, words["kept"])


def _content(value: ExchangeReceipt, type_: Type) -> Iterator[Piece]:
    words = wording("exchange_receipt", value.language)
    chinese = value.language == "zh"

    def said(text: str, face: str = "song", size: Type = type_) -> Iterator[Piece]:
        yield from paragraph(shape([Run(text, face)]), LEFT, MEASURE, size, indent=0, justify=chinese)

    yield from said(_sentence(value), "hei", BIG if type_ is TEXT else TEXT)
    yield space(2 * MM)
    half = MEASURE / 2 - LABEL
    moment = words["moment"].format(date=day_text(words["date"], value.said_day), time=value.said_time)
    people = words["listed"].join(one_line(name) for name in value.workers) or "—"
    yield table_row(
        [head_cell(words["holder"], LABEL), Cell([name_run(one_line(value.holder))], half, shrink=True),
         head_cell(words["said_at"], LABEL), Cell([Run(moment)], half, shrink=True)],
        LEFT, type_, 7 * MM,
    )  # fmt: skip
    yield table_row(
        [head_cell(words["bringer"], LABEL), Cell([name_run(one_line(value.bringer))], half, shrink=True),
         head_cell(words["workers"], LABEL), Cell([Run(people)], half, shrink=True)],
        LEFT, type_, 7 * MM,
    )  # fmt: skip
    if value.days:
        yield space(2 * MM)
        yield from said(words["days"], "hei")
        yield from _days(value, type_)
    yield space(2 * MM)
    for line in _lacks(value):
        yield from said(line)
    if value.state:
        yield space(1.5 * MM)
        code = f"{words['state']}  " + "  ".join(value.state[:4]) + (" …" if len(value.state) > 4 else "")
        yield from said(
            f"{code}（{words['state_hint']}）" if chinese else f"{code} ({words['state_hint']})", size=SMALL
        )


def _sentence(value: ExchangeReceipt) -> str:
    words = wording("exchange_receipt", value.language)
    if not value.changes or value.through_day is None:
        return words["held_none"].format(holder=one_line(value.holder), bringer=one_line(value.bringer))
    moment = words["moment"].format(date=day_text(words["date"], value.through_day), time=value.through_time)
    return words["held"].format(
        n=value.changes, moment=moment, holder=one_line(value.holder), bringer=one_line(value.bringer)
    )


def _days(value: ExchangeReceipt, type_: Type) -> Iterator[Piece]:
    """Days with their counts, five in a row, the latest first."""
    words = wording("exchange_receipt", value.language)
    texts = [words["day_count"].format(day=one.day.isoformat(), n=one.changes) for one in value.days[:MOST_DAYS]]
    earlier = value.earlier + sum(one.changes for one in value.days[MOST_DAYS:])
    if earlier:
        texts.append(words["earlier"].format(n=earlier))
    for start in range(0, len(texts), A_ROW):
        row = [*texts[start : start + A_ROW], *[""] * (A_ROW - len(texts[start : start + A_ROW]))]
        yield table_row(
            [Cell([Run(text)], MEASURE / A_ROW, centre=True, shrink=True) for text in row], LEFT, type_, 6.5 * MM
        )


def _lacks(value: ExchangeReceipt) -> Iterator[str]:
    words = wording("exchange_receipt", value.language)
    if value.lacking:
        yield words["lacking"].format(n=value.lacking)
    for one in value.absent[:MOST_PARTS]:
        parts = words["listed"].join(str(part) for part in one.parts[:8]) + (" …" if len(one.parts) > 8 else "")
        yield words["parts"].format(day=day_text(words["date"], one.day), of=one.of, parts=parts)
    if value.not_there:
        yield words["not_there"].format(n=value.not_there)
    if not (value.lacking or value.absent or value.not_there):
        yield words["whole"]
    if value.conflicts:
        yield words["conflicts"].format(n=value.conflicts)
