"""Work off the window's thread: one lane for the records, one for reading lists, others for what needs no casebook;
results come back to the window.

Every verb of the casebook is called through here. A result, a Problem or a fault of the program is delivered on the
window's thread in the order in which the lane finished it, and is dropped when its owner is gone by then.
"""

import queue
import sys
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from typing import Any, Generic, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop, QObject, Qt, QThread, QTimer, Signal, Slot

from desktop.refuse import Refuse
from models.errors import Problem

T = TypeVar("T")

Progress = Callable[[int, int], None]
"""Called by a long task with (done, total); total 0 where it is not known."""

Cancelled = Callable[[], bool]
"""Asked by a long task now and then; true when the worker wants it to stop."""


class PutAwayError(Exception):
    """A page that is about to go asked for the casebook that was closed behind it: there is nothing more to do."""


class Job(Generic[T]):
    """One piece of work on its way. Only `cancel()`, `title` and `is_over` are of use to pages."""

    def __init__(
        self,
        work: Callable[[], T],
        done: Callable[[T], object] | None,
        failed: Callable[[Problem], object] | None,
        owner: QObject | None,
        title: str = "",
    ) -> None:
        self.work: Callable[[], T] | None = work
        self.done = done
        self.failed = failed
        self.owner = owner
        self.title = title
        self.only_shows = False
        """Whether it changes nothing and was asked for only to be shown."""
        self.result: T | None = None
        self.error: BaseException | None = None
        self.is_over = False
        """Whether it ended, however it did, or was never begun since the window is going."""
        self.parted = False
        """Whether its owner is about to go: nothing is delivered to it any more."""
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Do not deliver the result; skip the work if it has not begun; a long task stops when it next asks."""
        self._cancelled.set()

    def cancelled(self) -> bool:
        """Whether `cancel()` was called."""
        return self._cancelled.is_set()

    def run(self) -> None:
        """Do the work and keep its result or its trouble; called on the lane."""
        try:
            if self.work is not None:
                self.result = self.work()
        except BaseException as error:
            self.error = error

    def let_go(self) -> None:
        """Drop all that may hold widgets, on the window's thread: only there may a widget die."""
        self.work = self.done = self.failed = self.owner = None
        self.result = self.error = None
        self.is_over = True


