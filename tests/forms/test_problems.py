"""Every problem has a sentence of its own in both languages; pydantic's English is never shown."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from forms import definitions, problems
from models.records.fact import FactEntry
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.referral import MatterEntry, ReferralEntry
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from models.records.visit import AssessmentEntry, LearntFact, NeedEntry, VisitEntry
from tests.house import catalogue

TOP = Path(__file__).parents[2]
PLAIN = problems.sentence({"type": "something_new"})
DAY = date(2026, 3, 1)

BAD = [
    (ResidentEntry, {}, "missing"),
    (ResidentEntry, {"name": ""}, "string_too_short"),
    (ResidentEntry, {"name": "王" * 51}, "string_too_long"),
    (ResidentEntry, {"name": "王1"}, "name_characters"),
    (ResidentEntry, {"name": "王", "sex": "3"}, "literal_error"),
    (ResidentEntry, {"name": "王", "birth_date": date(1850, 1, 1)}, "birth_too_early"),
    (ResidentEntry, {"name": "王", "birth_date": "yesterday"}, "date_from_datetime_parsing"),
    (ResidentEntry, {"name": "王", "ethnic_group": "77"}, "unknown_code"),
    (ResidentEntry, {"name": 7}, "string_type"),
    (DocumentEntry, {"kind": "library_card", "number": "1"}, "document_kind"),
    (DocumentEntry, {"kind": "resident_card", "number": "12"}, "number_shape"),
    (DocumentEntry, {"kind": "resident_card", "number": "120101195203080021"}, "number_check"),
    (DocumentEntry, {"kind": "resident_card_15", "number": "120101521308002"}, "number_birth"),
    (PhoneEntry, {"number": "12345"}, "phone_number"),
    (DwellingEntry, {"community_code": 1}, "string_type"),
    (MemberEntry, {"relation": "77"}, "unknown_code"),
    (HouseholdEntry, {"dwelling": {"community_code": "1" * 12}, "members": ()}, "too_short"),
    (HouseholdEntry, {"dwelling": {"community_code": "1" * 12}, "members": [{}] * 61}, "too_long"),
    (VisitEntry, {"household_id": "h", "outcome": "met", "happened_on": DAY}, "who_was_met"),
    (
        VisitEntry,
        {"household_id": "h", "outcome": "refused", "happened_on": DAY, "next_visit": date(2026, 2, 1)},
        "next_before_visit",
    ),
    (VisitEntry, {"household_id": "h", "outcome": "gone", "happened_on": DAY}, "literal_error"),
    (NeedEntry, {"group": "sport"}, "literal_error"),
    (LearntFact, {"fact": {"name": ""}}, "string_too_short"),
    (FactEntry, {"name": "dibao", "state": "perhaps"}, "literal_error"),
    (AssessmentEntry, {"score": "many"}, "int_parsing"),
    (ReferralEntry, {"valid_days": 0}, "greater_than_equal"),
    (ReferralEntry, {"valid_days": 400}, "less_than_equal"),
    (ReferralEntry, {"red_head": "perhaps"}, "bool_parsing"),
    (MatterEntry, {"service_id": ""}, "string_too_short"),
]


@pytest.mark.parametrize(("model", "fields", "kind"), BAD, ids=[f"{m.__name__}-{k}" for m, _f, k in BAD])
def test_every_error_of_an_entry_has_a_sentence_of_its_own(model, fields, kind):
    with pytest.raises(ValidationError) as trouble:
        model.model_validate(fields)
    errors = trouble.value.errors(include_url=False, include_input=False)
    assert kind in {error["type"] for error in errors}
    for error in errors:
        said = problems.sentence(error)
        assert said != PLAIN
        assert error["msg"] not in said
        assert "{" not in said


def custom_errors():
    """Every PydanticCustomError that the records raise, by its type."""
    for path in (TOP / "models" / "records").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "PydanticCustomError":
                kind = node.args[0]
                if isinstance(kind, ast.Constant):
                    yield kind.value


def test_every_error_that_the_records_raise_is_known_here():
    found = set(custom_errors())
    assert {"phone_number", "document_kind"} <= found
    assert found <= problems.kinds()
    assert {"number_shape", "number_check", "number_birth"} <= problems.kinds()


def test_every_key_that_the_forms_use_is_known_here():
    used = set()
    for path in (TOP / "forms").glob("*.py"):
        text = path.read_text("utf-8")
        used |= set(re.findall(r'Unreadable\("(\w+)"', text))
        used |= set(re.findall(r'out\.problem\([^()]*?, "(\w+)"\)', text))
    assert {"date_form", "missing", "choice"} <= used
    assert used <= problems.kinds()


def test_a_missing_answer_names_the_question():
    assert problems.sentence({"type": "missing"}, "Name") == "Please answer “Name”."


def test_limits_and_lengths_are_said():
    assert "50 characters" in problems.sentence({"type": "string_too_long", "ctx": {"max_length": 50}})
    assert "1 character " in problems.sentence({"type": "string_too_long", "ctx": {"max_length": 1}})
    assert "365" in problems.sentence({"type": "less_than_equal", "ctx": {"le": 365}})
    assert "{" not in problems.sentence({"type": "less_than_equal"})


def test_every_sentence_of_this_room_has_its_chinese():
    known = catalogue.read(catalogue.PO)
    for part in (catalogue.FOLDER / "parts").glob("*.po"):
        known |= catalogue.read(part)
    for _file, _line, text, _comments, context in catalogue.extract_from_dir(
        TOP / "forms", keywords=catalogue.KEYWORDS, comment_tags=()
    ):
        english = text if isinstance(text, str) else text[0]
        chinese = known[(english, context)].string
        if re.search(r"[A-Za-z]", re.sub(r"\{\w*\}", "", english)):  # else there are marks alone, such as 、
            assert re.search(r"[\u4e00-\u9fff]", chinese if isinstance(chinese, str) else chinese[0]), english


def test_places_of_rules_over_several_answers_are_questions_of_the_form():
    asked = {question.id for form in definitions.FORMS for question in definitions.load(form).questions}
    assert set(problems.PLACES.values()) <= asked
    assert {"met", "next_visit", "next_on", "review_on"} <= set(problems.PLACES.values())
