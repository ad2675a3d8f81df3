"""Registering residents and households, amending them, finding them, and comparing them with those already there."""

from datetime import date

import pytest
from sqlalchemy import text

from models.casebook import Casebook
from models.errors import NotFound, WriteOutsideVerb
from models.records.fact import FactEntry
from models.records.household import MemberEntry
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from tests.models.services.people import HOME, five_people, person


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


def test_a_household_of_five_is_registered_in_one_go(casebook: Casebook, five):
    household = casebook.households.get(five.id)
    assert [m.resident.name for m in household.members] == ["李建国", "王秀英", "李伟", "李𬱖", "单芳"]
    assert len(five.ids) == 5
    assert household.kind == "living"
    assert household.address == "和平区劝业场街道花园路社区鞍山道12号3号楼2单元501"
    assert [kind for _id, kind in household.other_households] == ["registered"]
    assert {"resident", "household", "membership", "dwelling", "fact"} <= five.entities


def test_numbers_are_masked_until_revealed_and_the_reveal_is_journalled(casebook: Casebook, five):
    view = casebook.residents.get(five.ids[0])
    assert view.documents[0].masked == "110105********002X"
    assert view.phones[0].masked == "138****1234"
    assert casebook.residents.reveal(five.ids[0], "number", view.documents[0].id, "check") == "11010519491231002X"
    with casebook._book.reading() as connection:
        actions = list(connection.execute(text("select action, detail from audit order by chain, seq")))
    assert ("view", "") in [tuple(row) for row in actions]
    assert ("reveal", "number") in [tuple(row) for row in actions]
    assert not any("110105" in str(row) for row in actions)


@pytest.mark.parametrize(
    "typed",
    ["李建国", "建国", "lijianguo", "ljg", "LJG", "002X", "1234", "鞍山道12号", "李建"],
)
def test_a_resident_is_found_by_name_pinyin_initials_tails_and_address(casebook: Casebook, five, typed: str):
    assert five.ids[0] in casebook.residents.find(typed)


@pytest.mark.parametrize("typed", ["单芳", "shanfang", "sf", "df", "danfang"])
def test_every_reading_of_a_surname_finds_it(casebook: Casebook, five, typed: str):
    assert casebook.residents.find(typed)[0] == five.ids[3]


def test_what_is_not_there_is_not_found(casebook: Casebook, five):
    assert casebook.residents.find("欧阳修") == []
    with pytest.raises(NotFound):
        casebook.residents.get("nobody")
    with pytest.raises(NotFound):
        casebook.households.get("nowhere")


def test_amending_writes_only_what_differs_and_keeps_the_history(casebook: Casebook, five):
    before = casebook.residents.entry_of(five.ids[0])
    after = before.model_copy(
        update={"education": "60", "phones": (PhoneEntry(number="13820009999"),), "name": "李建囯"}
    )
    casebook.residents.amend(five.ids[0], after)
    assert casebook.residents.entry_of(five.ids[0]).education == "60"
    assert casebook.residents.find("9999") == [five.ids[0]]
    assert five.ids[0] not in casebook.residents.find("13820001234")
    assert any("education" in line.text and "name" in line.text for line in casebook.residents.timeline(five.ids[0]))
    changes = casebook._book
    with changes.reading() as connection:
        count = connection.execute(text("select count(*) from operation")).scalar()
    casebook.residents.amend(five.ids[0], after)
    with changes.reading() as connection:
        assert connection.execute(text("select count(*) from operation")).scalar() == count


def test_a_person_without_any_document_is_welcome(casebook: Casebook):
    made = casebook.residents.register(ResidentEntry(name="老张"))
    view = casebook.residents.get(made.id)
    assert view.provisional_number.startswith("L20261122")
    assert casebook.residents.find(view.provisional_number) == [made.id]
    assert view.tasks["register"] == "in_progress"


