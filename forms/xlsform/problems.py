"""What is wrong with a workbook: where (sheet, row, column), one sentence, and one sentence on what to do about it.

The sentences are ours in both languages. What the library that converts workbooks says is English for developers; it
is told by its code where there is one (its family is enough to name the cell), and quoted only where it has none.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.texts import _


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `row` counts as the spreadsheet does (1 is the headings), 0 means the whole sheet."""

    kind: str
    sentence: str
    remedy: str
    sheet: str = ""
    row: int = 0
    column: str = ""

    @property
    def place(self) -> str:
        """Where, for a list: "survey, row 12, column relevant", in the language shown."""
        if not self.sheet:
            return _("the whole workbook")
        if not self.row:
            return _("sheet {sheet}").format(sheet=self.sheet)
        if not self.column:
            return _("sheet {sheet}, row {row}").format(sheet=self.sheet, row=self.row)
        return _("sheet {sheet}, row {row}, column {column}").format(sheet=self.sheet, row=self.row, column=self.column)


_LONGEST_QUOTE = 120


def quoted(said: object) -> str:
    """A cell's text as it is quoted in a sentence: one line, not too long."""
    word = " ".join(str(said).split())
    return word if len(word) <= _LONGEST_QUOTE else word[: _LONGEST_QUOTE - 1] + "…"


def why_unreadable(said: str) -> str:
    """What the expression library found wrong, in the language now shown; "" for what says nothing to an author."""
    if "end of source" in said:
        return _("something is missing at the end")
    if found := re.search(r"[Tt]oo (few|many) arguments", said):
        return _("too few arguments") if found.group(1) == "few" else _("too many arguments")
    if "at least an argument" in said:
        return _("too few arguments")
    if "has no arguments" in said:
        return _("too many arguments")
    if "nested too deeply" in said:
        return _("brackets are nested too deeply")
    if found := re.search(r"(?:unexpected|unknown)\s.*?['\"](.+?)['\"]", said):
        return _("{said} does not belong there").format(said=quoted(found.group(1)))
    return _("it is not written as an expression")


def problem(kind: str, sheet: str = "", row: int = 0, column: str = "", **facts: object) -> Problem:
    """A problem of a kind of KINDS, with its sentences in the language now shown."""
    sentence, remedy = KINDS[kind]()
    told = {name: said if isinstance(said, int) else quoted(said) for name, said in facts.items()}
    return Problem(kind, sentence.format(**told), remedy.format(**told), sheet, row, column)


