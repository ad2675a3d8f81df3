"""One resident of a screening beside the list: which services, what speaks for each, what is still to be asked."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from desktop.case_words import day_text
from desktop.pages import screening_parts as parts
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip, labelled
from desktop.widgets.side_card import SideCard
from models.services.screening_views import ScreenPerson, ScreenRow
from models.texts import _

if TYPE_CHECKING:
    from models.eligibility import Policies
    from models.services.views import PlannedView


class ScreenCard(SideCard):
    """Shows nothing but what the list already has, so it follows the arrows."""

    def __init__(self, go: Callable[..., object]) -> None:
        """go(page, **where): show a page."""
        super().__init__(go)
        self.shown: ScreenPerson | None = None
        self._policies: Policies | None = None
        self._plan: PlannedView | None = None
        self._on = date.min
        self.person = pieces.button(_("Resident"), self._open_person, "primary", tip="Enter")
        self.check = pieces.button(_("Reasons"), self.open_check)
        self.household = pieces.button(_("Household"), self._open_household)
        self._put_buttons(self.person, self.check, self.household)

    def show_person(
        self, shown: ScreenPerson | None, policies: "Policies | None", plan: "PlannedView | None", on: date
    ) -> None:
        """Show a resident soon, or that none is under the cursor."""
        self.shown, self._policies, self._plan, self._on = shown, policies, plan, on
        self._buttons.setVisible(shown is not None)
        self._settle.start()

    def _fill(self) -> None:
        pieces.clear(self._body)
        shown = self.shown
        if shown is None:
            self._show_hint(_("Choose a line to see more of it here."))
            return
        row = shown.first
        who = "  ·  ".join(part for part in (parts.person_words(row, self._on), row.address) if part)
        self._body.addWidget(pieces.text(row.name, "heading", select=True))
        self._body.addWidget(pieces.text(who, "soft", select=True))
        visit = day_text(row.last_visit) if row.last_visit else _("not yet")
        planned = day_text(self._plan.due) if self._plan is not None else ""
        told = [
            (_("Last visit"), " · ".join(part for part in (visit, row.worker) if part)),
            (_("Visit planned"), planned),
        ]
        self._body.addLayout(labelled(told))
        self._add_some(shown.results, self._add_results)
        self._body.addWidget(pieces.text(parts.caution(), "small"))
        self._body.addStretch(1)

    def _add_results(self, results: Sequence[ScreenRow], body: QVBoxLayout) -> None:
        for row in results:
            body.addWidget(pieces.rule())
            body.addWidget(pieces.text(parts.service_words(row), "label", select=True))
            chips = pieces.line(None, Chip(parts.outcome_words(row), tone=parts.CHIPS[row.outcome][1]), gap=6)
            if row.received:
                chips.addWidget(Chip(_("Already received"), tone="accent"))
            if row.of_household:
                chips.addWidget(Chip(_("as a household")))
            if row.period_ended:
                chips.addWidget(Chip(_("Text out of date")))
            chips.addStretch(1)
            body.addLayout(chips)
            if self._policies is not None and (missing := parts.missing_words(self._policies, row)):
                asked = _("To be asked: {facts}").format(facts=_("; ").join(missing))
                body.addWidget(pieces.text(asked, "small"))

    def open_check(self) -> None:
        """Show the check of the household, with the reasons."""
        if self.shown is not None:
            row = self.shown.first
            self._go("eligibility", household_id=row.household_id, resident_id=row.resident_id)

    def _open_person(self) -> None:
        if self.shown is not None:
            self._go("person", resident_id=self.shown.first.resident_id)

    def _open_household(self) -> None:
        if self.shown is not None:
            self._go("household", household_id=self.shown.first.household_id)
