"""What the loaded packs hold: services ready to be decided, the dictionary of facts, parameters by date, texts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from models.eligibility.nodes import Node
from models.eligibility.problems import Fault
from models.eligibility.schema import (
    AmountRule,
    Clash,
    Expectation,
    FactDefinition,
    Param,
    ParamValue,
    Source,
    Sum,
    Term,
    Words,
)


class PackError(Exception):
    """A pack that cannot be used. file and line say where; problem says what, in English; kind and facts for others."""

    def __init__(
        self, file: str, line: int, problem: str, kind: str = "", facts: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(f"{file}:{line}: {problem}")
        self.file = file
        self.line = line
        self.problem = problem
        self.kind = kind
        self.facts = facts


@dataclass(frozen=True)
class Citation:
    """Words of a policy text: file, line (1-based), title and number of the document, the words themselves."""

    file: str
    line: int
    title: str
    number: str
    quote: str


@dataclass(frozen=True)
class Rule:
    """What holds of a component from one day to another, both included."""

    valid_from: date
    valid_to: date | None
    node: Node | None
    amounts: tuple[tuple[Node | None, AmountRule], ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Component:
    """The part of a service that is decided at once; a service without parts has one, named None."""

    name: str | None
    name_en: str
    row: str
    subject: str
    for_whom: str
    standard: str
    payer: str
    coverage: str
    line: int
    rules: tuple[Rule, ...]

    def rule(self, on: date) -> Rule:
        """The rule in force on the day; else the latest that has ended; else the first to come."""
        past = [rule for rule in self.rules if rule.valid_from <= on]
        return past[-1] if past else self.rules[0]


@dataclass(frozen=True)
class OfficeOf:
    """The office that receives an application; status says whether the text names it or it was read into it."""

    zh: str
    en: str
    status: str


@dataclass(frozen=True)
class DocumentsOf:
    """The documents to bring; status as for OfficeOf."""

    zh: tuple[str, ...]
    en: tuple[str, ...]
    status: str


@dataclass(frozen=True)
class Pack:
    """A document put into rules."""

    id: str
    file: str
    title: str
    title_en: str
    issuer: str
    number: str
    dated: date
    valid_from: date
    valid_to: date | None
    last_verified_on: date
    hash: str = ""


@dataclass(frozen=True)
class Service:
    """One service item of the texts, ready to be decided."""

    id: str
    name: str
    name_en: str
    group: str
    subject: str
    universal: bool
    sensitive: bool
    pack: Pack
    for_whom: str
    standard: str
    payer: str
    coverage: str
    line: int
    apply_at: OfficeOf
    documents: DocumentsOf
    components: tuple[Component, ...]
    already: Node | None
    clashes: tuple[Clash, ...]
    excludes: tuple[Clash, ...]
    remarks: tuple[Words, ...]
    name_status: str = "text"

    def component(self, name: str | None) -> Component | None:
        """The component of that name, or None."""
        return next((part for part in self.components if part.name == name), None)


@dataclass(frozen=True)
class Policies:
    """All packs of a folder, checked. hash changes with every rule, fact, term, parameter or text."""

    services: Mapping[str, Service]
    facts: Mapping[str, FactDefinition]
    terms: Mapping[str, Term]
    packs: Mapping[str, Pack]
    params: Mapping[str, Param]
    wording: Mapping[str, Mapping[str, str]]
    hash: str
    read_cases: Callable[[], tuple[tuple[str, Expectation], ...]] = field(default=tuple, repr=False)
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # what it was read from: kept and passed on

    def param(self, name: str, on: date) -> Decimal:
        """The parameter's value on the day; outside its dates the nearest earlier one, else the first."""
        return dated_param(self.params, name, on)[0]

    @cached_property
    def cases(self) -> tuple[tuple[str, Expectation], ...]:
        """(file, case) of the cases that travel with the packs; read on first use."""
        return self.read_cases()

    @cached_property
    def verified_on(self) -> date:
        """The latest day on which somebody compared a document or a value of the set with its source."""
        values = (value.last_verified_on for param in self.params.values() for value in param.values)
        return max((*(pack.last_verified_on for pack in self.packs.values()), *values), default=date.min)

    @cached_property
    def office_words(self) -> Mapping[str, str]:
        """What only an office can say: the English words of the conditions by the Chinese ones."""
        found: dict[str, str] = {}
        for service in self.services.values():
            rules = [rule for part in service.components for rule in part.rules]
            todo = [node for rule in rules for node in (rule.node, *(when for when, _sum in rule.amounts)) if node]
            while todo:
                node = todo.pop()
                todo += node.children()
                for words in (node.condition.agency, node.condition.rest):
                    if words is not None:
                        found.setdefault(words.zh, words.en)
        return found

    @cached_property
    def by_name(self) -> Mapping[str, Service]:
        """Services by their printed name."""
        return {service.name: service for service in self.services.values()}


def dated_param(params: Mapping[str, Param], name: str, on: date) -> tuple[Decimal, Source]:
    """(value on the day, the words it rests on); ValueError where there is no such parameter."""
    param = params.get(name)
    if param is None:
        raise Fault("no_param", name=name)
    if param.derived is not None:
        assert param.source is not None
        return derived_value(params, param.derived, on), param.source
    past = [value for value in param.values if value.valid_from <= on]
    value: ParamValue = past[-1] if past else param.values[0]
    return value.value, value.source


def derived_value(params: Mapping[str, Param], part: Sum, on: date) -> Decimal:
    """The value of a parameter that is derived from others on the day."""
    if part.number is not None:
        return part.number
    if part.param is not None:
        return dated_param(params, part.param, on)[0]
    if part.times is not None:
        product = Decimal(1)
        for factor in part.times:
            product *= derived_value(params, factor, on)
        return product
    raise ValueError("a parameter is derived by times, number and param only")
