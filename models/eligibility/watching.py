"""What a set of packs watches: the cuts over dates, the days of versions and parameters, and who reads which fact.

All of it is read from the condition trees, never from a list of ages.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from models.eligibility.case import HOUSEHOLD, View, minus_years
from models.eligibility.nodes import INCOME, Defined, Members, Node, Threshold
from models.eligibility.policies import Citation, Component, Policies, Service
from models.eligibility.schema import WORDS, AmountRule, FactDefinition, Sum
from models.texts import _

ReasonKind = Literal["age", "anniversary", "version_begins", "version_ends", "parameter", "expired", "day"]

PartKey = tuple[str, str | None]
"""(service id, name of the component)"""

CutKey = tuple[Any, ...]
"""What makes two thresholds draw the same cut: the fact, the kind, the years or the day."""

DAY = timedelta(days=1)
_HOUSEHOLDS_OWN = frozenset({"income_month", "counts_in_household", "deceased"})  # facts read of all members at once


@dataclass(frozen=True)
class Reason:
    """Why something changes on a day.

    kind: age (so many years completed), anniversary, version_begins, version_ends, parameter, expired (an answer is
    no longer good), day. of: whose date or answer it is, a person's id or "household"; empty for the rest. years: of an
    age or anniversary; after: only the day after the anniversary counts. zh, en: name of the fact, parameter or text.
    """

    kind: ReasonKind
    of: str = ""
    fact: str = ""
    years: int = 0
    after: bool = False
    zh: str = ""
    en: str = ""
    citation: Citation | None = None

    def words(self, chinese: bool) -> str:
        """The reason in a few words, the fact's name in Chinese or English; the sentence is in the language shown."""
        name = self.zh if chinese else self.en or self.zh
        if self.kind == "age":
            return _("turns {years}").format(years=self.years)
        if self.kind == "anniversary":
            words = _("more than {years} years since: {name}") if self.after else _("{years} years since: {name}")
            return words.format(years=self.years, name=name)
        sentence = {
            "version_begins": _("a new version begins: {name}"),
            "version_ends": _("the period of the text ends: {name}"),
            "parameter": _("a new value begins: {name}"),
            "expired": _("out of date, ask again: {name}"),
            "day": _("a day named by the text: {name}"),
        }[self.kind]
        return sentence.format(name=name)


@dataclass(frozen=True)
class Cut:
    """The cut of thresholds over one date fact as a function of the day; it only ever moves forward.

    at(day): (cut, above): a date from the cut on (above it, where 1) lies on the later side.
    """

    fact: FactDefinition
    kind: ReasonKind
    years: int
    after: bool
    at: Callable[[date], tuple[Any, int]]

    def later(self, value: date, on: date) -> bool:
        """Does the date lie on the later side of the cut on this day?"""
        threshold, above = self.at(on)
        return bool(value > threshold or (value == threshold and not above))

    def passed(self, value: date, start: date, until: date) -> date | None:
        """The day after start, at most until, on which the cut passes the date; None where it does not."""
        if not self.later(value, start) or self.later(value, until):
            return None
        low, high = start.toordinal(), until.toordinal()
        while high - low > 1:
            middle = (low + high) // 2
            if self.later(value, date.fromordinal(middle)):
                low = middle
            else:
                high = middle
        return date.fromordinal(high)

    def window(self, start: date, until: date) -> tuple[date, date] | None:
        """(first, last) of the dates that the cut passes after start and until that day; None where there are none."""
        (low, low_above), (high, high_above) = self.at(start), self.at(until)
        first = low + DAY if low_above else low
        last = high if high_above else high - DAY
        return (first, last) if first <= last else None


@dataclass(frozen=True)
class Cause:
    """A day on which the parts named may change for the people concerned, and why. quotes: by part."""

    day: date
    reason: Reason
    parts: frozenset[PartKey]
    quotes: Mapping[PartKey, Citation] = field(default_factory=dict, repr=False, compare=False)


