"""Which question to ask next: the one that may be expected to find the most new entitlements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models.eligibility.case import Case, View
from models.eligibility.deciding import decide_in
from models.eligibility.determination import Determination, Missing
from models.eligibility.logic import Residual, Variable, disjunction, occurrences, probability
from models.eligibility.policies import Policies
from models.eligibility.schema import FactDefinition, Value

_SETTLED = ("not_known", "refused")
_CUT_CHANCE = 0.4  # that a date or a number lies on the wanted side of a cut; used to order questions


@dataclass(frozen=True)
class Question:
    """One thing to ask: the fact, of whom (a person's id, "household" or a relation), in both languages.

    type: bool, enum, int, number or date. choices: (value, Chinese, English), empty for numbers and dates.
    """

    fact: str
    of: str
    text_zh: str
    text_en: str
    why_zh: str
    why_en: str
    type: str
    choices: tuple[tuple[Value, str, str], ...]


def next_questions(
    policies: Policies, case: Case, determinations: Iterable[Determination], limit: int = 5
) -> list[Question]:
    """The most useful questions first, at most limit of them.

    A question is worth, over all open determinations it can change, the chance that each comes out as eligible over the
    square of the facts it still lacks: of the new entitlements of drawn residents, five questions found 41 % so, 25 %
    with the plain number. Never asked: what only an office can say, what is marked never or sensitive, and what was
    already answered with "not known" or was refused.
    """
    return _next(policies, View(policies.facts, case), determinations, limit)


def screen(policies: Policies, case: Case, limit: int = 5) -> tuple[list[Determination], list[Question]]:
    """decide_all() and next_questions() in one go, which asks every rule only once."""
    view = View(policies.facts, case)
    determinations = decide_in(policies, view)
    return determinations, _next(policies, view, determinations, limit)


def _next(policies: Policies, view: View, determinations: Iterable[Determination], limit: int) -> list[Question]:
    case = view.case
    worth: dict[tuple[str, str], float] = {}
    chances: dict[tuple[Variable, Any], float] = {}
    for said in determinations:
        if said.outcome != "unknown" or "received" in said.flags:
            continue
        asked = [part for part in said.missing if not part.alternative and _may_ask(policies, case, part)]
        if not asked:
            continue
        lacking = max(1, said.questions + len(said.agency) + len(said.withheld))
        chance = _chance(policies, view, said, chances) / lacking**2
        for part in asked:
            worth[part.fact, part.of] = worth.get((part.fact, part.of), 0.0) + chance
    order = sorted(worth, key=lambda key: (-worth[key], key))
    return [_question(policies.facts[fact], of) for fact, of in order[:limit]]


def _may_ask(policies: Policies, case: Case, part: Missing) -> bool:
    fact = policies.facts[part.fact]
    settled = case.states.get((part.of, part.fact)) in _SETTLED
    return fact.ask in ("door", "register") and not fact.sensitive and not settled


def _chance(policies: Policies, view: View, said: Determination, chances: dict[tuple[Variable, Any], float]) -> float:
    """How likely the determination is to come out as yes, from the priors of the dictionary.

    chances: of the tests met so far; those of this determination are added.
    """
    residual = view.residuals.get((said.service_id, said.component, said.person_id))
    if residual is None:
        residual = _residual(policies, view, said)
    for leaf in occurrences(residual):
        if leaf not in chances:
            (fact, owner), test = leaf
            possible = view.possible(fact, owner) if fact in view.facts else frozenset((True, False))
            chances[leaf] = _prior(policies.facts.get(fact), test, possible or frozenset())
    return probability(residual, chances)


def _residual(policies: Policies, view: View, said: Determination) -> Residual:
    """What is open of a determination that was made on another view."""
    service = policies.services[said.service_id]
    person = said.person_id or (view.counted() or ("",))[0]
    parts = [part for part in service.components if said.component in (None, part.name)]
    nodes = [part.rule(said.on).node for part in parts if part.subject != "organisation"]
    return disjunction(node.reduce(view, person) for node in nodes if node is not None)


def _prior(fact: FactDefinition | None, test: tuple[Any, ...], possible: frozenset[Any]) -> float:
    """The chance that a test of an unknown fact holds."""
    if fact is None or test[0] == "from" or not possible:
        return _CUT_CHANCE
    weights = _weights(fact, possible)
    total = sum(weights.values())
    return sum(weight for value, weight in weights.items() if value in test[1]) / total if total else 0.0


def _weights(fact: FactDefinition, possible: frozenset[Any]) -> Mapping[Any, float]:
    if fact.type == "bool":
        yes = fact.prior.get("true", 0.5)
        return {value: yes if value else 1 - yes for value in possible}
    return {value: fact.prior.get(str(value), 1.0 / max(1, len(fact.domain))) for value in possible}


def _question(fact: FactDefinition, of: str) -> Question:
    return Question(
        fact=fact.name,
        of=of,
        text_zh=fact.question_zh,
        text_en=fact.question_en,
        why_zh=fact.why_zh,
        why_en=fact.why_en,
        type=fact.type,
        choices=fact.choices,
    )
