"""One result of a screening beside the list: who, which service, what speaks for it, what is still to be asked."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop import theme
from desktop.case_words import day_text
from desktop.pages import screening_parts as parts
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip, labelled
from models.services.screening_views import ScreenRow
from models.texts import _

if TYPE_CHECKING:
    from models.eligibility import Policies
    from models.services.views import PlannedView


class ScreenCard(QFrame):
    """Shows nothing but the row that the list already has, so it follows the arrows."""

    def __init__(self, go: Callable[..., object]) -> None:
        """go(page, **where): show a page."""
        super().__init__()
        self.setProperty("role", "card")
        self.setMinimumWidth(theme.px(300))
        self._go = go
        self.row: ScreenRow | None = None
        told = QWidget()
        told.setProperty("role", "surface")
        self._body: QVBoxLayout = pieces.column(told, gap=10)
        self._buttons = QWidget()
        self.check = pieces.button(_("Reasons"), self.open_check, "primary")
        self.person = pieces.button(_("Resident"), self._open_person)
        self.household = pieces.button(_("Household"), self._open_household)
        pieces.line(self._buttons, self.check, self.person, self.household, gap=8)
        pieces.column(self, pieces.scroll(told), self._buttons, margin=16, gap=12).setStretch(0, 1)

    def show_row(
        self, row: ScreenRow | None, policies: "Policies | None", plan: "PlannedView | None", on: date
    ) -> None:
        """Show a result, or that none is under the cursor."""
        self.row = row
        pieces.clear(self._body)
        self._buttons.setVisible(row is not None)
        if row is None:
            hint = pieces.text(_("Choose a line to see more of it here."), "soft")
            hint.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._body.addWidget(hint)
            self._body.addStretch(1)
            return
        who = parts.age_words(row.birth_date, on)
        self._body.addWidget(pieces.text(row.name, "heading", select=True))
        self._body.addWidget(
            pieces.text("  ·  ".join(part for part in (who, row.address) if part), "soft", select=True)
        )
        self._body.addWidget(pieces.rule())
        self._body.addWidget(pieces.text(parts.service_words(row), "label", select=True))
        chips = pieces.line(None, Chip(parts.outcome_words(row), tone=parts.CHIPS[row.outcome][1]), gap=8)
        if row.received:
            chips.addWidget(Chip(_("Already received"), tone="accent"))
        chips.addStretch(1)
        self._body.addLayout(chips)
        if row.of_household:
            self._body.addWidget(pieces.text(_("Decided for the household as a whole"), "small"))
        if row.period_ended:
            self._body.addWidget(pieces.text(_("The period of the text is over: ask the office first."), "small"))
        missing = parts.missing_words(policies, row) if policies is not None else []
        visit = day_text(row.last_visit) if row.last_visit else _("not yet")
        planned = day_text(plan.due) if plan is not None else ""
        self._body.addLayout(
            labelled(
                [
                    (_("To be asked"), "\n".join(missing)),
                    (_("Last visit"), " · ".join(part for part in (visit, row.worker) if part)),
                    (_("Visit planned"), planned),
                ]
            )
        )
        if row.outcome in ("eligible", "office"):
            self._body.addWidget(pieces.text(parts.caution(), "small"))
        self._body.addStretch(1)

    def open_check(self) -> None:
        """Show the check of the household, with the reasons."""
        if self.row is not None:
            self._go("eligibility", household_id=self.row.household_id, resident_id=self.row.resident_id)

    def _open_person(self) -> None:
        if self.row is not None:
            self._go("person", resident_id=self.row.resident_id)

    def _open_household(self) -> None:
        if self.row is not None:
            self._go("household", household_id=self.row.household_id)
