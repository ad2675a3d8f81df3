"""What would follow if a service were granted."""

from dataclasses import replace
from datetime import date

import pytest

from models.eligibility import Case, Person, decide, decide_all, explain
from models.eligibility.ahead import outcome_word
from models.eligibility.cascade import follow_ups, grants_of
from models.eligibility.nodes import Choice
from models.eligibility.schema import Condition

from .support import policies

ON = date(2025, 5, 20)
POOR = Case(
    ON,
    {"income_per_capita_month": 400, "dibao": False, "low_income": False},
    (
        Person(
            "f", {"birth_date": "1950-01-01", "hukou_tianjin": True, "care_grade": "重", "in_care_institution": False}
        ),
        Person("s", {"birth_date": "2012-01-01", "school_stage": "初中", "disability_category": "视力"}, "child"),
    ),
)


def said(case: Case, service: str, person: str | None = None):
    return next(d for d in decide_all(policies(), case) if d.service_id == service and d.person_id in (None, person))


def test_a_grant_is_the_fact_that_says_that_the_service_is_received():
    services = policies().services
    assert grants_of(services["S60"]) == {"dibao": True}
    assert grants_of(services["S61"]) == {"tekun": True}
    assert grants_of(services["S62"]) == {"low_income": True}
    assert grants_of(services["S50"]) == {}


def test_if_dibao_were_granted_these_follow():
    dibao = said(POOR, "S60")
    assert outcome_word(dibao) in ("eligible", "office")
    found = follow_ups(policies(), POOR, dibao)
    names = {(each.determination.service_id, each.determination.person_id) for each in found}
    assert ("S51", "f") in names
    assert ("S52", "f") in names
    assert all(each.after[0] == "S60" for each in found)
    assert all(outcome_word(each.determination) in ("eligible", "office") for each in found)


def test_what_follows_is_exactly_what_deciding_with_the_fact_set_finds_anew():
    dibao = said(POOR, "S60")
    granted = replace(
        POOR,
        household={**POOR.household, "dibao": True},
        people=tuple(replace(person, receives=frozenset({"S60"})) for person in POOR.people),
    )

    def standing(case: Case):
        return {(d.service_id, d.component, d.person_id): outcome_word(d) for d in decide_all(policies(), case)}

    was, then = standing(POOR), standing(granted)
    new = {
        place
        for place, word in then.items()
        if word in ("eligible", "office") and was.get(place) not in ("eligible", word) and place[0] != "S60"
    }
    first = [each for each in follow_ups(policies(), POOR, dibao) if each.after == ("S60",)]
    assert {(e.determination.service_id, e.determination.component, e.determination.person_id) for e in first} == new


def test_nothing_follows_that_was_there_before_and_nothing_is_written():
    case = replace(POOR, household={**POOR.household, "dibao": True})
    before = decide_all(policies(), case)
    dibao = next(d for d in before if d.service_id == "S60")
    assert follow_ups(policies(), case, dibao, before) == []
    assert case.household == {**POOR.household, "dibao": True}


def test_a_service_whose_grant_is_no_fact_leads_to_nothing():
    health = said(POOR, "S50", "f")
    assert health.outcome == "eligible"
    assert follow_ups(policies(), POOR, health) == []


def test_a_granted_one_that_grants_again_is_followed_once_more():
    permit = policies().facts["residence_permit"]
    condition = Condition.model_validate({"fact": "residence_permit", "is": True})
    meals = replace(policies().services["S52"], already=Choice(condition, permit, frozenset((True,))))
    whole = replace(policies(), services={**policies().services, "S52": meals})
    found = follow_ups(whole, POOR, decide(whole, POOR, "f", "S60"))
    later = [each for each in found if len(each.after) > 1]
    assert "000-09a" in {each.determination.service_id for each in later}
    assert {each.after for each in later} == {("S60", "S52")}
    assert all(each.case.person("f").facts["residence_permit"] is True for each in later)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_what_follows_can_be_explained_on_its_own_case(language):
    dibao = said(POOR, "S60")
    meals = next(e for e in follow_ups(policies(), POOR, dibao) if e.determination.service_id == "S52")
    told = explain(policies(), meals.determination, meals.case, language)
    assert told.reasons
    assert told.amount
