"""The record of one visit on paper (入户走访记录): who was met, what was found and learnt, what comes next."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from models.records.papers import VisitSheet
from reports.flow import Cell, Piece, Type, space, table_row
from reports.lines import Run, name_run
from reports.paper import MM
from reports.printable import check, one_line
from reports.running import NARROW, Flow, Room, draw_flow, heading, room_of, sign_piece, text
from reports.sheet import draw_sheet, head_cell, head_row
from reports.wording import day_text, own_wording

LABEL = 24 * MM
Columns = Sequence[tuple[str, int]]
SIZES = (Type(11.5, 18), Type(10.5, 15.8))


def render_visit(value: VisitSheet, again: date | None = None) -> bytes:
    """The visit record as a PDF, on one page where it fits; again: the day of a reprint, which it says then.

    Raises UnprintableText for a character in no face, and UnmaskedNumber for a whole identity number. The same value
    always gives the same bytes.
    """
    check(value)
    words, room = own_wording("visit", value.language, value.layout.texts), room_of(value.layout)
    day = day_text(words["date"], value.visited_on)
    running = f"{words['title']}　{one_line(value.address)}　{day}"
    flow = Flow(one_line(value.community), words["title"], running, words, value.language == "zh", value.layout, room)
    signs = [(0.0, words["resident_sign"]), (0.36, words["worker_sign"]), (0.7, words["sign_date"])]
    foot = [sign_piece(room, signs, SIZES[1], 14 * MM)]
    return draw_sheet(
        lambda paper: draw_flow(paper, flow, lambda type_: _body(value, words, room, type_), foot, sizes=SIZES),
        title=f"{words['title']} {day}",
        author=value.community,
        subject=words["subject"],
        language=value.language,
        day=value.visited_on,
        size=room.size,
        again=again,
    )


def _body(value: VisitSheet, words: Mapping[str, str], room: Room, type_: Type) -> Iterator[Piece]:
    small = type_.smaller(1, 9.5)
    chinese = value.language == "zh"

    def who(name: str) -> Run:
        return name_run(one_line(name)) if name else Run(words["household"])

    def table(title: str, columns: Columns, rows: Sequence[Sequence[Run]]) -> Iterator[Piece]:
        return _table(words, room, title, columns, type_, small, rows, chinese=chinese)

    for block in dict.fromkeys(value.layout.blocks):
        if block == "visit":
            yield from _visit(value, words, room, small)
        elif block == "met":
            met = [[name_run(one_line(p.name)), Run(one_line(p.relation)), Run(one_line(p.remark))] for p in value.met]
            yield from table("met", (("name", 46), ("relation", 32), ("remark", 88)), met)
        elif block == "needs":
            needs = [
                [who(n.who), Run(one_line(n.group)), Run(one_line(n.urgency)), Run(one_line(n.words))]
                for n in value.needs
            ]
            yield from table("needs", (("who", 46), ("group", 24), ("urgency", 18), ("words", 78)), needs)
        elif block == "learnt":
            learnt = [
                [who(f.who), Run(one_line(f.what)), Run(one_line(f.answer)), Run(one_line(f.source))]
                for f in value.learnt
            ]
            yield from table("learnt", (("who", 46), ("what", 38), ("answer", 42), ("source", 40)), learnt)
        elif block == "filled" and value.filled:
            filled = [[who(f.who), Run(one_line(f.name)), Run(one_line(f.result))] for f in value.filled]
            yield from table("filled", (("who", 46), ("form", 66), ("result", 54)), filled)
        elif block in ("notes", "next"):
            yield from _told(value, words, room, block, type_, small)


def _visit(value: VisitSheet, words: Mapping[str, str], room: Room, small: Type) -> Iterator[Piece]:
    """Whose door, when, who went, and what came of it; on narrow paper a row for each."""
    day = day_text(words["date"], value.visited_on)
    facts = {
        "householder": ([name_run(one_line(value.householder))], True),
        "phone": ([Run(one_line(value.phone), whole=True)], True),
        "address": ([Run(one_line(value.address))], False),
        "visited": ([Run(day)], False),
        "worker": ([name_run(one_line(value.worker))], False),
        "outcome": ([Run(one_line(value.outcome))], False),
        "purpose": ([Run(one_line(value.purpose))], False),
    }
    rows: tuple[tuple[str, ...], ...] = (
        ("householder", "phone"), ("address",), ("visited", "worker"), ("outcome", "purpose"),
    )  # fmt: skip
    if room.measure < NARROW:
        rows = tuple((key,) for row in rows for key in row)
    for row in rows:
        cells = []
        for key in row:
            runs, shrink = facts[key]
            cells.append(head_cell(words[key], LABEL))
            cells.append(Cell(runs, room.measure / len(row) - LABEL, shrink=shrink))
        yield table_row(cells, room.left, small, 7.5 * MM)


def _told(
    value: VisitSheet, words: Mapping[str, str], room: Room, block: str, type_: Type, small: Type
) -> Iterator[Piece]:
    """What the worker wrote, and when somebody comes again."""
    day = day_text(words["date"], value.next_visit) if value.next_visit else ""
    told = value.notes if block == "notes" else " ".join(filter(None, (day, one_line(value.next_reason))))
    if told:
        yield space(0.4 * type_.leading)
        yield from heading(room, words[block], type_)
        for line in filter(None, map(one_line, told.splitlines())):
            yield from text(room, [Run(line)], small, value.language == "zh")


def _table(
    words: Mapping[str, str],
    room: Room,
    title: str,
    columns: Columns,
    type_: Type,
    small: Type,
    rows: Sequence[Sequence[Run]],
    *,
    chinese: bool,
) -> Iterator[Piece]:
    """A titled table, widths in mm; 无 under the title where there is nothing to list."""
    yield space(0.5 * type_.leading)
    if not rows:
        nothing = [Run(words[title], "hei"), Run("：" if chinese else ": "), Run(words["none"])]
        yield from text(room, nothing, type_, chinese, indent=0)
        return
    yield from heading(room, words[title], type_)
    yield head_row(words, [(key, room.wide(width)) for key, width in columns], room.left, small, 6.5 * MM)
    for row in rows:
        cells = [Cell([run], room.wide(width), shrink=run.whole) for run, (_, width) in zip(row, columns, strict=True)]
        yield table_row(cells, room.left, small, 6.5 * MM)
