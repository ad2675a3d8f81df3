"""Letters of random residents: names of 2 to 50 characters, rare ones, names of minorities and foreigners, empty
fields, long addresses, up to six matters and twelve documents, on every paper. Sixty in every run; `./run battery`
makes as many as it says, 1,000 and more.
"""

import os
import random
import re
from collections import Counter
from datetime import date, timedelta
from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from models.records.layout import BLOCKS, SIZES, Layout
from models.records.letter import LetterValue, Matter, Quote
from reports.letter import printed_words, render_letters
from reports.letter.setting import sheet_of
from reports.paper import MM
from tests.reports.character_lists import PERSONAL_NAMES, STANDARD_BEYOND_LEVEL_1
from tests.reports.letters import (
    BASE,
    BOTH_MATTERS,
    CODED,
    FORM,
    HALF,
    RARE,
    SMALL,
    SURNAMES,
    SYLLABLES,
    character_boxes,
    overlapping,
    page_text,
)

RUNNING_HEAD = r"^(转介单|转介单（更正）|ReferralLetter).{0,40}?(第\d页，共\d页|Page\dof\d)"
OFTEN = 60
LONG = int(os.environ.get("JINMEN_BATTERY", "1000"))
WORDS = (
    "对符合条件的家庭按规定给予补助",
    "由本人或其监护人提出申请",
    "（含随迁子女）",
    "每人每月200元",
    "“新市民”",
    "津民发〔2025〕12号",
    "应当在30个工作日内办结",
    "以及未满16周岁的未成年人",
)
FOREIGN = ("Maria", "de", "Souza", "Nguyen", "O'Brien-Smith", "Aleksandra", "von", "Þórarinsdóttir", "Müller", "Łukasz")
LAYOUTS = (Layout(), Layout(), FORM, SMALL, HALF, Layout(receipt=False), Layout(blocks=tuple(reversed(BLOCKS))))


def name(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.3:
        return chance.choice(SURNAMES) + "".join(chance.choices(RARE, k=chance.randint(1, 3)))
    if kind < 0.5:
        rare = STANDARD_BEYOND_LEVEL_1 + PERSONAL_NAMES
        return chance.choice(SURNAMES) + "".join(chance.choices(rare, k=chance.randint(1, 2)))
    if kind < 0.8:
        parts = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 6))) for _ in range(chance.randint(2, 8))]
        return "·".join(parts)[:50].rstrip("·")
    return " ".join(chance.choices(FOREIGN, k=chance.randint(2, 6)))[:50].strip()


def sentence(chance: random.Random, words: int) -> str:
    return "，".join(chance.choices(WORDS, k=words)) + "。"


def matter(chance: random.Random, documents: list[str]) -> Matter:
    made = chance.choice(BOTH_MATTERS)
    share = tuple(documents.pop() for _ in range(min(len(documents), chance.randint(0, 4))))
    return made.model_copy(
        update={
            "reasons": made.reasons[: chance.randint(0, 2)],
            "quotes": tuple(
                Quote(title="示范办法", number=chance.choice(("", "津民发〔2025〕12号")), words=sentence(chance, 3))
                for _ in range(chance.randint(0, 2))
            ),
            "documents": share,
            "documents_en": tuple("Paper of " + "kind " * (n % 4) for n in range(len(share))),
        }
    )


def resident(chance: random.Random, number: int) -> LetterValue:
    def maybe(text: str) -> str:
        return text if chance.random() < 0.75 else ""

    documents = [f"{chance.choice(('证明', '户口簿', '诊断书原件及复印件', '残疾人证'))}{n}" for n in range(12)]
    language = chance.choice(("zh", "zh", "zh", "en", "both"))
    address = "示范区样本街道" + "虚构道与样本路交口" * chance.randint(0, 5) + chance.choice(RARE) + "里12号楼3门501室"
    return BASE.model_copy(
        update={
            **(CODED if chance.random() < 0.8 else {}),
            "number": f"示范社转〔2026〕{number}号",
            "language": language,
            "version": chance.choice((1, 1, 1, 2)),
            "correction_reason": maybe("姓名有误"),
            "issuer": "示范区样本街道" + "虚构路" * chance.randint(1, 6) + "社区居民委员会",
            "resident_name": name(chance),
            "document_masked": maybe("*" * 14 + f"{chance.randint(0, 9999):04d}"),
            "document_kind": maybe("居民身份证"),
            "birth_date": date(1930, 1, 1) + timedelta(days=chance.randint(0, 30000))
            if chance.random() < 0.8
            else None,
            "sex": maybe("女"),
            "phone": maybe("139****0001"),
            "address": maybe(address),
            "receiver_address": maybe("示范区样本道与虚构路交口46号" + "一层综合受理窗口" * chance.randint(0, 3)),
            "receiver_phone": maybe("022-00000002"),
            "worker_phone": maybe("022-00000001"),
            "valid_until": date(2026, 12, 31) if chance.random() < 0.8 else None,
            "note": maybe(sentence(chance, chance.randint(1, 12))),
            "remarks": (sentence(chance, 2),) if chance.random() < 0.3 else (),
            "matters": tuple(matter(chance, documents) for _ in range(chance.randint(1, 6))),
            "layout": chance.choice(LAYOUTS),
            "red_head": chance.random() < 0.8,
        }
    )


