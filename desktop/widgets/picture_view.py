"""One picture, large: fitted or enlarged, drawn about; covered until somebody asks to see it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.finger import FingerWidget
from models.texts import _

MOST_ZOOM = 6.0
"""How many times as large as fitted."""

ZOOM_STEP = 1.35


class ImageSheet(FingerWidget):
    """A picture fitted into the room there is; `+` and `-` or the wheel enlarge it, a drag moves it."""

    stepped = Signal(int)  # the arrow keys: 1 is the next picture, -1 the one before

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self.zoom = 1.0
        self._middle = QPointF(0.5, 0.5)  # what of the picture is in the middle, as shares
        self._drag = QPointF()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(theme.px(160), theme.px(90))

    def sizeHint(self) -> QSize:
        """Little: it takes what there is."""
        return self.minimumSize()

    def show_image(self, image: QImage) -> None:
        """Show a picture, fitted; a null one shows nothing."""
        self._image = image
        self.fit()

    def is_empty(self) -> bool:
        """Whether nothing is shown."""
        return self._image.isNull()

    def fit(self) -> None:
        """The whole picture."""
        self.zoom, self._middle = 1.0, QPointF(0.5, 0.5)
        self.update()

    def enlarge(self, times: float) -> None:
        """So many times as large as now."""
        self.zoom = min(max(self.zoom * times, 1.0), MOST_ZOOM)
        self._settle()

    def _fitted(self) -> float:
        return min(self.width() / self._image.width(), self.height() / self._image.height())

    def target(self) -> QRectF:
        """Where the picture is drawn, in pixels of the widget; it may reach beyond it."""
        if self._image.isNull():
            return QRectF()
        scale = self._fitted() * self.zoom
        wide, high = self._image.width() * scale, self._image.height() * scale
        left = self.width() / 2 - self._middle.x() * wide
        top = self.height() / 2 - self._middle.y() * high
        return QRectF(left, top, wide, high)

    def _settle(self) -> None:
        """Never show more of the ground than there must be."""
        area = self.target()
        if area.isEmpty():
            return
        x, y = self._middle.x(), self._middle.y()
        half_x, half_y = self.width() / 2 / area.width(), self.height() / 2 / area.height()
        self._middle = QPointF(
            0.5 if half_x >= 0.5 else min(max(x, half_x), 1 - half_x),
            0.5 if half_y >= 0.5 else min(max(y, half_y), 1 - half_y),
        )
        self.update()

    def move_by(self, x: float, y: float) -> None:
        """Draw the picture along by so many pixels."""
        area = self.target()
        if not area.isEmpty():
            self._middle -= QPointF(x / area.width(), y / area.height())
            self._settle()

    def resizeEvent(self, event) -> None:
        """Other room."""
        super().resizeEvent(event)
        self._settle()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Larger or smaller."""
        self.enlarge(ZOOM_STEP if event.angleDelta().y() > 0 else 1 / ZOOM_STEP)
        event.accept()

    def press(self, at: QPointF) -> None:
        """Take hold."""
        self._drag = at

    def drag(self, at: QPointF) -> None:
        """Draw along."""
        way, self._drag = at - self._drag, at
        self.move_by(way.x(), way.y())

    def pinch(self, times: float) -> None:
        """Two fingers enlarge."""
        self.enlarge(times)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Enlarged, or fitted again."""
        del event
        if self.zoom > 1:
            self.fit()
        else:
            self.enlarge(ZOOM_STEP**3)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows left and right are the other pictures, up and down move an enlarged one; + - 0 zoom."""
        key = event.key()
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageDown: 1}.get(
            Qt.Key(key)
        )
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if step is not None and not shift:
            self.stepped.emit(step)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.enlarge(ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.enlarge(1 / ZOOM_STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.move_by(0, theme.px(40) * (1 if key == Qt.Key.Key_Up else -1))
        elif step is not None:
            self.move_by(-theme.px(40) * step, 0)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture on a quiet ground."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("sunken"))
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.target(), self._image)
        if self.hasFocus():
            painter.setPen(theme.colour("focus"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


class PictureView(QStackedWidget):
    """The sheet, or a cover with a sentence and perhaps a button over it."""

    asked = Signal()  # to see what is covered
    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.sheet = ImageSheet()
        self.sheet.stepped.connect(self.stepped)
        self._cover = QWidget()
        self._cover.setProperty("role", "ground")
        self.words = pieces.text("", "subheading")
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.hint = pieces.text("", "soft")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.show_button = pieces.button(_("Show the picture"), self.asked.emit, "primary", "eye")
        inner = pieces.column(self._cover, None, self.words, self.hint, margin=24, gap=12)
        inner.addWidget(self.show_button, 0, Qt.AlignmentFlag.AlignHCenter)
        inner.addStretch(1)
        self.addWidget(self._cover)
        self.addWidget(self.sheet)

    def show_image(self, image: QImage, name: str) -> None:
        """Show a picture; name: what a screen reader says it is."""
        self.sheet.setAccessibleName(name)
        self.sheet.show_image(image)
        self.setCurrentWidget(self.sheet)
        self.sheet.setFocus()

    def cover(self, words: str, hint: str = "", *, ask: bool = False) -> None:
        """Show a sentence in place of a picture; ask: with the button to see it."""
        had = self.sheet.hasFocus()
        self.sheet.show_image(QImage())
        self.words.setText(words)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.show_button.setVisible(ask)
        self.setCurrentWidget(self._cover)
        if ask and (had or self.show_button.isVisibleTo(self)):
            self.show_button.setFocus()

    def is_covered(self) -> bool:
        """Whether no picture is shown."""
        return self.currentWidget() is self._cover

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows go on to the other pictures from the cover too."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(
            Qt.Key(event.key())
        )
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(step)
