"""The calendar of the register, against what deciding household by household says."""

import random
from datetime import date, timedelta
from functools import cache

import pytest
from sqlalchemy import select

from desktop.sample import sample_households
from models.casebook import Casebook
from models.eligibility.ahead import changes_ahead
from models.records.audit import Audit
from models.records.fact import FactEntry
from models.records.household import HouseholdEntry, MemberEntry
from models.records.resident import DocumentEntry
from models.services import calendar
from models.services.calendar_views import KINDS
from models.services.cases import build_cases
from models.store.rows import KEPT, table_of
from models.texts import speaking
from tests.conftest import OFFICE
from tests.models.services.people import HOME, five_people, person

TODAY = date(2026, 11, 22)
UNTIL = TODAY + timedelta(days=90)
EVERY = (*KINDS, "lapses", "reopens")


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


def at(casebook: Casebook, door: str, *people: MemberEntry, community: str = OFFICE.code, **more: object):
    dwelling = HOME.model_copy(update={"door": door, "community_code": community})
    return casebook.households.register(HouseholdEntry(dwelling=dwelling, members=people, kinds=("living",), **more))


def elder(name: str, born: date, **facts: object) -> MemberEntry:
    told = tuple(FactEntry(name=fact, value=value, as_of=date(2026, 1, 1)) for fact, value in facts.items())
    return MemberEntry(resident=person(name, born, facts=told), also_registered_here=False)


def good_for_a_while(entry: HouseholdEntry, dice: random.Random) -> HouseholdEntry:
    """Answers that end on some day around the window, and people whose birthday comes."""

    def ending(facts: tuple[FactEntry, ...]) -> tuple[FactEntry, ...]:
        ends = (TODAY + timedelta(days=dice.randint(-20, 150)) for _fact in facts)
        return tuple(
            fact.model_copy(update={"good_until": end, "as_of": date(2025, 1, 1)}) if dice.random() < 0.7 else fact
            for fact, end in zip(facts, ends, strict=True)
        )

    members = []
    for member in entry.members:
        resident = member.resident
        facts = [*ending(resident.facts), FactEntry(name="care_grade", value=dice.choice(("轻", "重", "无")))]
        if dice.random() < 0.5:
            facts += [
                FactEntry(name="school_stage", value="无"),
                FactEntry(name="employee_pension_covered", value=False),
            ]
        if dice.random() < 0.3:
            since = TODAY - timedelta(days=3 * 365 - dice.randint(-30, 100))
            facts.append(FactEntry(name="hukou_tianjin_since", value=since.isoformat()))
        born = resident.birth_date
        if dice.random() < 0.4:
            age = dice.choice((3, 16, 18, 60, 61, 65, 80, 100))
            born = TODAY - timedelta(days=int(age * 365.25) - dice.randint(-10, 100))
        ends = TODAY + timedelta(days=dice.randint(1, 80))
        if dice.random() < 0.1:
            facts.append(FactEntry(name="counts_in_household", value=dice.random() < 0.5, good_until=ends))
        elif dice.random() < 0.05:
            facts.append(FactEntry(name="deceased", value=dice.random() < 0.5, good_until=ends))
        permit = DocumentEntry(kind="residence_permit", number="A1", valid_until=ends)
        told = {"facts": tuple(facts), "birth_date": born, "documents": (permit,) if dice.random() < 0.3 else ()}
        members.append(member.model_copy(update={"resident": resident.model_copy(update=told)}))
    return entry.model_copy(update={"members": tuple(members), "facts": ending(entry.facts)})


def one_by_one(casebook: Casebook, start: date, until: date) -> set[tuple[object, ...]]:
    """The same by deciding every household of the register, each resident at home."""
    policies = casebook._book.policies
    household, found = KEPT["household"], set()
    home_of = cache(lambda resident: homes(casebook, resident))
    with casebook._book.reading() as connection:
        everybody = list(connection.execute(select(household.c.id)).scalars())
        for home, built in build_cases(connection, policies, everybody, start).items():
            for change in changes_ahead(policies, built.case, until, expires=built.expires, texts_too=False):
                people = [person.id for person in built.case.people if change.person_id in (None, person.id)]
                lives = any(home_of(who) == home for who in people)
                if lives and change.kind in EVERY:
                    found.add(of_change(change, home))
    return found


def of_change(change, home: str) -> tuple[object, ...]:
    return (
        *(change.day, change.kind, home, change.person_id or "", change.service_id, change.component or ""),
        *(change.before, change.after, change.received, change.amount_before, change.amount_after),
        frozenset(change.reasons),
    )


