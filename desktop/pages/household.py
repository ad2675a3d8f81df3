"""One household: registered and living side by side, its visits, what is known, what happened here and at this door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton

from desktop import theme
from desktop.case_words import day_text, kind_of_household
from desktop.fact_words import dictionary, fact_sentences
from desktop.pages.base import Page
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, show_more
from desktop.widgets.change_history import ChangeHistory
from desktop.widgets.facts_view import FactsView
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.home_card import HomeCard
from desktop.widgets.household_panel import MemberLine
from desktop.widgets.timeline_view import TimelineView
from desktop.widgets.visit_card import VisitCard
from models.clock import today
from models.records import codes
from models.services.care_views import AssignmentView
from models.services.picture_views import PictureView
from models.services.views import Changed, EventView, HouseholdView, TimelineLine, VisitView
from models.texts import _, ngettext

MORE = ("questionnaire", "change", "plans", "pictures", "papers", "transfer")
"""Commands that stand beside the visit and the check."""

FIRST_VISITS = 3
NARROW = 760
"""Below this width, in pixels at 100 per cent, everything stands below one another."""

LOOKED_UP = 12
"""Of so many people the other household is looked up; a dormitory of sixty has theirs all over the city."""


@dataclass(frozen=True)
class Loaded:
    """All that the page shows, read in one go."""

    view: HouseholdView
    others: tuple[HouseholdView, ...]  # of the other kind, with people of this one or at this door
    visits: tuple[VisitView, ...]
    lines: tuple[TimelineLine, ...]
    events: tuple[EventView, ...]
    sentences: Mapping[str, str]
    on: date
    proving: Mapping[str, Sequence[PictureView]] = field(default_factory=dict)  # fact -> pictures that prove it
    to_ask: int = 0  # so many people were not asked for consent yet
    care: tuple[AssignmentView, ...] = ()  # who looks after it and did, the newest first


class HouseholdPage(Page):
    """open(household_id=..., visit_id="") shows a household; the visit named is marked."""

    name = "household"
    width = 1180

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.switch = FlowLayout()
        self.under = pieces.text("", "soft")
        self.chips = FlowLayout()
        self.visit_button = pieces.button(_("Record a visit"), self.record_visit, "primary", "visit", tip="F6")
        self.check_button = pieces.button(_("Check eligibility"), self.check, icon="eligibility")
        more = [pieces.action_button(self.shell.actions_by_name[name]) for name in MORE]
        self.deeds = FlowLayout()  # breaks into rows where the window is narrow or the letters are large
        for button in (self.visit_button, self.check_button, *more):
            self.deeds.addWidget(button)
        self.seen_button = pieces.button(_("Who has seen this record"), self.ask_seen, icon="shield")
        self.deeds.addWidget(self.seen_button)
        self.dialog: Any = None
        self.closed = pieces.card(role="banner-warn", margin=12, gap=6)
        self.closed.hide()
        self.consent = pieces.card(role="banner-info", margin=12, gap=6)
        self.consent.hide()
        self.consent_button: QPushButton | None = None
        self.mourned = pieces.card(role="banner-info", margin=12, gap=6)
        self.mourned.hide()
        self.funeral_buttons: dict[str, QPushButton] = {}
        told = (self.closed, self.mourned, self.consent)
        head = pieces.column(None, self.deeds, self.switch, self.chips, self.under, *told, gap=8)
        self.body.addLayout(head)
        self.homes = pieces.line(None, gap=16)
        self.body.addLayout(self.homes)
        self.add_button: QPushButton | None = None
        self.former = Card(_("Former members"))
        self.visits = Card(_("Visits"))
        self.facts = FactsView(_("What is learnt about the household on visits will stand here."))
        self.facts.picture_wanted.connect(
            lambda picture: self.shell.go("pictures", household_id=self.where["household_id"], picture_id=picture)
        )
        facts = Card(_("What is known"))
        facts.add(self.facts)
        self.events = ChangeHistory(_("Births, moves and other changes will be told here."))
        self.events.undo.connect(self.undo_event)
        changes = Card(_("What changed in the household"))
        changes.add(self.events)
        self.timeline = TimelineView(_("Visits and changes will be listed here."))
        self.timeline.opened.connect(self._open_line)
        happened = Card(_("What happened"))
        happened.add(self.timeline)
        self.door = Card(_("What happened at this door"))
        self.both = pieces.line(None, gap=16)
        left, right = pieces.column(None, gap=16), pieces.column(None, gap=16)
        self.both.addLayout(left, 1)
        self.both.addLayout(right, 1)
        for card in (changes, self.former, self.door):
            left.addWidget(card)
        left.addStretch(1)
        for card in (self.visits, facts, happened):
            right.addWidget(card)
        right.addStretch(1)
        self.body.addLayout(self.both)
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
        self.where = where
        household_id, casebook = str(where["household_id"]), self.casebook

        def load() -> Loaded:
            view = casebook.households.get(household_id)
            return Loaded(
                view,
                _others(casebook, view),
                tuple(casebook.visits.of_household(household_id)),
                tuple(casebook.households.timeline(household_id)),
                tuple(casebook.changes.of_household(household_id)),
                fact_sentences(dictionary(casebook), view.facts),
                today(casebook.clock),
                casebook.pictures.proving(household_id),
                casebook.consents.not_asked([member.resident.id for member in view.members]),
                tuple(casebook.care.of_household(household_id)),
            )

        self.run(load, lambda loaded: self._show(household_id, loaded))

    def ask_seen(self) -> None:
        """Who looked at this household, changed, printed or wrote it, and why."""
        household_id, audit = str(self.where["household_id"]), self.casebook.audit
        name = self.title()

        def show(rows: Any) -> None:
            from desktop.widgets.seen_dialog import SeenDialog

            if household_id == self.where.get("household_id"):
                self.dialog = SeenDialog(self, name, rows)
                self.dialog.open()

        self.run(lambda: audit.who_has_seen("household", household_id), show)

    def refresh(self, changed: Changed) -> None:
        """Load again where this household or one of its people was concerned."""
        rows = {str(self.where.get("household_id", ""))}
        if self.loaded is not None:
            views = (self.loaded.view, *self.loaded.others)
            rows |= {view.id for view in views}
            rows |= {member.resident.id for view in views for member in view.members}
        if rows & changed.rows:
            self.open(**self.where)

    def first_focus(self) -> None:
        """The visit, which is what one mostly comes for."""
        self.visit_button.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room."""
        super().resizeEvent(event)
        wide = self.size().width() >= theme.px(NARROW)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        for row in (self.homes, self.both):
            row.setDirection(way)

    def record_visit(self) -> None:
        """Go to the visit form."""
        self.shell.go("visit", household_id=self.where["household_id"])

    def check(self) -> None:
        """Go to the eligibility of this household."""
        self.shell.go("eligibility", household_id=self.where["household_id"])

    def check_alone(self, resident_id: str) -> None:
        """Go to the eligibility of one person who lives here without belonging to the household."""
        household_id = str(self.where["household_id"])
        self.shell.go("eligibility", household_id=household_id, resident_id=resident_id, alone=resident_id)

    def print_visit(self, visit_id: str) -> None:
        """Show the record of a visit as it is printed."""
        self.shell.go("papers", paper="visit_record", household_id=self.where["household_id"], key=visit_id)

    def begin_adding(self) -> None:
        """Somebody moves in."""
        self.change("move_in")

    def change(self, kind: str = "", resident_id: str = "") -> None:
        """Tell what changed in this household, or with one of its people."""
        where = {"household_id": str(self.where["household_id"]), "resident_id": resident_id, "kind": kind}
        self.shell.go("change", **{key: value for key, value in where.items() if value})

    def undo_event(self, event_id: str) -> None:
        """Take a change back."""
        casebook = self.casebook
        events = self.loaded.events if self.loaded is not None else ()
        registered = any(event.id == event_id and event.kind == "new" for event in events)

        def done(_changed: Changed) -> None:
            if registered:  # there is no such household any more
                self.shell.go("residents")
            self.shell.say(_("The change was taken back; everything is as it was before."))

        self.run(lambda: casebook.changes.undo(event_id), done)

    def _show(self, household_id: str, loaded: Loaded) -> None:
        if household_id != self.where.get("household_id"):
            return
        self.loaded = loaded
        view = loaded.view
        self.set_title(self.title())
        self._show_head(loaded)
        self._show_homes(loaded)
        self._show_former(view)
        self._show_visits(loaded)
        self._show_door(view)
        self.facts.show_facts(view.facts, loaded.sentences, loaded.proving, withheld=view.withheld)
        self.events.show_events(loaded.events)
        self.timeline.show_lines([line for line in loaded.lines if line.kind not in ("visit", "event")])

    def _show_head(self, loaded: Loaded) -> None:
        view = loaded.view
        pieces.clear(self.switch)
        self.kind_buttons = {}
        kinds = dict(sorted(((view.id, view.kind), *view.other_households), key=lambda pair: pair[1] != "living"))
        kinds |= {other.id: other.kind for other in loaded.others}
        for other_id, kind in kinds.items() if len(kinds) > 1 else ():
            button = pieces.button(kind_of_household(kind), partial(self.shell.go, "household", household_id=other_id))
            button.setCheckable(True)
            button.setChecked(other_id == view.id)
            self.kind_buttons[other_id] = button
            self.switch.addWidget(button)
        pieces.clear(self.chips)
        if view.form not in ("", "family"):
            self.chips.addWidget(Chip(codes.label("household_form", view.form), tone="accent"))
        pieces.clear(pieces.inside(self.closed))
        gone = not view.members
        if gone:
            words = _("Nobody has belonged to this household since {day}.").format(day=day_text(view.until))
            told = words if view.until else _("Nobody belongs to this household now.")
            back = pieces.button(_("The household is back"), partial(self.change, "return"), icon="household")
            pieces.inside(self.closed).addWidget(pieces.text(told, "label"))
            pieces.inside(self.closed).addLayout(pieces.line(None, back, None))
        self.closed.setVisible(gone)
        under = "  ·  ".join(filter(None, (_care_words(loaded.care), view.note)))
        self.under.setText(under)
        self.under.setVisible(bool(under))
        self._show_mourned(view)
        self._show_consent(loaded)

    def _show_mourned(self, view: HouseholdView) -> None:
        """Who died lately: the family may apply for funeral services, and is told so."""
        pieces.clear(pieces.inside(self.mourned))
        self.funeral_buttons = {}
        for member in view.mourned:
            who = member.resident
            words = _("{name} died on {day}. The family may be able to apply for funeral services.")
            check = pieces.button(
                _("Check what the family may apply for"),
                partial(self.shell.go, "eligibility", household_id=view.id, resident_id=who.id),
                icon="eligibility",
            )
            self.funeral_buttons[who.id] = check
            told = pieces.text(words.format(name=who.name, day=day_text(member.until)), "label")
            pieces.inside(self.mourned).addWidget(told)
            pieces.inside(self.mourned).addLayout(pieces.line(None, check, None))
        self.mourned.setVisible(bool(view.mourned))

    def _show_consent(self, loaded: Loaded) -> None:
        """The next step after a registration: asking for consent, until everybody was asked."""
        pieces.clear(pieces.inside(self.consent))
        self.consent_button = None
        if loaded.to_ask:
            words = ngettext(
                "{n} person has not been asked for consent yet.",
                "{n} people have not been asked for consent yet.",
                loaded.to_ask,
            )
            ask = partial(self.shell.go, "rights", household_id=loaded.view.id, ask=True)
            self.consent_button = pieces.button(_("Ask for consent"), ask, icon="shield", tip="Shift+F7")
            told = pieces.text(words.format(n=loaded.to_ask), "label")
            pieces.inside(self.consent).addLayout(pieces.wrapping(None, told, self.consent_button))
        self.consent.setVisible(bool(loaded.to_ask))

    def _show_homes(self, loaded: Loaded) -> None:
        pieces.clear(self.homes)
        view = loaded.view
        theirs = {member.resident.id for other in loaded.others for member in other.members}
        here = {member.resident.id for member in view.members}
        mine = HomeCard(view, theirs if loaded.others else None, here=True)
        if view.members:
            self.add_button = pieces.button(_("Add somebody"), self.begin_adding, "link", "plus")
            mine.add(pieces.line(None, self.add_button, None))
        cards = [mine]
        for other in loaded.others[:2]:
            cards.append(HomeCard(other, here, here=False, with_address=other.address != view.address))
        if len(cards) == 1 and view.kind == "living" and view.members:
            cards.append(_nothing_registered())  # type: ignore[arg-type]
        cards.sort(key=lambda card: getattr(getattr(card, "view", None), "kind", "registered") != "living")
        for card in cards:
            if isinstance(card, HomeCard):
                card.person_chosen.connect(lambda resident: self.shell.go("person", resident_id=resident))
                card.opened.connect(lambda household: self.shell.go("household", household_id=household))
                card.changing.connect(lambda resident: self.change(resident_id=resident))
                card.alone.connect(self.check_alone)
            column = pieces.column(None, card, None)
            self.homes.addLayout(column, 1)
        self.lines = mine.lines

    def _show_former(self, view: HouseholdView) -> None:
        pieces.clear(self.former.body)
        for member in view.former:
            line = MemberLine(member)
            line.chosen.connect(lambda resident=member.resident.id: self.shell.go("person", resident_id=resident))
            self.former.add(line)
        self.former.setVisible(bool(view.former))

    def _show_door(self, view: HouseholdView) -> None:
        """The dwelling's own history, read when somebody wants it."""
        pieces.clear(self.door.body)
        timeline = TimelineView(_("Nothing is recorded for this door yet."))
        casebook, dwelling_id = self.casebook, view.dwelling_id

        def fill(place: Any) -> None:
            place.addWidget(timeline)
            self.read(lambda: casebook.households.dwelling_timeline(dwelling_id), timeline.show_lines)

        link, place = show_more(_("Who lived here, came and left"), fill)
        self.door.add(link)
        self.door.add(place)
        self.door.setVisible(bool(dwelling_id))

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
            card.add_print(partial(self.print_visit, visit.id))
            body.addWidget(card)
        if rest:
            words = ngettext("{n} earlier visit", "{n} earlier visits", len(rest)).format(n=len(rest))

            def fill(place: Any) -> None:
                for visit in rest:
                    card = VisitCard(visit, loaded.on)
                    card.add_print(partial(self.print_visit, visit.id))
                    place.addWidget(card)

            link, place = show_more(words, fill)
            body.addWidget(link)
            body.addWidget(place)

    def _open_line(self, line: TimelineLine) -> None:
        if line.kind == "referral":
            self.shell.go("referral", referral_id=line.subject_id)
        elif line.kind == "questionnaire":
            self.shell.go("questionnaire", answer_id=line.subject_id)
        elif line.kind == "transfer":
            self.shell.go("transfer", transfer_id=line.subject_id)
        elif line.kind in ("plan", "contact"):
            self.shell.go("plans", household_id=str(self.where["household_id"]), tab=f"{line.kind}s")


