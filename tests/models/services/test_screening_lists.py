"""Lists of the screening: filtered, counted, ordered, paged, exported, and journalled without names."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from models.casebook import Casebook
from models.clock import FixedClock
from models.errors import NotFound
from models.records.audit import Audit
from models.records.change import MoveOut
from models.records.fact import FactEntry
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.visit import VisitEntry
from models.services.screening_views import Outcome, ScreenFilter, ScreenRow
from models.store.rows import table_of
from tests.models.services.people import five_people, person

ELDERS: set[str] = set()  # services of that group
EVERYTHING = ScreenFilter(outcomes=frozenset(("eligible", "ask", "office", "not_eligible")))
OTHER_HOME = DwellingEntry(community_code="120102001001", street_line="南京路", building="1", unit="1", door="101")


def alone(name: str, born: date, **facts: object) -> HouseholdEntry:
    said = tuple(FactEntry(name=fact, value=value) for fact, value in facts.items())  # type: ignore[arg-type]
    member = MemberEntry(resident=person(name, born, facts=said), relation="0")
    return HouseholdEntry(dwelling=OTHER_HOME, members=(member,))


@pytest.fixture
def homes(casebook: Casebook) -> dict[str, str]:
    """Five people who are in a living and a registered household, an elder by herself, and a child."""
    family = casebook.households.register(five_people())
    elder = casebook.households.register(alone("赵兰", date(1940, 1, 1), hukou_tianjin=True, dibao=True))
    young = casebook.households.register(alone("钱小雨", date(2020, 5, 5)))
    return {"family": family.id, "elder": elder.id, "young": young.id, "head": family.ids[0], "赵兰": elder.ids[0]}


def everything(casebook: Casebook, where: ScreenFilter = EVERYTHING) -> list[ScreenRow]:
    casebook.screening.bring_up_to_date()
    return list(casebook.screening.export_rows(where))


def test_nobody_is_listed_twice_for_being_in_two_households(casebook: Casebook, homes: dict[str, str]) -> None:
    rows = everything(casebook)
    assert max(Counter((row.service_id, row.component, row.resident_id) for row in rows).values()) == 1
    assert {row.household_id for row in rows} == {homes["family"], homes["elder"], homes["young"]}
    assert casebook.screening.bring_up_to_date().residents == 7


def test_who_has_no_living_household_is_told_by_the_registered_one(casebook: Casebook, homes: dict[str, str]) -> None:
    members = {member.resident.id: member for member in casebook.households.get(homes["family"]).members}
    heads = {homes["family"]: next(resident for resident in members if resident != homes["head"])}
    leaves = MoveOut(
        household_id=homes["family"], resident_ids=(homes["head"],), heads=heads, happened_on=date(2026, 11, 22)
    )
    casebook.changes.make(leaves)
    left = {
        row.household_id for row in everything(casebook) if row.resident_id == homes["head"] and not row.of_household
    }
    assert len(left) == 1
    assert left != {homes["family"]}


def is_open(row: ScreenRow) -> bool:
    return row.outcome != "not_eligible"


def asks(row: ScreenRow, fact: str) -> bool:
    return fact in {missing.fact for missing in row.missing}


WHERE: list[tuple[ScreenFilter, Callable[[ScreenRow], bool]]] = [
    (ScreenFilter(), lambda row: True),
    (ScreenFilter(outcomes=frozenset(("ask",)), at_most=1), lambda row: row.outcome == "ask" and row.questions == 1),
    (ScreenFilter(not_received=True), lambda row: not row.received),
    (ScreenFilter(group="老有所养"), lambda row: row.service_id in ELDERS),
    (ScreenFilter(service="000-08"), lambda row: row.service_id == "000-08"),
    (ScreenFilter(community="120102001001"), lambda row: row.community_code == "120102001001"),
    (ScreenFilter(street="120101001"), lambda row: row.community_code == "120101001001"),
    (ScreenFilter(worker="周敏"), lambda row: row.worker == "周敏"),
    (ScreenFilter(worker=""), lambda row: row.last_visit is None),
    (ScreenFilter(not_visited_since=date(2026, 11, 20)), lambda row: row.last_visit is None),
    (ScreenFilter(fact="income_per_capita_month"), lambda row: asks(row, "income_per_capita_month")),
    (ScreenFilter(fact="hukou_rural"), lambda row: asks(row, "hukou_rural")),
]


@pytest.mark.parametrize(("where", "fits"), WHERE)
def test_a_filter_leaves_exactly_the_rows_that_fit(
    casebook: Casebook, homes: dict[str, str], where: ScreenFilter, fits: Callable[[ScreenRow], bool]
) -> None:
    ELDERS.clear()
    ELDERS.update(one.id for one in casebook.eligibility.services().values() if one.group == "老有所养")
    visit = VisitEntry(household_id=homes["elder"], outcome="met", met_other="女儿", happened_on=date(2026, 11, 21))
    casebook.visits.record(visit)
    rows = everything(casebook)
    left = everything(casebook, where)
    assert left == [row for row in rows if is_open(row) and fits(row)]
    assert casebook.screening.rows(where).total == len(left)
    assert 0 < len(left) < len(rows)


def test_ages_and_names_narrow_people_and_the_households_that_they_are_in(
    casebook: Casebook, homes: dict[str, str]
) -> None:
    rows = everything(casebook, ScreenFilter(age_from=80, age_to=86))
    assert {row.name for row in rows} == {"赵兰"}
    assert everything(casebook, ScreenFilter(age_from=80, age_to=85)) == []  # born on 1 January 1940: 86
    rows = everything(casebook, ScreenFilter(name="wangxiuying"))
    assert {row.name for row in rows if not row.of_household} == {"王秀英"}
    assert {row.household_id for row in rows} == {homes["family"]}
    assert any(row.of_household for row in rows)


def test_pages_put_together_are_the_whole_list_in_every_order(casebook: Casebook, homes: dict[str, str]) -> None:
    casebook.screening.bring_up_to_date()
    by_name = casebook.residents.ids("name")
    keys = {
        "service": None,
        "place": lambda row: row.community_code,
        "name": lambda row: by_name.index(row.resident_id),
        "age": lambda row: row.birth_date or date.max,
        "visit": lambda row: row.last_visit or date.min,
        "missing": lambda row: row.questions,
    }
    whole = Counter(casebook.screening.export_rows())
    for order, key in keys.items():
        total = casebook.screening.rows(order=order).total  # type: ignore[arg-type]
        pages = [casebook.screening.rows(offset=at, limit=17, order=order).rows for at in range(0, total, 17)]  # type: ignore[arg-type]
        rows = [row for page in pages for row in page]
        assert Counter(rows) == whole
        assert key is None or rows == sorted(rows, key=key)
        assert len({row.service_id for row in rows[:17]}) < len({row.service_id for row in rows})
    assert casebook.screening.rows(offset=total, limit=17).rows == ()


def test_the_figures_are_those_of_the_rows(casebook: Casebook, homes: dict[str, str]) -> None:
    casebook.eligibility.receives(homes["赵兰"], "S34", True)
    rows = everything(casebook)
    summary = casebook.screening.summary()
    assert (summary.residents, summary.households) == (7, 3)
    for count in summary.services:
        mine = [row for row in rows if (row.service_id, row.component) == (count.service_id, count.component)]
        said: Counter[Outcome] = Counter(row.outcome for row in mine)
        assert (count.eligible, count.ask, count.office) == (said["eligible"], said["ask"], said["office"])
        assert count.not_eligible == said["not_eligible"]
        assert count.received == sum(row.received for row in mine)
        assert count.not_received == sum(row.outcome == "eligible" and not row.received for row in mine)
        assert count.ask_one == sum(row.outcome == "ask" and row.questions == 1 for row in mine)
        assert count.of_households == all(row.of_household for row in mine) or not mine
    due = [row for row in rows if row.outcome == "eligible" and not row.received]
    assert summary.found == len(due) > 0
    assert summary.entitled == len({row.resident_id for row in due})
    wanted = {(one.fact, row.resident_id) for row in rows if not row.received for one in row.missing}
    assert {one.fact: one.people for one in summary.wanted} == Counter(fact for fact, _who in wanted)
    assert [one.people for one in summary.wanted] == sorted((one.people for one in summary.wanted), reverse=True)
    only = casebook.screening.summary(ScreenFilter(community="120102001001"))
    assert (only.residents, only.households) == (2, 2)


def test_universal_and_sensitive_services_are_never_listed_and_those_about_the_dead_of_no_living_person(
    casebook: Casebook, homes: dict[str, str]
) -> None:
    services = casebook.eligibility.services()
    listed = {row.service_id for row in everything(casebook)}
    left_out = {one.id for one in services.values() if one.universal or one.sensitive or one.subject == "deceased"}
    assert left_out
    assert not listed & left_out


def test_the_dead_have_funeral_services_alone_and_those_who_moved_away_nothing(
    casebook: Casebook, homes: dict[str, str]
) -> None:
    casebook.facts.record("resident", homes["head"], [FactEntry(name="deceased", value=True)])
    visit = VisitEntry(household_id=homes["elder"], outcome="moved_away", happened_on=date(2026, 11, 21))
    casebook.visits.record(visit)
    services = casebook.eligibility.services()
    rows = [row for row in everything(casebook) if services[row.service_id].subject != "deceased"]
    people = {row.resident_id for row in rows}
    assert people
    assert not people & {homes["head"], homes["赵兰"]}
    assert casebook.screening.bring_up_to_date().residents == 5


def test_one_household_is_shown_as_it_is_now_and_the_lists_follow(casebook: Casebook, homes: dict[str, str]) -> None:
    casebook.screening.bring_up_to_date()
    before = casebook.screening.household(homes["elder"])
    casebook.eligibility.answer(homes["elder"], homes["赵兰"], "hukou_rural", False)
    casebook.screening.rescreen(homes["elder"])
    after = casebook.screening.household(homes["elder"])
    assert any("hukou_rural" in {one.fact for one in row.missing} for row in before)
    assert not any("hukou_rural" in {one.fact for one in row.missing} for row in after)
    assert set(after) == {row for row in casebook.screening.export_rows() if row.household_id == homes["elder"]}
    state = casebook.screening.bring_up_to_date()
    assert (state.rebuilt, state.screened) == (1, 1)
    assert set(after) == {row for row in casebook.screening.export_rows() if row.household_id == homes["elder"]}
    with pytest.raises(NotFound):
        casebook.screening.household("nobody")
    with pytest.raises(NotFound):
        casebook.screening.rescreen("nobody")


def test_runs_and_exports_are_journalled_in_codes(casebook: Casebook, homes: dict[str, str]) -> None:
    casebook.screening.rows(ScreenFilter(name="王秀英", worker="周敏", age_from=60))
    list(casebook.screening.export_rows(ScreenFilter(service="S34")))
    with casebook._book.reading() as connection:
        journal = table_of(Audit)
        query = select(journal.c.action, journal.c.detail).where(journal.c.action.in_(("screen", "export")))
        said = {(row.action, row.detail) for row in connection.execute(query)}
    assert said == {("screen", "worker=yes age_from=60 name=yes"), ("export", "screening service=S34")}


def test_a_cancelled_screening_leaves_everything_as_it_was(casebook: Casebook, homes: dict[str, str]) -> None:
    told: list[tuple[int, int]] = []
    assert casebook.screening.bring_up_to_date(cancelled=lambda: True).cancelled
    assert casebook.screening.columns(cancelled=lambda: True) is None
    state = casebook.screening.bring_up_to_date(progress=lambda done, total: told.append((done, total)))
    assert (state.cancelled, state.residents) == (False, 7)
    assert 0 < told[-1][0] <= told[-1][1]


def test_the_next_morning_reads_the_columns_of_the_file(
    casebook: Casebook, homes: dict[str, str], reopen: Callable[[Casebook], Casebook], clock: FixedClock
) -> None:
    rows = everything(casebook)
    made = casebook.screening.columns()
    assert made is not None
    again = reopen(casebook)
    try:
        state = again.screening.bring_up_to_date()
        assert (state.rebuilt, state.screened) == (0, 1)
        assert list(again.screening.export_rows(EVERYTHING)) == rows
        read = again.screening.columns()
        assert read is not None
        assert read[1:] == made[1:]
        assert (read[0].people, read[0].households) == (len(read[1]), len(read[2]))
        clock.move(days=30)  # a residence permit ended on the tenth of December
        assert again.screening.bring_up_to_date().rebuilt == 1
    finally:
        again.close()
