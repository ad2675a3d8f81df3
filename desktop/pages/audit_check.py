"""The check of the audit: what is asked before it, and what it found."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop import audit_words as words
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.form_dialog import FormDialog
from models.services.audit_views import Checked
from models.texts import _


class CheckDialog(FormDialog):
    """`agreed` is called with a passphrase and a mark, each of which may be empty."""

    def __init__(self, parent: QWidget, agreed: Callable[[str, str], object]) -> None:
        super().__init__(parent, _("Check the record"), 520)
        self._agreed = agreed
        self.phrase, self.mark = QLineEdit(), QLineEdit()
        self.phrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.mark.setMaxLength(12)
        self.form.addWidget(
            pieces.text(_("Every row is looked at, and compared with backups, batches and later chains."), "soft")
        )
        for label, field, hint in (
            (_("Your passphrase"), self.phrase, _("With it the seals are checked too. It can be left empty.")),
            (_("Mark on a printed letter"), self.mark, _("Eight signs in its footer; to be left empty without one.")),
        ):
            field.setAccessibleName(label)
            self.form.addWidget(pieces.text(label, "label"))
            self.form.addWidget(field)
            self.form.addWidget(pieces.text(hint, "small"))
        self.go = pieces.button(_("Check now"), self._agree, "primary", "shield")
        self.finish(self.go)

    def _agree(self) -> None:
        phrase, mark = self.phrase.text(), self.mark.text().replace(" ", "")
        self.phrase.clear()
        self.accept()
        self._agreed(phrase, mark)


class SecretDialog(FormDialog):
    """`agreed` is called with the passphrase of a protected file."""

    def __init__(self, parent: QWidget, why: str, agreed: Callable[[str], object]) -> None:
        super().__init__(parent, _("Check a file"), 520)
        self._agreed = agreed
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.setAccessibleName(_("Passphrase of the file"))
        self.form.addWidget(pieces.text(why))
        self.form.addWidget(self.secret)
        self.go = pieces.button(_("Check now"), self._agree, "primary", "shield")
        self.finish(self.go)

    def _agree(self) -> None:
        secret = self.secret.text()
        self.secret.clear()
        self.accept()
        self._agreed(secret)


class CheckResult(FormDialog):
    """What was found, in sentences."""

    def __init__(
        self, parent: QWidget, made: Checked, marks: Sequence[str] = (), partners: Sequence[str] = (), file: str = ""
    ) -> None:
        """file: the name of the file whose rows were checked; "" for the record of this casebook."""
        super().__init__(parent, _("Check of “{name}”").format(name=file) if file else _("Check of the record"), 620)
        kind, said = words.file_verdict(made) if file else words.verdict(made)
        self.said = said
        self.lines = [*words.found_words(made), *marks]
        self.form.addWidget(Banner(kind, said, closable=False))
        for line in self.lines:
            self.form.addWidget(pieces.text(line, select=True))
        if partners:
            self.form.addWidget(pieces.text(_("What partners told of their own records"), "label"))
            for line in partners:
                self.form.addWidget(pieces.text(line, "soft", select=True))
        self.close_button = pieces.button(_("Close"), self.accept, "primary")
        self.finish(self.close_button, QWidget())
