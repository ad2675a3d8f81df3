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
from models.eligibility.logic import Residual, Variable, disjunction
from models.eligibility.nodes import AGENCY
from models.eligibility.policies import Policies
from models.eligibility.prompts import Prompt, Question, candidates, prompt_of, question_of

_SETTLED = ("not_known", "refused")
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

    questions: single facts, best first. prompts: the same with groups and members together, best first; they overlap,
    see prompts.distinct(). likelihood: of open determinations by (service, component, person), from 0 to 1: an estimate
    that orders what is shown, and decides nothing.
    """

    determinations: list[Determination]
    questions: list[Question]
    prompts: list[Prompt]
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
    return order.prompts(limit, grouped=grouped)


def screen(policies: Policies, case: Case, limit: int = 5, prompts: int = 40) -> Screened:
    """decide_all() with what to ask next, which asks every rule only once."""
    view = View(policies.facts, case, sensitive=False)
    determinations = decide_in(policies, view)
    order = _Order(policies, load_asking(), view, determinations)
    questions, put = order.both(limit, prompts)
    return Screened(determinations, questions, put, order.likelihood)


@dataclass(frozen=True)
class _Path:
    """A way that can be gone by asking: its worth, and the facts to ask with the chance that each is as wanted."""

    value: float
    chances: Mapping[Variable, float]


class _Order:
    """The ways of all open determinations of one view, and what every question is worth on them."""

    def __init__(self, policies: Policies, asking: Asking, view: View, determinations: Iterable[Determination]) -> None:
        self._policies, self._asking, self._view = policies, asking, view
        self._chances = Chances(asking, view)
        self._states: dict[Variable, str] = {}
        self._weights: dict[tuple[str, str | None], float] = {}
        self.open: dict[Variable, int] = defaultdict(int)
        """The facts that may be asked and can change a result, with how many results they can change."""
        self.likelihood: dict[Key, float] = {}
        weights: dict[Residual, float] = defaultdict(float)
        keys: dict[Residual, list[Key]] = defaultdict(list)
        for said in determinations:
            if said.outcome != "unknown" or "received" in said.flags:
                continue
            for part in said.missing:
                if not part.alternative and self._state((part.fact, part.of)) == "ask":
                    self.open[part.fact, part.of] += 1
            residual = view.residuals.get((said.service_id, said.component, said.person_id))
            if residual is None:
                residual = _residual(policies, view, said)
            part_of = (said.service_id, said.component)
            if part_of not in self._weights:
                self._weights[part_of] = self._weight(said)
            weights[residual] += self._weights[part_of]
            keys[residual].append((*part_of, said.person_id))
        self._paths = list(self._all_paths(weights, keys))

    def _weight(self, said: Determination) -> float:
        service = self._policies.services[said.service_id]
        component = service.component(said.component) or service.components[0]
        return _SUM if any(not amount.none for _, amount in component.rule(said.on).amounts) else 1.0

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

    def _all_paths(self, weights: Mapping[Residual, float], keys: Mapping[Residual, list[Key]]) -> Iterable[_Path]:
        """The ways that asking can go, equal ones put together; on the way the likelihood of every open result."""
        together: dict[tuple[tuple[Variable, float], ...], float] = defaultdict(float)
        facts = self._policies.facts  # what is not among them is an office's word
        for residual, weight in weights.items():
            fails = 1.0
            for way in ways(residual):
                chance, asked, office, silent = 1.0, [], False, False
                for variable, tests in way:
                    state = self._state(variable)
                    own = 0.5 if variable[0] not in facts else self._chances.of(variable, tests)
                    chance *= own
                    if state == "ask":
                        asked.append((variable, own))
                    else:
                        office, silent = office or state == "office", silent or state == "silent"
                fails *= 1 - chance
                if asked and not silent and all(variable in self.open for variable, _ in asked):
                    value = chance * weight * (_OFFICE if office else 1.0)
                    if value > _NEGLIGIBLE:
                        together[tuple(asked)] += value
            for key in keys[residual]:
                self.likelihood[key] = 1 - fails
        return (_Path(value, dict(asked)) for asked, value in together.items())

    def questions(self, limit: int) -> list[Question]:
        """Single facts, the most useful first."""
        worth = self._worths([(variable,) for variable in self.open])
        return self._singles(worth, limit)

    def _singles(self, worth: Mapping[tuple[Variable, ...], float], limit: int) -> list[Question]:
        order = sorted((asks for asks in worth if len(asks) == 1), key=lambda asks: (-worth[asks], asks))
        return [question_of(self._policies.facts[fact], of) for ((fact, of),) in order[:limit]]

    def prompts(self, limit: int, *, grouped: bool = True) -> list[Prompt]:
        """Questions as they are put, the most useful first."""
        return self.both(0, limit, grouped=grouped)[1]

    def both(self, limit: int, prompts: int, *, grouped: bool = True) -> tuple[list[Question], list[Prompt]]:
        """So many single facts and so many questions as they are put, the most useful first."""
        policies, asking, view = self._policies, self._asking, self._view
        found = candidates(policies, asking, view, self.open, grouped=grouped)
        worth = self._worths(found)
        order = sorted(found, key=lambda asks: (-worth[asks], len(asks), asks))[:prompts]
        put = [prompt_of(policies, asking, view, found[asks], asks, self.open) for asks in order]
        return self._singles(worth, limit), put

    def _worths(self, cards: Iterable[tuple[Variable, ...]]) -> dict[tuple[Variable, ...], float]:
        """What each question (the facts it asks) is worth."""
        worth = dict.fromkeys(cards, 0.0)
        asked_by: dict[Variable, list[tuple[Variable, ...]]] = defaultdict(list)
        for card in worth:
            for variable in card:
                asked_by[variable].append(card)
        for path in self._paths:
            whole = len(path.chances)
            touched = {card for variable in path.chances for card in asked_by[variable]}
            for card in touched:
                passes, covered = 1.0, 0
                for variable, chance in path.chances.items():
                    if variable in card:
                        passes *= chance
                        covered += 1
                worth[card] += path.value / (1 + passes * (whole - covered)) ** 2
        return worth


def ways(residual: Residual) -> tuple[_Way, ...]:
    """The sets of tests that must hold for the residual to come true, at most 24, the shortest first."""
    found = _ways_memo.get(residual)
    if found is None:
        if len(_ways_memo) >= _MEMO_LIMIT:
            _ways_memo.clear()
        if residual[0] == "leaf":
            found = (((residual[1], ((residual[2], True),)),),)
        else:
            found = tuple(_by_variable(way) for way in _raw_ways(residual, True))
        _ways_memo[residual] = found
    return found


def _by_variable(way: Sequence[tuple[Variable, Any, bool]]) -> _Way:
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
        found = _shortest([tuple(dict.fromkeys((*one, *other))) for one in found for other in part])
    return found


def _shortest(
    found: list[tuple[tuple[Variable, Any, bool], ...]],
) -> list[tuple[tuple[Variable, Any, bool], ...]]:
    return found if len(found) <= _MOST_WAYS else sorted(dict.fromkeys(found), key=len)[:_MOST_WAYS]


def _residual(policies: Policies, view: View, said: Determination) -> Residual:
    """What is open of a determination that was made on another view."""
    service = policies.services[said.service_id]
    person = said.person_id or (view.counted() or ("",))[0]
    parts = [part for part in service.components if said.component in (None, part.name)]
    nodes = [part.rule(said.on).node for part in parts if part.subject != "organisation"]
    return disjunction(node.reduce(view, person) for node in nodes if node is not None)
