"""Problems with a workbook: each names its cell and says what to do, in both languages."""

import ast
import re
from pathlib import Path

import pytest

from forms.xlsform import problems
from forms.xlsform.reading import Read, read_workbook
from models import texts
from tests.forms.xlsform.books import EVERYTHING, survey

CHOICES = "list_name | name | label\nyn | yes | Yes\nyn | no | No"


def read(rows: str, choices: str = "", settings: str = "form_id | version\nf | 1") -> Read:
    return read_workbook(survey(rows, choices, settings), "f.md")


WRONG = {
    "unknown_type": ("type | name | label\ntext | a | A\nintger | b | B", 3, "type"),
    "no_type": ("type | name | label\ntext | a | A\n | b | B", 3, "type"),
    "no_name": ("type | name | label\ntext | | A", 2, "name"),
    "bad_name": ("type | name | label\ntext | 1st | A", 2, "name"),
    "double_name": ("type | name | label\ntext | a | A\ndate | a | B", 3, "name"),
    "unopened_end": ("type | name | label\ntext | a | A\nend_group | |", 3, "type"),
    "wrong_end": ("type | name | label\nbegin_repeat | r | R\ntext | a | A\nend_group | |", 4, "type"),
    "unclosed": ("type | name | label\nbegin_group | g | G\ntext | a | A", 2, "type"),
    "no_list_name": ("type | name | label\nselect_one | a | A", 2, "type"),
    "unknown_list": ("type | name | label\nselect_one colour | a | A", 2, "type"),
    "no_file": ("type | name | label\nselect_one_from_file towns.csv | a | A", 2, "type"),
    "unknown_reference": ("type | name | label | relevant\ntext | aa | A |\ntext | b | B | ${ab} = 1", 3, "relevant"),
    "bad_reference": ("type | name | label | relevant\ntext | a | A | ${a = 1", 2, "relevant"),
    "bad_expression": ("type | name | label | constraint\ninteger | a | A | . > 3 and", 2, "constraint"),
    "unknown_function": ("type | name | label | calculation\ncalculate | a | | selcted(1, 2)", 2, "calculation"),
    "no_calculation": ("type | name | label | calculation\ncalculate | a | |", 2, "calculation"),
    "circular": (
        "type | name | label | calculation\ncalculate | a | | ${b} + 1\ncalculate | b | | ${a} + 1",
        2,
        "calculation",
    ),
    "several_meant": (
        "type | name | label | relevant\nbegin_group | g | G |\ntext | a | A |\nend_group | | |\n"
        "begin_group | h | H |\ntext | a | A |\nend_group | | |\ntext | c | C | ${a} = '1'",
        8,
        "relevant",
    ),
    "no_column": ("type | label\ntext | A", 1, ""),
    "double_column": ("type | name | label | label\ntext | a | A | B", 1, "label"),
    "bad_parameters": ("type | name | label | parameters\nrange | a | A | start=1 end", 2, "parameters"),
    "bad_fact_value": ("type | name | label | jinmen::fact_value\ntext | a | A | yes true", 2, "jinmen::fact_value"),
    "unknown_choice_in_map": (
        "type | name | label | jinmen::fact_value\nselect_one yn | a | A | ja=true",
        2,
        "jinmen::fact_value",
    ),
    "unknown_group": ("type | name | label | jinmen::needs\nselect_one yn | a | A | yes=money", 2, "jinmen::needs"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_problem_names_its_cell(kind: str) -> None:
    rows, row, column = WRONG[kind]
    found = read(rows, CHOICES)
    assert found.compiled is None
    first = next(one for one in found.problems if one.kind == kind)
    assert (first.sheet, first.row, first.column) == ("survey", row, column)
    assert first.sentence
    assert first.remedy
    assert not re.search(r"(?<!\$)\{", first.sentence + first.remedy)  # all is filled in
    assert f"{row}" in first.place


def test_all_problems_of_a_workbook_are_told_at_once_in_the_order_of_its_rows() -> None:
    found = read(
        "type | name | label | relevant\ntxt | a | A |\ntext | 2 | B | ${nobody} = 1\nselect_one x | c | C | foo(1)",
        CHOICES,
    )
    assert [one.kind for one in found.problems] == [
        "unknown_type",
        "bad_name",
        "unknown_reference",
        "unknown_list",
        "unknown_function",
    ]


def test_a_misspelt_reference_is_told_with_what_was_perhaps_meant() -> None:
    rows = "type | name | label | relevant\ntext | income | A |\ntext | b | B | ${incom} = 1"
    assert "income" in read(rows).problems[0].remedy


def test_choices_without_name_or_twice_are_told_in_their_sheet() -> None:
    rows = "type | name | label\nselect_one yn | a | A"
    twice = read(rows, CHOICES + "\nyn | yes | Again")
    assert [(one.kind, one.sheet, one.row) for one in twice.problems] == [("double_choice", "choices", 4)]
    nameless = read(rows, CHOICES + "\nyn | | Nothing")
    assert [(one.kind, one.sheet, one.row) for one in nameless.problems] == [("no_choice_name", "choices", 4)]
    allowed = read(rows, CHOICES + "\nyn | yes | Again", "form_id | version | allow_choice_duplicates\nf | 1 | yes")
    assert allowed.compiled


def test_settings_of_our_own_are_checked() -> None:
    rows = "type | name | label\ntext | a | A"
    wrong = read(rows, "", "form_id | version | jinmen_subject | jinmen_score\nf | 1 | dog | total")
    assert [(one.kind, one.sheet, one.column) for one in wrong.problems] == [
        ("bad_subject", "settings", "jinmen_subject"),
        ("no_such_calculation", "settings", "jinmen_score"),
    ]


def test_facts_are_checked_against_the_vocabulary_that_is_handed_in() -> None:
    book = survey("type | name | label | jinmen::fact\ntext | a | A | hukou_tianjn", "", "form_id | version\nf | 1")
    assert read_workbook(book, "f.md").compiled
    told = read_workbook(book, "f.md", facts=frozenset({"hukou_tianjin", "birth_date"})).problems[0]
    assert told.kind == "unknown_fact"
    assert "hukou_tianjin" in told.remedy


def test_what_works_otherwise_here_is_a_warning() -> None:
    found = read(
        "type | name | label::中文 (zh) | label::English (en) | relevant\n"
        "geopoint | where | 哪里 | Where |\ntext | a | 甲 | | regex(${where}, '[')\n"
        "text | b | 乙 | B | ${a} ＝ ‘x’ and selected（${b}， 'y'）\naudit | audit | | |",
        "",
        "form_id\nf",
    )
    assert found.compiled, found.problems
    assert {one.kind for one in found.warnings} == {
        "kept_as_text",
        "bad_pattern",
        "language_incomplete",
        "signs",
        "not_done_here",
        "no_version",
    }
    assert [one.row for one in found.warnings if one.kind == "language_incomplete"] == [3]


def test_signs_of_a_chinese_keyboard_are_read_as_plain_ones_but_stay_in_texts() -> None:
    found = read(
        "type | name | label | relevant | calculation\ntext | a | 写“全名” | |\n"
        "text | b | B | ${a} ＝ ‘是（对）’ |\ncalculate | c | | | concat（'，', ${a}）"
    )
    assert found.compiled
    nodes = found.compiled.nodes
    assert nodes["/data/b"]["relevant"] == "/data/a  = '是（对）'"
    assert "'，'" in nodes["/data/c"]["calculate"]
    assert "“全名”" in str(found.compiled.body["texts"])


def test_every_kind_has_a_sentence_and_a_remedy_in_both_languages() -> None:
    for language in texts.LANGUAGES:
        texts.set_language(language)
        for kind, write in problems.KINDS.items():
            sentence, remedy = write()
            assert sentence.endswith((".", "：{said}", "{said}", "。")), (kind, sentence)
            assert remedy, kind


def test_problems_of_the_converting_library_become_ours() -> None:
    class RefusedError(Exception):
        code = None
        context: dict[str, str] = {}

    told = problems.from_library(
        RefusedError("[row : 7] On the 'choices' sheet, the 'label' value is invalid. Choices…")
    )
    assert (told.sheet, told.row, told.column) == ("choices", 7, "label")
    told = problems.from_library(RefusedError("[row : 3] Question or group with no name."))
    assert (told.kind, told.row) == ("no_name", 3)


def test_every_text_of_the_engine_is_translated() -> None:
    part = Path("resources/locale/zh_CN/parts/xlsform.po")
    if not part.is_file():  # merged into the one catalogue, which has its own test
        return
    translated = dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', part.read_text("utf-8"), re.MULTILINE))
    for path in (*Path("forms/xlsform").glob("*.py"), Path("desktop/forms_command.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                said = ast.literal_eval(node.args[0])
                assert said in translated, (path.name, said)
                named = re.findall(r"(?<!\{)\{(\w+)\}", said)
                assert sorted(named) == sorted(re.findall(r"(?<!\{)\{(\w+)\}", translated[said])), said


def test_the_questionnaire_with_every_feature_opens() -> None:
    found = read_workbook(EVERYTHING, "everything.md")
    assert found.compiled, found.problems
    assert {one.kind for one in found.warnings} == {"kept_as_text", "language_column_missing", "not_done_here"}
