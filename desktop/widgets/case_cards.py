"""Cards of the page of plans: a case plan with its goals and tasks, a contact, a note. They emit, the page acts."""

from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QLayout, QWidget

from desktop.case_words import day_text, days_away, noted
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip
from desktop.widgets.mark import Mark
from models.records import codes
from models.services.casework_views import ContactView, GoalView, NoteView, PlanView, TaskView
from models.texts import _


class PlanCard(QFrame):
    """One plan. What is done about it comes out as (verb, id, value)."""

    acted = Signal(str, str, object)

    def __init__(self, plan: PlanView, today: date) -> None:
        super().__init__()
        self.plan = plan
        self.today = today
        self.ticks: dict[str, QCheckBox] = {}
        self.setProperty("role", "card" if plan.status == "open" else "sunken")
        self.setAccessibleName(plan.title)
        head = pieces.line(None, Mark("note", "accent", 20), pieces.text(plan.title, "subheading"), gap=10)
        head.setStretch(1, 1)
        if plan.status == "closed":
            head.addWidget(Chip(codes.label("closure_reason", plan.closure_reason), tone="soft"))
        box = self.box = pieces.column(self, head, margin=16, gap=8)
        said = [
            plan.resident_name or _("Household"),
            _("{name} is responsible").format(name=plan.responsible),
            _("since {day}").format(day=day_text(plan.opened_on)),
        ]
        if plan.review_on and plan.status == "open":
            said.append(_("review {day}").format(day=noted(day_text(plan.review_on), days_away(plan.review_on, today))))
        if plan.closed_on:
            said.append(_("closed {day}").format(day=day_text(plan.closed_on)))
        box.addWidget(pieces.text(" · ".join(part for part in said if part), "soft"))
        for words in (plan.situation, plan.closure_note):
            if words:
                box.addWidget(pieces.text(words, select=True))
        listed = {goal.id for goal in plan.goals}
        for goal in plan.goals:
            box.addWidget(self._goal(goal))
            for task in plan.tasks:
                if task.goal_id == goal.id:
                    box.addWidget(self._task(task, indent=True))
        for task in plan.tasks:
            if task.goal_id not in listed:
                box.addWidget(self._task(task, indent=False))
        box.addLayout(self._foot())

    def _tick(self, key: str, words: str, done: bool, name: str) -> QCheckBox:
        tick = QCheckBox(words)
        tick.setChecked(done)
        tick.setAccessibleName(name)
        tick.setEnabled(self.plan.status == "open")
        self.ticks[key] = tick
        return tick

    def _goal(self, goal: GoalView) -> QWidget:
        words = goal.text + (f"  ({day_text(goal.due_on)})" if goal.due_on else "")
        tick = self._tick(goal.id, "", goal.status == "reached", _("Goal reached: {text}").format(text=goal.text))
        tick.toggled.connect(lambda on: self.acted.emit("goal", goal.id, "reached" if on else "open"))
        whole = QWidget()
        pieces.line(whole, tick, pieces.text(words, "label"), gap=8).setStretch(1, 1)
        return whole

    def _task(self, task: TaskView, *, indent: bool) -> QWidget:
        late = task.status == "open" and task.due_on is not None and task.due_on < self.today
        said = [task.responsible]
        if task.due_on:
            said.append(noted(day_text(task.due_on), days_away(task.due_on, self.today)))
        if task.status == "done":
            said.append(_("done {day}").format(day=day_text(task.done_on)))
        if task.status == "dropped":
            said.append(_("dropped"))
        if task.note:
            said.append(task.note)
        tick = self._tick(task.id, "", task.status == "done", _("Done: {text}").format(text=task.text))
        tick.toggled.connect(lambda on: self.acted.emit("task", task.id, "done" if on else "open"))
        words = pieces.column(None, pieces.text(task.text), gap=0)
        words.addWidget(pieces.text(" · ".join(part for part in said if part), "error" if late else "small"))
        whole = QWidget()
        row = pieces.line(whole, tick, words, gap=8)
        row.setStretch(1, 1)
        row.setContentsMargins(32 if indent else 0, 0, 0, 0)
        if self.plan.status == "open" and task.status == "open":
            change = pieces.button(_("Change"), lambda: self.acted.emit("change_task", task.id, task), "link")
            change.setAccessibleName(_("Change the task: {text}").format(text=task.text))
            row.addWidget(change)
        return whole

    def _foot(self) -> QLayout:
        row = pieces.wrapping(None, gap=12)
        if self.plan.status == "open":
            for words, verb in (
                (_("Another goal"), "add_goal"),
                (_("Another task"), "add_task"),
                (_("Close the plan"), "close"),
            ):
                row.addWidget(pieces.button(words, partial(self.acted.emit, verb, self.plan.id, None), "link"))
        else:
            row.addWidget(
                pieces.button(_("Go on with it"), lambda: self.acted.emit("reopen", self.plan.id, None), "link")
            )
        row.addWidget(pieces.button(_("Print"), lambda: self.acted.emit("print", self.plan.id, None), "link"))
        return row


