"""Three-valued logic: what is left of a condition when some facts are unknown, and exactly which of them matter.

A residual is ``True``, ``False`` or a nested tuple over variables that are still open:

* ``("leaf", variable, test)``: one test of one unknown fact. A test is ``("in", frozenset of values)`` for a fact with
  a finite domain, or ``("from", cut, negated)`` for a number or a date: true from the cut upwards (negated: below it).
* ``("all", parts)``, ``("any", parts)``, ``("not", part)``, ``("least", k, parts)``
* ``("switch", ((residual, terminal), ...))``: the terminal of the first branch that holds (amounts).

Kleene's rules alone would keep an unknown that cannot decide (``A or not A``), and name facts that do not matter. So a
residual in which a variable occurs twice is turned into a reduced decision diagram: the condition depends on exactly
the variables that appear in it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Variable = tuple[str, str]
"""(fact, owner): the owner is a person's id, "household", or a relation of whom nobody is recorded yet."""

Residual = Any  # bool or nested tuples; a recursive alias of tuples says less than the table above

_MEMO_LIMIT = 20_000
_essential_memo: dict[tuple[Residual, Any], tuple[Any, tuple[Variable, ...]]] = {}


def conjunction(parts: Iterable[Residual]) -> Residual:
    """Kleene's AND of residuals: one False decides, True falls away."""
    rest = []
    for part in parts:
        if part is False:
            return False
        if part is not True:
            rest.append(part)
    if not rest:
        return True
    return rest[0] if len(rest) == 1 else ("all", tuple(rest))


def disjunction(parts: Iterable[Residual]) -> Residual:
    """Kleene's OR of residuals: one True decides, False falls away."""
    rest = []
    for part in parts:
        if part is True:
            return True
        if part is not False:
            rest.append(part)
    if not rest:
        return False
    return rest[0] if len(rest) == 1 else ("any", tuple(rest))


def negation(part: Residual) -> Residual:
    """Kleene's NOT."""
    if part is True or part is False:
        return not part
    return part[1] if part[0] == "not" else ("not", part)


def at_least(k: int, parts: Iterable[Residual]) -> Residual:
    """At least k of the parts hold."""
    rest = []
    for part in parts:
        if part is True:
            k -= 1
        elif part is not False:
            rest.append(part)
    if k <= 0:
        return True
    if k > len(rest):
        return False
    if k == len(rest):
        return conjunction(rest)
    if k == 1:
        return disjunction(rest)
    return ("least", k, tuple(rest))


def switch(branches: Iterable[tuple[Residual, Any]]) -> Residual:
    """The first branch that holds; the terminal itself once nothing is open before it."""
    rest: list[tuple[Residual, Any]] = []
    for condition, terminal in branches:
        if condition is False:
            continue
        if condition is True:
            if not rest:
                return ("terminal", terminal)
            rest.append((True, terminal))
            break
        rest.append((condition, terminal))
    if not rest:
        return ("terminal", None)
    if rest[-1][0] is not True:
        rest.append((True, None))
    terminals = {terminal for _, terminal in rest}
    if len(terminals) == 1:
        return ("terminal", rest[0][1])
    return ("switch", tuple(rest))


def occurrences(residual: Residual, found: list[tuple[Variable, Any]] | None = None) -> list[tuple[Variable, Any]]:
    """Every leaf of the residual as (variable, test), from left to right."""
    found = [] if found is None else found
    if residual is True or residual is False:
        return found
    kind = residual[0]
    if kind == "leaf":
        found.append((residual[1], residual[2]))
    elif kind == "not":
        occurrences(residual[1], found)
    elif kind == "least":
        for part in residual[2]:
            occurrences(part, found)
    elif kind == "switch":
        for condition, _ in residual[1]:
            occurrences(condition, found)
    elif kind != "terminal":
        for part in residual[1]:
            occurrences(part, found)
    return found


def assign(residual: Residual, variable: Variable, verdicts: Mapping[Any, bool]) -> Residual:
    """The residual once the variable lies in one cell of its domain; verdicts: what each of its tests then gives."""
    if residual is True or residual is False:
        return residual
    kind = residual[0]
    if kind == "leaf":
        return verdicts[residual[2]] if residual[1] == variable else residual
    if kind == "all":
        return conjunction(assign(part, variable, verdicts) for part in residual[1])
    if kind == "any":
        return disjunction(assign(part, variable, verdicts) for part in residual[1])
    if kind == "not":
        return negation(assign(residual[1], variable, verdicts))
    if kind == "least":
        return at_least(residual[1], [assign(part, variable, verdicts) for part in residual[2]])
    if kind == "switch":
        return switch((assign(condition, variable, verdicts), terminal) for condition, terminal in residual[1])
    return residual


