"""What is possible of every fact, as planes: the scalar View's inference and narrowing, for everybody at once."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from models.eligibility.batch.columns import STATED, codes_by_value
from models.eligibility.batch.planes import NO, Planes
from models.eligibility.case import HOUSEHOLD, minus_years
from models.eligibility.nodes import INCOME
from models.eligibility.schema import FactDefinition, Requirement


class FactPlanes:
    """The planes of all facts on one day.

    A fact with a finite domain has, for each value, the plane of those of whom it is still possible; of somebody whose
    value is known, inferred or not, that is one. None of them is possible where the fact has no meaning.
    """

    def __init__(self, planes: Planes, facts: Mapping[str, FactDefinition], on: date) -> None:
        self.planes = planes
        self.facts = facts
        self.on = on
        self._known: dict[str, int] = {}
        self._left: dict[str, dict[Any, int]] = {}
        self._possible: dict[str, dict[Any, int]] = {}
        for name, definition in facts.items():
            self._read(name, definition)
        for level in (HOUSEHOLD, "person"):  # as the scalar kernel reads a case: the household's facts first
            for name, definition in facts.items():
                if definition.level == level:
                    self._infer(name, self._known[name])

    def _read(self, name: str, definition: FactDefinition) -> None:
        codes = codes_by_value(definition)
        if not codes:
            self._known[name] = self.planes.source("known", name)
            return
        unknown = self._unknown(name)
        self._known[name] = self.planes.no(unknown)
        self._left[name] = {
            value: self.planes.either(unknown, self.planes.source("is", name, code)) for value, code in codes.items()
        }

    def _unknown(self, name: str) -> int:
        return self.planes.either(self.planes.source("is", name, 0), self.planes.source("is", name, STATED))

    def _infer(self, name: str, where: int) -> None:
        """What a known value presupposes is known too, where it leaves one possibility, or narrowed."""
        planes = self.planes
        for requirement in self.facts[name].requires:
            target = requirement.fact
            if not requirement.infers or requirement.in_ is None or target not in self._left:
                continue
            if self.facts[name].level == HOUSEHOLD and self.facts[target].level != HOUSEHOLD:
                continue  # of whom would it be known?
            holds = where
            if requirement.value != "any":
                holds = planes.both(holds, self._left.get(name, {}).get(requirement.value, NO))
            if self.facts[name].level != self.facts[target].level:
                holds = planes.home(holds)
            stated = planes.source("is", target, STATED)
            holds = planes.every((holds, planes.no(self._known[target]), planes.no(stated)))
            left = [plane for value, plane in self._left[target].items() if value in requirement.in_]
            holds = planes.both(holds, planes.some(left))
            for value, plane in self._left[target].items():
                if value not in requirement.in_:
                    self._left[target][value] = planes.both(plane, planes.no(holds))
            one = planes.both(holds, planes.no(planes.at_least(2, left)))
            if one != NO:
                self._known[target] = planes.either(self._known[target], one)
                self._infer(target, one)

    def known(self, name: str) -> int:
        """Where the fact is known or inferred."""
        return self._known[name]

    def possible(self, name: str) -> Mapping[Any, int]:
        """For each value of a finite domain where it is still possible (or known)."""
        if name not in self._possible:
            planes, known = self.planes, self._known[name]
            left = dict(self._left[name])
            for requirement, excluded in self._exclusions(name):
                open_and_excluded = planes.both(excluded, planes.no(known))
                for value in left if requirement.value == "any" else (requirement.value,):
                    if value in left:
                        left[value] = planes.both(left[value], planes.no(open_and_excluded))
            self._possible[name] = left
        return self._possible[name]

    def meaningless(self, name: str) -> int:
        """Where an unknown number or date can have no value at all."""
        if name == INCOME:
            return NO
        excluded = [plane for requirement, plane in self._exclusions(name) if requirement.value == "any"]
        return self.planes.both(self.planes.some(excluded), self.planes.no(self._known[name]))

    def read_beside(self, name: str) -> int:
        """Where a known fact is read in order to see what is possible of this one."""
        parents = [requirement.fact for requirement in self.facts[name].requires]
        known = [self._known[parent] for parent in parents if self._has_owner(name, parent)]
        return self.planes.both(self.planes.some(known), self.planes.no(self._known[name]))

    def _has_owner(self, name: str, parent: str) -> bool:
        return self.facts[name].level != HOUSEHOLD or self.facts[parent].level == HOUSEHOLD

    def _exclusions(self, name: str) -> Iterator[tuple[Requirement, int]]:
        """(requirement, where what is known contradicts it)."""
        planes = self.planes
        for requirement in self.facts[name].requires:
            parent = requirement.fact
            if not self._has_owner(name, parent):
                continue
            if requirement.age_from is not None:
                latest = minus_years(self.on, requirement.age_from)
                day_after = (latest + timedelta(days=1)).toordinal()
                yield requirement, planes.no(planes.source("may be before", parent, day_after))
            elif parent not in self._left:
                yield requirement, self._known[parent]  # a number or a day is never one of these values
            else:
                meant = [plane for value, plane in self._left[parent].items() if value in (requirement.in_ or ())]
                yield requirement, planes.no(planes.some(meant)) if meant else self._known[parent]
