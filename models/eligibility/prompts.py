"""Questions as they are put at the door: one fact, a group of facts in one breath, or one fact of several members."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from models.eligibility.asking import Asking, no_of
from models.eligibility.case import View, is_deceased
from models.eligibility.logic import Variable
from models.eligibility.policies import Policies
from models.eligibility.schema import FactDefinition, Value

MOST_ITEMS = 8
"""Of a group: more cannot be asked in one breath."""

Kind = Literal["one", "group", "who", "each"]


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


@dataclass(frozen=True)
class Item:
    """One thing to tick: ticked, the fact of this owner has the value; asked and not ticked, it is otherwise.

    zh, en: what is true when it is ticked; empty where the owner's name says it (who).
    """

    fact: str
    of: str
    value: Value
    otherwise: Value
    zh: str
    en: str


@dataclass(frozen=True)
class Prompt:
    """A question as it is put.

    kind: one (its question says it), group (items of one owner to tick), who (members to tick), each (the same question
    about every member). of: whose facts, empty for several members. asks: what is learnt by it, (fact, of). helps: how
    many results it can change.
    """

    kind: Kind
    key: str
    of: str
    text_zh: str
    text_en: str
    why_zh: str
    why_en: str
    asks: tuple[Variable, ...]
    helps: int
    questions: tuple[Question, ...] = ()
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What was learnt of one fact: of whom, the value where it is known, and known, not_known or refused."""

    of: str
    fact: str
    value: Any
    state: Literal["known", "not_known", "refused"] = "known"


def question_of(fact: FactDefinition, of: str) -> Question:
    """The question about one fact."""
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


def single_prompt(policies: Policies, fact: str, of: str, helps: int) -> Prompt:
    """The question about one fact, whoever wants to ask it; helps: how many results it can change."""
    question = question_of(policies.facts[fact], of)
    words = (question.text_zh, question.text_en, question.why_zh, question.why_en)
    return Prompt("one", fact, of, *words, ((fact, of),), helps, (question,))


def candidates(
    policies: Policies, asking: Asking, view: View, open_facts: Iterable[Variable], *, grouped: bool = True
) -> dict[tuple[Variable, ...], tuple[Kind, str]]:
    """Everything that could be asked now: what it asks -> (kind, key). A group or a who of one thing is that thing."""
    left = set(open_facts)
    found: dict[tuple[Variable, ...], tuple[Kind, str]] = {(variable,): ("one", variable[0]) for variable in left}
    if not grouped:
        return found
    owners = {of for _, of in left}
    for place, group in enumerate(asking.groups):
        names = tuple(dict.fromkeys(option.fact for option in group.options))
        for of in owners:
            asks = tuple((name, of) for name in names if (name, of) in left)
            if len(asks) > 1:
                found[asks] = ("group", str(place))
    members = tuple(person.id for person in view.case.people if not is_deceased(person))  # of the dead one by one
    for fact in {fact for fact, of in left if of in view.people and policies.facts[fact].type == "bool"}:
        asks = tuple((fact, of) for of in members if (fact, of) in left)
        if len(asks) > 1:
            found[asks] = ("who", fact)
    for place, each in enumerate(asking.each):
        asks = tuple((each.fact, of) for of in members if (each.fact, of) in left)
        if len(asks) > 1:
            found[asks[:MOST_ITEMS]] = ("each", str(place))
    return found


