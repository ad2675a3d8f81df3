import random
from datetime import date

import pytest

from models.eligibility import (
    Case,
    Person,
    answers_of,
    decide_all,
    next_prompts,
    next_questions,
    read_case,
    screen,
)
from models.eligibility.asking import Chances, load_asking, problems
from models.eligibility.case import View
from models.eligibility.prompts import MOST_ITEMS
from models.eligibility.questions import ways

from . import drawn
from .drawn import draw_household, found
from .support import ON, example_cases, policies

SEEDS = range(5000, 5012)


def asked_first(case, determinations):
    """Our order: the best question, as it is put."""
    best = next_prompts(policies(), case, determinations, 1)
    return best[0] if best else None


def single_first(case, determinations):
    """Our order, one fact of one person at a time."""
    best = next_prompts(policies(), case, determinations, 1, grouped=False)
    return best[0] if best else None


def prompts_of(case, limit=60, **how):
    return next_prompts(policies(), case, decide_all(policies(), case), limit, **how)


def drawn_cases(number=12):
    for seed in range(number):
        home = draw_household(policies(), seed)
        yield home.case(policies(), (), {})


def share(choose, homes, questions=5):
    """(share of the new entitlements that is found by so many questions, how many there are)."""
    hits = total = 0
    for home in homes:
        counts, new = found(policies(), home, choose, questions)
        hits, total = hits + counts[-1], total + new
    return hits / total, total


def everybody():
    """Every member of the drawn households, each as if alone."""
    homes = [draw_household(policies(), seed) for seed in SEEDS]
    return [home.alone(place) for home in homes for place in range(len(home.people))]


# What is found.


def test_five_questions_find_four_fifths_of_the_new_entitlements_of_a_person():
    ours, total = share(asked_first, everybody())
    assert total > 150
    assert ours >= 0.80


def test_without_groups_five_questions_find_seven_tenths():
    ours, _total = share(single_first, everybody())
    assert ours >= 0.70


FORMS = {
    "single facts": (
        "insured_in_tianjin",
        "employment_status",
        "job_seeking",
        "higher_ed_graduate",
        "chronic_high_risk",
    ),
    "groups": ("insured_in_tianjin", "work", "employment_status", "health", "dibao"),
}
"""The best fixed forms found: each next question the one that adds most among 59 other people (seeds 9000 to 9023)."""


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_fixed_form_of_the_same_five_questions_for_everybody_finds_clearly_less(form):
    groups = {group.id: [option.fact for option in group.options] for group in load_asking().groups}
    facts = [fact for key in form for fact in groups.get(key, [key])]
    people = everybody()
    hits = total = 0
    for home in people:
        told = {(of, fact) for fact in facts for of in ("household", "p1")}
        before = drawn.due(policies(), home.case(policies(), (), {}))
        new = drawn.due(policies(), home.case(policies(), drawn.askable(policies(), home), {})) - before
        hits += len(drawn.due(policies(), home.case(policies(), told, {})) & new)
        total += len(new)
    ours = asked_first if form == FORMS["groups"] else single_first
    assert hits / total < share(ours, people)[0] - 0.1


def test_five_questions_to_a_whole_household_find_more_than_half_of_what_all_its_members_are_due():
    ours, total = share(asked_first, [draw_household(policies(), seed) for seed in SEEDS])
    assert total > 150
    assert ours >= 0.5


def test_questions_drawn_by_lot_find_far_less():
    dice = random.Random(3)

    def by_lot(case, determinations):
        every = screen(policies(), case).prompts.distinct(500)
        return dice.choice(every) if every else None

    people = [draw_household(policies(), seed).alone(0) for seed in SEEDS]
    assert share(by_lot, people)[0] < share(asked_first, people)[0] - 0.2


def test_the_sample_is_the_same_for_the_same_seed_and_contradicts_nothing_in_the_dictionary():
    assert draw_household(policies(), 7) == draw_household(policies(), 7)
    assert draw_household(policies(), 7) != draw_household(policies(), 8)
    for seed in range(30):
        home = draw_household(policies(), seed)
        View(policies().facts, home.case(policies(), {(of, f) for of, f in drawn.askable(policies(), home)}, {}))
        for of, name in drawn.askable(policies(), home):
            for needed in policies().facts[name].requires:
                owner = "household" if policies().facts[needed.fact].level == "household" else of
                other, value = home.truth(owner, needed.fact), home.truth(of, name)
                if other is not None and needed.in_ is not None and needed.value in ("any", value):
                    assert other in needed.in_, (name, needed.fact)


