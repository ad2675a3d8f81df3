"""Condition trees made ready to run: each node reduces to True, False or what is left open (see logic.py)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from models.eligibility.case import HOUSEHOLD, View, minus_years, plus_years
from models.eligibility.logic import Residual, at_least, conjunction, disjunction, negation
from models.eligibility.problems import Fault
from models.eligibility.schema import WORDS, Condition, FactDefinition, Term

INCOME = "income_per_capita_month"
AGENCY = "@agency:"
"""Prefix of the variables that stand for another office's decision without a fact of its own."""


@dataclass(frozen=True)
class Node:
    """Base: condition is the YAML node it was made of, kept for its source and its wording."""

    condition: Condition

    def reduce(self, view: View, person: str) -> Residual:
        """True, False, or the residual over the facts that are unknown of this person and household."""
        raise NotImplementedError

    def children(self) -> tuple["Node", ...]:
        """The nodes below."""
        return ()


@dataclass(frozen=True)
class Group(Node):
    """all, any, not, at_least."""

    kind: str
    parts: tuple[Node, ...]
    k: int = 0

    def reduce(self, view: View, person: str) -> Residual:  # noqa: D102
        if self.kind == "all":
            return conjunction(part.reduce(view, person) for part in self.parts)
        if self.kind == "any":
            return disjunction(part.reduce(view, person) for part in self.parts)
        if self.kind == "not":
            return negation(self.parts[0].reduce(view, person))
        return at_least(self.k, [part.reduce(view, person) for part in self.parts])

    def children(self) -> tuple[Node, ...]:  # noqa: D102
        return self.parts


@dataclass(frozen=True)
class Defined(Node):
    """A defined word; it reduces as its definition does."""

    term: Term
    name: str
    part: Node

    def reduce(self, view: View, person: str) -> Residual:  # noqa: D102
        return self.part.reduce(view, person)

    def children(self) -> tuple[Node, ...]:  # noqa: D102
        return (self.part,)


@dataclass(frozen=True)
class Choice(Node):
    """A test of a fact with a finite domain: its value is one of those accepted."""

    fact: FactDefinition
    accepted: frozenset[Any]
    presupposed: Node | None = None

    @cached_property
    def _test(self) -> tuple[str, frozenset[Any]]:
        return "in", self.accepted

    def reduce(self, view: View, person: str) -> Residual:  # noqa: D102
        fact, owner = self.fact.name, HOUSEHOLD if self.fact.level == HOUSEHOLD else person
        value = view.known(fact, owner)
        if value is not None:
            return value in self.accepted
        possible = view.possible(fact, owner)
        if possible is None or possible.isdisjoint(self.accepted):
            return False
        leaf: Residual = True if possible <= self.accepted else ("leaf", (fact, owner), self._test)
        if self.presupposed is not None:
            return conjunction((self.presupposed.reduce(view, person), leaf))
        return leaf


@dataclass(frozen=True)
class Threshold(Node):
    """A comparison of a number or a date with a cut: at or above it (or, negated, below it).

    cut: (threshold, 0) means "from the threshold on", (threshold, 1) "above the threshold".
    """

    fact: FactDefinition
    cut_at: Callable[[date], tuple[Any, int]]
    negated: bool
    presupposed: Node | None = None

    @cached_property
    def _cut_on(self) -> Callable[[date], tuple[Any, int]]:
        """cut_at() with a memory: everybody of a household meets the same cut, and some take a while to find."""
        return lru_cache(maxsize=16)(self.cut_at)

    def reduce(self, view: View, person: str) -> Residual:  # noqa: D102
        owner = HOUSEHOLD if self.fact.level == HOUSEHOLD else person
        cut = self._cut_on(view.case.on)
        threshold, above = cut
        low: Any
        high: Any
        if self.fact.name == INCOME:
            low, high = view.income_per_head()
            if low or high is not None:
                view.used[INCOME, HOUSEHOLD] = (low, high)
        else:
            value = view.known(self.fact.name, owner)
            if value is None:
                if view.possible(self.fact.name, owner) == frozenset():
                    return False
                low, high = self.fact.minimum, None
            else:
                low, high = value
        if low is not None and (low > threshold or (low == threshold and not above)):
            return not self.negated
        if high is not None and (high < threshold or (high == threshold and above)):
            return self.negated
        leaf: Residual = ("leaf", (self.fact.name, owner), ("from", cut, self.negated))
        if self.presupposed is not None:
            return conjunction((self.presupposed.reduce(view, person), leaf))
        return leaf


