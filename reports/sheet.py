"""What the papers that are printed from one value share: how it is frozen and drawn, heads of tables, page numbers,
lines to sign on. Measures are in points.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from reports.flow import Cell, Piece, Type, table_row
from reports.lines import Run, forget
from reports.paper import HEIGHT, MM, WIDTH, Paper
from reports.wording import day_text, wording

Language = Literal["zh", "en"]


class SheetValue(BaseModel):
    """A value as it is printed: it cannot be changed any more, and a field that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def draw_sheet(
    draw: Callable[[Paper], None],
    *,
    title: str,
    author: str,
    subject: str,
    language: Language,
    day: date,
    size: tuple[float, float] = (WIDTH, HEIGHT),
    again: date | None = None,
) -> bytes:
    """The PDF that `draw` fills from its first page on; what was kept of its letters is forgotten afterwards.

    Size: of the pages, in points. Again: the day on which it is printed once more, said in the upper right corner of
    the first page, where nothing else stands. Day stands in the file as the day on which it was made, so that the
    same value gives the same bytes. An error of `draw` passes through.
    """
    code = "zh-CN" if language == "zh" else "en"
    paper = Paper(title=title, author=author, subject=subject, language=code, day=day, size=size)
    try:
        if again is not None:
            mark_reprint(paper, language, again)
        draw(paper)
    finally:
        forget()
    return paper.finish()


def mark_reprint(paper: Paper, language: Language, again: date) -> None:
    """Say in the upper right corner of a page that this is printed once more, and on which day."""
    words = wording("letter", language)
    said = words["again"].format(date=day_text(words["date"], again))
    with paper.tagged("P"):
        paper.text(paper.width - 9 * MM, 8 * MM, 9, said, "hei", align="right")


def head_cell(text: str, width: float) -> Cell:
    """The cell that says what stands beside or below it."""
    return Cell([Run(text, "hei")], width, centre=True, shrink=True)


def head_row(
    words: Mapping[str, str], columns: Iterable[tuple[str, float]], left: float, type_: Type, least: float
) -> Piece:
    """The heads of a table, which stay with its first row. Columns: the key of each head, and its width."""
    return table_row([head_cell(words[key], width) for key, width in columns], left, type_, least, keep=True)


def fact_row(
    words: Mapping[str, str],
    facts: Sequence[tuple[str, Run]],
    left: float,
    measure: float,
    label: float,
    type_: Type,
    least: float,
) -> Piece:
    """A row of facts side by side, each after its head. Facts: the key of each head, and what is said; label: how wide
    a head is.
    """
    wide = measure / len(facts) - label
    cells = [[head_cell(words[key], label), Cell([said], wide, shrink=True)] for key, said in facts]
    return table_row([cell for pair in cells for cell in pair], left, type_, least)


def page_number(
    paper: Paper, words: Mapping[str, str], number: int, pages: int, right: float, up: float = 11 * MM
) -> None:
    """Which page this is (from 1) and of how many, `up` from the foot of the paper, ending at `right`."""
    shown = words["page"].format(page=number, pages=pages)
    with paper.decoration():
        paper.text(right, paper.height - up, 8.5, shown, align="right")


def signature_lines(
    paper: Paper,
    words: Mapping[str, str],
    keys: Sequence[str],
    left: float,
    measure: float,
    base: float,
    *,
    gap: float,
    below: float,
) -> None:
    """Lines to sign on, side by side from `left` on, `gap` between them, with the date `below` the baseline of each."""
    each = measure / len(keys)
    for place, key in enumerate(keys):
        start = left + place * each
        paper.text(start, base, 10.5, words[key])
        paper.rule(start, base + 2.5 * MM, start + each - gap, base + 2.5 * MM)
        paper.text(start, base + below, 10.5, words["sign_date"])
