"""One household as it is: its people, who of them belongs to the other household too, and who only lodges there."""

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.case_words import day_text, kind_of_household
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card
from desktop.widgets.household_panel import MemberLine
from models.records import codes
from models.services.views import HouseholdView, MembershipView
from models.texts import _, ngettext


class HomeCard(Card):
    """The registered or the living household with its present people.

    `others` are the people of the other household, to say who belongs to this one only; None where there is none.
    """

    person_chosen = Signal(str)
    changing = Signal(str)  # something changed with this resident
    opened = Signal(str)  # the household
    alone = Signal(str)  # check what this resident, who does not belong to the household, may qualify for

    def __init__(
        self, view: HouseholdView, others: Collection[str] | None, *, here: bool, with_address: bool = False
    ) -> None:
        open_it = pieces.button(_("Open"), lambda: self.opened.emit(view.id), "link")
        open_it.setAccessibleName(_("Open: {kind}").format(kind=kind_of_household(view.kind)))
        super().__init__(kind_of_household(view.kind), *(() if here else (open_it,)))
        self.view = view
        self.lines: list[MemberLine] = []
        self._here = here
        if under := _under(view, with_address):
            self.add(pieces.text(under, "small"))
        if view.form not in ("", "family"):
            form = codes.label("household_form", view.form)
            self.add(pieces.text(_("{form}: it has no head").format(form=form), "label"))
        own = [member for member in view.members if not member.standing]
        lodging = [member for member in view.members if member.standing]
        for member in own:
            self.add(self._row(member, self._only_here(member, others)))
        if not view.members:
            self.add(pieces.text(_("Nobody belongs to this household now."), "soft"))
        if lodging:
            self.add(pieces.rule())
            self.add(pieces.text(_("Live here without belonging to the household"), "small"))
            for member in lodging:
                self.add(self._row(member, ""))

    def _only_here(self, member: MembershipView, others: Collection[str] | None) -> str:
        if others is None or member.resident.id in others:
            return ""
        return _("Hukou not here") if self.view.kind == "living" else _("Lives elsewhere")

    def _row(self, member: MembershipView, note: str) -> QWidget:
        line = MemberLine(member, note=note, headless=self.view.form not in ("", "family"))
        line.chosen.connect(lambda: self.person_chosen.emit(member.resident.id))
        self.lines.append(line)
        if not self._here:
            return line
        whole = QWidget()
        change = pieces.button(_("Changes"), lambda: self.changing.emit(member.resident.id), "link")
        change.setAccessibleName(_("Something changed with {name}").format(name=member.resident.name))
        beside = pieces.line(whole, gap=4)
        beside.addWidget(line, 1)
        if member.standing or self.view.form not in ("", "family"):
            check = pieces.button(_("Check alone"), lambda: self.alone.emit(member.resident.id), "link")
            check.setAccessibleName(_("Check eligibility of {name} alone").format(name=member.resident.name))
            beside.addWidget(check)
        beside.addWidget(change)
        return whole


def _under(view: HouseholdView, with_address: bool) -> str:
    parts = [ngettext("{n} person", "{n} people", len(view.members)).format(n=len(view.members))]
    counted = sum(member.counts for member in view.members)
    if counted != len(view.members):
        parts.append(_("{n} count when incomes are divided").format(n=counted))
    if view.since:
        parts.append(_("since {day}").format(day=day_text(view.since)))
    if view.book_number:
        parts.append(_("household register {number}").format(number=view.book_number))
    if with_address:
        parts.append(view.address)
    return "  ·  ".join(parts)
