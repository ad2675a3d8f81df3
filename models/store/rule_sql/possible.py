"""What is possible of every fact: what a known value lets know of another, and what it rules out, as columns.

The twin of the scalar kernel's View. A mask holds the values that are still possible of a fact with a finite domain; of
a fact that is known, or lets itself be known, that is one bit; none where the fact has no meaning.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sqlalchemy import CTE, Boolean, Integer, Label, and_, case, false, func, literal_column, not_, or_, select
from sqlalchemy import ColumnElement as Sql

from models.eligibility.case import HOUSEHOLD, minus_years
from models.eligibility.nodes import INCOME
from models.eligibility.schema import FactDefinition, Requirement
from models.store.rule_sql.people import Facts, Wanted, columns_of, domain_of, mask_of, told_people

EARNED = "income_month"
MEMBER = ("household_id", "resident_id", "place", "relation", "role", "dead", "counted")


class CannotCompile(Exception):  # noqa: N818  # what it says, not that it is one
    """A rule that this compiler cannot put into SQL; says which and why, in English."""


def number_of(day: date) -> int:
    """A day as the columns hold it."""
    return day.year * 10000 + day.month * 100 + day.day


def closure(facts: Facts, names: Iterable[str]) -> tuple[str, ...]:
    """The facts with all that lets something of them be known, and all that they presuppose, as in the dictionary."""
    found = {name for name in names if name in facts}
    while True:
        near = {requirement.fact for name in found for requirement in facts[name].requires}
        near |= {other for other, fact in facts.items() if any(r.fact in found for r in fact.requires)}
        near |= {EARNED} if INCOME in found else set()
        if near <= found:
            return tuple(name for name in facts if name in found)
        found |= near


class Row:
    """One person as the conditions read them: columns of a table expression, or nobody of whom nothing is known.

    What a condition asks of the columns is put down once, as a column of a table of its own (``tests``), so that the
    condition itself stays short however often it asks.
    """

    def __init__(self, wanted: Wanted, table: CTE | None, name: str = "") -> None:
        self.wanted = wanted
        self.dictionary = wanted.dictionary
        self._table = table
        self._name = name
        self._put: dict[Any, Label[Any]] = {}

    def put(self, key: Any, make: Callable[[], Sql[Any]]) -> Sql[Any]:
        """A test of the columns by its key: made once, and from then on named. Nobody's is the expression itself."""
        if self._table is None:
            return make()
        if key not in self._put:
            self._put[key] = make().label(f"t{len(self._put)}")
        return literal_column(f"{self._name}.{self._put[key].name}", Boolean)

    def tests(self) -> CTE:
        """The table of everybody with the tests that were put down; its name is the row's."""
        assert self._table is not None
        return select(*(self._table.c[name] for name in (*MEMBER, "in_turn")), *self._put.values()).cte(self._name)

    def _seen(self, fact: str) -> bool:
        """Is anything to be seen of the fact here at all?"""
        return self._table is not None and fact in self.wanted.facts

    def mask(self, fact: str) -> Sql[Any]:
        """The values that are possible of a fact with a finite domain."""
        if self._seen(fact):
            return self._table.c[fact]  # type: ignore[union-attr]
        return _number(mask_of(self.dictionary[fact], domain_of(self.dictionary[fact])))

    def known(self, fact: str) -> Sql[Any]:
        """Is the fact known, or does it follow from what is known?"""
        if not self._seen(fact):
            return false()
        column = f"{fact}__known" if domain_of(self.dictionary[fact]) else columns_of(self.dictionary[fact])[0]
        found = self._table.c[column]  # type: ignore[union-attr]
        return found == 1 if domain_of(self.dictionary[fact]) else found.is_not(None)

    def value(self, fact: str) -> Sql[Any]:
        """A number; NULL where nobody told it."""
        return self._column(fact, fact)

    def days(self, fact: str) -> tuple[Sql[Any], Sql[Any]]:
        """The earliest and the latest day; NULL where nobody told it."""
        return self._column(fact, f"{fact}__low"), self._column(fact, f"{fact}__high")

    def meaningless(self, fact: str) -> Sql[Any]:
        """Can an unknown number or date have no value at all?"""
        if not self._seen(fact) or fact == INCOME:
            return false()
        return self._table.c[f"{fact}__none"] == 1  # type: ignore[union-attr]

    def incomes(self) -> tuple[Sql[Any], Sql[Any], Sql[Any]]:
        """Of the household: the sum of the known incomes, how many are known, how many members count."""
        if self._table is None:
            return _number(0), _number(0), _number(0)
        return self._table.c["earned"], self._table.c["earners"], self._table.c["members"]

    def _column(self, fact: str, name: str) -> Sql[Any]:
        if self._seen(fact):
            return self._table.c[name]  # type: ignore[union-attr]
        return literal_column("NULL", Integer)


