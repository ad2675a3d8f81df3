"""Opening a list of people (.xlsx, .xls, .csv): the row of headings, and the rows below it."""

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from forms.people_list.columns import guess
from forms.tables import COLUMNS_MOST, EMPTY_ROWS_MOST, NoTable, cell_text, csv_rows, decoded, open_sheets
from models.errors import Problem
from models.texts import _

PEOPLE_MOST = 10_000
HEADING_WITHIN = 20  # rows; above the headings stand a title and remarks
FIELD_MOST = 1_000  # characters of one cell of a list
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?1[5-9]")
_SIGNS = (",", "\t", ";", "，")


class ListRefused(Problem):
    """A list of people cannot be read. Facts: reason (a key below), and what the sentence needs."""

    def sentence(self) -> str:
        """Tell the worker."""
        said = _REASONS.get(str(self.facts.get("reason")), _REASONS["not_a_workbook"])()
        return _("{reason} Nothing was taken in and nothing here was changed.").format(reason=said.format(**self.facts))


_REASONS = {
    "not_a_workbook": lambda: _("This file is not a table that can be read. Save it as .xlsx or .csv and try again."),
    "too_large": lambda: _("The file is larger than {most} MB. Divide the list into several files."),
    "unpacks_too_large": lambda: _("The file unpacks to far more than a list of people. It was not opened."),
    "too_many_rows": lambda: _("The list has more than {most} rows. Divide it into several files."),
    "too_many_columns": lambda: _("The list has more than {most} columns. Leave only those that are needed."),
    "too_long": lambda: _("A cell in row {row} holds a whole text. Check the file."),
    "external_entities": lambda: _("The file asks for other files. It was not opened."),
    "locked_workbook": lambda: _("The file is protected with a password. Save it without one."),
    "rounded": lambda: _(
        "In row {row} the spreadsheet turned a long number into {shown}, so its last digits are lost. Set the column "
        "to text, put the numbers in again from the source, and save the list anew."
    ),
    "no_headings": lambda: _("No row of headings was found: one column must be called 姓名 (name)."),
    "no_rows": lambda: _("There is nobody below the headings."),
    "no_name_column": lambda: _("Choose which column holds the names."),
    "column_twice": lambda: _("Two columns are chosen for “{field}”. Choose one."),
}


@dataclass(frozen=True)
class ListRow:
    """One row: its number as the spreadsheet counts, its cells as texts in the order of the headings."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ListTable:
    """A list as it lies in the file."""

    sheet: str  # "" for a text
    headings: tuple[str, ...]
    rows: tuple[ListRow, ...]
    more_at: int = 0
    """The row from which nothing more was read, since too many empty ones stand above it; 0: all of it was read."""


def read_list(data: bytes) -> ListTable:
    """The first sheet that has a row of headings, with its rows. What a file is, its first bytes say, not its name.

    Raises ListRefused.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the reader warns of everything in a workbook that is no table
        try:
            return _read(data)
        except NoTable as trouble:
            raise ListRefused(reason=trouble.reason, **trouble.facts) from None


def _read(data: bytes) -> ListTable:
    sheets = open_sheets(data)
    for title, grid in sheets if sheets is not None else [("", _text_rows(data))]:
        found = _table(title, grid)
        if found is not None:
            if not found.rows:
                raise ListRefused(reason="no_rows")
            return found
    raise ListRefused(reason="no_headings")


def _text_rows(data: bytes) -> Iterable[tuple[int, Sequence[str]]]:
    text = decoded(data)
    head = text[:5_000]
    sign = max(_SIGNS, key=head.count)
    if sign not in head and "name" not in guess(head.splitlines()[:HEADING_WITHIN]):  # a column alone has no sign
        raise NoTable("not_a_workbook")
    return enumerate(csv_rows(text, sign), 1)


def _table(title: str, grid: Iterable[tuple[int, Sequence[Any]]]) -> ListTable | None:
    headings: list[str] = []
    rows: list[ListRow] = []
    last = 0
    for number, cells in grid:
        if not any(cell is not None and cell != "" for cell in cells):
            continue
        if headings and number - last > EMPTY_ROWS_MOST + 1:  # another table, or choices of a form
            return ListTable(title, tuple(headings), tuple(rows), number)
        last = number
        if not headings:
            said = [" ".join(cell_text(cell).split()) for cell in cells]
            if len(said) > COLUMNS_MOST and any(said[COLUMNS_MOST:]):
                raise NoTable("too_many_columns", most=COLUMNS_MOST)
            if "name" in guess(said):
                while said and not said[-1]:
                    said.pop()
                headings = said
            elif number > HEADING_WITHIN:
                return None
            continue
        row = _row(number, cells, len(headings))
        if any(row.cells):
            rows.append(row)
        if len(rows) > PEOPLE_MOST:
            raise NoTable("too_many_rows", most=PEOPLE_MOST)
    return ListTable(title, tuple(headings), tuple(rows)) if headings else None


def _row(number: int, cells: Sequence[Any], wide: int) -> ListRow:
    said = []
    for cell in cells[:wide]:
        if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= 1e15:
            raise ListRefused(reason="rounded", row=number, shown=f"{cell:.5E}")
        text = cell_text(cell)
        if len(text) > FIELD_MOST:
            raise ListRefused(reason="too_long", row=number)
        if _ROUNDED.fullmatch(text.strip("'= \"")):
            raise ListRefused(reason="rounded", row=number, shown=text)
        said.append(text.removeprefix("'").strip() if text.startswith("'") else text)
    return ListRow(number, tuple(said + [""] * (wide - len(said))))
