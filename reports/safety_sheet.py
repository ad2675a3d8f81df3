"""The safety sheet (居民信息安全须知): one page on what protects data and what to do when a laptop is lost.

It holds no name of a resident: only how many are on this computer, so that a lost one can be reported.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from reports.flow import Piece, Type, height_of, paragraph, put, space
from reports.lines import Run, shape
from reports.paper import HEIGHT, MM, WIDTH, Paper
from reports.printable import check, one_line
from reports.sheet import Language, SheetValue, draw_sheet, fact_row
from reports.wording import day_text, wording

LEFT, MEASURE = 18 * MM, 174 * MM
TOP, END = 30 * MM, HEIGHT - 12 * MM
LABEL, MARK = 30 * MM, 6 * MM
SIZES = (Type(11, 17), Type(10.5, 16), Type(10, 14.8), Type(9.5, 13.8), Type(9, 12.8))
"""Tried one after the other: the largest in which all stands on one page."""
SECTIONS = ("lost", "daily", "does", "not")


class SafetySheet(SheetValue):
    """What is filled in; the words are those of its language."""

    language: Language = "zh"
    office: str
    supervisor: str = ""  # name and telephone of whom to call; "": a line to write on
    computer: str = ""
    households: int | None = None  # None: whoever prints it may not count them; a line to write on
    residents: int | None = None
    backed_up_on: date | None = None
    exchanged_on: date | None = None
    printed_on: date


def render_safety_sheet(value: SafetySheet) -> bytes:
    """The sheet. Raises UnprintableText for a character in no face. The same value always gives the same bytes."""
    check(value)
    words = wording("safety", value.language)

    def draw(paper: Paper) -> None:
        with paper.tagged("H1"):
            paper.text(WIDTH / 2, 19 * MM, 18, words["title"], "title", align="center")
        with paper.tagged("P"):
            paper.text(LEFT, 26 * MM, 9, one_line(value.office))
            printed = words["printed"].format(date=day_text(words["date"], value.printed_on))
            paper.text(LEFT + MEASURE, 26 * MM, 9, printed, align="right")
        for type_ in SIZES:
            pieces = list(_content(value, words, type_))
            if height_of(pieces) <= END - TOP:
                break
        put(paper, pieces, TOP)

    return draw_sheet(
        draw,
        title=words["title"],
        author=value.office,
        subject=words["subject"],
        language=value.language,
        day=value.printed_on,
    )


def _content(value: SafetySheet, words: Mapping[str, str], type_: Type) -> Iterator[Piece]:
    justify = value.language == "zh"
    for name in SECTIONS:
        heading = Type(type_.size + 1, type_.leading + 3)
        yield from paragraph(shape([Run(words[f"{name}_h"], "hei")]), LEFT, MEASURE, heading, indent=0, keep=True)
        call = one_line(value.supervisor) or words["blank"]
        for number, line in enumerate(words[name].strip().splitlines(), 1):
            said = shape([Run(line.format(call=call))])
            first, *rest = paragraph(said, LEFT + MARK, MEASURE - MARK, type_, indent=0, justify=justify)
            yield _numbered(first, f"{number}.", type_)
            yield from rest
        yield space(1.6 * MM)
    yield from paragraph(shape([Run(words["box_h"], "hei")]), LEFT, MEASURE, type_, indent=0, keep=True)
    facts = (
        ("device", Run(one_line(value.computer) or words["blank"])),
        ("households", Run(_count(value, words))),
        ("backup", Run(_day(value.backed_up_on, words))),
        ("exchange", Run(_day(value.exchanged_on, words))),
    )
    for row in (facts[:2], facts[2:]):
        yield fact_row(words, row, LEFT, MEASURE, LABEL, type_, 7 * MM)
    yield space(1.6 * MM)
    yield from paragraph(shape([Run(words["foot"], "hei")]), LEFT, MEASURE, type_, indent=0)


def _numbered(piece: Piece, number: str, type_: Type) -> Piece:
    inner = piece.draw

    def draw(paper: Paper, top: float) -> None:
        paper.text(LEFT, type_.baseline(top), type_.size, number)
        if inner:
            inner(paper, top)

    return piece._replace(draw=draw)


def _count(value: SafetySheet, words: Mapping[str, str]) -> str:
    if value.households is None or value.residents is None:
        return words["blank"]
    return words["count"].format(households=f"{value.households:,}", people=f"{value.residents:,}")


def _day(day: date | None, words: Mapping[str, str]) -> str:
    return day_text(words["date"], day) if day is not None else words["never"]
