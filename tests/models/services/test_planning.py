"""Visits that the office plans, through the verbs."""

from datetime import date

import pytest

from models.casebook import Casebook
from models.errors import NotFound
from models.records.household import HouseholdEntry, MemberEntry
from models.records.visit import PlanEntry, VisitEntry
from models.texts import speaking
from tests.models.services.people import HOME, five_people, person

TODAY = date(2026, 11, 22)  # a Sunday
MONDAY = date(2026, 11, 23)


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


def living_alone(casebook: Casebook, building: str, door: str, name: str = "赵明") -> str:
    dwelling = HOME.model_copy(update={"building": building, "door": door})
    member = MemberEntry(resident=person(name), also_registered_here=False)
    return casebook.households.register(HouseholdEntry(dwelling=dwelling, members=(member,), kinds=("living",))).id


def about(household: str, service: str = "S50", due: date = MONDAY, **more: object) -> PlanEntry:
    return PlanEntry(**{"household_id": household, "due_on": due, "service_id": service, "source": "screening", **more})


def visit(household: str, outcome: str = "met", on: date = TODAY, **more: object) -> VisitEntry:
    told = {"household_id": household, "outcome": outcome, "happened_on": on, "met_other": "邻居", **more}
    return VisitEntry(**told)


def test_a_planned_visit_says_where_whom_when_and_why(casebook: Casebook, five):
    made = casebook.planning.plan([about(five.id, resident_id=five.ids[0], reason="满65周岁", assignee="王芳")])
    assert made.entities == {"planned_visit"}
    assert {five.id, five.ids[0]} <= made.rows
    (plan,) = casebook.planning.open()
    assert (plan.id, plan.resident_name, plan.due, plan.status) == (made.id, "李建国", MONDAY, "open")
    assert (plan.service, plan.reason, plan.assignee, plan.worker) == ("老年人健康管理", "满65周岁", "王芳", "周敏")
    assert plan.names[0] == "李建国"
    assert "3号楼2单元501" in plan.address


def test_a_household_is_not_planned_twice_about_the_same_service_from_the_same_source(casebook: Casebook, five):
    first = casebook.planning.plan([about(five.id), about(five.id, resident_id=five.ids[1])])
    assert len(first.ids) == 1
    again = casebook.planning.plan([about(five.id), about(five.id, "S52"), about(five.id, source="calendar")])
    assert len(again.ids) == 2
    assert len(casebook.planning.open()) == 3
    casebook.planning.drop(first.ids)
    assert len(casebook.planning.plan([about(five.id)]).ids) == 1, "what was dropped can be planned again"


def test_plans_by_hand_differ_by_their_reason(casebook: Casebook, five):
    by_hand = {"source": "hand", "service": ""}
    made = casebook.planning.plan(
        [about(five.id, reason=reason, **by_hand) for reason in ("送米面", "看扶手", "送米面")]
    )
    assert len(made.ids) == 2


def test_all_visits_of_a_list_are_planned_or_none(casebook: Casebook, five):
    with pytest.raises(NotFound):
        casebook.planning.plan([about(five.id), about("nowhere")])
    assert casebook.planning.open() == []


def test_plans_are_listed_by_day_place_and_worker(casebook: Casebook, five):
    other = living_alone(casebook, "4", "101")
    casebook.planning.plan([about(five.id, due=date(2026, 12, 1)), about(other, assignee="王芳")])
    assert [plan.household_id for plan in casebook.planning.open()] == [other, five.id]
    assert [plan.household_id for plan in casebook.planning.open(until=MONDAY)] == [other]
    assert len(casebook.planning.open(where="120101001")) == 2
    assert casebook.planning.open(where="120102") == []
    assert [plan.household_id for plan in casebook.planning.open(assignee="")] == [five.id]
    assert casebook.planning.assignees() == ["王芳"]


def test_a_plan_is_moved_assigned_dropped_and_opened_again(casebook: Casebook, five):
    made = casebook.planning.plan([about(five.id)])
    assert five.id in casebook.planning.move(made.ids, date(2026, 12, 3)).rows
    casebook.planning.assign(made.ids, " 王芳 ")
    (plan,) = casebook.planning.open()
    assert (plan.due, plan.assignee) == (date(2026, 12, 3), "王芳")
    casebook.planning.drop(made.ids)
    assert casebook.planning.open() == []
    assert [plan.status for plan in casebook.planning.of_household(five.id)] == ["dropped"]
    casebook.planning.reopen(made.ids)
    assert len(casebook.planning.open()) == 1
    with pytest.raises(NotFound):
        casebook.planning.move(["nothing"], MONDAY)


def test_what_one_worker_was_to_do_is_handed_over(casebook: Casebook, five):
    other = living_alone(casebook, "4", "101")
    casebook.planning.plan([about(five.id, assignee="王芳"), about(other, assignee="李娜")])
    assert len(casebook.planning.hand_over("王芳", "李娜").ids) == 1
    assert {plan.assignee for plan in casebook.planning.open()} == {"李娜"}


