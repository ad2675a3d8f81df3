"""A list of people out of the casebook, as a spreadsheet or on paper: a frozen value in, bytes out, no file between.

Every text of the spreadsheet is a string cell that stays text when it is edited: a name that begins with "=" is never
a formula. The same value always gives the same bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from io import BytesIO

from reports.flow import Cell, Piece, Type, divide, paragraph, put, table_row
from reports.fonts import missing
from reports.lines import Run, forget, shape
from reports.paper import HEIGHT, MM, Paper
from reports.people_list import PAPER_ROWS, SHEET_ROWS, ListColumn, ListTooLong, PeopleList, Value
from reports.printable import WHOLE_NUMBER, UnmaskedNumber, UnprintableText, one_line
from reports.wording import day_text, wording

Cancelled = Callable[[], bool]

LEFT, MEASURE = 15 * MM, 180 * MM
NUMBER = 10 * MM
TOP, NEXT_TOP, END = 30 * MM, 22 * MM, HEIGHT - 18 * MM
SMALL, HEAD = Type(9, 12.2), Type(9.5, 14)
_LOOK_EVERY = 500  # rows between two questions whether it is still wanted


def render_list_xlsx(value: PeopleList, cancelled: Cancelled | None = None) -> bytes | None:
    """The list as an XLSX workbook, made in memory; None where it was cancelled.

    Raises ListTooLong, and UnmaskedNumber for a whole identity number.
    """
    _fits(value, SHEET_ROWS)
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # with all that it brings, only when one is made

    words = wording("list", value.language)
    out = BytesIO()
    book = Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    moment = datetime(value.made_on.year, value.made_on.month, value.made_on.day, tzinfo=UTC).replace(tzinfo=None)
    book.set_properties({"title": value.title, "author": value.office, "created": moment})
    sheet = book.add_worksheet(words["sheet"])
    face = {"font_name": "等线" if value.language == "zh" else "Calibri", "font_size": 11, "valign": "top"}
    # "@" keeps a text a text when somebody edits the cell; the prefix says so to programs that do not heed it.
    as_text = book.add_format({**face, "num_format": "@", "quote_prefix": True, "text_wrap": True})
    as_day = book.add_format({**face, "num_format": "yyyy-mm-dd", "align": "left"})
    as_count = book.add_format({**face, "num_format": "0", "align": "left"})
    title = book.add_format({**face, "bold": True, "font_size": 16, "num_format": "@", "quote_prefix": True})
    note = book.add_format({**face, "num_format": "@", "quote_prefix": True})
    head = book.add_format(
        {**face, "bold": True, "bg_color": "#DCE9EB", "border": 1, "num_format": "@", "text_wrap": True}
    )
    row = 0
    for number, line in enumerate(_above(value)):
        sheet.write_string(row, 0, line, note if number else title)
        row += 1
    row += 1
    first = row
    sheet.write_string(row, 0, words["number"], head)
    sheet.set_column(0, 0, 6)
    for place, column in enumerate(value.columns, 1):
        sheet.write_string(row, place, column.label, head)
        sheet.set_column(place, place, column.width * 2 + 2)
    for number, cells in enumerate(value.rows, 1):
        if cancelled is not None and number % _LOOK_EVERY == 0 and cancelled():
            book.close()
            return None
        row += 1
        sheet.write_number(row, 0, number, as_count)
        for place, cell in enumerate(cells, 1):
            if isinstance(cell, str):
                _refuse_whole_number(cell, value.columns[place - 1].label)
                if cell:
                    sheet.write_string(row, place, cell, as_text)
            elif isinstance(cell, date):
                sheet.write_datetime(row, place, cell, as_day)
            elif cell is not None:
                sheet.write_number(row, place, cell, as_count)
    sheet.autofilter(first, 0, max(row, first), len(value.columns))
    sheet.freeze_panes(first + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first)
    sheet.set_footer("&C&P / &N")
    book.close()
    return out.getvalue()


def render_list_pdf(value: PeopleList, cancelled: Cancelled | None = None) -> bytes | None:
    """The list as a PDF of A4 sheets with a heading row on each; None where it was cancelled.

    Raises ListTooLong, UnprintableText for a character in no face, and UnmaskedNumber for a whole identity number.
    """
    _fits(value, PAPER_ROWS)
    _check_printable(value)
    words = wording("list", value.language)
    paper = Paper(
        title=value.title,
        author=value.office,
        subject=words["subject"],
        language="zh-CN" if value.language == "zh" else "en",
        day=value.made_on,
    )
    try:
        return paper.finish() if _draw(paper, value, cancelled) else None
    finally:
        forget()


def _draw(paper: Paper, value: PeopleList, cancelled: Cancelled | None) -> bool:
    words = wording("list", value.language)
    widths = _widths(value.columns)
    heads = [Cell([Run(words["number"], "hei")], NUMBER, centre=True)]
    heads += [
        Cell([Run(one_line(column.label), "hei")], width) for column, width in zip(value.columns, widths, strict=True)
    ]
    head = table_row(heads, LEFT, SMALL, 7 * MM)
    rows = []
    for number, cells in enumerate(value.rows, 1):
        if cancelled is not None and number % 50 == 0 and cancelled():
            return False
        laid = [Cell([Run(str(number))], NUMBER, centre=True)]
        for cell, width in zip(cells, widths, strict=True):
            laid.append(Cell([Run(one_line(_shown(cell)))], width))
        rows.append(table_row(laid, LEFT, SMALL, 7 * MM))
    above = list(_notes(value))
    used = TOP + sum(piece.height for piece in above) + 2 * MM
    pages = divide(rows, lambda page: END - head.height - (NEXT_TOP if page else used), 0)
    for number, page in enumerate(pages):
        if number:
            paper.next_page()
            paper.text(LEFT, NEXT_TOP - 5 * MM, 9, one_line(value.title))
        else:
            paper.text(LEFT, TOP - 8 * MM, 16, one_line(value.title), "hei")
            put(paper, above, TOP)
        shown = words["page"].format(page=number + 1, pages=len(pages))
        paper.text(LEFT + MEASURE, HEIGHT - 10 * MM, 8.5, shown, align="right")
        paper.text(LEFT, HEIGHT - 10 * MM, 8.5, words["kept"])
        put(paper, [head, *page], NEXT_TOP if number else used)
    return True


def _notes(value: PeopleList) -> Iterator[Piece]:
    chinese = value.language == "zh"
    for line in [*_above(value)][1:]:
        yield from paragraph(shape([Run(one_line(line))]), LEFT, MEASURE, HEAD, indent=0, justify=chinese)


def _above(value: PeopleList) -> Iterator[str]:
    """What stands above the table: title, who made it when, what it was narrowed to, what the reader must know."""
    words = wording("list", value.language)
    yield value.title
    yield words["made"].format(office=value.office, worker=value.worker, date=day_text(words["date"], value.made_on))
    yield from value.told
    yield words["count"].format(n=len(value.rows))
    if value.caution:
        yield value.caution
    yield words["kept"]


def _widths(columns: Sequence[ListColumn]) -> list[float]:
    """The widths of the columns on paper in points: as they were wished, filling the sheet."""
    whole = sum(column.width for column in columns)
    return [(MEASURE - NUMBER) * column.width / whole for column in columns]


def _shown(cell: Value) -> str:
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else str(cell)


def _fits(value: PeopleList, most: int) -> None:
    if not value.columns:
        raise ValueError("a list has columns")
    if len(value.rows) > most:
        raise ListTooLong(rows=f"{len(value.rows):,}", most=f"{most:,}")


def _refuse_whole_number(text: str, where: str) -> None:
    if len(text) >= 15 and WHOLE_NUMBER.search(text):
        raise UnmaskedNumber(where)


def _check_printable(value: PeopleList) -> None:
    characters: dict[str, None] = {}
    labels: dict[str, None] = {}
    told = [(value.title, "title"), (value.office, "office"), (value.worker, "worker"), (value.caution, "caution")]
    told += [(line, "told") for line in value.told]
    for cells in value.rows:
        told += [
            (cell, column.label) for cell, column in zip(cells, value.columns, strict=True) if isinstance(cell, str)
        ]
    for text, label in told:
        _refuse_whole_number(text, label)
        if absent := missing(one_line(text)):
            characters |= dict.fromkeys(absent)
            labels[label] = None
    if characters:
        raise UnprintableText(tuple(characters), tuple(labels))
