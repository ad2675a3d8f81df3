"""Properties of the kernel on rules that no pack has, and on whole households.

JINMEN_LONG_TESTS=1 (in the environment) draws twenty times as many.
"""

import itertools
import os
import random
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from models.eligibility import Case, Person, Policies, decide, decide_all
from models.eligibility.answers import all_missing
from models.eligibility.case import View, counts, is_deceased
from models.eligibility.nodes import Agency, Group, Members, Node, OpenList, Threshold
from models.eligibility.settling import settle

from .batch.invented import draw_condition, small_policies, with_rule
from .batch.register import DAY, draw_register
from .support import (
    APPLICANT,
    ON,
    RELATED,
    completions,
    consistent,
    dependent,
    leaves,
    matters,
    owner_of,
    policies,
    values_for,
)

TIMES = 20 if os.environ.get("JINMEN_LONG_TESTS") else 1


@cache
def rules(number: int) -> tuple[tuple[Policies, Node], ...]:
    """So many invented rules about one person or the relatives, with few enough facts to try everything."""
    found: list[tuple[Policies, Node]] = []
    for seed in itertools.count():
        if len(found) == number:
            return tuple(found)
        try:
            made = with_rule(small_policies(), draw_condition(small_policies(), random.Random(f"property {seed}")))
        except ValueError:  # a comparison that can never decide is no rule
            continue
        node = made.services["INVENTED"].components[0].rules[0].node
        assert node is not None
        spoken_of = {who for who, _ in leaves(node)}
        kin = [part for part in _below(node) if isinstance(part, Members)]
        if any(isinstance(inner, Members) for part in kin for inner in _below(part.part)):
            continue  # relatives of relatives are nobody that the cases here know
        if spoken_of <= {"self", "household", *RELATED} and 1 <= len(variables(node)) <= 6:
            found.append((made, node))
    raise AssertionError


def variables(node: Node):
    """{(fact, owner): values that stand for all} of every fact that a rule reads."""
    found: dict[tuple[str, str], list] = {}
    for who, leaf in leaves(node):
        found.setdefault((leaf.fact.name, owner_of(who, leaf)), []).append(leaf)
    return {key: values_for(group) for key, group in found.items()}


def case_of(known, node: Node) -> Case:
    def told(owner):
        return {fact: value for (fact, of), value in known.items() if of == owner and value is not None}

    spoken_of = {who for who, _ in leaves(node)}
    people = [Person(APPLICANT, told(APPLICANT), "applicant")]
    for person, relation in dict.fromkeys(RELATED[who] for who in RELATED if who in spoken_of):
        people.append(Person(person, {**told(person), "counts_in_household": False}, relation))
    return Case(ON, told("household"), tuple(people))


def drawn(node: Node, rng: random.Random, unknown: int):
    """(known facts that do not contradict one another, unknown facts with their values)."""
    every = variables(node)
    names = sorted(every)
    while True:
        opened = rng.sample(names, min(unknown, len(names)))
        known = {name: rng.choice(every[name]) for name in names if name not in opened}
        for name in [name for name in known if dependent(name)]:
            if not consistent(known):
                del known[name]
                opened.append(name)
        if consistent(known):
            return known, {name: every[name] for name in opened}


def outcome(made: Policies, node: Node, known) -> str:
    return decide(made, case_of(known, node), APPLICANT, "INVENTED").outcome


def test_completing_unknown_facts_never_overturns_a_verdict_of_an_invented_rule():
    decided: Counter[str] = Counter()
    for seed, (made, node) in enumerate(rules(60 * TIMES)):
        rng = random.Random(seed)
        for unknown in (1, 2, 3):
            known, opened = drawn(node, rng, unknown)
            before = outcome(made, node, known)
            after = {outcome(made, node, full) for full in itertools.islice(completions(known, opened), 300)}
            decided[before] += 1
            if before != "unknown":
                assert after <= {before}, node.condition
            elif not any(isinstance(part, (Agency, OpenList)) for part in _below(node)):
                assert after == {"eligible", "not_eligible"}, (node.condition, known)
    assert min(decided.values()) > 20 * TIMES


def test_the_missing_facts_of_an_invented_rule_are_exactly_those_that_can_change_the_verdict():
    asked = 0
    for seed, (made, node) in enumerate(rules(60 * TIMES)):
        if any(isinstance(part, (Agency, OpenList)) for part in _below(node)):
            continue
        known, opened = drawn(node, random.Random(seed), 3)
        said = decide(made, case_of(known, node), APPLICANT, "INVENTED")
        named = {(part["fact"], part["of"]) for part in all_missing(said)} - {("income_month", APPLICANT)}
        outcomes = {
            tuple(full[name] for name in opened): outcome(made, node, full) for full in completions(known, opened)
        }
        order = list(opened)
        assert named == {name for place, name in enumerate(order) if matters(place, name, order, outcomes)}, (
            node.condition,
            known,
        )
        asked += len(named)
    assert asked > 40 * TIMES


