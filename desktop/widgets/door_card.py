"""One door of a round, large: where, who lives there, what else is due, what came of it, when to come again."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop import theme
from desktop.round_words import (
    DUE_MARKS,
    TONES,
    again_text,
    door_parts,
    due_text,
    flags_text,
    last_text,
    part_text,
    person_text,
    short_day,
    status_text,
    try_text,
)
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.date_field import DateField
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.mark import Mark
from forms.reading import read_date
from models.records.rounds import PartOfDay
from models.services.retries import next_day_of
from models.services.rounds_views import COMES_AGAIN, DueLine, StopView
from models.texts import _, ngettext

PARTS: tuple[PartOfDay, ...] = ("morning", "afternoon", "evening", "weekend")


class DoorCard(QFrame):
    """Space on it asks for the next door; what can be done at the door is told by signals."""

    next_wanted = Signal()
    due_ticked = Signal(object, bool)  # a DueLine, and whether it is done
    due_opened = Signal(object)  # a DueLine
    retry_chosen = Signal(object, str)  # a day or None, and a part of it
    visit_wanted = Signal()  # the whole form
    changed = Signal()  # the note or who was met

    def __init__(self, today: date) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.stop: StopView | None = None
        self._today = today
        self.street = pieces.text("", "soft")
        self.door = pieces.text("", "title")
        self.state = pieces.line(None, gap=8)
        self.last = pieces.text("", "small")
        self.people = ChoiceField([], several=True, keys=False, name=_("Who was met"))
        self.people.changed.connect(self.changed)
        self.due_box = QFrame()
        self.due_box.setProperty("role", "banner-info")
        self.due_title = pieces.text("", "label")
        self.due: QVBoxLayout = pieces.column(None, gap=2)
        pieces.column(self.due_box, self.due_title, self.due, margin=10, gap=4)
        self.tries = pieces.text("", "small")
        self.retry_box = QFrame()
        self.retry_box.setProperty("role", "sunken")
        self._retry: QVBoxLayout = pieces.column(self.retry_box, margin=10, gap=6)
        self.after = pieces.line(None, gap=8)
        """What a result leads to: registering somebody, a household that left."""
        self.note = QLineEdit()
        self.note.setMaxLength(1000)
        self.note.setAccessibleName(_("Note at this door"))
        self.note.setPlaceholderText(_("Note (N)"))
        self.note.textEdited.connect(lambda _text: self.changed.emit())
        self.note.returnPressed.connect(self.setFocus)
        self.visit = pieces.button(_("Visit form (V)"), self.visit_wanted.emit, icon="edit")
        head = pieces.column(None, self.street, self.door, gap=0)
        top = pieces.line(None, head, gap=12)
        top.addLayout(self.state)
        top.setStretch(0, 1)
        whole = pieces.column(
            self,
            top,
            self.people,
            self.last,
            self.due_box,
            self.retry_box,
            self.after,
            self.note,
            pieces.line(None, self.visit, None),
            self.tries,
            None,
            margin=16,
            gap=8,
        )
        whole.setContentsMargins(theme.px(20), theme.px(12), theme.px(20), theme.px(12))
        self.rows: list[DueRow] = []

    def show_stop(
        self,
        stop: StopView,
        papers: Mapping[str, str],
        *,
        note: str | None = None,
        met: Sequence[str] = (),
        actions: Sequence[QPushButton] = (),
    ) -> None:
        """Show a door. note, met: typed and ticked before and not kept yet. actions: what a result leads to."""
        self.stop = stop
        street, door = door_parts(stop)
        self.street.setText(street)
        self.street.setVisible(bool(street))
        self.door.setText(door)
        self.setAccessibleName(f"{stop.place}  {stop.door}  {_(', ').join(stop.names)}  {status_text(stop.status)}")
        pieces.clear(self.state)
        if stop.status != "waiting":
            self.state.addWidget(Chip(status_text(stop.status), tone=TONES.get(stop.status, "soft")))
        self.people.set_choices([(person.resident_id, person_text(person)) for person in stop.people])
        self.people.show_answer(list(met))
        self.people.setVisible(bool(stop.people))
        self.last.setText("  ·  ".join(part for part in (last_text(stop), flags_text(stop)) if part))
        self._show_due(stop, papers)
        self._show_retry(stop)
        self.visit.setVisible(bool(stop.household_id))
        pieces.clear(self.after)
        for button in actions:
            self.after.addWidget(button)
        if actions:
            self.after.addStretch(1)
        self.note.setText(stop.note if note is None else note)
        self.tries.setText("  ·  ".join(try_text(tried) for tried in stop.tries))
        self.tries.setVisible(bool(stop.tries))

    def met(self) -> list[str]:
        """Who is ticked as met."""
        answer = self.people.answer()
        return list(answer) if isinstance(answer, list) else []

    def _show_due(self, stop: StopView, papers: Mapping[str, str]) -> None:
        pieces.clear(self.due)
        self.rows = []
        for line in stop.due:
            row = DueRow(line, due_text(line, papers))
            row.ticked.connect(self.due_ticked)
            row.opened.connect(self.due_opened)
            self.due.addWidget(row)
            self.rows.append(row)
        count = len(stop.due)
        words = ngettext("One thing is due here", "{n} things are due here", count)
        self.due_title.setText(words.format(n=count))
        self.due_box.setVisible(bool(count))

    def _show_retry(self, stop: StopView) -> None:
        pieces.clear(self._retry)
        self.retry_box.setVisible(stop.status in COMES_AGAIN)
        if stop.status not in COMES_AGAIN:
            return
        words = _("Again: {when}").format(when=again_text(stop.retry_on, stop.retry_part))
        self._retry.addWidget(pieces.text(words, "label"))
        flow = FlowLayout(gap=theme.px(6))
        tomorrow = self._today + timedelta(days=1)
        choices: list[tuple[str, date | None, str]] = []
        for part in PARTS:
            day = next_day_of(part, tomorrow)
            choices.append((f"{short_day(day)} {part_text(part)}", day, part))
        choices.append((_("Not again"), None, ""))
        for words, day_or_none, part_or_none in choices:
            made = pieces.button(words, partial(self.retry_chosen.emit, day_or_none, part_or_none))
            made.setCheckable(True)
            made.setChecked(stop.retry_on == day_or_none and stop.retry_part == part_or_none)
            made.setAccessibleName(_("Come again: {when}").format(when=words))
            flow.addWidget(made)
        self._retry.addLayout(flow)
        self.other_day = DateField(read_date, self._today, name=_("Come again on another day"))
        self.other_day.show_answer(stop.retry_on.isoformat() if stop.retry_on else "")
        self.other_day.entered.connect(self._other_day)
        self._retry.addWidget(self.other_day)

    def _other_day(self) -> None:
        day = self.other_day.day()
        if day is not None and day >= self._today and self.stop is not None:
            self.retry_chosen.emit(day, self.stop.retry_part)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space: the next door."""
        if event.key() == Qt.Key.Key_Space:
            self.next_wanted.emit()
        else:
            super().keyPressEvent(event)


class DueRow(QWidget):
    """A thing that is due: a box to call it done where that can be done here, its words, and a way to its page."""

    ticked = Signal(object, bool)
    opened = Signal(object)

    def __init__(self, line: DueLine, words: str) -> None:
        super().__init__()
        self.line = line
        self.label: QLabel = pieces.text(words)
        row = pieces.line(self, gap=8)
        self.tick: QCheckBox | None = None
        if line.can_tick:
            self.tick = QCheckBox()
            self.tick.setAccessibleName(_("Done: {what}").format(what=words))
            self.tick.toggled.connect(lambda on: self.ticked.emit(self.line, on))
            row.addWidget(self.tick)
        else:
            row.addWidget(Mark(DUE_MARKS.get(line.kind, "note"), "accent", 20))
        row.addWidget(self.label, 1)
        self.go = pieces.button(_("Open"), lambda: self.opened.emit(self.line), "link")
        self.go.setAccessibleName(_("Open: {what}").format(what=words))
        row.addWidget(self.go)
