"""Answers to acceptance cases: what only an office's word keeps open is eligible there, with that word beside it."""

from typing import Any

import pytest

from models.eligibility import answer_cases
from tests.models.eligibility.support import policies


def answered(service: str, **facts: object) -> dict[str, Any]:
    member = {"id": "p1", "role": "applicant", "facts": facts}
    case = {"id": "x", "date": "2026-01-01", "household": {"facts": {}, "members": [member]}}
    answer: dict[str, Any] = answer_cases({"cases": [{**case, "applicant": "p1", "service": service}]}, policies())[
        "answers"
    ][0]
    return answer


def test_a_stated_condition_that_holds_is_eligible_though_an_office_decides_on_top_of_it() -> None:
    answer = answered("老年人居家适老化改造", birth_date="1950-01-01")
    assert answer["outcome"] == "eligible"
    assert answer["office_decides"]


def test_a_stated_condition_that_fails_or_is_open_stays_so() -> None:
    assert answered("老年人居家适老化改造", birth_date="1980-01-01")["outcome"] == "not_eligible"
    answer = answered("老年人居家适老化改造")
    assert (answer["outcome"], answer["missing"]) == ("unknown", [{"fact": "birth_date", "of": "p1"}])


@pytest.mark.parametrize("service", ["西青区“青锐”项目硕博人才支持", "长期护理保险试点"])
def test_where_nothing_but_an_office_speaks_nobody_is_eligible(service: str) -> None:
    assert answered(service, birth_date="1980-01-01")["outcome"] == "unknown"


def test_whom_an_open_list_may_mean_besides_is_no_way_in_that_the_text_states() -> None:
    met = {"internship_met": True, "employment_status": "单位职工", "birth_date": "1980-01-01"}
    named = answered("就业见习服务", **{**met, "higher_ed_graduate": True})
    besides = answered("就业见习服务", **{**met, "higher_ed_graduate": False, "paired_region_labour": False})
    assert (named["outcome"], besides["outcome"]) == ("eligible", "not_eligible")
    assert besides["office_decides"]


def test_a_range_of_one_sum_is_that_sum() -> None:
    facts = {"remaining_oop": 300000, "dibao": True, "hukou_tianjin": True, "resident_medical_insured": True}
    member = {"id": "p1", "role": "applicant", "facts": {k: v for k, v in facts.items() if k != "dibao"}}
    case = {"id": "x", "date": "2026-01-01", "household": {"facts": {"dibao": True}, "members": [member]}}
    case |= {"applicant": "p1", "service": "医疗救助", "component": "重特大疾病救助"}
    amount = answer_cases({"cases": [case]}, policies())["answers"][0]["amount"]
    assert amount["number"] == 100000


@pytest.mark.parametrize("spouse", ["spouse", "wife", "husband"])
def test_a_child_of_the_applicant_and_the_spouse_has_a_father_and_a_mother(spouse: str) -> None:
    child = {"birth_date": "2015-01-01", "resident_rural_tianjin": True, "hukou_at_residence": True}
    members: list[dict[str, object]] = [
        {"id": "p1", "role": "applicant", "facts": {"working_away": True}},
        {"id": "p2", "role": spouse, "facts": {"working_away": True}},
        {"id": "p3", "role": "child", "facts": child},
    ]
    case = {"id": "x", "date": "2026-01-01", "household": {"facts": {}, "members": members}}
    case |= {"applicant": "p3", "service": "农村留守儿童关爱保护"}
    answer = answer_cases({"cases": [case]}, policies())["answers"][0]
    assert (answer["outcome"], answer["missing"]) == ("eligible", [])


def test_a_case_that_cannot_be_answered_says_so() -> None:
    assert answered("没有这项服务")["error"] == "no rule for this service"
