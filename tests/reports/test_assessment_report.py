import pytest

from reports.assessment_report import render_assessment
from reports.wording import wording
from tests.reports.letters import page_texts
from tests.reports.papers import ADDRESS, LONG, REPORT, look_at


def test_a_report_holds_result_items_and_the_comparison():
    (page,) = page_texts(render_assessment(REPORT))
    for said in (
        "老年人能力评估报告",
        "60/90",
        "71/90",
        "中度失能",
        "轻度失能",
        "加重一级",
        "GB/T42195-2022",
        "家属在场。",
    ):
        assert said in page
    assert "进食要别人帮一点24" in page, "points now, and those of last time where they are others"
    assert "修饰要有人在旁提醒3同上次" in page
    assert "小计5/87/8" in page


def test_a_first_report_has_no_column_for_the_last_time():
    first = REPORT.model_copy(update={"before_on": None, "before_points": "", "before_level": "", "why": ()})
    (page,) = page_texts(render_assessment(first))
    assert "上次" not in page


def test_a_questionnaire_about_a_household_is_reported_without_points():
    value = REPORT.model_copy(
        update={
            "household": True,
            "name": ADDRESS,
            "points": "",
            "level": "",
            "before_on": None,
            "source": "",
            "parts": (),
        }
    )
    (page,) = page_texts(render_assessment(value))
    assert ADDRESS in page
    assert "没有填写任何项目" in page
    assert "出生日期" not in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_long_report_of_a_long_name_flows_on(language):
    value = REPORT.model_copy(update={"name": LONG, "parts": REPORT.parts * 20, "language": language})
    pdf = render_assessment(value)
    assert look_at(pdf) > 2
    pages = page_texts(pdf)
    assert all(LONG in page for page in pages)
    assert sum(page.count("要有人在旁提醒") for page in pages) == 20
    assert set(wording("assessment", "zh")) == set(wording("assessment", "en"))
