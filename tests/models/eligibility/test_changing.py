"""What would have to change: only what can come about and may be said, on the right day, over all services."""

import random
from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace

import pytest

from models.eligibility import Case, Person, decide, explain
from models.eligibility.case import View
from models.eligibility.changing import LONG_WAIT, is_far, shortest, way_to
from models.eligibility.nodes import Group

from .support import policies, root

ON = date(2025, 6, 2)

NEVER_ADVISED = frozenset(
    {
        "hukou_rural",
        "resident_rural_tianjin",
        "ethnic_minority",
        "marital_status",
        "counts_in_household",
        "archived_poor",
        "dangerous_only_home",
        "hardship_disabled_household",
        "disaster_damaged_home",
        "planning_pregnancy",
        "free_precheck_used",
        "tekun_mode",
        "labor_capacity",
        "livelihood_source",
        "legal_supporter",
        "legal_supporter_capable",
        "disability_category",
        "disability_grade",
        "mental_stable",
        "family_supported",
        "separate_household_possible",
        "life_difficulty",
        "voluntary_admission",
        "city_model_worker",
        "only_child_parent",
        "childless",
        "key_preferential",
        "children_count",
        "family_planning_rural",
        "only_child_condition",
        "deceased",
        "funeral_benefit_entitled",
        "eco_burial",
        "eco_burial_applied",
        "days_cremation_to_burial",
        "orphan",
        "orphan_care_mode",
        "de_facto_unsupported",
        "hiv_status",
        "disability_hardship_child",
        "guardianship_harm",
        "working_away",
        "guardianship_capacity",
        "vagrant",
        "welfare_institution",
        "institution_hukou",
        "lives_in_welfare_institution",
        "martyr_child",
        "school_year",
        "major_category",
        "minority_region_student",
        "tuition_waived",
        "national_grant_awarded",
        "higher_ed_graduate",
        "paired_region_labour",
        "employee_medical_required",
        "other_medical_scheme",
        "maternity_status",
        "chronic_high_risk",
        "tb_status",
        "endemic_disease",
        "severe_mental_disorder",
        "disaster_affected",
        "sanitation_or_bus_worker",
        "veteran",
        "self_employment_veteran",
        "received_by_tianjin",
        "regular_pension_recipient",
        "military_status",
        "migrant_worker",
        "union_event",
        "owns_home_in_rent_district",
        "settled_rural_migrant",
        "skill_award",
    }
)
NEVER_HOPED_FOR = {"失业", "无业", "退休", "学生", "无", False}


def value_of(fact, dice, by_day):
    if fact.choices:
        return dice.choice(fact.choices)[0]
    if fact.type == "date":
        day = date(dice.randint(1925, 2025), dice.randint(1, 12), dice.randint(1, 28))
        return day.isoformat() if fact.name == "birth_date" or by_day else day.isoformat()[: dice.choice((4, 7, 10))]
    return dice.choice((0, 1, 2, 29, 303, 1009, 1010, 1515, 4000, 25000))


def drawn(seed, by_day=True):
    """A household of whom everything is known, each fact at random."""
    dice = random.Random(seed)

    def facts(level):
        return {
            name: value_of(fact, dice, by_day)
            for name, fact in policies().facts.items()
            if fact.level == level and not fact.sensitive and name not in ("deceased", "counts_in_household")
        }

    people = [Person(of, facts("person"), role) for of, role in (("p1", "applicant"), ("p2", "wife"), ("p3", "child"))]
    return Case(ON, facts("household"), tuple(people))


@cache
def refused():
    """(case, determination, explanation) of every service and part that says no, in drawn households."""
    found = []
    for seed in range(40):
        case = drawn(f"change {seed}")
        for service in policies().services.values():
            for part in service.components:
                said = decide(policies(), case, "p1", service.id, part.name)
                if said.outcome == "not_eligible":
                    found.append((case, said, explain(policies(), said, case, "zh_CN")))
    return found


