"""Deciding: one service for one person, or every service for a household at once."""

from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from models.eligibility.amounts import Worked, work_out
from models.eligibility.case import HOUSEHOLD, Case, Person, Used, View, counts, is_deceased, is_of_couple
from models.eligibility.determination import AgencyPart, Amount, Determination, Missing
from models.eligibility.logic import Residual, Variable, disjunction
from models.eligibility.nodes import AGENCY, INCOME
from models.eligibility.policies import Citation, Component, Policies, Rule, Service
from models.eligibility.schema import Clash
from models.eligibility.settling import settle

_NOT_FOR_RESIDENTS = "organisation"
_NOTHING = Worked(None, (), ())

Sorted = tuple[tuple[Missing, ...], tuple[AgencyPart, ...], tuple[Missing, ...]]
"""Facts to ask, what another office says, facts never asked."""


def decide(
    policies: Policies,
    case: Case,
    applicant_id: str,
    service_id: str,
    component: str | None = None,
    *,
    with_sensitive: bool = True,
) -> Determination:
    """Decide one service (component None: as a whole, any of its parts) for one person of the case.

    For services about the dead the deceased member is the subject, whoever applies. with_sensitive: False decides as if
    nobody had told the sensitive facts. Raises KeyError for a service or component that does not exist, ValueError for
    a fact outside the vocabulary or its domain.
    """
    service = policies.services[service_id]
    if component is not None and service.component(component) is None:
        raise KeyError(component)
    view = View(policies.facts, case, sensitive=with_sensitive)
    return _decide(policies, view, applicant_id, _Asked(service, component, case.on))


def decide_all(policies: Policies, case: Case, *, with_sensitive: bool = False) -> list[Determination]:
    """Decide every service that can be screened, for the household and everybody in it.

    Left out: universal services, services for organisations and for people who are no registered residents, the dead
    (except as subjects of their own services), people listed only for information, results that hang on nothing but
    facts that are never asked, results left to an office for which nothing known of the household speaks, and, unless
    with_sensitive, services that would tell of a sensitive fact. Without with_sensitive no result rests on a sensitive
    fact either: all of them are decided as if nobody had told it.
    """
    return decide_in(policies, View(policies.facts, case, sensitive=with_sensitive), with_sensitive=with_sensitive)


def decide_in(policies: Policies, view: View, *, with_sensitive: bool = False) -> list[Determination]:
    """decide_all() on a view, which then holds what was worked out (view.residuals)."""
    every = ((service, part, None) for service in policies.services.values() for part in service.components)
    return _with_clashes(policies, decide_parts(policies, view, every, with_sensitive=with_sensitive))


def decide_parts(
    policies: Policies,
    view: View,
    parts: Iterable[tuple[Service, Component, Container[str] | None]],
    *,
    with_sensitive: bool = False,
) -> list[Determination]:
    """These components alone, each for the people named (None: everybody), as decide_all() decides them.

    What one person cannot perhaps have together is not marked: that needs all services.
    """
    view = view if with_sensitive else view.open_to_all()
    living = [person for person in view.case.people if counts(person)]
    dead = [person for person in view.case.people if is_deceased(person)]
    found = []
    for service, part, people in parts:
        if service.universal or (service.sensitive and not with_sensitive):
            continue
        asked = _Asked(service, part.name, view.case.on)
        for person in _subjects(part.subject, living, dead):
            if people is not None and person.id not in people:
                continue
            result = _decide(policies, view, person.id, asked)
            if result.outcome == "unknown" and not result.missing and not (result.agency and result.trace):
                continue
            found.append(result)
    return found


def _subjects(subject: str, living: list[Person], dead: list[Person]) -> Iterable[Person]:
    """For whom a component is decided: once a household, for its couple, once a dead member, otherwise everybody."""
    if subject == "household":
        return living[:1]
    if subject == "couple":
        return [person for person in living if is_of_couple(person)]
    if subject == "deceased":
        return dead
    return () if subject in (_NOT_FOR_RESIDENTS, "transient") else living


