"""The consent as an A4 paper to sign: the text as shown, each class of data with boxes, lines for names and hands."""

from collections.abc import Mapping
from datetime import date

from reports.flow import BOX, Cell, Piece, Type, divide, paragraph, put, space, table_row
from reports.lines import Run, break_lines, name_run, shape
from reports.paper import HEIGHT, MM, WIDTH, Paper
from reports.printable import check, one_line
from reports.sheet import Language, SheetValue, draw_sheet
from reports.wording import day_text, wording

LEFT, MEASURE = 22 * MM, 166 * MM
TOP, END = 34 * MM, HEIGHT - 18 * MM
TEXT, HEADING, ROW = Type(10.5, 16.5), Type(11, 19), Type(10, 14)
_BOX_WIDTH = 19 * MM


class ClassLine(SheetValue):
    """A class of data that is agreed to by itself."""

    label: str
    why: str
    by_duty: bool = False  # may also be asked for by law: a box of its own


class ConsentPaper(SheetValue):
    """The paper in the words of its language; nothing is looked up later."""

    language: Language = "zh"
    office: str
    worker: str = ""
    title: str
    version: str
    paragraphs: tuple[str, ...]
    purposes: tuple[str, ...]
    classes: tuple[ClassLine, ...]
    names: tuple[str, ...] = ()  # one paper for each of them; empty: one with the name left to be written
    printed_on: date


def render_consent(value: ConsentPaper) -> bytes:
    """The papers as one PDF of A4 sheets, one after another for each person.

    Raises UnprintableText for a character in no face. The same value always gives the same bytes.
    """
    check(value)
    words = wording("consent", value.language)

    def draw(paper: Paper) -> None:
        for place, name in enumerate(value.names or ("",)):
            if place:
                paper.next_page()
            _draw(paper, value, words, name)

    return draw_sheet(
        draw,
        title=value.title,
        author=value.office,
        subject=words["subject"],
        language=value.language,
        day=value.printed_on,
    )


def _draw(paper: Paper, value: ConsentPaper, words: Mapping[str, str], name: str) -> None:
    pieces = [*_text(value), *_classes(value, words), *_hands(words, name), *_note(value, words)]
    pages = divide(pieces, lambda _page: END - TOP, 0)
    for number, page in enumerate(pages, 1):
        if number > 1:
            paper.next_page()
        title = value.title if number == 1 else f"{value.title}（{number}）"
        paper.text(WIDTH / 2, 22 * MM, 16, one_line(title), "hei", align="center")
        told = words["version"].format(version=value.version)
        printed = words["printed"].format(date=day_text(words["date"], value.printed_on))
        paper.text(LEFT, 29 * MM, 9, f"{told}　{printed}")
        paper.text(LEFT + MEASURE, 29 * MM, 9, one_line(value.office), align="right")
        if len(pages) > 1:
            shown = words["page"].format(page=number, pages=len(pages))
            paper.text(WIDTH / 2, HEIGHT - 10 * MM, 9, shown, align="center")
        put(paper, page, TOP)


def _text(value: ConsentPaper) -> list[Piece]:
    indent = 2.0 if value.language == "zh" else 0.0
    pieces: list[Piece] = []
    for words in value.paragraphs:
        pieces += [*paragraph(shape([Run(words)]), LEFT, MEASURE, TEXT, indent=indent), space(1.5 * MM)]
    told = [Run(f"{place}. {words}　") for place, words in enumerate(value.purposes, 1)]
    pieces += paragraph(shape(told), LEFT, MEASURE, TEXT, indent=indent)
    return [*pieces, space(2 * MM)]


def _classes(value: ConsentPaper, words: Mapping[str, str]) -> list[Piece]:
    heading = paragraph(shape([Run(words["classes"], "hei")]), LEFT, MEASURE, HEADING, indent=0, keep=True)
    wide = MEASURE - 2 * _BOX_WIDTH
    head = table_row(
        [
            Cell([Run("")], wide),
            Cell([Run(words["agrees"], "hei")], _BOX_WIDTH, centre=True),
            Cell([Run(words["refuses"], "hei")], _BOX_WIDTH, centre=True),
        ],
        LEFT,
        ROW,
        7 * MM,
        keep=True,
    )
    return [*heading, head, *(_class_row(each, words, wide) for each in value.classes), space(3 * MM)]


def _class_row(each: ClassLine, words: Mapping[str, str], wide: float) -> Piece:
    """A class with its boxes; one that a duty may ask for has a third box below its words."""
    pad, room = 1.6 * MM, (wide - 3.2 * MM) / ROW.size
    lines = break_lines(shape([Run(each.label, "hei")]), room, 0, justify=False)
    lines += break_lines(shape([Run(each.why)]), room, 0, justify=False)
    duty = ROW.leading if each.by_duty else 0.0
    height = len(lines) * ROW.leading + duty + 2.4 * MM

    def draw(paper: Paper, top: float) -> None:
        paper.frame(LEFT, top, wide, height)
        at = top + 1.2 * MM
        for line in lines:
            paper.line(LEFT + pad, ROW.baseline(at), ROW.size, line)
            at += ROW.leading
        if each.by_duty:
            paper.frame(LEFT + pad, at + (ROW.leading - BOX) / 2, BOX, BOX, 0.7)
            paper.text(LEFT + pad + BOX + 1.5 * MM, ROW.baseline(at), ROW.size, words["duty"])
        for place in range(2):
            left = LEFT + wide + place * _BOX_WIDTH
            paper.frame(left, top, _BOX_WIDTH, height)
            side = 1.3 * BOX
            paper.frame(left + (_BOX_WIDTH - side) / 2, top + (height - side) / 2, side, side, 0.8)

    return Piece(height, draw)


def _hands(words: Mapping[str, str], name: str) -> list[Piece]:
    """The lines for names and signatures; they stay together."""
    half = MEASURE / 2 - 4 * MM

    def pair(first: str, second: str, told: str = "") -> Piece:
        def draw(paper: Paper, top: float) -> None:
            base = top + 8 * MM
            for left, label, filled in ((LEFT, first, told), (LEFT + MEASURE / 2 + 4 * MM, second, "")):
                if not label:
                    continue
                end = left + paper.text(left, base, 10.5, label)
                if filled:
                    end += paper.text(end + 2 * MM, base, 11, [name_run(filled)]) + 2 * MM
                if left + half - end > 4 * MM and "　" not in label:  # a label with gaps brings its own
                    paper.rule(end + 1 * MM, base + 1 * MM, left + half, base + 1 * MM)

        return Piece(10.5 * MM, draw, keep=True)

    rows = [
        pair(words["person"], words["signature"], one_line(name)),
        _wide(words["guardian"]),
        pair(words["relation"], words["signature"]),
        pair(words["witness"], words["signature"]),
    ]
    return [*rows, pair(words["day"], "")._replace(keep=False)]


def _wide(label: str) -> Piece:
    """A line over the whole measure."""

    def draw(paper: Paper, top: float) -> None:
        base = top + 8 * MM
        end = LEFT + paper.text(LEFT, base, 10.5, label)
        paper.rule(end + 1 * MM, base + 1 * MM, LEFT + MEASURE, base + 1 * MM)

    return Piece(10.5 * MM, draw, keep=True)


def _note(value: ConsentPaper, words: Mapping[str, str]) -> list[Piece]:
    lines = [words["worker"].format(worker=value.worker)] if value.worker else []
    pieces = [space(3 * MM)]
    for line in (*lines, words["how"]):
        pieces += paragraph(shape([Run(one_line(line))]), LEFT, MEASURE, Type(9, 13), indent=0)
    return pieces
