"""Prints the jobs of the queue one after another while the window lives on: nothing of it runs on the window's thread.

A job is a chain of small steps, each on the lane where it belongs: values are read on the lane for lists, papers are
drawn and handed to the print system on the lane for other programs, what became of them is written on the lane of the
records, between the saves of pages. While the window is locked the chain rests where it is. Only a few papers are in
the hands of the print system at a time, so that cancelling is quick and a power cut leaves few of them unsure.
"""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from desktop import paper_kinds, printers
from desktop.paper_kinds import PaperItem
from desktop.printers import Options, Printer
from models.errors import NotFound, Problem
from models.services.print_queue import ItemView, JobView, Left
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.casebook import Casebook
    from models.services.print_queue import PrintQueue

AHEAD = 8
"""So many papers at most are in the hands of the print system."""

POLL_MS = 1000
"""How often the print system is asked what became of them, in milliseconds."""

MISSES = 5
"""After so many answers in which the print system does not know a paper, nobody knows what became of it."""

RECORDS, READER, OUTSIDE, WAIT = "records", "reader", "outside", "wait"
Step = tuple[str, Callable[[], Any] | None]
Steps = Generator[Step, Any, Any]


@dataclass
class Flight:
    """Papers of a job that are in the hands of the print system: item -> ticket, and how often it did not know them."""

    tickets: dict[str, str]
    misses: dict[str, int]

    def drop(self, item_ids: Sequence[str]) -> None:
        """These have landed, one way or the other."""
        for item_id in item_ids:
            self.tickets.pop(item_id, None)
            self.misses.pop(item_id, None)


@dataclass(frozen=True)
class Progress:
    """How far a job is, for the status line: papers that are settled, of how many; trouble in words where there is."""

    job_id: str
    title: str
    done: int
    total: int
    trouble: str = ""
    sent: int = 0  # papers that are in the hands of the print system
    waiting: int = 0