def test_a_visit_keeps_what_was_planned_until_two_weeks_after_it(casebook: Casebook, five):
    near, far = date(2026, 12, 6), date(2026, 12, 7)
    made = casebook.planning.plan([about(five.id, due=near), about(five.id, "S52", due=far)])
    recorded = casebook.visits.record(visit(five.id))
    assert recorded.ids == made.ids[:1]
    assert "planned_visit" in recorded.entities
    done, still_open = casebook.planning.of_household(five.id)
    assert (done.status, done.visit_id) == ("done", recorded.id)
    assert (still_open.status, still_open.due) == ("open", far)


def test_nobody_at_home_and_a_refusal_keep_no_plan(casebook: Casebook, five):
    casebook.planning.plan([about(five.id)])
    for outcome in ("nobody_home", "refused"):
        assert casebook.visits.record(visit(five.id, outcome)).ids == ()
    assert len(casebook.planning.open()) == 1


def test_who_has_moved_away_is_not_looked_for_again(casebook: Casebook, five):
    casebook.planning.plan([about(five.id, due=date(2027, 6, 1))])
    assert len(casebook.visits.record(visit(five.id, "moved_away")).ids) == 1
    assert casebook.planning.open() == []


def test_a_visit_written_down_late_does_not_keep_what_was_planned_after_it(casebook: Casebook, five):
    casebook.planning.plan([about(five.id)])
    assert casebook.visits.record(visit(five.id, on=date(2026, 11, 20))).ids == ()


def test_promised_and_planned_visits_stand_together_the_oldest_first(casebook: Casebook, five):
    other = living_alone(casebook, "4", "101")
    casebook.visits.record(visit(five.id, on=date(2026, 11, 1), next_visit=date(2026, 12, 1), next_reason="看扶手"))
    casebook.planning.plan([about(five.id, reason="满65周岁"), about(five.id, "S52"), about(other, due=TODAY)])
    first, second = casebook.visits.due(date(2026, 12, 31))
    assert (first.household_id, first.due, first.promised) == (other, TODAY, None)
    assert (second.due, second.promised, second.promise) == (MONDAY, date(2026, 12, 1), "看扶手")
    assert [plan.service_id for plan in second.plans] == ["S50", "S52"]
    with speaking("en"):
        assert casebook.visits.due(MONDAY)[1].reason == "满65周岁; 老年人助餐服务"
    assert [visit.household_id for visit in casebook.today().due] == [other]


def test_the_timeline_tells_what_was_planned_and_what_became_of_it(casebook: Casebook, five):
    made = casebook.planning.plan([about(five.id, reason="满65周岁", resident_id=five.ids[0], assignee="王芳")])

    def told(resident: str) -> list[str]:
        return [line.text for line in casebook.residents.timeline(resident) if line.kind == "planned"]

    with speaking("en"):
        assert told(five.ids[0]) == ["Visit planned for 2026-11-23: 满65周岁; 王芳 is to go"]
        assert told(five.ids[1]) == []
        casebook.visits.record(visit(five.id))
        assert told(five.ids[0]) == ["Planned visit of 2026-11-23, kept: 满65周岁"]
        casebook.planning.drop(made.ids)
        assert told(five.ids[0]) == ["Planned visit of 2026-11-23, dropped: 满65周岁"]


def test_an_open_plan_that_is_due_keeps_the_task_of_visiting_open(casebook: Casebook, five):
    casebook.visits.record(visit(five.id, on=date(2026, 11, 20)))
    assert casebook.residents.get(five.ids[0]).tasks["visit"] == "done"
    casebook.planning.plan([about(five.id, due=TODAY, resident_id=five.ids[0])])
    assert casebook.residents.get(five.ids[0]).tasks["visit"] == "in_progress"
    assert casebook.residents.get(five.ids[1]).tasks["visit"] == "done"


def test_many_visits_are_spread_over_working_days_door_after_door(casebook: Casebook, five):
    doors = [("10", "101"), ("4", "1002"), ("4", "201"), ("9", "101")]
    homes = {place: living_alone(casebook, *place) for place in doors}
    entries = [about(home) for home in homes.values()] + [about(five.id), about(homes["9", "101"], "S52")]
    spread = casebook.planning.spread(entries, 2, date(2026, 11, 26))
    assert casebook.planning.open() == [], "nothing is written yet"
    order = [(entry.household_id, entry.due_on) for entry in spread]
    friday_before, friday, monday = date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 30)
    assert order == [
        (five.id, friday_before),
        (homes["4", "201"], friday_before),
        (homes["4", "1002"], friday),
        (homes["9", "101"], friday),
        (homes["9", "101"], friday),
        (homes["10", "101"], monday),
    ]
    made = casebook.planning.plan_spread(entries, 2, date(2026, 11, 26))
    assert len(made.ids) == 6
    assert casebook.planning.spread([about(five.id)], 5, TODAY)[0].due_on == MONDAY, "no visit on a Sunday"
