"""Opening what offices send as tables (.xlsx, .xlsm, .xls, .csv): rows of cells with their numbers, within limits.

A table is a few hundred kilobytes, so anything that unpacks to more than UNPACKED_MOST, or asks for other files, is
refused before it is read. A sheet's declared size is not believed: rows are read until they end. Whatever is wrong with
a file comes out as one exception with a reason; nothing is computed, no formula is evaluated, no other file is opened.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

FILE_MOST = 10 * 1024 * 1024
UNPACKED_MOST = 80 * 1024 * 1024
PART_MOST = 40 * 1024 * 1024  # one sheet, or the texts of all
ROWS_MOST = 20_000
COLUMNS_MOST = 300
CELL_MOST = 32_767
EMPTY_ROWS_MOST = 60  # more empty rows than these end a sheet, as in the tools of others: whoever reads it sees to it
PARTS_MOST = 2_000
MARKS_MOST = 3_000_000
OTHER_MARKS_MOST = 200_000
"""Of XML in all parts: what reading costs, and what of it is no row, cell or text (styles, merged cells, rules), which
costs five times as much. 10,000 residents in 17 columns have 1.4 million marks, some hundreds of them others."""

_PIECE = 256 * 1024
_OF_CELLS = re.compile(rb"</?(?:[a-z]{1,8}:)?(?:c|v|t|si|is|row|f|r|rPr|rPh|phoneticPr)[ />]")
_DECLARED = [word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")]

Grid = Iterable[tuple[int, Sequence[Any]]]
"""Rows with their numbers, as the spreadsheet counts."""


class NoTable(Exception):  # noqa: N818  # not an error of the program: a file that cannot be read, with the reason
    """A file that cannot be read as a table. reason: not_a_workbook, too_large, unpacks_too_large, too_many_rows,
    external_entities, locked_workbook; facts and the sheet go into the sentence.
    """

    def __init__(self, reason: str, sheet: str = "", **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sheet = sheet
        self.facts = facts


def open_sheets(data: bytes) -> Iterator[tuple[str, Grid]] | None:
    """The sheets of a workbook by their names; None where the bytes are no workbook but perhaps a text.

    Raises NoTable, also while the rows are read.
    """
    if len(data) > FILE_MOST:
        raise NoTable("too_large", most=FILE_MOST // 1024 // 1024)
    if data[:4] == b"PK\x03\x04":
        return _xlsx(data)
    if data[:4] == b"\xd0\xcf\x11\xe0" or data[:2] == b"\x09\x08":
        return _xls(data)
    return None


def cell_text(value: Any) -> str:
    """A cell as text, as the converting library of questionnaires reads it."""
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


def decoded(data: bytes) -> str:
    """A text in UTF-8, UTF-16 (with its mark, or where every other byte is empty) or GB 18030. Raises NoTable."""
    for mark, code in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return _decoded(data[2:], code)
    start = data[:2000]
    if b"\x00" in start:
        return _decoded(data, "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decoded(data, "gb18030")


def _decoded(data: bytes, code: str) -> str:
    try:
        text = data.decode(code)
    except UnicodeDecodeError:
        raise NoTable("not_a_workbook") from None
    if "\x00" in text:
        raise NoTable("not_a_workbook")
    return text


def csv_rows(text: str, delimiter: str = ",") -> list[list[str]]:
    """The lines of a table as text. Raises NoTable."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise NoTable("not_a_workbook") from None


def _xlsx(data: bytes) -> Iterator[tuple[str, Grid]]:
    from openpyxl.reader.excel import ExcelReader

    _check_parts(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the reader warns of everything in a workbook that is no table
            reader = ExcelReader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            reader.read()
        book = reader.wb
        sheets = [(str(sheet.title), sheet) for sheet in book.worksheets]
    except Exception:
        # A damaged workbook fails in as many ways as there are parts in it; to the office it is one and the same.
        raise NoTable("not_a_workbook") from None
    for title, sheet in sheets[:100]:
        yield title, _xlsx_rows(sheet)
    reader.archive.close()


def _xlsx_rows(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    try:
        sheet.reset_dimensions()  # what the sheet declares about its own size is not believed
        for number, cells in enumerate(sheet.iter_rows(max_col=COLUMNS_MOST + 1, values_only=True), 1):
            if all(cell is None or cell == "" for cell in cells):
                if number > ROWS_MOST * 2:
                    return
                continue
            yield number, cells
            if number > ROWS_MOST * 2:
                raise NoTable("too_many_rows", str(sheet.title), most=ROWS_MOST)
    except NoTable:
        raise
    except Exception:
        raise NoTable("not_a_workbook") from None


def _check_parts(data: bytes) -> None:
    """What the archive holds, before any of it is read as a workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS_MOST or sum(part.file_size for part in parts) > UNPACKED_MOST:
                raise NoTable("unpacks_too_large")
            marks = cells = 0
            for part in parts:  # whatever it is called: the list of parts says which of them is read as a sheet
                if part.file_size > PART_MOST:
                    raise NoTable("unpacks_too_large")
                with archive.open(part) as opened:
                    before = b""
                    while piece := opened.read(_PIECE):
                        marks += piece.count(b"<")
                        cells += len(_OF_CELLS.findall(piece))
                        if marks > MARKS_MOST or marks - cells > OTHER_MARKS_MOST:
                            raise NoTable("unpacks_too_large")
                        if any(word in before + piece for word in _DECLARED):
                            raise NoTable("external_entities")
                        before = piece[-40:]
    except NoTable:
        raise
    except Exception:
        raise NoTable("not_a_workbook") from None


def _xls(data: bytes) -> Iterator[tuple[str, Grid]]:
    import xlrd  # type: ignore[import-untyped]

    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), ragged_rows=True)
        names = [str(name) for name in book.sheet_names()]
    except Exception as trouble:
        kind = "locked_workbook" if "ncrypt" in str(trouble) or "workbook" in str(trouble).casefold() else ""
        raise NoTable(kind or "not_a_workbook") from None
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
        raise NoTable("not_a_workbook") from None
