"""Registers (台账) as they leave the casebook: a frozen value in, a PDF of A4 sheets on their side or an XLSX file out.

Columns are as wide as what stands in them, as far as the sheet has room; what is longer is broken into lines, never
cut. The same value always gives the same bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports.flow import Cell, Piece, Type, divide, paragraph, put, table_row
from reports.fonts import missing
from reports.lines import Run, name_run, shape
from reports.paper import HEIGHT, MM, WIDTH, Paper
from reports.people_list import ListTooLong
from reports.printable import WHOLE_NUMBER, UnmaskedNumber, UnprintableText, one_line
from reports.sheet import Language, draw_sheet, page_number
from reports.tables import Table, write_tables
from reports.wording import day_text, wording

Value = str | int | date | None
Cancelled = Callable[[], bool]

PAPER_ROWS = 3000
"""The most rows that are put on paper: some hundred sheets. Who wants more wants a spreadsheet."""

SHEET_ROWS = 1_000_000
"""The most rows of a spreadsheet: its format ends at 1,048,576."""

SIZE = (HEIGHT, WIDTH)  # A4 on its side
LEFT, MEASURE = 12 * MM, HEIGHT - 24 * MM
NUMBER = 11 * MM
FIRST, NEXT, END = 20 * MM, 18 * MM, WIDTH - 14 * MM
SMALL, NOTE = Type(8.5, 11.4), Type(9, 12.6)
PAD = 3.4 * MM  # of a cell, both sides
NAMES = frozenset(("name", "head"))
"""Columns that hold the name of one person, which is set whole in one face."""

NUMBERS = frozenset(("number",))
"""Columns in which a whole document number may stand, where the worker asked for it."""

MOST_SHARE = 0.26  # of the measure, for one column


@dataclass(frozen=True)
class SheetColumn:
    """A column: what it is, its heading, and its width as wished, in Chinese characters."""

    key: str
    heading: str
    width: int = 6


@dataclass(frozen=True)
class RegisterSheet:
    """A register as it leaves, in the words of its language; nothing is looked up later.

    told: what it is narrowed to, in words. totals: (what, how many) below the table. whole: whole document numbers
    stand in it, for which the worker asked.
    """

    title: str
    office: str
    worker: str
    made_on: date
    columns: tuple[SheetColumn, ...]
    rows: Sequence[Sequence[Value]]
    told: tuple[str, ...] = ()
    totals: tuple[tuple[str, int], ...] = ()
    whole: bool = False
    language: Language = "zh"


def render_register(value: RegisterSheet, cancelled: Cancelled | None = None) -> bytes:
    """The register as a PDF; b"" where it was cancelled.

    Raises ListTooLong, UnprintableText for a character in no face, UnmaskedNumber for a whole identity number where
    none was asked for.
    """
    _check(value, PAPER_ROWS, paper=True)
    words = wording("register", value.language)
    whole = True

    def draw(paper: Paper) -> None:
        nonlocal whole
        whole = _draw(paper, value, words, cancelled)

    made = draw_sheet(
        draw,
        title=value.title,
        author=value.office,
        subject=words["subject"],
        language=value.language,
        day=value.made_on,
        size=SIZE,
    )
    return made if whole else b""


def render_register_xlsx(value: RegisterSheet) -> bytes:
    """The register as a spreadsheet; every text stays a text. Raises ListTooLong, UnmaskedNumber."""
    _check(value, SHEET_ROWS, paper=False)
    words = wording("register", value.language)
    rows = tuple(
        (number, *("" if cell is None else cell.isoformat() if isinstance(cell, date) else cell for cell in cells))
        for number, cells in enumerate(value.rows, 1)
    )
    above = (value.title, *_above(value, words), *(f"{what}　{n:,}" for what, n in value.totals))
    headings = (words["number"], *(column.heading for column in value.columns))
    return write_tables([Table(value.title, headings, rows, above)], value.made_on)


def _above(value: RegisterSheet, words: Mapping[str, str]) -> list[str]:
    """What stands above the table: who made it when, what it is narrowed to, how much it is, that it is personal."""
    made = day_text(words["date"], value.made_on)
    told = words["filter"].format(told="；".join(value.told) if value.language == "zh" else "; ".join(value.told))
    return [
        words["made"].format(office=value.office, worker=value.worker, date=made),
        f"{told if value.told else words['filter'].format(told=words['everything'])}　"
        + words["count"].format(n=f"{len(value.rows):,}"),
        words["kept"] + (words["whole"] if value.whole else ""),
    ]


def _draw(paper: Paper, value: RegisterSheet, words: Mapping[str, str], cancelled: Cancelled | None) -> bool:
    widths = column_widths(value)
    heads = [Cell([Run(words["number"], "hei")], NUMBER, centre=True)]
    heads += [Cell([Run(one_line(c.heading), "hei")], w) for c, w in zip(value.columns, widths, strict=True)]
    head = table_row(heads, LEFT, SMALL, 7 * MM)
    rows = []
    for number, cells in enumerate(value.rows, 1):
        if cancelled is not None and number % 50 == 0 and cancelled():
            return False
        laid = [Cell([Run(str(number))], NUMBER, centre=True)]
        for column, cell, width in zip(value.columns, cells, widths, strict=True):
            text = shown(cell)
            laid.append(Cell([name_run(text) if column.key in NAMES else Run(text)] if text else [], width))
        rows.append(table_row(laid, LEFT, SMALL, 6.2 * MM))
    totals = "　　".join(f"{what} {n:,}" for what, n in value.totals)
    said = words["nothing"] if not rows else f"{words['total']}　{totals}" if totals else ""
    foot = paragraph(shape([Run(one_line(said), "hei")]), LEFT, MEASURE, NOTE, indent=0, justify=False) if said else []
    above = [piece for line in _above(value, words) for piece in _paragraph(line, value.language == "zh")]
    used = FIRST + sum(piece.height for piece in above) + 2 * MM
    room = sum(piece.height for piece in foot) + 2 * MM
    pages = divide(rows, lambda page: END - head.height - (NEXT if page else used), room)
    for number, page in enumerate(pages):
        if number:
            paper.next_page()
            with paper.decoration():
                paper.text(LEFT, NEXT - 4 * MM, 9, one_line(value.title), "hei")
                paper.text(LEFT + MEASURE, NEXT - 4 * MM, 9, one_line(value.office), align="right")
        else:
            with paper.tagged("H1"):
                paper.text(LEFT, FIRST - 5 * MM, 16, one_line(value.title), "hei")
            put(paper, above, FIRST)
        with paper.decoration():
            paper.text(LEFT, WIDTH - 8 * MM, 8, words["kept"])
        page_number(paper, words, number + 1, len(pages), LEFT + MEASURE, up=8 * MM)
        at = put(paper, [head, *page] if page else [], NEXT if number else used)
    put(paper, foot, at + 1 * MM if rows else at)
    return True


def _paragraph(text: str, chinese: bool) -> list[Piece]:
    return paragraph(shape([Run(one_line(text))]), LEFT, MEASURE, NOTE, indent=0, justify=chinese)


def shown(cell: Value) -> str:
    """A cell as it stands on paper."""
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else one_line(str(cell))


def _wide(text: str) -> float:
    """About how wide a text is, in em; never less than it is."""
    return sum(1.0 if ord(letter) > 0x2FF or letter in "·—“”‘’…" else 0.62 for letter in text)


def column_widths(value: RegisterSheet) -> list[float]:
    """The widths of the columns in points, together as wide as the sheet: what is short gets what it needs, the rest
    is divided among the long ones as they wish.
    """
    room = MEASURE - NUMBER
    wanted = []
    for place, column in enumerate(value.columns):
        longest = max((_wide(shown(cells[place])) for cells in value.rows), default=0)
        heading = min(_wide(column.heading), max(5.0, _longest_word(column.heading)))
        wanted.append(max(longest, heading, 3.0) * SMALL.size + PAD)
    least = [min(want, MOST_SHARE * room) for want in wanted]
    if sum(least) <= room:
        spare = room - sum(least)
        hungry = [want - given for want, given in zip(wanted, least, strict=True)]
        if sum(hungry) > 0:
            given = min(spare, sum(hungry))
            least = [one + given * more / sum(hungry) for one, more in zip(least, hungry, strict=True)]
        return [one * room / sum(least) for one in least]
    found = [0.0] * len(least)
    free = set(range(len(least)))
    while free:
        left = room - sum(found)
        wishes = sum(value.columns[place].width for place in free)
        short = [place for place in free if least[place] <= left * value.columns[place].width / wishes]
        for place in short or free:
            found[place] = least[place] if short else left * value.columns[place].width / wishes
        free -= set(short or free)
    return found


def _longest_word(heading: str) -> float:
    return max((_wide(word) for word in heading.split()), default=0.0)


def _check(value: RegisterSheet, most: int, *, paper: bool) -> None:
    if not value.columns:
        raise ValueError("a register has columns")
    if len(value.rows) > most:
        raise ListTooLong(rows=f"{len(value.rows):,}", most=f"{most:,}")
    characters: dict[str, None] = {}
    labels: dict[str, None] = {}

    def look(text: str, where: str, *, free: bool = False) -> None:
        if not free and len(text) >= 15 and WHOLE_NUMBER.search(text):
            raise UnmaskedNumber(where)
        if paper and (absent := missing(one_line(text))):
            characters.update(dict.fromkeys(absent))
            labels[where] = None

    for text, where in ((value.title, "title"), (value.office, "office"), (value.worker, "worker")):
        look(text, where)
    for text in value.told:
        look(text, "told")
    for cells in value.rows:
        for cell, column in zip(cells, value.columns, strict=True):
            if isinstance(cell, str) and cell:
                look(cell, column.heading, free=value.whole and column.key in NUMBERS)
    if characters:
        raise UnprintableText(tuple(characters), tuple(labels))
