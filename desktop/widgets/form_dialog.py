"""A dialog with a few questions: they scroll where the window is low, the buttons below stay in view."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.texts import _

AROUND = 10
"""So much of the window is seen around the largest dialog, in pixels at 100 per cent."""


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

    def finish(self, go: QPushButton, other: QWidget | None = None) -> None:
        """Pin the button that agrees, and the one that does not (`other`, else Cancel); then the dialog is as high as
        it must be.
        """
        go.setDefault(True)
        foot = pieces.line(None, other or pieces.button(_("Cancel"), self.reject), None, go)
        whole = pieces.column(self, pieces.scroll(self._inside), foot)
        whole.setStretch(0, 1)
        for each in self.findChildren(QWidget):
            each.ensurePolished()  # as large as the style sheet makes it, before it is measured
        around = self.parentWidget()
        room = around.window().size() if around is not None else self.size()
        most = QSize(room.width() - theme.px(2 * AROUND), room.height() - theme.px(2 * AROUND))
        width = min(self._width, most.width())
        for sides, between in ((24, 16), (12, 8)):  # what does not fit as a whole needs the room around it
            margin, gap = theme.px(sides), theme.px(between)
            whole.setContentsMargins(margin, margin, margin, margin)
            whole.setSpacing(gap)
            wanted = self._height(width - 2 * margin) + foot.sizeHint().height() + 2 * margin + gap + theme.px(4)
            if wanted <= most.height():
                break
        self.resize(width, min(wanted, most.height()))

    def _height(self, width: int) -> int:
        """How high the questions are at this width, in pixels."""
        return self.form.totalHeightForWidth(width) if self.form.hasHeightForWidth() else self.form.sizeHint().height()
