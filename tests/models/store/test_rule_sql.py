"""Three implementations of the rules agree in every cell: the scalar kernel, numpy, and SQL on both engines.

JINMEN_LONG_TESTS=1 (in the environment) makes the register larger and runs every rule on PostgreSQL too.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from sqlalchemy import Connection, select

from models.eligibility import Case, Policies
from models.eligibility.batch.plan import make_plan
from models.eligibility.batch.screening import ELIGIBLE, NOT_ELIGIBLE, NOT_SUBJECT, screen_columns
from models.eligibility.case import counts, is_deceased, is_of_couple
from models.eligibility.deciding import decide
from models.eligibility.nodes import Choice, Group, Members, Threshold
from models.eligibility.policies import Component, Service
from models.services.cases import build_case
from models.store.bulk import load
from models.store.engine import Engines
from models.store.rows import KEPT
from models.store.rule_sql import CannotCompile, count_rule, list_rule, possible, rule_select
from models.store.rule_sql.conditions import Conditions, facts_read
from models.store.rule_sql.dialects import Sqlite
from tests.models.eligibility.batch.invented import draw_condition, small_policies, with_rule
from tests.models.eligibility.support import policies
from tests.models.store.told_register import ON, Told

LONG = bool(os.environ.get("JINMEN_LONG_TESTS"))
SEED, HOUSEHOLDS = 20, 400 if LONG else 24
TOTALS = {"not_eligible": 1967, "unknown": 2827, "eligible": 867}
"""The verdicts of the drawn register: a changed rule or fact changes them, and nothing else may."""
_WORDS = {NOT_ELIGIBLE: "not_eligible", ELIGIBLE: "eligible"}
_HOUSEHOLD = KEPT["household"]

Cell = tuple[str, str | None, str, str]
"""Service, component, household, resident (empty: the household as one)."""


def parts(*, sensitive: bool = False) -> list[tuple[Service, Component]]:
    """Everything that is decided for people of the register."""
    return [
        (service, part)
        for service in policies().services.values()
        for part in service.components
        if not service.universal and (sensitive or not service.sensitive)
        if part.subject not in ("organisation", "transient")
    ]


def named(service: Service, part: Component) -> str | None:
    return part.name if len(service.components) > 1 else None


@pytest.fixture
def register(engines: Engines) -> Iterator[Connection]:
    """A drawn register, read-only."""
    with engines.writer.begin() as connection:
        Told(policies(), SEED).write(connection, HOUSEHOLDS)
    with engines.reader.connect() as connection:
        yield connection


def cases(connection: Connection, rules: Policies | None = None) -> dict[str, Case]:
    """The present households as the check at the door sees them."""
    present = _HOUSEHOLD.c.until.is_(None) | (_HOUSEHOLD.c.until > ON)
    there = connection.execute(select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.dead.is_(False), present)).scalars()
    return {home: build_case(connection, rules or policies(), home, ON) for home in there}


def by_scalar(
    register: dict[str, Case], service: Service, part: Component, *, sensitive: bool, rules: Policies | None = None
) -> dict[Cell, str]:
    """The scalar kernel's verdicts on one part."""
    found: dict[Cell, str] = {}
    for home, case in register.items():
        living = [person for person in case.people if counts(person)]
        whom = {
            "household": living[:1],
            "couple": [person for person in living if is_of_couple(person)],
            "deceased": [person for person in case.people if is_deceased(person)],
        }.get(part.subject, living)
        for person in whom:
            said = decide(rules or policies(), case, person.id, service.id, part.name, with_sensitive=sensitive)
            resident = "" if part.subject == "household" else person.id
            found[service.id, named(service, part), home, resident] = said.outcome
    return found


def by_numpy(connection: Connection) -> dict[Cell, str]:
    """The verdicts of the screening."""
    loaded = load(connection, policies().facts, ON)
    screened = screen_columns(make_plan(policies(), ON), loaded.columns, missing=False)
    assert screened is not None
    person = [one.decode() for one in loaded.lists.person.tolist()]
    home = [one.decode() for one in loaded.lists.home.tolist()]
    homes = loaded.columns.household.tolist()
    return {
        (part.service_id, part.component, home[homes[row]], "" if part.subject == "household" else person[row]): (
            _WORDS.get(verdict, "unknown")
        )
        for place, part in enumerate(screened.parts)
        for row, verdict in enumerate(screened.verdicts[place].tolist())
        if verdict != NOT_SUBJECT
    }


