"""Filling in: what is asked, what is offered, what is reckoned, and that nothing typed is ever lost."""

import json
from datetime import date, datetime, timedelta

import pytest

from forms.xlsform.compiled import Compiled
from forms.xlsform.reading import read_workbook
from forms.xlsform.session import Session
from forms.xlsform.states import Context
from models import texts
from tests.forms.xlsform.books import EVERYTHING, survey

MOMENT = datetime(2026, 3, 10, 9, 30)  # noqa: DTZ001  # on this desk's clock
HERE = Context(now=MOMENT, worker="w-1", device="d-1")


def compiled(rows: str, choices: str = "", settings: str = "form_id | version\nf | 1") -> Compiled:
    read = read_workbook(survey(rows, choices, settings), "f.md")
    assert read.compiled, read.problems
    return read.compiled


@pytest.fixture(scope="module")
def everything() -> Compiled:
    read = read_workbook(EVERYTHING, "everything.md").compiled
    assert read
    return read


def test_labels_follow_the_answers_and_the_language(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    session.set("/data/about/name", "王秀英")
    assert session.state("/data/hello").label == "欢迎 王秀英"
    texts.set_language("en")
    session = Session(everything, session.answers(), HERE)
    assert session.state("/data/hello").label == "Welcome 王秀英"
    assert session.state("/data/about/name").hint == "与证件一致"  # the author gave no other
    assert everything.title == "Everything"


def test_a_question_that_is_not_asked_keeps_its_answer_for_the_eyes_only(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    session.set("/data/about/born", "1952年3月8日")
    session.set("/data/about/income", "3千")
    assert session.state("/data/about/income").value == "3000"
    changed = session.set("/data/about/born", "2020-1-1")
    assert "/data/about/income" in changed
    state = session.state("/data/about/income")
    assert (state.asked, state.typed, state.value) == (False, "3千", "")
    assert "about/income" not in session.result().answers
    assert not session.result().facts
    session.set("/data/about/born", "1952-3-8")
    assert session.state("/data/about/income").value == "3000"


def test_not_knowing_and_not_saying_are_answers_that_conditions_see(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    session.set("/data/about/born", "1952-3-8")
    session.set("/data/about/income", "不愿回答")
    assert session.state("/data/about/income").value == "refused"
    assert session.state("/data/about/income").problem == ""
    assert session.is_asked("/data/about/refused")
    assert dict(session.state("/data/about/income").unknowns).keys() == {"not_known", "refused"}
    fact = session.result().facts[0]
    assert (fact.name, fact.state, fact.value) == ("household_income_monthly", "refused", None)


def test_what_cannot_be_read_stays_typed_and_is_told(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    for path, typed in (("about/born", "1952-13-8"), ("height", "tall"), ("woke", "25:00"), ("scale", "9")):
        session.set(f"/data/{path}", typed)
        state = session.state(f"/data/{path}")
        assert (state.typed, state.value) == (typed, ""), path
        assert state.problem, path
    session.set("/data/height", "3.1")
    assert session.state("/data/height").problem
    assert {one.field for one in session.check()} >= {
        "/data/about/name",
        "/data/about/born",
        "/data/height",
        "/data/agree",
    }


@pytest.mark.parametrize(
    ("typed", "value"),
    [("7点半", "07:30:00"), ("下午3:05", "15:05:00"), ("0930", "09:30:00"), ("9:30", "09:30:00"), ("18时", "18:00:00")],
)
def test_times_are_read_as_people_write_them(everything: Compiled, typed: str, value: str) -> None:
    session = Session(everything, None, HERE)
    session.set("/data/woke", typed)
    assert session.state("/data/woke").value == value


def test_a_choice_filter_offers_what_fits_and_keeps_what_no_longer_does(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    session.set("/data/district", "heping")
    assert [one.label for one in session.state("/data/street").choices] == ["五大道", "小白楼"]
    session.set("/data/street", "wudadao")
    session.set("/data/district", "hexi")
    state = session.state("/data/street")
    assert (state.typed, state.value, bool(state.problem)) == ("wudadao", "", True)
    session.set("/data/district", "heping")
    assert session.state("/data/street").value == "wudadao"


def test_choices_with_a_seed_come_in_the_same_shuffled_order_for_everybody(everything: Compiled) -> None:
    orders = {tuple(one.name for one in Session(everything).state("/data/needs").choices) for _ in range(3)}
    assert len(orders) == 1
    assert next(iter(orders)) != ("none", "job", "checkup", "other")


def test_other_opens_its_text_and_several_needs_are_mapped_to_groups(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    session.set("/data/needs", ["job", "other"])
    assert session.is_asked("/data/needs_other")
    assert [one.name for one in session.state("/data/order").choices] == ["job", "other"] or [
        one.name for one in session.state("/data/order").choices
    ] == ["job"]
    assert session.result().needs == ("work",)
    session.set("/data/needs", ["none", "job"])
    assert session.state("/data/needs").problem == "不能同时选"


def test_rounds_follow_their_count_but_never_take_typed_answers_away(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    session.set("/data/people_count", "3")
    session.set("/data/people[2]/pname", "乙")
    session.set("/data/people_count", "1")
    assert session.state("/data/people[2]/pname").typed == "乙"
    with pytest.raises(KeyError):
        session.state("/data/people[3]")
    with pytest.raises(ValueError, match="no more rounds"):
        session.add_repeat("/data/people")
    session.remove_repeat("/data/people[2]")
    with pytest.raises(ValueError, match="cannot be removed"):
        session.remove_repeat("/data/people[1]")


def test_rounds_in_rounds_are_added_and_removed_and_their_places_move_up(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    for number, name in enumerate(("甲", "乙"), 1):
        session.set(f"/data/people[{number}]/pname", name)
        session.set(f"/data/people[{number}]/page", str(20 * number))
    assert session.add_repeat("/data/people[2]/papers") == "/data/people[2]/papers[2]"
    session.set("/data/people[2]/papers[1]/number", "1111")
    session.set("/data/people[2]/papers[2]/number", "22")
    assert session.state("/data/people[2]/papers[2]/number").problem == "号码不对"
    session.remove_repeat("/data/people[2]/papers[1]")
    assert session.state("/data/people[2]/papers[1]/number").typed == "22"
    assert session.state("/data/people[2]/page").label == "乙的年龄"
    assert session.state("/data/people[2]/place").value == "2"
    kinds = [(item.path, item.kind) for item in session.items() if item.path.startswith("/data/people[2]")]
    assert ("/data/people[2]/papers", "repeat") in kinds


def test_calculations_go_over_all_rounds(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    session.set("/data/people[1]/pname", "甲")
    session.set("/data/people[2]/pname", "乙")
    session.set("/data/people[1]/page", "8")
    changed = session.set("/data/people[2]/page", "70")
    values = {name: session.state(f"/data/{name}").value for name in ("old", "oldest", "second", "names", "points")}
    assert values == {"old": "1", "oldest": "70", "second": "乙", "names": "甲、乙", "points": "1"}
    assert "/data/oldest" in changed
    assert "/data/people[1]/page" not in changed


def test_only_what_reads_an_answer_changes_with_it(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    assert session.set("/data/height", "1.7") == {"/data/height"}
    assert session.set("/data/scale", "4") >= {"/data/scale", "/data/points", "/data/class", "/data/locked"}
    assert session.state("/data/locked").label == "结果：high"
    assert session.state("/data/locked").read_only


def test_points_class_facts_and_papers_come_out(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    session.set("/data/scale", "4")
    session.set("/data/about/hukou", "yes")
    session.see("/data/about/hukou", True)
    session.set("/data/photo", "picture-7")
    result = session.result()
    assert (result.score, result.level, result.pictures) == ("40", "high", ("picture-7",))
    fact = result.facts[0]
    assert (fact.name, fact.value, fact.as_of) == ("hukou_tianjin", True, date(2026, 3, 10))
    assert (fact.source, fact.document_seen) == ("document", "户口本")
    session.see("/data/about/hukou", "")
    assert session.result().facts[0].source == "told"


def test_names_of_the_device_and_moments_are_put_in_and_kept(everything: Compiled) -> None:
    answers = Session(everything, None, HERE).answers()
    later = Session(everything, answers, Context(now=MOMENT + timedelta(days=2), worker="other"))
    result = later.result().answers
    assert (result["device"], result["worker"], result["today"]) == ("d-1", "w-1", "2026-03-10")
    assert result["start"].startswith("2026-03-10T09:30")
    assert later.state("/data/drawn").value == str(answers["kept"]["/data/drawn"])


def test_a_trigger_puts_its_value_in_when_its_question_is_answered(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    assert session.state("/data/changed").value == ""
    assert "/data/changed" in session.set("/data/about/name", "王秀英")
    assert session.state("/data/changed").value.startswith("2026-03-10T09:30")


def test_answers_are_plain_json_and_open_again_as_they_were(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    session.set("/data/about/born", "昨天")
    session.set("/data/about/name", "王")
    session.set("/data/people[1]/pname", "甲")
    session.set("/data/people_count", "")
    session.set("/data/needs", ["job"])
    kept = json.loads(json.dumps(session.answers()))
    again = Session(Compiled.from_body(json.loads(json.dumps(everything.body))), kept, HERE)
    assert again.answers() == session.answers()
    assert again.check() == session.check()
    assert again.result() == session.result()
    assert again.state("/data/about/born").typed == "昨天"


def test_answers_to_questions_that_are_no_more_stay_in_the_draft(everything: Compiled) -> None:
    given = {"format": 1, "values": {"/data/gone": "x", "/data/about/name": "王秀英"}, "kept": {}, "rounds": {}}
    session = Session(everything, given, HERE)
    assert session.answers()["values"]["/data/gone"] == "x"
    assert session.state("/data/about/name").typed == "王秀英"


def test_topics_are_the_groups_and_lone_questions_at_the_top(everything: Compiled) -> None:
    session = Session(everything, None, HERE)
    screens = {screen.path: screen for screen in session.screens()}
    assert screens["/data/about"].title == "基本情况"
    assert screens["/data/about"].hint == "先问这些"
    assert [item.path for item in screens["/data/about"].items] == [
        "/data/about/name",
        "/data/about/born",
        "/data/about/hukou",
    ]
    assert "/data/street" not in screens
    session.set("/data/district", "hexi")
    assert "/data/street" in {screen.path for screen in session.screens()}
    assert "/data/points" not in screens


def test_defaults_are_put_in_once_and_a_cleared_one_stays_empty() -> None:
    form = compiled("type | name | label | default\ninteger | n | N | 2\ndate | d | D | today()")
    session = Session(form, None, HERE)
    assert session.state("/data/n").typed == "2"
    assert session.state("/data/d").value == "2026-03-10"
    session.set("/data/n", "")
    again = Session(form, session.answers(), Context(now=MOMENT + timedelta(days=22)))
    assert again.state("/data/n").typed == ""
    assert again.state("/data/d").value == "2026-03-10"


def test_a_round_that_is_added_has_its_defaults_and_the_first_round_is_there() -> None:
    form = compiled(
        "type | name | label | default | calculation\nbegin_repeat | r | R | |\ninteger | n | N | 5 |\n"
        "text | t | T | concat('#', position(..)) |\nend_repeat | | | |\ncalculate | total | | | sum(${n})"
    )
    session = Session(form, None, HERE)
    assert session.state("/data/total").value == "5"
    assert session.add_repeat("/data/r") == "/data/r[2]"
    assert session.state("/data/total").value == "10"
    assert session.state("/data/r[2]/t").value == "#2"
    session.remove_repeat("/data/r[1]")
    session.remove_repeat("/data/r[1]")
    assert session.state("/data/total").value == "0"
    item = next(one for one in session.items() if one.kind == "repeat")
    assert item.can_add
    assert Session(form, session.answers(), HERE).answers()["rounds"] == {"/data/r": 0}


def test_a_path_from_the_root_means_the_same_round() -> None:
    form = compiled(
        "type | name | label | relevant\nbegin_repeat | r | R |\ninteger | n | N |\n"
        "text | t | T | /data/r/n > 3\nend_repeat | | |"
    )
    session = Session(form, None, HERE)
    session.add_repeat("/data/r")
    session.set("/data/r[2]/n", "5")
    assert [session.is_asked(f"/data/r[{place}]/t") for place in (1, 2)] == [False, True]


def test_a_long_list_is_filtered_at_once() -> None:
    choices = "\n".join(f"c | c{number} | C {number} | d{number % 400}" for number in range(8000))
    form = compiled(
        "type | name | label | choice_filter\ntext | d | D |\nselect_one c | a | A | d = ${d}",
        f"list_name | name | label | d\n{choices}",
    )
    session = Session(form, None, HERE)
    session.set("/data/d", "d7")
    assert len(session.state("/data/a").choices) == 20


def test_a_calculation_that_cannot_be_reckoned_gives_nothing_and_keeps_nobody_from_going_on() -> None:
    form = compiled(
        "type | name | label | calculation | constraint\n"
        "text | a | A | | number(.) div 0 > 'x'\ncalculate | b | | 1 div ${a} |"
    )
    session = Session(form, None, HERE)
    session.set("/data/a", "x")
    assert session.state("/data/b").value == ""
    assert Session(form, session.answers(), HERE).check() == session.check()


def test_a_draft_of_a_newer_format_is_refused() -> None:
    with pytest.raises(ValueError, match="not a compiled questionnaire"):
        Compiled.from_body({"format": 99, "nodes": []})


def test_marks_for_bold_and_colour_are_no_part_of_a_label() -> None:
    form = compiled('type | name | label\nnote | n | # 注意 **很** <span style="color:red">重要</span> a_b_c 3 < 5')
    assert Session(form).state("/data/n").label == "注意 很 重要 a_b_c 3 < 5"
