"""Lists of people that leave the casebook: what is in the bytes."""

import io
import zipfile
from datetime import date

import pypdfium2
import pytest

from models import texts
from reports.people_list import PAPER_ROWS, ListColumn, ListTooLong, PeopleList
from reports.printable import UnmaskedNumber, UnprintableText
from reports.screening_list import render_list_pdf, render_list_xlsx
from tests.reports.sheets import cells, table

COLUMNS = (ListColumn("姓名", 5), ListColumn("住址", 14), ListColumn("最近走访", 6), ListColumn("待问", 3))
ROWS = (
    ("王秀英", "花园路社区 鞍山道12号3号楼2单元501", date(2026, 3, 8), 0),
    ("阿依古丽·买买提", "花园路社区 昆明路5号", None, 12),
)
FORMULAS = ("=1+1", "+86", "-2", "@SUM(A1)", '=HYPERLINK("x")', "\t=1", "http://a.b", "007", "{=1}")


def people(rows=ROWS, **more):
    value = {
        "title": "资格筛查名单",
        "office": "花园路社区居民委员会",
        "worker": "周敏",
        "made_on": date(2026, 11, 22),
        "columns": COLUMNS,
        "rows": rows,
        "told": ("服务项目：老年人福利补贴",),
        "caution": "可能符合，以审批为准。",
    }
    return PeopleList(**{**value, **more})


def words_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in document]


def test_the_spreadsheet_says_whose_list_it_is_and_what_every_row_holds():
    above, heads, rows = table(render_list_xlsx(people()))
    assert above[0] == "资格筛查名单"
    assert above[1] == "花园路社区居民委员会　周敏　2026年11月22日"
    assert above[2:5] == ["服务项目：老年人福利补贴", "共2行", "可能符合，以审批为准。"]
    assert "不得转发" in above[5]
    assert heads == ["序号", "姓名", "住址", "最近走访", "待问"]
    day = (date(2026, 3, 8) - date(1899, 12, 30)).days
    assert rows == [
        [1, "王秀英", "花园路社区 鞍山道12号3号楼2单元501", day, 0],
        [2, "阿依古丽·买买提", "花园路社区 昆明路5号", "", 12],
    ]


def test_no_text_of_a_spreadsheet_is_a_formula_a_link_or_a_number():
    rows = [(text, text, None, None) for text in FORMULAS]
    data = render_list_xlsx(people(rows, title="=2+2", told=("=3+3",), columns=(ListColumn("=4"), *COLUMNS[1:])))
    assert cells(data)[0, 0] == "=2+2"  # the reader refuses formulas
    assert [row[1] for row in table(data)[2]] == list(FORMULAS)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert "hyperlink" not in sheet
    assert "<f>" not in sheet
    assert 'quotePrefix="1"' in styles


def test_the_same_list_gives_the_same_bytes():
    assert render_list_xlsx(people()) == render_list_xlsx(people())
    assert render_list_pdf(people()) == render_list_pdf(people())


def test_a_whole_identity_number_goes_into_no_list():
    rows = [("王秀英", "证件 120101194103080028", None, 1)]
    for render in (render_list_xlsx, render_list_pdf):
        with pytest.raises(UnmaskedNumber) as caught:
            render(people(rows))
        assert caught.value.where == "住址"
        assert "1201" not in str(caught.value)
    assert render_list_xlsx(people([("王秀英", "证件 ****0028", None, 1)]))


def test_paper_repeats_the_headings_and_counts_its_pages():
    pages = words_of(render_list_pdf(people([ROWS[0]] * 60)))
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert "最近走访" in page
        assert f"第{number}页，共{len(pages)}页" in page
        assert "不得转发" in page
    assert "可能符合，以审批为准" in pages[0]
    assert sum(page.count("王秀英") for page in pages) == 60


def test_an_empty_list_is_a_list():
    above, heads, rows = table(render_list_xlsx(people(())))
    assert "共0行" in above
    assert heads[1] == "姓名"
    assert rows == []
    assert "共0行" in words_of(render_list_pdf(people(())))[0]


def test_what_no_face_can_show_is_not_printed_but_can_be_exported():
    rows = [("王\U000f0000英", "昆明路5号", None, 1)]
    with pytest.raises(UnprintableText) as caught:
        render_list_pdf(people(rows))
    assert caught.value.where == ("姓名",)
    assert table(render_list_xlsx(people(rows)))[2][0][1] == "王\U000f0000英"


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_too_many_rows_for_paper_are_refused_in_words(language):
    texts.set_language(language)
    with pytest.raises(ListTooLong) as caught:
        render_list_pdf(people([ROWS[1]] * (PAPER_ROWS + 1)))
    assert "1,001" in caught.value.sentence()
    assert render_list_xlsx(people([ROWS[1]] * (PAPER_ROWS + 1)))


def test_a_list_that_is_not_wanted_any_more_is_not_made():
    many = people([ROWS[1]] * 900)
    assert render_list_xlsx(many, lambda: True) is None
    assert render_list_pdf(many, lambda: True) is None


def test_the_list_speaks_english_too():
    value = people(
        title="Screening", columns=(ListColumn("Name"),), rows=(("王秀英",),), told=(), caution="", language="en"
    )
    above, heads, _rows = table(render_list_xlsx(value))
    assert above[1] == "花园路社区居民委员会, 周敏, 22 November 2026"
    assert heads == ["No.", "Name"]
    assert "Page 1 of 1" in words_of(render_list_pdf(value))[0]
