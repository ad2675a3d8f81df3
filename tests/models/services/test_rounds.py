"""Rounds through the verbs: doors in walking order, one tap a door, retries, the sheet, the end."""

from datetime import date, timedelta

import pytest

from models.casebook import Casebook
from models.errors import CannotUndo, NotFound
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import DocumentEntry
from models.records.rounds import RoundEntry, SheetEntry, SheetLine
from models.records.visit import NeedEntry, PlanEntry, VisitEntry
from models.services.retries import part_of_day, propose_retry
from models.services.rounds import MOST_DOORS, NoDoors, TooManyDoors
from models.services.rounds_views import DueLine
from models.services.walking import walking_key
from tests.models.services.people import HOME, five_people, person

TODAY = date(2026, 11, 22)  # a Sunday
FRIDAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 23)


def alone(casebook: Casebook, door: str, name: str = "赵明", born: date = date(1950, 3, 8), **where: object) -> str:
    dwelling = HOME.model_copy(update={"door": door, **where})
    member = MemberEntry(resident=person(name, born), also_registered_here=False)
    return casebook.households.register(HouseholdEntry(dwelling=dwelling, members=(member,), kinds=("living",))).id


@pytest.fixture
def stairs(casebook: Casebook) -> dict[str, str]:
    """Household by door of one staircase: 101, 201, 401, 501, 1001."""
    made = {"501": casebook.households.register(five_people()).id}
    for door, name in (("1001", "钱多"), ("401", "孙立"), ("101", "周全"), ("201", "吴越")):
        made[door] = alone(casebook, door, name)
    return made


def staircase(**more: object) -> RoundEntry:
    told = {"name": "3号楼2单元", "scope": "staircase", "community_code": HOME.community_code, "starts_on": FRIDAY}
    return RoundEntry(**{**told, "street_line": HOME.street_line, "building": "3", "unit": "2", **more})


@pytest.fixture
def walked(casebook: Casebook, stairs):
    """The staircase as a round: (round, its doors by number)."""
    made = casebook.rounds.plan(staircase())
    return made.id, {stop.number: stop.id for stop in casebook.rounds.get(made.id).stops}


def numbers(casebook: Casebook, round_id: str) -> list[str]:
    return [stop.number for stop in casebook.rounds.get(round_id).stops]


def at(casebook: Casebook, round_id: str, number: str):
    return next(stop for stop in casebook.rounds.get(round_id).stops if stop.number == number)


# The order.


def test_one_walks_floor_by_floor_and_ten_comes_after_nine():
    doors = ["1001", "501", "502", "地下2", "401", "B101", "9", "阁楼"]

    def sorted_by(**ways):
        return sorted(doors, key=lambda door: walking_key({**HOME.model_dump(), "door": door}, **ways))

    assert sorted_by() == ["B101", "地下2", "9", "401", "501", "502", "1001", "阁楼"]
    assert sorted_by(top_down=True)[:5] == ["1001", "501", "502", "401", "9"]


def test_a_road_is_walked_up_in_order_or_odd_numbers_there_and_even_ones_back():
    houses = ["鞍山道4号", "鞍山道11号", "鞍山道2号", "鞍山道１号", "昆明路3号"]

    def sorted_by(**ways):
        return sorted(houses, key=lambda line: walking_key({**HOME.model_dump(), "street_line": line}, **ways))

    assert sorted_by() == ["昆明路3号", "鞍山道１号", "鞍山道2号", "鞍山道4号", "鞍山道11号"]
    assert sorted_by(sides=True) == ["昆明路3号", "鞍山道１号", "鞍山道11号", "鞍山道4号", "鞍山道2号"]


# Planning.


def test_the_doors_of_a_staircase_are_seen_before_the_round_is_planned(casebook: Casebook, stairs):
    view = casebook.rounds.doors(staircase())
    assert [door.household_id for door in view.doors] == [stairs[door] for door in ("101", "201", "401", "501", "1001")]
    assert (view.households, view.people, view.empty) == (5, 9, 0)
    assert view.doors[3].names[0] == "李建国"
    assert casebook.rounds.all() == [], "nothing is written"


