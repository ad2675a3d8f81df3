"""Papers as PDF files: protected by a passphrase unless the worker says otherwise, in one file or one for each."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.form_dialog import FormDialog
from desktop.widgets.protect_choice import ProtectChoice
from models.texts import _, ngettext

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
        self.protection = ProtectChoice()
        for thing in (self.files, self.protection):
            self.form.addWidget(thing)
        self.form.addWidget(pieces.text(_("That files are written is noted in the journal."), "small"))
        self.go = pieces.button(_("Choose where …"), self._agree, "primary", "save")
        self.protection.changed.connect(lambda: self.go.setEnabled(self.protection.is_ready()))
        self.finish(self.go)
        self.go.setFocus()

    def _agree(self) -> None:
        secret = self.protection.secret_words()
        if secret is not None:
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
