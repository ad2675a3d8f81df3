"""A workbook read: checked, converted, compiled, with what is ours taken from the sheets. Never raises."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree.ElementTree import ParseError

from forms.xlsform import checks, compiling, examining
from forms.xlsform.compiled import Compiled
from forms.xlsform.headings import canonical, language_of
from forms.xlsform.problems import Problem, from_library, from_library_warning, problem, why_unreadable
from forms.xlsform.workbook import Unreadable, Workbook, open_workbook

TABLE_MOST = 20 * 1024 * 1024  # bytes of an attached table
GROUPS = ("childhood", "education", "work", "health", "elderly", "housing", "support", "veterans", "culture")
"""The nine groups of the service list (003_73b32919f6322f6e.txt), as the services of the policy packs name them."""


@dataclass(frozen=True)
class Read:
    """What a workbook gave: a compiled questionnaire, or the problems that keep it from being one."""

    compiled: Compiled | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def read_workbook(
    data: bytes,
    name: str,
    *,
    files: Mapping[str, bytes] | None = None,
    facts: frozenset[str] | None = None,
    today: date | None = None,
) -> Read:
    """Read a workbook (.xlsx, .xls, .csv, markdown tables). `name` is the file's name, without its folder.

    `files` are tables that came along (select_one_from_file, pulldata), by name. `facts` are the names of the policy
    vocabulary that the column jinmen::fact may use; None takes any. `today` names the version of a workbook without.
    """
    files = files or {}
    try:
        book = open_workbook(data, name)
        survey, problems, warnings = checks.check(book, files)
        if problems:
            return Read(None, tuple(_in_order(problems)), tuple(_in_order(warnings)))
        return _convert(book, survey, files, facts, today, warnings)
    except Unreadable as bad:
        return Read(None, (bad.problem,))
    except compiling.CannotCompile as bad:
        facts_of: dict[str, Any] = bad.facts
        return Read(None, (problem(bad.kind, "survey", **facts_of),))
    except (RecursionError, MemoryError):
        return Read(None, (problem("takes_too_long"),))


def _in_order(problems: list[Problem]) -> list[Problem]:
    sheets = ("", "survey", "choices", "settings")
    unique = list(dict.fromkeys(problems))
    return sorted(unique, key=lambda one: (sheets.index(one.sheet) if one.sheet in sheets else 9, one.row))


def _convert(
    book: Workbook,
    survey: checks.Survey,
    files: Mapping[str, bytes],
    facts: frozenset[str] | None,
    today: date | None,
    warnings: list[Problem],
) -> Read:
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    remarks: list[str] = []
    try:
        converted = convert(book.as_library_reads(), warnings=remarks)
    except PyXFormError as refused:
        return Read(None, (from_library(refused),), tuple(_in_order(warnings)))
    except RecursionError:
        raise
    except Exception:
        # The library was not made for damaged workbooks and fails on them in ways of its own; none of them is ours.
        return Read(None, (problem("not_understood"),), tuple(_in_order(warnings)))
    try:
        body = compiling.compile_xform(str(converted.xform), str(converted.itemsets or ""), files)
    except ParseError:  # a name that the library let through and XML does not
        return Read(None, (problem("not_understood"),), tuple(_in_order(warnings)))
    problems = list(_after(body, survey))
    warnings += [told for said in remarks if (told := from_library_warning(str(said)))]
    warnings += _passed_over(body, survey, book)
    problems += _ours(body, book, survey, facts, warnings)
    problems += _settings(body, book, today, warnings)
    body["sheets"] = {
        name: {"headings": list(sheet.headings), "rows": [row.cells for row in sheet.rows]}
        for name, sheet in book.sheets.items()
    }
    found, odd = tuple(_in_order(problems)), tuple(_in_order(warnings))
    return Read(None if found else Compiled(body), found, odd)


def _place(survey: checks.Survey, path: str, column: str) -> dict[str, Any]:
    names = tuple(path.strip("/").split("/")[1:])
    row = survey.rows.get(names)
    return {"sheet": "survey", "row": row.number if row else 0, "column": survey.columns.get(column, column)}


_COLUMN_OF = {"calculate": "calculation", "readonly": "read_only", "count": "repeat_count", "choices": "choice_filter"}


def _after(body: Mapping[str, Any], survey: checks.Survey) -> list[Problem]:
    """What only the compiled form shows."""
    found = [
        problem(
            "bad_expression_whole",
            **_place(survey, path, _COLUMN_OF.get(column, column)),
            said=survey.cell(tuple(path.strip("/").split("/")[1:]), _COLUMN_OF.get(column, column)) or path,
            reason=why_unreadable(bad.reason),
        )
        for path, column, bad in examining.check_expressions(body)
    ]
    if found:
        return found
    for circle in examining.circles(body):
        names = " → ".join(path.rpartition("/")[2] for path in [*circle, circle[0]])
        found.append(problem("circular", **_place(survey, circle[0], "calculation"), said=names))
    return found


def _passed_over(body: Mapping[str, Any], survey: checks.Survey, book: Workbook) -> list[Problem]:
    """Warnings: what has no meaning here."""
    told: list[Problem] = []
    for node in body["nodes"]:
        names = tuple(node["path"].strip("/").split("/")[1:])
        if node["kind"] == "skipped":
            said = survey.cell(names, "type") or node.get("type", "")
            told.append(problem("kept_as_text", **_place(survey, node["path"], "type"), said=said))
        if "search(" in node.get("appearance", "").replace(" ", ""):
            told.append(problem("search_appearance", **_place(survey, node["path"], "appearance")))
        if names == ("meta", "audit"):
            told.append(problem("not_done_here", said="audit"))
    if book.rows("entities"):
        told.append(problem("not_done_here", "entities", said="entities"))
    return told


def _ours(
    body: dict[str, Any],
    book: Workbook,
    survey: checks.Survey,
    facts: frozenset[str] | None,
    warnings: list[Problem],
) -> list[Problem]:
    """Our own columns: facts, papers, reasons, needs."""
    sheet = book.sheets.get("survey")
    headings = [heading for heading in sheet.headings if heading.casefold().startswith("jinmen:")] if sheet else []
    nodes = {node["path"]: node for node in body["nodes"]}
    found: list[Problem] = []
    for names, row in survey.rows.items():
        node = nodes.get("/".join(("", body["root"], *names)))
        if node is None:
            continue
        ours: dict[str, Any] = {}
        for heading in headings:
            said = row.cells.get(heading, "").strip()
            if not said:
                continue
            column, _marks, language = re.sub(r"^jinmen::?\s*", "", heading, flags=re.I).partition("::")
            column = column.strip().casefold()
            at: dict[str, Any] = {"sheet": "survey", "row": row.number, "column": heading}
            if column in ("why", "paper"):
                ours.setdefault(column, {})[language.strip()] = said
            elif column in ("sensitive", "unknowns"):
                ours[column] = said.casefold() in ("yes", "true", "1", "是")
            elif column == "fact":
                ours["fact"] = said
                if any(
                    nodes["/".join(("", body["root"], *names[:depth]))]["kind"] == "repeat"
                    for depth in range(1, len(names))
                ):
                    warnings.append(problem("fact_in_repeat", **at))
                if facts is not None and said not in facts:
                    found.append(problem("unknown_fact", **at, said=said, near=checks.near(said, facts)))
            elif column in ("fact_value", "needs"):
                pairs = _pairs(said)
                if pairs is None:
                    found.append(problem("bad_fact_value", **at, said=said))
                    continue
                ours[column] = pairs
                found += _known_choices(pairs, node, body, at)
                if column == "needs":
                    found += [
                        problem("unknown_group", **at, said=group, found="、".join(GROUPS))
                        for group in pairs.values()
                        if group not in GROUPS
                    ]
        if node["kind"] in ("group", "repeat") and not node.get("hint"):
            _hint_of_group(body, node, row.cells)
        if "unknowns" in node.get("appearance", "").split():
            ours["unknowns"] = True
        if ours:
            node["ours"] = ours
    return found


def _hint_of_group(body: dict[str, Any], node: dict[str, Any], cells: Mapping[str, str]) -> None:
    """A hint under a group's heading, for which an XForm has no place."""
    said = {language_of(heading): cell for heading, cell in cells.items() if canonical(heading) == "hint"}
    if said:
        node["hint"] = f"#{node['path']}:hint"
        body["texts"][node["hint"]] = {language: {"text": cell} for language, cell in said.items()}


