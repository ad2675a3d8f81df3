"""Which conditions of a rule hold of somebody, which do not, which are open, and which of them decide.

The same nodes reduce on the same view as in a decision, so what is shown can never differ from what was decided.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from models.eligibility.case import HOUSEHOLD, View
from models.eligibility.logic import Residual, Variable, occurrences
from models.eligibility.nodes import Choice, Defined, Group, Members, Node, Threshold
from models.eligibility.policies import Policies, Service
from models.eligibility.schema import Sum
from models.eligibility.settling import settle
from models.eligibility.shared import sums

SELF, MEMBER = "self", "member"
"""Of whom a fact is asked: the person the rule is about, anybody in the household; else a relation (schema.RELATIONS),
or the household itself."""


@dataclass(frozen=True)
class Traced:
    """One condition of a rule, for one person. state: True, False, or None where facts are missing.

    decides: the result rests on it; leaving every other condition out would not change the result. met, asked: for
    conditions about several people, how many of them meet it and how many were looked at.
    """

    node: Node
    state: bool | None
    decides: bool
    met: int = 0
    asked: int = 0


def in_order(node: Node) -> Iterator[Node]:
    """The conditions of a rule in the order in which describing.condition_lines tells them."""
    yield node
    for part in node.children():
        yield from in_order(part)


def trace(view: View, node: Node, person: str) -> tuple[Traced, ...]:
    """Every condition of a rule for one person, in the order of in_order().

    Below a condition about several people the one is shown on whom it hangs: the first who meets it, or fails it.
    """
    _settled, matter = settle(view, node.reduce(view, person))
    return tuple(_traced(view, node, person, True, frozenset(matter)))


def _state(view: View, node: Node, person: str) -> bool | None:
    settled, _variables = settle(view, node.reduce(view, person))
    return settled if settled is True or settled is False else None


def _traced(view: View, node: Node, person: str, decides: bool, matter: frozenset[Variable]) -> Iterator[Traced]:
    state = _state(view, node, person)
    if isinstance(node, Members):
        yield from _members(view, node, person, decides, matter)
        return
    yield Traced(node, state, decides)
    states = [_state(view, part, person) for part in node.children()]
    chosen = _deciding(node, state, states) if decides else [False] * len(states)
    for part, own, each in zip(node.children(), states, chosen, strict=True):
        counts = each and (own is not None or _open(part.reduce(view, person), matter))
        yield from _traced(view, part, person, counts, matter)


def _open(residual: Residual, matter: frozenset[Variable]) -> bool:
    """Whether one of the facts that can change the result is missing here."""
    return any(variable in matter for variable, _test in occurrences(residual))


def _deciding(node: Node, state: bool | None, states: list[bool | None]) -> list[bool]:
    """Which of the parts the state of the whole rests on."""
    if state is None:
        return [each is None for each in states]
    if isinstance(node, Defined) or (isinstance(node, Group) and node.kind == "not"):
        return [True]
    if isinstance(node, Group) and node.kind == "all":
        wanted = [True] * len(states) if state else _first(states, False)
    elif isinstance(node, Group) and node.kind == "least":
        wanted = [each is state for each in states]
    else:  # any, an open list
        wanted = _first(states, True) if state else [True] * len(states)
    # Decided although no part is (A or not A): what is open in it decides together.
    return wanted if any(each is state for each in states) or not any(wanted) else [True] * len(states)


def _first(states: list[bool | None], wanted: bool) -> list[bool]:
    """The first of the parts that is so: one is enough. None is: all of them together."""
    if wanted not in states:
        return [True] * len(states)
    place = states.index(wanted)
    return [at == place for at in range(len(states))]


def _members(view: View, node: Members, person: str, decides: bool, matter: frozenset[Variable]) -> Iterator[Traced]:
    people = view.relatives(person, node.who)
    states = [_state(view, node.part, each) for each in people]
    yield Traced(node, _state(view, node, person), decides, sum(each is True for each in states), len(states))
    hinge = not node.every
    shown = next(
        (who for wanted in (hinge, None) for who, state in zip(people, states, strict=True) if state is wanted),
        people[0],
    )
    own = states[people.index(shown)]
    counts = decides and (own is not None or _open(node.part.reduce(view, shown), matter))
    yield from _traced(view, node.part, shown, counts, matter)


def facts_read(policies: Policies, service: Service, on: date) -> tuple[tuple[str, str], ...]:
    """(of whom, fact) of every fact that a service's rule reads on a day, in the order of the text.

    Of whom: SELF, HOUSEHOLD, MEMBER, or the relation of which the rule speaks. What a fact presupposes comes before it.
    """
    found: dict[tuple[str, str], None] = {}

    def add(who: str, name: str) -> None:
        definition = policies.facts[name]
        owner = HOUSEHOLD if definition.level == HOUSEHOLD else who
        if (owner, name) in found:
            return
        for requirement in definition.requires:
            add(who, requirement.fact)
        found[owner, name] = None

    def walk(node: Node, who: str) -> None:
        if isinstance(node, (Choice, Threshold)):
            add(who, node.fact.name)
        below = who
        if isinstance(node, Members):
            below = MEMBER if node.who == HOUSEHOLD else node.who
        for part in node.children():
            walk(part, below)

    for component in service.components:
        rule = component.rule(on)
        for node in (rule.node, *(when for when, _amount in rule.amounts)):
            if node is not None:
                walk(node, SELF)
        for _when, amount in rule.amounts:
            for part in (amount.amount, amount.low, amount.high):
                for each in _facts(part):
                    add(SELF, each)
    return tuple(found)


def params_read(policies: Policies, service: Service) -> tuple[str, ...]:
    """Names of the parameters that any version of a service's rule uses, each before those it is derived from."""
    found: dict[str, None] = {}

    def add(name: str) -> None:
        if name in policies.params and name not in found:
            found[name] = None
            for each in _params(policies.params[name].derived):
                add(each)

    for component in service.components:
        for rule in component.rules:
            for node in (rule.node, *(when for when, _amount in rule.amounts)):
                for part in in_order(node) if node is not None else ():
                    if part.condition.param is not None:
                        add(part.condition.param)
            for _when, amount in rule.amounts:
                for total in (amount.amount, amount.low, amount.high):
                    for each in _params(total):
                        add(each)
    return tuple(found)


def _facts(part: Sum | None) -> list[str]:
    return [each.fact for each in sums(part) if each.fact is not None] if part is not None else []


def _params(part: Sum | None) -> list[str]:
    return [each.param for each in sums(part) if each.param is not None] if part is not None else []
