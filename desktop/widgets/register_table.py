"""A register as a table: real columns under headings, rows fetched a page at a time when they are looked at."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from desktop import theme
from desktop.widgets import pieces
from models.services.registers_views import RegisterColumn, RegisterRow, Value
from models.texts import _

PAGE = 100
KEPT_PAGES = 48

Load = Callable[[int, int, Callable[[Sequence[RegisterRow]], None], Callable[[], None]], None]
"""Fetch so many rows from one on; call the third with them, or the last where that failed."""


def shown(cell: Value) -> str:
    """A cell as it is shown; days are the same in both languages."""
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else f"{cell:,}" if isinstance(cell, int) else cell


class RegisterRows(QAbstractTableModel):
    """The rows of one register; fetches what is looked at."""

    def __init__(self, load: Load) -> None:
        super().__init__()
        self._load = load
        self._columns: Sequence[RegisterColumn] = ()
        self._total = 0
        self._pages: OrderedDict[int, list[RegisterRow]] = OrderedDict()
        self._wanted: list[int] = []
        self._fetching: int | None = None
        self._edition = 0

    def show(self, columns: Sequence[RegisterColumn], total: int, first: Sequence[RegisterRow]) -> None:
        """Show another register, of which the first page is there already."""
        self.beginResetModel()
        self._edition += 1
        self._columns, self._total = columns, total
        self._pages.clear()
        self._wanted.clear()
        self._fetching = None
        if first:
            self._pages[0] = list(first)
        self.endResetModel()

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        """How many rows."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        """How many columns."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, way: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The heading of a column, the number of a row."""
        if role == Qt.ItemDataRole.TextAlignmentRole and way == Qt.Orientation.Horizontal:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return _(self._columns[section].heading) if way == Qt.Orientation.Horizontal else f"{section + 1:,}"

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell; empty while its row is being fetched."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        row = self.row(index.row())
        return shown(row.cells[index.column()]) if row is not None else ""

    def row(self, place: int) -> RegisterRow | None:
        """The row at a place if it is there; else it is fetched soon."""
        page, within = divmod(place, PAGE)
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

    def _fetch(self) -> None:
        if self._fetching is not None or not self._wanted:
            return
        page = self._fetching = self._wanted.pop()
        edition = self._edition

        def done(rows: Sequence[RegisterRow]) -> None:
            if edition != self._edition:
                return
            self._fetching = None
            self._pages[page] = list(rows)
            while len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
            first = page * PAGE
            last = min(first + PAGE, self._total) - 1
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._columns) - 1))
            self._fetch()

        def failed() -> None:
            if edition == self._edition:
                self._fetching = None

        self._load(page * PAGE, PAGE, done, failed)


class RegisterTable(QTableView):
    """The table: arrows move, Enter or a double click opens what the row is about."""

    opened = Signal(object)
    """This RegisterRow is wanted."""

    def __init__(self, load: Load, name: str) -> None:
        super().__init__()
        self.rows = RegisterRows(load)
        self.setModel(self.rows)
        self.setAccessibleName(name)
        self.setProperty("pans", True)  # a register has more columns than a small window is wide
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.target())
        self.verticalHeader().setMinimumSectionSize(theme.px(24))
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.setMinimumHeight(theme.target() * 3 + theme.px(16))
        self.setStyleSheet(f"QTableView::item {{ padding: 0 {theme.px(6)}px; }}")
        self.doubleClicked.connect(lambda index: self._open(index.row()))
        pieces.finger_scroll(self)

    def show_register(self, columns: Sequence[RegisterColumn], total: int, first: Sequence[RegisterRow]) -> None:
        """Show another register; columns are as wide as the first rows need, within reason."""
        self.rows.show(columns, total, first)
        letters, head = QFontMetrics(self.font()), QFontMetrics(theme.font(11, bold=True))
        for place, column in enumerate(columns):
            texts = [letters.horizontalAdvance(shown(row.cells[place])) for row in first[:PAGE]]
            heading = head.horizontalAdvance(_(column.heading)) + theme.px(32)
            self.setColumnWidth(place, max(heading, min(max(texts, default=0) + theme.px(24), theme.px(340))))
        if total:
            self.setCurrentIndex(self.rows.index(0, 0))
        self.scrollToTop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def _open(self, place: int) -> None:
        row = self.rows.row(place) if place >= 0 else None
        if row is not None:
            self.opened.emit(row)
