"""The report of an assessment (评估报告): the result on top, then every item with its points beside the last time's."""

from collections.abc import Iterator, Mapping
from datetime import date

from models.records.papers import AssessmentReport, ReportPart
from reports.flow import Cell, Piece, Type, paragraph, space, table_row
from reports.lines import Run, name_run, shape
from reports.paper import MM
from reports.printable import check, one_line
from reports.running import Flow, Room, draw_flow, heading, pair_rows, room_of, sign_piece, small_gap, text
from reports.sheet import draw_sheet, head_cell, head_row
from reports.wording import day_text, own_wording

SMALL = Type(10, 14)
ROW = 6 * MM


def render_assessment(value: AssessmentReport, again: date | None = None) -> bytes:
    """The report as a PDF; again: the day of a reprint, which it says then.

    Raises UnprintableText for a character in no face, and UnmaskedNumber for a whole identity number. The same value
    always gives the same bytes.
    """
    check(value)
    words, room = own_wording("assessment", value.language, value.layout.texts), room_of(value.layout)
    title = words["title"].format(name=one_line(value.title))
    name = one_line(value.name)
    day = day_text(words["date"], value.assessed_on or value.printed_on)
    running = words["running"].format(title=title, name=name, day=day)
    flow = Flow(one_line(value.office), title, running, words, value.language == "zh", value.layout, room)
    foot = _foot(value, words, room)
    return draw_sheet(
        lambda paper: draw_flow(
            paper, flow, lambda type_: _body(value, words, room, type_), foot, sizes=(Type(10.5, 15.5),)
        ),
        title=running,
        author=one_line(value.office),
        subject=words["subject"],
        language=value.language,
        day=value.printed_on,
        size=room.size,
        again=again,
    )


def _body(value: AssessmentReport, words: Mapping[str, str], room: Room, type_: Type) -> Iterator[Piece]:
    chinese = value.language == "zh"
    for place, block in enumerate(dict.fromkeys(value.layout.blocks)):
        if place and block in ("person", "result", "items"):
            yield small_gap(type_, 0.6)
        if block == "person":
            yield from _head(value, words, room, type_)
        elif block == "result":
            yield from _result(value, words, room, type_)
            for key, said in (("why", value.why), ("needs", value.needs)):
                if said:
                    line = words[key].format(**{key: ("；" if chinese else "; ").join(one_line(each) for each in said)})
                    yield from text(room, [Run(line)], type_, chinese, indent=0)
        elif block == "note" and value.note.strip():
            yield small_gap(type_)
            yield from heading(room, words["note"], type_)
            for line in filter(None, map(one_line, value.note.splitlines())):
                yield from text(room, [Run(line)], type_, chinese)
        elif block == "items":
            if not value.parts:
                yield from text(room, [Run(words["none"])], type_, chinese, indent=0)
            for part in value.parts:
                yield from _part(value, words, room, part, type_)


def _head(value: AssessmentReport, words: Mapping[str, str], room: Room, type_: Type) -> Iterator[Piece]:
    whole, half = 1.0, 0.5
    assessed = day_text(words["date"], value.assessed_on) if value.assessed_on else ""
    by = [
        ("assessed", [Run(assessed, whole=True)], half),
        ("assessor", [name_run(one_line(value.assessor))], half),
    ]
    if value.household:
        yield from pair_rows(room, words, [("household", [Run(one_line(value.name))], whole)], type_)
    else:
        born = day_text(words["date"], value.birth_date) if value.birth_date else ""
        if born and value.age is not None:
            gap = "，" if value.language == "zh" else ", "
            born += gap + words["age"].format(age=value.age)
        yield from pair_rows(
            room,
            words,
            [
                ("name", [name_run(one_line(value.name))], half),
                ("sex", [Run(one_line(value.sex), whole=True)], half),
            ],
            type_,
        )
        document = " ".join(filter(None, (one_line(value.document_kind), value.document_masked)))
        yield from pair_rows(
            room,
            words,
            [("born", [Run(born, whole=True)], half), ("document", [Run(document, whole=True)], half)],
            type_,
        )
        yield from pair_rows(room, words, [("address", [Run(one_line(value.address))], whole)], type_)
    yield from pair_rows(room, words, by, type_)


