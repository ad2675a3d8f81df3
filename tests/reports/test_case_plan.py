"""A case plan on paper."""

from datetime import date

import pypdfium2
import pytest

from reports.case_plan import PlanLine, PlanSheet, render_plan
from reports.printable import UnmaskedNumber


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return pages


def sheet(**more: object) -> PlanSheet:
    told = {
        "community": "天津市和平区劝业场街道花园路社区居民委员会",
        "phone": "022-27355555",
        "printed_on": date(2026, 11, 22),
        "title": "防跌倒",
        "who": "孙秀英",
        "address": "花园路1号3号楼2单元501",
        "responsible": "周敏",
        "opened_on": date(2026, 11, 22),
        "review_on": date(2027, 1, 22),
        "situation": "上个月在浴室摔了一跤，一个人住，女儿在外地。",
        "goals": (PlanLine(text="浴室装上扶手", due=date(2026, 12, 31)),),
        "tasks": (
            PlanLine(text="联系街道适老化改造", who="周敏", due=date(2026, 12, 1)),
            PlanLine(text="每天一个电话", who="女儿", state="done"),
        ),
    }
    return PlanSheet(**{**told, **more})


def test_everything_of_the_plan_is_on_one_page_with_two_signatures():
    (page,) = text_of(render_plan(sheet()))
    for words in (
        "帮 扶 计 划",
        "防跌倒",
        "孙秀英",
        "浴室装上扶手",
        "联系街道适老化改造",
        "女儿",
        "已完成",
        "2026-12-01",
    ):
        assert words in page
    for words in ("本人（签字）", "负责人（签字）", "022-27355555", "2027年1月22日"):
        assert words in page


def test_a_plan_without_goals_says_so_and_a_closed_one_why():
    (page,) = text_of(render_plan(sheet(goals=(), closed_on=date(2026, 12, 1), closed_why="已搬离", language="zh")))
    assert "尚未填写" in page
    assert "已于2026年12月1日结束：已搬离" in page
    (page,) = text_of(render_plan(sheet(language="en")))
    assert "What is to be done" in page


def test_a_long_plan_goes_on_the_next_page_and_loses_no_line():
    lines = tuple(PlanLine(text=f"第{n}件事：联系家庭医生上门看看，问问还需要什么帮助", who="周敏") for n in range(60))
    pages = text_of(render_plan(sheet(tasks=lines)))
    assert len(pages) > 1
    assert all(any(f"第{n}件事" in page for page in pages) for n in range(60))
    assert "本人（签字）" in pages[-1]


def test_the_same_plan_gives_the_same_bytes_and_no_identity_number_is_printed():
    assert render_plan(sheet()) == render_plan(sheet())
    with pytest.raises(UnmaskedNumber):
        render_plan(sheet(situation="证号110101199003070003"))
