"""Plain tables as a spreadsheet: values in, bytes out, no file between. Every text stays a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO

NAME_MOST = 31
"""Letters that the name of a sheet may have."""

_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_WIDEST, _NARROWEST = 46, 8


@dataclass(frozen=True)
class Table:
    """One sheet: its name, a row of headings, rows of texts and whole or decimal numbers."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]
    above: tuple[str, ...] = ()  # lines over the table: what it is, that it holds personal data


def write_tables(tables: Sequence[Table], made_on: date = date(2000, 1, 1)) -> bytes:
    """The tables as the sheets of an XLSX workbook, made in memory. The same tables give the same bytes.

    made_on: stands in the file as the day on which it was made; the writer would put this very second there.
    """
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # with all that it brings, only when one is made

    out = BytesIO()
    book = Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    moment = datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC).replace(tzinfo=None)
    book.set_properties({"created": moment})
    # "@" keeps a text a text when somebody edits the cell; the prefix says so to programs that do not heed it.
    text = book.add_format({"num_format": "@", "quote_prefix": True, "text_wrap": True, "valign": "top"})
    line = book.add_format({"num_format": "@", "quote_prefix": True})
    number = book.add_format({"num_format": "General", "align": "left", "valign": "top"})
    head = book.add_format({"num_format": "@", "bold": True, "bg_color": "#DCE9EB", "border": 1, "text_wrap": True})
    taken: set[str] = set()
    for table in tables:
        sheet = book.add_worksheet(_sheet_name(table.name, taken))
        for place, words in enumerate(table.above):
            sheet.write_string(place, 0, words, line)
        first = len(table.above) + bool(table.above)
        for column, heading in enumerate(table.headings):
            said = [heading, *(str(row[column]) for row in table.rows[:200] if column < len(row))]
            width = max(sum(2 if ord(letter) > 255 else 1 for letter in words[:60]) for words in said) + 2
            sheet.set_column(column, column, min(max(width, _NARROWEST), _WIDEST))
            sheet.write_string(first, column, heading, head)
        for place, row in enumerate(table.rows, first + 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    if value:
                        sheet.write_string(place, column, value, text)
                else:
                    sheet.write_number(place, column, value, number)
        sheet.freeze_panes(first + 1, 1)
    book.close()
    return out.getvalue()


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that a sheet may have and that no other one has."""
    base = " ".join(wanted.translate(_FORBIDDEN).split())[:NAME_MOST] or "-"
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base[: NAME_MOST - 4]} {number}"
    taken.add(name.casefold())
    return name
