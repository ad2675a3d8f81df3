"""Rounds: those that are walked now with their progress, a new one, and those that are over."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QProgressBar, QPushButton

from desktop import side_by_side, theme
from desktop.case_words import day_text
from desktop.pages.base import Page
from desktop.pages.round_parts import finish_round
from desktop.round_words import progress_text, scope_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, show_more
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.round_form import RoundForm
from models.clock import today
from models.records.rounds import RoundEntry
from models.services.rounds_views import RoundRow
from models.services.views import Changed
from models.texts import _, ngettext, pgettext


class RoundsPage(Page):
    """open(household_ids=(), name="", new=False): lists rounds; with households or `new` a round is begun."""

    name = "rounds"
    width = 1080

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.new_button = pieces.button(_("Plan a round"), self.begin, "primary", "plus")
        self.aside.addWidget(self.new_button)
        self.form = RoundForm(self, today(shell.clock))
        self.form.hide()
        self.form.planned.connect(self.plan)
        self.form.cancelled.connect(self.close_form)
        self.open_ones = pieces.column(None, gap=12)
        self.over = pieces.column(None, gap=8)
        self.body.addWidget(self.form)
        self.body.addLayout(self.open_ones)
        self.body.addLayout(self.over)
        self.body.addStretch(1)
        self.cards: dict[str, RoundCard] = {}
        self._workers: list[str] = []
        self.seen = -1
        """The moment from which is what the list shows (casebook.desks.seen())."""

    def title(self) -> str:
        """The page's name."""
        return _("Rounds")

    def open(self, household_ids: Sequence[str] = (), name: str = "", new: bool = False, **where: Any) -> None:
        """Load the rounds; households become a new one."""
        casebook = self.casebook

        def load() -> tuple[list[RoundRow], list[str], int]:
            seen = casebook.desks.seen()
            names = dict.fromkeys((casebook.worker.name, *casebook.planning.assignees()))
            return casebook.rounds.all(), list(names), seen

        def show(loaded: tuple[list[RoundRow], list[str], int]) -> None:
            rows, self._workers, self.seen = loaded
            self._show(rows)
            if household_ids or new:
                self.begin(household_ids, name)
                self.where = {}  # coming back does not begin it again

        self.read(load, show)

    def refresh(self, changed: Changed) -> None:
        """Load again where a round or a door of one was changed."""
        if changed.entities & {"visit_round", "round_stop"}:
            self.open()

    def first_focus(self) -> None:
        """The first round to go on with, or the button that plans one."""
        first = next(iter(self.cards.values()), None)
        if not self.form.isHidden():
            self.form.first_focus()
        elif first is not None:
            first.go.setFocus()
        else:
            self.new_button.setFocus()

    # A new round.

    def begin(self, household_ids: Sequence[str] = (), name: str = "") -> None:
        """Open the form for an address, or for these households."""
        if not self.cards:
            pieces.clear(self.open_ones)  # an invitation to plan one, which is under way now
        self.form.show()
        self.new_button.hide()
        self.form.begin(household_ids, name, self._workers)
        self.form.first_focus()
        QTimer.singleShot(0, self.form, lambda: self.see(self.form))

    def close_form(self) -> None:
        """Put the form away; what was typed stays in it."""
        self.form.hide()
        self.new_button.show()
        self.open()
        self.first_focus()

    def plan(self, entry: RoundEntry) -> None:
        """Plan it, and go to its first door."""
        casebook = self.casebook

        def done(changed: Changed) -> None:
            self.form.hide()
            self.new_button.show()
            self.form.name.clear()
            count = ngettext("{n} door", "{n} doors", len(changed.ids)).format(n=len(changed.ids))
            words = _("“{name}” is planned: {count}.").format(name=entry.name, count=count)
            self.shell.go("round", round_id=changed.id)
            self.shell.say(words)

        self.run(lambda: casebook.rounds.plan(entry), done)

    # The list.

    def _show(self, rows: list[RoundRow]) -> None:
        pieces.clear(self.open_ones)
        pieces.clear(self.over)
        self.cards = {}
        running = [row for row in rows if row.status == "open"]
        for row in running:
            card = RoundCard(self, row)
            self.cards[row.id] = card
            self.open_ones.addWidget(card)
        if not running and self.form.isHidden():
            hint = _("A round takes you from door to door: a staircase, a building, a road, or a list.")
            self.open_ones.addWidget(
                pieces.card(EmptyState("visit", _("No round is open"), hint, (_("Plan a round"), self.begin)))
            )
        past = [row for row in rows if row.status != "open"]
        if past:
            words = ngettext("{n} round that is over", "{n} rounds that are over", len(past)).format(n=len(past))
            link, place = show_more(words, lambda box: self._fill_past(box, past))
            self.over.addWidget(link)
            self.over.addWidget(place)

    def _fill_past(self, box: Any, rows: list[RoundRow]) -> None:
        for row in rows:
            box.addWidget(RoundCard(self, row))

    def drop(self, row: RoundRow) -> None:
        """Nobody walks it; visits already made stay."""
        casebook = self.casebook
        words = _("“{name}” was dropped. Visits already made stay.").format(name=row.name)
        side_by_side.deed(
            self,
            self.seen,
            lambda: casebook.rounds.drop(row.id),
            lambda changed: self.shell.say(words, undo=lambda: casebook.undo(changed.operations)),
        )

    def reopen(self, row: RoundRow) -> None:
        """Go on with a round that was over."""
        casebook = self.casebook
        words = _("“{name}” is open again.").format(name=row.name)
        side_by_side.deed(
            self,
            self.seen,
            lambda: casebook.rounds.reopen(row.id),
            lambda changed: self.shell.say(words, undo=lambda: casebook.undo(changed.operations)),
        )


