import re
import subprocess
import sys
from datetime import date
from io import BytesIO
from random import Random

import pikepdf
import pypdfium2
import pytest

from models.records.letter import Quote
from models.services.referral_code import new_code
from reports.fonts import HERE
from reports.letter import UnmaskedNumber, UnprintableText, render_letter, render_letters
from reports.paper import HEIGHT, MM, WIDTH
from reports.wording import wording
from tests.reports.character_lists import PERSONAL_NAMES
from tests.reports.letters import BASE, MATTERS, character_boxes, generated, letter, overlapping, page_texts

ETHNIC = "买买提·吐尔逊江·阿不都热合曼"
LONG_ADDRESS = (
    "新疆维吾尔自治区喀什地区疏附县托克扎克镇阿克喀什村二组一百二十八号"
    "（现住天津市示范区样本街道虚构路社区虚构道与样本路交口例子里小区12号楼3门501室）"
)
LONGEST = letter(
    number="示范样本虚构社转〔2026〕12345号",
    issuer="天津市滨海新区中新天津生态城示范样本街道虚构路第一联合社区居民委员会综合服务站",
    receiver="天津市滨海新区中新天津生态城示范样本街道党群服务中心综合受理窗口（社会救助专窗）",
    receiver_address=LONG_ADDRESS,
    resident_name=ETHNIC,
    address=LONG_ADDRESS,
    document_kind="港澳台居民居住证",
    note="居民听力不好，请与其女儿联系。" * 6,
    matters=MATTERS,
)
ENGLISH = letter(
    language="en",
    issuer="Sample Road Community, Invented Subdistrict",
    receiver="Invented Subdistrict Service Centre",
    worker="Zhang Shili",
    sex="Female",
    document_kind="Resident identity card",
    note="Hard of hearing: please call the resident's daughter.",
    matters=MATTERS,
)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_three_hundred_generated_letters_give_back_name_number_document_and_address():
    letters = generated(300)
    pages = page_texts(render_letters(letters))
    assert len(pages) == len(letters), "every one of them fits one page"
    for value, page in zip(letters, pages, strict=True):
        for field in (value.number, value.document_masked, value.address, value.issuer, value.receiver):
            assert squeezed(field) in page
        assert page.count(value.resident_name) == 3, "body, table and slip"
        for matter in value.matters:
            assert page.count(squeezed(matter.name)) >= 2
            assert squeezed(matter.quotes[0].words) in page
            assert squeezed(matter.quotes[0].title) in page
            assert all(document in page for document in matter.documents)


def test_names_above_the_basic_plane_are_extracted_right():
    (page,) = page_texts(render_letter(letter(resident_name="李𬱖")))
    assert "姓名李𬱖性别" in page
    beyond_song = PERSONAL_NAMES[-1]
    (page,) = page_texts(render_letter(letter(resident_name="李" + beyond_song)))
    assert page.count("李" + beyond_song) == 3


def test_the_same_value_gives_the_same_bytes_in_another_process():
    code = (
        "import sys, hashlib; from tests.reports.letters import BASE; from reports.letter import render_letter;"
        "print(hashlib.sha256(render_letter(BASE)).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=HERE,
            check=True,
            env={"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": seed, "TZ": zone, "PYTHONUTF8": "1"},
        ).stdout
        for seed, zone in (("1", "Asia/Shanghai"), ("2", "America/New_York"))
    }
    assert len(runs) == 1
    assert render_letter(BASE) == render_letter(BASE.model_copy())


def test_every_font_is_embedded_and_none_is_a_standard_one():
    with pikepdf.open(BytesIO(render_letters([letter(matters=MATTERS), ENGLISH]))) as pdf:
        fonts = [thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary) and "/BaseFont" in thing]
        whole = [font for font in fonts if font.Subtype == "/Type0"]
        for font in whole:
            assert "/ToUnicode" in font
            assert font.Encoding == "/Identity-H"
            (descendant,) = font.DescendantFonts
            assert descendant.FontDescriptor.FontFile2.read_bytes()[:4] == b"\0\1\0\0"
        assert len(whole) == len({str(font.BaseFont) for font in whole}) >= 4, "each under a name of its own"
        assert len(fonts) == 2 * len(whole), "and its descendant; no font beside them"
        assert not [font for font in fonts if "Helvetica" in str(font.BaseFont)]


