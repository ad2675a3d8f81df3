"""Papers as PDF files: protected by a passphrase unless the worker says otherwise, in one file or one for each."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.form_dialog import FormDialog
from models.texts import _, ngettext
from reports.protecting import LEAST, made_passphrase

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


@dataclass(frozen=True)
class SaveWish:
    """What the worker wants. passphrase: "" for a file that everybody can read; each: one file for each paper."""

    passphrase: str
    each: bool


class SaveDialog(FormDialog):
    """Asks how the files are protected; then calls `wished`."""

    def __init__(
        self, parent: QWidget, wished: Callable[[SaveWish], object], *, papers: int = 1, why: str = ""
    ) -> None:
        """papers: how many; why: a sentence told first, for example that there is no printer."""
        super().__init__(parent, _("Save as PDF"), 520)
        self._wished = wished
        if why:
            self.form.addWidget(pieces.text(why, "soft"))
        if papers > 1:
            count = ngettext("{n} paper", "{n} papers", papers).format(n=papers)
            self.form.addWidget(pieces.text(count, "subheading"))
        files = [("one", _("One file with all of them")), ("each", _("One file for each, in a folder"))]
        self.files = ChoiceField(files, keys=False, name=_("Files"))
        self.files.show_answer("one")
        self.files.setVisible(papers > 1)
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
        self.told = pieces.text(
            _(
                "Write it down now, and tell it the receiver by telephone, not with the file. It is kept nowhere: "
                "without it nobody can open the file. You may type another one."
            ),
            "soft",
        )
        self.secret = QWidget()
        row = pieces.line(None, self.passphrase, self.another, gap=8)
        row.setStretch(0, 1)
        pieces.column(self.secret, row, self.told, gap=8)
        self.sure = QCheckBox(_("I know that the file holds personal data and is readable by everybody"))
        self.sure.hide()
        self.problem = pieces.text("", "error")
        self.problem.hide()
        for thing in (self.files, self.how, self.secret, self.sure, self.problem):
            self.form.addWidget(thing)
        self.form.addWidget(pieces.text(_("That files are written is noted in the journal."), "small"))
        self.how.changed.connect(self._turn)
        self.sure.toggled.connect(lambda _on: self._say())
        self.passphrase.textChanged.connect(lambda _text: self._say())
        self.go = pieces.button(_("Choose where …"), self._agree, "primary", "save")
        self.finish(self.go)
        self.go.setFocus()

    def is_protected(self) -> bool:
        """Whether the passphrase protects the file."""
        return self.how.answer() != "open"

    def _turn(self) -> None:
        self.secret.setVisible(self.is_protected())
        self.sure.setVisible(not self.is_protected())
        self._say()

    def _say(self) -> None:
        self.problem.hide()
        self.go.setEnabled(self.is_protected() or self.sure.isChecked())

    def _agree(self) -> None:
        secret = self.passphrase.text().strip() if self.is_protected() else ""
        if self.is_protected() and len(secret) < LEAST:
            words = _("A passphrase has at least {n} characters.").format(n=LEAST)
            self.problem.setText(words)
            self.problem.show()
            self.passphrase.setFocus()
            return
        self.accept()
        self._wished(SaveWish(secret, self.files.answer() == "each"))


def safe_name(words: str) -> str:
    """Words as the name of a file on every system; never empty."""
    return _NOT_IN_NAMES.sub("_", words).strip(" .")[:120] or "PDF"


def ask_file(parent: QWidget, name: str) -> Path | None:
    """Where to save a file; None where the worker does not want to. Tests put their own in its place."""
    chosen, _kind = QFileDialog.getSaveFileName(parent, _("Save as PDF"), name, "PDF (*.pdf)")
    if not chosen:
        return None
    path = Path(chosen)
    return path if path.suffix.casefold() == ".pdf" else path.with_name(path.name + ".pdf")


def ask_folder(parent: QWidget) -> Path | None:
    """Into which folder to save; None where the worker does not want to. Tests put their own in its place."""
    chosen = QFileDialog.getExistingDirectory(parent, _("Folder for the files"))
    return Path(chosen) if chosen else None
