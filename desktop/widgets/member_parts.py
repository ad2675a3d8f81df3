"""How a person belongs to the household: relation to the head, whether counted, whether registered here too."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField, TickButton
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.question_row import QuestionRow
from forms.shape import Question
from models.texts import _


class MemberParts(QWidget):
    """The parts of a people question for one person, with the way to take the person off the form."""

    changed = Signal()
    entered = Signal()
    removed = Signal()

    def __init__(self, question: Question, *, step: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, QuestionRow] = {}
        self.title = pieces.text("", "heading")
        self.known = pieces.card(
            pieces.text(_("This person is on the register already. The record is used as it is.")),
            role="banner-info",
            margin=10,
        )
        self.remove: QPushButton = pieces.button(_("Take off the list"), self.removed.emit, "link", "trash")
        head = pieces.line(None, self.title, self.remove)
        head.setStretch(0, 1)
        layout = pieces.column(None, head, self.known, gap=12)
        self.ticks: dict[str, TickButton] = {}
        ticks = FlowLayout(gap=theme.px(8))
        for part in question.parts:
            if part.kind == "yes_no":  # nearly always yes: a tick that is set, to be taken away
                tick = TickButton(part.label)
                tick.setToolTip(part.hint)
                tick.clicked.connect(self.changed)
                ticks.addWidget(tick)
                self.ticks[part.id] = tick
                continue
            row = QuestionRow(part, ChoiceField(part.choices, name=part.label), step=step)
            row.changed.connect(self.changed)
            row.entered.connect(self.entered)
            layout.addWidget(row)
            self.rows[part.id] = row
        self._step = step
        self._below = pieces.line(None, gap=0)
        self._below.addLayout(ticks)
        layout.addLayout(self._below)
        self.known.hide()
        pieces.column(self, pieces.card(layout, margin=18))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The ticks stand under the field above them."""
        super().resizeEvent(event)
        row = next(iter(self.rows.values()), None)
        wide = not self._step and row is not None and row.width() >= theme.px(QuestionRow.ABREAST)
        self._below.setContentsMargins(theme.px(QuestionRow.LABEL + 16) if wide else 0, 0, 0, 0)

    def show_answers(self, title: str, answers: Mapping[str, Any], *, known: bool, removable: bool) -> None:
        """Show how this person belongs. Emits nothing."""
        self.title.setText(title)
        self.known.setVisible(known)
        self.remove.setVisible(removable)
        for row in self.rows.values():
            row.show_answers(answers)
            row.show_problem("")
            row.show_doubt("")
        for part, tick in self.ticks.items():
            tick.setChecked(answers.get(part) not in ("no", False))

    def answers(self) -> dict[str, Any]:
        """The parts that are answered."""
        told = {part: answer for part, row in self.rows.items() if (answer := row.answer())}
        return told | {part: "yes" if tick.isChecked() else "no" for part, tick in self.ticks.items()}

    def focus_part(self, part: str) -> QWidget:
        """Put the cursor into a part."""
        target: QWidget = self.ticks[part] if part in self.ticks else self.rows[part].field.first_focus()
        target.setFocus()
        return target
