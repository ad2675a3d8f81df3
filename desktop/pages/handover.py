"""Handing households over: choose and offer, check and take, and the list that both sign."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QStackedWidget, QWidget

from desktop import side_by_side, theme
from desktop.handover_words import cared_tile, handed_tile, sheet_of, summary_words, things_words
from desktop.pages.base import Page
from desktop.widgets import pieces
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.fit_area import PartArea
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.hint import Hint
from desktop.widgets.pdf_view import PdfView
from desktop.widgets.printing import PaperItem, print_papers, save_papers
from desktop.widgets.tick_list import TickList
from desktop.widgets.work_list import WorkDelegate
from models.services.care_views import CaredFor, HandoverView
from models.services.views import Changed
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell

NOTE_LENGTH = 200
NAME_LENGTH = 100
LOW = 13
"""Below so many times the height of a button the explanation of the page is left out."""


class HandoverPage(Page):
    """open(household_ids=(), handover_id=""): give these households, or look at one handover; else what is offered to
    whom is signed in, and where nothing is, what may be given.
    """

    name = "handover"
    width = 0
    scrolls = False

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.offers: list[HandoverView] = []
        self.shown: HandoverView | None = None
        self.seen = -1
        """The moment from which the offers are shown (casebook.desks.seen())."""
        self.cared: list[CaredFor] = []
        self._chosen: tuple[str, ...] = ()
        self._pane = ""
        self.give_button = self._choice(_("Give"), partial(self.show_pane, "give"))
        self.take_button = self._choice(_("Offers"), partial(self.show_pane, "take"))
        for made in (self.give_button, self.take_button):
            self.aside.addWidget(made)
        self.body.setSpacing(theme.px(8))
        self.stack = QStackedWidget()
        self.give_pane, self.take_pane, self.paper_pane = self._give(), self._take(), self._paper()
        # Where letters are large the panes scroll, and their lists keep room for a household and a half.
        self.cared_list.setMinimumHeight(theme.row_height() * 2)
        self.handed_list.setMinimumHeight(self.handed_list.verticalHeader().defaultSectionSize() * 3 // 2)
        self.parts = {"give": PartArea(self.give_pane), "take": PartArea(self.take_pane)}
        self.panes: dict[str, QWidget] = {**self.parts, "paper": self.paper_pane}
        for pane in self.panes.values():
            self.stack.addWidget(pane)
        self.body.addWidget(self.stack, 1)

    def _choice(self, words: str, act: Callable[[], object]) -> QPushButton:
        made = pieces.button(words, act)
        made.setCheckable(True)
        return made

    # Building.

    def _give(self) -> QWidget:
        pane = self._ground()
        self.hint = pieces.text(
            _("Choose households and a colleague. Nothing changes until the colleague has checked and accepted."),
            "soft",
        )
        self.giver = self._names(_("Giver"))
        self.giver.activated.connect(lambda _at: self._load_cared(()))
        self.taker = self._names(_("Taker"))
        self.taker.currentTextChanged.connect(lambda _text: self._say())
        self.note = QLineEdit()
        self.note.setMaxLength(NOTE_LENGTH)
        self.note.setAccessibleName(_("Note"))
        Hint(self.note, _("Why, and what the other should know"), "")
        self.note.setMinimumWidth(theme.px(260))
        flow = FlowLayout(gap=theme.px(8))
        for words, field in ((_("Giver"), self.giver), (_("Taker"), self.taker), (_("Note"), self.note)):
            flow.addWidget(self._field(words, field))
        self.cared_list = TickList(lambda _f, _m, _done, failed: failed(), cared_tile, _("Households to give"))
        self.cared_list.opened.connect(lambda row: self.shell.go("household", household_id=row.household_id))
        self.cared_list.ticked.connect(lambda _n: self._say())
        self.nobody = EmptyState("household", _("No household is in this worker's care"), _(
            "Assign households on the worklist first, or choose them there and hand them over."
        ), (_("Worklist"), lambda: self.shell.go("worklist")))  # fmt: skip
        self.give_stack = QStackedWidget()
        for thing in (self.cared_list, self.nobody):
            self.give_stack.addWidget(thing)
        pieces.column(pane, self.hint, flow, self.give_stack, gap=8).setStretch(2, 1)
        self.all_tick = QCheckBox(_("Choose all"))
        self.all_tick.clicked.connect(lambda on: self.cared_list.tick_all(bool(on)))
        self.offer_button = pieces.button(_("Offer"), self.offer, "primary", "forward")
        return pane

    def _take(self) -> QWidget:
        pane = self._ground()
        self.chips = FlowLayout(gap=theme.px(8))
        chips = QWidget()
        chips.setLayout(self.chips)
        self.summary = pieces.text("", "subheading")
        self.told = pieces.text("", "soft")
        self.answer = QLineEdit()
        self.answer.setMaxLength(NOTE_LENGTH)
        self.answer.setAccessibleName(_("Remark"))
        Hint(self.answer, _("Remark of the taker, for example why a household is not taken"), _("Remark"))
        self.on_paper = QCheckBox(_("Answered on the signed paper"))
        self.on_paper.toggled.connect(lambda _on: self._say())
        self.handed_list = TickList(
            lambda _f, _m, _done, failed: failed(),
            handed_tile,
            _("Households of the handover"),
            delegate=WorkDelegate(things_words),
        )
        self.handed_list.opened.connect(lambda row: self.shell.go("household", household_id=row.household_id))
        self.handed_list.ticked.connect(lambda _n: self._say())
        self.no_offers = EmptyState(
            "check",
            _("Nobody has offered anything"),
            _("What colleagues hand over to you is checked and accepted here."),
        )
        inner = self._ground()
        pieces.column(inner, self.summary, self.told, self.handed_list, self.answer, self.on_paper, gap=6).setStretch(
            2, 1
        )
        self.take_stack = QStackedWidget()
        for thing in (inner, self.no_offers):
            self.take_stack.addWidget(thing)
        pieces.column(pane, chips, self.take_stack, gap=8).setStretch(1, 1)
        self.print_button = pieces.button(_("List to sign"), self.show_paper, icon="print")
        self.refuse_button = pieces.button(_("Refuse all"), self.refuse, "danger", "close")
        self.withdraw_button = pieces.button(_("Withdraw the offer"), self.withdraw, icon="undo")
        self.accept_button = pieces.button(_("Accept"), self.accept, "primary", "check")
        return pane

    def _paper(self) -> QWidget:
        pane = self._ground()
        self.preview = PdfView(self.shell.tasks)
        self.preview.trouble.connect(self.shell.problem)
        pieces.column(pane, self.preview)
        self.back_button = pieces.button(_("Back to the handover"), partial(self.show_pane, "take"), icon="back")
        self.save_button = pieces.button(_("Save as PDF"), self.save_paper, icon="save")
        self.go_print = pieces.button(_("Print"), self.print_paper, "primary", "print")
        return pane

    def _ground(self) -> QWidget:
        made = QWidget()
        made.setProperty("role", "ground")
        return made

    def _names(self, name: str) -> QComboBox:
        made = QComboBox()
        made.setEditable(True)
        made.setAccessibleName(name)
        made.setMinimumWidth(theme.px(150))
        line = made.lineEdit()
        if line is not None:
            line.setMaxLength(NAME_LENGTH)
        return made

    def _field(self, words: str, field: QWidget) -> QWidget:
        made = QWidget()
        label = pieces.text(words, "label", wrap=False)
        label.setBuddy(field)
        pieces.line(made, label, field, gap=8)
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window the explanation makes room, and the page scrolls as a whole."""
        super().resizeEvent(event)
        self.hint.setVisible(not self._is_low())
        self._settle_parts()

    def _is_low(self) -> bool:
        return self.size().height() < LOW * theme.target()

    def _settle_parts(self) -> None:
        """Nothing scrolls inside a page that scrolls; what is not shown asks for no room."""
        for name, part in self.parts.items():
            part.be_whole(name == self._pane and self._is_low())

    # Opening.

    def title(self) -> str:
        """The page's name."""
        return _("Handing over")

    def open(self, household_ids: Sequence[str] = (), handover_id: str = "", **where: Any) -> None:
        """Show what may be given or what is offered."""
        self._chosen = tuple(household_ids)
        care = self.casebook.care

        def done(loaded: tuple[int, list[HandoverView], list[HandoverView], list[str]]) -> None:
            seen, opened, recent, workers = loaded
            self._fill_names(workers)
            self._fill_offers([*opened, *recent], handover_id, seen)
            mine = any(one.status == "offered" and self.shell.worker.name in (one.taker,) for one in opened)
            pane = "give" if self._chosen else "take" if handover_id or mine else self._pane or "give"
            self._load_cared(self._chosen)
            self.show_pane(pane)

        desks = self.casebook.desks
        self.read(lambda: (desks.seen(), care.open(), care.recent(), care.workers()), done)

    def refresh(self, changed: Changed) -> None:
        """Offers and assignments are shown here."""
        if changed.entities & {"handover", "assignment", "household", "membership"}:
            keep = self.shown.id if self.shown else ""
            care, desks = self.casebook.care, self.casebook.desks
            self.read(
                lambda: (desks.seen(), [*care.open(), *care.recent()]),
                lambda found: self._fill_offers(found[1], keep, found[0]),
            )
            self._load_cared(self._chosen)

    def first_focus(self) -> None:
        """The list."""
        (self.handed_list if self._pane == "take" else self.cared_list).setFocus()

    def subject(self) -> dict[str, str]:
        """The household under the cursor."""
        lines = self.handed_list if self._pane == "take" else self.cared_list
        row = lines.rows.row(lines.currentIndex().row())
        return {"household_id": row.household_id} if row is not None else {}

    def show_pane(self, pane: str) -> None:
        """give, take or paper."""
        self._pane = pane
        self.stack.setCurrentWidget(self.panes[pane])
        self._settle_parts()
        self.give_button.setChecked(pane == "give")
        self.take_button.setChecked(pane != "give")
        feet: dict[str, tuple[QWidget | None, ...]] = {
            "give": (self.all_tick, None, self.offer_button),
            "take": (self.print_button, None, self.refuse_button, self.withdraw_button, self.accept_button),
            "paper": (self.back_button, None, self.save_button, self.go_print),
        }
        self._swap_footer(feet[pane])
        self._say()
        if pane != "paper":
            self.first_focus()

    def _swap_footer(self, buttons: tuple[QWidget | None, ...]) -> None:
        """The footer keeps its buttons: those of the other panes are only hidden."""
        while self.footer.count():
            item = self.footer.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
        for button in buttons:
            if button is None:
                self.footer.addStretch(1)
            else:
                self.footer.addWidget(button)
                button.show()
        self._footer_frame.show()

    # Showing.

    def _fill_names(self, workers: Sequence[str]) -> None:
        me = self.shell.worker.name
        for box, first in ((self.giver, me), (self.taker, "")):
            kept = box.currentText().strip()
            box.blockSignals(True)
            box.clear()
            box.addItems([name for name in dict.fromkeys((first, *workers)) if name])
            box.setCurrentText(kept or first)
            box.blockSignals(False)

    def _load_cared(self, chosen: Sequence[str]) -> None:
        care, giver = self.casebook.care, self.giver.currentText().strip()
        self._chosen = tuple(chosen)
        wanted = self._chosen

        def work() -> list[CaredFor]:
            return care.listed(wanted) if wanted else care.households_of(giver)

        def done(found: list[CaredFor]) -> None:
            if wanted != self._chosen:
                return
            self.cared = found
            self.cared_list.show_rows(len(found), found)
            self.give_stack.setCurrentWidget(self.cared_list if found else self.nobody)
            if wanted:
                self.cared_list.tick_all()
            self._say()

        self.read(work, done)

    def _fill_offers(self, offers: list[HandoverView], keep: str, seen: int) -> None:
        self.offers, self.seen = offers, seen
        waiting = sum(one.status == "offered" for one in offers)
        self.take_button.setText(_("Offers {n}").format(n=waiting) if waiting else _("Offers"))
        pieces.clear(self.chips)
        self.chip_buttons: dict[str, QPushButton] = {}
        for one in offers:
            words = _("{giver} to {taker}, {day}").format(
                giver=one.giver, taker=one.taker, day=one.handed_on.isoformat() if one.handed_on else ""
            )
            made = self._choice(words, partial(self._look_at, one.id))
            self.chip_buttons[one.id] = made
            self.chips.addWidget(made)
        first = next((one for one in offers if one.id == keep), offers[0] if offers else None)
        self._look_at(first.id if first else "")

    def _look_at(self, handover_id: str) -> None:
        self.shown = next((one for one in self.offers if one.id == handover_id), None)
        view = self.shown
        for key, made in self.chip_buttons.items():
            made.setChecked(key == handover_id)
        inner = self.take_stack.widget(0)
        assert inner is not None
        self.take_stack.setCurrentWidget(inner if view is not None else self.no_offers)
        if view is not None:
            self.summary.setText(summary_words(view))
            self.told.setText(_("; ").join(part for part in (view.note, view.answer_note) if part))
            self.told.setVisible(bool(view.note or view.answer_note))
            self.handed_list.show_rows(len(view.households), view.households)
            if view.status == "offered":
                self.handed_list.tick_all()
            self.on_paper.setChecked(False)
        self._say()

    def _say(self) -> None:
        """What can be done now."""
        chosen = self.cared_list.ticks.count
        giver, taker = self.giver.currentText().strip(), self.taker.currentText().strip()
        words = ngettext("Offer {n} household", "Offer {n} households", chosen).format(n=chosen)
        self.offer_button.setText(words if chosen else _("Offer"))
        self.offer_button.setEnabled(bool(chosen and giver and taker and giver != taker))
        self.all_tick.setChecked(bool(chosen) and chosen == self.cared_list.ticks.possible)
        why = "" if chosen else _("Choose lines first: Space, or the box before each.")
        self.offer_button.setToolTip(
            why or ("" if taker and taker != giver else _("Choose the colleague who takes them."))
        )
        view, me = self.shown, self.shell.worker.name
        open_one = view is not None and view.status == "offered"
        mine = view is not None and (view.taker == me or self.on_paper.isChecked())
        taken = self.handed_list.ticks.count
        accept = ngettext("Accept {n} household", "Accept {n} households", taken).format(n=taken)
        self.accept_button.setText(accept if taken else _("Accept"))
        self.accept_button.setEnabled(open_one and mine and bool(taken))
        self.refuse_button.setEnabled(open_one and mine)
        self.print_button.setEnabled(view is not None)
        for thing in (self.accept_button, self.refuse_button):
            thing.setVisible(open_one and self._pane == "take")
            other = view is not None and not mine
            tip = _("Only {name} can do this, unless the paper is signed.").format(name=view.taker if view else "")
            thing.setToolTip(tip if other else "")
        gives = view is not None and view.giver == me
        self.withdraw_button.setVisible(open_one and gives and self._pane == "take")
        self.answer.setVisible(open_one)
        self.on_paper.setVisible(open_one and view is not None and view.taker != me)

    # Doing.

    def offer(self) -> None:
        """Offer what is ticked to the colleague."""
        care, casebook = self.casebook.care, self.casebook
        giver, taker = self.giver.currentText().strip(), self.taker.currentText().strip()
        note = self.note.text().strip()
        places = (range(first, first + many) for first, many in self.cared_list.ticks.stretches())
        homes = [self.cared[place].household_id for several in places for place in several]

        def done(changed: Changed) -> None:
            self.note.clear()
            self._chosen = ()
            self.shell.go("handover", handover_id=changed.id)
            words = ngettext("{n} household is offered to {name}.", "{n} households are offered to {name}.", len(homes))
            self.shell.say(words.format(n=len(homes), name=taker), lambda: casebook.undo(changed.operations))

        self.run(lambda: care.offer(giver, taker, homes, note), done)

    def accept(self) -> None:
        """Take the households that are ticked; the others stay with the giver."""
        view, casebook, signed = self.shown, self.casebook, self.on_paper.isChecked()
        if view is None:
            return
        places = (range(first, first + many) for first, many in self.handed_list.ticks.stretches())
        homes = [view.households[place].household_id for several in places for place in several]
        note = self.answer.text().strip()

        def done(changed: Changed) -> None:
            self.answer.clear()
            words = ngettext(
                "{n} household is now in the care of {name}.",
                "{n} households are now in the care of {name}.",
                len(homes),
            )
            self.shell.say(words.format(n=len(homes), name=view.taker), lambda: casebook.undo(changed.operations))

        self._answer(lambda: casebook.care.accept(view.id, homes, note, signed=signed), done)

    def refuse(self) -> None:
        """Take nothing."""
        view, casebook, signed = self.shown, self.casebook, self.on_paper.isChecked()
        if view is None:
            return
        note = self.answer.text().strip()

        def done(changed: Changed) -> None:
            self.answer.clear()
            words = _("The households stay with {name}.").format(name=view.giver)
            self.shell.say(words, lambda: casebook.undo(changed.operations))

        self._answer(lambda: casebook.care.refuse(view.id, note, signed=signed), done)

    def withdraw(self) -> None:
        """Take the offer back."""
        view, casebook = self.shown, self.casebook
        if view is None:
            return

        def done(changed: Changed) -> None:
            self.shell.say(_("The offer was withdrawn."), lambda: casebook.undo(changed.operations))

        self._answer(lambda: casebook.care.withdraw(view.id), done)

    def _answer(self, verb: Callable[[], Changed], done: Callable[[Changed], object]) -> None:
        """Do it, unless somebody else did something with the same offer or households since it was shown."""
        side_by_side.deed(self, self.seen, verb, done)

    # Paper.

    def show_paper(self) -> None:
        """The list in two copies, to be signed by both."""
        view, casebook = self.shown, self.casebook
        if view is None:
            return

        def make() -> bytes:
            from reports.handover import render_handover  # with ReportLab, when one is wanted

            return render_handover(sheet_of(casebook, view))

        def show(pdf: bytes) -> None:
            self.preview.show_pdf(pdf)
            self.show_pane("paper")

        self.read(make, show)

    def print_paper(self) -> None:
        """Print the very bytes that are shown; journalled."""
        if paper := self._shown_paper():
            words = _("The list went to the printer: both sign both copies.")
            print_papers(self.shell, [paper], self.title(), words)

    def save_paper(self) -> None:
        """Write the very bytes that are shown to a file; journalled."""
        if paper := self._shown_paper():
            save_papers(self.shell, [paper], self.title())

    def _shown_paper(self) -> PaperItem | None:
        view, pdf = self.shown, self.preview.pdf
        return PaperItem("handover", view.id, pdf=pdf) if view is not None and pdf else None
