"""What differs between two sets of packs: services, their rules and printed words, and parameters by date."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from models.eligibility.describing import Line, describe
from models.eligibility.nodes import INCOME, Choice, Defined, Node, Threshold
from models.eligibility.policies import Component, Policies, Rule, Service
from models.eligibility.schema import Param, Sum
from models.eligibility.shared import sums
from models.texts import Language

_ALWAYS_READ = ("counts_in_household", "deceased")
_BY_MEMBERS = ("income_month", *_ALWAYS_READ)


@dataclass(frozen=True)
class ServiceDiff:
    """A service that was added, removed or changed, with its rule in sentences before and after.

    rules: decisions can come out otherwise. words: what is printed, the office or the papers to bring are others.
    """

    service_id: str
    name: str
    name_en: str
    kind: Literal["added", "removed", "changed"]
    rules: bool
    words: bool
    before: tuple[Line, ...]
    after: tuple[Line, ...]


@dataclass(frozen=True)
class ParamDiff:
    """A parameter that has another value from a day on. before or after None: there is no such parameter."""

    name: str
    zh: str
    en: str
    unit: str
    valid_from: date
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True)
class SetDiff:
    """Everything that differs."""

    services: tuple[ServiceDiff, ...]
    params: tuple[ParamDiff, ...]

    def of(self, kind: str) -> tuple[ServiceDiff, ...]:
        """The services that were added, removed or changed."""
        return tuple(each for each in self.services if each.kind == kind)


def differences(old: Policies, new: Policies, on: date, language: Language) -> SetDiff:
    """What differs between two sets; rules are told as they are on a day, in zh_CN or en."""
    services = []
    for identity in dict.fromkeys((*old.services, *new.services)):
        before, after = old.services.get(identity), new.services.get(identity)
        rules = before is None or after is None or rule_mark(old, before) != rule_mark(new, after)
        words = before is None or after is None or _words_mark(before) != _words_mark(after)
        if not rules and not words:
            continue
        named = after or before
        assert named is not None
        services.append(
            ServiceDiff(
                service_id=identity,
                name=named.name,
                name_en=named.name_en,
                kind="added" if before is None else "removed" if after is None else "changed",
                rules=rules,
                words=words,
                before=() if before is None else describe(old, before, on, language),
                after=() if after is None else describe(new, after, on, language),
            )
        )
    return SetDiff(tuple(services), tuple(_params(old, new)))


def changed_services(old: Policies, new: Policies) -> tuple[str, ...]:
    """Ids of the services of either set whose decisions can differ between the two."""
    found = []
    for identity in dict.fromkeys((*old.services, *new.services)):
        before, after = old.services.get(identity), new.services.get(identity)
        if before is None or after is None or rule_mark(old, before) != rule_mark(new, after):
            found.append(identity)
    return tuple(found)


def rule_mark(policies: Policies, service: Service) -> str:
    """A hash over all that decides a service: conditions, terms, parameters, facts and what is inferred of them.

    Two sets in which a service has the same mark decide it alike for everybody on every day.
    """
    said = [str((service.subject, service.universal, service.sensitive))]
    facts: set[str] = set()
    params: set[str] = set()
    for part in service.components:
        said.append(str((part.name, part.subject)))
        for rule in part.rules:
            said.append(str((rule.valid_from, rule.valid_to)))
            if rule.node is not None:
                said.append(_plain(rule.node))
                _leant_on(rule.node, facts, params)
            said += _amounts(rule, facts, params)
    if service.already is not None:
        said.append(_plain(service.already))
        _leant_on(service.already, facts, params)
    return _mark(policies, said, facts, params)


def amount_mark(policies: Policies, service: Service) -> str:
    """The same over the sums of a service alone: who gets the service may differ, the sums cannot."""
    said: list[str] = []
    facts: set[str] = set()
    params: set[str] = set()
    for part in service.components:
        said.append(str(part.name))
        for rule in part.rules:
            said.append(str((rule.valid_from, rule.valid_to)))
            said += _amounts(rule, facts, params)
    return _mark(policies, said, facts, params)


def _amounts(rule: Rule, facts: set[str], params: set[str]) -> Iterator[str]:
    for node, amount in rule.amounts:
        if node is not None:
            _leant_on(node, facts, params)
        yield "" if node is None else _plain(node)
        yield amount.model_dump_json(exclude={"source", "status", "when"})
        for whole in (amount.amount, amount.low, amount.high):
            for each in sums(whole) if whole is not None else ():
                facts.update([each.fact] if each.fact is not None else ())
                params.update([each.param] if each.param is not None else ())


def _mark(policies: Policies, said: list[str], facts: set[str], params: set[str]) -> str:
    said.extend(f"{name}={_plain_param(policies, name)}" for name in sorted(_with_roots(policies, params)))
    said.extend(_plain_fact(policies, name) for name in sorted(_with_related(policies, facts)))
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _plain(node: Node) -> str:
    """A condition with its terms written out, without its sources."""
    if isinstance(node, Defined):
        return f"({node.name}: {_plain(node.part)})"
    if node.children():
        kind = f"{type(node).__name__}/{getattr(node, 'kind', '')}/{getattr(node, 'k', '')}"
        kind += f"/{getattr(node, 'every', '')}/{getattr(node, 'who', '')}"
        rest = node.condition.rest.zh if node.condition.rest is not None else ""
        return f"{kind}{rest}[{'; '.join(_plain(part) for part in node.children())}]"
    return node.condition.model_dump_json(exclude={"source", "status", "note"}, exclude_none=True)


def _leant_on(node: Node, facts: set[str], params: set[str]) -> None:
    if isinstance(node, (Choice, Threshold)):
        facts.add(node.fact.name)
        if node.condition.param is not None:
            params.add(node.condition.param)
    for part in node.children():
        _leant_on(part, facts, params)


def _with_roots(policies: Policies, names: set[str]) -> set[str]:
    """Parameters with those that they are derived from."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            param = policies.params.get(name)
            todo.extend(part.param for part in _derived(param) if part.param is not None)
    return found


