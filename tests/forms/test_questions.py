"""Every question with a good and a bad answer; facts as the policy vocabulary has them; any draft can be read."""

import copy
import json
from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import definitions, instruments
from forms.collecting import Collector, read_answer
from forms.shape import Question, is_asked
from models import texts
from tests.forms.people import card
from tests.house.catalogue import TOP

ON = date(2026, 3, 1)
ALL = (*definitions.FORMS, *instruments.instruments())


def all_questions():
    for form_id in ALL:
        for question in definitions.load(form_id).questions:
            yield from ((form_id, part) for part in (question, *question.parts))


def simple_questions():
    return [
        (form_id, q)
        for form_id, q in all_questions()
        if q.kind not in ("document", "phone", "address", "people", "rows")
    ]


def good(question: Question):
    match question.kind:
        case "date":
            return "2020年1月2日", date(2020, 1, 2)
        case "number":
            return "３", 3
        case "yes_no":
            return "是", True
        case "choices":
            return (["x"], ("x",)) if question.choices_from else ([question.choices[0][0]], (question.choices[0][0],))
        case "choice":
            return ("x", "x") if question.choices_from else (question.choices[-1][0], question.choices[-1][0])
        case _:
            return " 一些  文字 ", "一些 文字"


BAD = {"date": "春天", "number": "很多", "yes_no": "也许", "choice": "第十种", "choices": ["第十种"]}


@pytest.mark.parametrize(("form_id", "question"), simple_questions(), ids=lambda v: getattr(v, "id", v))
def test_a_good_answer_is_read(form_id, question):
    typed, value = good(question)
    out = Collector(ON)
    answer = read_answer(question, typed, "here", out)
    assert answer is not None
    assert answer.value == value
    assert not out.has_problem("here")


@pytest.mark.parametrize(
    ("form_id", "question"),
    [(f, q) for f, q in simple_questions() if q.kind in BAD and not q.choices_from],
    ids=lambda v: getattr(v, "id", v),
)
def test_a_bad_answer_is_a_problem_of_that_question(form_id, question):
    out = Collector(ON)
    assert read_answer(question, BAD[question.kind], "here", out) is None
    assert out.has_problem("here")


@pytest.mark.parametrize(
    ("form_id", "question"), [(f, q) for f, q in simple_questions() if q.unknowns], ids=lambda v: getattr(v, "id", v)
)
def test_not_known_and_refused_are_answers_of_their_own(form_id, question):
    out = Collector(ON)
    for typed, state in (("不清楚", "not_known"), ("refused", "refused")):
        answer = read_answer(question, typed, "here", out)
        assert answer is not None
        assert (answer.value, answer.state) == (None, state)
    assert read_answer(question, "", "here", out) is None
    assert len(question.unknown_choices) == 2


def test_every_choice_can_be_answered_by_its_words_in_both_languages():
    question = definitions.load("resident").question("school_stage")
    out = Collector(ON)
    assert read_answer(question, "Primary school", "here", out).value == "小学"
    with texts.speaking("zh_CN"):
        assert read_answer(question, "中职（中专、职高、技校）", "here", out).value == "中职"


def test_every_fact_is_one_of_the_policy_vocabulary_and_of_its_type():
    vocabulary = yaml.safe_load((TOP / "resources" / "policies" / "facts.yaml").read_text("utf-8"))["facts"]
    kinds = {
        "bool": {"yes_no"},
        "enum": {"choice"},
        "int": {"number", "choice"},
        "number": {"number"},
        "date": {"date"},
    }
    for form_id, level in (("resident", "person"), ("household", "household")):
        for question in definitions.load(form_id).questions:
            for name in question.facts:
                known = vocabulary[name]
                assert known["level"] == level, name
                assert known.get("ask", "door") == "door", name
                if not question.fact:
                    assert {type(choice.sets[name]) for choice in question.offered} == {bool}
                    continue
                assert question.kind in kinds[known["type"]], name
                if known["type"] == "int":
                    assert question.whole, name
                if question.kind == "choice":
                    assert {code for code, _label in question.choices} <= {str(value) for value in known["domain"]}, (
                        name
                    )


def test_a_question_is_only_asked_where_it_makes_sense():
    form = definitions.load("resident")
    asked = form.asked({"hukou_tianjin": "yes", "birth_date": "2020-1-1"}, ON)
    assert "hukou_tianjin_since" in asked
    assert "residence_permit" not in asked
    assert "employment_status" not in asked
    assert "orphan" in asked
    old = form.asked({"hukou_tianjin": "no", "birth_date": "1940-1-1", "sex": "2"}, ON)
    assert "residence_permit" in old
    assert "residence_permit_until" not in old
    assert not {"orphan", "maternity_status", "school_stage"} & set(old)
    assert "in_care_institution" in old


def test_ages_are_counted_in_completed_years_and_unknown_ages_are_asked_everything():
    question = definitions.load("resident").question("in_care_institution")
    assert not is_asked(question, {}, date(2026, 2, 28), date(1966, 3, 1))
    assert is_asked(question, {}, date(2026, 3, 1), date(1966, 3, 1))
    assert is_asked(question, {}, date(2026, 3, 1), None)
    assert is_asked(question, {}, None, date(2020, 1, 1))


words = st.one_of(
    st.sampled_from(
        ["yes", "no", "not_known", "不愿回答", "", " ", "met", "1952-3-8", "120101001001", "1", "是", "男"]
    ),
    st.text(max_size=12),
)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)
ids = sorted(
    {question.id for _form_id, question in all_questions()} | {"household_id", "resident_id", "number", "seen"}
)
rows = st.lists(st.dictionaries(st.sampled_from(ids), st.one_of(words, json_values), max_size=5), max_size=3)
drafts = st.dictionaries(st.one_of(st.sampled_from(ids), st.text(max_size=5)), st.one_of(words, json_values, rows))


@pytest.mark.parametrize("form_id", ALL)
@settings(max_examples=120, deadline=None)
@given(draft=drafts, on=st.one_of(st.none(), st.just(ON)))
def test_reading_any_draft_gives_an_entry_or_problems_and_leaves_the_draft_as_it_is(form_id, draft, on):
    form = definitions.load(form_id)
    before = copy.deepcopy(draft)
    reading = form.read(draft, on)
    assert draft == before
    assert (reading.entry is None) == bool(reading.problems)
    assert all(problem.field and problem.sentence for problem in reading.problems)
    # A draft is kept as JSON: nothing is read differently after it was put away and opened again.
    again = form.read(json.loads(json.dumps(draft)), on)
    assert again == reading
    known = {question.id for question in form.questions}
    assert all(
        key in reading.left_over for key in draft if key not in known | set(form.given) and not key.endswith(".seen")
    )


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_a_form_read_is_read_again_from_its_own_answers(data):
    form = definitions.load("resident")
    answers = {"name": "王秀英", "birth_date": "1952-3-8", "documents": [{"kind": "resident_card", "number": card()}]}
    for question in form.questions:
        if question.id in answers or question.kind in ("document", "phone", "text", "long_text", "people"):
            continue
        choices = [code for code, _label in (*question.choices, *question.unknown_choices)]
        some = {"date": ["1999-1-2", ""], "number": ["3", ""]}.get(question.kind, [*choices, ""])
        answers[question.id] = data.draw(st.sampled_from(some), label=question.id)
        if question.paper_words:
            answers[f"{question.id}.seen"] = data.draw(st.booleans())
    read = form.read(answers, ON)
    assert read.problems == ()
    again = form.read(form.answers(read.entry), ON)
    assert again.entry == read.entry
