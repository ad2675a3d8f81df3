"""Lists under a heading on papers about a household (needs, letters, plans, visits): its sheet and its transfer."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from models.records.papers import SheetLine
from reports.flow import Cell, Piece, Type, table_row
from reports.lines import Run, name_run
from reports.paper import MM
from reports.printable import one_line
from reports.running import Room, heading, small_gap, text
from reports.sheet import head_row

ROW = 5.6 * MM
"""The least height of a row, in points."""


def listed(
    room: Room,
    title: str,
    lines: Sequence[SheetLine],
    columns: Sequence[tuple[str, int]],
    words: Mapping[str, str],
    type_: Type,
    small: Type,
) -> Iterator[Piece]:
    """A heading and a table of lines, or that there is nothing.

    Columns: the key of each head, and its width in mm on the program's own A4.
    """
    yield small_gap(type_)
    if not lines:
        yield from nothing(room, title, words, type_)
        return
    yield from heading(room, words[title], type_)
    yield head_row(words, [(key, room.wide(width)) for key, width in columns], room.left, small, ROW)
    for line in lines:
        state = Cell([Run(one_line(line.state))], 0, centre=True, shrink=True)
        day = Cell([Run(iso(line.on), whole=True)], 0, centre=True, shrink=True)
        person = Cell([name_run(one_line(line.state))], 0, shrink=True)
        shown = {
            "who": Cell([named(line.who, words)], 0, shrink=True),
            "met": Cell([Run(one_line(line.who))], 0),
            "what": Cell([Run(one_line(line.what))], 0),
            **dict.fromkeys(("on", "due", "review"), day),
            **dict.fromkeys(("state", "urgency", "outcome"), state),
            **dict.fromkeys(("responsible", "goes"), person),
        }
        yield table_row([shown[key]._replace(width=room.wide(width)) for key, width in columns], room.left, small, ROW)


def nothing(room: Room, title: str, words: Mapping[str, str], type_: Type) -> Iterator[Piece]:
    """A heading with nothing under it."""
    yield from text(room, [Run(words[title], "hei"), Run("　" + words["none"])], type_, False, indent=0)


def named(name: str, words: Mapping[str, str]) -> Run:
    """A name kept whole; the household where nobody is named."""
    return name_run(one_line(name)) if name else Run(words["household"])


def iso(day: date | None) -> str:
    """A day in a cell: 2026-11-22, or nothing."""
    return day.isoformat() if day else ""
