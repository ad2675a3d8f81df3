"""What an office may choose for its letters, and where the standard wants things to stand (GB/T 9704-2012)."""

import base64
import re
from collections import Counter
from datetime import date
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops

from models.records.layout import SIZES, Layout, Margins
from models.records.letter import DRAFT
from reports.letter import UnprintableText, printed_words, render_letter, render_letters, text_problems
from reports.paper import MM
from reports.wording import wording
from tests.reports.letters import (
    BASE,
    BOTH,
    CODED,
    FORM,
    HALF,
    MATTERS,
    SMALL,
    character_boxes,
    letter,
    overlapping,
    page_texts,
)
from tests.reports.tagged import marked_text, tree

THREE = letter(matters=MATTERS, **CODED)
DPI = 200
PIXEL = 25.4 / DPI  # mm


def pages_of(pdf: bytes):
    """The boxes of every page's characters, in mm from the top left corner: (character, left, top, right, bottom)."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = []
        for page in document:
            height = page.get_size()[1]
            pages.append(
                [
                    (ch, left / MM, (height - top) / MM, right / MM, (height - bottom) / MM)
                    for ch, left, bottom, right, top in character_boxes(page)
                ]
            )
        return pages
    finally:
        document.close()


def text_place(boxes, text: str):
    """The first place of a text among the boxes: left, top, right, bottom in mm."""
    at = "".join(box[0] for box in boxes).index(text)
    found = boxes[at : at + len(text)]
    return min(b[1] for b in found), min(b[2] for b in found), max(b[3] for b in found), max(b[4] for b in found)


def picture(pdf: bytes, page: int = 0):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[page].render(scale=DPI / 72).to_pil().convert("RGB")
    finally:
        document.close()


def red_rows(image) -> list[tuple[float, float, float, float]]:
    """Bands of rows that hold red, from top to bottom: first and last row, leftmost and rightmost red, in mm."""
    strong, weak = image.getchannel("R").point(lambda v: 255 * (v > 120)), image.getchannel("G")
    red = ImageChops.multiply(strong, weak.point(lambda v: 255 * (v < 110)))
    found: list[tuple[float, float, float, float]] = []
    top = None
    for row in range(red.height + 1):
        inked = row < red.height and red.crop((0, row, red.width, row + 1)).getbbox()
        if inked and top is None:
            top = row
        elif not inked and top is not None:
            left, _, right, _ = red.crop((0, top, red.width, row)).getbbox()
            found.append((top * PIXEL, row * PIXEL, left * PIXEL, right * PIXEL))
            top = None
    return found


# The standard


def test_the_mark_stands_30_mm_from_the_edge_and_the_double_rule_170_mm_wide_4_mm_below_it():
    mark, thick, thin = red_rows(picture(render_letter(BASE)))
    assert mark[0] == pytest.approx(30, abs=1)
    assert thick[0] - mark[1] == pytest.approx(4, abs=1)
    for rule in (thick, thin):
        assert rule[3] - rule[2] == pytest.approx(170, abs=1)
        assert rule[2] == pytest.approx(20, abs=1), "in the middle of the sheet"
    assert thick[1] - thick[0] > thin[1] - thin[0], "thick over thin"


def test_in_letter_form_a_second_rule_thin_over_thick_stands_20_mm_from_the_lower_edge():
    _mark, _thick, _thin, upper, lower = red_rows(picture(render_letter(THREE.model_copy(update={"layout": FORM}))))
    assert lower[1] == pytest.approx(297 - 20, abs=1)
    assert upper[3] - upper[2] == pytest.approx(170, abs=1)
    assert lower[1] - lower[0] > upper[1] - upper[0], "thin over thick"


@pytest.mark.parametrize("layout", [Layout(), FORM], ids=["slip", "letter"])
def test_the_text_stands_within_156_mm_28_mm_from_the_left_edge(layout):
    (first, *_more) = pages_of(render_letter(THREE.model_copy(update={"layout": layout, "red_head": False})))
    lines = [box for box in first if box[0] not in "，。、；：）》”"]
    assert min(box[1] for box in lines) == pytest.approx(28, abs=1)
    assert max(box[3] for box in lines) == pytest.approx(28 + 156, abs=1)
    assert all(box[1] >= 27 and box[3] <= 185 for box in first)


def test_the_title_is_size_two_and_the_number_has_six_sided_brackets_at_the_right_edge():
    (first,) = pages_of(render_letter(BASE))
    left, top, right, bottom = text_place(first, BASE.number)
    assert re.fullmatch(r"[^第0]+〔2026〕[1-9][0-9]*号", BASE.number)
    assert right == pytest.approx(28 + 156, abs=1)
    rule = red_rows(picture(render_letter(BASE)))[-1][1]
    assert top - rule == pytest.approx(16 * 7 / 8 / MM, abs=1), "seven eighths of a character of size three below"
    left, top, right, bottom = text_place(first, "转介单")
    assert (left + right) / 2 == pytest.approx(105, abs=1)
    assert bottom - top == pytest.approx(22 / MM, abs=1), "22 points, size two"


def test_paragraphs_start_two_characters_in_and_dates_have_no_zeros():
    value = letter(issued_on=date(2026, 1, 5), valid_until=None)
    (first,) = pages_of(render_letter(value))
    size = 14 / MM
    assert text_place(first, "我社区工作人员")[0] == pytest.approx(28 + 2 * size, abs=1)
    assert text_place(first, "一、高龄")[0] == pytest.approx(28 + 2 * size, abs=1)
    assert "2026年1月5日" in "".join(box[0] for box in first)


@pytest.mark.parametrize("issuer", ["虚构路社区", BASE.issuer])
def test_the_date_stands_four_characters_from_the_right_and_the_issuer_in_the_middle_over_it(issuer):
    (first,) = pages_of(render_letter(letter(issuer=issuer, receiver="某中心")))
    text = "".join(box[0] for box in first)
    at = text.index("2026年11月6日（盖章）")
    day = first[at : at + len("2026年11月6日")]
    name = first[text.rindex(issuer, 0, at) :][: len(issuer)]
    size = 13 / MM
    right = max(box[3] for box in day)
    middle = (min(box[1] for box in day) + right) / 2
    assert right <= 28 + 156 - 4 * size + 1
    if len(issuer) < 12:
        assert right == pytest.approx(28 + 156 - 4 * size, abs=1)
    assert (min(box[1] for box in name) + max(box[3] for box in name)) / 2 == pytest.approx(middle, abs=1)
    assert 0 < min(box[2] for box in day) - max(box[4] for box in name) < 6, "the seal covers both"


# Papers and forms


@pytest.mark.parametrize("layout", [Layout(), FORM, SMALL, HALF], ids=["A4", "letter", "16K", "A5"])
@pytest.mark.parametrize("value", [letter(**CODED), THREE, BOTH], ids=["one", "three", "both"])
def test_on_every_paper_all_stands_within_the_margins_and_nothing_overlaps(layout, value):
    pdf = render_letter(value.model_copy(update={"layout": layout}))
    width, height = SIZES[layout.paper]
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            assert page.get_size() == pytest.approx((width * MM, height * MM), abs=0.01)
            assert overlapping(character_boxes(page)) == []
    finally:
        document.close()
    edge = width / 21 - 1  # of the rule; the text stands further in
    for page in pages_of(pdf):
        assert all(edge <= left and right <= width - edge for _ch, left, _t, right, _b in page)
        assert all(top > 8 and bottom < height - 5 for _ch, _l, top, _r, bottom in page)


def test_three_matters_with_codes_fit_one_sheet():
    assert len(page_texts(render_letter(THREE))) == 1
    assert len(page_texts(render_letter(letter(**CODED)))) == 1


def test_what_does_not_fit_with_the_slip_keeps_text_and_seal_on_one_page_and_the_slip_on_the_next():
    first, second = page_texts(render_letter(letter(matters=(*MATTERS, *MATTERS[:1]), **CODED)))
    assert "四、高龄老年人生活补贴" in first
    assert "2026年11月6日（盖章）" in first
    assert second.startswith("转介单" + BASE.number + "第2页，共2页转介回执")


def test_in_letter_form_the_receipt_has_a_sheet_of_its_own():
    first, second = page_texts(render_letter(letter(layout=FORM, **CODED)))
    assert "转介回执" not in first
    assert "请沿虚线" not in first + second
    assert "转介回执" in second
    assert "受理单位（盖章）" in second


def test_a_letter_may_go_without_receipt_or_code():
    (only,) = page_texts(render_letter(letter(layout=Layout(receipt=False), **CODED)))
    assert "回执码" not in only
    assert "核验" in only
    (only,) = page_texts(render_letter(letter(layout=Layout(qr=False), **CODED)))
    assert "核验" not in only
    assert "回执码：7K3F-9Q2M-4" in only


def test_the_slip_says_by_when_and_to_whom_it_goes_back():
    (only,) = page_texts(render_letter(letter(**CODED)))
    assert "请于2026年11月26日前退回" in only
    assert f"退回单位：{BASE.issuer}" in only
    assert "请于" not in page_texts(render_letter(BASE))[0]


@pytest.mark.parametrize("dpi", [203, 300])
def test_both_codes_are_read_from_the_printed_sheet(dpi):
    import zxingcpp

    document = pypdfium2.PdfDocument(render_letter(THREE))
    try:
        image = document[0].render(scale=dpi / 72).to_pil().convert("L")
    finally:
        document.close()
    read = {barcode.text: barcode for barcode in zxingcpp.read_barcodes(image)}
    assert set(read) == {CODED["code"], CODED["seal"]}
    place = read[CODED["seal"]].position
    side = (place.top_right.x - place.top_left.x) / dpi * 25.4
    assert 22 <= side + 0.3 <= 25, "mm"
    assert place.top_left.x / dpi * 25.4 == pytest.approx(28, abs=1)


# What the office chooses


def test_blocks_stand_in_the_order_of_the_layout_and_may_be_left_out():
    value = letter(layout=Layout(blocks=("note", "documents", "matters", "no such block")), remarks=("提示语",))
    (only,) = page_texts(render_letter(value))
    places = [only.index(word) for word in ("备注：", "请携带材料：", "一、高龄")]
    assert places == sorted(places)
    assert "出生日期" not in only
    assert "提示语" not in only


def test_the_mark_may_say_another_name_with_the_offices_picture_before_it():
    png = BytesIO()
    Image.new("RGB", (60, 60), (0, 90, 200)).save(png, "PNG")
    logo = base64.b64encode(png.getvalue()).decode()
    pdf = render_letter(letter(layout=Layout(heading="样本街道综合服务中心", logo=logo, logo_height=12)))
    text = page_texts(pdf)[0]
    assert text.startswith("样本街道综合服务中心")
    image = picture(pdf)
    blue = image.getpixel((int(25 / PIXEL), int(34.5 / PIXEL)))
    assert blue[2] > 150 > blue[0]
    with pikepdf.open(BytesIO(pdf)) as opened:
        figure = next(
            thing
            for thing in opened.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == pikepdf.Name.Figure
        )
        assert str(figure.Alt) == "样本街道综合服务中心的标志"
    assert b"/Image" not in render_letter(letter(red_head=False, layout=Layout(logo=logo))), "headed paper has its own"


def test_the_offices_words_stand_in_place_of_the_programs_and_wrong_ones_are_told():
    texts = {
        "zh.title": "服务转介函",
        "zh.tear": "请撕下",
        "en.title": "Service Letter",
        "zh.to": "{name}：",
        "fr.x": "y",
    }
    (only,) = page_texts(render_letter(letter(layout=Layout(texts=texts))))
    assert "服务转介函" in only
    assert "请撕下" in only
    assert f"{BASE.receiver}：" in only, "words with a place that the letter does not fill are not printed"
    assert text_problems(texts) == {"zh.to": "places", "fr.x": "unknown"}
    assert text_problems({"zh.title": "很长" * 40, "zh.note": "{", "zh.date": "x", "zh.seal": "（章）"}) == {
        "zh.title": "long",
        "zh.note": "places",
        "zh.date": "unknown",
    }


def test_a_character_of_no_face_in_the_offices_words_stops_the_print_too():
    with pytest.raises(UnprintableText) as caught:
        render_letter(letter(layout=Layout(texts={"zh.title": "转介\ue000"})))
    assert caught.value.where == ("layout.texts.zh.title",)


def test_the_version_of_the_form_stands_small_at_the_foot():
    (only,) = page_texts(render_letter(letter(layout=Layout(version=7))))
    assert "式样第7版" in only


@pytest.mark.parametrize("margins", [Margins(), Margins(top=37, bottom=35, left=28, right=26), Margins(left=40)])
def test_text_keeps_to_the_margins_of_the_layout(margins):
    pdf = render_letter(letter(red_head=False, layout=Layout(margins=margins), **CODED))
    for page in pages_of(pdf):
        text = [box for box in page if box[0] not in "，。、；：）》”"]
        assert min(box[1] for box in text) >= margins.left - 1
        assert max(box[3] for box in text) <= 210 - margins.right + 1
        assert max(box[4] for box in page) <= 297 - margins.bottom + 4.5


# Reprints, both languages, several letters


def test_a_reprint_says_so_in_the_head_and_differs_in_nothing_else():
    first, again = render_letter(THREE), render_letter(THREE, again=date(2026, 12, 1))
    told = "补打：2026年12月1日"
    assert page_texts(again) == [told + page_texts(first)[0]]
    ((*marked,),) = pages_of(again)
    assert marked[len(told) :] == pages_of(first)[0]
    assert max(box[4] for box in marked[: len(told)]) < text_place(marked, "转介单")[1] + 1
    assert render_letter(THREE) == first


def test_the_printed_words_are_what_is_read_out_of_the_file():
    for value in (THREE, BOTH, letter(layout=FORM, **CODED), letter(matters=MATTERS * 3, **CODED)):
        assert printed_words(value) == "".join(page_texts(render_letter(value)))


def test_the_printed_words_are_the_same_before_and_after_sealing_and_change_with_every_word():
    unsealed = THREE.model_copy(update={"seal": ""})
    assert printed_words(unsealed) == printed_words(THREE)
    assert printed_words(letter(receiver_phone="022-00000003")) != printed_words(BASE)
    assert printed_words(letter(layout=Layout(qr=False))) in (
        "".join(page_texts(render_letter(letter(layout=Layout(qr=False))))),
    )


def test_a_letter_in_both_languages_has_the_english_beneath_the_chinese_names_first():
    first, second = page_texts(render_letter(BOTH))
    places = [
        first.index(word)
        for word in (
            "转介单",
            "ReferralLetter",
            "我社区工作人员",
            "Ourcommunityworkers",
            "姓名Name",
            "一、高龄老年人生活补贴",
            "Old-ageallowance",
            "居民今年83岁",
            "Theresidentis83",
            "居民户口簿Householdregister",
            "高龄津贴按区规定发放",
            "Theallowanceispaid",
            "（盖章）",
        )
    ]
    assert places == sorted(places), "three matters on one page"
    assert "转介回执ReferralSlip" in second
    one = BOTH.model_copy(update={"matters": BOTH.matters[:1], "remarks": (), "remarks_en": (), "note": ""})
    assert len(page_texts(render_letter(one))) == 1


def test_english_parts_say_so_to_a_screen_reader():
    with pikepdf.open(BytesIO(render_letter(BOTH))) as pdf:
        spoken = [
            str(thing.Lang)
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and "/S" in thing and "/Lang" in thing
        ]
    assert spoken.count("en") >= 5


def test_who_cannot_see_the_letter_is_read_its_headings_tables_and_the_words_for_its_codes():
    with pikepdf.open(BytesIO(render_letter(THREE))) as pdf:
        assert pdf.check_pdf_syntax() == []
        text = marked_text(pdf)
        _document, part = tree(pdf.Root.StructTreeRoot.K, text)
        figures = [
            str(thing.Alt)
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == pikepdf.Name.Figure
        ]
    kinds = [one[0] for one in part[1:]]
    assert kinds[:4] == ["P", "P", "H1", "P"], "issuer, number, title, receiver"
    assert part[3] == ["H1", "转介单"]
    assert next(one[1] for one in part[1:] if one[0] == "H2").startswith("一、高龄老年人生活补贴")
    table = next(one for one in part[1:] if one[0] == "Table")
    assert table[1][:3] == ["TR", ["TH", "姓名"], ["TD", "李𬱖"]]
    list_ = next(one for one in part[1:] if one[0] == "L")
    assert ["LI", ["LBody", "居民户口簿"]] in list_
    slip = part[-1]
    assert slip[:2] == ["Sect", ["H2", "转介回执"]]
    assert any(one[0] == "Table" and ["TH", "已受理"] in one[2] for one in slip[1:])
    assert len(figures) == 2
    assert any("核验" in words for words in figures)
    assert any(CODED["code"] in words for words in figures)


def test_a_batch_has_a_bookmark_for_each_letter_and_pages_of_their_own_size():
    values = [THREE, letter(number="示范社转〔2026〕7号", layout=HALF), letter(number="示范社转〔2026〕8号")]
    document = pypdfium2.PdfDocument(render_letters(values))
    try:
        marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc()]
        assert [title for title, _page in marks] == [f"转介单 {value.number}" for value in values]
        assert document[marks[1][1]].get_size() == pytest.approx((148 * MM, 210 * MM), abs=0.01)
        assert document[marks[2][1]].get_size() == pytest.approx((210 * MM, 297 * MM), abs=0.01)
    finally:
        document.close()


@pytest.mark.parametrize(
    "layout", [Layout(), Layout(paper="16K"), Layout(paper="A5", margins=Margins(left=20, right=18))]
)
def test_a_name_in_latin_letters_stands_on_one_line_of_its_table_in_two_languages(layout):
    value = BOTH.model_copy(update={"layout": layout, "resident_name": "Maria Example"})
    (boxes, *_more) = pages_of(render_letter(value))
    table = boxes["".join(box[0] for box in boxes).index("姓名") :]
    _left, top, _right, bottom = text_place(table, "MariaExample")
    assert bottom - top < 5


@pytest.mark.parametrize("layout", [Layout(), Layout(paper="16K")])
def test_the_last_day_of_a_letter_is_never_broken(layout):
    value = letter(**CODED, layout=layout, valid_until=date(2026, 12, 31))
    (boxes, *_more) = pages_of(render_letter(value))
    _left, top, _right, bottom = text_place(boxes, "2026年12月31日")
    assert bottom - top < 6


@pytest.mark.parametrize("layout", [Layout(), FORM, SMALL, HALF, Layout(qr=False)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_draft_is_set_as_the_letter_will_be_and_holds_no_code(layout, language):
    sealed = {**CODED, "seal": CODED["seal"] if layout.qr else ""}
    issued = letter(**sealed, layout=layout, language=language)
    draft = issued.model_copy(update={"number": DRAFT[language], "code": "", "seal": ""})
    pages = [pypdfium2.PdfDocument(render_letter(value)) for value in (issued, draft)]
    stand = [
        Counter((n, c, round(low)) for n, page in enumerate(document) for c, _l, low, _r, _t in character_boxes(page))
        for document in pages
    ]
    apart = (stand[0] - stand[1]) + (stand[1] - stand[0])
    own = issued.number + issued.code + DRAFT[language] + wording("letter", language)["slip_code"]
    assert {character for _page, character, _low in apart} <= set(own), "all else stands where it will stand"
    word = DRAFT[language].strip("（）()")
    codes = sum("".join(page_texts(render_letter(value))).count(word) for value in (draft, issued)) - 2
    assert codes == 1 + layout.qr + (len(pages[1]) > 1), "and a word stands in the place of each code"
    for page in pages[1]:
        assert zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil()) == []
    for document in pages:
        document.close()
