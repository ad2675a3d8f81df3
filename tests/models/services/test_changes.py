"""Guided changes of households: each one verb, dated, undoable, and told as a sentence."""

from datetime import date, timedelta

import pytest

from models.casebook import Casebook
from models.eligibility.case import counts
from models.errors import CannotUndo
from models.records.change import (
    Birth,
    Death,
    Divorce,
    Elsewhere,
    FormChange,
    HeadChange,
    Join,
    LeaveAltogether,
    LodgerIn,
    Marriage,
    MoveHousehold,
    MoveIn,
    MoveOut,
    Return,
    Split,
    StandingChange,
)
from models.records.household import HouseholdEntry, MemberEntry
from models.records.visit import PlanEntry, VisitEntry
from models.services.changes import BuiltUpon, ChangeRefused
from models.texts import speaking
from tests.models.services.people import HOME, five_people, person

TODAY = date(2026, 11, 22)
THEN = date(2026, 11, 1)
ELSEWHERE = HOME.model_copy(update={"building": "5", "unit": "1", "door": "302"})


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


@pytest.fixture
def book_of_five(casebook: Casebook, five) -> str:
    return next(home for home, kind in casebook.households.get(five.id).other_households if kind == "registered")


def alone(casebook: Casebook, name: str = "赵明", door: str = "101", **more: object):
    member = MemberEntry(resident=person(name, **more), relation="0")
    dwelling = HOME.model_copy(update={"building": "4", "door": door})
    entry = HouseholdEntry(dwelling=dwelling, members=(member,), kinds=("living",), since=date(2025, 1, 1))
    return casebook.households.register(entry)


def who(casebook: Casebook, household: str) -> dict[str, str]:
    """Name and relation of everybody who belongs to a household now."""
    return {member.resident.name: member.relation for member in casebook.households.get(household).members}


def problems(casebook: Casebook, change) -> dict[str, str]:
    """What stands in the way; make() must refuse with the very same."""
    found = casebook.changes.preview(change).problems
    assert found, "nothing stands in the way"
    with pytest.raises(ChangeRefused) as refused:
        casebook.changes.make(change)
    assert refused.value.problems == found
    assert refused.value.sentence().endswith("Nothing was changed.")
    return dict(found)


def newest(casebook: Casebook, household: str) -> str:
    with speaking("zh_CN"):
        return casebook.changes.of_household(household)[0].text


def test_a_whole_household_moves_and_the_registered_one_stays_where_it_is(casebook: Casebook, five, book_of_five):
    change = MoveHousehold(household_id=five.id, dwelling=ELSEWHERE, happened_on=date(2026, 3, 1))
    assert any("stays where it is" in line for line in casebook.changes.preview(change).lines)
    assert casebook.households.get(five.id).address.endswith("3号楼2单元501"), "a preview writes nothing"
    made = casebook.changes.make(change)
    assert casebook.households.get(five.id).address.endswith("5号楼1单元302")
    assert casebook.households.get(book_of_five).address.endswith("3号楼2单元501")
    assert newest(casebook, five.id) == "2026年3月1日 李建国一家从3号楼2单元501搬到5号楼1单元302"
    assert casebook.residents.find("5-1-302")[:1] or casebook.residents.find("鞍山道12号")
    casebook.changes.undo(made.id)
    assert casebook.households.get(five.id).address.endswith("3号楼2单元501")


def test_the_registered_household_moves_too_where_that_is_said(casebook: Casebook, five, book_of_five):
    casebook.changes.make(
        MoveHousehold(household_id=five.id, registered_household_id=book_of_five, dwelling=ELSEWHERE, happened_on=THEN)
    )
    assert casebook.households.get(book_of_five).dwelling_id == casebook.households.get(five.id).dwelling_id


def test_a_child_is_born_into_both_households_with_its_birth_date(casebook: Casebook, five, book_of_five):
    change = Birth(
        household_id=five.id,
        child=person("李安", None, "2"),
        relation="4",
        mother_id=five.ids[3],
        father_id=five.ids[2],
        registered_household_id=book_of_five,
        happened_on=THEN,
    )
    made = casebook.changes.make(change)
    (child,) = made.ids
    assert casebook.residents.row(child).birth_date == THEN
    assert {home.kind for home in casebook.households.of_resident(child)} == {"living", "registered"}
    assert newest(casebook, five.id) == "2026年11月1日 李伟和单芳的孩子李安出生"
    assert casebook.residents.find("李安") == [child]
    casebook.changes.undo(made.id)
    assert casebook.residents.find("李安") == []
    assert len(who(casebook, five.id)) == 5
    assert newest(casebook, five.id).endswith("（已撤销）")


