"""Walking a round: one door at a time, its outcome in one tap, what else is due before one leaves, the next door."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QDialog, QMenu, QProgressBar, QPushButton, QStackedWidget, QWidget

from desktop import side_by_side, theme
from desktop.pages.base import Page
from desktop.pages.draft_keeper import DraftKeeper
from desktop.pages.round_deeds import Deeds
from desktop.pages.round_parts import Loaded, finish_round, leads_to, load_round, may_leave, open_due, resumed
from desktop.round_words import OUTCOMES, door_parts, outcome_text, paper_names, progress_text
from desktop.widgets import pieces
from desktop.widgets.door_card import DoorCard
from desktop.widgets.door_list import DoorList
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.outcome_bar import ROOMY, OutcomeBar
from desktop.widgets.round_preview import RoundPreview
from models.clock import local_time, milliseconds, today
from models.errors import Problem
from models.services.retries import part_of_day
from models.services.rounds_views import DueLine, RoundRow, RoundView, StopView
from models.services.views import Changed
from models.texts import _

FORM, VERSION = "round", "1"
LOW = 380
"""Below this height (pixels at 100 per cent) a door that is shown stands at the very top."""

HEAD = 230
"""What stands above and below the doors, in pixels at 100 per cent: the list of doors gets all the rest."""

LIST_FROM = 860
"""From this width of the page on (pixels at 100 per cent) the list of doors stands beside the door."""


class RoundPage(Page):
    """open(round_id="", stop_id="", draft_id="", paper=False). Without a round, the one of today is opened."""

    name = "round"
    width = 0

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.view: RoundView | None = None
        self.stop_id = ""
        self.papers: Mapping[str, str] = {}
        self.seen = -1
        """The moment from which the round is shown (casebook.desks.seen())."""
        self.busy = False
        self._after: tuple[str, str] | None = None  # the door of which something was just said, and what
        self._last = ""  # the door of which something was said last: undone, it is shown again
        self.keeper: DraftKeeper | None = None
        self.deeds = Deeds(self)
        self.dialog: QDialog | None = None
        """What asked last; tests answer it."""
        self.body.setSpacing(theme.px(8))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(theme.px(6))
        self.bar.setAccessibleName(_("How far the round is"))
        self.progress = pieces.text("", "soft")
        self.doors_button = pieces.button(_("Doors"), self.toggle_list, icon="residents", tip="J")
        self.doors_button.setCheckable(True)
        self.aside.addWidget(self.doors_button)
        self.aside.addWidget(self._menu_button())
        self.card = DoorCard(today(shell.clock))
        self.card.next_wanted.connect(self.go_next)
        self.card.due_ticked.connect(self.deeds.tick)
        self.card.due_opened.connect(self._open_due)
        self.card.retry_chosen.connect(self.deeds.retry)
        self.card.changed.connect(self._typed)
        self.card.visit_wanted.connect(self.visit_form)
        self.doors = DoorList()
        self.doors.setMinimumHeight(theme.px(300))
        self.doors.chosen.connect(self.show_stop)
        self.doors.moved.connect(self.deeds.move_door)
        self.walking = QWidget()
        self._sides = pieces.line(self.walking, self.card, self.doors, gap=12)
        self._sides.setStretch(0, 5)
        self._sides.setStretch(1, 3)
        self.preview = RoundPreview(self)
        self.preview.closed.connect(self.show_walking)
        self.nothing = EmptyState(
            "visit",
            _("No round is open today"),
            _("Choose a round from the list, or plan a new one."),
            (_("Rounds"), lambda: shell.go("rounds")),
        )
        self.stack = QStackedWidget()
        for thing in (self.walking, self.preview, self.nothing):
            self.stack.addWidget(thing)
        self.head = pieces.column(None, self.progress, self.bar, gap=4)
        self.body.addLayout(self.head)
        self.body.addWidget(self.stack, 1)
        self.foot = OutcomeBar(self.record, self.go_next)
        self.outcome_buttons = self.foot.outcomes
        self.show_footer(self.foot)
        self.footer_margins = False
        side = theme.px(16 if theme.look().scale < ROOMY else 8)
        self.footer.setContentsMargins(side, theme.px(5), side, theme.px(5))
        self._keys()

    # Building.

    def _menu_button(self) -> QPushButton:
        made = pieces.button(_("This round"))
        menu = QMenu(made)
        self.menu_actions = {
            "paper": menu.addAction(_("Paper list …"), self.show_paper),
            "entry": menu.addAction(_("Type in the paper list …"), self.type_in),
            "add": menu.addAction(_("Add a door …"), self.deeds.add_door),
            "skip": menu.addAction(_("Leave this door out"), self.skip),
            "back": menu.addAction(_("Take back what was said of this door"), self.deeds.take_back),
            "finish": menu.addAction(_("Finish the round"), self.finish),
        }
        made.setMenu(menu)
        return made

    def _keys(self) -> None:
        def key(keys: str, run: Any) -> None:
            made = QShortcut(QKeySequence(keys), self)
            made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made.activated.connect(run)

        for number, outcome in enumerate(OUTCOMES, 1):
            key(str(number), partial(self.record, outcome))
        for keys, run in (
            ("Right", self.go_next),
            ("Left", self.go_before),
            ("N", lambda: self.card.note.setFocus()),
            ("V", self.visit_form),
            ("J", self.jump),
            ("Ctrl+P", self._print_key),
            ("Ctrl+Backspace", self.deeds.take_back),
        ):
            key(keys, run)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the door has all the room, and the list comes when asked for."""
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        narrow = self.size().width() < theme.px(LIST_FROM)
        asked = self.doors_button.isChecked()
        room = self.size().height() - theme.px(HEAD)
        on_paper = self.stack.currentWidget() is self.preview
        self.preview.setMinimumHeight(max(room + theme.px(60), theme.px(300)) if on_paper else 0)
        self.doors.setMinimumHeight(max(room, theme.px(300)) if not narrow else theme.px(300))
        self.doors_button.setVisible(narrow and not on_paper)
        self.doors.setVisible(not narrow or asked)
        self.card.setVisible(not narrow or not asked)

    # Opening and loading.

    def title(self) -> str:
        """The page's name, or the round's."""
        return self.view.row.name if self.view is not None else _("Round")

    def open(
        self, round_id: str = "", stop_id: str = "", draft_id: str = "", paper: bool = False, **where: Any
    ) -> None:
        """Show a round at a door; at none, where one was last."""
        if round_id and self.view is not None and self.view.row.id != round_id:
            self.view, self.stop_id = None, ""
        self.stop_id = stop_id or self.stop_id
        casebook = self.casebook

        def show(loaded: Loaded) -> None:
            self._begin(loaded)
            if paper:
                self.show_paper()

        self.read(lambda: load_round(casebook, round_id, draft_id, FORM), show)

    def _begin(self, loaded: Loaded) -> None:
        self.show_walking()
        if loaded.view is None:
            self.view = None
            self.stack.setCurrentWidget(self.nothing)
            self._footer_frame.hide()
            self.progress.setText("")
            return
        self._footer_frame.show()
        self.where["round_id"] = loaded.view.row.id
        self.papers, self.seen = loaded.papers, loaded.seen
        note, met = None, []
        if loaded.draft is not None:
            body = loaded.draft.body
            if loaded.view.stop(str(body.get("stop") or "")) is not None:
                self.stop_id = str(body["stop"])
                note, met = str(body.get("note") or ""), list(body.get("met") or [])
        self._begin_draft(loaded.draft.id if loaded.draft is not None else "")
        self._show_view(loaded.view)
        if note is not None or met:
            self._show_card(note, met)
        self.first_focus()

    def refresh(self, changed: Changed) -> None:
        """Load again where this round, or a household of it, was changed."""
        view = self.view
        if view is None:
            self.open(**self.where)
            return
        homes = {stop.household_id for stop in view.stops} | {stop.dwelling_id for stop in view.stops}
        if changed.rows & (homes | {view.row.id}) or "round_stop" in changed.entities:
            self.reload()

    def reload(self) -> None:
        """Read the round anew; the door and what is typed stay."""
        assert self.view is not None
        casebook, round_id = self.casebook, self.view.row.id

        def load() -> tuple[int, RoundView, Mapping[str, str]]:
            seen, view = casebook.desks.seen(), casebook.rounds.get(round_id)
            return seen, view, paper_names(casebook, view)

        def show(loaded: tuple[int, RoundView, Mapping[str, str]]) -> None:
            seen, view, papers = loaded
            if self.view is None or self.view.row.id != view.row.id:
                return
            self.seen, self.papers = seen, papers
            self._show_view(view)

        self.read(load, show)

    def first_focus(self) -> None:
        """The door."""
        if self.stack.currentWidget() is self.walking:
            self.card.setFocus()

    def subject(self) -> dict[str, str]:
        """Who lives behind the door."""
        stop = self.stop
        return {"household_id": stop.household_id} if stop is not None and stop.household_id else {}

    @property
    def stop(self) -> StopView | None:
        """The door that is shown."""
        return self.view.stop(self.stop_id) if self.view is not None else None

    # Showing.

    def _show_view(self, view: RoundView) -> None:
        before = self.view.stop(self._last) if self.view is not None else None
        self.view = view
        row = view.row
        self.set_title(row.name)
        self.bar.setRange(0, max(row.total, 1))
        self.bar.setValue(row.gone)
        self.progress.setText(progress_text(row))
        now = view.stop(self._last)
        undone = before is not None and now is not None and len(now.tries) < len(before.tries)
        after, self._after = self._after, None
        if undone and self._last:
            self.stop_id = self._last
        elif after is not None and after[0] == self.stop_id and may_leave(view, *after):
            following = view.next_after(self.stop_id)
            if following is None:
                self._all_done(row)
            else:
                self.stop_id = following.id
        if view.stop(self.stop_id) is None:
            self.stop_id = resumed(view)
        kept = after is None and not undone
        note = self.card.note.text() if kept and self._unsaved() else None
        met = self.card.met() if kept and self._unsaved() else []
        self.doors.show_stops(view.stops, self.stop_id)
        self._show_card(note, met)
        self.menu_actions["finish"].setEnabled(row.status == "open")
        if after is not None or undone:
            self.first_focus()
            if after is not None and after[0] == self.stop_id:
                QTimer.singleShot(0, self, self._to_what_is_left)

    def _show_card(self, note: str | None = None, met: list[str] | None = None) -> None:
        stop = self.stop
        if stop is None:
            return
        self.where["stop_id"] = stop.id
        self.card.show_stop(
            stop, self.papers, note=note, met=met or (), actions=leads_to(self, stop, self.deeds.wait_again)
        )
        self.foot.stress(stop.status if stop.tries else "met")
        self.menu_actions["back"].setEnabled(bool(stop.tries))
        self.menu_actions["skip"].setEnabled(stop.open)
        place = self.view.stops.index(stop) + 1 if self.view is not None else 0
        assert self.view is not None
        words = _("Door {n} of {all}").format(n=place, all=len(self.view.stops))
        self.progress.setText(_("{first}  ·  {second}").format(first=words, second=progress_text(self.view.row)))
        QTimer.singleShot(0, self, self._to_top)

    def _to_top(self) -> None:
        """In a low window the door comes first; the head is above, for whoever scrolls."""
        if self.area is not None:
            inner = self.area.widget()
            low = self.area.viewport().height() < theme.px(LOW)
            top = self.stack.mapTo(inner, self.stack.rect().topLeft()).y() if inner is not None and low else 0
            self.area.verticalScrollBar().setValue(max(top - theme.px(8), 0))

    def _to_what_is_left(self) -> None:
        """One stays at a door because something is left to do there: it is brought into view."""
        self.see(self.card.note if self.card.due_box.isHidden() else self.card.due_box)

    def _all_done(self, row: RoundRow) -> None:
        words = _("Every door of the round was visited: {met} of {all} met.").format(met=row.met, all=row.total)
        self.shell.notice(words, "good")

    def show_stop(self, stop_id: str) -> None:
        """Go to a door; a note that was typed at the one before is kept."""
        if self.view is None or self.view.stop(stop_id) is None:
            return
        self._keep_note()
        self.stop_id = stop_id
        self.doors_button.setChecked(False)
        self._lay_out()
        self.doors.choose(stop_id)
        self._show_card()
        self.first_focus()

    def go_next(self) -> None:
        """The next door at which nobody was yet, else simply the next."""
        view, stop = self.view, self.stop
        if view is None or stop is None or self.busy:
            return
        following = view.next_after(stop.id) or view.stops[(view.stops.index(stop) + 1) % len(view.stops)]
        self.show_stop(following.id)

    def go_before(self) -> None:
        """The door before this one, whatever came of it."""
        view, stop = self.view, self.stop
        if view is not None and stop is not None and not self.busy:
            self.show_stop(view.stops[view.stops.index(stop) - 1].id)

    def toggle_list(self) -> None:
        """The list of doors instead of the door, in a narrow window."""
        self._lay_out()
        if self.doors_button.isChecked():
            self.doors.setFocus()

    def jump(self) -> None:
        """Put the cursor into the list of doors."""
        self.doors_button.setChecked(True)
        self._lay_out()
        self.doors.setFocus()

    # At the door.

    def record(self, outcome: str) -> None:
        """What came of the door: one tap, one transaction. A second one at the same time of day corrects the first."""
        stop, view = self.stop, self.view
        if stop is None or view is None or self.busy or self.stack.currentWidget() is not self.walking:
            return
        casebook = self.casebook
        self.busy = True
        now = local_time(milliseconds(casebook.clock))
        last = stop.tries[-1] if stop.tries else None
        part = part_of_day(now.date(), now)
        instead = last is not None and (last.on, last.part) == (now.date(), part)
        note, met = self.card.note.text(), self.card.met() if outcome == "met" else []
        self._end_draft()

        def done(changed: Changed) -> None:
            self.busy = False
            self._after, self._last = (stop.id, outcome), stop.id
            self.shell.say(self._said(stop, outcome), undo=lambda: casebook.undo(changed.operations))

        def failed(problem: Problem) -> None:
            self.busy = False
            self._typed()
            again = None if isinstance(problem, side_by_side.AnotherWasQuicker) else partial(self.record, outcome)
            self.shell.problem(problem, again)

        def work() -> Changed:
            return casebook.rounds.record(stop.id, outcome, part, now.date(), note, met, instead=instead)  # type: ignore[arg-type]

        side_by_side.deed(self, self.seen, work, done, failed, show=self.reload)

    def _said(self, stop: StopView, outcome: str) -> str:
        door = door_parts(stop)[1]
        return _("{door}: {outcome}.").format(door=door, outcome=outcome_text(outcome))

    def skip(self) -> None:
        """Leave the door out of this round, and go on."""
        stop = self.stop
        if stop is None or self.busy:
            return
        casebook, note = self.casebook, self.card.note.text()
        self._end_draft()

        def done(changed: Changed) -> None:
            self._after, self._last = (stop.id, "skipped"), stop.id
            words = _("{door} is left out of this round.").format(door=door_parts(stop)[1])
            self.shell.say(words, undo=lambda: casebook.undo(changed.operations))

        side_by_side.deed(self, self.seen, lambda: casebook.rounds.skip(stop.id, note), done, show=self.reload)

    def _open_due(self, line: DueLine) -> None:
        stop = self.stop
        if stop is not None:
            self._keep_note()
            if not open_due(self, stop, line):
                self.visit_form()

    def visit_form(self) -> None:
        """The whole form of a visit for this door; it comes back here."""
        stop, view = self.stop, self.view
        if stop is not None and view is not None and stop.household_id:
            self.shell.go("visit", household_id=stop.household_id, round_id=view.row.id, stop_id=stop.id)

    # The note, kept while it is typed.

    def _begin_draft(self, draft_id: str = "") -> None:
        if self.keeper is not None:
            self.keeper.deleteLater()
        self.keeper = DraftKeeper(self.casebook, self.shell.tasks, FORM, VERSION, self._snapshot, self)
        if draft_id:
            self.keeper.resume(draft_id)

    def _end_draft(self) -> None:
        if self.keeper is not None:
            self.keeper.discard()
        self._begin_draft()

    def _snapshot(self) -> tuple[str, str, Mapping[str, Any]] | None:
        stop, view = self.stop, self.view
        if stop is None or view is None:
            return None
        body = {"stop": stop.id, "note": self.card.note.text(), "met": self.card.met()}
        return f"{view.row.name} {door_parts(stop)[1]}", view.row.id, body

    def _typed(self) -> None:
        if self.keeper is not None:
            self.keeper.touch()

    def _unsaved(self) -> bool:
        stop = self.card.stop
        return (
            stop is not None
            and stop.id == self.stop_id
            and (self.card.note.text() != stop.note or bool(self.card.met()))
        )

    def _keep_note(self) -> None:
        """A note that was typed belongs to its door even if nothing else is said of it."""
        stop = self.stop
        if stop is None or self.card.stop is None or self.card.stop.id != stop.id:
            return
        note = self.card.note.text()
        if note != stop.note:
            rounds = self.casebook.rounds
            side_by_side.save(self, self.seen, lambda: rounds.note(stop.id, note), lambda _changed: None)
        self._end_draft()

    def leave(self) -> bool:
        """Keep what is typed."""
        if self.keeper is not None:
            self.keeper.flush()
        return True

    # The round.

    def show_paper(self) -> None:
        """The list on paper."""
        if self.view is not None:
            self.stack.setCurrentWidget(self.preview)
            self._footer_frame.hide()
            self._lay_out()
            self.preview.show_round(self.view)
            self.preview.print_button.setFocus()

    def show_walking(self) -> None:
        """Back to the doors."""
        self.stack.setCurrentWidget(self.walking)
        self._footer_frame.setVisible(self.view is not None)
        self._lay_out()

    def _print_key(self) -> None:
        if self.stack.currentWidget() is self.preview:
            self.preview.print_list()
        else:
            self.show_paper()

    def type_in(self) -> None:
        """Type in the paper list of this round."""
        if self.view is not None:
            self._keep_note()
            self.shell.go("round_entry", round_id=self.view.row.id)

    def finish(self) -> None:
        """The round is over; what stays open becomes planned visits."""
        if self.view is not None and not self.busy:
            self._keep_note()
            finish_round(self, self.view.row, lambda: self.shell.go("rounds"))
