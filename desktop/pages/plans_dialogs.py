"""Small questions of the page of plans: a goal, a task, why a plan ends."""

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.widgets import pieces
from desktop.widgets.case_cards import reasons_box
from desktop.widgets.date_field import DateField
from desktop.widgets.form_dialog import FormDialog
from forms.reading import read_date
from models.records.casework import GoalEntry, TaskEntry
from models.services.casework_views import TaskView
from models.texts import _

LONGEST = 500


class _Asking(FormDialog):
    """A line of text and a day; wrong ones are told above the button and nothing is cleared."""

    def __init__(self, parent: QWidget, title: str, today: date) -> None:
        super().__init__(parent, title)
        self.today = today
        self.problem = pieces.text("", "error")
        self.problem.hide()

    def line(self, label: str, text: str = "") -> QLineEdit:
        """A question with one line."""
        made = QLineEdit(text)
        made.setMaxLength(LONGEST)
        made.setAccessibleName(label)
        self.form.addWidget(pieces.text(label, "label"))
        self.form.addWidget(made)
        return made

    def day(self, label: str, value: date | None = None) -> DateField:
        """A question for a day, which may stay empty."""
        made = DateField(read_date, self.today, name=label)
        made.show_answer(value.isoformat() if value else "")
        self.form.addWidget(pieces.text(label, "label"))
        self.form.addWidget(made)
        return made

    def refuse(self, sentence: str, field: QWidget) -> None:
        """Say what is wrong and lead there."""
        self.problem.setText(sentence)
        self.problem.show()
        field.setFocus()

    def read(self, line: QLineEdit, day: DateField) -> tuple[str, date | None] | None:
        """The text and the day; None where one of them is wrong."""
        text = line.text().strip()
        if not text:
            self.refuse(_("Write what it is."), line)
            return None
        if day.answer().strip() and day.day() is None:
            self.refuse(_("This date cannot be read."), day.line)
            return None
        return text, day.day()


class GoalDialog(_Asking):
    """One more goal."""

    told = Signal(object)  # GoalEntry

    def __init__(self, parent: QWidget, today: date) -> None:
        super().__init__(parent, _("Another goal"), today)
        self.text = self.line(_("What is to be reached"))
        self.due = self.day(_("By when"))
        self.form.addWidget(self.problem)
        self.finish(pieces.button(_("Add the goal"), self._add, "primary"))

    def _add(self) -> None:
        said = self.read(self.text, self.due)
        if said is not None:
            self.told.emit(GoalEntry(text=said[0], due_on=said[1]))
            self.accept()


class TaskDialog(_Asking):
    """One more task, or another day and another hand for one that is there."""

    told = Signal(object)  # TaskEntry
    dropped = Signal()

    def __init__(self, parent: QWidget, today: date, task: TaskView | None) -> None:
        super().__init__(parent, _("Another task") if task is None else _("Change the task"), today)
        self.text = self.line(_("What is to be done"), task.text if task else "")
        self.text.setReadOnly(task is not None)
        self.who = self.line(_("Who does it"), task.responsible if task else "")
        self.who.setPlaceholderText(_("Left empty: yourself."))
        self.due = self.day(_("By when"), task.due_on if task else None)
        self.form.addWidget(self.problem)
        if task is not None:
            self.form.addLayout(pieces.line(None, pieces.button(_("Not needed any more"), self._drop, "link"), None))
        self.finish(pieces.button(_("Add the task") if task is None else _("Change"), self._add, "primary"))

    def _add(self) -> None:
        said = self.read(self.text, self.due)
        if said is not None:
            who = self.who.text().strip()[:100]
            self.told.emit(TaskEntry(text=said[0], due_on=said[1], responsible=who))
            self.accept()

    def _drop(self) -> None:
        self.dropped.emit()
        self.accept()


class CloseDialog(FormDialog):
    """Why a plan ends."""

    told = Signal(str, str)  # reason, note

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, _("Close the plan"))
        self.reason = reasons_box()
        self.note = QLineEdit()
        self.note.setAccessibleName(_("What was reached"))
        self.note.setMaxLength(LONGEST)
        self.form.addWidget(pieces.text(_("Why it ends"), "label"))
        self.form.addWidget(self.reason)
        self.form.addWidget(pieces.text(_("What was reached"), "label"))
        self.form.addWidget(self.note)
        self.form.addWidget(pieces.text(_("Tasks that are still open are dropped with it."), "small"))
        self.finish(pieces.button(_("Close the plan"), self._close, "primary"))

    def _close(self) -> None:
        self.told.emit(str(self.reason.currentData()), self.note.text().strip())
        self.accept()