def homes(casebook: Casebook, resident: str) -> str:
    of_resident = casebook.households.of_resident(resident)
    return min(of_resident, key=lambda home: home.kind != "living").id


def told(view) -> set[tuple[object, ...]]:
    return {
        (
            *(line.day, line.kind, line.household_id, line.resident_id, line.service_id, line.component),
            *(line.before, line.after, line.received, line.amount_before, line.amount_after),
            frozenset(line.reasons),
        )
        for line in view.lines
        if not line.document
    }


@pytest.fixture
def town(casebook: Casebook) -> Casebook:
    dice = random.Random(5)
    entries = [good_for_a_while(entry, dice) for entry in sample_households(70, OFFICE.code, TODAY, seed=3)]
    casebook.households.register_many(iter(entries))
    pension = {"hukou_tianjin": True, "school_stage": "无", "employee_pension_covered": False}
    at(casebook, "301", elder("赵明", date(1962, 1, 10), **pension))
    return casebook


@pytest.mark.parametrize("few", [0, 10_000])
def test_everybody_s_changes_are_those_of_household_after_household(town: Casebook, monkeypatch, few: int):
    monkeypatch.setattr(calendar, "_FEW", few)
    expected = one_by_one(town, TODAY, UNTIL)
    view = town.calendar.coming(TODAY, UNTIL, kinds=EVERY)
    assert told(view) == expected
    assert sum(not line.document for line in view.lines) == len(expected) > 100
    assert set(view.by_kind) >= {"begins", "may_begin", "ends", "amount", "ask", "lapses", "reopens"}
    usual = town.calendar.coming(TODAY, UNTIL)
    assert told(usual) == {line for line in expected if line[1] in KINDS}
    assert [line.day for line in view.lines] == sorted(line.day for line in view.lines)


@pytest.mark.parametrize(
    ("start", "days"), [(date(2025, 11, 20), 90), (date(2026, 2, 25), 400)], ids=["a text ends", "longer than a year"]
)
def test_so_they_are_while_texts_change_and_over_a_leap_day(town: Casebook, monkeypatch, start: date, days: int):
    monkeypatch.setattr(calendar, "_FEW", 0)
    monkeypatch.setattr(calendar, "_MANY", 7)
    until = start + timedelta(days=days)
    expected = one_by_one(town, start, until)
    assert told(town.calendar.coming(start, until, kinds=EVERY)) == expected
    assert len(expected) > 10


def test_a_document_that_expires_is_a_line_with_the_services_that_rest_on_it(casebook: Casebook):
    def document(kind: str, until: date | None) -> DocumentEntry:
        return DocumentEntry(kind=kind, number=f"A{kind}{until}"[:40], valid_until=until)

    soon, late = date(2027, 1, 3), date(2028, 1, 3)
    answers = {"hukou_tianjin": False, "living_area": "城镇"}
    facts = tuple(FactEntry(name=name, value=value) for name, value in answers.items() if name in known(casebook))
    papers = (
        document("residence_permit", soon),
        *(document("passport", day) for day in (soon, late)),
        document("other", None),
    )
    child = person("赵小明", date(2017, 5, 1))
    parent = person("赵明", date(1990, 6, 1), facts=facts, documents=papers)
    at(
        casebook,
        "201",
        MemberEntry(resident=parent, relation="0", also_registered_here=False),
        MemberEntry(resident=child, relation="2", also_registered_here=False),
    )
    gone = person(
        "钱亮", date(1950, 1, 1), facts=(FactEntry(name="deceased", value=True),), documents=(document("other", soon),)
    )
    at(casebook, "202", MemberEntry(resident=gone, also_registered_here=False))
    view = casebook.calendar.coming()
    (line,) = view.only(kinds=["expires"])
    assert (line.resident_name, line.day, line.service_id) == ("赵明", date(2027, 1, 4), "")
    assert view.by_kind["expires"] == 1
    assert "" not in view.by_service
    rest = {other.service for other in view.lines if any(r.fact == "residence_permit" for r in other.reasons)}
    assert rest == {name for name, _name_en in line.rests} != set()
    with speaking("zh_CN"):
        assert line.name == "居住证"
        assert set(line.resting) == rest
    with speaking("en"):
        assert line.why == "Residence permit valid until 2027-01-03"
    (entry,) = casebook.calendar.entries([line])
    assert (entry.due_on, entry.service_id) == (date(2027, 1, 4), "")
    assert casebook.calendar.coming(kinds=("begins",)).only(kinds=["expires"]) == ()
    assert casebook.calendar.coming(until=soon).only(kinds=["expires"]) == ()
    assert casebook.calendar.coming(where="120102").lines == ()


def known(casebook: Casebook) -> set[str]:
    return set(casebook._book.policies.facts)


