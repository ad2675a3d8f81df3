"""The real window, opened over a casebook for as long as a part of the bench needs it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from desktop.shell import Shell
from models.casebook import Casebook

SETTLE_SECONDS = 60.0


@contextmanager
def window(folder: Path, passphrase: str) -> Iterator[Shell]:
    """The main window on Today. Whatever happens in it, the casebook is closed in the end, for the next to open."""
    shell = Shell(folder)
    try:
        shell.resize(1280, 800)
        shell.show()
        shell.unlock(Casebook.open(folder, passphrase))
        yield shell
    finally:
        if not shell.shut_down():
            shell._forget_pages()  # one of them would not be left: what is half typed there is nobody's
            shell.shut_down()
        shell.hide()
        shell.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def live_until(true: Callable[[], bool]) -> None:
    """Let the window live until something is true. Raises TimeoutError."""
    limit = time.monotonic() + SETTLE_SECONDS
    loop, waker = QEventLoop(), QTimer()
    waker.timeout.connect(loop.wakeUp)
    waker.start(5)
    while not true():
        loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)  # asking all the time would slow the lanes
        if time.monotonic() > limit:
            raise TimeoutError("the window did not answer")
    waker.stop()
