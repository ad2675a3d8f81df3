"""A line of a paper list as it is typed in: number, outcome as a digit, who was met by number, again, note."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from desktop import theme
from desktop.round_words import person_text
from desktop.widgets import pieces
from desktop.widgets.flow_layout import FlowLayout
from forms.round_sheet import COLUMNS
from models.services.rounds_views import StopView
from models.texts import _, pgettext


class SheetLineField(QFrame):
    """Enter goes on to the next line, Up and Down go to any; a digit in the outcome leads on by itself."""

    changed = Signal(str, str)  # column, text
    number_typed = Signal(int)
    entered = Signal()
    stepped = Signal(int)  # one line back or on

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.stop: StopView | None = None
        words = {
            "number": (_("Line"), 3, ""),
            "outcome": (_("Outcome"), 4, "1–4"),
            "met": (_("Who was met"), 8, _("e.g. 1 3")),
            "retry": (_("Again"), 10, _("e.g. 3")),
            "note": (_("Note"), 30, ""),
        }
        self.door = pieces.text("", "heading")
        self.people = pieces.text("", "soft")
        self.wrong = pieces.text("", "error")
        self.wrong.hide()
        hint = _(
            "1 met, 2 nobody home, 3 refused, 4 moved away. Again: 1 morning, 2 afternoon, 3 evening, 4 weekend, "
            "a day (11-25 3), or 0 for not again."
        )
        self.fields = QWidget()
        flow = FlowLayout(self.fields, gap=theme.px(10))
        self.lines: dict[str, QLineEdit] = {}
        for name, (label, length, example) in words.items():
            line = QLineEdit()
            line.setAccessibleName(label)
            line.setPlaceholderText(example)
            line.setMaxLength(1000 if name == "note" else 30)
            digit = QFontMetrics(line.font()).horizontalAdvance("0")
            line.setFixedWidth(digit * (length + 2) + theme.px(24))
            line.installEventFilter(self)
            made = pieces.text(label, "small", wrap=False)
            made.setBuddy(line)
            place = QWidget()
            pieces.column(place, made, line, gap=2)
            flow.addWidget(place)
            self.lines[name] = line
        for name in COLUMNS:
            self.lines[name].textEdited.connect(lambda text, name=name: self._typed(name, text))
        pieces.column(
            self, self.door, self.people, self.fields, self.wrong, pieces.text(hint, "small"), margin=12, gap=4
        )

    def show_line(self, stop: StopView, typed: Mapping[str, str]) -> None:
        """Show a line as it was typed so far."""
        self.stop = stop
        self.lines["number"].setText(str(stop.place))
        self.door.setText(stop.door)
        people = [f"{place} {person_text(person)}" for place, person in enumerate(stop.people, 1)]
        self.people.setText("    ".join(people) or pgettext("door", "Nobody is registered here"))
        for name in COLUMNS:
            self.lines[name].setText(typed.get(name, ""))
        self.complain("")

    def complain(self, words: str) -> None:
        """Say what is wrong with the line; empty: nothing is."""
        self.wrong.setText(words)
        self.wrong.setVisible(bool(words))

    def focus(self, column: str = "outcome") -> None:
        """Put the cursor into a column."""
        line = self.lines.get(column, self.lines["outcome"])
        line.setFocus()
        line.selectAll()

    def _typed(self, name: str, text: str) -> None:
        self.changed.emit(name, text)
        if name == "outcome" and self.stop is not None and text.strip() in ("1", "2", "3", "4"):
            self._lead_on(text.strip())

    def _lead_on(self, outcome: str) -> None:
        """After the outcome: who was met where there is a choice, again where that makes sense, else the note."""
        assert self.stop is not None
        if outcome == "1" and len(self.stop.people) == 1 and not self.lines["met"].text():
            self.lines["met"].setText("1")
            self.changed.emit("met", "1")
        several = outcome == "1" and len(self.stop.people) > 1
        self.focus("met" if several else "retry" if outcome in "23" else "note")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter, Up and Down, in whatever column."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and not event.modifiers():
            key: Any = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if watched is self.lines["number"]:
                    self._jump()
                else:
                    self.entered.emit()
                return True
            if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self.stepped.emit(-1 if key == Qt.Key.Key_Up else 1)
                return True
        return super().eventFilter(watched, event)

    def _jump(self) -> None:
        text = self.lines["number"].text().strip()
        if text.isdigit():
            self.number_typed.emit(int(text))
