"""A questionnaire as a workbook in the XLSForm standard, to begin another one from or to hand to other tools."""

from collections.abc import Mapping, Sequence
from io import BytesIO

_WIDTHS = {"type": 24, "name": 22, "relevant": 34, "constraint": 30, "calculation": 40, "choice_filter": 26}
_TEXT_WIDTH = 36
_NARROW = 14


def write_workbook(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """The sheets as an XLSX workbook, made in memory. Of each sheet the first row are the headings.

    Every cell is a text: an expression that begins with = must stay what its author wrote. Raises ValueError for a
    name that no sheet can have.
    """
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # with all that it brings, only when one is made
    from xlsxwriter.exceptions import XlsxWriterException  # type: ignore[import-untyped]

    out = BytesIO()
    book = Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    body = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    head = book.add_format({"num_format": "@", "bold": True, "bg_color": "#DCE9EB", "border": 1, "text_wrap": True})
    part = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "bg_color": "#F3F6F6", "bold": True})
    for name, rows in sheets.items():
        try:
            sheet = book.add_worksheet(name)
        except XlsxWriterException as wrong:
            raise ValueError(f"no sheet can be called so: {len(name)} letters") from wrong
        headings = rows[0] if rows else ()
        for place, heading in enumerate(headings):
            wide = "::" in heading or heading in ("label", "hint")
            sheet.set_column(place, place, _WIDTHS.get(heading, _TEXT_WIDTH if wide else _NARROW))
        for number, cells in enumerate(rows):
            begins = bool(cells) and cells[0].startswith(("begin", "end"))
            for place, cell in enumerate(cells):
                if cell:
                    sheet.write_string(number, place, cell, head if not number else part if begins else body)
        sheet.freeze_panes(1, 2 if name == "survey" else 0)
    book.close()
    return out.getvalue()
