"""Envelopes after GB/T 1416-2003 and sheets of address labels, for the residents of a list.

On an envelope the boxes of the receiver's postal code stand on the upper left, the place of the stamp on the upper
right, the sender below on the right; the last 20 mm above the lower edge stay free for the post's bar code.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from models.records.papers import Addressee, EnvelopeSheet
from reports.flow import Type
from reports.fonts import HERE
from reports.lines import Run, break_lines, name_run, shape, width_of
from reports.paper import HEIGHT, MM, WIDTH, Paper
from reports.printable import check, one_line
from reports.sheet import draw_sheet
from reports.wording import own_wording

BOX_WIDTH, BOX_HEIGHT, BOX_GAP = 8 * MM, 10 * MM, 2 * MM
"""Of the six boxes of the postal code."""
RED = "0.86 0.20 0.10"
FREE_BELOW = 20 * MM
ADDRESS, NAME, SENDER = Type(14, 21), 20.0, Type(10.5, 15.5)


class UnknownFormat(ValueError):  # noqa: N818  # a bug of the caller, not a Problem of the worker
    """There is no such envelope and no such sheet of labels."""


@cache
def formats() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """What can be printed on: "envelopes" and "labels", each by its key, with its measures in millimetres."""
    with (HERE / "resources" / "papers" / "envelopes.toml").open("rb") as file:
        data: dict[str, Any] = tomllib.load(file)
    return {kind: data[kind] for kind in ("envelopes", "labels")}


def places_of(key: str) -> int:
    """How many labels a sheet has; 1 for an envelope. Raises UnknownFormat."""
    if key in formats()["envelopes"]:
        return 1
    grid = _grid(key)
    return int(grid["columns"] * grid["rows"])


def render_envelopes(value: EnvelopeSheet) -> bytes:
    """One page an envelope, or sheets of labels from the place that is still free on.

    Raises UnprintableText for a character in no face, and UnknownFormat. The same value always gives the same bytes.
    """
    check(value)
    words = own_wording("envelopes", value.language, value.layout.texts)
    envelope = formats()["envelopes"].get(value.format)
    size = (envelope["width"] * MM, envelope["height"] * MM) if envelope else (WIDTH, HEIGHT)
    if envelope is None:
        _grid(value.format)
    return draw_sheet(
        lambda paper: _envelopes(paper, value, words) if envelope else _labels(paper, value, words),
        title=words["title_envelopes" if envelope else "title_labels"],
        author=one_line(value.sender),
        subject=words["subject"],
        language=value.language,
        day=value.made_on,
        size=size,
    )


def _grid(key: str) -> Mapping[str, float]:
    if key not in formats()["labels"]:
        raise UnknownFormat(key)
    return formats()["labels"][key]


# Envelopes.


def _envelopes(paper: Paper, value: EnvelopeSheet, words: Mapping[str, str]) -> None:
    for number, person in enumerate(value.people):
        if number:
            paper.next_page()
        _code_boxes(paper, person.postal_code, boxes=value.boxes)
        _stamp(paper, boxes=value.boxes)
        _receiver(paper, person, words)
        _sender(paper, value, words)


def _code_boxes(paper: Paper, code: str, *, boxes: bool) -> None:
    """The receiver's postal code, a figure in each of six boxes 12 mm from the left and 9 mm from the upper edge."""
    left, top = 12 * MM, 9 * MM
    for place in range(6):
        x = left + place * (BOX_WIDTH + BOX_GAP)
        if boxes:
            paper.frame(x, top, BOX_WIDTH, BOX_HEIGHT, 0.8, colour=RED)
        if code:
            paper.text(x + BOX_WIDTH / 2, top + 7.2 * MM, 18, code[place], align="center")


def _stamp(paper: Paper, *, boxes: bool) -> None:
    """The place of the stamp, 20 mm square."""
    if boxes:
        side = 20 * MM
        paper.frame(paper.width - 10 * MM - side, 8 * MM, side, side, 0.6, dash="2 2", colour=RED)


