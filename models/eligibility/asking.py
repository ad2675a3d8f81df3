"""How questions are put: chances of unknown facts, and groups of facts that are asked in one breath (questions.yaml).

Nothing here decides anything. Chances only order questions and results; groups only say what is asked together. So the
file is read beside the packs, does not count in their hash, and may name facts that an older dictionary lacks.
"""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import TypeAdapter, ValidationError, model_validator

from models.eligibility.case import View, completed_years
from models.eligibility.logic import Variable
from models.eligibility.policies import PackError
from models.eligibility.schema import FactDefinition, Shape, Value, Words

FILE = "questions.yaml"
SEX = "sex"
_UNSURE = 0.4  # the chance that a number or a date lies on the wanted side of a cut of which the file says nothing
_OLDEST = 200
_MEMO_LIMIT = 50_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


Tests = tuple[tuple[Any, bool], ...]
"""Tests of one fact, each with what it must give."""

_held: dict[Any, tuple["Chance | None", float]] = {}


class Chance(Shape):
    """How likely the values of a fact are among people of an age (completed years, both included) or with known facts.

    where: fact -> values; sex (男, 女) is told by the register though no rule reads it. is: value -> share, for facts
    with a finite domain (true and false for yes and no; what is left out shares the rest); a share of 1 is so certain
    that nobody asks. below: number -> share of the values below it, rising; for dates, of those fewer years back.
    """

    age_from: int = 0
    age_to: int = _OLDEST
    where: dict[str, tuple[Value, ...]] = {}
    is_: dict[Value, float] | None = None
    below: dict[Decimal, float] | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_is_a_keyword(cls, given: Any) -> Any:
        return (
            {("is_" if key == "is" else key): value for key, value in given.items()}
            if isinstance(given, dict)
            else given
        )

    @model_validator(mode="after")
    def _shares(self) -> "Chance":
        if (self.is_ is None) == (self.below is None):
            raise ValueError("a chance says is or below")
        shares = list((self.is_ or self.below or {}).values())
        if (
            not shares
            or any(not 0 <= share <= 1 for share in shares)
            or (self.is_ is not None and sum(shares) > 1.0001)
        ):
            raise ValueError("shares lie between 0 and 1 and are no more than the whole")
        if self.below is not None:
            points = sorted(self.below.items())
            if [share for _, share in points] != sorted(shares):
                raise ValueError("the share below a number rises with the number")
        return self


class Option(Shape):
    """One thing to tick in a group: it states a value of a fact; asked and not ticked, it states otherwise."""

    fact: str
    is_: Value = True
    otherwise: Value | None = None
    zh: str = ""
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _is_is_a_keyword(cls, given: Any) -> Any:
        return (
            {("is_" if key == "is" else key): value for key, value in given.items()}
            if isinstance(given, dict)
            else given
        )


class Group(Shape):
    """Facts of one owner that a worker asks in one breath."""

    id: str
    level: Literal["person", "household"]
    ask: Words
    options: tuple[Option, ...]


class Each(Shape):
    """A fact with several values that is asked of every member in one breath."""

    fact: str
    ask: Words


class Asking(Shape):
    """The contents of questions.yaml.

    chances_from says in plain words where the shares come from; who asks of which members something holds.
    """

    chances_from: Words
    chances: dict[str, tuple[Chance, ...]]
    groups: tuple[Group, ...]
    who: Words
    each: tuple[Each, ...] = ()


def load_asking(folder: Traversable | Path | None = None) -> Asking:
    """Read and check questions.yaml of a folder of packs (None: the shipped one, read once a process).

    Raises PackError where the file is missing or not of its shape.
    """
    return _shipped() if folder is None else _read(folder)


@lru_cache(maxsize=1)
def _shipped() -> Asking:
    return _read(files("resources") / "policies")


def _read(folder: Traversable | Path) -> Asking:
    place = folder.joinpath(FILE)
    if not place.is_file():
        raise PackError(FILE, 0, "the file is missing")
    try:
        return TypeAdapter(Asking).validate_python(yaml.load(place.read_bytes(), Loader=_Loader))  # noqa: S506
    except yaml.YAMLError as problem:
        raise PackError(FILE, 0, f"no YAML: {problem}") from None
    except ValidationError as problem:
        first = problem.errors()[0]
        raise PackError(FILE, 0, f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}") from None


def problems(asking: Asking, facts: Mapping[str, FactDefinition]) -> list[str]:
    """What questions.yaml says of facts that the dictionary does not bear out; empty where all is well."""
    found = []
    for name, chances in asking.chances.items():
        fact = facts.get(name)
        if fact is None:
            found.append(f"{name}: no such fact")
            continue
        for chance in chances:
            for other in chance.where:
                if other != SEX and (other not in facts or facts[other].sensitive):
                    found.append(f"{name}: nothing can be told from {other}")
            wrong = set(chance.is_ or ()) - set(_domain(fact))
            found += [f"{name}: {value} lies outside its domain" for value in wrong]
            if (chance.below is not None) == bool(_domain(fact)):
                found.append(f"{name}: shares of {'values' if _domain(fact) else 'numbers'} are given by the other key")
    for group in asking.groups:
        names = tuple(dict.fromkeys(option.fact for option in group.options))
        for option in group.options:
            fact = facts.get(option.fact)
            if fact is None:
                found.append(f"{group.id}: no such fact: {option.fact}")
            elif fact.level != group.level or fact.ask not in ("door", "register") or fact.sensitive:
                found.append(f"{group.id}: {option.fact} may not be asked in this group")
            elif option.is_ not in _domain(fact) or no_of(option, fact) not in _domain(fact):
                found.append(f"{group.id}: {option.fact} cannot be ticked so")
        enums = [name for name in names if facts[name].type != "bool"] if set(names) <= set(facts) else []
        for name in enums:
            told = {
                value for option in group.options if option.fact == name for value in (option.is_, option.otherwise)
            }
            if told != set(_domain(facts[name])):
                found.append(f"{group.id}: {name} has values that cannot be ticked")
    for each in asking.each:
        fact = facts.get(each.fact)
        if fact is None or fact.level != "person" or not fact.domain or fact.ask == "agency" or fact.sensitive:
            found.append(f"{each.fact}: cannot be asked of every member")
    return found