def prompt_of(
    policies: Policies,
    asking: Asking,
    view: View,
    how: tuple[Kind, str],
    asks: tuple[Variable, ...],
    helps: Mapping[Variable, int],
) -> Prompt:
    """The question that asks these facts, in words."""
    kind, key = how
    count = (max if kind in ("one", "group") else sum)(helps.get(variable, 0) for variable in asks)
    fact = policies.facts[asks[0][0]]
    if kind == "one":
        return single_prompt(policies, *asks[0], count)
    if kind == "who":
        who = asking.who
        words = (who.zh.format(holds=fact.zh.holds), who.en.format(holds=fact.en.holds), fact.why_zh, fact.why_en)
        items = tuple(Item(name, of, True, False, "", "") for name, of in asks)
        return Prompt("who", key, "", *words, asks, count, (), items)
    if kind == "each":
        ask = asking.each[int(key)].ask
        questions = tuple(question_of(fact, of) for _, of in asks)
        return Prompt("each", fact.name, "", ask.zh, ask.en, fact.why_zh, fact.why_en, asks, count, questions)
    group, of = asking.groups[int(key)], asks[0][1]
    asked = {name for name, _ in asks}
    shown = []
    for option in group.options:
        if option.fact not in asked:
            continue
        own = policies.facts[option.fact]
        possible = view.possible(own.name, of)
        no = no_of(option, own)
        if no is None or (possible is not None and option.is_ not in possible):
            continue
        zh = option.zh or (own.zh.holds if own.type == "bool" else own.zh.values.get(str(option.is_), str(option.is_)))
        en = option.en or (own.en.holds if own.type == "bool" else own.en.values.get(str(option.is_), str(option.is_)))
        shown.append(Item(own.name, of, option.is_, no, zh, en))
    return Prompt(
        "group", group.id, of, group.ask.zh, group.ask.en, fact.why_zh, fact.why_en, asks, count, (), tuple(shown)
    )


class Prompts:
    """Every question that could be asked now, best first. They overlap; each is put into words when it is wanted."""

    def __init__(
        self,
        policies: Policies,
        asking: Asking,
        view: View,
        order: Mapping[tuple[Variable, ...], tuple[Kind, str]],
        helps: Mapping[Variable, int],
    ) -> None:
        """order: what is asked -> (kind, key), best first."""
        self._policies, self._asking, self._view = policies, asking, view
        self._order, self._helps = order, helps

    def first(self, limit: int) -> list[Prompt]:
        """The best, at most limit of them, overlapping or not."""
        return [self._put(asks) for asks in islice(self._order, limit)]

    def distinct(self, limit: int, about: Container[str] = ()) -> list[Prompt]:
        """The best that each ask something new, at most limit: so that "another question" asks another one.

        about: ids (and "household") that are asked about first; what is also about somebody else comes behind.
        """
        chosen = list(self._order)
        if about:
            own = [asks for asks in chosen if all(of in about for _, of in asks)]
            first = set(own)
            chosen = [*own, *(asks for asks in chosen if asks not in first)]
        asked: set[Variable] = set()
        found: list[Prompt] = []
        for asks in chosen:
            if len(found) == limit:
                break
            if not asked.issuperset(asks):
                asked.update(asks)
                found.append(self._put(asks))
        return found

    def named(self, key: str, of: str) -> Prompt | None:
        """The question of this key about this owner, if it could still be asked."""
        for asks, (kind, own_key) in self._order.items():
            whose = asks[0][1] if kind in ("one", "group") else ""
            if whose == of and (kind != "one" or own_key == key):
                prompt = self._put(asks)
                if prompt.key == key:
                    return prompt
        return None

    def _put(self, asks: tuple[Variable, ...]) -> Prompt:
        return prompt_of(self._policies, self._asking, self._view, self._order[asks], asks, self._helps)


def answers_of(
    policies: Policies,
    prompt: Prompt,
    ticked: Iterable[Item],
    *,
    rest_is_no: bool,
    states: Mapping[Variable, Literal["not_known", "refused"]] | None = None,
) -> list[Answer]:
    """What ticks on a group or a who state.

    rest_is_no: whether the worker says that everything else was asked and denied; without it nothing is stated of what
    is not ticked. states: (fact, of) of things that somebody did not know or would not say. What a ticked thing
    presupposes is not denied, whether it was ticked or not.
    """
    states = states or {}
    yes = [item for item in ticked if (item.fact, item.of) not in states]
    found = {(item.fact, item.of): Answer(item.of, item.fact, item.value) for item in yes}
    implied = {(needed.fact, item.of) for item in yes for needed in policies.facts[item.fact].requires}
    for item in prompt.items:
        key = (item.fact, item.of)
        if key in found:
            continue
        if key in states:
            found[key] = Answer(item.of, item.fact, None, states[key])
        elif rest_is_no and key not in implied:
            found[key] = Answer(item.of, item.fact, item.otherwise)
    return list(found.values())
