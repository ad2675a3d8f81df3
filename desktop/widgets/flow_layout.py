"""A layout that sets its items side by side and breaks into the next row, like words in a line."""

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

_Plan = tuple[int, list[tuple[QLayoutItem, QRect]]]
"""The height of all rows, and where each item that is shown stands in them; pixels."""


class FlowLayout(QLayout):
    """Items from left to right, as many in a row as there is room for."""

    def __init__(self, parent: QWidget | None = None, gap: int = 8) -> None:
        self._plans: dict[int, _Plan] = {}  # by width: Qt asks dozens of times while a long form is laid out
        self._placed = QRect()  # where everything stands; null where that must be done anew
        super().__init__(parent)
        self.setContentsMargins(QMargins(0, 0, 0, 0))
        self.setSpacing(gap)
        self._items: list[QLayoutItem] = []

    def invalidate(self) -> None:
        """Something changed its size."""
        self._forget()
        super().invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        """Qt asks for it; use addWidget."""
        self._items.append(item)
        self._forget()

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at a place, or None."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out, or None."""
        self._forget()
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """No hunger for room of its own."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """The height follows the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all rows at this width, in pixels."""
        return self._plan(width)[0]

    def setGeometry(self, rect: QRect) -> None:
        """Place the items."""
        if rect == self._placed:
            return
        super().setGeometry(rect)
        for item, place in self._plan(rect.width())[1]:
            item.setGeometry(place.translated(rect.topLeft()))
        self._placed = QRect(rect)

    def sizeHint(self) -> QSize:
        """All items in one row, if there is room."""
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in shown) + self.spacing() * max(len(shown) - 1, 0)
        return QSize(width, max((size.height() for size in shown), default=0))

    def minimumSize(self) -> QSize:
        """Room for the widest item."""
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def _forget(self) -> None:
        self._plans.clear()
        self._placed = QRect()

    def _plan(self, width: int) -> _Plan:
        if width not in self._plans:
            self._plans[width] = self._arrange(width)
        return self._plans[width]

    def _arrange(self, wide: int) -> _Plan:
        x = y = row = 0
        places = []
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            width = min(size.width(), max(wide, 1))
            if x and x + width > wide:
                x, y, row = 0, y + row + self.spacing(), 0
            height = item.heightForWidth(width) if item.hasHeightForWidth() else size.height()
            places.append((item, QRect(QPoint(x, y), QSize(width, height))))
            x += width + self.spacing()
            row = max(row, height)
        return y + row, places