# What is never asked.


def test_a_question_can_always_change_something_and_is_never_an_offices_or_a_sensitive_one():
    for case in (*drawn_cases(), *(read_case(given) for given in example_cases()[::9])):
        determinations = decide_all(policies(), case)
        open_facts = {(part.fact, part.of) for said in determinations for part in said.missing}
        for prompt in next_prompts(policies(), case, determinations, 500):
            assert prompt.asks
            for fact, of in prompt.asks:
                assert (fact, of) in open_facts
                assert policies().facts[fact].ask in ("door", "register")
                assert not policies().facts[fact].sensitive
                assert of == "household" or case.person(of) is not None
            assert {(item.fact, item.of) for item in prompt.items} <= set(prompt.asks)


def test_single_questions_are_the_same_that_are_put():
    for case in drawn_cases(4):
        determinations = decide_all(policies(), case)
        singles = next_questions(policies(), case, determinations, 5)
        assert len(singles) == 5
        assert [(q.fact, q.of) for q in singles] == [p.asks[0] for p in prompts_of(case, 5, grouped=False)]
        assert all(question.text_zh and question.why_en for question in singles)


def test_an_answer_of_not_known_or_refused_is_not_asked_again_but_an_expired_one_is():
    person = Person("p1", {"birth_date": "1940-01-01", "hukou_tianjin": True})
    for first in prompts_of(Case(ON, {}, (person,)), 12):
        fact, of = first.asks[0]
        for state, again in (("not_known", False), ("refused", False), ("expired", True)):
            case = Case(ON, {}, (person,), {(of, fact): state})
            assert any((fact, of) in prompt.asks for prompt in prompts_of(case, 500)) is again


def test_what_was_refused_of_a_group_is_left_out_of_it_and_the_rest_is_asked():
    person = Person("p1", {"birth_date": "1990-01-01", "hukou_tianjin": True})
    group = next(p for p in prompts_of(Case(ON, {}, (person,))) if p.kind == "group" and p.of == "p1")
    fact, of = group.asks[0]
    left = prompts_of(Case(ON, {}, (person,), {(of, fact): "refused"}), 500)
    same = next(prompt for prompt in left if prompt.key == group.key)
    assert set(same.asks) == set(group.asks) - {(fact, of)}


def test_nobody_asks_a_man_or_a_child_whether_they_are_pregnant():
    def asked(**about):
        sex = about.pop("sex", "")
        case = Case(ON, {}, (Person("p1", {"hukou_tianjin": True, **about}, sex=sex),))
        return {fact for prompt in prompts_of(case, 500) for fact, _of in prompt.asks}

    assert "maternity_status" in asked(birth_date="1995-01-01", sex="女")
    assert "maternity_status" in asked(birth_date="1995-01-01")
    assert "maternity_status" not in asked(birth_date="1995-01-01", sex="男")
    assert "maternity_status" not in asked(birth_date="2018-01-01", sex="女")


def test_people_who_are_not_registered_are_not_asked_about():
    child = Person(
        "p1", {"birth_date": "2018-01-01", "resident_rural_tianjin": True, "hukou_at_residence": True}, "son"
    )
    determinations = decide_all(policies(), Case(ON, {}, (child,)))
    assert any(part.of in ("father", "mother") for said in determinations for part in said.missing)
    prompts = prompts_of(Case(ON, {}, (child,)), 500)
    assert {of for prompt in prompts for _fact, of in prompt.asks} <= {"p1", "household"}


# How it is put.


def family():
    return Case(
        ON,
        {},
        (
            Person("p1", {"birth_date": "1955-01-01", "hukou_tianjin": True}, "applicant", sex="男"),
            Person("p2", {"birth_date": "1985-01-01", "hukou_tianjin": True}, "son", sex="男"),
            Person("p3", {"birth_date": "2014-01-01", "hukou_tianjin": True}, "other", sex="女"),
        ),
    )


def test_a_group_asks_one_owner_and_offers_no_more_than_can_be_asked_in_one_breath():
    groups = [prompt for prompt in prompts_of(family(), 500) if prompt.kind == "group"]
    assert len(groups) > 5
    for group in groups:
        assert {of for _fact, of in group.asks} == {group.of}
        assert 2 <= len(group.items) <= MOST_ITEMS
        assert all(item.zh and item.en for item in group.items)
        assert {fact for fact, _of in group.asks} == {item.fact for item in group.items}