def check_letters(count: int, seed: int) -> Counter[int]:
    """Draw so many letters and look at every one; gives how many have so many pages."""
    chance = random.Random(seed)
    values = [resident(chance, number) for number in range(1, count + 1)]
    pdf = render_letters(values)
    lengths: Counter[int] = Counter()
    document = pypdfium2.PdfDocument(pdf)
    try:
        starts = [mark.get_dest().get_index() for mark in document.get_toc()]
        assert len(starts) == count
        for value, start, end in zip(values, starts, [*starts[1:], len(document)], strict=True):
            check_letter(value, [document[at] for at in range(start, end)])
            lengths[end - start] += 1
    finally:
        document.close()
    no_missing_glyph(pdf)
    return lengths


def check_letter(value: LetterValue, pages: list[pypdfium2.PdfPage]) -> None:
    texts = [page_text(page) for page in pages]
    if value.seal or not value.layout.qr:
        assert "".join(texts) == printed_words(value), value.number
    read = texts[0] + "".join(re.sub(RUNNING_HEAD, "", text, count=1) for text in texts[1:])
    for field in (value.number, value.resident_name, value.address, value.document_masked, value.issuer, value.note):
        assert "".join(field.split()) in read, (value.number, field)
    assert value.resident_name.replace(" ", "") in read
    if "matters" in value.layout.blocks:
        assert all(one.name in read for one in value.matters)
        assert all(paper in read for one in value.matters for paper in one.documents)
    sheet = sheet_of(value.layout, value.red_head)
    width, height = SIZES[value.layout.paper]
    left, right = min(sheet.left, sheet.rule_left) - 0.5 * MM, max(sheet.right, sheet.rule_right) + 0.5 * MM
    for page in pages:
        boxes = character_boxes(page)
        assert overlapping(boxes) == [], value.number
        for character, x, bottom, x2, top in boxes:
            assert x >= left or "沿虚线" in read, (value.number, character)
            assert x >= 8 * MM, (value.number, character)
            assert x2 <= max(right, (width - 8) * MM), (value.number, character)
            assert bottom >= 5 * MM, (value.number, character)
            assert top <= (height - 8) * MM, (value.number, character)


def no_missing_glyph(pdf: bytes) -> None:
    """Nothing is drawn with glyph 0, the box of a font for what it lacks, and every glyph has its character."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        fonts = {
            font.objgen: font.ToUnicode.read_bytes().decode("ascii").count("> <")
            for font in opened.objects
            if isinstance(font, pikepdf.Dictionary) and font.get("/Subtype") == pikepdf.Name.Type0
        }
        for page in opened.pages:
            named = {key: fonts[font.objgen] for key, font in page.Resources.Font.items()}
            known = 0
            for operands, operator in pikepdf.parse_content_stream(page, "Tf TJ"):
                if str(operator) == "Tf":
                    known = named[str(operands[0])]
                    continue
                for part in operands[0]:
                    if isinstance(part, pikepdf.String):
                        data = bytes(part)
                        codes = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
                        assert min(codes) >= 1
                        assert max(codes) <= known


def test_sixty_random_residents_get_letters_without_overflow_tofu_or_lost_characters():
    lengths = check_letters(OFTEN, seed=20261122)
    assert sum(lengths.values()) == OFTEN
    assert set(lengths) > {1, 2}, "short ones and long ones"


@pytest.mark.battery
def test_a_thousand_random_residents_get_letters_without_overflow_tofu_or_lost_characters():
    assert sum(check_letters(LONG, seed=int(os.environ.get("JINMEN_BATTERY_SEED", "7"))).values()) == LONG
