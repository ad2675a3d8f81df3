"""Letters and other papers about invented people, to look at a template with; and what the window tells the casebook
about paper.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from desktop import template_papers
from desktop.pdfium import opened
from models.records.layout import SETUPS, SIZES, Layout
from models.records.letter import LetterValue, Matter, Quote
from models.services.template_views import Desk, Fit
from models.texts import N_

if TYPE_CHECKING:
    from models.services.views import Office, Worker

SAMPLES = {
    "ordinary": N_("An ordinary letter"),
    "longest": N_("The longest names and addresses"),
    "documents": N_("Twelve documents to bring"),
    "both": N_("Chinese and English"),
    "english": N_("English"),
}
"""The letters that a template can be looked at with, and what they are called."""

MOST_PAGES = {"A4": 3, "16K": 4, "A5": 5}
"""So many pages the longest letter may have; as the program sets it, it has one less."""

EDGE = 3.5
"""Millimetres at the edge of the sheet that no printer reaches."""

_SEAL = "JM1:6BFOXN*TS0BI$ZD-PHC7F4Q5N.0X3DC2E" + "L6J0Q9*Z7" * 14  # as long as a real one; it says nothing
_ISSUED = date(2026, 3, 9)
_RULES = Quote(
    title="天津市基本公共服务实施标准（示例）",
    number="津示例〔2026〕1号",
    words="具有本市户籍且年满80周岁的老年人，可以享受高龄老年人生活补贴。",
)
_ALLOWANCE = Matter(
    service_id="sample-1",
    name="高龄老年人生活补贴",
    amount="每人每月200元",
    reasons=("居民今年83岁，已满80周岁", "户籍在本市，户口簿已核对"),
    quotes=(_RULES,),
    documents=("本人居民身份证原件及复印件", "居民户口簿", "近期一寸免冠照片2张"),
    name_en="Living allowance for the very old",
    amount_en="200 yuan a month for each person",
    reasons_en=("The resident is 83, and so older than 80", "Registered in this city; the register was seen"),
    documents_en=("Identity card, original and copy", "Household register", "Two recent photographs, one inch"),
)
_CARE = Matter(
    service_id="sample-2",
    name="困难残疾人生活补贴和重度残疾人护理补贴",
    amount="每人每月300元",
    reasons=("持有残疾人证，残疾等级为二级",),
    quotes=(_RULES,),
    documents=("残疾人证", "居民户口簿", "最低生活保障证明", "银行卡复印件"),
    name_en="Allowances for disabled people in need and for their care",
    amount_en="300 yuan a month for each person",
    reasons_en=("Holds a certificate of disability, second degree",),
    documents_en=("Certificate of disability", "Household register", "Proof of subsistence allowance", "Bank card"),
)
_PAPERS = (
    *("本人居民身份证原件及复印件", "居民户口簿首页及本人页", "居住证", "近期一寸免冠照片2张", "残疾人证"),
    *("最低生活保障证明", "房屋租赁合同或者不动产权证书", "诊断证明书", "出院小结", "医疗费用票据原件"),
    *("银行卡复印件", "代办人身份证及委托书"),
)
_LONG_ADDRESS = (
    "示范省示范自治州示例县虚构镇很长很长的名字村民委员会第十二村民小组一百二十八号"
    "（现住天津市示范区样本街道虚构路社区例子里小区12号楼3门501室）"
)


def sample(kind: str, layout: Layout, office: "Office", worker: "Worker") -> LetterValue:
    """A letter of a kind (key of SAMPLES) as this office would issue it with this layout. Raises KeyError."""
    value = LetterValue(
        number=f"{office.letter_mark or '样'}转〔2026〕6号",
        issued_on=_ISSUED,
        valid_until=_ISSUED + timedelta(days=30),
        reply_by=_ISSUED + timedelta(days=21),
        issuer=office.name,
        worker=worker.name,
        worker_phone=worker.phone,
        receiver="示范区样本街道党群服务中心",
        receiver_address="示范区样本道与虚构路交口46号一层综合受理窗口",
        receiver_phone="022-00000002",
        resident_name="王示例",
        sex="女",
        birth_date=date(1943, 2, 8),
        document_kind="居民身份证",
        document_masked="**************0000",
        phone="139****0001",
        address="示范区样本街道虚构路社区例子里12号楼3门501室",
        matters=(_ALLOWANCE,),
        note="居民听力不好，请与其女儿联系。",
        red_head=layout.red_head,
        code="K7PM3XWD",
        seal=_SEAL if layout.qr else "",
        layout=layout,
    )
    return value.model_copy(update=dict(_changes(kind)))


def _changes(kind: str) -> Mapping[str, object]:
    if kind == "ordinary":
        return {}
    if kind == "documents":
        return {"matters": (_ALLOWANCE.model_copy(update={"documents": _PAPERS, "documents_en": ()}),)}
    if kind == "both":
        remark = ("政策文件所列期限已满，请以受理单位的答复为准。",)
        english = ("The period named in the text has ended; the office says what holds now.",)
        told = {"sex": "女 Female", "document_kind": "外国人永久居留身份证 Permanent residence card"}
        name = {"resident_name": "Maria Example 玛丽亚", "document_masked": "***********0000"}
        return {"language": "both", **told, **name, "remarks": remark, "remarks_en": english}
    if kind == "english":
        matter = _ALLOWANCE.model_copy(
            update={
                "name": f"{_ALLOWANCE.name_en} ({_ALLOWANCE.name})",
                "amount": _ALLOWANCE.amount_en,
                "reasons": _ALLOWANCE.reasons_en,
                "documents": _ALLOWANCE.documents_en,
            }
        )
        office = {"receiver": "Sample Subdistrict Service Centre", "receiver_address": "46 Sample Road, ground floor"}
        person = {"resident_name": "Maria Example", "sex": "Female", "document_kind": "Permanent residence card"}
        told = {"note": "Hard of hearing: please call the daughter.", "address": "501, door 3, block 12, Sample Road"}
        return {"language": "en", "matters": (matter,), **office, **person, **told}
    if kind == "longest":
        more = _CARE.model_copy(update={"documents": _PAPERS})
        third = _ALLOWANCE.model_copy(update={"name": "新市民随迁子女义务教育阶段入学服务（含转学、插班）"})
        return {
            "number": "示范样本虚构社转〔2026〕12345号",
            "version": 2,
            "correction_reason": "接收单位写错，应当送街道党群服务中心",
            "receiver": "天津市滨海新区中新天津生态城示范样本街道党群服务中心综合受理窗口（社会救助专窗）",
            "receiver_address": _LONG_ADDRESS,
            "resident_name": "示例买买提·吐尔逊江·阿不都热合曼",
            "address": _LONG_ADDRESS,
            "document_kind": "港澳台居民居住证",
            "matters": (_ALLOWANCE, more, third),
            "remarks": ("政策文件所列期限已满，请以受理单位的答复为准。",),
            "note": "居民听力不好，请与其女儿联系。" * 6,
        }
    raise KeyError(kind)


def samples_of(paper: str) -> Mapping[str, str]:
    """The samples that a template of a kind of paper can be looked at with: their keys, and their names in English."""
    return SAMPLES if paper == "letter" else template_papers.KINDS


def draw_sample(paper: str, kind: str, layout: Layout, office: "Office", worker: "Worker") -> bytes:
    """A sample as a PDF. Loads the typesetting; call it off the window's thread. Raises KeyError for no such sample,
    UnprintableText, UnmaskedNumber, and whatever a layout that cannot be drawn brings about (TROUBLES).
    """
    from desktop.paper_kinds import KINDS

    if paper == "letter":
        return KINDS[paper].render(sample(kind, layout, office, worker))
    return KINDS[paper].render(template_papers.sample(paper, kind, layout, office, worker))


TROUBLES = (ValueError, ZeroDivisionError, IndexError, OSError)
"""What drawing with a layout that makes no sense ends in."""


@cache
def own_words(paper: str = "letter") -> Mapping[str, str]:
    """The words of a kind of paper that an office may change, by "zh.title", in the order of the page."""
    from reports.wording import changeable

    return changeable(SETUPS[paper].wording)


def desk_of(office: "Office", worker: "Worker", paper: str = "letter") -> Desk:
    """What the casebook is told of faces and pages. Loads the typesetting; call it off the window's thread."""
    from reports.fonts import missing

    return Desk(own_words(paper), missing, partial(fits, office=office, worker=worker, paper=paper), paper)


