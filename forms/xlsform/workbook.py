"""Opening a workbook: its sheets as rows of texts with their numbers, whatever the file claims about itself.

Limits guard the desk: a workbook is a few hundred kilobytes, so anything that unpacks to more than UNPACKED_MOST, or
asks for other files, is refused before it is read. A sheet's declared size is not believed: rows are read until they
end. Nothing here raises: what cannot be read is a Problem.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from forms.xlsform.headings import EXPRESSIONS, canonical, is_ours, keep_quotes, plain_signs, plain_type
from forms.xlsform.problems import Problem, problem

FILE_MOST = 10 * 1024 * 1024
UNPACKED_MOST = 80 * 1024 * 1024
PART_MOST = 40 * 1024 * 1024  # one sheet, or the texts of all
ROWS_MOST = 20_000
COLUMNS_MOST = 300
CELL_MOST = 32_767
EMPTY_ROWS_MOST = 60  # more empty rows than these end a sheet, as in the tools of others
PARTS_MOST = 2_000

READ_SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")


@dataclass(frozen=True)
class Row:
    """One row of a sheet: its number as the spreadsheet counts, and its cells by heading; empty cells are left out."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """One sheet: headings in order, and the rows below them that are not empty."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    heading_row: int = 1

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass
class Workbook:
    """The sheets that questionnaires use, by their plain names, and the names of all that were found."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    stem: str = ""

    def rows(self, name: str) -> tuple[Row, ...]:
        """The rows of a sheet; () where there is none."""
        sheet = self.sheets.get(name)
        return sheet.rows if sheet else ()

    def as_library_reads(self) -> dict[str, Any]:
        """The workbook as the converting library wants it: empty rows kept, so that its row numbers are right.

        Our own columns stay behind; the library would take them for languages.
        """
        read: dict[str, Any] = {"sheet_names": list(self.found), "fallback_form_name": self.stem or None}
        for name, sheet in self.sheets.items():
            headings = [heading for heading in sheet.headings if not is_ours(heading)]
            rows: list[dict[str, str]] = []
            for row in sheet.rows:
                rows += [{} for _ in range(row.number - sheet.heading_row - 1 - len(rows))]
                rows.append(
                    {heading: _passed_on(heading, said) for heading, said in row.cells.items() if not is_ours(heading)}
                )
            read[name] = rows
            read[f"{name}_header"] = [dict.fromkeys(headings)]
        return read


def _passed_on(heading: str, said: str) -> str:
    column = canonical(heading)
    if column in EXPRESSIONS or (column in ("default", "trigger") and ("(" in said or "{" in said or "（" in said)):
        return plain_signs(said)
    return plain_type(said) if column == "type" else keep_quotes(said)


class Unreadable(Exception):  # noqa: N818  # not an error of the program: a file that cannot be read, with the reason
    """A workbook that cannot be read."""

    def __init__(self, told: Problem) -> None:
        super().__init__(told.kind)
        self.problem = told


def open_workbook(data: bytes, name: str) -> Workbook:
    """The sheets of a workbook (.xlsx, .xlsm, .xls, .csv or markdown tables). Raises Unreadable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the reader warns of everything in a workbook that is no table
        return _open(data, name)


