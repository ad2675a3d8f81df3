import itertools
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.eligibility import Case, Determination, Person, answer_cases, decide, decide_all, read_case, run_cases
from models.eligibility.answers import all_missing
from models.eligibility.case import View, completed_years, counts, plus_years
from models.eligibility.logic import conjunction, disjunction, negation
from models.eligibility.nodes import Choice, Group, OpenList, Threshold
from models.eligibility.settling import settle
from models.texts import set_language

from .batch.register import draw_register
from .support import (
    APPLICANT,
    ON,
    case_of,
    completions,
    components,
    dependent,
    example_cases,
    leaves,
    matters,
    misses,
    owner_of,
    policies,
    root,
    sample,
    variables,
)

SEEDS = range(12)


def test_every_example_case_of_the_shipped_services_comes_out_as_expected():
    texts = dict(policies().texts)
    covered = [case for case in example_cases() if case["service"] in policies().by_name and not case["ambiguous"]]
    answers = {answer["id"]: answer for answer in answer_cases({"cases": covered}, policies())["answers"]}
    wrong = {case["id"]: found for case in covered if (found := misses(case, answers[case["id"]], texts))}
    assert len(covered) >= 45
    assert wrong == {}


def test_a_service_without_rules_is_answered_as_an_error_and_not_guessed():
    case = {
        "id": "X1",
        "date": "2026-01-01",
        "service": "没有这项服务",
        "applicant": "p1",
        "household": {"members": []},
    }
    (answer,) = answer_cases({"cases": [case]}, policies())["answers"]
    assert (answer["outcome"], answer["because"], answer["error"]) == ("unknown", [], "no rule for this service")


def test_every_case_that_travels_with_the_packs_comes_out_as_expected():
    results = run_cases(policies())
    assert len(results) > 75
    assert [result for result in results if result.misses] == []


@pytest.mark.parametrize("wrong_reading", ["no", "zero"])
def test_reading_an_unknown_as_no_or_as_zero_fails_the_cases(monkeypatch, wrong_reading):
    honest = View.known

    def known(self, fact, owner):
        value = honest(self, fact, owner)
        definition = self.facts[fact]
        if value is None and wrong_reading == "no" and definition.type == "bool":
            return False
        if value is None and wrong_reading == "zero" and definition.type == "number":
            return Decimal(0), Decimal(0)
        return value

    monkeypatch.setattr(View, "known", known)
    if wrong_reading == "zero":
        monkeypatch.setattr(View, "income_per_head", lambda self: (Decimal(0), Decimal(0)))
    assert [result for result in run_cases(policies()) if result.misses]


@pytest.mark.parametrize(("service", "component"), components())
def test_completing_the_unknown_facts_never_overturns_a_verdict(service, component):
    for seed in SEEDS:
        known, opened = sample(seed, service, component, 3)
        before = decide(policies(), case_of(known, service), APPLICANT, service, component)
        outcomes = {
            decide(policies(), case_of(full, service), APPLICANT, service, component).outcome
            for full in itertools.islice(completions(known, opened), 200)
        } - {"unknown"}  # an office's decision stays open however many facts are known
        if before.outcome != "unknown":
            assert outcomes <= {before.outcome}
        elif not before.agency:
            assert outcomes == {"eligible", "not_eligible"}, (known, list(opened))


@pytest.mark.parametrize(("service", "component"), components())
def test_the_missing_facts_are_exactly_those_that_can_change_the_verdict(service, component):
    for seed in SEEDS:
        known, opened = sample(seed, service, component, 3)
        said = decide(policies(), case_of(known, service), APPLICANT, service, component)
        named = {(part["fact"], part["of"]) for part in all_missing(said)} - {("income_month", APPLICANT)}
        outcomes: dict[tuple, str] = {}
        for full in completions(known, opened):
            key = tuple(full[name] for name in opened)
            outcomes[key] = decide(policies(), case_of(full, service), APPLICANT, service, component).outcome
        matter = {name for place, name in enumerate(opened) if matters(place, name, list(opened), outcomes)}
        assert named == matter, (known, list(opened))


@pytest.mark.parametrize(("service", "component"), components())
def test_the_order_of_conditions_changes_neither_verdict_nor_missing_facts(service, component):
    rng = random.Random(f"{service}{component}")

    def shuffled(node):
        if isinstance(node, Group):
            parts = [shuffled(part) for part in node.parts]
            rng.shuffle(parts)
            return replace(node, parts=tuple(parts))
        return replace(node, part=shuffled(node.part)) if hasattr(node, "part") else node

    tree = root(service, component)
    for seed in SEEDS:
        known, _ = sample(seed, service, component, 4)
        case = case_of(known, service)
        results = []
        for node in (tree, shuffled(tree)):
            view = View(policies().facts, case)
            residual = node.reduce(view, APPLICANT)
            decided, named = settle(view, residual)
            results.append((decided if isinstance(decided, bool) else None, set(named)))
        assert results[0] == results[1]


