"""What opening a table may cost: refused by its marks before a reader meets them."""

import pytest

from forms.tables import MARKS_MOST, OTHER_MARKS_MOST, NoTable, open_sheets
from tests.torture.hostile_files import cells, sheet_of, workbook

LIST = cells(1, "姓名", "备注") + cells(2, "李建国", "x")


def refusal(data: bytes) -> str:
    with pytest.raises(NoTable) as refused:
        [list(grid) for _title, grid in open_sheets(data) or ()]
    return refused.value.reason


def test_a_table_within_the_limits_is_read():
    read = [list(grid) for _title, grid in open_sheets(workbook(sheet_of(LIST))) or ()]
    assert [[tuple(filter(None, row)) for _number, row in rows] for rows in read] == [
        [("姓名", "备注"), ("李建国", "x")]
    ]


@pytest.mark.parametrize("place", [b"worksheets/sheet1.xml", b"worksheets/sheet1.dat"])
def test_more_marks_than_a_list_can_have_are_not_read_whatever_the_part_is_called(place: bytes):
    wide = sheet_of(LIST + '<row r="3">' + "<c/>" * MARKS_MOST + "</row>")
    assert refusal(workbook(wide, place=place)) == "unpacks_too_large"


def test_marks_that_are_no_cells_cost_more_and_fewer_of_them_are_read():
    merged = "<mergeCells>" + '<mergeCell ref="A1:B2"/>' * OTHER_MARKS_MOST + "</mergeCells>"
    assert refusal(workbook(sheet_of(LIST, after=merged))) == "unpacks_too_large"


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le", "utf-16-be"])
def test_declarations_are_found_wherever_they_stand_and_in_every_coding(code: str):
    text = " " * 300_000 + '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///a">]><worksheet/>'
    assert refusal(workbook(text.encode(code), place=b"worksheets/sheet1.dat")) == "external_entities"
