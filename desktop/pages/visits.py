"""Visits: the rounds of today, those that were promised or planned and are due, and the latest that were made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QPushButton, QVBoxLayout, QWidget

from desktop import theme
from desktop.case_words import day_text, days_away
from desktop.pages.base import Page
from desktop.pages.planned import plan_panel
from desktop.round_words import progress_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, ClickRow, show_more
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.mark import Mark
from desktop.widgets.plan_panel import PlanPanel
from desktop.widgets.visit_card import VisitCard
from models.clock import today
from models.services.rounds_views import RoundRow
from models.services.views import Changed, DueVisit, VisitView
from models.texts import _, ngettext

AHEAD = timedelta(days=14)  # visits are shown so far ahead; later ones when asked for
FAR = timedelta(days=3650)
RECENT = 30
SHOWN = 40
"""Due visits that are drawn at once; the others when asked for."""

ROOMY = 150
"""Below this scale (per cent) a visit and its buttons stand side by side."""

EVERYBODY, NOBODY = "*", ""


@dataclass(frozen=True)
class Loaded:
    """All that the page shows."""

    due: tuple[DueVisit, ...]
    later: tuple[DueVisit, ...]
    recent: tuple[VisitView, ...]
    workers: tuple[str, ...]
    on: date
    rounds: tuple[RoundRow, ...] = ()
    seen: int = -1  # the moment from which it is (casebook.desks.seen())


class VisitsPage(Page):
    """open() lists due and recent visits."""

    name = "visits"
    width = 1080

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.who = QComboBox()
        self.who.setAccessibleName(_("Whose visits"))
        self.who.currentIndexChanged.connect(lambda _place: self._show_due())
        self.who.hide()
        self.aside.addWidget(self.who)
        self.aside.addWidget(
            pieces.button(_("Record a visit"), lambda: shell.go("visit"), "primary", "visit", tip="F6")
        )
        self.loaded: Loaded | None = None
        every = pieces.button(_("All rounds"), lambda: shell.go("rounds"), "link")
        every.setToolTip(pieces.with_shortcut(shell.actions_by_name["go_rounds"]))
        self.rounds = Card(_("Rounds of today"), every)
        self.due = Card(_("Due"))
        self.recent = Card(_("Lately"))
        self.rows: list[DueRow] = []
        self.body.addWidget(self.rounds)
        self.body.addWidget(self.due)
        self.body.addWidget(self.recent)
        self.body.addStretch(1)

    def title(self) -> str:
        """The page's name."""
        return _("Visits")

    def open(self, **where: Any) -> None:
        """Load both lists."""
        self.where = where
        casebook = self.casebook

        def load() -> Loaded:
            on, seen = today(casebook.clock), casebook.desks.seen()
            near = casebook.visits.due(on + AHEAD)
            soon = {visit.household_id for visit in near}
            later = [visit for visit in casebook.visits.due(on + FAR) if visit.household_id not in soon]
            workers = dict.fromkeys((casebook.worker.name, *casebook.planning.assignees()))
            recent = casebook.visits.recent(RECENT)
            rounds = tuple(casebook.rounds.of_today())
            return Loaded(tuple(near), tuple(later), tuple(recent), tuple(workers), on, rounds, seen)

        self.read(load, self._show)

    def refresh(self, changed: Changed) -> None:
        """Load again where a visit was recorded or planned, or a household changed."""
        if changed.entities & {
            "visit",
            "planned_visit",
            "need",
            "household",
            "membership",
            "visit_round",
            "round_stop",
        }:
            self.open(**self.where)

    def first_focus(self) -> None:
        """The first visit that is due."""
        if self.rows:
            self.rows[0].setFocus()

    def _show(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self._show_rounds(loaded)
        self._offer_workers(loaded)
        self._show_due()
        pieces.clear(self.recent.body)
        for made in loaded.recent:
            card = VisitCard(made, loaded.on)
            go = pieces.button(
                _("Household"), partial(self.shell.go, "household", household_id=made.household_id), "link"
            )
            card.body.addWidget(go, 0, Qt.AlignmentFlag.AlignLeft)
            self.recent.add(card)
        if not loaded.recent:
            action = (_("Find a household"), lambda: self.shell.go("residents"))
            self.recent.add(EmptyState("visit", _("Visits that you record will be listed here."), "", action))

    def _show_rounds(self, loaded: Loaded) -> None:
        """The rounds that are walked now, each a line to go on with."""
        pieces.clear(self.rounds.body)
        for row in loaded.rounds:
            line = ClickRow(f"{row.name}, {progress_text(row)}")
            line.chosen.connect(partial(self.shell.go, "round", round_id=row.id))
            inside = pieces.line(line, Mark("half" if row.gone else "todo", "accent", 22), gap=12)
            inside.setContentsMargins(theme.px(10), theme.px(7), theme.px(10), theme.px(7))
            under = pieces.text(progress_text(row), "small")
            inside.addLayout(pieces.column(None, pieces.text(row.name, "label"), under, gap=1), 1)
            if row.retries_due:
                words = ngettext("{n} due again", "{n} due again", row.retries_due).format(n=row.retries_due)
                inside.addWidget(Chip(words, tone="warn"))
            self.rounds.add(line)
        if not loaded.rounds:
            self.rounds.add(
                pieces.text(_("None. A round leads from door to door: a staircase, a building, a list."), "soft")
            )

    def _offer_workers(self, loaded: Loaded) -> None:
        """Whose visits may be chosen, where any visit is somebody's."""
        named = {plan.assignee for visit in (*loaded.due, *loaded.later) for plan in visit.plans} - {NOBODY}
        before = self.who.currentData()
        self.who.blockSignals(True)
        self.who.clear()
        self.who.addItem(_("Everybody’s visits"), EVERYBODY)
        for name in sorted(named):
            self.who.addItem(name, name)
        self.who.addItem(_("Nobody is named yet"), NOBODY)
        self.who.setCurrentIndex(max(self.who.findData(before), 0))
        self.who.blockSignals(False)
        self.who.setVisible(bool(named))

    def _whose(self, visits: Sequence[DueVisit]) -> list[DueVisit]:
        who = self.who.currentData()
        if who in (None, EVERYBODY):
            return list(visits)
        return [visit for visit in visits if who in ({plan.assignee for plan in visit.plans} or {NOBODY})]

    def _show_due(self) -> None:
        loaded = self.loaded
        if loaded is None:
            return
        pieces.clear(self.due.body)
        self.rows = []
        near, later = self._whose(loaded.due), self._whose(loaded.later)
        self._add_rows(self.due.body, near[:SHOWN])
        if rest := near[SHOWN:]:
            words = ngettext("{n} more", "{n} more", len(rest)).format(n=len(rest))
            self._add_closed(words, lambda box: self._add_rows(box, rest))
        if not near:
            self.due.add(pieces.text(_("No promised or planned visit is due in the next two weeks."), "soft"))
        if later:
            words = ngettext("{n} household later", "{n} households later", len(later)).format(n=len(later))
            self._add_closed(words, lambda box: self._add_rows(box, later[: SHOWN * 5]))

    def _add_closed(self, words: str, fill: Callable[[QVBoxLayout], object]) -> None:
        link, place = show_more(words, fill)
        self.due.add(link)
        self.due.add(place)

    def _add_rows(self, box: QVBoxLayout, visits: Sequence[DueVisit]) -> None:
        assert self.loaded is not None
        for visit in visits:
            row = DueRow(visit, self.loaded.on)
            row.chosen.connect(lambda visit=visit: self.shell.go("household", household_id=visit.household_id))
            go = pieces.button(
                _("Visit"), partial(self.shell.go, "visit", household_id=visit.household_id), icon="visit"
            )
            go.setAccessibleName(_("Record the visit at {address}").format(address=visit.address))
            beside = [self._change_button(visit)] if visit.plans else []
            if theme.look().scale < ROOMY:
                line = pieces.line(None, row, *beside, go, gap=8)
                line.setStretch(0, 1)
                box.addLayout(line)
            else:  # with large letters the buttons stand below, else a name would have a letter a line
                box.addWidget(row)
                box.addLayout(pieces.line(None, None, *beside, go, gap=8))
            if visit.plans:
                place = QWidget()
                pieces.column(place, gap=0).setContentsMargins(theme.px(34), 0, 0, theme.px(6))
                place.hide()
                box.addWidget(place)
                row.place = place
            self.rows.append(row)

    def _change_button(self, visit: DueVisit) -> QPushButton:
        made = pieces.button(_("Change"))
        made.setAccessibleName(_("Change the plan for {address}").format(address=visit.address))
        made.clicked.connect(lambda _checked=False: self._toggle(visit))
        return made

    def _toggle(self, visit: DueVisit) -> None:
        """Open what can be changed under its row, or close it."""
        row = next(row for row in self.rows if row.visit is visit)
        place = row.place
        assert place is not None
        assert self.loaded is not None
        layout = place.layout()
        assert layout is not None
        if layout.count() == 0:
            panel = plan_panel(self, visit, self.loaded.on, self.loaded.workers, self.loaded.seen)
            layout.addWidget(panel)
            row.panel = panel
        place.setHidden(not place.isHidden())
        if not place.isHidden() and row.panel is not None:
            row.panel.first_focus()
            QTimer.singleShot(0, place, lambda: self.see(place))  # when it has its height


class DueRow(ClickRow):
    """A visit that is due: when, where, whom, why."""

    def __init__(self, visit: DueVisit, on: date) -> None:
        away = days_away(visit.due, on)
        names = _(", ").join(visit.names)
        super().__init__(f"{day_text(visit.due)} {away}, {names}, {visit.address}, {visit.reason}")
        self.visit = visit
        self.place: QWidget | None = None
        self.panel: PlanPanel | None = None
        line = pieces.line(self, Mark("visit", "warn" if visit.due < on else "accent", 22), gap=12)
        line.setContentsMargins(theme.px(10), theme.px(7), theme.px(10), theme.px(7))
        going = dict.fromkeys(plan.assignee for plan in visit.plans if plan.assignee)
        goes = [_("{name} goes").format(name=_(", ").join(going))] if going else []
        under = "  ·  ".join(part for part in (visit.address, visit.reason, *goes) if part)
        when = [
            pieces.text(day_text(visit.due), "soft", wrap=False),
            Chip(away, tone="warn" if visit.due <= on else "soft"),
        ]
        words = [pieces.text(names, "label"), pieces.text(under, "small")]
        if theme.look().scale < ROOMY:
            line.addLayout(pieces.column(None, *words, gap=1), 1)
            for thing in when:
                line.addWidget(thing)
        else:
            line.addLayout(pieces.column(None, *words, pieces.line(None, *when, None, gap=8), gap=1), 1)
