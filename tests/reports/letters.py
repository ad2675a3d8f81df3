"""Invented letters for the tests of this room, and what a reader gets out of a PDF."""

import random
from ctypes import c_double
from datetime import date, timedelta

import pypdfium2
import pypdfium2.raw

from models.records.layout import Layout, Margins
from models.records.letter import LetterValue, Matter, Quote

PLAN = Quote(
    title="天津市基本公共服务标准体系建设“十四五”规划",
    number="津政办发〔2021〕52号",
    words="具有本市户籍且年满80周岁的老年人，可享受高龄老年人生活补贴，所需资金由区财政负担。",
)
MEASURES = Quote(
    title="关于提升城市服务保障水平促进新市民安居乐业的若干措施",
    number="津政办规〔2025〕3号",
    words="组织社区工作者深入新市民家庭开展走访，摸清服务需求，建立常态化联系机制，及时协调解决困难问题。",
)
MATTERS = (
    Matter(
        service_id="S1",
        name="高龄老年人生活补贴",
        amount="每人每月200元",
        reasons=("居民今年83岁，已满80周岁。", "户籍在本市，户口簿已核对。"),
        quotes=(PLAN,),
        documents=("本人居民身份证原件及复印件", "居民户口簿", "近期一寸免冠照片2张"),
    ),
    Matter(
        service_id="S2",
        name="困难残疾人生活补贴和重度残疾人护理补贴",
        amount="每人每月300元",
        reasons=("持有残疾人证，残疾等级为二级。",),
        quotes=(PLAN,),
        documents=("残疾人证", "居民户口簿", "最低生活保障证明"),
    ),
    Matter(
        service_id="S3",
        name="新市民子女义务教育入学服务",
        reasons=("随迁子女1人，今年9月满6周岁。", "居住证在有效期内。"),
        quotes=(MEASURES,),
        documents=("居住证", "随迁子女出生医学证明", "住房租赁合同"),
    ),
)
BASE = LetterValue(
    number="示范社转〔2026〕6号",
    issued_on=date(2026, 11, 6),
    valid_until=date(2026, 12, 31),
    issuer="示范区样本街道虚构路社区居民委员会",
    worker="张示例",
    worker_phone="022-00000001",
    receiver="示范区样本街道党群服务中心",
    receiver_address="示范区样本道与虚构路交口46号一层综合受理窗口",
    receiver_phone="022-00000002",
    resident_name="李𬱖",
    sex="女",
    birth_date=date(1943, 3, 8),
    document_kind="居民身份证",
    document_masked="**************1234",
    phone="139****0001",
    address="示范区样本街道虚构路社区例子里12号楼3门501室",
    matters=MATTERS[:1],
    note="居民听力不好，请与其女儿联系。",
)


def letter(**changes: object) -> LetterValue:
    return BASE.model_copy(update=changes)


CODED = {
    "code": "7K3F-9Q2M-4",
    "reply_by": date(2026, 11, 26),
    # as long as a seal is, and none: what is printed does not depend on what the code says
    "seal": "6BFOXN*TS0BI$ZD.P9UOL97O4-2HH77HRM3DSPTZRR*DH*GS2I/VBHCPGSUIXAV3EXDRMYCZ3EEXIA0SQZ8*DOH6.C8DD9NXDSYD0D"
    "DMHDEPDZEDQDIDIDLIIQHIZC4TPI/ABCDEFGHIJ0123456789ABCDEFGHIJ0123456789AB",
}
ENGLISH_MATTERS = (
    (
        "Old-age allowance",
        ("The resident is 83 years old, above 80.", "The household register is in this city."),
        "200 yuan a person a month",
        ("Identity card, original and copy", "Household register", "Two recent photographs"),
    ),
    (
        "Living allowance for disabled persons in difficulty and nursing allowance for the severely disabled",
        ("Holds a disability certificate of level two.",),
        "300 yuan a person a month",
        ("Disability certificate", "Household register", "Certificate of minimum living allowance"),
    ),
    (
        "School admission for children of new citizens",
        ("One accompanying child turns six this September.", "The residence permit is valid."),
        "",
        ("Residence permit", "Birth certificate of the child", "Tenancy contract"),
    ),
)
BOTH_MATTERS = tuple(
    matter.model_copy(update={"name_en": name, "reasons_en": reasons, "amount_en": amount, "documents_en": documents})
    for matter, (name, reasons, amount, documents) in zip(MATTERS, ENGLISH_MATTERS, strict=True)
)
BOTH = letter(
    language="both",
    matters=BOTH_MATTERS,
    sex="女 Female",
    document_kind="护照 Passport",
    remarks=("高龄津贴按区规定发放。",),
    remarks_en=("The allowance is paid as the district provides.",),
    **CODED,
)
FORM = Layout(form="letter")
SMALL = Layout(paper="16K", margins=Margins(top=25, left=22, right=20))
HALF = Layout(paper="A5", margins=Margins(top=14, bottom=10, left=16, right=14))

