"""Sensitive facts: what is listed is listed as if nobody had told them."""

from dataclasses import replace

import pytest

from models.eligibility import Case, Person, decide, decide_all, explain, next_questions, screen
from models.eligibility.case import View
from models.eligibility.deciding import decide_in

from .batch.register import draw_register
from .support import ON, components, leaves, policies, root

SENSITIVE = sorted(name for name, fact in policies().facts.items() if fact.sensitive)


def _untold(case: Case) -> Case:
    """The case as somebody knows it who was told nothing sensitive."""
    people = (
        replace(person, facts={name: value for name, value in person.facts.items() if name not in SENSITIVE})
        for person in case.people
    )
    states = {key: state for key, state in case.states.items() if key[1] not in SENSITIVE}
    return replace(case, people=tuple(people), states=states)


@pytest.fixture(scope="module")
def register():
    return [case for case in draw_register(policies(), 5, 40) if case.people]


def test_there_are_sensitive_facts_and_listed_services_read_them():
    assert SENSITIVE == ["guardianship_harm", "hiv_status", "mental_stable", "severe_mental_disorder", "tb_status"]
    listed = {
        leaf.fact.name
        for service, component in components()
        if not policies().services[service].sensitive
        for _, leaf in leaves(root(service, component))
    }
    assert {"guardianship_harm", "hiv_status", "mental_stable"} <= listed


def test_the_list_is_the_same_whether_sensitive_facts_are_known_or_not(register):
    told = 0
    for case in register:
        assert decide_all(policies(), case) == decide_all(policies(), _untold(case))
        told += sum(name in SENSITIVE for person in case.people for name in person.facts)
    assert told > 100


def test_nothing_listed_shows_a_sensitive_fact_among_what_it_rests_on(register):
    for case in register:
        for said in decide_all(policies(), case):
            assert not {used.fact for used in said.trace} & set(SENSITIVE)
            assert not {part.fact for part in said.missing} & set(SENSITIVE)


def test_with_the_right_to_see_them_sensitive_facts_decide():
    facts = {"birth_date": "2015-01-01", "guardianship_harm": True}
    case = Case(ON, {}, (Person("p1", facts),))
    known = {said.service_id for said in decide_all(policies(), case, with_sensitive=True) if _rests(said)}
    assert known
    assert not any(_rests(said) for said in decide_all(policies(), case))
    (service, *_rest) = sorted(known)
    assert _rests(decide(policies(), case, "p1", service))
    assert not _rests(decide(policies(), case, "p1", service, with_sensitive=False))


def _rests(said):
    return bool({used.fact for used in said.trace} & set(SENSITIVE))


def test_questions_and_explanations_of_the_list_do_not_know_them_either(register):
    for case in register[:12]:
        untold = _untold(case)
        listed = decide_all(policies(), case)
        asked = next_questions(policies(), case, listed)
        assert asked == next_questions(policies(), untold, decide_all(policies(), untold))
        seen = screen(policies(), case)
        assert (list(seen.determinations), list(seen.questions)) == (listed, asked)
        for said in listed:
            assert _told(said, case) == _told(said, untold)


def _told(said, case):
    found = explain(policies(), said, case, "zh_CN")
    return found.headline, found.reasons, found.change, found.quotes, found.amount, found.flags


def test_a_view_made_with_everything_serves_a_list_without_it(register):
    for case in register[:12]:
        view = View(policies().facts, case)
        assert decide_in(policies(), view) == decide_all(policies(), case)
        assert view.residuals
