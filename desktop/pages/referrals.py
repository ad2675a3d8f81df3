"""All referrals, newest first, by where they stand."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QVBoxLayout

from desktop import theme
from desktop.case_words import day_text, days_away, referral_status_text
from desktop.pages.base import Page
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip, ClickRow
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.mark import Mark
from models.clock import today
from models.records import codes
from models.services.referral_views import ReferralView
from models.services.views import Changed
from models.texts import _, ngettext

AT_ONCE = 60  # rows built at first; the others when asked for
OPEN = ("issued", "received", "accepted")
TONE_OF = {"done": "good", "accepted": "good", "refused": "danger", "withdrawn": "warn"}


class ReferralsPage(Page):
    """open(resident_id="", status="") shows all referrals, of one resident or of one status."""

    name = "referrals"
    width = 1000

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.status = QComboBox()
        self.status.setAccessibleName(_("Where the referral stands"))
        self.status.addItem(_("All"), "")
        self.status.addItem(_("Not settled yet"), "open")
        for code, label in codes.choices("referral_status"):
            self.status.addItem(label, code)
        self.status.currentIndexChanged.connect(lambda _place: self._load())
        self.aside.addWidget(self.status)
        self.count = pieces.text("", "soft")
        self.rows: list[ReferralRow] = []
        self.list = pieces.column(None, gap=8)
        self.body.addWidget(self.count)
        self.body.addLayout(self.list)
        self.body.addStretch(1)
        self._round = 0

    def title(self) -> str:
        """The page's name."""
        return _("Referrals")

    def open(self, **where: Any) -> None:
        """Load the list."""
        self.where = where
        if where.get("status"):
            self.status.blockSignals(True)
            self.status.setCurrentIndex(max(self.status.findData(where["status"]), 0))
            self.status.blockSignals(False)
        self._load()

    def refresh(self, changed: Changed) -> None:
        """Load again where a referral was written or noted."""
        if changed.entities & {"referral", "letter"}:
            self._load()

    def first_focus(self) -> None:
        """The first row, or the filter."""
        (self.rows[0] if self.rows else self.status).setFocus()

    def _load(self) -> None:
        self._round += 1
        this, casebook = self._round, self.casebook
        resident, status = str(self.where.get("resident_id") or ""), str(self.status.currentData())

        def load() -> list[ReferralView]:
            if resident:
                found = casebook.referrals.of_resident(resident)
            else:
                found = casebook.referrals.all(status if status != "open" else "")
            if status == "open":
                return [view for view in found if view.status in OPEN]
            return [view for view in found if not status or view.status == status]

        self.read(load, lambda views: self._show(views) if this == self._round else None)

    def _show(self, views: list[ReferralView]) -> None:
        pieces.clear(self.list)
        self.rows = []
        if not views:
            self.count.clear()
            if self.status.currentData() or self.where.get("resident_id"):
                empty = EmptyState(
                    "referral", _("No referral stands here."), "", (_("Show all"), lambda: self._show_all())
                )
            else:
                empty = EmptyState(
                    "referral",
                    _("Letters that you issue will be listed here, with what became of them."),
                    "",
                    (_("Check eligibility"), lambda: self.shell.go("eligibility")),
                )
            self.list.addWidget(empty)
            return
        words = ngettext("{n} referral", "{n} referrals", len(views)).format(n=len(views))
        if self.where.get("resident_id"):
            words = _("{referrals} of {name}").format(referrals=words, name=views[0].resident_name)
        self.count.setText(words)
        self._add(self.list, views[:AT_ONCE])
        if not self.status.hasFocus():
            self.rows[0].setFocus()
        if rest := views[AT_ONCE:]:
            words = ngettext("Show {n} more", "Show {n} more", len(rest)).format(n=len(rest))
            more = pieces.button(words, None, "link")

            def show_rest() -> None:
                more.hide()
                self._add(self.list, rest)

            more.clicked.connect(lambda _checked=False: show_rest())
            self.list.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_all(self) -> None:
        self.status.setCurrentIndex(0)
        self.shell.go("referrals")

    def _add(self, box: QVBoxLayout, views: list[ReferralView]) -> None:
        on = today(self.casebook.clock)
        for view in views:
            row = ReferralRow(
                view, overdue=view.status in OPEN and view.valid_until is not None and view.valid_until < on
            )
            if view.valid_until and view.status in OPEN:
                row.setToolTip(
                    _("Good until {day}").format(day=f"{day_text(view.valid_until)}, {days_away(view.valid_until, on)}")
                )
            row.chosen.connect(lambda view=view: self.shell.go("referral", referral_id=view.id))
            self.rows.append(row)
            box.addWidget(pieces.card(row, margin=4))


class ReferralRow(ClickRow):
    """One referral: for whom, what for, to whom, where it stands."""

    def __init__(self, view: ReferralView, *, overdue: bool) -> None:
        status = referral_status_text(view.status)
        super().__init__(
            f"{view.resident_name}, {_(', ').join(view.matters)}, {view.receiver}, {status}, {view.number}"
        )
        self.view = view
        line = pieces.line(self, Mark("letter", "accent", 24), gap=14)
        line.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        head = pieces.line(None, pieces.text(view.resident_name, "subheading", wrap=False), gap=12)
        head.addWidget(pieces.text(view.number, "small", wrap=False))
        head.addStretch(1)
        matters = pieces.text(_(", ").join(view.matters))
        under = [view.receiver, day_text(view.issued_on), view.worker, view.outcome_note]
        words = pieces.column(None, head, matters, pieces.text("  ·  ".join(p for p in under if p), "small"), gap=2)
        line.addLayout(words, 1)
        chips = pieces.column(None, Chip(status, tone=TONE_OF.get(view.status, "accent")), gap=4)
        if overdue:
            chips.addWidget(Chip(_("run out"), tone="warn"))
        line.addLayout(chips)
