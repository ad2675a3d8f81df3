"""Keeps what is being typed: every change is in the casebook within half a second, on the records lane."""

from collections.abc import Callable, Mapping
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from desktop.tasks import Tasks
from models.clock import local_time, milliseconds
from models.errors import Problem
from models.texts import _
from models.values import new_id

WAIT = 500
"""Milliseconds from the first unsaved change to its saving; the timer is not put off by further typing."""


class DraftKeeper(QObject):
    """The draft of one page. `snapshot()` gives (title, subject id, body) as plain data; None where there is none."""

    kept = Signal(str)  # words for the worker

    def __init__(
        self,
        casebook: Any,
        tasks: Tasks,
        form: str,
        version: str,
        snapshot: Callable[[], tuple[str, str, Mapping[str, Any]] | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._casebook, self._tasks, self._form, self._version = casebook, tasks, form, version
        self._snapshot = snapshot
        self.id = new_id()  # made here, so that the page can name its draft before the first save
        self._exists = False
        self._dirty = False
        self._over = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self.flush)

    def resume(self, draft_id: str) -> None:
        """Go on saving into this draft."""
        self.id = draft_id
        self._exists = True

    def touch(self) -> None:
        """Something was changed."""
        if self._over:
            return
        self._dirty = True
        if not self._timer.isActive():
            self._timer.start()

    def flush(self) -> None:
        """Save now what is not saved yet."""
        self._timer.stop()
        if not self._dirty or self._over:
            return
        self._dirty = False
        taken = self._snapshot()
        if taken is None:
            return
        title, subject, body = taken

        self._exists = True
        casebook, form, version, draft_id = self._casebook, self._form, self._version, self.id

        def work() -> int:
            casebook.drafts.save(form, version, subject, title, body, draft_id=draft_id)
            return milliseconds(casebook.clock)

        tasks = self._tasks

        def failed(problem: Problem) -> None:
            tasks.draft_trouble.emit(problem)
            if shiboken6.isValid(self):
                self._say_trouble(problem)
            else:
                tasks.problem.emit(problem)

        tasks.run(work, lambda at: self._say_kept(at) if shiboken6.isValid(self) else None, failed)

    def discard(self) -> None:
        """The form was saved (or thrown away): its draft is not needed any more."""
        self._timer.stop()
        self._over = True
        casebook, draft_id = self._casebook, self.id
        if self._exists:
            self._tasks.run(lambda: casebook.drafts.discard(draft_id))

    def _say_kept(self, at: int) -> None:
        self.kept.emit(_("Draft kept {time}").format(time=f"{local_time(at):%H:%M}"))

    def _say_trouble(self, problem: Problem) -> None:
        self._dirty = True  # the next change tries again
        self.kept.emit(_("Draft not kept: {reason}").format(reason=problem.sentence()))
