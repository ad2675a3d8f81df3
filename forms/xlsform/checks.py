"""What is looked at in a workbook before it is converted, so that each problem names its cell and says what to do.

The rules are those of the XLSForm standard (xlsform.org). Anything that passes here and is still refused by the
converting library is told in its family's sentence (problems.from_library).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from forms.xlsform.headings import EXPRESSIONS, TRANSLATED, canonical, language_of, plain_signs, plain_type
from forms.xlsform.problems import Problem, problem, why_unreadable
from forms.xlsform.workbook import Row, Sheet, Workbook
from models.texts import _

QUESTIONS_MOST = 3_000
_NAME = re.compile(r"[^\W\d][\w.\-·]*", re.UNICODE)
_REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}]*?)\s*\}")
_OPEN_REFERENCE = re.compile(r"\$\{[^}]*$")
_BEGIN = re.compile(r"begin[ _](group|lgroup|repeat|loop|looped group)(?:(?: over)? (\S+))?", re.IGNORECASE)
_END = re.compile(r"end[ _](group|lgroup|repeat|loop|looped group)", re.IGNORECASE)
_SELECT = re.compile(
    r"(add select one prompt using|add select multiple prompt using|select all that apply from|select one from file"
    r"|select multiple from file|select one from|select1|select_one_from_file|select_multiple_from_file"
    r"|select_one_external|select_one|select one|select_multiple|select multiple|select all that apply|rank)"
    r"(?: (\S+))?( (?:or specify other|or_other|or other))?",
    re.IGNORECASE,
)
_KINDS = {"lgroup": "repeat", "looped group": "repeat"}

_PLAIN_ANSWERS = frozenset({"yes", "no", "true", "false", "true()", "false()", ""})


@dataclass
class Survey:
    """What the sheets say, for the steps after: where each question stands."""

    rows: dict[tuple[str, ...], Row] = field(default_factory=dict)  # names from the outermost group on -> its row
    columns: dict[str, str] = field(default_factory=dict)  # canonical heading -> the heading as it is written
    choices: dict[str, list[str]] = field(default_factory=dict)  # list -> names of its choices
    groups: set[tuple[str, ...]] = field(default_factory=set)

    def cell(self, path: tuple[str, ...], column: str) -> str:
        """What a question's row says in a column (canonical heading); "" where nothing."""
        row = self.rows.get(path)
        return row.cells.get(self.columns.get(column, ""), "") if row else ""


@cache
def known_types() -> frozenset[str]:
    """The types of question that need no list, in small letters."""
    from pyxform import aliases
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

    more_names: Iterable[str] = getattr(aliases, "_type_alias_map", ())
    more = {
        "audit", "range", "csv-external", "xml-external", "file", "background-audio", "start-geopoint", "hidden",
        "trigger", "calculate", "email", "subscriberid", "today", "end", "start", "include", "xml external",
        "csv external", "cascading_select", "cascading select", "calculation", "select_one", "osm",
    }  # fmt: skip
    return frozenset({str(one).casefold() for one in (*QUESTION_TYPE_DICT, *more_names)} | more)


def check(book: Workbook, given: Iterable[str] = ()) -> tuple[Survey, list[Problem], list[Problem]]:
    """What was found, the problems and the warnings. `given` names the tables that come along."""
    survey = Survey()
    problems: list[Problem] = []
    warnings: list[Problem] = []
    sheet = book.sheets.get("survey")
    if sheet is None:
        found = "、".join(book.found[:10]) or "-"
        return survey, [problem("no_survey", found=found)], warnings
    survey.columns = {canonical(heading): heading for heading in reversed(sheet.headings)}
    for wanted in ("type", "name"):
        if wanted not in survey.columns and not (wanted == "name" and "value" in survey.columns):
            problems.append(problem("no_column", "survey", sheet.heading_row, wanted=wanted))
    if problems:
        return survey, problems, warnings
    survey.columns.setdefault("name", "value")
    if not sheet.rows:
        return survey, [problem("empty_survey", "survey")], warnings
    problems += _choices(book, survey)
    problems += _rows(sheet, survey, set(given), set(book.sheets))
    if len(survey.rows) > QUESTIONS_MOST:
        return survey, [problem("too_many_questions", "survey", most=QUESTIONS_MOST)], warnings
    problems += _references(book, survey)
    for told in _expressions(sheet, survey):
        (warnings if told.kind in ("bad_pattern", "no_places", "signs") else problems).append(told)
    warnings += _languages(book)
    return survey, problems, warnings