def test_what_can_be_chosen_narrows_from_the_community_to_the_staircase(casebook: Casebook, stairs):
    alone(casebook, "101", building="10", unit="1")
    alone(casebook, "101", street_line="昆明路5号", building="1", unit="1")
    rounds = casebook.rounds
    assert [(part.name, part.doors) for part in rounds.parts()] == [(HOME.community_code, 7)]
    assert [part.name for part in rounds.parts(HOME.community_code)] == ["昆明路5号", "鞍山道12号"]
    assert [(p.name, p.doors) for p in rounds.parts(HOME.community_code, "鞍山道12号")] == [("3", 5), ("10", 1)]
    assert [(p.name, p.doors) for p in rounds.parts(HOME.community_code, "鞍山道12号", "3")] == [("2", 5)]


def test_a_round_has_its_doors_in_the_order_of_walking(casebook: Casebook, stairs):
    made = casebook.rounds.plan(staircase(assignee="王芳"))
    assert made.entities == {"visit_round", "round_stop"}
    assert len(made.ids) == 5
    assert numbers(casebook, made.id) == ["101", "201", "401", "501", "1001"]
    down = casebook.rounds.plan(staircase(name="自上而下", top_down=True))
    assert numbers(casebook, down.id) == ["1001", "501", "401", "201", "101"]
    row = casebook.rounds.get(made.id).row
    assert (row.total, row.gone, row.met, row.status, row.assignee) == (5, 0, 0, "open", "王芳")


def test_a_building_and_a_road_take_in_all_their_staircases(casebook: Casebook, stairs):
    alone(casebook, "101", unit="1")
    alone(casebook, "101", building="1", unit="1")
    assert len(casebook.rounds.doors(staircase(scope="building")).doors) == 6
    assert len(casebook.rounds.doors(staircase(scope="road")).doors) == 7


def test_doors_at_which_nobody_is_registered_are_walked_too(casebook: Casebook, stairs):
    gone = casebook.households.get(stairs["201"])
    dwelling = gone.dwelling_id
    with casebook._book.verb("test") as work:
        work.amend("household", stairs["201"], {"until": FRIDAY})
    entry = staircase(extra_doors=("301", " 302", "301", "101"))
    seen = casebook.rounds.doors(entry)
    assert (len(seen.doors), seen.empty, seen.unknown) == (5, 1, ("301", "302"))
    made = casebook.rounds.plan(entry)
    assert numbers(casebook, made.id) == ["101", "201", "301", "302", "401", "501", "1001"]
    empty = at(casebook, made.id, "201")
    assert (empty.household_id, empty.people, empty.dwelling_id) == ("", (), dwelling)
    casebook.undo(made.operations)
    assert casebook.rounds.doors(staircase()).unknown == ()
    assert len(casebook.rounds.doors(staircase()).doors) == 5, "the doors that were made went with the round"


def test_several_households_behind_one_door_are_a_stop_each_and_the_registered_one_only_where_nobody_lives(
    casebook: Casebook, stairs
):
    alone(casebook, "501", "合租人")
    doors = casebook.rounds.doors(staircase()).doors
    assert len([door for door in doors if door.door.endswith("501")]) == 2
    book = casebook.households.register(
        HouseholdEntry(
            dwelling=HOME.model_copy(update={"door": "601"}),
            members=(MemberEntry(resident=person("郑户")),),
            kinds=("registered",),
        )
    )
    assert book.id in [door.household_id for door in casebook.rounds.doors(staircase()).doors]


def test_a_round_from_a_list_goes_from_door_to_door_wherever_they_are(casebook: Casebook, stairs):
    far = alone(casebook, "101", street_line="昆明路5号", building="1")
    entry = RoundEntry(name="名单", scope="list", starts_on=TODAY, household_ids=(stairs["501"], stairs["101"], far))
    made = casebook.rounds.plan(entry)
    stops = casebook.rounds.get(made.id).stops
    assert [stop.household_id for stop in stops] == [far, stairs["101"], stairs["501"]]
    with pytest.raises(NotFound):
        casebook.rounds.plan(entry.model_copy(update={"household_ids": ("nowhere",)}))