def _result(value: AssessmentReport, words: Mapping[str, str], room: Room, type_: Type) -> Iterator[Piece]:
    """Points and level, beside those of the last time."""
    if not (value.points or value.level):
        if value.source:
            yield from text(room, [Run(words["source"].format(source=one_line(value.source)))], type_, True, indent=0)
        return
    yield from heading(room, words["result"], type_)
    label = room.wide(40)
    each = (room.measure - label) / 2
    head = [head_cell("", label), head_cell(words["points"], each), head_cell(words["level"], each)]
    yield table_row(head, room.left, type_, ROW, keep=True)
    assessed = day_text(words["date"], value.assessed_on) if value.assessed_on else ""
    rows = [(assessed, value.points, value.level)]
    if value.before_on is not None:
        before = words["before"].format(day=day_text(words["date"], value.before_on))
        rows.append((before, value.before_points, value.before_level))
    for said, points, level in rows:
        cells = [
            Cell([Run(said, whole=True)], label, centre=True, shrink=True),
            Cell([Run(one_line(points), whole=True)], each, centre=True, shrink=True),
            Cell([Run(one_line(level), whole=True)], each, centre=True, shrink=True),
        ]
        yield table_row(cells, room.left, type_, 7.5 * MM, keep=True)
    if value.source:
        said = words["source"].format(source=one_line(value.source))
        yield space(1 * MM)
        yield from text(room, [Run(said)], SMALL, value.language == "zh", indent=0)


def _part(
    value: AssessmentReport, words: Mapping[str, str], room: Room, part: ReportPart, type_: Type
) -> Iterator[Piece]:
    counted = bool(part.points) or any(line.points for line in part.lines)
    compared = value.before_on is not None
    narrow = (18 if counted else 0) + (26 if compared else 0)
    columns = [("item", room.wide(62)), ("answer", room.measure - room.wide(62 + narrow))]
    columns += [("score", room.wide(18))] if counted else []
    columns += [("last", room.wide(26))] if compared else []
    yield small_gap(type_, 0.4)
    yield from heading(room, one_line(part.title), type_)
    yield head_row(words, columns, room.left, SMALL, ROW)
    for line in part.lines:
        before = one_line(line.before) if line.changed else words["same"] if line.before else ""
        shown = {
            "item": Cell([Run(one_line(line.label))], 0),
            "answer": Cell([Run(one_line(line.answer))], 0),
            "score": Cell([Run(line.points, whole=True)], 0, centre=True, shrink=True),
            "last": Cell([Run(before)], 0, centre=True, shrink=True),
        }
        yield table_row([shown[key]._replace(width=width) for key, width in columns], room.left, SMALL, ROW)
    if part.points:
        shown = {
            "item": Cell([Run(words["subtotal"])], 0),
            "answer": Cell([Run("")], 0),
            "score": Cell([Run(part.points, whole=True)], 0, centre=True, shrink=True),
            "last": Cell([Run(part.before, whole=True)], 0, centre=True, shrink=True),
        }
        yield table_row([shown[key]._replace(width=width) for key, width in columns], room.left, SMALL, ROW)


def _foot(value: AssessmentReport, words: Mapping[str, str], room: Room) -> list[Piece]:
    closing = paragraph(
        shape([Run(words["closing"])]), room.left, room.measure, SMALL, indent=2 if value.language == "zh" else 0,
        justify=value.language == "zh",
    )  # fmt: skip
    signs = [(0.0, words["assessor_sign"]), (0.32, words["resident_sign"]), (0.7, words["sign_date"])]
    return [space(4 * MM), *closing, sign_piece(room, signs, SMALL, 14 * MM)]
