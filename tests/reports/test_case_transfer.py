"""The papers of a transfer: the request on one page, and the list of what is handed over."""

import pytest

from models.records.papers import FactGroup, SheetLine
from models.records.transfer_paper import CaseSheet, Moving, TransferRequest, Withheld
from reports.case_transfer import render_case, render_request
from reports.printable import UnmaskedNumber
from tests.reports.letters import page_texts
from tests.reports.papers import ADDRESS, DAY, LONG, LONG_ADDRESS, OFFICE, RARE, look_at

TO = "样本区另一街道例子社区居民委员会"
PEOPLE = (
    Moving(name=RARE, relation="户主", sex="男", birth_date=DAY.replace(year=1950), phone="138****1234",
           document="**************002X"),
    Moving(name=LONG, relation="配偶", sex="女", birth_date=DAY.replace(year=1952)),
    Moving(name="王示例", relation="子女", remark="未同意提供基本信息"),
)  # fmt: skip
REQUEST = TransferRequest(
    office=OFFICE,
    office_phone="022-00000002",
    worker="张示例",
    to_name=TO,
    asked_on=DAY,
    answer_by=DAY.replace(month=12, day=4),
    address=ADDRESS,
    reason="搬到别处",
    note="已在贵社区购房，预计十二月入住。",
    people=PEOPLE,
)
SHEET = CaseSheet(
    office=OFFICE,
    office_phone="022-00000002",
    worker="张示例",
    to_name=TO,
    to_contact="刘示例 022-00000003",
    handed_on=DAY,
    address=ADDRESS,
    reason="搬到别处",
    left_out=1,
    people=PEOPLE,
    facts=(FactGroup(title="户籍", lines=(SheetLine(who=RARE, what="有本市户籍"),)),),
    benefits=(SheetLine(who=LONG, what="高龄老年人生活补贴", on=DAY),),
    needs=(SheetLine(what="住有所居：厨房漏水", state="紧急"),),
    referrals=(
        SheetLine(on=DAY, who=RARE, what="劝花社〔2026〕12号 转样本街道办事处：居家适老化改造", state="已开具"),
    ),
    plans=(
        SheetLine(on=DAY, what="居家养老", state="周示例"),
        SheetLine(on=DAY, what="任务：联系助餐", state="周示例"),
    ),
    visits=(SheetLine(on=DAY, what="看扶手", state="周示例"),),
    papers=(SheetLine(on=DAY, who=RARE, what="证件：户口簿首页"),),
    withheld=(
        Withheld(who=LONG, kinds=("健康和照护信息", "残疾信息")),
        Withheld(who="王示例", kinds=("基本信息：姓名、性别",)),
    ),
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_request_is_one_page_with_room_for_the_reply(language: str) -> None:
    pdf = render_request(REQUEST.model_copy(update={"language": language}))
    (page,) = page_texts(pdf)
    for words in (TO, OFFICE, RARE, LONG, ADDRESS, "搬到别处", "王示例"):
        assert words in page.replace("\n", "")
    assert ("同意接收" if language == "zh" else "Wetakeoverthecase") in page.replace(" ", "")
    assert look_at(pdf, most_pages=1) == 1


def test_a_request_of_many_with_long_names_and_a_long_note_cuts_nothing() -> None:
    many = {"people": PEOPLE * 5, "address": LONG_ADDRESS, "to_name": LONG_ADDRESS, "note": "情况复杂。" * 60}
    pdf = render_request(REQUEST.model_copy(update=many))
    look_at(pdf, most_pages=2)
    assert sum(page.count(LONG) for page in page_texts(pdf)) == 5


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_holds_everything_and_says_what_is_not_on_it(language: str) -> None:
    pdf = render_case(SHEET.model_copy(update={"language": language}))
    page = "".join(page_texts(pdf))
    lists = (SHEET.benefits, SHEET.needs, SHEET.referrals, SHEET.plans, SHEET.visits, SHEET.papers)
    for line in (line for lines in lists for line in lines):
        assert line.what.replace(" ", "") in page.replace(" ", "").replace("\n", "")
    assert "健康和照护信息" in page
    assert ("未取得本人同意" if language == "zh" else "noconsent") in page.replace(" ", "")
    assert ("保密记录" if language == "zh" else "confidentialones") in page.replace(" ", "")
    assert ("另有1人" if language == "zh" else "1morepeople") in page.replace(" ", "")
    assert ("移交单位（盖章）" if language == "zh" else "Givingoffice(seal)") in page.replace(" ", "")
    look_at(pdf, most_pages=2)


def test_a_long_list_flows_on_with_both_offices_on_top_and_page_numbers() -> None:
    lines = tuple(
        SheetLine(who=LONG, what=f"事项{n}，情况较为复杂，需要多次上门了解后再定。", on=DAY) for n in range(40)
    )
    value = SHEET.model_copy(update={"needs": lines, "papers": lines, "people": PEOPLE * 4, "address": LONG_ADDRESS})
    pdf = render_case(value)
    assert look_at(pdf) > 1
    pages = page_texts(pdf)
    assert all(TO in page and OFFICE in page for page in pages)
    assert all(f"第{n}页，共{len(pages)}页" in page for n, page in enumerate(pages, 1))
    assert sum(page.count("事项39") for page in pages) == 2


def test_a_preview_says_that_nothing_was_handed_over() -> None:
    assert "尚未移交" in page_texts(render_case(SHEET.model_copy(update={"frozen": False})))[0]


def test_the_same_value_gives_the_same_bytes_and_a_whole_number_is_refused() -> None:
    assert render_case(SHEET) == render_case(SHEET)
    assert render_request(REQUEST) == render_request(REQUEST)
    bad = PEOPLE[0].model_copy(update={"remark": "11010519491231002X"})
    with pytest.raises(UnmaskedNumber):
        render_case(SHEET.model_copy(update={"people": (bad,)}))
