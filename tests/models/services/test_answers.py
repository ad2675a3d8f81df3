import pytest

from models.casebook import Casebook
from models.eligibility import Answer, answers_of
from tests.models.services.people import five_people


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


def facts_of(casebook: Casebook, subject: str) -> dict[str, tuple[object, str]]:
    return {view.name: (view.value, view.state) for view in casebook.facts.of(subject)}


def test_what_one_question_learnt_of_several_people_is_kept_at_once(casebook: Casebook, five):
    first, second = five.ids[:2]
    changed = casebook.eligibility.answer_many(
        five.id,
        [
            Answer(first, "veteran", True),
            Answer(second, "veteran", False),
            Answer(second, "union_card", None, "refused"),
            Answer("household", "low_income", False),
        ],
    )
    assert len(changed.ids) == 4
    assert {first, second, five.id} <= changed.rows
    assert facts_of(casebook, first)["veteran"] == (True, "known")
    assert facts_of(casebook, second)["veteran"] == (False, "known")
    assert facts_of(casebook, second)["union_card"] == (None, "refused")
    assert facts_of(casebook, five.id)["low_income"] == (False, "known")
    case = casebook.eligibility.check(five.id).case
    assert case.person(second).facts["veteran"] is False
    assert case.states[second, "union_card"] == "refused"


def test_one_wrong_answer_keeps_nothing_of_the_others(casebook: Casebook, five):
    before = facts_of(casebook, five.ids[0])
    with pytest.raises(KeyError):
        casebook.eligibility.answer_many(
            five.id, [Answer(five.ids[0], "veteran", True), Answer(five.ids[0], "no_such_fact", True)]
        )
    assert facts_of(casebook, five.ids[0]) == before
    with pytest.raises(ValueError, match="nothing"):
        casebook.eligibility.answer_many(five.id, [])


def test_an_answer_taken_back_leaves_what_was_known_before(casebook: Casebook, five):
    person = five.ids[0]
    casebook.eligibility.answer(five.id, person, "veteran", True)
    mistaken = casebook.eligibility.answer_many(
        five.id, [Answer(person, "veteran", False), Answer(person, "union_card", True)]
    )
    assert facts_of(casebook, person)["veteran"] == (False, "known")
    undone = casebook.eligibility.take_back(five.id, mistaken.ids)
    assert {five.id, person} <= undone.rows
    assert facts_of(casebook, person)["veteran"] == (True, "known")
    assert "union_card" not in facts_of(casebook, person)


def test_a_group_is_answered_with_ticks_and_is_not_asked_again(casebook: Casebook, five):
    check = casebook.eligibility.check(five.id)
    group = next(prompt for prompt in check.prompts.first(99) if prompt.kind == "group")
    answers = answers_of(casebook._book.policies, group, group.items[:1], rest_is_no=True)
    casebook.eligibility.answer_many(five.id, answers)
    after = casebook.eligibility.check(five.id)
    told = {(answer.fact, answer.of) for answer in answers}
    assert not any(told & set(prompt.asks) for prompt in after.prompts.first(999))


def test_a_check_says_how_likely_its_open_results_are(casebook: Casebook, five):
    check = casebook.eligibility.check(five.id)
    keys = {(r.service_id, r.component or None, r.resident_id or None) for r in check.results}
    assert set(check.likelihood) <= keys
    assert check.likelihood
