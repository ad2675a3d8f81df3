"""What changes for one resident on one day, service by service, with the words of the texts."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop import theme
from desktop.pages import calendar_parts as parts
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip, show_more
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.quote_box import QuoteBox
from models.services.calendar_views import CalendarLine, kind_text
from models.texts import _, ngettext

SHOWN = 6
"""Services shown at once; the rest is one click away."""

SETTLE_MS = 60
"""How long the cursor must rest before the card is filled: arrows move through the list faster."""


class ChangeCard(QFrame):
    """Beside the agenda: follows the cursor of the list."""

    def __init__(self, go: Callable[..., object]) -> None:
        """go(page, **where): show a page."""
        super().__init__()
        self.setProperty("role", "card")
        self.setMinimumWidth(theme.px(300))
        self._go = go
        self._shown: parts.Coming | None = None
        self._on = date.min
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._fill)
        told = QWidget()
        told.setProperty("role", "surface")
        self._body: QVBoxLayout = pieces.column(told, gap=10)
        self._buttons = QWidget()
        self.person = pieces.button(_("Resident"), self._open_person, "primary", "person", "Enter")
        self.household = pieces.button(_("Household"), self._open_household)
        self.check = pieces.button(_("Eligibility"), self._open_check)
        flow = FlowLayout(self._buttons, gap=theme.px(8))
        for made in (self.person, self.household, self.check):
            flow.addWidget(made)
        pieces.column(self, pieces.scroll(told), self._buttons, margin=16, gap=12).setStretch(0, 1)
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
            hint = pieces.text(_("Choose a line to see what changes and by which words."), "soft")
            hint.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._body.addWidget(hint)
            self._body.addStretch(1)
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
        for line in change.lines[:SHOWN]:
            self._add_line(self._body, line)
        if rest := change.lines[SHOWN:]:
            words = ngettext("{n} more service", "{n} more services", len(rest)).format(n=len(rest))
            link, place = show_more(words, partial(self._add_lines, rest))
            self._body.addWidget(link)
            self._body.addWidget(place)
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
