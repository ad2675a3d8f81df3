"""Needs found on a visit: the nine groups as buttons, and for each picked one how urgent, whose, and what exactly."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.answer_fields import TextField
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.question_row import Choices
from forms.shape import Question
from models.texts import _

HOUSEHOLD = "household"
"""Stands for the household among the people; in the answer it is the empty resident id."""


class NeedRow(QFrame):
    """One need."""

    changed = Signal()

    def __init__(self, question: Question, title: str, people: Choices) -> None:
        super().__init__()
        self.setProperty("role", "sunken")
        self.urgency = ChoiceField(question.part("urgency").choices, name=question.part("urgency").label)
        self.urgency.show_answer("soon")
        self.whose = ChoiceField([(HOUSEHOLD, _("Household")), *people], name=question.part("resident_id").label)
        self.whose.show_answer(HOUSEHOLD)
        self.note = TextField(name=question.part("note").label)
        self.note.line.setPlaceholderText(question.part("note").label)
        first = FlowLayout(gap=theme.px(14))
        first.addWidget(pieces.text(title, "label", wrap=False))
        first.addWidget(self.urgency)
        inside: list[Any] = [first]
        if len(people) > 1:
            inside.append(self.whose)
        elif people:
            self.whose.show_answer(people[0][0])
        pieces.column(self, *inside, self.note, margin=12, gap=8)
        for field in (self.urgency, self.whose, self.note):
            field.changed.connect(self.changed)

    def answer(self) -> dict[str, Any]:
        """urgency, resident_id and note as picked and typed."""
        whose = self.whose.answer()
        return {
            "urgency": self.urgency.answer(),
            "resident_id": "" if whose == HOUSEHOLD else whose,
            "note": self.note.answer(),
        }

    def show_answer(self, row: Mapping[str, Any]) -> None:
        """Show a need. Emits nothing."""
        self.urgency.show_answer(row.get("urgency") or "soon")
        self.whose.show_answer(row.get("resident_id") or HOUSEHOLD)
        self.note.show_answer(row.get("note"))


class NeedField(QWidget):
    """Answer: a list of rows with group, urgency, resident_id and note."""

    changed = Signal()
    entered = Signal()

    def __init__(self, question: Question, people: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question, self._people = question, people
        group = question.part("group")
        self._labels = dict(group.choices)
        self.groups = ChoiceField(group.choices, several=True, name=group.label)
        self.rows: dict[str, NeedRow] = {}
        self._column = pieces.column(None, gap=8)
        pieces.column(self, self.groups, self._column, gap=10)
        self.groups.changed.connect(self._picked)
        self.groups.entered.connect(lambda: self._go_on_from(""))
        self.setFocusProxy(self.groups)

    def answer(self) -> list[dict[str, Any]]:
        """The picked groups with what was said of each."""
        return [{"group": code, **self.rows[code].answer()} for code in self.groups.codes()]

    def show_answer(self, answer: object) -> None:
        """Show needs. Emits nothing."""
        given = answer if isinstance(answer, list | tuple) else []
        rows = {str(row.get("group")): row for row in given if isinstance(row, Mapping)}
        self.groups.show_answer(list(rows))
        self._show_rows()
        for code, row in rows.items():
            if code in self.rows:
                self.rows[code].show_answer(row)

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.groups.first_focus()

    def _go_on_from(self, code: str) -> None:
        """Enter: from the groups and from each note to the next note, after the last one to the next question."""
        picked = self.groups.codes()
        left = picked[picked.index(code) + 1 :] if code in picked else picked
        if left:
            self.rows[left[0]].note.first_focus().setFocus()
        else:
            self.entered.emit()

    def _picked(self) -> None:
        self._show_rows()
        self.changed.emit()

    def _show_rows(self) -> None:
        # A row that is not picked any more keeps what was typed, in case the group is picked again.
        picked = self.groups.codes()
        for code in picked:
            if code not in self.rows:
                row = NeedRow(self._question, self._labels[code], self._people)
                row.changed.connect(self.changed)
                row.note.entered.connect(partial(self._go_on_from, code))
                self.rows[code] = row
                place = sum(other in self.rows for other in list(self._labels)[: list(self._labels).index(code)])
                self._column.insertWidget(place, row)
        for code, row in self.rows.items():
            row.setVisible(code in picked)