def test_a_round_without_doors_or_with_more_than_anybody_walks_is_not_planned(casebook: Casebook, stairs):
    with pytest.raises(NoDoors):
        casebook.rounds.plan(staircase(unit="9"))
    many = tuple(str(door) for door in range(1000, 1000 + MOST_DOORS))
    with pytest.raises(TooManyDoors) as caught:
        casebook.rounds.plan(staircase(extra_doors=many))
    assert str(MOST_DOORS) in caught.value.sentence()
    assert casebook.rounds.all() == []


def test_who_is_in_another_open_round_already_is_told(casebook: Casebook, stairs, walked):
    assert {door.in_round for door in casebook.rounds.doors(staircase()).doors} == {"3号楼2单元"}


# At the door.


def test_one_tap_keeps_a_visit_and_goes_on_to_the_next_door(casebook: Casebook, stairs, walked):
    round_id, stop = walked
    made = casebook.rounds.record(stop["101"], "met")
    assert {"visit", "round_stop"} <= made.entities
    assert {round_id, stairs["101"], stop["101"]} <= made.rows
    (visit,) = casebook.visits.of_household(stairs["101"])
    assert (visit.id, visit.outcome, visit.happened_on, visit.met) == (made.ids[0], "met", TODAY, ("周全",))
    view = casebook.rounds.get(round_id)
    assert (view.row.gone, view.row.met) == (1, 1)
    assert view.next_after(stop["101"]).number == "201"
    assert view.next_after(stop["1001"]).number == "201", "from the end one goes on with what is open"
    (tried,) = at(casebook, round_id, "101").tries
    assert (tried.on, tried.part, tried.outcome, tried.visit_id) == (TODAY, "weekend", "met", visit.id)


def test_who_was_met_is_never_guessed_among_several(casebook: Casebook, stairs, walked):
    _round, stop = walked
    casebook.rounds.record(stop["501"], "met", note="门口聊了几句")
    (visit,) = casebook.visits.of_household(stairs["501"])
    assert (visit.met, visit.met_other, visit.notes) == ((), "somebody of the household", "门口聊了几句")
    grandmother = casebook.households.get(stairs["501"]).members[1].resident.id
    casebook.rounds.take_back(stop["501"])
    casebook.rounds.record(stop["501"], "met", met=(grandmother,))
    assert [visit.met for visit in casebook.visits.of_household(stairs["501"])] == [("王秀英",)]


@pytest.mark.parametrize(
    ("outcome", "status", "again"),
    [
        ("nobody_home", "nobody_home", (MONDAY, "evening")),
        ("refused", "refused", (date(2026, 12, 7), "evening")),
        ("moved_away", "moved_away", (None, "")),
        ("met", "met", (None, "")),
    ],
)
def test_each_outcome_leaves_the_door_as_it_should(casebook: Casebook, walked, outcome, status, again):
    round_id, stop = walked
    casebook.rounds.record(stop["101"], outcome)
    found = at(casebook, round_id, "101")
    assert (found.status, (found.retry_on, found.retry_part)) == (status, again)


def test_a_retry_is_proposed_at_every_other_part_of_the_day_and_then_no_more():
    tries, day, parts = [], FRIDAY, []
    part = "morning"
    for _count in range(4):
        tries.append({"outcome": "nobody_home", "part": part})
        again = propose_retry(tries, day)
        if again is None:
            break
        day, part = again
        parts.append((day.isoweekday(), part))
    assert parts == [(1, "evening"), (6, "weekend"), (1, "afternoon")]
    assert propose_retry([], TODAY) is None


def test_who_refused_is_asked_once_more_and_not_a_third_time():
    refused = {"outcome": "refused", "part": "morning"}
    assert propose_retry([refused], FRIDAY) == (date(2026, 12, 4), "evening")
    assert propose_retry([refused, {"outcome": "nobody_home", "part": "evening"}], FRIDAY) is not None
    assert propose_retry([refused, refused], FRIDAY) is None


