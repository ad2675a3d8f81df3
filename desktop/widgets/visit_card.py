"""One visit, told: what came of it, who was met, what was found, what was promised."""

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QFrame

from desktop.case_words import day_text, days_away, need_text, noted, visit_outcome_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip, labelled
from desktop.widgets.mark import Mark
from models.services.views import VisitView
from models.texts import _

TONE_OF = {"met": "good", "nobody_home": "soft", "refused": "warn", "moved_away": "warn"}


class VisitCard(QFrame):
    """All of a visit in a quiet box; nothing on it can be changed."""

    def __init__(self, visit: VisitView, today: date, *, marked: bool = False) -> None:
        super().__init__()
        self.visit = visit
        self.setProperty("role", "banner-info" if marked else "sunken")
        self.setAccessibleName(f"{day_text(visit.happened_on)} {visit_outcome_text(visit.outcome)}")
        box = self.body = pieces.column(self, margin=14, gap=8)
        head = pieces.line(None, Mark("visit", "accent", 20), gap=10)
        head.addWidget(pieces.text(day_text(visit.happened_on) or _("Day not known"), "label", wrap=False))
        head.addWidget(Chip(visit_outcome_text(visit.outcome), tone=TONE_OF.get(visit.outcome, "soft")))
        head.addStretch(1)
        head.addWidget(pieces.text(visit.worker, "small", wrap=False))
        box.addLayout(head)
        self._head = head
        met = _(", ").join(name for name in (*visit.met, visit.met_other) if name)
        promised = ""
        if visit.next_visit is not None:
            promised = noted(day_text(visit.next_visit), days_away(visit.next_visit, today))
            promised += f" {visit.next_reason}" if visit.next_reason else ""
        box.addLayout(
            labelled(
                [
                    (_("Met"), met),
                    (_("Purpose"), visit.purpose),
                    *((need_text(need.group, need.urgency), need.note or _("no note")) for need in visit.needs),
                    (_("Next visit"), promised),
                ]
            )
        )
        if visit.notes:
            box.addWidget(pieces.text(visit.notes, select=True))

    def add_print(self, show: Callable[[], object]) -> None:
        """A button on top that shows the record as it is printed."""
        self._head.addWidget(pieces.icon_button(_("Print the record"), "print", show))
