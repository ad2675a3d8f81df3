"""The two papers by which a whole case goes to another office: the request on one page with room for the reply
(移交请求函), and the list of what is handed over, which both offices sign (移交清单).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from models.records.papers import SheetLine
from models.records.transfer_paper import CaseSheet, Moving, TransferRequest
from reports.flow import Cell, Piece, Type, space, table_row
from reports.lines import Run, name_run
from reports.listed import ROW, iso, listed, named, nothing
from reports.paper import MM, Paper
from reports.printable import check, one_line
from reports.running import (
    Flow,
    Room,
    boxed,
    draw_flow,
    fitting,
    heading,
    pair_rows,
    room_of,
    sign_piece,
    small_gap,
    text,
)
from reports.sheet import draw_sheet, head_row, signature_lines
from reports.wording import day_text, own_wording

LETTER = (Type(14, 24), Type(12.5, 20), Type(11, 16.5))
SIZES = (Type(10.5, 15.5), Type(10, 14), Type(9.5, 13))
ASKED = (("name", 44), ("relation", 34), ("sex", 16), ("born", 30), ("remark", 42))
HANDED = (("name", 32), ("relation", 24), ("sex", 10), ("born", 22), ("phone", 26), ("document", 22), ("remark", 30))
FACTS = (("group", 26), ("who", 34), ("what", 106))
"""Columns of the people and of what is known, in millimetres on the program's own A4."""


def render_request(value: TransferRequest, again: date | None = None) -> bytes:
    """The request as a PDF; again: the day of a reprint, which it says then.

    Raises UnprintableText for a character in no face, and UnmaskedNumber for a whole identity number. The same value
    always gives the same bytes.
    """
    check(value)
    words, room = own_wording("case_request", value.language, value.layout.texts), room_of(value.layout)
    running = words["running"].format(office=one_line(value.to_name))
    chinese = value.language == "zh"
    flow = Flow(one_line(value.office), words["title"], running, words, chinese, value.layout, room)
    return draw_sheet(
        lambda paper: draw_flow(
            paper,
            flow,
            lambda type_: _request(value, words, room, type_),
            _reply(words, room),
            at_end=True,
            sizes=LETTER,
        ),
        title=running,
        author=one_line(value.office),
        subject=words["subject"],
        language=value.language,
        day=value.asked_on,
        size=room.size,
        again=again,
    )


def _request(value: TransferRequest, words: Mapping[str, str], room: Room, type_: Type) -> Iterator[Piece]:
    chinese = value.language == "zh"
    yield from text(room, [Run(words["to"].format(office=one_line(value.to_name)))], type_, chinese, indent=0)
    key = f"opening_{'' if value.answer_by else 'no_day_'}{'whole' if value.whole else 'some'}"
    day = day_text(words["date"], value.answer_by) if value.answer_by else ""
    opening = words[key].format(reason=one_line(value.reason), day=day, n=len(value.people))
    yield from text(room, [Run(opening)], type_, chinese)
    small = type_.smaller(2, 9.5)
    yield small_gap(type_)
    yield from pair_rows(room, words, [("address", [Run(one_line(value.address))], 1.0)], small)
    if value.note.strip():
        yield from pair_rows(room, words, [("note", [Run(one_line(value.note))], 1.0)], small)
    yield from _people(value.people, ASKED, words, room, small)
    yield small_gap(type_)
    yield from text(room, [Run(words["after"])], type_, chinese)
    worker, phone = one_line(value.worker), one_line(value.office_phone)
    if worker:
        told = words["contact"] if phone else words["contact_name"]
        yield from text(room, [Run(told.format(worker=worker, phone=phone))], type_, chinese)
    yield small_gap(type_)
    yield _signed(room, one_line(value.office), day_text(words["date"], value.asked_on), type_)


