"""All referrals: divided by what is to be done with them, found by number, name or code; and slips that come back."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop import theme
from desktop.case_words import day_text, referral_status_text
from desktop.pages.base import Page
from desktop.referral_words import KIND_WORDS, TONE_OF, list_words, waits_words
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, ClickRow
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.mark import Mark
from models.services import referral_code
from models.services.referral_views import KINDS, ReferralFilter, ReferralPage, ReferralView
from models.services.views import Changed
from models.texts import _, ngettext

AT_ONCE = 60  # rows built at first; the others when asked for
TYPING_MS = 250  # after the last letter of a search, in milliseconds


class ReferralsPage(Page):
    """open(resident_id="", status="", kind="", slip=False) shows all referrals, of one resident, status or kind.

    slip: the cursor goes to the line for a slip that came back.
    """

    name = "referrals"
    width = 1000

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.wish = ReferralFilter()
        self.slip = QLineEdit()
        self.slip.setMaxLength(400)
        self.slip.setPlaceholderText(_("Code or number"))
        self.slip.setAccessibleName(_("A slip came back: its code or the number of the letter"))
        self.slip.returnPressed.connect(self.find_slip)  # a scanner ends with Return
        self.slip_button = pieces.button(_("Open"), self.find_slip, icon="forward")
        self.slip_said = pieces.text("", "error")
        self.slip_said.hide()
        card = Card()
        label = pieces.text(_("A slip came back"), "label", wrap=False)
        label.setBuddy(self.slip)
        line = pieces.wrapping(None, label, gap=10)
        line.addWidget(self.slip, 1)
        line.addWidget(self.slip_button)
        card.add(line)
        card.add(self.slip_said)
        self.body.addWidget(card)
        self.kinds: dict[str, QPushButton] = {}
        filters = QWidget()
        flow = FlowLayout(filters, gap=theme.px(8))
        for kind in ("", *KINDS):
            button = pieces.button("", partial(self.show_kind, kind))
            button.setCheckable(True)
            self.kinds[kind] = button
            flow.addWidget(button)
        self.body.addWidget(filters)
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Name or number"))
        self.search.setAccessibleName(_("Search the referrals"))
        self.search.setClearButtonEnabled(True)
        self.receiver = QComboBox()
        self.receiver.setAccessibleName(_("Which office"))
        self.receiver.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.receiver.setMinimumContentsLength(12)
        self.receiver.activated.connect(lambda _place: self._load())
        find = pieces.wrapping(None, gap=10)
        find.addWidget(self.search, 3)
        find.addWidget(self.receiver, 2)
        self.body.addLayout(find)
        self.count = pieces.text("", "soft")
        self.all_button = pieces.button(_("Show all"), self._show_all, "link")
        self.all_button.hide()
        self.views: list[ReferralView] = []
        self.print_button = pieces.button(_("Print several"), self.print_several, icon="print")
        self.transfers_button = pieces.action_button(self.shell.actions_by_name["go_transfers"], "link")
        self.body.addLayout(
            pieces.wrapping(None, self.count, self.all_button, None, self.transfers_button, self.print_button)
        )
        self.rows: list[ReferralRow] = []
        self.list = pieces.column(None, gap=8)
        self.body.addLayout(self.list)
        self.body.addStretch(1)
        self._later = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._later.timeout.connect(self._load)
        self.search.textChanged.connect(lambda _text: self._later.start())
        self.search.returnPressed.connect(self._load)
        self._round = 0
        self._fill_receivers(())

    def title(self) -> str:
        """The page's name."""
        return _("Referrals")

    def open(self, **where: Any) -> None:
        """Load the list."""
        self.where = where
        kind = str(where.get("kind", self.wish.kind if not where else ""))
        self.wish = ReferralFilter(
            kind=kind if kind in KINDS else "",
            resident_id=str(where.get("resident_id") or ""),
            status=str(where.get("status") or ""),
        )
        if where.get("slip"):
            self.slip.setFocus()
        self._load()

    def refresh(self, changed: Changed) -> None:
        """Load again where a referral was written or noted."""
        if changed.entities & {"referral", "referral_step", "letter"}:
            self._load()

    def first_focus(self) -> None:
        """The line for a slip where one came back; else the first row, or the search."""
        if self.where.get("slip"):
            self.slip.setFocus()
        else:
            (self.rows[0] if self.rows else self.search).setFocus()

    # A slip came back.

    def find_slip(self) -> None:
        """Open the referral that the slip belongs to, at what the slip says."""
        typed = self.slip.text()  # as it is: a space may belong to a scanned code
        if not typed.strip():
            self._say(_("Scan or type the code of the slip first."))
            return
        casebook = self.casebook

        def show(found: list[ReferralView]) -> None:
            if not found:
                self._say(_not_found(typed))
                self.slip.selectAll()
                self.slip.setFocus()
                return
            self.slip.clear()
            self._say("")
            if len(found) > 1:
                self.wish = ReferralFilter()
                self.search.setText(typed)
                return
            self.shell.go("referral", referral_id=found[0].id, slip=True)

        self.read(lambda: casebook.referrals.by_code(typed), show)

    def _say(self, sentence: str) -> None:
        self.slip_said.setText(sentence)
        self.slip_said.setVisible(bool(sentence))

    # The list.

    def show_kind(self, kind: str) -> None:
        """Show the referrals of one kind; "" all."""
        self.wish = ReferralFilter(kind=kind, resident_id=self.wish.resident_id)  # type: ignore[arg-type]
        self._load()

    def _load(self) -> None:
        self._later.stop()
        self._round += 1
        this, casebook = self._round, self.casebook
        wish = ReferralFilter(
            self.wish.kind,
            str(self.receiver.currentData() or ""),
            self.search.text(),
            self.wish.resident_id,
            self.wish.status,
        )
        self.read(lambda: casebook.referrals.find(wish), lambda page: self._show(page) if this == self._round else None)

    def _fill_receivers(self, receivers: tuple[str, ...]) -> None:
        now = self.receiver.currentData()
        self.receiver.blockSignals(True)
        self.receiver.clear()
        self.receiver.addItem(_("All offices"), "")
        for name in receivers:
            self.receiver.addItem(name, name)
        self.receiver.setCurrentIndex(max(self.receiver.findData(now), 0))
        self.receiver.blockSignals(False)

    def _show(self, page: ReferralPage) -> None:
        self._fill_receivers(page.receivers)
        self.views = list(page.views)
        self.print_button.setVisible(any(view.letters for view in page.views))
        for kind, button in self.kinds.items():
            words = _("{kind} {n}").format(kind=_(KIND_WORDS[kind]), n=f"{page.counts.get(kind, 0):,}")
            button.setText(words)
            button.setChecked(kind == self.wish.kind and not self.wish.status)
            signing = kind in ("waiting", "returned")  # only where the office has letters signed, or had
            button.setVisible(not signing or bool(page.counts.get(kind)) or kind == self.wish.kind)
        here = self.focusWidget()
        pieces.clear(self.list)
        self.rows = []
        narrowed = bool(self.wish.resident_id or self.wish.status)
        self.all_button.setVisible(narrowed)
        if not page.views:
            self.count.setText(referral_status_text(self.wish.status) if self.wish.status else "")
            self.list.addWidget(self._nothing(filtered=narrowed or bool(page.counts.get("")) or self._searching()))
            return
        words = ngettext("{n} referral", "{n} referrals", page.total).format(n=f"{page.total:,}")
        if self.wish.status:
            words = _("{referrals}: {status}").format(referrals=words, status=referral_status_text(self.wish.status))
        if self.wish.resident_id:
            words = _("{referrals} of {name}").format(referrals=words, name=page.views[0].resident_name)
        if len(page.views) < page.total:
            words = _("{referrals}; the first {n} are listed").format(referrals=words, n=len(page.views))
        self.count.setText(words)
        self._add(self.list, page, page.views[:AT_ONCE])
        if here is None and self.isVisible():
            self.first_focus()
        if rest := page.views[AT_ONCE:]:
            words = ngettext("Show {n} more", "Show {n} more", len(rest)).format(n=len(rest))
            more = pieces.button(words, None, "link")

            def show_rest() -> None:
                more.hide()
                self._add(self.list, page, rest)

            more.clicked.connect(lambda _checked=False: show_rest())
            self.list.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)

    def print_several(self) -> None:
        """Choose among the letters that are listed, then print them or save them as files."""
        from desktop.widgets.print_choice import PrintChoice, letters_of

        PrintChoice(self.shell, letters_of(self.views), self.title()).open()

    def _searching(self) -> bool:
        return bool(self.search.text().strip() or self.receiver.currentData())

    def _nothing(self, *, filtered: bool) -> QWidget:
        if filtered:
            return EmptyState("referral", _("No referral stands here."), "", (_("Show all"), self._show_all))
        return EmptyState(
            "referral",
            _("Letters that you issue will be listed here, with what became of them."),
            "",
            (_("Check eligibility"), lambda: self.shell.go("eligibility")),
        )

    def _show_all(self) -> None:
        self.search.clear()
        self.receiver.setCurrentIndex(0)
        self.where = {}
        self.show_kind("")
        self.wish = ReferralFilter()
        self._load()

    def _add(self, box: QVBoxLayout, page: ReferralPage, views: tuple[ReferralView, ...]) -> None:
        for view in views:
            late = view.chase_on is not None and view.chase_on <= page.on
            row = ReferralRow(view, waits_words(view, page.on), late=late)
            row.chosen.connect(lambda view=view: self.shell.go("referral", referral_id=view.id))
            self.rows.append(row)
            box.addWidget(pieces.card(row, margin=4))


