"""Condition trees as SQL expressions: true, false, or NULL for what is left open. One function for each kind of node.

NULL logic is Kleene's, and keeps too much open where an unknown fact is read more than once, or where two unknown facts
presuppose one another. So the facts read again are taken through the cells of what they can be: the condition is true
where it is true in all combinations that are possible, false where it is false in all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    FromClause,
    Select,
    and_,
    case,
    false,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy import ColumnElement as Sql
from sqlalchemy.sql.elements import Grouping

from models.eligibility.case import HOUSEHOLD, Case, Person, relatives
from models.eligibility.nodes import (
    AGENCY,
    INCOME,
    Agency,
    Choice,
    Defined,
    Group,
    Members,
    Never,
    Node,
    OpenList,
    Threshold,
)
from models.eligibility.schema import FactDefinition
from models.store.rule_sql.people import Wanted, domain_of, mask_of
from models.store.rule_sql.possible import CannotCompile, Row, closure, number_of

MOST_COMBINATIONS = 256
Variable = tuple[str, str]
"""(fact, person or household), or (a marker of relatives, their relation)."""
Cells = Mapping[Variable, Mapping[Any, bool]]
"""For each fact that is taken through its cells: what each of its tests gives in the cell."""

_KIN = "@relatives:"
_ANY_DAY = date.min  # relatives() does not look at the day
_ROLES = ("male_head", "female_head", "husband", "wife", "child", "son", "daughter", "father", "mother", "other")


@dataclass(frozen=True, eq=False)
class Kin:
    """A condition on relatives, worked out for everybody: the table with the answers, and what nobody there means."""

    node: Members
    table: CTE
    verdict: Sql[Any]


class Conditions:
    """Makes the conditions of one rule into expressions over one person's row."""

    def __init__(self, wanted: Wanted, people: CTE) -> None:
        self.wanted = wanted
        self.people = people
        self.kin: list[Kin] = []

    def exact(self, node: Node, row: Row) -> Sql[Any]:
        """The condition: true, false, or NULL exactly where some completion of what is unknown makes it either."""
        tests = self._tests(node)
        links = list(self._links(tests))
        linked = {variable for child, _, parent, _ in links for variable in (child, parent)}
        again = [variable for variable, found in tests.items() if len(found) > 1 or variable in linked]
        if not again:
            return self.sql(node, row, {})
        ways = [self._cells(variable, tests[variable], links, row) for variable in again]
        size = 1
        for cells in ways:
            size *= len(cells)
        if size > MOST_COMBINATIONS:
            raise CannotCompile(f"{size} combinations of what the rule reads again")
        always, never = [], []
        for chosen in product(*ways):
            given = {variable: verdicts for variable, (verdicts, _) in zip(again, chosen, strict=True)}
            possible = [where for _, where in chosen]
            for child, value, parent, accepted in links:
                if given[child][value] and not given[parent][accepted]:
                    possible += [or_(self._known(child[0], row), self._known(parent[0], row))]
            verdict = self.sql(node, row, given)
            impossible = not_(and_(true(), *possible))
            always.append(or_(impossible, verdict.is_(true())))
            never.append(or_(impossible, verdict.is_(false())))
        return _three(and_(true(), *always), and_(true(), *never))

    def sql(self, node: Node, row: Row, cells: Cells) -> Sql[Any]:
        """The condition by NULL logic, with some facts in one of their cells."""
        if isinstance(node, Group):
            return self._group(node, row, cells)
        if isinstance(node, Defined):
            return self.sql(node.part, row, cells)
        if isinstance(node, Choice):
            return self._choice(node, row, cells)
        if isinstance(node, Threshold):
            return self._threshold(node, row, cells)
        if isinstance(node, Members):
            return self._members(node, row, cells)
        if isinstance(node, Agency):
            return self._agency(node, cells)
        if isinstance(node, OpenList):
            return _any([self.sql(part, row, cells) for part in (*node.parts, node.rest)])
        if isinstance(node, Never):
            return false()
        raise CannotCompile(f"no such kind of condition: {type(node).__name__}")

    # One function for each kind of node.

    def _group(self, node: Group, row: Row, cells: Cells) -> Sql[Any]:
        parts = [self.sql(part, row, cells) for part in node.parts]
        if node.kind == "all":
            return and_(true(), *parts)
        if node.kind == "any":
            return _any(parts)
        if node.kind == "not":
            return Grouping(not_(parts[0]))  # else NOT x IS true would be written, which is NOT (x IS true)
        yes: Any = literal_column("0")
        no: Any = literal_column("0")
        for part in parts:
            yes = yes + case((part.is_(true()), 1), else_=0)
            no = no + case((part.is_(false()), 1), else_=0)
        return _three(yes >= node.k, no > len(parts) - node.k)

    def _choice(self, node: Choice, row: Row, cells: Cells) -> Sql[Any]:
        variable = self._variable(node.fact)
        leaf = _constant(cells[variable][node.accepted]) if variable in cells else self._accepted(node, row)
        if node.presupposed is None:
            return leaf
        return and_(leaf, or_(self._known(node.fact.name, row), self.sql(node.presupposed, row, cells)))

    def _known(self, fact: str, row: Row) -> Sql[Any]:
        return row.put(("known", fact), lambda: row.known(fact))

    def _accepted(self, node: Choice, row: Row) -> Sql[Any]:
        """The fact's value is one of those accepted; false too where it has no meaning."""
        mask, accepted = row.mask(node.fact.name), mask_of(node.fact, node.accepted)
        others = mask_of(node.fact, domain_of(node.fact)) & ~accepted

        def test() -> Sql[Any]:
            return _three(mask.op("&")(others) == 0, mask.op("&")(accepted) == 0, first_fails=True)

        return row.put(("accepted", node.fact.name, accepted), test)

    def _threshold(self, node: Threshold, row: Row, cells: Cells) -> Sql[Any]:
        variable = self._variable(node.fact)
        told = self._compared(node, row)
        leaf = _constant(cells[variable]["from", *self._cut(node)]) if variable in cells else told
        if node.presupposed is None:
            return leaf
        return and_(leaf, or_(told.is_not(None), self.sql(node.presupposed, row, cells)))

    def _compared(self, node: Threshold, row: Row) -> Sql[Any]:
        """The comparison with what is told."""

        def test() -> Sql[Any]:
            reached, missed = self._around(node, row)
            if node.negated:
                reached, missed = missed, reached
            return case((row.meaningless(node.fact.name), false()), (reached, true()), (missed, false()))

        return row.put(("compared", node.fact.name, *self._cut(node)), test)

    def _around(self, node: Threshold, row: Row) -> tuple[Sql[Any], Sql[Any]]:
        """(the value is surely at the cut or above it, surely below it)."""
        fact, (threshold, above) = node.fact, node.cut_at(self.wanted.on)
        if fact.name == INCOME:
            return self._income(threshold, above, row)
        if fact.type == "date":
            low, high = row.days(fact.name)
            day = number_of(threshold)
            return (low > day if above else low >= day), (high <= day if above else high < day)
        value, cut = row.value(fact.name), self.wanted.dialect.exactly(threshold)
        reached, missed = (value > cut, value <= cut) if above else (value >= cut, value < cut)
        lowest = fact.minimum
        if lowest is not None and (lowest > threshold or (lowest == threshold and not above)):
            return or_(value.is_(None), reached), missed
        return reached, missed

    def _income(self, threshold: Any, above: int, row: Row) -> tuple[Sql[Any], Sql[Any]]:
        """The income per head: as given, else the known incomes over the number of members, the silent ones open."""
        cut = self.wanted.dialect.exactly(threshold)
        given = row.value(INCOME)
        earned, earners, members = row.incomes()
        least = cut * case((members == 0, 1), else_=members)
        complete = and_(members > 0, earners == members)
        if above:
            pairs = (given > cut, earned > least), (given <= cut, earned <= least)
        else:
            pairs = (given >= cut, earned >= least), (given < cut, earned < least)
        reached = case((given.is_not(None), pairs[0][0]), else_=pairs[0][1])
        missed = case((given.is_not(None), pairs[1][0]), else_=and_(complete, pairs[1][1]))
        return reached, missed

    def _members(self, node: Members, row: Row, cells: Cells) -> Sql[Any]:
        kin = self._kin_of(node)
        variable = self._kin_variable(node)
        return _constant(cells[variable][None]) if variable in cells else kin.verdict

    def _agency(self, node: Agency, cells: Cells) -> Sql[Any]:
        variable = (AGENCY + node.key, "person")
        return _constant(cells[variable][None]) if variable in cells else type_coerce(null(), Boolean)

    # What a condition reads.

    def _variable(self, fact: FactDefinition) -> Variable:
        return fact.name, HOUSEHOLD if fact.level == HOUSEHOLD else "person"

    def _cut(self, node: Threshold) -> tuple[Any, bool]:
        return node.cut_at(self.wanted.on), node.negated

    def _kin_variable(self, node: Members) -> Variable:
        return f"{_KIN}{self.kin.index(self._kin_of(node))}", node.who

    def _tests(self, node: Node) -> dict[Variable, list[tuple[Any, Node]]]:
        """Every leaf by its variable, as (test, node), in the order of the text."""
        found: dict[Variable, list[tuple[Any, Node]]] = {}
        for leaf in _leaves(node):
            if isinstance(leaf, Choice):
                found.setdefault(self._variable(leaf.fact), []).append((leaf.accepted, leaf))
            elif isinstance(leaf, Threshold):
                found.setdefault(self._variable(leaf.fact), []).append((("from", *self._cut(leaf)), leaf))
            elif isinstance(leaf, Members):
                found.setdefault(self._kin_variable(leaf), []).append((None, leaf))
            elif isinstance(leaf, Agency):
                found.setdefault((AGENCY + leaf.key, "person"), []).append((None, leaf))
        return found

    def _links(
        self, tests: Mapping[Variable, Any]
    ) -> Iterator[tuple[Variable, frozenset[Any], Variable, frozenset[Any]]]:
        """(fact, a value of it, another fact of the rule, its values of which that value presupposes one)."""
        facts = self.wanted.dictionary
        for variable in tests:
            definition = facts.get(variable[0])
            if definition is None or not domain_of(definition):
                continue
            for requirement in definition.requires:
                if requirement.value == "any" or requirement.in_ is None:
                    continue
                parent = self._variable(facts[requirement.fact])
                if (
                    parent in tests
                    and domain_of(facts[parent[0]])
                    and (variable[1] == "person" or parent[1] == HOUSEHOLD)
                ):
                    yield variable, frozenset((requirement.value,)), parent, frozenset(requirement.in_)

    # Cells.

    def _cells(
        self, variable: Variable, leaves: list[tuple[Any, Node]], links: list[Any], row: Row
    ) -> list[tuple[dict[Any, bool], Sql[Any]]]:
        """What a variable can be, as far as its tests tell it apart: ({test: verdict}, is it possible here)."""
        node = leaves[0][1]
        if isinstance(node, Agency):
            return [({None: True}, true()), ({None: False}, true())]
        if isinstance(node, Members):
            verdict = self._kin_of(node).verdict
            return [({None: True}, verdict.is_not(false())), ({None: False}, verdict.is_not(true()))]
        if isinstance(node, Threshold):
            return self._intervals([leaf for _, leaf in leaves if isinstance(leaf, Threshold)], row)
        tests = [test for test, _ in leaves]
        for child, value, parent, accepted in links:
            tests += [value] if child == variable else []
            tests += [accepted] if parent == variable else []
        tests = list(dict.fromkeys(tests))
        definition, mask = self.wanted.dictionary[variable[0]], row.mask(variable[0])
        classes: dict[tuple[bool, ...], list[Any]] = {}
        for value in domain_of(definition):
            classes.setdefault(tuple(value in test for test in tests), []).append(value)
        cells = [
            (dict(zip(tests, verdicts, strict=True)), mask.op("&")(mask_of(definition, values)) != 0)
            for verdicts, values in classes.items()
        ]
        cells.append((dict.fromkeys(tests, False), mask == 0))  # no value: it has no meaning
        return _put_cells(variable, cells, row)

    def _intervals(self, leaves: list[Threshold], row: Row) -> list[tuple[dict[Any, bool], Sql[Any]]]:
        """The intervals between the cuts, and no value at all, of which every test is false."""
        by_cut = {leaf.cut_at(self.wanted.on): self._around(leaf, row) for leaf in leaves}
        cuts = sorted(by_cut)
        tests = list(dict.fromkeys(("from", *self._cut(leaf)) for leaf in leaves))
        none = row.meaningless(leaves[0].fact.name)
        cells = []
        for place in range(len(cuts) + 1):
            where = [not_(none)]
            if place:
                where.append(by_cut[cuts[place - 1]][1].is_not(true()))  # not surely below the cut under it
            if place < len(cuts):
                where.append(by_cut[cuts[place]][0].is_not(true()))  # not surely at the cut above it
            verdicts = {test: (place > cuts.index(test[1])) != test[2] for test in tests}
            cells.append((verdicts, and_(*where)))
        cells.append((dict.fromkeys(tests, False), none))
        return _put_cells(self._variable(leaves[0].fact), cells, row)

    # Relatives.

    def _kin_of(self, node: Members) -> Kin:
        for kin in self.kin:
            if _same(kin.node, node):
                return kin
        made = self._new_kin(node)
        self.kin.append(made)
        return made

    def _new_kin(self, node: Members) -> Kin:
        number = len(self.kin)
        row = Row(self.wanted, self.people, f"relative_{number}")
        verdict = self.exact(node.part, row)
        each = row.tests()
        answers = select(
            *(each.c[name] for name in ("household_id", "resident_id", "role", "dead", "counted")),
            case((verdict.is_(true()), 1), (verdict.is_(false()), 0)).label("verdict"),
        ).cte(f"answer_{number}")
        own, other = self.people.alias(f"whose_{number}"), answers.alias(f"other_{number}")
        query = (
            select(
                own.c.place,
                func.count().label("all"),
                func.count(other.c.verdict).label("settled"),
                func.max(other.c.verdict).label("highest"),
                func.min(other.c.verdict).label("lowest"),
            )
            .join_from(own, other, and_(own.c.household_id == other.c.household_id, related(node.who, own, other)))
            .group_by(own.c.place)
        )
        table = query.cte(f"kin_{number}")
        nobody = self.exact(node.part, Row(self.wanted, None))
        settled = table.c.settled == table.c.all
        if node.every:
            known = _three(and_(settled, table.c.lowest == 1), table.c.lowest == 0)
        else:
            known = _three(table.c.highest == 1, and_(settled, table.c.highest == 0))
        return Kin(node, table, case((table.c.all.is_(None), nobody), else_=known))

    def joined(self, own: FromClause, query: Select[Any]) -> Select[Any]:
        """The query with the answers about everybody's relatives."""
        source: FromClause = own
        for kin in self.kin:
            source = source.outerjoin(kin.table, kin.table.c.place == own.c.place)
        return query.select_from(source)


