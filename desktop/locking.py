"""Locking: names are hidden in the same event, what is being typed is on disk first, the casebook is closed, and then
whatever follows (`Locking.afterwards`): in the real program this process ends, since the key stays in its memory.

What locks: Ctrl+L, the idle time, the screen being locked, the session being locked or left, sleep, a closed lid; a
sleep that nobody announced is seen by the clocks afterwards.
"""

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QDialog, QToolTip, QWidget

from desktop import clipboard, private_process
from desktop.idle import IdleWatch
from desktop.session_signals import SessionSignals
from desktop.unfinished import Unfinished
from models.clock import milliseconds
from models.errors import Problem
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell
    from desktop.tasks import Job
    from models.casebook import Casebook

CHECK_MS = 2_000
"""How often the clocks are compared."""

LOG_OFF_SECONDS = 8.0
"""How long the end of the session is held up for what is still to be written."""


class Afterwards(Protocol):
    """What comes when the window is locked."""

    def gate(self) -> QWidget | None:
        """The page to show at once; None is the sign-in page."""
        ...

    def closed(self, said: list[str], wrong: list[str]) -> None:
        """The casebook is closed, all drafts are on disk but those that `wrong` tells of; `said` is what else the
        worker should know.
        """
        ...


class SameProcess:
    """Signs in again within this process: for tests and the demonstration, and where no other can be started."""

    def __init__(self, shell: "Shell") -> None:
        self._shell = shell

    def gate(self) -> QWidget | None:
        """The sign-in page."""
        return None

    def closed(self, said: list[str], wrong: list[str]) -> None:
        """Tell it on the sign-in page; what was typed there meanwhile stays."""
        tell = getattr(self._shell.gate, "tell", None)
        if tell is not None:
            tell("\n".join(said), "\n".join(wrong))
        if self._shell.locking.restores:
            show_restoring(self._shell)
        self._shell.locking.signals.let_sleep()


def show_restoring(shell: "Shell") -> None:
    """The page that restores a backup, in the place of the sign-in page."""
    from desktop.pages.restore import Restore

    shell.show_gate(Restore(shell))


