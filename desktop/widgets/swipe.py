"""A finger drawn across the page: on to the next topic, or back to the one before."""

from PySide6.QtCore import QEvent, QObject, QPointF, Signal
from PySide6.QtGui import QTouchEvent, QWindow
from PySide6.QtWidgets import QWidget

from desktop import theme

FAR = 90
"""Pixels at 100 per cent that a finger travels sideways before it is a swipe."""

STEEP = 2.5
"""How much farther sideways than up or down: scrolling with a slanting thumb is no swipe."""


class Swipe(QObject):
    """Watches a widget (the viewport of the page) through its window. It takes nothing away: scrolling goes on.

    Through the window, because what scrolls by finger keeps the touches to itself.
    """

    left = Signal()  # the finger went to the left: forward
    right = Signal()  # back

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self._watched = watched
        self._from: QPointF | None = None
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """One finger, from where it goes down on the widget to where it is lifted."""
        if watched is self._watched:
            window = self._watched.window().windowHandle() if event.type() == QEvent.Type.Show else None
            if window is not None:
                window.installEventFilter(self)  # once, however often it is called
        elif isinstance(watched, QWindow) and isinstance(event, QTouchEvent):
            self._follow(event)
        return False

    def _follow(self, event: QTouchEvent) -> None:
        points = event.points()
        if event.type() == QEvent.Type.TouchBegin:
            self._from = points[0].globalPosition() if len(points) == 1 and self._is_here(points[0]) else None
        elif len(points) != 1 or event.type() == QEvent.Type.TouchCancel:
            self._from = None
        elif event.type() == QEvent.Type.TouchEnd and self._from is not None:
            way, self._from = points[0].globalPosition() - self._from, None
            if abs(way.x()) >= theme.px(FAR) and abs(way.x()) >= STEEP * abs(way.y()):
                (self.left if way.x() < 0 else self.right).emit()

    def _is_here(self, point) -> bool:
        watched = self._watched
        return watched.isVisible() and watched.rect().contains(watched.mapFromGlobal(point.globalPosition()).toPoint())