class _Asked:
    """A service or one of its components on a day: what of a decision is the same for everybody."""

    def __init__(self, service: Service, component: str | None, on: date) -> None:
        chosen = service.components
        if component is not None and len(chosen) > 1:
            chosen = tuple(part for part in chosen if part.name == component)
        self.service = service
        self.component = None if len(service.components) == 1 else component
        self.subject = chosen[0].subject
        self.rules = [(part, part.rule(on)) for part in chosen]
        self.citations = _citations(self.rules, _NOTHING)
        self.period = _period(self.rules, on)


def _decide(policies: Policies, view: View, applicant: str, asked: _Asked) -> Determination:
    view.used = {}
    service, rules, subject = asked.service, asked.rules, asked.subject
    person = _subject(view, applicant, subject)
    reduced = [_reduced(view, person, service, part, rule) for part, rule in rules]
    said_for = None if subject == "household" else person
    unsettled = reduced[0] if len(reduced) == 1 else disjunction(reduced)
    view.residuals[service.id, asked.component, said_for] = unsettled
    residual, variables = settle(view, unsettled)
    missing, agency, withheld = _sorted_out(policies, view, variables) if variables else ((), (), ())
    worked = _NOTHING
    if residual is True:
        worked = _amounts(policies, view, person, rules, reduced)
    opened = _sorted_out(policies, view, worked.open) if worked.open else ((), (), ())
    return Determination.of(
        service_id=service.id,
        component=asked.component,
        person_id=said_for,
        outcome="eligible" if residual is True else "not_eligible" if residual is False else "unknown",
        missing=missing,
        agency=agency,
        withheld=withheld,
        amount=worked.amount,
        amount_missing=(*opened[0], *opened[2]),
        citations=_citations(rules, worked) if worked.citations else asked.citations,
        trace=_trace(view),
        flags=asked.period + _flags(view, person, service),
        pack_id=service.pack.id,
        pack_hash=service.pack.hash,
        on=view.case.on,
    )


def _trace(view: View) -> tuple[Used, ...]:
    """The facts that the decision read."""
    if not view.used:
        return ()
    return tuple([view.written(fact, owner, value) for (fact, owner), value in sorted(view.used.items())])


def _subject(view: View, applicant: str, subject: str) -> str:
    """The person whose facts decide: the deceased for services about the dead, else the applicant."""
    if subject != "deceased":
        return applicant
    dead = view.relatives(applicant, "deceased")
    return applicant if applicant in dead else dead[0]


def _reduced(view: View, person: str, service: Service, part: Component, rule: Rule) -> Residual:
    if part.subject == _NOT_FOR_RESIDENTS:
        return False
    return service.universal if rule.node is None else rule.node.reduce(view, person)


def _sorted_out(policies: Policies, view: View, variables: Iterable[Variable]) -> Sorted:
    """(facts to ask, what another office says, facts never asked) of the variables that matter."""
    missing: list[Missing] = []
    agency: list[AgencyPart] = []
    withheld: list[Missing] = []
    for variable in variables:
        part = view.left_to.get(variable) or view.left_to.setdefault(variable, _left_to(policies, view, *variable))
        missing += part[0]
        agency += part[1]
        withheld += part[2]
    return tuple(missing), tuple(agency), tuple(withheld)


def _left_to(policies: Policies, view: View, fact: str, owner: str) -> Sorted:
    """The same of one variable; one view asks it again and again."""
    if fact.startswith(AGENCY):
        return (), (AgencyPart("", owner, fact.removeprefix(AGENCY)),), ()
    definition = policies.facts[fact]
    if definition.sensitive or definition.ask == "never":
        return (), (), (Missing(fact, owner),)
    if definition.ask == "agency":
        return (), (AgencyPart(fact, owner, definition.zh.ask, definition.en.ask),), ()
    return tuple(_income_missing(view)) if fact == INCOME else (Missing(fact, owner),), (), ()


def _income_missing(view: View) -> list[Missing]:
    """The incomes that are still silent; nobody's known, the income per head itself answers at once."""
    silent = view.silent_earners()
    if silent and len(silent) < len(view.counted()):
        return [Missing("income_month", person) for person in silent]
    return [Missing(INCOME, HOUSEHOLD), *(Missing("income_month", person, alternative=True) for person in silent)]


