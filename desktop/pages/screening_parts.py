"""The screening's results in words: rows of the list, what may be asked of the filters, visits and written lists."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from desktop.eligibility_words import GROUPS, group_words
from desktop.widgets.tile_list import Tile
from models.records.visit import PlanEntry
from models.services.screening_views import (
    Outcome,
    PeopleOrder,
    ScreenFilter,
    ScreenPerson,
    ScreenRow,
    ServiceCount,
)
from models.texts import N_, _, language
from models.values import age_on
from reports.people_list import ListColumn, Value

if TYPE_CHECKING:
    from models.eligibility import Policies
    from models.services.views import PlannedView

REASON_LENGTH = 500  # as PlanEntry has it
NAMED = 3  # services or questions named in one line; the rest is counted

ORDERS: Mapping[PeopleOrder, str] = {
    "place": N_("Door after door"),
    "several": N_("Most results first"),
    "visit": N_("Longest not visited first"),
    "age": N_("The oldest first"),
    "name": N_("By name"),
}

AGES: Mapping[tuple[int | None, int | None], str] = {
    (None, None): N_("Any age"),
    (0, 6): N_("0 to 6"),
    (7, 17): N_("7 to 17"),
    (18, 59): N_("18 to 59"),
    (60, None): N_("60 and over"),
    (70, None): N_("70 and over"),
    (80, None): N_("80 and over"),
    (90, None): N_("90 and over"),
}

NOT_VISITED = (0, 30, 90, 180, 365)  # days; 0: whenever

COLUMNS = (
    ("name", N_("Name"), 5, True),
    ("age", N_("Age"), 4, True),
    ("birth", N_("Born"), 7, False),
    ("community", N_("Community"), 7, False),
    ("address", N_("Address"), 15, True),
    ("service", N_("Service"), 11, True),
    ("group", N_("Group"), 6, False),
    ("outcome", N_("Result"), 7, True),
    ("missing", N_("To be asked"), 10, True),
    ("period", N_("Period of the text"), 5, False),
    ("visit", N_("Last visit"), 7, True),
    ("worker", N_("Visited by"), 5, False),
    ("planned", N_("Visit planned"), 7, False),
)
"""(key, heading, width in Chinese characters, whether it is written unless somebody says otherwise)."""


@dataclass(frozen=True)
class Preset:
    """One of the chips above the list: which results are wanted."""

    key: str
    words: str
    outcomes: frozenset[Outcome]
    not_received: bool = False

    def of(self, count: ServiceCount) -> int:
        """How many results of a service it leaves."""
        return {
            "entitled": count.not_received,
            "ask": count.ask,
            "office": count.office,
            "eligible": count.eligible,
            "not_eligible": count.not_eligible,
        }[self.key]


PRESETS = (
    Preset("entitled", N_("May apply, not received"), frozenset({"eligible"}), not_received=True),
    Preset("ask", N_("Facts open"), frozenset({"ask"})),
    Preset("office", N_("Office decides"), frozenset({"office"})),
    Preset("eligible", N_("May apply, received too"), frozenset({"eligible"})),
    Preset("not_eligible", N_("Does not apply"), frozenset({"not_eligible"})),
)

CHIPS: Mapping[Outcome, tuple[str, str]] = {
    "eligible": (N_("May apply"), "good"),
    "ask": (N_("Facts open"), "warn"),
    "office": (N_("Office decides"), "accent"),
    "not_eligible": (N_("Does not apply"), "soft"),
}


def caution() -> str:
    """What stands above every list and in every card."""
    return _("What is shown may apply; the office that approves decides")


def service_words(row: "ScreenRow | ServiceCount") -> str:
    """The service in the language now shown, with its part where it has parts."""
    printed = row.service if isinstance(row, ScreenRow) else row.name
    english = row.service_en if isinstance(row, ScreenRow) else row.name_en
    name = printed if language() == "zh_CN" else english or printed
    part = row.component if language() == "zh_CN" else row.component_en or row.component
    if part and part not in name:
        return _("{service}: {part}").format(service=name, part=part)
    return name


def fact_words(policies: "Policies", fact: str) -> str:
    """What a fact is called; empty for one that must not be told or that nobody knows."""
    definition = policies.facts.get(fact)
    if definition is None or definition.sensitive:
        return ""
    words = definition.zh if language() == "zh_CN" else definition.en
    return words.label or words.ask.rstrip("？?")  # one among several: no question any more


def whose_words(whose: str) -> str:
    """Whose fact it is: nothing where it is the resident's own."""
    return {
        "household": _("the household"),
        "spouse": _("the spouse"),
        "parent": _("a parent"),
        "father": _("the father"),
        "mother": _("the mother"),
        "child": _("a child"),
        "deceased": _("the deceased"),
    }.get(whose, "")


def missing_words(policies: "Policies", row: ScreenRow) -> list[str]:
    """What is to be asked, in words."""
    found = []
    for one in row.missing:
        label, whose = fact_words(policies, one.fact), whose_words(one.whose)
        if label:
            found.append(_("{fact} ({whose})").format(fact=label, whose=whose) if whose else label)
    return list(dict.fromkeys(found))


def listed(words: Sequence[str], named: int = NAMED) -> str:
    """Some by name, the rest counted."""
    rest = len(words) - named
    some = _(", ").join(words[:named])
    return some if rest <= 0 else _("{list} and {n} more").format(list=some, n=rest)


def age_words(born: date | None, on: date) -> str:
    """The age; empty where the birth date is not known."""
    return _("{n} years").format(n=age_on(born, on)) if born else ""


