"""The line in which a passphrase or a password is typed."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.texts import _


class PassphraseField(QWidget):
    """A passphrase: hidden unless shown on purpose; tells when Caps Lock seems to be on."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setAccessibleName(name)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.line.installEventFilter(self)
        self.show_button = pieces.icon_button(_("Show the passphrase"), "eye", self._turn)
        self.show_button.setCheckable(True)
        self.caps = pieces.text(_("Caps Lock seems to be on."), "error")
        self.caps.hide()
        row = pieces.line(None, self.line, self.show_button)
        row.setStretch(0, 1)
        pieces.column(self, row, self.caps, gap=4)
        self.setFocusProxy(self.line)

    def text(self) -> str:
        """What is typed."""
        return self.line.text()

    def _turn(self) -> None:
        shown = self.show_button.isChecked()
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.show_button.setIcon(theme.icon("eye-off" if shown else "eye", "soft"))
        self.show_button.setToolTip(_("Hide the passphrase") if shown else _("Show the passphrase"))
        self.show_button.setAccessibleName(self.show_button.toolTip())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A capital letter without Shift, or a small one with it: Caps Lock. Qt cannot be asked."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            letter = event.text()
            if len(letter) == 1 and letter.isascii() and letter.isalpha():
                shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self.caps.setVisible(letter.isupper() != shift)
            elif event.key() == Qt.Key.Key_CapsLock:
                self.caps.hide()
        return super().eventFilter(watched, event)
