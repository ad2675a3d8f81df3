"""Results of the screening by person: everybody once, with all of theirs, in the order of the round."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select

from models.casebook import Casebook
from models.records.audit import Audit
from models.records.fact import FactEntry
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.services.screening_views import PeopleOrder, ScreenFilter
from models.store.audit import ALSO, AUDIT
from models.store.rows import table_of
from tests.models.services.people import five_people, person

ASKED = ScreenFilter(outcomes=frozenset(("ask",)))
DUE = ScreenFilter(outcomes=frozenset(("eligible",)), not_received=True)
OTHER_HOME = DwellingEntry(community_code="120102001001", street_line="南京路", building="1", unit="1", door="101")


@pytest.fixture
def screened(casebook: Casebook) -> Casebook:
    casebook.households.register(five_people())
    for name, born in (("赵兰", date(1940, 1, 1)), ("钱小雨", date(2020, 5, 5))):
        facts = (FactEntry(name="hukou_tianjin", value=True),)
        member = MemberEntry(resident=person(name, born, facts=facts), relation="0")
        casebook.households.register(HouseholdEntry(dwelling=OTHER_HOME, members=(member,)))
    casebook.screening.bring_up_to_date()
    return casebook


@pytest.mark.parametrize("where", [ASKED, DUE, ScreenFilter(), ScreenFilter(service="S50")])
@pytest.mark.parametrize("order", ["place", "several", "name", "age", "visit"])
def test_people_have_exactly_the_results_of_the_list_each_person_once(
    screened: Casebook, where: ScreenFilter, order: PeopleOrder
) -> None:
    page = screened.screening.people(where, 0, 100, order)
    people = [one.first.resident_id for one in page.people]
    assert len(people) == len(set(people)) == page.total
    found = Counter(result for one in page.people for result in one.results)
    assert found == Counter(screened.screening.export_rows(where))
    assert all({row.resident_id for row in one.results} == {one.first.resident_id} for one in page.people)
    assert list(screened.screening.export_people(where, order)) == list(page.people)


def test_pages_of_people_are_the_whole_cut_up(screened: Casebook) -> None:
    whole = screened.screening.people(ASKED, 0, 100, "several")
    cut = [screened.screening.people(ASKED, start, 2, "several") for start in range(0, whole.total, 2)]
    assert [one for page in cut for one in page.people] == list(whole.people)
    assert {page.total for page in cut} == {whole.total}
    assert screened.screening.people(ASKED, whole.total, 5).people == ()


def test_several_puts_those_with_most_results_first(screened: Casebook) -> None:
    numbers = [len(one.results) for one in screened.screening.people(ASKED, 0, 100, "several").people]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]


def test_that_people_are_written_out_is_journalled_without_names(screened: Casebook) -> None:
    assert len(list(screened.screening.export_people(ScreenFilter(name="赵兰")))) == 1
    journal = table_of(Audit)
    with screened._book.reading() as connection:
        rows = connection.execute(select(journal.c.action, journal.c.detail)).all()
    assert ("export", "screening name=yes") in [tuple(row) for row in rows]
    assert not any("赵兰" in row.detail for row in rows)


def test_who_stands_on_a_list_that_is_written_out_is_told_and_nobody_else(screened: Casebook) -> None:
    first, _second, third = screened.screening.people(ASKED, 0, 3).people
    chosen = [range(1), range(2, 3)]
    assert list(screened.screening.export_people(ASKED, "place", chosen)) == [first, third]
    with screened._book.reading() as connection:
        (place,) = connection.execute(select(AUDIT.c.seq).where(AUDIT.c.action == "export")).scalars()
        told = set(connection.execute(select(ALSO.c.subject_id).where(ALSO.c.seq == place)).scalars())
    people = {one.first.resident_id for one in screened.screening.people(ASKED, 0, 100).people}
    assert told & people == {first.first.resident_id, third.first.resident_id}
    assert told - people <= {first.first.household_id, third.first.household_id}


def test_everybody_of_a_register_of_results_is_told(screened: Casebook) -> None:
    rows = list(screened.screening.export_rows(ASKED))
    for who in {row.resident_id for row in rows}:
        assert "export" in {row.action for row in screened.audit.who_has_seen("resident", who)}
