"""Amounts: the first rule that applies, worked out in Decimal; what is open stays an interval, never a guess."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from models.eligibility.case import View
from models.eligibility.determination import Amount
from models.eligibility.logic import Variable, essential, switch
from models.eligibility.policies import Citation, Policies, Rule
from models.eligibility.schema import AmountRule, Band, Sum
from models.eligibility.settling import finite_domains

Interval = tuple[Decimal, Decimal | None]
"""(lowest, highest); None: no highest."""

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Worked:
    """What the amount rules come to: the amount, the variables it still depends on, the words it rests on."""

    amount: Amount | None
    open: tuple[Variable, ...]
    citations: tuple[Citation, ...]


class _Sums:
    """Works out one sum for one person; remembers the unknown facts that it read."""

    def __init__(self, policies: Policies, view: View, person: str) -> None:
        self.policies = policies
        self.view = view
        self.person = person
        self.open: list[Variable] = []

    def interval(self, part: Sum) -> Interval:
        """The sum as an interval."""
        if part.number is not None:
            return part.number, part.number
        if part.param is not None:
            value = self.policies.param(part.param, self.view.case.on)
            return value, value
        if part.fact is not None:
            return self._fact(part.fact)
        if part.times is not None:
            return self._product(part.times)
        if part.min is not None:
            found = [self.interval(each) for each in part.min]
            highs = [high for _, high in found if high is not None]
            return min(low for low, _ in found), min(highs) if highs else None
        if part.max is not None:
            found = [self.interval(each) for each in part.max]
            tops = [high for _, high in found]
            return max(low for low, _ in found), None if None in tops else max(h for h in tops if h is not None)
        if part.minus is not None:
            (low, high), (less, more) = self.interval(part.minus[0]), self.interval(part.minus[1])
            floor = Decimal(0) if more is None else max(Decimal(0), low - more)
            return floor, None if high is None else max(Decimal(0), high - less)
        assert part.bands is not None
        assert part.of is not None
        low, high = self.interval(part.of)
        return _banded(part.bands, low), None if high is None else _banded(part.bands, high)

    def _fact(self, name: str) -> Interval:
        owner = self.view.owner(name, self.person)
        value = self.view.known(name, owner)
        if value is None:
            self.open.append((name, owner))
            return self.policies.facts[name].minimum or Decimal(0), None
        low, high = value
        return low, high

    def _product(self, parts: tuple[Sum, ...]) -> Interval:
        low, high = Decimal(1), Decimal(1)
        unbounded = False
        for part in parts:
            each_low, each_high = self.interval(part)
            low *= each_low
            if each_high is None:
                unbounded = True
            else:
                high *= each_high
        return low, None if unbounded else high


def _banded(bands: tuple[Band, ...], value: Decimal) -> Decimal:
    """Each part of the value at the rate of its own band."""
    total, start = Decimal(0), Decimal(0)
    for band in bands:
        end = value if band.below is None else min(value, band.below)
        if end > start:
            total += (end - start) * band.rate
            start = end
    return total


def _rounded(value: Decimal) -> Decimal:
    """To the cent, without trailing zeros."""
    cents = value.quantize(_CENT, ROUND_HALF_UP)
    return cents.quantize(Decimal(1)) if cents == cents.to_integral_value() else cents


def work_out(policies: Policies, rule: Rule, view: View, person: str) -> Worked:
    """The amount of a rule for one person. None where the text gives none, or where too much is open."""
    if not rule.amounts:
        return Worked(None, (), ())
    sums: dict[Any, tuple[AmountRule, tuple[Interval, ...], tuple[Variable, ...]]] = {}
    branches = []
    for when, amount in rule.amounts:
        condition = True if when is None else when.reduce(view, person)
        if condition is False:
            continue
        worker = _Sums(policies, view, person)
        intervals = tuple(worker.interval(part) for part in (amount.amount, amount.low, amount.high) if part)
        key = (amount.kind, amount.unit, amount.per.zh, intervals, amount.none)
        sums.setdefault(key, (amount, intervals, tuple(worker.open)))
        branches.append((condition, key))
        if condition is True:
            break
    left = switch(branches)
    domains = finite_domains(view, left)
    left, variables = essential(left, domains)
    if left[0] == "terminal":
        if left[1] is None:
            return Worked(None, (), ())
        amount, intervals, opened = sums[left[1]]
        worked = _amount(amount, intervals)
        settled = all(low == high for low, high in intervals)
        return Worked(worked, () if settled else opened, _cited([amount], rule))
    candidates = [sums[key] for _, key in left[1] if key is not None]
    opened = tuple(dict.fromkeys([*variables, *(v for _, spans, o in candidates for v in o if _wide(spans))]))
    return Worked(_between(candidates), opened, _cited([amount for amount, _, _ in candidates], rule))


def _wide(intervals: tuple[Interval, ...]) -> bool:
    return any(low != high for low, high in intervals)


def _amount(rule: AmountRule, intervals: tuple[Interval, ...]) -> Amount | None:
    if rule.none:
        return None
    note = {"note": rule.note.zh, "note_en": rule.note.en} if rule.note else {"note": "", "note_en": ""}
    words: dict[str, Any] = {"unit": rule.unit, "per": rule.per.zh, "per_en": rule.per.en, **note}
    if rule.kind == "range":
        high = intervals[1][1]
        return Amount(
            kind="range",
            number_min=_rounded(intervals[0][0]),
            number_max=None if high is None else _rounded(high),
            **words,
        )
    low, high = intervals[0]
    if low == high:
        return Amount(kind=rule.kind, number=_rounded(low), **words)
    if high is None:
        return None
    if low == 0:
        return Amount(kind="max", number=_rounded(high), number_max=_rounded(high), **words)
    return Amount(kind="range", number_min=_rounded(low), number_max=_rounded(high), **words)


def _between(candidates: list[tuple[AmountRule, tuple[Interval, ...], tuple[Variable, ...]]]) -> Amount | None:
    """From the lowest to the highest of the sums that are still possible, where they are of one unit."""
    rules = [rule for rule, _, _ in candidates if not rule.none]
    if not rules or len({(rule.unit, rule.per.zh) for rule in rules}) > 1:
        return None
    lows = [interval[0] for _, intervals, _ in candidates for interval in intervals]
    highs = [interval[1] for _, intervals, _ in candidates for interval in intervals]
    known = [high for high in highs if high is not None]
    first = rules[0]
    return Amount(
        kind="range",
        unit=first.unit,
        per=first.per.zh,
        per_en=first.per.en,
        number_min=_rounded(min(lows)),
        number_max=_rounded(max(known)) if len(known) == len(highs) else None,
    )


def _cited(rules: list[AmountRule], of: Rule) -> tuple[Citation, ...]:
    """The words of the amounts, as citations of the document of the rule."""
    first = of.citations[0]
    found = []
    for rule in rules:
        if rule.source is not None:
            found.append(Citation(first.file, rule.source.line, first.title, first.number, rule.source.quote))
    return tuple(dict.fromkeys(found))
