"""Condition trees over planes: where can a condition be true, where false, and on whose facts does it still hang?

A tree is made of tuples: ``("leaf", Leaf)``, ``("fixed", plane)`` for what is settled of everybody, ``("all", parts)``,
``("any", parts)``, ``("not", part)``, ``("least", k, parts)``. Under an assignment some variables lie in one of their
cells; the other leaves keep two planes, can be true and can be false. Where every open variable is read once these two
are exact.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.eligibility.batch.planes import NO, YES, Planes

Tree = tuple[Any, ...]
Key = tuple[str, str]
"""(fact, whose): whose is person, household or a relation."""


@dataclass(frozen=True)
class Leaf:
    """One test of one variable: where it can hold, where it can fail, and where reading it reads something known.

    test: a frozenset of values, ("from", cut, negated) for numbers and dates, None for a condition on relatives.
    """

    variable: Key
    test: Any
    can: int
    cannot: int
    reads: int = NO


Assignment = Mapping[Key, Mapping[Any, bool]]
"""variable -> {test: verdict} of the cell in which it lies."""


def leaves(tree: Tree) -> Iterator[Leaf]:
    """Every leaf, from left to right."""
    kind = tree[0]
    if kind == "leaf":
        yield tree[1]
    elif kind == "not":
        yield from leaves(tree[1])
    elif kind != "fixed":
        for part in tree[-1]:
            yield from leaves(part)


def outcomes(planes: Planes, tree: Tree, given: Assignment) -> tuple[int, int]:
    """(where the tree can be true, where it can be false) by Kleene's rules."""
    kind = tree[0]
    if kind == "leaf":
        leaf: Leaf = tree[1]
        if leaf.variable in given:
            return (YES, NO) if given[leaf.variable][leaf.test] else (NO, YES)
        return leaf.can, leaf.cannot
    if kind == "fixed":
        return tree[1], planes.no(tree[1])
    if kind == "not":
        can, cannot = outcomes(planes, tree[1], given)
        return cannot, can
    parts = [outcomes(planes, part, given) for part in tree[-1]]
    if kind == "all":
        return planes.every(can for can, _ in parts), planes.some(cannot for _, cannot in parts)
    if kind == "any":
        return planes.some(can for can, _ in parts), planes.every(cannot for _, cannot in parts)
    k = tree[1]
    can_hold = planes.at_least(k, [can for can, _ in parts])
    return can_hold, planes.at_least(len(parts) - k + 1, [cannot for _, cannot in parts])


def hanging(planes: Planes, tree: Tree, given: Assignment, where: int = YES) -> Iterator[tuple[Leaf, int]]:
    """(leaf, where it is open and every other part can let it decide) of every leaf that is not assigned."""
    if where == NO:
        return
    kind = tree[0]
    if kind == "leaf":
        leaf: Leaf = tree[1]
        if leaf.variable not in given:
            yield leaf, planes.every((where, leaf.can, leaf.cannot))
        return
    if kind == "fixed":
        return
    if kind == "not":
        yield from hanging(planes, tree[1], given, where)
        return
    parts = [outcomes(planes, part, given) for part in tree[-1]]
    for place, part in enumerate(tree[-1]):
        others = [*parts[:place], *parts[place + 1 :]]
        if kind == "all":
            lets = planes.every(can for can, _ in others)
        elif kind == "any":
            lets = planes.every(cannot for _, cannot in others)
        else:  # exactly k - 1 of the others can hold
            k = tree[1]
            enough = planes.at_least(k - 1, [can for can, _ in others])
            lets = planes.both(enough, planes.at_least(len(others) - k + 1, [cannot for _, cannot in others]))
        yield from hanging(planes, part, given, planes.both(where, lets))


def present(planes: Planes, tree: Tree, where: int = YES) -> Iterator[tuple[Leaf, int]]:
    """(leaf, where it is left in the scalar kernel's residual): it is open, and so is all that it stands in."""
    can, cannot = outcomes(planes, tree, {})
    here = planes.every((where, can, cannot))
    if tree[0] == "leaf":
        yield tree[1], here
    elif tree[0] == "not":
        yield from present(planes, tree[1], here)
    elif tree[0] != "fixed":
        for part in tree[-1]:
            yield from present(planes, part, here)


def differing(planes: Planes, tree: Tree, one: Assignment, other: Assignment) -> int:
    """Where one state of the facts that are assigned in neither gives two results under the two assignments."""
    _, first, second, _ = _together(planes, tree, one, other)
    return planes.either(first, second)


Pair = tuple[int, int, int, int]
"""Where a part can be true under both assignments, under the first only, under the second only, under neither."""


def _together(planes: Planes, tree: Tree, one: Assignment, other: Assignment) -> Pair:
    """What the two assignments can give together; exact, since the rest of the tree reads every variable once."""
    kind = tree[0]
    if kind == "leaf":
        leaf: Leaf = tree[1]
        if leaf.variable in one:
            a, b = one[leaf.variable][leaf.test], other[leaf.variable][leaf.test]
            places = [(True, True), (True, False), (False, True), (False, False)]
            return tuple(YES if (a, b) == place else NO for place in places)  # type: ignore[return-value]
        return leaf.can, NO, NO, leaf.cannot
    if kind == "fixed":
        return tree[1], NO, NO, planes.no(tree[1])
    if kind == "not":
        tt, tf, ft, ff = _together(planes, tree[1], one, other)
        return ff, ft, tf, tt
    if kind == "all":  # no part fails
        return _together(planes, ("not", ("any", tuple(("not", part) for part in tree[-1]))), one, other)
    parts = [_together(planes, part, one, other) for part in tree[-1]]
    k = 1 if kind == "any" else tree[1]
    # how many hold under the first and under the second, no further than k
    states: dict[tuple[int, int], int] = {(0, 0): YES}
    for part in parts:
        following: dict[tuple[int, int], int] = {}
        for (i, j), plane in states.items():
            for step, ways in zip(((1, 1), (1, 0), (0, 1), (0, 0)), part, strict=True):
                moved = planes.both(plane, ways)
                if moved != NO:
                    place = (min(k, i + step[0]), min(k, j + step[1]))
                    following[place] = planes.either(following.get(place, NO), moved)
        states = following
    found = [NO, NO, NO, NO]
    for (i, j), plane in states.items():
        at = (i < k) * 2 + (j < k)
        found[at] = planes.either(found[at], plane)
    return found[0], found[1], found[2], found[3]


def speaking(planes: Planes, tree: Tree) -> int:
    """Where reading the tree reads something known; a part after one that settles its group is not read."""
    kind = tree[0]
    if kind == "leaf":
        return int(tree[1].reads)
    if kind == "fixed":
        return NO
    if kind == "not":
        return speaking(planes, tree[1])
    found, reached = NO, YES
    for part in tree[-1]:
        found = planes.either(found, planes.both(reached, speaking(planes, part)))
        if kind != "least":
            can, cannot = outcomes(planes, part, {})
            reached = planes.both(reached, can if kind == "all" else cannot)
    return found


def variables(tree: Tree) -> dict[Key, list[Leaf]]:
    """The leaves by their variable, in the order of the text."""
    found: dict[Key, list[Leaf]] = {}
    for leaf in leaves(tree):
        found.setdefault(leaf.variable, []).append(leaf)
    return found
