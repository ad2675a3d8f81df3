"""A month as a grid of days with counts; arrows move, Page Up and Page Down change the month, Enter opens the day."""

import calendar
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop import theme

Chips = tuple[tuple[str, str], ...]  # (words, tone) of a day, the most important first


class MonthGrid(QWidget):
    """The days of one month in weeks from Monday on; days with something on them show how much."""

    chosen = Signal(object)
    """This date is wanted."""

    moved = Signal(object)
    """The cursor is on this date now."""

    def __init__(self, name: str, weekdays: tuple[str, ...], words: Callable[[date], str]) -> None:
        """weekdays: seven short names. words: what a screen reader says of a day."""
        super().__init__()
        self._name, self._weekdays, self._words = name, weekdays, words
        self._days: Mapping[date, Chips] = {}
        self.today = date.min
        self.first, self.last = date.min, date.max
        self.current = date.min
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(self.minimumSizeHint().height())
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_days(self, days: Mapping[date, Chips], today: date, last: date) -> None:
        """Show what there is on the days from today until the last; the cursor stays where that is possible."""
        self._days, self.today, self.first, self.last = days, today, today, last
        self.go_to(self.current if today <= self.current <= last else today)

    def go_to(self, day: date) -> None:
        """Put the cursor on a day and show its month."""
        self.current = min(max(day, self.first), self.last)
        self.setAccessibleName(f"{self._name}: {self._words(self.current)}")
        self.moved.emit(self.current)
        self.update()

    def step_month(self, months: int) -> None:
        """Show the month so many months later; the first of its days that can be shown."""
        place = self.current.year * 12 + self.current.month - 1 + months
        self.go_to(date(place // 12, place % 12 + 1, 1))

    def weeks(self) -> list[list[date]]:
        """The days of the grid, week by week."""
        first = self.current.replace(day=1)
        start = first - timedelta(days=first.weekday())
        days = calendar.monthrange(first.year, first.month)[1] + first.weekday()
        return [[start + timedelta(days=7 * week + day) for day in range(7)] for week in range(-(-days // 7))]

    def day_at(self, x: float, y: float) -> date | None:
        """The day of the shown month at a place; None outside."""
        for week in self.weeks():
            for day in week:
                if self.cell(day).contains(int(x), int(y)) and day.month == self.current.month:
                    return day
        return None

    def cell(self, day: date) -> QRect:
        """Where a day of the grid is."""
        weeks = self.weeks()
        head = self._head_height()
        row, column = divmod((day - weeks[0][0]).days, 7)
        height = (self.height() - head) / len(weeks)
        width = self.width() / 7
        left, top = round(column * width), round(head + row * height)
        return QRect(left, top, round((column + 1) * width) - left, round(head + (row + 1) * height) - top)

    def sizeHint(self) -> QSize:
        """Room for six weeks."""
        return QSize(theme.px(640), self._head_height() + 6 * theme.px(72))

    def minimumSizeHint(self) -> QSize:
        """A finger a day."""
        return QSize(7 * theme.target(), self._head_height() + 6 * theme.target())

    def _head_height(self) -> int:
        return QFontMetrics(theme.font(9.5)).height() + theme.px(10)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, pages, Enter."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}
        key = Qt.Key(event.key())
        if key in steps:
            self.go_to(self.current + timedelta(days=steps[key]))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.step_month(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.current)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on a day opens it."""
        day = self.day_at(event.position().x(), event.position().y())
        if day is not None and self.first <= day <= self.last:
            self.go_to(day)
            if day in self._days:
                self.chosen.emit(day)

    def focusInEvent(self, event) -> None:
        """The cursor is seen."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event) -> None:
        """The cursor is not seen any more."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The names of the weekdays, and the days."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        t = theme.tokens()
        painter.fillRect(self.rect(), QColor(t.surface))
        painter.setFont(theme.font(9.5))
        painter.setPen(QColor(t.soft))
        width = self.width() / 7
        for place, name in enumerate(self._weekdays):
            area = QRect(round(place * width), 0, round(width), self._head_height())
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, name)
        for week in self.weeks():
            for day in week:
                if day.month == self.current.month:
                    self._paint_day(painter, day)
        painter.end()

    def _paint_day(self, painter: QPainter, day: date) -> None:
        t = theme.tokens()
        area = self.cell(day).adjusted(theme.px(2), theme.px(2), -theme.px(2), -theme.px(2))
        chips = self._days.get(day, ())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.accent_soft if chips else t.sunken if self.first <= day <= self.last else t.surface))
        painter.drawRoundedRect(area, theme.px(6), theme.px(6))
        if day == self.current:
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(QColor(t.focus if self.hasFocus() else t.accent))
            pen.setWidth(2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), theme.px(6), theme.px(6))
        strong = theme.font(11, bold=bool(chips) or day == self.today)
        painter.setFont(strong)
        painter.setPen(QColor(t.text if self.first <= day <= self.last else t.soft))
        inner = area.adjusted(theme.px(8), theme.px(4), -theme.px(6), -theme.px(4))
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, str(day.day))
        small = theme.font(9.5)
        metrics = QFontMetrics(small)
        painter.setFont(small)
        top, height = inner.top(), QFontMetrics(strong).height()
        for place, (words, tone) in enumerate(chips):
            if place and top + metrics.height() > inner.bottom() + theme.px(4):
                break
            left = inner.left() + (0 if place else theme.px(28))  # the first stands beside the number
            area = QRect(left, top, inner.right() - left, height if not place else metrics.height())
            painter.setPen(QColor(getattr(t, tone)))
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width())
            side = Qt.AlignmentFlag.AlignLeft if place else Qt.AlignmentFlag.AlignRight
            painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, shown)
            top += area.height()