def _choices(book: Workbook, survey: Survey) -> Iterator[Problem]:
    sheet = book.sheets.get("choices")
    if sheet is None:
        return
    columns = {canonical(heading): heading for heading in reversed(sheet.headings)}
    name_column = columns.get("name") or columns.get("value") or ""
    list_column = columns.get("list_name") or ""
    if sheet.rows:
        for wanted, there in (("list_name", list_column), ("name", name_column)):
            if not there:
                yield problem("no_column", "choices", sheet.heading_row, wanted=wanted)
    if not (name_column and list_column):
        return
    doubles = any(
        said.strip().casefold() in ("yes", "true", "true()")
        for row in book.rows("settings")
        for heading, said in row.cells.items()
        if heading.casefold() == "allow_choice_duplicates"
    )
    seen: dict[tuple[str, str], int] = {}
    for row in sheet.rows:
        of, name = row.cells.get(list_column, ""), row.cells.get(name_column, "")
        if not of:
            continue
        names = survey.choices.setdefault(of, [])
        if not name:
            yield problem("no_choice_name", "choices", row.number, name_column)
            continue
        if (of, name) in seen and not doubles:
            yield problem("double_choice", "choices", row.number, name_column, list=of, said=name, other=seen[of, name])
        seen.setdefault((of, name), row.number)
        names.append(name)


def is_disabled(row: Row, columns: dict[str, str]) -> bool:
    """Is a row switched off in the column disabled?"""
    return row.cells.get(columns.get("disabled", ""), "").strip().casefold() in ("yes", "true", "true()")


def _rows(sheet: Sheet, survey: Survey, given: set[str], sheets: set[str]) -> Iterator[Problem]:
    """Types, names, groups and lists, row by row; fills in where each question stands."""
    type_column, name_column = survey.columns["type"], survey.columns["name"]
    opened: list[tuple[str, str, int]] = []  # kind, name, row
    notes = 0
    for row in sheet.rows:
        if is_disabled(row, survey.columns):
            continue
        said = plain_type(row.cells.get(type_column, ""))
        name = row.cells.get(name_column, "").strip()
        if not said:
            if name or any(canonical(heading) == "label" for heading in row.cells):
                yield problem("no_type", "survey", row.number, type_column)
            continue
        if end := _END.fullmatch(said):
            kind = _KINDS.get(end.group(1).casefold(), end.group(1).casefold())
            if not opened:
                yield problem("unopened_end", "survey", row.number, type_column, begin=f"begin_{kind}")
                continue
            open_kind, _name, open_row = opened.pop()
            if open_kind != kind:
                yield problem("wrong_end", "survey", row.number, type_column, said=kind, open=open_kind, other=open_row)
            continue
        begin = _BEGIN.fullmatch(said)
        select = _SELECT.fullmatch(said)
        if not begin and not select and said.casefold() not in known_types() and not said.casefold().startswith("osm "):
            yield problem("unknown_type", "survey", row.number, type_column, said=said)
        if select:
            yield from _list(row, type_column, select, survey, given, sheets)
        if not name and said.casefold() in ("note", "q note", "add note prompt"):
            notes += 1
            name = f"generated_note_name_{row.number}"
        if not name and said.casefold() == "audit":
            name = "audit"
        if not name:
            yield problem("no_name", "survey", row.number, name_column)
            name = f"_row_{row.number}"
        elif not _NAME.fullmatch(name):
            yield problem("bad_name", "survey", row.number, name_column, said=name)
        path = (*(one for _kind, one, _row in opened), name)
        if path in survey.rows:
            other = survey.rows[path].number
            yield problem("double_name", "survey", row.number, name_column, said=name, other=other)
        survey.rows.setdefault(path, row)
        if begin:
            kind = _KINDS.get(begin.group(1).casefold(), begin.group(1).casefold())
            survey.groups.add(path)
            opened.append((kind, name, row.number))
        elif said.casefold() in ("calculate", "q calculate", "add calculate prompt", "calculation") and not (
            row.cells.get(survey.columns.get("calculation", ""), "") or row.cells.get(survey.columns.get("default", ""))
            or row.cells.get(survey.columns.get("trigger", ""))
        ):  # fmt: skip
            yield problem("no_calculation", "survey", row.number, survey.columns.get("calculation", "calculation"))
    for kind, _name, number in opened:
        yield problem("unclosed", "survey", number, type_column, said=kind)
    if not survey.rows:
        yield problem("empty_survey", "survey")


def _list(
    row: Row, column: str, select: re.Match[str], survey: Survey, given: set[str], sheets: set[str]
) -> Iterator[Problem]:
    kind, named = select.group(1).casefold(), select.group(2)
    if not named:
        yield problem("no_list_name", "survey", row.number, column, said=select.group(1))
    elif "file" in kind:
        if named.casefold().endswith((".csv", ".xml", ".geojson")) and named not in given:
            yield problem("no_file", "survey", row.number, column, said=named)
    elif "external" in kind:
        if "external_choices" not in sheets:
            yield problem("no_column", "external_choices", 1, wanted="list_name")
    elif not named.startswith("${") and named not in survey.choices:
        search = "search" in row.cells.get(survey.columns.get("appearance", ""), "")
        if not search:
            yield problem(
                "unknown_list",
                "survey",
                row.number,
                column,
                said=named,
                found="、".join(list(survey.choices)[:12]) or "-",
            )
    elif "multiple" in kind or "all that apply" in kind or kind == "rank":
        for name in survey.choices.get(named, ()):
            if " " in name:
                yield problem("blank_in_choice", "survey", row.number, column, said=name)
                break