def no_of(option: Option, fact: FactDefinition) -> Value | None:
    """What the fact is when the option was asked and not ticked."""
    return option.otherwise if fact.type != "bool" else not option.is_


def _domain(fact: FactDefinition) -> tuple[Value, ...]:
    return (True, False) if fact.type == "bool" else fact.domain


class Chances:
    """The chances of the tests of one view's unknown facts: by the file where it speaks of them, else by the prior."""

    def __init__(self, asking: Asking, view: View) -> None:
        self._asking = asking
        self._view = view
        self._entries: dict[Variable, Chance | None] = {}
        self._ages: dict[str, int | None] = {}

    def of(self, variable: Variable, tests: Tests) -> float:
        """The chance that an unknown fact gives each of these tests (of models.eligibility.logic) what it must give."""
        fact, owner = variable
        entry = self._entry(variable)
        if tests[0][0][0] == "in":
            possible = self._view.possible(fact, owner) or frozenset()
            key = (fact, id(entry), id(self._view.facts), possible, tests)
            held = _held.get(key)
            if held is None or held[0] is not entry:
                definition = self._view.facts[fact]
                weights = _weights(definition, entry, possible)
                whole = sum(weights.values())
                fits = sum(w for value, w in weights.items() if all((value in test[1]) is want for test, want in tests))
                held = entry, fits / whole if whole else 0.0
                if len(_held) >= _MEMO_LIMIT:
                    _held.clear()
                _held[key] = held
            return held[1]
        chance = 1.0
        for test, want in tests:
            below = _UNSURE if entry is None or entry.below is None else self._below(entry.below, test[1])
            chance = min(chance, below if test[2] is want else 1 - below)
        return chance

    def certain(self, variable: Variable) -> bool:
        """Whether the file says that the answer goes without saying."""
        entry = self._entry(variable)
        return entry is not None and entry.is_ is not None and 1 in entry.is_.values()

    def _entry(self, variable: Variable) -> Chance | None:
        """The first entry of the file that fits what is known."""
        if variable not in self._entries:
            fact, owner = variable
            self._entries[variable] = self._fitting(fact, owner) if fact in self._asking.chances else None
        return self._entries[variable]

    def _fitting(self, fact: str, owner: str) -> Chance | None:
        age = self._age(owner)
        for chance in self._asking.chances[fact]:
            if (chance.age_from or chance.age_to < _OLDEST) and (
                age is None or not chance.age_from <= age <= chance.age_to
            ):
                continue
            where = chance.where
            if not where or all(self._known(name, owner) in values for name, values in where.items()):
                return chance
        return None

    def _known(self, fact: str, owner: str) -> Any:
        if fact == SEX:
            return self._view.people[owner].sex if owner in self._view.people else None
        return self._view.known(fact, self._view.owner(fact, owner)) if fact in self._view.facts else None

    def _age(self, owner: str) -> int | None:
        if owner not in self._ages:
            born = self._known("birth_date", owner)
            self._ages[owner] = None if born is None else completed_years(born[0], self._view.case.on)
        return self._ages[owner]

    def _below(self, points: Mapping[Decimal, float], cut: tuple[Any, int] | tuple[date, int]) -> float:
        """The share of values below a cut, between the points of the file on a straight line."""
        threshold = cut[0]
        if isinstance(threshold, date):  # below a day: further back than so many years
            years = Decimal((self._view.case.on - threshold).days) / Decimal("365.25")
            return 1 - _between(points, years)
        return _between(points, Decimal(threshold))


def _between(points: Mapping[Decimal, float], place: Decimal) -> float:
    numbers = sorted(points)
    at = bisect_left(numbers, place)
    if at == len(numbers):
        return points[numbers[-1]]
    if numbers[at] == place or at == 0:
        return points[numbers[at]]
    low, high = numbers[at - 1], numbers[at]
    part = float((place - low) / (high - low))
    return points[low] + part * (points[high] - points[low])


def _weights(fact: FactDefinition, entry: Chance | None, possible: frozenset[Any]) -> Mapping[Any, float]:
    """The share of every value that is still possible."""
    shares: Mapping[Any, float] = (entry.is_ or {}) if entry is not None else _prior(fact)
    domain = _domain(fact)
    rest = max(0.0, 1 - sum(shares.values())) / max(1, len(domain) - len(shares))
    found = {value: shares.get(value, rest) for value in domain if value in possible}
    return found if sum(found.values()) else dict.fromkeys(found, 1.0)


def _prior(fact: FactDefinition) -> Mapping[Any, float]:
    """The dictionary's own shares, whoever is meant."""
    if fact.type == "bool":
        yes = fact.prior.get("true", 0.5)
        return {True: yes, False: 1 - yes}
    return {value: fact.prior[str(value)] for value in fact.domain if str(value) in fact.prior}
