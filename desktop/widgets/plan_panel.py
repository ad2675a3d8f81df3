"""What can be done with the planned visits of a household: another day, who goes, nobody needs to go."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QPushButton

from desktop import theme
from desktop.case_words import day_text
from desktop.widgets import pieces
from desktop.widgets.date_field import DateField
from desktop.widgets.flow_layout import FlowLayout
from forms.reading import read_date
from models.records import codes
from models.services.views import DueVisit, PlannedView
from models.services.working_days import next_working_day, working_day
from models.texts import _, language, pgettext


def plan_words(plan: PlannedView) -> str:
    """A plan in one line: what for, about which service, whom, by whom it was asked, who goes."""
    service = plan.service if language() == "zh_CN" else plan.service_en or plan.service
    parts = [plan.resident_name, service, plan.reason, codes.label("plan_source", plan.source)]
    if plan.assignee:
        parts.append(_("{name} goes").format(name=plan.assignee))
    return "  ·  ".join(part for part in dict.fromkeys(parts) if part)


class PlanPanel(QFrame):
    """Opens under a due visit. A promise made at the door is told but not changed here: it belongs to its visit.

    Emits what is wanted of the plans of the household, all of them at once; the page asks the casebook.
    """

    moved = Signal(object)  # date
    assigned = Signal(str)
    dropped = Signal()

    def __init__(self, visit: DueVisit, today: date, workers: Sequence[str]) -> None:
        super().__init__()
        self.plans = visit.plans
        self.setProperty("role", "sunken")
        self.setAccessibleName(_("Change the plan"))
        box = pieces.column(self, margin=14, gap=10)
        if visit.promised is not None:
            words = _("Promised for {day}: {reason}") if visit.promise else _("Promised for {day}")
            box.addWidget(pieces.text(words.format(day=day_text(visit.promised), reason=visit.promise), "soft"))
        for plan in visit.plans:
            due = pieces.text(day_text(plan.due), "label", wrap=False)
            line = pieces.line(None, due, pieces.text(plan_words(plan), select=True), gap=12)
            line.setStretch(1, 1)
            line.setAlignment(due, Qt.AlignmentFlag.AlignTop)
            box.addLayout(line)
        self.quick_buttons: list[QPushButton] = []
        days = FlowLayout()
        for words, day in (
            (pgettext("day", "Today"), today),
            (_("Next working day"), next_working_day(today)),
            (_("In a week"), working_day(today + timedelta(days=7))),
            (_("In two weeks"), working_day(today + timedelta(days=14))),
        ):
            button = pieces.button(words, partial(self.moved.emit, day))
            button.setAccessibleName(_("Move to {day}").format(day=day_text(day)))
            button.setToolTip(day_text(day))
            self.quick_buttons.append(button)
            days.addWidget(button)
        self.day = DateField(read_date, today, name=_("Another day"))
        self.day.changed.connect(self._say)
        self.day.entered.connect(self._move)
        self.move_button = pieces.button(_("Move"), self._move, icon="clock")
        who = QComboBox()
        who.setEditable(True)
        who.addItems(["", *dict.fromkeys(name for name in workers if name)])
        who.setAccessibleName(_("Who goes"))
        who.setMinimumWidth(theme.px(200))
        given = {plan.assignee for plan in visit.plans}
        who.setCurrentText(given.pop() if len(given) == 1 else "")
        line_edit = who.lineEdit()
        if line_edit is not None:
            line_edit.setPlaceholderText(_("Whoever comes by"))
            line_edit.setMaxLength(100)
        self.who = who
        self.assign_button = pieces.button(_("Say who goes"), self._assign, icon="check")
        self.drop_button = pieces.button(_("Nobody needs to go"), self.dropped.emit, "danger", "close")
        moving = pieces.line(None, self.day, self.move_button, None, gap=10)
        box.addWidget(pieces.text(_("Move to another day"), "label"))
        box.addLayout(days)
        box.addLayout(moving)
        box.addWidget(pieces.text(_("Who goes"), "label"))
        going = FlowLayout()
        for thing in (self.who, self.assign_button, self.drop_button):
            going.addWidget(thing)
        box.addLayout(going)
        self._say()

    @property
    def ids(self) -> list[str]:
        """Ids of the plans that are changed."""
        return [plan.id for plan in self.plans]

    def first_focus(self) -> None:
        """To the first of the quick days."""
        self.quick_buttons[0].setFocus()

    def _say(self) -> None:
        self.move_button.setEnabled(self.day.day() is not None)

    def _move(self) -> None:
        day = self.day.day()
        if day is not None:
            self.moved.emit(day)

    def _assign(self) -> None:
        self.assigned.emit(self.who.currentText().strip())