def people(wanted: Wanted) -> CTE:
    """Everybody with what is possible of every fact that the rule reads (see Row), and the household's incomes."""
    told = _inferred(wanted, told_people(wanted))
    columns: list[Any] = [told.c[name] for name in MEMBER]
    for name in wanted.facts:
        definition = wanted.dictionary[name]
        if domain_of(definition):
            known = told.c[f"{name}__known"]
            columns.append(case((known == 1, told.c[name]), else_=_left(wanted, told, definition)).label(name))
            columns.append(known)
        else:
            own = [told.c[column] for column in columns_of(definition)]
            excluded = [
                each for requirement, each in _exclusions(wanted, told, definition) if requirement.value == "any"
            ]
            columns += own
            columns.append(case((and_(own[0].is_(None), or_(false(), *excluded)), 1), else_=0).label(f"{name}__none"))
    first = func.row_number().over(
        partition_by=told.c.household_id,
        order_by=(case((told.c.counted, 0), else_=1), told.c.relation, told.c.place),
    )
    columns.append(first.label("in_turn"))
    columns += _incomes(wanted, told)
    return select(*columns).cte("people")


def _incomes(wanted: Wanted, told: CTE) -> list[Any]:
    if EARNED not in wanted.facts:
        return []
    earned = case((told.c.counted, told.c[EARNED]))
    one = case((told.c.counted, 1), else_=0)
    home = told.c.household_id
    return [
        func.coalesce(func.sum(earned).over(partition_by=home), 0).label("earned"),
        func.count(earned).over(partition_by=home).label("earners"),
        func.sum(one).over(partition_by=home).label("members"),
    ]


def _inferred(wanted: Wanted, told: CTE) -> CTE:
    """The people with a mask, and whether it is known, of each fact with a finite domain: after all that follows."""
    facts = wanted.dictionary
    masks: dict[str, Sql[Any]] = {}
    known: dict[str, Sql[Any]] = {}
    for name in wanted.facts:
        definition = facts[name]
        own = told.c[columns_of(definition)[0]]
        known[name] = own.is_not(None)
        if domain_of(definition):
            masks[name] = func.coalesce(own, mask_of(definition, domain_of(definition)))

    def infer(name: str, where: Sql[Any]) -> None:
        for requirement in facts[name].requires:
            target = requirement.fact
            if not requirement.infers or requirement.in_ is None or target not in masks:
                continue
            if facts[name].level != facts[target].level:
                if facts[target].level == HOUSEHOLD:
                    raise CannotCompile(f"{name} of a person presupposes {target} of the household")
                continue  # of whom would it be known?
            accepted = mask_of(facts[target], requirement.in_)
            holds = [where, not_(known[target]), told.c[f"{target}__stated"] == 0]
            if requirement.value != "any":
                if name not in masks:
                    continue
                holds.append(masks[name] == mask_of(facts[name], (requirement.value,)))
            left = masks[target].op("&")(accepted)
            condition = and_(*holds, left != 0)
            one = and_(condition, left.op("&")(left - 1) == 0)
            masks[target], known[target] = case((condition, left), else_=masks[target]), or_(known[target], one)
            infer(target, one)

    for level in (HOUSEHOLD, "person"):
        for name in wanted.facts:
            if facts[name].level == level:
                infer(name, known[name])
    columns: list[Any] = [told.c[name] for name in MEMBER]
    for name in wanted.facts:
        if name in masks:
            columns += [masks[name].label(name), case((known[name], 1), else_=0).label(f"{name}__known")]
        else:
            columns += [told.c[column] for column in columns_of(facts[name])]
    return select(*columns).cte("inferred")


def _left(wanted: Wanted, told: CTE, definition: FactDefinition) -> Sql[Any]:
    """What is left of an unknown fact once what contradicts it is ruled out."""
    left: Sql[Any] = told.c[definition.name]
    for requirement, excluded in _exclusions(wanted, told, definition):
        gone = domain_of(definition) if requirement.value == "any" else (requirement.value,)
        rest = mask_of(definition, [value for value in domain_of(definition) if value not in gone])
        left = left.op("&")(case((excluded, rest), else_=mask_of(definition, domain_of(definition))))
    return left


def _exclusions(wanted: Wanted, told: CTE, definition: FactDefinition) -> Iterable[tuple[Requirement, Sql[Any]]]:
    """(requirement, does what is known contradict it)."""
    for requirement in definition.requires:
        parent = requirement.fact
        if parent not in wanted.facts:
            continue  # sensitive, and out of sight
        if definition.level == HOUSEHOLD and wanted.dictionary[parent].level != HOUSEHOLD:
            continue
        other = wanted.dictionary[parent]
        if requirement.age_from is not None:
            latest = number_of(minus_years(wanted.on, requirement.age_from))
            yield requirement, func.coalesce(told.c[f"{parent}__low"] > latest, false())
        elif domain_of(other):
            accepted = mask_of(other, requirement.in_ or ())
            yield requirement, told.c[parent].op("&")(accepted) == 0
        else:
            yield requirement, told.c[columns_of(other)[0]].is_not(None)  # a number or a day is never one of these


def _number(value: int) -> Sql[Any]:
    return literal_column(str(value), Integer)