@pytest.mark.parametrize(("service", "component"), components())
def test_every_leaf_can_decide(service, component):
    """A leaf that never decides is a dead condition: with it true and with it false the rule would be the same rule."""
    view = View(policies().facts, case_of({}, service))
    tree = root(service, component)
    for _, leaf in leaves(tree):
        with_it, without = _forced(tree, leaf, True, view), _forced(tree, leaf, False, view)
        differs = disjunction((conjunction((with_it, negation(without))), conjunction((negation(with_it), without))))
        decided, _ = settle(view, differs)
        assert decided is not False, leaf.condition


def _forced(node, leaf, value, view, person=APPLICANT):
    """The tree's residual with one leaf held true or false."""
    if node is leaf:
        return value
    if isinstance(node, Group):
        parts = [_forced(part, leaf, value, view, person) for part in node.parts]
        if node.kind == "not":
            return negation(parts[0])
        return conjunction(parts) if node.kind == "all" else disjunction(parts)
    if isinstance(node, OpenList):
        return disjunction(
            (*(_forced(p, leaf, value, view, person) for p in node.parts), node.rest.reduce(view, person))
        )
    if hasattr(node, "who"):
        found = [_forced(node.part, leaf, value, view, member) for member in view.relatives(person, node.who)]
        return conjunction(found) if node.every else disjunction(found)
    if hasattr(node, "part"):
        return _forced(node.part, leaf, value, view, person)
    if isinstance(node, (Choice, Threshold)) and node.presupposed is leaf:
        own = replace(node, presupposed=None).reduce(view, person)
        return conjunction((value, own))
    return node.reduce(view, person)


@pytest.mark.parametrize(("service", "component"), components())
def test_every_threshold_is_decided_just_below_on_and_just_above_it(service, component):
    """Around each cut the leaf itself turns over exactly once: no off-by-one day, cent or year."""
    for (fact, owner), values in variables(service, component).items():
        tree = leaves(root(service, component))
        group = [leaf for who, leaf in tree if (leaf.fact.name, owner_of(who, leaf)) == (fact, owner)]
        for leaf in group:
            if not isinstance(leaf, Threshold):
                continue
            cut, above = leaf.cut_at(ON)
            for value in values:
                view = View(policies().facts, case_of({(fact, owner): value}, service))
                verdict = leaf.reduce(view, owner if owner != "household" else APPLICANT)
                reached = value > cut if above else value >= cut
                assert verdict is (reached != leaf.negated)


def test_members_in_any_order_give_the_same_answer_and_a_silent_one_only_widens():
    people = [
        Person("p1", {"income_month": 2400}, "applicant"),
        Person("p2", {"income_month": 600}, "spouse"),
        Person("p3", {"income_month": 0}, "child"),
    ]
    facts = {"assets_within_rules": True}
    answers = {
        decide(policies(), Case(ON, facts, order), "p1", "S60").outcome for order in itertools.permutations(people)
    }
    assert answers == {"eligible"}
    silent = decide(policies(), Case(ON, facts, (*people, Person("p4", {}, "child"))), "p1", "S60")
    assert silent.outcome == "unknown"
    assert [(part.fact, part.of) for part in silent.missing] == [("income_month", "p4")]
    rich = (Person("p1", {"income_month": 4040}, "applicant"), *people[1:], Person("p4", {}, "child"))
    assert decide(policies(), Case(ON, facts, rich), "p1", "S60").outcome == "not_eligible"


def test_without_any_income_the_household_is_asked_once():
    people = (Person("p1", {}, "applicant"), Person("p2", {}, "spouse"))
    said = decide(policies(), Case(ON, {"assets_within_rules": True}, people), "p1", "S60")
    assert said.questions == 1
    assert [(part.fact, part.of, part.alternative) for part in said.missing] == [
        ("income_per_capita_month", "household", False),
        ("income_month", "p1", True),
        ("income_month", "p2", True),
    ]


def test_no_income_per_head_is_in_both_dibao_and_low_income_and_only_1010_is_in_neither_below_1515():
    def outcome(service, income):
        case = Case(ON, {"income_per_capita_month": Decimal(income), "assets_within_rules": True}, (Person("p1"),))
        return decide(policies(), case, "p1", service).outcome == "eligible"

    in_neither = []
    for cents in [*range(100900, 101102), *range(151400, 151602)]:
        income = Decimal(cents) / 100
        assert not (outcome("S60", income) and outcome("S62", income))
        if income < 1515 and not outcome("S60", income) and not outcome("S62", income):
            in_neither.append(income)
    assert in_neither == [Decimal(1010)]
    assert not outcome("S62", Decimal(1515))


