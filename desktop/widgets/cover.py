"""A number that is kept already stands covered in its field: shown on request, for a while, or to be changed."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from desktop import theme
from models.texts import _

SHOWN_MS = 30_000
"""So long a whole number stays on the screen where nobody changes it."""

_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Backspace, Qt.Key.Key_Delete)


class Cover(QObject):
    """Over one line. `cover(ask)` hides what stands there; `ask` is called when somebody wants to see it, and calls
    `uncover()` when that is recorded."""

    def __init__(self, line: QLineEdit, mask: Callable[[str], str]) -> None:
        super().__init__(line)
        self._line, self._mask, self._whole = line, mask, ""
        self.covered = False
        self._ask: Callable[[], object] = lambda: None
        self._eye = line.addAction(theme.icon("eye", "soft"), QLineEdit.ActionPosition.TrailingPosition)
        self._eye.setVisible(False)
        self._eye.triggered.connect(lambda _on=False: self._ask())
        self._again = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._again.timeout.connect(self._cover_again)
        line.installEventFilter(self)

    def text(self) -> str:
        """The whole number, covered or not."""
        return self._whole if self.covered else self._line.text()

    def cover(self, ask: Callable[[], object]) -> None:
        """Hide the middle of what stands in the line now; it cannot be changed until it is shown."""
        if self.covered or not self._line.text():
            return
        self._ask = ask
        self._whole, self.covered = self._line.text(), True
        self._line.setText(self._mask(self._whole))
        self._show()

    def uncover(self) -> None:
        """Show it; it is covered again after a while unless it is changed."""
        if self.covered:
            self.covered = False
            self._line.setText(self._whole)
            self._again.start()
            self._show()

    def forget(self) -> None:
        """Another answer is put into the line."""
        self._again.stop()
        self.covered, self._whole = False, ""
        self._show()

    def _show(self) -> None:
        self._line.setReadOnly(self.covered)
        self._eye.setVisible(self.covered)
        words = _("Show and change (space bar); showing is recorded") if self.covered else ""
        self._eye.setText(words)
        self._eye.setToolTip(words)
        self._line.setAccessibleDescription(words)

    def _cover_again(self) -> None:
        if self._line.text() == self._whole:
            self.cover(self._ask)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The space bar, or whoever tries to delete it, asks for it."""
        if (
            self.covered
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in _KEYS
        ):
            self._ask()
            return True
        return super().eventFilter(watched, event)
