"""One household: its people now and before, its visits, what is known of it; people join and leave here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from desktop.case_words import day_text, kind_of_household, short_person
from desktop.fact_words import dictionary, fact_sentences
from desktop.pages.base import Page
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, show_more
from desktop.widgets.date_field import DateField
from desktop.widgets.facts_view import FactsView
from desktop.widgets.finder import Finder, Match
from desktop.widgets.household_panel import MemberLine
from desktop.widgets.timeline_view import TimelineView
from desktop.widgets.visit_card import VisitCard
from forms.reading import read_date
from models.clock import today
from models.records import codes
from models.records.household import MemberEntry
from models.services.views import Changed, HouseholdView, MembershipView, TimelineLine, VisitView
from models.texts import _, ngettext

FIRST_VISITS = 3


@dataclass(frozen=True)
class Loaded:
    """All that the page shows, read in one go."""

    view: HouseholdView
    visits: tuple[VisitView, ...]
    lines: tuple[TimelineLine, ...]
    sentences: Mapping[str, str]
    on: date


class HouseholdPage(Page):
    """open(household_id=..., visit_id="") shows a household; the visit named is marked."""

    name = "household"
    width = 1180

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.switch = pieces.line(None, gap=8)
        self.under = pieces.text("", "soft")
        self.chips = pieces.line(None, gap=8)
        head = pieces.line(None, self.switch, gap=16)
        head.addLayout(self.chips)
        head.addStretch(1)
        self.visit_button = pieces.button(_("Record a visit"), self.record_visit, "primary", "visit", tip="F6")
        self.check_button = pieces.button(_("Check eligibility"), self.check, icon="eligibility")
        more = [pieces.action_button(self.shell.actions_by_name[name]) for name in ("change", "plans", "pictures")]
        for button in (*more, self.check_button, self.visit_button):
            self.aside.addWidget(button)
        self.body.addLayout(pieces.column(None, head, self.under, gap=8))
        both = pieces.line(None, gap=16)
        left, right = pieces.column(None, gap=16), pieces.column(None, gap=16)
        both.addLayout(left, 1)
        both.addLayout(right, 1)
        self.add_button = pieces.button(_("Add somebody"), self.begin_adding, "link", "plus")
        self.members = Card(_("People"), self.add_button)
        self.joining = JoinForm(self)
        self.joining.hide()
        self.former = Card(_("Former members"))
        self.visits = Card(_("Visits"))
        self.facts = FactsView(_("What is learnt about the household on visits will stand here."))
        facts = Card(_("What is known"))
        facts.add(self.facts)
        self.timeline = TimelineView(_("Visits and changes will be listed here."))
        self.timeline.opened.connect(self._open_line)
        happened = Card(_("What happened"))
        happened.add(self.timeline)
        for card in (self.members, self.joining, self.former):
            left.addWidget(card)
        left.addStretch(1)
        for card in (self.visits, facts, happened):
            right.addWidget(card)
        right.addStretch(1)
        self.body.addLayout(both)
        self.body.addStretch(1)
        self.kind_buttons: dict[str, QPushButton] = {}
        self.lines: list[MemberLine] = []

    def title(self) -> str:
        """The address once it is known."""
        if self.loaded is None:
            return _("Household")
        return self.loaded.view.address or _("Household without an address")

    def open(self, **where: Any) -> None:
        """Show the household named by household_id."""
        if where.get("household_id") != self.where.get("household_id"):
            self.joining.hide()
        self.where = where
        household_id, casebook = str(where["household_id"]), self.casebook

        def load() -> Loaded:
            view = casebook.households.get(household_id)
            return Loaded(
                view,
                tuple(casebook.visits.of_household(household_id)),
                tuple(casebook.households.timeline(household_id)),
                fact_sentences(dictionary(casebook), view.facts),
                today(casebook.clock),
            )

        self.run(load, lambda loaded: self._show(household_id, loaded))

    def refresh(self, changed: Changed) -> None:
        """Load again where this household or one of its people was concerned."""
        rows = {str(self.where.get("household_id", ""))}
        if self.loaded is not None:
            rows |= {member.resident.id for member in self.loaded.view.members}
        if rows & changed.rows:
            self.open(**self.where)

    def first_focus(self) -> None:
        """The visit, which is what one mostly comes for."""
        self.visit_button.setFocus()

    def record_visit(self) -> None:
        """Go to the visit form."""
        self.shell.go("visit", household_id=self.where["household_id"])

    def check(self) -> None:
        """Go to the eligibility of this household."""
        self.shell.go("eligibility", household_id=self.where["household_id"])

    def _show(self, household_id: str, loaded: Loaded) -> None:
        if household_id != self.where.get("household_id"):
            return
        self.loaded = loaded
        view = loaded.view
        self.set_title(self.title())
        self._show_head(view)
        self._show_members(view)
        self._show_visits(loaded)
        self.facts.show_facts(view.facts, loaded.sentences)
        self.timeline.show_lines([line for line in loaded.lines if line.kind != "visit"])

    def _show_head(self, view: HouseholdView) -> None:
        pieces.clear(self.switch)
        self.kind_buttons = {}
        kinds = sorted([(view.id, view.kind), *view.other_households], key=lambda pair: pair[1] != "living")
        for other_id, kind in kinds:
            button = pieces.button(kind_of_household(kind), partial(self.shell.go, "household", household_id=other_id))
            button.setCheckable(True)
            button.setChecked(other_id == view.id)
            button.setEnabled(other_id != view.id or len(kinds) > 1)
            self.kind_buttons[other_id] = button
            self.switch.addWidget(button)
        pieces.clear(self.chips)
        if view.until is not None:
            self.chips.addWidget(Chip(_("dissolved {day}").format(day=day_text(view.until)), tone="warn"))
        people = ngettext("{n} person", "{n} people", len(view.members)).format(n=len(view.members))
        counted = sum(member.counts for member in view.members)
        parts = [people]
        if counted != len(view.members):
            parts.append(_("{n} count when incomes are divided").format(n=counted))
        if view.since:
            parts.append(_("since {day}").format(day=day_text(view.since)))
        if view.book_number:
            parts.append(_("household register {number}").format(number=view.book_number))
        if view.note:
            parts.append(view.note)
        self.under.setText("  ·  ".join(parts))

    def _show_members(self, view: HouseholdView) -> None:
        pieces.clear(self.members.body)
        pieces.clear(self.former.body)
        self.lines = []
        for member in view.members:
            self.members.add(self._member(member))
        if not view.members:
            self.members.add(pieces.text(_("Nobody belongs to this household now."), "soft"))
        for member in view.former:
            line = MemberLine(member)
            line.chosen.connect(lambda resident=member.resident.id: self.shell.go("person", resident_id=resident))
            self.former.add(line)
        self.former.setVisible(bool(view.former))

    def _member(self, member: MembershipView) -> QWidget:
        line = MemberLine(member)
        line.chosen.connect(lambda resident=member.resident.id: self.shell.go("person", resident_id=resident))
        self.lines.append(line)
        whole = QWidget()
        leaving = LeaveForm(self, member)
        leaving.hide()
        leave = pieces.button(_("Leaves"), lambda: leaving.setVisible(leaving.isHidden()), "link")
        leave.setAccessibleName(_("{name} leaves the household").format(name=member.resident.name))
        beside = pieces.line(None, gap=8)
        beside.addWidget(line, 1)
        beside.addWidget(leave)
        pieces.column(whole, beside, leaving, gap=4)
        return whole

    def _show_visits(self, loaded: Loaded) -> None:
        body = self.visits.body
        pieces.clear(body)
        if not loaded.visits:
            body.addWidget(pieces.text(_("Nobody has visited this household yet."), "soft"))
            return
        wanted = self.where.get("visit_id", "")
        first = [visit for place, visit in enumerate(loaded.visits) if place < FIRST_VISITS or visit.id == wanted]
        rest = [visit for visit in loaded.visits if visit not in first]
        for visit in first:
            card = VisitCard(visit, loaded.on, marked=visit.id == wanted)
            body.addWidget(card)
        if rest:
            words = ngettext("{n} earlier visit", "{n} earlier visits", len(rest)).format(n=len(rest))

            def fill(place: Any) -> None:
                for visit in rest:
                    place.addWidget(VisitCard(visit, loaded.on))

            link, place = show_more(words, fill)
            body.addWidget(link)
            body.addWidget(place)

    def _open_line(self, line: TimelineLine) -> None:
        if line.kind == "referral":
            self.shell.go("referral", referral_id=line.subject_id)

    def begin_adding(self) -> None:
        """Open or close the place where somebody joins."""
        self.joining.setVisible(self.joining.isHidden())
        if self.joining.isVisible():
            self.joining.finder.line.setFocus()
            self.see(self.joining)

    def end_membership(self, member: MembershipView, until: date) -> None:
        """Somebody leaves on a day."""
        casebook = self.casebook
        said = _("{name} left the household on {day}.").format(name=member.resident.name, day=day_text(until))
        self.run(lambda: casebook.households.end_membership(member.id, until), lambda _changed: self.shell.say(said))

    def add_member(self, resident_id: str, relation: str, since: date | None) -> None:
        """Somebody who is on the register joins."""
        casebook, household_id = self.casebook, str(self.where["household_id"])
        entry = MemberEntry(resident_id=resident_id, relation=relation)
        self.joining.hide()
        self.run(
            lambda: casebook.households.add_member(household_id, entry, since),
            lambda _changed: self.shell.say(_("The household has a new member.")),
        )


class LeaveForm(QWidget):
    """Since when somebody no longer belongs here."""

    def __init__(self, page: HouseholdPage, member: MembershipView) -> None:
        super().__init__()
        on = today(page.casebook.clock)
        label = pieces.text(_("{name} has lived elsewhere since").format(name=member.resident.name), "small")
        self.day = DateField(read_date, on, name=label.text(), quick=[(_("Today"), on)])
        self.problem = pieces.text("", "error")
        self.problem.hide()
        save = pieces.button(_("End membership"), self._save, "danger")
        self._page, self._member, self._on = page, member, on
        self.day.entered.connect(self._save)
        foot = pieces.line(None, save, None)
        pieces.column(self, label, self.problem, self.day, foot, gap=6).setContentsMargins(12, 4, 12, 12)

    def _save(self) -> None:
        day = self.day.day()
        wrong = ""
        if day is None:
            wrong = _("Say from which day, for example {day}.").format(day=self._on.isoformat())
        elif day > self._on:
            wrong = _("This day lies in the future.")
        elif self._member.since and day < self._member.since:
            wrong = _("This is before the day of joining, {day}.").format(day=day_text(self._member.since))
        self.problem.setText(wrong)
        self.problem.setVisible(bool(wrong))
        if day is None or wrong:
            self.day.line.setFocus()
            return
        self._page.end_membership(self._member, day)


class JoinForm(Card):
    """Somebody joins: found on the register, or registered now."""

    def __init__(self, page: HouseholdPage) -> None:
        super().__init__(_("Who joins the household?"))
        self._page = page
        self.finder = Finder(name=_("Name of a resident"), hint=_("Name, pinyin, phone or address"))
        self.finder.asked.connect(self._find)
        self.relation = QComboBox()
        self.relation.setAccessibleName(_("Relation to the head"))
        for code, label in codes.choices("relation"):
            self.relation.addItem(label, code)
        self.relation.setCurrentIndex(self.relation.findData("8"))
        on = today(page.casebook.clock)
        self.since = DateField(read_date, on, name=_("since"), quick=[(_("Today"), on)])
        self.problem = pieces.text("", "error")
        self.problem.hide()
        save = pieces.button(_("Add to the household"), self._save, "primary")
        new = pieces.button(_("Register a new resident here"), self._register, icon="plus")
        self.add(self.problem)
        self.add(self.finder)
        self.add(pieces.line(None, pieces.text(_("Relation to the head"), "label", wrap=False), self.relation, None))
        self.add(pieces.text(_("Since"), "label"))
        self.add(self.since)
        self.add(pieces.line(None, save, new, None))

    def _find(self, text: str) -> None:
        casebook = self._page.casebook

        def find() -> list[Match]:
            rows = casebook.residents.rows(casebook.residents.find(text, 20))
            return [Match(row.id, row.name, " · ".join((short_person(row), row.address))) for row in rows]

        self._page.read(find, lambda matches: self.finder.offer(text, matches))

    def _register(self) -> None:
        self._page.shell.go("register", household_id=self._page.where["household_id"])

    def _save(self) -> None:
        match = self.finder.chosen()
        resident_id = match.key if match else ""
        loaded = self._page.loaded
        here = {member.resident.id for member in loaded.view.members} if loaded else set()
        wrong = ""
        if not resident_id:
            wrong = _("Choose somebody from the list, or register somebody new.")
        elif resident_id in here:
            wrong = _("This person belongs to the household already.")
        elif self.since.answer().strip() and self.since.day() is None:
            wrong = _("This date cannot be read.")
        self.problem.setText(wrong)
        self.problem.setVisible(bool(wrong))
        if wrong:
            self.finder.line.setFocus()
            return
        self._page.add_member(resident_id, str(self.relation.currentData()), self.since.day())