@dataclass(frozen=True)
class Members(Node):
    """any or all of the people in a relation meet a condition; nobody recorded is one of whom nothing is known."""

    every: bool
    who: str
    part: Node

    def reduce(self, view: View, person: str) -> Residual:  # noqa: D102
        found = (self.part.reduce(view, member) for member in view.relatives(person, self.who))
        return conjunction(found) if self.every else disjunction(found)

    def children(self) -> tuple[Node, ...]:  # noqa: D102
        return (self.part,)


@dataclass(frozen=True)
class Agency(Node):
    """Only another office can say: always open here."""

    key: str

    def reduce(self, view: View, person: str) -> Residual:  # noqa: D102
        return ("leaf", (AGENCY + self.key, person), ("in", frozenset((True,))))


@dataclass(frozen=True)
class OpenList(Node):
    """A list that ends in 等: a hit is yes, no hit is left to the office, never no."""

    parts: tuple[Node, ...]
    rest: Agency

    def reduce(self, view: View, person: str) -> Residual:  # noqa: D102
        return disjunction((*(part.reduce(view, person) for part in self.parts), self.rest.reduce(view, person)))

    def children(self) -> tuple[Node, ...]:  # noqa: D102
        return self.parts


@dataclass(frozen=True)
class Never(Node):
    """Not for residents: the text gives it to an organisation."""

    def reduce(self, view: View, person: str) -> Residual:  # noqa: D102
        return False


