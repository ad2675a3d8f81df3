"""Turns rows into the case that the eligibility rules see: people with their facts, the household with its own."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, Row, bindparam, or_, select

from models.eligibility import Case, Person, Policies, checked_value
from models.errors import NotFound
from models.services.facts import current_facts
from models.services.views import FactView
from models.store.present import apart, counted, days_of, there
from models.store.rows import KEPT
from models.store.told import (
    PERMIT,
    RECEIVES,
    role,
    told_by_certificate,
    told_by_death,
    told_by_permit,
    told_by_register,
)

__all__ = ["RECEIVES", "Built", "build_case", "build_cases"]

_RESIDENT, _DOCUMENT = KEPT["resident"], KEPT["identity_document"]
_HOUSEHOLD, _MEMBERSHIP = KEPT["household"], KEPT["membership"]
_SEXES = {"1": "男", "2": "女"}

# statements are made once: making one takes longer than reading a household's rows
_IS_HERE = select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.id == bindparam("home"))
_PRESENT = (
    select(
        *(_RESIDENT.c[name] for name in ("id", "sex", "birth_date", "marital_status", "ethnic_group", "died_on")),
        _MEMBERSHIP.c.relation,
        counted().label("counts"),
        _MEMBERSHIP.c.household_id,
    )
    .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
    .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
    .where(
        _MEMBERSHIP.c.household_id.in_(bindparam("homes", expanding=True)),
        _MEMBERSHIP.c.dead.is_(False),
        there(bindparam("on"), bindparam("died_after")),
    )
    .order_by(_MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
)
_PERMITS = (
    select(_DOCUMENT.c.resident_id, _DOCUMENT.c.valid_until)
    .where(
        _DOCUMENT.c.resident_id.in_(bindparam("people", expanding=True)),
        _DOCUMENT.c.kind == PERMIT,
        _DOCUMENT.c.dead.is_(False),
        _DOCUMENT.c.valid_until >= bindparam("on"),
    )
    .order_by(_DOCUMENT.c.valid_until)
)
_CERTIFICATES = (
    select(_DOCUMENT.c.resident_id, _DOCUMENT.c.number)
    .where(
        _DOCUMENT.c.resident_id.in_(bindparam("people", expanding=True)),
        _DOCUMENT.c.kind == "disability_cert",
        _DOCUMENT.c.dead.is_(False),
    )
    .order_by(_DOCUMENT.c.id)
)


def build_case(connection: Connection, policies: Policies, household_id: str, on: date, alone: str = "") -> Case:
    """The case of a household on a day. alone: of one of its people only, who lives there without belonging together
    with the others (a lodger, a dormitory). Raises NotFound where the household, or the person in it, is not here.
    """
    if connection.execute(_IS_HERE, {"home": household_id}).first() is None:
        raise NotFound
    case = build_cases(connection, policies, [household_id], on)[household_id].case
    return by_oneself(case, alone) if alone else case


def lives_apart(connection: Connection, household_id: str, resident_id: str, on: date) -> bool:
    """Whether somebody only lives in a household without belonging to it: a lodger, or among strangers."""
    query = (
        select(_MEMBERSHIP.c.id)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .where(
            _MEMBERSHIP.c.household_id == household_id,
            _MEMBERSHIP.c.resident_id == resident_id,
            _MEMBERSHIP.c.dead.is_(False),
            or_(_MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.until > on),
            apart(),
        )
    )
    return connection.execute(query).first() is not None


def by_oneself(case: Case, person_id: str) -> Case:
    """One person of a case without the others and without what is said of their household. Raises NotFound."""
    person = case.person(person_id)
    if person is None:
        raise NotFound
    facts = {name: value for name, value in person.facts.items() if name != "counts_in_household"}
    states = {key: state for key, state in case.states.items() if key[0] == person_id}
    own = replace(person, facts=facts, role=role("0", "2" if person.sex == _SEXES["2"] else "1"))
    return Case(on=case.on, household={}, people=(own,), states=states)


@dataclass(frozen=True)
class Built:
    """The case of a household, and until when its answers are good: (person id or "household", fact) -> last day."""

    case: Case
    expires: Mapping[tuple[str, str], date]


def build_cases(connection: Connection, policies: Policies, household_ids: Sequence[str], on: date) -> dict[str, Built]:
    """The cases of some hundred households on a day, in a handful of queries; one that is not here is empty."""
    members = _members(connection, household_ids, on)
    ids = list(dict.fromkeys(member.id for of_one in members.values() for member in of_one))
    facts = current_facts(connection, [*household_ids, *ids], on)
    derived, permits = _derived(connection, [member for of_one in members.values() for member in of_one], on)
    return {
        household_id: _built(policies, household_id, on, members.get(household_id, []), facts, derived, permits)
        for household_id in household_ids
    }


def _built(
    policies: Policies,
    household_id: str,
    on: date,
    members: list[Row],  # type: ignore[type-arg]
    facts: Mapping[str, Mapping[str, FactView]],
    derived: Mapping[str, Mapping[str, object]],
    permits: Mapping[str, date],
) -> Built:
    states: dict[tuple[str, str], str] = {}
    expires: dict[tuple[str, str], date] = {}

    def known(subject: str, owner: str) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, view in facts.get(subject, {}).items():
            if name not in policies.facts:  # from a newer pack, or one of our own marks
                continue
            if view.state == "known":
                with suppress(ValueError):  # from a newer pack too, or a file: it is asked again, and the rest decided
                    checked_value(policies.facts, name, view.value)
                    found[name] = view.value
                    if view.good_until is not None:
                        expires[owner, name] = view.good_until
            else:
                states[owner, name] = view.state
        return found

    household = known(household_id, "household")
    people = []
    for member in members:
        own = known(member.id, member.id)
        told = {name: value for name, value in derived[member.id].items() if name in policies.facts}
        for name in told:
            states.pop((member.id, name), None)
            good = expires.pop((member.id, name), None)
            if name == PERMIT and (own.get(name) is not True or (good is not None and good <= permits[member.id])):
                expires[member.id, name] = permits[member.id]
            elif name == PERMIT and good is not None:
                expires[member.id, name] = good  # somebody said that there is one for longer than the document tells
        if not member.counts:  # the membership says so, whatever was answered
            expires.pop((member.id, "counts_in_household"), None)
        people.append(
            Person(
                id=member.id,
                facts={**own, **told, **({} if member.counts else {"counts_in_household": False})},
                role=role(member.relation, member.sex),
                receives=_receives(facts.get(member.id, {})),
                sex=_SEXES.get(member.sex, ""),
            )
        )
    return Built(Case(on=on, household=household, people=tuple(people), states=states), expires)


def _receives(facts: Mapping[str, FactView]) -> frozenset[str]:
    return frozenset(
        name.removeprefix(RECEIVES) for name, view in facts.items() if name.startswith(RECEIVES) and view.value is True
    )


def _members(connection: Connection, household_ids: Sequence[str], on: date) -> dict[str, list[Row]]:  # type: ignore[type-arg]
    """The members of households, who died lately too, with what the register says of them, the head first."""
    found: dict[str, dict[str, Row]] = {}  # type: ignore[type-arg]
    for row in connection.execute(_PRESENT, {"homes": list(household_ids), **days_of(on)}):
        found.setdefault(row.household_id, {}).setdefault(row.id, row)  # who was taken in at two desks is one person
    return {home: list(people.values()) for home, people in found.items()}


def permits_until(connection: Connection, residents: Sequence[str], on: date) -> dict[str, date]:
    """Until when each of some residents has a residence permit valid on a day; of several the longest."""
    rows = connection.execute(_PERMITS, {"people": list(residents), "on": on})
    return {row.resident_id: row.valid_until for row in rows}


def register_tells(connection: Connection, residents: Sequence[str], on: date) -> dict[str, dict[str, object]]:
    """What the register itself says of some residents on a day, as far as it says anything."""
    names = ("id", "birth_date", "marital_status", "ethnic_group", "died_on")
    query = select(*(_RESIDENT.c[name] for name in names)).where(_RESIDENT.c.id.in_(residents))
    return _derived(connection, connection.execute(query).all(), on)[0]


def _derived(
    connection: Connection,
    members: Sequence[Row],  # type: ignore[type-arg]
    on: date,
) -> tuple[dict[str, dict[str, object]], dict[str, date]]:
    """What the register itself says: birth date, marital status, ethnic group, disability by certificate number,
    residence permit, death; and until when each has such a permit.
    """
    derived: dict[str, dict[str, object]] = {}
    for person in members:
        derived[person.id] = told_by_register(person.birth_date, person.marital_status, person.ethnic_group)
        derived[person.id] |= told_by_death(person.died_on, on)
    for row in connection.execute(_CERTIFICATES, {"people": list(derived)}):  # the newest one stands
        derived[row.resident_id] |= told_by_certificate(row.number)
    permits = permits_until(connection, list(derived), on)
    for resident, until in permits.items():
        derived[resident] |= told_by_permit(until, on)
    return derived, permits
