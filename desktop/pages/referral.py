"""One referral: write the letter with the very page beside it, issue, print, correct it, say what became of it."""

import hashlib
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop import side_by_side, theme
from desktop.case_words import day_text, moment_text, person_line, referral_status_text
from desktop.number_words import say_left
from desktop.pages.base import Page
from desktop.pages.draft_keeper import DraftKeeper
from desktop.pages.referral_deeds import ReferralDeeds
from desktop.pages.referral_load import Loaded, Sheet, body_of, body_of_entry, load_referral, make_sheet
from desktop.referral_words import TONE_OF
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card, Chip, labelled
from desktop.widgets.fit_area import Beside, PartArea
from desktop.widgets.letter_form import LetterForm
from desktop.widgets.life_card import LifeCard
from desktop.widgets.pdf_view import PdfView
from desktop.widgets.printing import PaperItem, print_papers, save_papers
from models.clock import today
from models.records.referral import ReferralEntry
from models.services.referral_rules import fits
from models.services.referral_views import LetterView, ReferralView
from models.services.views import Changed, ResidentRow
from models.texts import _

TYPING_MS = 400  # after the last change the preview is drawn anew, in milliseconds
FORM, FORM_VERSION = "referral", "1"


class ReferralPage(Page):
    """open(resident_id=..., service_ids=[(service, component), ...]) begins a letter, open(draft_id=...) goes on with
    one, open(referral_id=...) shows one that was handed in or issued, slip=True asks at once what its slip says.
    """

    name = "referral"
    width = 0
    scrolls = False

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.mode = "new"  # new, issued, correcting; unsigned (handed in, without a number), rewriting such a one
        self.resident: ResidentRow | None = None
        self.referral: ReferralView | None = None
        self.seen = -1
        """From which moment the letter is shown."""
        self.sheet: Sheet | None = None
        self.round = 0
        self._keeper: DraftKeeper | None = None
        self.second_person = False
        self.life = LifeCard()
        self.deeds = ReferralDeeds(self)
        self.form = LetterForm()
        self.form.changed.connect(self._changed)
        self.reason = QLineEdit()
        self.reason.setAccessibleName(_("Why is the letter corrected?"))
        self.reason.setPlaceholderText(_("For example: wrong office"))
        self.reason.setMaxLength(120)
        self.reason_card = Card(_("Why is the letter corrected?"))
        self.reason_card.add(self.reason)
        self.summary = QWidget()
        self._summary_box = pieces.column(self.summary, gap=14)
        left = QWidget()
        column = pieces.column(left, gap=14)
        column.setContentsMargins(0, 0, theme.px(12), 0)
        for thing in (self.reason_card, self.form, self.summary):
            column.addWidget(thing)
        column.addStretch(1)
        self.left_area = PartArea(left)
        self.trouble = pieces.column(None)
        self.preview = PdfView(shell.tasks)
        right = QWidget()
        beside = pieces.column(right, gap=8)
        beside.addLayout(self.trouble)
        beside.addWidget(self.preview, 1)
        right.setMinimumHeight(theme.px(240))
        both = Beside(self.left_area, right, 700, shares=(5, 6))
        self.who = pieces.text("", "soft")
        self.body.setSpacing(theme.px(8))
        self.body.addWidget(self.who)
        self.body.addWidget(both, 1)
        self.issue_button = pieces.button(_("Issue the letter"), self.issue, "primary", "check", tip="Ctrl+Return")
        self.kept_line = pieces.text("", "small", wrap=False)
        self.kept_line.setProperty("gives_way", True)
        self.print_button = pieces.button(_("Print"), self.print_letter, "primary", "print", tip="Ctrl+P")
        self.save_button = pieces.button(_("Save as PDF"), self.save_pdf, icon="save")
        self.correct_button = pieces.button(_("Correct"), self.correct, icon="edit")
        self.cancel_button = pieces.button(_("Do not correct"), self._show_issued_again)
        self.sign_button = pieces.button(_("Sign and issue"), self.deeds.sign, "primary", "check", tip="Ctrl+Return")
        self.send_back_button = pieces.button(_("Send back"), self.deeds.send_back, icon="back")
        self.reserve("sign", self.sign_button, self.send_back_button)
        self.reserve("print", self.print_button, self.save_button)
        self.edit_button = pieces.button(_("Change the letter"), self.rewrite, icon="edit")
        self.show_footer(
            self.kept_line,
            None,
            self.cancel_button,
            self.send_back_button,
            self.edit_button,
            self.sign_button,
            self.correct_button,
            self.save_button,
            self.print_button,
            self.issue_button,
        )
        self._buttons = (
            *(self.issue_button, self.print_button, self.save_button, self.correct_button, self.cancel_button),
            *(self.sign_button, self.send_back_button, self.edit_button),
        )
        self._later = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._later.timeout.connect(self._draw_draft)
        here = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence("Ctrl+Return"), self, self.agree, context=here)
        QShortcut(QKeySequence("Ctrl+P"), self, self.print_letter, context=here)

    def title(self) -> str:
        """What is being done, or the letter's number."""
        if self.referral is not None and self.mode == "correcting":
            return _("Correct {number}").format(number=self.referral.number)
        if self.referral is not None:
            return self.referral.number or _("Letter for {name}").format(name=self.referral.resident_name)
        return _("Referral letter")

    # Opening.

    def open(self, **where: Any) -> None:
        """Begin, go on with, or show a letter; see the class."""
        self.where = where
        self._later.stop()
        self.round += 1
        self._clear()
        if where.get("referral_id"):
            self.show_letter(str(where["referral_id"]))
        else:
            self._open_new(where)

    def refresh(self, changed: Changed) -> None:
        """An issued letter is shown anew where it was concerned; one being written stays as it is typed."""
        if self.mode in ("issued", "unsigned") and self.referral is not None and self.referral.id in changed.rows:
            self.show_letter(self.referral.id)

    def leave(self) -> bool:
        """Keep the draft."""
        if self._keeper is not None:
            self._keeper.flush()
        return True

    def subject(self) -> dict[str, str]:
        """The resident of the letter."""
        return {"resident_id": self.resident.id} if self.resident is not None else super().subject()

    def first_focus(self) -> None:
        """The note, which is the only thing that nobody else can write; or what is done next with the letter."""
        buttons = {"issued": self.print_button, "unsigned": self.sign_button}
        wanted: QWidget = buttons.get(self.mode, self.form.note)
        (wanted if wanted.isVisibleTo(self) else self.edit_button).setFocus()

    def _clear(self) -> None:
        self.resident = None
        self.referral = None
        self.sheet = None
        self._keeper = None
        self.who.clear()
        self.kept_line.clear()
        self.preview.show_pdf(b"")
        pieces.clear(self.trouble)
        self._clear_summary()
        for button in self._buttons:
            button.hide()
        for thing in (self.form, self.reason_card, self.summary):
            thing.hide()

    def _clear_summary(self) -> None:
        self._summary_box.removeWidget(self.life)  # stays the page's
        self.life.setParent(self)
        self.life.hide()
        pieces.clear(self._summary_box)

    def _open_new(self, where: dict[str, Any]) -> None:
        casebook, this = self.casebook, self.round

        def load() -> tuple[ResidentRow | None, Any, dict[str, Any], bool]:
            body: dict[str, Any] = {}
            resident_id = str(where.get("resident_id") or "")
            if where.get("draft_id"):
                draft = casebook.drafts.get(str(where["draft_id"]))
                resident_id, body = draft.subject_id, dict(draft.body)
            row = casebook.residents.row(resident_id) if resident_id else None
            choices = casebook.eligibility.services(), casebook.templates.in_use()
            return row, choices, body, casebook.referrals.second_person()

        def show(found: tuple[ResidentRow | None, Any, dict[str, Any], bool]) -> None:
            if this != self.round:
                return
            self.resident, services, body, self.second_person = found
            if self.resident is None:
                self._show_nobody()
                return
            self.form.show_services(*services)
            wanted = [{"service_id": s, "component": c} for s, c in where.get("service_ids", ())]
            self.form.show_body(body or {"matters": wanted})
            self._keeper = DraftKeeper(casebook, self.shell.tasks, FORM, FORM_VERSION, self._snapshot, self)
            self._keeper.kept.connect(self.kept_line.setText)
            if where.get("draft_id"):
                self._keeper.resume(str(where["draft_id"]))
            self._set_mode("new")
            self._draw_draft()
            self.first_focus()

        self.run(load, show)

    def _show_nobody(self) -> None:
        """Nobody was named: a letter begins with a person."""
        self.set_title(self.title())  # the page may have shown another letter before
        self._footer_frame.hide()
        card = Card(_("A letter begins with a person"))
        card.add(
            pieces.text(_("Check the eligibility of a resident and tick the services; then write the letter."), "soft")
        )
        go = pieces.button(_("Check eligibility"), lambda: self.shell.go("eligibility"), "primary")
        card.add(pieces.line(None, go, None))
        self._summary_box.addWidget(card)
        self.summary.show()
        self.mode = "issued"

    def _snapshot(self) -> tuple[str, str, dict[str, Any]] | None:
        if self.mode != "new" or self.resident is None:
            return None
        return _("Letter for {name}").format(name=self.resident.name), self.resident.id, self.form.body()

    def _set_mode(self, mode: str) -> None:
        self.mode = mode
        view = self.referral
        writing = mode in ("new", "correcting", "rewriting")
        waits = mode == "unsigned" and view is not None and view.status in ("waiting", "returned")
        mine = view is not None and view.writer == self.casebook.worker.name
        self._footer_frame.show()
        self.form.setVisible(writing)
        self.reason_card.setVisible(mode == "correcting")
        self.summary.setVisible(not writing)
        self.issue_button.setVisible(writing)
        self.issue_button.setText(self._issue_words())
        self.cancel_button.setVisible(mode in ("correcting", "rewriting"))
        self.cancel_button.setText(_("Do not change it") if mode == "rewriting" else _("Do not correct"))
        for button in (self.print_button, self.save_button):
            button.setVisible(mode == "issued")
        self.correct_button.setVisible(mode == "issued" and view is not None and fits("corrected", view.status))
        signs = waits and not mine and view is not None and view.status == "waiting"
        self.sign_button.setVisible(signs)
        self.send_back_button.setVisible(signs)
        self.edit_button.setVisible(waits and not signs)
        if self.resident is not None:
            parts = (self.resident.name, person_line(self.resident), self.resident.address)
            self.who.setText("  ·  ".join(part for part in parts if part))
        self.left_area.verticalScrollBar().setValue(0)
        self.set_title(self.title())

    def _issue_words(self) -> str:
        if self.mode == "correcting":
            return _("Issue the corrected letter")
        if self.mode == "rewriting":
            return _("Hand it in again")
        return _("Hand in for a signature") if self.second_person else _("Issue the letter")

    # Writing, with the page beside it.

    def _changed(self) -> None:
        if self._keeper is not None and self.mode == "new":
            self._keeper.touch()
            self.where["draft_id"] = self._keeper.id  # a rebuilt page, or Back, goes on with this draft
        self._later.start()

    def _entry(self) -> ReferralEntry | None:
        return self.form.entry(self.resident.id) if self.resident is not None else None

    def _draw_draft(self) -> None:
        """Draw the page as it would be printed, off the window's thread; an older drawing is dropped."""
        entry = self._entry()
        if entry is None or self.mode in ("issued", "unsigned"):
            return
        self.round += 1
        this, casebook = self.round, self.casebook
        self.read(
            lambda: make_sheet(casebook.referrals.draft(entry)),
            lambda sheet: self._show_sheet(sheet) if this == self.round else None,
        )

    def _show_sheet(self, sheet: Sheet) -> None:
        self.sheet = sheet
        pieces.clear(self.trouble)
        words = ""
        if sheet.characters:
            words = _(
                "These characters cannot be printed by any typeface here: {characters}. "
                "Nothing is printed with a box in their place; write them in another way."
            ).format(characters="  ".join(sheet.characters))
        elif sheet.whole_number:
            words = _(
                "The letter would show a whole identity number. Take it out of the note; the last four are enough."
            )
        if words:
            self.trouble.addWidget(Banner("problem", words, closable=False))
        self.preview.show_pdf(sheet.pdf)
        ready = bool(sheet.pdf)
        for button in (self.issue_button, self.print_button, self.save_button, self.sign_button):
            button.setEnabled(ready)

    def agree(self) -> None:
        """Ctrl+Return: issue what is written, or sign what is shown."""
        if self.mode == "unsigned":
            self.deeds.sign()
        else:
            self.issue()

    def issue(self) -> None:
        """Give the letter its number (or the referral a corrected letter), or hand it in, and show what it is now."""
        if self.mode in ("issued", "unsigned") or not self.issue_button.isEnabled():
            return
        entry = self._entry()
        if entry is None:
            self.left_area.ensureWidgetVisible(self.form.problem)
            return
        if self.sheet is not None and not self.sheet.pdf:
            return
        casebook, reason = self.casebook, self.reason.text().strip()
        if self.mode == "correcting" and not reason:
            self.form.say_problem(_("Say why the letter is corrected; it is printed on it."))
            self.reason.setFocus()
            return
        self._later.stop()
        self.round += 1
        self.issue_button.setEnabled(False)
        referral, mode, second = self.referral, self.mode, self.second_person

        def work() -> Changed:
            if referral is not None and mode == "rewriting":
                return casebook.referrals.hand_in(entry, referral.id)
            if referral is not None:
                return casebook.referrals.correct(referral.id, entry, reason)
            return casebook.referrals.hand_in(entry) if second else casebook.referrals.issue(entry)

        def failed(problem: Any) -> None:
            self.issue_button.setEnabled(True)
            self.shell.problem(problem)

        seen = self.seen if referral is not None else -1
        side_by_side.save(
            self,
            seen,
            work,
            lambda changed: self._issued(referral.id if referral else changed.id),
            failed,
            show=lambda: self.show_letter(referral.id) if referral is not None else None,
        )

    def _issued(self, referral_id: str) -> None:
        if self._keeper is not None:
            self._keeper.discard()
            self._keeper = None
        # The page now is that letter: "back" must not open the form again and issue it twice.
        self.where = {"referral_id": referral_id}
        self.reason.clear()
        self.show_letter(referral_id, fresh=True)
        self.read(self.casebook.numbering.left, partial(say_left, self.shell))

    # Issued.

    def show_letter(self, referral_id: str, *, fresh: bool = False) -> None:
        """Show a referral that was handed in or issued. fresh: just now, so that it is said."""
        casebook = self.casebook
        self.round += 1
        this = self.round

        def show(found: Loaded) -> None:
            if this != self.round:
                return
            self.referral, self.resident, sheet = found.view, found.resident, found.sheet
            self.seen = found.seen
            self.form.show_services(found.services, found.templates)
            self._set_mode("issued" if found.view.letters else "unsigned")
            self._show_sheet(sheet)
            self._show_summary(self.referral)
            self.deeds.offer(self.referral)
            if self.where.pop("slip", False):
                self.deeds.note_slip()
            if not self.referral.letters:
                if fresh:
                    words = _("Handed in. Somebody else finds the letter on the page Today and signs it.")
                    self.shell.say(words)
                return
            letter = self.referral.letters[0]
            digest = hashlib.sha256(sheet.pdf).hexdigest()
            if sheet.pdf and not letter.sha256:
                self.run(lambda: casebook.referrals.keep_bytes(letter.id, sheet.pdf))
            elif sheet.pdf and letter.sha256 != digest:
                words = _("This program sets the letter in another way than the one that printed it first.")
                self.trouble.addWidget(Banner("warn", words))
            if fresh:
                self.shell.say(_("{number} is issued. Print it now.").format(number=self.referral.number))
                self.print_button.setFocus()

        self.run(lambda: load_referral(casebook, referral_id), show)

    def _show_summary(self, view: ReferralView) -> None:
        self._clear_summary()
        self._summary_box.addWidget(self.life)  # what is to be done stands first
        self.life.show_life(view, today(self.casebook.clock))
        self.life.show()
        status = Chip(referral_status_text(view.status), "letter", TONE_OF.get(view.status, "accent"))
        card = Card(_("Letter {number}").format(number=view.number) if view.number else _("No number yet"), status)
        card.add(
            labelled(
                [
                    (_("Services"), "\n".join(view.matters)),
                    (_("Receiving office"), view.receiver),
                    (_("Issued on"), day_text(view.issued_on)),
                    (_("Good until"), day_text(view.valid_until)),
                    (_("Answer wanted by"), day_text(view.reply_by)),
                    (_("Worker"), view.writer),
                    (_("Signed by"), view.signer),
                    (_("Note"), view.outcome_note),
                ]
            )
        )
        person = pieces.button(
            _("To the person"), lambda: self.shell.go("person", resident_id=view.resident_id), "link"
        )
        card.add(pieces.line(None, person, None))
        self._summary_box.addWidget(card)
        if view.letters:
            self._summary_box.addWidget(self._versions_card(view))

    def _versions_card(self, view: ReferralView) -> Card:
        card = Card(_("Versions"))
        on = today(self.casebook.clock)
        for letter in view.letters:
            words = _("Version {n}, {moment}").format(n=letter.version, moment=moment_text(letter.at, on))
            line = pieces.line(None, pieces.text(words), gap=8)
            line.addWidget(
                Chip(_("printed") if letter.printed else _("not printed"), tone="good" if letter.printed else "soft")
            )
            if letter is not view.letters[0]:
                show = pieces.button(_("View"), partial(self._look_at, letter), "link")
                show.setAccessibleName(_("Look at version {n}").format(n=letter.version))
                line.addWidget(show)
            card.add(line)
        return card

    def _look_at(self, letter: LetterView) -> None:
        """Show an earlier version; it can be looked at, not printed again as the one that counts."""
        casebook, this = self.casebook, self.round

        def show(sheet: Sheet) -> None:
            if this == self.round:
                self._show_sheet(sheet)
                words = _("This is version {n}; a later one replaced it.").format(n=letter.version)
                back = (_("Back to the present one"), lambda: self.show_letter(str(self.where["referral_id"])))
                self.trouble.addWidget(Banner("warn", words, back, closable=False))
                for button in (self.print_button, self.save_button):
                    button.setEnabled(False)

        self.run(lambda: make_sheet(casebook.referrals.letter(letter.id)), show)

    def rewrite(self) -> None:
        """Change a letter that waits or was sent back, then hand it in again."""
        if self.referral is None or self.referral.entry is None:
            return
        self.form.show_body(body_of_entry(self.referral.entry, self.form.services))
        self._set_mode("rewriting")
        self.form.note.setFocus()
        self._draw_draft()

    def correct(self) -> None:
        """Write the letter anew under its number; the old version stays."""
        if self.referral is None or self.sheet is None:
            return
        value, letter = self.sheet.value, self.referral.letters[0]
        self.form.show_body(body_of(value, self.form.services, letter.template_id))
        self._set_mode("correcting")
        self.reason.setFocus()
        self._draw_draft()

    def _show_issued_again(self) -> None:
        if self.referral is not None:
            self._later.stop()
            self.show_letter(self.referral.id)

    # Paper and files.

    def paper(self) -> PaperItem | None:
        """The letter that is shown, as it is printed and saved; None where it is not issued."""
        if self.mode != "issued" or self.referral is None or self.sheet is None or not self.print_button.isEnabled():
            return None
        return PaperItem("letter", self.referral.letters[0].id, label=self.referral.number, pdf=self.sheet.pdf)

    def print_letter(self) -> None:
        """Print the very bytes that are shown, marked where it is a reprint; "printed" is noted by the print queue."""
        paper = self.paper()
        if paper is not None:
            print_papers(self.shell, [paper], paper.label, _("The letter went to the printer."))

    def save_pdf(self) -> None:
        """Write the very bytes that are shown to a file."""
        paper = self.paper()
        if paper is not None:
            save_papers(self.shell, [paper], paper.label)
