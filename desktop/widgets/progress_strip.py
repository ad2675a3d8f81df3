"""A long task: what is being done, how far it is, and a way to stop it. Comes after half a second, or not at all."""

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QProgressBar

from desktop import theme
from desktop.tasks import Job, Tasks
from desktop.widgets import pieces
from models.texts import _

PATIENCE_MS = 500


class ProgressStrip(QFrame):
    """Follows the long tasks of the window, one at a time: the one whose turn it is, until it ends."""

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self.setProperty("role", "banner-info")
        self._tasks = tasks
        self._job: Job[Any] | None = None
        self._moves = False  # whether it said how far it is; several lanes may have a long task each
        self.label = pieces.text("", "label", wrap=False)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.count = pieces.text("", "soft", wrap=False)
        self.stop = pieces.button(_("Stop"), self._stop)
        row = pieces.line(self, self.label, self.bar, self.count, self.stop, gap=12)
        row.setStretch(1, 1)
        row.setContentsMargins(theme.px(16), theme.px(6), theme.px(8), theme.px(6))
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self.show)
        tasks.long_began.connect(self._began)
        tasks.long_progressed.connect(self._progressed)
        tasks.long_ended.connect(self._ended)
        self.hide()

    def _began(self, job: Job[Any]) -> None:
        if self._moves:
            return  # it is followed when this one has ended
        self._job = job
        self.label.setText(job.title)
        self.bar.setAccessibleName(job.title)
        self.bar.setRange(0, 0)
        self.count.setText("")
        self.stop.setEnabled(True)
        self._patience.start()

    def _progressed(self, job: Job[Any], done: int, total: int) -> None:
        if job is not self._job:
            if self._moves:
                return
            self._began(job)
        self._moves = True
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.count.setText(f"{done:,} / {total:,}" if total else f"{done:,}")

    def _ended(self, job: Job[Any]) -> None:
        if job is self._job:
            self._job, self._moves = None, False
            self._patience.stop()
            self.hide()
            for left in self._tasks.long_work()[:1]:
                self._began(left)

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.stop.setEnabled(False)
            self.label.setText(_("Stopping ..."))