def test_title_and_author_are_set_and_hold_nothing_about_the_resident():
    document = pypdfium2.PdfDocument(render_letter(BASE))
    data = document.get_metadata_dict()
    document.close()
    assert data["Title"] == f"转介单 {BASE.number}"
    assert data["Author"] == BASE.issuer
    assert "anonymous" not in str(data)
    assert "unspecified" not in str(data)
    assert BASE.resident_name not in str(data)
    assert data["CreationDate"].startswith("D:20261106")


@pytest.mark.parametrize(
    "value", [BASE, letter(matters=MATTERS), LONGEST, ENGLISH], ids=["one", "three", "longest", "english"]
)
def test_nothing_stands_outside_the_margins_and_no_two_characters_overlap(value):
    document = pypdfium2.PdfDocument(render_letter(value))
    for page in document:
        assert page.get_size() == pytest.approx((WIDTH, HEIGHT), abs=0.01)
        boxes = character_boxes(page)
        assert len(boxes) > 100
        for character, left, bottom, right, top in boxes:
            assert left >= 20 * MM - 1, character
            assert right <= 190 * MM + 1, character
            assert bottom >= 8 * MM, character
            assert top <= HEIGHT - 15 * MM, character
        assert overlapping(boxes) == []
    document.close()


def test_three_matters_an_ethnic_name_and_a_long_address_fit_one_page():
    for changes in (
        {},
        {"resident_name": ETHNIC, "address": LONG_ADDRESS},
        {"version": 2, "correction_reason": "日期有误"},
    ):
        assert len(page_texts(render_letter(letter(matters=MATTERS, **changes)))) == 1
    assert len(page_texts(render_letter(ENGLISH))) == 1


def test_a_letter_too_long_for_one_page_flows_to_a_second_with_head_and_number():
    many = letter(matters=MATTERS * 2, note="居民听力不好，请与其女儿联系。" * 10)
    pages = page_texts(render_letter(many))
    assert len(pages) == 2
    assert "共2页" not in pages[0], "no page number on the first page"
    assert squeezed(f"转介单{many.number}第2页，共2页") in pages[1]
    assert "转介回执" in pages[1]
    assert "转介回执" not in pages[0]
    whole = "".join(pages)
    assert "六、新市民子女义务教育入学服务" in whole
    assert squeezed(many.note) in whole.replace(squeezed(f"转介单{many.number}第2页，共2页"), "")


def test_a_letter_of_twelve_matters_loses_nothing():
    long = Quote(title="示范文件", words="对符合条件的家庭按规定给予补助，" * 20)
    matters = tuple(
        MATTERS[n % 3].model_copy(update={"name": f"示范事项{n}号服务", "quotes": (long,)}) for n in range(12)
    )
    pages = page_texts(render_letter(letter(matters=matters)))
    assert len(pages) >= 3
    assert all(any(m.name in page for page in pages) for m in matters)
    assert pages[-1].count("示范事项") >= 12, "the slip lists every one"
    assert "（盖章）" in pages[-1]
    assert "".join(pages).count("对符合条件的家庭按规定给予补助") >= 12 * 19


def test_a_correction_says_which_version_it_replaces_and_why():
    (page,) = page_texts(render_letter(letter(version=3, correction_reason="出生日期登记有误")))
    assert "转介单（更正）" in page
    assert "本单为第3版，代替第2版，第2版作废。更正原因：出生日期登记有误。" in page
    assert f"编号：{BASE.number}（第3版）" in page
    (first,) = page_texts(render_letter(BASE))
    assert "更正" not in first


def test_the_red_head_can_be_left_off_for_headed_paper():
    red = b"0.8 0.02 0.05"
    with_head, without = page_texts(render_letter(BASE))[0], page_texts(render_letter(letter(red_head=False)))[0]
    assert with_head.count(BASE.issuer) == without.count(BASE.issuer) + 1
    assert "转介单" in without
    assert red not in b"".join(streams(render_letter(letter(red_head=False))))
    assert red in b"".join(streams(render_letter(BASE)))


def streams(pdf: bytes) -> list[bytes]:
    import zlib

    out = []
    for part in re.findall(rb"stream\n(.*?)endstream", pdf, re.S):
        try:
            out.append(zlib.decompressobj().decompress(part))
        except zlib.error:
            continue
    return out


