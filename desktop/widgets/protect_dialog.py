"""Asks how a file that leaves the casebook is protected, before it is asked where it is to be written."""

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.widgets import pieces
from desktop.widgets.form_dialog import FormDialog
from desktop.widgets.protect_choice import ProtectChoice
from models.texts import _


class ProtectDialog(FormDialog):
    """`agreed` is called with the passphrase of the file, "" where the worker wants none."""

    def __init__(
        self, parent: QWidget, title: str, words: str, agreed: Callable[[str], object], *, sure: str = ""
    ) -> None:
        """words: what is written. sure: what must be ticked besides; "" nothing."""
        super().__init__(parent, title, 540)
        self._agreed = agreed
        self.protection = ProtectChoice()
        self.sure = QCheckBox(sure)
        self.sure.setVisible(bool(sure))
        self.go = pieces.button(_("Choose where …"), self._agree, "primary", "export")
        self.protection.changed.connect(self._turn)
        self.sure.toggled.connect(lambda _on: self._turn())
        self.form.addWidget(pieces.text(words, "subheading"))
        self.form.addWidget(pieces.text(_("That you write it is noted in the journal."), "soft"))
        self.form.addWidget(self.protection)
        self.form.addWidget(self.sure)
        self._turn()
        self.finish(self.go)

    def _turn(self) -> None:
        self.go.setEnabled(self.protection.is_ready() and (not self.sure.text() or self.sure.isChecked()))

    def _agree(self) -> None:
        secret = self.protection.secret_words()
        if secret is None:
            return
        self.accept()
        self._agreed(secret)


def told(words: str, passphrase: str) -> str:
    """What is said after a file was written, with what protects it."""
    return f"{words} {_('Only its passphrase opens it.')}" if passphrase else words
