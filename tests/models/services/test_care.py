"""Who looks after whom, and handing households over, through the verbs."""

from datetime import date

import pytest

from models.casebook import Casebook
from models.errors import NotFound
from models.records.casework import CasePlanEntry, TaskEntry
from models.records.visit import PlanEntry
from models.services.care import AlreadyAnswered, NothingToHandOver, NotYours
from models.services.views import Worker
from tests.models.services.people import person
from tests.models.services.test_worklist import TODAY, home, visited
from tests.models.services.worklists import items

FANG = "王芳"
MIN = "周敏"


@pytest.fixture
def two(casebook: Casebook) -> tuple[str, str]:
    """Two households in the care of 周敏, with a visit and a plan with a task of hers in the first."""
    first = home(casebook, person("孙老", date(1940, 1, 1)), door="101")
    second = home(casebook, person("钱老", date(1940, 1, 1)), door="102")
    casebook.care.assign([second, first], MIN, date(2026, 1, 1))
    visits = [
        PlanEntry(household_id=first, due_on=TODAY, reason="看扶手", assignee=MIN),
        PlanEntry(household_id=first, due_on=TODAY, reason="送米面", assignee="李强"),
        PlanEntry(household_id=second, due_on=date(2027, 3, 1), reason="年度走访", assignee=MIN),
    ]
    casebook.planning.plan(visits)
    task = TaskEntry(text="联系助餐", responsible=MIN, due_on=date(2026, 12, 1))
    entry = CasePlanEntry(household_id=first, title="居家养老", responsible=MIN, opened_on=TODAY, tasks=(task,))
    casebook.plans.open(entry)
    return first, second


def is_worker(casebook: Casebook, name: str) -> None:
    casebook.set_office(casebook.office, Worker(name))


def test_a_household_has_one_carer_and_the_former_ones_stay_in_its_history(casebook: Casebook, two):
    first, _second = two
    casebook.care.assign([first], FANG)
    now, before = casebook.care.of_household(first)
    assert (now.assignee, now.since, now.until) == (FANG, TODAY, None)
    assert (before.assignee, before.since, before.until) == (MIN, date(2026, 1, 1), TODAY)
    assert [one.household_id for one in casebook.care.households_of(FANG)] == [first]
    casebook.care.assign([first], FANG)
    assert len(casebook.care.of_household(first)) == 2, "who looks after it already goes on doing so"
    casebook.care.assign([first], "")
    assert casebook.care.households_of(FANG) == []
    with pytest.raises(NotFound):
        casebook.care.assign(["nowhere"], FANG)


def test_an_assignment_can_be_undone(casebook: Casebook, two):
    first, _second = two
    made = casebook.care.assign([first], FANG)
    casebook.undo(made.operations)
    assert [one.assignee for one in casebook.care.of_household(first)] == [MIN]
    assert casebook.care.of_household(first)[0].until is None


def test_the_households_of_a_worker_come_in_walking_order_with_what_waits(casebook: Casebook, two):
    listed = casebook.care.households_of(MIN)
    assert [one.household_id for one in listed] == list(two)
    assert [one.open for one in listed] == [3, 1]
    assert casebook.care.workers() == [MIN, "李强"]


def test_an_offer_says_what_is_open_in_every_household_and_changes_nothing_yet(casebook: Casebook, two):
    first, second = two
    made = casebook.care.offer(MIN, FANG, [second, first], "休产假")
    (offered,) = casebook.care.open()
    assert (offered.id, offered.giver, offered.taker, offered.status) == (made.id, MIN, FANG, "offered")
    assert [one.household_id for one in offered.households] == [first, second]
    assert {thing.text for thing in offered.households[0].things} == {
        "Due 2026-12-01 by the plan “居家养老”: 联系助餐",
        "Visit planned for 2026-11-22: 看扶手",
        "Visit planned for 2026-11-22: 送米面",
    }
    assert [one.assignee for one in casebook.care.of_household(first)] == [MIN]
    assert [one.offered_to for one in casebook.care.households_of(MIN)] == [FANG, FANG]