def _signed(room: Room, office: str, day: str, type_: Type) -> Piece:
    """The office that asks, and the day below it; room for the seal over both."""
    size = fitting(type_.size, office, measure=0.62 * room.measure)

    def draw(paper: Paper, top: float) -> None:
        right = room.right
        with paper.tagged("P"):
            paper.text(right, type_.baseline(top + 4 * MM), size, office, align="right")
        with paper.tagged("P"):
            paper.text(right, type_.baseline(top + 4 * MM + type_.leading), type_.size, day, align="right")

    return Piece(2 * type_.leading + 10 * MM, draw)


def _reply(words: Mapping[str, str], room: Room) -> list[Piece]:
    """What the other office fills in and sends back."""
    type_ = Type(10.5, 16)
    chinese_gap = space(1.5 * MM)
    pieces: list[Piece] = [_cut()]
    pieces += text(room, [Run(words["reply_title"], "hei"), Run(words["reply_whose"])], type_, False, indent=0)
    pieces += [chinese_gap, *boxed([Run(words["reply_yes"])], room.left, room.measure, type_)]
    pieces += boxed([Run(words["reply_no"])], room.left, room.measure, type_)
    pieces.append(space(7 * MM))
    pieces.append(sign_piece(room, [(0.0, words["reply_who"])], type_, 9 * MM, 60 * MM))
    pieces.append(sign_piece(room, [(0.0, words["reply_office"]), (0.7, words["sign_date"])], type_, 12 * MM))
    return pieces


def _cut() -> Piece:
    def draw(paper: Paper, top: float) -> None:
        with paper.decoration():
            paper.rule(10 * MM, top + 4 * MM, paper.width - 10 * MM, top + 4 * MM, 0.6, dash="4 3")

    return Piece(8 * MM, draw)


def render_case(value: CaseSheet, again: date | None = None) -> bytes:
    """The list of what is handed over as a PDF, with lines for both offices. Raises as render_request()."""
    check(value)
    words, room = own_wording("case_sheet", value.language, value.layout.texts), room_of(value.layout)
    running = words["running"].format(from_office=one_line(value.office), to_office=one_line(value.to_name))
    flow = Flow(one_line(value.office), words["title"], running, words, value.language == "zh", value.layout, room)
    return draw_sheet(
        lambda paper: draw_flow(
            paper, flow, lambda type_: _sheet(value, words, room, type_), _foot(words, room), sizes=SIZES
        ),
        title=running,
        author=one_line(value.office),
        subject=words["subject"],
        language=value.language,
        day=value.handed_on,
        size=room.size,
        again=again,
    )


def _sheet(value: CaseSheet, words: Mapping[str, str], room: Room, type_: Type) -> Iterator[Piece]:
    day = day_text(words["date"], value.handed_on)
    if not value.frozen:
        yield from text(room, [Run(words["preview"].format(day=day), "hei")], type_, False, indent=0)
        yield small_gap(type_)
    scope = words["scope_whole"] if value.whole else words["scope_some"].format(n=len(value.people))
    contact = "　".join(filter(None, (one_line(value.worker), one_line(value.office_phone))))
    yield from pair_rows(
        room, words, [("from_office", [Run("　".join(filter(None, (one_line(value.office), contact))))], 1.0)], type_
    )
    to = "　".join(filter(None, (one_line(value.to_name), one_line(value.to_contact))))
    yield from pair_rows(room, words, [("to_office", [Run(to)], 1.0)], type_)
    handed = day if value.frozen else ""
    yield from pair_rows(room, words, [("handed_on", [Run(handed)], 0.5), ("scope", [Run(scope)], 0.5)], type_)
    yield from pair_rows(room, words, [("address", [Run(one_line(value.address))], 1.0)], type_)
    told = "　".join(filter(None, (one_line(value.reason), one_line(value.note))))
    yield from pair_rows(room, words, [("reason", [Run(told)], 1.0)], type_)
    small = type_.smaller(0.5, 9)
    yield small_gap(type_)
    yield from heading(room, words["people"], type_)
    yield from _people(value.people, HANDED, words, room, small)
    yield from _facts(value, words, room, type_, small)
    lists: tuple[tuple[str, Sequence[SheetLine], tuple[tuple[str, int], ...]], ...] = (
        ("benefits", value.benefits, (("who", 34), ("what", 107), ("on", 25))),
        ("needs", value.needs, (("who", 34), ("what", 107), ("urgency", 25))),
        ("referrals", value.referrals, (("on", 23), ("who", 30), ("what", 88), ("state", 25))),
        ("plans", value.plans, (("who", 30), ("what", 77), ("responsible", 34), ("due", 25))),
        ("visits", value.visits, (("due", 25), ("who", 30), ("what", 77), ("goes", 34))),
        ("papers", value.papers, (("on", 25), ("who", 34), ("what", 107))),
    )
    for key, lines, columns in lists:
        yield from listed(room, key, lines, columns, words, type_, small)
    yield small_gap(type_)
    yield from heading(room, words["withheld"], type_)
    stop = "、" if value.language == "zh" else ", "
    for one in value.withheld:
        said = words["withheld_one"].format(who=one_line(one.who), kinds=stop.join(_short_kind(k) for k in one.kinds))
        yield from text(room, [Run(said)], small, False, indent=0)
    if value.left_out:
        yield from text(room, [Run(words["withheld_left"].format(n=value.left_out))], small, False, indent=0)
    yield from text(room, [Run(words["withheld_always"])], small, False, indent=0)