class PrintRunner(QObject):
    """Of the one window. `moved`: the queue changed; `progress` says what is being printed, None when nothing is."""

    moved = Signal()

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self._shell = shell
        self.progress: Progress | None = None
        self._steps: Steps | None = None
        self._job_id = ""
        self._waiting: list[str] = []  # jobs that come after the one being printed
        self._asked = ""  # stop or cancel: what the worker wants of the job being printed
        self._resting: Callable[[], object] | None = None  # what to go on with once the window is open again
        self._bytes: dict[tuple[str, ...], bytes] = {}  # of papers that were on the screen, by `_key`
        self._said: dict[str, str] = {}  # job -> what is told when all its papers were handed over
        self._recovered = False
        self._closes = False  # the worker closes the window although papers are being printed
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(lambda: self._deliver(None, None))
        shell.unlocked.connect(self.unlocked)

    # What pages ask for.

    def start(self, items: Sequence[PaperItem], title: str, printer: Printer, options: Options, said: str = "") -> None:
        """Put papers into the queue and print them; `said` is told once all were handed to the printer."""
        wishes = [item.wish() for item in items]
        stored = {**options.stored(), "cups": printer.cups}

        def queued(job_id: str) -> None:
            for item in items:
                if item.pdf:
                    self._bytes[_key(job_id, item)] = item.pdf
            if said:
                self._said[job_id] = said
            self.go(job_id)

        queue = self._shell.casebook.print_queue
        self._shell.tasks.run(
            lambda: queue.enqueue(title, wishes, printer=printer.name, options=stored), queued, owner=self
        )

    def go(self, job_id: str) -> None:
        """Print a job of the queue, or what is left of it, when the ones before it are done."""
        if job_id == self._job_id:
            self._asked = ""
        elif job_id not in self._waiting:
            self._waiting.append(job_id)
        self._next_job()

    def resume(self, job_id: str) -> None:
        """Go on with a job that had stopped."""
        queue = self._shell.casebook.print_queue
        self._shell.tasks.run(lambda: queue.resume(job_id), lambda _none: self.go(job_id), owner=self)

    def stop(self, job_id: str) -> None:
        """Send nothing more of a job, and take back what the printer has not begun."""
        self._ask(job_id, "stop", lambda queue: queue.stop(job_id))

    def cancel(self, job_id: str) -> None:
        """Print nothing more of a job: what waits is left out."""
        self._ask(job_id, "cancel", lambda queue: queue.cancel(job_id))

    def is_busy(self, job_id: str) -> bool:
        """Whether a job is being printed or comes next."""
        return job_id == self._job_id or job_id in self._waiting

    def _ask(self, job_id: str, what: str, else_: Callable[["PrintQueue"], object]) -> None:
        if job_id == self._job_id:
            self._asked = what
            if self._timer.isActive():
                self._timer.start(0)
            return
        if job_id in self._waiting:
            self._waiting.remove(job_id)
        queue = self._shell.casebook.print_queue
        self._shell.tasks.run(lambda: else_(queue), lambda _none: self.moved.emit(), owner=self)

    # After signing in.

    def unlocked(self) -> None:
        """The first time ask what an earlier session left; later go on where the lock interrupted."""
        if not self._recovered:
            self._recovered = True
            queue = self._shell.casebook.print_queue
            self._shell.tasks.run(queue.recover, self._tell_left, owner=self)
        resting, self._resting = self._resting, None
        if resting is not None:
            resting()
        self._next_job()

    def _tell_left(self, left: Left) -> None:
        area = self._shell.area
        if area is None or not (left.unsure or left.waiting):
            return
        words = []
        if left.unsure:
            words.append(
                ngettext(
                    "{n} paper was at the printer when the program ended: look whether it came out.",
                    "{n} papers were at the printer when the program ended: look whether they came out.",
                    left.unsure,
                ).format(n=left.unsure)
            )
        if left.waiting:
            words.append(
                ngettext(
                    "{n} paper still waits to be printed.", "{n} papers still wait to be printed.", left.waiting
                ).format(n=left.waiting)
            )
        area.banners.show_banner(
            "warn", " ".join(words), (_("To the print queue"), lambda: self._shell.go("print_queue"))
        )

    # The chain of steps.

    def _next_job(self) -> None:
        if self._steps is not None or not self._waiting or self._shell.is_locked:
            return
        self._job_id, self._asked = self._waiting.pop(0), ""
        self._steps = self._print(self._job_id)
        self._advance(None, None)

    def _advance(self, result: Any, problem: Problem | None) -> None:
        """Take the result of a step into the chain and set about the next one."""
        assert self._steps is not None
        try:
            lane, work = self._steps.throw(problem) if problem is not None else self._steps.send(result)
        except StopIteration:
            self._over()
            return
        except Problem as trouble:  # of the records: the disk is full, the job is gone
            self._over()
            self._shell.problem(trouble)
            return
        if lane == WAIT:
            self._timer.start(POLL_MS)
            return
        assert work is not None
        tasks = self._shell.tasks
        run = {RECORDS: tasks.run, READER: tasks.read, OUTSIDE: tasks.outside}[lane]

        def failed(trouble: Problem) -> None:
            if isinstance(trouble, _Fault):  # our own bug: the window says so, and the next job is printed
                self._over()
                tasks.fault.emit(trouble.__cause__)
            else:
                self._deliver(None, trouble)

        run(partial(_sorted, work), lambda made: self._deliver(made, None), failed, owner=self)

    def _deliver(self, result: Any, problem: Problem | None) -> None:
        if self._steps is None:
            return
        if self._shell.is_locked:
            self._resting = partial(self._advance, result, problem)
        else:
            self._advance(result, problem)

    def _over(self) -> None:
        self._steps, done, self._job_id = None, self._job_id, ""
        for key in [key for key in self._bytes if key[0] == done]:
            del self._bytes[key]
        self._said.pop(done, None)
        self._tell(None)
        self._next_job()

    def _tell(self, job: JobView | None, trouble: str = "") -> None:
        if job is None:
            self.progress = None
        else:
            settled = job.total - job.count("waiting", "sent")
            sent, waiting = job.count("sent"), job.count("waiting")
            self.progress = Progress(job.id, job.title, settled, job.total, trouble, sent, waiting)
        self._shell.removeEventFilter(self)
        if self.progress is not None:
            self._shell.installEventFilter(self)
        self.moved.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window is to be closed while papers are being printed: ask first; see ClosingDialog."""
        if event.type() != QEvent.Type.Close or self.progress is None or self._closes or self._shell.is_locked:
            return False
        from desktop.widgets.closing_dialog import ClosingDialog

        event.ignore()
        if self._shell.findChild(ClosingDialog) is None:
            ClosingDialog(self._shell, self.progress, self._close).open()
        return True

    def _close(self) -> None:
        self._closes = True
        QTimer.singleShot(0, self._shell, self._shell.close)

    @property
    def _book(self) -> "Casebook":
        """The casebook that is open now: another than before where the window was locked meanwhile."""
        return self._shell.casebook

    @property
    def _queue(self) -> "PrintQueue":
        return self._shell.casebook.print_queue

    def _print(self, job_id: str) -> Steps:
        """One job from where it stands to its end, a stop, or a cancel."""
        yield RECORDS, partial(self._queue.begin, job_id)
        job: JobView = yield READER, partial(self._queue.job, job_id)
        if job.status != "printing":
            return  # it was over before it began
        options, flight = Options.read(job.options), Flight({}, {})
        by_cups = bool(job.options.get("cups", True))
        self._tell(job)
        while not self._asked:
            sent = False
            if len(flight.tickets) < AHEAD:
                items: list[ItemView] = yield READER, partial(self._queue.next, job_id)
                if items:
                    sent = True
                    going = yield from self._print_one(job, items[0], options, flight, by_cups=by_cups)
                    if not going:
                        break
                elif not flight.tickets:
                    break
                elif words := self._said.pop(job_id, ""):
                    self._shell.say(words)
            if not sent:
                yield WAIT, None
            if flight.tickets and by_cups and (not sent or len(flight.tickets) == AHEAD):
                landed = yield from self._look(job, flight)
                trouble = ""
                if not landed and not self._asked:
                    state = yield OUTSIDE, partial(printers.printer_state, job.printer)
                    trouble = printers.state_words(state) if state.stopped else ""
                job = yield READER, partial(self._queue.job, job_id)
                self._tell(job, trouble)
        if self._asked:
            yield from self._end(job, flight)
            return
        words = self._said.pop(job_id, "")
        if not by_cups:
            yield from self._handed_over(job)
        job = yield RECORDS, partial(self._queue.settle, job_id)
        if words and job.status == "done" and job.count("printed", "unsure"):
            self._shell.say(words)
        if job.status == "done" and job.count("failed"):
            words = _("Some papers of “{title}” could not be printed.").format(title=job.title)
            self._warn(words)
        elif job.status == "done" and job.count("unsure"):
            self._warn(_("Look whether all papers of “{title}” came out.").format(title=job.title))

    def _warn(self, words: str) -> None:
        area = self._shell.area
        if area is not None:
            area.banners.show_banner(
                "warn", words, (_("To the print queue"), lambda: self._shell.go("print_queue", job_id=""))
            )

    def _print_one(self, job: JobView, item: ItemView, options: Options, flight: Flight, *, by_cups: bool) -> Steps:
        """Draw one paper and hand it over; returns whether to go on with the job."""
        try:
            anew = item.again and paper_kinds.says_again(item.paper)
            pdf: bytes = b"" if anew else self._bytes.get(_key(job.id, item), b"")
            if not pdf:
                value = yield READER, partial(self._value, self._book, item)
                pdf = yield OUTSIDE, partial(self._draw, self._book, item, value)
            pdf, size = yield OUTSIDE, partial(_ready, pdf, options.pages)
        except Problem as trouble:
            yield RECORDS, partial(self._queue.failed, [item.id], _why(trouble))
            return True
        yield RECORDS, partial(self._queue.sent, [item])
        title = item.label or paper_kinds.title_of(item.paper)
        if not by_cups:
            going = yield from self._print_pictures(job, item, pdf, options, title)
            return going
        try:
            ticket = yield OUTSIDE, partial(printers.submit, pdf, job.printer, options, title, size)
        except Problem as trouble:
            yield from self._refused(job, item, trouble)
            return False
        flight.tickets[item.id] = ticket
        yield RECORDS, partial(self._queue.taken, {item.id: ticket})
        return True

    def _refused(self, job: JobView, item: ItemView, trouble: Problem) -> Steps:
        yield RECORDS, partial(self._queue.back, [item.id])
        yield RECORDS, partial(self._queue.stop, job.id, "refused")
        self._shell.problem(trouble, partial(self.resume, job.id))

    def _print_pictures(self, job: JobView, item: ItemView, pdf: bytes, options: Options, title: str) -> Steps:
        """Without CUPS: pictures of the pages; the operating system does not say what becomes of them."""
        stop = partial(_to_end, self)
        try:
            whole = yield OUTSIDE, partial(printers.print_pictures, pdf, job.printer, options, title, cancelled=stop)
        except Problem as trouble:
            yield from self._refused(job, item, trouble)
            return False
        if not whole:
            yield RECORDS, partial(self._queue.unsure, [item.id])
        elif job.total == 1:
            yield RECORDS, partial(self._queue.printed, [item.id])
        now = yield READER, partial(self._queue.job, job.id)
        self._tell(now)
        return True

    def _handed_over(self, job: JobView) -> Steps:
        """The operating system has all papers of a job; the worker is asked whether they came out."""
        sent: list[ItemView] = yield READER, partial(self._queue.items, job.id, ("sent",))
        if sent:
            yield RECORDS, partial(self._queue.unsure, [item.id for item in sent])

    def _look(self, job: JobView, flight: Flight) -> Steps:
        """Ask what became of the papers in flight and write it down; returns how many landed."""
        if not flight.tickets:
            return 0
        found: Mapping[str, str] = yield OUTSIDE, partial(printers.became, tuple(flight.tickets.values()), job.printer)
        out, lost, unknown = [], [], []
        for item_id, ticket in flight.tickets.items():
            what = found[ticket]
            flight.misses[item_id] = flight.misses.get(item_id, 0) + 1 if what == "unknown" else 0
            if what == "out":
                out.append(item_id)
            elif what == "lost":
                lost.append(item_id)
            elif flight.misses[item_id] >= MISSES:
                unknown.append(item_id)
        if out:
            yield RECORDS, partial(self._queue.printed, out)
        if lost:
            yield RECORDS, partial(self._queue.failed, lost, "lost")
        if unknown:
            yield RECORDS, partial(self._queue.unsure, unknown)
        flight.drop([*out, *lost, *unknown])
        return len(out) + len(lost) + len(unknown)

    def _end(self, job: JobView, flight: Flight) -> Steps:
        """The worker stops or cancels the job: take back what the printer has not begun."""
        asked = self._asked
        yield from self._handed_over(job) if not bool(job.options.get("cups", True)) else self._look(job, flight)
        if flight.tickets:
            tickets = tuple(flight.tickets.values())
            before = yield OUTSIDE, partial(printers.became, tickets, job.printer)
            yield OUTSIDE, partial(printers.take_back, tickets)
            untouched = [item for item, ticket in flight.tickets.items() if before[ticket] == "waiting"]
            begun = [item for item in flight.tickets if item not in untouched]
            yield RECORDS, partial(self._queue.back, untouched)
            yield RECORDS, partial(self._queue.unsure, begun)
        if asked == "cancel":
            yield RECORDS, partial(self._queue.cancel, job.id)
        else:
            yield RECORDS, partial(self._queue.stop, job.id, "paused")

    @staticmethod
    def _value(book: "Casebook", item: ItemView) -> Any:
        if item.paper not in paper_kinds.KINDS:
            raise NotFound
        return paper_kinds.KINDS[item.paper].value(book, item.subject_id, item.argument)

    @staticmethod
    def _draw(book: "Casebook", item: ItemView, value: Any) -> bytes:
        from reports.printable import UnmaskedNumber

        try:
            return paper_kinds.draw(book, item.paper, value, again=item.again)
        except UnmaskedNumber as trouble:  # never on paper, whoever wrote it into a note
            raise WholeNumber from trouble


class WholeNumber(Problem):
    """A paper would show a whole identity number."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("The letter would show a whole identity number. Take it out of the note; the last four are enough.")


