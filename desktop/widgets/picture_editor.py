"""Crop, turn, straighten, gray: the canvas with its buttons, each as large as a finger in touch mode."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QBoxLayout, QToolButton, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.crop_canvas import TILT, CropCanvas, Wish
from desktop.widgets.flow_layout import FlowLayout
from models.imaging import Encoded, edited
from models.texts import _

QWIDGETSIZE_MAX = (1 << 24) - 1  # as Qt has it: no limit


class PictureEditor(QWidget):
    """show_picture() begins; `wish()` says what is wanted, `work(data)` makes it off the window's thread."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.canvas = CropCanvas()
        self.canvas.setAccessibleName(_("Picture with the frame that is kept"))
        self.canvas.setAccessibleDescription(
            _("An arrow cuts away on its side, with Shift it gives back. L and R turn, G is gray, Z undoes.")
        )
        self.canvas.changed.connect(self._say)
        canvas = self.canvas
        self._tools = QWidget()
        self._bar = FlowLayout(self._tools, gap=2)
        self._low = False
        self.left = self._button(_("Turn left (L)"), "turn-left", lambda: canvas.turn(False))
        self.right = self._button(_("Turn right (R)"), "turn", canvas.turn)
        self.tilt_left = self._button(_("Tilt left (,)"), "tilt-left", lambda: canvas.tilt(-TILT))
        self.tilt_right = self._button(_("Tilt right (.)"), "tilt-right", lambda: canvas.tilt(TILT))
        self.gray = self._button(_("Gray (G)"), "contrast", lambda: canvas.set_gray(not canvas.wish.gray))
        self.gray.setCheckable(True)
        self.whole = self._button(_("Whole picture (0)"), "crop", canvas.whole)
        self.undo = self._button(_("Undo (Z)"), "undo", canvas.undo)
        self.said = pieces.text("", "small", wrap=False)
        self._bar.addWidget(self.said)
        self._both = pieces.column(self, self.canvas, self._tools, gap=6)
        self._both.setStretch(0, 1)
        self.setFocusProxy(self.canvas)
        self._say()

    def _button(self, words: str, icon: str, clicked: Callable[[], object]) -> QToolButton:
        made = pieces.icon_button(words, icon, clicked, "text")
        self._bar.addWidget(made)
        return made

    def set_low(self, low: bool) -> None:
        """In a low window the buttons stand beside the picture, so that it keeps the height there is."""
        if low == self._low:
            return
        self._low = low
        self._both.setDirection(QBoxLayout.Direction.LeftToRight if low else QBoxLayout.Direction.TopToBottom)
        self._tools.setMaximumWidth(2 * theme.target() + 2 if low else QWIDGETSIZE_MAX)
        self._say()

    def show_picture(self, picture: QImage) -> None:
        """Begin with a picture (a preview of the file, upright)."""
        self.canvas.show_picture(picture)

    def wish(self) -> Wish:
        """What is wanted now."""
        return self.canvas.wish

    def work(self, data: bytes) -> Callable[[], Encoded]:
        """What makes the kept picture of the file's bytes as wished; to be called off the window's thread."""
        return made_of(data, self.wish())

    def _say(self) -> None:
        wish = self.canvas.wish
        self.gray.setChecked(wish.gray)
        self.undo.setEnabled(self.canvas.can_undo())
        left, top, right, bottom = wish.crop
        share = round((right - left) * (bottom - top) * 100)
        parts = [_("{n} % kept").format(n=share)] if share < 100 else []
        if wish.tilt:
            parts.append(_("tilted {n}°").format(n=f"{wish.tilt:+g}"))
        self.said.setText(" · ".join(parts))
        self.said.setHidden(not parts or self._low)
        self.changed.emit()


def made_of(data: bytes, wish: Wish) -> Callable[[], Encoded]:
    """A call that makes the kept picture; raises BadPicture."""
    return lambda: edited(data, wish.turn, wish.crop, wish.tilt or None, wish.gray)
