"""How a PDF that leaves the casebook is protected: by a passphrase, unless the worker clearly says otherwise."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField
from models.texts import _
from reports.protecting import LEAST, made_passphrase


class ProtectChoice(QWidget):
    """The choice, the passphrase, and the tick of who wants none. `changed`: it may be ready now, or not any more."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        ways = [
            ("protected", _("Protected: only who knows the passphrase can open it")),
            ("open", _("Without protection: whoever gets the file can read it")),
        ]
        self.how = ChoiceField(ways, keys=False, name=_("How the file is protected"))
        self.how.show_answer("protected")
        self.passphrase = QLineEdit(made_passphrase())
        self.passphrase.setAccessibleName(_("Passphrase of the file"))
        self.passphrase.setFont(theme.font(15, bold=True))
        self.passphrase.setMaxLength(100)
        self.another = pieces.button(_("Another one"), lambda: self.passphrase.setText(made_passphrase()))
        told = pieces.text(
            _(
                "Write it down now, and tell it the receiver by telephone, not with the file. It is kept nowhere: "
                "without it nobody can open the file. You may type another one."
            ),
            "soft",
        )
        self.secret = QWidget()
        row = pieces.line(None, self.passphrase, self.another, gap=8)
        row.setStretch(0, 1)
        pieces.column(self.secret, row, told, gap=8)
        self.sure = QCheckBox(_("I know that the file holds personal data and is readable by everybody"))
        self.sure.hide()
        self.problem = pieces.text("", "error")
        self.problem.hide()
        pieces.column(self, self.how, self.secret, self.sure, self.problem, gap=8)
        self.how.changed.connect(self._turn)
        self.sure.toggled.connect(lambda _on: self.changed.emit())
        self.passphrase.textChanged.connect(lambda _text: self.problem.hide())

    def is_protected(self) -> bool:
        """Whether a passphrase protects the file."""
        return self.how.answer() != "open"

    def is_ready(self) -> bool:
        """Whether one may go on: without protection only once the worker said that this is meant."""
        return self.is_protected() or self.sure.isChecked()

    def secret_words(self) -> str | None:
        """The passphrase; "" where none is wanted; None where it is too short, which is said then."""
        if not self.is_protected():
            return ""
        words = self.passphrase.text().strip()
        if len(words) >= LEAST:
            return words
        self.problem.setText(_("A passphrase has at least {n} characters.").format(n=LEAST))
        self.problem.show()
        self.passphrase.setFocus()
        return None

    def _turn(self) -> None:
        self.secret.setVisible(self.is_protected())
        self.sure.setVisible(not self.is_protected())
        self.problem.hide()
        self.changed.emit()
