"""One rule as one SELECT, and a page of its list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, case, false, func, literal, select, true

from models.eligibility.case import Person, is_of_couple
from models.eligibility.policies import Component, Policies
from models.store.rule_sql.conditions import Conditions, check_separate, facts_read
from models.store.rule_sql.dialects import dialect_of
from models.store.rule_sql.people import Wanted
from models.store.rule_sql.possible import Row, closure, people

Verdict = Literal["eligible", "not_eligible", "unknown"]
_COUPLE = [role for role in ("male_head", "female_head", "husband", "wife") if is_of_couple(Person("", {}, role))]


@dataclass(frozen=True)
class RuleRow:
    """What a rule says of one person; resident_id is empty where it says it of the household as one."""

    household_id: str
    resident_id: str
    verdict: Verdict


def rule_select(
    policies: Policies,
    on: date,
    service_id: str,
    component: str | None,
    dialect: str,
    *,
    households: Sequence[str] | None = None,
    with_sensitive: bool = False,
) -> Select[Any]:
    """The SELECT of (household_id, resident_id, verdict) of one part of a service, for everybody it is decided for.

    dialect: sqlite or postgresql. households: only these; None: all that there are on the day. with_sensitive: without
    it everybody is decided as if nobody had told the sensitive facts. Raises KeyError for a part that does not exist,
    CannotCompile for a rule that cannot be put into SQL, ValueError for a universal service, which has none.
    """
    service = policies.services[service_id]
    part = service.component(component) if len(service.components) > 1 else service.components[0]
    if part is None:
        raise KeyError(component)
    node = part.rule(on).node
    if node is None:
        raise ValueError("this service is for everybody: it has no rule")
    read = closure(policies.facts, facts_read(node))
    seen = tuple(name for name in read if with_sensitive or not policies.facts[name].sensitive)
    wanted = Wanted(policies.facts, seen, on, dialect_of(dialect), households)
    check_separate(wanted, node)
    everybody = people(wanted)
    conditions = Conditions(wanted, everybody)
    row = Row(wanted, everybody, "own")
    verdict = conditions.exact(node, row)
    own = row.tests()
    word = case((verdict.is_(true()), "eligible"), (verdict.is_(false()), "not_eligible"), else_="unknown")
    whom: Any = literal("") if part.subject == "household" else own.c.resident_id
    query = select(own.c.household_id, whom.label("resident_id"), word.label("verdict"))
    return conditions.joined(own, query).where(_subject(part, own))


def _subject(part: Component, own: Any) -> Any:
    """For whom a part is decided."""
    if part.subject == "household":
        return and_(own.c.counted, own.c.in_turn == 1)
    if part.subject == "couple":
        return and_(own.c.counted, own.c.role.in_(_COUPLE))
    if part.subject == "deceased":
        return own.c.dead
    return own.c.counted if part.subject == "person" else false()


def list_rule(
    connection: Connection,
    policies: Policies,
    on: date,
    service_id: str,
    component: str | None = None,
    *,
    verdict: Verdict | None = None,
    offset: int = 0,
    limit: int | None = None,
    households: Sequence[str] | None = None,
    with_sensitive: bool = False,
) -> list[RuleRow]:
    """A page of the list of one rule, in the order of the households' identities; verdict: only these."""
    found = rule_select(
        policies,
        on,
        service_id,
        component,
        connection.dialect.name,
        households=households,
        with_sensitive=with_sensitive,
    ).subquery()
    query = select(found).order_by(found.c.household_id, found.c.resident_id).offset(offset).limit(limit)
    if verdict is not None:
        query = query.where(found.c.verdict == verdict)
    return [RuleRow(*row) for row in connection.execute(query)]


def count_rule(
    connection: Connection,
    policies: Policies,
    on: date,
    service_id: str,
    component: str | None = None,
    *,
    with_sensitive: bool = False,
) -> dict[str, int]:
    """How many people a rule says each verdict of."""
    found = rule_select(
        policies, on, service_id, component, connection.dialect.name, with_sensitive=with_sensitive
    ).subquery()
    rows = connection.execute(select(found.c.verdict, func.count().label("number")).group_by(found.c.verdict))
    return {row.verdict: row.number for row in rows}
