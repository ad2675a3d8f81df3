"""A small reader of XLSX workbooks, by the format's own words and nothing of the writer's."""

import io
import re
import zipfile
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(data):
    """{(row, column) from 0: text, or number} of the first sheet."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert book.testzip() is None
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")):
                shared.append("".join(text.text or "" for text in item.iter(f"{_MAIN}t")))
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    found = {}
    for cell in sheet.iter(f"{_MAIN}c"):
        assert cell.find(f"{_MAIN}f") is None, "a formula"
        value = cell.find(f"{_MAIN}v")
        if value is None:
            continue
        letters, row = re.fullmatch(r"([A-Z]+)([0-9]+)", cell.get("r")).groups()
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        found[int(row) - 1, column - 1] = shared[int(value.text)] if cell.get("t") == "s" else float(value.text)
    return found


def table(data):
    """(lines above the table, headings, rows) of the first sheet; days as numbers of days since 1899-12-30."""
    found = cells(data)
    last = max(row for row, _column in found)
    width = max(column for _row, column in found) + 1
    lines = [[found.get((row, column), "") for column in range(width)] for row in range(last + 1)]
    gap = next(place for place, line in enumerate(lines) if not any(line))
    return [line[0] for line in lines[:gap]], lines[gap + 1], lines[gap + 2 :]


def unlocked(data, passphrase):
    """A workbook that was protected, as a spreadsheet program opens it; it must be protected."""
    import msoffcrypto

    book, out = msoffcrypto.OfficeFile(io.BytesIO(data)), io.BytesIO()
    assert book.is_encrypted()
    book.load_key(password=passphrase, verify_password=True)
    book.decrypt(out, verify_integrity=True)
    return out.getvalue()
