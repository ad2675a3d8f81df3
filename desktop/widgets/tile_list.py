"""A long list of residents as tiles: name large, what tells people apart beside and below. 100,000 rows stay quick.

The list is a one-column table over a list of identities; rows are fetched a page at a time on the reader lane, the page
last looked at first, and kept while they are likely to be looked at again. A row that is not there yet is painted as a
quiet bar; scrolling never waits.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QTableView, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.records import codes
from models.texts import _

if TYPE_CHECKING:
    from models.services.views import ResidentRow

PAGE = 100
"""Rows fetched at once."""

KEPT_PAGES = 48
"""Pages kept: 4,800 rows, some megabytes."""

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The ResidentRow of an index; None while it is being fetched."""


@dataclass(frozen=True)
class Tile:
    """What a tile shows, as finished texts."""

    name: str
    beside: str = ""  # after the name: sex and age
    below: str = ""  # the second line: address
    right: str = ""  # at the right end of the first line
    right_below: str = ""
    tags: tuple[tuple[str, str], ...] = ()  # (text, kind): kind accent, warn, good, danger, soft

    def spoken(self) -> str:
        """What a screen reader says."""
        parts = (self.name, self.beside, self.below, self.right, self.right_below, *(tag for tag, _k in self.tags))
        return "，".join(part for part in parts if part)