def test_nothing_is_advised_that_nobody_can_or_should_bring_about():
    advised = set()
    for _case, said, told in refused():
        for step in told.steps:
            advised.add(step.fact)
            assert step.fact not in NEVER_ADVISED, said.service_id
            assert not set(step.values or ()) & NEVER_HOPED_FOR, (said.service_id, step.fact)
            assert step.how == "time" or step.day is None
    assert {"birth_date", "dibao", "residence_permit", "employment_status", "days_in_institution"} <= advised
    assert len(advised) > 30
    assert len({said.service_id for _case, said, _told in refused()}) > 110
    assert all(told.reasons for _case, _said, told in refused())


def test_the_dictionary_lets_nobody_hope_for_what_is_private_or_never_asked():
    for fact in policies().facts.values():
        if fact.can_change is None:
            continue
        assert fact.name not in NEVER_ADVISED
        assert not fact.sensitive
        assert fact.ask != "never"
        assert bool(fact.can_change.to) is not (fact.type == "date"), fact.name
        assert not set(fact.can_change.to) & NEVER_HOPED_FOR, fact.name
    assert policies().facts["income_per_capita_month"].can_change.to == ("less",)


def test_what_time_brings_comes_on_that_day_and_not_before():
    checked = 0
    for case, said, told in refused():
        days = [step.day for step in told.steps if step.day is not None]
        if not days or len(days) < len(told.steps) or is_far(View(policies().facts, case), told.steps):
            continue
        checked += 1
        day = max(days)

        def on(day, case=case, said=said):
            later = Case(day, case.household, case.people)
            return decide(policies(), later, "p1", said.service_id, said.component).outcome

        assert on(day) != "not_eligible", (said.service_id, day)
        assert on(day - timedelta(days=1)) == "not_eligible", (said.service_id, day)
    assert checked > 15


def test_what_is_said_never_to_change_does_not_with_the_years():
    words = policies().wording["zh_CN"]["never"]
    closed = [(case, said) for case, said, told in refused() if told.change == (words,)]
    assert len(closed) > 100
    for case, said in random.Random(7).sample(closed, 100):
        for years in (1, 2, 5, 20, 60):
            later = Case(ON.replace(year=ON.year + years), case.household, case.people)
            assert decide(policies(), later, "p1", said.service_id, said.component).outcome == "not_eligible"


def told(service, on, facts, household=None, component=None):
    case = Case(on, household or {}, (Person("p1", facts),))
    return explain(policies(), decide(policies(), case, "p1", service, component), case, "zh_CN")


def test_a_hukou_of_three_years_is_not_to_be_given_up():
    facts = {"hukou_tianjin": True, "hukou_tianjin_since": "2020-01-01", "resident_urban_tianjin": True}
    said = told("000-14a", ON, {**facts, "employment_status": "单位职工", "employer_in_tianjin": True})
    assert said.reasons == (
        "本人有本市户籍，而政策要求没有本市户籍。",
        "本人取得本市户籍的日期是2020年1月1日，而政策要求取得本市户籍的日期距今不满3年。",
    )
    assert said.change == ()


def test_somebody_who_is_too_old_is_told_that_it_will_not_change():
    said = told("000-16b", ON, {"birth_date": "2010-01-01"})
    assert said.reasons == ("本人15周岁，而政策要求不满3周岁。",)
    assert said.change == ("这一点今后也不会改变。",)


@pytest.mark.parametrize(
    ("born", "day"),
    [
        ("1962-02-28", "2027年2月28日"),
        ("1960-02-29", "2025年3月1日"),  # 65 in a common year: a year older on 1 March
        ("1964-02-29", "2029年3月1日"),
        ("1962-12-31", "2027年12月31日"),
    ],
)
def test_the_day_of_an_age_is_the_first_on_which_it_is_reached(born, day):
    assert told("S50", date(2025, 2, 20), {"birth_date": born}).change == (f"{day}起，本人年满65周岁。",)


def test_somebody_born_on_the_leap_day_waits_for_the_leap_day_of_a_leap_year():
    said = told("S57", date(2023, 5, 1), {"birth_date": "1924-02-29", "hukou_tianjin": True})
    assert said.change == ("2024年2月29日起，本人年满100周岁。",)