def test_the_part_of_the_day_is_that_of_the_clock_in_tianjin(clock):
    monday = clock.now().replace(day=23)
    assert [part_of_day(MONDAY, monday.replace(hour=hour)) for hour in (9, 12, 17, 18)] == [
        "morning",
        "afternoon",
        "afternoon",
        "evening",
    ]
    assert part_of_day(TODAY) == "weekend"
    assert part_of_day(MONDAY) == "", "nobody says at what time it was"


def test_the_second_knock_is_written_under_the_first(casebook: Casebook, walked, clock):
    round_id, stop = walked
    casebook.rounds.record(stop["101"], "nobody_home", "morning", FRIDAY)
    assert at(casebook, round_id, "101").retry_part == "evening"
    casebook.rounds.record(stop["101"], "met", "evening", MONDAY)
    found = at(casebook, round_id, "101")
    assert [(tried.on, tried.part, tried.outcome) for tried in found.tries] == [
        (FRIDAY, "morning", "nobody_home"),
        (MONDAY, "evening", "met"),
    ]
    assert (found.status, found.retry_on) == ("met", None)


def test_what_was_said_of_a_door_is_taken_back_whole(casebook: Casebook, stairs, walked):
    round_id, stop = walked
    casebook.planning.plan([PlanEntry(household_id=stairs["101"], due_on=MONDAY, reason="送米面")])
    made = casebook.rounds.record(stop["101"], "met")
    assert casebook.planning.open() == []
    casebook.undo(made.operations)
    assert at(casebook, round_id, "101").status == "waiting"
    assert casebook.visits.of_household(stairs["101"]) == []
    assert len(casebook.planning.open()) == 1

    casebook.rounds.record(stop["101"], "nobody_home", "morning", FRIDAY)
    casebook.rounds.record(stop["101"], "refused")
    casebook.rounds.take_back(stop["101"])
    found = at(casebook, round_id, "101")
    assert (found.status, len(found.tries), found.retry_part) == ("nobody_home", 1, "evening")
    assert [visit.outcome for visit in casebook.visits.of_household(stairs["101"])] == ["nobody_home"]


def test_a_visit_on_which_something_was_built_is_not_taken_back(casebook: Casebook, stairs, walked):
    round_id, stop = walked
    made = casebook.rounds.record(stop["101"], "met")
    from models.records.fact import FactEntry

    casebook.facts.record("household", stairs["101"], [FactEntry(name="dibao", value=True)], visit_id=made.ids[0])
    with pytest.raises(CannotUndo):
        casebook.rounds.take_back(stop["101"])
    assert at(casebook, round_id, "101").status == "met"


def test_a_visit_by_the_form_marks_the_door_of_the_round_too(casebook: Casebook, stairs, walked):
    round_id, stop = walked
    other = casebook.rounds.plan(
        RoundEntry(name="别的", scope="list", starts_on=MONDAY, household_ids=(stairs["101"],))
    )
    entry = VisitEntry(household_id=stairs["101"], outcome="nobody_home", happened_on=TODAY)
    made = casebook.visits.record(entry)
    assert {"visit", "round_stop"} <= made.entities
    assert round_id in made.rows
    found = at(casebook, round_id, "101")
    assert (found.status, found.tries[0].visit_id, found.retry_part) == ("nobody_home", made.id, "evening")
    assert casebook.rounds.get(other.id).stops[0].status == "waiting", "that round begins tomorrow"
    casebook.undo(made.operations)
    assert at(casebook, round_id, "101").status == "waiting"
    casebook.visits.record(entry)
    casebook.rounds.take_back(stop["101"])
    assert casebook.visits.of_household(stairs["101"]) == []


def test_who_was_met_stays_met_whatever_a_later_visit_finds_but_for_moving_away(casebook: Casebook, stairs, walked):
    round_id, stop = walked
    casebook.rounds.record(stop["101"], "met")
    casebook.visits.record(VisitEntry(household_id=stairs["101"], outcome="nobody_home", happened_on=TODAY))
    found = at(casebook, round_id, "101")
    assert (found.status, found.retry_on, len(found.tries)) == ("met", None, 2)
    casebook.rounds.record(stop["101"], "moved_away")
    assert at(casebook, round_id, "101").status == "moved_away"


