"""The household beside a person: who belongs to it, how they stand to the head, and a click to go there."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.case_words import day_text, kind_of_household, relation_text, short_person
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip, ClickRow
from models.records import codes
from models.services.views import HouseholdView, MembershipView
from models.texts import _, ngettext


class MemberLine(ClickRow):
    """One member: name, relation, age; the person whose page it stands on is marked and leads nowhere.

    Who lodges has the standing instead of a relation; `headless` households have no relations. `note` says more.
    """

    def __init__(self, member: MembershipView, *, here: bool = False, note: str = "", headless: bool = False) -> None:
        details = [short_person(member.resident)]
        if member.until is not None:
            why = codes.label("household_event", member.ended) if member.ended else ""
            left = _("left on {day}").format(day=day_text(member.until))
            details.append(f"{day_text(member.until)} {why}" if why else left)
        elif not member.counts and not member.standing:
            details.append(_("income not counted"))
        stands = "" if headless else relation_text(member.relation)
        stands = codes.label("standing", member.standing) if member.standing else stands
        name = ", ".join(part for part in (member.resident.name, stands, *details, note) if part)
        super().__init__(name, active=not here, marked=here)
        self.member = member
        words = pieces.column(
            None,
            pieces.text(member.resident.name, "label"),
            pieces.text("  ·  ".join(part for part in details if part), "small"),
            gap=1,
        )
        line = pieces.line(self, gap=10)
        line.setContentsMargins(10, 7, 10, 7)
        line.addLayout(words, 1)
        if note:
            line.addWidget(Chip(note, tone="warn"), 0, Qt.AlignmentFlag.AlignVCenter)
        if stands:
            line.addWidget(Chip(stands, tone="accent" if here else "soft"), 0, Qt.AlignmentFlag.AlignVCenter)


class HouseholdPanel(QWidget):
    """The living household (or the registered one), with a switch to the other where the person is in both."""

    person_chosen = Signal(str)
    household_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._box = pieces.column(self, gap=4)
        self.lines: list[MemberLine] = []
        self.shown: HouseholdView | None = None

    def show_households(self, households: Sequence[HouseholdView], here: str) -> None:
        """Show the present households of the resident whose id is here; the living one first."""
        self._show(sorted(households, key=lambda household: household.kind != "living"), 0, here)

    def _show(self, households: Sequence[HouseholdView], place: int, here: str) -> None:
        pieces.clear(self._box)
        self.lines = []
        if not households:
            self.shown = None
            self._box.addWidget(pieces.text(_("This person is in no household yet."), "soft"))
            return
        household = households[place]
        self.shown = household
        people = ngettext("{n} person", "{n} people", len(household.members)).format(n=len(household.members))
        go = pieces.button(_("Open"), lambda: self.household_chosen.emit(household.id), "link")
        go.setAccessibleName(_("Open the household page"))
        head = pieces.text(f"{kind_of_household(household.kind)}  ·  {people}", "soft", wrap=False)
        self._box.addLayout(pieces.line(None, head, None, go))
        for member in household.members:
            line = MemberLine(member, here=member.resident.id == here, headless=household.form not in ("", "family"))
            line.chosen.connect(lambda member=member: self.person_chosen.emit(member.resident.id))
            self.lines.append(line)
            self._box.addWidget(line)
        for other, view in enumerate(households):
            if other != place:
                words = _("Show the other: {kind}").format(kind=kind_of_household(view.kind))
                self._box.addWidget(
                    pieces.button(words, partial(self._show, households, other, here), "link"),
                    0,
                    Qt.AlignmentFlag.AlignLeft,
                )
