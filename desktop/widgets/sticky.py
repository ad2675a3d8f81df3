"""Something beside a long form that stays in view while the form scrolls."""

from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QScrollArea, QWidget


class Sticky(QWidget):
    """Holds one widget of its own width and moves it along with the scrolling, without laying anything out anew."""

    def __init__(self, inside: QWidget, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inside = inside
        self._area: QScrollArea | None = None
        self.setFixedWidth(width)
        inside.installEventFilter(self)
        self.hold()

    def hold(self) -> None:
        """Take the widget back from where it was put meanwhile."""
        self._inside.setParent(self)
        self._inside.show()
        self.updateGeometry()
        self._place()

    def follow(self, area: QScrollArea | None) -> None:
        """Stay in view of this area from now on."""
        if area is not None and area is not self._area:
            self._area = area
            area.verticalScrollBar().valueChanged.connect(self._place)

    def sizeHint(self) -> QSize:
        """As tall as what it holds."""
        return QSize(self.width(), self._tall())

    def minimumSizeHint(self) -> QSize:
        """As tall as what it holds."""
        return self.sizeHint()

    def resizeEvent(self, event) -> None:
        """Keep it in view."""
        super().resizeEvent(event)
        self._place()

    def eventFilter(self, watched, event) -> bool:
        """What it holds has grown or shrunk."""
        if event.type() == event.Type.LayoutRequest:
            self.updateGeometry()
            self._place()
        return super().eventFilter(watched, event)

    def _tall(self) -> int:
        inside = self._inside
        return inside.heightForWidth(self.width()) if inside.hasHeightForWidth() else inside.sizeHint().height()

    def _place(self) -> None:
        if self._inside.parent() is not self:
            return
        self._inside.resize(self.width(), self._tall())
        top = 0
        if self._area is not None and self._area.widget() is not None and self.isVisible():
            top = -self.mapTo(self._area.viewport(), QPoint(0, 0)).y() + 8
        self._inside.move(0, max(min(top, self.height() - self._inside.height()), 0))
