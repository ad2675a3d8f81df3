"""A line of things that breaks into rows where it is narrow, and otherwise is laid out as any line with stretches."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLabel, QLayout, QLayoutItem, QSpacerItem, QWidget, QWidgetItem

from desktop import theme

WORDS = 200
"""How wide a wrapping text wants to be at least, in pixels at 100 per cent, before the things beside it go below."""


@dataclass
class _Cell:
    item: QLayoutItem
    stretch: int
    is_gap: bool = False
    """Whether this is only room."""
    # Asked anew when something changed, and not each of the dozens of times that a page is laid out:
    want: int = 0  # pixels
    whole: int = 0  # pixels, see _whole
    gives_way: bool = False  # see _gives_way


class _Row(NamedTuple):
    cells: list[_Cell]
    widths: list[int]  # pixels, cell by cell
    high: int | None  # pixels; None where there is only room


class WrapLine(QLayout):
    """Things from left to right with stretches between; what has no room goes into the next row.

    Where a stretch stood before it, a row is set to the right, as the whole line would be.
    """

    def __init__(self, parent: QWidget | None = None, gap: int = 8) -> None:
        """gap: between things and rows, in pixels as they are."""
        self._cells: list[_Cell] = []
        # Qt asks dozens of times while a page is laid out, so what was found is kept until something changes:
        self._laid: dict[int, list[_Row]] = {}  # by width
        self._there: list[_Cell] | None = None  # what is shown, with how wide it wants to be
        self._sizes: dict[str, QSize] = {}
        self._placed = QRect()  # where everything stands; null where that must be done anew
        if parent is not None:
            super().__init__(parent)
        else:
            super().__init__()
        self.setContentsMargins(QMargins(0, 0, 0, 0))
        self.setSpacing(gap)

    # As a box layout is filled.

    def addItem(self, item: QLayoutItem) -> None:
        """Qt asks for it; use addWidget."""
        self._cells.append(_Cell(item, 0, item.spacerItem() is not None))
        self.invalidate()

    def addWidget(self, widget: QWidget, stretch: int = 0) -> None:
        """A thing at the end; with a stretch it takes the room that is left."""
        self.insertWidget(len(self._cells), widget, stretch)

    def insertWidget(self, place: int, widget: QWidget, stretch: int = 0) -> None:
        """A thing at a place."""
        self.addChildWidget(widget)
        self._cells.insert(place, _Cell(QWidgetItem(widget), stretch))
        self.invalidate()

    def addLayout(self, layout: QLayout, stretch: int = 0) -> None:
        """Things that stay together, at the end."""
        self.addChildLayout(layout)
        self._cells.append(_Cell(layout, stretch))
        self.invalidate()

    def addStretch(self, stretch: int = 1) -> None:
        """Room that grows."""
        self._cells.append(_Cell(QSpacerItem(0, 0), stretch, is_gap=True))
        self.invalidate()

    def setStretch(self, place: int, stretch: int) -> None:
        """How much of the room that is left the thing at a place takes."""
        self._cells[place].stretch = stretch
        self.invalidate()

    def count(self) -> int:
        """How many things and gaps there are."""
        return len(self._cells)

    def itemAt(self, place: int) -> QLayoutItem | None:
        """What is at a place, or None."""
        return self._cells[place].item if 0 <= place < len(self._cells) else None

    def takeAt(self, place: int) -> QLayoutItem | None:
        """Take out what is at a place, or None."""
        if not 0 <= place < len(self._cells):
            return None
        self.invalidate()
        return self._cells.pop(place).item

    # What Qt asks.

    def invalidate(self) -> None:
        """Something changed its size."""
        self._laid.clear()
        self._sizes.clear()
        self._there = None
        self._placed = QRect()
        super().invalidate()

    def expandingDirections(self) -> Qt.Orientation:
        """As wide as there is room."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """The height follows the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all rows at this width, in pixels."""
        sides = self.contentsMargins()
        rows = self._lay(width - sides.left() - sides.right())
        highs = [row.high for row in rows if row.high is not None]
        return sum(highs) + self.spacing() * max(len(highs) - 1, 0) + sides.top() + sides.bottom()

    def minimumHeightForWidth(self, width: int) -> int:
        """No row can be left out."""
        return self.heightForWidth(width)

    def setGeometry(self, rect: QRect) -> None:
        """Place everything."""
        if rect == self._placed:
            return
        super().setGeometry(rect)
        inner = rect.marginsRemoved(self.contentsMargins())
        rows = self._lay(inner.width())
        placed = {id(cell) for row in rows for cell in row.cells}
        for cell in self._cells:
            if id(cell) not in placed:
                cell.item.setGeometry(QRect(rect.topLeft(), QSize(0, 0)))
        self._place(rows, inner)
        self._placed = QRect(rect)

    def sizeHint(self) -> QSize:
        """Everything in one row."""
        if "hint" not in self._sizes:
            things = [cell for cell in self._shown() if not cell.is_gap]
            wide = sum(cell.want for cell in things) + self.spacing() * max(len(things) - 1, 0)
            high = max((cell.item.sizeHint().height() for cell in things), default=0)
            self._sizes["hint"] = self._with_margins(QSize(wide, high))
        return QSize(self._sizes["hint"])

    def minimumSize(self) -> QSize:
        """Room for the widest thing."""
        if "least" not in self._sizes:
            least = QSize()
            for cell in self._shown():
                if not cell.is_gap:
                    least = least.expandedTo(cell.item.minimumSize())
            self._sizes["least"] = self._with_margins(least)
        return QSize(self._sizes["least"])

    def _with_margins(self, size: QSize) -> QSize:
        sides = self.contentsMargins()
        return size + QSize(sides.left() + sides.right(), sides.top() + sides.bottom())

    # Rows.

    def _shown(self) -> list[_Cell]:
        if self._there is not None:
            return self._there
        shown = [cell for cell in self._cells if cell.is_gap or not cell.item.isEmpty()]
        for cell in shown:
            if not cell.is_gap:
                cell.whole, cell.gives_way = _whole(cell.item), _gives_way(cell.item)
                cell.want = _want(cell, grows=cell.stretch > 0)
        # A box without anything in it takes no room.
        self._there = [cell for cell in shown if cell.is_gap or cell.want]
        return self._there

    def _rows(self, width: int) -> list[list[_Cell]]:
        cells = self._shown()
        rows = list(self._broken(cells, width))
        if len(rows) < 2 or not any(cell.gives_way for cell in cells):
            return rows
        return list(self._broken([cell for cell in cells if not cell.gives_way], width))

    def _broken(self, cells: list[_Cell], width: int) -> Iterator[list[_Cell]]:
        row: list[_Cell] = []
        used = 0
        for cell in cells:
            if cell.is_gap:
                row.append(cell)
                continue
            more = cell.want + (self.spacing() if used else 0)
            if used and used + more > width:
                yield row
                row, used, more = [], 0, cell.want
            row.append(cell)
            used += more
        if row:
            yield row

    def _lay(self, width: int) -> list[_Row]:
        """The rows in so much room, pixels."""
        if width not in self._laid:
            laid = []
            for cells in self._rows(width):
                widths = self._widths(cells, width)
                things = [(cell, wide) for cell, wide in zip(cells, widths, strict=True) if not cell.is_gap]
                high = max(_height(cell.item, wide) for cell, wide in things) if things else None
                laid.append(_Row(cells, widths, high))
            self._laid[width] = laid
        return self._laid[width]

    def _place(self, rows: list[_Row], rect: QRect) -> None:
        gap, y, pushed = self.spacing(), rect.y(), False
        for row in rows:
            if row.high is None:
                pushed = True
                continue
            things = sum(not cell.is_gap for cell in row.cells)
            left = rect.width() - sum(row.widths) - gap * (things - 1)
            x = rect.x() + (max(left, 0) if pushed else 0)
            for cell, wide in zip(row.cells, row.widths, strict=True):
                if cell.is_gap:
                    x, pushed = x + wide, True
                    continue
                cell.item.setGeometry(QRect(QPoint(x, y), QSize(wide, row.high)))
                x += wide + gap
            y += row.high + gap

    def _widths(self, row: list[_Cell], width: int) -> list[int]:
        """How wide each cell of a row becomes: what it wants, and its share of what is left."""
        things = sum(not cell.is_gap for cell in row)
        widths = [min(cell.want, width) for cell in row]
        left = width - sum(widths) - self.spacing() * max(things - 1, 0)
        for place, cell in enumerate(row):  # words that break would rather not
            more = min(max(cell.whole - widths[place], 0), max(left, 0))
            widths[place] += more
            left -= more
        shares = sum(cell.stretch for cell in row)
        if left > 0 and shares:
            for place, cell in enumerate(row):
                most = cell.item.maximumSize().width() if not cell.is_gap else width
                widths[place] = min(widths[place] + left * cell.stretch // shares, max(most, widths[place]))
        return widths


def _gives_way(item: QLayoutItem) -> bool:
    """Whether a thing is left out where it would cost a row: a hint beside buttons, marked so by its page."""
    widget = item.widget()
    return widget is not None and bool(widget.property("gives_way"))


def _whole(item: QLayoutItem) -> int:
    """How wide a text that can break is on one line, in pixels; 0 for anything else."""
    widget = item.widget()
    if isinstance(widget, QLabel) and widget.wordWrap() and widget.text():
        return widget.fontMetrics().horizontalAdvance(widget.text()) + theme.px(2)
    return 0


def _want(cell: _Cell, *, grows: bool) -> int:
    """How wide a thing wants to be, in pixels; what grows and can break its words does with little."""
    if cell.whole:
        return min(cell.whole, theme.px(WORDS))
    item = cell.item
    wide, least = item.sizeHint().width(), item.minimumSize().width()
    if grows and item.hasHeightForWidth():
        wide = min(wide, theme.px(WORDS))
    return max(wide, least)


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
