"""A finger drawn across the page: on to the next topic, or back to the one before."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QTouchEvent
from PySide6.QtWidgets import QWidget

from desktop import theme

FAR = 90
"""Pixels at 100 per cent that a finger travels sideways before it is a swipe."""

STEEP = 2.5
"""How much farther sideways than up or down: scrolling with a slanting thumb is no swipe."""


class Swipe(QObject):
    """Watches a widget (the viewport of the page). It takes nothing away: scrolling goes on as before."""

    left = Signal()  # the finger went to the left: forward
    right = Signal()  # back

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self._from: QPointF | None = None
        watched.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """One finger, from where it goes down to where it is lifted."""
        if isinstance(event, QTouchEvent):
            points = event.points()
            if event.type() == QEvent.Type.TouchBegin:
                self._from = points[0].position() if len(points) == 1 else None
                event.accept()
            elif len(points) != 1:
                self._from = None
            elif event.type() == QEvent.Type.TouchEnd and self._from is not None:
                self._judge(points[0].position() - self._from)
                self._from = None
        return False

    def _judge(self, way: QPointF) -> None:
        if abs(way.x()) >= theme.px(FAR) and abs(way.x()) >= STEEP * abs(way.y()):
            (self.left if way.x() < 0 else self.right).emit()
