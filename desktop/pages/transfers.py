"""All transfers of cases to other offices and from them: under way, come to us, late, closed."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from desktop import theme
from desktop.case_words import day_text
from desktop.pages.base import Page
from desktop.transfer_words import KINDS, TONE_OF, of_kind, route_words, waits_words, who_words
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip, ClickRow
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.mark import Mark
from models.clock import today
from models.records import codes
from models.services.transfer_views import TransferView
from models.services.views import Changed
from models.texts import _, ngettext

AT_ONCE = 60  # rows built at first; the others when asked for


class TransfersPage(Page):
    """open(kind="") shows the transfers that are under way, or another part of the list: in, late, closed."""

    name = "transfers"
    width = 1000

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.kind = ""
        self.views: list[TransferView] = []
        self.rows: list[TransferRow] = []
        self.body.addWidget(
            pieces.text(_("A case goes to another office from the page of its household: Transfer the case."), "soft")
        )
        self.kinds: dict[str, QPushButton] = {}
        filters = QWidget()
        flow = FlowLayout(filters, gap=theme.px(8))
        for kind in KINDS:
            button = pieces.button("", partial(self.show_kind, kind))
            button.setCheckable(True)
            self.kinds[kind] = button
            flow.addWidget(button)
        self.body.addWidget(filters)
        self.list = pieces.column(None, gap=8)
        self.body.addLayout(self.list)
        self.body.addStretch(1)

    def title(self) -> str:
        """The page's name."""
        return _("Transfers of cases")

    def open(self, **where: Any) -> None:
        """Load the list."""
        self.where = where
        if where.get("kind", "") in KINDS:
            self.kind = str(where.get("kind", ""))
        casebook = self.casebook
        self.read(casebook.transfers.listed, self._show)

    def refresh(self, changed: Changed) -> None:
        """Load again where a transfer was written, or an import may have brought one."""
        if changed.entities & {"case_transfer", "resident", "household", "membership"}:
            self.open(**self.where)

    def first_focus(self) -> None:
        """The first transfer; else what part is shown."""
        (self.rows[0] if self.rows else self.kinds[self.kind]).setFocus()

    def show_kind(self, kind: str) -> None:
        """Show one part of the list."""
        self.kind = kind
        self.where["kind"] = kind
        self._show(self.views)

    def _show(self, views: list[TransferView]) -> None:
        self.views = views
        here = self.focusWidget()
        for kind, button in self.kinds.items():
            n = sum(of_kind(view, kind) for view in views)
            button.setText(_("{kind} {n}").format(kind=_(KINDS[kind]), n=f"{n:,}"))
            button.setChecked(kind == self.kind)
        pieces.clear(self.list)
        self.rows = []
        chosen = [view for view in views if of_kind(view, self.kind)]
        if not chosen:
            self.list.addWidget(self._nothing())
            return
        self._add(chosen[:AT_ONCE])
        if rest := chosen[AT_ONCE:]:
            words = ngettext("Show {n} more", "Show {n} more", len(rest)).format(n=len(rest))
            more = pieces.button(words, None, "link")

            def show_rest() -> None:
                more.hide()
                self._add(rest)

            more.clicked.connect(lambda _checked=False: show_rest())
            self.list.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        if here is None and self.isVisible():
            self.first_focus()

    def _nothing(self) -> QWidget:
        if self.views:
            return EmptyState("forward", _("No transfer stands here."), "")
        return EmptyState(
            "forward",
            _("No case has gone to another office yet"),
            _("What other offices hand to this one by exchange of files stands here too."),
            (_("Residents"), lambda: self.shell.go("residents")),
        )

    def _add(self, views: list[TransferView]) -> None:
        on = today(self.casebook.clock)
        for view in views:
            row = TransferRow(view, waits_words(view, on))
            row.chosen.connect(lambda view=view: self.shell.go("transfer", transfer_id=view.id))
            self.rows.append(row)
            self.list.addWidget(pieces.card(row, margin=4))


class TransferRow(ClickRow):
    """One transfer: who, from where to where, where it stands, what is waited for."""

    def __init__(self, view: TransferView, waits: str) -> None:
        status = codes.label("transfer_status", view.status)
        parts = (who_words(view), route_words(view), status, waits)
        super().__init__(", ".join(part for part in parts if part))
        self.view = view
        line = pieces.line(self, Mark("has" if view.side == "in" else "letter", "accent", 24), gap=14)
        line.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        under = "  ·  ".join(part for part in (view.address, day_text(view.asked_on), view.worker) if part)
        words = pieces.column(
            None,
            pieces.text(who_words(view), "subheading"),
            pieces.text(route_words(view)),
            pieces.text(under, "small"),
            gap=2,
        )
        if waits:
            words.addWidget(pieces.text(waits, "error" if view.overdue else "small"))
        line.addLayout(words, 1)
        line.addWidget(Chip(status, tone=TONE_OF.get(view.status, "accent")))