def test_likely_duplicates_are_named_with_their_reasons(casebook: Casebook, five):
    same_number = person("李建囯", None, documents=(DocumentEntry(kind="resident_card", number="11010519491231002X"),))
    found = casebook.residents.likely_duplicates(same_number)
    assert found[0].row.id == five.ids[0]
    assert found[0].certain
    same_birth = casebook.residents.likely_duplicates(person())
    assert [likeness.row.id for likeness in same_birth] == [five.ids[0]]
    assert same_birth[0].reasons == ("The same name", "The same birth date")
    sounds = casebook.residents.likely_duplicates(person("李健国"))
    assert sounds[0].reasons == ("A name that sounds the same", "The same birth date")
    old_card = DocumentEntry(kind="resident_card_15", number="110105491231002")
    assert casebook.residents.likely_duplicates(person("某人", None, documents=(old_card,)))[0].certain
    assert casebook.residents.likely_duplicates(person("赵钱孙", date(1990, 1, 1))) == []


def test_somebody_joins_and_leaves_with_their_days(casebook: Casebook, five):
    joined = casebook.households.add_member(
        five.id, MemberEntry(resident=person("李安"), relation="2"), date(2026, 5, 1)
    )
    household = casebook.households.get(five.id)
    membership = next(m for m in household.members if m.resident.id == joined.id)
    assert membership.since == date(2026, 5, 1)
    casebook.households.end_membership(membership.id, date(2026, 11, 1))
    household = casebook.households.get(five.id)
    assert joined.id not in [m.resident.id for m in household.members]
    assert [m.resident.id for m in household.former] == [joined.id]
    assert casebook.residents.rows([joined.id])[0].address == ""


def test_two_households_at_one_door_share_the_dwelling(casebook: Casebook, five):
    other = five_people().model_copy(update={"members": (MemberEntry(resident=person("租客甲"), relation="0"),)})
    made = casebook.households.register(other)
    assert casebook.households.get(made.id).dwelling_id == casebook.households.get(five.id).dwelling_id
    assert other.dwelling == HOME


def test_a_newcomer_is_known_as_a_new_resident(casebook: Casebook, five):
    assert casebook.residents.get(five.ids[2]).new_resident is True
    assert casebook.residents.get(five.ids[4]).new_resident is None
    three_years = FactEntry(name="hukou_tianjin_since", value="2023-11-22")
    casebook.facts.record("resident", five.ids[0], [three_years])
    assert casebook.residents.get(five.ids[0]).new_resident is False
    casebook.facts.record("resident", five.ids[0], [FactEntry(name="hukou_tianjin_since", value="2023-11-23")])
    assert casebook.residents.get(five.ids[0]).new_resident is True


def test_the_newest_statement_of_a_fact_counts_and_expires_on_its_day(casebook: Casebook, five, clock):
    def permit():
        return next(f for f in casebook.facts.of(five.ids[2]) if f.name == "residence_permit")

    assert permit().state == "known"
    clock.move(days=18)
    assert permit().state == "known"
    clock.move(days=1)
    assert permit().state == "expired"
    older = FactEntry(name="residence_permit", value=False, as_of=date(2020, 1, 1))
    casebook.facts.record("resident", five.ids[2], [older])
    assert permit().value is True, "a statement about an earlier day does not replace a later one"
    casebook.facts.record("resident", five.ids[2], [FactEntry(name="residence_permit", state="refused")])
    assert (permit().state, permit().value) == ("refused", None)


def test_a_write_past_the_verbs_is_stopped(casebook: Casebook, five):
    with pytest.raises(WriteOutsideVerb), casebook._book.writing() as connection:
        connection.execute(text("update resident set name = 'x'"))
    assert casebook.residents.row(five.ids[0]).name == "李建国"


def test_a_verb_that_fails_in_the_middle_leaves_nothing(casebook: Casebook, five):
    entry = five_people()
    broken = entry.model_copy(update={"members": (*entry.members, MemberEntry())})
    before = casebook.today().residents
    with pytest.raises(ValueError, match="somebody new or somebody"):
        casebook.households.register(broken)
    assert casebook.today().residents == before


def test_what_was_registered_is_there_after_closing_and_opening(casebook: Casebook, five, reopen):
    before = [casebook.residents.entry_of(resident) for resident in five.ids]
    again = reopen(casebook)
    assert [again.residents.entry_of(resident) for resident in five.ids] == before
    again.close()
