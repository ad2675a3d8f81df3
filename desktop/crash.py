"""When the program itself is at fault: a calm window. The draft is kept; the details hold no personal data."""

import platform
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import PurePath
from types import TracebackType

from PySide6 import __version__ as qt_version
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit

from desktop import clipboard, theme
from desktop.tasks import PutAwayError
from desktop.widgets import pieces
from models.texts import _


def details(error: BaseException) -> str:
    """Where it happened and of which kind, never what it was about: messages and values may hold personal data."""
    lines = [f"Jinmen {_version()}, Python {platform.python_version()}, Qt {qt_version}, {platform.system()}"]
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        for frame in traceback.extract_tb(seen.__traceback__):
            lines.append(f"  {'/'.join(PurePath(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\n".join(lines)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # 18 ms that only a fault is worth

    try:
        return version("jinmen")
    except PackageNotFoundError:
        return "0.1.0"  # run from the tree


class CrashWindow(QDialog):
    """Says calmly that the program is at fault, and lets the details be copied."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(QApplication.activeWindow())
        self.setWindowTitle(_("Something went wrong in the program"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(theme.px(560))
        self.details = QPlainTextEdit(details(error))
        self.details.setReadOnly(True)
        self.details.setAccessibleName(_("Details without personal data"))
        self.details.setMinimumHeight(theme.px(140))
        copy = pieces.button(_("Copy the details"), self.copy, icon="copy")
        go_on = pieces.button(_("Go on working"), self.accept, "primary")
        pieces.column(
            self,
            pieces.text(_("Something went wrong in the program"), "heading"),
            pieces.text(
                _(
                    "This is a fault of the program, not yours. Everything saved before is safe, and what you were "
                    "typing is kept as a draft. Please send the details below to whoever looks after the program; "
                    "they hold no personal data."
                )
            ),
            self.details,
            pieces.line(None, copy, None, go_on),
            margin=24,
            gap=16,
        )

    def copy(self) -> None:
        """Put the details on the clipboard."""
        clipboard.copy_plain(self.details.toPlainText())


class _Bridge(QObject):
    """Brings an exception of any thread to the window's thread."""

    happened = Signal(object)


class Catcher:
    """Shows the calm window for whatever nobody caught; one window at a time."""

    def __init__(self, before: Callable[[], object]) -> None:
        """`before` is called first: it saves what is being typed."""
        self._before = before
        self._window: CrashWindow | None = None
        self._bridge = _Bridge()
        self._bridge.happened.connect(self.show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take the place of Python's own handlers."""
        sys.excepthook = self._caught
        threading.excepthook = lambda args: self._bridge.happened.emit(args.exc_value)

    def _caught(self, kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        if not issubclass(kind, PutAwayError):
            self._bridge.happened.emit(error)

    def show(self, error: BaseException) -> None:
        """Show the window, unless it is shown already."""
        sys.stderr.write(details(error) + "\n")
        if self._window is not None:
            return
        try:
            self._before()
        except Exception as another:
            # Saving the draft is what failed: say so in the log, and show the first fault.
            sys.stderr.write(details(another) + "\n")
        self._window = CrashWindow(error)
        self._window.finished.connect(self._closed)
        self._window.open()

    def _closed(self, _result: int) -> None:
        self._window = None
