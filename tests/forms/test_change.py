"""The form of a household's change: each kind gives its entry, problems stand beside their questions."""

from datetime import date

import pytest

from forms import change, definitions
from models.records import change as records
from models.records.change import KIND
from models.records.household import DwellingEntry, MemberEntry
from models.records.kinship import Kin, relation_to
from models.records.resident import ResidentEntry

ON = date(2026, 11, 22)
DAY = date(2026, 11, 1)
DOOR = DwellingEntry(community_code="120101001001", street_line="鞍山道12号", building="3", unit="2", door="501")
TYPED_DOOR = {name: value for name, value in DOOR.model_dump().items() if value}

ENTRIES = (
    records.Birth(
        happened_on=DAY,
        household_id="h",
        child=ResidentEntry(name="王小宝", sex="1", birth_date=DAY, birth_source="told"),
        relation="4",
        mother_id="m",
        registered_household_id="r",
        registered_relation="2",
    ),
    records.Death(
        happened_on=DAY, resident_id="a", widowed_id="b", heads={"h": "b"}, relations={"c": "5"}, note="病故"
    ),
    records.MoveIn(
        happened_on=DAY,
        household_id="h",
        members=(
            MemberEntry(resident_id="x", relation="7"),
            MemberEntry(resident=ResidentEntry(name="孙大伟", sex="1"), relation="8", counts=False),
        ),
        registered_household_id="r",
        origin=records.Elsewhere(division="13", address="沧州"),
    ),
    records.LodgerIn(
        happened_on=DAY,
        household_id="h",
        members=(MemberEntry(resident_id="x", counts=False, also_registered_here=False),),
        standing="carer",
    ),
    records.MoveOut(happened_on=DAY, household_id="h", resident_ids=("a", "b"), to_household_id="k", heads={"h": "c"}),
    records.MoveOut(happened_on=DAY, household_id="h", resident_ids=("a",), to_dwelling=DOOR),
    records.MoveOut(happened_on=DAY, household_id="h", resident_ids=("a",)),
    records.MoveOut(
        happened_on=DAY, household_id="h", resident_ids=("a", "b"), to_dwelling=DOOR, relations={"a": "0", "b": "1"}
    ),
    records.MoveHousehold(happened_on=DAY, household_id="h", dwelling=DOOR),
    records.MoveHousehold(happened_on=DAY, household_id="h", dwelling=DOOR, registered_household_id="r"),
    records.LeaveAltogether(happened_on=DAY, household_id="h", destination=records.Elsewhere(division="11")),
    records.Return(happened_on=DAY, household_id="h", resident_ids=("a", "b")),
    records.Return(happened_on=DAY, household_id="h", resident_ids=("a",), dwelling=DOOR, heads={"h": "a"}),
    records.Split(happened_on=DAY, household_id="h", resident_ids=("a", "b"), head_id="a", relations={"b": "1"}),
    records.Split(
        happened_on=DAY, household_id="h", resident_ids=("a",), head_id="a", heads={"h": "c"}, book_number="0123"
    ),
    records.Join(happened_on=DAY, household_id="h", into_household_id="k"),
    records.HeadChange(happened_on=DAY, household_id="h", head_id="b", relations={"a": "5", "c": "7"}),
    records.Marriage(happened_on=DAY, resident_id="a", spouse_id="b"),
    records.Marriage(
        happened_on=DAY, resident_id="a", spouse_id="b", again=True, moves_id="b", to_household_id="h", relation="3"
    ),
    records.Divorce(happened_on=DAY, resident_id="a", spouse_id="b"),
    records.Divorce(happened_on=DAY, resident_id="a", spouse_id="b", moves_id="a", to_dwelling=DOOR),
    records.Divorce(happened_on=DAY, resident_id="a", spouse_id="b", moves_id="a"),
    records.StandingChange(happened_on=DAY, household_id="h", resident_id="a", counts=False, standing="belongs"),
    records.FormChange(happened_on=DAY, household_id="h", form="dormitory"),
    records.FormChange(happened_on=DAY, household_id="h", form="family", head_id="a", relations={"b": "1"}),
)


def read(**answers):
    return definitions.load("change").read(answers, ON)


def fields(found):
    return [problem.field for problem in found]


def test_every_kind_of_change_can_be_told():
    assert {KIND[type(entry)] for entry in ENTRIES} == set(KIND.values())
    assert {code for code, _label in definitions.load("change").question("kind").choices} == set(KIND.values())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: KIND[type(entry)])
def test_an_entry_is_read_again_from_the_answers_that_make_it(entry):
    form = definitions.load("change")
    reading = form.read(form.answers(entry), ON)
    assert reading.problems == ()
    assert reading.entry == entry


def test_without_a_kind_only_the_kind_is_asked_for():
    reading = read()
    assert fields(reading.problems) == ["kind"]
    assert definitions.load("change").asked({}, ON) == ("kind", "note")


def test_what_is_missing_is_told_beside_its_own_question():
    assert fields(read(kind="birth", household_id="h").problems) == [
        "child_name",
        "child_sex",
        "born_on",
        "child_relation",
    ]
    assert fields(read(kind="move_out", household_id="h", where_to="door", people=["a"]).problems) == [
        "to_dwelling.community_code",
        "happened_on",
    ]
    assert fields(read(kind="join", household_id="h", where_to="household", happened_on="2026-11-1").problems) == [
        "to_household_id"
    ]


