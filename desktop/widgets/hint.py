"""What a line says while nothing is typed, in as many words as there is room for."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QLineEdit

from desktop import theme


class Hint(QObject):
    """Shows the first of several wordings that has room, the longest first; the tooltip always says the longest."""

    def __init__(self, line: QLineEdit, *wordings: str, buttons: int = 0) -> None:
        """buttons: how many signs stand inside the line."""
        super().__init__(line)
        self._line, self._wordings, self._buttons = line, wordings, buttons
        if not line.toolTip():
            line.setToolTip(wordings[0])
        line.installEventFilter(self)
        self._choose()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The line has another width, or other letters."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.FontChange):
            self._choose()
        return super().eventFilter(watched, event)

    def _choose(self) -> None:
        line = self._line
        room = line.width() - 2 * theme.px(10) - self._buttons * theme.px(32)
        metrics = line.fontMetrics()
        fitting = (words for words in self._wordings if metrics.horizontalAdvance(words) <= room)
        chosen = next(fitting, self._wordings[-1])
        if chosen != line.placeholderText():
            line.setPlaceholderText(chosen)