def test_who_and_each_ask_one_fact_of_several_members():
    prompts = prompts_of(family(), 500)
    who = [prompt for prompt in prompts if prompt.kind == "who"]
    each = [prompt for prompt in prompts if prompt.kind == "each"]
    assert who
    assert each
    for prompt in (*who, *each):
        facts, owners = {fact for fact, _of in prompt.asks}, [of for _fact, of in prompt.asks]
        assert len(facts) == 1
        assert len(owners) == len(set(owners)) >= 2
    card = next(prompt for prompt in who if prompt.asks[0][0] == "disability_cert")
    assert (card.text_zh, card.text_en) == (
        "家里哪些人持有有效的残疾人证？",
        "Who of the household holds a valid disability certificate?",
    )
    assert [question.of for question in each[0].questions] == [of for _fact, of in each[0].asks]


def test_one_person_alone_is_not_asked_who():
    case = Case(ON, {}, family().people[:1])
    assert {prompt.kind for prompt in prompts_of(case, 500)} == {"one", "group"}


def test_another_question_asks_something_else():
    prompts = prompts_of(family(), 500)
    kept = screen(policies(), family()).prompts.distinct(500)
    assert kept[0] == prompts[0]
    seen: set = set()
    for prompt in kept:
        assert not seen.issuperset(prompt.asks)
        seen |= set(prompt.asks)
    assert {part for prompt in prompts for part in prompt.asks} == seen
    assert len(screen(policies(), family()).prompts.distinct(3)) == 3


def test_who_is_looked_at_is_asked_first_and_the_others_behind():
    prompts = screen(policies(), family()).prompts.distinct(500, about=("p3", "household"))
    mine = [{of for _fact, of in prompt.asks} <= {"p3", "household"} for prompt in prompts]
    assert mine[0]
    assert mine == sorted(mine, reverse=True)


def test_a_question_is_found_again_by_its_name():
    prompts = screen(policies(), family()).prompts
    for prompt in prompts.first(80):
        found = prompts.named(prompt.key, prompt.of)
        assert found is not None
        assert (found.key, found.of) == (prompt.key, prompt.of)
    assert prompts.named("no such question", "p1") is None


def group_called(key, case=None):
    return next(prompt for prompt in prompts_of(case or family(), 500) if prompt.key == key)


def test_what_was_not_ticked_is_no_only_when_the_worker_says_so():
    group = group_called("work")
    first = group.items[0]
    ticked = answers_of(policies(), group, [first], rest_is_no=False)
    assert [(a.fact, a.of, a.value, a.state) for a in ticked] == [(first.fact, first.of, True, "known")]
    whole = {(a.fact, a.of): a.value for a in answers_of(policies(), group, [first], rest_is_no=True)}
    assert whole == {(item.fact, item.of): item == first for item in group.items}
    assert answers_of(policies(), group, [], rest_is_no=False) == []


def test_not_known_and_refused_are_kept_for_the_one_thing_they_were_said_of():
    group = group_called("work")
    silent = group.items[1]
    said = answers_of(policies(), group, [silent], rest_is_no=True, states={(silent.fact, silent.of): "refused"})
    by_fact = {answer.fact: answer for answer in said}
    assert (by_fact[silent.fact].state, by_fact[silent.fact].value) == ("refused", None)
    assert all(answer.state == "known" for answer in said if answer.fact != silent.fact)


def test_what_a_ticked_thing_presupposes_is_not_denied():
    person = Person("p1", {"birth_date": "1985-01-01", "hukou_tianjin": True}, sex="男")
    standing = group_called("standing", Case(ON, {}, (person,)))
    by_fact = {item.fact: item for item in standing.items}
    said = answers_of(policies(), standing, [by_fact["self_employment_veteran"]], rest_is_no=True)
    assert "veteran" in by_fact
    assert "veteran" not in {answer.fact for answer in said}
    case = Case(ON, {}, (Person("p1", {**person.facts, **{a.fact: a.value for a in said}}),))
    assert View(policies().facts, case).known("veteran", "p1") is True


def test_one_of_several_values_is_ticked_and_none_of_them_is_the_value_that_remains():
    woman = Case(ON, {}, (Person("p1", {"birth_date": "1995-01-01", "hukou_tianjin": True}, sex="女"),))
    health = group_called("health", woman)
    carrying = [item for item in health.items if item.fact == "maternity_status"]
    assert [item.value for item in carrying] == ["孕期", "产后"]
    ticked = answers_of(policies(), health, carrying[:1], rest_is_no=True)
    assert [a.value for a in ticked if a.fact == "maternity_status"] == ["孕期"]
    none = answers_of(policies(), health, [], rest_is_no=True)
    assert [a.value for a in none if a.fact == "maternity_status"] == ["无"]


