"""What the system says of the computer: the screen is locked, it goes to sleep, its lid is closed.

Linux says it on D-Bus, a socket of this computer alone; Windows in messages to the window. Where nobody says anything
(a bare window manager, macOS) the idle time is what locks; see desktop.idle for how a sleep is noticed afterwards.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import SLOT, QObject, Signal
from PySide6.QtGui import QActionGroup

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection, QDBusPendingCallWatcher, QDBusUnixFileDescriptor

SCREEN_SAVERS = (
    ("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"),
    ("/ScreenSaver", "org.freedesktop.ScreenSaver"),
    ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver"),
    ("/org/mate/ScreenSaver", "org.mate.ScreenSaver"),
    ("/org/xfce/ScreenSaver", "org.xfce.ScreenSaver"),
    ("/org/cinnamon/ScreenSaver", "org.cinnamon.ScreenSaver"),
)
"""(path, interface) of those that say ActiveChanged(true) when they cover the screen."""

KYLIN = ("/", "org.ukui.ScreenSaver", "lock")
"""Kylin's says so without a word more."""

DEEPIN = ("/com/deepin/dde/lockFront", "com.deepin.dde.lockFront", "Visible")
"""Deepin's and UOS's says Visible(true)."""

LOGIN, LOGIN_PATH, LOGIN_MANAGER = "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"
POWER, POWER_PATH = "org.freedesktop.UPower", "/org/freedesktop/UPower"
PROPERTIES = "org.freedesktop.DBus.Properties"

ANSWER_MS = 5_000
"""How long an answer of the system is waited for, beside everything else."""


