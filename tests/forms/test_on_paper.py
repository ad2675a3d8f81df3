"""Blank forms and reports, made from the very definitions that screens draw."""

from datetime import date

import pytest

from forms import definitions
from forms.instruments import load, points
from forms.on_paper import answer_text, assessment_report, blank_form, instrument_words
from forms.xlsform import shipped
from forms.xlsform.compiled import Compiled
from forms.xlsform.on_paper import Given, blank_questionnaire, questionnaire_report
from forms.xlsform.reading import read_workbook
from forms.xlsform.session import Session
from models.records.papers import AssessmentReport
from models.services.views import AssessmentView
from models.texts import set_language

DAY = date(2026, 11, 22)
BASE = AssessmentReport(office="社区", title="", name="李𬱖", printed_on=DAY)


@pytest.fixture(autouse=True)
def chinese():
    set_language("zh_CN")


def questions(form):
    return {question.label: question for part in form.parts for question in part.questions}


def test_a_condition_is_printed_where_it_begins_with_the_question_to_go_to():
    form = blank_form(definitions.load("visit"), office="社区", made_on=DAY, language="zh")
    asked = questions(form)
    assert asked["见到了谁"].jumps == ("第1题选“见到本人”才填；否则跳到第5题。",)
    assert asked["还见到了谁"].jumps == (), "said once for all that wait for the same"
    assert asked["走访事由"].number == "5"
    assert asked["发现的需求"].columns == ("哪一类", "紧急程度", "谁的需求", "具体情况")
    assert form.code == "JMF:visit:1"


def test_an_age_is_a_condition_too_and_long_lists_are_written():
    asked = questions(blank_form(definitions.load("resident"), office="社区", made_on=DAY, language="zh"))
    assert "满6岁的人才填；否则跳到第18题。" in asked["文化程度"].jumps
    assert asked["民族"].space == "line"
    assert asked["性别"].space == "boxes"
    assert asked["证件"].space == "rows"
    assert asked["是否有天津户籍"].choices == ("是", "否", "不清楚", "不愿回答")
    assert asked["是否有天津户籍"].paper == "户口簿"


def test_the_numbers_of_questions_count_on_without_a_gap():
    for form_id in definitions.FORMS:
        form = blank_form(definitions.load(form_id), office="", made_on=DAY, language="zh")
        numbers = [int(q.number) for part in form.parts for q in part.questions if q.number]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) == len(definitions.load(form_id).questions)


def test_points_of_an_instrument_stand_beside_its_choices():
    asked = questions(
        blank_form(definitions.load("elder_ability"), office="", made_on=DAY, language="zh", instrument=True)
    )
    assert [choice.rpartition("（")[2] for choice in asked["进食"].choices] == [
        "4分）",
        "3分）",
        "2分）",
        "1分）",
        "0分）",
    ]


def test_conditions_of_a_questionnaire_are_put_into_words():
    asked = questions(blank_questionnaire(shipped.load("home_safety"), office="", made_on=DAY, language="zh"))
    hose = next(q for label, q in asked.items() if "燃气软管" in label)
    assert hose.jumps == ("第2题选“管道燃气”或第2题选“瓶装液化气”才填；否则跳到第5题。",)
    agreed = next(q for label, q in asked.items() if "怎么整改" in label)
    assert agreed.jumps == ("与这户（人）无关就不填。",), "it waits for points that nobody reckons on paper"


WORKBOOK = """
| survey |
|  | type | name | label | relevant | required |
|  | integer | age | 几岁 |  | yes |
|  | note | hint | 你好 ${age} |  |  |
|  | select_one yn | work | 有工作吗 | ${age} >= 16 and ${age} < 60 |  |
|  | begin group | more | 详细 | not(selected(${work}, 'y')) |  |
|  | text | why | 为什么 | ${work} != '' |  |
|  | end group |  |  |  |  |
|  | begin repeat | kids | 孩子 |  |  |
|  | text | kid | 名字 |  |  |
|  | select_one yn | school | 上学吗 |  |  |
|  | end repeat |  |  |  |  |
|  | begin repeat | rooms | 房间 |  |  |
|  | begin group | room | 一间 |  |  |
|  | text | what | 做什么用 |  |  |
|  | end group |  |  |  |  |
|  | end repeat |  |  |  |  |
| choices |
|  | list_name | name | label |
|  | yn | y | 是 |
|  | yn | n | 否 |
| settings |
|  | form_id | version | form_title |
|  | trial | 3 | 试填 |
"""


