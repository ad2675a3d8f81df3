"""A person in two places: hukou elsewhere, work elsewhere, another home; and everything about where somebody is."""

from datetime import date

import pytest

from models.casebook import Casebook
from models.errors import NotFound
from models.records.change import LodgerIn, MoveHousehold, MoveIn, MoveOut
from models.records.household import HouseholdEntry, MemberEntry
from models.records.place import PlaceEntry
from models.services.changes import ChangeRefused
from models.services.places_views import WhereLine
from models.texts import speaking
from tests.models.services.people import HOME, five_people, person

TODAY, THEN = date(2026, 11, 22), date(2026, 11, 1)
NEW_DOOR = HOME.model_copy(update={"building": "5", "unit": "1", "door": "302"})


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


@pytest.fixture
def lodger(casebook: Casebook, five) -> str:
    member = MemberEntry(resident=person("租客甲"), relation="8")
    return casebook.changes.make(LodgerIn(household_id=five.id, members=(member,), happened_on=THEN)).ids[0]


def texts(casebook: Casebook, resident: str) -> list[str]:
    with speaking("zh_CN"):
        return [line.text for line in casebook.places.whereabouts(resident).now]


def test_somebody_has_the_hukou_elsewhere_lodges_here_and_works_in_a_third_place(casebook: Casebook, lodger: str):
    casebook.places.add(PlaceEntry(resident_id=lodger, kind="hukou", division="13", address="唐山路南区"))
    casebook.places.add(PlaceEntry(resident_id=lodger, kind="work", division="120116", since=date(2026, 3, 1)))
    assert texts(casebook, lodger) == [
        "户籍地：河北省 唐山路南区",
        "住花园路社区 鞍山道12号 3号楼2单元501（租客），2026年11月1日起",
        "工作地：滨海新区，2026年3月1日起",
    ]
    with speaking("zh_CN"):
        told = [line.text for line in casebook.residents.timeline(lodger) if line.kind == "event"]
    assert "租客甲的工作地：滨海新区" in told


def test_registered_and_living_household_stand_side_by_side_with_their_own_days(casebook: Casebook, five):
    casebook.changes.make(MoveHousehold(household_id=five.id, dwelling=NEW_DOOR, happened_on=THEN))
    assert texts(casebook, five.ids[0]) == [
        "户籍在本地：花园路社区 鞍山道12号 3号楼2单元501，2024年1月1日起",
        "住花园路社区 鞍山道12号 5号楼1单元302，2024年1月1日起",
    ]


def places_of(casebook: Casebook, resident_id: str) -> list[WhereLine]:
    found = casebook.places.whereabouts(resident_id)
    return [line for line in (*found.now, *found.past) if line.place_id]


def test_a_place_ends_and_stays_in_the_history(casebook: Casebook, lodger: str):
    made = casebook.places.add(PlaceEntry(resident_id=lodger, kind="work", address="劝业场", since=date(2026, 3, 1)))
    with pytest.raises(ChangeRefused):
        casebook.places.end(made.id, date(2026, 2, 1))
    ended = casebook.places.end(made.id, THEN)
    found = casebook.places.whereabouts(lodger)
    assert [line.kind for line in found.now] == ["living"]
    assert [(line.kind, line.until, line.place_id) for line in found.past] == [("work", THEN, made.id)]
    casebook.undo(ended.operations)
    assert [line.until for line in places_of(casebook, lodger)] == [None]
    casebook.places.remove(made.id)
    assert places_of(casebook, lodger) == []


def test_a_new_hukou_place_ends_the_one_of_before_and_registration_here_ends_it_too(casebook: Casebook, five, lodger):
    casebook.places.add(PlaceEntry(resident_id=lodger, kind="hukou", division="13"))
    casebook.places.add(PlaceEntry(resident_id=lodger, kind="hukou", division="37", since=THEN))
    assert [line.until for line in places_of(casebook, lodger)] == [None, THEN]
    assert "Shandong" in places_of(casebook, lodger)[0].text
    book = next(home for home, kind in casebook.households.get(five.id).other_households if kind == "registered")
    change = MoveIn(household_id=book, members=(MemberEntry(resident_id=lodger, relation="8"),), happened_on=TODAY)
    casebook.changes.make(change)
    assert [line.until for line in places_of(casebook, lodger)] == [TODAY, THEN]


def test_what_cannot_be_is_refused_beside_its_field(casebook: Casebook, five):
    with pytest.raises(ChangeRefused) as refused:
        casebook.places.add(PlaceEntry(resident_id=five.ids[0], kind="hukou", since=date(2027, 1, 1)))
    assert [name for name, _sentence in refused.value.problems] == ["since", "address", "kind"]
    with pytest.raises(NotFound):
        casebook.places.add(PlaceEntry(resident_id="nobody", kind="work", address="x"))


def test_what_an_event_tells_is_not_told_again_field_by_field(casebook: Casebook, five):
    made = casebook.changes.make(
        MoveHousehold(household_id=five.id, dwelling=NEW_DOOR, happened_on=THEN, note="旧楼改造")
    )
    kinds = [(line.on, line.kind) for line in casebook.households.timeline(five.id)]
    assert kinds == [(THEN, "event"), (date(2024, 1, 1), "event")]
    with speaking("zh_CN"):
        assert casebook.households.timeline(five.id)[0].text == (
            "李建国一家从3号楼2单元501搬到5号楼1单元302（旧楼改造）"
        )
    casebook.changes.undo(made.id)
    assert [line.kind for line in casebook.households.timeline(five.id)] == ["event", "event"]


def test_a_door_remembers_who_came_and_who_left(casebook: Casebook, five):
    door = casebook.households.get(five.id).dwelling_id
    casebook.changes.make(MoveHousehold(household_id=five.id, dwelling=NEW_DOOR, happened_on=date(2026, 5, 1)))
    new = casebook.households.get(five.id).dwelling_id
    other = casebook.households.register(
        HouseholdEntry(
            dwelling=HOME,
            members=(MemberEntry(resident=person("赵明"), relation="0"),),
            kinds=("living",),
            since=date(2026, 6, 1),
        )
    )
    casebook.changes.make(MoveOut(household_id=other.id, resident_ids=other.ids, happened_on=THEN))
    with speaking("zh_CN"):
        old_door = [line.text for line in casebook.households.dwelling_timeline(door)]
        new_door = [line.text for line in casebook.households.dwelling_timeline(new)]
    assert old_door == [
        "赵明搬出鞍山道12号 3号楼2单元501",
        "赵明入住鞍山道12号 3号楼2单元501（2026年11月22日登记）",
        "李建国一家从3号楼2单元501搬到5号楼1单元302",
        "李建国、王秀英、李伟等5人入住鞍山道12号 3号楼2单元501（2026年11月22日登记）",
    ]
    assert new_door == ["李建国一家从3号楼2单元501搬到5号楼1单元302"]
