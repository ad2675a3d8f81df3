"""Visits: those that were promised and are due, and the latest ones that were made."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import Qt

from desktop import theme
from desktop.case_words import day_text, days_away
from desktop.pages.base import Page
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, ClickRow
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.mark import Mark
from desktop.widgets.visit_card import VisitCard
from models.clock import today
from models.services.views import Changed, DueVisit, VisitView
from models.texts import _

AHEAD = timedelta(days=14)  # promised visits are shown so far ahead
RECENT = 30


@dataclass(frozen=True)
class Loaded:
    """All that the page shows."""

    due: tuple[DueVisit, ...]
    recent: tuple[VisitView, ...]
    on: date


class VisitsPage(Page):
    """open() lists due and recent visits."""

    name = "visits"
    width = 1080

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.aside.addWidget(
            pieces.button(_("Record a visit"), lambda: shell.go("visit"), "primary", "visit", tip="F6")
        )
        self.due = Card(_("Due"))
        self.recent = Card(_("Lately"))
        self.rows: list[DueRow] = []
        self.body.addWidget(self.due)
        self.body.addWidget(self.recent)
        self.body.addStretch(1)

    def title(self) -> str:
        """The page's name."""
        return _("Visits")

    def open(self, **where: Any) -> None:
        """Load both lists."""
        self.where = where
        casebook = self.casebook

        def load() -> Loaded:
            on = today(casebook.clock)
            return Loaded(tuple(casebook.visits.due(on + AHEAD)), tuple(casebook.visits.recent(RECENT)), on)

        self.read(load, self._show)

    def refresh(self, changed: Changed) -> None:
        """Load again where a visit was recorded or a household changed."""
        if changed.entities & {"visit", "need", "household", "membership"}:
            self.open(**self.where)

    def first_focus(self) -> None:
        """The first visit that is due."""
        if self.rows:
            self.rows[0].setFocus()

    def _show(self, loaded: Loaded) -> None:
        pieces.clear(self.due.body)
        pieces.clear(self.recent.body)
        self.rows = []
        for visit in loaded.due:
            row = DueRow(visit, loaded.on)
            row.chosen.connect(lambda visit=visit: self.shell.go("household", household_id=visit.household_id))
            go = pieces.button(
                _("Visit"), partial(self.shell.go, "visit", household_id=visit.household_id), icon="visit"
            )
            go.setAccessibleName(_("Record the visit at {address}").format(address=visit.address))
            line = pieces.line(None, gap=8)
            line.addWidget(row, 1)
            line.addWidget(go)
            self.due.add(line)
            self.rows.append(row)
        if not loaded.due:
            self.due.add(pieces.text(_("No promised visit is due in the next two weeks."), "soft"))
        for made in loaded.recent:
            card = VisitCard(made, loaded.on)
            go = pieces.button(
                _("Household"), partial(self.shell.go, "household", household_id=made.household_id), "link"
            )
            card.body.addWidget(go, 0, Qt.AlignmentFlag.AlignLeft)
            self.recent.add(card)
        if not loaded.recent:
            action = (_("Find a household"), lambda: self.shell.go("residents"))
            self.recent.add(EmptyState("visit", _("Visits that you record will be listed here."), "", action))


class DueRow(ClickRow):
    """A promised visit: when, where, whom, why."""

    def __init__(self, visit: DueVisit, on: date) -> None:
        away = days_away(visit.due, on)
        names = _(", ").join(visit.names)
        super().__init__(f"{day_text(visit.due)} {away}, {names}, {visit.address}, {visit.reason}")
        line = pieces.line(self, Mark("visit", "warn" if visit.due < on else "accent", 22), gap=12)
        line.setContentsMargins(theme.px(10), theme.px(7), theme.px(10), theme.px(7))
        under = "  ·  ".join(part for part in (visit.address, visit.reason) if part)
        line.addLayout(pieces.column(None, pieces.text(names, "label"), pieces.text(under, "small"), gap=1), 1)
        line.addWidget(pieces.text(day_text(visit.due), "soft", wrap=False))
        line.addWidget(Chip(away, tone="warn" if visit.due <= on else "soft"))