def related(relation: str, own: FromClause, other: FromClause) -> Sql[Any]:
    """Does the other stand in this relation to the person?"""
    if relation == "household":
        return other.c.counted
    if relation == "deceased":
        return other.c.dead
    pairs = []
    for mine in _ROLES:
        theirs = [role for role in _ROLES if _stands(relation, mine, role)]
        if theirs:
            pairs.append(and_(own.c.role == mine, other.c.role.in_(theirs)))
    return and_(other.c.resident_id != own.c.resident_id, not_(other.c.dead), or_(false(), *pairs))


def _stands(relation: str, own: str, other: str) -> bool:
    two = Case(_ANY_DAY, {}, (Person("a", {}, own), Person("b", {}, other)))
    return "b" in relatives(two, "a", relation)


def check_separate(wanted: Wanted, node: Node) -> None:
    """CannotCompile where relatives share open facts with the person or with other relatives, or with each other."""
    facts = wanted.dictionary
    own: set[str] = set()
    groups: list[tuple[Members, set[str]]] = []
    for leaf in _leaves(node):
        if isinstance(leaf, Members):
            if not any(_same(leaf, other) for other, _ in groups):
                groups.append((leaf, _facts_of(leaf.part)))
        elif isinstance(leaf, (Choice, Threshold)):
            own.add(leaf.fact.name)
    for place, (group, read) in enumerate(groups):
        who, near = group.who, set(closure(facts, read))
        if any(isinstance(leaf, Members) for leaf in _leaves(group.part)):
            raise CannotCompile("relatives of relatives")
        if any(facts[name].level == HOUSEHOLD for name in near):
            raise CannotCompile(f"a condition on relatives ({who}) that reads the household")
        if who in ("household", "deceased") and own & near:
            raise CannotCompile(f"the person and the {who} share facts")
        for other, others in groups[place + 1 :]:
            if others & near and not _strangers(who, other.who):
                raise CannotCompile(f"two groups of relatives share facts ({who}, {other.who})")