KINDS: Mapping[str, Callable[[], tuple[str, str]]] = {
    # The file.
    "not_a_workbook": lambda: (
        _("The file is no workbook that can be read."),
        _("Save it in the spreadsheet program as an Excel workbook (.xlsx) and choose it again."),
    ),
    "locked_workbook": lambda: (
        _("The workbook is protected by a password, or it holds no table."),
        _("Open it in the spreadsheet program, take the password off, save it as .xlsx and choose it again."),
    ),
    "too_large": lambda: (
        _("The workbook is too large: at most {most} MB can be read."),
        _("Delete pictures and sheets that do not belong to the questionnaire, and save it again."),
    ),
    "unpacks_too_large": lambda: (
        _("The workbook grows too large when it is unpacked, which a questionnaire never does."),
        _("Copy the sheets survey, choices and settings into a new workbook and save it."),
    ),
    "external_entities": lambda: (
        _("The workbook asks for other files to be loaded into it. Such workbooks are not opened."),
        _("Copy the sheets survey, choices and settings into a new workbook and save it."),
    ),
    "too_many_rows": lambda: (
        _("This sheet has more than {most} rows."),
        _("Put long lists into a CSV file and use select_one_from_file, or delete rows that are not needed."),
    ),
    "too_many_columns": lambda: (
        _("This sheet has more than {most} columns."),
        _("Delete the columns that are not needed."),
    ),
    "too_many_questions": lambda: (
        _("The questionnaire has more than {most} questions."),
        _("Divide it into several questionnaires."),
    ),
    "takes_too_long": lambda: (
        _("Reading the workbook takes too long."),
        _("Make the questionnaire smaller, or its long expressions shorter."),
    ),
    # The sheets.
    "no_survey": lambda: (
        _("The workbook has no sheet called survey."),
        _("Name the sheet with the questions survey. Sheets found: {found}."),
    ),
    "empty_survey": lambda: (
        _("The sheet survey holds no question."),
        _("Write one question in each row: its type, its name and its label."),
    ),
    "no_column": lambda: (
        _("The column {wanted} is missing."),
        _("Add a column with the heading {wanted} in the first row."),
    ),
    "double_column": lambda: (
        _("Two columns have the heading {heading}."),
        _("Rename or delete one of them."),
    ),
    # The rows.
    "no_type": lambda: (
        _("The row has a name or a label but no type."),
        _("Write the type, for example text, integer or select_one."),
    ),
    "unknown_type": lambda: (
        _("There is no type “{said}”."),
        _("Check the spelling. Usual types: text, integer, decimal, date, select_one list, select_multiple list."),
    ),
    "no_name": lambda: (
        _("The row has no name."),
        _("Write a name in the column name: letters, digits and _ only, beginning with a letter."),
    ),
    "bad_name": lambda: (
        _("“{said}” cannot be a name."),
        _("A name begins with a letter or _ and holds only letters, digits, _, - and points; no blanks."),
    ),
    "double_name": lambda: (
        _("The name {said} is used twice: it also stands in row {other}."),
        _("Give one of the two rows another name, and change it in the expressions that mean it."),
    ),
    "unopened_end": lambda: (
        _("This row ends a group or repeat that was never begun."),
        _("Delete the row, or add the row that begins it ({begin}) above."),
    ),
    "wrong_end": lambda: (
        _("This row ends a {said}, but the {open} of row {other} is still open."),
        _("Close what was begun last first: write end_{open} here."),
    ),
    "unclosed": lambda: (
        _("What begins in this row is never ended."),
        _("Add a row with the type end_{said} behind its last question."),
    ),
    "no_list_name": lambda: (
        _("The type {said} does not say which list of choices it offers."),
        _("Write the list's name behind it, for example {said} yes_no."),
    ),
    "unknown_list": lambda: (
        _("There is no list {said} in the sheet choices."),
        _("Check the spelling, or add the list to the sheet choices. Lists found: {found}."),
    ),
    "no_choice_name": lambda: (
        _("This choice has no name."),
        _("Write a short name in the column name; it is what is kept as the answer."),
    ),
    "double_choice": lambda: (
        _("The list {list} has the choice {said} twice: also in row {other}."),
        _("Give one of them another name; or write yes in allow_choice_duplicates in the sheet settings."),
    ),
    "blank_in_choice": lambda: (
        _("The choice “{said}” has a blank in its name, which does not work where several can be chosen."),
        _("Write _ instead of the blank."),
    ),
    "no_file": lambda: (
        _("The questionnaire needs the table {said}, which was not given along with it."),
        _("Choose the file {said} together with the workbook, or put its rows into the sheet choices."),
    ),
    "bad_file": lambda: (
        _("The table {said} cannot be read."),
        _("Save it as CSV in UTF-8 with headings in the first row; it needs the columns {wanted}."),
    ),
    # The expressions.
    "unknown_reference": lambda: (
        _("${{{said}}} means no question of this questionnaire."),
        _("Check the spelling, or add the question. {near}"),
    ),
    "several_meant": lambda: (
        _("${{{said}}} means more than one question: the name is used in several groups."),
        _("Give these questions different names."),
    ),
    "bad_reference": lambda: (
        _("“{said}” is not written as a reference."),
        _("Write ${{name}}: a dollar sign, the name in curly brackets, and nothing else inside."),
    ),
    "bad_expression": lambda: (
        _("The expression cannot be read at letter {letter}: {said}"),
        _("Check brackets, quotation marks and commas there. ({reason})"),
    ),
    "bad_expression_whole": lambda: (
        _("The expression cannot be read: {said}"),
        _("Check brackets, quotation marks and commas. ({reason})"),
    ),
    "unknown_function": lambda: (
        _("There is no function {said}()."),
        _("Check the spelling. {near}"),
    ),
    "circular": lambda: (
        _("This expression depends on itself: {said}."),
        _("Take one of these questions out of the expression of another."),
    ),
    "no_calculation": lambda: (
        _("The row calculates something but the column calculation is empty."),
        _("Write the expression into the column calculation."),
    ),
    # Our own columns.
    "unknown_fact": lambda: (
        _("There is no fact {said} in the vocabulary of the policies."),
        _("Check the spelling of the fact's name. {near}"),
    ),
    "bad_fact_value": lambda: (
        _("“{said}” does not say which answer means which value."),
        _("Write pairs with blanks between: answer=value answer=value, for example yes=true no=false."),
    ),
    "unknown_choice_in_map": lambda: (
        _("{said} is none of the choices of this question."),
        _("Use the names of the choices before the = signs."),
    ),
    "unknown_group": lambda: (
        _("{said} is none of the nine groups of the service list."),
        _("Groups: {found}."),
    ),
    "bad_subject": lambda: (
        _("“{said}” is nothing a questionnaire can be about."),
        _("Write resident or household in jinmen_subject."),
    ),
    "no_such_calculation": lambda: (
        _("There is no question {said} to take the result from."),
        _("Write the name of a calculate row in {setting}."),
    ),
    # What the converting library says.
    "bad_parameters": lambda: (
        _("The parameters are not understood."),
        _("Write them as name=value with blanks between, for example start=0 end=10 step=1. ({said})"),
    ),
    "bad_headers": lambda: (
        _("The headings of this sheet are not understood."),
        _("Compare the first row with an example questionnaire. ({said})"),
    ),
    "bad_entities": lambda: (
        _("What the sheet entities or the column save_to says is not right."),
        _("Entities mean nothing here: delete the sheet entities and the column save_to. ({said})"),
    ),
    "no_label": lambda: (
        _("A label is missing."),
        _("Write what the worker is to read into the column label."),
    ),
    "refused": lambda: (
        _("The row is not understood."),
        _("Compare it with an example questionnaire. ({said})"),
    ),
    "not_understood": lambda: (
        _("The workbook is not understood."),
        _("Compare it with an example questionnaire, or copy its sheets into a new workbook."),
    ),
    # Warnings: it opens and everything else works.
    "language_incomplete": lambda: (
        _("The language {said} is missing in {n} rows, first in this one; the default language is shown there."),
        _("Fill in the column {wanted}, or take the column away."),
    ),
    "language_column_missing": lambda: (
        _("The language {said} has no column for some texts: {columns}."),
        _("Add the columns, or let the default language be shown there."),
    ),
    "kept_as_text": lambda: (
        _("Questions of the type {said} cannot be answered here; they are passed over, and all others work."),
        _("Ask for the same in words, or leave the question to other tools."),
    ),
    "not_done_here": lambda: (
        _("{said} has no meaning here and is passed over."),
        _("Nothing needs to be done."),
    ),
    "signs": lambda: (
        _("Curly or full-width signs in the expression are read as plain ones: {said}"),
        _("Nothing needs to be done; with plain ' , ( ) = < > it also works in other tools."),
    ),
    "fact_in_repeat": lambda: (
        _("A fact inside a repeat would be stated once for each round; it is passed over."),
        _("Ask for the fact outside of the repeat."),
    ),
    "no_places": lambda: (
        _("{said}() needs a map and gives nothing here."),
        _("Ask for the number itself where it is needed."),
    ),
    "bad_pattern": lambda: (
        _("The pattern in regex() cannot be read, so every answer is let through: {said}"),
        _("Check its brackets."),
    ),
    "no_version": lambda: (
        _("The questionnaire has no version; its date of import is used."),
        _("Write a version into the sheet settings, and a new one with each change."),
    ),
    "search_appearance": lambda: (
        _("search() is not done here: the choices written in the sheet choices are offered."),
        _("Use select_one_from_file."),
    ),
    "library_warning": lambda: (
        _("The converter remarks: {said}"),
        _("Nothing needs to be done if the questionnaire looks right."),
    ),
}  # fmt: skip