class Compiler:
    """Turns checked conditions into nodes, with the dictionary, the terms and the parameters of one set of packs."""

    def __init__(
        self,
        facts: Mapping[str, FactDefinition],
        terms: Mapping[str, Term],
        param: Callable[[str, date], Decimal],
    ) -> None:
        self.facts = facts
        self.terms = terms
        self.param = param
        self._terms: dict[str, Node] = {}
        self._open: list[str] = []
        self._presupposed: dict[str, Node | None] = {}

    def node(self, condition: Condition) -> Node:
        """The condition as a node. ValueError names what it refers to that does not exist, or a cycle of terms."""
        kind = condition.kind
        if kind in ("all", "any"):
            return Group(condition, kind, tuple(self.node(part) for part in getattr(condition, kind)))
        if kind == "not_":
            assert condition.not_ is not None
            return Group(condition, "not", (self.node(condition.not_),))
        if kind == "at_least":
            assert condition.of is not None
            assert condition.at_least is not None
            return Group(condition, "least", tuple(self.node(part) for part in condition.of), condition.at_least)
        if kind == "term":
            return self._term(condition)
        if kind == "members":
            assert condition.where is not None
            assert condition.who is not None
            return Members(condition, condition.members == "all", condition.who, self.node(condition.where))
        if kind == "agency":
            assert condition.agency is not None
            return Agency(condition, condition.agency.zh)
        if kind == "open_list":
            assert condition.open_list is not None
            assert condition.rest is not None
            rest = Agency(condition, condition.rest.zh)
            return OpenList(condition, tuple(self.node(part) for part in condition.open_list), rest)
        if kind == "never":
            return Never(condition)
        return self._leaf(condition)

    def _term(self, condition: Condition) -> Node:
        name = condition.term or ""
        term = self.terms.get(name)
        if term is None:
            raise Fault("no_term", name=name)
        if name in self._open:
            raise Fault("term_circle", way=" → ".join([*self._open, name]))
        if name not in self._terms:
            self._open.append(name)
            try:
                self._terms[name] = self.node(term.when)
            finally:
                self._open.pop()
        return Defined(condition, term, name, self._terms[name])

    def _fact(self, name: str | None) -> FactDefinition:
        fact = self.facts.get(name or "")
        if fact is None:
            raise Fault("no_fact", name=name)
        return fact

    def _leaf(self, condition: Condition) -> Node:
        if condition.age is not None:
            return self._age(condition)
        if condition.years_since is not None:
            return self._years_since(condition)
        if condition.day_of is not None:
            fact = self._fact(condition.day_of)
            return self._dates(condition, fact, lambda on, day=condition.day: day, WORDS[condition.word or ""])
        fact = self._fact(condition.fact)
        if condition.word is not None:
            return self._comparison(condition, fact)
        domain = (True, False) if fact.type == "bool" else fact.domain
        if not domain:
            raise Fault("not_matched", fact=fact.name, type=fact.type)
        if condition.not_in is not None:
            accepted = frozenset(domain) - frozenset(condition.not_in)
            named = condition.not_in
        else:
            named = condition.in_ if condition.in_ is not None else (condition.is_,)  # type: ignore[assignment]
            accepted = frozenset(named)
        for value in named:
            if not any(value == known and type(value) is type(known) for known in domain):
                raise Fault("outside_domain", value=value, fact=fact.name)
        return Choice(condition, fact, accepted, self.presupposed(fact))

    def presupposed(self, fact: FactDefinition) -> Node | None:
        """The condition that every value of the fact presupposes."""
        if fact.name not in self._presupposed:
            self._presupposed[fact.name] = None
            for requirement in fact.requires:
                if requirement.value == "any" and requirement.in_ is not None:
                    parent = self._fact(requirement.fact)
                    condition = Condition.model_validate({"fact": parent.name, "in": requirement.in_})
                    self._presupposed[fact.name] = Choice(condition, parent, frozenset(requirement.in_))
        return self._presupposed[fact.name]

    def _comparison(self, condition: Condition, fact: FactDefinition) -> Node:
        operator = WORDS[condition.word or ""]
        if fact.type not in ("number", "int"):
            raise Fault("not_compared", fact=fact.name, type=fact.type)
        if fact.domain:
            number = condition.value
            if number is None:
                raise Fault("compared_domain", fact=fact.name)
            accepted = frozenset(value for value in fact.domain if _holds(Decimal(int(value)), operator, number))
            if not accepted or len(accepted) == len(fact.domain):
                raise Fault("never_decides", word=condition.word, value=number, fact=fact.name)
            return Choice(condition, fact, accepted, self.presupposed(fact))
        value, param = condition.value, condition.param
        if value is not None and fact.minimum is not None and value < fact.minimum:
            raise Fault("outside_domain", value=value, fact=fact.name)
        if param is not None:
            self.param(param, date.max)  # it exists

        def cut_at(on: date) -> tuple[Any, int]:
            threshold = value if value is not None else self.param(param or "", on)
            return _cut(threshold, operator, whole=fact.type == "int")

        return Threshold(condition, fact, cut_at, operator in ("<", "<="), self.presupposed(fact))

    def _age(self, condition: Condition) -> Node:
        fact = self._date_fact(condition.age)
        years, operator = int(condition.value or 0), WORDS[condition.word or ""]
        if operator in (">", "<="):  # 以下 includes the year of that age: until the next birthday
            years += 1

        def cut_at(on: date) -> tuple[Any, int]:
            # age >= n means: born on or before the day n years ago, that is not from the day after it on
            return minus_years(on, years) + timedelta(days=1), 0

        return Threshold(condition, fact, cut_at, operator in (">=", ">"), self.presupposed(fact))

    def _years_since(self, condition: Condition) -> Node:
        fact = self._date_fact(condition.years_since)
        years, operator = int(condition.value or 0), WORDS[condition.word or ""]
        anniversary = _AnniversaryCut(years)
        # 内 and 不超过 include the anniversary itself; 不满 does not
        if operator == "<":
            return Threshold(condition, fact, lambda on: (anniversary(on, False), 0), False, self.presupposed(fact))
        if operator == "<=":
            return Threshold(condition, fact, lambda on: (anniversary(on, True), 0), False, self.presupposed(fact))
        if operator == ">=":
            return Threshold(condition, fact, lambda on: (anniversary(on, False), 0), True, self.presupposed(fact))
        return Threshold(condition, fact, lambda on: (anniversary(on, True), 0), True, self.presupposed(fact))

    def _date_fact(self, name: str | None) -> FactDefinition:
        fact = self._fact(name)
        if fact.type != "date":
            raise Fault("no_date", fact=fact.name)
        return fact

    def _dates(self, condition: Condition, fact: FactDefinition, day: Any, operator: str) -> Node:
        if fact.type != "date":
            raise Fault("no_date", fact=fact.name)
        later = operator in ("<=", ">")  # on or before a day is: not from the next day on
        step = timedelta(days=1 if later else 0)
        return Threshold(
            condition, fact, lambda on: (day(on) + step, 0), operator in ("<", "<="), self.presupposed(fact)
        )


class _AnniversaryCut:
    """The earliest start day of which the n-th anniversary is still ahead on a day (or is that day: inclusive)."""

    def __init__(self, years: int) -> None:
        self.years = years

    def __call__(self, on: date, inclusive: bool) -> date:
        day = minus_years(on, self.years) - timedelta(days=2)
        while plus_years(day, self.years) < on or (not inclusive and plus_years(day, self.years) == on):
            day += timedelta(days=1)
        return day


def _holds(number: Decimal, operator: str, threshold: Decimal) -> bool:
    if operator == ">=":
        return number >= threshold
    if operator == "<=":
        return number <= threshold
    return number > threshold if operator == ">" else number < threshold


def _cut(threshold: Decimal, operator: str, whole: bool) -> tuple[Any, int]:
    """The cut of a comparison: < and >= cut from the threshold on, > and <= above it (the next whole number)."""
    above = operator in (">", "<=")
    if above and whole:
        return threshold + 1, 0
    return threshold, int(above)
