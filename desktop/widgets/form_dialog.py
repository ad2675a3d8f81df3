"""A dialog with a few questions: they scroll where the window is low, the buttons below stay in view."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.texts import _


class FormDialog(QDialog):
    """A subclass fills `self.form` and calls `finish` with its button; it may be as large as its window at most."""

    def __init__(self, parent: QWidget, title: str, width: int = 480) -> None:
        """width: of the questions in pixels at 100 per cent."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._width = theme.px(width)
        self._inside = QWidget()
        self.form: QVBoxLayout = pieces.column(self._inside, gap=8)
        """The questions, from top to bottom."""
        self.form.setContentsMargins(0, 0, theme.px(8), 0)

    def finish(self, go: QPushButton) -> None:
        """Pin the button that agrees, and the one that does not; then the dialog is as high as it must be."""
        go.setDefault(True)
        foot = pieces.line(None, pieces.button(_("Cancel"), self.reject), None, go)
        area = pieces.scroll(self._inside)
        margin, gap = theme.px(24), theme.px(16)
        pieces.column(self, area, foot, margin=24, gap=16).setStretch(0, 1)
        around = self.parentWidget()
        room = around.window().size() if around is not None else self.size()
        width = min(self._width, room.width() - theme.px(40))
        inner = self._inside.layout()
        assert inner is not None
        height = (
            inner.totalHeightForWidth(width - 2 * margin) if inner.hasHeightForWidth() else inner.sizeHint().height()
        )
        wanted = height + foot.sizeHint().height() + 2 * margin + gap + theme.px(4)
        self.resize(width, min(wanted, room.height() - theme.px(40)))
