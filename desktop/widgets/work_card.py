"""What to do about the household under the cursor of the worklist: all its reasons, and the ways on."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt, Signal

from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip
from desktop.widgets.side_card import SideCard
from desktop.worklist_words import TONES, due_words, names_words
from models.services.worklist_views import WorkItem, WorkReason, kind_text
from models.texts import _


class WorkCard(SideCard):
    """Beside the list: follows its cursor. What changes records is asked of the page by signals."""

    assign = Signal(object)  # WorkItem
    put_off = Signal(object)
    put_back = Signal(object)
    call = Signal(object)

    def __init__(self, go: Callable[..., object]) -> None:
        """go(page, **where): show a page."""
        super().__init__(go)
        self._shown: WorkItem | None = None
        self._on = date.min
        self.visit = pieces.button(_("Record the visit"), self._open_visit, "primary", "visit", "F6")
        self.household = pieces.button(_("Household"), self._open_household, tip="Enter")
        self.check = pieces.button(_("Eligibility"), self._open_check)
        self.call_button = pieces.button(_("Call"), lambda: self.call.emit(self._shown), icon="phone")
        self.assign_button = pieces.button(_("Assign …"), lambda: self.assign.emit(self._shown))
        self.put_off_button = pieces.button(_("Put off …"), lambda: self.put_off.emit(self._shown), icon="clock")
        self.put_back_button = pieces.button(_("Back on the list"), lambda: self.put_back.emit(self._shown))
        self.numbers = pieces.text("", "label", select=True)
        self._put_buttons(
            *(self.visit, self.call_button, self.household, self.check),
            *(self.assign_button, self.put_off_button, self.put_back_button),
        )
        self.show_item(None, date.min)

    def show_item(self, item: WorkItem | None, on: date) -> None:
        """Show what is under the cursor, soon; None: nothing is."""
        same = item is not None and self._shown is not None and item.household_id == self._shown.household_id
        self._shown, self._on = item, on
        if not same:
            self._called: list[tuple[str, str]] = []
        self._buttons.setVisible(item is not None)
        self.call_button.setVisible(item is not None and bool(item.phone_tail))
        self.check.setVisible(item is not None and any(one.kind in ("eligible", "ends") for one in item.reasons))
        self.put_off_button.setVisible(item is not None and item.put_off is None)
        self.put_back_button.setVisible(item is not None and item.put_off is not None)
        self._settle.start()

    def show_numbers(self, household_id: str, numbers: list[tuple[str, str]]) -> None:
        """Show whole phone numbers: (whose, number)."""
        if self._shown is not None and self._shown.household_id == household_id:
            self._called = numbers
            self._fill()

    _called: list[tuple[str, str]] = []

    def _fill(self) -> None:
        pieces.clear(self._body)
        item = self._shown
        if item is None:
            self._show_hint(_("Choose a line to see all reasons and what can be done."))
            return
        self._body.addWidget(pieces.text(names_words(item.names), "heading", select=True))
        self._body.addWidget(pieces.text(item.address, "soft", select=True))
        if item.assignee:
            self._body.addWidget(pieces.text(_("In the care of {name}").format(name=item.assignee), "small"))
        if self._called:
            for whose, number in self._called:
                self._body.addWidget(pieces.text(f"{whose}  {number}", "subheading", select=True))
            note = pieces.button(_("Note the call …"), self._note_call, "link")
            self._body.addWidget(note, 0, Qt.AlignmentFlag.AlignLeft)
        if item.put_off is not None:
            words = _("Put off until {day} by {name}: {reason}").format(
                day=item.put_off.until.isoformat(), name=item.put_off.worker, reason=item.put_off.reason
            )
            self._body.addWidget(pieces.text(words, "label"))
        for reason in item.reasons:
            self._add_reason(reason)
        self._body.addStretch(1)

    def _add_reason(self, reason: WorkReason) -> None:
        self._body.addWidget(pieces.rule())
        top = pieces.line(None, gap=8)
        top.addWidget(Chip(kind_text(reason.kind), tone=TONES[reason.kind]), 0, Qt.AlignmentFlag.AlignTop)
        if due := due_words(reason, self._on):
            top.addWidget(pieces.text(due, "small"), 1)
        else:
            top.addStretch(1)
        self._body.addLayout(top)
        self._body.addWidget(pieces.text(reason.text, select=True))
        if reason.assignee:
            self._body.addWidget(pieces.text(_("{name} goes").format(name=reason.assignee), "small"))

    def _open_visit(self) -> None:
        if self._shown is not None:
            self._go("visit", household_id=self._shown.household_id)

    def _open_household(self) -> None:
        if self._shown is not None:
            self._go("household", household_id=self._shown.household_id)

    def _note_call(self) -> None:
        if self._shown is not None:
            self._go("plans", household_id=self._shown.household_id)

    def _open_check(self) -> None:
        if self._shown is not None:
            who = {"resident_id": self._shown.resident_id} if self._shown.resident_id else {}
            self._go("eligibility", household_id=self._shown.household_id, **who)
