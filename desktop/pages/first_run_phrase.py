"""The step of the first run in which an office gets its phrase: typed twice, since a slip would be for ever."""

from typing import TYPE_CHECKING

from desktop.widgets import pieces
from desktop.widgets.case_parts import TickRow
from desktop.widgets.new_passphrase import NewPassphrase
from models.texts import _

if TYPE_CHECKING:
    from desktop.pages.first_run import Answers


class OfficePhrase(NewPassphrase):
    """The phrase, and what follows from having none."""

    def __init__(self, answers: "Answers") -> None:
        super().__init__(
            lambda: (answers.office_name,), words=_("Phrase of the office"), again=_("The same phrase again")
        )
        self.answers = answers
        self.first.line.setText(answers.server.phrase)
        self.second.line.setText(answers.phrase_again)
        self.strength.judge()
        self.first.line.textChanged.connect(lambda text: setattr(answers.server, "phrase", text))
        self.second.line.textChanged.connect(lambda text: setattr(answers, "phrase_again", text))
        column = self.column
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

    def trouble(self) -> str:
        """What is to be mended before going on; empty where nothing is."""
        if self.answers.readable:
            typed = self.first.text() or self.second.text()
            return _("Empty both lines, or take the tick away.") if typed else ""
        return super().trouble()