_ROW = re.compile(r"\[row : (\d+)\]\s*")
_SHEET = re.compile(r"[Oo]n the '(\w+)' sheet")
_COLUMN = re.compile(r"the '([^']+)' value is")

_BY_CODE = {
    "NAMES_006": "no_choice_name", "NAMES_013": "no_survey", "LABEL_001": "no_label",
    "SURVEY_004": "bad_parameters", "SURVEY_005": "bad_parameters",
}  # fmt: skip
_BY_FAMILY = {"ENTITY": "bad_entities", "HEADER": "bad_headers", "RANGE": "bad_parameters"}


def from_library(error: Exception) -> Problem:
    """What the converting library refused, as a problem of ours: the cell it names, and our sentence of its kind."""
    said = str(error)
    code = str(getattr(getattr(error, "code", None), "name", "") or "")
    context: Mapping[str, Any] = getattr(error, "context", None) or {}
    row = _ROW.search(said)
    sheet = _SHEET.search(said)
    column = _COLUMN.search(said)
    rest = _ROW.sub("", said)
    place = {
        "sheet": str(context.get("sheet") or context.get("sheet_name") or (sheet.group(1) if sheet else "survey")),
        "row": int(row.group(1)) if row else 0,
        "column": str(context.get("column") or (column.group(1) if column else "")),
    }
    if code == "PYREF_003" or (found := re.search(r"There is no survey element named '([^']*)'", said)):
        name = context.get("q") or (found.group(1) if code != "PYREF_003" and found else "")
        return problem("unknown_reference", **_at(place), said=name, near="")
    if code == "PYREF_004" or "multiple survey elements named" in said:
        named = re.search(r"named '([^']*)'", said)
        return problem("several_meant", **_at(place), said=context.get("q") or (named.group(1) if named else ""))
    if code in ("PYREF_001", "PYREF_002"):
        return problem("bad_reference", **_at(place), said=context.get("value") or place["column"] or "${")
    if code.startswith("NAMES_00") and code[-1] in "89":
        return problem("bad_name", **_at(place), said=context.get("name") or context.get("value") or place["column"])
    if code.startswith("NAMES_01") and code[-1] in "012":
        return problem("bad_entities", **_at(place), said=rest)
    if code in ("SURVEY_001", "SURVEY_002"):
        kind = "unopened_end" if code == "SURVEY_001" else "unclosed"
        word = str(context.get("type") or "group")
        return problem(kind, **_at(place), said=word, begin=f"begin_{word}")
    if code == "NAMES_007":
        return problem("refused", **_at({**place, "sheet": "choices"}), said=rest)
    kind = _BY_CODE.get(code) or _BY_FAMILY.get(code.partition("_")[0]) or _by_words(said)
    return problem(kind, **_at(place), said=rest or type(error).__name__, found="")


def _at(place: Mapping[str, Any]) -> dict[str, Any]:
    return {"sheet": place["sheet"], "row": place["row"], "column": place["column"]}


def _by_words(said: str) -> str:
    low = said.casefold()
    if "no type" in low:
        return "no_type"
    if "no name" in low:
        return "no_name"
    if "missing calculation" in low:
        return "no_calculation"
    if "parameter" in low:
        return "bad_parameters"
    if "entit" in low:
        return "bad_entities"
    return "refused"


_QUIET = (
    "is missing the", "recommended", "has no label", "unlabeled", "no label", "google", "table-list", "xlsform.org",
    "max-pixels", "max_pixels", "quality", "looks like a misspelling", "case-insensitive", "duplicate",
)  # fmt: skip


def from_library_warning(said: str) -> Problem | None:
    """A remark of the library worth telling; None for those that we tell ourselves or that mean nothing here."""
    low = said.casefold()
    if any(word in low for word in _QUIET):
        return None
    row = _ROW.search(said)
    return problem("library_warning", sheet="survey" if row else "", row=int(row.group(1)) if row else 0, said=said)