class RoundCard(Card):
    """A round: what it covers, how far it is, and what can be done with it."""

    def __init__(self, page: RoundsPage, row: RoundRow) -> None:
        tones = {"open": "accent", "done": "good", "dropped": "soft"}
        states = {
            "open": pgettext("round", "open"),
            "done": pgettext("round", "over"),
            "dropped": pgettext("round", "dropped"),
        }
        chips = [Chip(states.get(row.status, row.status), tone=tones.get(row.status, "soft"))]
        if row.retries_due:
            words = ngettext("{n} due again", "{n} due again", row.retries_due).format(n=row.retries_due)
            chips.insert(0, Chip(words, tone="warn"))
        super().__init__(row.name, *chips)
        self.row = row
        facts = (
            scope_text(row.scope),
            day_text(row.starts_on),
            row.purpose,
            _("{name} walks").format(name=row.assignee) if row.assignee else "",
        )
        self.add(pieces.text("  ·  ".join(fact for fact in facts if fact), "soft"))
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setFixedHeight(theme.px(8))
        bar.setRange(0, max(row.total, 1))
        bar.setValue(row.gone)
        bar.setAccessibleName(progress_text(row))
        self.add(bar)
        self.add(pieces.text(progress_text(row), "label"))
        flow = FlowLayout(gap=theme.px(8))
        shell = page.shell
        running = row.status == "open"
        self.go: QPushButton = pieces.button(
            (pgettext("round", "Go on") if row.gone else pgettext("round", "Begin")) if running else _("Look at it"),
            partial(shell.go, "round", round_id=row.id),
            "primary" if running else "",
            "visit",
        )
        flow.addWidget(self.go)
        flow.addWidget(
            pieces.button(_("Paper list"), partial(shell.go, "round", round_id=row.id, paper=True), icon="print")
        )
        if running:
            type_in = partial(shell.go, "round_entry", round_id=row.id)
            flow.addWidget(pieces.button(_("Type in the paper"), type_in, icon="keyboard"))
            flow.addWidget(pieces.button(_("Finish"), partial(finish_round, page, row), icon="check"))
            flow.addWidget(pieces.button(_("Drop"), partial(page.drop, row), "link"))
        else:
            flow.addWidget(pieces.button(_("Open again"), partial(page.reopen, row), "link"))
        for made in (flow.itemAt(place) for place in range(flow.count())):
            button = made.widget() if made is not None else None
            if isinstance(button, QPushButton):
                button.setAccessibleName(_("{what}: {name}").format(what=button.text(), name=row.name))
        self.add(flow)
