"""Where somebody is: the doors of the register and places elsewhere, in sentences; a place is added or ended here."""

from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.answer_fields import TextField
from desktop.widgets.case_parts import Card, ClickRow, show_more
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.date_field import DateField
from desktop.widgets.province_field import provinces
from forms.reading import read_date
from models.records import codes
from models.records.place import PlaceEntry
from models.services.places_views import Whereabouts, WhereLine
from models.texts import _


class PlaceForm(QWidget):
    """A place elsewhere as it is typed; `wanted` gives the entry."""

    wanted = Signal(object)  # PlaceEntry

    def __init__(self, resident_id: str, today: date) -> None:
        super().__init__()
        self._resident_id = resident_id
        self.kind = ChoiceField(codes.choices("place_kind"), name=_("What is there"))
        self.province = QComboBox()
        self.province.setAccessibleName(_("Province"))
        self.province.setMinimumHeight(theme.target())
        for code, name in (("", _("Choose")), *provinces()):
            self.province.addItem(name, code)
        self.address = TextField(name=_("Address, as far as it is known"))
        self.since = DateField(read_date, today, name=_("Since when"), quick=[(_("Today"), today)])
        self.problem = pieces.text("", "error")
        self.problem.hide()
        self.save_button = pieces.button(_("Keep this place"), self.save, "primary")
        self.kind.entered.connect(self.province.setFocus)
        self.address.entered.connect(self.since.setFocus)
        self.since.entered.connect(self.save)
        whole = pieces.column(self, self.problem, gap=6)
        for words, field in (
            (_("What is there"), self.kind),
            (_("Province"), self.province),
            (_("Address, as far as it is known"), self.address),
            (_("Since when"), self.since),
        ):
            whole.addWidget(pieces.text(words, "label"))
            whole.addWidget(field)
        whole.addLayout(pieces.line(None, self.save_button, None))

    def save(self) -> None:
        """Give the entry, or say what is missing; what was typed stays."""
        kind, typed = str(self.kind.answer()), self.since.answer().strip()
        if not kind:
            self.say(_("Choose what is there: hukou, work, school or another home."))
            self.kind.first_focus().setFocus()
        elif typed and self.since.day() is None:
            self.say(_("This date cannot be read."))
            self.since.line.setFocus()
        elif not self.province.currentData() and not self.address.answer().strip():
            self.say(_("Say where: at least the province, or a few words."))
            self.address.line.setFocus()
        else:
            self.say("")
            entry: dict[str, Any] = {"resident_id": self._resident_id, "kind": kind, "since": self.since.day()}
            entry |= {"division": str(self.province.currentData() or ""), "address": self.address.answer()}
            self.wanted.emit(PlaceEntry.model_validate(entry))

    def say(self, wrong: str) -> None:
        """Say what is wrong, or nothing."""
        self.problem.setText(wrong)
        self.problem.setVisible(bool(wrong))


class WhereCard(Card):
    """The whereabouts of one person. The page asks the casebook for what the signals want."""

    household_chosen = Signal(str)
    added = Signal(object)  # PlaceEntry
    ended = Signal(str, object)  # place id, date
    removed = Signal(str)

    def __init__(self) -> None:
        self.add_button = pieces.button(_("Add a place"), self.begin_adding, "link", "plus")
        super().__init__(_("Where"), self.add_button)
        self.form: PlaceForm | None = None
        self.end_buttons: dict[str, QPushButton] = {}
        self.days: dict[str, DateField] = {}
        self._resident_id, self._today = "", date.min
        self._lines = pieces.column(None, gap=2)
        self._place = QWidget()
        self._form_box = pieces.column(self._place, gap=0)
        self._place.hide()
        self.add(self._lines)
        self.add(self._place)

    def show_where(self, resident_id: str, whereabouts: Whereabouts, today: date) -> None:
        """Show these; a form that is open for the same person stays."""
        if resident_id != self._resident_id:
            self._close()
        self._resident_id, self._today = resident_id, today
        pieces.clear(self._lines)
        self.end_buttons, self.days = {}, {}
        for line in whereabouts.now:
            self._lines.addWidget(self._row(line, ends=True))
        if not whereabouts.now:
            self._lines.addWidget(pieces.text(_("Nothing is recorded about where this person is now."), "soft"))
        if whereabouts.past:

            def fill(place: Any) -> None:
                for line in whereabouts.past:
                    place.addWidget(self._row(line, ends=False))

            link, place = show_more(_("Where before"), fill)
            self._lines.addWidget(link)
            self._lines.addWidget(place)

    def begin_adding(self) -> None:
        """Open the form, or close it."""
        if self.form is not None:
            self._close()
            return
        self.form = PlaceForm(self._resident_id, self._today)
        self.form.wanted.connect(self.added)
        self._form_box.addWidget(self.form)
        self._place.show()
        self.form.kind.first_focus().setFocus()

    def kept(self) -> None:
        """The place was saved: the form is not needed any more."""
        self._close()

    def _close(self) -> None:
        self.form = None
        pieces.clear(self._form_box)
        self._place.hide()

    def _row(self, line: WhereLine, *, ends: bool) -> QWidget:
        if line.household_id:
            row = ClickRow(line.text)
            row.chosen.connect(partial(self.household_chosen.emit, line.household_id))
            inside = pieces.line(row, pieces.text(line.text))
            inside.setContentsMargins(theme.px(6), theme.px(5), theme.px(6), theme.px(5))
            return row
        whole = QWidget()
        words = pieces.line(None, gap=8)
        words.setContentsMargins(theme.px(6), theme.px(5), 0, theme.px(5))
        words.addWidget(pieces.text(line.text, select=True), 1)
        whole_column = pieces.column(whole, words, gap=4)
        if ends and line.until is None:
            ending = self._ending(line)
            end = pieces.button(_("Not there any more"), lambda: ending.setVisible(ending.isHidden()), "link")
            end.setAccessibleName(_("Not there any more: {place}").format(place=line.text))
            words.addWidget(end, 0, Qt.AlignmentFlag.AlignTop)
            self.end_buttons[line.place_id] = end
            whole_column.addWidget(ending)
        return whole

    def _ending(self, line: WhereLine) -> QWidget:
        ending = QWidget()
        day = DateField(read_date, self._today, name=_("Since when no more"), quick=[(_("Today"), self._today)])
        problem = pieces.text("", "error")
        problem.hide()

        def save() -> None:
            until = day.day()
            wrong = "" if until is not None else _("Say from which day, for example {day}.")
            problem.setText(wrong.format(day=self._today.isoformat()))
            problem.setVisible(bool(wrong))
            if until is not None:
                self.ended.emit(line.place_id, until)

        day.entered.connect(save)
        mistake = pieces.button(
            _("It was written down by mistake"), partial(self.removed.emit, line.place_id), "link", "trash"
        )
        foot = pieces.line(None, pieces.button(_("End it"), save, "danger"), mistake, None)
        pieces.column(ending, pieces.text(_("Since when no more"), "label"), problem, day, foot, gap=4)
        ending.hide()
        self.days[line.place_id] = day
        return ending
