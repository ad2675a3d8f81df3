"""Registers on paper and as spreadsheets: every cell is there, nothing is cut or covered, numbers stay masked."""

import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest

from reports.people_list import ListTooLong
from reports.printable import UnmaskedNumber, UnprintableText
from reports.registers import (
    MEASURE,
    NUMBER,
    PAPER_ROWS,
    RegisterSheet,
    SheetColumn,
    column_widths,
    render_register,
    render_register_xlsx,
)
from reports.wording import wording
from tests.reports.letters import page_texts
from tests.reports.papers import DAY, LONG, LONG_ADDRESS, OFFICE, RARE, look_at

COLUMNS = (
    SheetColumn("name", "姓名", 5),
    SheetColumn("sex", "性别", 3),
    SheetColumn("birth", "出生日期", 6),
    SheetColumn("number", "证件号码", 10),
    SheetColumn("phone", "电话", 7),
    SheetColumn("address", "住址", 14),
    SheetColumn("hukou", "户籍地", 8),
    SheetColumn("carer", "负责人", 5),
)
ROW = (
    RARE,
    "男",
    date(1950, 3, 8),
    "110105********002X",
    "138****1234",
    "花园路社区 鞍山道12号 3号楼2单元501",
    "",
    "周敏",
)
LONG_ROW = (LONG, "女", None, "", "", LONG_ADDRESS, LONG_ADDRESS, LONG)
SHEET = RegisterSheet(
    title="居民台账",
    office=OFFICE,
    worker="张示例",
    made_on=DAY,
    columns=COLUMNS,
    rows=(*((f"王{chr(0x4E00 + n)}", *ROW[1:]) for n in range(70)), ROW, LONG_ROW),
    told=("花园路社区", "2026-01-01至2026-11-22"),
    totals=(("居民", 72), ("家庭", 30)),
)


def squeezed(text):
    return "".join(str(text).split())


def test_every_cell_of_every_row_can_be_read_back_and_nothing_is_covered():
    pdf = render_register(SHEET)
    pages = page_texts(pdf)
    assert look_at(pdf) == len(pages) > 2
    whole = "".join(pages)
    for row in SHEET.rows:
        for cell in row:
            assert cell is None or squeezed(cell) in whole
    assert all("居民台账" in page and "含居民个人信息" in page for page in pages)
    assert f"第{len(pages)}页，共{len(pages)}页" in pages[-1]
    assert "范围：花园路社区；2026-01-01至2026-11-22" in pages[0]
    assert "合计居民72家庭30" in pages[-1]
    assert all("证件号码" in page for page in pages)


def test_columns_fill_the_sheet_and_short_ones_are_not_broken():
    widths = dict(zip([column.key for column in COLUMNS], column_widths(SHEET), strict=True))
    assert sum(widths.values()) == pytest.approx(MEASURE - NUMBER)
    assert widths["sex"] < widths["birth"] < widths["address"]
    short = replace(SHEET, rows=(ROW,))
    (page,) = page_texts(render_register(short))
    for cell in ROW:
        assert not cell or squeezed(cell) in page
    assert sum(column_widths(replace(SHEET, rows=()))) == pytest.approx(MEASURE - NUMBER)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_register_says_so(language):
    pdf = render_register(replace(SHEET, rows=(), totals=(), told=(), language=language))
    assert squeezed(wording("register", language)["nothing"]) in squeezed(page_texts(pdf)[0])
    look_at(pdf, most_pages=1)


def test_whole_numbers_are_refused_unless_they_were_asked_for():
    whole = (*ROW[:3], "11010519491231002X", *ROW[4:])
    for render in (render_register, render_register_xlsx):
        with pytest.raises(UnmaskedNumber):
            render(replace(SHEET, rows=(whole,)))
        with pytest.raises(UnmaskedNumber):  # nowhere but in its own column
            render(replace(SHEET, rows=((*whole[:5], "110105194912310021", *whole[6:]),), whole=True))
    (page,) = page_texts(render_register(replace(SHEET, rows=(whole,), whole=True)))
    assert "11010519491231002X" in page
    assert "本表含完整证件号码" in page


def test_what_no_face_shows_and_what_is_too_long_is_refused_in_a_sentence():
    with pytest.raises(UnprintableText):
        render_register(replace(SHEET, rows=(("王\ue000", *ROW[1:]),)))
    with pytest.raises(ListTooLong):
        render_register(replace(SHEET, rows=(ROW,) * (PAPER_ROWS + 1)))


def test_a_cancelled_register_gives_nothing_and_two_runs_give_the_same_bytes():
    assert render_register(SHEET, lambda: True) == b""
    assert render_register(SHEET) == render_register(SHEET, lambda: False)


def test_a_spreadsheet_does_not_tell_the_second_in_which_it_was_made():
    with zipfile.ZipFile(io.BytesIO(render_register_xlsx(SHEET))) as book:
        said = book.read("docProps/core.xml").decode()
        days = {entry.date_time[:3] for entry in book.infolist()}
    assert f"{DAY.isoformat()}T00:00:00Z" in said
    assert said.count("T00:00:00Z") == said.count("dcterms:W3CDTF")
    assert days == {(1980, 1, 1)}


def test_the_spreadsheet_holds_every_cell_as_text():
    openpyxl = pytest.importorskip("openpyxl")
    rows = (*SHEET.rows, ("=1+1", "", None, "", "", "", "", ""))
    book = openpyxl.load_workbook(io.BytesIO(render_register_xlsx(replace(SHEET, rows=rows))))
    sheet = book.worksheets[0]
    cells = list(sheet.iter_rows(values_only=True))
    start = next(place for place, row in enumerate(cells) if row[1] == "姓名") + 1
    found = [tuple("" if cell is None else cell for cell in row[1:]) for row in cells[start:]]
    wanted = [tuple("" if c is None else c.isoformat() if isinstance(c, date) else c for c in row) for row in rows]
    assert found == wanted
    assert any("含居民个人信息" in str(row[0]) for row in cells[:start])
    assert sheet.cell(start + len(rows), 2).data_type == "s"
