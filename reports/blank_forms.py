"""Blank forms (空白表) for a day without a battery: questions with boxes, lines and ruled rows, and where to go next.

The square code on top holds form and version, so that whoever types the answers in finds the form again.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from models.records.papers import BlankForm, BlankQuestion
from reports import qr
from reports.flow import Cell, Piece, Type, divide, paragraph, put, space, table_row
from reports.lines import Run, shape, width_of
from reports.paper import MM, Paper
from reports.printable import check, one_line
from reports.running import END, LEFT, MEASURE, NEXT_TOP, boxed, boxed_grid, fitting, small_gap
from reports.sheet import draw_sheet, page_number
from reports.wording import wording

TEXT, SMALL, HEAD = Type(10.5, 15.5), Type(9, 12.4), Type(11.5, 18)
TOP = 52 * MM
HAND = 8.6 * MM
"""The height of a line that somebody writes on by hand."""
INDENT = 7.5 * MM
CODE_SIDE = 17 * MM
GREY = "0.45 0.45 0.45"


def render_blank(value: BlankForm) -> bytes:
    """The form as often as it is wanted, as a PDF; every copy is numbered by itself. Raises UnprintableText."""
    check(value)
    words = wording("blank", value.language)
    return draw_sheet(
        lambda paper: _draw(paper, value, words),
        title=one_line(value.title),
        author=one_line(value.office),
        subject=words["subject"],
        language=value.language,
        day=value.made_on,
    )


def _draw(paper: Paper, value: BlankForm, words: Mapping[str, str]) -> None:
    foot = [Piece(16 * MM, partial(_sign, words))]
    top = TOP if value.about_person else TOP - 8.5 * MM
    pages = divide(list(_body(value, words)), lambda page: END - (NEXT_TOP if page else top), 16 * MM)
    running = words["running"].format(title=one_line(value.title), code=value.code)
    for copy in range(value.copies):
        for number, pieces in enumerate(pages):
            if copy or number:
                paper.next_page()
            if number:
                with paper.decoration():
                    base = NEXT_TOP - 7 * MM
                    paper.text(LEFT, base, fitting(9.5, running, measure=MEASURE - 50 * MM), running)
                    paper.text(LEFT + MEASURE - 45 * MM, base, 9.5, words["number"])
                    paper.rule(LEFT, base + 2 * MM, LEFT + MEASURE, base + 2 * MM)
            else:
                _top(paper, value, words)
            bottom = put(paper, pieces, NEXT_TOP if number else top)
            if number == len(pages) - 1:
                put(paper, foot, bottom)
            page_number(paper, words, number + 1, len(pages), LEFT + MEASURE, up=10 * MM)


def _top(paper: Paper, value: BlankForm, words: Mapping[str, str]) -> None:
    """Office, title, number, whom it is about, and the code."""
    with paper.tagged("P"):
        office = one_line(value.office)
        paper.text(LEFT, 18 * MM, fitting(10.5, office, measure=MEASURE - CODE_SIDE - 6 * MM), office)
    title = one_line(value.title)
    size = fitting(20, title, "title", measure=MEASURE - CODE_SIDE - 6 * MM)
    with paper.tagged("H1"):
        paper.text(LEFT, 29 * MM, size, title, "title")
    left = LEFT + MEASURE - CODE_SIDE
    qr.draw(paper, value.code, left, 12 * MM, CODE_SIDE / MM)
    paper.text(LEFT + MEASURE, 12 * MM + CODE_SIDE + 3.2 * MM, 7, value.code, align="right")
    blanks = [
        (0.0, "number", 0.2),
        (0.24, "filled_on", 0.34 if value.language == "en" else 0.0),
        (0.66, "worker", 0.22),
    ]
    _blanks(paper, words, blanks, 39.5 * MM)
    if value.about_person:
        _blanks(paper, words, [(0.0, "name", 0.34), (0.38, "address", 0.62)], 48 * MM)


def _blanks(paper: Paper, words: Mapping[str, str], blanks: Sequence[tuple[float, str, float]], base: float) -> None:
    for start, key, share in blanks:
        left = LEFT + start * MEASURE
        width = paper.text(left, base, TEXT.size, words[key])
        if share:
            paper.rule(left + width + 1 * MM, base + 1.2 * MM, left + share * MEASURE, base + 1.2 * MM, 0.5)


def _sign(words: Mapping[str, str], paper: Paper, top: float) -> None:
    base = top + 12 * MM
    for share, key in ((0.0, "sign_resident"), (0.34, "sign"), (0.66, "entered")):
        paper.text(LEFT + share * MEASURE, base, TEXT.size, words[key])


def _body(value: BlankForm, words: Mapping[str, str]) -> Iterator[Piece]:
    jumping = any(question.jumps for part in value.parts for question in part.questions)
    yield from paragraph(
        shape([Run(words["how" if jumping else "how_plain"])]), LEFT, MEASURE, SMALL, indent=0, justify=False
    )
    if value.source:
        said = words["source"].format(source=one_line(value.source))
        yield from paragraph(shape([Run(said)]), LEFT, MEASURE, SMALL, indent=0)
    for part in value.parts:
        yield small_gap(TEXT, 0.35)
        if part.title:
            yield from paragraph(
                shape([Run(one_line(part.title), "hei")]), LEFT, MEASURE, HEAD, indent=0, keep=True, kind="H2"
            )
        if part.hint:
            yield from _soft(part.hint, LEFT, keep=True)
        for question in part.questions:
            yield space(1.2 * MM)
            yield from _question(question, words)


def _soft(text: str, left: float, *, keep: bool = False) -> list[Piece]:
    return paragraph(
        shape([Run(one_line(text), "kai")]), left, LEFT + MEASURE - left, SMALL, indent=0, justify=False, keep=keep
    )


def _question(question: BlankQuestion, words: Mapping[str, str]) -> list[Piece]:
    """A question with all that is written or ticked under it; it stays on one page where it fits."""
    pieces: list[Piece] = []
    for jump in question.jumps:
        pieces += _arrow(jump)
    left = LEFT + (INDENT if question.number else 0)
    if question.space == "text":
        return _kept([*pieces, *_soft(question.label, left)])
    label = one_line(question.label) + ("*" if question.required else "")
    if question.space == "many_boxes":
        label += words["many"]
    lines = _label(question, label, left, words)
    pieces += lines
    if question.hint:
        pieces += _soft(question.hint, left)
    room = LEFT + MEASURE - left
    choices = [one_line(choice) for choice in question.choices]
    if choices:
        widest = max(width_of(shape([Run(choice)])) for choice in choices) * TEXT.size
        columns = 5 if widest < room / 5 - 8 * MM else 4 if widest < room / 4 - 8 * MM else 3
        pieces += boxed_grid(choices, left, room, TEXT, columns)
    if question.space == "lines":
        pieces += [_line(left, HAND) for _n in range(question.lines)]
    if question.space == "rows":
        pieces += _rows(question, left, room)
    if question.paper:
        pieces += boxed([Run(words["seen"].format(paper=one_line(question.paper)))], left, room, SMALL)
    return _kept(pieces)


def _kept(pieces: list[Piece]) -> list[Piece]:
    return [*(piece._replace(keep=True) for piece in pieces[:-1]), pieces[-1]._replace(keep=False)]


def _arrow(jump: str) -> list[Piece]:
    """Where to go when a question is not to be answered, behind a small triangle."""
    first, *rest = paragraph(
        shape([Run(one_line(jump), "kai")]), LEFT + 4 * MM, MEASURE - 4 * MM, SMALL, indent=0, justify=False
    )
    inner = first.draw

    def draw(paper: Paper, top: float) -> None:
        middle = top + SMALL.leading / 2
        corners = [(LEFT, middle - 1.2 * MM), (LEFT + 2.2 * MM, middle), (LEFT, middle + 1.2 * MM)]
        paper.polygon(corners, colour="0 0 0")
        if inner:
            inner(paper, top)

    return [first._replace(draw=draw), *rest]


def _label(question: BlankQuestion, label: str, left: float, words: Mapping[str, str]) -> list[Piece]:
    """The number and the label, and behind them a line, a day or a number to write where that has room."""
    glyphs = shape([Run(label)])
    natural = width_of(glyphs) * TEXT.size
    after = left + natural + 2 * MM
    right = LEFT + MEASURE
    short = question.space in ("line", "date", "number")
    wanted = {"line": 50 * MM, "date": 42 * MM, "number": 36 * MM}.get(question.space, 0.0)
    pieces = paragraph(glyphs, left, right - left, TEXT._replace(leading=HAND if short else TEXT.leading), indent=0,
                       justify=False)  # fmt: skip
    if question.number:
        pieces[0] = _with(pieces[0], partial(_number, question.number, HAND if short else TEXT.leading))
    if not short:
        return pieces
    fits = len(pieces) == 1 and after + wanted <= right
    if fits:
        pieces[0] = _with(pieces[0], partial(_answer, question, words, after, right))
        return pieces
    pieces = paragraph(glyphs, left, right - left, TEXT, indent=0, justify=False)
    if question.number:
        pieces[0] = _with(pieces[0], partial(_number, question.number, TEXT.leading))
    return [*pieces, Piece(HAND, partial(_answer, question, words, left, right))]


def _with(piece: Piece, more: "partial[None]") -> Piece:
    inner = piece.draw

    def draw(paper: Paper, top: float) -> None:
        more(paper, top)
        if inner:
            inner(paper, top)

    return piece._replace(draw=draw)


def _number(number: str, leading: float, paper: Paper, top: float) -> None:
    paper.text(LEFT, TEXT._replace(leading=leading).baseline(top), TEXT.size, number, "hei")


def _answer(
    question: BlankQuestion, words: Mapping[str, str], left: float, right: float, paper: Paper, top: float
) -> None:
    """What is written on: a line, the places of a day, or a short line with its unit."""
    base = TEXT._replace(leading=HAND).baseline(top)
    if question.space == "date":
        paper.text(left, base, TEXT.size, words["date"])
        return
    if question.space == "number":
        paper.rule(left, base + 1.2 * MM, left + 28 * MM, base + 1.2 * MM, 0.5, GREY)
        paper.text(left + 30 * MM, base, TEXT.size, one_line(question.unit))
        return
    paper.rule(left, base + 1.2 * MM, right, base + 1.2 * MM, 0.5, GREY)


def _line(left: float, height: float) -> Piece:
    def draw(paper: Paper, top: float) -> None:
        base = top + height - 1 * MM
        paper.rule(left, base, LEFT + MEASURE, base, 0.5, GREY)

    return Piece(height, draw)


def _rows(question: BlankQuestion, left: float, room: float) -> list[Piece]:
    """A table with heads and empty rows; a column is as wide as its head asks, the longest words get what is left."""
    if not question.columns:
        return [_line(left, HAND) for _n in range(question.rows)]
    heads = [one_line(column) for column in question.columns]
    natural = [max(width_of(shape([Run(head, "hei")])) * SMALL.size + 5 * MM, 14 * MM) for head in heads]
    if len(question.weights) == len(heads):
        natural = list(question.weights)
    scale = room / sum(natural)
    widths = [width * scale for width in natural]
    head = table_row(
        [Cell([Run(head, "hei")], width, centre=True, shrink=True) for head, width in zip(heads, widths, strict=True)],
        left, SMALL, 6.5 * MM, keep=True,
    )  # fmt: skip
    empty = [table_row([Cell([], width) for width in widths], left, SMALL, HAND) for _row in range(question.rows)]
    return [head, *empty]