def flag_tags(flags: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The marks of a resident row with their kinds."""
    known = {
        "new_resident": (_("New resident"), "accent"),
        "duplicate": (_("Perhaps twice"), "warn"),
        "waits": (_("Not yet synced"), "soft"),
        "deceased": (_("Deceased"), "soft"),
        "frozen": (_("Frozen"), "warn"),
    }
    return tuple(known[flag] for flag in known if flag in flags)


def person_words(row: "ResidentRow") -> str:
    """Sex and age: 女 84岁."""
    parts = [] if row.sex in ("", "0", "9") else [codes.label("sex", row.sex)]
    if row.age is not None and "deceased" not in row.flags:
        parts.append(_("{n} years").format(n=row.age))
    return "  ".join(parts)


def tile_of(row: "ResidentRow") -> Tile:
    """A resident as a tile."""
    return Tile(
        name=row.name,
        beside=person_words(row),
        below=row.address or _("No address yet"),
        right=_("Visited {day}").format(day=day_words(row.last_visit)) if row.last_visit else _("Not visited yet"),
        right_below=_("Phone …{tail}").format(tail=row.phone_tail) if row.phone_tail else "",
        tags=flag_tags(row.flags),
    )


def day_words(day: date | None) -> str:
    """A day as lists show it: 2026-11-22, the same in both languages; empty where there is none."""
    return day.isoformat() if day else ""


def paint_tile(painter: QPainter, area: QRect, tile: Tile | None, selected: bool, focused: bool = False) -> None:
    """Paint one tile; None paints the quiet bars of a row that is being fetched."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    t = theme.tokens()
    painter.fillRect(area, QColor(t.accent_soft if selected else t.surface))
    painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(t.line))
    if selected:
        painter.fillRect(QRect(area.left(), area.top(), theme.px(4), area.height()), QColor(t.accent))
    inner = area.adjusted(theme.px(16), theme.px(6), -theme.px(16), -theme.px(7))
    half = inner.height() // 2
    top = QRect(inner.left(), inner.top(), inner.width(), inner.height() - half + theme.px(2))
    low = QRect(inner.left(), inner.top() + inner.height() - half + theme.px(2), inner.width(), half)
    if tile is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.sunken))
        painter.drawRoundedRect(QRectF(top.left(), top.center().y() - theme.px(5), theme.px(96), theme.px(10)), 4, 4)
        painter.drawRoundedRect(QRectF(low.left(), low.center().y() - theme.px(4), theme.px(240), theme.px(8)), 4, 4)
        painter.restore()
        return
    small, strong = theme.font(10), theme.font(13, bold=True)
    gap = theme.px(12)

    painter.setFont(small)
    metrics = QFontMetrics(small)
    names = QFontMetrics(strong)
    tags = sum(metrics.horizontalAdvance(text) + theme.px(18) for text, _kind in tile.tags)
    own = names.horizontalAdvance(tile.name) + metrics.horizontalAdvance(tile.beside) + tags + 3 * gap
    most = inner.width() * 9 // 20
    right_width, right_width_below = (
        min(metrics.horizontalAdvance(text) + 2, limit)
        for text, limit in ((tile.right, max(min(most, inner.width() - own), most // 2)), (tile.right_below, most))
    )
    painter.setPen(QColor(t.soft))
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for text, place, width in ((tile.right, top, right_width), (tile.right_below, low, right_width_below)):
        if text:
            painter.drawText(place, flags, metrics.elidedText(text, Qt.TextElideMode.ElideLeft, width))

    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    room = inner.width() - right_width - gap
    painter.setFont(strong)
    painter.setPen(QColor(t.text))
    shown = names.elidedText(tile.name, Qt.TextElideMode.ElideRight, room)
    painter.drawText(QRect(top.left(), top.top(), room, top.height()), left, shown)
    used = names.horizontalAdvance(shown) + gap

    painter.setFont(small)
    painter.setPen(QColor(t.text))
    if tile.beside and used < room:
        beside = metrics.elidedText(tile.beside, Qt.TextElideMode.ElideRight, room - used)
        painter.drawText(QRect(top.left() + used, top.top(), room - used, top.height()), left, beside)
        used += metrics.horizontalAdvance(beside) + gap
    for text, kind in tile.tags:
        width = metrics.horizontalAdvance(text) + theme.px(12)
        if used + width > room:
            break
        height = metrics.height() + theme.px(2)
        box = QRectF(top.left() + used, top.center().y() - height / 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        paper = (
            t.sunken if kind == "soft" else t.surface if kind == "accent" and selected else getattr(t, f"{kind}_soft")
        )
        painter.setBrush(QColor(paper))
        painter.drawRoundedRect(box, theme.px(4), theme.px(4))
        painter.setPen(QColor(getattr(t, kind)))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        used += width + theme.px(6)

    painter.setPen(QColor(t.soft))
    room = inner.width() - right_width_below - gap
    painter.drawText(
        QRect(low.left(), low.top(), room, low.height()),
        left,
        metrics.elidedText(tile.below, Qt.TextElideMode.ElideMiddle, room),
    )
    if focused:
        pen = painter.pen()
        pen.setColor(QColor(t.focus))
        pen.setWidth(2)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(1, 1, -1, -1))
    painter.restore()


class TileDelegate(QStyledItemDelegate):
    """Paints the tiles of a list of residents."""

    def paint(self, painter, option, index) -> None:
        """Paint one row."""
        row = index.data(ROW_ROLE)
        state = option.state
        paint_tile(
            painter,
            option.rect,
            None if row is None else tile_of(row),
            bool(state & QStyle.StateFlag.State_Selected),
            bool(state & QStyle.StateFlag.State_Selected and state & QStyle.StateFlag.State_HasFocus),
        )

    def sizeHint(self, option, index) -> QSize:
        """Every row is as high as the other."""
        return QSize(theme.px(320), theme.row_height())


Load = Callable[[list[str], Callable[[Sequence["ResidentRow"]], None], Callable[[], None]], None]
"""Fetch the rows of these identities; call the second with them, or the third where that failed."""


class PagedRows(QAbstractTableModel):
    """Residents by identity; fetches what is looked at."""

    def __init__(self, load: Load, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._ids: list[str] = []
        self._rows: OrderedDict[int, list[ResidentRow | None]] = OrderedDict()
        self._wanted: list[int] = []
        self._fetching: int | None = None
        self._edition = 0

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        """How many residents."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        """One column: hidden ones would be read aloud too."""
        return 0 if parent.isValid() else 1

    def data(self, index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The row, or its texts; None while it is being fetched."""
        if not index.isValid() or role not in _ROLES:
            return None
        row = self.row(index.row())
        if role == ROW_ROLE:
            return row
        if row is None:
            return _("Loading")
        return row.name if role == Qt.ItemDataRole.DisplayRole else tile_of(row).spoken()

    def row(self, place: int) -> "ResidentRow | None":
        """The row at a place if it is there; else it is fetched soon."""
        page, within = divmod(place, PAGE)
        rows = self._rows.get(page)
        if rows is not None:
            self._rows.move_to_end(page)
            return rows[within] if within < len(rows) else None
        if page != self._fetching:
            if page in self._wanted:
                self._wanted.remove(page)
            self._wanted.append(page)
            del self._wanted[:-3]  # what was scrolled past need not be fetched any more
            self._fetch()
        return None

    def id_at(self, place: int) -> str:
        """The identity at a place; empty where there is none."""
        return self._ids[place] if 0 <= place < len(self._ids) else ""

    def place_of(self, resident_id: str) -> int:
        """Where a resident is in the list; -1 where it is not."""
        try:
            return self._ids.index(resident_id)
        except ValueError:
            return -1

    def set_ids(self, ids: list[str], first: Sequence["ResidentRow"] = ()) -> None:
        """Show these residents; `first` are the rows of the first page, already fetched."""
        self.beginResetModel()
        self._edition += 1
        self._ids = ids
        self._rows.clear()
        self._wanted.clear()
        self._fetching = None
        if first:
            self._rows[0] = _in_order(ids[:PAGE], first)
        self.endResetModel()

    def _fetch(self) -> None:
        if self._fetching is not None or not self._wanted:
            return
        page = self._fetching = self._wanted.pop()
        edition = self._edition
        ids = self._ids[page * PAGE : (page + 1) * PAGE]

        def done(rows: Sequence["ResidentRow"]) -> None:
            if edition != self._edition:
                return
            self._fetching = None
            self._rows[page] = _in_order(ids, rows)
            while len(self._rows) > KEPT_PAGES:
                self._rows.popitem(last=False)
            first = page * PAGE
            self.dataChanged.emit(self.index(first, 0), self.index(first + len(ids) - 1, 0))
            self._fetch()

        def failed() -> None:
            if edition == self._edition:
                self._fetching = None

        self._load(ids, done, failed)


_ROLES = (ROW_ROLE, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)


def _in_order(ids: Sequence[str], rows: Sequence["ResidentRow"]) -> list["ResidentRow | None"]:
    by_id = {row.id: row for row in rows}
    return [by_id.get(one) for one in ids]


class TileList(QTableView):
    """The list itself: arrows move, Enter or a double click opens."""

    opened = Signal(str)
    """This resident is wanted."""

    looked_at = Signal(object)
    """The selection is on this ResidentRow now; None where it is on nothing or the row is being fetched."""

    def __init__(self, load: Load, name: str) -> None:
        super().__init__()
        self.rows = PagedRows(load, self)
        self.setModel(self.rows)
        self.setItemDelegate(TileDelegate(self))
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
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # never to contents: 20 s over 100,000
        self.verticalHeader().setDefaultSectionSize(theme.row_height())
        self.verticalHeader().setMinimumSectionSize(theme.row_height())
        self.verticalScrollBar().setSingleStep(theme.row_height() // 3)
        self.doubleClicked.connect(lambda index: self._open(index.row()))
        self.selectionModel().currentRowChanged.connect(lambda *_indexes: self._tell())
        self.rows.dataChanged.connect(lambda *_indexes: self._tell())
        self.rows.modelReset.connect(self._tell)
        pieces.finger_scroll(self)

    def show_ids(self, ids: list[str], first: Sequence["ResidentRow"] = (), keep: str = "") -> None:
        """Show these residents and select `keep` if it is among them, else the first."""
        self.rows.set_ids(ids, first)
        place = max(self.rows.place_of(keep), 0) if keep else 0
        if ids:
            self.setCurrentIndex(self.rows.index(place, 0))
            if place:
                self.scrollTo(self.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)
            else:
                self.scrollToTop()

    def current_id(self) -> str:
        """The identity of the selected resident; empty where there is none."""
        return self.rows.id_at(self.currentIndex().row())

    def step(self, rows: int) -> None:
        """Move the selection so many rows down (up where negative)."""
        count = self.rows.rowCount()
        if count:
            place = min(max(self.currentIndex().row() + rows, 0), count - 1)
            self.setCurrentIndex(self.rows.index(place, 0))

    def visible_rows(self) -> int:
        """How many rows fit into view."""
        return max(self.viewport().height() // theme.row_height(), 1)

    def keyPressEvent(self, event) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def open_current(self) -> None:
        """Open the selected resident."""
        self._open(self.currentIndex().row())

    def _open(self, place: int) -> None:
        if resident_id := self.rows.id_at(place):
            self.opened.emit(resident_id)

    def _tell(self) -> None:
        place = self.currentIndex().row()
        self.looked_at.emit(self.rows.row(place) if place >= 0 else None)
