"""The sheets of a questionnaire's workbook: rows of texts by heading, with their numbers. forms.tables opens the file
and holds the limits. What cannot be read is a Problem, with where and why.
"""

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.tables import (
    COLUMNS_MOST,
    EMPTY_ROWS_MOST,
    ROWS_MOST,
    Grid,
    NoTable,
    cell_text,
    csv_rows,
    decoded,
    open_sheets,
)
from forms.xlsform.headings import EXPRESSIONS, canonical, is_ours, keep_quotes, plain_signs, plain_type
from forms.xlsform.problems import Problem, problem

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
        try:
            return _open(data, name)
        except NoTable as trouble:
            raise Unreadable(problem(trouble.reason, trouble.sheet, 0, "", **trouble.facts)) from None


def _open(data: bytes, name: str) -> Workbook:
    stem, _dot, _ending = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    grids = open_sheets(data) or _plain(data)
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
            if heading and (said := cell_text(cell)) != ""
        }
        if kept:
            rows.append(Row(number, kept))
        if len(rows) > ROWS_MOST:
            raise Unreadable(problem("too_many_rows", name, most=ROWS_MOST))
    return Sheet(name, tuple(heading for heading in headings if heading), tuple(rows), heading_row)


def _heading(said: Any) -> str | None:
    word = re.sub(r" +", " ", cell_text(said))
    return word or None


def _check_headings(name: str, row: int, headings: Sequence[str | None]) -> None:
    if len(headings) > COLUMNS_MOST and any(headings[COLUMNS_MOST:]):
        raise Unreadable(problem("too_many_columns", name, row, most=COLUMNS_MOST))
    seen: set[str] = set()
    for heading in headings:
        if heading and heading in seen:
            raise Unreadable(problem("double_column", name, row, heading, heading=heading))
        seen.add(heading or "")


_CELL_BORDER = re.compile(r"(?<!\\)\|")


def _plain(data: bytes) -> Iterator[tuple[str, Grid]]:
    """Sheets below one another in a text: as CSV, or as markdown tables whose first column names the sheet."""
    text = decoded(data)
    if text.count("|") >= 5 and re.search(r"^\s*\|", text, re.MULTILINE):
        lines: Iterable[Sequence[str]] = [
            _border_cells(line.strip())
            for line in text.splitlines()
            if line.strip().startswith("|") and not re.fullmatch(r"[\s|:-]+", line)
        ]
    elif text.count(",") >= 4:
        lines = csv_rows(text)
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
