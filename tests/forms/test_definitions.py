"""The definitions of the forms: whole, in both languages, light to load."""

import re
import shutil
import subprocess
import sys

import pytest

from forms import definitions, instruments
from forms.shape import Words
from models import texts
from tests.house.catalogue import TOP

ALL = (*definitions.FORMS, *instruments.instruments())


def every_words(thing):
    if isinstance(thing, Words):
        yield thing
    elif isinstance(thing, tuple):
        for one in thing:
            yield from every_words(one)
    elif hasattr(type(thing), "model_fields"):
        for name in type(thing).model_fields:
            yield from every_words(getattr(thing, name))


@pytest.mark.parametrize("form_id", ALL)
def test_every_text_of_a_form_stands_in_both_languages(form_id):
    form = definitions.load(form_id)
    texts_of_form = list(every_words(form.topics))
    assert texts_of_form
    for words in texts_of_form:
        assert re.search(r"[\u4e00-\u9fff]", words.zh) or words.zh.isdigit(), words
        assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"（?\([\u4e00-\u9fff]+\)", "", words.en)), words
        assert words.en != words.zh or words.zh.isdigit()


@pytest.mark.parametrize("form_id", ALL)
def test_texts_change_with_the_language(form_id):
    form = definitions.load(form_id)
    english = [question.label for question in form.questions]
    with texts.speaking("zh_CN"):
        chinese = [question.label for question in form.questions]
    assert all(c != e for c, e in zip(chinese, english, strict=True))


def test_sensitive_questions_say_why_they_are_asked():
    for form_id in definitions.FORMS:
        for question in definitions.load(form_id).questions:
            if question.sensitive and question.id not in (
                "disability_number",
                "disability_category",
                "disability_grade",
            ):
                assert question.why, question.id


def test_what_only_an_office_may_know_is_never_asked_at_the_door():
    asked = {fact for question in definitions.fact_questions().values() for fact in question.facts}
    assert not asked & {"hiv_status", "tb_status", "severe_mental_disorder", "guardianship_harm", "hukou_place"}


def test_a_question_of_a_fact_is_found_by_the_fact():
    assert definitions.fact_question("resident_rural_tianjin").id == "living_area"
    assert definitions.fact_question("dibao").id == "dibao"
    assert definitions.fact_question("hiv_status") is None


def test_an_unknown_form_or_version_is_refused():
    with pytest.raises(LookupError):
        definitions.load("no_such_form")
    with pytest.raises(LookupError):
        definitions.load("resident", "999")
    with pytest.raises(LookupError):
        definitions.load("resident", "../resident")
    assert definitions.load("resident", definitions.load("resident").version).id == "resident"


def test_importing_the_forms_loads_neither_tables_nor_yaml():
    code = (
        "import sys, forms.definitions as d; early = {'pydantic', 'yaml', 'sqlmodel'} & set(sys.modules);"
        "d.load('household'); d.load('elder_ability'); late = {'yaml', 'sqlmodel'} & set(sys.modules);"
        "print(sorted(early), sorted(late))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"


def test_a_draft_of_an_earlier_version_is_read_with_its_own_definition(tmp_path, monkeypatch):
    forms = tmp_path / "forms"
    shutil.copytree(TOP / "resources" / "forms", forms)
    (forms / "earlier").mkdir(exist_ok=True)
    present = (forms / "visit.toml").read_text("utf-8")
    (forms / "earlier" / "visit-1.toml").write_text(present, "utf-8")
    newer = present.replace('version = "1"', 'version = "2"').replace('id = "purpose"', 'id = "reason"')
    (forms / "visit.toml").write_text(newer, "utf-8")
    monkeypatch.setattr(definitions, "files", lambda _package: tmp_path)
    uncached = definitions.load.__wrapped__
    assert uncached("visit").version == "2"
    earlier = uncached("visit", "1")
    draft = {"purpose": "看望", "household_id": "h1", "outcome": "nobody_home", "happened_on": "2026-3-1"}
    assert earlier.read(draft).entry.purpose == "看望"
    assert uncached("visit").read(draft).left_over == {"purpose": "看望"}  # nothing typed is lost
