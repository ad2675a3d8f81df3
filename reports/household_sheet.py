"""The sheet of a household (家庭情况表): door, people, what is known, received and open, on one or two pages."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from models.records.papers import HouseholdHome, HouseholdSheet, SheetLine
from reports.flow import Cell, Piece, Type, table_row
from reports.lines import Run, name_run
from reports.listed import ROW, iso, listed, named, nothing
from reports.printable import check, one_line
from reports.running import Flow, Room, draw_flow, heading, pair_rows, room_of, small_gap, text
from reports.sheet import draw_sheet, head_row
from reports.wording import day_text, own_wording

SIZES = (Type(10.5, 15.5), Type(10, 14), Type(9.5, 13))
PEOPLE = (
    ("name", 33), ("relation", 23), ("sex", 10), ("born", 21), ("age", 10), ("phone", 25), ("document", 23),
    ("remark", 21),
)  # fmt: skip
"""Columns of the table of people, in millimetres on the program's own A4."""
Columns = tuple[tuple[str, int], ...]
LISTS: Mapping[str, Columns] = {
    "benefits": (("who", 34), ("what", 107), ("on", 25)),
    "needs": (("who", 34), ("what", 107), ("urgency", 25)),
    "referrals": (("on", 23), ("who", 34), ("what", 84), ("state", 25)),
    "plans": (("who", 34), ("what", 73), ("responsible", 34), ("review", 25)),
    "visits": (("on", 23), ("met", 50), ("what", 68), ("outcome", 25)),
}


def render_household(value: HouseholdSheet, again: date | None = None) -> bytes:
    """The sheet as a PDF; again: the day of a reprint, which it says then.

    Raises UnprintableText for a character in no face, and UnmaskedNumber for a whole identity number. The same value
    always gives the same bytes.
    """
    check(value)
    words, room = own_wording("household", value.language, value.layout.texts), room_of(value.layout)
    running = words["running"].format(address=one_line(value.address))
    flow = Flow(one_line(value.office), words["title"], running, words, value.language == "zh", value.layout, room)
    printed = words["printed"].format(worker=one_line(value.printed_by), day=day_text(words["date"], value.printed_on))
    foot = [
        small_gap(SIZES[0], 0.5),
        *text(room, [Run(f"{printed}　　{words['confidential']}")], Type(9, 12.5), False, indent=0),
    ]
    return draw_sheet(
        lambda paper: draw_flow(paper, flow, lambda type_: _body(value, words, room, type_), foot, sizes=SIZES),
        title=running,
        author=one_line(value.office),
        subject=words["subject"],
        language=value.language,
        day=value.printed_on,
        size=room.size,
        again=again,
    )


def _body(value: HouseholdSheet, words: Mapping[str, str], room: Room, type_: Type) -> Iterator[Piece]:
    small = type_.smaller(0.5, 9)
    for block in dict.fromkeys(value.layout.blocks):
        if block == "home":
            for key in ("address", "community", "note"):
                said = one_line(getattr(value, key))
                if said or key == "address":
                    yield from pair_rows(room, words, [(key, [Run(said)], 1.0)], type_)
        elif block == "people":
            for home in value.homes:
                yield small_gap(type_)
                yield from _home(home, words, room, type_)
        elif block == "facts":
            yield from _facts(value, words, room, type_)
        elif block in LISTS:
            lines: Sequence[SheetLine] = getattr(value, block)
            yield from listed(room, block, lines, LISTS[block], words, type_, small)


def _home(home: HouseholdHome, words: Mapping[str, str], room: Room, type_: Type) -> Iterator[Piece]:
    told = [words["home"].format(kind=one_line(home.kind), n=len(home.people)), one_line(home.form)]
    if home.since:
        told.append(words["since"].format(day=day_text(words["date"], home.since)))
    if home.book_number:
        told.append(words["book"].format(number=one_line(home.book_number)))
    told.append(one_line(home.address))
    yield from heading(room, "　".join(filter(None, told)), type_)
    small = type_.smaller(1, 9)
    if not home.people:
        yield from text(room, [Run(words["nobody"])], type_, False, indent=0)
        return
    yield head_row(words, [(key, room.wide(width)) for key, width in PEOPLE], room.left, small, ROW)
    for person in home.people:
        shown = {
            "name": Cell([name_run(one_line(person.name))], 0, shrink=True),
            "relation": Cell([Run(one_line(person.relation))], 0, shrink=True),
            "sex": Cell([Run(one_line(person.sex), whole=True)], 0, centre=True, shrink=True),
            "born": Cell([Run(iso(person.birth_date), whole=True)], 0, centre=True, shrink=True),
            "age": Cell([Run("" if person.age is None else str(person.age), whole=True)], 0, centre=True),
            "phone": Cell([Run(one_line(person.phone))], 0, shrink=True),
            "document": Cell([Run(person.document[-8:], whole=True)], 0, centre=True, shrink=True),
            "remark": Cell([Run(one_line(person.remark))], 0, shrink=True),
        }
        yield table_row([shown[key]._replace(width=room.wide(width)) for key, width in PEOPLE], room.left, small, ROW)


def _facts(value: HouseholdSheet, words: Mapping[str, str], room: Room, type_: Type) -> Iterator[Piece]:
    """One row for each group and all people of whom the same is known, with the state where there is one."""
    yield small_gap(type_)
    if not value.facts:
        yield from nothing(room, "facts", words, type_)
        return
    yield from heading(room, words["facts"], type_)
    small = type_.smaller(0.5, 9)
    columns = (("group", 26), ("who", 46), ("what", 94))
    yield head_row(words, [(key, room.wide(width)) for key, width in columns], room.left, small, ROW)
    stop = "；" if value.language == "zh" else "; "
    for group in value.facts:
        said: dict[str, list[str]] = {}
        for line in group.lines:
            state = f"（{line.state}）" if value.language == "zh" else f" ({line.state})"
            said.setdefault(line.who, []).append(one_line(line.what) + (state if line.state else ""))
        alike: dict[str, list[str]] = {}
        for who, sentences in said.items():
            alike.setdefault(stop.join(sentences), []).append(who)
        for sentence, people in alike.items():
            cells = [
                Cell([Run(one_line(group.title))], room.wide(26), shrink=True),
                Cell(_several(people, value.language, words), room.wide(46)),
                Cell([Run(sentence)], room.wide(94)),
            ]
            yield table_row(cells, room.left, small, ROW)


def _several(people: Sequence[str], language: str, words: Mapping[str, str]) -> list[Run]:
    """The names of people of whom the same is known, each kept whole."""
    runs: list[Run] = []
    for place, who in enumerate(people):
        if place:
            runs.append(Run("、" if language == "zh" else ", "))
        runs.append(named(who, words))
    return runs
