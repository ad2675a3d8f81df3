"""Workbooks: every kind of file that offices keep, and files that claim what is not so."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from forms import tables
from forms.xlsform import workbook
from forms.xlsform.reading import read_workbook

ROWS = [["type", "name", "label"], ["text", "a", "A"], [], ["integer", "b", "B"]]


def xlsx(sheets: dict[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, change: object) -> bytes:
    """The workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            body = old.read(part)
            new.writestr(part, change(body) if part == name else body)  # type: ignore[operator]
    return out.getvalue()


def test_rows_keep_the_numbers_of_the_spreadsheet() -> None:
    book = workbook.open_workbook(xlsx({"survey": ROWS}), "f.xlsx")
    assert [(row.number, row.cells["name"]) for row in book.rows("survey")] == [(2, "a"), (4, "b")]


def test_a_csv_and_a_markdown_table_hold_the_same_sheets() -> None:
    csv = b'"survey"\n,"type","name","label"\n,"text","a","A"\n"settings"\n,"form_id","version"\n,"f","2"\n'
    table = (
        b"| survey |\n| | type | name | label |\n| | text | a | A |\n| settings |\n| | form_id | version |\n| | f | 2 |"
    )
    one, other = read_workbook(csv, "f.csv").compiled, read_workbook(table, "f.md").compiled
    assert one
    assert other
    assert one.body == other.body


def test_numbers_and_dates_of_cells_are_read_as_their_author_sees_them() -> None:
    sheets: dict[str, list[list[object]]] = {
        "survey": [["type", "name", "label"], ["select_one n", "a", "A"]],
        "choices": [["list_name", "name", "label"], ["n", 1, "One"], ["n", 2.5, "Two"], ["n", True, "Yes"]],
    }
    book = workbook.open_workbook(xlsx(sheets), "f.xlsx")
    assert [row.cells["name"] for row in book.rows("choices")] == ["1", "2.5", "TRUE"]


def test_a_single_sheet_of_any_name_is_the_survey_and_letters_of_sheet_names_may_be_large() -> None:
    assert workbook.open_workbook(xlsx({"Fragen": ROWS}), "f.xlsx").rows("survey")
    assert workbook.open_workbook(xlsx({"Survey": ROWS, "Choices": [["list_name"]]}), "f.xlsx").rows("survey")


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"\xff\xfe\x00"]
)
def test_what_is_no_workbook_is_a_problem_and_never_an_exception(data: bytes) -> None:
    read = read_workbook(data, "f.xlsx")
    assert read.compiled is None
    assert read.problems[0].kind in ("not_a_workbook", "locked_workbook")
    assert read.problems[0].remedy


def test_a_declared_size_is_not_believed() -> None:
    def huge(body: bytes) -> bytes:
        return body.replace(b'<dimension ref="A1:C4"', b'<dimension ref="A1:XFD1048576"')

    data = with_part(xlsx({"survey": ROWS}), "xl/worksheets/sheet1.xml", huge)
    assert len(workbook.open_workbook(data, "f.xlsx").rows("survey")) == 2

    def tiny(body: bytes) -> bytes:
        return body.replace(b'<dimension ref="A1:C4"', b'<dimension ref="A1:A1"')

    data = with_part(xlsx({"survey": ROWS}), "xl/worksheets/sheet1.xml", tiny)
    assert len(workbook.open_workbook(data, "f.xlsx").rows("survey")) == 2


def test_a_workbook_that_grows_beyond_measure_is_refused_before_it_is_unpacked() -> None:
    data = with_part(xlsx({"survey": ROWS}), "xl/worksheets/sheet1.xml", lambda _body: b" " * (tables.PART_MOST + 1))
    assert len(data) < 200_000
    assert read_workbook(data, "f.xlsx").problems[0].kind == "unpacks_too_large"


def test_a_workbook_that_asks_for_other_files_is_refused() -> None:
    def entity(body: bytes) -> bytes:
        return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + body

    data = with_part(xlsx({"survey": ROWS}), "xl/worksheets/sheet1.xml", entity)
    assert read_workbook(data, "f.xlsx").problems[0].kind == "external_entities"
    table = b'<!DOCTYPE x [<!ENTITY e "x">]><root><item><name>&e;</name></item></root>'
    rows = b"| survey |\n| | type | name | label |\n| | select_one_from_file t.xml | a | A |"
    assert read_workbook(rows, "f.md", files={"t.xml": table}).problems[0].kind == "external_entities"


def test_too_much_is_told_with_the_limit() -> None:
    assert read_workbook(b"x" * (tables.FILE_MOST + 1), "f.xlsx").problems[0].kind == "too_large"
    wide = [[f"c{place}" for place in range(tables.COLUMNS_MOST + 5)]]
    assert read_workbook(xlsx({"survey": wide}), "f.xlsx").problems[0].kind == "too_many_columns"  # type: ignore[dict-item]
    long = b"| survey |\n| | type | name | label |\n" + b"".join(b"| | text | q%d | Q |\n" % n for n in range(3_100))
    assert read_workbook(long, "f.md").problems[0].kind == "too_many_questions"


def test_many_empty_rows_end_a_sheet_as_in_the_tools_of_others() -> None:
    rows = [*ROWS, *([] for _ in range(tables.EMPTY_ROWS_MOST + 1)), ["text", "far", "Far"]]
    names = [row.cells["name"] for row in workbook.open_workbook(xlsx({"survey": rows}), "f.xlsx").rows("survey")]
    assert names == ["a", "b"]


def test_an_attached_table_gives_its_rows_as_choices() -> None:
    rows = b"| survey |\n| | type | name | label |\n| | select_one_from_file t.csv | a | A |"
    assert read_workbook(rows, "f.md").problems[0].kind == "no_file"
    read = read_workbook(rows, "f.md", files={"t.csv": "name,label\nhp,和平\nhx,河西\n".encode("gb18030")})
    assert read.compiled
    from forms.xlsform.session import Session

    choices = Session(read.compiled).state("/data/a").choices
    assert [(one.name, one.label) for one in choices] == [("hp", "和平"), ("hx", "河西")]
    assert read_workbook(rows, "f.md", files={"t.csv": b"\xff\xfe\x00\x01"}).problems[0].kind == "bad_file"