RARE = "𬱖𫖯㛃䶮𫍽堃喆㐱㻾赟淼龑燚犇骉贠仝禤亓逄"
SURNAMES = "李王张刘陈杨赵黄周吴欧阳司马上官买马古"
SYLLABLES = "买提吐尔逊江阿不都热合曼古丽娜扎力木拜克卓玛次仁"


def invented_name(chance: random.Random) -> str:
    if chance.random() < 0.2:
        parts = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 5))) for _ in range(chance.randint(2, 3))]
        return "·".join(parts)
    return chance.choice(SURNAMES) + "".join(chance.choices(RARE, k=chance.randint(1, 2)))


def generated(count: int, seed: int = 20261122) -> list[LetterValue]:
    chance = random.Random(seed)
    letters = []
    for number in range(1, count + 1):
        door = f"{chance.randint(1, 60)}号楼{chance.randint(1, 9)}门{chance.randint(101, 2804)}室"
        letters.append(
            letter(
                number=f"示范社转〔2026〕{number}号",
                resident_name=invented_name(chance),
                document_masked="*" * 14 + f"{chance.randint(0, 9999):04d}",
                birth_date=date(1930, 1, 1) + timedelta(days=chance.randint(0, 30000)),
                address="示范区样本街道虚构路社区" + chance.choice(("例子里", "假想园小区", "堃𫍽里")) + door,
                matters=MATTERS[: chance.randint(1, 3)],
            )
        )
    return letters


def overlapping(boxes: list[tuple[str, float, float, float, float]]) -> list[str]:
    """Pairs of characters whose ink covers each other's middle."""
    middles = sorted((((a + c) / 2, (b + d) / 2, ch, a, b, c, d) for ch, a, b, c, d in boxes), key=lambda m: m[0])
    found = []
    for place, (x, y, character, *_box) in enumerate(middles):
        for x2, _y2, other, left, bottom, right, top in middles[place + 1 : place + 60]:
            if x2 - x > 8:
                break
            if left < x - 0.2 and x + 0.2 < right and bottom < y - 0.2 and y + 0.2 < top:
                found.append(character + other)
    return found


def page_text(page: pypdfium2.PdfPage) -> str:
    """The text of a page as a reader copies it, without line ends; hyphens at their end as they are drawn."""
    return "".join(page.get_textpage().get_text_range().split()).replace("\ufffe", "-")


def page_texts(pdf: bytes) -> list[str]:
    """page_text() of every page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page_text(page) for page in document]
    finally:
        document.close()


def character_boxes(page: pypdfium2.PdfPage) -> list[tuple[str, float, float, float, float]]:
    """Every visible character of a page with its ink box: left, bottom, right, top in points."""
    text = page.get_textpage()
    boxes = []
    for place in range(text.count_chars()):
        code = pypdfium2.raw.FPDFText_GetUnicode(text, place)
        if chr(code).isspace() or code == 0 or 0xDC00 <= code < 0xE000:  # the second half of a pair
            continue
        left, right, bottom, top = c_double(), c_double(), c_double(), c_double()
        pypdfium2.raw.FPDFText_GetCharBox(text, place, left, right, bottom, top)
        boxes.append((chr(code), left.value, bottom.value, right.value, top.value))
    return boxes
