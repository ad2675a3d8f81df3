"""A short list under a search line: the keys stay in the line, arrows and Enter work on the list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QListWidget, QStyle, QStyledItemDelegate, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.tile_list import Tile, paint_tile


@dataclass(frozen=True)
class Choice:
    """One line of the list: a tile (a resident) or a text with an icon and keys (a command)."""

    run: Callable[[], object]
    text: str = ""
    icon: str = ""
    keys: str = ""
    tile: Tile | None = None


class _Delegate(QStyledItemDelegate):
    def __init__(self, shown: "ChoiceList") -> None:
        super().__init__(shown)
        self._list = shown

    def paint(self, painter: QPainter, option, index) -> None:
        choice = self._list.choices()[index.row()]
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if choice.tile is not None:
            paint_tile(painter, option.rect, choice.tile, selected)
            return
        t = theme.tokens()
        painter.save()
        painter.fillRect(option.rect, QColor(t.accent_soft if selected else t.surface))
        if selected:
            painter.fillRect(QRect(option.rect.topLeft(), QSize(theme.px(4), option.rect.height())), QColor(t.accent))
        inner = option.rect.adjusted(theme.px(16), 0, -theme.px(16), 0)
        if choice.icon:
            side = theme.px(18)
            box = QRect(inner.left(), inner.center().y() - side // 2, side, side)
            theme.draw_icon(painter, choice.icon, box.toRectF(), theme.colour("accent"))
        small = theme.font(9.5)
        keys_width = QFontMetrics(small).horizontalAdvance(choice.keys)
        painter.setFont(small)
        painter.setPen(QColor(t.soft))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, choice.keys)
        letters = theme.font(11)
        painter.setFont(letters)
        painter.setPen(QColor(t.text))
        room = inner.adjusted(theme.px(30), 0, -keys_width - theme.px(12), 0)
        text = QFontMetrics(letters).elidedText(choice.text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()

    def sizeHint(self, option, index) -> QSize:
        choice = self._list.choices()[index.row()]
        return QSize(theme.px(200), theme.row_height() if choice.tile is not None else theme.target() + theme.px(4))


class ChoiceList(QListWidget):
    """The list; `watch` the line that is typed into.

    Qt makes the lines itself, and only from their words. Where Python made them, with a choice in each and all that it
    holds, PySide6 6.11.3 crashed once in some thousand windows: by a memory image in ~QListWidgetItem, on a line whose
    Python half had been freed.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._choices: tuple[Choice, ...] = ()
        self.setAccessibleName(name)
        self.setItemDelegate(_Delegate(self))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.clicked.connect(lambda index: self._choices[index.row()].run())
        pieces.finger_scroll(self)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show these, the first selected."""
        self.clear()
        self._choices = tuple(choices)
        self.addItems([choice.tile.spoken() if choice.tile is not None else choice.text for choice in choices])
        if choices:
            self.setCurrentRow(0)

    def choices(self) -> tuple[Choice, ...]:
        """What is shown."""
        return self._choices

    def height_wanted(self) -> int:
        """How high the list is when nothing is hidden, in pixels."""
        return sum(self.sizeHintForRow(place) for place in range(self.count())) + 2 * self.frameWidth() + 2

    def choose(self) -> bool:
        """Do the selected one; false when there is none."""
        row = self.currentRow()
        if row < 0:
            return False
        self._choices[row].run()
        return True

    def watch(self, line: QLineEdit) -> None:
        """Let the arrows and Enter in a line work here."""
        line.installEventFilter(self)

    def eventFilter(self, watched: QObject, event) -> bool:
        """Arrows and Enter of the watched line."""
        if isinstance(watched, QWidget) and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.count():
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self.setCurrentRow(min(max(self.currentRow() + step, 0), self.count() - 1))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.isVisible():
                return self.choose()
        return super().eventFilter(watched, event)
