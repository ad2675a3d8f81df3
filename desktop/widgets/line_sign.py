"""A sign at the left end inside a line to type in; Qt's own would stay small with large letters."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop import theme

SIDE, EDGE = 18, 10
"""The sign's height and its distance from the edge, in pixels at 100 per cent."""


class LineSign(QWidget):
    """Draws an icon of desktop.theme in a line, and moves what is typed to the right of it."""

    def __init__(self, line: QLineEdit, icon: str) -> None:
        super().__init__(line)
        self._icon = icon
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(theme.px(SIDE), theme.px(SIDE))
        line.setTextMargins(theme.px(SIDE + 8), 0, 0, 0)
        line.installEventFilter(self)
        self._place(line)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The line has another size."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show) and isinstance(watched, QLineEdit):
            self._place(watched)
        return super().eventFilter(watched, event)

    def _place(self, line: QLineEdit) -> None:
        self.move(theme.px(EDGE), (line.height() - self.height()) // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The icon, as soft as a hint."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme.draw_icon(painter, self._icon, QRectF(self.rect()), theme.colour("soft"))
        painter.end()