def by_sql(
    connection: Connection, service: Service, part: Component, *, sensitive: bool = False, rules: Policies | None = None
) -> dict[Cell, str]:
    """The verdicts of the SELECT."""
    rows = list_rule(connection, rules or policies(), ON, service.id, part.name, with_sensitive=sensitive)
    found = {(service.id, named(service, part), row.household_id, row.resident_id): row.verdict for row in rows}
    assert len(found) == len(rows)
    return found


def differing(one: dict[Cell, str], other: dict[Cell, str]) -> list[tuple[Cell, str | None, str | None]]:
    keys = one.keys() | other.keys()
    return [(key, one.get(key), other.get(key)) for key in keys if one.get(key) != other.get(key)]


@cache
def hard() -> frozenset[tuple[str, str | None]]:
    """The parts of every kind: relatives, incomes, other subjects, dates, and the longest rules."""
    chosen: dict[str, list[tuple[str, str | None]]] = {}
    for service, part in parts(sensitive=True):
        node = part.rule(ON).node
        kinds = {part.subject, "sensitive" if service.sensitive else "", *_kinds(node)}
        for kind in kinds:
            chosen.setdefault(kind, []).append((service.id, part.name))
    return frozenset(one for several in chosen.values() for one in several[:3])


def _kinds(node: object) -> Iterator[str]:
    if isinstance(node, Threshold):
        yield f"compared {node.fact.type} {node.negated}"
        if node.fact.name == "income_per_capita_month":
            yield "income"
    if isinstance(node, Members):
        yield f"{node.who} {node.every}"
    if isinstance(node, Choice) and node.presupposed is not None:
        yield "presupposed"
    yield type(node).__name__ + (node.kind if isinstance(node, Group) else "")
    for child in node.children():  # type: ignore[attr-defined]
        yield from _kinds(child)


def test_scalar_numpy_and_sql_agree_in_every_cell(register: Connection, engines: Engines) -> None:
    told = cases(register)
    numpy = by_numpy(register)
    everything = engines.dialect == "sqlite" or LONG
    compared: dict[Cell, str] = {}
    for service, part in parts():
        if everything or (service.id, part.name) in hard():
            scalar = by_scalar(told, service, part, sensitive=False)
            of_numpy = {cell: numpy.get(cell) for cell in scalar}
            assert scalar == of_numpy
            assert differing(scalar, by_sql(register, service, part)) == []
            compared |= scalar
    if everything:
        assert compared.keys() == numpy.keys()
    assert min(Counter(compared.values()).values()) > 100


def test_the_verdicts_of_the_drawn_register_are_pinned(sqlite_engines: Engines) -> None:
    with sqlite_engines.writer.begin() as connection:
        Told(policies(), SEED).write(connection, 24)
    with sqlite_engines.reader.connect() as register:
        found = Counter(by_numpy(register).values())
    assert found == TOTALS, "has a rule or a fact changed? then these are the new totals; else something is wrong"


def test_sensitive_facts_decide_where_they_may_be_seen_and_nowhere_else(register: Connection) -> None:
    told = cases(register)
    facts = {name for name, fact in policies().facts.items() if fact.sensitive}
    changed = 0
    for service, part in parts(sensitive=True):
        if not service.sensitive and not facts & _read(part):
            continue
        seen = by_sql(register, service, part, sensitive=True)
        hidden = by_sql(register, service, part)
        assert differing(by_scalar(told, service, part, sensitive=True), seen) == []
        assert differing(by_scalar(told, service, part, sensitive=False), hidden) == []
        changed += seen != hidden
    assert changed > 3


def _read(part: Component) -> set[str]:
    node = part.rule(ON).node
    return facts_read(node) if node is not None else set()