def person_words(row: ScreenRow, on: date) -> str:
    """What stands beside the name: the age, or that the person has died and the family may apply."""
    return _("Deceased") if row.deceased else age_words(row.birth_date, on)


def outcome_words(row: ScreenRow) -> str:
    """The result in words; whether the service is received is told beside."""
    if row.outcome == "ask" and row.questions == 1:
        return _("One fact open")
    return _(CHIPS[row.outcome][0])


def tile_of(policies: "Policies | None", plans: "Mapping[str, PlannedView]", one: ScreenPerson, on: date) -> Tile:
    """A resident as a row of the list, with what the filter leaves of the results."""
    row = one.first
    tags = result_tags(one)
    plan = plans.get(row.household_id)
    if plan is not None:
        tags.append((_("Visit {day}").format(day=plan.due.isoformat()), "soft"))
    if len(one.results) == 1:
        below = service_words(row)
        missing = missing_words(policies, row) if policies is not None and row.outcome == "ask" else []
        if missing:
            below = _("{service} – ask: {facts}").format(service=below, facts=listed(missing))
    else:
        below = listed([service_words(result) for result in one.results])
    return Tile(
        name=row.name,
        beside=person_words(row, on),
        below=below,
        right=row.address,
        right_below=visit_words(row),
        tags=tuple(tags),
    )


def result_tags(one: ScreenPerson) -> list[tuple[str, str]]:
    """The results in a few words: the only one, or how many there are of each kind."""
    row = one.first
    if len(one.results) > 1:
        found = Counter(result.outcome for result in one.results)
        return [
            (_("{words} {n}").format(words=_(words), n=found[outcome]), tone)
            for outcome, (words, tone) in CHIPS.items()
            if found[outcome]
        ]
    tags = [(outcome_words(row), CHIPS[row.outcome][1])]
    if row.received:
        tags.append((_("Already received"), "accent"))
    if row.of_household:
        tags.append((_("as a household"), "soft"))
    if row.period_ended:
        tags.append((_("Text out of date"), "soft"))
    return tags


def visit_words(row: ScreenRow) -> str:
    """When somebody was there last."""
    if row.last_visit is None:
        return _("Not visited yet")
    return " ".join(part for part in (_("Visited {day}").format(day=row.last_visit.isoformat()), row.worker) if part)


def groups(counts: Iterable[ServiceCount]) -> list[tuple[str, int]]:
    """The groups of the service list that occur, in their order, with how many may have something of them."""
    found: dict[str, int] = defaultdict(int)
    for count in counts:
        found[count.group] += count.not_received
    return [(group, found[group]) for group in (*GROUPS, *sorted(found.keys() - set(GROUPS))) if group in found]


def filter_words(where: ScreenFilter, names: Mapping[str, str]) -> tuple[str, ...]:
    """What a list was narrowed to, as sentences for the head of a written list; `names` puts keys in words."""
    told = [names[key] for key in ("outcome", "service", "group", "place", "fact", "age", "visit") if names.get(key)]
    if where.at_most is not None:
        told.append(_("Lacks at most {n}").format(n=where.at_most))
    return (_("; ").join(told),) if told else ()


def plan_entries(chosen: Iterable[ScreenPerson], reason: str, assignee: str, day: date) -> list[PlanEntry]:
    """One visit a household, with the services it is about as its reason."""
    homes: dict[str, list[ScreenRow]] = defaultdict(list)
    for one in chosen:
        homes[one.first.household_id] += one.results
    made = []
    for household, rows in homes.items():
        services = {row.service_id for row in rows}
        residents = {row.resident_id for row in rows if not row.of_household}
        names = listed(list(dict.fromkeys(service_words(row) for row in rows)))
        words = _(": ").join(part for part in (reason, names) if part)
        made.append(
            PlanEntry(
                household_id=household,
                resident_id=residents.pop() if len(residents) == 1 else "",
                due_on=day,
                source="screening",
                service_id=services.pop() if len(services) == 1 else "",
                reason=words[:REASON_LENGTH],
                assignee=assignee,
            )
        )
    return made


def list_columns(keys: Sequence[str]) -> tuple[ListColumn, ...]:
    """These columns of a written list, in the language now shown."""
    return tuple(ListColumn(_(heading), width) for key, heading, width, _first in COLUMNS if key in keys)


def list_row(
    policies: "Policies",
    services: Mapping[str, str],
    plans: "Mapping[str, PlannedView]",
    row: ScreenRow,
    keys: Sequence[str],
    on: date,
) -> list[Value]:
    """The values of a result for a written list. services: their groups, by id."""
    plan = plans.get(row.household_id)
    values: dict[str, Value] = {
        "name": _("{name} (deceased)").format(name=row.name) if row.deceased else row.name,
        "age": age_on(row.birth_date, on) if row.birth_date and not row.deceased else None,
        "birth": row.birth_date,
        "community": row.community,
        "address": row.address,
        "service": service_words(row),
        "group": group_words(services.get(row.service_id, "")),
        "outcome": _("{words} ({note})").format(words=outcome_words(row), note=_("Already received"))
        if row.received
        else outcome_words(row),
        "missing": _(", ").join(missing_words(policies, row)),
        "period": _("over") if row.period_ended else _("running"),
        "visit": row.last_visit,
        "worker": row.worker,
        "planned": plan.due if plan else None,
    }
    return [values[key] for key, *_rest in COLUMNS if key in keys]
