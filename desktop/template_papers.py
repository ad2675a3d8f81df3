"""The papers beside the letter, about invented people, to look at their templates with."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from models.records.layout import Layout
from models.records.letter import Quote
from models.records.papers import (
    Addressee,
    AssessmentReport,
    EnvelopeSheet,
    FactGroup,
    FactLearnt,
    FormFilled,
    HouseholdHome,
    HouseholdPerson,
    HouseholdSheet,
    NeedFound,
    NoticeMatter,
    NoticeValue,
    PersonMet,
    ReportLine,
    ReportPart,
    SheetLine,
    VisitSheet,
)
from models.records.transfer_paper import CaseSheet, Moving, TransferRequest, Withheld
from models.texts import N_

if TYPE_CHECKING:
    from models.services.views import Office, Worker

KINDS = {
    "ordinary": N_("An ordinary one"),
    "longest": N_("The longest names and addresses"),
    "english": N_("English"),
}
"""The samples that a template can be looked at with, and what they are called."""

_DAY = date(2026, 3, 9)
_LATER = _DAY + timedelta(days=14)
_NAME, _SECOND = "王示例", "李样本"
_LONG_NAME = "示例买买提·吐尔逊江·阿不都热合曼"
_ADDRESS = "示范区样本街道虚构路社区例子里12号楼3门501室"
_LONG_ADDRESS = (
    "示范省示范自治州示例县虚构镇很长很长的名字村民委员会第十二村民小组一百二十八号"
    "（现住天津市示范区样本街道虚构路社区例子里小区12号楼3门501室）"
)
_SERVICE = "高龄老年人生活补贴"
_LONG_SERVICE = "困难残疾人生活补贴和重度残疾人护理补贴"
_OTHER = "示范区另一街道虚构河社区居民委员会"
_PHONE, _DOCUMENT = "139****0001", "**************0000"


def sample(paper: str, kind: str, layout: Layout, office: "Office", worker: "Worker") -> Any:
    """A paper of a kind (key of KINDS) as this office would print it with this layout. Raises KeyError.

    Imports ReportLab for some papers: to be called off the window's thread.
    """
    long = kind == "longest"
    if kind not in KINDS:
        raise KeyError(kind)
    told = {"layout": layout, "language": "en" if kind == "english" else "zh"}
    value: Any = _MAKERS[paper](
        _LONG_NAME if long else _NAME, _LONG_ADDRESS if long else _ADDRESS, office, worker, long
    )
    return value.model_copy(update=told)


def _notice(name: str, address: str, office: "Office", worker: "Worker", long: bool) -> NoticeValue:
    quote = Quote(
        title="天津市基本公共服务实施标准（示例）",
        number="津示例〔2026〕1号",
        words="具有本市户籍且年满80周岁的老年人，可以享受高龄老年人生活补贴。",
    )
    matter = NoticeMatter(
        service_id="sample",
        name=_LONG_SERVICE if long else _SERVICE,
        verdict="还差1项，才能判断。",
        reasons=("今年83岁，已满80周岁。", "有本市户籍。"),
        missing=("家庭月人均收入是多少？",),
        amount="每人每月200元",
        quotes=(quote,),
        place="户籍地街道办事处便民服务窗口",
        place_read=True,
        documents=("居民身份证", "户口簿", "本人银行账户（社会保障卡金融账户）", "近期一寸免冠照片2张"),
        documents_read=True,
    )
    return NoticeValue(
        office=office.name,
        office_phone=office.phone,
        told_on=_DAY,
        worker=worker.name,
        worker_phone=worker.phone,
        resident_name=name,
        birth_date=date(1943, 2, 8),
        document_kind="居民身份证",
        document_masked=_DOCUMENT,
        phone=_PHONE,
        address=address,
        matters=(matter,) * (4 if long else 1),
        remarks=("政策文件所列期限已满，请以受理单位的答复为准。",),
        note="居民听力不好，请与其女儿联系。" * (4 if long else 1),
    )


def _visit(name: str, address: str, office: "Office", worker: "Worker", long: bool) -> VisitSheet:
    several = 6 if long else 1
    learnt = FactLearnt(
        who=name, what="是否独居", answer="与女儿同住，女儿白天上班，晚上七点以后在家", source="居民口述"
    )
    return VisitSheet(
        community=office.name,
        address=address,
        householder=name,
        visited_on=_DAY,
        worker=worker.name,
        outcome="见到本人",
        phone=_PHONE,
        purpose="例行走访",
        met=(PersonMet(name=name, relation="户主"), PersonMet(name=_SECOND, relation="配偶", remark="听力不好"))
        * (3 if long else 1),
        needs=(NeedFound(who=name, group="住房", urgency="紧急", words="厨房漏水，请物业尽快上门"),) * several,
        learnt=(learnt,) * several,
        filled=(FormFilled(who=name, name="老年人能力评估", result="60 / 90，中度失能"),),
        notes="老人行动不便，希望社区帮助联系助餐。" * (8 if long else 1),
        next_visit=_LATER,
        next_reason="看看漏水修好没有",
    )


def _report(name: str, address: str, office: "Office", worker: "Worker", long: bool) -> AssessmentReport:
    lines = (
        ReportLine(label="进食", answer="要别人帮一点", points="2", before="4", changed=True),
        ReportLine(label="修饰", answer="要有人在旁提醒，能自己完成大部分", points="3", before="3"),
    )
    part = ReportPart(title="自理能力", points="5 / 8", before="7 / 8", lines=lines * (6 if long else 1))
    return AssessmentReport(
        office=office.name,
        title="老年人能力评估",
        source="GB/T 42195-2022",
        name=name,
        sex="女",
        birth_date=date(1943, 2, 8),
        age=83,
        document_kind="居民身份证",
        document_masked=_DOCUMENT,
        address=address,
        assessed_on=_DAY,
        assessor=worker.name,
        points="60 / 90",
        level="中度失能",
        why=("确诊认知障碍（痴呆），加重一级",),
        before_on=_DAY - timedelta(days=300),
        before_points="71 / 90",
        before_level="轻度失能",
        note="家属在场。",
        printed_on=_DAY,
        parts=(part,) * (4 if long else 2),
    )


def _household(name: str, address: str, office: "Office", worker: "Worker", long: bool) -> HouseholdSheet:
    several = 5 if long else 1
    people = (
        HouseholdPerson(
            name=name, relation="户主", sex="女", birth_date=date(1943, 2, 8), age=83, phone=_PHONE, document=_DOCUMENT
        ),
        HouseholdPerson(
            name=_SECOND,
            relation="孙子女、外孙子女",
            sex="男",
            birth_date=date(2001, 5, 1),
            age=24,
            remark="在外地上学",
        ),
    )
    what = _LONG_SERVICE if long else _SERVICE
    return HouseholdSheet(
        office=office.name,
        printed_on=_DAY,
        printed_by=worker.name,
        address=address,
        community="示范区样本街道虚构路社区",
        note="门铃坏了，敲门。",
        homes=(
            HouseholdHome(kind="同住户", since=date(2024, 1, 1), people=people * several),
            HouseholdHome(kind="户籍户", book_number="******7890", people=people[:1], address=address),
        ),
        facts=(
            FactGroup(title="收入", lines=(SheetLine(who=name, what="月人均收入：1200元", state="已过期"),) * several),
        ),
        benefits=(SheetLine(who=name, what=what, on=date(2025, 1, 1)),) * several,
        needs=(SheetLine(who=name, what="老有所养：想要助餐", state="近期"),) * several,
        referrals=(SheetLine(on=_DAY, who=name, what=f"{what}，送样本街道党群服务中心", state="已开具"),) * several,
        plans=(SheetLine(on=_DAY, what="居家养老", state=worker.name),) * several,
        visits=(SheetLine(on=_DAY, who=name, what="例行走访", state="见到本人"),) * several,
    )


def _round(name: str, address: str, office: "Office", worker: "Worker", long: bool) -> Any:
    from reports.round_list import PersonLine, RoundLine, RoundSheet

    people = (PersonLine(name=name, about="女 83 …0001"), PersonLine(name=_SECOND, about="男 24"))
    lines = tuple(
        RoundLine(
            number=number,
            door=f"12号楼3门{number}01室",
            street=address if long else "例子里",
            people=people * (3 if long else 1),
            before="3月2日 上午 无人在家",
            due=("送药盒", "居住证到期 2026-04-01"),
            retry="3月14日 周六",
            note="门铃坏了，敲门",
        )
        for number in range(1, 30 if long else 7)
    )
    return RoundSheet(
        office=office.name,
        name="三月走访　例子里12号楼3门",
        purpose="冬季安全",
        worker=worker.name,
        printed_on=_DAY,
        lines=lines,
    )


def _handover(name: str, address: str, office: "Office", worker: "Worker", long: bool) -> Any:
    from reports.handover import HandoverSheet, SheetHousehold, SheetThing

    things = (SheetThing(words="厨房漏水，等物业上门", due=_LATER), SheetThing(words="转介未回复"))
    home = SheetHousehold(address=address, people=(name, _SECOND), things=things * (2 if long else 1))
    return HandoverSheet(
        community=office.name,
        giver=worker.name,
        taker=_SECOND,
        handed_on=_DAY,
        note="工作调整。",
        households=(home, SheetHousehold(address=address, people=(_SECOND,))) * (6 if long else 1),
    )


def _moving(name: str, long: bool) -> tuple[Moving, ...]:
    first = Moving(
        name=name,
        relation="户主",
        sex="女",
        birth_date=date(1943, 2, 8),
        phone=_PHONE,
        document=_DOCUMENT,
        remark="听力不好",
    )
    return (first, Moving(name=_SECOND, relation="孙子女、外孙子女")) * (3 if long else 1)


def _request(name: str, address: str, office: "Office", worker: "Worker", long: bool) -> TransferRequest:
    return TransferRequest(
        office=office.name,
        office_phone=office.phone,
        worker=worker.name,
        to_name=_OTHER,
        asked_on=_DAY,
        answer_by=_LATER,
        address=address,
        reason="居民已搬到贵辖区居住",
        note="居民听力不好，请与其女儿联系。" * (4 if long else 1),
        people=_moving(name, long),
    )


def _case(name: str, address: str, office: "Office", worker: "Worker", long: bool) -> CaseSheet:
    several = 4 if long else 1
    what = _LONG_SERVICE if long else _SERVICE
    return CaseSheet(
        office=office.name,
        office_phone=office.phone,
        worker=worker.name,
        to_name=_OTHER,
        handed_on=_DAY,
        address=address,
        reason="居民已搬到贵辖区居住",
        people=_moving(name, long),
        facts=(FactGroup(title="户籍", lines=(SheetLine(who=name, what="有本市户籍"),) * several),),
        benefits=(SheetLine(who=name, what=what, on=date(2025, 1, 1)),) * several,
        needs=(SheetLine(who=name, what="老有所养：想要助餐", state="近期"),) * several,
        referrals=(SheetLine(on=_DAY, who=name, what=what, state="已开具"),) * several,
        plans=(SheetLine(on=_LATER, who=name, what="居家养老", state=worker.name),) * several,
        visits=(SheetLine(on=_LATER, who=name, what="例行走访", state=worker.name),) * several,
        papers=(SheetLine(on=_DAY, who=name, what="户口簿首页"),) * several,
        withheld=(Withheld(who=_SECOND, kinds=("基本情况", "健康状况")),),
    )


def _envelopes(name: str, address: str, office: "Office", worker: "Worker", long: bool) -> EnvelopeSheet:
    del worker, long
    person = Addressee(name=name, address=address, postal_code="300000")
    return EnvelopeSheet(
        made_on=_DAY,
        format="DL",
        people=(person,),
        sender=office.name,
        sender_address="示范区样本道46号",
        sender_postal_code="300000",
    )


_Maker = Callable[[str, str, "Office", "Worker", bool], Any]
_MAKERS: Mapping[str, _Maker] = {
    "notice": _notice,
    "visit_record": _visit,
    "assessment_report": _report,
    "household_sheet": _household,
    "round_list": _round,
    "handover": _handover,
    "case_request": _request,
    "case_sheet": _case,
    "envelopes": _envelopes,
}
