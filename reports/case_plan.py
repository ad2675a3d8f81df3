"""A case plan on paper (帮扶计划), for the resident to keep: what is to be reached, who does what, until when."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from reports.flow import Cell, Piece, Type, divide, paragraph, put, space, table_row
from reports.lines import Run, name_run, shape
from reports.paper import HEIGHT, MM, WIDTH, Paper
from reports.printable import check, one_line
from reports.sheet import Language, SheetValue, draw_sheet, head_cell, head_row, page_number, signature_lines
from reports.wording import day_text, wording

LEFT, MEASURE = 22 * MM, 166 * MM
TOP, NEXT_TOP, END = 38 * MM, 28 * MM, HEIGHT - 20 * MM
SIGNATURES = 30 * MM
TEXT, SMALL = Type(11.5, 18), Type(10.5, 15.5)
LABEL = 26 * MM
COLUMNS = (("number", 12), ("what", 82), ("by", 30), ("due", 24), ("done", 18))
"""Columns of goals and tasks with their widths in mm."""


class PlanLine(SheetValue):
    """A goal or a task, in words."""

    text: str
    who: str = ""
    due: date | None = None
    state: Literal["open", "done", "dropped"] = "open"


class PlanSheet(SheetValue):
    """A plan as it is printed, in the words of its language; nothing is looked up later."""

    language: Language = "zh"
    community: str
    phone: str = ""
    printed_on: date
    title: str
    who: str
    address: str = ""
    responsible: str
    opened_on: date | None = None
    review_on: date | None = None
    situation: str = ""
    goals: tuple[PlanLine, ...] = ()
    tasks: tuple[PlanLine, ...] = ()
    closed_on: date | None = None
    closed_why: str = ""


def render_plan(value: PlanSheet, again: date | None = None) -> bytes:
    """The plan as a PDF; again: the day of a reprint, which it says then.

    Raises UnprintableText for a character in no face, UnmaskedNumber for an identity number.
    The same value always gives the same bytes.
    """
    check(value)
    words = wording("case_plan", value.language)
    return draw_sheet(
        lambda paper: _draw(paper, value),
        title=f"{words['title']} {one_line(value.title)}",
        author=value.community,
        subject=words["subject"],
        language=value.language,
        day=value.printed_on,
        again=again,
    )


def _draw(paper: Paper, value: PlanSheet) -> None:
    words = wording("case_plan", value.language)
    pieces = [*_above(value), *_table("goals", value.goals, value), *_table("tasks", value.tasks, value)]
    pages = divide(pieces, lambda page: END - (NEXT_TOP if page else TOP), SIGNATURES)
    paper.text(WIDTH / 2, 17 * MM, 10.5, one_line(value.community), align="center")
    paper.text(WIDTH / 2, 28 * MM, 20, words["title"], "title", "center", 0.2 if value.language == "zh" else 0)
    bottom = TOP
    for number, page in enumerate(pages):
        if number:
            paper.next_page()
        bottom = put(paper, page, NEXT_TOP if number else TOP)
        page_number(paper, words, number + 1, len(pages), LEFT + MEASURE)
        if value.phone:
            paper.text(LEFT, HEIGHT - 11 * MM, 9.5, words["phone"].format(phone=one_line(value.phone)))
    signers = ("resident_sign", "worker_sign")
    signature_lines(paper, words, signers, LEFT, MEASURE, bottom + 16 * MM, gap=8 * MM, below=9 * MM)


def _above(value: PlanSheet) -> Iterator[Piece]:
    words = wording("case_plan", value.language)
    half = MEASURE / 2 - LABEL

    def head(key: str) -> Cell:
        return head_cell(words[key], LABEL)

    def day(when: date | None) -> Cell:
        return Cell([Run(day_text(words["date"], when) if when else "")], half, shrink=True)

    yield table_row([head("plan"), Cell([Run(one_line(value.title), "hei")], MEASURE - LABEL)], LEFT, TEXT, 9 * MM)
    yield table_row(
        [head("who"), Cell([name_run(one_line(value.who))], half), head("responsible"),
         Cell([name_run(one_line(value.responsible))], half)], LEFT, TEXT, 9 * MM,
    )  # fmt: skip
    if value.address:
        yield table_row([head("address"), Cell([Run(one_line(value.address))], MEASURE - LABEL)], LEFT, TEXT, 9 * MM)
    yield table_row([head("opened"), day(value.opened_on), head("review"), day(value.review_on)], LEFT, TEXT, 9 * MM)
    if value.situation:
        yield space(3 * MM)
        yield from _heading("situation", value)
        for line in value.situation.splitlines():
            if line.strip():
                indent = 2 if value.language == "zh" else 0
                yield from paragraph(
                    shape([Run(one_line(line))]), LEFT, MEASURE, TEXT, indent=indent, justify=value.language == "zh"
                )
    if value.closed_on:
        said = words["closed"].format(day=day_text(words["date"], value.closed_on), reason=value.closed_why)
        yield space(3 * MM)
        yield from paragraph(shape([Run(said, "hei")]), LEFT, MEASURE, TEXT, indent=0)


def _heading(key: str, value: PlanSheet) -> Iterator[Piece]:
    words = wording("case_plan", value.language)
    yield from paragraph(shape([Run(words[key], "hei")]), LEFT, MEASURE, TEXT, indent=0, keep=True)
    yield space(1 * MM)


def _table(key: str, lines: tuple[PlanLine, ...], value: PlanSheet) -> Iterator[Piece]:
    words = wording("case_plan", value.language)
    yield space(4 * MM)
    yield from _heading(key, value)
    if not lines:
        yield from paragraph(shape([Run(words["none"])]), LEFT, MEASURE, SMALL, indent=0)
        return
    columns = [(name, width * MM) for name, width in COLUMNS if key == "tasks" or name != "by"]
    if key == "goals":  # nobody is named: the words have the room
        columns = [(name, width + (30 * MM if name == "what" else 0)) for name, width in columns]
    yield head_row(words, columns, LEFT, SMALL, 7 * MM)
    for number, line in enumerate(lines, 1):
        state = {"open": "", "done": words["yes"], "dropped": words["dropped"]}[line.state]
        cells = {
            "number": Cell([Run(str(number))], 0, centre=True),
            "what": Cell([Run(one_line(line.text))], 0),
            "by": Cell([name_run(one_line(line.who))], 0, centre=True, shrink=True),
            "due": Cell([Run(line.due.isoformat() if line.due else "", whole=True)], 0, centre=True, shrink=True),
            "done": Cell([Run(state, whole=True)], 0, centre=True, shrink=True, box=not state),
        }
        yield table_row([cells[name]._replace(width=width) for name, width in columns], LEFT, SMALL, 8 * MM)