def test_a_birth_with_another_birth_date_or_as_head_is_refused(casebook: Casebook, five):
    child = person("李安", date(2026, 10, 1), "2")
    change = Birth(household_id=five.id, child=child, relation="0", happened_on=THEN)
    assert set(problems(casebook, change)) == {"child.birth_date", "relation", "heads"}


def test_who_dies_leaves_every_household_and_the_family_has_another_head(casebook: Casebook, five, book_of_five):
    casebook.planning.plan(
        [
            PlanEntry(household_id=five.id, resident_id=five.ids[0], due_on=TODAY, reason="看看"),
            PlanEntry(household_id=five.id, due_on=TODAY, reason="全家"),
        ]
    )
    change = Death(resident_id=five.ids[0], happened_on=THEN)
    assert set(problems(casebook, change)) == {"heads"}
    heads = {five.id: five.ids[1], book_of_five: five.ids[1]}
    change = change.model_copy(update={"heads": heads, "widowed_id": five.ids[1]})
    preview = casebook.changes.preview(change)
    assert any("planned visit" in line for line in preview.lines)
    made = casebook.changes.make(change)
    for home in (five.id, book_of_five):
        assert who(casebook, home)["王秀英"] == "0"
        assert "李建国" not in who(casebook, home)
    assert casebook.residents.get(five.ids[0]).died_on == THEN
    assert "deceased" in casebook.residents.row(five.ids[0]).flags
    assert casebook.residents.get(five.ids[1]).marital_status == "30"
    assert [plan.reason for plan in casebook.planning.open()] == ["全家"]
    assert newest(casebook, five.id) == "2026年11月1日 李建国去世，王秀英成为户主"
    with speaking("zh_CN"):
        told = [line.text for line in casebook.residents.timeline(five.ids[1]) if line.kind == "event"]
        assert told[0] == "李建国去世，王秀英成为户主", "the widow's own past tells of it too"
    casebook.changes.undo(made.id)
    assert who(casebook, five.id)["李建国"] == "0"
    assert casebook.residents.get(five.ids[1]).marital_status == ""
    assert len(casebook.planning.open()) == 2


def test_who_may_be_widowed_is_asked_and_not_assumed(casebook: Casebook, five):
    wife = casebook.residents.entry_of(five.ids[1]).model_copy(update={"marital_status": "20"})
    casebook.residents.amend(five.ids[1], wife)
    assert casebook.changes.suggested_widowed(five.ids[0]) == [five.ids[1]]
    preview = casebook.changes.preview(Death(resident_id=five.ids[0], happened_on=THEN))
    assert any("widowed" in doubt for doubt in preview.doubts)


def test_nobody_dies_twice_or_tomorrow(casebook: Casebook):
    home = alone(casebook)
    later = Death(resident_id=home.ids[0], happened_on=TODAY + timedelta(days=1))
    assert set(problems(casebook, later)) == {"happened_on"}
    casebook.changes.make(Death(resident_id=home.ids[0], happened_on=THEN))
    assert casebook.households.get(home.id).until == THEN, "the household is closed with its last member"
    assert set(problems(casebook, Death(resident_id=home.ids[0], happened_on=TODAY))) == {"resident_id"}


def test_the_dead_are_asked_about_where_a_visit_met_them_since(casebook: Casebook):
    home = alone(casebook)
    casebook.visits.record(
        VisitEntry(household_id=home.id, outcome="met", met=(home.ids[0],), happened_on=date(2026, 11, 10))
    )
    doubts = casebook.changes.preview(Death(resident_id=home.ids[0], happened_on=THEN)).doubts
    assert any("was met on a visit on 10 Nov 2026" in doubt for doubt in doubts)


def test_people_move_in_from_another_household_which_closes_behind_them(casebook: Casebook, five):
    other = alone(casebook)
    change = MoveIn(
        household_id=five.id, members=(MemberEntry(resident_id=other.ids[0], relation="7"),), happened_on=THEN
    )
    casebook.changes.make(change)
    assert who(casebook, five.id)["赵明"] == "7"
    assert casebook.households.get(other.id).until == THEN
    assert casebook.residents.row(other.ids[0]).address.endswith("3号楼2单元501")
    assert newest(casebook, five.id) == "2026年11月1日 赵明从4号楼2单元101搬入李建国一家（3号楼2单元501）"
    (membership,) = [one for one in casebook.residents.get(other.ids[0]).memberships if one.until is not None]
    assert membership.until == THEN
    assert membership.ended == "move_in"


