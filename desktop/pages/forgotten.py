"""The gate for who forgot the passphrase: by the printed recovery code, or with the help of the office above."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QWidget

from desktop.pages.sign_in import SignIn, bring_into_view, casebook_exists, centred
from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.list_export import write_bytes
from desktop.widgets.new_passphrase import NewPassphrase
from models.errors import Problem
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell


@dataclass
class Answers:
    """What was chosen and typed so far; survives a change of language or looks."""

    account: str = ""
    way: str = "code"
    code: str = ""
    source: Path | None = None  # the folder of a backup, on a computer without a key file


def people(folder: Path, source: Path | None) -> list[tuple[str, str]]:
    """(account, name) of everybody who can have a new passphrase; called off the window's thread."""
    from models.security import keystore
    from models.store.backup import KEY_STORE

    where = source if source is not None else folder
    return [(one.id, one.name) for one in keystore.accounts(where / KEY_STORE) if one.kind == keystore.PERSON]


class Forgotten(QWidget):
    """Who, a new passphrase, and what proves that it may be set."""

    def __init__(self, shell: "Shell", answers: Answers | None = None) -> None:
        super().__init__()
        self.shell = shell
        self.answers = answers or Answers()
        self.setProperty("role", "ground")
        self.who = QComboBox()
        self.who.setAccessibleName(_("Who"))
        self.source_button = pieces.button(_("Choose a backup…"), self.choose_source, "", "import")
        self.way = ChoiceField(
            [
                ("code", _("With the printed recovery code")),
                ("ask", _("Ask the street office: write a request")),
                ("answer", _("The street office sent an answer")),
            ],
            keys=False,
            name=_("How"),
        )
        self.way.show_answer(self.answers.way)
        self.code = QLineEdit(self.answers.code)
        self.code.setAccessibleName(_("Recovery code"))
        self.code.setPlaceholderText("XXXX-XXXX-XXXX-…")
        self.code.setMaxLength(80)
        self.code_label = pieces.text(_("Recovery code"), "label")
        self.new = NewPassphrase(
            lambda: (self.who.currentText(),), words=_("New passphrase"), again=_("New passphrase again")
        )
        self.hint = pieces.text("", "soft")
        self.trouble = pieces.text("", "error")
        self.trouble.hide()
        self.go = pieces.button("", self.act, "primary")
        self.back_button = pieces.button(_("Back"), self.back, "link")
        self.done_words = pieces.text("", "good", select=True)
        self.done_words.hide()
        who_label = pieces.text(_("Who"), "label")
        who_label.setBuddy(self.who)
        card = pieces.card(
            pieces.text(_("Passphrase forgotten"), "title"),
            pieces.text(
                _("Your records are safe. A new passphrase is set here; no record is changed by that."), "soft"
            ),
            who_label,
            self.who,
            self.source_button,
            self.way,
            self.code_label,
            self.code,
            self.new,
            self.hint,
            self.trouble,
            self.done_words,
            pieces.line(None, self.back_button, None, self.go),
            margin=32,
            gap=10,
        )
        pieces.column(self, centred(shell, card, 520))
        self.way.changed.connect(self._turn)
        self.code.textChanged.connect(lambda text: setattr(self.answers, "code", text))
        self.code.returnPressed.connect(self.act)
        self.new.second.line.returnPressed.connect(self.act)
        self._turn()
        self._find()

    # Who.

    def _find(self) -> None:
        folder, source = self.shell.folder, self.answers.source
        self.shell.tasks.read(lambda: people(folder, source), self._found, self._missing, owner=self)

    def _found(self, found: list[tuple[str, str]]) -> None:
        self.source_button.setVisible(self.answers.source is not None)
        self.who.clear()
        for account, name in found:
            self.who.addItem(name, account)
        self.who.setCurrentIndex(max(self.who.findData(self.answers.account), 0))

    def _missing(self, problem: Problem) -> None:
        """There is no key file here: a backup has one."""
        self.source_button.show()
        self._tell(problem.sentence())

    def choose_folder(self) -> str:
        """Ask for the folder of a backup; empty for none."""
        return QFileDialog.getExistingDirectory(self, _("Choose a backup"))

    def choose_source(self) -> None:
        """Take the key file of a backup."""
        chosen = self.choose_folder()
        if chosen:
            self.answers.source = Path(chosen)
            self._tell("")
            self._find()

    # How.

    def _turn(self) -> None:
        self.answers.way = way = str(self.way.answer() or "code")
        self.code.setVisible(way == "code")
        self.code_label.setVisible(way == "code")
        self.new.ask_again(way != "answer")
        hints = {
            "code": _("It works once. Afterwards print another one on the page of accounts."),
            "ask": _(
                "Choose the new passphrase now and remember it: it is typed again with the answer. Then bring or send "
                "the file to the street office, and read the fingerprint to them on the telephone."
            ),
            "answer": _("Type the new passphrase that you chose when you wrote the request."),
        }
        buttons = {
            "code": _("Set the new passphrase"),
            "ask": _("Write the request…"),
            "answer": _("Open the answer…"),
        }
        self.hint.setText(hints[way])
        self.go.setText(buttons[way])
        self.done_words.hide()
        self._tell("")

    def _tell(self, sentence: str) -> bool:
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))
        if sentence:
            bring_into_view(self, self.trouble)
        return bool(sentence)

    def act(self) -> None:
        """What the button says."""
        if not self.go.isEnabled():
            return
        account, new = str(self.who.currentData() or ""), self.new.first.text()
        self.answers.account = account
        if self.answers.way != "answer" and self._tell(self.new.trouble() if account else _("Choose who you are.")):
            return
        {"code": self._by_code, "ask": self._ask, "answer": self._take}[self.answers.way](account, new)

    def _by_code(self, account: str, new: str) -> None:
        from models.casebook import Casebook

        folder, code, source, clock = self.shell.folder, self.code.text(), self.answers.source, self.shell.clock
        self._run(
            lambda: Casebook.recover(folder, code, account, new, source=source, clock=clock),
            lambda _none: self._end(_("The new passphrase is set. Sign in with it, and print another recovery code.")),
        )

    def choose_place(self, name: str) -> str:
        """Ask where a file is to be written; empty for nowhere."""
        return QFileDialog.getSaveFileName(self, _("Write the request"), name)[0]

    def choose_answer(self) -> str:
        """Ask for the answer; empty for none."""
        from models.security.escrow import ANSWER_ENDING

        return QFileDialog.getOpenFileName(self, _("Open the answer"), "", _("Answers") + f" (*{ANSWER_ENDING})")[0]

    def _ask(self, account: str, new: str) -> None:
        from models.casebook import Casebook
        from models.security.escrow import REQUEST_ENDING

        chosen = self.choose_place(_("Request for help") + REQUEST_ENDING)
        if not chosen:
            return
        target, folder, source, clock = Path(chosen), self.shell.folder, self.answers.source, self.shell.clock

        def work() -> str:
            data, fingerprint = Casebook.ask_office(folder, account, new, source=source, clock=clock)
            write_bytes(target, data)
            return fingerprint

        self._run(work, lambda fingerprint: self._asked(target.name, fingerprint))

    def _asked(self, name: str, fingerprint: str) -> None:
        self._busy(False)
        words = _("The request was written to “{name}”. Its fingerprint, for the telephone: {fingerprint}")
        self.done_words.setText(words.format(name=name, fingerprint=fingerprint))
        self.done_words.show()
        bring_into_view(self, self.done_words)

    def _take(self, _account: str, new: str) -> None:
        from models.casebook import Casebook
        from models.security.escrow import read_file

        chosen = self.choose_answer()
        if not chosen:
            return
        path, folder, clock = Path(chosen), self.shell.folder, self.shell.clock

        def work() -> None:
            Casebook.take_answer(folder, read_file(path), new, clock=clock)

        self._run(work, lambda _none: self._end(_("The new passphrase is set. Sign in with it.")))

    def _run(self, work: Any, done: Any) -> None:
        self._busy(True)
        self._tell("")
        self.shell.tasks.run(work, done, self._failed, owner=self)

    def _failed(self, problem: Problem) -> None:
        self._busy(False)
        self._tell(problem.sentence())

    def _busy(self, busy: bool) -> None:
        self.go.setEnabled(not busy)
        self.back_button.setEnabled(not busy)

    def _end(self, said: str) -> None:
        if self.answers.source is not None:  # the key file came back; the records come from the backup
            from desktop.pages.restore import Restore

            self.shell.show_gate(Restore(self.shell))
        else:
            self.shell.show_gate(SignIn(self.shell, said))

    def back(self) -> None:
        """To the sign-in page, or where there is no casebook yet to the first run."""
        from desktop.pages.first_run import FirstRun

        there = casebook_exists(self.shell.folder)
        self.shell.show_gate(SignIn(self.shell) if there else FirstRun(self.shell))
