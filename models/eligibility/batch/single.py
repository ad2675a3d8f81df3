"""One row of the columns decided by the scalar kernel: for the few cells that planes cannot settle, and for tests."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from models.eligibility.batch.block import MEMBER_INCOME
from models.eligibility.batch.columns import (
    LAST_DAY,
    NO_DAY,
    ODD,
    ROLES,
    STATED,
    UNKNOWN,
    Codes,
    Column,
    Columns,
    Days,
    domain_of,
)
from models.eligibility.batch.plan import Part, Plan
from models.eligibility.case import HOUSEHOLD, Case, Person, relatives
from models.eligibility.deciding import decide
from models.eligibility.determination import Determination
from models.eligibility.nodes import AGENCY, INCOME, Choice, Members, Node, OpenList, Threshold
from models.eligibility.policies import Policies
from models.eligibility.schema import FactDefinition

NOT_ELIGIBLE, ELIGIBLE, OPEN_ASK, OPEN_OFFICE, OPEN_WITHHELD, OPEN_SILENT = range(1, 7)


def case_of(policies: Policies, columns: Columns, household: int, on: date) -> Case:
    """The household of the columns as a scalar case on a day. People are named by their row.

    ValueError for days that lie in an interval which is no month and no year: a case cannot say that.
    """
    starts = columns.starts()
    facts: dict[str, object] = {}
    states: dict[tuple[str, str], str] = {}
    rows = range(int(starts[household]), int(starts[household + 1]))
    people: dict[int, dict[str, object]] = {row: {} for row in rows}
    for name, definition in policies.facts.items():
        column = columns.facts.get(name)
        if column is None:
            continue
        at_home = definition.level == HOUSEHOLD
        for row in (household,) if at_home else rows:
            if isinstance(column, Codes) and column.values[row] == STATED:
                states[HOUSEHOLD if at_home else str(row), name] = "not_known"
                continue
            value = _value(definition, column, row)
            if value is not None:
                (facts if at_home else people[row])[name] = value
    for row in rows:
        if columns.dead[row]:
            if ROLES[columns.role[row]] != "deceased":
                people[row]["deceased"] = True
        elif not columns.counts[row]:
            people[row]["counts_in_household"] = False
    return Case(
        on,
        facts,
        tuple(
            Person(
                str(row),
                people[row],
                ROLES[columns.role[row]],
                frozenset(name for name, held in columns.receives.items() if held[row]),
            )
            for row in rows
        ),
        states,
    )


def _value(definition: FactDefinition, column: Column, row: int) -> object:
    """The value as a case writes it; None where it is unknown."""
    if isinstance(column, Codes):
        code = int(column.values[row])
        return domain_of(definition)[code - 1] if code else None
    if isinstance(column, Days):
        low, high = int(column.low[row]), int(column.high[row])
        if low == NO_DAY and high == LAST_DAY:
            return None
        return _days(date.fromordinal(low), date.fromordinal(high))
    number = int(column.values[row])
    if number == UNKNOWN:
        return None
    exact = column.odd[row] if number == ODD else Decimal(number) / 100
    return int(exact) if definition.type == "int" else exact


def _days(low: date, high: date) -> object:
    if low == high:
        return low
    if (low.year, low.month, low.day, high.month, high.day) == (high.year, 1, 1, 12, 31):
        return f"{low.year:04}"
    if (low.year, low.month, low.day) == (high.year, high.month, 1):
        return f"{low.year:04}-{low.month:02}"
    raise ValueError("these days are no month and no year")


class Single:
    """Decides rows one by one; rows that look alike to a rule are decided once."""

    def __init__(self, plan: Plan, columns: Columns) -> None:
        self._plan = plan
        self._columns = columns
        self._starts = columns.starts()
        self._facts: dict[Part, tuple[str, ...]] = {}
        self._memo: dict[Any, tuple[int, dict[tuple[str, str], int]]] = {}
        self.asked = 0

    def decide(self, part: Part, row: int) -> tuple[int, dict[tuple[str, str], int]]:
        """(verdict, how many people each open fact is asked of, by (fact, whose))."""
        self.asked += 1
        household = int(self._columns.household[row])
        key = (part, row - int(self._starts[household]), self._looks(part, household))
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = self._decide(part, row, household)
        return found

    def _decide(self, part: Part, row: int, household: int) -> tuple[int, dict[tuple[str, str], int]]:
        policies = self._plan.policies
        case = case_of(policies, self._columns, household, self._plan.on)
        said = decide(policies, case, str(row), part.service_id, part.component)
        opens: dict[tuple[str, str], int] = {}
        scopes = scopes_of(self._plan, part)
        for fact, owner in open_of(said):
            key = fact, whose(case, str(row), fact, owner, scopes)
            opens[key] = opens.get(key, 0) + 1
        return verdict_of(said), opens

    def _looks(self, part: Part, household: int) -> bytes:
        """The household as the part's rule sees it."""
        if part not in self._facts:
            self._facts[part] = self._read_by(part)
        columns, first, last = self._columns, int(self._starts[household]), int(self._starts[household + 1])
        seen = [columns.role[first:last], columns.counts[first:last], columns.dead[first:last]]
        for name in self._facts[part]:
            column = columns.facts.get(name)
            if column is None:
                continue
            at_home = self._plan.policies.facts[name].level == HOUSEHOLD
            piece = column.cut(household, household + 1) if at_home else column.cut(first, last)
            if isinstance(piece, Codes):
                seen.append(piece.values)
            elif isinstance(piece, Days):
                seen += [piece.low, piece.high]
            else:
                seen += [piece.values]
                if piece.odd:
                    return repr((household, part)).encode()
        return b"|".join(array.tobytes() for array in seen)

    def _read_by(self, part: Part) -> tuple[str, ...]:
        facts = self._plan.policies.facts
        names = {fact for fact, _ in scopes_of(self._plan, part) if fact in facts}
        names |= {MEMBER_INCOME} if INCOME in names else set()
        while True:  # with all that infers something of them, and all that rules something out
            near = {requirement.fact for name in names for requirement in facts[name].requires}
            near |= {other for other, fact in facts.items() if any(r.fact in names for r in fact.requires)}
            if near <= names:
                return tuple(sorted(names))
            names |= near


