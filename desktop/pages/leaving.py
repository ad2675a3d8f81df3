"""The page between the lock and the sign-in page of the fresh process: no names, and what is still being finished."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QWidget

from desktop.pages.sign_in import brand, centred
from desktop.widgets import pieces
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell
    from desktop.tasks import Job


class Leaving(QWidget):
    """Shown for a second; longer only where an export is still being written, which is told and can be stopped."""

    def __init__(self, shell: "Shell") -> None:
        super().__init__()
        self.shell = shell
        self.setProperty("role", "ground")
        self.told = pieces.text(_("Locked. The sign-in page comes in a moment."), "heading")
        self.work = pieces.text("", "soft")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("How far it is"))
        self.stop = pieces.button(_("Stop it"), self._stop, "link")
        self._job: Job[Any] | None = None
        self.told.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFocusProxy(self.told)  # a key pressed blind must not stop what is being finished
        stop = pieces.line(None, self.stop, None)
        card = pieces.card(brand(), self.told, self.work, self.bar, stop, margin=32, gap=12)
        pieces.column(self, centred(shell, card, 460))
        tasks = shell.tasks
        tasks.long_progressed.connect(self._progressed)
        tasks.long_ended.connect(self._ended)
        self._show(next(iter(tasks.long_work()), None))

    def _show(self, job: "Job[Any] | None") -> None:
        self._job = job
        for part in (self.work, self.bar, self.stop):
            part.setVisible(job is not None)
        if job is not None:
            self.work.setText(_("This is finished first: {title}").format(title=job.title))
            self.bar.setRange(0, 0)
            self.stop.setEnabled(True)

    def _progressed(self, job: "Job[Any]", done: int, total: int) -> None:
        if job is self._job:
            self.bar.setRange(0, total)
            self.bar.setValue(done)

    def _ended(self, job: "Job[Any]") -> None:
        left = [other for other in self.shell.tasks.long_work() if other is not job]
        self._show(left[0] if left else None)

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.stop.setEnabled(False)