def cells(tests: Iterable[Any], domain: frozenset[Any] | None) -> list[dict[Any, bool]]:
    """The classes of values that the tests tell apart, each as {test: verdict}.

    domain: the values still possible of a fact with a finite domain; None for numbers and dates, whose cuts all lie
    inside the interval still possible (a test that does not is decided before it gets here).
    """
    tests = list(dict.fromkeys(tests))
    if domain is not None:
        classes = {tuple(value in test[1] for test in tests) for value in domain}
        return [dict(zip(tests, verdicts, strict=True)) for verdicts in sorted(classes)]
    cuts = sorted({test[1] for test in tests})
    return [{test: (place > cuts.index(test[1])) != test[2] for test in tests} for place in range(len(cuts) + 1)]


def essential(residual: Residual, domains: Mapping[Variable, frozenset[Any]]) -> tuple[Residual, tuple[Variable, ...]]:
    """(the residual, decided if it can be; the variables it truly depends on, in the order of the text).

    domains: the values still possible of each finite variable; a variable not in it is a number or a date.
    A variable is named if and only if some completion of the others exists in which its value changes the result.
    """
    if residual is True or residual is False or residual[0] == "terminal":
        return residual, ()
    leaves = occurrences(residual)
    order = list(dict.fromkeys(variable for variable, _ in leaves))
    if len(order) == len(leaves) and residual[0] != "switch":
        return residual, tuple(order)  # read once: every leaf can decide
    key = (residual, tuple(domains.get(variable) for variable in order))
    known = _essential_memo.get(key)
    if known is None:
        known = _diagram(residual, order, leaves, domains)
        if len(_essential_memo) >= _MEMO_LIMIT:
            _essential_memo.clear()
        _essential_memo[key] = known
    return known


def _diagram(
    residual: Residual,
    order: list[Variable],
    leaves: list[tuple[Variable, Any]],
    domains: Mapping[Variable, frozenset[Any]],
) -> tuple[Any, tuple[Variable, ...]]:
    """Build the reduced ordered diagram by expanding one variable after the other; equal children fall together."""
    by_variable = [cells((test for v, test in leaves if v == variable), domains.get(variable)) for variable in order]
    nodes: dict[Any, int] = {}
    memo: dict[tuple[Residual, int], int] = {}

    def node(content: Any) -> int:
        return nodes.setdefault(content, len(nodes))

    def expand(rest: Residual, level: int) -> int:
        if rest is True or rest is False:
            return node(rest)
        if rest[0] == "terminal":
            return node(rest)
        found = memo.get((rest, level))
        if found is None:
            present = {variable for variable, _ in occurrences(rest)}
            at = level
            while order[at] not in present:
                at += 1
            children = tuple(expand(assign(rest, order[at], verdicts), at + 1) for verdicts in by_variable[at])
            found = children[0] if len(set(children)) == 1 else node((at, children))
            memo[rest, level] = found
        return found

    root = expand(residual, 0)
    for content, number in nodes.items():
        if number == root and not (isinstance(content, tuple) and isinstance(content[0], int)):
            return content, ()
    reached = _reached(root, nodes)
    return residual, tuple(order[at] for at in sorted(reached))


def _reached(root: int, nodes: dict[Any, int]) -> set[int]:
    """The levels of the nodes that can be reached from the root."""
    contents = {number: content for content, number in nodes.items()}
    levels: set[int] = set()
    seen: set[int] = set()
    todo = [root]
    while todo:
        number = todo.pop()
        if number in seen:
            continue
        seen.add(number)
        content = contents[number]
        if isinstance(content, tuple) and isinstance(content[0], int) and not isinstance(content[0], bool):
            levels.add(content[0])
            todo.extend(content[1])
    return levels


def probability(residual: Residual, chances: Mapping[tuple[Variable, Any], float]) -> float:
    """Roughly how likely the residual is to come true, its leaves taken as independent; used to order questions."""
    if residual is True or residual is False:
        return float(residual)
    kind = residual[0]
    if kind == "leaf":
        return chances.get((residual[1], residual[2]), 0.5)
    if kind == "not":
        return 1 - probability(residual[1], chances)
    if kind == "all":
        product = 1.0
        for part in residual[1]:
            product *= probability(part, chances)
        return product
    if kind == "any":
        product = 1.0
        for part in residual[1]:
            product *= 1 - probability(part, chances)
        return 1 - product
    if kind == "least":
        return sum(probability(part, chances) for part in residual[2]) / len(residual[2])
    return 0.0