def _same(one: Members, other: Members) -> bool:
    """Are these the same words, used twice?"""
    return (one.who, one.every, one.part) == (other.who, other.every, other.part)


def _strangers(one: str, other: str) -> bool:
    """Can nobody stand in both relations to the same person?"""
    if {one, other} == {"household", "deceased"}:
        return True
    apart = {"parent", "father", "mother", "child", "spouse"}
    if not {one, other} <= apart or one == other:
        return False
    return not any(_stands(one, own, role) and _stands(other, own, role) for own in _ROLES for role in _ROLES)


def facts_read(node: Node) -> set[str]:
    """The facts that a condition reads, its relatives' too."""
    found: set[str] = set()
    for leaf in _leaves(node):
        found |= facts_read(leaf.part) if isinstance(leaf, Members) else _facts_of(leaf)
    return found


def _facts_of(node: Node) -> set[str]:
    return {leaf.fact.name for leaf in _leaves(node) if isinstance(leaf, (Choice, Threshold))}


def _leaves(node: Node) -> Iterator[Node]:
    """Every leaf, from left to right, the presupposed ones too; a condition on relatives is one leaf."""
    if isinstance(node, (Choice, Threshold)):
        yield node
        if node.presupposed is not None:
            yield from _leaves(node.presupposed)
    elif isinstance(node, (Members, Agency)):
        yield node
    else:
        for part in node.children():
            yield from _leaves(part)
        if isinstance(node, OpenList):
            yield node.rest


def _any(parts: list[Sql[Any]]) -> Sql[Any]:
    return or_(false(), *parts)


def _three(holds: Sql[Any], fails: Sql[Any], *, first_fails: bool = False) -> Sql[Any]:
    """True, false, else NULL."""
    ways = [(holds, true()), (fails, false())]
    return case(*(reversed(ways) if first_fails else ways))


def _put_cells(
    variable: Variable, cells: list[tuple[dict[Any, bool], Sql[Any]]], row: Row
) -> list[tuple[dict[Any, bool], Sql[Any]]]:
    def kept(place: int, where: Sql[Any]) -> Sql[Any]:
        return row.put(("cell", variable, len(cells), place), lambda: where)

    return [(verdicts, kept(place, where)) for place, (verdicts, where) in enumerate(cells)]


def _constant(verdict: bool) -> Sql[Any]:
    return true() if verdict else false()