def near(said: str, names: Iterable[str]) -> str:
    """ "Meant is perhaps x, y." for a misspelt name; "" where nothing is near."""
    close = get_close_matches(said, list(names), n=2, cutoff=0.6)
    return _("Perhaps meant: {names}.").format(names="、".join(close)) if close else ""


def _references(book: Workbook, survey: Survey) -> Iterator[Problem]:
    names = {path[-1] for path in survey.rows} | {"instanceID", "instanceName"}
    for sheet_name in ("survey", "choices", "settings"):
        sheet = book.sheets.get(sheet_name)
        for row in sheet.rows if sheet else ():
            if sheet_name == "survey" and is_disabled(row, survey.columns):
                continue
            for heading, said in row.cells.items():
                if "{" not in said.replace("｛", "{") or _own(heading):
                    continue
                said = plain_signs(said) if canonical(heading) in EXPRESSIONS else said
                for reference in _REFERENCE.finditer(said):
                    name = reference.group(1)
                    if name in names:
                        continue
                    if _NAME.fullmatch(name):
                        told = {"said": name, "near": near(name, names)}
                        yield problem("unknown_reference", sheet_name, row.number, heading, **told)
                    else:
                        yield problem("bad_reference", sheet_name, row.number, heading, said=reference.group())
                if _OPEN_REFERENCE.search(said):
                    yield problem("bad_reference", sheet_name, row.number, heading, said=said)


def _own(heading: str) -> bool:
    """A column of an author's own notes, which no tool reads."""
    return canonical(heading) in ("notes", "comment", "comments", "note")


def _expressions(sheet: Sheet, survey: Survey) -> Iterator[Problem]:
    columns = {column: survey.columns[column] for column in EXPRESSIONS if column in survey.columns}
    for row in sheet.rows:
        if is_disabled(row, survey.columns):
            continue
        kind = " ".join(row.cells.get(survey.columns["type"], "").split())
        if _END.fullmatch(kind):
            continue
        for column, heading in columns.items():
            said = row.cells.get(heading, "")
            if said.strip().casefold() in _PLAIN_ANSWERS or (column == "repeat_count" and said.strip().isdigit()):
                continue
            yield from expression(said, "survey", row.number, heading)


def expression(said: str, sheet: str, row: int, column: str) -> Iterator[Problem]:
    """What is wrong with an expression as its author wrote it."""
    from forms.xlsform import expressions, functions

    written, said = said, plain_signs(said)
    if written != said:
        yield problem("signs", sheet, row, column, said=written)
    # Each reference becomes a name of the same length, so that letters are counted as the author sees them.
    plain = _REFERENCE.sub(lambda found: "_" + re.sub(r"[^\w]", "_", found.group()[2:-1]) + "__", said)
    plain = plain.replace("\n", " ").replace("\t", " ").replace("\r", " ")
    try:
        token = expressions.parse(plain)
    except expressions.BadExpression as bad:
        if bad.function:
            told = {"said": bad.function, "near": near(bad.function, functions.names())}
            yield problem("unknown_function", sheet, row, column, **told)
        elif bad.column:
            yield problem(
                "bad_expression", sheet, row, column, letter=bad.column, said=said, reason=why_unreadable(bad.reason)
            )
        else:
            yield problem("bad_expression_whole", sheet, row, column, said=said, reason=why_unreadable(bad.reason))
        return
    for one in token.iter():
        if one.symbol == "regex" and len(one) == 2 and one[1].symbol == "(string)":
            if functions.bad_pattern(str(one[1].value)):
                yield problem("bad_pattern", sheet, row, column, said=str(one[1].value))
        elif one.symbol in functions.OF_MAPS and len(one):
            yield problem("no_places", sheet, row, column, said=one.symbol)


def _languages(book: Workbook) -> Iterator[Problem]:
    """Warnings: a language that some rows, or some columns, do not have."""
    for sheet_name in ("survey", "choices"):
        sheet = book.sheets.get(sheet_name)
        if sheet is None:
            continue
        by_column: dict[str, dict[str, str]] = {}
        for heading in sheet.headings:
            if canonical(heading) in TRANSLATED:
                by_column.setdefault(canonical(heading), {})[language_of(heading)] = heading
        languages = {language for columns in by_column.values() for language in columns if language}
        if len(languages) < 2:
            continue
        for language in sorted(languages):
            absent = sorted(column for column, columns in by_column.items() if language not in columns)
            if absent:
                columns_said = "、".join(f"{column}::{language}" for column in absent)
                yield problem(
                    "language_column_missing", sheet_name, sheet.heading_row, said=language, columns=columns_said
                )
            for columns in by_column.values():
                heading = columns.get(language, "")
                others = [one for other, one in columns.items() if other != language]
                rows = [
                    row.number
                    for row in sheet.rows
                    if heading and not row.cells.get(heading) and any(row.cells.get(one) for one in others)
                ]
                if heading and rows:
                    yield problem(
                        "language_incomplete", sheet_name, rows[0], heading, said=language, n=len(rows), wanted=heading
                    )
