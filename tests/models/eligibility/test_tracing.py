"""Which conditions hold, and which decide: the same as the decision, on every service of the shipped packs."""

import random
from datetime import date
from decimal import Decimal

import pytest

from models.eligibility import HOUSEHOLD, Case, Person, decide, load_policies
from models.eligibility.case import View
from models.eligibility.describing import condition_lines
from models.eligibility.nodes import Choice, Members, OpenList, Threshold
from models.eligibility.tracing import MEMBER, SELF, facts_read, in_order, params_read, trace

ON = date(2026, 5, 20)


@pytest.fixture(scope="module")
def policies():
    return load_policies()


def rules(policies):
    for service in policies.services.values():
        for part in service.components:
            rule = part.rule(ON)
            if rule.node is not None and part.subject != "organisation":
                yield service, part, rule.node


def drawn(policies, dice, known):
    """A person, a spouse and a child, each fact known with a chance."""

    def value(fact):
        if fact.choices:
            return dice.choice(fact.choices)[0]
        if fact.type == "date":
            return date(dice.randint(1930, 2025), dice.randint(1, 12), dice.randint(1, 28)).isoformat()
        if fact.type == "int":
            return dice.randint(0, 4)
        return Decimal(dice.choice((0, 303, 1009, 1010, 1515, 4000)))

    def facts(level):
        return {
            name: value(fact)
            for name, fact in policies.facts.items()
            if fact.level == level and dice.random() < known and name not in ("deceased", "counts_in_household")
        }

    people = [
        Person(of, facts("person"), role) for of, role in (("p1", "applicant"), ("p2", "spouse"), ("p3", "child"))
    ]
    return Case(ON, facts("household"), tuple(people))


@pytest.mark.parametrize("known", [0.2, 0.6, 1.0])
def test_the_state_of_the_whole_is_what_was_decided(policies, known):
    dice = random.Random(f"trace {known}")
    for _round in range(4):
        case = drawn(policies, dice, known)
        view = View(policies.facts, case)
        for service, part, node in rules(policies):
            traced = trace(view, node, "p1")
            said = decide(policies, case, "p1", service.id, part.name)
            subject = said.person_id or "p1"
            if subject != "p1":
                continue
            states = {"eligible": True, "not_eligible": False, "unknown": None}
            assert traced[0].state is states[said.outcome], service.id
            assert traced[0].decides


@pytest.mark.parametrize("known", [0.4, 1.0])
def test_what_does_not_decide_can_be_forgotten(policies, known):
    """With nothing known but what the deciding conditions read, the result is the same."""
    dice = random.Random(f"forget {known}")
    decided = 0
    for _round in range(3):
        case = drawn(policies, dice, known)
        view = View(policies.facts, case)
        for service, part, node in rules(policies):
            traced = trace(view, node, "p1")
            if traced[0].state is None or any(isinstance(each.node, Members) and each.decides for each in traced):
                continue
            read = {t.node.fact.name for t in traced if t.decides and isinstance(t.node, Choice | Threshold)}
            read |= {r.fact for name in read for r in policies.facts[name].requires}
            # A grade of disability tells that there is one: what a fact follows from counts as read.
            read |= {fact.name for fact in policies.facts.values() for r in fact.requires if r.fact in read}
            if "income_per_capita_month" in read:
                read |= {"income_month"}
            kept = [
                Person(p.id, {name: value for name, value in p.facts.items() if name in read}, p.role)
                for p in case.people
            ]
            household = {name: value for name, value in case.household.items() if name in read}
            again = View(policies.facts, Case(ON, household, tuple(kept)))
            assert trace(again, node, "p1")[0].state is traced[0].state, (service.id, part.name)
            decided += 1
    assert decided > 100


def test_of_an_open_rule_only_what_can_still_change_it_is_marked(policies):
    case = Case(ON, {}, (Person("p1", {"hukou_tianjin": True}, "applicant"),))
    view = View(policies.facts, case)
    marked = 0
    for service, part, node in rules(policies):
        said = decide(policies, case, "p1", service.id, part.name)
        if said.outcome != "unknown" or said.person_id not in (None, "p1"):
            continue
        asked = {part.fact for part in (*said.missing, *said.agency, *said.withheld) if part.fact}
        for each in trace(view, node, "p1"):
            if each.decides and each.state is None and isinstance(each.node, Choice | Threshold):
                known_otherwise = {"income_per_capita_month", *(r.fact for r in each.node.fact.requires)}
                assert each.node.fact.name in asked or known_otherwise & asked, service.id
                marked += 1
    assert marked > 50


def test_of_several_ways_to_be_due_the_one_that_holds_decides(policies):
    service = policies.services["S51"]
    facts = {
        "hukou_tianjin": True,
        "birth_date": "1950-01-01",
        "care_grade": "轻",
        "dibao": True,
    }
    home = {name: value for name, value in facts.items() if policies.facts[name].level == "household"}
    own = {name: value for name, value in facts.items() if policies.facts[name].level == "person"}
    view = View(policies.facts, Case(ON, home, (Person("p1", own, "applicant"),)))
    node = service.components[0].rule(ON).node
    found = {
        each.node.fact.name: (each.state, each.decides)
        for each in reversed(trace(view, node, "p1"))
        if isinstance(each.node, Choice | Threshold)
    }
    assert found["dibao"] == (True, True)
    assert found["hukou_tianjin"] == (True, True)
    assert found["low_income"] == (None, False)
    assert found["city_model_worker"] == (None, False)


def test_of_several_people_it_is_told_how_many_meet_a_condition(policies):
    for _service, _part, node in rules(policies):
        for each in in_order(node):
            if isinstance(each, Members) and each.who == "household":
                case = Case(ON, {}, tuple(Person(f"p{n}", {}, "applicant" if n == 1 else "other") for n in (1, 2, 3)))
                traced = [t for t in trace(View(policies.facts, case), node, "p1") if t.node is each]
                assert (traced[0].met, traced[0].asked) == (0, 3)
                return
    pytest.fail("no rule speaks of the household's members")


def test_the_conditions_come_in_the_order_of_the_sentences(policies):
    for _service, _part, node in rules(policies):
        rest = sum(isinstance(each, OpenList) for each in in_order(node))
        assert len(list(condition_lines(policies, node, ON, "en"))) == len(list(in_order(node))) + rest


def test_only_facts_that_the_rule_reads_are_asked_and_all_that_it_lacks(policies):
    empty = Case(ON, {}, (Person("p1", {}, "applicant"),))
    for service in policies.services.values():
        read = facts_read(policies, service, ON)
        assert len(set(read)) == len(read)
        for of, name in read:
            assert (of == HOUSEHOLD) == (policies.facts[name].level == "household")
        if service.universal or service.subject == "deceased":
            continue
        names = {name for _of, name in read}
        said = decide(policies, empty, "p1", service.id)
        wanted = {part.fact for part in (*said.missing, *said.agency, *said.withheld) if part.fact} - {"income_month"}
        assert wanted <= names, service.id


def test_of_whom_a_fact_is_asked_follows_the_relation(policies):
    whose = {of for service in policies.services.values() for of, _name in facts_read(policies, service, ON)}
    assert {SELF, MEMBER, HOUSEHOLD, "spouse", "child", "parent"} <= whose


def test_a_derived_parameter_is_listed_with_those_it_comes_from(policies):
    users = [s for s in policies.services.values() if "low_income_ceiling" in params_read(policies, s)]
    assert users
    for service in users:
        names = params_read(policies, service)
        assert names.index("dibao_standard") > -1
        assert set(names) <= set(policies.params)
