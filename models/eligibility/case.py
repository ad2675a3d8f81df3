"""A case as the rules see it: a day, a household and its people, each with the facts that are known of them.

An absent fact is unknown, never false. Facts carry the names of the packs' dictionary.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from models.eligibility.logic import Residual
from models.eligibility.schema import FactDefinition

HOUSEHOLD = "household"
State = Literal["not_known", "refused", "expired"]

_ALIASES = {
    "self": "applicant",
    "head": "applicant",
    "": "applicant",
    "male_head": "applicant",
    "female_head": "applicant",
    "wife": "spouse",
    "husband": "spouse",
    "partner": "spouse",
    "son": "child",
    "daughter": "child",
}
_SIDES = {"male_head": ("father",), "husband": ("father",), "female_head": ("mother",), "wife": ("mother",)}
_PARENTS = ("father", "mother", "parent")
_LONG_AGO = date.min
_YES_OR_NO = frozenset((True, False))


@dataclass(frozen=True)
class Person:
    """One person of a case.

    facts: by the names of the dictionary; absent = unknown. role: towards the household's reference person (applicant,
    spouse, child, father, mother, deceased ...). receives: ids of the services the person already receives. sex: 男, 女
    or empty; no rule reads it, but nobody asks a man whether he is pregnant.
    """

    id: str
    facts: Mapping[str, object] = field(default_factory=dict)
    role: str = ""
    receives: frozenset[str] = frozenset()
    sex: str = ""


@dataclass(frozen=True)
class Case:
    """What is asked about: the day of the decision, the household's own facts, its people, and why facts are missing.

    states: (person id or "household", fact) -> not_known | refused | expired. All three are unknown to the logic;
    only an expired fact is asked again.
    """

    on: date
    household: Mapping[str, object]
    people: tuple[Person, ...]
    states: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def person(self, person_id: str) -> Person | None:
        """The person with this id, or None."""
        return next((person for person in self.people if person.id == person_id), None)


def is_deceased(person: Person) -> bool:
    """Is the person recorded as dead?"""
    return person.facts.get("deceased") is True or person.role == "deceased"


def counts(person: Person) -> bool:
    """Does the person count as a member of the household? People listed only for information and the dead do not."""
    return person.facts.get("counts_in_household", True) is not False and not is_deceased(person)


def is_of_couple(person: Person) -> bool:
    """Is the person the household's reference person or the spouse?"""
    return _ALIASES.get(person.role, person.role) in ("applicant", "spouse")


def relatives(case: Case, person_id: str, relation: str) -> tuple[str, ...]:
    """Ids of the people who stand in this relation to the person, worked out from their roles to the reference person.

    Empty where nobody is recorded: that is unknown, not "has none".
    """
    subject = case.person(person_id)
    if relation == "household":
        return tuple(person.id for person in case.people if counts(person))
    if relation == "deceased":
        return tuple(person.id for person in case.people if is_deceased(person))
    if subject is None:
        return ()
    own = _ALIASES.get(subject.role, subject.role)
    found = []
    for person in case.people:
        if person.id == person_id or is_deceased(person):
            continue
        other = _ALIASES.get(person.role, person.role)
        if relation in _between(own, other, person):
            found.append(person.id)
    return tuple(found)


def _between(own: str, other: str, person: Person) -> tuple[str, ...]:
    """What the other is to somebody with the role own."""
    if own == "applicant":
        return ("parent", other) if other in _PARENTS else (other,)
    if own == "child" and other in ("applicant", "spouse"):
        return ("parent", *_side(person))
    if own == "spouse":
        return {"applicant": ("spouse",), "child": ("child",)}.get(other, ())
    if own in _PARENTS:
        if other == "applicant":
            return ("child",)
        return ("spouse",) if other in _PARENTS else ()
    return ()


def _side(person: Person) -> tuple[str, ...]:
    """father or mother, where the role tells a man from a woman."""
    return _SIDES.get(person.role, ())


