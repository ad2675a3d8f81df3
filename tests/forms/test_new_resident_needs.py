"""The questionnaire for new residents: five fields of the city's measures, and the groups of needs they tell of."""

from datetime import date
from typing import get_args

from forms import definitions, instruments
from models.records.visit import NeedGroup

ON = date(2026, 3, 1)
NEEDS = instruments.load("new_resident_needs")
NONE = {field: ["none"] for field in ("work", "housing", "hukou", "school", "health")}


def test_it_asks_the_five_fields_and_gives_no_level():
    scored = instruments.score(NEEDS, {"assessed_on": "2026-3-1", **NONE}, ON)
    assert [question.id for question in NEEDS.sections[1].questions] == list(NONE)
    assert (scored.level_code, scored.score, scored.groups, scored.facts, scored.needs) == ("", None, (), (), ())
    assert scored.missing == ()


def test_answers_tell_groups_of_needs_once_each():
    scored = instruments.score(NEEDS, {**NONE, "work": ["job", "training", "checkup"], "health": ["join"]}, ON)
    assert scored.needs == ("work", "health")
    assert instruments.score(NEEDS, {**NONE, "school": ["childcare", "compulsory"]}, ON).needs == (
        "education",
        "childhood",
    )


def test_all_groups_are_of_the_service_list():
    assert {need.group for need in NEEDS.needs} <= set(get_args(NeedGroup))


def test_a_field_that_was_not_asked_is_missing():
    form = definitions.load("new_resident_needs")
    given = {"resident_id": "r1", "assessed_on": "2026-3-1", **NONE}
    assert form.read(given, ON).entry.answers == NONE
    del given["hukou"]
    assert [problem.field for problem in form.read(given, ON).problems] == ["hukou"]
