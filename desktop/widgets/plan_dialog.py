"""From a list to visits: from which day, how many doors a day, who goes, and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QSpinBox, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.date_field import DateField
from desktop.widgets.form_dialog import FormDialog
from forms.reading import read_date
from models.services.working_days import next_working_day
from models.texts import _, ngettext

if TYPE_CHECKING:
    from models.casebook import Casebook
    from models.records.visit import PlanEntry
    from models.services.views import Changed

PER_DAY, MOST_PER_DAY = 8, 60
"""Doors a day: what is offered, and the most that can be asked for."""

REASON_LENGTH = 500  # as PlanEntry has it


@dataclass(frozen=True)
class PlanWish:
    """What the worker wants: households a day from a day on, or each on its own day (spread False)."""

    first_day: date
    per_day: int
    assignee: str
    reason: str
    spread: bool = True


def plan_visits(casebook: "Casebook", entries: Sequence["PlanEntry"], wish: PlanWish) -> "Changed":
    """Plan the entries as wished, off the window's thread; `ids` are those that were made.

    A household that has the same plan already keeps that one.
    """
    if wish.spread:
        return casebook.planning.plan_spread(entries, wish.per_day, wish.first_day)
    return casebook.planning.plan(entries)


def planned_words(wanted: int, made: int) -> str:
    """How many of the visits that were wanted are planned, and how many households had the same plan already."""
    if not made:
        return _("Nothing new was planned: every one of these households has the same visit planned already.")
    words = ngettext("{n} visit was planned.", "{n} visits were planned.", made).format(n=f"{made:,}")
    if wanted > made:
        had = ngettext(
            "{n} household had the same visit planned already and keeps it.",
            "{n} households had the same visit planned already and keep it.",
            wanted - made,
        )
        words = _("{first} {second}").format(first=words, second=had.format(n=f"{wanted - made:,}"))
    return words


class PlanDialog(FormDialog):
    """Asks how the visits are to be planned; `wished` is called with the PlanWish when the worker agrees."""

    def __init__(
        self,
        parent: QWidget,
        wished: Callable[[PlanWish], object],
        *,
        households: int,
        reason: str,
        today: date,
        assignees: Sequence[str] = (),
        own_days: bool = False,
    ) -> None:
        """own_days: offer to plan each visit for the day that its row names."""
        super().__init__(parent, _("Plan visits"), 460)
        self._wished = wished
        count = ngettext("{n} household is to be visited.", "{n} households are to be visited.", households)
        self.count = pieces.text(count.format(n=f"{households:,}"), "subheading")
        self.own_days = QCheckBox(_("Each on the day on which something changes"))
        self.own_days.setVisible(own_days)
        self.own_days.toggled.connect(self._say)
        tomorrow = next_working_day(today)
        self.day = DateField(read_date, today, name=_("First day"), quick=[(_("Next working day"), tomorrow)])
        self.day.show_answer(tomorrow.isoformat())
        self.day.changed.connect(self._say)
        self.per_day = QSpinBox()
        self.per_day.setRange(1, MOST_PER_DAY)
        self.per_day.setValue(PER_DAY)
        self.per_day.setAccessibleName(_("Households a day"))
        self.per_day.setFixedWidth(theme.px(120))
        self.per_day.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.per_day.valueChanged.connect(self._say)
        self.assignee = QComboBox()
        self.assignee.setEditable(True)
        self.assignee.addItems(["", *dict.fromkeys(name for name in assignees if name)])
        self.assignee.setAccessibleName(_("Who goes"))
        line = self.assignee.lineEdit()
        if line is not None:
            line.setPlaceholderText(_("Whoever comes by"))
            line.setMaxLength(100)
        self.reason = QLineEdit(reason)
        self.reason.setMaxLength(REASON_LENGTH)
        self.reason.setCursorPosition(0)
        self.reason.setAccessibleName(_("What for"))
        self._households, self._today = households, today
        self.said = pieces.text("", "soft")
        self.wrong = pieces.text("", "error")
        self.wrong.hide()
        self.go = pieces.button(_("Plan visits"), self._agree, "primary", "calendar")
        self._day_label = _label(_("First day"), self.day)
        self._per_day_label = _label(_("Households a day"), self.per_day)
        for thing in (
            self.count,
            *([self.own_days] if own_days else []),
            self._day_label,
            self.day,
            self._per_day_label,
            self.per_day,
            self.said,
            _label(_("Who goes"), self.assignee),
            self.assignee,
            _label(_("What for"), self.reason),
            self.reason,
            self.wrong,
        ):
            self.form.addWidget(thing)
        self._say()
        self.finish(self.go)

    def _say(self) -> None:
        """How many days it takes, in the order of doors."""
        own = self.own_days.isChecked()
        for thing in (self._day_label, self.day, self._per_day_label, self.per_day):
            thing.setEnabled(not own)
        self.wrong.hide()
        if own:
            self.said.setText(_("A visit that falls on a weekend stays on that day."))
            return
        days = -(-self._households // self.per_day.value())
        words = ngettext(
            "Door after door by address: {n} working day, weekends left out.",
            "Door after door by address: {n} working days, weekends left out.",
            days,
        )
        self.said.setText(words.format(n=f"{days:,}"))

    def _agree(self) -> None:
        own = self.own_days.isChecked()
        day = self.day.day()
        if not own and (day is None or day < self._today):
            words = _("Write the first day, for example 2026-12-1.") if day is None else _("This day is already over.")
            self.wrong.setText(words)
            self.wrong.show()
            self.day.first_focus().setFocus()
            return
        wish = PlanWish(
            first_day=day or self._today,
            per_day=self.per_day.value(),
            assignee=self.assignee.currentText().strip(),
            reason=self.reason.text().strip(),
            spread=not own,
        )
        self.accept()
        self._wished(wish)


def _label(words: str, field: QWidget) -> QLabel:
    made = pieces.text(words, "label")
    made.setBuddy(field)
    return made