def test_a_line_says_who_where_what_when_and_why(casebook: Casebook):
    made = at(casebook, "201", elder("赵明", date(1961, 12, 1), hukou_tianjin=True))
    view = casebook.calendar.coming()
    (line,) = [line for line in view.lines if line.service_id == "S50"]
    assert (line.day, line.kind, line.before, line.after) == (date(2026, 12, 1), "begins", "not_eligible", "eligible")
    assert (line.resident_id, line.resident_name, line.household_id) == (made.ids[0], "赵明", made.id)
    assert (line.community, line.sex, line.birth_date) == (OFFICE.code, "1", date(1961, 12, 1))
    assert "201" in line.address
    assert line.citation is not None
    assert "65" in line.citation.quote
    with speaking("en"):
        assert line.why == "turns 65"
        assert line.name.startswith("Health management")
    assert view.by_service["S50"] == 1
    assert view.only(services=["S50"]) == (line,)
    assert view.only(kinds=["ends"], services=["S50"]) == ()
    assert view.only(days=(date(2026, 12, 2), UNTIL), services=["S50"]) == ()


def test_only_the_place_asked_for_is_looked_at(casebook: Casebook):
    at(casebook, "201", elder("赵明", date(1961, 12, 1)))
    at(casebook, "201", elder("钱亮", date(1961, 12, 1)), community="120101001002")
    here = casebook.calendar.coming(where="120101001001")
    assert {line.resident_name for line in here.lines} == {"赵明"}
    assert {line.resident_name for line in casebook.calendar.coming(where="120101001").lines} == {"赵明", "钱亮"}
    assert casebook.calendar.coming(where="120102").lines == ()


def test_what_the_texts_change_is_an_event_for_everybody_and_no_line(casebook: Casebook):
    at(casebook, "201", elder("赵明", date(1950, 6, 1)))
    view = casebook.calendar.coming(date(2025, 12, 1), date(2026, 1, 31))
    (event,) = [event for event in view.events if event.reason.kind == "version_ends"]
    assert event.day == date(2026, 1, 1)
    assert "S50" in event.services
    assert "14th Five-Year" in event.why
    assert view.lines == ()


def test_a_run_is_journalled_and_can_be_watched_and_stopped(town: Casebook, monkeypatch):
    monkeypatch.setattr(calendar, "_MANY", 10)
    steps: list[tuple[int, int]] = []
    whole = town.calendar.coming(progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (whole.candidates, whole.candidates)
    assert len(steps) > 2
    stopped = town.calendar.coming(cancelled=lambda: len(steps) > 0)
    assert stopped.cancelled
    assert (stopped.looked_at, stopped.lines) == (0, ())
    with town._book.reading() as connection:
        journal = table_of(Audit)
        noted = connection.execute(select(journal.c.detail).where(journal.c.action == "calendar")).scalars().all()
    assert noted == [f"{TODAY}..{UNTIL}"]


def test_lines_become_planned_visits_and_then_say_so(casebook: Casebook):
    made = at(casebook, "201", elder("赵明", date(1961, 12, 1)), elder("孙兰", date(1961, 12, 5)))
    view = casebook.calendar.coming()
    lines = view.only(services=["S50"])
    entries = casebook.calendar.entries(lines, "王芳")
    assert [(entry.due_on, entry.source, entry.assignee) for entry in entries] == [
        (date(2026, 12, 1), "calendar", "王芳")
    ]
    casebook.planning.plan(entries)
    (plan,) = casebook.planning.open()
    assert (plan.household_id, plan.resident_name) == (made.id, "赵明")
    again = casebook.calendar.coming()
    assert {line.planned for line in again.only(services=["S50"])} == {True}
    assert again.only(services=["S50"], planned=False) == ()


def test_a_household_s_own_calendar_reaches_a_year_ahead(casebook: Casebook):
    made = at(casebook, "201", elder("赵明", date(1962, 10, 1)))
    changes = casebook.calendar.of_household(made.id)
    assert date(2027, 10, 1) in {change.day for change in changes if change.service_id == "S50"}


def test_what_somebody_told_of_an_illness_is_never_in_it(casebook: Casebook):
    ends = FactEntry(name="severe_mental_disorder", value=True, as_of=date(2026, 1, 1), good_until=date(2026, 12, 1))
    patient = person("赵明", date(1980, 6, 1), facts=(ends, FactEntry(name="hiv_status", value="感染者")))
    at(casebook, "201", MemberEntry(resident=patient, also_registered_here=False))
    assert casebook.calendar.coming(kinds=EVERY).lines == ()
    assert casebook.calendar.coming(kinds=EVERY).candidates == 0
