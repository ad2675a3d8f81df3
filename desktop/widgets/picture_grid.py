"""Thumbnails in rows, with what each picture is and what it proves below it. Documents are covered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QKeyEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QWidget

from desktop import theme
from models.texts import _

TILE_ROLE = Qt.ItemDataRole.UserRole
_COARSE = 14
"""Dots along the long side of a covered thumbnail: its colours are told apart, its letters are not there."""


@dataclass(frozen=True)
class PictureTile:
    """One thumbnail, as finished texts."""

    key: str
    title: str
    below: str = ""
    covered: bool = False
    elsewhere: bool = False  # its bytes are on another device
    ticked: bool = False
    image: QImage = field(default_factory=QImage, repr=False, compare=False)

    def spoken(self) -> str:
        """What a screen reader says."""
        more = [_("covered")] if self.covered else []
        more += [_("on another device")] if self.elsewhere else []
        more += [_("chosen")] if self.ticked else []
        return _(", ").join(part for part in (self.title, self.below, *more) if part)


def thumb_image(data: bytes, covered: bool = False) -> QImage:
    """A thumbnail as it is drawn; a covered one is made so coarse that nothing can be read. For any thread."""
    image = QImage.fromData(data, "JPEG")  # type: ignore[arg-type]  # the format is a str since Qt 6
    if covered and not image.isNull():
        smooth = Qt.TransformationMode.SmoothTransformation
        image = image.scaled(_COARSE, _COARSE, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    return image


class _Rows(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tiles: list[PictureTile] = []

    def rowCount(self, parent: Any = None) -> int:
        """How many there are."""
        return 0 if parent is not None and parent.isValid() else len(self.tiles)

    def data(self, index: Any, role: int = 0) -> Any:
        """The tile, and what is said of it."""
        if not index.isValid() or index.row() >= len(self.tiles):
            return None
        tile = self.tiles[index.row()]
        if role == TILE_ROLE:
            return tile
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return tile.spoken()
        return tile.title if role == Qt.ItemDataRole.DisplayRole else None

    def show(self, tiles: Sequence[PictureTile]) -> None:
        self.beginResetModel()
        self.tiles = list(tiles)
        self.endResetModel()

    def put(self, row: int, tile: PictureTile) -> None:
        self.tiles[row] = tile
        self.dataChanged.emit(self.index(row), self.index(row))


class _Drawer(QStyledItemDelegate):
    def __init__(self, parent: QWidget, size: QSize) -> None:
        super().__init__(parent)
        self._size = size

    def sizeHint(self, option: Any, index: Any) -> QSize:
        """All alike."""
        del option, index
        return self._size

    def paint(self, painter: QPainter, option: Any, index: Any) -> None:
        """One tile."""
        tile: PictureTile = index.data(TILE_ROLE)
        if tile is not None:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            paint_tile(painter, option.rect, tile, selected, bool(option.state & QStyle.StateFlag.State_HasFocus))


def tile_size(two_lines: bool = True) -> QSize:
    """How large a tile is, in pixels."""
    metrics = QFontMetrics(theme.font(10))
    return QSize(theme.px(176), theme.px(142) + metrics.height() * (3 if two_lines else 2) + theme.px(12))


def paint_tile(painter: QPainter, where: QRect, tile: PictureTile, selected: bool, focused: bool) -> None:
    """The thumbnail in its frame, its title and, in at most two lines, what it proves."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    area = QRectF(where).adjusted(theme.px(4), theme.px(4), -theme.px(4), -theme.px(4))
    painter.setBrush(theme.colour("accent_soft" if selected or tile.ticked else "surface"))
    edge = "focus" if focused else "accent" if tile.ticked else "line"
    painter.setPen(QPen(theme.colour(edge), 2 if focused or tile.ticked else 1))
    painter.drawRoundedRect(area, theme.px(8), theme.px(8))
    sheet = QRectF(area.left() + theme.px(6), area.top() + theme.px(6), area.width() - theme.px(12), theme.px(124))
    clip = QPainterPath()
    clip.addRoundedRect(sheet, theme.px(4), theme.px(4))
    painter.fillPath(clip, theme.colour("sunken"))
    if not tile.image.isNull():
        painter.setClipPath(clip)
        size = tile.image.size()
        share = max if tile.covered else min  # what is covered fills its frame, so that not even its shape is told
        scale = share(sheet.width() / size.width(), sheet.height() / size.height())
        scale = scale if tile.covered else min(scale, 2.0)
        wide, high = size.width() * scale, size.height() * scale
        painter.drawImage(QRectF(sheet.center().x() - wide / 2, sheet.center().y() - high / 2, wide, high), tile.image)
        painter.setClipping(False)
    sign = "eye-off" if tile.covered else "offline" if tile.elsewhere else "" if not tile.image.isNull() else "picture"
    if sign:
        side = theme.px(34)
        disc = QRectF(sheet.center().x() - side / 2, sheet.center().y() - side / 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("surface"))
        painter.drawEllipse(disc)
        inner = theme.px(7)
        theme.draw_icon(painter, sign, disc.adjusted(inner, inner, -inner, -inner), theme.colour("soft"))
    if tile.ticked:
        side = theme.px(26)
        disc = QRectF(sheet.right() - side - theme.px(4), sheet.top() + theme.px(4), side, side)
        painter.setPen(QPen(theme.colour("surface"), 2))
        painter.setBrush(theme.colour("accent"))
        painter.drawEllipse(disc)
        inner = theme.px(5)
        theme.draw_icon(painter, "check", disc.adjusted(inner, inner, -inner, -inner), theme.colour("on_accent"))
    left, room = int(sheet.left()), int(sheet.width())
    painter.setFont(theme.font(10, bold=True))
    metrics = painter.fontMetrics()
    top = int(sheet.bottom()) + theme.px(5)
    painter.setPen(theme.colour("text"))
    line = QRect(left, top, room, metrics.height())
    painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), _elided(metrics, tile.title, room))
    if tile.below:
        painter.setFont(theme.font(9))
        metrics = painter.fontMetrics()
        painter.setPen(theme.colour("soft"))
        low = QRect(left, line.bottom() + 1, room, int(area.bottom()) - line.bottom() - theme.px(4))
        for words in tile.below.split("\n")[:2]:
            painter.drawText(low, int(Qt.AlignmentFlag.AlignTop), _elided(metrics, words, room))
            low.setTop(low.top() + metrics.height())
    painter.restore()


