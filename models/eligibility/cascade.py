"""What would follow: if a service were granted whose grant is itself a fact, what else could be applied for?

Many benefits hang on the *granted* status (低保家庭), not on the income that deserves it: first apply for 低保, then
these follow. A what-if only: nothing is written, and nothing of it is an entitlement.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from models.eligibility.ahead import outcome_word
from models.eligibility.case import HOUSEHOLD, Case, View, counts
from models.eligibility.deciding import decide_all, decide_parts
from models.eligibility.determination import Determination
from models.eligibility.nodes import Choice, Group, Node
from models.eligibility.policies import Policies, Service
from models.eligibility.watching import PartKey, watch

_ROUNDS = 2  # what is granted, and once more what that would grant
_OPEN = ("eligible", "office")

Place = tuple[str, str | None, str | None]
"""(service, component, person) of a determination."""


@dataclass(frozen=True)
class FollowUp:
    """One service that could be applied for once others are granted.

    determination: as it would be then. after: ids of the services that must be granted first, in that order. case: the
    one it was decided on, with those grants as facts; for explaining.
    """

    determination: Determination
    after: tuple[str, ...]
    case: Case


def grants_of(service: Service) -> Mapping[str, Any]:
    """fact -> value that a grant of the service makes true: its `already` condition, where that is plain facts.

    Empty where there is none, or where it leaves open which fact it is.
    """
    return _plain(service.already) or {} if service.already is not None else {}


def _plain(node: Node) -> dict[str, Any] | None:
    if isinstance(node, Choice) and len(node.accepted) == 1:
        return {node.fact.name: next(iter(node.accepted))}
    if isinstance(node, Group) and node.kind == "all":
        found: dict[str, Any] = {}
        for part in node.parts:
            plain = _plain(part)
            if plain is None:
                return None
            found |= plain
        return found
    return None


def follow_ups(
    policies: Policies, case: Case, determination: Determination, before: Iterable[Determination] | None = None
) -> list[FollowUp]:
    """What becomes eligible, or waits only for an office, once a determination is granted, and was not so before.

    before: the determinations of the case, where they are at hand. What is received already, and services that tell of
    a sensitive fact, are left out. Empty for a service whose grant is no fact that a rule reads.
    """
    service = policies.services[determination.service_id]
    if not grants_of(service):
        return []
    known = {_place(said): said for said in (decide_all(policies, case) if before is None else before)}
    granted: dict[Place, tuple[str, ...]] = {_place(determination): ()}
    found: dict[Place, FollowUp] = {}
    last = [determination]
    for _round in range(_ROUNDS):
        touched: set[PartKey] = set()
        for said in last:
            case, parts = _grant(policies, case, said)
            touched |= parts
        if not touched:
            break
        way = tuple(dict.fromkeys(service for service, _part, _who in granted))
        said_then = _decided(policies, case, touched)
        last = []
        for said in said_then:
            place = _place(said)
            if place in granted or place in found or not _news(known.get(place), said):
                continue
            found[place] = FollowUp(said, way, case)
            if said.outcome == "eligible" and grants_of(policies.services[said.service_id]):
                last.append(said)
        for said in last:
            granted[_place(said)] = way
    return sorted(found.values(), key=_order)


def _decided(policies: Policies, case: Case, parts: set[PartKey]) -> list[Determination]:
    watched = watch(policies)
    wanted = [(*watched.parts[key], None) for key in sorted(parts, key=str)]
    return decide_parts(policies, View(policies.facts, case), wanted)


def _news(was: Determination | None, said: Determination) -> bool:
    """Can it be applied for now, and could not before?"""
    now, then = outcome_word(said), outcome_word(was)
    return now in _OPEN and then not in ("eligible", now) and "received" not in said.flags


def _grant(policies: Policies, case: Case, said: Determination) -> tuple[Case, set[PartKey]]:
    """The case with what the grant makes true, and the parts that read of it."""
    watched = watch(policies)
    household, people, states = dict(case.household), list(case.people), dict(case.states)
    touched: set[PartKey] = set()
    for fact, value in grants_of(policies.services[said.service_id]).items():
        touched |= watched.touched_by(fact)
        if policies.facts[fact].level == HOUSEHOLD:
            household[fact] = value
            states.pop((HOUSEHOLD, fact), None)
            continue
        for at, person in enumerate(people):
            if person.id == said.person_id or (said.person_id is None and counts(person)):
                people[at] = replace(person, facts={**person.facts, fact: value})
                states.pop((person.id, fact), None)
    for at, person in enumerate(people):
        if said.person_id in (None, person.id):
            people[at] = replace(people[at], receives=person.receives | {said.service_id})
    return replace(case, household=household, people=tuple(people), states=states), touched


def _place(said: Determination) -> Place:
    return said.service_id, said.component, said.person_id


def _order(found: FollowUp) -> tuple[Any, ...]:
    """What meets its conditions first, sums before services."""
    said = found.determination
    return (
        len(found.after),
        said.outcome != "eligible",
        said.amount is None,
        said.service_id,
        said.component or "",
        said.person_id or "",
    )
