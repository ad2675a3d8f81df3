"""After the lock: a fresh process shows the sign-in page where the window was, and the one that held the key ends.

SQLCipher keeps copies of the page key in memory that nobody can clear, so only the end of the process is an end. The
old window stays, without names, until the new one is painted. They speak over a local socket of this user: the new one
connects when its window is there; the old one says what the worker should know, gives the data folder free and ends.
Where no new process comes in time the old one signs in again by itself: there is always a window.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, QProcess, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QWidget

from desktop.locking import SameProcess, show_restoring

if TYPE_CHECKING:
    from desktop.shell import Shell

AFTER = "after-lock"
"""The command with which the fresh process is started."""

PATIENCE_MS = 20_000
"""So long the old window waits for the new one; a slow disk after a night of sleep is given its time."""

TAKING_MS, EACH_MS = 10_000, 50
"""How long the new process tries to take the data folder, and how often."""


def program() -> list[str]:
    """How this program is started: as it was packed, or with the interpreter that runs it."""
    if getattr(sys, "frozen", False):
        return [sys.executable, AFTER]
    return [sys.executable, "-m", "desktop", AFTER]


def place_of(name: str) -> str:
    """Where the old process waits for the new one; name: the socket of the data folder's window."""
    return name + "-after"


class FreshProcess:
    """What follows the lock in the real program. `go` ends this process's window and gives its data folder free."""

    def __init__(
        self, shell: "Shell", name: str, go: Callable[[], object], command: Callable[[], Sequence[str]] | None = None
    ) -> None:
        self._shell, self._name, self._go, self._command = shell, name, go, command or program
        self._server: QLocalServer | None = None
        self._said: list[str] = []
        self._wrong: list[str] = []
        self._patience = QTimer(shell, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._alone)

    def gate(self) -> QWidget | None:
        """A page without a field, so that nobody types a phrase into a window that is about to go."""
        from desktop.pages.leaving import Leaving

        self._shell.locking.leaving = True
        return Leaving(self._shell)

    def closed(self, said: list[str], wrong: list[str]) -> None:
        """Start the new process and wait for its window."""
        shell = self._shell
        self._said, self._wrong = said, wrong
        shell.state.keep_geometry(shell.saveGeometry())
        shell.state.save()
        QLocalServer.removeServer(place_of(self._name))
        self._server = QLocalServer(shell)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._there)
        words = list(self._command())
        here = str(Path(__file__).resolve().parents[1])
        if self._server.listen(place_of(self._name)) and QProcess.startDetached(words[0], words[1:], here)[0]:
            self._patience.start()
        else:
            self._alone()

    def _there(self) -> None:
        """The new window is painted: say what is to be said, and go."""
        assert self._server is not None
        connection = self._server.nextPendingConnection()
        self._patience.stop()
        self._server.close()
        told = {"said": self._said, "wrong": self._wrong, "restores": self._shell.locking.restores}
        connection.write(json.dumps(told).encode() + b"\n")
        connection.waitForBytesWritten(1000)
        self._shell.hide()
        self._go()
        connection.disconnectFromServer()

    def _alone(self) -> None:
        """No new process came: sign in here; the next lock tries again."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._shell.locking.leaving = False
        self._shell.show_gate()
        SameProcess(self._shell).closed(self._said, self._wrong)


class Succession(QObject):
    """The new process's side: tells the old one that the window is there, then takes the data folder over.

    take: try to become the window of the data folder. taken, refused: what to do then; refused where somebody else has
    it, another window that was opened in this very moment.
    """

    def __init__(
        self, shell: "Shell", name: str, take: Callable[[], bool], taken: Callable[[], Any], refused: Callable[[], Any]
    ) -> None:
        super().__init__(shell)
        self._shell, self._take, self._taken, self._refused = shell, take, taken, refused
        self._tries = TAKING_MS // EACH_MS
        self._socket = QLocalSocket(self)
        self._socket.readyRead.connect(self._read)
        self._socket.connectToServer(place_of(name))
        self._again = QTimer(self, interval=EACH_MS)
        self._again.timeout.connect(self._try)
        self._again.start()

    def _read(self) -> None:
        if self._socket.canReadLine():
            told = json.loads(bytes(self._socket.readLine().data()))
            tell = getattr(self._shell.gate, "tell", None)
            if tell is not None:
                tell(*("\n".join(str(each) for each in told[which]) for which in ("said", "wrong")))
            if told["restores"]:
                show_restoring(self._shell)

    def _try(self) -> None:
        self._tries -= 1
        if self._take():
            self._again.stop()
            self._taken()
        elif self._tries <= 0:
            self._again.stop()
            self._refused()
            QCoreApplication.quit()