# Chances and likelihood.


def test_the_shipped_chances_and_groups_fit_the_dictionary():
    assert problems(load_asking(), policies().facts) == []
    assert load_asking().chances_from.zh.startswith("估计")


def test_questions_do_not_count_in_the_hash_of_the_rules(tmp_path):
    import shutil
    from importlib.resources import as_file

    from models.eligibility import load_policies
    from models.eligibility.loader import shipped

    with as_file(shipped()) as source:
        shutil.copytree(source, tmp_path / "policies")
    file = tmp_path / "policies" / "questions.yaml"
    before = load_policies(tmp_path / "policies").hash
    file.write_text(file.read_text(encoding="utf-8").replace("true: 0.6}", "true: 0.61}"), encoding="utf-8")
    assert load_policies(tmp_path / "policies").hash == before
    assert load_asking(tmp_path / "policies") != load_asking()


@pytest.mark.parametrize(
    ("fact", "facts", "value", "low", "high"),
    [
        ("school_stage", {"birth_date": "2016-01-01"}, "小学", 0.9, 1),
        ("school_stage", {"birth_date": "1956-01-01"}, "小学", 0, 0.01),
        ("employment_status", {"birth_date": "2006-01-01", "school_stage": "高校"}, "学生", 0.9, 1),
        ("residence_permit", {"hukou_tianjin": True}, True, 0, 0.05),
        ("residence_permit", {"hukou_tianjin": False}, True, 0.4, 0.8),
        ("disability_category", {"disability_cert": True}, "无", 0, 0),
    ],
)
def test_chances_go_by_age_and_by_what_is_known(fact, facts, value, low, high):
    view = View(policies().facts, Case(ON, {}, (Person("p1", facts),)))
    test = (("in", frozenset((value,))), True)
    assert low <= Chances(load_asking(), view).of((fact, "p1"), (test,)) <= high


def test_numbers_and_dates_have_chances_too():
    view = View(policies().facts, Case(ON, {}, (Person("p1", {"birth_date": "1980-01-01"}),)))
    chances = Chances(load_asking(), view)
    below_dibao = chances.of(("income_per_capita_month", "household"), ((("from", (1010, 0), True), True),))
    below_much = chances.of(("income_per_capita_month", "household"), ((("from", (9000, 0), True), True),))
    assert below_dibao == pytest.approx(0.05)
    assert 0.85 < below_much <= 1
    lately = ((("from", (date(2023, 5, 20), 0), False), True),)
    long_ago = ((("from", (date(1999, 5, 20), 0), False), True),)
    since = ("hukou_tianjin_since", "p1")
    assert chances.of(since, lately) == pytest.approx(0.05, abs=0.005)
    assert chances.of(since, long_ago) > chances.of(since, lately)


def test_the_likelihood_of_a_result_goes_with_the_person():
    young = Person("p1", {"birth_date": "2015-01-01", "hukou_tianjin": True})
    old = Person("p2", {"birth_date": "1940-01-01", "hukou_tianjin": True})
    screened = screen(policies(), Case(ON, {}, (young, old)))
    open_ones = {
        (said.service_id, said.component, said.person_id)
        for said in screened.determinations
        if said.outcome == "unknown" and "received" not in said.flags
    }
    assert set(screened.likelihood) == open_ones
    assert all(0 <= chance <= 1 for chance in screened.likelihood.values())
    assert screened.likelihood["S11", None, "p1"] > 0.9  # schooling
    assert screened.likelihood["S11", None, "p2"] < 0.02


def test_ways_are_the_tests_that_must_hold():
    a, b, c = (("leaf", (name, "p1"), ("in", frozenset((True,)))) for name in "abc")
    assert {frozenset(v[0][0] for v in way) for way in ways(("all", (a, ("any", (b, c)))))} == {
        frozenset("ab"),
        frozenset("ac"),
    }
    ((way,),) = (ways(("not", ("any", (a, b)))),)
    assert [(variable[0], tests[0][1]) for variable, tests in way] == [("a", False), ("b", False)]
    assert len(ways(("least", 2, (a, b, c)))) == 3
    wide = (
        "all",
        tuple(("any", tuple(("leaf", (f"{i}{j}", "p1"), ("in", frozenset((1,)))) for j in range(4))) for i in range(5)),
    )
    assert len(ways(wide)) == 24
