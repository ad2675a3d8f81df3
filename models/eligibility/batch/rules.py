"""Rules as planes: a condition tree of the packs, with what its facts presuppose, made into planes of its answer.

Where a variable is read more than once, or two open facts presuppose one another, Kleene's rules alone keep too much
open (see logic.py). Such variables are taken through the cells of their domains one by one: under each assignment the
rest is read once, and the planes are exact. A rule for which that cannot be done, since relatives and the person
share facts or since there are too many assignments, is marked: the people whom Kleene's rules leave open in it are
decided by the scalar kernel.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

from models.eligibility.batch.block import FIRST, MEMBER_INCOME
from models.eligibility.batch.columns import domain_of
from models.eligibility.batch.facts import FactPlanes
from models.eligibility.batch.planes import NO, YES, Planes
from models.eligibility.batch.trees import Key, Leaf, Tree, differing, hanging, leaves, outcomes, present, speaking
from models.eligibility.batch.trees import variables as variables_of
from models.eligibility.case import HOUSEHOLD, Case, View
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
from models.eligibility.policies import Policies
from models.eligibility.settling import settle

MOST_ASSIGNMENTS = 64
"""Rules with more assignments of the facts that they read again are left to the scalar kernel where they are open."""

PERSON = "person"
_RELATIVES = "relatives:"


@dataclass(frozen=True)
class Answer:
    """Where a condition can be true, where it can be false, and of each variable where it can still decide."""

    can: int
    cannot: int
    hangs: Mapping[Key, int]


@dataclass(frozen=True)
class Kin:
    """A condition on the people in a relation: of each of them, and of somebody of whom nothing is known."""

    relation: str
    every: bool
    each: Answer
    alone_can: bool
    alone_cannot: bool
    alone_hangs: frozenset[str]
    facts: frozenset[str]
    exact: bool


@dataclass(frozen=True)
class Open:
    """A fact or an office's word that can still decide: whose, where, and how many people it is to be asked of.

    number: the expression of a number for each person; None: one.
    """

    fact: str
    whose: str
    where: int
    number: int | None = None


@dataclass
class Ruled:
    """A rule as planes. exact: False where people left open are to be decided by the scalar kernel."""

    can: int
    cannot: int
    opens: list[Open] = field(default_factory=list)
    speaks: int = NO
    exact: bool = True


class Rules:
    """Makes rules into planes; what they share is made once."""

    def __init__(self, planes: Planes, policies: Policies, on: date) -> None:
        self.planes = planes
        self.policies = policies
        self.on = on
        self.facts = FactPlanes(planes, policies.facts, on)
        self._kin: dict[Any, tuple[Key, Kin]] = {}
        self._by_variable: dict[Key, Kin] = {}

    def ruled(self, node: Node, subject: str) -> Ruled:
        """The answer of a rule for everybody."""
        tree = self.tree(node, subject)
        speaks = speaking(self.planes, tree)
        answer = self._answer(tree) if self._separate(tree) else None
        if answer is None:
            can, cannot = outcomes(self.planes, tree, {})
            return Ruled(can, cannot, speaks=speaks, exact=False)
        opens = [found for key, where in answer.hangs.items() for found in self._opens(key, where)]
        return Ruled(answer.can, answer.cannot, opens, speaks)

    def certain(self, node: Node, subject: str) -> int:
        """Where a condition is true by Kleene's rules, as the mark "already received" asks it."""
        can, cannot = outcomes(self.planes, self.tree(node, subject), {})
        return self.planes.both(can, self.planes.no(cannot))

    # Trees.

    def tree(self, node: Node, subject: str) -> Tree:
        """The node over planes. subject: for whom the rule is decided."""
        if isinstance(node, Group):
            parts = tuple(self.tree(part, subject) for part in node.parts)
            if node.kind == "not":
                return "not", parts[0]
            return ("least", node.k, parts) if node.kind == "least" else (node.kind, parts)
        if isinstance(node, Defined):
            return self.tree(node.part, subject)
        if isinstance(node, Choice):
            return self._presupposing(node, self._choice(node), self.facts.known(node.fact.name), subject)
        if isinstance(node, Threshold):
            leaf = self._threshold(node)
            settled = self.planes.both(leaf.can, self.planes.no(leaf.cannot))
            return self._presupposing(node, leaf, settled, subject)
        if isinstance(node, Members):
            return "leaf", self._relatives(node, subject)
        if isinstance(node, Agency):
            return "leaf", Leaf((AGENCY + node.key, PERSON), frozenset((True,)), YES, YES)
        if isinstance(node, OpenList):
            return "any", tuple(self.tree(part, subject) for part in (*node.parts, node.rest))
        if isinstance(node, Never):
            return "fixed", NO
        raise TypeError(f"no such kind of condition: {type(node).__name__}")

    def _presupposing(self, node: Choice | Threshold, leaf: Leaf, settled: int, subject: str) -> Tree:
        """The leaf and what it presupposes, which is not looked at where the leaf is settled."""
        if node.presupposed is None:
            return "leaf", leaf
        return "all", (("leaf", leaf), ("any", (("fixed", settled), self.tree(node.presupposed, subject))))

    def _choice(self, node: Choice) -> Leaf:
        planes, name = self.planes, node.fact.name
        possible = self.facts.possible(name)
        can = planes.some(plane for value, plane in possible.items() if value in node.accepted)
        others = [plane for value, plane in possible.items() if value not in node.accepted]
        cannot = planes.some((*others, planes.no(planes.some(possible.values()))))
        reads = planes.either(self.facts.known(name), self.facts.read_beside(name))
        return Leaf(self._key(name), node.accepted, can, cannot, reads)

    def _threshold(self, node: Threshold) -> Leaf:
        planes, name = self.planes, node.fact.name
        cut = node.cut_at(self.on)
        above, below = self._around(name, cut)
        meaningless = self.facts.meaningless(name)
        can = planes.both(below if node.negated else above, planes.no(meaningless))
        cannot = planes.either(above if node.negated else below, meaningless)
        if name == INCOME:
            reads = planes.source("income speaks")
        else:
            reads = planes.either(self.facts.known(name), self.facts.read_beside(name))
        return Leaf(self._key(name), ("from", cut, node.negated), can, cannot, reads)

    def _around(self, name: str, cut: tuple[Any, int]) -> tuple[int, int]:
        """(where the value may be from the cut on, where it may be below)."""
        planes = self.planes
        if name == INCOME:
            return planes.source("income may be from", cut), planes.source("income may be below", cut)
        definition = self.policies.facts[name]
        if definition.type == "date":
            day = cut[0].toordinal() + cut[1]
            return planes.source("may be from", name, day), planes.source("may be before", name, day)
        known, reached = self.facts.known(name), planes.source("from", name, cut)
        below = planes.both(known, planes.no(reached))
        lowest = definition.minimum
        if lowest is not None and (lowest > cut[0] or (lowest == cut[0] and not cut[1])):
            return planes.either(planes.no(known), reached), below
        unknown = planes.no(known)
        return planes.either(unknown, reached), planes.either(unknown, below)

    def _key(self, fact: str) -> Key:
        return fact, HOUSEHOLD if self.policies.facts[fact].level == HOUSEHOLD else PERSON

    # Relatives.

    def _relatives(self, node: Members, subject: str) -> Leaf:
        planes = self.planes
        relation = FIRST if node.who == "household" and subject == "household" else node.who
        inner = self.tree(node.part, "person")
        made = self._kin.get((relation, node.every, inner))
        if made is None:
            key = (f"{_RELATIVES}{len(self._kin)}", relation)
            made = self._kin[relation, node.every, inner] = key, self._kin_of(node, relation, inner)
            self._by_variable[key] = made[1]
        key, kin = made
        speaks = planes.kin(relation, speaking(planes, inner), False)
        if node.every:
            can = planes.no(planes.kin(relation, planes.no(kin.each.can), not kin.alone_can))
            cannot = planes.kin(relation, kin.each.cannot, kin.alone_cannot)
        else:
            can = planes.kin(relation, kin.each.can, kin.alone_can)
            cannot = planes.no(planes.kin(relation, planes.no(kin.each.cannot), not kin.alone_cannot))
        return Leaf(key, None, can, cannot, speaks)

    def _kin_of(self, node: Members, relation: str, inner: Tree) -> Kin:
        answer = self._answer(inner)
        each = answer or Answer(*outcomes(self.planes, inner, {}), {})
        view = View(self.policies.facts, Case(self.on, {}, ()))
        state, hangs = settle(view, node.part.reduce(view, relation))
        return Kin(
            relation=relation,
            every=node.every,
            each=each,
            alone_can=state is not False,
            alone_cannot=state is not True,
            alone_hangs=frozenset(fact for fact, _ in hangs),
            facts=frozenset(leaf.variable[0] for leaf in leaves(inner)),
            exact=answer is not None,
        )

    def _separate(self, tree: Tree) -> bool:
        """Do the relatives and the person share no open fact, so that each can be looked at for itself?"""
        facts = self.policies.facts
        found = variables_of(tree)
        kin = [self._by_variable[key] for key in found if key in self._by_variable]
        if not kin:
            return True
        own = {fact for fact, whose in found if (fact, whose) not in self._by_variable}
        for one in kin:
            for fact in one.facts:
                if fact.startswith(_RELATIVES) or (fact in facts and facts[fact].level == HOUSEHOLD):
                    return False  # relatives of relatives, or a fact that all of them share
                if any(near in facts and facts[near].level == HOUSEHOLD for near in self._near((fact,))):
                    return False
            if not one.exact:
                return False
            if one.relation in ("household", "deceased", FIRST) and own & self._near(one.facts):
                return False
        return all(
            not (one.facts & self._near(other.facts)) or _strangers(one.relation, other.relation)
            for place, one in enumerate(kin)
            for other in kin[place + 1 :]
        )

    def _near(self, names: Iterable[str]) -> frozenset[str]:
        """The facts, and those that one of them presupposes or that presuppose one of them."""
        facts, near = self.policies.facts, set(names)
        for name in list(near):
            if name in facts:
                near.update(requirement.fact for requirement in facts[name].requires)
                near.update(other for other, fact in facts.items() if any(r.fact == name for r in fact.requires))
        return frozenset(near)

    # Answers.

    def _answer(self, tree: Tree) -> Answer | None:
        """The exact answer of a tree; None where it would take too many assignments."""
        planes = self.planes
        found = variables_of(tree)
        links = list(self._links(found))
        linked = {key for child, _, parent, _ in links for key in (child, parent)}
        again = [key for key, group in found.items() if len(group) > 1 or key in linked]
        if not again:
            can, cannot = outcomes(planes, tree, {})
            hangs: dict[Key, int] = {}
            for leaf, where in hanging(planes, tree, {}):
                hangs[leaf.variable] = planes.either(hangs.get(leaf.variable, NO), where)
            return Answer(can, cannot, {key: hangs.get(key, NO) for key in found if hangs.get(key, NO) != NO})
        cells = [self._cells(key, found[key], links) for key in again]
        size = 1
        for ways in cells:
            size *= len(ways)
        if size > MOST_ASSIGNMENTS:
            return None
        left = self._left(tree) if links else {}
        assignments = []
        for places in product(*(range(len(ways)) for ways in cells)):
            chosen = [cells[at][place] for at, place in enumerate(places)]
            given = {key: verdicts for key, (verdicts, _) in zip(again, chosen, strict=True)}
            where = planes.every(plane for _, plane in chosen)
            for child, value, parent, accepted in links:
                if given[child][value] and not given[parent][accepted]:
                    both_open = planes.both(left.get(child, NO), left.get(parent, NO))
                    where = planes.both(where, planes.no(both_open))
            assignments.append((places, given, where))
        return self._united(tree, again, assignments, list(found))

    def _united(self, tree: Tree, again: list[Key], assignments: list[Any], order: list[Key]) -> Answer:
        """What all assignments give together."""
        planes = self.planes
        can = cannot = NO
        hangs = dict.fromkeys(order, NO)
        for number, (places, given, where) in enumerate(assignments):
            if where == NO:
                continue
            holds, fails = outcomes(planes, tree, given)
            can = planes.either(can, planes.both(where, holds))
            cannot = planes.either(cannot, planes.both(where, fails))
            for leaf, open_here in hanging(planes, tree, given):
                hangs[leaf.variable] = planes.either(hangs[leaf.variable], planes.both(where, open_here))
            for others, other_given, elsewhere in assignments[number + 1 :]:
                changed = [at for at in range(len(again)) if places[at] != others[at]]
                both_possible = planes.both(where, elsewhere)
                if len(changed) != 1 or both_possible == NO:
                    continue
                differs = planes.both(both_possible, differing(planes, tree, given, other_given))
                key = again[changed[0]]
                hangs[key] = planes.either(hangs[key], differs)
        return Answer(can, cannot, {key: where for key, where in hangs.items() if where != NO})

    def _left(self, tree: Tree) -> dict[Key, int]:
        """Of each variable where it is left in the scalar kernel's residual; only there its presuppositions bind."""
        left: dict[Key, int] = {}
        for leaf, where in present(self.planes, tree):
            left[leaf.variable] = self.planes.either(left.get(leaf.variable, NO), where)
        return left

    def _links(self, found: Mapping[Key, list[Leaf]]) -> Iterator[tuple[Key, frozenset[Any], Key, frozenset[Any]]]:
        """(fact, a value of it, another fact, its values of which that value presupposes one), both in the rule."""
        for key in found:
            definition = self.policies.facts.get(key[0])
            if definition is None or not domain_of(definition):
                continue
            for requirement in definition.requires:
                if requirement.value == "any" or requirement.in_ is None:
                    continue
                parent = self._key(requirement.fact)
                reachable = key[1] == PERSON or parent[1] == HOUSEHOLD
                if reachable and parent in found and domain_of(self.policies.facts[requirement.fact]):
                    yield key, frozenset((requirement.value,)), parent, frozenset(requirement.in_)

    def _cells(self, key: Key, group: list[Leaf], links: list[Any]) -> list[tuple[dict[Any, bool], int]]:
        """The classes of values that the tests tell apart, each as ({test: verdict}, where it is possible)."""
        if key in self._by_variable or key[0].startswith(AGENCY):
            test = group[0].test
            return [({test: True}, group[0].can), ({test: False}, group[0].cannot)]
        if isinstance(group[0].test, tuple):
            return self._intervals(key[0], group)
        tests = [leaf.test for leaf in group]
        for child, value, parent, accepted in links:
            tests += [value] if child == key else []
            tests += [accepted] if parent == key else []
        tests = list(dict.fromkeys(tests))
        possible = self.facts.possible(key[0])
        classes: dict[tuple[bool, ...], int] = {
            (False,) * len(tests): self.planes.no(self.planes.some(possible.values()))
        }
        for value, plane in possible.items():
            verdicts = tuple(value in test for test in tests)
            classes[verdicts] = self.planes.either(classes.get(verdicts, NO), plane)
        return [(dict(zip(tests, verdicts, strict=True)), plane) for verdicts, plane in classes.items() if plane != NO]

    def _intervals(self, name: str, group: list[Leaf]) -> list[tuple[dict[Any, bool], int]]:
        """The intervals between the cuts of a number or a date; and no value at all, of which every test is false."""
        planes = self.planes
        tests = list(dict.fromkeys(leaf.test for leaf in group))
        cuts = sorted({test[1] for test in tests})
        meaningless = self.facts.meaningless(name)
        around = [self._around(name, cut) for cut in cuts]
        cells = []
        for place in range(len(cuts) + 1):
            lower = around[place - 1][0] if place else YES
            upper = around[place][1] if place < len(cuts) else YES
            where = planes.every((lower, upper, planes.no(meaningless)))
            cells.append(({test: (place > cuts.index(test[1])) != test[2] for test in tests}, where))
        if meaningless != NO:
            cells.append((dict.fromkeys(tests, False), meaningless))
        return [(verdicts, where) for verdicts, where in cells if where != NO]

    # What is open.

    def _opens(self, key: Key, where: int) -> Iterator[Open]:
        """The facts that a variable stands for."""
        planes = self.planes
        kin = self._by_variable.get(key)
        if kin is not None:
            settled = planes.no(kin.each.can if kin.every else kin.each.cannot)
            names = [fact for fact, _ in kin.each.hangs]
            for fact in [*names, *sorted(kin.alone_hangs - set(names))]:
                bits = kin.each.hangs.get((fact, PERSON), NO)
                number = planes.kin_open(kin.relation, where, settled, bits, fact in kin.alone_hangs)
                whose = "household" if kin.relation == FIRST else kin.relation
                yield Open(fact, whose, planes.count_above(number), number)
        elif key[0] == INCOME and not self._is_left_to_others(INCOME):
            partly = planes.source("income partly silent")
            yield Open(MEMBER_INCOME, HOUSEHOLD, planes.both(where, partly), planes.source("silent"))
            yield Open(INCOME, HOUSEHOLD, planes.both(where, planes.no(partly)))
        else:
            yield Open(key[0], key[1], where)

    def _is_left_to_others(self, fact: str) -> bool:
        return kind_of(self.policies, fact) != "ask"


def kind_of(policies: Policies, fact: str) -> str:
    """ask, office or withheld: who would have to say it, as the scalar kernel sorts it."""
    if fact.startswith(AGENCY):
        return "office"
    definition = policies.facts[fact]
    if definition.sensitive or definition.ask == "never":
        return "withheld"
    return "office" if definition.ask == "agency" else "ask"


_LINES = (frozenset(("parent", "father")), frozenset(("parent", "mother")))


def _strangers(one: str, other: str) -> bool:
    """Can nobody stand in both relations to the same person?"""
    apart = ("parent", "father", "mother", "child", "spouse")
    if one not in apart or other not in apart:
        return {one, other} == {"household", "deceased"}
    return one != other and not any({one, other} <= line for line in _LINES)
