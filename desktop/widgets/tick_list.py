"""A long list whose rows can be ticked, for work with many at once: plan visits, write a list.

One column of tiles over rows that are fetched a page at a time, so that a hundred thousand results are no widgets. What
is ticked is kept by place and holds until the list is shown anew. Space ticks, Shift ticks a stretch, Ctrl+A all of it.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QTableView, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.tile_list import Tile, paint_tile
from models.texts import _

PAGE = 100
"""Rows fetched at once unless somebody says otherwise."""

KEPT_PAGES = 48

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The row of an index; None while it is being fetched."""


@dataclass(frozen=True)
class Heading:
    """A row between the others that says what follows; it cannot be ticked or opened."""

    text: str
    right: str = ""


class Ticks:
    """Which places of a list are ticked: a byte a place, so that all of a million is one step."""

    def __init__(self, count: int = 0, never: Collection[int] = ()) -> None:
        """So many places, none ticked; `never` are those that cannot be."""
        self._flags = bytearray(count)
        self._never = frozenset(never)

    def __contains__(self, place: int) -> bool:
        return 0 <= place < len(self._flags) and bool(self._flags[place])

    @property
    def count(self) -> int:
        """How many are ticked."""
        return self._flags.count(1)

    @property
    def possible(self) -> int:
        """How many can be ticked."""
        return len(self._flags) - len(self._never)

    def put(self, first: int, last: int, ticked: bool) -> None:
        """Tick or clear all places from first to last, both included, in either order."""
        low, high = max(min(first, last), 0), min(max(first, last), len(self._flags) - 1)
        if low > high:
            return
        self._flags[low : high + 1] = bytes([ticked]) * (high + 1 - low)
        for place in self._never:
            self._flags[place] = 0

    def put_all(self, ticked: bool) -> None:
        """Tick or clear every place."""
        self.put(0, len(self._flags) - 1, ticked)

    def stretches(self) -> Iterator[tuple[int, int]]:
        """(first place, how many) of what is ticked without a gap, from top to bottom."""
        start = self._flags.find(1)
        while start >= 0:
            end = self._flags.find(0, start)
            end = len(self._flags) if end < 0 else end
            yield start, end - start
            start = self._flags.find(1, end)


Load = Callable[[int, int, Callable[[Sequence[Any]], None], Callable[[], None]], None]
"""Fetch (offset, limit) rows; call the third with them, or the fourth where that failed."""