def _below(node: Node):
    yield node
    for part in node.children():
        yield from _below(part)


def test_the_order_of_conditions_does_not_matter_to_an_invented_rule():
    for seed, (made, node) in enumerate(rules(60 * TIMES)):
        rng = random.Random(seed)
        known, _ = drawn(node, rng, 3)
        view = View(made.facts, case_of(known, node))
        said = settle(view, node.reduce(view, APPLICANT))
        other = settle(view, _shuffled(node, rng).reduce(view, APPLICANT))
        assert set(said[1]) == set(other[1])
        assert (said[0] if isinstance(said[0], bool) else None) == (other[0] if isinstance(other[0], bool) else None)


def _shuffled(node: Node, rng: random.Random) -> Node:
    if isinstance(node, Group):
        return replace(node, parts=tuple(_shuffled(part, rng) for part in rng.sample(node.parts, len(node.parts))))
    if isinstance(node, OpenList):
        return replace(node, parts=tuple(_shuffled(part, rng) for part in rng.sample(node.parts, len(node.parts))))
    return replace(node, part=_shuffled(node.part, rng)) if hasattr(node, "part") else node


# Households.


def said_of(case: Case):
    return {(one.service_id, one.component, one.person_id): one for one in decide_all(policies(), case)}


@pytest.fixture(scope="module")
def households():
    return [case for case in draw_register(policies(), 31, 14 * TIMES) if case.people]


def test_the_order_of_the_members_changes_nothing(households):
    """But for services of the household as one, which rest on whoever is named first."""
    for case in households:
        turned = replace(case, people=tuple(reversed(case.people)))
        one, other = (
            {
                key: (said.outcome, set(said.missing), said.amount, said.flags)
                for key, said in said_of(each).items()
                if key[2]
            }
            for each in (case, turned)
        )
        assert one == other


def test_every_living_member_and_only_these_is_decided_for_every_service_of_persons(households):
    parts = [
        (service.id, None if len(service.components) == 1 else part.name)
        for service in policies().services.values()
        for part in service.components
        if part.subject == "person" and not service.universal and not service.sensitive
    ]
    for case in households:
        found = said_of(case)
        living = [person.id for person in case.people if counts(person)]
        dead = {person.id for person in case.people if is_deceased(person)}
        for service, part in parts:
            listed = {person for one, of, person in found if (one, of) == (service, part)}
            assert listed <= set(living)
            for person in set(living) - listed:  # left out: open, and nothing to ask or known that speaks for it
                said = decide(policies(), case, person, service, part, with_sensitive=False)
                assert (said.outcome, said.missing) == ("unknown", ())
        of_the_dead = {one for one, _, person in found if person in dead}
        assert of_the_dead <= {"S55", "S56"}


def test_a_silent_member_opens_verdicts_and_never_turns_one_over(households):
    """Somebody of whom nothing is known, not even the income: yes and no may become open, not each other."""
    opened = 0
    for case in households:
        silent = replace(case, people=(*case.people, Person("silent", {}, "other")))
        before, after = said_of(case), said_of(silent)
        for key, said in before.items():
            then = after.get(key)
            if then is None or said.outcome == "unknown":
                continue
            assert then.outcome in (said.outcome, "unknown") or _income_may_fall(said), key
            opened += then.outcome == "unknown"
    assert opened > 0


def _income_may_fall(said) -> bool:
    """With one more head to divide by, an income per head worked out from the members falls: that is no turn-over."""
    part = policies().services[said.service_id].component(said.component)
    node = (part or policies().services[said.service_id].components[0]).rule(DAY).node
    found = [leaf for _, leaf in leaves(node) if isinstance(leaf, Threshold)] if node is not None else []
    return any(leaf.fact.name == "income_per_capita_month" for leaf in found)


@pytest.mark.parametrize("day", [date(2020, 12, 31), date(2021, 1, 1), date(2025, 12, 31), date(2026, 1, 1)])
def test_the_day_of_a_text_changes_flags_and_not_the_rules_of_a_version(day):
    """Before, on and after the period of the plan the same facts give the same verdicts; only the flag differs."""
    person = Person("p1", {"hukou_tianjin": True, "in_care_institution": False, "dibao": None}, "applicant")
    said = decide(policies(), Case(day, {"dibao": True}, (person,)), "p1", "S60")
    assert said.outcome == decide(policies(), Case(ON, {"dibao": True}, (person,)), "p1", "S60").outcome
    ended, early = day > date(2025, 12, 31), day < date(2021, 1, 1)
    assert ("period_ended" in said.flags, "not_yet_in_force" in said.flags) == (ended, early)
