"""An invented register that draws every fact of the dictionary, and the scalar kernel's answers for it."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from models.eligibility import Case, Person, Policies
from models.eligibility.batch.plan import Part, Plan
from models.eligibility.batch.single import (
    ELIGIBLE,
    NOT_ELIGIBLE,
    OPEN_ASK,
    OPEN_OFFICE,
    open_of,
    scopes_of,
    verdict_of,
    whose,
)
from models.eligibility.case import View, counts, is_deceased, is_of_couple
from models.eligibility.deciding import decide, decide_in
from models.eligibility.schema import FactDefinition

ROLES = ("applicant", "husband", "wife", "spouse", "partner", "child", "son", "daughter", "father", "mother", "parent")
DAY = date(2025, 6, 1)
_CUTS = (1, 3, 6, 7, 14, 16, 18, 35, 60, 61, 65, 70, 80)


def draw_register(policies: Policies, seed: int, households: int, on: date = DAY) -> list[Case]:
    """Households of one to six people; how much is known differs from household to household.

    Among them the dead, people who do not count, roles that the rules do not know, contradictory facts, dates of which
    only the year or the month is known, values at the thresholds, sums in fractions of a cent.
    """
    rng = random.Random(f"register {seed}")
    return [_household(policies, rng, number, on) for number in range(households)]


def _household(policies: Policies, rng: random.Random, number: int, on: date) -> Case:
    known = rng.choice((0.03, 0.3, 0.6, 0.9, 0.99))
    hopeful = rng.random() < 0.5  # half of the households are drawn near to a yes
    states: dict[tuple[str, str], str] = {}
    roles = [
        "applicant",
        *(rng.choice((*ROLES, "", "grandparent", "deceased")) for _ in range(rng.choice((0, 1, 1, 2, 3, 5)))),
    ]
    if rng.random() < 0.1:
        rng.shuffle(roles)
    home = _facts(policies, rng, "household", "household", known, hopeful, states, on)
    people = []
    for place, role in enumerate(roles):
        name = f"r{number}-{place}"
        facts = _facts(policies, rng, "person", name, known, hopeful, states, on)
        facts.pop("deceased", None)
        facts.pop("counts_in_household", None)
        if rng.random() < 0.06:
            facts["deceased"] = True
        if rng.random() < 0.08:
            facts["counts_in_household"] = rng.random() < 0.1
        receives = frozenset(service for service in policies.services if rng.random() < 0.02)
        people.append(Person(name, facts, role, receives))
    return Case(on, home, tuple(people), states)


def _facts(
    policies: Policies,
    rng: random.Random,
    level: str,
    owner: str,
    known: float,
    hopeful: bool,
    states: dict[tuple[str, str], str],
    on: date,
) -> dict[str, object]:
    facts: dict[str, object] = {}
    for name, definition in policies.facts.items():
        if definition.level != level:
            continue
        if rng.random() < known:
            facts[name] = draw_value(rng, definition, hopeful, on)
        elif rng.random() < 0.1:
            states[owner, name] = rng.choice(("not_known", "refused", "expired"))
    return facts


def draw_value(rng: random.Random, definition: FactDefinition, hopeful: bool, on: date) -> object:
    if definition.type == "bool":
        return rng.random() < (0.75 if hopeful else 0.35)
    if definition.domain:
        return rng.choice(definition.domain)
    if definition.type == "int":
        return rng.randint(0, 5)
    if definition.type == "number":
        return rng.choice(_amounts(rng))
    return _day(rng, on)


def _amounts(rng: random.Random) -> tuple[Any, ...]:
    low, high = Decimal(rng.randint(0, 400000)) / 100, rng.randint(0, 200)
    return low, low, high, 0, 30, 60, 303, 1010, Decimal("1010.01"), 1515, Decimal("0.001"), Decimal("1010.0001"), 10**8


def _day(rng: random.Random, on: date) -> object:
    chosen = rng.random()
    if chosen < 0.05:
        return "无"
    if chosen < 0.35:  # round a birthday that decides
        years = rng.choice(_CUTS)
        day = date(on.year - years, on.month, min(on.day, 28)) + timedelta(days=rng.randint(-2, 3))
    else:
        day = on - timedelta(days=rng.randint(-400, 36500))
    if chosen > 0.9:
        return f"{day.year}"
    if chosen > 0.85:
        return f"{day.year}-{day.month:02}"
    return rng.choice((day, day.isoformat()))


SHOWN = (NOT_ELIGIBLE, ELIGIBLE, OPEN_ASK, OPEN_OFFICE)
"""The verdicts that decide_all() lists."""

Cell = tuple[int, bool, frozenset[tuple[str, str]], frozenset[tuple[str, str]], int]
"""Verdict, already received, what is asked of whom, what an office must say of whom, how many questions."""


def scalar_cells(plan: Plan, cases: list[Case], *, with_sensitive: bool = False) -> Iterator[tuple[Part, int, Cell]]:
    """(part, row, the kernel's answer) of every cell that decide_all() decides, and also those that it leaves out."""
    wanted = {(part.service_id, part.component): part for part in plan.parts if part.screened or with_sensitive}
    scopes = {part: scopes_of(plan, part) for part in wanted.values()}
    first = 0
    for case in cases:
        rows = {person.id: first + place for place, person in enumerate(case.people)}
        first += len(case.people)
        view = View(plan.policies.facts, case)
        shown = {
            (s.service_id, s.component, s.person_id): s
            for s in decide_in(plan.policies, view, with_sensitive=with_sensitive)
        }
        living = [person for person in case.people if counts(person)]
        dead = [person for person in case.people if is_deceased(person)]
        for part in wanted.values():
            couple = [person for person in living if is_of_couple(person)]
            whom = {"household": living[:1], "deceased": dead, "couple": couple}
            people = whom.get(part.subject, living)
            for person in people:
                key = (part.service_id, part.component, None if part.subject == "household" else person.id)
                said = shown.get(key)
                if said is None:
                    if plan.policies.services[part.service_id].universal:
                        continue
                    said = decide(
                        plan.policies, case, person.id, part.service_id, part.component, with_sensitive=with_sensitive
                    )
                    assert said.outcome == "unknown"
                    assert not said.missing
                asked = [
                    (m.fact, whose(case, person.id, m.fact, m.of, scopes[part]))
                    for m in said.missing
                    if not m.alternative
                ]
                every = [(fact, whose(case, person.id, fact, of, scopes[part])) for fact, of in open_of(said)]
                verdict = verdict_of(said)
                assert (key in shown) == (verdict in SHOWN)
                yield (
                    part,
                    rows[person.id],
                    (
                        verdict,
                        "received" in said.flags,
                        frozenset(asked),
                        frozenset(every) - frozenset(asked),
                        len(asked),
                    ),
                )