@pytest.fixture
def compiled() -> Compiled:
    read = read_workbook(WORKBOOK.encode(), "trial.md")
    assert read.compiled is not None, read.problems
    return read.compiled


def test_any_questionnaire_becomes_paper_with_its_rounds(compiled):
    form = blank_questionnaire(compiled, office="", made_on=DAY, language="zh", copies=3)
    asked = questions(form)
    assert (form.code, form.copies, form.title) == ("JMF:trial:3", 3, "试填")
    assert asked["几岁"].required
    assert asked["有工作吗"].jumps == ("第1题不少于16且第1题少于60才填；否则跳到第3题。",)
    assert asked["为什么"].jumps[0] == "与这户（人）无关就不填。", "not(...) is not put into words"
    assert asked["孩子"].columns == ("名字", "上学吗")
    assert asked["孩子"].hint == "上学吗：是、否"
    assert not any("你好" in label for label in asked), "what tells answers back has nothing to tell on paper"
    assert {"房间（第1份）", "房间（第2份）"} <= set(asked), "a repeat with groups is printed twice over"


def test_a_questionnaire_is_reported_item_by_item_beside_the_last_time(compiled):
    def filled(age: str, work: str):
        session = Session(compiled)
        session.set("/data/age", age)
        session.set("/data/work", work)
        return session.answers()

    before = Given(compiled, filled("40", "y"), date(2026, 1, 1), "3", "")
    made = Given(compiled, filled("41", "y"), DAY, "5", "高")
    report = questionnaire_report(BASE, made, before)
    lines = {line.label: line for part in report.parts for line in part.lines}
    assert (lines["几岁"].answer, lines["几岁"].before, lines["几岁"].changed) == ("41", "40", True)
    assert (lines["有工作吗"].answer, lines["有工作吗"].changed) == ("是", False)
    assert (report.points, report.level, report.before_points, report.before_on) == ("5", "高", "3", date(2026, 1, 1))
    first = questionnaire_report(BASE, made, None)
    assert first.before_on is None
    assert all(line.before == "" for part in first.parts for line in part.lines)


def view(day: date, score: int, level: str, **answers: object) -> AssessmentView:
    return AssessmentView("id", "who", "elder_ability", "1", day, answers, score, level, "", "周敏")


CALM = {"dementia": "no", "mental_disorder": "no", "fall": "2"}
CALM |= dict.fromkeys(("wandering", "choking", "self_harm", "other_event"), "0")


def test_an_assessment_is_reported_with_points_sums_and_what_changed():
    items = [
        question.id
        for section in load("elder_ability").sections
        if section.scored
        for question in section.questions
        if question.kind == "choice"
    ]
    full = dict.fromkeys(items, "1")
    nearly = {q.id: str(points(q) - 1) for q in load("elder_ability").questions if q.id in items}
    before = view(date(2026, 5, 1), 26, "完全失能", **full)
    made = view(DAY, 27, "完全失能", **full | {"eating": "2", "fall": "2"})
    report = assessment_report(BASE, made, before)
    lines = {line.label: line for part in report.parts for line in part.lines}
    assert (lines["进食"].points, lines["进食"].before, lines["进食"].changed) == ("2", "1", True)
    assert (lines["修饰"].points, lines["修饰"].before, lines["修饰"].changed) == ("1", "1", False)
    care = next(part for part in report.parts if part.title == "自理能力")
    assert (care.points, care.before) == ("9 / 32", "8 / 32")
    assert (report.points, report.level, report.before_points) == ("27 / 90", "完全失能", "26 / 90")
    assert report.source == "GB/T 42195-2022"
    assert report.why == (), "nothing is worse than the worst"
    mild = assessment_report(BASE, view(DAY, 80, "中度失能", **CALM | nearly), None)
    assert mild.why == ("近30天发生两次及以上照护风险事件，加重一级",)
    alone = assessment_report(BASE, made, None)
    assert alone.before_on is None
    assert all(not line.before for part in alone.parts for line in part.lines)


def test_answers_and_names_are_told_in_words():
    form = definitions.load("resident")
    assert answer_text(form.question("sex"), "1") == "男"
    assert answer_text(form.question("hukou_tianjin"), True) == "是"
    assert answer_text(form.question("hukou_tianjin"), "refused") == "不愿回答"
    assert answer_text(form.question("income_month"), 1200) == "1200 元/月"
    assert answer_text(form.question("name"), None) == ""
    assert instrument_words("elder_ability", "1", "轻度失能") == ("老年人能力评估", "轻度失能")
    assert instrument_words("unknown", "1", "x") == ("unknown", "x")