def test_who_belongs_already_or_comes_as_a_second_head_is_refused(casebook: Casebook, five):
    again = MoveIn(
        household_id=five.id, members=(MemberEntry(resident_id=five.ids[2], relation="2"),), happened_on=THEN
    )
    assert set(problems(casebook, again)) == {"members.0"}
    two = MoveIn(household_id=five.id, members=(MemberEntry(resident=person("赵明"), relation="0"),), happened_on=THEN)
    assert set(problems(casebook, two)) == {"heads"}


def test_a_lodger_is_not_counted_and_keeps_the_hukou(casebook: Casebook, five):
    lodger = MemberEntry(resident=person("租客甲"), relation="8")
    made = casebook.changes.make(LodgerIn(household_id=five.id, members=(lodger,), happened_on=THEN))
    member = next(m for m in casebook.households.get(five.id).members if m.resident.id == made.ids[0])
    assert (member.counts, member.standing) == (False, "lodger")
    assert newest(casebook, five.id) == "2026年11月1日 租客甲作为租客住进李建国一家（鞍山道12号 3号楼2单元501）"
    belongs = StandingChange(
        household_id=five.id, resident_id=made.ids[0], relation="3", standing="belongs", happened_on=TODAY
    )
    casebook.changes.make(belongs)
    member = next(m for m in casebook.households.get(five.id).members if m.resident.id == made.ids[0])
    assert (member.counts, member.standing, member.relation) == (True, "", "3")


def test_a_lodger_is_not_head_and_lodgers_alone_are_no_family(casebook: Casebook):
    home = alone(casebook)
    members = tuple(MemberEntry(resident=person(name), relation="8") for name in ("租客甲", "租客乙"))
    lodgers = casebook.changes.make(LodgerIn(household_id=home.id, members=members, happened_on=THEN)).ids
    out = MoveOut(household_id=home.id, resident_ids=home.ids, happened_on=THEN)
    assert set(problems(casebook, out)) == {"heads"}
    casebook.changes.make(out.model_copy(update={"heads": {home.id: lodgers[0]}}))
    first, second = casebook.households.get(home.id).members
    assert (first.resident.id, first.relation, first.standing, first.counts) == (lodgers[0], "0", "", True)
    assert (second.standing, second.counts) == ("lodger", False)


def test_some_leave_for_another_province_and_the_head_must_be_named(casebook: Casebook, five, book_of_five):
    out = MoveOut(
        household_id=five.id,
        resident_ids=five.ids[:2],
        destination=Elsewhere(division="13", address="唐山路南区"),
        happened_on=THEN,
    )
    assert set(problems(casebook, out)) == {"heads"}
    casebook.changes.make(out.model_copy(update={"heads": {five.id: five.ids[2]}, "relations": {five.ids[3]: "1"}}))
    assert who(casebook, five.id) == {"李伟": "0", "单芳": "1", "李𬱖": "8"}, (
        "a grandchild of him, whose child is not told"
    )
    assert len(who(casebook, book_of_five)) == 5, "the hukou stays"
    assert (
        newest(casebook, five.id)
        == "2026年11月1日 李建国、王秀英搬出鞍山道12号 3号楼2单元501，去往河北省 唐山路南区，李伟成为户主"
    )


def test_who_leaves_for_a_new_door_begins_a_household_there(casebook: Casebook, five):
    made = casebook.changes.make(
        MoveOut(
            household_id=five.id,
            resident_ids=five.ids[2:5],
            to_dwelling=ELSEWHERE,
            relations={five.ids[2]: "0", five.ids[3]: "1", five.ids[4]: "3"},
            happened_on=THEN,
        )
    )
    (new,) = made.ids
    assert who(casebook, new) == {"李伟": "0", "单芳": "1", "李𬱖": "3"}
    assert who(casebook, five.id) == {"李建国": "0", "王秀英": "1"}
    view = casebook.households.get(new)
    assert (view.since, view.kind, view.form) == (THEN, "living", "family")


def test_who_leaves_to_nowhere_known_belongs_nowhere(casebook: Casebook, five):
    casebook.changes.make(MoveOut(household_id=five.id, resident_ids=(five.ids[4],), happened_on=THEN))
    assert [home.kind for home in casebook.households.of_resident(five.ids[4])] == ["registered"]