def _short_kind(label: str) -> str:
    """A class of data without the list of what belongs to it."""
    return one_line(label).split("：")[0].split(":")[0]


def _people(
    people: Sequence[Moving], columns: Sequence[tuple[str, int]], words: Mapping[str, str], room: Room, type_: Type
) -> Iterator[Piece]:
    yield head_row(words, [(key, room.wide(width)) for key, width in columns], room.left, type_, ROW)
    for person in people:
        shown = {
            "name": Cell([name_run(one_line(person.name))], 0, shrink=True),
            "relation": Cell([Run(one_line(person.relation))], 0, shrink=True),
            "sex": Cell([Run(one_line(person.sex), whole=True)], 0, centre=True, shrink=True),
            "born": Cell([Run(iso(person.birth_date), whole=True)], 0, centre=True, shrink=True),
            "phone": Cell([Run(one_line(person.phone))], 0, shrink=True),
            "document": Cell([Run(person.document[-8:], whole=True)], 0, centre=True, shrink=True),
            "remark": Cell([Run(one_line(person.remark))], 0, shrink=True),
        }
        yield table_row([shown[key]._replace(width=room.wide(width)) for key, width in columns], room.left, type_, ROW)


def _facts(value: CaseSheet, words: Mapping[str, str], room: Room, type_: Type, small: Type) -> Iterator[Piece]:
    """One row for each group and person: their sentences one after the other."""
    yield small_gap(type_)
    if not value.facts:
        yield from nothing(room, "facts", words, type_)
        return
    yield from heading(room, words["facts"], type_)
    yield head_row(words, [(key, room.wide(width)) for key, width in FACTS], room.left, small, ROW)
    chinese = value.language == "zh"
    for group in value.facts:
        said: dict[str, list[str]] = {}
        for line in group.lines:
            state = "" if not line.state else f"（{line.state}）" if chinese else f" ({line.state})"
            said.setdefault(line.who, []).append(one_line(line.what) + state)
        for who, sentences in said.items():
            cells = [
                Cell([Run(one_line(group.title))], room.wide(26), shrink=True),
                Cell([named(who, words)], room.wide(34), shrink=True),
                Cell([Run(("；" if chinese else "; ").join(sentences))], room.wide(106)),
            ]
            yield table_row(cells, room.left, small, ROW)


def _foot(words: Mapping[str, str], room: Room) -> list[Piece]:
    """Lines for both offices, how many copies, and what must not be done with it."""

    def draw(paper: Paper, top: float) -> None:
        signers = ("giver_sign", "taker_sign")
        signature_lines(paper, words, signers, room.left, room.measure, top + 10 * MM, gap=8 * MM, below=10 * MM)

    small = Type(9, 12.5)
    return [
        Piece(24 * MM, draw),
        *text(room, [Run(f"{words['copies']}　{words['kept']}")], small, False, indent=0),
    ]
