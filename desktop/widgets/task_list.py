"""The tasks of a case, how far each is, and one click to do it."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.case_words import TASKS, task_status_text, task_text
from desktop.widgets import pieces
from desktop.widgets.mark import Mark
from models.texts import _

MARK_OF = {"done": ("yes", "good"), "in_progress": ("half", "accent"), "not_started": ("todo", "soft")}


def blocked_tasks(tasks: Mapping[str, str], *, in_household: bool) -> Mapping[str, str]:
    """Tasks that cannot be begun, each with the reason: visits and eligibility need a household."""
    if in_household:
        return {}
    why = _("First say in which household this person lives.")
    return {task: why for task in ("visit", "eligibility") if tasks.get(task) != "done"}


def action_text(task: str, status: str) -> str:
    """What the button of a task says."""
    return {
        "register": _("Change") if status == "done" else _("Complete"),
        "consent": _("Ask") if status != "done" else _("Open"),
        "visit": _("Record a visit"),
        "assess": _("Assess"),
        "eligibility": _("Check"),
        "referral": _("Refer") if status != "in_progress" else _("Open"),
    }[task]


class TaskList(QWidget):
    """Emits chosen with the task to do; a task that cannot be begun has its reason instead of a button."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._box = pieces.column(self, gap=6)
        self.buttons: dict[str, QPushButton] = {}
        self.states: dict[str, str] = {}

    def show_tasks(self, tasks: Mapping[str, str], blocked: Mapping[str, str]) -> None:
        """Show how far each task is; blocked: tasks that cannot be begun, with why."""
        pieces.clear(self._box)
        self.buttons = {}
        self.states = {}
        for task in TASKS:
            status = "blocked" if task in blocked else tasks.get(task, "not_started")
            self.states[task] = status
            mark, tone = MARK_OF.get(status, ("blocked", "soft"))
            words = pieces.column(
                None, pieces.text(task_text(task), "label"), pieces.text(task_status_text(status), "small"), gap=0
            )
            if task in blocked:
                words.addWidget(pieces.text(blocked[task], "small"))
            line = pieces.line(None, Mark(mark, tone, 24), gap=12)
            line.addLayout(words, 1)
            if task not in blocked:
                button = pieces.button(action_text(task, status), partial(self.chosen.emit, task))
                button.setAccessibleName(f"{task_text(task)}: {task_status_text(status)}. {button.text()}")
                line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
                self.buttons[task] = button
            self._box.addLayout(line)
