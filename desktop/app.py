"""Start: environment, application, one instance, first window; then, behind the painted window, the heavy modules."""

import gc
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QLibraryInfo, QLockFile, QSettings, QSocketNotifier, Qt, QTimer
from PySide6.QtWidgets import QApplication

from desktop import successor, theme
from desktop.crash import Catcher
from desktop.plain_import import import_plainly
from desktop.private_process import leave_no_dumps
from desktop.shell import Shell
from models.paths import data_folder

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

HEAVY = (
    "models.casebook",
    "desktop.work_area",
    "desktop.pages.today",
    "desktop.pages.residents",
    "desktop.pages.person",
    "forms.definitions",
    "pypinyin",
)
"""Imported behind the painted window, in this order, so that the worker never waits for them."""


OUTLIVES_SECONDS = 900.0
"""So long a process whose window is gone already may finish a backup or a page that is on its way to the printer."""


def choose_input_method() -> None:
    """fcitx has no plugin in the wheel of Qt, but answers ibus: without this no Chinese could be typed."""
    if os.environ.get("QT_IM_MODULE", "").startswith("fcitx"):
        folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforminputcontexts"
        if not any("fcitx" in plugin.name for plugin in folder.glob("*")):
            os.environ["QT_IM_MODULE"] = "ibus"


def remember_no_files() -> None:
    """Dialogs that choose files note the folders and files in no list outside the casebook.

    Qt's own dialog writes the folders it visited to QtProject.conf: it is pointed to where nothing can be written. The
    system's dialogs (GTK's through the portal, Windows') note every file among the recent ones: they are not used.
    """
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, os.devnull + "/none")


def application(arguments: list[str]) -> QApplication:
    """The Qt application in our dress, its screen face loaded."""
    import_plainly()
    choose_input_method()
    remember_no_files()
    app = QApplication(arguments)
    app.setApplicationName("jinmen")
    app.setStyle("Fusion")
    theme.load_face("hei")
    app.setWindowIcon(theme.icon("jinmen", "accent"))
    return app


def socket_name(folder: Path) -> str:
    """Where the first window of a data folder listens."""
    import hashlib

    return "jinmen-" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]


class OneWindow:
    """One window per data folder: the second start raises the first window and ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = QLockFile(str(folder / "window.lock"))
        self._lock.setStaleLockTime(0)  # only the death of its process makes a lock stale, never its age
        self._server: QLocalServer | None = None

    def is_first(self) -> bool:
        """Take the folder; false when another window has it."""
        return self._lock.tryLock(0)

    def raise_other(self) -> bool:
        """Ask the first window to come to the front; false when it does not answer within a second."""
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(socket_name(self._folder))
        reached = socket.waitForConnected(1000)
        if reached:
            socket.write(QByteArray(b"raise"))
            socket.waitForBytesWritten(1000)
            socket.disconnectFromServer()
        return reached

    def listen(self, shell: Shell) -> None:
        """Come to the front when a second start asks."""
        from PySide6.QtNetwork import QLocalServer

        name = socket_name(self._folder)
        QLocalServer.removeServer(name)  # left over from a window that was killed; the lock says that it is ours
        server = QLocalServer(shell)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)

        def come() -> None:
            while (connection := server.nextPendingConnection()) is not None:
                connection.disconnected.connect(connection.deleteLater)
                connection.disconnectFromServer()
            shell.setWindowState(shell.windowState() & ~shell.windowState().WindowMinimized)
            shell.raise_()
            shell.activateWindow()

        server.newConnection.connect(come)
        server.listen(name)
        self._server = server

    def let_go(self) -> None:
        """Give the folder free."""
        if self._server is not None:
            self._server.close()
        self._lock.unlock()


def preload(shell: Shell) -> None:
    """Import what the pages will need on the reader lane, and load the faces for rare characters."""

    def heavy() -> None:
        for name in HEAVY:
            import_module(name)

    def keep(_done: None) -> None:
        gc.collect()
        gc.freeze()  # what was imported stays: later looks for refuse need not go through it, nor hold the window up

    shell.tasks.read(heavy, keep, owner=shell)
    QTimer.singleShot(400, shell, lambda: theme.load_face("song"))
    QTimer.singleShot(800, shell, lambda: theme.load_face("names"))


def end_with_the_session(app: QApplication, shell: Shell) -> QSocketNotifier | None:
    """Save and close when the worker logs off, or when the system asks the process to end (SIGTERM, SIGHUP).

    Returns what must be kept as long as the signals are to be heard.
    """
    app.commitDataRequest.connect(lambda _manager: shell.locking.end_of_session(), Qt.ConnectionType.DirectConnection)
    if sys.platform == "win32":
        return None
    heard, told = os.pipe()
    os.set_blocking(heard, False)
    os.set_blocking(told, False)
    # Python runs a handler only when its own code runs next, which the event loop may not do for long.
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: None)
    notifier = QSocketNotifier(heard, QSocketNotifier.Type.Read)

    def end() -> None:
        os.read(heard, 64)
        shell.locking.end_of_session()
        app.quit()

    notifier.activated.connect(end)
    return notifier


def main(*, after_lock: bool = False) -> int:
    """Open the window and stay until it is closed.

    after_lock: the window of another process was locked, and waits for this one to take its place.
    """
    leave_no_dumps()
    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    app = application(sys.argv[:1])
    one = OneWindow(folder)
    if not after_lock and not one.is_first():
        return 0 if one.raise_other() else 1
    shell = Shell(folder)
    catcher = Catcher(shell.save_draft)
    catcher.install()
    shell.tasks.fault.connect(catcher.show)
    shell.state.restore_geometry(shell.restoreGeometry)
    shell.show()
    name, gone = socket_name(folder), [False]

    def go() -> None:
        gone[0] = True
        one.let_go()
        QTimer.singleShot(0, app, app.quit)

    shell.locking.afterwards = successor.FreshProcess(shell, name, go)
    if after_lock:
        QTimer.singleShot(
            0,
            shell,
            lambda: successor.Succession(shell, name, one.is_first, lambda: one.listen(shell), one.raise_other),
        )
    else:
        QTimer.singleShot(50, shell, lambda: one.listen(shell))
    QTimer.singleShot(100, shell, lambda: preload(shell))
    QTimer.singleShot(200, shell, lambda: shell.locking.signals.begin(int(shell.winId())))
    ending = end_with_the_session(app, shell)
    try:
        return app.exec()
    finally:
        shell.shut_down(OUTLIVES_SECONDS if gone[0] else 30.0)
        one.let_go()
        del ending