class Watch:
    """What a set of packs watches: the cuts over dates, the days of versions and parameters, who reads which fact."""

    def __init__(self, policies: Policies) -> None:
        self.policies = policies
        self.parts: dict[PartKey, tuple[Service, Component]] = {}
        self.cuts: dict[CutKey, Cut] = {}
        self.readers: dict[str, set[PartKey]] = defaultdict(set)  # fact -> parts that read it
        self.beyond: set[PartKey] = set()  # parts that look at other people or at the whole household
        self.varying: set[PartKey] = set()  # parts whose sum is not the same for everybody whom they are due to
        self._cut_parts: dict[CutKey, set[PartKey]] = defaultdict(set)
        self._quotes: dict[CutKey, dict[PartKey, Citation]] = defaultdict(dict)
        self._params: dict[str, set[PartKey]] = defaultdict(set)
        self._by_packs = {pack.file.split("_")[0]: pack for pack in policies.packs.values()}
        self._fixed: list[Cause] = []
        self._touched: dict[str, frozenset[PartKey]] = {}
        for service in policies.services.values():
            if not service.universal:
                for part in service.components:
                    self._learn(service, part)
        self._fixed += self._parameters()
        self._fixed.sort(key=lambda cause: cause.day)

    def _learn(self, service: Service, part: Component) -> None:
        key = (service.id, part.name)
        self.parts[key] = (service, part)
        if part.subject == "household":
            self.beyond.add(key)
        for rule in part.rules:
            nodes = [rule.node, *(when for when, _amount in rule.amounts), service.already]
            for node in nodes:
                if node is not None:
                    self._walk(node, key, service, rule.citations[0] if rule.citations else None)
            if len(rule.amounts) > 1:
                self.varying.add(key)
            for when, amount in rule.amounts:
                if when is not None or any(part_of.fact is not None for part_of in sums_of(amount)):
                    self.varying.add(key)
                for part_of in sums_of(amount):
                    if part_of.fact is not None:
                        self._reads(part_of.fact, key)
                    if part_of.param is not None:
                        self._params[part_of.param].add(key)
            title = service.pack.title, service.pack.title_en
            begins = Reason("version_begins", zh=title[0], en=title[1])
            self._fixed.append(Cause(rule.valid_from, begins, frozenset((key,))))
            if rule.valid_to is not None:
                ends = Reason("version_ends", zh=title[0], en=title[1])
                self._fixed.append(Cause(rule.valid_to + DAY, ends, frozenset((key,))))

    def _walk(self, node: Node, key: PartKey, service: Service, quote: Citation | None) -> None:
        source = node.condition.source or (node.term.source if isinstance(node, Defined) else None)
        if source is not None:
            pack = self._by_packs.get(source.doc, service.pack) if source.doc else service.pack
            quote = Citation(pack.file, source.line, pack.title, pack.number, source.quote)
        fact = getattr(node, "fact", None)
        if isinstance(fact, FactDefinition):
            self._reads(fact.name, key)
            for requirement in fact.requires:
                if requirement.age_from is not None:
                    self._age_presupposed(requirement.fact, requirement.age_from, key, quote)
        if isinstance(node, Threshold):
            if node.fact.type == "date":
                self._watch(node, key, quote)
            if node.condition.param is not None:
                self._params[node.condition.param].add(key)
        if isinstance(node, Members):
            self.beyond.add(key)
        presupposed = getattr(node, "presupposed", None)
        for child in (*node.children(), *((presupposed,) if presupposed is not None else ())):
            self._walk(child, key, service, quote)

    def _reads(self, fact: str, key: PartKey) -> None:
        self.readers[fact].add(key)
        if fact == INCOME or self.policies.facts[fact].level == HOUSEHOLD:
            self.beyond.add(key)

    def _watch(self, node: Threshold, key: PartKey, quote: Citation | None) -> None:
        condition = node.condition
        operator = WORDS[condition.word or ""]
        years, after = int(condition.value or 0), False
        if condition.age is not None:
            kind: ReasonKind = "age"
            years += operator in (">", "<=")
        elif condition.years_since is not None:
            kind, after = "anniversary", operator in (">", "<=")
        else:
            kind = "day"
        same: Any = years if kind != "day" else condition.day or id(node)
        self._add((node.fact.name, kind, same, after), Cut(node.fact, kind, years, after, node.cut_at), key, quote)

    def _age_presupposed(self, fact: str, years: int, key: PartKey, quote: Citation | None) -> None:
        """A value that presupposes an age is possible from that birthday on."""

        def cut_at(on: date) -> tuple[Any, int]:
            return minus_years(on, years) + DAY, 0

        self._add((fact, "age", years, False), Cut(self.policies.facts[fact], "age", years, False, cut_at), key, quote)

    def _add(self, name: CutKey, cut: Cut, key: PartKey, quote: Citation | None) -> None:
        self.cuts.setdefault(name, cut)
        self._cut_parts[name].add(key)
        if quote is not None:
            self._quotes[name].setdefault(key, quote)
        self.readers[cut.fact.name].add(key)

    def cut_parts(self, name: CutKey) -> frozenset[PartKey]:
        """The parts whose rules, sums or receipt draw a cut."""
        return frozenset(self._cut_parts[name])

    def quotes(self, name: CutKey) -> Mapping[PartKey, Citation]:
        """The words by which each part draws a cut."""
        return self._quotes[name]

    def _parameters(self) -> Iterator[Cause]:
        for name, parts in self._params.items():
            param = self.policies.params[name]
            for base in _bases(self.policies, name):
                for value in self.policies.params[base].values[1:]:
                    reason = Reason("parameter", zh=param.zh, en=param.en)
                    yield Cause(value.valid_from, reason, frozenset(parts))

    def fixed(self, start: date, until: date) -> list[Cause]:
        """The days after start and until that day on which versions, periods or parameters begin or end."""
        return [cause for cause in self._fixed if start < cause.day <= until]

    def tells(self, cause: Cause, *, with_sensitive: bool) -> bool:
        """May the cause be told? A sensitive fact is never listed, and without it nothing is decided by it either."""
        return with_sensitive or not cause.reason.fact or not self.policies.facts[cause.reason.fact].sensitive

    def expired(self, of: str, fact: str, last: date) -> Cause:
        """The day after the last one on which an answer is good."""
        definition = self.policies.facts[fact]
        zh, en = (words.label or words.holds for words in (definition.zh, definition.en))
        return Cause(last + DAY, Reason("expired", of, fact, zh=zh, en=en), self.touched_by(fact))

    def touched_by(self, fact: str) -> frozenset[PartKey]:
        """The parts that read a fact, or one that it lets know, or one that is possible only with it."""
        found = self._touched.get(fact)
        if found is None:
            found = self._touched[fact] = self._find_touched(fact)
        return found

    def _find_touched(self, fact: str) -> frozenset[PartKey]:
        if fact in _HOUSEHOLDS_OWN:
            return frozenset(self.parts)
        known, todo = {fact}, [fact]
        while todo:
            for requirement in self.policies.facts[todo.pop()].requires:
                if requirement.in_ is not None and requirement.fact not in known:
                    known.add(requirement.fact)
                    todo.append(requirement.fact)
        for name, definition in self.policies.facts.items():
            if any(requirement.fact in known for requirement in definition.requires):
                known.add(name)
        return frozenset(key for name in known for key in self.readers.get(name, ()))

    def dated(self, view: View, start: date, until: date) -> Iterator[Cause]:
        """The birthdays and anniversaries of a case after start and until that day."""
        for name, cut in self.cuts.items():
            owners = [HOUSEHOLD] if cut.fact.level == HOUSEHOLD else [person.id for person in view.case.people]
            for owner in owners:
                value = view.known(cut.fact.name, owner)
                if value is None:
                    continue
                for end in dict.fromkeys(value):
                    day = cut.passed(end, start, until)
                    if day is not None:
                        yield Cause(day, self.reason(cut, owner), self.cut_parts(name), self.quotes(name))

    def reason(self, cut: Cut, owner: str) -> Reason:
        """What a cut that passes somebody's date means."""
        zh, en = (words.label or words.holds for words in (cut.fact.zh, cut.fact.en))
        return Reason(cut.kind, owner, cut.fact.name, cut.years, cut.after, zh, en)


_latest: Watch | None = None


def watch(policies: Policies) -> Watch:
    """What these packs watch; the latest is kept."""
    global _latest
    latest = _latest
    if latest is None or latest.policies is not policies:
        latest = _latest = Watch(policies)
    return latest


def sums_of(rule: AmountRule) -> Iterator[Sum]:
    """Every sum of an amount, the nested ones too."""
    todo: list[Sum | None] = [rule.amount, rule.low, rule.high]
    while todo:
        part = todo.pop()
        if part is not None:
            yield part
            todo.extend([*(part.times or ()), *(part.min or ()), *(part.max or ()), *(part.minus or ()), part.of])


def _bases(policies: Policies, name: str) -> Iterator[str]:
    """The parameters with dated values that a parameter is derived from; itself where it has values."""
    param = policies.params[name]
    if param.derived is None:
        yield name
        return
    todo = [param.derived]
    while todo:
        part = todo.pop()
        if part.param is not None:
            yield from _bases(policies, part.param)
        todo.extend(part.times or ())
