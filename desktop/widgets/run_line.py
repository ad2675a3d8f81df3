"""The line that says what a list rests on: when it was made, from how many, how long it took; and makes it anew.

How far a run is, and the way to stop it, are in the strip on top of every page (progress_strip).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.tasks import Cancelled, Job, Progress
from desktop.widgets import pieces
from models.errors import Problem
from models.texts import _

if TYPE_CHECKING:
    from desktop.pages.base import Page

T = TypeVar("T")


class RunLine(QWidget):
    """What the figures below rest on. One run at a time; the window never waits for it."""

    again = Signal()
    """The worker wants it made anew."""

    def __init__(self, page: "Page", title: str) -> None:
        super().__init__()
        self._page, self._title = page, title
        self._job: Job[Any] | None = None
        self.words = pieces.text(_("Loading…"), "soft")
        self.renew = pieces.icon_button(_("Make the list anew"), "sync", self.again.emit)
        line = pieces.line(self, gap=12)
        line.addWidget(self.words, 1)
        line.addWidget(self.renew)
        self.destroyed.connect(_Stopper(self))

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._job is not None

    def run(self, work: Callable[[Progress, Cancelled], T], done: Callable[[T], object], words: str) -> bool:
        """Begin a run and say so in words; false where one is under way already."""
        if self._job is not None:
            return False

        def finished(result: T) -> None:
            self._job = None
            self.renew.setEnabled(True)
            done(result)

        def failed(problem: Problem) -> None:
            self._job = None
            self.renew.setEnabled(True)
            self.words.setText(_("The list could not be made; what is shown may be older."))
            self._page.shell.problem(problem, self.again.emit)

        self.words.setText(words)
        self.renew.setEnabled(False)
        self._job = self._page.long(work, finished, failed, title=self._title)
        return True

    def cancel(self) -> None:
        """Ask the run to stop; what it returns is still shown."""
        if self._job is not None:
            self._job.cancel()

    def tell(self, words: str) -> None:
        """Say what the figures rest on."""
        self.words.setText(words)


class _Stopper:
    """Stops the run of a line that is gone: nobody looks at what it would find."""

    def __init__(self, line: RunLine) -> None:
        self._told = line.__dict__

    def __call__(self, *_gone: object) -> None:
        job: Job[Any] | None = self._told.get("_job")
        if job is not None:
            job.cancel()