def test_sixty_is_in_both_sixty_and_below_and_sixty_and_above():
    born = {("birth_date", APPLICANT): date(1966, 5, 20)}  # exactly 60
    below = next(leaf for _, leaf in leaves(root("S81", None)) if leaf.condition.age == "birth_date")
    above = next(leaf for _, leaf in leaves(root("S51", None)) if leaf.condition.age == "birth_date")
    view = View(policies().facts, case_of(born))
    assert below.condition.word == "以下"
    assert (below.reduce(view, APPLICANT), above.reduce(view, APPLICANT)) == (True, True)


def test_a_leap_day_birthday_is_reached_on_the_first_of_march_of_a_common_year():
    born = date(1960, 2, 29)
    assert [completed_years(born, day) for day in (date(2025, 2, 28), date(2025, 3, 1), date(2024, 2, 29))] == [
        64,
        65,
        64,
    ]
    assert plus_years(date(2020, 2, 29), 5) == date(2025, 2, 28)


def test_amount_bands_never_overlap_and_care_grades_all_have_one():
    for grade, number in (("轻", 200), ("中", 400), ("重", 600)):
        case = Case(
            ON,
            {"dibao": True},
            (Person("p1", {"birth_date": "1950-01-01", "hukou_tianjin": True, "care_grade": grade}),),
        )
        assert decide(policies(), case, "p1", "S51").amount.number == number
    for age, number in ((59, None), (60, 312), (64, 312), (65, 319)):
        facts = {"birth_date": date(2026 - age, 5, 20), "hukou_tianjin": True, "school_stage": "无"}
        case = Case(ON, {}, (Person("p1", {**facts, "employee_pension_covered": False}),))
        amount = decide(policies(), case, "p1", "S54").amount
        assert (amount.number if amount else None) == number


def test_after_its_period_a_plan_still_answers_and_says_that_it_has_ended():
    person = (Person("p1", {"birth_date": "1950-01-01"}),)
    flags = {
        day: decide(policies(), Case(day, {}, person), "p1", "S50").flags
        for day in (date(2020, 12, 31), date(2021, 1, 1), date(2025, 12, 31), date(2026, 1, 1))
    }
    assert list(flags.values()) == [("not_yet_in_force",), (), (), ("period_ended",)]


def test_a_determination_replays_byte_for_byte():
    for case in example_cases():
        if case["service"] not in policies().by_name:
            continue
        service = policies().by_name[case["service"]].id
        said = decide(policies(), read_case(case), case["applicant"], service, case["component"])
        text = said.to_json()
        assert Determination.from_json(text) == said
        assert Determination.from_json(text).to_json() == text
        assert decide(policies(), read_case(case), case["applicant"], service, case["component"]).to_json() == text


def test_five_words_stand_for_what_comes_out():
    set_language("en")
    facts = {"birth_date": "1940-07-20", "hukou_tianjin": True, "in_care_institution": False}
    case = Case(ON, {}, (Person("p1", facts),))
    assert decide(policies(), case, "p1", "S52").word() == "Meets the conditions"
    assert decide(policies(), case, "p1", "S57").word() == "Does not meet the conditions"
    assert decide(policies(), Case(ON, {}, (Person("p1"),)), "p1", "S50").word() == "1 fact missing"
    assert decide(policies(), Case(ON, {"income_per_capita_month": 1}, case.people), "p1", "S60").word() == (
        "For the office to decide"
    )
    received = replace(case.people[0], receives=frozenset({"S52"}))
    assert decide(policies(), Case(ON, {}, (received,)), "p1", "S52").word() == "Already received"
    assert decide(policies(), Case(ON, {"dibao": True}, case.people), "p1", "S60").word() == "Already received"


def test_a_fact_that_was_not_known_stays_unknown_to_the_logic():
    person = Person("p1", {"birth_date": "1950-01-01"})
    case = Case(ON, {}, (person,), {("p1", "birth_date"): "expired"})
    said = decide(policies(), case, "p1", "S50")
    assert (said.outcome, [part.fact for part in said.missing]) == ("unknown", ["birth_date"])


def test_a_fact_outside_the_vocabulary_or_its_domain_is_refused_by_name_only():
    for facts, named in (
        ({"no_such_fact": True}, "no_such_fact"),
        ({"care_grade": "很重"}, "care_grade"),
        ({"income_month": -1}, "income_month"),
        ({"birth_date": "昨天"}, "birth_date"),
        ({"hukou_tianjin": "是"}, "hukou_tianjin"),
    ):
        with pytest.raises(ValueError, match=named) as problem:
            decide(policies(), Case(ON, {}, (Person("p1", facts),)), "p1", "S50")
        assert not any(str(value) in str(problem.value) for value in facts.values() if value is not True)