def test_the_head_stands_where_the_standard_puts_it():
    content = next(s for s in streams(render_letter(BASE)) if b" TJ" in s).decode("latin-1")
    rules = re.findall(r"q ([\d.]+) w 0.8 0.02 0.05 RG ([\d.]+) ([\d.]+) m ([\d.]+) ([\d.]+) l", content)
    assert len(rules) == 2
    (thick, left, top, right, _), (thin, _, below, _, _) = [[float(v) for v in rule] for rule in rules]
    assert thick > thin
    assert top > below, "thick over thin"
    assert right - left == pytest.approx(170 * MM, abs=MM)
    document = pypdfium2.PdfDocument(render_letter(BASE))
    mark = [box for box in character_boxes(document[0]) if box[2] > top]
    document.close()
    assert "".join(box[0] for box in mark) == BASE.issuer
    assert max(box[4] for box in mark) == pytest.approx(HEIGHT - 30 * MM, abs=2 * MM)
    assert min(box[2] for box in mark) - top == pytest.approx(4 * MM, abs=2 * MM)


def test_an_english_letter_has_english_labels_and_chinese_policy():
    (page,) = page_texts(render_letter(ENGLISH))
    assert "ReferralLetter" in page
    assert "6November2026" in page
    assert squeezed(MATTERS[0].quotes[0].words) in page
    labels = wording("letter", "zh")
    for key in ("body", "reasons", "basis", "documents", "place", "accepted", "slip_remark", "tear"):
        assert squeezed(labels[key].partition("{")[0]) not in page
    assert set(wording("letter", "zh")) == set(wording("letter", "en"))


def test_empty_fields_leave_no_labels_without_values_behind():
    bare = letter(
        receiver_address="", receiver_phone="", note="", valid_until=None, worker_phone="", birth_date=None, sex="",
        phone="", document_kind="", document_masked="", matters=(MATTERS[0].model_copy(
            update={"reasons": (), "quotes": (), "documents": (), "amount": ""}),),
    )  # fmt: skip
    (page,) = page_texts(render_letter(bare))
    for label in ("标准：", "理由：", "依据：", "请携带材料", "备注：", "有效期", "办理地点", "None"):
        assert label not in page


def test_a_character_of_no_face_stops_the_print_with_its_place():
    with pytest.raises(UnprintableText) as caught:
        render_letter(letter(resident_name="李\ue000", matters=(MATTERS[0].model_copy(update={"name": "甲\ue001"}),)))
    assert caught.value.characters == ("\ue000", "\ue001")
    assert caught.value.where == ("resident_name", "matters.0.name")
    assert "\ue000" not in str(caught.value), "logs must not hold parts of names"
    assert "U+E000" in caught.value.sentence()


def test_line_ends_and_invisible_joiners_in_fields_are_no_obstacle():
    (page,) = page_texts(render_letter(letter(address="示范区样本街道\n例子里\u200b12号楼")))
    assert "示范区样本街道例子里12号楼" in page


@pytest.mark.parametrize("number", ["110101199003070011", "11010119900307001X", "110101900307001"])
def test_a_whole_identity_number_is_never_printed(number):
    with pytest.raises(UnmaskedNumber) as caught:
        render_letter(letter(note=f"证件号{number}。"))
    assert number not in str(caught.value)
    assert caught.value.where == "note"


def test_no_letter_is_no_document():
    with pytest.raises(ValueError, match="no letter"):
        render_letters([])


def test_a_letter_is_small():
    assert len(render_letter(letter(matters=MATTERS))) <= 150_000
    batch = render_letters(generated(100))
    assert len(batch) <= 600_000


def test_dates_have_no_leading_zeros():
    (page,) = page_texts(render_letter(letter(issued_on=date(2026, 1, 5))))
    assert "2026年1月5日" in page


def test_a_letter_of_many_takes_at_most_five_thousand_bytes():
    chance = Random(7)
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    values = [
        letter(
            number=f"示范社转〔2026〕{number}号",
            code=new_code(),
            seal="".join(
                chance.choice(alphabet) for _place in range(171)
            ),  # as long as a real one, as alike as they are
        )
        for number in range(1, 61)
    ]
    few, many = (len(render_letters(some)) for some in (values[:20], values))
    assert (many - few) / 40 <= 5000