def _elided(metrics: QFontMetrics, words: str, room: int) -> str:
    return metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)


class PictureGrid(QListView):
    """show_tiles() replaces all; Enter or a click opens one. With ticking=True a click ticks instead."""

    opened = Signal(str)
    removed = Signal(str)  # Delete was pressed
    ticks_changed = Signal()
    moved = Signal(QRect)  # where the tile with the cursor is, for the page, which scrolls

    def __init__(self, name: str, *, ticking: bool = False) -> None:
        super().__init__()
        self._ticking = ticking
        self.rows = _Rows(self)
        self.setModel(self.rows)
        size = tile_size(not ticking)
        self.setItemDelegate(_Drawer(self, size))
        self.setGridSize(size)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # as high as all tiles: the page scrolls
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self._chosen)
        self.selectionModel().currentChanged.connect(self._moved)

    @property
    def tiles(self) -> list[PictureTile]:
        """What is shown."""
        return self.rows.tiles

    def show_tiles(self, tiles: Sequence[PictureTile]) -> None:
        """Show these; the one that was current stays so."""
        now = self.current()
        keys = [tile.key for tile in tiles]
        self.rows.show(tiles)
        if now in keys:
            self.setCurrentIndex(self.rows.index(keys.index(now)))
        self._grow()

    def _grow(self) -> None:
        """As high as its rows."""
        in_row = max(self.viewport().width() // self.gridSize().width(), 1)
        rows = max(-(-len(self.tiles) // in_row), 1)
        self.setMinimumHeight(rows * self.gridSize().height() + 2 * self.frameWidth() + theme.px(4))

    def _moved(self, index: QModelIndex) -> None:
        if index.isValid():
            self.moved.emit(self.visualRect(index))

    def resizeEvent(self, event: Any) -> None:
        """More or fewer in a row."""
        super().resizeEvent(event)
        self._grow()

    def put(self, tile: PictureTile) -> None:
        """Show another tile in the place of the one with the same key."""
        for row, old in enumerate(self.tiles):
            if old.key == tile.key:
                self.rows.put(row, tile)

    def current(self) -> str:
        """The key of the tile with the cursor; "" where there is none."""
        index = self.currentIndex()
        return self.tiles[index.row()].key if index.isValid() and index.row() < len(self.tiles) else ""

    def set_current(self, key: str) -> None:
        """Put the cursor on a tile."""
        for row, tile in enumerate(self.tiles):
            if tile.key == key:
                self.setCurrentIndex(self.rows.index(row))

    def ticked(self) -> list[str]:
        """The keys of the tiles that are ticked, in their order."""
        return [tile.key for tile in self.tiles if tile.ticked]

    def _chosen(self, index: QModelIndex) -> None:
        tile = self.tiles[index.row()]
        if self._ticking:
            self.rows.put(index.row(), _turned(tile))
            self.ticks_changed.emit()
        else:
            self.opened.emit(tile.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space open (or tick), Delete removes; before the first arrow the first tile is current."""
        key, index = event.key(), self.currentIndex()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and index.isValid():
            if not event.modifiers():
                self._chosen(index)
                return
        elif key == Qt.Key.Key_Delete and index.isValid() and not self._ticking:
            self.removed.emit(self.tiles[index.row()].key)
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: Any) -> None:
        """The cursor stands somewhere as soon as the keys go here."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.tiles:
            self.setCurrentIndex(self.rows.index(0))

    def paintEvent(self, event: Any) -> None:
        """Nothing but the tiles."""
        super().paintEvent(event)
        if not self.tiles:
            painter = QPainter(self.viewport())
            painter.fillRect(self.viewport().rect(), QColor(theme.tokens().surface))
            painter.end()


def _turned(tile: PictureTile) -> PictureTile:
    return PictureTile(tile.key, tile.title, tile.below, tile.covered, tile.elsewhere, not tile.ticked, tile.image)