def _derived(param: Param | None) -> Iterator[Sum]:
    return iter(()) if param is None or param.derived is None else sums(param.derived)


def _plain_param(policies: Policies, name: str) -> str:
    param = policies.params.get(name)
    if param is None:
        return ""
    if param.derived is not None:
        return param.derived.model_dump_json(exclude_none=True)
    return str([(value.valid_from, format(value.value.normalize(), "f")) for value in param.values])


def _with_related(policies: Policies, names: set[str]) -> set[str]:
    """Facts with all that can be inferred of them, in either direction, and what incomes are summed from."""
    found: set[str] = set()
    todo = [*names, *_ALWAYS_READ]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        if name == INCOME:
            todo.extend(_BY_MEMBERS)
        definition = policies.facts.get(name)
        if definition is not None:
            todo.extend(requirement.fact for requirement in definition.requires)
        todo.extend(
            other.name
            for other in policies.facts.values()
            if any(requirement.fact == name for requirement in other.requires)
        )
    return found


def _plain_fact(policies: Policies, name: str) -> str:
    definition = policies.facts.get(name)
    if definition is None:
        return name
    kept = {"name", "level", "type", "domain", "minimum", "ask", "sensitive", "requires"}
    return definition.model_dump_json(include=kept)


def _words_mark(service: Service) -> tuple[object, ...]:
    def printed(part: Component | Service) -> tuple[str, ...]:
        return (part.for_whom, part.standard, part.payer, part.coverage)

    parts = tuple((part.name, part.name_en, *printed(part)) for part in service.components)
    return (
        *(service.name, service.name_en, service.group, service.pack.title, *printed(service)),
        *(parts, service.apply_at, service.documents, service.clashes, service.excludes, service.remarks),
    )


def _params(old: Policies, new: Policies) -> Iterator[ParamDiff]:
    """Every day on which a parameter begins to differ, one entry for each stretch of the same difference."""
    days = sorted({v.valid_from for each in (old, new) for param in each.params.values() for v in param.values})
    for name in dict.fromkeys((*old.params, *new.params)):
        param = new.params.get(name) or old.params[name]
        last: tuple[Decimal | None, Decimal | None] | None = None
        for day in days:
            before, after = (each.param(name, day) if name in each.params else None for each in (old, new))
            if before != after and (before, after) != last:
                yield ParamDiff(name, param.zh, param.en, param.unit, day, before, after)
            last = (before, after)
