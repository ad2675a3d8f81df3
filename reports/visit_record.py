"""The record of one visit on paper (入户走访记录): who was met, what was found and learnt, what comes next."""

from collections.abc import Iterator, Mapping, Sequence

from models.records.papers import VisitSheet
from reports.flow import Cell, Piece, Type, paragraph, space, table_row
from reports.lines import Run, name_run, shape
from reports.paper import MM
from reports.printable import check, one_line
from reports.running import LEFT, MEASURE, Flow, draw_flow, heading, sign_piece
from reports.sheet import draw_sheet, head_cell, head_row
from reports.wording import day_text, wording

LABEL = 24 * MM
SIZES = (Type(11.5, 18), Type(10.5, 15.8))


def render_visit(value: VisitSheet) -> bytes:
    """The visit record as a PDF, on one page where it fits. Raises UnprintableText for a character in no face, and
    UnmaskedNumber for a whole identity number. The same value always gives the same bytes.
    """
    check(value)
    words = wording("visit", value.language)
    day = day_text(words["date"], value.visited_on)
    running = f"{words['title']}　{one_line(value.address)}　{day}"
    flow = Flow(one_line(value.community), words["title"], running, words, value.language == "zh", value.head)
    signs = [(0.0, words["resident_sign"]), (0.36, words["worker_sign"]), (0.7, words["sign_date"])]
    foot = [sign_piece(signs, SIZES[1], 14 * MM)]
    return draw_sheet(
        lambda paper: draw_flow(paper, flow, lambda type_: _body(value, type_), foot, sizes=SIZES),
        title=f"{words['title']} {day}",
        author=value.community,
        subject=words["subject"],
        language=value.language,
        day=value.visited_on,
    )


def _body(value: VisitSheet, type_: Type) -> Iterator[Piece]:
    words = wording("visit", value.language)
    small = type_.smaller(1, 9.5)
    half = MEASURE / 2 - LABEL

    def head(key: str) -> Cell:
        return head_cell(words[key], LABEL)

    def row(cells: Sequence[Cell]) -> Piece:
        return table_row(cells, LEFT, small, 7.5 * MM)

    day = day_text(words["date"], value.visited_on)
    yield row([head("householder"), Cell([name_run(one_line(value.householder))], half, shrink=True),
               head("phone"), Cell([Run(one_line(value.phone), whole=True)], half, shrink=True)])  # fmt: skip
    yield row([head("address"), Cell([Run(one_line(value.address))], MEASURE - LABEL)])
    yield row([head("visited"), Cell([Run(day)], half), head("worker"), Cell([name_run(one_line(value.worker))], half)])
    yield row([head("outcome"), Cell([Run(one_line(value.outcome))], half),
               head("purpose"), Cell([Run(one_line(value.purpose))], half)])  # fmt: skip
    yield from _table(value, "met", (("name", 46), ("relation", 32), ("remark", 88)), type_, small, [
        [name_run(one_line(p.name)), Run(one_line(p.relation)), Run(one_line(p.remark))] for p in value.met
    ])  # fmt: skip
    needs = [
        [_who(n.who, words), Run(one_line(n.group)), Run(one_line(n.urgency)), Run(one_line(n.words))]
        for n in value.needs
    ]
    columns = (("who", 46), ("group", 24), ("urgency", 18), ("words", 78))
    yield from _table(value, "needs", columns, type_, small, needs)
    learnt = [
        [_who(f.who, words), Run(one_line(f.what)), Run(one_line(f.answer)), Run(one_line(f.source))]
        for f in value.learnt
    ]
    columns = (("who", 46), ("what", 38), ("answer", 42), ("source", 40))
    yield from _table(value, "learnt", columns, type_, small, learnt)
    if value.filled:
        filled = [[_who(f.who, words), Run(one_line(f.name)), Run(one_line(f.result))] for f in value.filled]
        yield from _table(value, "filled", (("who", 46), ("form", 66), ("result", 54)), type_, small, filled)
    plan = " ".join(filter(None, (
        day_text(words["date"], value.next_visit) if value.next_visit else "", one_line(value.next_reason)
    )))  # fmt: skip
    for key, text in (("notes", value.notes), ("next", plan)):
        if text:
            yield space(0.4 * type_.leading)
            yield from heading(words[key], type_)
            for line in filter(None, map(one_line, text.splitlines())):
                yield from _text(line, small, value.language == "zh")


def _who(name: str, words: Mapping[str, str]) -> Run:
    return name_run(one_line(name)) if name else Run(words["household"])


def _text(text: str, type_: Type, chinese: bool) -> list[Piece]:
    return paragraph(shape([Run(text)]), LEFT, MEASURE, type_, indent=2.0 if chinese else 0.0, justify=chinese)


def _table(
    value: VisitSheet,
    title: str,
    columns: Sequence[tuple[str, int]],
    type_: Type,
    small: Type,
    rows: Sequence[Sequence[Run]],
) -> Iterator[Piece]:
    """A titled table, widths in mm; 无 under the title where there is nothing to list."""
    words = wording("visit", value.language)
    yield space(0.5 * type_.leading)
    if not rows:
        nothing = [Run(words[title], "hei"), Run("：" if value.language == "zh" else ": "), Run(words["none"])]
        yield from paragraph(shape(nothing), LEFT, MEASURE, type_, indent=0)
        return
    yield from heading(words[title], type_)
    yield head_row(words, [(key, width * MM) for key, width in columns], LEFT, small, 6.5 * MM)
    for row in rows:
        cells = [Cell([run], width * MM, shrink=run.whole) for run, (_, width) in zip(row, columns, strict=True)]
        yield table_row(cells, LEFT, small, 6.5 * MM)
