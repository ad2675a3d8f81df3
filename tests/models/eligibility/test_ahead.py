"""What changes by itself, against deciding every single day."""

import random
import shutil
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import as_file

import pytest

from models.eligibility import Case, Person, Policies, decide, load_policies
from models.eligibility.ahead import case_on, changes_ahead, outcome_word
from models.eligibility.case import HOUSEHOLD, View
from models.eligibility.deciding import decide_in
from models.eligibility.loader import shipped
from models.eligibility.watching import watch
from models.texts import speaking

from .support import policies

ON = date(2025, 5, 20)
UNTIL = date(2027, 5, 20)
DAY = timedelta(days=1)


def of_services(whole: Policies, services) -> Policies:
    return replace(whole, services={name: whole.services[name] for name in services})


def dated_services(whole: Policies) -> list[str]:
    """Services whose answer hangs on the day for more than the period of the text."""
    seen = watch(whole)
    return sorted({key[0] for name in seen.cuts for key in seen.cut_parts(name)})


def random_facts(rng: random.Random, whole: Policies, level: str) -> dict[str, object]:
    facts = {}
    for name, fact in whole.facts.items():
        if fact.level != level or fact.type == "date" or rng.random() < 0.8:
            continue
        if fact.type == "bool":
            facts[name] = rng.random() < 0.6
        elif fact.domain:
            facts[name] = rng.choice(fact.domain)
        else:
            facts[name] = rng.randint(0, 2000)
    return facts


def a_date(rng: random.Random, years: tuple[int, ...]) -> str:
    """A day whose anniversary may fall into the window; sometimes 29 February, sometimes only a month or a year."""
    day = ON - timedelta(days=int(365.25 * rng.choice(years)) - rng.randint(0, 740))
    if rng.random() < 0.25:
        day = date(day.year - day.year % 4, 2, 29)
    return day.isoformat()[: rng.choice((10, 10, 10, 7, 4))]


def random_case(rng: random.Random, whole: Policies, people: int) -> tuple[Case, dict[tuple[str, str], date]]:
    roles = ("applicant", "spouse", "child", "mother")
    members, expires = [], {}
    for place in range(people):
        facts = random_facts(rng, whole, "person") | {"deceased": place == 3}
        facts |= {
            "counts_in_household": True,
            "birth_date": a_date(rng, (2, 3, 14, 16, 18, 36, 60, 61, 65, 80)),
            "hukou_tianjin_since": a_date(rng, (2, 3, 3)),
            "tianjin_university_graduated": a_date(rng, (5,)),
            "eco_burial_applied": a_date(rng, (5, 6)),
        }
        members.append(Person(f"p{place}", facts, roles[place]))
        for name in rng.sample(sorted(facts), 4):
            if name not in ("deceased", "counts_in_household"):
                expires[f"p{place}", name] = ON + timedelta(days=rng.randint(-50, 700))
    household = random_facts(rng, whole, "household")
    expires |= {
        (HOUSEHOLD, name): ON + timedelta(days=rng.randint(0, 700))
        for name in rng.sample(sorted(household), min(2, len(household)))
    }
    return Case(ON, household, tuple(members)), {key: last for key, last in expires.items() if last >= ON}


def every_day(whole: Policies, case: Case, expires, until: date):
    """(day, service, part, person) -> what is said before and from that day on, by deciding every day."""

    def standing(on: date):
        view = View(whole.facts, case_on(case, on, expires))
        return {
            (said.service_id, said.component, said.person_id): (
                outcome_word(said),
                said.amount,
                frozenset(said.flags) & {"period_ended", "not_yet_in_force"},
            )
            for said in decide_in(whole, view)
        }

    nothing = ("", None, frozenset())
    found, before, day = {}, standing(case.on), case.on
    while day < until:
        day += DAY
        after = standing(day)
        for place in before.keys() | after.keys():
            was, will = before.get(place, nothing), after.get(place, nothing)
            if was != will:
                found[day, *place] = (was[:2], will[:2])
        before = after
    return found


def told(changes):
    return {
        (c.day, c.service_id, c.component, c.person_id): ((c.before, c.amount_before), (c.after, c.amount_after))
        for c in changes
    }


@pytest.mark.parametrize(("seed", "people"), [(1, 1), (2, 1)])
def test_the_days_of_change_are_those_that_deciding_every_day_finds(seed, people):
    rng = random.Random(seed)
    whole = of_services(policies(), dated_services(policies()))
    case, expires = random_case(rng, whole, people)
    changes = changes_ahead(whole, case, UNTIL, expires=expires)
    assert told(changes) == every_day(whole, case, expires, UNTIL)
    assert len({change.day for change in changes if change.kind != "validity"}) > 1
    assert all(change.reasons for change in changes)
    assert [change.day for change in changes] == sorted(change.day for change in changes)