def _receiver(paper: Paper, person: Addressee, words: Mapping[str, str]) -> None:
    """Address and name in the middle of the envelope, below the boxes and above the sender."""
    width = paper.width * 0.68
    left = (paper.width - width) / 2
    top, bottom = 31 * MM, paper.height - FREE_BELOW - 2.4 * SENDER.leading
    type_ = ADDRESS
    lines = break_lines(shape([Run(one_line(person.address))]), width / type_.size, 0, justify=False)
    name_size = NAME
    receiver = _named(one_line(person.name), words)
    name_size = min(name_size, width / max(width_of(shape(receiver)), 0.1))
    needed = len(lines) * type_.leading + 1.9 * name_size
    while needed > bottom - top and type_.size > 9:
        type_ = type_.smaller(1, 9)
        lines = break_lines(shape([Run(one_line(person.address))]), width / type_.size, 0, justify=False)
        name_size = max(min(name_size, type_.size * 1.4), 9)
        needed = len(lines) * type_.leading + 1.9 * name_size
    at = top + max((bottom - top - needed) * 0.45, 0)
    with paper.tagged("P"):
        for line in lines:
            paper.line(left, type_.baseline(at), type_.size, line)
            at += type_.leading
    paper.text(paper.width / 2, at + 1.45 * name_size, name_size, receiver, align="center")


def _named(name: str, words: Mapping[str, str]) -> list[Run]:
    before, _brace, after = words["receiver"].partition("{name}")
    return [Run(before), name_run(name), Run(after)] if before or after else [name_run(name)]


def _sender(paper: Paper, value: EnvelopeSheet, words: Mapping[str, str]) -> None:
    """The sender on the lower right, above what stays free for the post."""
    said = " ".join(filter(None, (one_line(value.sender_address), one_line(value.layout.heading or value.sender))))
    code = f"{words['sender_code']} {value.sender_postal_code}" if value.sender_postal_code else ""
    width = paper.width * 0.5
    right = paper.width - 10 * MM
    lines = break_lines(shape([Run(said)]), width / SENDER.size, 0, justify=False) if said else []
    at = paper.height - FREE_BELOW - (len(lines) + bool(code)) * SENDER.leading
    for line in lines:
        paper.line(right - width, SENDER.baseline(at), SENDER.size, line)
        at += SENDER.leading
    if code:
        paper.text(right - width, SENDER.baseline(at), SENDER.size, code)


# Labels.


def _labels(paper: Paper, value: EnvelopeSheet, words: Mapping[str, str]) -> None:
    grid = _grid(value.format)
    columns, rows = int(grid["columns"]), int(grid["rows"])
    first = (value.start - 1) % (columns * rows)
    for number, person in enumerate(value.people, first):
        place = number % (columns * rows)
        if place == 0 and number > first:
            paper.next_page()
        row, column = divmod(place, columns)
        left = (grid["left"] + column * (grid["width"] + grid["across"])) * MM
        top = (grid["top"] + row * (grid["height"] + grid["down"])) * MM
        width, height = grid["width"] * MM, grid["height"] * MM
        if value.frames:
            paper.frame(left, top, width, height, 0.3, dash="1 2", colour="0.6 0.6 0.6")
        _label(paper, person, words, left, top, width, height)


def _label(
    paper: Paper, person: Addressee, words: Mapping[str, str], left: float, top: float, width: float, height: float
) -> None:
    """Postal code, address and name, in letters that fit the label."""
    pad = 4 * MM
    room = width - 2 * pad
    receiver = _named(one_line(person.name), words)
    for size in (12.0, 11.0, 10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0):
        type_ = Type(size, size * 1.32)
        lines = break_lines(shape([Run(one_line(person.address))]), room / size, 0, justify=False)
        named = break_lines(shape(receiver), room / (size * 1.1), 0, justify=False)
        needed = (len(lines) + bool(person.postal_code)) * type_.leading + len(named) * 1.5 * size
        if needed <= height - 2 * pad:
            break
    at = top + max((height - needed) / 2, 1 * MM)
    if person.postal_code:
        paper.text(left + pad, type_.baseline(at), size, person.postal_code)
        at += type_.leading
    with paper.tagged("P"):
        for line in lines:
            paper.line(left + pad, type_.baseline(at), size, line)
            at += type_.leading
    with paper.tagged("P"):
        for line in named:
            paper.line(left + pad, at + 1.15 * size, size * 1.1, line)
            at += 1.5 * size
