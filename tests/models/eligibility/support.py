"""What the tests of eligibility share: the shipped packs, an own scorer, a brute force that completes facts."""

import itertools
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from models.eligibility import Case, Person, Policies, load_policies
from models.eligibility.case import minus_years
from models.eligibility.nodes import Choice, Node, Threshold

DATA = Path(__file__).parent / "data"
ON = date(2026, 5, 20)
APPLICANT = "p1"
RELATED = {
    "parent": ("p2", "father"),
    "father": ("p2", "father"),
    "mother": ("p5", "mother"),
    "child": ("p3", "child"),
    "spouse": ("p4", "spouse"),
}


@cache
def policies() -> Policies:
    return load_policies()


def example_cases() -> list[dict[str, Any]]:
    return json.loads((DATA / "example-cases.json").read_text(encoding="utf-8"))["cases"]


def misses(case: dict[str, Any], answer: dict[str, Any], texts: dict[str, str]) -> list[str]:
    """An own reading of the scoring rules: outcome, the facts asked, the amount, quotations word for word."""
    expected, found = case["expected"], []
    if answer["outcome"] != expected["outcome"]:
        found.append("outcome")
    asked = {part["fact"] for part in answer["missing"]}
    if expected["outcome"] == "unknown":
        found += ["not asked"] if not set(expected["missing_facts"]) <= asked else []
        found += ["asked in vain"] if (set(case["must_not_ask"]) - set(expected["missing_facts"])) & asked else []
        for fact, who in expected["missing_where"].items():
            found += [] if {"fact": fact, "of": who} in answer["missing"] else ["asked of somebody else"]
    elif asked:
        found.append("asked although decided")
    if expected["outcome"] == "eligible" and expected["amount"] is not None:
        found += _amount_misses(expected["amount"], answer["amount"])
    if expected["outcome"] == "eligible":
        unsaid = set(expected["amount_missing_facts"]) - {part["fact"] for part in answer["amount_missing"]}
        found += ["amount facts"] if unsaid else []
    if not answer["because"]:
        found.append("cites nothing")
    found += ["misquoted" for cited in answer["because"] if cited["quote"] not in texts[cited["file"]]]
    return found


def _amount_misses(expected: dict[str, Any], given: dict[str, Any] | None) -> list[str]:
    if expected.get("scored") is False or expected["kind"] in ("rate", "contribution"):
        return []
    if given is None:
        return ["no amount"]
    wanted = [key for key in ("number", "number_min", "number_max") if key in expected]
    same = all(given.get(key) is not None and Decimal(str(given[key])) == Decimal(str(expected[key])) for key in wanted)
    return [] if same else ["amount"]


def components() -> list[tuple[str, str | None]]:
    """Every (service, component) that a person's facts decide."""
    return [
        (service.id, part.name)
        for service in policies().services.values()
        for part in service.components
        if part.subject != "organisation" and part.rules[-1].node is not None
    ]


def root(service: str, component: str | None) -> Node:
    part = policies().services[service].component(component)
    assert part is not None
    node = part.rule(ON).node
    assert node is not None
    return node


def leaves(node: Node, who: str = "self") -> Iterator[tuple[str, Choice | Threshold]]:
    """(whose, leaf) of every leaf of a tree, the presupposed ones among them."""
    if isinstance(node, (Choice, Threshold)):
        yield who, node
        if node.presupposed is not None:
            yield from leaves(node.presupposed, who)
    relation = getattr(node, "who", None) or who
    for child in node.children():
        yield from leaves(child, relation)


def values_for(leaf_list: list[Choice | Threshold]) -> list[Any]:
    """Values of one fact that stand for every way the leaves can turn out."""
    fact = leaf_list[0].fact
    if fact.type == "bool":
        return [True, False]
    if fact.domain and fact.type != "date":
        return list(fact.domain)
    cuts = sorted({leaf.cut_at(ON)[0] for leaf in leaf_list if isinstance(leaf, Threshold)})
    if fact.type == "date":
        return [cuts[0] - timedelta(days=1), *cuts, *(cut + timedelta(days=1) for cut in cuts)]
    if fact.type == "int":
        return sorted({int(cut) + by for cut in cuts for by in (-1, 0, 1) if cut + by >= 0})
    step = Decimal("0.01")
    return [value for cut in cuts for value in (cut - step, cut, cut + step) if value >= 0]


