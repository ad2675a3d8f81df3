"""The elder ability instrument gives the levels of GB/T 42195-2022; an instrument with a fault is not loaded."""

import random
import tomllib
from datetime import date

import pytest
from pydantic import ValidationError

from forms import definitions, instruments
from models import texts
from tests.house.catalogue import TOP

ON = date(2026, 3, 1)
ELDER = instruments.load("elder_ability")
ITEMS = [item for section in ELDER.sections for item in instruments.scored_questions(section)]
NOTHING_ELSE = {
    "dementia": "no", "mental_disorder": "no", "fall": "0", "wandering": "0", "choking": "0", "self_harm": "0",
    "other_event": "0",
}  # fmt: skip


def answers(total=90, **others):
    """Answers that come to this total: points are taken away from the first items on."""
    given, to_take = {}, 90 - total
    for item in ITEMS:
        most = instruments.points(item)
        taken = min(most, to_take)
        to_take -= taken
        given[item.id] = str(most - taken)
    assert to_take == 0
    return {"assessed_on": "2026-3-1", "coma": "no", **NOTHING_ELSE, **given, **others}


def level(total=90, **others):
    scored = instruments.score(ELDER, answers(total, **others), ON)
    assert scored.missing == ()
    assert scored.score == total
    return scored.level_code


def test_it_has_the_items_groups_and_maxima_of_the_standard():
    assert len(ITEMS) == 26
    assert ELDER.most == 90
    scored = instruments.score(ELDER, answers(), ON)
    assert [(group.most, group.score) for group in scored.groups] == [(32, 32), (15, 15), (28, 28), (15, 15)]
    by_section = {s.id: [instruments.points(q) for q in instruments.scored_questions(s)] for s in ELDER.sections}
    assert by_section["self_care"] == [4] * 8
    assert by_section["movement"] == [4, 4, 4, 3]
    assert by_section["mind"] == [4, 4, 4, 4, 4, 4, 1, 1, 2]
    assert by_section["senses"] == [2, 2, 4, 3, 4]


def test_every_ladder_goes_down_to_nought_in_single_steps():
    for item in ITEMS:
        assert [code for code, _label in item.choices] == [str(n) for n in range(instruments.points(item), -1, -1)]


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (90, "能力完好"), (89, "轻度失能"), (66, "轻度失能"), (65, "中度失能"), (46, "中度失能"),
        (45, "重度失能"), (30, "重度失能"), (29, "完全失能"), (0, "完全失能"),
    ],
)  # fmt: skip
def test_the_borders_of_the_levels(total, expected):
    assert level(total) == expected


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_any_one_item_one_rung_down_is_no_longer_able(item):
    given = answers()
    given[item.id] = str(instruments.points(item) - 1)
    scored = instruments.score(ELDER, given, ON)
    assert (scored.score, scored.level_code) == (89, "轻度失能")


@pytest.mark.parametrize(
    "trouble", [{"dementia": "yes"}, {"mental_disorder": "yes"}, {"fall": "2"}, {"fall": "1", "choking": "1"}]
)
def test_each_adjustment_makes_it_one_level_more_severe(trouble):
    assert level(90, **trouble) == "轻度失能"
    assert level(66, **trouble) == "中度失能"
    assert level(65, **trouble) == "重度失能"
    assert level(45, **trouble) == "完全失能"
    assert level(29, **trouble) == "完全失能"


def test_several_adjustments_are_one_step_only_and_all_are_named():
    scored = instruments.score(ELDER, answers(65, dementia="yes", mental_disorder="yes", fall="3"), ON)
    assert scored.level_code == "重度失能"
    assert len(scored.adjustments) == 3


def test_one_event_or_an_unknown_diagnosis_adjusts_nothing():
    assert level(65, fall="1") == "中度失能"
    assert level(65, dementia="不清楚") == "中度失能"
    assert instruments.score(ELDER, answers(65), ON).adjustments == ()


def test_a_coma_overrides_any_total_and_needs_no_total():
    awake = answers(90)
    in_coma = awake | {"consciousness": "0", "coma": "yes"}
    assert instruments.score(ELDER, in_coma, ON).level_code == "完全失能"
    alone = instruments.score(ELDER, {"consciousness": "0", "coma": "yes"}, ON)
    assert (alone.level_code, alone.score, alone.missing) == ("完全失能", None, ())
    stupor = instruments.score(ELDER, awake | {"consciousness": "0", "coma": "no"}, ON)
    assert (stupor.score, stupor.level_code) == (88, "轻度失能")


