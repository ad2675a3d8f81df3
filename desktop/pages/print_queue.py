"""The queue of the printer: what is being printed, what came out, and what the worker must be asked after a jam."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QProgressBar, QPushButton, QStackedWidget, QWidget

from desktop import paper_kinds, theme
from desktop.case_words import moment_text
from desktop.pages.base import Page
from desktop.print_runner import runner_of
from desktop.widgets import pieces
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.tick_list import TickList
from desktop.widgets.tile_list import Tile
from models.clock import today
from models.services.print_queue import ItemView, JobView
from models.services.views import Changed
from models.texts import N_, _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell

JOB_STATUS = {
    "waiting": N_("waits"),
    "printing": N_("is being printed"),
    "stopped": N_("has stopped"),
    "done": N_("is over"),
    "cancelled": N_("was cancelled"),
}
ITEM_STATUS = {
    "waiting": (N_("waits"), "soft"),
    "sent": (N_("at the printer"), "accent"),
    "printed": (N_("printed"), "good"),
    "unsure": (N_("not sure"), "warn"),
    "failed": (N_("not printed"), "danger"),
    "left_out": (N_("left out"), "soft"),
}
WHY = {
    "ended": N_("The program ended while it was printed."),
    "refused": N_("The printer did not take it."),
    "paused": N_("You stopped it."),
    "characters": N_("It holds characters that no typeface here can print."),
    "number": N_("It would show a whole identity number."),
    "gone": N_("Its record is not here any more."),
    "lost": N_("It was cancelled or given up at the printer."),
    "trouble": N_("It could not be drawn."),
}


class PrintQueuePage(Page):
    """open(job_id="") shows a job, else the one that is being printed, needs an answer, or is the newest."""

    name = "print_queue"
    width = 0
    scrolls = False

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.runner = runner_of(shell)
        self.runner.moved.connect(self._moved)
        self.jobs: list[JobView] = []
        self.items: list[ItemView] = []
        self.job: JobView | None = None
        self._round = 0
        self.choice = QComboBox()
        self.choice.setAccessibleName(_("Print job"))
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(24)
        self.choice.activated.connect(lambda place: self.open(job_id=self.jobs[place].id))
        self.aside.addWidget(self.choice)
        self.body.setSpacing(theme.px(8))
        self.stack = QStackedWidget()
        self.empty = EmptyState(
            "print",
            _("Nothing was printed yet"),
            _("Letters and other papers that you print are listed here, with what came out of the printer."),
            (_("Referrals"), lambda: shell.go("referrals")),
        )
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self._job_pane())
        self.body.addWidget(self.stack, 1)
        self._job_buttons()

    def _job_pane(self) -> QWidget:
        pane = QWidget()
        pane.setProperty("role", "ground")
        self.told = pieces.text("", "subheading")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(theme.px(8))
        self.counts = pieces.text("", "soft")
        self.trouble = pieces.text("", "error")
        self.list = TickList(lambda _f, _m, _done, failed: failed(), self._tile, _("Papers of the job"))
        self.list.setMinimumHeight(theme.row_height() * 2)
        self.list.ticked.connect(lambda _n: self._say())
        self.list.looked_at.connect(lambda _row: self._say())
        self.question = pieces.card(role="banner-warn", margin=12)
        self.asked = pieces.text("", "label")
        inner = pieces.inside(self.question)
        inner.addWidget(self.asked)
        self.all_out = pieces.button(_("All came out"), partial(self._answer_all, "yes"), "primary", "check")
        self.none_out = pieces.button(_("None came out: print them"), partial(self._answer_all, "no"), icon="print")
        inner.addLayout(pieces.wrapping(None, self.all_out, self.none_out, None))
        self._item_buttons()
        of_items = (self.came_out, self.print_it, self.reprint, self.leave_out, self.last_good, self.from_here)
        self.acts = QWidget()
        pieces.wrapping(self.acts, *of_items, None)
        above = (self.told, self.bar, self.counts, self.trouble, self.question, self.acts)
        pieces.column(pane, *above, self.list, gap=8).setStretch(len(above), 1)
        return pane

    def _item_buttons(self) -> None:
        self.came_out = self._button(_("Came out"), partial(self._answer, "yes"), "check")
        self.print_it = self._button(_("Did not come out: print"), partial(self._answer, "no"), "print")
        self.reprint = self._button(_("Print again as a reprint"), partial(self._answer, "again"), "print")
        self.leave_out = self._button(_("Leave out"), self._leave_out, "close")
        self.last_good = self._button(_("This is the last good sheet"), self._last_good, "flag")
        self.from_here = self._button(_("Print from here on"), self._from_here, "forward")

    def _job_buttons(self) -> None:
        self.stop_button = self._button(_("Stop"), self.stop, "close")
        self.go_button = pieces.button(_("Go on"), self.resume, "primary", "forward")
        self.cancel_button = pieces.button(_("Cancel the job"), self.cancel, "danger", "close")
        self.show_footer(
            self.cancel_button,
            None,
            self.stop_button,
            self.go_button,
        )

    def _button(self, words: str, act: Callable[[], object], icon: str) -> QPushButton:
        return pieces.button(words, act, icon=icon)

    def title(self) -> str:
        """The page's name."""
        return _("Print queue")

    # Loading.

    def open(self, job_id: str = "", **where: Any) -> None:
        """Load the jobs and the papers of one."""
        self.where = {"job_id": job_id} if job_id else {}
        self._load(job_id)

    def refresh(self, changed: Changed) -> None:
        """The queue says itself when it moves."""

    def first_focus(self) -> None:
        """The question, where there is one; else the list."""
        if not self.question.isHidden() and self.stack.currentWidget() is not self.empty:
            self.all_out.setFocus()
        else:
            self.list.setFocus()

    def _moved(self) -> None:
        if self.shell.page is self and not self.shell.is_locked:
            self._load(self.job.id if self.job is not None else "")

    def _load(self, job_id: str) -> None:
        self._round += 1
        this, queue = self._round, self.casebook.print_queue

        def load() -> tuple[list[JobView], list[ItemView]]:
            jobs = queue.jobs()
            chosen = self._first(jobs, job_id)
            return jobs, queue.items(chosen.id) if chosen is not None else []

        def show(found: tuple[list[JobView], list[ItemView]]) -> None:
            if this == self._round:
                self._show(*found, job_id)

        self.read(load, show)

    def _first(self, jobs: list[JobView], job_id: str) -> JobView | None:
        """The job that is wanted; else the one that is printed, that asks something, that stopped, the newest."""
        ranks: tuple[Callable[[JobView], bool], ...] = (
            lambda job: job.id == job_id,
            lambda job: job.status == "printing",
            lambda job: bool(job.count("unsure")),
            lambda job: job.status == "stopped",
            lambda job: True,
        )
        return next((job for fits in ranks for job in jobs if fits(job)), None)

    # Showing.

    def _show(self, jobs: list[JobView], items: list[ItemView], job_id: str) -> None:
        before = self.job.id if self.job is not None else ""
        self.jobs, self.items = jobs, items
        self.job = self._first(jobs, job_id)
        on = today(self.casebook.clock)
        self.choice.blockSignals(True)
        self.choice.clear()
        for job in jobs:
            self.choice.addItem(f"{moment_text(job.at, on)}  {job.title}")
        if self.job is not None:
            self.choice.setCurrentIndex(jobs.index(self.job))
        self.choice.blockSignals(False)
        self.choice.setHidden(self.job is None)
        pane = self.stack.widget(1)
        assert pane is not None
        self.stack.setCurrentWidget(self.empty if self.job is None else pane)
        if self.job is not None and (self.job.id != before or self.list.rows.rowCount() != len(items)):
            first = next((n for n, item in enumerate(items) if item.status in ("unsure", "failed")), 0)
            self.list.show_rows(len(items), range(len(items)), at=first)
            QTimer.singleShot(0, self.list, lambda: self.list.scrollTo(self.list.currentIndex()))  # once it has room
        else:
            self.list.rows.say_changed(0, len(items) - 1)
        self._say()

    def _tile(self, place: int) -> Tile:
        item = self.items[place]
        words, tone = ITEM_STATUS[item.status]
        tags = [(_(words), tone)]
        if item.again:
            tags.append((_("reprint"), "soft"))
        return Tile(
            name=item.label or paper_kinds.title_of(item.paper),
            below=_(WHY[item.detail]) if item.detail in WHY else paper_kinds.title_of(item.paper) if item.label else "",
            right=str(item.place),
            tags=tuple(tags),
        )

    def _say(self) -> None:
        job = self.job
        self._footer_frame.setVisible(job is not None)
        if job is None:
            return
        progress = self.runner.progress
        running = self.runner.is_busy(job.id)
        status = _(JOB_STATUS[job.status]) if running or job.status not in ("waiting", "printing") else _("waits")
        self.told.setText(_("{title}: {status}, {printer}").format(title=job.title, status=status, printer=job.printer))
        self.bar.setRange(0, job.total)
        self.bar.setValue(job.total - job.count("waiting", "sent"))
        self.bar.setAccessibleName(self.told.text())
        shown = [(status, job.count(status)) for status in ITEM_STATUS if job.count(status)]
        self.counts.setText(_(", ").join(f"{_(ITEM_STATUS[status][0])} {count:,}" for status, count in shown))
        stuck = progress.trouble if progress is not None and progress.job_id == job.id else ""
        why = stuck or (_(WHY[job.detail]) if job.status == "stopped" and job.detail in WHY else "")
        self.trouble.setText(why)
        self.trouble.setVisible(bool(why))
        unsure = job.count("unsure")
        self.question.setVisible(bool(unsure))
        self.asked.setText(
            ngettext(
                "{n} paper was at the printer, and nobody knows whether it came out. Look in the tray.",
                "{n} papers were at the printer, and nobody knows whether they came out. Look in the tray, then "
                "answer for all, choose some below, or name the last good sheet.",
                unsure,
            ).format(n=unsure)
        )
        ticked = self._ticked()
        answered = bool(ticked) and not any(item.status in ("waiting", "sent") for item in ticked)
        known = answered and not any(item.status == "printed" for item in ticked)
        still = not running
        current = self._current()
        here = current is not None and not ticked and still
        after = current is not None and any(
            item.status in ("sent", "unsure", "printed", "failed") for item in self.items[current.place - 1 :]
        )
        self.came_out.setVisible(still and known)
        self.print_it.setVisible(still and known)
        self.reprint.setVisible(still and answered)
        self.leave_out.setVisible(
            still and bool(ticked) and all(item.status in ("waiting", "failed", "unsure") for item in ticked)
        )
        self.last_good.setVisible(here and after and job.total > 1)
        self.from_here.setVisible(here and after)
        buttons = (self.came_out, self.print_it, self.reprint, self.leave_out, self.last_good, self.from_here)
        self.acts.setVisible(any(not button.isHidden() for button in buttons))
        self.stop_button.setVisible(running)
        self.cancel_button.setVisible(job.status not in ("done", "cancelled"))
        self.go_button.setVisible(still and bool(job.count("waiting")))

    def _ticked(self) -> list[ItemView]:
        places = (range(first, first + many) for first, many in self.list.ticks.stretches())
        return [self.items[place] for several in places for place in several]

    def _current(self) -> ItemView | None:
        place = self.list.currentIndex().row()
        return self.items[place] if 0 <= place < len(self.items) else None

    # Doing.

    def resume(self) -> None:
        """Print what waits."""
        if self.job is not None:
            self.runner.resume(self.job.id)

    def stop(self) -> None:
        """Send nothing more for now."""
        if self.job is not None:
            self.stop_button.setEnabled(False)
            self.runner.stop(self.job.id)
            self.stop_button.setEnabled(True)

    def cancel(self) -> None:
        """Print nothing more of the job; it can be printed from any paper on later."""
        if self.job is not None:
            self.runner.cancel(self.job.id)
            self.shell.say(_("What had not gone to the printer is left out."))

    def _answer(self, came_out: Literal["yes", "no", "again"]) -> None:
        ids = [item.id for item in self._ticked()]
        self._tell(ids, came_out)

    def _answer_all(self, came_out: Literal["yes", "no", "again"]) -> None:
        self._tell([item.id for item in self.items if item.status == "unsure"], came_out)

    def _tell(self, ids: list[str], came_out: Literal["yes", "no", "again"]) -> None:
        queue = self.casebook.print_queue
        if ids:
            self.run(lambda: queue.answer(ids, came_out), lambda _changed: self._answered(came_out != "yes"))

    def _last_good(self) -> None:
        item, queue = self._current(), self.casebook.print_queue
        if item is not None:
            self.run(lambda: queue.last_good(item.job_id, item.id), lambda _changed: self._answered(True))

    def _from_here(self) -> None:
        item, queue = self._current(), self.casebook.print_queue
        if item is not None:
            self.run(lambda: queue.from_here_on(item.job_id, item.id), lambda _none: self._answered(True))

    def _leave_out(self) -> None:
        ids, queue = [item.id for item in self._ticked()], self.casebook.print_queue
        self.run(lambda: queue.leave_out(ids), lambda _none: self._answered(False))

    def _answered(self, waits: bool) -> None:
        """Show it; what is to be printed waits until the worker says that the printer is ready."""
        if self.job is None:
            return
        queue, job_id = self.casebook.print_queue, self.job.id
        self.list.tick_all(False)
        self.run(lambda: queue.settle(job_id), lambda _job: self._load(job_id))
        if waits:
            self.shell.say(_("When the printer is ready: “Go on”."))
