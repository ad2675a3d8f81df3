"""At the gate of a desk: the office's server is somewhere else now, or is to be spoken to in another way."""

import json
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.pages.sign_in import DESK, SignIn, brand, bring_into_view, centred
from desktop.widgets import pieces
from desktop.widgets.passphrase_field import PassphraseField
from desktop.widgets.server_form import ServerAnswers, ServerForm
from models.errors import Problem
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell


def answers_of(shell: "Shell") -> ServerAnswers:
    """Where the server is as this desk knows it; without the password."""
    try:
        said = json.loads((shell.folder / DESK).read_text("utf-8"))["server"]
        return ServerAnswers(
            **{name: said[name] for name in ("host", "port", "database", "user", "tls", "certificate")}
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ServerAnswers()


class ServerGate(QWidget):
    """The connection, the passphrase of this desk, and a button that tries it before anything is written down."""

    def __init__(self, shell: "Shell") -> None:
        super().__init__()
        self.shell = shell
        self.answers = answers_of(shell)
        self.setProperty("role", "ground")
        self.form = ServerForm(self.answers)
        self.form.confirmed.connect(self.save)
        self.passphrase = PassphraseField(_("Your passphrase of this desk"))
        self.passphrase.line.returnPressed.connect(self.save)
        label = pieces.text(_("Your passphrase of this desk"), "label")
        label.setBuddy(self.passphrase.line)
        self.trouble = pieces.text("", "error")
        self.trouble.hide()
        self.back_button = pieces.button(_("Back"), self.back, icon="back")
        self.button = pieces.button(_("Try and keep it"), self.save, "primary")
        card = pieces.card(
            brand(),
            pieces.text(_("Connection to the server"), "heading"),
            pieces.text(_("It is tried first; where it fails, everything stays as it was."), "soft"),
            self.form,
            label,
            self.passphrase,
            self.trouble,
            pieces.wrapping(None, self.back_button, None, self.button),
            margin=32,
            gap=12,
        )
        pieces.column(self, centred(shell, card, 640))
        self.form.first_focus()

    def back(self) -> None:
        """To the sign-in, nothing changed."""
        self.shell.show_gate(SignIn(self.shell))

    def save(self) -> None:
        """Try the connection and keep it."""
        if not self.button.isEnabled():  # Enter once more while it is tried
            return
        trouble = self.answers.trouble() or ("" if self.passphrase.text() else _("Type the passphrase of this desk."))
        if trouble:
            self._say(trouble)
            return
        self._busy(True)
        folder, passphrase, answers = self.shell.folder, self.passphrase.text(), self.answers
        clock = self.shell.clock

        def work() -> None:
            from models.casebook import Casebook

            Casebook.move_office(folder, passphrase, answers.address(), answers.password, clock=clock)

        self.shell.tasks.run(work, self._kept, self._failed, owner=self)

    def _kept(self, _nothing: None) -> None:
        self.answers.password = ""
        self.shell.show_gate(SignIn(self.shell, _("The connection works and was kept. You can sign in.")))

    def _failed(self, problem: Problem) -> None:
        self._busy(False)
        self._say(problem.sentence())

    def _say(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        self.trouble.show()
        bring_into_view(self, self.trouble)

    def _busy(self, busy: bool) -> None:
        self.button.setEnabled(not busy)
        self.back_button.setEnabled(not busy)
        self.button.setText(_("Trying ...") if busy else _("Try and keep it"))
        if busy:
            self.trouble.hide()
