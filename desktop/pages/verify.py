"""Checking a letter that somebody brings: a scanned or pasted code, or a file; with the keys known here, offline."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit

from desktop.case_words import day_text
from desktop.pages.base import Page
from desktop.widgets import pieces
from desktop.widgets.asked_line import asked_line
from desktop.widgets.case_parts import Card, Chip, labelled
from models.errors import Problem
from models.services.verifying import Verdict
from models.services.views import Changed
from models.sync.card import Card as KeyCard
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell

KINDS = "*.pdf *.png *.jpg *.jpeg *.tif *.tiff *.bmp *.webp *.txt"
TONES = {"genuine": ("yes", "good"), "expired": ("note", "warn"), "replaced": ("note", "warn")}
SHOWN = 20


class VerifyPage(Page):
    """open(code=""): waits for a code; checks the one that is named."""

    name = "verify"
    width = 860

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.setAcceptDrops(True)
        self.cards: list[KeyCard] = []  # of files, for as long as the page is there
        self.verdicts: list[Verdict] = []
        self.code, self.person, self.number = QLineEdit(), QLineEdit(), QLineEdit()
        card = Card(_("The letter"))
        hint = _("Scan the QR code with a hand scanner, or paste its text")
        card.add(asked_line(self.code, _("Code of the letter"), hint))
        card.add(asked_line(self.person, _("Name of the resident"), _("As on the letter; may stay empty")))
        card.add(asked_line(self.number, _("Document number"), _("The last four characters are enough")))
        for field in (self.code, self.person, self.number):
            field.returnPressed.connect(self.check)
        self.check_button = pieces.button(_("Check the letter"), self.check, "primary", "check")
        self.file_button = pieces.button(_("Open a PDF or a scan"), self.open_file, icon="import")
        self.card_button = pieces.button(_("Use the card of an office"), self.open_card, icon="shield")
        card.add(pieces.wrapping(None, self.check_button, self.file_button, self.card_button, None))
        self.known = pieces.text("", "small")
        card.add(self.known)
        self.body.addWidget(card)
        self.results = pieces.column(None, gap=12)
        self.body.addLayout(self.results)

    def title(self) -> str:
        """The page's name."""
        return _("Check a letter")

    def open(self, code: str = "", **where: Any) -> None:
        """Say whose keys are known; check a code where one is named."""
        self.where = {}
        verifying = self.casebook.verifying
        self.read(lambda: len(verifying.keys()), self._say_known)
        if code:
            self.code.setText(code)
            self.check()

    def refresh(self, changed: Changed) -> None:
        """What was found stays."""

    def first_focus(self) -> None:
        """A hand scanner types into the first line."""
        self.code.setFocus()

    def _say_known(self, count: int) -> None:
        words = ngettext(
            "Letters of {n} office can be checked: yours and those whose sync card was taken in.",
            "Letters of {n} offices can be checked: yours and those whose sync card was taken in.",
            count + len(self.cards),
        )
        self.known.setText(words.format(n=count + len(self.cards)))

    # Checking.

    def check(self) -> None:
        """Check the code that stands in the line."""
        text = self.code.text()
        if not text.strip():
            self.code.setFocus()
            return
        verifying, cards = self.casebook.verifying, list(self.cards)
        name, number = self.person.text(), self.number.text()
        self.read(lambda: [verifying.verify(text, cards, name=name, document=number)], self._show)
        self.code.selectAll()

    def choose(self, title: str, kinds: str) -> str:
        """Ask for a file; tests put their own in its place."""
        return QFileDialog.getOpenFileName(self, title, "", kinds)[0]

    def open_file(self) -> None:
        """Check the letters of a file."""
        chosen = self.choose(_("Open a PDF or a scan"), f"PDF, PNG, JPEG ({KINDS})")
        if chosen:
            self.check_file(Path(chosen))

    def ask_passphrase(self, sentence: str) -> str:
        """Ask for the passphrase of a protected file; tests put their own in its place."""
        hidden = QLineEdit.EchoMode.Password
        typed, agreed = QInputDialog.getText(self, self.title(), sentence, hidden)
        return typed if agreed else ""

    def check_file(self, path: Path, passphrase: str = "") -> None:
        """Read the codes of a file and check them; ask for its passphrase where it is protected."""
        verifying, cards = self.casebook.verifying, list(self.cards)
        name, number = self.person.text(), self.number.text()

        def work() -> list[Verdict]:
            from desktop.verify_reading import read_codes  # with what reads PDF and pictures, when it is wanted

            return [
                verifying.verify(found.text, cards, name=name, document=number, words=found.words)
                for found in read_codes(path, passphrase)
            ]

        def failed(problem: Problem) -> None:
            typed = self.ask_passphrase(problem.sentence()) if type(problem).__name__ == "PassphraseNeeded" else ""
            if typed:
                self.check_file(path, typed)
            else:
                self.shell.problem(problem)

        self.read(work, self._show, failed)

    def open_card(self) -> None:
        """Use the key of a card file for as long as the page is there, without trusting it for exchange."""
        chosen = self.choose(_("Use the card of an office"), "jmcard (*.jmcard)")
        if not chosen:
            return

        def work() -> list[KeyCard]:
            from models.services.verifying import cards_of

            return cards_of(Path(chosen))

        self.read(work, self._use)

    def _use(self, cards: list[KeyCard]) -> None:
        known = {card.id for card in self.cards}
        self.cards += [card for card in cards if card.id not in known]
        self.open()
        for card in cards:
            words = _("{office}: compare the fingerprint by telephone before you rely on it: {digits}")
            self.shell.notice(words.format(office=card.office_name, digits=card.fingerprint), "info")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Check the first file that was dropped."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.check_file(Path(paths[0]))

    # Showing.

    def _show(self, verdicts: list[Verdict]) -> None:
        self.verdicts = verdicts
        pieces.clear(self.results)
        if len(verdicts) > 1:
            good = sum(verdict.genuine for verdict in verdicts)
            words = ngettext(
                "{n} letter in the file, {good} genuine.", "{n} letters in the file, {good} genuine.", len(verdicts)
            )
            self.results.addWidget(pieces.text(words.format(n=len(verdicts), good=good), "subheading"))
        ordered = sorted(verdicts, key=lambda verdict: verdict.genuine)  # what is wrong first
        for verdict in ordered[:SHOWN]:
            self.results.addWidget(self._result(verdict))
        top = self.results.itemAt(0)
        first = top.widget() if top is not None else None
        if first is not None:  # once it has its place
            QTimer.singleShot(0, first, partial(self.see, first))

    def _result(self, verdict: Verdict) -> Card:
        card = Card(verdict.number or _("No letter"))
        mark, tone = TONES.get(verdict.outcome, ("no", "danger"))
        words = {"good": _("genuine"), "warn": _("not valid any more")}.get(tone, _("do not rely on it"))
        card.add(pieces.wrapping(None, Chip(words, mark, tone), None))
        card.add(pieces.text(verdict.sentence(), select=True))
        card.add(
            labelled(
                [
                    (_("Issued"), day_text(verdict.issued_on)),
                    (_("Good until"), day_text(verdict.valid_until)),
                    (_("Signed by the office"), verdict.office),
                    (_("Fingerprint"), verdict.fingerprint),
                    (_("Compared"), "  ·  ".join(_compared(verdict))),
                ]
            )
        )
        for note in verdict.notes():
            card.add(pieces.text(note, "soft"))
        if verdict.ours:
            go = partial(self.shell.go, "referrals")
            card.add(pieces.wrapping(None, pieces.button(_("It is ours: to the referrals"), go, "link"), None))
        return card


def _compared(verdict: Verdict) -> list[str]:
    said = []
    if verdict.person_checked:
        said.append(_("name and document number fit"))
    if verdict.words_checked:
        said.append(_("the text of the file is the one that was issued"))
    return said
