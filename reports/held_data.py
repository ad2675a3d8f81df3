"""Everything that is held about a person, as tables that the person can read; nothing is masked, it is their own."""

from collections.abc import Mapping
from datetime import date
from unicodedata import category

from reports.flow import Cell, Piece, Type, divide, paragraph, put, space, table_row
from reports.fonts import missing
from reports.lines import Run, name_run, shape
from reports.paper import HEIGHT, MM, WIDTH, Paper
from reports.printable import one_line
from reports.sheet import Language, SheetValue, draw_sheet
from reports.wording import day_text, filled, wording

LEFT, MEASURE = 18 * MM, 174 * MM
TOP, END = 26 * MM, HEIGHT - 18 * MM
TEXT, HEADING, ROW, SMALL = Type(10.5, 16), Type(12, 20), Type(9.5, 13), Type(9, 12.4)
_LABEL = 44 * MM
_LONGEST = 1200
"""Characters of one cell; the rest of a longer text follows in the next rows, so that no row is higher than a page."""


class HeldRecord(SheetValue):
    """One record: what each field is called, and what it says."""

    pairs: tuple[tuple[str, str], ...]


class HeldSection(SheetValue):
    """All records of one kind."""

    title: str
    records: tuple[HeldRecord, ...]


class HeldPaper(SheetValue):
    """Everything held about a person, in the words of its language; nothing is looked up later."""

    language: Language = "zh"
    office: str
    name: str
    made_on: date
    sections: tuple[HeldSection, ...]
    seen: tuple[tuple[str, str, str], ...] = ()  # moment, worker, what was done
    pictures: int = 0


def render_held(value: HeldPaper, again: date | None = None) -> bytes:
    """The copy as a PDF of A4 sheets; again: the day of a reprint, which it says then. The same value
    always gives the same bytes.

    Whole numbers are printed, as they are the person's own. A character that no typeface here can show is printed as
    its code (〔U+20000〕): a copy must not fail for one rare character in an old note.
    """
    words = wording("held", value.language)
    return draw_sheet(
        lambda paper: _draw(paper, value, words),
        title=words["title"],
        author=value.office,
        subject=words["subject"],
        language=value.language,
        day=value.made_on,
        again=again,
    )


def _draw(paper: Paper, value: HeldPaper, words: Mapping[str, str]) -> None:
    pieces = [*_head(value, words), *_sections(value), *_seen(value, words)]
    pages = divide(pieces, lambda _page: END - TOP, 0)
    for number, page in enumerate(pages, 1):
        if number > 1:
            paper.next_page()
        paper.text(WIDTH / 2, 18 * MM, 15 if number == 1 else 10, words["title"], "hei", align="center")
        shown = words["page"].format(page=number, pages=len(pages))
        paper.text(LEFT + MEASURE, HEIGHT - 10 * MM, 9, shown, align="right")
        paper.text(LEFT, HEIGHT - 10 * MM, 9, words["kept"])
        put(paper, page, TOP)


def printable(text: str) -> str:
    """A text on one line, characters that no face has as their codes."""
    said = one_line("".join(c for c in text if c.isspace() or category(c) != "Cc"))
    for character in missing(said):
        said = said.replace(character, f"〔U+{ord(character):04X}〕")
    return said


def _head(value: HeldPaper, words: Mapping[str, str]) -> list[Piece]:
    day = Run(day_text(words["date"], value.made_on))
    about = filled(words["about"], name=name_run(printable(value.name)), office=Run(printable(value.office)), date=day)
    pieces = paragraph(shape(about), LEFT, MEASURE, TEXT, indent=0)
    pieces += paragraph(shape([Run(words["rights"])]), LEFT, MEASURE, TEXT, indent=0)
    if value.pictures:
        pieces += paragraph(shape([Run(words["pictures"].format(n=value.pictures))]), LEFT, MEASURE, TEXT, indent=0)
    return [*pieces, space(3 * MM)]


def _sections(value: HeldPaper) -> list[Piece]:
    pieces: list[Piece] = []
    for section in value.sections:
        many = f"　{len(section.records)}" if len(section.records) > 1 else ""
        heading = [Run(printable(section.title), "hei"), Run(many)]
        pieces += paragraph(shape(heading), LEFT, MEASURE, HEADING, indent=0, keep=True)
        for record in section.records:
            pieces += [_row(label, said) for label, text in record.pairs for label, said in _parts(label, text)]
            pieces.append(space(2.5 * MM)._replace(keep=False))
        pieces.append(space(2 * MM))
    return pieces


def _parts(label: str, text: str) -> list[tuple[str, str]]:
    said = printable(text)
    cut = [said[start : start + _LONGEST] for start in range(0, len(said), _LONGEST)] or [""]
    return [(label if place == 0 else "", part) for place, part in enumerate(cut)]


def _row(label: str, said: str) -> Piece:
    cells = [Cell([Run(printable(label), "hei")], _LABEL), Cell([Run(said)], MEASURE - _LABEL)]
    return table_row(cells, LEFT, ROW)


def _seen(value: HeldPaper, words: Mapping[str, str]) -> list[Piece]:
    widths = (44 * MM, 44 * MM, MEASURE - 88 * MM)
    pieces = paragraph(shape([Run(words["seen"], "hei")]), LEFT, MEASURE, HEADING, indent=0, keep=True)
    heads = (words["seen_at"], words["seen_by"], words["seen_what"])
    cells = [Cell([Run(head, "hei")], width) for head, width in zip(heads, widths, strict=True)]
    pieces.append(table_row(cells, LEFT, SMALL, keep=True))
    for line in value.seen or ((words["nothing"], "", ""),):
        cells = [Cell([Run(printable(part))], width) for part, width in zip(line, widths, strict=True)]
        pieces.append(table_row(cells, LEFT, SMALL))
    return pieces
