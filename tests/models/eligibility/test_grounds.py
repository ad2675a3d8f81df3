"""What a verdict is said to rest on is enough for it, and nothing of it is idle: on every case of the packs."""

import random
from dataclasses import replace

import pytest

from models.eligibility import HOUSEHOLD, Case, Person, decide, explain
from models.eligibility.case import View
from models.eligibility.grounds import Grounds, state_of
from models.eligibility.nodes import INCOME, Choice, Group
from models.eligibility.running import case_of

from .support import leaves, policies, root
from .test_changing import drawn

_FRAME = frozenset({"counts_in_household", "deceased"})  # who is there at all


def with_only(case, named):
    """The case as if nothing else were known; sensitive facts, which are not put into words, stay."""

    def kept(owner, facts):
        return {
            name: value
            for name, value in facts.items()
            if (name, owner) in named
            or name in _FRAME
            or policies().facts[name].sensitive
            or (name == "income_month" and (INCOME, HOUSEHOLD) in named)
        }

    people = tuple(replace(person, facts=kept(person.id, person.facts)) for person in case.people)
    return replace(case, household=kept(HOUSEHOLD, case.household), people=people)


def asked_of_packs():
    for _file, given in policies().cases:
        service = policies().services.get(given.service) or policies().by_name[given.service]
        yield case_of(given), given.applicant, service.id, given.component


def asked_of_drawn():
    for seed in range(6):
        case = drawn(f"grounds {seed}", by_day=False)
        dice = random.Random(seed)
        thinned = tuple(
            replace(person, facts={name: value for name, value in person.facts.items() if dice.random() < 0.8})
            for person in case.people
        )
        for service in policies().services.values():
            for part in service.components:
                yield replace(case, people=thinned), "p1", service.id, part.name


@pytest.mark.parametrize("asked", [asked_of_packs, asked_of_drawn])
def test_the_facts_named_are_enough_and_each_of_them_counts(asked):
    decided = 0
    for case, applicant, service, component in asked():
        said = decide(policies(), case, applicant, service, component)
        if said.outcome == "unknown" or policies().services[service].universal:
            continue
        decided += 1
        told = explain(policies(), said, case, "zh_CN")
        named = set(told.facts)
        bare = with_only(case, named)
        again = decide(policies(), bare, applicant, service, component)
        assert again.outcome == said.outcome, (service, component, told.reasons)
        for fact in named:
            less = with_only(case, named - {fact})
            fewer = decide(policies(), less, applicant, service, component)
            if fewer.outcome != said.outcome:
                continue
            still = View(policies().facts, less).known(*fact) is not None  # another named fact presupposes it
            differs = explain(policies(), fewer, less, "zh_CN").reasons != told.reasons
            assert still or differs, (service, component, fact)
    assert decided > 500


def test_a_fact_missing_is_named_as_a_question_and_nothing_else_is():
    for case, applicant, service, component in asked_of_packs():
        said = decide(policies(), case, applicant, service, component)
        if said.outcome != "unknown":
            continue
        told = explain(policies(), said, case, "zh_CN")
        facts = policies().facts
        questions = [facts[part.fact].question_zh for part in said.missing if not part.alternative]
        offices = [part.zh for part in said.agency]
        assert len(told.change) == len(
            {*zip(questions, [p.of for p in said.missing if not p.alternative], strict=True)}
        ) + len(set(offices)) + bool(said.withheld)
        for words in (*questions, *offices):
            assert sum(sentence.endswith(words) for sentence in told.change) >= 1
        assert all(facts[part.fact].ask in ("door", "register") for part in said.missing)
        assert not told.facts


def node_of(*states):
    """An any of three tests of which these are true, false or unknown (None)."""
    names = ("rehab_need", "device_need", "barrier_free_need")
    found = {}
    for service in policies().services.values():
        for part in service.components:
            if part.subject == "organisation" or part.rules[-1].node is None:
                continue
            for _who, leaf in leaves(root(service.id, part.name)):
                if leaf.fact.name in names and isinstance(leaf, Choice):
                    found.setdefault(leaf.fact.name, leaf)
    parts = tuple(found[name] for name in names)
    facts = {name: state for name, state in zip(names, states, strict=True) if state is not None}
    case = Case(case_day(), {}, (Person("p1", facts),))
    return parts, View(policies().facts, case)


def case_day():
    return next(iter(policies().cases))[1].day


def named(view, node):
    return [(ground.leaf.fact.name, ground.open) for ground in Grounds(view).of(node, "p1").grounds]


def test_of_at_least_two_two_are_named_and_of_its_failure_two_as_well():
    parts, view = node_of(True, False, True)
    two = Group(parts[0].condition, "least", parts, 2)
    assert named(view, two) == [("rehab_need", False), ("barrier_free_need", False)]
    parts, view = node_of(False, False, False)
    assert len(named(view, Group(parts[0].condition, "least", parts, 2))) == 2


def test_of_several_that_hold_one_is_named_and_what_is_named_already_is_preferred():
    parts, view = node_of(True, True, True)
    assert named(view, Group(parts[0].condition, "any", parts)) == [("rehab_need", False)]
    both = Group(parts[0].condition, "all", (Group(parts[0].condition, "any", parts), parts[2]))
    assert named(view, both) == [("barrier_free_need", False)]


def test_what_is_decided_only_together_is_said_to_be_open():
    parts, view = node_of(None, True, None)
    either = Group(
        parts[0].condition,
        "any",
        (
            Group(parts[0].condition, "all", (parts[0], parts[1])),
            Group(parts[0].condition, "not", (parts[0],)),
        ),
    )
    assert state_of(view, either, "p1") is True
    assert named(view, either) == [("rehab_need", True), ("device_need", False), ("rehab_need", True)]


def test_a_reason_that_need_not_be_hidden_is_preferred_to_one_that_must():
    case = Case(case_day(), {}, (Person("p1", {"birth_date": "1950-01-01", "hiv_status": "无", "orphan": False}),))
    said = decide(policies(), case, "p1", "S06", None)
    assert said.outcome == "not_eligible"
    hidden = policies().wording["zh_CN"]["unmet_private"]
    assert explain(policies(), said, case, "zh_CN").reasons[0] != hidden