class ContactCard(QFrame):
    """One contact."""

    removed = Signal(str)

    def __init__(self, contact: ContactView, today: date) -> None:
        super().__init__()
        self.setProperty("role", "sunken")
        channel = codes.label("contact_channel", contact.channel)
        who = _("they came to us") if contact.direction == "in" else _("we went to them")
        self.setAccessibleName(f"{day_text(contact.happened_on)} {channel}")
        head = pieces.line(None, Mark("note", "accent", 20), gap=10)
        head.addWidget(pieces.text(f"{day_text(contact.happened_on)}  {channel}", "label", wrap=False))
        if not contact.reached:
            head.addWidget(Chip(_("not reached"), tone="warn"))
        head.addStretch(1)
        head.addWidget(pieces.text(contact.worker, "small", wrap=False))
        box = pieces.column(self, head, margin=14, gap=6)
        box.addWidget(pieces.text(" · ".join(part for part in (contact.resident_name, who) if part), "small"))
        if contact.summary:
            box.addWidget(pieces.text(contact.summary, select=True))
        if contact.next_on:
            promised = noted(day_text(contact.next_on), days_away(contact.next_on, today))
            words = _("Next contact {day} {why}").format(day=promised, why=contact.next_reason)
            box.addWidget(pieces.text(words.strip(), "label"))
        remove = pieces.button(_("Take away"), lambda: self.removed.emit(contact.id), "link")
        remove.setAccessibleName(_("Take away the contact of {day}").format(day=day_text(contact.happened_on)))
        box.addLayout(pieces.line(None, None, remove))


class NoteCard(QFrame):
    """One note; of a hidden one only that it is there."""

    removed = Signal(str)

    def __init__(self, note: NoteView) -> None:
        super().__init__()
        self.setProperty("role", "sunken")
        head = pieces.line(None, Mark("note", "soft", 20), gap=10)
        head.addWidget(pieces.text(day_text(note.noted_on), "label", wrap=False))
        if note.confidential:
            head.addWidget(Chip(_("confidential"), tone="warn"))
        head.addStretch(1)
        head.addWidget(pieces.text(note.worker, "small", wrap=False))
        box = pieces.column(self, head, margin=14, gap=6)
        hidden = _("A confidential note by {name}. Only who wrote it can read it.").format(name=note.worker)
        box.addWidget(pieces.text(hidden if note.hidden else note.text, "soft" if note.hidden else "", select=True))
        self.setAccessibleName(hidden if note.hidden else note.text[:80])
        if not note.hidden:
            remove = pieces.button(_("Take away"), lambda: self.removed.emit(note.id), "link")
            remove.setAccessibleName(_("Take away the note of {day}").format(day=day_text(note.noted_on)))
            box.addLayout(pieces.line(None, None, remove))


def reasons_box() -> QComboBox:
    """Why a plan ends."""
    box = QComboBox()
    box.setAccessibleName(_("Why it ends"))
    for code, label in codes.choices("closure_reason"):
        box.addItem(label, code)
    return box
