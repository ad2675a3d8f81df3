"""A date as one line of text in any common writing, with what was understood right beside it."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from dateutil.relativedelta import relativedelta
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from desktop import theme
from desktop.case_words import age_text, day_text, days_away
from desktop.widgets import pieces
from desktop.widgets.flow_layout import FlowLayout
from models.texts import _
from models.values import age_on


class DateField(QWidget):
    """One line for a date. `read` turns what was typed into a date or None; the answer is the text as typed.

    With birth=True the echo tells the age, else how far away the day is. Quick days are offered as buttons.
    """

    changed = Signal()
    entered = Signal()

    def __init__(
        self,
        read: Callable[[str], date | None],
        today: date,
        *,
        name: str,
        birth: bool = False,
        example: str = "",
        quick: Sequence[tuple[str, date]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._read, self._today, self._birth = read, today, birth
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        self.line.setPlaceholderText(_("e.g. {date}").format(date=example or "2026-3-8"))
        self.line.setFixedWidth(QFontMetrics(self.line.font()).horizontalAdvance("0") * 16 + theme.px(24))
        self.echo = pieces.text("", "good")
        self.quick_buttons: list[QPushButton] = []
        row = pieces.line(None, self.line, self.echo, gap=12)
        row.setStretch(1, 1)
        whole = pieces.column(self, gap=6)
        if quick:
            days = FlowLayout()
            for words, day in quick:
                button = pieces.button(words, partial(self._choose, day))
                button.setCheckable(True)
                button.setProperty("day", day.isoformat())
                self.quick_buttons.append(button)
                days.addWidget(button)
            whole.addLayout(days)
        whole.addLayout(row)
        self.setFocusProxy(self.line)
        self.line.textEdited.connect(self._typed)
        self.line.returnPressed.connect(self._entered)
        self.line.editingFinished.connect(self._settle)
        self._counts_ahead = bool(quick)
        if quick:
            self.line.setToolTip(_("A date, or how far ahead: +30 days, +2w weeks, +3m months"))

    def answer(self) -> str:
        """The text as typed; of a day that is counted ahead, the day."""
        ahead = self._ahead()
        return ahead.isoformat() if ahead is not None else self.line.text()

    def show_answer(self, answer: object) -> None:
        """Show a text as if it had been typed. Emits nothing."""
        self.line.setText("" if answer is None else str(answer))
        self._say()

    def day(self) -> date | None:
        """What was understood."""
        if not self.line.text().strip():
            return None
        return self._ahead() or self._read(self.line.text())

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.line

    def _entered(self) -> None:
        self._settle()
        self.entered.emit()

    def _settle(self) -> None:
        """What was counted ahead becomes the day itself, so that it means the same tomorrow."""
        day = self._ahead()
        if day is not None:
            self.line.setText(day.isoformat())
            self._say()
            self.changed.emit()

    def _ahead(self) -> date | None:
        text = unicodedata.normalize("NFKC", self.line.text()).strip().casefold()
        match = re.fullmatch(r"\+(\d{1,3})\s*(d|w|m|天|日|周|月|个月|星期)?", text)
        if not self._counts_ahead or match is None:
            return None
        many = int(match[1])
        if match[2] in ("w", "周", "星期"):
            return self._today + relativedelta(weeks=many)
        return self._today + (
            relativedelta(months=many) if match[2] in ("m", "月", "个月") else relativedelta(days=many)
        )

    def _choose(self, day: date) -> None:
        again = self.day() == day
        self.line.setText("" if again else day.isoformat())
        self._say()
        self.changed.emit()

    def _typed(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        day = self.day()
        for button in self.quick_buttons:
            button.setChecked(day is not None and button.property("day") == day.isoformat())
        if day is None:
            self.echo.clear()
            return
        beside = age_text(age_on(day, self._today)) if self._birth else days_away(day, self._today)
        if self._birth and day > self._today:
            beside = _("in the future")
        self.echo.setText(_("{date}, {age}").format(date=day_text(day), age=beside))
