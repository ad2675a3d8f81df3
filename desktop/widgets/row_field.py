"""Rows of a question with parts (goals, tasks): a box for each row, one more on asking; a row that is empty is none."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop.widgets import pieces
from desktop.widgets.answer_fields import RepeatField
from desktop.widgets.question_row import QuestionRow, make_field
from forms.shape import Question


class PartsRow(QFrame):
    """One row: its parts below one another."""

    changed = Signal()
    entered = Signal()

    def __init__(self, question: Question, today: date, *, step: bool) -> None:
        super().__init__()
        self.setProperty("role", "sunken")
        self.rows: dict[str, QuestionRow] = {}
        for part in question.parts:
            row = QuestionRow(part, make_field(part, today, None), step=step)
            row.changed.connect(self.changed)
            self.rows[part.id] = row
        listed = list(self.rows.values())
        for row, after in pairwise(listed):
            row.entered.connect(lambda after=after: after.field.first_focus().setFocus())
        listed[-1].entered.connect(self.entered)
        pieces.column(self, *listed, margin=12, gap=8)

    def answer(self) -> dict[str, Any]:
        """The parts that hold something; {} for an empty row."""
        return {name: said for name, row in self.rows.items() if (said := row.answer()) not in (None, "", [], {})}

    def show_answer(self, answer: object) -> None:
        """Show a row. Emits nothing."""
        said = answer if isinstance(answer, Mapping) else {}
        for name, row in self.rows.items():
            row.show_answers({name: said.get(name)})

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return next(iter(self.rows.values())).field.first_focus()


class RowField(RepeatField):
    """Answer: a list of objects, a row each; empty rows are left out."""

    def __init__(self, question: Question, today: date, *, step: bool, more: str) -> None:
        super().__init__(lambda: PartsRow(question, today, step=step), more=more)

    def answer(self) -> list[object]:
        """The rows that hold something."""
        return [said for field in self.fields if (said := field.answer())]