class _Lane:
    """One thread that does its jobs one after another."""

    def __init__(self, name: str, finished: Callable[[Job[Any]], None]) -> None:
        self._jobs: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._finished = finished
        # A daemon only so that a program that failed before its window was there can end; `stop` waits for it.
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def put(self, job: Job[Any]) -> None:
        self._jobs.put(job)

    def _serve(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            if not job.cancelled():
                job.run()
            self._finished(job)
            del job

    def stop(self, timeout: float) -> bool:
        """Finish what is queued, then end the thread; false when it did not end in time (seconds)."""
        self._jobs.put(None)
        self._thread.join(timeout)
        return not self._thread.is_alive()


class Tasks(QObject):
    """The lanes of one window."""

    changed = Signal(object)
    """A verb returned this Changed: every open page decides whether to refresh."""

    problem = Signal(object)
    """A Problem that no page wanted to show itself."""

    draft_trouble = Signal(object)
    """This Problem kept a draft from being saved; its page says so too, where it is still there."""

    fault = Signal(object)
    """An exception that nobody foresaw: shown in the calm window."""

    long_began = Signal(object)
    """This job (a long one) was queued."""

    long_progressed = Signal(object, int, int)
    """This job has done so many of so many."""

    long_ended = Signal(object)
    """This job ended, however it did."""

    _brought = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._outstanding: dict[int, Job[Any]] = {}
        self._closed = False
        # What lanes bring lies here. The signal carries nothing, and ends in a declared slot: only Python holds what
        # belongs to Python, and Qt need not find out on a lane what is called by it.
        self._inbox: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._brought.connect(self._take_in, Qt.ConnectionType.QueuedConnection)
        self._refuse = Refuse(self)
        self._records = _Lane("records", self._finished)
        self._reader = _Lane("reader", self._finished)
        self._outside: dict[str, _Lane] = {}  # by name; few sessions print

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Problem], object] | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job[T]:
        """Do `work` on the records lane; then `done(result)` or `failed(problem)` on the window's thread.

        A Problem without `failed` goes to the window's banner. With an `owner` nothing is delivered after it is gone.
        """
        return self._put(self._records, Job(work, done, failed, owner))

    def read(
        self,
        work: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Problem], object] | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job[T]:
        """Like `run`, on the lane for lists, so that scrolling never waits for a save."""
        job = Job(work, done, failed, owner)
        job.only_shows = True
        return self._put(self._reader, job)

    def outside(
        self,
        work: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Problem], object] | None = None,
        *,
        owner: QObject | None = None,
        lane: str = "programs",
    ) -> Job[T]:
        """Like `run`, for what takes its time without the casebook, which may be closed meanwhile: waiting for another
        program (a printer's), the backup of the day. No save and no list waits for it, nor does another lane's work.
        """
        return self._put(self._lane(lane), Job(work, done, failed, owner))

    def long(
        self,
        work: Callable[[Progress, Cancelled], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Problem], object] | None = None,
        *,
        owner: QObject | None = None,
        title: str = "",
        lane: str = "",
    ) -> Job[T]:
        """Do work that may take long on the records lane; the window shows `title`, a bar and a way to cancel.

        lane: another one, as for `outside`, for what changes no record: then no save waits for it.
        A cancelled long task still delivers what it returned: it alone knows what it had done by then.
        """
        job: Job[T] = Job(lambda: work(progress, cancelled), done, failed, owner, title)
        stop = threading.Event()
        last = [0.0]
        tell = self.long_progressed.emit

        def progress(count: int, total: int) -> None:
            if time.monotonic() - last[0] > 0.05 or count == total:
                last[0] = time.monotonic()
                self._bring(partial(tell, job, count, total))

        def cancelled() -> bool:
            return stop.is_set()

        job.cancel = stop.set  # type: ignore[method-assign]  # the work itself decides what a half-done job leaves
        self.long_began.emit(job)
        return self._put(self._lane(lane) if lane else self._records, job)

    def _lane(self, name: str) -> _Lane:
        if name not in self._outside and not self._closed:
            self._outside[name] = _Lane(name, self._finished)
        return self._outside.get(name, self._records)

    def _put(self, lane: _Lane, job: Job[T]) -> Job[T]:
        if self._closed:
            job.let_go()
            return job
        self._outstanding[id(job)] = job
        lane.put(job)
        return job

    def _finished(self, job: Job[Any]) -> None:
        self._bring(partial(self._deliver, job))

    def _bring(self, what: Callable[[], object]) -> None:
        """Have this called on the window's thread, after all that was brought before; called on a lane."""
        self._inbox.put(what)
        self._brought.emit()

    @Slot()
    def _take_in(self) -> None:
        if not self._closed:
            with suppress(PutAwayError):
                self._inbox.get_nowait()()  # one for each time it is said

    def _deliver(self, job: Job[Any]) -> None:
        self._outstanding.pop(id(job), None)
        result, error = job.result, job.error
        done, failed, owner, parted, cancelled = job.done, job.failed, job.owner, job.parted, job.cancelled()
        if job.title:
            self.long_ended.emit(job)
        job.let_go()
        gone = parted or (owner is not None and not shiboken6.isValid(owner))
        if error is None:
            if is_changed(result):
                self.changed.emit(result)
            # The pages have been told by now, and one of them may have closed the owner.
            gone = gone or (owner is not None and not shiboken6.isValid(owner))
            if done is not None and not cancelled and not gone:
                done(result)
        elif isinstance(error, Problem):
            if cancelled:
                return
            if failed is not None and not gone:
                failed(error)
            else:
                self.problem.emit(error)
        else:
            self.fault.emit(error)

    def part_from(self, gone: Collection[QObject]) -> None:
        """These widgets and what is in them are about to go: nothing more is delivered to them, and what waits in the
        lane for lists only to be shown there is not begun. Whatever changes records is done all the same.
        """
        for job in self._outstanding.values():
            each = job.owner if job.owner is not None and shiboken6.isValid(job.owner) else None
            while each is not None and each not in gone:
                each = each.parent()
            if each is not None:
                job.parted = True
                if job.only_shows:
                    job.cancel()

    def long_work(self) -> "list[Job[Any]]":
        """The long tasks that are queued or running."""
        return [job for job in self._outstanding.values() if job.title]

    def idle(self) -> bool:
        """Whether nothing is queued, running or undelivered."""
        return not self._outstanding

    def wait_idle(self, timeout: float = 10.0) -> bool:
        """Let the window live until all work is delivered; false when `timeout` seconds were not enough.

        For tests and the demonstration; pages use `done`.
        """
        deadline = QDeadlineTimer(int(timeout * 1000))
        loop = QEventLoop()
        waker = QTimer()
        waker.timeout.connect(loop.wakeUp)
        waker.start(5)
        try:
            while not deadline.hasExpired():
                if self.idle():
                    QCoreApplication.processEvents()  # painting may ask for more
                    if self.idle():
                        return True
                loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            return self.idle()
        finally:
            waker.stop()

    def shut_down(self, timeout: float = 30.0) -> bool:
        """Finish what is queued (drafts!), deliver nothing more, end the threads; false when one would not end."""
        if self._closed:
            return True
        self._closed = True
        assert QThread.currentThread() is self.thread(), "the window's thread ends the lanes"
        for job in self._outstanding.values():
            if job.title:
                job.cancel()
        ended = self._reader.stop(timeout)
        for lane in self._outside.values():
            ended = lane.stop(timeout) and ended
        ended = self._records.stop(timeout) and ended
        for job in self._outstanding.values():
            job.let_go()
        self._outstanding.clear()
        while not self._inbox.empty():
            self._inbox.get()
        self._refuse.end()
        return ended


def is_changed(result: object) -> bool:
    """Whether a result is a Changed. Does not import the views: before anything was changed they need not be loaded."""
    views = sys.modules.get("models.services.views")
    return views is not None and isinstance(result, views.Changed)
