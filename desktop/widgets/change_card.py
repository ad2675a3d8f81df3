"""What changes for one resident on one day, service by service, with the words of the texts."""

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from desktop.pages import calendar_parts as parts
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip
from desktop.widgets.quote_box import QuoteBox
from desktop.widgets.side_card import SideCard
from models.services.calendar_views import CalendarLine, kind_text
from models.texts import _


class ChangeCard(SideCard):
    """Beside the agenda: follows the cursor of the list."""

    def __init__(self, go: Callable[..., object]) -> None:
        """go(page, **where): show a page."""
        super().__init__(go)
        self._shown: parts.Coming | None = None
        self._on = date.min
        self.person = pieces.button(_("Resident"), self._open_person, "primary", "person", "Enter")
        self.household = pieces.button(_("Household"), self._open_household)
        self.check = pieces.button(_("Eligibility"), self._open_check)
        self._put_buttons(self.person, self.household, self.check)
        self.show_change(None, date.min)

    def show_change(self, change: "parts.Coming | None", on: date) -> None:
        """Show what is under the cursor, soon; None: nothing is."""
        self._shown, self._on = change, on
        self._buttons.setVisible(change is not None)
        self.person.setVisible(change is not None and bool(change.first.resident_id))
        self._settle.start()

    def _fill(self) -> None:
        pieces.clear(self._body)
        change = self._shown
        if change is None:
            self._show_hint(_("Choose a line to see what changes and by which words."))
            return
        first = change.first
        head = pieces.text(change.name, "heading", select=True)
        person = "  ·  ".join(part for part in (parts.person_words(first), first.address) if part)
        for thing in (head, pieces.text(person, "soft", select=True)):
            self._body.addWidget(thing)
        self._body.addWidget(pieces.text(parts.away_words(change.day, self._on), "label"))
        if change.plan is not None:
            who = change.plan.assignee or _("whoever comes by")
            words = _("A visit is planned for {day} ({who}).").format(day=change.plan.due.isoformat(), who=who)
            self._body.addWidget(pieces.text(words, "good"))
        self._add_some(change.lines, self._add_lines)
        caution = _("What is shown may apply; the office that approves decides")
        self._body.addWidget(pieces.text(caution, "small"))
        self._body.addStretch(1)

    def _add_lines(self, lines: Sequence[CalendarLine], body: QVBoxLayout) -> None:
        for line in lines:
            self._add_line(body, line)

    def _add_line(self, body: QVBoxLayout, line: CalendarLine) -> None:
        body.addWidget(pieces.rule())
        top = pieces.line(None, gap=8)
        top.addWidget(Chip(kind_text(line.kind), tone=parts.TONES.get(line.kind, "soft")), 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(pieces.text(line.name, "label", select=True), 1)
        body.addLayout(top)
        told = [line.why, parts.turn_words(line), parts.sum_words(line)]
        if line.received:
            told.append(_("Already received"))
        body.addWidget(pieces.text(" · ".join(part for part in told if part), "small"))
        if line.citation is not None:
            body.addWidget(QuoteBox([line.citation]))

    def _open_person(self) -> None:
        if self._shown is not None:
            self._go("person", resident_id=self._shown.first.resident_id)

    def _open_household(self) -> None:
        if self._shown is not None:
            self._go("household", household_id=self._shown.first.household_id)

    def _open_check(self) -> None:
        if self._shown is not None:
            first = self._shown.first
            who = {"resident_id": first.resident_id} if first.resident_id else {}
            self._go("eligibility", household_id=first.household_id, **who)