def test_a_door_without_a_household_is_ticked_without_a_visit_and_takes_in_who_is_registered_later(
    casebook: Casebook, stairs
):
    made = casebook.rounds.plan(staircase(extra_doors=("301",)))
    stop = at(casebook, made.id, "301")
    assert casebook.rounds.record(stop.id, "nobody_home").ids == ()
    assert at(casebook, made.id, "301").status == "nobody_home"
    new = alone(casebook, "301", "冯新")
    assert at(casebook, made.id, "301").household_id == new
    recorded = casebook.rounds.record(stop.id, "met")
    assert casebook.visits.of_household(new)[0].id == recorded.ids[0]
    assert [tried.visit_id != "" for tried in at(casebook, made.id, "301").tries] == [False, True]
    casebook.rounds.take_back(stop.id)
    casebook.rounds.take_back(stop.id)
    assert at(casebook, made.id, "301").status == "waiting"
    with pytest.raises(NotFound):
        casebook.rounds.take_back(stop.id)


def test_a_retry_is_moved_or_given_up_and_a_door_left_out_or_taken_in_again(casebook: Casebook, walked):
    round_id, stop = walked
    casebook.rounds.record(stop["101"], "nobody_home")
    moved = casebook.rounds.retry(stop["101"], MONDAY, "morning")
    assert (at(casebook, round_id, "101").retry_on, at(casebook, round_id, "101").retry_part) == (MONDAY, "morning")
    casebook.undo(moved.operations)
    assert at(casebook, round_id, "101").retry_part == "evening"
    casebook.rounds.retry(stop["101"], None)
    assert not at(casebook, round_id, "101").open
    skipped = casebook.rounds.skip(stop["201"], "施工")
    assert (at(casebook, round_id, "201").status, at(casebook, round_id, "201").note) == ("skipped", "施工")
    assert casebook.rounds.get(round_id).row.total == 4
    casebook.rounds.wait_again(stop["201"])
    assert at(casebook, round_id, "201").status == "waiting"
    with pytest.raises(CannotUndo):
        casebook.undo(skipped.operations)


def test_a_door_is_added_where_one_passes_it_and_not_twice(casebook: Casebook, walked):
    round_id, _stop = walked
    door = DwellingEntry(**{**HOME.model_dump(), "door": "301"})
    added = casebook.rounds.add_door(round_id, dwelling=door)
    assert numbers(casebook, round_id) == ["101", "201", "301", "401", "501", "1001"]
    assert len(added.ids) == 1
    assert casebook.rounds.add_door(round_id, dwelling=door).ids == ()
    new = alone(casebook, "102")
    casebook.rounds.add_door(round_id, household_id=new)
    assert numbers(casebook, round_id)[:2] == ["101", "102"]
    with pytest.raises(NotFound):
        casebook.rounds.add_door(round_id, household_id="nowhere")


def test_doors_are_put_in_another_order(casebook: Casebook, walked):
    round_id, stop = walked
    made = casebook.rounds.reorder(round_id, [stop["501"], stop["101"]])
    assert numbers(casebook, round_id) == ["501", "101", "201", "401", "1001"]
    casebook.undo(made.operations)
    assert numbers(casebook, round_id) == ["101", "201", "401", "501", "1001"]
    with pytest.raises(NotFound):
        casebook.rounds.reorder(round_id, ["nothing"])


# What else is due.


def due_at(casebook: Casebook, round_id: str, number: str) -> dict[str, DueLine]:
    return {line.kind: line for line in at(casebook, round_id, number).due}


