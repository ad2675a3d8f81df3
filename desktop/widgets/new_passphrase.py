"""A passphrase that is chosen: typed twice, since nobody could mend a slip, with its strength below the first line."""

from collections.abc import Callable, Iterable

from PySide6.QtWidgets import QWidget

from desktop.widgets import pieces
from desktop.widgets.passphrase_field import PassphraseField
from desktop.widgets.strength_line import StrengthLine
from models.errors import WeakPassphrase
from models.texts import _


class NewPassphrase(QWidget):
    """Two lines; what is typed in them is in `first` and `second`."""

    def __init__(self, about: Callable[[], Iterable[str]] = tuple, *, words: str = "", again: str = "") -> None:
        """about: what is known of its owner, asked for whenever its strength is judged. words, again: of the lines."""
        super().__init__()
        self.first = PassphraseField(words or _("Passphrase"))
        self.second = PassphraseField(again or _("The same passphrase again"))
        self.strength = StrengthLine(self.first.line, about)
        self._second_label = _label(self.second)
        self.column = pieces.column(
            self, _label(self.first), self.first, self.strength, self._second_label, self.second, gap=6
        )
        self.setFocusProxy(self.first)

    def ask_again(self, asked: bool) -> None:
        """Whether one is chosen now; else the one that was chosen before is typed once."""
        for widget in (self.strength, self._second_label, self.second):
            widget.setVisible(asked)

    def trouble(self) -> str:
        """Why it cannot be taken; "" where it can."""
        self.strength.judge()
        if not self.strength.enough:
            return WeakPassphrase().sentence()
        if self.first.text() != self.second.text():
            return _("The two passphrases are not the same. Show them and compare.")
        return ""


def _label(field: PassphraseField) -> QWidget:
    made = pieces.text(field.line.accessibleName(), "label")
    made.setBuddy(field.line)
    return made