def _open(data: bytes, name: str) -> Workbook:
    """The sheets of a workbook (.xlsx, .xlsm, .xls, .csv or markdown tables). Raises Unreadable."""
    if len(data) > FILE_MOST:
        raise Unreadable(problem("too_large", most=FILE_MOST // 1024 // 1024))
    stem, _dot, _ending = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    if data[:4] == b"PK\x03\x04":
        grids = _xlsx(data)
    elif data[:4] == b"\xd0\xcf\x11\xe0" or data[:2] == b"\x09\x08":
        grids = _xls(data)
    else:
        grids = _plain(data)
    book = Workbook(stem=re.sub(r"[^\w.-]", "_", stem or name))
    for found, rows in grids:
        book.found.append(found)
        plain = found.strip().casefold()
        if plain in READ_SHEETS and plain not in book.sheets:
            book.sheets[plain] = _sheet(plain, rows)
        elif len(book.found) == 1:
            first = _sheet("survey", rows)
    if len(book.found) == 1 and not book.sheets:
        book.sheets["survey"] = first
    return book


Grid = Iterable[tuple[int, Sequence[Any]]]  # rows with their numbers


def _sheet(name: str, grid: Grid) -> Sheet:
    """The headings and the rows of a sheet."""
    headings: list[str | None] = []
    rows: list[Row] = []
    heading_row = last = 0
    for number, cells in grid:
        if headings and number - last > EMPTY_ROWS_MOST + 1:
            break
        last = number
        if not headings:
            headings = [_heading(said) for said in cells]
            heading_row = number
            _check_headings(name, number, headings)
            continue
        kept = {
            heading: said
            for heading, cell in zip(headings, cells, strict=False)
            if heading and (said := _text(cell)) != ""
        }
        if kept:
            rows.append(Row(number, kept))
        if len(rows) > ROWS_MOST:
            raise Unreadable(problem("too_many_rows", name, most=ROWS_MOST))
    return Sheet(name, tuple(heading for heading in headings if heading), tuple(rows), heading_row)


def _heading(said: Any) -> str | None:
    word = re.sub(r" +", " ", _text(said))
    return word or None


def _check_headings(name: str, row: int, headings: Sequence[str | None]) -> None:
    if len(headings) > COLUMNS_MOST and any(headings[COLUMNS_MOST:]):
        raise Unreadable(problem("too_many_columns", name, row, most=COLUMNS_MOST))
    seen: set[str] = set()
    for heading in headings:
        if heading and heading in seen:
            raise Unreadable(problem("double_column", name, row, heading, heading=heading))
        seen.add(heading or "")


def _text(value: Any) -> str:
    """A cell as text, as the converting library reads it."""
    if value is None:
        return ""
    if value is True or value is False:
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, int | float | datetime | date | time):
        return str(value)
    word = str(value)[:CELL_MOST].replace("\xa0", " ").replace("\r\n", "\n").strip()
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", "", word)


def _xlsx(data: bytes) -> Iterator[tuple[str, Grid]]:
    from openpyxl.reader.excel import ExcelReader

    _check_parts(data)
    try:
        reader = ExcelReader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        reader.read()
        book = reader.wb
        sheets = [(str(sheet.title), sheet) for sheet in book.worksheets]
    except Exception:
        # A damaged workbook fails in as many ways as there are parts in it; to the office it is one and the same.
        raise Unreadable(problem("not_a_workbook")) from None
    for title, sheet in sheets[:100]:
        yield title, _xlsx_rows(sheet)
    reader.archive.close()


def _xlsx_rows(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    empty = 0
    try:
        sheet.reset_dimensions()  # what the sheet declares about its own size is not believed
        for number, cells in enumerate(sheet.iter_rows(max_col=COLUMNS_MOST + 1, values_only=True), 1):
            if all(cell is None or cell == "" for cell in cells):
                empty += 1
                if empty > EMPTY_ROWS_MOST:
                    return
                continue
            empty = 0
            yield number, cells
            if number > ROWS_MOST * 2:
                raise Unreadable(problem("too_many_rows", str(sheet.title), most=ROWS_MOST))
    except Unreadable:
        raise
    except Exception:
        raise Unreadable(problem("not_a_workbook")) from None


def _check_parts(data: bytes) -> None:
    """What the archive holds, before any of it is read as a workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS_MOST or sum(part.file_size for part in parts) > UNPACKED_MOST:
                raise Unreadable(problem("unpacks_too_large"))
            for part in parts:
                if not part.filename.casefold().endswith((".xml", ".rels", ".vml")):
                    continue
                if part.file_size > PART_MOST:
                    raise Unreadable(problem("unpacks_too_large"))
                with archive.open(part) as opened:
                    start = opened.read(4096)
                if b"<!DOCTYPE" in start or b"<!ENTITY" in start or "<!DOCTYPE".encode("utf-16-le") in start:
                    raise Unreadable(problem("external_entities"))
    except Unreadable:
        raise
    except Exception:
        raise Unreadable(problem("not_a_workbook")) from None


def _xls(data: bytes) -> Iterator[tuple[str, Grid]]:
    import xlrd  # type: ignore[import-untyped]

    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), ragged_rows=True)
        names = [str(name) for name in book.sheet_names()]
    except Exception as trouble:
        kind = "locked_workbook" if "ncrypt" in str(trouble) or "workbook" in str(trouble).casefold() else ""
        raise Unreadable(problem(kind or "not_a_workbook")) from None
    for place, name in enumerate(names[:100]):
        yield name, _xls_rows(book, place)


def _xls_rows(book: Any, place: int) -> Iterator[tuple[int, Sequence[Any]]]:
    import xlrd

    try:
        sheet = book.sheet_by_index(place)
        for number in range(min(sheet.nrows, ROWS_MOST * 2)):
            cells: list[Any] = []
            for cell in sheet.row(number)[: COLUMNS_MOST + 1]:
                if cell.ctype == xlrd.XL_CELL_BOOLEAN:
                    cells.append(bool(cell.value))
                elif cell.ctype == xlrd.XL_CELL_DATE:
                    cells.append(xlrd.xldate_as_datetime(cell.value, book.datemode))
                elif cell.ctype in (xlrd.XL_CELL_ERROR, xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                    cells.append(None)
                else:
                    cells.append(cell.value)
            if any(cell not in (None, "") for cell in cells):
                yield number + 1, cells
    except Exception:
        raise Unreadable(problem("not_a_workbook")) from None


_CELL_BORDER = re.compile(r"(?<!\\)\|")


def _plain(data: bytes) -> Iterator[tuple[str, Grid]]:
    """Sheets below one another in a text: as CSV, or as markdown tables whose first column names the sheet."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise Unreadable(problem("not_a_workbook")) from None
    if text.count("|") >= 5 and re.search(r"^\s*\|", text, re.MULTILINE):
        lines: Iterable[Sequence[str]] = [
            _border_cells(line.strip())
            for line in text.splitlines()
            if line.strip().startswith("|") and not re.fullmatch(r"[\s|:-]+", line)
        ]
    elif text.count(",") >= 4:
        lines = _csv_lines(text)
    else:
        raise Unreadable(problem("not_a_workbook"))
    sheets: dict[str, list[tuple[int, Sequence[str]]]] = {}
    current: list[tuple[int, Sequence[str]]] | None = None
    for line in lines:
        if not line:
            continue
        if line[0].strip():
            current = sheets.setdefault(line[0].strip(), [])
        if current is not None and any(cell.strip() for cell in line[1:]):
            current.append((len(current) + 1, line[1 : COLUMNS_MOST + 2]))
    if not sheets:
        raise Unreadable(problem("not_a_workbook"))
    yield from sheets.items()


def _border_cells(line: str) -> list[str]:
    """The cells of a line of a markdown table; the first names the sheet or is empty."""
    cells = _CELL_BORDER.split(line[1:])
    if not cells[-1].strip():
        cells.pop()
    return [cell.strip().replace(r"\|", "|") for cell in cells]


def _csv_lines(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        raise Unreadable(problem("not_a_workbook")) from None