def test_nobody_leaves_without_its_being_told_who_is_head_then():
    heads = [{"household_id": "h", "head_id": "", "relations": {}}]
    reading = read(kind="death", resident_id="a", died_on="2026-11-1", heads=heads)
    assert fields(reading.problems) == ["heads.0.head_id"]
    heads[0] |= {"head_id": "b", "relations": {"b": "", "c": ""}}
    reading = read(kind="death", resident_id="a", died_on="2026-11-1", heads=heads)
    assert fields(reading.problems) == ["heads.0.relations.c"]
    heads[0]["names"] = {"c": "李想"}
    reading = read(kind="death", resident_id="a", died_on="2026-11-1", heads=heads)
    assert "李想" in reading.problems[0].sentence
    heads[0]["relations"]["c"] = "2"
    entry = read(kind="death", resident_id="a", died_on="2026-11-1", heads=heads).entry
    assert (entry.heads, entry.relations) == ({"h": "b"}, {"c": "2"})


def test_where_the_head_stays_only_the_relations_are_told():
    heads = [{"household_id": "k", "head_id": "z", "fixed": True, "relations": {"a": "7"}}]
    entry = read(
        kind="join", household_id="h", where_to="household", to_household_id="k", happened_on="2026-11-1", heads=heads
    ).entry
    assert entry.relations == {"a": "7"}


def test_a_split_tells_the_heads_of_both_households():
    heads = [
        {"household_id": "", "head_id": "a", "relations": {"b": "1"}},
        {"household_id": "h", "head_id": "c", "relations": {"d": "2"}},
    ]
    entry = read(
        kind="split", household_id="h", people=["a", "b"], where_to="same_door", happened_on="2026-11-1", heads=heads
    ).entry
    assert (entry.head_id, entry.heads, entry.relations) == ("a", {"h": "c"}, {"b": "1", "d": "2"})
    assert entry.dwelling is None


def test_what_was_picked_in_a_finder_counts_by_its_key():
    answers = {"kind": "marriage", "resident_id": "a", "where_to": "stays", "happened_on": "2026年11月1日"}
    assert read(**answers, spouse_id={"key": "b", "words": "刘敏"}).entry.spouse_id == "b"
    assert fields(read(**answers, spouse_id={"key": "", "words": ""}).problems) == ["spouse_id"]


def test_lodgers_stand_in_no_relation_and_do_not_count():
    rows = [{"resident_id": "x", "relation": "", "counts": "yes", "also_registered_here": "yes"}]
    entry = read(kind="lodger_in", household_id="h", members=rows, standing="lodger", happened_on="2026-11-1").entry
    assert (entry.members[0].counts, entry.members[0].also_registered_here) == (False, False)


def test_a_way_that_this_kind_does_not_know_is_refused_and_a_future_day_doubted():
    reading = read(kind="left", household_id="h", where_to="same_door", happened_on="2027-1-1")
    assert fields(reading.problems) == ["where_to"]
    assert fields(reading.warnings) == ["happened_on"]


def test_a_province_that_there_is_not_is_refused():
    reading = read(kind="left", household_id="h", where_to="elsewhere", elsewhere_province="99", happened_on="2026-1-1")
    assert fields(reading.problems) == ["elsewhere_province"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: KIND[type(entry)])
def test_what_the_records_say_of_a_field_is_told_beside_a_question_of_that_kind(entry):
    kind = KIND[type(entry)]
    asked = {question.id for question in definitions.load("change").questions}
    for field in type(entry).model_fields:
        question = change.question_of(kind, field)
        assert question in asked or (question, field) == ("", "household_id")


@pytest.mark.parametrize(
    ("head", "person", "relation"),
    [
        (Kin("1"), Kin("0"), "1"),  # the wife becomes head: he is her husband
        (Kin("1"), Kin("5"), "5"),
        (Kin("2", "1", 40), Kin("0"), "5"),  # the son becomes head: the old head is his parent
        (Kin("2", "1", 40), Kin("2", "1", 38), "7"),
        (Kin("2", "1", 40), Kin("3", "2", 38), ""),  # his sister, or his wife
        (Kin("3", "2", 30), Kin("2", "1", 12), "7"),  # a child cannot be her husband
        (Kin("3", "2", 30), Kin("4", "1", 5), ""),  # her child, or her brother's
        (Kin("5", "1", 70), Kin("0", "1"), "2"),
        (Kin("5", "1", 70), Kin("1", "2"), "3"),  # his son's wife
        (Kin("5", "1", 70), Kin("5", "2", 69), "1"),
        (Kin("5", "1", 70), Kin("3", "2", 9), "4"),
        (Kin("7", "1", 40), Kin("2", "1", 9), "8"),  # a nephew
        (Kin("8"), Kin("0"), ""),
        (Kin("0"), Kin("4"), "4"),  # the head goes along and stays head
        (Kin("1"), Kin("8"), "8"),
    ],
)
def test_the_relation_to_a_new_head_follows_where_it_can_be_told(head, person, relation):
    assert relation_to(head, person) == relation
