"""What would have to come about so that a rule that is not met is met, as far as one can sensibly wait or apply for it.

The dictionary says of each fact whether time brings it about, somebody can apply for it, or circumstances may come to
it (facts.yaml: can_change). Nothing else is ever advised: nobody is told to give up a hukou or to become disabled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from models.eligibility.case import View, completed_years, is_deceased, plus_years
from models.eligibility.grounds import state_of
from models.eligibility.nodes import INCOME, Choice, Defined, Group, Members, Node, Threshold
from models.eligibility.schema import WORDS

How = Literal["time", "apply", "situation"]

BIRTH = "birth_date"
LONG_WAIT = 10  # years; further ahead nothing else can be said sensibly
_DAY = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Step:
    """One thing that would have to come about.

    wanted: the state the test has to take. values: those of a fact with a finite domain that may be hoped for. day: on
    which time has brought it about, years: of an age; last: it may be earlier, the date is known only roughly.
    """

    leaf: Choice | Threshold
    owner: str
    how: How
    wanted: bool
    values: frozenset[Any] | None = None
    day: date | None = None
    years: int | None = None
    last: bool = False

    @property
    def fact(self) -> str:
        """The name of the fact."""
        return self.leaf.fact.name


Way = tuple[Step, ...] | Literal["never"] | None
"""Steps that are all needed; "never": it cannot come about any more; None: there is nothing sensible to say."""


def way_to(view: View, node: Node, person: str, wanted: bool = True) -> Way:
    """What would have to come about so that a condition takes a state, on the facts of a view; () where it has."""
    state = state_of(view, node, person)
    if state is wanted:
        return ()
    if isinstance(node, (Choice, Threshold)):
        return _leaf(view, node, person, wanted)
    if isinstance(node, Defined):
        return way_to(view, node.part, person, wanted)
    if isinstance(node, Members):
        people = view.relatives(person, node.who)
        return _of_parts(view, [(node.part, each) for each in people], node.every is wanted, wanted)
    if not isinstance(node, Group):
        return None
    if node.kind == "not":
        return way_to(view, node.parts[0], person, not wanted)
    parts = [(part, person) for part in node.parts]
    if node.kind == "least":
        return _enough(view, parts, node.k, wanted)
    return _of_parts(view, parts, (node.kind == "all") is wanted, wanted)


def is_far(view: View, way: Way) -> bool:
    """Whether it cannot come about any more, or only in more than LONG_WAIT years."""
    if not isinstance(way, tuple):
        return way == "never"
    return any(step.day is not None and step.day > plus_years(view.case.on, LONG_WAIT) for step in way)


def _of_parts(view: View, parts: list[tuple[Node, str]], every: bool, wanted: bool) -> Way:
    """The way where every part has to take the state, or one of them. What is open is asked, not waited for."""
    against = [part for part in parts if state_of(view, *part) is (not wanted)]
    if not against:  # only together they decide
        return None
    ways = [way_to(view, *part, wanted) for part in against]
    return _all(view, ways) if every else shortest(ways)


def _enough(view: View, parts: list[tuple[Node, str]], k: int, wanted: bool) -> Way:
    """So many more of the parts as are needed."""
    needed = k if wanted else len(parts) - k + 1
    open_or_so = sum(state_of(view, *part) is not (not wanted) for part in parts)
    ways = [way_to(view, *part, wanted) for part in parts if state_of(view, *part) is (not wanted)]
    possible = sorted((way for way in ways if isinstance(way, tuple)), key=len)
    short = needed - open_or_so
    return _all(view, possible[:short]) if 0 < short <= len(possible) else None


def _all(view: View, ways: Sequence[Way]) -> Way:
    """All of them: not to be had as soon as one is not. Who has to wait for decades is told of that alone."""
    if "never" in ways:
        return "never"
    if None in ways:
        return None
    steps = [step for way in ways if isinstance(way, tuple) for step in way]
    far = [step for step in steps if is_far(view, (step,))]
    return tuple(steps) if not far else (max(far, key=lambda step: step.day or date.min),)


def shortest(ways: Iterable[Way]) -> Way:
    """One of them is enough: the one with the fewest steps, then the one that needs the least waiting."""
    every = list(ways)
    possible = [way for way in every if isinstance(way, tuple) and way]
    if possible:
        return min(possible, key=lambda way: (len(way), max(step.day or date.min for step in way)))
    return "never" if every and all(way == "never" for way in every) else None


def _leaf(view: View, node: Choice | Threshold, person: str, wanted: bool) -> Way:
    """One test: None unless the dictionary says that its fact may come to be so."""
    fact = node.fact
    change = fact.can_change
    owner = view.owner(fact.name, person)
    if change is None or fact.sensitive or _too_late(view, owner, change.ages):
        return None
    if isinstance(node, Choice):
        accepted = node.accepted if wanted else frozenset(view.domain(fact.name)) - node.accepted
        values = accepted & frozenset(change.to)
        possible = view.possible(fact.name, owner)
        values = values if possible is None else values & possible
        return (Step(node, owner, change.how, wanted, values),) if values else None
    value = view.known(fact.name, owner)
    if fact.type == "date":
        return None if value is None or value[0] == date.min else _waiting(view, node, owner, wanted, value)
    if value is None and fact.name != INCOME:
        return None
    direction = "more" if wanted is not node.negated else "less"
    return (Step(node, owner, change.how, wanted),) if direction in change.to else None


def _too_late(view: View, owner: str, ages: tuple[int, int] | None) -> bool:
    """Is it the fact of somebody who has died, or is too young or too old for it?"""
    person = view.people.get(owner)
    if person is None:
        return False
    born = view.known(BIRTH, owner) if ages is not None and BIRTH in view.facts else None
    if ages is None or born is None:
        return is_deceased(person)
    on = view.case.on
    fits = ages[0] <= completed_years(born[0], on) and completed_years(born[1], on) <= ages[1]
    return is_deceased(person) or not fits


def _waiting(view: View, node: Threshold, owner: str, wanted: bool, value: tuple[date, date]) -> Way:
    """Until when one has to wait; "never" where the time is over. A cut over dates only moves forward."""
    condition = node.condition
    if wanted is not node.negated or condition.day_of is not None:
        return "never"
    operator = WORDS[condition.word or ""]
    years = int(condition.value or 0) + (condition.age is not None and operator in (">", "<="))
    try:
        day = plus_years(value[1], years) - 2 * _DAY
        while not _passed(node, value[1], day) or day <= view.case.on:
            day += _DAY
    except (ValueError, OverflowError):  # beyond the calendar
        return None
    age = years if condition.age is not None else None
    return (Step(node, owner, "time", wanted, day=day, years=age, last=value[0] != value[1]),)


def _passed(node: Threshold, value: date, day: date) -> bool:
    """Does the date lie before the cut of that day?"""
    threshold, above = node.cut_at(day)
    return bool(value < threshold or (value == threshold and above))
