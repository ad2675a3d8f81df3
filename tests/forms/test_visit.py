"""The form of a visit: outcome, needs, what was learnt, and the next visit."""

from datetime import date

import pytest

from forms import definitions
from models import texts

ON = date(2026, 3, 5)
BASE = {"household_id": "h1", "outcome": "met", "happened_on": "2026-3-4", "met": ["r1"]}


def read(**answers):
    return definitions.load("visit").read({**BASE, **answers}, ON)


def fields(found):
    return [one.field for one in found]


def test_a_visit_with_needs_and_facts_arrives_whole():
    entry = read(
        met_other="保姆",
        needs=[{"group": "health", "urgency": "now", "resident_id": "r1", "note": "量血压"}, {"group": "housing"}, {}],
        facts=[
            {"resident_id": "r1", "fact": "employment_status", "answer": "退休"},
            {"resident_id": "r1", "fact": "living_area", "answer": "urban"},
            {"resident_id": "", "fact": "dibao", "answer": "是", "seen": True},
            {"resident_id": "r1", "fact": "residence_permit", "answer": "yes", "good_until": "2027-1-1"},
            {"resident_id": "r1", "fact": "income_month", "answer": "不愿回答"},
        ],
        notes="第一行\n第二行",
        next_visit="2026-4-1",
        next_reason="复查",
    ).entry
    assert entry.met == ("r1",)
    assert [(need.group, need.urgency) for need in entry.needs] == [("health", "now"), ("housing", "soon")]
    learnt = {(one.resident_id, one.fact.name): one.fact for one in entry.facts}
    assert learnt["r1", "employment_status"].value == "退休"
    assert learnt["r1", "resident_rural_tianjin"].value is False
    assert learnt["", "dibao"].document_seen == "低保证"
    assert learnt["r1", "residence_permit"].good_until == date(2027, 1, 1)
    assert learnt["r1", "income_month"].state == "refused"
    assert {fact.as_of for fact in learnt.values()} == {date(2026, 3, 4)}  # the day of the visit, not of the typing
    assert entry.notes == "第一行\n第二行"
    form = definitions.load("visit")
    again = form.read(form.answers(entry), ON).entry
    assert sorted(map(repr, again.facts)) == sorted(map(repr, entry.facts))
    assert again.model_copy(update={"facts": entry.facts}) == entry


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"met": []}, ["met"]),
        ({"outcome": ""}, ["outcome"]),
        ({"outcome": "asleep"}, ["outcome"]),
        ({"happened_on": ""}, ["happened_on"]),
        ({"happened_on": "3-4"}, ["happened_on"]),
        ({"household_id": ""}, ["household_id"]),
        ({"next_visit": "2026-3-1"}, ["next_visit"]),
        ({"next_visit": "2026-3-1", "met": [], "notes": "字" * 4001}, ["met", "notes", "next_visit"]),
        ({"needs": [{}, {"note": "?"}, {"group": "sport", "urgency": "never"}]}, [
            "needs.1.group", "needs.2.group", "needs.2.urgency"]),
        ({"facts": [{"fact": "dibao"}, {"answer": "yes"}, {"fact": "shoe_size", "answer": "43"}]}, [
            "facts.0.answer", "facts.1.fact", "facts.2.fact"]),
        ({"facts": [{"resident_id": "r1", "fact": "income_month", "answer": "很多"}]}, ["facts.0.answer"]),
        ({"facts": [{"resident_id": "r1", "fact": "residence_permit", "answer": "yes", "good_until": "x"}]}, [
            "facts.0.good_until"]),
    ],
)  # fmt: skip
def test_a_problem_names_its_field_in_both_languages(answers, expected):
    assert fields(read(**answers).problems) == expected
    with texts.speaking("zh_CN"):
        assert fields(read(**answers).problems) == expected


def test_nobody_need_be_met_where_nobody_was_home():
    entry = read(outcome="nobody_home", met=["r1"], met_other="邻居").entry
    assert entry.met == ()
    assert entry.met_other == ""


def test_a_visit_in_the_future_is_doubted():
    assert fields(read(happened_on="2026-3-6").warnings) == ["happened_on"]


def test_what_can_be_learnt_is_offered_for_residents_and_households_apart():
    of_resident = dict(definitions.fact_choices(of_resident=True))
    of_household = dict(definitions.fact_choices(of_resident=False))
    assert "income_month" in of_resident
    assert "dibao" in of_household
    assert not set(of_resident) & set(of_household)