def test_only_the_one_it_is_offered_to_accepts_unless_the_paper_is_signed(casebook: Casebook, two):
    offer = casebook.care.offer(MIN, FANG, two).id
    with pytest.raises(NotYours) as trouble:
        casebook.care.accept(offer)
    assert FANG in trouble.value.sentence()
    with pytest.raises(NotYours):
        casebook.care.refuse(offer)
    casebook.care.accept(offer, signed=True)
    assert casebook.care.get(offer).taken == 2


def test_accepting_moves_the_care_and_what_the_giver_was_to_do(casebook: Casebook, two):
    first, second = two
    offer = casebook.care.offer(MIN, FANG, two).id
    is_worker(casebook, FANG)
    made = casebook.care.accept(offer, note="已核对")
    assert set(made.ids) == {first, second}
    for one in two:
        assert casebook.care.of_household(one)[0].assignee == FANG
        assert casebook.care.of_household(one)[0].handover_id == offer
    plans = {plan.reason: plan.assignee for one in two for plan in casebook.planning.of_household(one)}
    assert plans == {"看扶手": FANG, "送米面": "李强", "年度走访": FANG}
    (plan,) = casebook.plans.of(household_id=first)
    assert plan.responsible == FANG
    assert [task.responsible for task in plan.tasks] == [FANG]
    done = casebook.care.get(offer)
    assert (done.status, done.answered_on, done.answer_note) == ("accepted", TODAY, "已核对")
    assert casebook.care.open() == []
    with pytest.raises(AlreadyAnswered):
        casebook.care.refuse(offer)
    casebook.undo(made.operations)
    assert casebook.care.of_household(first)[0].assignee == MIN
    assert {p.assignee for p in casebook.planning.of_household(second)} == {MIN}
    assert casebook.care.get(offer).status == "offered"


def test_some_households_may_be_taken_and_the_others_stay(casebook: Casebook, two):
    first, second = two
    offer = casebook.care.offer(MIN, FANG, two).id
    is_worker(casebook, FANG)
    with pytest.raises(NothingToHandOver):
        casebook.care.accept(offer, [])
    casebook.care.accept(offer, [second], "一户不在我的网格")
    assert casebook.care.of_household(first)[0].assignee == MIN
    assert casebook.care.of_household(second)[0].assignee == FANG
    assert [one.taken for one in casebook.care.get(offer).households] == [False, True]


def test_what_is_refused_or_withdrawn_stays_with_the_giver(casebook: Casebook, two):
    first, _second = two
    withdrawn = casebook.care.offer(MIN, FANG, two).id
    casebook.care.withdraw(withdrawn)
    refused = casebook.care.offer(MIN, FANG, two).id
    is_worker(casebook, FANG)
    casebook.care.refuse(refused, "人手不够")
    assert casebook.care.of_household(first)[0].assignee == MIN
    assert [one.status for one in casebook.care.recent()] == ["refused", "withdrawn"]
    assert [one.taken for one in casebook.care.get(refused).households] == [False, False]


def test_an_offer_needs_two_people_and_a_household(casebook: Casebook, two):
    for giver, taker, homes in ((MIN, MIN, two), (MIN, "", two), ("", FANG, two), (MIN, FANG, ())):
        with pytest.raises(NothingToHandOver):
            casebook.care.offer(giver, taker, homes)
    with pytest.raises(NotFound):
        casebook.care.offer(MIN, FANG, ["nowhere"])


def test_offers_to_whom_is_signed_in_come_first(casebook: Casebook, two):
    first, second = two
    casebook.care.offer("李强", MIN, [first])
    casebook.care.offer(MIN, FANG, [second])
    assert [one.taker for one in casebook.care.open()] == [MIN, FANG]


def test_a_visit_that_was_handed_over_is_on_the_takers_list(casebook: Casebook, two):
    first, second = two
    visited(casebook, second)
    casebook.care.accept(casebook.care.offer(MIN, FANG, two).id, [first], signed=True)
    assert [item.household_id for item in items(casebook.worklist, mine=FANG)] == [first]
    (item,) = items(casebook.worklist, mine=FANG)
    assert item.assignee == FANG