def test_a_coma_that_was_corrected_away_no_longer_counts():
    assert level(90, coma="yes") == "能力完好"  # consciousness is clear: the question is not asked any more


@pytest.mark.parametrize("name", [*(item.id for item in ITEMS), *NOTHING_ELSE])
def test_incomplete_answers_never_give_a_level(name):
    given = answers(70)
    del given[name]
    scored = instruments.score(ELDER, given, ON)
    assert scored.missing == (name,)
    assert (scored.level_code, scored.level_label, scored.facts) == ("", "", ())


def test_points_that_are_not_on_the_ladder_are_not_answers():
    for odd in ("5", "-1", "4.0", "", None, [], "很好"):
        scored = instruments.score(ELDER, answers() | {"eating": odd}, ON)
        assert scored.missing == ("eating",)
    assert instruments.score(ELDER, answers() | {"eating": 4}, ON).score == 90


def test_the_level_is_a_fact_of_the_policy_vocabulary():
    (fact,) = instruments.score(ELDER, answers(50), ON).facts
    assert (fact.name, fact.value, fact.source, fact.as_of) == ("ability_level", "中度失能", "assessment", ON)


def test_the_level_is_said_in_both_languages():
    with texts.speaking("zh_CN"):
        assert instruments.score(ELDER, answers(50), ON).level_label == "中度失能"
        assert instruments.level_label(ELDER, "完全失能") == "完全失能"
    assert instruments.score(ELDER, answers(50), ON).level_label == "Moderate loss of ability"
    assert instruments.level_label(ELDER, "from elsewhere") == "from elsewhere"


def test_losing_points_never_makes_it_milder():
    order = [one.value for one in ELDER.levels]
    dice = random.Random(7)
    for _round in range(60):
        given = answers()
        before = 0
        for item in dice.sample(ITEMS, len(ITEMS)):
            given[item.id] = str(dice.randint(0, int(given[item.id])))
            now = order.index(instruments.score(ELDER, given, ON).level_code)
            assert now >= before
            before = now


def test_the_form_of_the_instrument_gives_an_assessment():
    form = definitions.load("elder_ability")
    given = answers(65, dementia="yes", resident_id="r1", informant="王小明", health_items=["pain"], note="在家评估")
    reading = form.read(given, date(2026, 3, 2))
    entry = reading.entry
    assert reading.problems == ()
    assert (entry.score, entry.level, entry.assessed_on) == (65, "重度失能", date(2026, 3, 1))
    assert (entry.instrument, entry.version) == ("elder_ability", ELDER.version)
    assert entry.answers["health_items"] == ["pain"]
    assert entry.facts[0].as_of == date(2026, 3, 1)
    assert form.read(form.answers(entry), date(2026, 3, 2)).entry == entry


def test_an_incomplete_form_says_which_items_are_open():
    form = definitions.load("elder_ability")
    given = answers(65, resident_id="r1")
    del given["eating"], given["fall"]
    reading = form.read(given | {"assessed_on": "2026"}, ON)
    assert reading.entry is None
    assert [problem.field for problem in reading.problems] == ["assessed_on", "fall", "eating"]
    undated = form.read({"consciousness": "0", "coma": "yes", "resident_id": "r1"}, ON)
    assert [problem.field for problem in undated.problems] == ["assessed_on"]


def raw():
    return tomllib.loads((TOP / "resources" / "instruments" / "elder_ability.toml").read_text("utf-8"))


def spoil_key(data):
    data["sections"][0]["questions"][0]["requird"] = True


def spoil_levels(data):
    data["levels"][1]["from"] = 67


def spoil_adjustment(data):
    data["adjustments"][0]["question"] = "comma"


def spoil_level_of_adjustment(data):
    data["adjustments"][0]["level"] = "植物人"


def spoil_text(data):
    del data["sections"][3]["questions"][0]["choices"][0]["label"]["en"]


@pytest.mark.parametrize("spoil", [spoil_key, spoil_levels, spoil_adjustment, spoil_level_of_adjustment, spoil_text])
def test_an_instrument_with_a_fault_is_not_loaded(spoil):
    data = raw()
    instruments.Instrument.model_validate(data)
    spoil(data)
    with pytest.raises(ValidationError):
        instruments.Instrument.model_validate(data)


def test_an_unknown_instrument_is_refused():
    for name, version in (("no_such", None), ("elder_ability", "99"), ("../codes", None)):
        with pytest.raises(LookupError):
            instruments.load(name, version)
