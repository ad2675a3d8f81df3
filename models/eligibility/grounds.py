"""On what a decided condition rests: all parts of an "all" that holds, one of an "any"; the other way round for a no.

The grounds are enough: with nothing known but their facts the condition comes out the same. Among ways of the same
worth the one that needs the fewest facts not named yet is taken, then the first of the text.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from models.eligibility.case import HOUSEHOLD, View
from models.eligibility.nodes import Choice, Defined, Group, Members, Never, Node, OpenList, Threshold
from models.eligibility.schema import Source
from models.eligibility.settling import settle

_PRIVATE = 100  # a ground that may not be put into words is taken last


@dataclass(frozen=True, eq=False)
class Ground:
    """One test that decides, of whom it is asked, and whether the service wants it to hold.

    open: the facts of it are not known; whatever they are, together with others the result is the same.
    """

    leaf: Choice | Threshold | Never
    person: str
    wanted: bool
    open: bool = False

    @property
    def private(self) -> bool:
        """Whether it may not be put into words."""
        return not isinstance(self.leaf, Never) and self.leaf.fact.sensitive

    @property
    def key(self) -> Any:
        """What makes two grounds say the same, wherever in the text they stand."""
        leaf, given = self.leaf, self.leaf.condition
        if isinstance(leaf, Never):
            return id(leaf)
        of = HOUSEHOLD if leaf.fact.level == HOUSEHOLD else self.person
        if isinstance(leaf, Choice):
            return leaf.fact.name, of, self.wanted, leaf.accepted
        return leaf.fact.name, of, self.wanted, given.kind, given.word, given.value, given.param, given.day


@dataclass(frozen=True)
class Found:
    """Grounds in the order of the text, and the words on which they and what leads to them rest."""

    grounds: tuple[Ground, ...] = ()
    sources: tuple[Source, ...] = ()


def state_of(view: View, node: Node, person: str) -> bool | None:
    """True, False, or None where it is open; kept on the view."""
    key = (id(node), person)
    if key not in view.decided:
        decided, _ = settle(view, node.reduce(view, person))
        view.decided[key] = decided if decided is True or decided is False else None
    return view.decided[key]


class Grounds:
    """Finds the grounds of conditions on one view.

    first: grounds that are taken before others, with the same worth otherwise (those that will not change, say).
    """

    def __init__(self, view: View, first: Callable[[Node, str, bool], bool] | None = None) -> None:
        self.view = view
        self._first = first or (lambda _node, _person, _met: False)

    def of(self, node: Node, person: str, told: frozenset[Any] = frozenset(), met: bool = True) -> Found:
        """What a decided condition rests on. told: keys of grounds named before; met: the service wants it to hold."""
        return self._of(node, person, told, met, state_of(self.view, node, person))

    def _of(self, node: Node, person: str, told: frozenset[Any], met: bool, aim: bool | None) -> Found:
        """aim: the state to be shown: its own, or, where it is open itself, that of what it decides with others."""
        found = self._below(node, person, told, met, aim)
        own = _sources(node)
        return Found(found.grounds, (*own, *found.sources)) if own else found

    def _below(self, node: Node, person: str, told: frozenset[Any], met: bool, aim: bool | None) -> Found:
        if isinstance(node, (Choice, Threshold, Never)):
            return Found((Ground(node, person, met, state_of(self.view, node, person) is None),))
        if isinstance(node, Defined):
            return self._of(node.part, person, told, met, aim)
        if isinstance(node, Group) and node.kind == "not":
            return self._of(node.parts[0], person, told, not met, None if aim is None else not aim)
        if isinstance(node, Members):
            parts = [(node.part, each) for each in self.view.relatives(person, node.who)]
            return self._enough(parts, aim, len(parts) if node.every is (aim is True) else 1, told, met)
        parts = [(part, person) for part in node.children()]
        if isinstance(node, OpenList):
            return self._enough(parts, aim, 1, told, met)
        if not isinstance(node, Group):
            return Found()
        needed = {"all": len(parts), "any": 1, "least": node.k}[node.kind]
        return self._enough(parts, aim, needed if aim is True else len(parts) - needed + 1, told, met)

    def _enough(
        self, parts: list[tuple[Node, str]], aim: bool | None, needed: int, told: frozenset[Any], met: bool
    ) -> Found:
        """As many of the parts as are needed, in their order; all that speak for it where only together they do."""
        so = [part for part in parts if state_of(self.view, *part) is aim]
        if len(so) < needed:  # A or not A: what is open decides together, with what is known below it
            so = [part for part in parts if state_of(self.view, *part) is not (not aim)]
        elif len(so) > needed:
            so = self._cheapest(so, needed, told, met)
        if len(so) > 1:  # what is named in any case costs nothing where one can choose
            single = (self._of(*part, told, met, aim).grounds for part in so if _is_leaf(part[0]))
            told = told.union(ground.key for grounds in single for ground in grounds)
        found = []
        for part in so:
            one = self._of(*part, told, met, aim)
            told |= {ground.key for ground in one.grounds}
            found.append(one)
        return _joined(found)

    def _cheapest(
        self, parts: list[tuple[Node, str]], needed: int, told: frozenset[Any], met: bool
    ) -> list[tuple[Node, str]]:
        def cost(place: int) -> tuple[bool, int, int]:
            grounds = self.of(*parts[place], told, met).grounds
            new = sum(_PRIVATE if ground.private else 1 for ground in grounds if ground.key not in told)
            return not self._first(*parts[place], met), new, place

        chosen = sorted(sorted(range(len(parts)), key=cost)[:needed])
        return [parts[place] for place in chosen]


def _is_leaf(node: Node) -> bool:
    while isinstance(node, Defined):
        node = node.part
    return isinstance(node, (Choice, Threshold))


def _joined(found: Iterable[Found]) -> Found:
    every = list(found)
    if len(every) == 1:
        return every[0]
    grounds = {ground.key: ground for each in every for ground in each.grounds}
    return Found(tuple(grounds.values()), tuple(source for each in every for source in each.sources))


def _sources(node: Node) -> tuple[Source, ...]:
    """The words that a condition stands on itself, and those of a defined word."""
    own = (node.condition.source, node.term.source if isinstance(node, Defined) else None)
    return tuple(source for source in own if source is not None)