def test_a_date_that_is_only_roughly_known_gives_the_latest_day():
    assert told("S50", ON, {"birth_date": "1963"}).change == ("最迟2028年12月31日起，本人年满65周岁。",)
    assert told("S50", ON, {"birth_date": "1963-02"}).change == ("最迟2028年2月28日起，本人年满65周岁。",)


def test_who_has_to_wait_for_decades_is_told_of_that_alone():
    said = told("S52", ON, {"birth_date": "1995-01-04", "hukou_tianjin": False, "in_care_institution": False})
    assert said.reasons == ("本人30周岁，而政策要求年满80周岁或年满60周岁。",)
    assert said.change == ("2055年1月4日起，本人年满60周岁。",)
    assert said.steps[0].day.year > ON.year + LONG_WAIT


def test_a_grant_can_be_applied_for_and_an_income_can_fall():
    said = told("S60", ON, {}, {"income_per_capita_month": 1200, "assets_within_rules": True})
    assert said.change == ("情况有变化时可以再查：家庭人均月收入低于1010元（低保标准）。",)
    said = told("S13", ON, {"school_stage": "小学", "school_in_tianjin": True, "econ_difficulty_student": False})
    assert said.change == ("需要本人被认定为家庭经济困难学生（可以申请）。",)


def test_employment_is_not_hoped_for_a_child_or_an_old_person():
    for born, hoped in (("2018-01-01", False), ("1990-01-01", True), ("1950-01-01", False)):
        facts = {"employment_status": "无业", "employer_in_tianjin": True, "employee_pension_covered": False}
        said = told("S53", ON, {"birth_date": born, **facts})
        assert bool(said.steps) is hoped, born


def test_a_dead_person_is_not_told_what_to_do():
    case = Case(ON, {}, (Person("p1", {}), Person("p2", {"deceased": True, "hukou_tianjin": False}, "deceased")))
    said = explain(policies(), decide(policies(), case, "p1", "S55"), case, "zh_CN")
    assert said.reasons == ("逝者没有本市户籍，而政策要求有本市户籍。",)
    assert said.change == ()


def test_of_several_ways_the_shortest_is_taken_and_only_all_closed_ones_are_closed():
    step, later = SimpleNamespace(day=None), SimpleNamespace(day=ON)
    much_later = SimpleNamespace(day=ON.replace(year=2060))
    assert shortest([(much_later,), (later,)]) == (later,)
    assert shortest([None, (step, step), (step,), "never"]) == (step,)
    assert shortest(["never", "never"]) == "never"
    assert shortest(["never", None]) is None


def test_of_at_least_k_so_many_more_are_needed_and_a_negation_turns_it_round():
    node = root("S60", None)
    leaves = [part for part in node.children() if hasattr(part, "fact")] or [
        part for child in node.children() for part in child.children()
    ]
    income = next(leaf for leaf in leaves if leaf.fact.name == "income_per_capita_month")
    assets = next(leaf for leaf in leaves if leaf.fact.name == "assets_within_rules")
    case = Case(ON, {"income_per_capita_month": 2000, "assets_within_rules": False}, (Person("p1"),))
    view = View(policies().facts, case)
    both = Group(node.condition, "least", (income, assets), 2)
    one = Group(node.condition, "least", (income, assets), 1)
    assert [step.fact for step in way_to(view, both, "p1")] == ["income_per_capita_month", "assets_within_rules"]
    assert len(way_to(view, one, "p1")) == 1
    turned = Group(node.condition, "not", (Group(node.condition, "not", (income,)),))
    assert [step.fact for step in way_to(view, turned, "p1")] == ["income_per_capita_month"]
    assert way_to(view, Group(node.condition, "not", (income,)), "p1") == ()
    poor = View(policies().facts, Case(ON, {"income_per_capita_month": 5}, (Person("p1"),)))
    assert way_to(poor, Group(node.condition, "not", (income,)), "p1") is None, "nobody is told to earn more"
