"""What the calendar hands to the screens: who gains or loses what on which day, why, and the figures."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from models.eligibility import Amount, Citation
from models.eligibility.ahead import ChangeKind
from models.eligibility.watching import Reason
from models.records import codes
from models.texts import _, language

KINDS: tuple[ChangeKind, ...] = ("begins", "may_begin", "ends", "amount", "ask", "expires")
"""What a calendar tells unless it is asked for more: the other kinds are no reason to visit anybody."""


def kind_text(kind: ChangeKind) -> str:
    """What kind of change it is, in the language now shown."""
    return {
        "begins": _("Begins"),
        "may_begin": _("May begin"),
        "ends": _("Ends"),
        "amount": _("Sum changes"),
        "ask": _("Ask again"),
        "lapses": _("Ruled out"),
        "reopens": _("Open again"),
        "validity": _("Period of the text"),
        "expires": _("Document expires"),
    }[kind]


@dataclass(frozen=True)
class CalendarLine:
    """On one day one service changes by itself for one resident, or for a household as a whole (no resident_id).

    before, after: eligible, not_eligible, missing, office, or "" where nothing speaks for it. received: the service is
    received already. planned: an open visit about this service is planned for the household.

    A document that expires (kind expires) is a line without a service; its day is the first on which it is no longer
    valid. document: key of DOCUMENT_KINDS. rests: (name, English name) of the services that change with it.
    """

    day: date
    kind: ChangeKind
    resident_id: str
    resident_name: str
    sex: str  # code
    birth_date: date | None
    household_id: str
    address: str
    community: str  # code
    service_id: str
    service: str  # its printed name
    service_en: str
    component: str
    group: str
    before: str
    after: str
    received: bool
    amount_before: Amount | None
    amount_after: Amount | None
    reasons: tuple[Reason, ...] = field(repr=False)
    planned: bool = False
    document: str = ""
    rests: tuple[tuple[str, str], ...] = ()

    @property
    def why(self) -> str:
        """The reasons in a few words, in the language now shown: 满80周岁."""
        chinese = language() == "zh_CN"
        if self.kind == "expires":
            return _("{document} valid until {day}").format(
                document=self.name, day=(self.day - timedelta(days=1)).isoformat()
            )
        return _("; ").join(dict.fromkeys(reason.words(chinese) for reason in self.reasons))

    @property
    def resting(self) -> list[str]:
        """The services that change with a document that expires, in the language now shown."""
        chinese = language() == "zh_CN"
        return list(dict.fromkeys(name if chinese else name_en or name for name, name_en in self.rests))

    @property
    def citation(self) -> Citation | None:
        """The words of the text by which the first reason counts."""
        return next((reason.citation for reason in self.reasons if reason.citation is not None), None)

    @property
    def name(self) -> str:
        """The service in the language now shown, with its part where it has parts; or the document."""
        if self.document:
            return codes.label("document", self.document)
        name = self.service if language() == "zh_CN" else self.service_en or self.service
        if self.component and self.component not in name:
            return _("{service}: {part}").format(service=name, part=self.component)
        return name


@dataclass(frozen=True)
class PolicyEvent:
    """A day on which the texts themselves change: a version or a parameter begins, a period ends. For everybody."""

    day: date
    reason: Reason
    services: tuple[str, ...]  # ids

    @property
    def why(self) -> str:
        """What begins or ends, in the language now shown."""
        return self.reason.words(language() == "zh_CN")


@dataclass(frozen=True)
class CalendarView:
    """What changes by itself after a day and until another, in a place; by day, then address.

    events: what changes in the texts; who is concerned is not in lines, for that may be everybody. cancelled: only
    part of the households was looked at: looked_at of candidates.
    """

    start: date
    until: date
    where: str
    lines: tuple[CalendarLine, ...]
    events: tuple[PolicyEvent, ...]
    candidates: int
    looked_at: int
    milliseconds: float
    cancelled: bool = False

    @cached_property
    def by_service(self) -> Mapping[str, int]:
        """How many lines there are of each service, the most first; documents are no service."""
        return dict(Counter(line.service_id for line in self.lines if line.service_id).most_common())

    @cached_property
    def by_kind(self) -> Mapping[ChangeKind, int]:
        """How many lines there are of each kind, in the order of KINDS."""
        found = Counter(line.kind for line in self.lines)
        return {kind: found[kind] for kind in (*KINDS, "lapses", "reopens", "validity") if found[kind]}

    def only(
        self,
        *,
        kinds: Iterable[str] = (),
        services: Iterable[str] = (),
        days: tuple[date, date] | None = None,
        planned: bool | None = None,
    ) -> tuple[CalendarLine, ...]:
        """The lines of these kinds and services (none named: all), between two days, planned for or not."""
        wanted_kinds, wanted_services = frozenset(kinds), frozenset(services)
        return tuple(
            line
            for line in self.lines
            if (not wanted_kinds or line.kind in wanted_kinds)
            and (not wanted_services or line.service_id in wanted_services)
            and (days is None or days[0] <= line.day <= days[1])
            and (planned is None or line.planned == planned)
        )


def monday(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())
