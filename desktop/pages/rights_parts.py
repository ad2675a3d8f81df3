"""Cards of the page of consent and rights: where each kind of data stands, people, requests, frozen ones, history."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.case_words import day_text, days_away, person_line
from desktop.pages.rights_load import Neighbour, is_settled
from desktop.rights_words import (
    STATE_MARKS,
    answer_text,
    frozen_text,
    request_text,
    short,
    since_text,
    state_text,
    statement_detail,
    statement_text,
)
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, ClickRow, show_more
from desktop.widgets.mark import Mark
from models.records import consent_text
from models.services.rights_views import ConsentState, ConsentView, RequestView
from models.texts import _, ngettext, pgettext

FIRST = 5
"""Statements and answered requests that are shown at once; the others can be opened."""


class StateCard(Card):
    """Each kind of data: agreed to, refused, withdrawn or not asked, since when and by whom."""

    def __init__(self, state: ConsentState) -> None:
        super().__init__(_("What the person agrees to"))
        self.states: dict[str, str] = {}
        for each in consent_text.load().classes:
            found = state.classes.get(each.code, "not_asked")
            words, since = state_text(found), since_text(state, each.code)
            mark, tone = STATE_MARKS[found]
            if each.code == "plain" and found == "not_asked" and state.basis == "statutory":
                words, mark, tone = _("Told: a legal duty asks for them"), "yes", "good"
            self.states[each.code] = words
            label = pieces.text(short(each.label.shown), "label")
            label.setToolTip(each.label.shown)
            line = pieces.line(None, Mark(mark, tone, 24), gap=12)
            told = pieces.column(None, label, gap=0)
            told.addWidget(pieces.text(_("{first} · {second}").format(first=words, second=since) if since else words))
            line.addLayout(told, 1)
            self.add(line)


class PeopleCard(Card):
    """The people of a household and how far each has been asked; `chosen` tells whom the worker wants."""

    chosen = Signal(str)

    def __init__(self, people: Sequence[Neighbour]) -> None:
        super().__init__(_("The people of the household"))
        self.rows: dict[str, ClickRow] = {}
        for each in people:
            words, tone = _standing(each)
            row = ClickRow(f"{each.row.name}. {words}")
            name = pieces.column(
                None, pieces.text(each.row.name, "label"), pieces.text(person_line(each.row), "small"), gap=0
            )
            line = pieces.line(row, margin=6, gap=12)
            line.addLayout(name, 1)
            line.addWidget(Chip(words, "yes" if tone == "good" else "", tone))
            row.chosen.connect(partial(self.chosen.emit, each.row.id))
            self.rows[each.row.id] = row
            self.add(row)


def _standing(one: Neighbour) -> tuple[str, str]:
    if one.state.frozen:
        return _("Frozen"), "warn"
    if one.state.newer_text:
        return _("Ask again: new text"), "warn"
    if is_settled(one.state):
        return pgettext("consent", "Asked"), "good"
    if one.state.history:
        return _("Basic data not agreed to"), "warn"
    return pgettext("consent", "Not asked yet"), "soft"


class RequestsCard(Card):
    """What was asked for, with the last day for an answer; `opened` tells which open one is wanted."""

    opened = Signal(object)

    def __init__(self, heading: str, requests: Sequence[RequestView], on: date, *, with_names: bool = False) -> None:
        super().__init__(heading)
        self.rows: dict[str, QWidget] = {}
        waiting = [each for each in requests if each.status == "open"]
        over = [each for each in requests if each.status != "open"]
        for each in waiting:
            words = request_text(each)
            words = f"{each.resident_name}: {words}" if with_names else words
            row = ClickRow(words)
            told = pieces.column(None, pieces.text(words, "label"), gap=0)
            if each.wish:
                told.addWidget(pieces.text(each.wish, "soft"))
            line = pieces.line(row, margin=6, gap=12)
            line.addLayout(told, 1)
            if each.due_on is not None:
                late = each.due_on < on
                due = _("until {day}, {away}").format(day=day_text(each.due_on), away=days_away(each.due_on, on))
                line.addWidget(Chip(due, "", "danger" if late else "accent"), 0, Qt.AlignmentFlag.AlignTop)
            row.chosen.connect(partial(self.opened.emit, each))
            self.rows[each.id] = row
            self.add(row)
        if not waiting:
            self.add(pieces.text(_("Nothing waits for an answer."), "soft"))
        if over:
            words = ngettext("{n} answered request", "{n} answered requests", len(over)).format(n=len(over))
            link, place = show_more(words, partial(_fill, [partial(_answered, each) for each in over]))
            self.add(link)
            self.add(place)


def _fill(makers: Sequence[Callable[[], QWidget]], body: QVBoxLayout) -> None:
    for make in makers:
        body.addWidget(make())


def _answered(request: RequestView) -> QWidget:
    made = QWidget()
    pieces.column(made, pieces.text(request_text(request)), pieces.text(answer_text(request), "small"), gap=0)
    return made


class FrozenCard(Card):
    """Records that are only kept: they are found here and nowhere else; `opened` tells whose is wanted."""

    opened = Signal(str)

    def __init__(self, frozen: Sequence[tuple[str, str, str]]) -> None:
        super().__init__(_("Frozen records"))
        self.rows: dict[str, ClickRow] = {}
        for resident_id, name, why in frozen:
            row = ClickRow(f"{name}. {frozen_text(why)}")
            pieces.column(row, pieces.text(name, "label"), pieces.text(frozen_text(why), "small"), margin=6, gap=0)
            row.chosen.connect(partial(self.opened.emit, resident_id))
            self.rows[resident_id] = row
            self.add(row)
        if not frozen:
            self.add(pieces.text(_("No record is frozen."), "soft"))


class HistoryCard(Card):
    """Every statement as a sentence, the newest first; none is ever changed."""

    def __init__(self, history: Sequence[ConsentView]) -> None:
        super().__init__(_("What was said"))
        for each in history[:FIRST]:
            self.add(_said(each))
        if not history:
            self.add(pieces.text(_("Nobody has asked this person yet."), "soft"))
        if len(history) > FIRST:
            rest = history[FIRST:]
            words = ngettext("{n} earlier statement", "{n} earlier statements", len(rest)).format(n=len(rest))
            link, place = show_more(words, partial(_fill, [partial(_said, each) for each in rest]))
            self.add(link)
            self.add(place)


def _said(view: ConsentView) -> QWidget:
    made = QWidget()
    pieces.column(made, pieces.text(statement_text(view)), pieces.text(statement_detail(view), "small"), gap=0)
    return made
