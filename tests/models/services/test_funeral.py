"""Who died lately: the family hears of the funeral services, and of nothing else; for a year."""

from datetime import date, timedelta

import pytest

from models.casebook import Casebook
from models.eligibility.case import counts
from models.errors import NotFound
from models.records.change import Death, LodgerIn
from models.records.fact import FactEntry
from models.records.household import MemberEntry
from models.records.referral import MatterEntry, ReferralEntry
from models.records.visit import VisitEntry
from models.services.referrals import NothingToRefer
from models.services.screening_views import ScreenFilter
from models.services.visits import MetAfterDeath
from models.services.worklist_views import WorkFilter
from models.store.bulk import load
from models.store.present import FUNERAL_TERM
from models.store.rule_sql import list_rule
from tests.models.services.people import five_people, person

TODAY = date(2026, 11, 22)
DIED = date(2026, 11, 1)
SUBSIDY, BURIAL, ELDERS_HEALTH = "S55", "S56", "S50"
EVERYTHING = ScreenFilter(outcomes=frozenset(("eligible", "ask", "office", "not_eligible")))


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


def dies(casebook: Casebook, five, on: date = DIED) -> str:
    """The head of the family dies; the id of who died."""
    book = next(home for home, kind in casebook.households.get(five.id).other_households if kind == "registered")
    heads = {five.id: five.ids[1], book: five.ids[1]}
    casebook.changes.make(Death(resident_id=five.ids[0], heads=heads, happened_on=on))
    return five.ids[0]


def found(casebook: Casebook, five, on: date | None = None) -> dict[str, str]:
    """The services decided about who died, with the outcome; of a service in parts the last one."""
    results = casebook.eligibility.check(five.id, on).results
    return {one.service_id: one.determination.outcome for one in results if one.resident_id == five.ids[0]}


def test_who_died_has_the_funeral_services_alone_and_is_not_counted(casebook: Casebook, five):
    dead = dies(casebook, five)
    check = casebook.eligibility.check(five.id)
    assert check.case.person(dead).facts["deceased"] is True
    assert dead not in [one.id for one in check.case.people if counts(one)]
    assert found(casebook, five).keys() == {SUBSIDY, BURIAL}
    services = casebook.eligibility.services()
    about = {services[one.service_id].subject for one in check.results if one.resident_id == dead}
    assert about == {"deceased"}
    assert {one.resident_id for one in check.results} >= set(five.ids)


def test_only_the_funeral_facts_are_asked_of_the_dead_and_an_answer_entitles_the_family(casebook: Casebook, five):
    dead = dies(casebook, five)
    check = casebook.eligibility.check(five.id)
    asked = {missing.fact for one in check.results for missing in one.determination.missing if missing.of == dead}
    groups = {casebook.eligibility._book.policies.facts[name].why for name in asked}
    assert groups == {"funeral"}
    assert "funeral_benefit_entitled" in asked
    prompts = check.prompts.distinct(200)
    assert all(dead not in {of for _, of in one.asks} or len({of for _, of in one.asks}) == 1 for one in prompts)
    assert any(dead in {of for _, of in one.asks} for one in prompts)
    casebook.eligibility.answer(five.id, dead, "funeral_benefit_entitled", False)
    (subsidy,) = [one for one in casebook.eligibility.check(five.id).results if one.service_id == SUBSIDY]
    assert subsidy.determination.outcome == "eligible"
    assert subsidy.determination.amount.number == 1800


@pytest.mark.parametrize(("days", "there"), [(-1, False), (0, True), (364, True), (365, False)])
def test_the_term_begins_with_the_death_and_is_a_year_in_all_three_ways_of_deciding(
    casebook: Casebook, five, days: int, there: bool
):
    dead = dies(casebook, five)
    on = DIED + timedelta(days=days)
    book = casebook.eligibility._book
    assert timedelta(days=365) == FUNERAL_TERM
    with book.reading() as connection:
        loaded = load(connection, book.policies.facts, on)
        rows = list_rule(connection, book.policies, on, SUBSIDY)
    is_dead = {one.decode() for one in loaded.lists.person[loaded.columns.dead].tolist()}
    if days >= 0:  # before, it is somebody who is alive
        assert (found(casebook, five, on) != {}) is there
    assert (dead in is_dead) is there
    assert ({row.resident_id for row in rows} == {dead}) is there


def test_the_columns_know_the_day_on_which_the_term_ends(casebook: Casebook, five):
    dies(casebook, five, TODAY)
    book = casebook.eligibility._book
    with book.reading() as connection:
        (due,) = {int(day) for day in load(connection, book.policies.facts, TODAY, [five.id]).lists.due.tolist()}
    assert date.fromordinal(due) <= TODAY + FUNERAL_TERM
    casebook.screening.bring_up_to_date()
    assert {row.service_id for row in casebook.screening.export_rows(EVERYTHING) if row.deceased} == {SUBSIDY, BURIAL}
    book.clock.move(days=365)
    casebook.screening.bring_up_to_date()
    assert not any(row.resident_id == five.ids[0] for row in casebook.screening.export_rows(EVERYTHING))