class SessionSignals(QObject):
    """Tells when the window must lock. `begin()` starts to listen; `let_sleep()` when what was open is closed."""

    lock_wanted = Signal(str)
    """Why: screen, session, lid or sleep."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.heard: tuple[str, ...] = ()
        """What is listened to: session (the desktop's own bus), system (sleep, lid), windows."""
        self._held: QDBusUnixFileDescriptor | None = None  # as long as it is held, the computer waits before it sleeps
        self._system: QDBusConnection | None = None
        self._calls: list[QDBusPendingCallWatcher] = []
        self._receivers = QActionGroup(self)
        self._receivers.setExclusive(False)
        self._lid_closed: bool | None = None  # None: not known yet
        self._windows: Any = None

    def begin(self, window: int = 0) -> None:
        """Listen to whatever there is here. window: the native handle, for Windows."""
        if sys.platform == "win32":
            from desktop.windows_session import listen

            self._windows = listen(window, self.lock_wanted.emit)
            self.heard = ("windows",)
            return
        session, system = addresses()
        if not session and not system:
            return
        from PySide6.QtDBus import QDBusConnection

        self.listen(
            QDBusConnection.connectToBus(session, "jinmen-session") if session else None,
            QDBusConnection.connectToBus(system, "jinmen-system") if system else None,
        )

    def listen(self, session: "QDBusConnection | None", system: "QDBusConnection | None") -> None:
        """Listen on these buses; one that is not connected counts as absent."""
        if session is not None and session.isConnected():
            for path, interface in SCREEN_SAVERS:
                self._hear(session, (path, interface, "ActiveChanged"), self._screen)
            self._hear(session, DEEPIN, self._screen)
            self._hear_bare(session, KYLIN, self._screen_locked)
            self.heard += ("session",)
        if system is not None and system.isConnected():
            self._system = system
            self._hear(system, (LOGIN_PATH, LOGIN_MANAGER, "PrepareForSleep"), self._sleep)
            self._hear_bare(system, (POWER_PATH, PROPERTIES, "PropertiesChanged"), self._power)
            self._power()  # a lid that is closed from the start, beside a large screen, is not one that is being closed
            self._ask("GetSession", self._own_session, os.environ.get("XDG_SESSION_ID", "auto"))
            self._hold_sleep()
            self.heard += ("system",)

    def _hear(self, bus: "QDBusConnection", at: tuple[str, str, str], heard: Callable[[bool], object]) -> None:
        """Call `heard` with the bool that a signal (path, interface, name) carries.

        What is called is an action that Qt itself made, no object of Python: Qt lets go of a receiver in a thread
        of its own, where an object of Python may be half gone by then (PySide6 6.11.3 crashed so at the end).
        """
        action = self._receivers.addAction(at[2])
        action.setCheckable(True)
        action.toggled.connect(heard)
        # Qt's description says bytes; what it takes is the text that SLOT makes.
        bus.connect("", *at, action, SLOT("setChecked(bool)"))  # type: ignore[call-overload]

    def _hear_bare(self, bus: "QDBusConnection", at: tuple[str, str, str], heard: Callable[[], object]) -> None:
        """Call `heard` when a signal comes, whatever it carries."""
        action = self._receivers.addAction(at[2])
        action.triggered.connect(heard)
        bus.connect("", *at, action, SLOT("trigger()"))  # type: ignore[call-overload]

    def end(self) -> None:
        """Listen no more; the computer may sleep."""
        self.let_sleep()
        self._calls.clear()
        if self._windows is not None:
            self._windows.end()
            self._windows = None

    def let_sleep(self) -> None:
        """What was open is closed: the computer need not wait for us any longer."""
        self._held = None

    # What is heard.

    def _screen(self, covered: bool) -> None:
        if covered:
            self.lock_wanted.emit("screen")

    def _screen_locked(self) -> None:
        self.lock_wanted.emit("screen")

    def _session_locked(self) -> None:
        self.lock_wanted.emit("session")

    def _sleep(self, begins: bool) -> None:
        if begins:
            self.lock_wanted.emit("sleep")
        elif self._held is None:
            self._hold_sleep()

    def _power(self) -> None:
        if self._system is not None:
            to = (POWER, POWER_PATH, PROPERTIES, "Get")
            self._call(to, self._lid, POWER, "LidIsClosed")

    def _lid(self, answer: list[Any]) -> None:
        closed = bool(answer and answer[0].variant() is True)
        before, self._lid_closed = self._lid_closed, closed
        if closed and before is False:
            self.lock_wanted.emit("lid")

    # What is asked.

    def _hold_sleep(self) -> None:
        """Ask for some seconds before each sleep, in which the draft is saved and the casebook closed."""
        self._ask(
            "Inhibit", self._may_hold, "sleep", "Jinmen", "closes its records before the computer sleeps", "delay"
        )

    def _ask(self, method: str, done: Callable[[list[Any]], object], *arguments: str) -> None:
        self._call((LOGIN, LOGIN_PATH, LOGIN_MANAGER, method), done, *arguments)

    def _call(self, to: tuple[str, str, str, str], done: Callable[[list[Any]], object], *arguments: str) -> None:
        from PySide6.QtDBus import QDBusMessage, QDBusPendingCallWatcher

        assert self._system is not None
        call = QDBusMessage.createMethodCall(*to)
        call.setArguments(list(arguments))
        watcher = QDBusPendingCallWatcher(self._system.asyncCall(call, ANSWER_MS), self)
        watcher.finished.connect(lambda over: self._answered(over, done))
        self._calls.append(watcher)

    def _answered(self, watcher: "QDBusPendingCallWatcher", done: Callable[[list[Any]], object]) -> None:
        if watcher in self._calls:
            self._calls.remove(watcher)
            if not watcher.isError():
                done(watcher.reply().arguments())
        watcher.deleteLater()

    def _may_hold(self, answer: list[Any]) -> None:
        from PySide6.QtDBus import QDBusUnixFileDescriptor

        if answer and isinstance(answer[0], QDBusUnixFileDescriptor) and answer[0].isValid():
            self._held = answer[0]

    def _own_session(self, answer: list[Any]) -> None:
        assert self._system is not None
        path = answer[0].path() if answer and hasattr(answer[0], "path") else ""
        if path:
            self._hear_bare(self._system, (path, LOGIN + ".Session", "Lock"), self._session_locked)


def addresses() -> tuple[str, str]:
    """Where the buses of the session and of the system are; "" for one that is not there. Nothing is started for it."""
    if sys.platform != "linux":
        return "", ""
    session = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    own = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}") / "bus"
    if not session and own.exists():
        session = f"unix:path={own}"
    system = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS", "")
    common = Path("/run/dbus/system_bus_socket")
    if not system and common.exists():
        system = f"unix:path={common}"
    return tuple(each if each.startswith("unix:") else "" for each in (session, system))  # type: ignore[return-value]
