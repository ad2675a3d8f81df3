"""A plan: the rules of the packs on one day, compiled for screening a register block by block."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

from models.eligibility.batch.few import FewSteps
from models.eligibility.batch.planes import NO, YES, Planes, Program
from models.eligibility.batch.rules import Open, Ruled, Rules, kind_of
from models.eligibility.policies import Component, Policies, Service

_ELSEWHERE = ("organisation", "transient")
_KEPT = 4  # plans, of some megabytes each: today's, and those of the next changes of the texts


@dataclass(frozen=True)
class Part:
    """What is decided at once: a service or one of its components (None where it has only one), and for whom.

    subject: person, couple, household (decided on the row of its first counted member) or deceased. screened: part of a
    screening unless others are asked for? Universal and sensitive services are not.
    """

    service_id: str
    component: str | None
    subject: str
    screened: bool


@dataclass(frozen=True)
class Compiled:
    """The planes of one part: three that together spell the verdict, who receives it, and what is open."""

    spelled: tuple[int, int, int]
    received: int
    opens: tuple[Open, ...]
    left_open: int
    """Where the scalar kernel has the word, since the planes are not exact; NO nearly always."""

    def wanted(self, missing: bool) -> tuple[int, ...]:
        """The expressions of the part: five, and with missing two for each fact that can be open."""
        pairs = [(found.where, found.where if found.number is None else found.number) for found in self.opens]
        return (*self.spelled, self.received, self.left_open, *(part for pair in pairs for part in pair if missing))


@dataclass(frozen=True)
class Plan:
    """The compiled parts of all packs on one day. on: the day; policies: the packs they were made from."""

    policies: Policies
    on: date
    parts: tuple[Part, ...]
    compiled: tuple[Compiled, ...]
    planes: Planes
    _programs: dict[tuple[tuple[int, ...], bool], Program] = field(default_factory=dict, repr=False, compare=False)
    _few: dict[tuple[tuple[int, ...], bool], FewSteps] = field(default_factory=dict, repr=False, compare=False)

    def program(self, chosen: Sequence[int], missing: bool) -> Program:
        """The steps for the parts at these places; missing: with what is open. Made once for each choice."""
        key = tuple(chosen), missing
        found = self._programs.get(key)
        if found is None:
            results = [self.compiled[place].wanted(missing) for place in chosen]
            found = self._programs[key] = Program.of(self.planes, results)
        return found

    def few_steps(self, chosen: Sequence[int], missing: bool) -> FewSteps:
        """The same for a few people."""
        key = tuple(chosen), missing
        found = self._few.get(key)
        if found is None:
            found = self._few[key] = FewSteps(self.planes, [self.compiled[place] for place in chosen], missing=missing)
        return found

    def chosen(self, parts: Sequence[tuple[str, str | None]] | None) -> list[int]:
        """The places of the parts asked for, by (service id, component); None: of all that are screened.

        KeyError for a part that does not exist or that no resident can have.
        """
        if parts is None:
            return [place for place, part in enumerate(self.parts) if part.screened]
        places = {(part.service_id, part.component): place for place, part in enumerate(self.parts)}
        return [places[part] for part in parts]

    def inexact(self) -> list[Part]:
        """The parts of which some people are decided by the scalar kernel."""
        return [part for part, made in zip(self.parts, self.compiled, strict=True) if made.left_open != NO]


_plans: list[Plan] = []
_lock = Lock()


def plan_of(policies: Policies, on: date) -> Plan:
    """The plan of a day: one of the last few where these very policies were compiled for it, else make_plan().

    Screening, the calendar and comparing sets share it, with the programs it made. It is only read: any thread may.
    """
    with _lock:
        found = next((plan for plan in _plans if plan.on == on and plan.policies is policies), None)
    made = found or make_plan(policies, on)
    with _lock:
        _plans[:] = [made, *(plan for plan in _plans if plan is not made)][:_KEPT]
    return made


def make_plan(policies: Policies, on: date) -> Plan:
    """Compile all rules for one day. Some tenths of a second; a plan serves any number of screenings of that day."""
    planes = Planes()
    rules = Rules(planes, policies, on)
    parts: list[Part] = []
    compiled: list[Compiled] = []
    for service in policies.services.values():
        for component in service.components:
            if component.subject in _ELSEWHERE:
                continue
            name = None if len(service.components) == 1 else component.name
            screened = not service.universal and not service.sensitive
            parts.append(Part(service.id, name, component.subject, screened))
            compiled.append(_compiled(rules, service, component))
    return Plan(policies, on, tuple(parts), tuple(compiled), planes)


def _compiled(rules: Rules, service: Service, component: Component) -> Compiled:
    planes = rules.planes
    node = component.rule(rules.on).node
    if node is None:
        made = Ruled(YES, NO) if service.universal else Ruled(NO, YES)
    else:
        made = rules.ruled(node, component.subject)
    subject = _subject(planes, component.subject)
    received = planes.source("receives", service.id)
    if service.subject == "household":
        received = planes.home(received)
    if service.already is not None:
        received = planes.either(received, rules.certain(service.already, component.subject))
    opens = made.opens
    by_kind = {
        kind: planes.some(found.where for found in opens if kind_of(rules.policies, found.fact) == kind)
        for kind in ("ask", "office")
    }
    ask = by_kind["ask"]
    office = planes.both(by_kind["office"], planes.no(ask))
    silent = planes.both(office, planes.no(made.speaks))
    office = planes.both(office, made.speaks)
    left = planes.every((made.can, made.cannot, planes.no(ask), planes.no(by_kind["office"])))
    eligible = planes.both(made.can, planes.no(made.cannot))
    spelled = (  # see screening.py: 1 not eligible, 2 eligible, 3 ask, 4 office, 5 withheld, 6 silent
        planes.some((planes.no(made.can), ask, left)),
        planes.some((eligible, ask, silent)),
        planes.some((office, left, silent)),
    )
    return Compiled(
        spelled=(
            planes.both(subject, spelled[0]),
            planes.both(subject, spelled[1]),
            planes.both(subject, spelled[2]),
        ),
        received=planes.both(subject, received),
        opens=tuple(Open(found.fact, found.whose, planes.both(subject, found.where), found.number) for found in opens),
        left_open=NO if made.exact else planes.every((subject, made.can, made.cannot)),
    )


def _subject(planes: Planes, subject: str) -> int:
    """For whom a part is decided: the living who count, of them the couple, the dead, or one of each household."""
    if subject == "household":
        return planes.source("first")
    if subject == "couple":
        return planes.both(planes.source("counts"), planes.source("of couple"))
    return planes.source("dead" if subject == "deceased" else "counts")
