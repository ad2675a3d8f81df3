"""Who may be the same person: what speaks for it and against it, held to duplicates and to people merely near."""

from datetime import date

import pytest
from stdnum.iso7064 import mod_11_2

from desktop.sample import sample_households
from models.casebook import Casebook
from models.records.household import MemberEntry
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from models.services.comparing import Traits, alike, compare, near_numbers, swapped
from models.services.likeness_weights import WEIGHTS
from tests.conftest import NOW, OFFICE
from tests.models.services.doubles import doubles, strangers
from tests.models.services.people import HOME, five_people, person

CARD = "11010519491231002X"


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("王秀英", "王秀英", "name_same"),
        ("买买提·吐尔逊江", "买买提吐尔逊江", "name_same"),
        ("陈丽华", "陳麗華", "name_variant"),
        ("李建国", "李建囯", "name_variant"),
        ("李建国", "李健国", "name_sound"),
        ("单雄", "善雄", "name_sound"),
        ("单雄", "丹雄", "name_sound"),
        ("王秀英", "Wang Xiuying", "name_sound"),
        ("王秀英", "王秀芳", "name_character"),
        ("王秀英", "王英秀", "name_character"),
        ("王秀英", "王英", "name_character"),
        ("张淼", "张渺", "name_sound"),
        ("王磊", "王伟", "name_given"),
        ("阿依古丽·艾合买提", "阿依古丽", "name_part"),
        ("王秀英", "李国庆", "name_differs"),
    ],
)
def test_how_two_names_stand_to_each_other(one: str, other: str, found: str):
    assert alike(one, other) == found
    assert alike(other, one) == found


def test_the_table_says_why_and_on_which_side_each_observation_stands():
    assert all(len(weight.why) > 15 and 0 < weight.same < 1 and 0 < weight.others < 1 for weight in WEIGHTS.values())
    against = {code for code, weight in WEIGHTS.items() if weight.bits < 0}
    assert against == {
        "number_sequence",
        "number_differs",
        "name_given",
        "name_differs",
        "birth_differs",
        "sex_differs",
        "household_same",
    }


def test_dates_and_numbers_that_one_slip_makes_are_looked_for():
    assert swapped(date(1952, 3, 8)) == date(1952, 8, 3)
    assert swapped(date(1952, 3, 18)) is None
    assert swapped(date(1952, 3, 3)) is None
    numbers = near_numbers(CARD)
    assert len(numbers) == 17 * 9
    assert CARD not in numbers


def test_twins_stay_two_and_a_copying_slip_is_one():
    born = date(2018, 9, 1)
    one = Traits("李一诺", sex="2", born=born, numbers=frozenset({("resident_card", "120101201809010022")}))
    twin = Traits("李一凡", sex="2", born=born, numbers=frozenset({("resident_card", "120101201809010049")}))
    assert compare(one, twin).level == ""
    slip = Traits(
        "李一诺", sex="2", born=date(2018, 8, 1), numbers=frozenset({("resident_card", "120101201808010029")})
    )
    assert "number_digit" in compare(one, slip).codes
    assert compare(one, slip).level == "certain" or compare(one, slip).level == "likely"


def test_what_speaks_against_it_is_said_too(casebook: Casebook, five):
    hers = "12010119500308001"
    other_card = DocumentEntry(kind="resident_card", number=hers + mod_11_2.calc_check_digit(hers))
    found = casebook.residents.likely_duplicates(person(documents=(other_card,)))
    assert [like.row.id for like in found] == [five.ids[0]]
    assert found[0].doubts == ("Two different document numbers",)
    assert found[0].level == "possible"


def test_a_certificate_and_a_card_of_one_person_are_brought_together(casebook: Casebook, five):
    certificate = DocumentEntry(kind="disability_cert", number=CARD + "44")
    found = casebook.residents.likely_duplicates(ResidentEntry(name="某人", documents=(certificate,)))
    assert found[0].row.id == five.ids[0]
    assert found[0].certain
    assert found[0].reasons[0] == "The disability certificate carries the same identity number"


def test_a_former_name_a_phone_and_a_door_count(casebook: Casebook, five):
    married = ResidentEntry(name="王敏", former_name="王秀英", sex="2", birth_date=date(1952, 6, 1))
    assert casebook.residents.likely_duplicates(married)[0].row.id == five.ids[1]
    no_birth = ResidentEntry(name="李建国", phones=(PhoneEntry(number="13820001234"),))
    far, at_home = (casebook.residents.likely_duplicates(no_birth, near=near)[0] for near in (None, HOME))
    assert (far.row.id, at_home.row.id) == (five.ids[0], five.ids[0])
    assert "The same door" in at_home.reasons
    assert at_home.bits > far.bits


def test_somebody_who_joins_the_household_is_weighed_against_its_people(casebook: Casebook, five):
    brother = person("李卫", date(1985, 1, 2))
    apart = casebook.residents.likely_duplicates(brother, near=HOME)
    inside = casebook.residents.likely_duplicates(brother, household_id=five.id)
    assert [like.row.id for like in apart] == [five.ids[2]]
    assert inside[0].bits < apart[0].bits
    assert "Both stand in the same household" in inside[0].doubts


def test_not_the_same_is_remembered_until_a_number_says_otherwise(casebook: Casebook, five):
    again = casebook.residents.register(person())
    assert [like.row.id for like in casebook.residents.alike(again.id)] == [five.ids[0]]
    casebook.residents.not_same(again.id, five.ids[0], "表兄弟，同名同日生")
    assert casebook.residents.alike(again.id) == []
    assert casebook.residents.likely_duplicates(person(), resident_id=again.id) == []
    with_number = person(documents=(DocumentEntry(kind="resident_card", number=CARD),))
    assert casebook.residents.likely_duplicates(with_number, resident_id=again.id)[0].same_number
    casebook.residents.amend(again.id, with_number)
    assert [like.row.id for like in casebook.residents.alike(again.id)] == [five.ids[0]]
    casebook.residents.not_same(again.id, five.ids[0], "号码录错，待核")
    assert casebook.residents.alike(again.id) == [], "said with the number in sight, it holds"


def test_taking_not_the_same_back_shows_the_pair_again(casebook: Casebook, five):
    again = casebook.residents.register(person())
    said = casebook.residents.not_same(again.id, five.ids[0])
    casebook.undo(said.operations)
    assert [like.row.id for like in casebook.residents.alike(again.id)] == [five.ids[0]]


def test_of_duplicates_with_slips_nearly_all_are_found_and_near_people_are_left_in_peace(casebook: Casebook):
    people = []
    for household in sample_households(300, OFFICE.code, NOW.date()):
        made = casebook.households.register(household)
        for resident, member in zip(made.ids, household.members, strict=True):
            if isinstance(member, MemberEntry) and member.resident is not None:
                people.append((resident, member.resident, household.dwelling))
    twice, others = list(doubles(people, 96)), list(strangers(people, 100))
    found = likely = 0
    for typed in twice:
        hits = {like.row.id: like.level for like in casebook.residents.likely_duplicates(typed.entry, near=typed.near)}
        found += typed.truth in hits
        likely += hits.get(typed.truth) in ("certain", "likely")
    wrongly = shown = 0
    for typed in others:
        levels = [like.level for like in casebook.residents.likely_duplicates(typed.entry, near=typed.near)]
        shown += bool(levels)
        wrongly += bool({"certain", "likely"} & set(levels))
    assert found / len(twice) >= 0.97
    assert likely / len(twice) >= 0.92
    assert likely / (likely + wrongly) >= 0.96
    assert shown / len(others) <= 0.30, "twins are worth a look, nobody else"
