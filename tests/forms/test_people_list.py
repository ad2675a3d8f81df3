"""Lists of people that offices keep in spreadsheets: read into households, refused whole where a number was spoilt."""

import io
from datetime import date

import pytest
from openpyxl import Workbook
from stdnum.iso7064 import mod_11_2

from forms.people_list import columns, households, tables
from models import texts

TODAY = date(2026, 11, 22)
COMMUNITY = "120101001001"
HEAD = ["户号", "姓名", "身份证号", "与户主关系", "联系电话", "小区", "楼号", "单元", "室", "民族", "备注"]


@pytest.fixture(autouse=True)
def _english():
    texts.set_language("en")


def xlsx(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def card(born: str, order: int) -> str:
    base = f"120101{born.replace('-', '')}{order:03d}"
    return base + mod_11_2.calc_check_digit(base)


def read(data: bytes, chosen: tuple[str, ...] | None = None) -> households.ReadList:
    table = tables.read_list(data)
    return households.read_households(table, chosen or columns.guess(table.headings), COMMUNITY, TODAY)


ZHANG = [["1", "张卫国", card("1950-03-08", 11), "户主", "13920000001", "花园里", "3", "2", "501", "汉族", ""],
         ["1", "李秀英", card("1952-06-01", 12), "妻子", "", "", "", "", "", "汉", "独居"],
         ["1", "张小明", card("1980-01-02", 13), "长子", "", "", "", "", "", "回", ""]]  # fmt: skip


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize(("gap", "found", "more_at"), [(60, ["张卫国", "李秀英"], 0), (61, ["张卫国"], 64)])
def test_where_too_many_empty_rows_end_a_list_the_row_is_told_from_which_nothing_was_read(kind, gap, found, more_at):
    rows = [["姓名"], ["张卫国"], *([[""]] * gap), ["李秀英"]]
    data = xlsx(*rows) if kind == "xlsx" else "\n".join(row[0] for row in rows).encode()
    table = tables.read_list(data)
    assert [row.cells[0] for row in table.rows] == found
    assert table.more_at == more_at


def test_a_cell_that_somebody_touched_far_below_costs_nothing_and_is_no_trouble():
    book = Workbook()
    book.active.append(["姓名"])
    book.active.append(["张卫国"])
    book.active.cell(1_000_000, 1, "x")
    out = io.BytesIO()
    book.save(out)
    table = tables.read_list(out.getvalue())
    assert [row.number for row in table.rows] == [2]


def test_a_list_with_a_title_above_becomes_households_by_their_number():
    data = xlsx(
        ["花园路社区居民花名册"], [], HEAD, *ZHANG, ["2", "王芳", "", "本人", "", "花园里", "4", "1", "101", "", ""]
    )
    found = read(data)
    assert found.troubles == ()
    first, second = found.households
    assert first.rows == (4, 5, 6)
    assert [member.resident.name for member in first.entry.members] == ["张卫国", "李秀英", "张小明"]
    assert [member.relation for member in first.entry.members] == ["0", "1", "2"]
    assert (first.entry.dwelling.street_line, first.entry.dwelling.building, first.entry.dwelling.door) == (
        "花园里", "3", "501",
    )  # fmt: skip
    head = first.entry.members[0].resident
    assert (head.birth_date, head.sex, head.birth_source) == (date(1950, 3, 8), "1", "document")
    assert [phone.number for phone in head.phones] == ["+8613920000001"]
    assert first.entry.members[1].resident.ethnic_group == first.entry.members[0].resident.ethnic_group != ""
    assert first.entry.members[1].resident.note == "独居"
    assert second.entry.members[0].resident.documents == ()
    assert found.people == 4


def test_without_a_number_a_head_begins_a_household_and_merged_cells_are_filled_from_above():
    rows = [[*row[1:]] for row in ZHANG]
    data = xlsx(HEAD[1:], *rows, ["王芳", "", "户主", "", "花园里", "3", "2", "501", "", ""])
    found = read(data)
    assert [household.rows for household in found.households] == [(2, 3, 4), (5,)]
    assert found.households[0].entry.dwelling == found.households[1].entry.dwelling


@pytest.mark.parametrize("spoilt", [1.20101195003081e17, 120101195003080000, "1.20101E+17", "1.2E+17", "'1.2E17"])
def test_a_number_that_the_spreadsheet_rounded_refuses_the_whole_list(spoilt):
    with pytest.raises(tables.ListRefused) as refused:
        read(xlsx(HEAD, *ZHANG, ["2", "王芳", spoilt, "户主"]))
    assert "row 5" in refused.value.sentence()
    assert "last digits are lost" in refused.value.sentence()
    assert "Nothing was taken in" in refused.value.sentence()


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_text_files_are_read_in_every_encoding_and_with_every_sign(code, sign):
    lines = [HEAD, *ZHANG]
    text = "\r\n".join(sign.join(str(cell) for cell in line) for line in lines)
    found = read(text.encode(code))
    assert [member.resident.name for member in found.households[0].entry.members] == ["张卫国", "李秀英", "张小明"]


def test_a_text_with_names_alone_needs_no_sign_between_columns():
    found = read("居民花名册\r\n姓名\r\n张卫国\r\n李秀英\r\n".encode())
    assert [home.entry.members[0].resident.name for home in found.households] == ["张卫国", "李秀英"]


def test_a_row_that_cannot_be_read_keeps_its_household_out_with_the_reason():
    wrong = [list(row) for row in ZHANG]
    wrong[1][2] = wrong[1][2][:-1] + ("0" if wrong[1][2][-1] != "0" else "1")
    found = read(xlsx(HEAD, *wrong, ["2", "王芳", "", "户主"]))
    assert found.left_out == (2, 3, 4)
    assert [(trouble.row, trouble.field, trouble.keeps_out) for trouble in found.troubles] == [
        (2, "", True), (3, "card", True), (4, "", True),
    ]  # fmt: skip
    assert "check character" in found.troubles[1].sentence
    assert "row 3" in found.troubles[0].sentence
    assert [household.rows for household in found.households] == [(5,)]


def test_what_does_not_fit_is_kept_as_a_remark_and_told():
    row = ["1", "张卫国", card("1950-03-08", 11), "老邻居", "12", "", "", "", "", "外星族", "原备注"]
    found = read(xlsx([*HEAD, "出生日期"], [*row, "1951-01-01"]))
    note = found.households[0].entry.members[0].resident.note
    for said in ("原备注", "外星族", "12", "1951-01-01"):
        assert said in note
    assert {trouble.field for trouble in found.troubles} == {"relation", "phone", "ethnic_group", "birth_date"}
    assert not any(trouble.keeps_out for trouble in found.troubles)
    assert found.households[0].entry.members[0].resident.birth_date == date(1950, 3, 8), "the number counts"


def test_the_same_number_twice_keeps_the_second_household_out():
    found = read(xlsx(HEAD, *ZHANG, ["2", "王芳", ZHANG[0][2], "户主"]))
    assert found.left_out == (5,)
    assert "row 2" in found.troubles[0].sentence


def test_two_heads_keep_a_household_out():
    found = read(xlsx(HEAD, ZHANG[0], ["1", "王芳", "", "户主"]))
    assert found.households == ()
    assert "two heads, in rows 2, 3" in found.troubles[0].sentence


def test_formulas_are_words_and_a_name_that_is_one_is_refused():
    found = read("姓名,备注\r\n=cmd|' /C calc'!A0,x\r\n张三,=1+1\r\n".encode())
    assert found.left_out == (2,)
    assert found.households[0].entry.members[0].resident.note == "=1+1"


def test_the_worker_may_choose_other_columns_but_needs_names_and_each_only_once():
    data = xlsx(["甲", "姓名"], ["x", "张三"])
    assert read(data, ("note", "name")).households[0].entry.members[0].resident.note == "x"
    with pytest.raises(tables.ListRefused, match="ListRefused") as refused:
        read(data, ("", ""))
    assert "names" in refused.value.sentence()
    with pytest.raises(tables.ListRefused) as refused:
        read(data, ("name", "name"))
    assert "Two columns" in refused.value.sentence()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_a_workbook"),
        (b"\x00" * 100, "not_a_workbook"),
        (b"PK\x03\x04nothing", "not_a_workbook"),
        (b"%PDF-1.7", "not_a_workbook"),
        ("甲,乙\r\n1,2\r\n".encode(), "no_headings"),
        ("姓名,电话\r\n".encode(), "no_rows"),
        (("姓名,备注\r\n张三," + "x" * 2000).encode(), "too_long"),
        (("姓名,备注\r\n" + "张三,x\r\n" * (tables.PEOPLE_MOST + 1)).encode(), "too_many_rows"),
        (("姓名," * 400).encode(), "too_many_columns"),
        (b"x" * (10 * 1024 * 1024 + 1), "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_list_is_refused_with_a_sentence(data, reason):
    with pytest.raises(tables.ListRefused) as refused:
        tables.read_list(data)
    assert refused.value.facts["reason"] == reason
    assert "{" not in refused.value.sentence()


def test_headings_are_understood_with_brackets_stars_and_blanks():
    assert columns.guess(["姓 名*", "身份证号码（18位）", "联系电话:", "室", "室", "ID Number"]) == (
        "name", "card", "phone", "door", "", "",
    )  # fmt: skip