def _amounts(
    policies: Policies, view: View, person: str, rules: list[tuple[Component, Rule]], reduced: list[Residual]
) -> Worked:
    """The amount of the one component, or of the whole: those due are added where they are exact and of one kind."""
    found = []
    for (_, rule), residual in zip(rules, reduced, strict=True):
        if not rule.amounts:
            continue
        state, _ = settle(view, residual)
        if state is True:
            found.append(work_out(policies, rule, view, person))
        elif state is not False:
            return _NOTHING
    if not found:
        return _NOTHING
    given = [worked for worked in found if worked.amount is not None]
    opened = tuple(dict.fromkeys(variable for worked in found for variable in worked.open))
    cited = tuple(dict.fromkeys(citation for worked in found for citation in worked.citations))
    if len(given) == 1:
        return Worked(given[0].amount, opened, cited)
    amounts = [worked.amount for worked in given if worked.amount is not None]
    alike = {(amount.kind, amount.unit, amount.per) for amount in amounts}
    if not amounts or len(alike) > 1 or amounts[0].kind != "exact" or opened:
        return Worked(None, opened, cited)
    total = sum((amount.number for amount in amounts if amount.number is not None), Decimal(0))
    return Worked(Amount("exact", amounts[0].unit, amounts[0].per, amounts[0].per_en, number=total), opened, cited)


def _citations(rules: list[tuple[Component, Rule]], worked: Worked) -> tuple[Citation, ...]:
    if len(rules) == 1 and not worked.citations:
        return rules[0][1].citations
    cited = (citation for _, rule in rules for citation in rule.citations)
    return tuple(dict.fromkeys((*cited, *worked.citations)))


def _period(rules: list[tuple[Component, Rule]], on: date) -> tuple[str, ...]:
    """Beside the verdict: is the period over, or still to come?"""
    if all(rule.valid_to is not None and rule.valid_to < on for _, rule in rules):
        return ("period_ended",)
    return ("not_yet_in_force",) if all(rule.valid_from > on for _, rule in rules) else ()


def _flags(view: View, person: str, service: Service) -> tuple[str, ...]:
    """Beside the verdict: is the service already received, may another one clash with it?"""
    flags: tuple[str, ...] = ()
    receives = _receives(view, person, service)
    if service.id in receives or (service.already is not None and service.already.reduce(view, person) is True):
        flags += ("received",)
    if receives:
        flags += tuple(f"may_clash:{other}" for other in _said_to_clash(service.clashes) if other in receives)
        flags += tuple(f"excluded_by:{other}" for other in _said_to_clash(service.excludes) if other in receives)
    return flags


def _said_to_clash(clashes: Iterable[Clash]) -> list[str]:
    """The other services, as far as words of a text say that they do not go together: nothing else is a warning."""
    return [clash.service for clash in clashes if clash.source is not None]


def _receives(view: View, person: str, service: Service) -> frozenset[str]:
    """Ids of the services received by the person, or by anybody in the household of a household's service."""
    if service.subject == "household":
        return frozenset().union(*(member.receives for member in view.case.people))
    member = view.people.get(person)
    return member.receives if member else frozenset()


def _with_clashes(policies: Policies, found: list[Determination]) -> list[Determination]:
    """Mark what one person cannot perhaps have together. This comes after all verdicts and changes none of them."""
    due: dict[str, set[str | None]] = {}
    for result in found:
        if result.outcome == "eligible":
            due.setdefault(result.service_id, set()).add(result.person_id)
    marked = []
    for result in found:
        clashes = policies.services[result.service_id].clashes
        if not clashes or result.outcome != "eligible":
            marked.append(result)
            continue
        also = [
            f"may_clash:{other}"
            for other in _said_to_clash(clashes)
            if due.get(other, set()) & {result.person_id, None}
        ]
        flags = tuple(dict.fromkeys((*result.flags, *also)))
        marked.append(result if flags == result.flags else replace(result, flags=flags))
    return marked