def minus_years(day: date, years: int) -> date:
    """The last birth date on which somebody has completed so many years by the day; the birthday counts as reached.

    Someone born on 29 February is a year older on 1 March in a common year (a reading; the texts are silent).
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February of a leap year, counted back to a common one
        return date(day.year - years, 2, 28)


def plus_years(day: date, years: int) -> date:
    """The anniversary; of 29 February in a common year the last day of the month (民法典 第202条)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def completed_years(birth: date, on: date) -> int:
    """Age in completed years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _day_range(value: object, fact: str) -> tuple[date, date]:
    """A date as (earliest, latest): 1960 and 1960-05 are ranges."""
    if isinstance(value, date):
        return value, value
    text = str(value)
    if text == "无":
        return _LONG_AGO, _LONG_AGO
    try:
        if len(text) == 4:
            return date(int(text), 1, 1), date(int(text), 12, 31)
        if len(text) == 7:
            first = date.fromisoformat(text + "-01")
            return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        day = date.fromisoformat(text)
    except ValueError as problem:
        raise ValueError(f"the fact {fact} holds no date") from problem
    return day, day


def checked_value(facts: Mapping[str, FactDefinition], name: str, value: object) -> Any:
    """A value as the rules use it: a number as the range it may lie in, a date as the days it may be.

    Raises ValueError where the vocabulary has no such fact, or the fact cannot have this value.
    """
    definition = facts.get(name)
    if definition is None:
        raise ValueError(f"no such fact: {name}")
    if definition.type == "bool":
        if isinstance(value, bool):
            return value
    elif definition.type == "date":
        return _day_range(value, name)
    elif definition.type == "number":
        try:
            number = value if isinstance(value, Decimal) else Decimal(str(value))
        except InvalidOperation as problem:
            raise ValueError(f"the fact {name} holds no number") from problem
        if isinstance(value, bool) or (definition.minimum is not None and number < definition.minimum):
            raise ValueError(f"the fact {name} is out of its domain")
        return number, number
    elif definition.type == "int":
        if isinstance(value, int) and not isinstance(value, bool):
            if not definition.domain:
                return Decimal(value), Decimal(value)
            if value in definition.domain:
                return value
    elif value in definition.domain:
        return value
    raise ValueError(f"the fact {name} is out of its domain")


@dataclass(frozen=True)
class Used:
    """A fact the decision read, with its value as written."""

    fact: str
    of: str
    value: str


class View:
    """The facts of one case as one decision after the other looks them up, checked and with what follows from them.

    A value is True/False, a word, a whole number, or for numbers and dates an interval (lowest, highest). sensitive:
    False keeps the facts that are marked sensitive from sight, as if nobody had ever told them.
    """

    def __init__(self, facts: Mapping[str, FactDefinition], case: Case, *, sensitive: bool = True) -> None:
        self.facts = facts
        self.case = case
        self.sensitive = sensitive
        self._open: View | None = None
        self.used: dict[tuple[str, str], Any] = {}
        self._known: dict[tuple[str, str], Any] = {}
        self._narrowed: dict[tuple[str, str], frozenset[Any]] = {}
        self._possible: dict[tuple[str, str], tuple[frozenset[Any] | None, tuple[tuple[str, str], ...]]] = {}
        self._written: dict[tuple[str, str], Used] = {}
        self.decided: dict[tuple[int, str], bool | None] = {}
        self.left_to: dict[tuple[str, str], Any] = {}  # who has to say what is open (see deciding.py)
        self.residuals: dict[tuple[str, str | None, str | None], Residual] = {}  # of determinations, before settling
        self.people = {person.id: person for person in reversed(case.people)}
        self._relatives: dict[tuple[str, str], tuple[str, ...]] = {}
        self._income: tuple[Decimal, Decimal | None] | None = None
        for owner, given in self._given():
            for name, value in given.items():
                if value is not None and (owner, name) not in case.states:
                    checked = checked_value(self.facts, name, value)
                    if sensitive or not facts[name].sensitive:
                        self._known[name, owner] = checked
        for name, owner in self._inferring():
            self._infer(name, owner, self._known[name, owner])

    def _inferring(self) -> list[tuple[str, str]]:
        """The known facts that presuppose something, in the dictionary's order.

        What contradictory facts leave of another one must not hang on which of them was told first.
        """
        found = [key for key in self._known if self.facts[key[0]].requires]
        if len(found) > 1:
            order = {name: place for place, name in enumerate(self.facts)}
            found.sort(key=lambda key: (key[1] != HOUSEHOLD, order[key[0]]))
        return found

    def open_to_all(self) -> "View":
        """The same case without its sensitive facts; what is worked out on it (residuals) is found here too."""
        if not self.sensitive:
            return self
        if self._open is None:
            self._open = View(self.facts, self.case, sensitive=False)
            self._open.residuals = self.residuals
        return self._open

    def _given(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        yield HOUSEHOLD, self.case.household
        for person in self.case.people:
            yield person.id, person.facts

    def owner(self, fact: str, person_id: str) -> str:
        """Whose fact it is when a rule about the person reads it."""
        return HOUSEHOLD if self.facts[fact].level == "household" else person_id

    def _infer(self, name: str, owner: str, value: Any) -> None:
        """What a known value presupposes is known too, where it leaves one possibility, or narrowed."""
        for requirement in self.facts[name].requires:
            if not requirement.infers or requirement.in_ is None or requirement.value not in ("any", value):
                continue
            if self.facts[requirement.fact].sensitive and not self.sensitive:
                continue
            key = (requirement.fact, self.owner(requirement.fact, owner))
            if key in self._known or (key[1], key[0]) in self.case.states:
                continue
            left = self._narrowed.get(key, self.domain(requirement.fact)) & frozenset(requirement.in_)
            if len(left) == 1:
                self._known[key] = next(iter(left))
                self._infer(*key, self._known[key])
            elif left:
                self._narrowed[key] = left

    def domain(self, fact: str) -> frozenset[Any]:
        """All values of a fact with a finite domain."""
        definition = self.facts[fact]
        return _YES_OR_NO if definition.type == "bool" else frozenset(definition.domain)

    def known(self, fact: str, owner: str) -> Any:
        """The value, or None where it is unknown. What is read is remembered in ``used``."""
        value = self._known.get((fact, owner))
        if value is not None:
            self.used[fact, owner] = value
        return value

    def told(self, fact: str, owner: str) -> bool:
        """Whether the case itself says it; what is known besides follows from something else."""
        person = self.people.get(owner)
        given = self.case.household if owner == HOUSEHOLD else person.facts if person is not None else {}
        return given.get(fact) is not None and (fact, owner) in self._known

    def behind(self, fact: str, owner: str) -> tuple[str, str] | None:
        """The told fact from which what is known of another follows: one that rules it out, or that presupposes it."""
        todo, seen = [(fact, owner)], set()
        while todo:
            key = todo.pop()
            if self.told(*key):
                return key
            if key not in seen:
                seen.add(key)
                todo += reversed([*self._ruling_out(*key), *self._presupposing(*key)])
        return None

    def _ruling_out(self, fact: str, owner: str) -> list[tuple[str, str]]:
        requirements = [each for each in self.facts[fact].requires if self._excluded(each, owner)]
        return [(each.fact, self.owner(each.fact, owner)) for each in requirements]

    def _presupposing(self, fact: str, owner: str) -> list[tuple[str, str]]:
        return [
            (name, of)
            for (name, of), value in self._known.items()
            for each in self.facts[name].requires
            if each.fact == fact and each.infers and each.value in ("any", value) and self.owner(fact, of) == owner
        ]

    def written(self, fact: str, owner: str, value: Any) -> Used:
        """A fact that was read, as the trace of a determination keeps it: an interval of one point as that point."""
        key = (fact, owner)
        found = self._written.get(key)
        if found is None:
            if isinstance(value, tuple):
                low, high = value
                shown = str(low) if low == high else f"{low}..{'' if high is None else high}"
            else:
                shown = str(value).lower() if isinstance(value, bool) else str(value)
            found = self._written[key] = Used(fact, owner, shown)
        return found

    def possible(self, fact: str, owner: str) -> frozenset[Any] | None:
        """The values still possible of an unknown fact; empty where it has no meaning; None: any number or date."""
        key = (fact, owner)
        found = self._possible.get(key)
        if found is None:
            found = self._possible[key] = self._work_out_possible(fact, owner)
        left, beside = found
        for parent in beside:  # what was read to see it stands behind every result that sees it
            self.used[parent] = self._known[parent]
        return left

    def _work_out_possible(self, fact: str, owner: str) -> tuple[frozenset[Any] | None, tuple[tuple[str, str], ...]]:
        """(the values still possible, the known facts that say so)."""
        key = (fact, owner)
        definition = self.facts[fact]
        finite = definition.type in ("bool", "enum", "int") and (definition.type == "bool" or bool(definition.domain))
        left = (self._narrowed.get(key) or self.domain(fact)) if finite else None
        if not definition.requires:
            return left, ()
        beside = []
        for requirement in definition.requires:
            parent = (requirement.fact, self.owner(requirement.fact, owner))
            if parent in self._known:
                beside.append(parent)
            if not self._excluded(requirement, owner):
                continue
            if requirement.value == "any":
                left = frozenset()
            elif left is not None:
                left -= {requirement.value}
        return left, tuple(dict.fromkeys(beside))

    def _excluded(self, requirement: Any, owner: str) -> bool:
        """Does what is known contradict the requirement?"""
        parent_owner = self.owner(requirement.fact, owner)
        value = self._known.get((requirement.fact, parent_owner))
        if value is None:
            left = self._narrowed.get((requirement.fact, parent_owner))
            return requirement.in_ is not None and left is not None and not left & frozenset(requirement.in_)
        if requirement.age_from is not None:
            return bool(value[0] > minus_years(self.case.on, requirement.age_from))
        return value not in requirement.in_

    def relatives(self, person_id: str, relation: str) -> tuple[str, ...]:
        """Ids of the relatives, or the relation itself as a stand-in of whom nothing is known."""
        key = (person_id, relation)
        found = self._relatives.get(key)
        if found is None:
            found = relatives(self.case, person_id, relation) or (relation,)
            self._relatives[key] = found
        return found

    def income_per_head(self) -> tuple[Decimal, Decimal | None]:
        """The household's monthly income per head as (lowest, highest or None for open).

        Given, or the sum of the counted members' incomes over their number; since incomes are never negative the sum of
        the known ones is already a lowest value (acceptance/README.md of the policy cases).
        """
        if self._income is None:
            given = self._known.get(("income_per_capita_month", HOUSEHOLD))
            if given is not None:
                self._income = given
            else:
                known = [self._known.get(("income_month", person)) for person in self.counted()]
                total = sum((value[0] for value in known if value is not None), Decimal(0))
                lowest = total / len(known) if known else Decimal(0)
                self._income = (lowest, lowest if known and None not in known else None)
        return self._income

    def counted(self) -> tuple[str, ...]:
        """Ids of the members who count in the household."""
        return tuple(person.id for person in self.case.people if counts(person))

    def silent_earners(self) -> tuple[str, ...]:
        """Ids of the counted members whose income is not known."""
        return tuple(person for person in self.counted() if ("income_month", person) not in self._known)
