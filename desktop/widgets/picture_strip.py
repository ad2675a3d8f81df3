"""A row of small pictures on another page: what there is, one click from the page of pictures."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop import theme
from desktop.picture_sources import from_mime
from desktop.widgets import pieces
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.picture_grid import PictureTile
from models.texts import _

SHOWN = 6
"""More than so many are only counted."""


class _Small(QAbstractButton):
    """One small picture."""

    def __init__(self, tile: PictureTile) -> None:
        super().__init__()
        self._tile = tile
        self.setText(tile.title)
        self.setAccessibleName(tile.spoken())
        self.setToolTip(tile.spoken())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As large as a finger wants it."""
        side = max(theme.target(), theme.px(48))
        return QSize(side * 4 // 3, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture fills its frame."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        clip = QPainterPath()
        clip.addRoundedRect(area, theme.px(4), theme.px(4))
        painter.fillPath(clip, theme.colour("sunken"))
        image = self._tile.image
        if not image.isNull():
            painter.setClipPath(clip)
            scale = max(area.width() / image.width(), area.height() / image.height())
            wide, high = image.width() * scale, image.height() * scale
            painter.drawImage(QRectF(area.center().x() - wide / 2, area.center().y() - high / 2, wide, high), image)
            painter.setClipping(False)
        else:
            side = theme.px(20)
            where = QRectF(area.center().x() - side / 2, area.center().y() - side / 2, side, side)
            theme.draw_icon(painter, "offline" if self._tile.elsewhere else "picture", where, theme.colour("soft"))
        edge = QPen(theme.colour("focus"), 3) if self.hasFocus() else QPen(theme.colour("line"), 1)
        painter.setPen(edge)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, theme.px(4), theme.px(4))
        painter.end()


class PictureStrip(QWidget):
    """show_tiles() replaces all. `wanted` asks for the page of pictures, `opened` for one of them, `dropped` brings
    new ones (a list of Source)."""

    wanted = Signal()
    opened = Signal(str)
    dropped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._flow = FlowLayout(self, gap=theme.px(6))
        self.tiles: list[PictureTile] = []
        self.add_button = pieces.button(_("Pictures"), self.wanted.emit, icon="camera")
        self.small: list[QAbstractButton] = []
        self._flow.addWidget(self.add_button)
        self.more = pieces.text("", "small", wrap=False)
        self.more.hide()

    def show_tiles(self, tiles: Sequence[PictureTile]) -> None:
        """Show these."""
        for old in (*self.small, self.more):
            self._flow.removeWidget(old)
            old.hide()
        for button in self.small:
            button.deleteLater()
        self.tiles, self.small = list(tiles), []
        for tile in tiles[:SHOWN]:
            made = _Small(tile)
            made.clicked.connect(lambda _checked=False, key=tile.key: self.opened.emit(key))
            self._flow.addWidget(made)
            self.small.append(made)
        if len(tiles) > SHOWN:
            self.more.setText(_("and {n} more").format(n=len(tiles) - SHOWN))
            self._flow.addWidget(self.more)
            self.more.show()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Pictures may be dropped here."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand over what was dropped."""
        sources = from_mime(event.mimeData())
        if sources:
            event.acceptProposedAction()
            self.dropped.emit(sources)
