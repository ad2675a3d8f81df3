"""One transfer of a case: its way, what can be done next, and its two papers beside it. Or one that is to begin."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from desktop import side_by_side, theme
from desktop.case_words import day_text
from desktop.pages.base import Page
from desktop.transfer_words import (
    ICONS,
    SAID,
    TONE_OF,
    deed_words,
    draw_request,
    draw_sheet,
    route_words,
    steps_told,
    waits_words,
    way_of,
    who_words,
)
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card, Chip
from desktop.widgets.fit_area import Beside, PartArea
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.pdf_view import PdfView
from desktop.widgets.printing import PaperItem, print_papers, save_papers
from desktop.widgets.transfer_dialogs import AskDialog, StepDialog
from models.clock import today
from models.errors import Problem
from models.records import codes
from models.records.transfer import TransferEntry
from models.services.transfer_views import Beginning, TransferView
from models.services.views import Changed
from models.texts import _

PAPERS = ("case_request", "case_sheet")
_TONES = {"past": "good", "ahead": "soft"}
MOVED = ("moved", "hukou")
"""Reasons after which the register is to be told that the people left."""


@dataclass(frozen=True)
class Loaded:
    """What the page shows."""

    view: TransferView | None
    beginning: Beginning | None
    earlier: tuple[TransferView, ...]  # of a household for which none is shown
    on: date
    missing: tuple[str, ...] = ()  # names of those of whom the list will not tell everything
    seen: int = -1  # the moment from which it is (casebook.desks.seen())


class TransferPage(Page):
    """open(transfer_id=...) shows a transfer; open(household_id=...) the one that is open, else how to begin one."""

    name = "transfer"
    tells_of_people = True
    width = 0
    scrolls = False

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.paper = ""
        self.language = "zh"
        self.round = 0
        self.dialog: AskDialog | StepDialog | None = None
        """What asked last; tests answer it."""
        self.deeds: dict[str, QPushButton] = {}
        self.take_back_button: QPushButton | None = None
        self.ask_button: QPushButton | None = None
        self.change_button: QPushButton | None = None
        self.consent_button: QPushButton | None = None
        self._actions: list[QAction] = []
        left = QWidget()
        self.left = pieces.column(left, gap=12)
        self.left.setContentsMargins(0, 0, theme.px(12), 0)
        self.left_area = PartArea(left)
        self.paper_buttons = {
            "case_request": self._choice(_("Request"), partial(self.show_paper, "case_request")),
            "case_sheet": self._choice(_("List of what is handed over"), partial(self.show_paper, "case_sheet")),
        }
        self.language_button = self._choice(_("In English"), self.switch_language)
        self.trouble = pieces.column(None)
        self.preview = PdfView(shell.tasks)
        self.preview.trouble.connect(self.shell.problem)
        self.right = QWidget()
        choice = QWidget()
        flow = FlowLayout(choice, gap=theme.px(8))
        for button in (*self.paper_buttons.values(), self.language_button):
            flow.addWidget(button)
        beside = pieces.column(self.right, choice, self.trouble, gap=8)
        beside.addWidget(self.preview, 1)
        self.right.setMinimumHeight(theme.px(240))
        self.body.setSpacing(theme.px(8))
        self.body.addWidget(Beside(self.left_area, self.right, 700, shares=(5, 6)), 1)
        self.home_button = pieces.button(_("To the household"), self._go_home, icon="household")
        self.list_button = pieces.button(_("All transfers"), lambda: self.shell.go("transfers"), icon="paper")
        self.save_button = pieces.button(_("Save as PDF"), self.save_paper, icon="save")
        self.print_button = pieces.button(_("Print"), self.print_paper, "primary", "print", tip="Ctrl+P")
        self.show_footer(self.list_button, self.home_button, None, self.save_button, self.print_button)
        here = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence("Ctrl+P"), self, self.print_paper, context=here)

    def _choice(self, words: str, act: Any) -> QPushButton:
        made = pieces.button(words, act)
        made.setCheckable(True)
        return made

    def title(self) -> str:
        """The page's name."""
        return _("Transfer of a case")

    # Opening.

    def open(self, **where: Any) -> None:
        """Load a transfer, or what is to be known to begin one."""
        self.where = where
        self.round += 1
        this, casebook = self.round, self.casebook
        transfer_id, household = str(where.get("transfer_id") or ""), str(where.get("household_id") or "")
        resident = str(where.get("resident_id") or "")

        def load() -> Loaded:
            on, home, transfers = today(casebook.clock), household, casebook.transfers
            if transfer_id:
                return _of(casebook, transfer_id, on)
            if not home and resident:
                homes = casebook.households.of_resident(resident)
                home = next((one.id for one in homes if one.kind == "living"), homes[0].id if homes else "")
            if not home:
                return Loaded(None, None, tuple(transfers.listed()), on)
            beginning = transfers.begin(home)
            if beginning.open_id:
                return _of(casebook, beginning.open_id, on)
            return Loaded(None, beginning, tuple(transfers.of_household(home)), on)

        self.run(load, lambda loaded: self._show(loaded) if this == self.round else None)

    def refresh(self, changed: Changed) -> None:
        """Load again where this transfer or its household was concerned."""
        loaded = self.loaded
        about = set()
        if loaded is not None and loaded.view is not None:
            about = {loaded.view.id, loaded.view.household_id, *loaded.view.resident_ids}
        elif loaded is not None and loaded.beginning is not None:
            about = {loaded.beginning.household_id, *(one.resident_id for one in loaded.beginning.people)}
        if about & changed.rows:
            self.open(**self.where)

    def first_focus(self) -> None:
        """What is done next."""
        for button in (self.ask_button, *self.deeds.values(), self.print_button):
            if button is not None and button.isVisibleTo(self):
                button.setFocus()
                return
        self.list_button.setFocus()

    def subject(self) -> dict[str, str]:
        """The household."""
        home = self._home()
        return {"household_id": home} if home else super().subject()

    def _home(self) -> str:
        if self.loaded is None:
            return ""
        if self.loaded.view is not None:
            return self.loaded.view.household_id
        return self.loaded.beginning.household_id if self.loaded.beginning is not None else ""

    def _go_home(self) -> None:
        if home := self._home():
            self.shell.go("household", household_id=home)

    # Showing.

    def _show(self, loaded: Loaded) -> None:
        before = self.loaded.view.id if self.loaded is not None and self.loaded.view is not None else ""
        focused = next((step for step, button in self.deeds.items() if button.hasFocus()), None)
        self.loaded = loaded
        view = loaded.view
        pieces.clear(self.left)
        self.deeds, self.take_back_button, self.ask_button, self.change_button = {}, None, None, None
        self.consent_button = None
        self.right.setVisible(view is not None)
        self.home_button.setVisible(bool(self._home()))
        for button in (self.save_button, self.print_button):
            button.setVisible(view is not None)
        self._offer(view)
        if view is None:
            self.set_title(self.title())
            self._show_beginning(loaded)
            self.left.addStretch(1)
            pieces.reveal(self.left)
            self.first_focus()
            return
        self.set_title(_("Transfer to {office}").format(office=view.to_name))
        self.left.addWidget(self._way_card(view, loaded.on))
        self.left.addWidget(self._who_card(view))
        if loaded.missing:
            self.left.addWidget(self._consent_card(view, loaded.missing))
        self.left.addStretch(1)
        pieces.reveal(self.left)
        if view.id != before or not self.paper:
            self.paper = "case_request" if view.status in ("asked", "declined") else "case_sheet"
        elif view.status in ("accepted", "handed_over"):
            self.paper = "case_sheet"
        self.show_paper(self.paper)
        if focused is not None or view.id != before:
            self.first_focus()

    def _show_beginning(self, loaded: Loaded) -> None:
        card = Card(_("Transfer the case"))
        if loaded.beginning is None:
            words = _("A case is transferred from the page of its household.")
            card.add(pieces.text(words, "soft"))
            self.ask_button = pieces.button(_("Residents"), lambda: self.shell.go("residents"), "primary", "residents")
        else:
            card.add(pieces.text(loaded.beginning.address, "label"))
            words = _(
                "The whole case of this household, or of some of its people, goes to another office: first you ask, "
                "then the other office answers, then you hand over a list that both sign. Until the other office has "
                "taken the case, this office goes on looking after these people."
            )
            card.add(pieces.text(words, "soft"))
            self.ask_button = pieces.button(_("Ask another office"), self.ask, "primary", "forward")
        card.add(pieces.line(None, self.ask_button, None))
        self.left.addWidget(card)
        if loaded.beginning is not None and loaded.earlier:
            earlier = Card(_("Earlier transfers"))
            for one in loaded.earlier:
                words = f"{day_text(one.asked_on)}  {one.to_name}  {codes.label('transfer_status', one.status)}"
                go = partial(self.shell.go, "transfer", transfer_id=one.id)
                earlier.add(pieces.line(None, pieces.text(words), pieces.button(_("Open"), go, "link")))
            self.left.addWidget(earlier)

    def _way_card(self, view: TransferView, on: date) -> Card:
        card = Card(_("Where the transfer stands"))
        strip = QWidget()
        flow = FlowLayout(strip, gap=theme.px(6))
        told = []
        for status, where in way_of(view):
            words = codes.label("transfer_status", status)
            tone = TONE_OF.get(status, "accent") if where == "now" else _TONES[where]
            flow.addWidget(Chip(words, {"past": "yes", "now": "letter"}.get(where, ""), tone))
            told.append(_("{status} (now)").format(status=words) if where == "now" else words)
        strip.setAccessibleName(_(", ").join(told))
        card.add(strip)
        if words := waits_words(view, on):
            card.add(pieces.text(words, "error" if view.overdue else ""))
        deeds = QWidget()
        buttons = FlowLayout(deeds, gap=theme.px(8))
        for place, step in enumerate(view.steps):
            role = "primary" if not place else ""
            made = pieces.button(deed_words(step, view), partial(self.note_step, step), role, ICONS[step])
            self.deeds[step] = made
            buttons.addWidget(made)
        if view.status == "taken" and view.side == "out" and view.reason in MOVED:
            kind = "left" if view.whole else "move_out"
            go = partial(self.shell.go, "change", household_id=view.household_id, kind=kind)
            self.change_button = pieces.button(_("Record that they have left"), go, icon="household")
            buttons.addWidget(self.change_button)
        card.add(deeds)
        deeds.setVisible(bool(buttons.count()))
        card.add(pieces.rule())
        for place, (day, words) in enumerate(steps_told(view)):
            row = pieces.line(None, gap=8)
            row.addWidget(pieces.text(f"{day_text(day)}  {words}", select=True), 1)
            if not place and view.may_take_back:
                self.take_back_button = pieces.button(_("Take this step back"), self.take_back, "link", "undo")
                row.addWidget(self.take_back_button, 0, Qt.AlignmentFlag.AlignTop)
            card.add(row)
        return card

    def _who_card(self, view: TransferView) -> Card:
        card = Card(_("Who goes, and where to"))
        card.add(pieces.text(who_words(view, most=12), "label"))
        card.add(pieces.text(view.address, "soft", select=True))
        card.add(pieces.text(route_words(view), select=True))
        contact = view.from_contact if view.side == "in" else view.to_contact
        for words in (contact, view.note):
            if words:
                card.add(pieces.text(words, select=True))
        return card

    def _consent_card(self, view: TransferView, missing: tuple[str, ...]) -> Card:
        """Of whom the list will not tell everything, while that can still be changed."""
        card = Card(_("Not everything may go along"))
        words = _("{names} did not agree to everything, so the list leaves it out and says so.")
        card.add(pieces.text(words.format(names=_(", ").join(missing)), "soft"))
        ask = partial(self.shell.go, "rights", household_id=view.household_id, ask=True)
        self.consent_button = pieces.button(_("Ask for consent"), ask, icon="shield")
        card.add(pieces.line(None, self.consent_button, None))
        return card

    def _offer(self, view: TransferView | None) -> None:
        """What can be done, among the commands of the page as well."""
        for old in self._actions:
            self.removeAction(old)
            old.deleteLater()
        self._actions = []
        for step in view.steps if view is not None else ():
            deed = QAction(theme.icon(ICONS[step]), deed_words(step, view), self)  # type: ignore[arg-type]
            deed.triggered.connect(lambda _checked=False, step=step: self.note_step(step))
            self.addAction(deed)
            self._actions.append(deed)

    # Doing.

    def ask(self) -> None:
        """Ask who goes where, then write the transfer."""
        if self.loaded is None or self.loaded.beginning is None:
            return
        self.dialog = AskDialog(self, self._ask, beginning=self.loaded.beginning, today=self.loaded.on)
        self.dialog.open()

    def _ask(self, entry: TransferEntry) -> None:
        casebook = self.casebook

        def done(changed: Changed) -> None:
            words = _("The transfer is noted. Print the request and send it to the other office.")
            self.shell.say(words, lambda: casebook.undo(changed.operations))
            self.shell.go("transfer", transfer_id=changed.id)

        self.run(lambda: casebook.transfers.ask(entry), done)

    def note_step(self, step: str) -> None:
        """Ask what this step needs, then note it."""
        if self.loaded is None or self.loaded.view is None:
            return
        view = self.loaded.view
        told = partial(self._note, view.id, self.loaded.seen, step)
        self.dialog = StepDialog(self, told, view=view, step=step, today=self.loaded.on)
        self.dialog.open()

    def _note(self, transfer_id: str, seen: int, step: str, by: str, note: str, on: date) -> None:
        casebook = self.casebook

        def done(changed: Changed) -> None:
            self.shell.say(_(SAID[step]), lambda: casebook.undo(changed.operations))

        verb = partial(casebook.transfers.step, transfer_id, step, by=by, note=note, on=on)
        side_by_side.deed(self, seen, verb, done)

    def take_back(self) -> None:
        """Take the last step back with all that came of it."""
        if self.loaded is None or self.loaded.view is None:
            return
        casebook, transfer_id = self.casebook, self.loaded.view.id

        def done(changed: Changed) -> None:
            self.shell.say(_("The step was taken back."), lambda: casebook.undo(changed.operations))

        side_by_side.deed(self, self.loaded.seen, lambda: casebook.transfers.take_back(transfer_id), done)

    # Paper.

    def switch_language(self) -> None:
        """The paper in the other language."""
        self.language = "zh" if self.language == "en" else "en"
        self.show_paper(self.paper)

    def show_paper(self, paper: str) -> None:
        """Draw one of the papers as it would be printed, off the window's thread."""
        self.paper = paper
        for name, button in self.paper_buttons.items():
            button.setChecked(name == paper)
        self.language_button.setChecked(self.language == "en")
        if self.loaded is None or self.loaded.view is None:
            return
        self.round += 1
        this, casebook, transfer_id = self.round, self.casebook, self.loaded.view.id
        language: Any = self.language

        def make() -> bytes:
            if paper == "case_request":
                return draw_request(casebook.transfers.request(transfer_id, language))
            return draw_sheet(casebook.transfers.sheet(transfer_id, language))

        def show(pdf: bytes) -> None:
            if this == self.round:
                pieces.clear(self.trouble)
                self._show_pdf(pdf)

        def failed(problem: Problem) -> None:
            if this == self.round:
                pieces.clear(self.trouble)
                self.trouble.addWidget(Banner("problem", problem.sentence(), closable=False))
                self._show_pdf(b"")

        self.read(make, show, failed)

    def _show_pdf(self, pdf: bytes) -> None:
        self.preview.show_pdf(pdf)
        for button in (self.save_button, self.print_button):
            button.setEnabled(bool(pdf))

    def print_paper(self) -> None:
        """Print the very bytes that are shown; journalled."""
        if paper := self._shown_paper():
            print_papers(self.shell, [paper], self.title())

    def save_paper(self) -> None:
        """Write the very bytes that are shown to a file; journalled."""
        if paper := self._shown_paper():
            save_papers(self.shell, [paper], self.title())

    def _shown_paper(self) -> PaperItem | None:
        view, pdf = self.loaded.view if self.loaded is not None else None, self.preview.pdf
        if view is None or not pdf:
            return None
        return PaperItem(self.paper, view.id, {"language": self.language}, label=view.to_name, pdf=pdf)


def _of(casebook: Any, transfer_id: str, on: date) -> Loaded:
    """A transfer; while it can be changed, also of whom the list will not tell everything."""
    seen = casebook.desks.seen()
    view = casebook.transfers.get(transfer_id)
    missing: tuple[str, ...] = ()
    if view.side == "out" and view.status in ("asked", "accepted"):
        missing = casebook.transfers.begin(view.household_id).without_consent
    return Loaded(view, None, (), on, tuple(name for name in missing if name in view.names), seen)
