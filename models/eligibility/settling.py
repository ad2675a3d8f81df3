"""Settling a residual of a case: decided or not, and exactly on which unknown facts it still hangs."""

from collections.abc import Iterable, Mapping
from typing import Any

from models.eligibility.case import View
from models.eligibility.logic import (
    Residual,
    Variable,
    assign,
    cells,
    conjunction,
    disjunction,
    essential,
    negation,
    occurrences,
)

_MEMO_LIMIT = 20_000
_memo: dict[Any, tuple[Residual, tuple[Variable, ...]]] = {}


def finite_domains(view: View, residual: Residual) -> Mapping[Variable, frozenset[Any]]:
    """The values still possible of every variable of a residual that has a finite domain."""
    domains: dict[Variable, frozenset[Any]] = {}
    for (fact, owner), test in occurrences(residual):
        if test[0] == "in" and (fact, owner) not in domains:
            possible = view.possible(fact, owner) if fact in view.facts else frozenset((True, False))
            domains[fact, owner] = possible or frozenset()
    return domains


def settle(view: View, residual: Residual) -> tuple[Residual, tuple[Variable, ...]]:
    """(True or False where it is decided, else the residual; the variables whose value can change the result).

    Two open facts of which one presupposes the other (a disability certificate presupposes a disability) do not vary
    freely: a variable counts only if it changes the result between two states of affairs that can both be.
    """
    if residual is True or residual is False:
        return residual, ()
    leaves = occurrences(residual)
    variables = tuple(variable for variable, _ in leaves)
    if len(leaves) == 1 or (len(set(variables)) == len(leaves) and not _linked(view, variables)):
        return residual, variables  # each is read once and varies freely: each can decide
    domains = finite_domains(view, residual)
    valid = _valid(view, residual, domains)
    if valid is True:
        return essential(residual, domains)
    key = (residual, valid, tuple(sorted(domains.items(), key=lambda item: item[0])))
    if key not in _memo:
        if len(_memo) >= _MEMO_LIMIT:
            _memo.clear()
        _memo[key] = _constrained(residual, valid, domains)
    return _memo[key]


def _linked(view: View, variables: Iterable[Variable]) -> bool:
    """May a value of one of the facts presuppose another one of them?"""
    names = {fact for fact, _ in variables}
    found = (view.facts[fact].linked for fact, _ in variables if fact in view.facts)
    return any(needed in names for linked in found for needed in linked)


def _valid(view: View, residual: Residual, domains: Mapping[Variable, frozenset[Any]]) -> Residual:
    """What must hold between the open facts of the residual."""
    implications = []
    for (fact, owner), possible in domains.items():
        definition = view.facts.get(fact)
        for requirement in definition.requires if definition else ():
            if requirement.value == "any" or requirement.in_ is None or requirement.value not in possible:
                continue
            parent = (requirement.fact, view.owner(requirement.fact, owner))
            if parent in domains:
                has = ("leaf", (fact, owner), ("in", frozenset((requirement.value,))))
                implications.append(disjunction((negation(has), ("leaf", parent, ("in", frozenset(requirement.in_))))))
    return conjunction(implications)


def _constrained(
    residual: Residual, valid: Residual, domains: Mapping[Variable, frozenset[Any]]
) -> tuple[Residual, tuple[Variable, ...]]:
    if _impossible(conjunction((valid, residual)), domains):
        return False, ()
    if _impossible(conjunction((valid, negation(residual))), domains):
        return True, ()
    leaves = [*occurrences(residual), *occurrences(valid)]
    order = dict.fromkeys(variable for variable, _ in occurrences(residual))
    return residual, tuple(v for v in order if _changes(residual, valid, v, leaves, domains))


def _changes(
    residual: Residual,
    valid: Residual,
    variable: Variable,
    leaves: list[tuple[Variable, Any]],
    domains: Mapping[Variable, frozenset[Any]],
) -> bool:
    """Is there one state of the other facts in which two values of the variable are possible and differ in result?"""
    ways = cells((test for v, test in leaves if v == variable), domains.get(variable))
    for place, one in enumerate(ways):
        for other in ways[place + 1 :]:
            here, there = assign(residual, variable, one), assign(residual, variable, other)
            differ = disjunction((conjunction((here, negation(there))), conjunction((negation(here), there))))
            both = conjunction((assign(valid, variable, one), assign(valid, variable, other), differ))
            if not _impossible(both, domains):
                return True
    return False


def _impossible(residual: Residual, domains: Mapping[Variable, frozenset[Any]]) -> bool:
    return essential(residual, domains)[0] is False