def test_screening_leaves_out_the_dead_outsiders_organisations_and_what_is_universal():
    people = (
        Person("p1", {"birth_date": "1950-01-01"}, "applicant"),
        Person("p2", {"birth_date": "1949-01-01", "deceased": True, "hukou_tianjin": True}, "spouse"),
        Person("p3", {"birth_date": "1980-01-01", "counts_in_household": False}, "child"),
    )
    found = decide_all(policies(), Case(ON, {}, people))
    services = policies().services
    assert {said.person_id for said in found} == {None, "p1", "p2"}
    assert {said.service_id for said in found if said.person_id == "p2"} == {"S55", "S56"}
    for said in found:
        assert not services[said.service_id].universal
        assert not services[said.service_id].sensitive
        part = services[said.service_id].component(said.component)
        assert part is None or part.subject not in ("organisation", "transient")
    households = [said.service_id for said in found if said.person_id is None]
    assert len(households) == len(set(households))


def test_sensitive_facts_are_never_in_the_list_of_missing_facts():
    facts = policies().facts
    person = Person("p1", {"disability_category": "精神", "disability_grade": 2, "hukou_tianjin": True})
    said = decide(policies(), Case(ON, {}, (person,)), "p1", "S81")
    assert [part.fact for part in said.withheld] == ["mental_stable"]
    for said in decide_all(policies(), Case(ON, {}, (person, Person("p2", {"birth_date": "2015-01-01"}, "child")))):
        assert not any(facts[part.fact].sensitive or facts[part.fact].ask == "never" for part in said.missing)
        assert not any(part.fact and facts[part.fact].ask == "door" for part in said.agency)


def test_two_benefits_that_may_clash_are_both_flagged_and_neither_verdict_changes():
    facts = {"birth_date": "1940-01-01", "hukou_tianjin": True, "care_grade": "重", "voluntary_admission": True}
    person = Person("p1", {**facts, "days_in_institution": 40})
    found = {said.service_id: said for said in decide_all(policies(), Case(ON, {"dibao": True}, (person,)))}
    assert "may_clash:001-A" in found["S51"].flags
    assert found["S51"].outcome == "eligible"


def test_a_benefit_that_the_text_excludes_by_another_one_says_so_once_that_one_is_received():
    facts = {"school_stage": "中职", "school_in_tianjin": True, "formal_enrolment": True, "school_year": 1}
    person = Person("p1", {**facts, "national_grant_awarded": False}, receives=frozenset({"S15"}))
    said = decide(policies(), Case(ON, {}, (person,)), "p1", "S18")
    assert "excluded_by:S15" in said.flags
    assert said.outcome == "unknown"  # the verdict reads the facts; receipts only mark it


def test_what_is_left_to_an_office_is_listed_only_where_something_known_speaks_for_it():
    def listed(household):
        found = decide_all(policies(), Case(ON, household, (Person("p1", {"birth_date": "1980-01-01"}),)))
        return {said.service_id for said in found}

    assert not {"S64", "001-C1", "002-5", "004-2b"} & listed({})
    assert "S60" in listed({"income_per_capita_month": 500})


def test_a_dependent_fact_is_known_by_what_presupposes_it():
    assert dependent(("disability_grade", "p1"))
    view = View(policies().facts, Case(ON, {}, (Person("p1", {"disability_grade": 2}),)))
    assert "无" not in (view.possible("disability_category", "p1") or ())


def test_what_a_result_rests_on_does_not_hang_on_what_was_decided_before_it():
    for case in draw_register(policies(), 11, 15):
        for said in decide_all(policies(), case):
            person = said.person_id or next(person.id for person in case.people if counts(person))
            alone = decide(policies(), case, person, said.service_id, said.component, with_sensitive=False)
            assert said.trace == alone.trace


def test_what_the_text_gives_to_husband_and_wife_is_decided_for_these_two():
    people = (
        Person("p1", {"hukou_tianjin": True}, "applicant"),
        Person("p2", {"hukou_tianjin": True}, "wife"),
        Person("p3", {"hukou_tianjin": True}, "daughter"),
        Person("p4", {"hukou_tianjin": True}, "mother"),
        Person("p5", {"hukou_tianjin": True, "deceased": True}, "husband"),
    )
    found = decide_all(policies(), Case(ON, {"only_child_condition": "伤残"}, people))
    due = [(said.person_id, said.amount.number) for said in found if said.service_id == "S46"]
    assert due == [("p1", 590), ("p2", 590)]
