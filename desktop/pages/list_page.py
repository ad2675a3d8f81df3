"""What the pages with a long list share: lines are chosen, then visits are planned for them or they are written out."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog

from desktop import theme
from desktop.pages.base import NARROW, Page
from desktop.tasks import Cancelled, Progress
from desktop.widgets import pieces
from desktop.widgets.list_export import ExportDialog, ExportWish, file_name, kind_words, write_bytes
from desktop.widgets.plan_dialog import PlanDialog, PlanWish, plan_visits, planned_words
from desktop.widgets.protect_dialog import told
from desktop.widgets.tick_list import TickList
from models.clock import today
from models.texts import _, ngettext
from reports.people_list import PeopleList

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.records.visit import PlanEntry
    from models.services.views import Changed, PlannedView

MOST_PLANNED = 5000
"""The most lines that become visits at once: two workers' year of doors."""


LOW = 12
"""Below so many times the height of a button, filters are shown instead of the list, when they are wanted."""


class ListPage(Page):
    """A page around a TickList `self.lines`, with its buttons pinned below: call `pin_actions` once it is there."""

    width = 0
    scrolls = False
    own_days = False
    """Whether the lines name days on which visits may be planned."""

    lines: TickList

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.dialog: PlanDialog | ExportDialog | None = None
        """What asked last; tests answer it."""
        self.plans: dict[str, PlannedView] = {}
        """The next open visit that is planned for a household."""
        self.assignees: list[str] = []

    def pin_actions(self) -> None:
        """The box for all lines and the two things to do with those chosen."""
        self.all_tick = QCheckBox()
        self.all_tick.setTristate(True)
        self.all_tick.clicked.connect(
            lambda _on: self.lines.tick_all(self.lines.ticks.count < self.lines.ticks.possible)
        )
        self.export_button = pieces.button(_("Write to a file …"), self.ask_export, icon="export")
        self.plan_button = pieces.button(_("Plan visits …"), self.ask_plan, "primary", "calendar")
        self.reserve("export", self.export_button)
        self.reserve("plan", self.plan_button)
        self.show_footer(self.all_tick, None, self.export_button, self.plan_button)
        self.lines.ticked.connect(self.say_ticked)
        self.say_ticked(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window writing is a picture alone, so that the buttons stay in one row."""
        super().resizeEvent(event)
        if hasattr(self, "export_button"):
            self.word_buttons(narrow=event.size().width() < theme.px(NARROW))

    def word_buttons(self, *, narrow: bool) -> None:
        """What stands on the button that writes a file; a page with other buttons below has other words."""
        words = _("Write to a file …")
        self.export_button.setText("" if narrow else words)
        self.export_button.setToolTip(words)

    def say_ticked(self, count: int) -> None:
        """Say how many lines are chosen, and what can be done with them."""
        possible = self.lines.ticks.possible
        self.all_tick.setEnabled(bool(possible))
        state = Qt.CheckState
        whole = bool(count) and count == possible
        self.all_tick.setCheckState(state.Checked if whole else state.PartiallyChecked if count else state.Unchecked)
        if count:
            self.all_tick.setText(ngettext("{n} line chosen", "{n} lines chosen", count).format(n=f"{count:,}"))
        else:
            self.all_tick.setText(_("Choose all {n}").format(n=f"{possible:,}"))
        for made in (self.export_button, self.plan_button):
            made.setEnabled(bool(count))
            made.setToolTip("" if count else _("Choose lines first: Space, or the box before each."))

    def on(self) -> date:
        """Today."""
        return today(self.casebook.clock)

    def is_low(self) -> bool:
        """Whether there is no room for filters above the list: large letters or buttons in a low window."""
        return self.size().height() < LOW * theme.target()

    # What each page says.

    def with_chosen(self, use: Callable[[list[Any]], object]) -> None:
        """Call `use` with the chosen rows, now or when they have been read."""
        raise NotImplementedError

    def plan_reason(self) -> str:
        """What the visits are for, in a few words; the worker may write something else."""
        raise NotImplementedError

    def plan_entries(self, chosen: list[Any], reason: str, assignee: str) -> "list[PlanEntry]":
        """The chosen rows as visits, one a household."""
        raise NotImplementedError

    def export_columns(self) -> Sequence[tuple[str, str, bool]]:
        """(key, heading, whether it is ticked at first) of the columns of a written list."""
        raise NotImplementedError

    def export_count(self) -> int:
        """How many rows would be written, at least."""
        return self.lines.ticks.count

    def export_words(self, rows: int) -> str:
        """How much would be written, in words."""
        return ngettext("{n} row is written.", "{n} rows are written.", rows).format(n=f"{rows:,}")

    def export_maker(self, keys: Sequence[str]) -> Callable[[Cancelled], PeopleList | None]:
        """What makes the list with these columns, off the window's thread; None where it was cancelled."""
        raise NotImplementedError

    # Visits.

    def load_plans(self, done: Callable[[], object]) -> None:
        """Ask which visits are planned, then call `done`."""
        planning = self.casebook.planning

        def take(loaded: "tuple[dict[str, PlannedView], list[str]]") -> None:
            self.plans, self.assignees = loaded
            done()

        self.read(lambda: (next_plans(planning.open()), planning.assignees()), take)

    def ask_plan(self) -> None:
        """Ask how the chosen lines become visits."""
        if not self.lines.ticks.count:
            return
        if self.lines.ticks.count > MOST_PLANNED:
            words = _("At most {n} lines become visits at once: narrow the list down first.")
            self.shell.notice(words.format(n=f"{MOST_PLANNED:,}"), "warn")
            return
        self.with_chosen(self._ask_plan)

    def _ask_plan(self, chosen: list[Any]) -> None:
        if not chosen:
            return
        entries = self.plan_entries(chosen, "", "")
        self.dialog = PlanDialog(
            self,
            partial(self._plan, chosen),
            households=len(entries),
            reason=self.plan_reason(),
            today=self.on(),
            assignees=(self.shell.worker.name, *self.assignees),
            own_days=self.own_days,
        )
        self.dialog.open()

    def _plan(self, chosen: list[Any], wish: PlanWish) -> None:
        casebook = self.casebook
        entries = self.plan_entries(chosen, wish.reason, wish.assignee)

        def done(changed: "Changed") -> None:
            ids = list(changed.ids)
            words = planned_words(len(entries), len(ids))
            self.shell.say(words, (lambda: casebook.planning.drop(ids)) if ids else None)
            self.lines.tick_all(False)

        self.run(lambda: plan_visits(casebook, entries, wish), done)

    # Files.

    def choose_file(self, name: str, kinds: str) -> Path | None:
        """Ask where to write; None where the worker does not want to. Tests put their own in its place."""
        chosen, _kind = QFileDialog.getSaveFileName(self, _("Write the list to a file"), name, kinds)
        return Path(chosen) if chosen else None

    def ask_export(self) -> None:
        """Ask what is written of the chosen lines."""
        if not self.lines.ticks.count:
            return
        columns, rows = self.export_columns(), self.export_count()
        self.dialog = ExportDialog(
            self,
            self._export,
            rows=rows,
            count=self.export_words(rows),
            columns=[(key, heading) for key, heading, _first in columns],
            at_first=[key for key, _heading, first in columns if first],
        )
        self.dialog.open()

    def _export(self, wish: ExportWish) -> None:
        path = self.choose_file(file_name(self.title(), self.on().isoformat(), wish.kind), kind_words(wish.kind))
        if path is None:
            return
        make = self.export_maker(wish.columns)

        def work(_progress: Progress, cancelled: Cancelled) -> bool:
            from reports.protecting import protect, protect_workbook
            from reports.screening_list import render_list_pdf, render_list_xlsx  # with ReportLab, when one is wanted

            value = make(cancelled)
            render = render_list_pdf if wish.kind == "pdf" else render_list_xlsx
            data = None if value is None else render(value, cancelled)
            if data is not None and wish.passphrase:
                data = (protect if wish.kind == "pdf" else protect_workbook)(data, wish.passphrase)
            if data is not None:
                write_bytes(path, data)
            return data is not None

        def done(written: bool) -> None:
            if written:
                words = _("Written to “{name}”. The file holds personal data.").format(name=path.name)
                self.shell.say(told(words, wish.passphrase))
            else:
                self.shell.say(_("Stopped; nothing was written."))

        self.long(work, done, title=_("Writing the list"))


def next_plans(plans: "Sequence[PlannedView]") -> "dict[str, PlannedView]":
    """The next open plan of each household; plans come the oldest first."""
    found: dict[str, PlannedView] = {}
    for plan in plans:
        found.setdefault(plan.household_id, plan)
    return found


def seconds_words(milliseconds: float) -> str:
    """How many seconds something took; a little is not told as nothing."""
    return f"{milliseconds / 1000:.1f}" if milliseconds >= 50 else "<0.1"
