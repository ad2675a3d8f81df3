"""What stands in the file beside the pages: its tree of headings and tables, metadata, colours, bookmarks."""

from datetime import date
from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from reports.flow import Cell, Type, paragraph, put, table_row, tick_list
from reports.lines import Run, shape
from reports.paper import MM, Paper
from tests.reports.tagged import marked_text, tree

TEXT = Type(12, 18)


def paper(**changes):
    told = {"title": "样张 1", "author": "样本社区", "subject": "示范", "language": "zh-CN", "day": date(2026, 11, 6)}
    return Paper(**(told | changes))


def drawn() -> bytes:
    made = paper()
    with made.tagged("Part"):
        made.bookmark("第一份")
        with made.tagged("H1"):
            made.text(100, 100, 22, "转介单", "title")
        put(made, paragraph(shape([Run("居民" * 60)]), 80, 300, TEXT), 120)
        rows = [
            table_row([Cell([Run("姓名", "hei")], 60), Cell([Run("李𬱖")], 200)], 80, TEXT),
            table_row([Cell([Run("备注", "hei")], 60), Cell([], 200)], 80, TEXT),
        ]
        items = ("居民户口簿", "残疾人证")
        end = put(made, [*rows, *tick_list([Run("材料：", "hei")], items, 80, 300, TEXT)], 250)
        with made.tagged("Figure", alt="一个方块"):
            made.fill([(80, end + 10, 20, 20)])
        with made.decoration():
            made.text(100, 800, 9, "第1页")
    made.next_page()
    with made.tagged("Part"):
        made.bookmark("第二份")
        made.text(100, 100, 12, "再一页")
    return made.finish()


def test_the_tree_has_headings_paragraphs_tables_and_lists_in_reading_order():
    with pikepdf.open(BytesIO(drawn())) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "zh-CN"
        top = pdf.Root.StructTreeRoot
        assert tree(top.K, marked_text(pdf)) == [
            "Document",
            [
                "Part",
                ["H1", "转介单"],
                ["P", "居民" * 60],
                [
                    "Table",
                    ["TR", ["TH", "姓名"], ["TD", "李𬱖"]],
                    ["TR", ["TH", "备注"], ["TD"]],
                ],
                ["L", ["Caption", "材料："], ["LI", ["LBody", "居民户口簿"]], ["LI", ["LBody", "残疾人证"]]],
                ["Figure", ""],
            ],
            ["Part", ["P", "再一页"]],
        ]
        figure = top.K.K[0].K[-1]
        assert str(figure.Alt) == "一个方块"
        assert top.K.K[0].K[2].K[0].K[0].A.Scope == "/Row"


def test_every_mark_of_a_page_leads_back_to_its_element():
    with pikepdf.open(BytesIO(drawn())) as pdf:
        numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
        for place, page in enumerate(pdf.pages):
            assert page.StructParents == numbers[2 * place] == place
            assert page.Tabs == "/S"
            for mark, element in enumerate(numbers[2 * place + 1]):
                kids = element.K
                assert mark in (list(kids) if isinstance(kids, pikepdf.Array) else [kids])


def test_a_paragraph_over_two_pages_stays_one_paragraph():
    made = paper()
    pieces = paragraph(shape([Run("居民" * 90)]), 80, 300, TEXT)
    put(made, pieces[:3], 100)
    made.next_page()
    with made.decoration():
        made.text(80, 60, 10, "第2页")
    put(made, pieces[3:], 100)
    with pikepdf.open(BytesIO(made.finish())) as pdf:
        (only,) = [pdf.Root.StructTreeRoot.K.K]
        assert only.S == "/P"
        here, there = only.K
        assert here == 0
        assert there.Pg.objgen == pdf.pages[1].obj.objgen
        assert only.Pg.objgen == pdf.pages[0].obj.objgen


def test_title_language_bookmarks_and_the_parts_of_an_archive_file_are_there():
    data = drawn()
    with pikepdf.open(BytesIO(data)) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as told:
            assert told["dc:title"] == "样张 1"
            assert told["pdfaid:part"] == "2"
            assert told["pdfaid:conformance"] == "U"
        assert str(pdf.docinfo.Title) == "样张 1"
        (intent,) = pdf.Root.OutputIntents
        profile = intent.DestOutputProfile.read_bytes()
        assert len(profile) == int.from_bytes(profile[:4], "big")
        assert profile[12:24] == b"mntrRGB XYZ "
        with pdf.open_outline() as outline:
            assert [line.title for line in outline.root] == ["第一份", "第二份"]
    document = pypdfium2.PdfDocument(data)
    try:
        assert [(line.get_title(), line.get_dest().get_index()) for line in document.get_toc()] == [
            ("第一份", 0), ("第二份", 1),
        ]  # fmt: skip
    finally:
        document.close()


def test_pages_may_have_sizes_of_their_own_and_pictures_stand_on_white(tmp_path):
    from PIL import Image

    clear = BytesIO()
    Image.new("RGBA", (40, 20), (255, 0, 0, 0)).save(clear, "PNG")
    made = paper(size=(100 * MM, 50 * MM))
    made.next_page((148 * MM, 210 * MM))
    assert made.image(clear.getvalue(), 10 * MM, 10 * MM, 10 * MM, "标志") == pytest.approx(20 * MM)
    made.text(30 * MM, 100 * MM, 12, "下")
    document = pypdfium2.PdfDocument(made.finish())
    try:
        assert document[0].get_size() == pytest.approx((100 * MM, 50 * MM), abs=0.01)
        assert document[1].get_size() == pytest.approx((148 * MM, 210 * MM), abs=0.01)
        picture = document[1].render(scale=1).to_pil().convert("L")
        assert picture.getpixel((int(20 * MM), int(15 * MM))) == 255
        assert picture.getextrema()[0] < 100
    finally:
        document.close()


def test_what_is_no_picture_is_refused():
    with pytest.raises(OSError, match="cannot identify"):
        paper().image(b"no picture", 0, 0, 10, "")


def test_the_words_are_kept_in_the_order_they_are_drawn():
    made = paper(told=True)
    made.text(10, 10, 12, "甲 乙")
    with made.unsaid():
        made.text(10, 30, 12, "丙")
    made.text(10, 50, 12, "丁")
    assert made.words == ["甲 乙", "丁"]
