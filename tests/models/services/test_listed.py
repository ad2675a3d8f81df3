"""Taking in a list of residents: looked at first, all or nothing, and twice is once."""

from datetime import date

import pytest

from models.casebook import Casebook
from models.records.household import HouseholdEntry, MemberEntry
from models.records.resident import DocumentEntry
from models.services.changes.refusing import ChangeRefused
from models.services.listed import ListStopped
from tests.models.services.people import HOME, five_people, person

CARD = "11010519491231002X"


def household(*members: MemberEntry, door: str = "501") -> HouseholdEntry:
    return HouseholdEntry(dwelling=HOME.model_copy(update={"door": door}), members=members)


def member(name: str, relation: str = "8", **more: object) -> MemberEntry:
    return MemberEntry(resident=person(name, **more), relation=relation)


NEW = (
    household(member("赵明", "0"), member("钱芳", "1", born=date(1955, 1, 1), sex="2"), door="101"),
    household(member("孙强", "0", born=None), door="102"),
)


def count(casebook: Casebook) -> int:
    return len(casebook.residents.ids())


def test_a_list_is_looked_at_and_then_taken_in_as_one(casebook: Casebook):
    preview = casebook.listed.preview(NEW)
    assert (preview.count("new"), preview.people, preview.people_known) == (2, 3, 0)
    assert count(casebook) == 0
    done = casebook.listed.take_in(NEW)
    assert len(done.ids) == 2
    assert [m.resident.name for m in casebook.households.get(done.ids[0]).members] == ["赵明", "钱芳"]
    assert casebook.residents.find("zhaoming")


def test_taken_in_again_it_adds_nobody_whom_it_can_tell(casebook: Casebook):
    casebook.listed.take_in(NEW[:1])
    preview = casebook.listed.preview(NEW[:1])
    assert (preview.count("known"), preview.people, preview.people_known) == (1, 0, 2)
    assert casebook.listed.take_in(NEW[:1]).ids == ()
    assert count(casebook) == 2


def test_who_is_new_in_a_household_that_is_here_comes_to_it_and_the_head_stays(casebook: Casebook):
    there = casebook.households.register(five_people())
    entry = household(
        member("李老", "8", documents=(DocumentEntry(kind="resident_card", number=CARD),)),
        member("李新", "0", born=date(2020, 1, 1)),
    )
    (one,) = casebook.listed.preview([entry]).households
    assert (one.standing, one.household_id, one.known) == ("partly", there.id, (there.ids[0], ""))
    casebook.listed.take_in([entry])
    members = casebook.households.get(there.id).members
    assert [m.resident.name for m in members if m.relation == "0"] == ["李建国"]
    assert "李新" in [m.resident.name for m in members]
    assert "李老" not in [m.resident.name for m in members], "the register keeps its own words"


def test_nobody_is_moved_by_a_list(casebook: Casebook):
    there = casebook.households.register(five_people())
    entry = household(
        member("李建国", "0", documents=(DocumentEntry(kind="resident_card", number=CARD),)), member("李新"), door="9"
    )
    assert casebook.listed.preview([entry]).households[0].standing == "elsewhere"
    assert casebook.listed.take_in([entry]).ids == ()
    assert len(casebook.households.get(there.id).members) == 5
    assert count(casebook) == 5


def test_two_numbers_are_two_people_however_alike_they_are(casebook: Casebook):
    casebook.households.register(five_people())
    twin = person("李建国", documents=(DocumentEntry(kind="passport", number="E12345678"),))
    entry = household(MemberEntry(resident=twin, relation="0"), door="9")
    assert casebook.listed.preview([entry]).households[0].standing == "new"
    without = household(member("李建国", "0"), door="9")
    assert casebook.listed.preview([without]).households[0].standing == "known"


def test_a_list_that_is_stopped_leaves_nothing(casebook: Casebook):
    told: list[int] = []
    many = [household(member(f"赵{chr(0x4E00 + n)}", "0", born=None), door=str(n)) for n in range(150)]
    with pytest.raises(ListStopped):
        casebook.listed.take_in(many, told.append, lambda: bool(told))
    assert told == [100]
    assert count(casebook) == 0


def test_a_household_that_cannot_be_leaves_nothing_of_the_whole_list(casebook: Casebook, monkeypatch):
    from models.services import listed

    def refuse(*_said: object, **_more: object) -> list[str]:
        raise ChangeRefused(problems=[("members", "no")])

    casebook.households.register(five_people())
    monkeypatch.setattr(listed, "come", refuse)
    entry = household(member("李建国", "0"), member("李新", born=date(2020, 1, 1)))
    with pytest.raises(ChangeRefused):
        casebook.listed.take_in([*NEW, entry])
    assert count(casebook) == 5


def test_it_can_be_taken_back_as_a_whole(casebook: Casebook):
    done = casebook.listed.take_in(NEW)
    casebook.undo(done.operations)
    assert count(casebook) == 0
