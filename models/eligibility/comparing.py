"""Who gains and who loses when one set of packs takes the place of another: the same households decided by both.

Only services whose rules differ are decided. Universal services are never screened, and sensitive ones never listed:
they are named in left_out, and nobody's result of them is worked out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.eligibility.case import Case, View
from models.eligibility.deciding import decide_parts
from models.eligibility.determination import Amount, Determination
from models.eligibility.differing import changed_services
from models.eligibility.policies import Component, Policies, Service

State = Literal["eligible", "not_eligible", "ask", "office", "none"]
"""A result as lists speak of it: eligible, not, a question would tell, an office decides, or nothing to be said."""

Effect = Literal["gains", "loses", "asks", "office", "settles", "amount"]
"""gains, loses; now needs a question; is now for an office to decide; no longer needs a question; only another sum."""

EFFECTS: tuple[Effect, ...] = ("gains", "loses", "asks", "office", "settles", "amount")
_STEP = 200  # households between two reports of progress


@dataclass(frozen=True)
class PersonChange:
    """What becomes different for one resident (resident_id "": for the household as a whole)."""

    household_id: str
    resident_id: str
    service_id: str
    component: str
    effect: Effect
    before: State
    after: State
    amount_before: Amount | None = None
    amount_after: Amount | None = None


@dataclass(frozen=True)
class ServiceChange:
    """How many residents (or households) gain a service, lose it, and so on; see Effect."""

    service_id: str
    name: str
    name_en: str
    gains: int = 0
    loses: int = 0
    asks: int = 0
    office: int = 0
    settles: int = 0
    amount: int = 0


@dataclass(frozen=True)
class RuleChange:
    """What a new set changes in a register on a day."""

    on: date
    households: int
    residents: int
    services: tuple[ServiceChange, ...]  # those with at least one change
    changes: tuple[PersonChange, ...]
    left_out: tuple[str, ...]  # changed services of which no list is made: universal or sensitive ones

    def total(self, effect: Effect) -> int:
        """How many changes of one kind there are over all services."""
        return sum(change.effect == effect for change in self.changes)


Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class Comparison:
    """Two sets made ready to be compared, household by household."""

    def __init__(self, old: Policies, new: Policies) -> None:
        self.old = old
        self.new = new
        changed = changed_services(old, new)
        self.same_facts = old.facts == new.facts  # so that one case serves both
        self.left_out = tuple(identity for identity in changed if self._unlisted(identity))
        self.services = tuple(identity for identity in changed if identity not in self.left_out)
        self._parts = [self._of(policies) for policies in (old, new)]

    def _unlisted(self, identity: str) -> bool:
        found = [each.services[identity] for each in (self.old, self.new) if identity in each.services]
        return all(service.universal for service in found) or any(service.sensitive for service in found)

    def _of(self, policies: Policies) -> list[tuple[Service, Component, None]]:
        services = (policies.services[identity] for identity in self.services if identity in policies.services)
        return [(service, part, None) for service in services for part in service.components]

    def of(self, household_id: str, before: Case, after: Case | None = None) -> list[PersonChange]:
        """What becomes different in one household. after: its case for the new set, where that knows other facts."""
        results = [
            {
                (said.service_id, said.component or "", said.person_id or ""): said
                for said in decide_parts(policies, View(policies.facts, case), parts)
            }
            for policies, case, parts in (
                (self.old, before, self._parts[0]),
                (self.new, before if after is None else after, self._parts[1]),
            )
        ]
        found = []
        for key in dict.fromkeys((*results[0], *results[1])):
            old, new = results[0].get(key), results[1].get(key)
            was, now = state_of(old), state_of(new)
            effect = _effect(was, now, old, new)
            if effect is None:
                continue
            amounts = [said.amount if said is not None else None for said in (old, new)]
            service, component, person = key
            found.append(PersonChange(household_id, person, service, component, effect, was, now, *amounts))
        return found

    def summed(self, on: date, households: int, residents: int, changes: Iterable[PersonChange]) -> RuleChange:
        """The changes of all households, counted by service."""
        kept = tuple(changes)
        counts: dict[str, Counter[str]] = {}
        for change in kept:
            counts.setdefault(change.service_id, Counter())[change.effect] += 1
        services = []
        for identity, count in counts.items():
            service = self.new.services.get(identity) or self.old.services[identity]
            services.append(
                ServiceChange(identity, service.name, service.name_en, **{key: count[key] for key in EFFECTS})
            )
        order = sorted(services, key=lambda each: (-(each.gains + each.loses), -each.asks, each.service_id))
        return RuleChange(on, households, residents, tuple(order), kept, self.left_out)


def compare_cases(
    old: Policies,
    new: Policies,
    cases: Mapping[str, Case],
    on: date,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> RuleChange | None:
    """Compare two sets on cases by household id; None where it was cancelled. ValueError for facts that are none.

    progress is called with how many households are done and how many there are.
    """
    comparison = Comparison(old, new)
    found: list[PersonChange] = []
    residents = 0
    for done, (identity, case) in enumerate(cases.items()):
        if done % _STEP == 0:
            if cancelled is not None and cancelled():
                return None
            if progress is not None:
                progress(done, len(cases))
        residents += len(case.people)
        if comparison.services:
            found += comparison.of(identity, fitted(case, old), fitted(case, new))
    if progress is not None:
        progress(len(cases), len(cases))
    return comparison.summed(on, len(cases), residents, found)


def fitted(case: Case, policies: Policies) -> Case:
    """The case with those facts only that a set's dictionary knows; another set may have more."""
    known = policies.facts

    def of(given: Mapping[str, object]) -> dict[str, object]:
        return {name: value for name, value in given.items() if name in known}

    if all(name in known for each in (case.household, *(person.facts for person in case.people)) for name in each):
        return case
    people = tuple(type(person)(person.id, of(person.facts), person.role, person.receives) for person in case.people)
    return Case(case.on, of(case.household), people, {key: s for key, s in case.states.items() if key[1] in known})


def state_of(said: Determination | None) -> State:
    """A determination as lists speak of it. What hangs on withheld facts alone is not spoken of."""
    if said is None:
        return "none"
    if said.outcome != "unknown":
        return "eligible" if said.outcome == "eligible" else "not_eligible"
    return "ask" if said.missing else "office" if said.agency else "none"


def effect_of(was: State, now: State) -> Effect | None:
    """What a change of state means; None where it means nothing to anybody."""
    if was == now:
        return None
    if now in ("eligible", "ask"):
        return "gains" if now == "eligible" else "asks"
    if now == "office" and was in ("eligible", "not_eligible"):
        return "office"
    if was == "eligible":
        return "loses"
    return "settles" if was == "ask" else None


def _effect(was: State, now: State, old: Determination | None, new: Determination | None) -> Effect | None:
    if was == now == "eligible" and old is not None and new is not None and old.amount != new.amount:
        return "amount"
    return effect_of(was, now)