class Locking(QObject):
    """The lock of one window."""

    def __init__(self, shell: "Shell", watch: IdleWatch) -> None:
        super().__init__(shell)
        self._shell = shell
        self.watch = watch
        self.afterwards: Afterwards = SameProcess(shell)
        self.signals = SessionSignals(self)
        self.signals.lock_wanted.connect(self.lock)
        self.unfinished = Unfinished(shell)
        self.closing = False
        """Whether a casebook is just being closed behind the gate."""
        self.leaving = False
        """Whether another process is about to show the sign-in page: this one has none."""
        self.restores = False
        """Whether the worker locked in order to restore a backup: then the page for it comes next."""
        self._waking: int | None = None  # the key that woke the window, as long as it is held down
        self._signed_in = 0
        self._ended: list[str] = []
        self._trouble: list[str] = []
        self._check = QTimer(self)
        self._check.timeout.connect(self.look)
        self._check.start(CHECK_MS)
        self._guard = clipboard.guard()
        shell.unlocked.connect(self._begin)
        shell.tasks.draft_trouble.connect(self.trouble)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusWindowChanged.connect(self.watch_window)
        app.inputMethod().cursorRectangleChanged.connect(self.note_input)  # input methods swallow the keys themselves

    def _begin(self) -> None:
        self._signed_in = milliseconds(self._shell.clock)
        self.watch.begin()
        self.unfinished.load()

    # Locking.

    def lock(self, why: str = "asked", *, restores: bool = False) -> None:
        """Hide every name now, save what is being typed, close the casebook; then see `afterwards`.

        restores: a backup is to be restored next.
        why: for the audit: asked, idle, sleep, screen (it was locked), lid (it was closed), session (it was locked or
        left).
        """
        shell = self._shell
        if shell.is_locked:
            if not self.closing:
                self.signals.let_sleep()
            return
        self._save_typed()
        self.closing, self.restores, self._ended, self._trouble = True, restores, [], []
        shell.tasks.long_ended.connect(self._long_ended)
        casebook = shell.put_away()
        self.close_windows()
        shell.tasks.run(partial(_close, casebook, self._signed_in, why), self._closed, self._not_closed)
        shell.show_gate(self.afterwards.gate())
        shell.repaint()  # before the computer sleeps, and before anything else is done
        shell.locked.emit()

    def _save_typed(self) -> None:
        """Onto the records lane, before the closing. No fault of a page keeps the window from locking."""
        try:
            self._shell.save_draft()
            self.unfinished.keep()
        except Exception as fault:
            self._shell.tasks.fault.emit(fault)

    def close_windows(self) -> None:
        """Whatever else of this window is on the screen goes too: dialogs, menus, a tip with a name in it."""
        QToolTip.hideText()  # after a moment only, so it is hidden below as well
        for dialog in self._shell.findChildren(QDialog):
            dialog.reject()
        for window in QApplication.topLevelWidgets():
            tip = window.windowType() == Qt.WindowType.ToolTip
            if tip or (window is not self._shell and window.isVisible() and _belongs(window, self._shell)):
                window.close()
        self._guard.clear_all()

    def _closed(self, kept: bool) -> None:
        said = [_("What you had begun and not saved is kept among the drafts.")] if kept else []
        self._over(said)

    def _not_closed(self, problem: Problem) -> None:
        self._trouble.append(problem.unseen())
        self._over([])

    def _over(self, said: list[str]) -> None:
        self.closing = False
        self._shell.tasks.long_ended.disconnect(self._long_ended)
        self.afterwards.closed([*said, *self._ended], self._trouble)

    def _long_ended(self, job: "Job[Any]") -> None:
        """Long work that was under way goes on behind the gate; its page is gone, so it is told here."""
        if isinstance(job.error, Problem):
            self._trouble.append(_("{title}: {reason}").format(title=job.title, reason=job.error.unseen()))
        elif job.error is None:
            self._ended.append(_("{title}: done.").format(title=job.title))

    def trouble(self, problem: Problem) -> None:
        """A draft could not be kept while the casebook was being closed."""
        self._tell_behind_the_gate(_("What you typed last could not be kept: {reason}").format(reason=problem.unseen()))

    def problem(self, problem: Problem) -> None:
        """Any other Problem that came while the casebook was being closed."""
        self._tell_behind_the_gate(problem.unseen())

    def _tell_behind_the_gate(self, told: str) -> None:
        if self.closing and not any(told in each for each in self._trouble):
            self._trouble.append(told)

    def end_of_session(self) -> None:
        """The worker logs off or the computer is shut down: all is on disk and closed before this returns.

        Should the session go on after all, it goes on locked.
        """
        self.lock("session")
        self._shell.tasks.wait_idle(LOG_OFF_SECONDS)

    # What locks.

    def look(self) -> None:
        """Compare the clocks; called every two seconds."""
        slept = self.watch.slept()
        if (slept or self.idle_too_long()) and not self._shell.is_locked:
            self.lock("sleep" if slept else "idle")

    def idle_too_long(self) -> bool:
        """Whether nobody pressed a key or clicked for as long as the worker set."""
        return not self._shell.is_locked and self.watch.too_long(self._shell.state.idle_minutes)

    def note_input(self) -> None:
        """Somebody types; where that comes after the idle time, the window locks as soon as the event is over."""
        if self.idle_too_long():
            QTimer.singleShot(0, self, self.look)
        else:
            self.watch.note()

    def watch_window(self, window: QWindow | None) -> None:
        """Watch a native window of ours, this one or a dialog's: a filter on the application would see every event."""
        if window is None:
            return
        window.installEventFilter(self)  # once, however often it is called
        self.shield(window)
        self.unfinished.shown(window)

    def shield(self, window: QWindow | None) -> None:
        """Leave a window out of screenshots, where the system can and the worker did not switch it off."""
        if window is not None and private_process.capture_can_be_kept_away():
            private_process.keep_from_capture(int(window.winId()), away=self._shell.state.keep_from_capture)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note every key and click; one that comes after the idle time only wakes the window, and is swallowed.

        A key with all that it repeats until it is let go. What follows it is not: somebody who sees the sign-in page
        and types their phrase must not lose its beginning, and what is typed blind stands there as dots, to be seen.
        """
        kind = event.type()
        if kind in _INPUT:
            if self._waking is not None and isinstance(event, QKeyEvent) and event.key() == self._waking:
                event.accept()
                return True
            if self.idle_too_long():
                if isinstance(event, QKeyEvent):
                    self._waking = event.key()
                event.accept()  # no shortcut either
                self.lock("idle")
                return True
            if kind is not QEvent.Type.ShortcutOverride:
                self.watch.note()
        elif kind is QEvent.Type.KeyRelease and isinstance(event, QKeyEvent) and event.key() == self._waking:
            self._waking = self._waking if event.isAutoRepeat() else None
        return super().eventFilter(watched, event)

    def end(self) -> None:
        """The window closes: watch nothing more, leave nothing on the clipboard."""
        self._check.stop()
        self.signals.end()
        self._guard.clear_all()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusWindowChanged.disconnect(self.watch_window)
            app.inputMethod().cursorRectangleChanged.disconnect(self.note_input)


_INPUT = frozenset(
    {
        QEvent.Type.ShortcutOverride,  # comes before a shortcut is looked for
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.TouchBegin,
        QEvent.Type.Wheel,
    }
)


def _belongs(window: QWidget, shell: QWidget) -> bool:
    parent: QObject | None = window
    while parent is not None and parent is not shell:
        parent = parent.parent()
    return parent is shell


def _close(casebook: "Casebook", since: int, why: str) -> bool:
    """Close it; whether drafts were kept from a moment on (milliseconds). Comes after all that waits to be done."""
    try:
        return any(draft.at >= since for draft in casebook.drafts.all())
    except Problem:
        return False  # nothing more can be read; it is closed all the same
    finally:
        casebook.close(why)
