"""The form of a household: an address and everybody in one go."""

from datetime import date

from forms import definitions
from models import texts
from tests.forms.people import card

ON = date(2026, 3, 1)
ADDRESS = {"community_code": "120101001001", "community": "花园路社区", "building": "3", "unit": "2", "door": "301"}


def read(people, **answers):
    return definitions.load("household").read({"address": ADDRESS, "people": people, **answers}, ON)


def fields(found):
    return [one.field for one in found]


FIVE = [
    {"name": "张建国", "relation": "0", "sex": "1", "birth_date": "1955-5-1", "phones": [{"number": "13800220001"}]},
    {"name": "李芳", "relation": "1", "sex": "2", "birth_date": "1957-6-2"},
    {"name": "张伟", "relation": "2", "sex": "1", "birth_date": "1982-7-3", "employment_status": "单位职工"},
    {"name": "张小雨", "relation": "4", "birth_date": "2015-1-1", "school_stage": "小学", "also_registered_here": "no"},
    {"resident_id": "0190-known", "relation": "5", "counts": "no"},
]


def test_five_people_are_registered_in_one_go_in_their_order():
    entry = read(FIVE, book_number="1234", since="2010-1-1", dibao="yes", income_per_capita_month="900").entry
    assert [m.resident.name for m in entry.members[:4]] == ["张建国", "李芳", "张伟", "张小雨"]
    assert [m.relation for m in entry.members] == ["0", "1", "2", "4", "5"]
    assert entry.members[4].resident_id == "0190-known"
    assert entry.members[4].resident is None
    assert entry.members[4].counts is False
    assert entry.members[3].also_registered_here is False
    assert entry.dwelling.community_code == "120101001001"
    assert {fact.name: fact.value for fact in entry.facts} == {"dibao": True, "income_per_capita_month": 900}
    assert {fact.name for fact in entry.members[2].resident.facts} == {"employment_status"}
    assert entry.kinds == ("living", "registered")
    assert entry.since == date(2010, 1, 1)


def test_blank_rows_are_nobody_and_problems_keep_the_row_that_was_typed():
    blank = {"name": " ", "relation": "3", "documents": [{"kind": "resident_card", "number": ""}], "phones": []}
    reading = read([blank, FIVE[0], blank, {"name": "李4", "relation": "1", "phones": [{}, {"number": "1"}]}])
    assert fields(reading.problems) == ["people.3.name", "people.3.phones.1.number"]
    assert len(read([blank, FIVE[0]]).entry.members) == 1


def test_an_address_and_somebody_are_needed():
    reading = definitions.load("household").read({}, ON)
    assert fields(reading.problems) == ["address.community_code", "people"]
    with texts.speaking("zh_CN"):
        assert fields(definitions.load("household").read({}, ON).problems) == ["address.community_code", "people"]


def test_only_a_community_of_the_table_is_an_address():
    for code in ("1", "120101001999", "120101"):
        reading = definitions.load("household").read({"address": {"community_code": code}, "people": FIVE}, ON)
        assert fields(reading.problems) == ["address.community_code"]


def test_parts_of_the_address_and_people_have_their_own_problems():
    reading = read(
        [{**FIVE[0], "relation": "17"}, {"name": "李芳", "birth_date": "1957"}, {**FIVE[2], "counts": "也许"}],
        address={**ADDRESS, "building": "3" * 21},
        since="不记得了吧",
        kinds=["living", "holiday"],
    )
    assert fields(reading.problems) == [
        "address.building", "people.0.relation", "people.1.relation", "people.1.birth_date", "people.2.counts",
        "kinds", "since",
    ]  # fmt: skip


def test_the_first_person_is_the_head_where_nothing_is_said():
    assert read([{"name": "张建国"}]).entry.members[0].relation == "0"


def test_the_same_number_twice_is_a_problem_of_the_second():
    number = {"documents": [{"kind": "passport", "number": "E7654321"}, {"kind": "resident_card", "number": card()}]}
    other = {"documents": [{"kind": "resident_card", "number": card().lower()}]}
    reading = read([{**FIVE[0], **number}, {**FIVE[1], **other}])
    assert fields(reading.problems) == ["people.1.documents.0.number"]


def test_odd_relations_are_doubted_and_kept():
    reading = read(
        [
            {"name": "张建国", "relation": "0", "birth_date": "1980-1-1"},
            {"name": "张老", "relation": "5", "birth_date": "1990-1-1"},
            {"name": "张小", "relation": "2", "sex": "2", "birth_date": "1970-1-1"},
            {"name": "李芳", "relation": "1"},
            {"name": "李方", "relation": "1"},
            {"name": "李圆", "relation": "0"},
        ]
    )
    assert reading.entry is not None
    assert fields(reading.warnings) == [
        "people.1.birth_date", "people.2.sex", "people.2.birth_date", "people.4.relation", "people.5.relation"
    ]  # fmt: skip
    assert fields(read([{"name": "张建国", "relation": "8"}]).warnings) == ["people"]


def test_the_answers_come_back_from_the_entry():
    form = definitions.load("household")
    entry = read(FIVE, dibao="not_known", low_income="yes", note="二楼").entry
    assert form.read(form.answers(entry), ON).entry == entry


def test_each_person_is_asked_the_questions_of_a_resident():
    form = definitions.load("household")
    assert form.person.id == "resident"
    assert [part.id for part in form.question("people").parts] == ["relation", "counts", "also_registered_here"]
