"""The step of the first run in which an office gets its phrase: typed twice, since a slip would be for ever."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.pages.sign_in import PassphraseField
from desktop.widgets import pieces
from desktop.widgets.case_parts import TickRow
from models.texts import _

if TYPE_CHECKING:
    from desktop.pages.first_run import Answers


class OfficePhrase(QWidget):
    """Two fields and what follows from leaving them empty; what is typed goes into the answers at once."""

    def __init__(self, answers: "Answers") -> None:
        super().__init__()
        self.answers = answers
        self.first = PassphraseField(_("Phrase of the office"))
        self.second = PassphraseField(_("The same phrase again"))
        column = pieces.column(self, gap=8)
        for label, field, typed in (
            (_("Phrase of the office"), self.first, answers.server.phrase),
            (_("The same phrase again"), self.second, answers.phrase_again),
        ):
            words = pieces.text(label, "label")
            words.setBuddy(field.line)
            field.line.setText(typed)
            column.addWidget(words)
            column.addWidget(field)
        self.first.line.textChanged.connect(lambda text: setattr(answers.server, "phrase", text))
        self.second.line.textChanged.connect(lambda text: setattr(answers, "phrase_again", text))
        column.addWidget(
            pieces.card(
                pieces.text(_("If everybody forgets it"), "label"),
                pieces.text(
                    _(
                        "Then nobody can open these records any more, at any desk. Write it down on paper, and keep it "
                        "where the office keeps its seal, never beside the server."
                    )
                ),
                role="banner-warn",
                margin=12,
            )
        )
        self.readable = TickRow(_("Without a phrase: whoever keeps the server can read everything"), answers.readable)
        self.readable.toggled.connect(lambda on: setattr(answers, "readable", on))
        column.addWidget(self.readable)
        self.setFocusProxy(self.first)

    def trouble(self) -> str:
        """What is to be mended before going on; empty where nothing is."""
        from models.errors import WeakPassphrase
        from models.security.passphrase import is_weak

        phrase = self.answers.server.phrase
        if self.answers.readable:
            return _("Empty both lines, or take the tick away.") if phrase or self.answers.phrase_again else ""
        if is_weak(phrase):
            return WeakPassphrase().sentence()
        if phrase != self.answers.phrase_again:
            return _("The two phrases are not the same. Show them and compare.")
        return ""