def _nothing_registered() -> Card:
    card = Card(kind_of_household("registered"))
    card.add(pieces.text(_("No register of these people is kept here."), "soft"))
    return card


def _others(casebook: Any, view: HouseholdView) -> tuple[HouseholdView, ...]:
    """The households of the other kind with people of this one, those with most of them first, or else at this door."""
    here = {member.resident.id for member in view.members if not member.standing}
    found: dict[str, HouseholdView] = {}
    if len(here) <= LOOKED_UP:
        kind = "registered" if view.kind == "living" else "living"
        found = {home.id: home for home in casebook.households.of_residents(sorted(here), kind)}
    for other_id, kind in view.other_households:
        if kind != view.kind and other_id not in found:
            home = casebook.households.get(other_id)
            if home.members:
                found[other_id] = home

    def shared(home: HouseholdView) -> int:
        return -len(here & {member.resident.id for member in home.members})

    return tuple(sorted(found.values(), key=lambda home: (shared(home), home.id)))


def _care_words(care: Sequence[AssignmentView]) -> str:
    """Who looks after the household now; empty where nobody in particular does."""
    now = next((one for one in care if one.assignee and one.until is None), None)
    if now is None:
        return ""
    if now.since is None:
        return _("In the care of {name}").format(name=now.assignee)
    return _("In the care of {name} since {day}").format(name=now.assignee, day=day_text(now.since))
