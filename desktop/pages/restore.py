"""Restore a backup: reached from the sign-in page, for a casebook that is damaged, lost or without its keys."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QListWidget, QListWidgetItem, QWidget

from desktop import theme
from desktop.backup_words import age_words, backup_line, difference_lines
from desktop.case_words import moment_text
from desktop.pages.sign_in import SignIn, brand, bring_into_view, centred
from desktop.widgets import pieces
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.made_by_qt import add_line
from desktop.widgets.passphrase_field import PassphraseField
from models.clock import milliseconds, today
from models.errors import CannotRead, Problem, WrongPassphrase
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.store.backup import Backup
    from models.store.backup_difference import Difference

SHOWN_ROWS = 4
"""Backups seen at once; the list scrolls to the others."""


@dataclass
class Answers:
    """What was chosen and typed so far; survives a change of language or looks."""

    elsewhere: Path | None = None
    chosen: Path | None = None
    passphrase: str = ""
    busy: bool = False
    looked_at: Any = None  # the difference that is shown: of the chosen backup, with this passphrase
    first_run: Any = None  # what was answered in the first run, where one came from there


def find_backups(folder: Path, elsewhere: Path | None) -> "list[Backup]":
    """The backups beside the casebook and in another folder, each once, newest first; called off the window's thread.

    A worker who opens one backup too far and chooses its own folder means the folder around it. Raises CannotRead.
    """
    from models.casebook import Casebook

    if elsewhere is not None and (elsewhere / "manifest.json").is_file():
        elsewhere = elsewhere.parent
    try:
        found = Casebook.backups(folder, elsewhere)
        return list({each.path.resolve(): each for each in found}.values())
    except OSError as trouble:
        raise CannotRead(name=(elsewhere or folder).name) from trouble


def last_good(shell: "Shell", passphrase: str, account: str) -> tuple[Path, str] | None:
    """The newest whole backup of a casebook that cannot be opened, and the words of a button that restores it; called
    off the window's thread."""
    from models.casebook import Casebook

    found = Casebook.last_good_backup(shell.folder, passphrase, account=account, clock=shell.clock)
    if found is None:
        return None
    moment = moment_text(found.made_at, today(shell.clock))
    age = age_words(found.made_at, milliseconds(shell.clock))
    return found.path, _("Restore the backup of {moment} ({age})").format(moment=moment, age=age)


def look(shell: "Shell", chosen: Path, passphrase: str) -> "Difference":
    """What putting a backup back would change; called off the window's thread."""
    from models.casebook import Casebook

    return Casebook.preview_restore(shell.folder, chosen, passphrase, clock=shell.clock)


def put_back(shell: "Shell", chosen: Path, passphrase: str) -> Path | None:
    """Restore one backup and say where the old file is kept; called off the window's thread."""
    from models.casebook import Casebook

    return Casebook.restore(shell.folder, chosen, passphrase, clock=shell.clock)