def test_a_list_by_age_and_the_worklist_of_visits_hold_nobody_who_died(casebook: Casebook, five):
    dead = dies(casebook, five)
    casebook.screening.bring_up_to_date()
    rows = list(casebook.screening.export_rows(EVERYTHING))
    (one,) = {(row.household_id, row.name) for row in rows if row.deceased}
    assert one == (five.id, "李建国")
    old = ScreenFilter(outcomes=EVERYTHING.outcomes, age_from=60)
    assert dead not in {row.resident_id for row in casebook.screening.export_rows(old)}
    young = ScreenFilter(outcomes=EVERYTHING.outcomes, age_to=100)
    assert dead not in {row.resident_id for row in casebook.screening.export_rows(young)}
    assert casebook.screening.summary().residents == 4
    casebook.worklist.look()
    items = casebook.worklist.page(WorkFilter()).items
    assert dead not in {reason.resident_id for item in items for reason in item.reasons}


def test_what_the_family_may_apply_for_is_a_reason_to_go_there(casebook: Casebook, five):
    dead = dies(casebook, five)
    casebook.worklist.look()
    casebook.worklist.page(WorkFilter())
    casebook.eligibility.answer(five.id, dead, "funeral_benefit_entitled", False)
    (item,) = casebook.worklist.page(WorkFilter()).items
    (reason,) = [one for one in item.reasons if one.resident_id == dead]
    assert item.household_id == five.id
    assert reason.kind == "eligible"
    assert reason.resident_name == "李建国"


def letter(resident: str, *services: str) -> ReferralEntry:
    return ReferralEntry(
        resident_id=resident, matters=tuple(MatterEntry(service_id=one) for one in services), receiver="劝业场街道"
    )


def test_a_letter_about_the_funeral_goes_to_the_family_and_any_other_is_refused(casebook: Casebook, five):
    with pytest.raises(NotFound):  # nobody has died
        casebook.referrals.issue(letter(five.ids[0], SUBSIDY))
    dead = dies(casebook, five)
    issued = casebook.referrals.issue(letter(dead, SUBSIDY))
    value = casebook.referrals.letter(issued.ids[0])
    assert value.deceased
    assert value.resident_name == "李建国"
    assert value.address.endswith("3号楼2单元501")
    assert value.phone == "", "the telephone of the dead is nobody's"
    assert casebook.referrals.get(issued.id).resident_id == dead
    for services in ((ELDERS_HEALTH,), (SUBSIDY, ELDERS_HEALTH)):
        with pytest.raises(NothingToRefer) as trouble:
            casebook.referrals.issue(letter(dead, *services))
        assert "李建国 died on" in trouble.value.sentence()
    casebook.eligibility._book.clock.move(days=365)
    with pytest.raises(NotFound):
        casebook.referrals.issue(letter(dead, SUBSIDY))


def test_nobody_is_met_on_a_visit_after_their_death(casebook: Casebook, five):
    dead = dies(casebook, five)
    late = VisitEntry(household_id=five.id, outcome="met", met=(five.ids[1], dead), happened_on=DIED + timedelta(1))
    with pytest.raises(MetAfterDeath) as trouble:
        casebook.visits.record(late)
    assert "李建国 died on" in trouble.value.sentence()
    assert casebook.visits.of_household(five.id) == []
    casebook.visits.record(late.model_copy(update={"happened_on": DIED}))
    casebook.visits.record(late.model_copy(update={"met": (five.ids[1],)}))
    assert len(casebook.visits.of_household(five.id)) == 2


def test_the_household_says_who_died_in_it_lately(casebook: Casebook, five):
    dead = dies(casebook, five)
    assert [member.resident.id for member in casebook.households.get(five.id).mourned] == [dead]
    assert casebook.households.died_in(dead) == five.id
    assert casebook.households.died_in(five.ids[1]) == ""
    casebook.households._book.clock.move(days=365)
    assert casebook.households.get(five.id).mourned == ()
    assert casebook.households.died_in(dead) == ""


def test_a_lodger_who_died_is_nobody_of_the_family(casebook: Casebook, five):
    lodger = MemberEntry(resident=person("租客甲"), relation="8")
    entry = LodgerIn(household_id=five.id, members=(lodger,), happened_on=date(2026, 10, 1))
    (who,) = casebook.changes.make(entry).ids
    casebook.changes.make(Death(resident_id=who, happened_on=DIED))
    assert casebook.eligibility.check(five.id).case.person(who) is None


def test_a_death_taken_back_leaves_everything_as_it_was(casebook: Casebook, five):
    before = casebook.eligibility.check(five.id)
    book = next(home for home, kind in casebook.households.get(five.id).other_households if kind == "registered")
    heads = {five.id: five.ids[1], book: five.ids[1]}
    made = casebook.changes.make(Death(resident_id=five.ids[0], heads=heads, happened_on=DIED))
    casebook.facts.record("household", five.id, [FactEntry(name="dibao", value=True)])
    casebook.changes.undo(made.id)
    assert casebook.eligibility.check(five.id).case.people == before.case.people
