"""Windows says that the session is locked, the computer sleeps or its lid closes in messages to the window."""

import ctypes
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication

SESSION_CHANGE, SESSION_LOCK, SESSION_AWAY = 0x02B1, 7, (2, 4, 6)  # WM_WTSSESSION_CHANGE; disconnected or logged off
POWER_BROADCAST, SUSPEND = 0x0218, 4  # WM_POWERBROADCAST, PBT_APMSUSPEND: also when the lid sends it to sleep


def why(message: int, wparam: int) -> str:
    """For which reason a message asks the window to lock: screen, session or sleep; "" for any other message."""
    if message == SESSION_CHANGE:
        return "screen" if wparam == SESSION_LOCK else "session" if wparam in SESSION_AWAY else ""
    return "sleep" if message == POWER_BROADCAST and wparam == SUSPEND else ""


class Messages(QAbstractNativeEventFilter):
    """Reads the messages that pass by and calls `told` with the reason where one asks to lock."""

    def __init__(self, window: int, told: Callable[[str], object]) -> None:
        super().__init__()
        self._window, self._told = window, told

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> Any:
        """Never keeps a message for itself."""
        if QByteArray(kind).data() in (b"windows_generic_MSG", b"windows_dispatcher_MSG"):
            from ctypes import wintypes

            said = wintypes.MSG.from_address(int(message))
            if reason := why(int(said.message), int(said.wParam or 0)):
                self._told(reason)
        return False, 0

    def end(self) -> None:
        """Listen no more."""
        app = QCoreApplication.instance()
        if app is not None:
            app.removeNativeEventFilter(self)
        if sys.platform == "win32":
            ctypes.windll.wtsapi32.WTSUnRegisterSessionNotification(self._window)


def listen(window: int, told: Callable[[str], object]) -> Messages:
    """Have Windows tell the window (its native handle) of its session, and read what it says."""
    made = Messages(window, told)
    if sys.platform == "win32":
        ctypes.windll.wtsapi32.WTSRegisterSessionNotification(window, 0)  # of this session only
    app = QCoreApplication.instance()
    assert app is not None
    app.installNativeEventFilter(made)
    return made