class _Fault(Problem):
    """A fault of the program inside a step, which is its cause."""


def _sorted(work: Callable[[], Any]) -> Any:
    """Do a step's work; what nobody foresaw ends the job and is shown in the calm window."""
    try:
        return work()
    except Problem:
        raise
    except Exception as trouble:
        raise _Fault from trouble


def _key(job_id: str, item: PaperItem | ItemView) -> tuple[str, ...]:
    """What tells a paper of a job from the others."""
    told = json.dumps(dict(item.argument), sort_keys=True, default=str)
    return job_id, item.paper, item.subject_id, told


def _to_end(runner: PrintRunner) -> bool:
    """Whether the worker wants the job being printed to end; asked on another thread."""
    return not shiboken6.isValid(runner) or bool(runner._asked)


def _ready(pdf: bytes, pages: str) -> tuple[bytes, tuple[float, float]]:
    """The pages that are wanted, and the size of the first in points."""
    from desktop.widgets.pdf_pages import page_sizes

    if pages:
        from reports.protecting import pages_of

        pdf = pages_of(pdf, pages)
    return pdf, page_sizes(pdf)[0]


def _why(trouble: Problem) -> str:
    """Why a paper could not be made, as a code: what exactly is seen where the paper is shown."""
    from reports.printable import UnprintableText

    if isinstance(trouble, UnprintableText):
        return "characters"
    if isinstance(trouble, WholeNumber):
        return "number"
    return "gone" if isinstance(trouble, NotFound) else "trouble"


def runner_of(shell: "Shell") -> PrintRunner:
    """The one of this window; made when it is first asked for."""
    found = shell.findChild(PrintRunner)
    return found if found is not None else PrintRunner(shell)