class TickRows(QAbstractTableModel):
    """Rows by place; fetches what is looked at, the page last looked at first."""

    def __init__(
        self, load: Load, tile_of: Callable[[Any], Tile], parent: QWidget | None = None, page: int = PAGE
    ) -> None:
        super().__init__(parent)
        self._load, self.tile_of, self._page = load, tile_of, page
        self.ticks = Ticks()
        self._total = 0
        self._pages: OrderedDict[int, list[Any]] = OrderedDict()
        self._wanted: list[int] = []
        self._fetching: int | None = None
        self._edition = 0

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        """How many rows."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        """One column: hidden ones would be read aloud too."""
        return 0 if parent.isValid() else 1

    def data(self, index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The row, its words, or whether it is ticked."""
        if not index.isValid() or role not in _ROLES:
            return None
        row = self.row(index.row())
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.CheckStateRole:
            ticked = index.row() in self.ticks
            return None if isinstance(row, Heading) else Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        if row is None:
            return _("Loading")
        if isinstance(row, Heading):
            return row.text
        tile = self.tile_of(row)
        return tile.name if role == Qt.ItemDataRole.DisplayRole else tile.spoken()

    def row(self, place: int) -> Any:
        """The row at a place if it is there; else it is fetched soon."""
        if not 0 <= place < self._total:
            return None
        page, within = divmod(place, self._page)
        rows = self._pages.get(page)
        if rows is not None:
            self._pages.move_to_end(page)
            return rows[within] if within < len(rows) else None
        if page != self._fetching:
            if page in self._wanted:
                self._wanted.remove(page)
            self._wanted.append(page)
            del self._wanted[:-3]  # what was scrolled past need not be fetched any more
            self._fetch()
        return None

    def show_rows(self, total: int, first: Sequence[Any], headings: Collection[int] = ()) -> None:
        """Show so many rows; `first` are those of the first page. Nothing is ticked any more."""
        self.beginResetModel()
        self._edition += 1
        self._total = total
        self.ticks = Ticks(total, headings)
        self._pages.clear()
        self._wanted.clear()
        self._fetching = None
        for start in range(0, len(first), self._page):
            self._pages[start // self._page] = list(first[start : start + self._page])
        self.endResetModel()

    def say_changed(self, first: int, last: int) -> None:
        """What is shown of these rows changed."""
        if self._total:
            self.dataChanged.emit(self.index(max(first, 0), 0), self.index(min(last, self._total - 1), 0))

    def _fetch(self) -> None:
        if self._fetching is not None or not self._wanted:
            return
        page = self._fetching = self._wanted.pop()
        edition = self._edition

        def done(rows: Sequence[Any]) -> None:
            if edition != self._edition:
                return
            self._fetching = None
            self._pages[page] = list(rows)
            while len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
            self.say_changed(page * self._page, (page + 1) * self._page - 1)
            self._fetch()

        def failed() -> None:
            if edition == self._edition:
                self._fetching = None

        self._load(page * self._page, self._page, done, failed)


_ROLES = (
    ROW_ROLE,
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.CheckStateRole,
)


def tick_width() -> int:
    """The width of the part of a row that ticks it, in pixels: as wide as a finger."""
    return theme.target() + theme.px(4)


class TickDelegate(QStyledItemDelegate):
    """Paints a box to tick and beside it the row; a subclass may paint rows that are higher and tell more."""

    def row_height(self) -> int:
        """How high every row is, in pixels."""
        return theme.row_height()

    def paint_row(self, painter: QPainter, area: QRect, row: Any, tile: Tile | None, selected: bool) -> None:
        """Paint what stands beside the box; row and tile are None while it is being fetched."""
        paint_tile(painter, area, tile, selected)

    def paint(self, painter: QPainter, option, index) -> None:
        """Paint one row, or a heading."""
        row = index.data(ROW_ROLE)
        state, area, t = option.state, option.rect, theme.tokens()
        if isinstance(row, Heading):
            _paint_heading(painter, area, row)
            return
        model = index.model()
        selected = bool(state & QStyle.StateFlag.State_Selected)
        tile = None if row is None else model.tile_of(row)
        left = QRect(area.left(), area.top(), tick_width(), area.height())
        self.paint_row(painter, area.adjusted(left.width() - theme.px(12), 0, 0, 0), row, tile, selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(left, QColor(t.accent_soft if selected else t.surface))
        painter.fillRect(QRect(left.left(), left.bottom(), left.width(), 1), QColor(t.line))
        if selected:
            painter.fillRect(QRect(left.left(), left.top(), theme.px(4), left.height()), QColor(t.accent))
        _paint_tick(painter, left, index.row() in model.ticks)
        if selected and state & QStyle.StateFlag.State_HasFocus:
            pen = painter.pen()
            pen.setColor(QColor(t.focus))
            pen.setWidth(2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        painter.restore()

    def sizeHint(self, option, index) -> QSize:
        """Every row is as high as the other."""
        return QSize(theme.px(320), self.row_height())


def _paint_tick(painter: QPainter, area: QRect, ticked: bool) -> None:
    side = theme.px(26 if theme.look().touch else 20)
    box = QRectF(area.center().x() - side / 2 + 1, area.center().y() - side / 2, side, side)
    pen = painter.pen()
    pen.setColor(theme.colour("accent" if ticked else "control"))
    pen.setWidth(2)
    painter.setPen(pen)
    painter.setBrush(theme.colour("accent" if ticked else "surface"))
    painter.drawRoundedRect(box, theme.px(4), theme.px(4))
    if ticked:
        theme.draw_icon(painter, "check", box.adjusted(2, 2, -2, -2), theme.colour("on_accent"))


def _paint_heading(painter: QPainter, area: QRect, row: Heading) -> None:
    t = theme.tokens()
    painter.save()
    painter.fillRect(area, QColor(t.sunken))
    painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(t.line))
    inner = area.adjusted(theme.px(16), 0, -theme.px(16), 0)
    small, strong = theme.font(10), theme.font(11, bold=True)
    painter.setFont(small)
    painter.setPen(QColor(t.soft))
    painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, row.right)
    room = inner.width() - QFontMetrics(small).horizontalAdvance(row.right) - theme.px(12)
    painter.setFont(strong)
    painter.setPen(QColor(t.text))
    words = QFontMetrics(strong).elidedText(row.text, Qt.TextElideMode.ElideRight, room)
    painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
    painter.restore()


class TickList(QTableView):
    """The list itself: arrows move, Enter or a double click opens, Space or a click on the box ticks."""

    opened = Signal(object)
    """This row is wanted."""

    looked_at = Signal(object)
    """The cursor is on this row now; None where it is on nothing or the row is being fetched."""

    ticked = Signal(int)
    """So many rows are ticked now."""

    def __init__(
        self,
        load: Load,
        tile_of: Callable[[Any], Tile],
        name: str,
        page: int = PAGE,
        delegate: TickDelegate | None = None,
    ) -> None:
        """page: rows fetched at once; fewer where each is dear. delegate: what paints the rows, where tiles do not."""
        super().__init__()
        self._delegate = delegate or TickDelegate()
        self._delegate.setParent(self)
        self.rows = TickRows(load, tile_of, self, page)
        self._anchor = 0
        self._headings: tuple[int, ...] = ()
        self.setModel(self.rows)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # never to contents
        self.verticalHeader().setMinimumSectionSize(theme.target())
        self.verticalHeader().setDefaultSectionSize(self._delegate.row_height())
        self.verticalScrollBar().setSingleStep(theme.row_height() // 3)
        self.doubleClicked.connect(self._double_clicked)
        self.selectionModel().currentRowChanged.connect(lambda *_indexes: self._tell())
        self.rows.dataChanged.connect(lambda *_indexes: self._tell())
        pieces.finger_scroll(self)

    @property
    def ticks(self) -> Ticks:
        """What is ticked."""
        return self.rows.ticks

    def show_rows(self, total: int, first: Sequence[Any], headings: Collection[int] = (), at: int = 0) -> None:
        """Show so many rows, `first` already fetched, the cursor on the row `at`; nothing is ticked."""
        self.rows.show_rows(total, first, headings)
        for place in self._headings:  # Qt keeps the heights of the rows that stood here before
            self.setRowHeight(place, self._delegate.row_height())
        self._headings = tuple(headings)
        for place in self._headings:
            self.setRowHeight(place, theme.target())
        self._anchor = 0
        if total:
            self.go_to(min(at, total - 1))
        self.ticked.emit(0)
        self._tell()

    def go_to(self, place: int) -> None:
        """Put the cursor on a row and the row in view; of a heading, on what follows it."""
        while isinstance(self.rows.row(place), Heading) and place + 1 < self.rows.rowCount():
            place += 1
        self.setCurrentIndex(self.rows.index(place, 0))
        if place <= 1:
            self.scrollToTop()

    def tick_all(self, ticked: bool = True) -> None:
        """Tick every row of the list, or none."""
        self.ticks.put_all(ticked)
        self._ticked(0, self.rows.rowCount() - 1)

    def tick(self, first: int, last: int, ticked: bool = True) -> None:
        """Tick or clear the rows from first to last."""
        self.ticks.put(first, last, ticked)
        self._ticked(min(first, last), max(first, last))

    def open_current(self) -> None:
        """Open the row with the cursor."""
        row = self.rows.row(self.currentIndex().row())
        if row is not None and not isinstance(row, Heading):
            self.opened.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Space ticks, Shift with an arrow ticks on, Ctrl+A all, Escape none."""
        place, key = self.currentIndex().row(), event.key()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_current()
        elif key == Qt.Key.Key_Space and place >= 0:
            if shift:
                self.tick(self._anchor, place)
            else:
                self._toggle(place)
        elif shift and key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and place >= 0:
            self.tick(place, place)
            self._step(1 if key == Qt.Key.Key_Down else -1)
            self.tick(self.currentIndex().row(), self.currentIndex().row())
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and not event.modifiers():
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_A and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.tick_all()
        elif key == Qt.Key.Key_Escape and self.ticks.count:
            self.tick_all(False)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on the box ticks; with Shift all from the last one ticked on."""
        place = self.indexAt(event.position().toPoint()).row()
        if place >= 0 and isinstance(self.rows.row(place), Heading):
            return
        on_box = event.position().x() < tick_width()
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton and on_box:
            self.setCurrentIndex(self.rows.index(place, 0))
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.tick(self._anchor, place)
            else:
                self._toggle(place)
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick clicks on the box are two ticks."""
        if event.position().x() < tick_width():
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def _double_clicked(self, index: QModelIndex) -> None:
        row = self.rows.row(index.row())
        if row is not None and not isinstance(row, Heading):
            self.opened.emit(row)

    def _toggle(self, place: int) -> None:
        self._anchor = place
        self.tick(place, place, place not in self.ticks)

    def _step(self, rows: int) -> None:
        place = self.currentIndex().row() + rows
        while 0 <= place < self.rows.rowCount() and isinstance(self.rows.row(place), Heading):
            place += rows
        if 0 <= place < self.rows.rowCount():
            self.setCurrentIndex(self.rows.index(place, 0))
        elif rows < 0:
            self.scrollToTop()

    def _ticked(self, first: int, last: int) -> None:
        self.rows.say_changed(first, last)
        self.viewport().update()
        self.ticked.emit(self.ticks.count)

    def _tell(self) -> None:
        place = self.currentIndex().row()
        row = self.rows.row(place) if place >= 0 else None
        self.looked_at.emit(None if isinstance(row, Heading) else row)