def test_reading_an_unknown_as_no_or_as_nought_would_be_noticed(
    sqlite_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison can fail: NULL turned into no, or into 0, is seen in many cells."""
    with sqlite_engines.writer.begin() as connection:
        Told(policies(), SEED).write(connection, HOUSEHOLDS)
    with sqlite_engines.reader.connect() as register:
        _mutants_are_noticed(register, monkeypatch)


def _mutants_are_noticed(register: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    told = cases(register)
    some = [(service, part) for service, part in parts() if (service.id, part.name) in hard()][::2]
    honest = Conditions._accepted

    def no(self, node, row):
        leaf = honest(self, node, row)
        return possible.func.coalesce(leaf, False) if node.fact.type == "bool" else leaf

    value = possible.Row.value

    def nought(self, fact):
        return possible.func.coalesce(value(self, fact), 0)

    for where, name, mutant, least in ((Conditions, "_accepted", no, 100), (possible.Row, "value", nought, 5)):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, mutant)
            wrong = 0
            for service, part in some:
                wrong += len(
                    differing(by_scalar(told, service, part, sensitive=False), by_sql(register, service, part))
                )
        assert wrong > least, (name, wrong)


def test_a_page_of_a_rule_is_a_piece_of_its_list(register: Connection) -> None:
    service = policies().services["S50"]
    whole = list_rule(register, policies(), ON, service.id)
    assert whole == sorted(whole, key=lambda row: (row.household_id, row.resident_id))
    assert whole[5:9] == list_rule(register, policies(), ON, service.id, offset=5, limit=4)
    due = [row for row in whole if row.verdict == "eligible"]
    assert due[1:3] == list_rule(register, policies(), ON, service.id, verdict="eligible", offset=1, limit=2)
    assert count_rule(register, policies(), ON, service.id) == Counter(row.verdict for row in whole)
    homes = sorted({row.household_id for row in whole})[:3]
    some = list_rule(register, policies(), ON, service.id, households=homes)
    assert some == [row for row in whole if row.household_id in homes]


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (
            {
                "any": [
                    {"fact": "dibao", "is": True},
                    {"members": "any", "who": "parent", "where": {"fact": "dibao", "is": True}},
                ]
            },
            "reads the household",
        ),
        (
            {
                "all": [
                    {"members": "any", "who": "parent", "where": {"fact": "veteran", "is": True}},
                    {"members": "all", "who": "father", "where": {"fact": "self_employment_veteran", "is": False}},
                ]
            },
            "two groups of relatives",
        ),
        (
            {
                "all": [
                    {"fact": "veteran", "is": True},
                    {"members": "any", "who": "household", "where": {"fact": "veteran", "is": False}},
                ]
            },
            "the person and the household",
        ),
    ],
)
def test_a_rule_that_sql_cannot_decide_exactly_is_refused(condition: dict[str, object], why: str) -> None:
    invented = with_rule(policies(), condition, "person")
    service = next(iter(invented.services.values()))
    with pytest.raises(CannotCompile, match=why):
        rule_select(invented, ON, service.id, None, "sqlite")


def test_a_threshold_finer_than_the_engine_counts_is_refused() -> None:
    with pytest.raises(ValueError, match="exactly"):
        Sqlite().exactly(Decimal("0.0000001"))


def test_what_is_not_there_or_has_no_rule_is_told() -> None:
    with pytest.raises(KeyError):
        rule_select(policies(), ON, "no such service", None, "sqlite")
    with pytest.raises(KeyError):
        rule_select(policies(), ON, "S64", "no such part", "sqlite")
    with pytest.raises(ValueError, match="for everybody"):
        rule_select(policies(), ON, "S28", None, "sqlite")
    with pytest.raises(KeyError):
        rule_select(policies(), ON, "S50", None, "another engine")


def test_every_rule_of_the_packs_can_be_put_into_sql() -> None:
    for service, part in parts(sensitive=True):
        rule_select(policies(), ON, service.id, part.name, "postgresql", with_sensitive=service.sensitive)
        if (service.id, part.name) in hard():
            for on in (date(2019, 1, 1), date(2031, 1, 1)):
                rule_select(policies(), on, service.id, part.name, "sqlite")


def test_invented_rules_of_every_shape_are_decided_as_the_scalar_kernel_decides_them(register: Connection) -> None:
    """Rules in which facts that presuppose one another are read again and again; what SQL cannot do it refuses."""
    small = small_policies()
    told = cases(register, rules=small)
    compared = refused = 0
    for number in range(300 if LONG else 36):
        rng = random.Random(f"sql {number}")
        condition, subject = draw_condition(small, rng), rng.choice(("person", "person", "household", "couple"))
        try:
            invented = with_rule(small, condition, subject)
            (service,) = invented.services.values()
            of_sql = by_sql(register, service, service.components[0], sensitive=True, rules=invented)
        except CannotCompile:
            refused += 1
            continue
        except ValueError:  # a comparison that can never decide is no rule
            continue
        scalar = by_scalar(told, service, service.components[0], sensitive=True, rules=invented)
        assert differing(scalar, of_sql) == [], condition
        compared += len(scalar)
    assert compared > 700
    assert refused > 0
