"""The calendar's lines as the page shows them: what changes for one resident on one day is one row."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from desktop.case_words import day_text, days_away, sex_text
from desktop.eligibility_words import amount_text, heading_of
from desktop.widgets.tick_list import Heading
from desktop.widgets.tile_list import Tile
from models.eligibility.ahead import ChangeKind
from models.records import divisions
from models.records.visit import PlanEntry
from models.services.calendar_views import KINDS, CalendarLine, PolicyEvent, kind_text, monday
from models.services.views import PlannedView
from models.texts import N_, _, language, ngettext
from models.values import age_on
from reports.people_list import ListColumn, Value

DAYS = (7, 30, 90, 365)
"""How far ahead one may look."""

TONES: Mapping[str, str] = {
    "begins": "good",
    "may_begin": "accent",
    "ends": "danger",
    "amount": "warn",
    "ask": "warn",
    "expires": "danger",
}

WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))

REASON_LENGTH = 500  # as PlanEntry has it
NAMED = 3  # services named in one row; the rest is counted

COLUMNS = (
    ("day", N_("Day"), 6),
    ("kind", N_("Kind of change"), 5),
    ("name", N_("Name"), 5),
    ("sex", N_("Sex"), 3),
    ("birth", N_("Born"), 6),
    ("address", N_("Address"), 15),
    ("service", N_("Service"), 11),
    ("why", N_("Reason"), 9),
    ("before", N_("Till then"), 6),
    ("after", N_("From then on"), 6),
    ("sum", N_("Sum"), 7),
    ("planned", N_("Visit planned"), 6),
)
"""(key, heading, width in Chinese characters) of the columns that a written list may have."""

AT_FIRST = ("day", "kind", "name", "address", "service", "why", "planned")


@dataclass(frozen=True)
class Coming:
    """All that changes on one day for one resident, or for a household as a whole."""

    lines: tuple[CalendarLine, ...]
    plan: PlannedView | None = None  # the next open visit that is planned for the household

    @property
    def first(self) -> CalendarLine:
        """The line that says who and when."""
        return self.lines[0]

    @property
    def day(self) -> date:
        """When it changes."""
        return self.first.day

    @property
    def name(self) -> str:
        """Who, as the list says it."""
        return self.first.resident_name or _("The household as a whole")

    @property
    def why(self) -> str:
        """The reasons of all lines in a few words."""
        return _("; ").join(dict.fromkeys(line.why for line in self.lines if line.why))

    @property
    def services(self) -> list[str]:
        """The services concerned, each once."""
        return list(dict.fromkeys(line.name for line in self.lines))

    def kinds(self) -> dict[ChangeKind, int]:
        """How many lines there are of each kind, in the order of KINDS."""
        found = Counter(line.kind for line in self.lines)
        return {kind: found[kind] for kind in KINDS if found[kind]}


def grouped(lines: Iterable[CalendarLine], plans: Mapping[str, PlannedView]) -> list[Coming]:
    """The lines by day and person, in the order in which they come."""
    found: dict[tuple[date, str, str], list[CalendarLine]] = defaultdict(list)
    for line in lines:
        found[line.day, line.household_id, line.resident_id].append(line)
    return [Coming(tuple(some), plans.get(some[0].household_id)) for some in found.values()]


def agenda(coming: Sequence[Coming], events: Iterable[PolicyEvent], on: date) -> tuple[list[Any], list[int]]:
    """The rows of the list with a heading before each week, and what changes in the texts; and where headings are."""
    weeks: dict[date, list[Coming]] = defaultdict(list)
    for one in coming:
        weeks[monday(one.day)].append(one)
    told: dict[date, list[PolicyEvent]] = defaultdict(list)
    for event in events:
        told[monday(event.day)].append(event)
    rows: list[Any] = []
    headings: list[int] = []
    for week in sorted(weeks.keys() | told.keys()):
        headings.append(len(rows))
        rows.append(Heading(week_words(week, on), _people(weeks[week])))
        for event in told[week]:
            headings.append(len(rows))
            rows.append(Heading(event_words(event), day_words(event.day)))
        rows += weeks[week]
    return rows, headings


def _people(some: Sequence[Coming]) -> str:
    if not some:
        return ""
    lines = sum(len(one.lines) for one in some)
    people = len({one.first.resident_id or one.first.household_id for one in some})
    told = ngettext("{n} person", "{n} people", people).format(n=people)
    return f"{told} · " + ngettext("{n} thing changes", "{n} things change", lines).format(n=lines)


def week_words(week: date, on: date) -> str:
    """A week as a heading says it: this week, next week, else its days."""
    days = f"{day_words(week, weekday=False)} – {day_words(week + timedelta(days=6), weekday=False)}"
    away = (week - monday(on)).days // 7
    if away == 0:
        return _("This week, {days}").format(days=days)
    if away == 1:
        return _("Next week, {days}").format(days=days)
    return days


def day_words(day: date, weekday: bool = True) -> str:
    """A day without its year: 11月29日 周日, Sun 29 Nov."""
    if language() == "zh_CN":
        words = f"{day.month}月{day.day}日"
        return f"{words} {_(WEEKDAYS[day.weekday()])}" if weekday else words
    words = day_text(day).rpartition(" ")[0]
    return f"{_(WEEKDAYS[day.weekday()])} {words}" if weekday else words


def event_words(event: PolicyEvent) -> str:
    """What changes in the texts, and how many services it concerns."""
    services = ngettext("{n} service", "{n} services", len(event.services)).format(n=len(event.services))
    return _("The texts: {what} ({services})").format(what=event.why, services=services)


def tile_of(one: Coming) -> Tile:
    """A row of the agenda."""
    first = one.first
    tags = [(_("{kind} {n}").format(kind=kind_text(kind), n=n), TONES[kind]) for kind, n in one.kinds().items()]
    if one.plan is not None:
        tags.append((_("Visit {day}").format(day=day_words(one.plan.due, weekday=False)), "soft"))
    return Tile(
        name=one.name,
        beside=person_words(first),
        below=" · ".join(part for part in (one.why, services_words(one.services)) if part),
        right=day_words(one.day),
        right_below=first.address,
        tags=tuple(tags),
    )


def person_words(line: CalendarLine) -> str:
    """Sex, and the age on the day."""
    age = age_on(line.birth_date, line.day) if line.birth_date else None
    years = "" if age is None else _("{n} years").format(n=age)
    return "  ".join(part for part in (sex_text(line.sex), years) if part)


def services_words(names: Sequence[str], named: int = NAMED) -> str:
    """Some services by name, the rest counted."""
    listed = _(", ").join(names[:named])
    rest = len(names) - named
    return listed if rest <= 0 else _("{list} and {n} more").format(list=listed, n=rest)


def turn_words(line: CalendarLine) -> str:
    """What it says till then and from then on; of a document that expires, the services that rest on it."""
    if line.kind == "expires":
        names = services_words(line.resting)
        return _("Rests on it: {services}").format(services=names) if names else ""
    return _("{before} → {after}").format(before=says_words(line.before), after=says_words(line.after))


def says_words(says: str) -> str:
    """An outcome as one side of a change."""
    return heading_of(says) if says else _("nothing speaks for it")


def sum_words(line: CalendarLine) -> str:
    """The sum before and after, where it changes."""
    before, after = amount_text(line.amount_before), amount_text(line.amount_after)
    if before == after:
        return after
    return _("{before} → {after}").format(before=before or "–", after=after or "–")


def communities(lines: Iterable[CalendarLine]) -> dict[str, str]:
    """The communities that occur, with their names."""
    found = {}
    for code in sorted({line.community for line in lines if line.community}):
        place = divisions.community(code)
        found[code] = place.name if place else code
    return found


def matches(line: CalendarLine, text: str) -> bool:
    """Whether a line is about who or what is looked for: name, address or service."""
    return any(text in part.casefold() for part in (line.resident_name, line.address, line.name))


def plan_entries(chosen: Iterable[Coming], reason: str, assignee: str) -> list[PlanEntry]:
    """One visit a household, on the first of its days, with what changes as its reason."""
    homes: dict[str, list[CalendarLine]] = defaultdict(list)
    for one in chosen:
        homes[one.first.household_id] += one.lines
    made = []
    for household, lines in homes.items():
        services = list(dict.fromkeys(line.service_id for line in lines))
        residents = {line.resident_id for line in lines}
        about = _("; ").join(dict.fromkeys(line.why for line in lines if line.why))
        names = services_words(list(dict.fromkeys(line.name for line in lines)))
        words = _(": ").join(part for part in (reason, about, names) if part)
        made.append(
            PlanEntry(
                household_id=household,
                resident_id=residents.pop() if len(residents) == 1 else "",
                due_on=min(line.day for line in lines),
                source="calendar",
                service_id=services[0] if len(services) == 1 else "",
                reason=words[:REASON_LENGTH],
                assignee=assignee,
            )
        )
    return made


def list_columns(keys: Sequence[str]) -> tuple[ListColumn, ...]:
    """These columns of a written list, in the language now shown."""
    return tuple(ListColumn(_(heading), width) for key, heading, width in COLUMNS if key in keys)


def list_rows(chosen: Iterable[Coming], keys: Sequence[str]) -> list[list[Value]]:
    """The rows of a written list, one for each line, with the values of these columns."""
    wanted = [key for key, _heading, _width in COLUMNS if key in keys]
    return [[_cell(key, one, line) for key in wanted] for one in chosen for line in one.lines]


def _cell(key: str, one: Coming, line: CalendarLine) -> Value:
    values: dict[str, Value] = {
        "day": line.day,
        "kind": kind_text(line.kind),
        "name": one.name,
        "sex": sex_text(line.sex),
        "birth": line.birth_date,
        "address": line.address,
        "service": line.name,
        "why": line.why,
        "before": says_words(line.before) if line.service_id else "",
        "after": says_words(line.after) if line.service_id else "",
        "sum": sum_words(line),
        "planned": one.plan.due if one.plan else None,
    }
    return values[key]


def away_words(day: date, on: date) -> str:
    """The day in full and how far away it is."""
    return f"{day_text(day)} {_(WEEKDAYS[day.weekday()])} · {days_away(day, on)}"
