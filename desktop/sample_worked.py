"""A casebook in which a little of everything was done, so that no page of it is empty: for `looks` and for tests."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from models.imaging import edited
from models.records.casework import CasePlanEntry, ContactEntry, GoalEntry, NoteEntry, TaskEntry
from models.records.picture import PictureEntry
from models.records.referral import MatterEntry, ReferralEntry
from models.records.rights import ConsentEntry
from models.records.rounds import RoundEntry
from models.records.transfer import TransferEntry
from models.records.visit import NeedEntry, PlanEntry, VisitEntry

if TYPE_CHECKING:
    from models.casebook import Casebook
    from models.services.views import HouseholdView

COLLEAGUE = "韩冬"


def work_a_little(book: "Casebook", day: date) -> dict[str, dict[str, Any]]:
    """Do a little of everything in a register of a few households or more.

    Returns for each page that is about somebody what it is opened with (see desktop.shell.PAGES).
    """
    home = _largest(book)
    household, resident = home.id, home.members[0].resident.id
    others = [each for each in _homes(book) if each != household]
    _visit(book, household, resident, others, day)
    _case(book, household, resident, day)
    _papers(book, resident, day)
    book.drafts.save("visit", "1", household, home.members[0].resident.name, {"household_id": household, "answers": {}})
    walked = book.rounds.plan(
        RoundEntry(
            name="贵州路 3 号楼，独居老人优先",
            scope="list",
            starts_on=day,
            household_ids=(household, *others[:5]),
            purpose="核对居住情况，送高温补贴告知单",
        )
    )
    book.rounds.record(walked.ids[0], "nobody_home", note="邻居说下午六点以后在家")
    book.rounds.record(walked.ids[1], "met")
    book.care.offer(book.worker.name, COLLEAGUE, (household, *others[:3]), "下月起调到另一网格")
    letter = ReferralEntry(resident_id=resident, matters=(MatterEntry(service_id="S50"),), receiver="街道公共服务大厅")
    second = next(each for each in book.residents.ids() if each != resident)
    person, family = {"resident_id": resident}, {"household_id": household}
    return {
        "residents": {"text": ""},
        "person": person,
        "household": family,
        "visit": family,
        "assessment": person,
        "eligibility": family,
        "change": family,
        "merge": {"a": resident, "b": second},
        "referral": {"referral_id": book.referrals.issue(letter).id},
        "pictures": person,
        "transfer": {"transfer_id": _transfer(book, household)},
        "rights": person,
        "papers": person,
        "plans": person,
        "case_form": {"form": "case_plan", **person},
        "round": {"round_id": walked.id},
        "round_entry": {"round_id": walked.id},
        "help": {"topic": "register"},
    }


def _transfer(book: "Casebook", household: str) -> str:
    """The case of the largest household is to go to a community of another district, which has accepted."""
    entry = TransferEntry(
        household_id=household,
        to_office="120103005002",
        to_contact="刘洋 022-23330000",
        reason="moved",
        note="已在马场街道租房，孩子九月转学；老人的助餐要接着办。",
    )
    transfer = book.transfers.ask(entry).id
    book.transfers.step(transfer, "accept", by="刘洋", note="可以接收，请先电话沟通一次")
    return transfer


def _homes(book: "Casebook") -> list[str]:
    """The households that people live in, each once."""
    found = (book.households.of_resident(each)[0].id for each in book.residents.ids()[:60])
    return list(dict.fromkeys(found))


def _largest(book: "Casebook") -> "HouseholdView":
    """The household with the most members: its pages are the fullest."""
    return max((book.households.get(each) for each in _homes(book)), key=lambda home: len(home.members))


def _visit(book: "Casebook", household: str, resident: str, others: list[str], day: date) -> None:
    needs = (
        NeedEntry(group="elderly", note="助餐，想了解老人家食堂离家最近的是哪一处"),
        NeedEntry(group="health", urgency="now", note="出院后需要康复指导"),
    )
    book.visits.record(
        VisitEntry(
            household_id=household,
            outcome="met",
            happened_on=day - timedelta(days=20),
            met=(resident,),
            needs=needs,
            notes="家里收拾得整齐，楼道灯坏了，上下楼不方便。",
            next_visit=day,
            next_reason="助餐补贴申请材料是否备齐",
        )
    )
    plans = [
        PlanEntry(
            household_id=each, due_on=day + timedelta(days=place - 2), reason="高龄津贴资格核对", assignee=COLLEAGUE
        )
        for place, each in enumerate(others[:6])
    ]
    book.planning.plan(plans)


def _case(book: "Casebook", household: str, resident: str, day: date) -> None:
    week = timedelta(days=7)
    book.plans.open(
        CasePlanEntry(
            household_id=household,
            resident_id=resident,
            title="独自上下楼安全",
            situation="住五楼，楼道灯坏了，上月跌倒过一次，子女在外地工作。",
            responsible=book.worker.name,
            opened_on=day - week,
            review_on=day + 4 * week,
            goals=(GoalEntry(text="每天有人送午饭上门", due_on=day + week), GoalEntry(text="家里装好扶手和夜灯")),
            tasks=(
                TaskEntry(text="联系物业修楼道灯", responsible="物业", due_on=day - timedelta(days=1)),
                TaskEntry(text="陪同办理失能评估，带户口簿、身份证和医保卡", responsible=COLLEAGUE, goal=0),
            ),
        )
    )
    book.notes.write(NoteEntry(subject_kind="resident", subject_id=resident, text="耳背，说话要慢，敲门多等一会儿。"))
    book.contacts.record(
        ContactEntry(
            household_id=household,
            resident_id=resident,
            channel="phone",
            direction="in",
            happened_on=day - timedelta(days=2),
            summary="问助餐补贴什么时候发放，已说明下月初到账。",
            next_on=day + week,
            next_reason="确认补贴到账",
        )
    )


def _papers(book: "Casebook", resident: str, day: date) -> None:
    given = ("plain", "health", "pictures")
    book.consents.record(
        ConsentEntry(resident_id=resident, action="given", classes=given, how="spoken", witness="楼门长", given_on=day)
    )
    sheet = QImage(800, 600, QImage.Format.Format_RGB32)
    sheet.fill(QColor("#f4f1e4"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    sheet.save(buffer, "PNG")  # type: ignore[call-overload]  # the format is a str since Qt 6
    drawn = edited(bytes(buffer.data().data()))
    for kind, title in (("document", "居住证"), ("home", "厨房门槛")):
        entry = PictureEntry(subject_kind="resident", subject_id=resident, kind=kind, title=title, taken_on=day)
        book.pictures.add(entry, drawn)
