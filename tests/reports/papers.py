"""Invented values of the papers beside the letter, and what every one of them must stand."""

from datetime import date

import pypdfium2

from models.records.letter import Quote
from models.records.papers import (
    Addressee,
    AssessmentReport,
    EnvelopeSheet,
    FactGroup,
    HouseholdHome,
    HouseholdPerson,
    HouseholdSheet,
    NoticeMatter,
    NoticeValue,
    ReportLine,
    ReportPart,
    SheetLine,
)
from tests.reports.letters import character_boxes
from tests.reports.test_letter import overlapping

OFFICE = "示范区样本街道虚构路社区居民委员会"
ADDRESS = "示范区样本街道虚构路社区例子里12号楼3门501室"
LONG_ADDRESS = "示范区中新样本生态城管理委员会虚构路与假想道交口西南侧例子家园小区东区二十八号楼三门一千五百零一室"
RARE = "李𬱖"
LONG = "买买提·吐尔逊江·阿不都热合曼·艾克拜尔·木合塔尔·库尔班江"
DAY = date(2026, 11, 22)

MATTER = NoticeMatter(
    service_id="S1",
    name="高龄老年人生活补贴",
    verdict="还差2项，才能判断。",
    reasons=("今年76岁，不满80周岁。", "有本市户籍。"),
    missing=("家庭月人均收入是多少？", "是否领取其他护理补贴？"),
    amount="每人每月200元",
    quotes=(
        Quote(
            title="天津市基本公共服务标准体系建设“十四五”规划",
            number="津政办发〔2021〕52号",
            words="具有本市户籍且年满80周岁的老年人，可享受高龄老年人生活补贴。",
        ),
    ),
    place="户籍地街道办事处便民服务窗口",
    place_read=True,
    documents=("居民身份证", "户口簿", "本人银行账户（社会保障卡金融账户）"),
    documents_read=True,
)
NOTICE = NoticeValue(
    office=OFFICE,
    told_on=DAY,
    worker="张示例",
    worker_phone="022-00000002",
    resident_name=RARE,
    birth_date=date(1950, 3, 8),
    document_kind="居民身份证",
    document_masked="**************002X",
    phone="138****1234",
    address=ADDRESS,
    matters=(MATTER,),
    remarks=("该文件规定的期限已过，请向受理部门了解现行规定。",),
    note="每周三下午办理。",
)
REPORT = AssessmentReport(
    office=OFFICE,
    title="老年人能力评估",
    source="GB/T 42195-2022",
    name=RARE,
    sex="男",
    birth_date=date(1950, 3, 8),
    age=76,
    document_kind="居民身份证",
    document_masked="**************002X",
    address=ADDRESS,
    assessed_on=DAY,
    assessor="张示例",
    points="60 / 90",
    level="中度失能",
    why=("确诊认知障碍（痴呆），加重一级",),
    before_on=date(2026, 5, 1),
    before_points="71 / 90",
    before_level="轻度失能",
    note="家属在场。",
    printed_on=DAY,
    parts=(
        ReportPart(
            title="自理能力",
            points="5 / 8",
            before="7 / 8",
            lines=(
                ReportLine(label="进食", answer="要别人帮一点", points="2", before="4", changed=True),
                ReportLine(label="修饰", answer="要有人在旁提醒", points="3", before="3"),
            ),
        ),
    ),
)
PEOPLE = (
    HouseholdPerson(
        name=RARE, relation="户主", sex="男", birth_date=date(1950, 3, 8), age=76, phone="138****1234",
        document="**************002X",
    ),
    HouseholdPerson(name=LONG, relation="孙子女、外孙子女", remark="不在本处户口簿上"),
)  # fmt: skip
HOUSEHOLD = HouseholdSheet(
    office=OFFICE,
    printed_on=DAY,
    printed_by="张示例",
    address=ADDRESS,
    community="示范区样本街道虚构路社区",
    note="门铃坏了，敲门。",
    homes=(
        HouseholdHome(kind="同住户", since=date(2024, 1, 1), people=PEOPLE),
        HouseholdHome(kind="户籍户", book_number="******7890", people=PEOPLE[:1]),
    ),
    facts=(
        FactGroup(title="户籍", lines=(SheetLine(who=RARE, what="有本市户籍"), SheetLine(who=LONG, what="户口在外地"))),
        FactGroup(title="收入", lines=(SheetLine(what="家庭月人均收入：1200元", state="已过期"),)),
    ),
    benefits=(SheetLine(who=RARE, what="高龄老年人生活补贴", on=date(2025, 1, 1)),),
    needs=(SheetLine(who=RARE, what="老有所养：想要助餐", state="近期"),),
    referrals=(SheetLine(on=DAY, who=RARE, what="临时救助，送样本街道党群服务中心", state="已开具"),),
    plans=(SheetLine(on=DAY, what="居家养老", state="张示例"),),
    visits=(SheetLine(on=DAY, who=RARE, what="例行走访", state="见到本人"),),
)
ENVELOPES = EnvelopeSheet(
    made_on=DAY,
    format="DL",
    sender=OFFICE,
    sender_address="样本道46号",
    sender_postal_code="300020",
    people=(
        Addressee(name=RARE, address=ADDRESS, postal_code="300021"),
        Addressee(name=LONG, address=LONG_ADDRESS),
    ),
)


def look_at(pdf: bytes, *, most_pages: int = 99, edge: float = 10) -> int:
    """Nothing covers anything else, nothing comes nearer to the edge (points); how many pages there are."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            boxes = character_boxes(page)
            assert overlapping(boxes) == []
            wide, high = page.get_size()
            assert min(box[1] for box in boxes) > edge
            assert max(box[3] for box in boxes) < wide - edge
            assert min(box[2] for box in boxes) > edge
            assert max(box[4] for box in boxes) < high - edge
        pages = len(document)
    finally:
        document.close()
    assert pages <= most_pages
    return pages