def open_of(said: Determination) -> Iterator[tuple[str, str]]:
    """(fact, owner) of all that is to be asked and of what an office must say, as the columns name it."""
    yield from ((missing.fact, missing.of) for missing in said.missing if not missing.alternative)
    yield from ((part.fact or AGENCY + part.zh, part.of) for part in said.agency)


def verdict_of(said: Determination) -> int:
    """The code of a determination (see screening.py)."""
    if said.outcome != "unknown":
        return ELIGIBLE if said.outcome == "eligible" else NOT_ELIGIBLE
    if said.missing:
        return OPEN_ASK
    if said.agency:
        return OPEN_OFFICE if said.trace else OPEN_SILENT
    return OPEN_WITHHELD


def scopes_of(plan: Plan, part: Part) -> frozenset[tuple[str, str]]:
    """(fact, relation or "") of all that the part's rule reads; an office's words with their prefix."""
    service = plan.policies.services[part.service_id]
    components = [found for found in service.components if part.component in (None, found.name)]
    nodes = [component.rule(plan.on).node for component in components]
    return frozenset(scope for node in nodes if node is not None for scope in _scopes(node, ""))


def _scopes(node: Node, relation: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, (Choice, Threshold)):
        yield node.fact.name, relation
        if node.presupposed is not None:
            yield from _scopes(node.presupposed, relation)
    elif hasattr(node, "key"):
        yield AGENCY + node.key, relation
    if isinstance(node, OpenList):
        yield from _scopes(node.rest, relation)
    for child in node.children():
        yield from _scopes(child, node.who if isinstance(node, Members) else relation)


def whose(case: Case, person: str, fact: str, owner: str, scopes: frozenset[tuple[str, str]]) -> str:
    """person, household or the relation in which the rule meets the owner of an open fact."""
    if owner == HOUSEHOLD or (fact == MEMBER_INCOME and (INCOME, "") in scopes and (fact, "") not in scopes):
        return HOUSEHOLD
    if owner == person and (fact, "") in scopes:
        return "person"
    relations = sorted(relation for name, relation in scopes if name == fact and relation)
    for relation in relations:
        if owner == relation or owner in relatives(case, person, relation):
            return relation
    return "person"
