"""A widget that is drawn on or dragged in: finger, pen and mouse do the same; the page does not scroll away."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QTouchEvent
from PySide6.QtWidgets import QWidget

_TOUCH = (QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TouchEnd, QEvent.Type.TouchCancel)


class FingerWidget(QWidget):
    """A subclass says what press(), drag(), release() and perhaps pinch() do; places are pixels of the widget.

    Touches are taken here rather than left to become mouse events: the scroll area around would take them first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self._apart = 0.0  # of two fingers, in pixels
        self._held = False

    def press(self, at: QPointF) -> None:
        """A finger or the left button goes down."""

    def drag(self, at: QPointF) -> None:
        """It moves while it is down."""

    def hover(self, at: QPointF) -> None:
        """The mouse moves with no button down."""

    def release(self) -> None:
        """It is lifted."""

    def pinch(self, times: float) -> None:
        """Two fingers are so many times as far apart as a moment before."""

    def event(self, event: QEvent) -> bool:
        """Touches."""
        if isinstance(event, QTouchEvent) and event.type() in _TOUCH:
            self._touched(event)
            event.accept()
            return True
        return super().event(event)

    def _touched(self, event: QTouchEvent) -> None:
        points = event.points()
        if len(points) == 2:
            way = points[0].position() - points[1].position()
            apart = (way.x() ** 2 + way.y() ** 2) ** 0.5
            if self._apart > 0 and apart > 0:
                self.pinch(apart / self._apart)
            self._apart = apart
            return
        self._apart = 0.0
        if event.type() == QEvent.Type.TouchBegin and points:
            self._held = True
            self.setFocus()
            self.press(points[0].position())
        elif event.type() == QEvent.Type.TouchUpdate and points and self._held:
            self.drag(points[0].position())
        elif event.type() in (QEvent.Type.TouchEnd, QEvent.Type.TouchCancel) and self._held:
            self._held = False
            self.release()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The left button."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = True
            self.press(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The mouse, or a pen."""
        if self._held:
            self.drag(event.position())
        else:
            self.hover(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The button is let go."""
        if self._held and event.button() == Qt.MouseButton.LeftButton:
            self._held = False
            self.release()
