import pytest

from models.records.papers import FactGroup, SheetLine
from reports.household_sheet import render_household
from reports.printable import UnmaskedNumber
from reports.wording import wording
from tests.reports.letters import page_texts
from tests.reports.papers import HOUSEHOLD, LONG, LONG_ADDRESS, RARE, look_at


def test_a_sheet_holds_people_facts_and_everything_that_is_open():
    pdf = render_household(HOUSEHOLD)
    (page,) = page_texts(pdf)
    for group in HOUSEHOLD.facts:
        for line in group.lines:
            assert line.what in page
    lists = (HOUSEHOLD.benefits, HOUSEHOLD.needs, HOUSEHOLD.referrals, HOUSEHOLD.plans, HOUSEHOLD.visits)
    for line in (line for lines in lists for line in lines):
        assert line.what in page
        assert line.state in page
    assert page.count(RARE) >= 5
    assert LONG in page
    assert "不在本处户口簿上" in page
    assert "用后收回销毁" in page
    look_at(pdf, most_pages=1)


def test_people_of_whom_the_same_is_known_stand_in_one_row():
    local = [SheetLine(who=who, what="有本市户籍") for who in (RARE, "王秀英")]
    lines = (*local, SheetLine(who=LONG, what="户口在外地"))
    value = HOUSEHOLD.model_copy(update={"facts": (FactGroup(title="户籍", lines=lines),)})
    (page,) = page_texts(render_household(value))
    assert f"户籍{RARE}、王秀英有本市户籍" in page
    assert f"户籍{LONG}户口在外地" in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_big_household_flows_on_with_its_address_on_top(language):
    home = HOUSEHOLD.homes[0].model_copy(update={"people": HOUSEHOLD.homes[0].people * 12})
    lines = tuple(SheetLine(who=LONG, what=f"事项{n}，情况较为复杂，需要多次上门了解后再定。") for n in range(30))
    value = HOUSEHOLD.model_copy(
        update={
            "language": language, "address": LONG_ADDRESS, "homes": (home, home), "needs": lines,
            "facts": (FactGroup(title="户籍", lines=lines),),
        }
    )  # fmt: skip
    pdf = render_household(value)
    assert look_at(pdf) > 1
    pages = page_texts(pdf)
    assert all(LONG_ADDRESS in page for page in pages)
    assert sum(page.count("事项29") for page in pages) == 2


def test_empty_lists_say_that_there_is_nothing():
    empty = dict.fromkeys(("homes", "facts", "benefits", "needs", "referrals", "plans", "visits"), ())
    (page,) = page_texts(render_household(HOUSEHOLD.model_copy(update=empty | {"note": "", "community": ""})))
    for title in ("了解到的情况", "正在享受的待遇和服务", "未解决的需求", "正在办理的转介", "个案计划", "最近走访"):
        assert f"{title}无" in page


def test_a_whole_number_in_a_note_is_refused_and_words_are_whole():
    with pytest.raises(UnmaskedNumber):
        render_household(HOUSEHOLD.model_copy(update={"note": "证件110101199003070011"}))
    assert render_household(HOUSEHOLD) == render_household(HOUSEHOLD.model_copy())
    assert set(wording("household", "zh")) == set(wording("household", "en"))