def test_what_else_is_due_in_the_household_is_seen_at_the_door(casebook: Casebook, clock):
    born = date(1966, 12, 1)  # sixty in nine days
    papers = (
        DocumentEntry(kind="residence_permit", number="120101199001010013", valid_until=date(2026, 12, 10)),
        DocumentEntry(kind="passport", number="E12345678", valid_until=date(2020, 1, 1)),
    )
    dwelling = HOME.model_copy(update={"door": "101"})
    member = MemberEntry(resident=person("周全", born, documents=papers))
    home = casebook.households.register(HouseholdEntry(dwelling=dwelling, members=(member,)))
    who = home.ids[0]
    needs = (NeedEntry(group="elderly", urgency="now", note="装扶手", resident_id=who),)
    told = {"met": (who,), "needs": needs, "next_visit": MONDAY, "next_reason": "看扶手"}
    casebook.visits.record(VisitEntry(household_id=home.id, outcome="met", happened_on=FRIDAY, **told))
    casebook.planning.plan([PlanEntry(household_id=home.id, due_on=MONDAY, reason="送米面", service_id="S50")])
    with casebook._book.verb("test") as work:
        plan = work.add("case_plan", {"resident_id": who, "title": "防跌倒", "status": "open"})
        work.add("case_task", {"plan_id": plan, "text": "联系施工", "due_on": MONDAY, "status": "open"})
        work.add("case_task", {"plan_id": plan, "text": "已办", "status": "done"})
        work.add("referral", {"resident_id": who, "matters": [{"name": "助餐"}], "status": "issued", "worker": "周敏"})
        work.add("contact", {"household_id": home.id, "happened_on": FRIDAY, "next_on": TODAY, "next_reason": "回电"})
    made = casebook.rounds.plan(staircase())
    due = due_at(casebook, made.id, "101")
    assert set(due) == {"promise", "plan", "need", "document", "age", "task", "referral", "call"}
    assert (due["promise"].text, due["promise"].due) == ("看扶手", MONDAY)
    assert (due["plan"].text, due["plan"].detail) == ("送米面", casebook.packs.policies().services["S50"].name)
    assert (due["need"].text, due["need"].detail, due["need"].resident_name) == ("装扶手", "elderly now", "周全")
    assert (due["document"].text, due["document"].due) == ("residence_permit", date(2026, 12, 10))
    assert due["age"].text == "60"
    assert (due["task"].text, due["task"].detail, due["task"].plan_id) == ("联系施工", "防跌倒", plan)
    assert (due["referral"].text, due["call"].text) == ("助餐", "回电")
    clock.move(days=120)
    later = due_at(casebook, made.id, "101")
    assert "age" not in later
    assert "document" in later, "a permit that has run out is still told"


def test_what_is_due_is_ticked_off_at_the_door(casebook: Casebook, stairs, walked):
    round_id, _stop = walked
    casebook.planning.plan([PlanEntry(household_id=stairs["101"], due_on=MONDAY, reason="送米面")])
    line = due_at(casebook, round_id, "101")["plan"]
    assert line.can_tick
    made = casebook.rounds.tick("plan", line.id)
    assert stairs["101"] in made.rows
    assert "plan" not in due_at(casebook, round_id, "101")
    casebook.undo(made.operations)
    assert "plan" in due_at(casebook, round_id, "101")
    with pytest.raises(ValueError):
        casebook.rounds.tick("document", line.id)


# The paper and the end.


def test_the_whole_sheet_of_paper_is_kept_or_none_of_it(casebook: Casebook, stairs, walked):
    round_id, stop = walked
    people = [member.resident.id for member in casebook.households.get(stairs["501"]).members]
    lines = (
        SheetLine(stop_id=stop["501"], outcome="met", met=(people[0],), note="腿脚不便"),
        SheetLine(stop_id=stop["101"], outcome="nobody_home", retry_on=MONDAY, retry_part="morning"),
        SheetLine(stop_id=stop["201"], outcome="nobody_home"),
    )
    bad = SheetEntry(on=FRIDAY, part="morning", lines=(*lines, SheetLine(stop_id="another", outcome="met")))
    with pytest.raises(NotFound):
        casebook.rounds.enter(round_id, bad)
    assert casebook.visits.recent() == []
    made = casebook.rounds.enter(round_id, SheetEntry(on=FRIDAY, part="morning", lines=lines))
    assert len(made.ids) == 3
    assert at(casebook, round_id, "501").tries[0].part == "morning"
    assert (at(casebook, round_id, "101").retry_on, at(casebook, round_id, "101").retry_part) == (MONDAY, "morning")
    assert at(casebook, round_id, "201").retry_part == "evening"
    casebook.undo(made.operations)
    assert casebook.rounds.get(round_id).row.gone == 0