class Restore(QWidget):
    """Choose a backup, give the passphrase, and read before what will happen."""

    def __init__(self, shell: "Shell", answers: Answers | None = None) -> None:
        super().__init__()
        self.shell = shell
        self.answers = answers or Answers()
        self.setProperty("role", "ground")
        self.status = pieces.text(_("Looking for backups ..."), "soft")
        self.list = QListWidget()
        self.list.setAccessibleName(_("Backups, newest first"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(self._chosen)
        pieces.finger_scroll(self.list)
        self.folder_button = pieces.button(_("Look in another folder"), self.look_elsewhere, icon="search")
        self.passphrase = PassphraseField(_("Passphrase"))
        self.passphrase.line.setText(self.answers.passphrase)
        self.passphrase.line.textChanged.connect(self._typed)
        self.list.itemActivated.connect(lambda _item: self.passphrase.setFocus())
        self.passphrase.line.returnPressed.connect(self.restore)
        self.difference = QWidget()
        """What would change, once the passphrase was right."""
        self.difference_lines = pieces.column(self.difference, gap=6)
        self.difference.hide()
        self.trouble = pieces.text("", "error")
        self.trouble.hide()
        self.back_button = pieces.button(_("Back"), self.go_back, icon="back")
        self.button = pieces.button(_("Restore"), self.restore, "primary")
        self.choice = self._choice()
        self.choice.hide()
        self.empty = EmptyState(
            "save",
            _("No backup was found"),
            _("There is none beside the casebook. If you keep backups on a stick or in a network folder, look there."),
        )
        self.empty.hide()
        places = pieces.wrapping(None, self.status, None, self.folder_button)
        places.setStretch(0, 1)
        card = pieces.card(
            brand(),
            pieces.text(_("Restore a backup"), "heading"),
            self.empty,
            places,
            self.choice,
            self.difference,
            self.trouble,
            pieces.wrapping(None, self.back_button, None, self.button),
            margin=32,
            gap=12,
        )
        pieces.column(self, centred(shell, card, 640))
        self._busy(self.answers.busy)
        self.button.setEnabled(False)  # until there is something to restore
        self.back_button.setFocus()
        self._look(self.answers.elsewhere)

    def _choice(self) -> QWidget:
        """All that needs a backup: the list, what will happen, the passphrase."""
        made = QWidget()
        label = pieces.text(_("Passphrase"), "label")
        label.setBuddy(self.passphrase.line)
        before = pieces.card(
            pieces.text(_("The present casebook is put aside, not deleted"), "label"),
            pieces.text(
                _(
                    "The backup is checked first and then takes the place of the casebook. The present file stays in "
                    "the same folder under another name; what was recorded after the backup is only there."
                )
            ),
            role="banner-warn",
            margin=12,
        )
        hint = _(
            "The passphrase that opened the casebook last. Only where its key file is missing or damaged: the "
            "passphrase of the day of the backup."
        )
        self.passphrase.line.setAccessibleDescription(hint)
        pieces.column(made, self.list, before, label, self.passphrase, pieces.text(hint, "small"), gap=12)
        return made

    # Which backups there are.

    def choose_folder(self) -> str:
        """Ask the worker for a folder with backups; empty when none was chosen."""
        return QFileDialog.getExistingDirectory(self, _("Folder for backups"), str(self.answers.elsewhere or ""))

    def look_elsewhere(self) -> None:
        """Look for backups in a folder of the worker's choice too, say on a stick."""
        chosen = self.choose_folder()
        if chosen:
            self._look(Path(chosen))

    def _look(self, elsewhere: Path | None) -> None:
        self.answers.elsewhere = elsewhere
        folder = self.shell.folder
        self.folder_button.setEnabled(False)
        self.shell.tasks.read(lambda: find_backups(folder, elsewhere), self.show_backups, self._not_found, owner=self)

    def show_backups(self, found: "list[Backup]") -> None:
        """Show these, the one chosen before or else the newest selected."""
        wanted, place = self.answers.chosen, 0
        self.list.clear()
        for row, each in enumerate(found):
            item = add_line(self.list, self._words(each))
            item.setData(Qt.ItemDataRole.UserRole, each)
            item.setToolTip(str(each.path))
            place = row if each.path == wanted else place
        self.list.setCurrentRow(place if found else -1)
        rows = min(max(len(found), 2), SHOWN_ROWS)
        self.list.setFixedHeight(rows * max(self.list.sizeHintForRow(0), theme.px(28)) + theme.px(12))
        self.status.setText(_("Choose the backup to go back to, as a rule the newest."))
        self.status.setVisible(bool(found))
        self.choice.setVisible(bool(found))
        self.empty.setVisible(not found)
        self._say("")
        self._busy(self.answers.busy)
        (self.list if found else self.folder_button).setFocus()
        if self.answers.looked_at is not None and not self.answers.busy:
            self.show_difference()

    def _not_found(self, problem: Problem) -> None:
        self.status.hide()
        self.folder_button.setEnabled(True)
        self._say(problem.sentence())
        self.folder_button.setFocus()

    def _words(self, backup: "Backup") -> str:
        return backup_line(backup, self.shell.folder, today(self.shell.clock))

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            chosen = item.data(Qt.ItemDataRole.UserRole).path
            if chosen != self.answers.chosen:
                self._forget_difference()
            self.answers.chosen = chosen

    # Putting one back.

    def _typed(self, passphrase: str) -> None:
        self.answers.passphrase = passphrase
        self._forget_difference()
        self._mark_wrong(False)

    def restore(self) -> None:
        """Show what would change, if the passphrase is right; when that was read, put the backup back."""
        answers, shell = self.answers, self.shell
        if not self.button.isEnabled() or answers.chosen is None:
            return
        if not answers.passphrase:
            self._say(_("Type the passphrase."))
            self.passphrase.setFocus()
            return
        self._say("")
        self._busy(True)
        chosen, passphrase = answers.chosen, answers.passphrase
        if answers.looked_at is None:
            self._look_at_difference(chosen, passphrase)
            return
        made_at = self.list.currentItem().data(Qt.ItemDataRole.UserRole).made_at

        # Owned by the window: a change of language makes this page anew while the work goes on.
        def done(aside: Path | None) -> None:
            answers.passphrase = ""
            shell.show_gate(SignIn(shell, done_words(moment_text(made_at, today(shell.clock)), aside)))

        def failed(problem: Problem) -> None:
            answers.busy = False
            answers.looked_at = None
            if isinstance(shell.gate, Restore):
                shell.gate.show_problem(problem)

        shell.tasks.run(lambda: put_back(shell, chosen, passphrase), done, failed, owner=shell)

    def _look_at_difference(self, chosen: Path, passphrase: str) -> None:
        answers, shell = self.answers, self.shell

        # Owned by the window, as restoring is.
        def done(found: "Difference") -> None:
            answers.busy, answers.looked_at = False, found
            if isinstance(shell.gate, Restore):
                shell.gate.show_difference()

        def failed(problem: Problem) -> None:
            answers.busy = False
            if isinstance(shell.gate, Restore):
                shell.gate.show_problem(problem)

        shell.tasks.run(lambda: look(shell, chosen, passphrase), done, failed, owner=shell)

    def show_difference(self) -> None:
        """Show what putting the chosen backup back would change; from now on the button does it."""
        found = self.answers.looked_at
        self._busy(False)
        pieces.clear(self.difference_lines)
        if found is None:
            self.difference.hide()
            return
        self.difference_lines.addWidget(pieces.text(_("What would change"), "label"))
        for heading, words in difference_lines(found, today(self.shell.clock)):
            shown = _("{heading}: {words}").format(heading=heading, words=words) if heading else words
            self.difference_lines.addWidget(pieces.text(shown, select=True))
        pieces.reveal(self.difference_lines)
        self.difference.show()
        self.button.setFocus()
        bring_into_view(self, self.button)

    def _forget_difference(self) -> None:
        if self.answers.looked_at is not None:
            self.answers.looked_at = None
            self.difference.hide()
            self._busy(False)

    def show_problem(self, problem: Problem) -> None:
        """Say why nothing was restored; what was chosen and typed stays."""
        self._busy(False)
        self._say(problem.sentence())
        if isinstance(problem, WrongPassphrase):
            self._mark_wrong(True)
            self.passphrase.setFocus()
            self.passphrase.line.selectAll()
        else:
            self.list.setFocus()

    def go_back(self) -> None:
        """To the sign-in page, or to the first run where that was left; nothing was changed."""
        if self.answers.busy:
            return
        if self.answers.first_run is not None:
            from desktop.pages.first_run import FirstRun

            self.shell.show_gate(FirstRun(self.shell, self.answers.first_run))
        else:
            self.shell.show_gate(SignIn(self.shell))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.go_back()
        else:
            super().keyPressEvent(event)

    def _mark_wrong(self, wrong: bool) -> None:
        self.passphrase.line.setProperty("wrong", "true" if wrong else "false")
        pieces.polish(self.passphrase.line)

    def _say(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def _busy(self, busy: bool) -> None:
        self.answers.busy = busy
        for widget in (self.list, self.folder_button, self.passphrase, self.back_button):
            widget.setEnabled(not busy)
        self.button.setEnabled(not busy and self.list.count() > 0)
        ready = self.answers.looked_at is not None
        if busy:
            self.button.setText(_("Restoring ...") if ready else _("Looking ..."))
        else:
            self.button.setText(_("Restore this backup") if ready else _("Show what would change"))


def done_words(made: str, aside: Path | None) -> str:
    """What the sign-in page says after the backup of a moment (in words) was put back."""
    if aside is None:
        return _("The backup of {moment} was restored. Sign in with the same passphrase.").format(moment=made)
    return _(
        "The backup of {moment} was restored. The casebook that was here before is kept as “{name}” in the folder "
        "{folder}. Sign in with the same passphrase."
    ).format(moment=made, name=aside.name, folder=aside.parent)