def _not_found(typed: str) -> str:
    """Why no referral was found for what was typed."""
    if referral_code.read(typed).mistyped:
        return _("One character of this code is wrong. Compare it with the slip.")
    if referral_code.read(typed):
        return _("No letter of this casebook has this code or number. Perhaps another office wrote it.")
    return _("This is neither the code of a slip nor the number of a letter.")


class ReferralRow(ClickRow):
    """One referral: for whom, what for, to whom, where it stands, what is waited for."""

    def __init__(self, view: ReferralView, waits: str, *, late: bool) -> None:
        status = referral_status_text(view.status)
        parts = (view.resident_name, _(", ").join(view.matters), view.receiver, status, view.number, waits)
        super().__init__(", ".join(part for part in parts if part))
        self.view = view
        line = pieces.line(self, Mark("letter", "accent", 24), gap=14)
        line.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        head = pieces.wrapping(None, pieces.text(view.resident_name, "subheading", wrap=False), gap=12)
        head.addWidget(pieces.text(view.number or _("No number yet"), "small", wrap=False))
        under = list_words((view.receiver, day_text(view.issued_on), view.writer))
        words = pieces.column(None, head, pieces.text(_(", ").join(view.matters)), pieces.text(under, "small"), gap=2)
        if view.outcome_note and view.status != "returned":
            words.addWidget(pieces.text(view.outcome_note, "small"))
        if waits:
            words.addWidget(pieces.text(waits, "error" if late or view.status == "returned" else "small"))
        line.addLayout(words, 1)
        line.addWidget(Chip(status, tone=TONE_OF.get(view.status, "accent")))