def test_a_household_leaves_and_comes_back_to_another_door_with_its_head(casebook: Casebook, five):
    left = casebook.changes.make(LeaveAltogether(household_id=five.id, happened_on=date(2026, 5, 1)))
    gone = casebook.households.get(five.id)
    assert (gone.until, gone.members) == (date(2026, 5, 1), ())
    into = MoveIn(household_id=five.id, members=(MemberEntry(resident=person("赵明")),), happened_on=THEN)
    assert set(problems(casebook, into)) == {"household_id"}
    too_early = Return(household_id=five.id, resident_ids=five.ids[:2], happened_on=date(2026, 4, 1))
    assert set(problems(casebook, too_early)) == {"happened_on"}
    casebook.changes.make(Return(household_id=five.id, resident_ids=five.ids[:2], dwelling=ELSEWHERE, happened_on=THEN))
    back = casebook.households.get(five.id)
    assert back.until is None
    assert who(casebook, five.id) == {"李建国": "0", "王秀英": "1"}
    assert back.address.endswith("5号楼1单元302")
    assert newest(casebook, five.id) == "2026年11月1日 李建国、王秀英返回，住鞍山道12号 5号楼1单元302"
    with pytest.raises(BuiltUpon) as refused:
        casebook.changes.undo(left.id)
    assert "5号楼1单元302" in refused.value.sentence()


def test_who_comes_back_under_another_head_is_seen_from_there(casebook: Casebook, five):
    casebook.changes.make(LeaveAltogether(household_id=five.id, happened_on=date(2026, 5, 1)))
    back = Return(household_id=five.id, resident_ids=five.ids[1:4], heads={five.id: five.ids[2]}, happened_on=THEN)
    casebook.changes.make(back)
    assert who(casebook, five.id) == {"李伟": "0", "王秀英": "5", "单芳": "8"}


def test_a_registered_household_splits_at_the_same_door_with_a_new_book(casebook: Casebook, five, book_of_five):
    made = casebook.changes.make(
        Split(
            household_id=book_of_five,
            resident_ids=five.ids[2:5],
            head_id=five.ids[2],
            relations={five.ids[3]: "1", five.ids[4]: "3"},
            book_number="津和平0099",
            happened_on=THEN,
        )
    )
    new = casebook.households.get(made.ids[0])
    assert (new.kind, new.book_number, new.since) == ("registered", "津和平0099", THEN)
    assert who(casebook, new.id) == {"李伟": "0", "单芳": "1", "李𬱖": "3"}
    assert len(who(casebook, five.id)) == 5, "they live together as before"


def test_a_household_joins_another_one_and_is_closed(casebook: Casebook, five):
    other = alone(casebook)
    casebook.changes.make(
        Join(household_id=other.id, into_household_id=five.id, relations={other.ids[0]: "7"}, happened_on=THEN)
    )
    assert casebook.households.get(other.id).until == THEN
    assert who(casebook, five.id)["赵明"] == "7"
    assert newest(casebook, other.id) == "2026年11月1日 赵明一家并入李建国一家"


def test_another_head_with_the_relations_seen_from_there(casebook: Casebook, five):
    relations = {five.ids[0]: "5", five.ids[1]: "5", five.ids[3]: "1", five.ids[4]: "3"}
    change = HeadChange(household_id=five.id, head_id=five.ids[2], relations=relations, happened_on=THEN)
    casebook.changes.make(change)
    assert who(casebook, five.id) == {"李伟": "0", "单芳": "1", "李𬱖": "3", "李建国": "5", "王秀英": "5"}
    assert newest(casebook, five.id) == "2026年11月1日 户主由李建国变更为李伟"
    assert set(problems(casebook, change)) == {"head_id"}


@pytest.mark.parametrize(
    ("head", "seen"),
    [  # of five: 李建国 head, his wife 王秀英, their son 李伟, 单芳, who is only other, and a grandchild
        (1, {"王秀英": "0", "李建国": "1", "李伟": "2", "单芳": "8", "李𬱖": "4"}),
        (2, {"李伟": "0", "李建国": "5", "王秀英": "5", "单芳": "8", "李𬱖": "8"}),
        (4, {"李𬱖": "0", "李建国": "6", "王秀英": "6", "李伟": "8", "单芳": "8"}),
    ],
)
def test_without_relations_everybody_is_seen_from_the_new_head_or_as_other(casebook: Casebook, five, head, seen):
    change = HeadChange(household_id=five.id, head_id=five.ids[head], happened_on=THEN)
    unsure = [name for name, relation in seen.items() if relation == "8"]
    told = [doubt for doubt in casebook.changes.preview(change).doubts if "new head" in doubt]
    assert len(told) == bool(unsure)
    assert all(name in told[0] for name in unsure)
    made = casebook.changes.make(change)
    assert who(casebook, five.id) == seen
    casebook.changes.undo(made.id)
    assert who(casebook, five.id)["李建国"] == "0"


