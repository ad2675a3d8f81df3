"""Lines that the window says on top of a page: a problem, a warning, good news; and the undo bar below."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.texts import _

_ICONS = {"problem": "warning", "warn": "warning", "good": "check", "info": "info"}
_INKS = {"problem": "danger", "warn": "warn", "good": "good", "info": "accent"}

UNDO_SECONDS = 10
"""How long the undo bar stays."""


class Banner(QFrame):
    """One sentence with a sign, perhaps one action, and a way to close it. Kinds: problem, warn, good, info."""

    closed = Signal()

    def __init__(
        self,
        kind: str,
        sentence: str,
        action: tuple[str, Callable[[], object]] | None = None,
        closable: bool = True,
    ) -> None:
        super().__init__()
        self.kind = kind
        self.setProperty("role", f"banner-{kind}")
        sign = QLabel()
        sign.setPixmap(theme.pixmap(_ICONS[kind], 20, _INKS[kind], self.devicePixelRatioF()))
        sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sentence = pieces.text(sentence, select=True)
        self.setAccessibleName(sentence)
        row = pieces.line(self, sign, gap=12)
        row.addWidget(self.sentence, 1)
        row.setContentsMargins(theme.px(16), theme.px(8), theme.px(8), theme.px(8))
        self.action: QPushButton | None = None
        if action is not None:
            self.action = pieces.button(action[0], action[1])
            row.addWidget(self.action)
        if closable:
            row.addWidget(pieces.icon_button(_("Close this message"), "close", self.closed.emit))


class BannerPlace(QWidget):
    """Where the banner of the window is: at most one at a time, the newest."""

    def __init__(self) -> None:
        super().__init__()
        self._column = pieces.column(self)
        self.banner: Banner | None = None
        self.hide()

    def show_banner(self, kind: str, sentence: str, action: tuple[str, Callable[[], object]] | None = None) -> Banner:
        """Put a banner there instead of the one before, and have screen readers say it."""
        self.clear()
        self.banner = Banner(kind, sentence, action)
        self.banner.closed.connect(self.clear)
        self._column.addWidget(self.banner)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self.banner, QAccessible.Event.Alert))
        return self.banner

    def clear(self) -> None:
        """Take the banner away."""
        self.banner = None
        pieces.clear(self._column)
        self.hide()


class UndoBar(QFrame):
    """Says what was saved, and offers to take it back for ten seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "banner-good")
        self._undo: Callable[[], object] | None = None
        sign = QLabel()
        sign.setPixmap(theme.pixmap("check", 20, "good", self.devicePixelRatioF()))
        self.sentence = pieces.text("")
        self.button = pieces.button(_("Undo"), self.take_back, icon="undo")
        row = pieces.line(self, sign, gap=12)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.button)
        row.addWidget(pieces.icon_button(_("Close this message"), "close", self.put_away))
        row.setContentsMargins(theme.px(16), theme.px(6), theme.px(8), theme.px(6))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.put_away)
        self.hide()

    def say(self, sentence: str, undo: Callable[[], object] | None) -> None:
        """Show a sentence, with the undo button if there is a way back."""
        self._undo = undo
        self.sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self.button.setVisible(undo is not None)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self._timer.start(UNDO_SECONDS * 1000)

    def take_back(self) -> bool:
        """Do the undo, once; false when there is none."""
        undo = self._undo
        self.put_away()
        if undo is None:
            return False
        undo()
        return True

    def put_away(self) -> None:
        """Hide; after that nothing can be taken back here."""
        self._undo = None
        self._timer.stop()
        self.hide()