def test_what_stays_open_at_the_end_becomes_planned_visits(casebook: Casebook, stairs, clock):
    made = casebook.rounds.plan(staircase(purpose="冬季走访", assignee="王芳", extra_doors=("301",)))
    stop = {one.number: one.id for one in casebook.rounds.get(made.id).stops}
    casebook.rounds.record(stop["101"], "met")
    casebook.rounds.record(stop["201"], "nobody_home")
    casebook.rounds.record(stop["401"], "nobody_home")
    casebook.rounds.retry(stop["401"], None)
    casebook.rounds.skip(stop["1001"])
    over = casebook.rounds.finish(made.id)
    plans = casebook.planning.open()
    assert sorted(plan.id for plan in plans) == sorted(over.ids)
    assert {(plan.household_id, plan.due, plan.assignee) for plan in plans} == {
        (stairs["201"], MONDAY, "王芳"),
        (stairs["501"], MONDAY, "王芳"),
    }
    assert plans[0].reason == "From the round “3号楼2单元”; 冬季走访"
    row = casebook.rounds.get(made.id).row
    assert (row.status, row.ends_on) == ("done", TODAY)
    assert casebook.rounds.open() == []
    casebook.undo(over.operations)
    assert casebook.planning.open() == []
    assert [row.id for row in casebook.rounds.open()] == [made.id]


def test_rounds_are_listed_with_their_progress_and_those_of_today_alone(casebook: Casebook, stairs, walked):
    round_id, stop = walked
    later = casebook.rounds.plan(staircase(name="下周", starts_on=TODAY + timedelta(days=7)))
    casebook.rounds.record(stop["101"], "met")
    casebook.rounds.record(stop["201"], "nobody_home")
    casebook.rounds.retry(stop["201"], TODAY, "evening")
    first, second = casebook.rounds.open()
    assert (first.id, first.total, first.gone, first.met, first.retries, first.retries_due) == (round_id, 5, 2, 1, 1, 1)
    assert (second.id, second.gone) == (later.id, 0)
    assert [row.id for row in casebook.rounds.of_today()] == [round_id]
    casebook.rounds.drop(round_id)
    assert [(row.name, row.status) for row in casebook.rounds.all()] == [("下周", "open"), ("3号楼2单元", "dropped")]
    casebook.rounds.reopen(round_id)
    assert len(casebook.rounds.open()) == 2


def test_a_retry_that_is_due_comes_after_the_doors_at_which_nobody_was_yet(casebook: Casebook, walked):
    round_id, stop = walked
    casebook.rounds.record(stop["101"], "nobody_home")
    casebook.rounds.retry(stop["101"], TODAY, "evening")
    assert casebook.rounds.get(round_id).next_after().number == "201"
    for number in ("201", "401", "501", "1001"):
        casebook.rounds.record(stop[number], "moved_away")
    assert casebook.rounds.get(round_id).next_after(stop["1001"]).number == "101"
    casebook.rounds.record(stop["101"], "met")
    assert casebook.rounds.get(round_id).next_after() is None


def test_the_doors_of_nobody_raise_not_found(casebook: Casebook):
    rounds = casebook.rounds
    for verb in (rounds.get, rounds.finish, rounds.drop):
        with pytest.raises(NotFound):
            verb("nothing")
    for verb in (rounds.take_back, rounds.skip, rounds.wait_again):
        with pytest.raises(NotFound):
            verb("nothing")
    with pytest.raises(NotFound):
        rounds.record("nothing", "met")


def test_a_wrong_tap_is_corrected_by_the_right_one(casebook: Casebook, stairs, walked):
    round_id, stop = walked
    casebook.rounds.record(stop["101"], "refused")
    made = casebook.rounds.record(stop["101"], "met", instead=True)
    assert [visit.outcome for visit in casebook.visits.of_household(stairs["101"])] == ["met"]
    found = at(casebook, round_id, "101")
    assert (found.status, len(found.tries), found.retry_on) == ("met", 1, None)
    casebook.undo(made.operations)
    assert at(casebook, round_id, "101").status == "refused"
    assert [visit.outcome for visit in casebook.visits.of_household(stairs["101"])] == ["refused"]