def variables(service: str, component: str | None) -> dict[tuple[str, str], list[Any]]:
    """{(fact, owner): values that stand for all} of every fact the tree reads."""
    found: dict[tuple[str, str], list[Choice | Threshold]] = {}
    for who, leaf in leaves(root(service, component)):
        found.setdefault((leaf.fact.name, owner_of(who, leaf)), []).append(leaf)
    return {key: values_for(group) for key, group in found.items()}


def owner_of(who: str, leaf: Choice | Threshold) -> str:
    return "household" if leaf.fact.level == "household" else RELATED.get(who, (APPLICANT, ""))[0]


def case_of(known: dict[tuple[str, str], Any], service: str = "S50", on: date = ON) -> Case:
    """A case in which exactly these facts are known; the relatives that the service's rules speak of are all there."""
    parts = policies().services[service].components
    nodes = [node for part in parts if (node := part.rule(ON).node) is not None]
    spoken_of = {who for node in nodes for who, _ in leaves(node)}
    role = "deceased" if parts[0].subject == "deceased" else "applicant"
    people = [Person(APPLICANT, _facts(known, APPLICANT), role)]
    for person, relation in dict.fromkeys(RELATED[who] for who in RELATED if who in spoken_of):
        people.append(Person(person, {**_facts(known, person), "counts_in_household": False}, relation))
    return Case(on, _facts(known, "household"), tuple(people))


def _facts(known: dict[tuple[str, str], Any], owner: str) -> dict[str, Any]:
    return {fact: value for (fact, of), value in known.items() if of == owner and value is not None}


def consistent(known: dict[tuple[str, str], Any]) -> bool:
    """No known fact contradicts what the dictionary says it presupposes."""
    return all(fits(key, known) for key in known)


def fits(key: tuple[str, str], known: dict[tuple[str, str], Any]) -> bool:
    """This fact does not contradict what the dictionary says it presupposes."""
    (fact, owner), value = key, known[key]
    if value is None:
        return True
    for requirement in policies().facts[fact].requires:
        parent = policies().facts[requirement.fact]
        other = known.get((parent.name, "household" if parent.level == "household" else owner))
        if other is None or requirement.value not in ("any", value):
            continue
        if requirement.age_from is not None:
            if other > minus_years(ON, requirement.age_from):
                return False
        elif other not in (requirement.in_ or ()):
            return False
    return True


def completions(
    known: dict[tuple[str, str], Any], open_facts: dict[tuple[str, str], list[Any]]
) -> Iterator[dict[tuple[str, str], Any]]:
    """Every consistent way to fill in the unknown facts; a fact without meaning stays away."""
    names = list(open_facts)
    for values in itertools.product(*(open_facts[name] for name in names)):
        full = {**known, **dict(zip(names, values, strict=True))}
        for name in names:
            if dependent(name) and not fits(name, full):
                full[name] = None
        if consistent(full):
            yield full


def dependent(name: tuple[str, str]) -> bool:
    """Has the fact no meaning at all where something else fails?"""
    return any(requirement.value == "any" for requirement in policies().facts[name[0]].requires)


def sample(seed: int, service: str, component: str | None, unknown: int) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """(known facts, unknown facts with their values) of a seeded random case of a service."""
    rng = random.Random(f"{seed}-{service}-{component}")
    every = variables(service, component)
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


def matters(
    place: int, name: tuple[str, str], opened: list[tuple[str, str]], outcomes: dict[tuple[Any, ...], str]
) -> bool:
    """Is there a completion of the others in which this fact changes the outcomes (whatever depends on it included)?"""
    facts = policies().facts
    hangs_on_it = [
        other
        for other, (fact, owner) in enumerate(opened)
        if owner == name[1] and any(r.fact == name[0] and r.value == "any" for r in facts[fact].requires)
    ]
    groups: dict[tuple, dict[object, set[str]]] = {}
    for key, outcome in outcomes.items():
        others = tuple(value for at, value in enumerate(key) if at != place and at not in hangs_on_it)
        groups.setdefault(others, {}).setdefault(key[place], set()).add(outcome)
    return any(len({frozenset(seen) for seen in by_value.values()}) > 1 for by_value in groups.values())
