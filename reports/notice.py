"""The one-time notice (一次性告知单): for each service what the rule says of this person, where to go, which documents
to bring, each with a box, and a stub that stays with the office.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from models.records.papers import NoticeMatter, NoticeValue
from reports.flow import Piece, Type, paragraph, space
from reports.lines import Run, name_run, shape
from reports.paper import MM, Paper
from reports.printable import check, one_line
from reports.running import (
    Flow,
    Room,
    boxed,
    boxed_grid,
    draw_flow,
    heading,
    labelled,
    pair_rows,
    room_of,
    sign_piece,
    small_gap,
    text,
)
from reports.sheet import draw_sheet
from reports.wording import day_text, filled, own_wording

LABEL = {"zh": 18 * MM, "en": 27 * MM}
STUB = Type(10, 14.5)


def render_notice(value: NoticeValue, again: date | None = None) -> bytes:
    """The notice as a PDF, on one page where it fits; again: the day of a reprint, which it says then.

    Raises UnprintableText for a character in no face, and UnmaskedNumber for a whole identity number. The same value
    always gives the same bytes.
    """
    check(value)
    words, room = own_wording("notice", value.language, value.layout.texts), room_of(value.layout)
    day = day_text(words["date"], value.told_on)
    name = one_line(value.resident_name)
    flow = Flow(
        one_line(value.office), words["title"], words["running"].format(name=name, day=day), words,
        value.language == "zh", value.layout, room,
    )  # fmt: skip
    return draw_sheet(
        lambda paper: draw_flow(
            paper, flow, lambda type_: _body(value, words, room, type_), _foot(value, words, room), at_end=True
        ),
        title=words["running"].format(name=name, day=day),
        author=one_line(value.office),
        subject=words["subject"],
        language=value.language,
        day=value.told_on,
        size=room.size,
        again=again,
    )


def _body(value: NoticeValue, words: Mapping[str, str], room: Room, type_: Type) -> Iterator[Piece]:
    chinese = value.language == "zh"
    name = name_run(one_line(value.resident_name))
    dear = filled(words["dear_family" if value.deceased else "dear"], name=name)
    yield from text(room, dear, type_, chinese, indent=0)
    key = "opening_one" if len(value.matters) == 1 else "opening"
    yield from text(room, [Run(words[key].format(n=len(value.matters)))], type_, chinese)
    small = type_.smaller(0.5, 9.5)
    for block in dict.fromkeys(value.layout.blocks):
        if block == "person":
            yield small_gap(type_)
            yield from _person(value, words, room, name, small)
        elif block == "matters":
            for number, matter in enumerate(value.matters, 1):
                yield small_gap(type_, 0.6)
                yield from _matter(value, words, room, matter, number, type_)
        elif block in ("remarks", "note"):
            lines = value.remarks if block == "remarks" else value.note.splitlines()
            said = [one_line(line) for line in lines if line.strip()]
            if said:
                yield small_gap(type_, 0.7)
                yield from heading(room, words[block], type_)
                for line in said:
                    yield from text(room, [Run(line)], small, chinese)


def _person(value: NoticeValue, words: Mapping[str, str], room: Room, name: Run, small: Type) -> Iterator[Piece]:
    document = " ".join(filter(None, (one_line(value.document_kind), value.document_masked)))
    born = day_text(words["date"], value.birth_date) if value.birth_date else ""
    first = [
        ("name", [name], 1 / 3),
        ("born", [Run(born, whole=True)], 1 / 3),
        ("phone", [Run(one_line(value.phone), whole=True)], 1 / 3),
    ]
    second = [("document", [Run(document)], 0.42), ("address", [Run(one_line(value.address))], 0.58)]
    yield from pair_rows(room, words, first, small)
    yield from pair_rows(room, words, second, small)


def _matter(
    value: NoticeValue, words: Mapping[str, str], room: Room, matter: NoticeMatter, number: int, type_: Type
) -> Iterator[Piece]:
    chinese = value.language == "zh"
    numerals = words["numerals"]
    shown = numerals[number - 1] if number <= len(numerals) else str(number)
    yield from heading(room, words["matter"].format(number=shown, name=one_line(matter.name)), type_)
    small = type_.smaller(0.5, 9.5)
    label = LABEL[value.language]
    left, measure = room.left + label, room.measure - label

    def lines(said: tuple[str, ...], face: str = "song") -> list[Piece]:
        found: list[Piece] = []
        for line in said:
            found += paragraph(shape([Run(one_line(line), face)]), left, measure, small, indent=0, justify=chinese)
        return found

    def ticks(said: tuple[str, ...]) -> list[Piece]:
        return [piece for line in said for piece in boxed([Run(one_line(line))], left, measure, small)]

    place = one_line(matter.place) + (words["read_place"] if matter.place and matter.place_read else "")
    papers = boxed_grid([one_line(each) for each in matter.documents], left, measure, small) or lines(
        (words["no_documents"],)
    )
    if matter.documents and matter.documents_read:
        papers += paragraph(
            shape([Run(words["read_documents"])]), left, measure, small.smaller(1, 9), indent=0, justify=chinese
        )
    quotes = tuple(
        words["quote"]
        .format(
            title=one_line(q.title),
            number=(f"（{one_line(q.number)}）" if chinese else f"({one_line(q.number)})") if q.number else "",
            words=one_line(q.words),
        )
        .replace(" :", ":")
        for q in matter.quotes
    )
    parts = (
        ("verdict", lines((matter.verdict,))),
        ("standard", lines((matter.amount,)) if matter.amount else []),
        ("reasons", lines(matter.reasons)),
        ("missing", ticks(matter.missing)),
        ("place", lines((place,)) if place else []),
        ("documents", papers),
        ("basis", lines(quotes, "kai" if chinese else "song")),
    )
    for key, pieces in parts:
        if pieces:
            yield space(0.12 * type_.leading)
            yield from labelled(room, words[key], pieces, small, label)


def _foot(value: NoticeValue, words: Mapping[str, str], room: Room) -> list[Piece]:
    """Who told it, and where it is wanted the line to cut along, and the stub."""
    chinese = value.language == "zh"
    day = day_text(words["date"], value.told_on)
    closing = text(room, [Run(words["closing"])], STUB, chinese)
    worker = one_line(value.worker)
    phone = value.worker_phone or value.office_phone
    said = [(0.0, words["told_by"].format(worker=worker))]
    if phone:
        said.append((0.36, words["told_phone"].format(phone=one_line(phone))))
    said.append((0.7, words["told_on"].format(day=day)))
    pieces: list[Piece] = [space(3 * MM), *closing, sign_piece(room, said, STUB, 8 * MM)]
    if not value.layout.receipt:
        return pieces
    pieces.append(_cut(words["cut"]))
    names = words["between"].join(one_line(matter.name) for matter in value.matters)
    stub = filled(
        words["stub_text"].replace("{matters}", names.replace("{", "").replace("}", "")).replace("{day}", day),
        name=name_run(one_line(value.resident_name)),
    )
    pieces += paragraph(shape([Run(words["stub"], "hei")]), room.left, room.measure, STUB, indent=0, kind="H2")
    pieces += text(room, stub, STUB, chinese)
    sign = words["stub_family" if value.deceased else "stub_sign"]
    signed = [(0.0, words["stub_worker"].format(worker=worker)), (0.36, sign), (0.7, words["stub_date"])]
    return [*pieces, sign_piece(room, signed, STUB, 11 * MM)]


def _cut(said: str) -> Piece:
    """The line along which the stub is cut off."""

    def draw(paper: Paper, top: float) -> None:
        base = top + 5 * MM
        with paper.decoration():
            paper.rule(10 * MM, base, paper.width - 10 * MM, base, 0.6, dash="4 3")
            paper.text(paper.width / 2, base - 1 * MM, 7.5, said, align="center", colour="0.35 0.35 0.35")

    return Piece(9 * MM, draw)
