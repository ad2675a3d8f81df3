"""Which question to ask next: the one that may be expected to find the most new entitlements.

Every open result has *ways* to come true: sets of tests of unknown facts that must all hold. A way's chance is the
product of the chances of its tests (asking.py); its weight is one for every result that comes true by it, a little
more where the text gives a sum. A question (one fact, a group of facts, or one fact of several members: prompts.py) is
worth, of every way that it touches, chance times weight over the square of the questions that the way may be expected
to take when it is asked first: one, and those that follow only if the answer is the wanted one. So a question that
decides much at once, and a rare condition that opens or closes many services, both come early.

Never asked: what only an office can say, what is marked never or sensitive, what cannot change any result, what was
answered with "not known" or refused, and facts of people who are not registered.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from models.eligibility.asking import Asking, Chances, Tests, load_asking
from models.eligibility.case import HOUSEHOLD, Case, View
from models.eligibility.deciding import decide_in
from models.eligibility.determination import Determination
from models.eligibility.logic import Residual, Variable, conjunction, disjunction, negation
from models.eligibility.nodes import AGENCY, INCOME
from models.eligibility.policies import Policies
from models.eligibility.prompts import Prompt, Prompts, Question, candidates, question_of

_SETTLED = ("not_known", "refused")
INCOME_OF_ONE = "income_month"
_MOST_WAYS = 24  # ways of one result that are looked at, the shortest first
_SUM = 1.3  # the weight of a result for which the text gives a sum
_OFFICE = 0.3  # of a result that an office must then still confirm
_NEGLIGIBLE = 0.0005
_MEMO_LIMIT = 20_000

Key = tuple[str, str | None, str | None]
"""Of a determination: service, component, person."""

_Way = tuple[tuple[Variable, Tests], ...]  # each unknown fact with its tests and what they must give
_ways_memo: dict[Residual, tuple[_Way, ...]] = {}


@dataclass(frozen=True)
class Screened:
    """A household decided: every determination, what to ask next, and how likely each open result comes true.

    questions: single facts, best first. prompts: the same with groups and members together, best first. likelihood: of
    open determinations by (service, component, person), from 0 to 1: an estimate that orders what is shown, and decides
    nothing.
    """

    determinations: list[Determination]
    questions: list[Question]
    prompts: Prompts
    likelihood: Mapping[Key, float] = field(default_factory=dict)


def next_questions(
    policies: Policies, case: Case, determinations: Iterable[Determination], limit: int = 5
) -> list[Question]:
    """The most useful single facts to ask, best first, at most limit of them."""
    order = _Order(policies, load_asking(), View(policies.facts, case, sensitive=False), determinations)
    return order.questions(limit)


def next_prompts(
    policies: Policies,
    case: Case,
    determinations: Iterable[Determination],
    limit: int = 5,
    *,
    grouped: bool = True,
    asking: Asking | None = None,
) -> list[Prompt]:
    """The most useful questions as they are put, best first, at most limit of them; they may overlap.

    grouped: False leaves single facts only. asking: chances and groups to go by, else the shipped ones.
    """
    order = _Order(policies, asking or load_asking(), View(policies.facts, case, sensitive=False), determinations)
    return order.prompts(grouped=grouped).first(limit)


def screen(policies: Policies, case: Case, limit: int = 5) -> Screened:
    """decide_all() with what to ask next, which asks every rule only once."""
    view = View(policies.facts, case, sensitive=False)
    determinations = decide_in(policies, view)
    order = _Order(policies, load_asking(), view, determinations)
    questions, prompts = order.both(limit)
    return Screened(determinations, questions, prompts, order.likelihood)


@dataclass(frozen=True)
class _Path:
    """A way that can be gone by asking: its worth, and the facts to ask with the chance that each is as wanted."""

    value: float
    chances: Mapping[Variable, float]


class _Alike:
    """Open results that hang on the very same tests: who they are, their weight, and what decides them."""

    __slots__ = ("keys", "own", "weight")

    def __init__(self, own: frozenset[Variable] | None) -> None:
        self.weight = 0.0
        self.keys: list[Key] = []
        self.own = own  # None: every fact of the tests; else the others only tell whether it is received already


class _Order:
    """The ways of all open determinations of one view, and what every question is worth on them."""

    def __init__(self, policies: Policies, asking: Asking, view: View, determinations: Iterable[Determination]) -> None:
        view = view.open_to_all()
        self._policies, self._asking, self._view = policies, asking, view
        self._chances = Chances(asking, view)
        self._states: dict[Variable, str] = {}
        self._weights: dict[tuple[str, str | None], float] = {}
        self.open: dict[Variable, int] = {}
        """The facts that may be asked and can change a result, with how many results they can change."""
        self.likelihood: dict[Key, float] = {}
        states, opened = self._states, self.open
        found: dict[Residual, _Alike] = {}
        for said in determinations:
            if said.outcome != "unknown" or "received" in said.flags:
                continue
            for part in said.missing:
                variable = (part.fact, part.of)
                if not part.alternative and (states.get(variable) or self._state(variable)) == "ask":
                    opened[variable] = opened.get(variable, 0) + 1
            key = (said.service_id, said.component, said.person_id)
            residual = view.residuals.get(key)
            if residual is None:
                residual = _residual(policies, view, said)
            own = None
            if policies.services[said.service_id].already is not None:
                residual = _not_yet(policies, view, said, residual)
                if residual is False:
                    continue
                own = frozenset((part.fact, part.of) for part in said.missing)
            alike = found.get(residual)
            if alike is None:
                alike = found[residual] = _Alike(own)
            alike.weight += self._weight(said)
            alike.keys.append(key)
        self._paths = list(self._all_paths(found))

    def _weight(self, said: Determination) -> float:
        key = (said.service_id, said.component)
        found = self._weights.get(key)
        if found is None:
            service = self._policies.services[said.service_id]
            component = service.component(said.component) or service.components[0]
            pays = any(not amount.none for _, amount in component.rule(said.on).amounts)
            found = self._weights[key] = _SUM if pays else 1.0
        return found

    def _state(self, variable: Variable) -> str:
        """ask, office (only an office can say) or silent (never asked, or asked in vain)."""
        found = self._states.get(variable)
        if found is None:
            found = self._states[variable] = self._state_of(*variable)
        return found

    def _state_of(self, fact: str, owner: str) -> str:
        if fact.startswith(AGENCY):
            return "office"
        definition = self._policies.facts[fact]
        if definition.sensitive or definition.ask == "never":
            return "silent"
        if definition.ask == "agency":
            return "office"
        known = owner == HOUSEHOLD or owner in self._view.people
        settled = self._view.case.states.get((owner, fact)) in _SETTLED or self._chances.certain((fact, owner))
        return "ask" if known and not settled else "silent"

    def _all_paths(self, found: Mapping[Residual, _Alike]) -> Iterable[_Path]:
        """The ways that asking can go, equal ones put together; on the way the likelihood of every open result."""
        together: dict[tuple[tuple[Variable, float], ...], float] = defaultdict(float)
        read: dict[Any, tuple[str, float, tuple[tuple[Variable, float], ...]]] = {}
        for residual, alike in found.items():
            fails, own_facts = 1.0, alike.own
            for way in ways(residual):
                chance, office, silent = 1.0, False, False
                asked: tuple[tuple[Variable, float], ...] = ()
                for part in way:
                    state, own, asks = read.get(part) or read.setdefault(part, self._read(*part))
                    chance *= own
                    if asks:
                        if own_facts is None or part[0] in own_facts or part[0] not in self.open:
                            asked += asks
                    elif state != "ask":
                        office, silent = office or state == "office", silent or state == "silent"
                fails *= 1 - chance
                if asked and not silent:
                    value = chance * alike.weight * (_OFFICE if office else 1.0)
                    if value > _NEGLIGIBLE:
                        together[asked] += value
            for key in alike.keys:
                self.likelihood[key] = 1 - fails
        return (_Path(value, dict(asked)) for asked, value in together.items())

    def _read(self, variable: Variable, tests: Tests) -> tuple[str, float, tuple[tuple[Variable, float], ...]]:
        """Whether the fact may be asked, the chance that it is as wanted (an office's word may go either way), and what
        is asked with its chances.
        """
        known = variable[0] in self._policies.facts
        state, chance = self._state(variable), self._chances.of(variable, tests) if known else 0.5
        if variable in self.open:
            return state, chance, ((variable, chance),)
        if state != "ask" or variable[0] != INCOME:
            return state, chance, ()
        silent = self._view.silent_earners()  # it is asked of those whose income is not known
        return state, chance, tuple(((INCOME_OF_ONE, person), chance ** (1 / len(silent))) for person in silent)

    def questions(self, limit: int) -> list[Question]:
        """Single facts, the most useful first."""
        worth = self._worths([(variable,) for variable in self.open])
        return self._singles(worth, limit)

    def _singles(self, worth: Mapping[tuple[Variable, ...], float], limit: int) -> list[Question]:
        order = sorted((asks for asks in worth if len(asks) == 1), key=lambda asks: (-worth[asks], asks))
        return [question_of(self._policies.facts[fact], of) for ((fact, of),) in order[:limit]]

    def prompts(self, *, grouped: bool = True) -> Prompts:
        """Questions as they are put, the most useful first."""
        return self.both(0, grouped=grouped)[1]

    def both(self, limit: int, *, grouped: bool = True) -> tuple[list[Question], Prompts]:
        """So many single facts, and every question as it is put, the most useful first."""
        found = candidates(self._policies, self._asking, self._view, self.open, grouped=grouped)
        worth = self._worths(found)
        order = sorted(found, key=lambda asks: (-worth[asks], len(asks), asks))
        put = Prompts(self._policies, self._asking, self._view, {asks: found[asks] for asks in order}, self.open)
        return self._singles(worth, limit), put

    def _worths(self, cards: Iterable[tuple[Variable, ...]]) -> dict[tuple[Variable, ...], float]:
        """What each question (the facts it asks) is worth."""
        several = list(cards)
        worth = [0.0] * len(several)
        asked_by: dict[Variable, list[int]] = defaultdict(list)
        for place, card in enumerate(several):
            for variable in card:
                asked_by[variable].append(place)
        for path in self._paths:
            whole = len(path.chances)
            passes: dict[int, float] = {}  # the chance that all answers to a card are the wanted ones
            covered: dict[int, int] = {}
            for variable, chance in path.chances.items():
                for place in asked_by[variable]:
                    passes[place] = passes.get(place, 1.0) * chance
                    covered[place] = covered.get(place, 0) + 1
            for place, passed in passes.items():
                worth[place] += path.value / (1 + passed * (whole - covered[place])) ** 2
        return dict(zip(several, worth, strict=True))


def ways(residual: Residual) -> tuple[_Way, ...]:
    """The sets of tests that must hold for the residual to come true, at most 24, the shortest first."""
    found = _ways_memo.get(residual)
    if found is None:
        if len(_ways_memo) >= _MEMO_LIMIT:
            _ways_memo.clear()
        if residual[0] == "leaf":
            found = (_of_one(residual),)
        elif residual[0] == "any" and all(part[0] == "leaf" for part in residual[1]):
            found = tuple(_of_one(part) for part in residual[1][:_MOST_WAYS])
        else:
            found = tuple(_by_variable(way) for way in _raw_ways(residual, True))
        _ways_memo[residual] = found
    return found


def _of_one(leaf: Residual) -> _Way:
    return ((leaf[1], ((leaf[2], True),)),)


def _by_variable(way: Sequence[tuple[Variable, Any, bool]]) -> _Way:
    if len({variable for variable, _, _ in way}) == len(way):
        return tuple((variable, ((test, want),)) for variable, test, want in way)
    grouped: dict[Variable, list[tuple[Any, bool]]] = {}
    for variable, test, want in way:
        grouped.setdefault(variable, []).append((test, want))
    return tuple((variable, tuple(tests)) for variable, tests in grouped.items())


def _raw_ways(residual: Residual, want: bool) -> list[tuple[tuple[Variable, Any, bool], ...]]:
    if residual is True or residual is False:
        return [()] if residual is want else []
    kind = residual[0]
    if kind == "leaf":
        return [((residual[1], residual[2], want),)]
    if kind == "not":
        return _raw_ways(residual[1], not want)
    if kind == "least":
        k = residual[1] if want else len(residual[2]) - residual[1] + 1
        several = (_together([_raw_ways(part, want) for part in chosen]) for chosen in combinations(residual[2], k))
        return _shortest([way for each in several for way in each])
    parts = [_raw_ways(part, want) for part in residual[1]]
    if (kind == "all") is want:
        return _together(parts)
    return _shortest([way for part in parts for way in part])


def _together(
    parts: Sequence[Sequence[tuple[tuple[Variable, Any, bool], ...]]],
) -> list[tuple[tuple[Variable, Any, bool], ...]]:
    """One way of every part at once."""
    found: list[tuple[tuple[Variable, Any, bool], ...]] = [()]
    for part in parts:
        found = _shortest([(*one, *other) for one in found for other in part])
    return found


def _shortest(
    found: list[tuple[tuple[Variable, Any, bool], ...]],
) -> list[tuple[tuple[Variable, Any, bool], ...]]:
    return found if len(found) <= _MOST_WAYS else sorted(dict.fromkeys(found), key=len)[:_MOST_WAYS]


def _not_yet(policies: Policies, view: View, said: Determination, residual: Residual) -> Residual:
    """Due and not received already, as far as facts tell that it is."""
    already = policies.services[said.service_id].already
    assert already is not None
    person = said.person_id or (view.counted() or ("",))[0]
    return conjunction((residual, negation(already.reduce(view, person))))


def _residual(policies: Policies, view: View, said: Determination) -> Residual:
    """What is open of a determination that was made on another view."""
    service = policies.services[said.service_id]
    person = said.person_id or (view.counted() or ("",))[0]
    parts = [part for part in service.components if said.component in (None, part.name)]
    nodes = [part.rule(said.on).node for part in parts if part.subject != "organisation"]
    return disjunction(node.reduce(view, person) for node in nodes if node is not None)