def test_after_the_death_of_the_head_nobody_stays_the_spouse_of_her_own_son(casebook: Casebook, five):
    homes = {five.id, *(home for home, _kind in casebook.households.get(five.id).other_households)}
    heads = dict.fromkeys(homes, five.ids[2])
    casebook.changes.make(Death(resident_id=five.ids[0], heads=heads, happened_on=THEN))
    assert {who(casebook, home)["王秀英"] for home in homes} == {"5"}


def test_two_marry_and_one_moves_to_the_other(casebook: Casebook):
    one, other = (
        alone(casebook, "赵明", born=date(1990, 1, 1)),
        alone(casebook, "周丽", "202", born=date(1991, 1, 1), sex="2", marital_status="40"),
    )
    casebook.changes.make(
        Marriage(
            resident_id=one.ids[0],
            spouse_id=other.ids[0],
            moves_id=other.ids[0],
            to_household_id=one.id,
            happened_on=THEN,
        )
    )
    assert who(casebook, one.id) == {"赵明": "0", "周丽": "1"}
    assert [casebook.residents.get(p).marital_status for p in (one.ids[0], other.ids[0])] == ["20", "22"]
    assert casebook.households.get(other.id).until == THEN
    assert newest(casebook, one.id) == "2026年11月1日 赵明与周丽结婚，周丽搬到鞍山道12号 4号楼2单元101"
    made = casebook.changes.make(
        Divorce(resident_id=one.ids[0], spouse_id=other.ids[0], moves_id=other.ids[0], happened_on=TODAY)
    )
    assert who(casebook, one.id) == {"赵明": "0"}
    assert [casebook.residents.get(p).marital_status for p in (one.ids[0], other.ids[0])] == ["40", "40"]
    casebook.changes.undo(made.id)
    assert who(casebook, one.id) == {"赵明": "0", "周丽": "1"}


def test_after_a_divorce_under_one_roof_nobody_is_spouse(casebook: Casebook, five):
    casebook.changes.make(Divorce(resident_id=five.ids[0], spouse_id=five.ids[1], happened_on=THEN))
    assert who(casebook, five.id)["王秀英"] == "8"


def test_a_dormitory_needs_no_head_and_a_family_does(casebook: Casebook, five):
    casebook.changes.make(FormChange(household_id=five.id, form="dormitory", happened_on=THEN))
    assert casebook.households.get(five.id).form == "dormitory"
    casebook.changes.make(MoveOut(household_id=five.id, resident_ids=(five.ids[0],), happened_on=THEN))
    family = FormChange(household_id=five.id, form="family", happened_on=TODAY)
    assert "head_id" in problems(casebook, family)
    casebook.changes.make(family.model_copy(update={"head_id": five.ids[1]}))
    assert who(casebook, five.id)["王秀英"] == "0"


def test_a_change_dated_before_somebody_came_or_before_a_later_change_is_refused(casebook: Casebook, five):
    before = MoveOut(household_id=five.id, resident_ids=(five.ids[4],), happened_on=date(2023, 1, 1))
    assert "only since 1 Jan 2024" in problems(casebook, before)["happened_on"]
    casebook.changes.make(HeadChange(household_id=five.id, head_id=five.ids[1], happened_on=TODAY))
    earlier = HeadChange(household_id=five.id, head_id=five.ids[2], happened_on=THEN)
    assert "22 Nov 2026" in problems(casebook, earlier)["happened_on"]
    child = Birth(household_id=five.id, child=person("李安", None, "2"), relation="4", happened_on=THEN)
    assert casebook.changes.preview(child).problems == (), "what does not contradict may come late"