def _pairs(said: str) -> dict[str, str] | None:
    pairs: dict[str, str] = {}
    for word in said.split():
        name, mark, value = word.partition("=")
        if not mark or not name or not value:
            return None
        pairs[name] = value
    return pairs


def _known_choices(
    pairs: Mapping[str, str], node: Mapping[str, Any], body: Mapping[str, Any], at: Mapping[str, Any]
) -> list[Problem]:
    offered = re.match(r"(?:randomize\()?instance\('([^']+)'\)", str(node.get("choices", {}).get("nodeset", "")))
    if not offered or offered.group(1) not in body["lists"]:
        return []
    names = {item.get(node["choices"]["value"]) for item in body["lists"][offered.group(1)]["items"]}
    names |= {"not_known", "refused"}
    return [problem("unknown_choice_in_map", **at, said=name) for name in pairs if name not in names]


def _settings(body: dict[str, Any], book: Workbook, today: date | None, warnings: list[Problem]) -> list[Problem]:
    """Our own settings, the version and the titles."""
    found: list[Problem] = []
    row = next(iter(book.rows("settings")), None)
    cells = row.cells if row else {}
    number = row.number if row else 0
    for heading, said in cells.items():
        plain, _marks, language = heading.partition("::")
        plain = plain.strip().casefold()
        at: dict[str, Any] = {"sheet": "settings", "row": number, "column": heading}
        if plain == "jinmen_subject":
            if said in ("resident", "household"):
                body["subject"] = said
            else:
                found.append(problem("bad_subject", **at, said=said))
        elif plain == "jinmen_unknowns":
            body["unknowns"] = said.casefold() in ("yes", "true", "1", "是")
        elif plain == "jinmen_title":
            body["titles"][language.strip()] = said
        elif plain in ("jinmen_score", "jinmen_level"):
            name = said.strip().removeprefix("${").removesuffix("}")
            paths = [node["path"] for node in body["nodes"] if node["path"].rpartition("/")[2] == name]
            if len(paths) == 1:
                body[plain.removeprefix("jinmen_")] = paths[0]
            else:
                found.append(problem("no_such_calculation", **at, said=said, setting=heading))
    if not body["titles"].get(""):
        body["titles"][""] = body["id"]
    if not body["version"]:
        body["version"] = (today or date.today()).strftime("%Y%m%d")  # noqa: DTZ011  # the day on this desk's calendar
        warnings.append(problem("no_version", "settings", number))
    return found