def fits(layout: Layout, office: "Office", worker: "Worker", paper: str = "letter") -> Fit:
    """How the longest sample, and the one in English or in two languages, fall on their pages."""
    from reports.printable import UnmaskedNumber, UnprintableText

    for kind in ("longest", "both" if paper == "letter" else "english"):
        try:
            pdf = draw_sample(paper, kind, layout, office, worker)
        except UnmaskedNumber:
            return "number"
        except UnprintableText:
            continue  # the office's own name or a worker's has such a character: papers will say so
        except TROUBLES:
            return "drawing"
        pages = written(pdf)
        if len(pages) > _most_pages(paper, kind, layout.paper):
            return "pages"
        if "paper" not in SETUPS[paper].fields:
            return ""
        wide, high = (side * _POINTS for side in SIZES[layout.paper])
        edge = EDGE * _POINTS
        for boxes in pages:
            for left, bottom, right, top in boxes:
                if left < edge or bottom < edge or right > wide - edge or top > high - edge:
                    return "outside"
            if _upon(boxes):
                return "overlap"
    return ""


@cache
def _most_pages(paper: str, kind: str, size: str) -> int:
    """So many pages a sample may have: of papers beside the letter twice as many as the program needs, and one more."""
    if paper == "letter":
        return MOST_PAGES[size]
    from models.services.views import Office, Worker

    layout = SETUPS[paper].layout.model_copy(update={"paper": size})
    pdf = draw_sample(paper, kind, layout, Office("", "示范区样本街道", ""), Worker("张示例"))
    return 2 * len(written(pdf)) + 1


_POINTS = 72 / 25.4  # to the millimetre
Box = tuple[float, float, float, float]


def written(pdf: bytes) -> list[list[Box]]:
    """Where text stands on every page: left, bottom, right, top in points."""
    with opened(pdf) as document:
        pages: list[list[Box]] = []
        for number in range(len(document)):
            text = document[number].get_textpage()
            pages.append([text.get_rect(place) for place in range(text.count_rects())])
        return pages


def _upon(boxes: list[Box]) -> bool:
    """Whether one text stands upon another: they share most of the height of the lower one, and some width."""
    for place, (left, bottom, right, top) in enumerate(boxes):
        for other in boxes[place + 1 :]:
            wide = min(right, other[2]) - max(left, other[0])
            high = min(top, other[3]) - max(bottom, other[1])
            if wide > 3 and high > 0.5 * min(top - bottom, other[3] - other[1]) and high > 2:
                return True
    return False