def test_a_change_that_was_built_upon_is_not_taken_back(casebook: Casebook, five):
    first = casebook.changes.make(
        MoveOut(
            household_id=five.id,
            resident_ids=(five.ids[0],),
            heads={five.id: five.ids[1]},
            happened_on=THEN,
        )
    )
    second = casebook.changes.make(
        MoveOut(
            household_id=five.id,
            resident_ids=(five.ids[1],),
            heads={five.id: five.ids[2]},
            happened_on=THEN,
        )
    )
    with pytest.raises(BuiltUpon):  # there would be two heads
        casebook.changes.undo(first.id)
    assert who(casebook, five.id)["李伟"] == "0"
    casebook.changes.undo(second.id)
    casebook.changes.undo(first.id)
    assert who(casebook, five.id)["李建国"] == "0"
    with pytest.raises(CannotUndo):
        casebook.changes.undo(first.id)
    assert [event.may_undo for event in casebook.changes.of_household(five.id)] == [False, False, True]
    casebook.undo(five.operations)  # all that was built upon the registration was taken back
    assert casebook.today().residents == 0


def test_the_undo_of_the_bar_takes_the_whole_change_back(casebook: Casebook, five):
    made = casebook.changes.make(LeaveAltogether(household_id=five.id, happened_on=THEN))
    casebook.undo(made.operations)
    assert len(who(casebook, five.id)) == 5
    assert [event.kind for event in casebook.changes.of_household(five.id)] == ["new"]


def counted(casebook: Casebook, household: str, alone: str = "") -> list[str]:
    """Whose incomes are divided."""
    case = casebook.eligibility.check(household, alone=alone).case
    return [one.id for one in case.people if counts(one)]


def test_a_lodger_is_decided_alone_and_the_family_without_the_lodger(casebook: Casebook, five):
    lodger = MemberEntry(resident=person("租客甲"), relation="8")
    (who_lodges,) = casebook.changes.make(LodgerIn(household_id=five.id, members=(lodger,), happened_on=THEN)).ids
    assert sorted(counted(casebook, five.id)) == sorted(five.ids)
    assert who_lodges not in {r.resident_id for r in casebook.eligibility.check(five.id).results}
    assert counted(casebook, five.id, who_lodges) == [who_lodges]
    results = casebook.eligibility.check(five.id, alone=who_lodges).results
    assert {r.resident_id for r in results} <= {who_lodges, ""}
    assert results


def test_people_of_a_dormitory_share_no_income_and_are_decided_alone(casebook: Casebook, five):
    casebook.changes.make(FormChange(household_id=five.id, form="dormitory", happened_on=THEN))
    assert counted(casebook, five.id) == []
    assert counted(casebook, five.id, five.ids[2]) == [five.ids[2]]


def test_the_dead_are_not_counted_and_in_no_list_of_who_lives_there(casebook: Casebook, five, book_of_five):
    heads = {five.id: five.ids[1], book_of_five: five.ids[1]}
    casebook.changes.make(Death(resident_id=five.ids[0], heads=heads, happened_on=THEN))
    assert five.ids[0] not in counted(casebook, five.id)
    assert {result.resident_id for result in casebook.eligibility.check(five.id).results} >= {five.ids[0], five.ids[1]}
    casebook.screening.bring_up_to_date()
    assert "李建国" not in {member.resident.name for member in casebook.households.get(five.id).members}


def test_a_household_that_came_back_and_was_left_again_by_mistake_is_taken_back_step_by_step(casebook: Casebook, five):
    left = casebook.changes.make(LeaveAltogether(household_id=five.id, happened_on=THEN))
    back = casebook.changes.make(
        Return(household_id=five.id, resident_ids=five.ids[:1], heads={five.id: five.ids[0]}, happened_on=THEN)
    )
    again = casebook.changes.make(LeaveAltogether(household_id=five.id, happened_on=THEN))
    assert [event.may_undo for event in casebook.changes.of_household(five.id)][:2] == [True, False]
    casebook.changes.undo(again.id)
    assert list(who(casebook, five.id)) == ["李建国"]
    assert [event.may_undo for event in casebook.changes.of_household(five.id)][:2] == [False, True]
    casebook.changes.undo(back.id)
    casebook.changes.undo(left.id)
    assert len(who(casebook, five.id)) == 5


def test_the_households_of_several_people_are_found_once_each_and_by_kind(casebook, five):
    all_of_them = casebook.households.of_residents(five.ids)
    assert [home.kind for home in all_of_them] == ["living", "registered"]
    assert all_of_them == casebook.households.of_resident(five.ids[0])
    assert casebook.households.of_residents(five.ids, "registered") == all_of_them[1:]
    assert casebook.households.of_residents([], "living") == []
