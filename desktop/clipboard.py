"""The one way to the clipboard: what lies there is asked not to be kept in histories, and is taken back soon.

Text widgets copy by themselves (Ctrl+C, the context menu, on X11 every selection); what they put there is noticed and
put there again with the same care, so no page need think of it. Only what still is ours is ever taken back.
"""

import hashlib

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QClipboard
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

CLEAR_MS = 10_000
"""What was copied to be looked at or typed elsewhere stays so long."""

WRITING_MS = 60_000
"""What was cut or copied while writing stays longer: somebody moves a sentence, and must not lose it."""

HINTS = {
    "x-kde-passwordManagerHint": b"secret",  # KDE's history, and others that follow it
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': b"\0\0\0\0",
    'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': b"\0\0\0\0",
    'application/x-qt-windows-mime;value="CanUploadToCloudClipboard"': b"\0\0\0\0",
    "application/x-nspasteboard-concealed-type": b"secret",  # programs of macOS that keep histories
}
"""Asks histories and clouds to pass it by. Windows reads its values as numbers: zero is no."""

_MODES = (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection)


def _mark(text: str) -> bytes:
    """To know our text again without keeping it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def guarded(text: str) -> QMimeData:
    """The text with every hint that it should not be kept."""
    made = QMimeData()
    made.setText(text)
    for name, value in HINTS.items():
        made.setData(name, value)
    return made


class ClipboardGuard(QObject):
    """Watches the clipboard of the application; one for each, see `guard`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._clipboard = QApplication.clipboard()
        self._ours: dict[QClipboard.Mode, bytes] = {}  # what lies there by us, as a mark
        self._setting = False
        self._timers: dict[QClipboard.Mode, QTimer] = {}
        for mode in _MODES:
            self._timers[mode] = timer = QTimer(self, singleShot=True)
            timer.timeout.connect(lambda mode=mode: self.clear(mode))
        self._clipboard.changed.connect(self._changed)

    def copy(self, text: str) -> None:
        """Put a text that may be about somebody on the clipboard, for a short while."""
        self._put(text, QClipboard.Mode.Clipboard, CLEAR_MS)

    def copy_plain(self, text: str) -> None:
        """Put a text there that is about nobody (details of a fault, a code between offices): it stays."""
        self._forget(QClipboard.Mode.Clipboard)
        self._setting = True
        try:
            self._clipboard.setText(text)
        finally:
            self._setting = False

    def is_ours(self, mode: QClipboard.Mode = QClipboard.Mode.Clipboard) -> bool:
        """Whether what lies there now is what we put there."""
        return mode in self._ours and self._ours[mode] == _mark(self._clipboard.text(mode))

    def clear(self, mode: QClipboard.Mode = QClipboard.Mode.Clipboard) -> None:
        """Take back what we put there, unless somebody put something else there since."""
        ours = self.is_ours(mode)
        self._forget(mode)
        if ours:
            self._setting = True
            try:
                self._clipboard.clear(mode)
            finally:
                self._setting = False

    def clear_all(self) -> None:
        """At lock and at the end: whatever is ours goes now."""
        for mode in _MODES:
            if mode in self._ours:
                self.clear(mode)

    def _forget(self, mode: QClipboard.Mode) -> None:
        self._timers[mode].stop()
        self._ours.pop(mode, None)

    def _put(self, text: str, mode: QClipboard.Mode, stays: int) -> None:
        self._setting = True
        try:
            self._clipboard.setMimeData(guarded(text), mode)
        finally:
            self._setting = False
        self._ours[mode] = _mark(text)
        self._timers[mode].start(stays)

    def _changed(self, mode: QClipboard.Mode) -> None:
        if self._setting or mode not in _MODES:
            return
        self._forget(mode)
        stays = _stay(mode)
        if not stays:
            return  # another program's
        there = self._clipboard.mimeData(mode)
        if there is None or there.hasUrls() or there.hasImage():
            return  # files and pictures to be pasted here; no text of ours
        text = self._clipboard.text(mode)
        if text:
            self._put(text, mode, stays)


def _stay(mode: QClipboard.Mode) -> int:
    """For how long a copy that nobody announced stays; 0 where it was not one of our widgets that made it."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    source = app.focusWidget()
    clipboard = QApplication.clipboard()
    owned = clipboard.ownsClipboard() if mode is QClipboard.Mode.Clipboard else clipboard.ownsSelection()
    if not owned and (app.platformName() != "offscreen" or source is None):
        return 0  # offscreen never knows who put it there
    writes = isinstance(source, (QLineEdit, QTextEdit, QPlainTextEdit)) and not source.isReadOnly()
    return WRITING_MS if writes else CLEAR_MS


_guards: list[ClipboardGuard] = []


def guard() -> ClipboardGuard:
    """The guard of this application; made when it is first asked for."""
    app = QApplication.instance()
    assert app is not None
    import shiboken6

    if not _guards or not shiboken6.isValid(_guards[0]):
        _guards[:] = [ClipboardGuard(app)]
    return _guards[0]


def copy(text: str) -> None:
    """Put a text that may be about somebody on the clipboard, for a short while. Every page copies through here."""
    guard().copy(text)


def copy_plain(text: str) -> None:
    """Put a text on the clipboard that is about nobody."""
    guard().copy_plain(text)