@pytest.mark.parametrize("seed", range(10, 15))
def test_so_are_they_in_a_large_household_over_some_months(seed):
    rng = random.Random(seed)
    case, expires = random_case(rng, policies(), 4)
    until = ON + timedelta(days=60)
    expires = {key: last - (last - ON) * 11 // 12 for key, last in expires.items()}
    assert told(changes_ahead(policies(), case, until, expires=expires)) == every_day(policies(), case, expires, until)


def test_what_expires_of_a_mother_changes_what_her_child_may_have():
    child = Person("c", {"birth_date": "2012-01-01", "school_stage": "初中", "disability_category": "无"}, "child")
    mother = Person("m", {"birth_date": "1980-01-01", "disability_category": "视力"}, "wife")
    case = Case(ON, {"dibao": True}, (Person("f", {}, "applicant"), mother, child))
    expires = {("m", "disability_category"): date(2025, 6, 1)}
    changes = changes_ahead(policies(), case, date(2025, 6, 30), expires=expires)
    assert told(changes) == every_day(policies(), case, expires, date(2025, 6, 30))
    (change,) = [c for c in changes if c.service_id == "S73" and c.person_id == "c"]
    assert (change.kind, change.reasons[0].of) == ("ask", "m")


def test_up_to_60_lasts_until_the_61st_birthday():
    facts = {"birth_date": "1965-06-01", "hukou_tianjin": True, "disability_cert": True, "disability_category": "智力"}
    changes = changes_ahead(policies(), Case(ON, {}, (Person("p", facts),)), date(2026, 12, 31))
    ((day, reasons),) = [(c.day, c.reasons) for c in changes if c.service_id == "S81" and c.kind == "lapses"]
    assert day == date(2026, 6, 1)
    assert [(reason.years, reason.citation.quote) for reason in reasons] == [(61, "60岁以下")]


def test_all_services_of_a_person_over_the_turn_of_a_period():
    case = Case(
        date(2025, 12, 20), {"dibao": True}, (Person("p", {"birth_date": "1945-12-28", "hukou_tianjin": True}),)
    )
    changes = changes_ahead(policies(), case, date(2026, 1, 5), expires={(HOUSEHOLD, "dibao"): date(2026, 1, 2)})
    assert told(changes) == every_day(policies(), case, {(HOUSEHOLD, "dibao"): date(2026, 1, 2)}, date(2026, 1, 5))
    assert {change.kind for change in changes} >= {"validity", "may_begin", "ask"}


@pytest.fixture(scope="module")
def amended(tmp_path_factory) -> Policies:
    """The packs with a new dibao standard from 2025-09-01."""
    folder = tmp_path_factory.mktemp("packs") / "policies"
    with as_file(shipped()) as source:
        shutil.copytree(source, folder)
    params = folder / "params.yaml"
    words = params.read_text("utf-8")
    first = "    - valid_from: 2021-12-06\n      value: 1010\n"
    assert first in words
    block = words[words.index(first) : words.index("low_income_ceiling:")]
    later = block.replace("2021-12-06", "2025-09-01").replace("1010\n", "1100\n", 1)
    ended = block.replace(first, first.replace("\n", "\n      valid_to: 2025-08-31\n", 1), 1)
    params.write_text(words.replace(block, ended + later, 1), "utf-8")
    return load_policies(folder)


def test_a_new_value_of_a_parameter_changes_who_is_poor(amended):
    watched = [cause.reason for cause in watch(amended).fixed(ON, UNTIL) if cause.reason.kind == "parameter"]
    assert watched
    poor = {"income_per_capita_month": Decimal(1050), "hukou_tianjin": True}
    case = Case(ON, poor | {"dibao": False}, (Person("p", {"birth_date": "1970-01-01", "hukou_tianjin": True}),))
    case = replace(
        case, household={k: v for k, v in case.household.items() if k in ("income_per_capita_month", "dibao")}
    )
    changes = changes_ahead(amended, case, date(2025, 9, 10))
    assert told(changes) == every_day(amended, case, {}, date(2025, 9, 10))
    assert {change.day for change in changes} == {date(2025, 9, 1)}
    assert all(reason.kind == "parameter" for change in changes for reason in change.reasons)


def test_a_new_version_of_a_rule_counts_from_its_day():
    meals, health = policies().services["S52"], policies().services["S50"]
    part = health.components[0]
    old = replace(part.rules[0], valid_from=date(2021, 1, 1), valid_to=date(2026, 1, 31))
    new = replace(meals.components[0].rules[0], valid_from=date(2026, 2, 1), valid_to=None)
    changed = replace(health, components=(replace(part, rules=(old, new)),))
    whole = replace(policies(), services={"S50": changed})
    case = Case(ON, {"dibao": False}, (Person("p", {"birth_date": "1960-08-01", "hukou_tianjin": True}),))
    changes = changes_ahead(whole, case, UNTIL)
    assert told(changes) == every_day(whole, case, {}, UNTIL)
    assert [(c.day, c.kind) for c in changes] == [(date(2025, 8, 1), "begins"), (date(2026, 2, 1), "ask")]
    assert {reason.kind for reason in changes[1].reasons} == {"version_begins", "version_ends"}


def test_a_birthday_is_told_with_the_words_of_the_text():
    case = Case(ON, {}, (Person("p", {"birth_date": "1960-06-01"}),))
    (change,) = [c for c in changes_ahead(policies(), case, date(2025, 6, 30)) if c.service_id == "S50"]
    assert (change.day, change.kind, change.before, change.after) == (
        date(2025, 6, 1),
        "begins",
        "not_eligible",
        "eligible",
    )
    (reason,) = change.reasons
    assert (reason.kind, reason.years, reason.of) == ("age", 65, "p")
    assert reason.citation is not None
    assert "65" in reason.citation.quote
    with speaking("en"):
        assert reason.words(False) == "turns 65"


@pytest.mark.parametrize(("year", "day"), [(2025, date(2025, 3, 1)), (2028, date(2028, 2, 29))])
def test_somebody_born_on_29_february_turns_65_on_1_march_in_a_common_year(year, day):
    born = date(year - 65, 2, 29) if (year - 65) % 4 == 0 else date(1960, 2, 29)
    if year == 2028:
        born = date(1968, 2, 29)  # sixty in a leap year
    case = Case(date(year, 2, 1), {}, (Person("p", {"birth_date": born.isoformat(), "hukou_tianjin": True}),))
    changes = [c for c in changes_ahead(policies(), case, date(year, 3, 31)) if c.reasons[0].kind == "age"]
    assert {change.day for change in changes} == {day}


def test_being_a_new_resident_ends_on_the_third_anniversary():
    facts = {"resident_urban_tianjin": True, "hukou_tianjin": True, "hukou_tianjin_since": "2024-02-29"}
    case = Case(date(2027, 2, 1), {}, (Person("p", facts),))
    changes = changes_ahead(policies(), case, date(2027, 3, 31))
    ends = [change for change in changes if change.kind == "ends"]
    assert ends
    assert {change.day for change in changes} == {date(2027, 2, 28)}
    last = decide(policies(), replace(case, on=date(2027, 2, 27)), "p", ends[0].service_id, ends[0].component)
    assert last.outcome == "eligible"


def test_an_amount_by_age_bands_changes_on_the_birthday():
    facts = {"birth_date": "1960-06-01", "hukou_tianjin": True, "school_stage": "无", "employee_pension_covered": False}
    case = Case(ON, {}, (Person("p", facts),))
    (change,) = [c for c in changes_ahead(policies(), case, date(2025, 6, 30)) if c.service_id == "S54"]
    assert change.kind == "amount"
    assert (change.amount_before.number, change.amount_after.number) == (Decimal(312), Decimal(319))


def test_an_expired_answer_must_be_asked_again_and_an_expired_one_already_is_no_news():
    person = Person(
        "p", {"birth_date": "1940-01-01", "hukou_tianjin": True, "in_care_institution": False, "care_grade": "重"}
    )
    case = Case(ON, {"dibao": True}, (person,))
    changes = changes_ahead(policies(), case, date(2025, 7, 1), expires={("p", "care_grade"): date(2025, 6, 9)})
    assert {change.day for change in changes} == {date(2025, 6, 10)}
    assert {change.kind for change in changes} <= {"ask", "amount"}
    asked_already = replace(case, states={("p", "care_grade"): "expired"})
    assert (
        changes_ahead(policies(), asked_already, date(2025, 7, 1), expires={("p", "care_grade"): date(2025, 6, 9)})
        == []
    )


def test_services_that_tell_of_a_sensitive_fact_are_left_out():
    sensitive = {service.id for service in policies().services.values() if service.sensitive}
    case = Case(ON, {}, (Person("p", {"birth_date": "2007-06-01"}), Person("q", {"birth_date": "1960-06-01"})))
    assert sensitive
    assert not sensitive & {change.service_id for change in changes_ahead(policies(), case, UNTIL)}


def test_nothing_changes_in_a_household_of_which_nothing_is_known():
    case = Case(date(2026, 2, 1), {}, (Person("p", {}),))
    assert changes_ahead(policies(), case, date(2028, 2, 1)) == []
