"""Words for facts, values and tests, on a day and in a language; nothing of anybody is said here."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from models.eligibility.nodes import Choice, Threshold
from models.eligibility.policies import Policies
from models.eligibility.schema import WORDS, FactDefinition, FactLanguage
from models.texts import Language

_KINDS = {">=": "at_least", "<=": "at_most", ">": "above", "<": "below"}
_OPPOSITE = {">=": "<", "<": ">=", ">": "<=", "<=": ">"}
_MANY = 3  # more accepted values than this are named by those that are not


class Lexicon:
    """Words of the dictionary and of wording.yaml. KeyError for a language that they do not hold."""

    def __init__(self, policies: Policies, on: date, language: Language) -> None:
        self.policies = policies
        self.on = on
        self.zh = language == "zh_CN"
        self.words = policies.wording[language]

    def required(self, node: Choice | Threshold, wanted: bool = True, among: frozenset[Any] | None = None) -> str:
        """What one test asks for; wanted False: what makes it fail; among: only these of the values that do."""
        fact, condition = node.fact, node.condition
        if isinstance(node, Choice):
            accepted = self.accepted(node, wanted)
            return self.chosen(fact, accepted & among if among is not None and among & accepted else accepted)
        operator = WORDS[condition.word or ""]
        kind = _KINDS[operator if wanted else _OPPOSITE[operator]]
        if condition.age is not None:
            return self._said(f"age_{kind}", years=int(condition.value or 0))
        label = self.label(fact)
        if condition.years_since is not None:
            return self._said(f"years_{kind}", label=label, years=int(condition.value or 0))
        if condition.day_of is not None and condition.day is not None:
            return self._said(f"day_{kind}", label=label, day=self.day(condition.day))
        return self._said("requirement_number", label=label, words=self.compared(node, wanted))

    def compared(self, node: Threshold, wanted: bool = True) -> str:
        """What a number is asked to be, without its name."""
        fact, condition = node.fact, node.condition
        operator = WORDS[condition.word or ""]
        kind = _KINDS[operator if wanted else _OPPOSITE[operator]]
        value = condition.value
        if condition.param is not None:
            value = self.policies.param(condition.param, self.on)
        said = self._said(kind, value=number(cents(value or Decimal(0))), unit=self.unit(fact)).rstrip()
        if condition.param is not None:
            param = self.policies.params[condition.param]
            said = self._said("with_param", words=said, param=param.zh if self.zh else param.en)
        return said

    def accepted(self, node: Choice, wanted: bool = True) -> frozenset[Any]:
        """The values by which a test holds, or (wanted False) fails."""
        return node.accepted if wanted else self._domain(node.fact) - node.accepted

    def _domain(self, fact: FactDefinition) -> frozenset[Any]:
        return frozenset((True, False)) if fact.type == "bool" else frozenset(fact.domain)

    def chosen(self, fact: FactDefinition, accepted: frozenset[Any]) -> str:
        """That a fact has one of these values."""
        spoken = self.spoken(fact)
        domain = self._domain(fact)
        if fact.type == "bool":
            return spoken.holds if True in accepted else spoken.fails
        rest = domain - accepted
        if len(rest) == 1 and len(accepted) > _MANY:
            return self._said("requirement_other", label=self.label(fact), values=self.either(fact, rest))
        return self._said("requirement_value", label=self.label(fact), values=self.either(fact, accepted))

    def either(self, fact: FactDefinition, values: Iterable[Any]) -> str:
        """Values of a fact with a finite domain, in its order: a, b or c."""
        said = [self.value(fact, value) for value in fact.domain if value in frozenset(values)]
        return self.words["list"].join(said[:-1]) + (self.words["or"] if len(said) > 1 else "") + said[-1]

    def spoken(self, fact: FactDefinition) -> FactLanguage:
        """How a fact is spoken of in the language."""
        return fact.zh if self.zh else fact.en

    def label(self, fact: FactDefinition) -> str:
        """What a fact is called."""
        return self.spoken(fact).label or self.spoken(fact).holds

    def unit(self, fact: FactDefinition) -> str:
        """The unit of a fact, or nothing."""
        return self.spoken(fact).unit

    def value(self, fact: FactDefinition, value: Any) -> str:
        """One value of a fact with a finite domain, as it stands in a sentence."""
        spoken = self.spoken(fact)
        said = spoken.values.get(str(value), str(value)) + (spoken.unit if fact.type == "int" else "")
        return self.words["none"] if said == "无" else said

    def day(self, day: date) -> str:
        """A day as it is written."""
        return f"{day.year}年{day.month}月{day.day}日" if self.zh else day.isoformat()

    def capital(self, sentence: str) -> str:
        """A sentence begins with a capital where the language has them."""
        return sentence if self.zh else sentence[:1].upper() + sentence[1:]

    def _said(self, key: str, **words: Any) -> str:
        return str(self.words[key].format(**words))


def requirement(policies: Policies, node: Choice | Threshold, on: date, language: Language) -> str:
    """What one test asks for, in words, with the parameters of a day."""
    return Lexicon(policies, on, language).required(node)


def cents(value: Decimal) -> Decimal:
    """Sums of money to the cent."""
    return value.quantize(Decimal("0.01"))


def number(value: Decimal) -> str:
    """Without needless zeros: 1010, 1010.5, 1010.33."""
    return format(value.normalize(), "f") if value == value.to_integral_value() else format(value, "f").rstrip("0")
