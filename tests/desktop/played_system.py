"""Plays systemd's login manager and UPower on a bus, in a process of its own; told by lines of JSON what to say.

Lines: {"say": [path, interface, name], "with": [...]}, {"lid": true}, {"end": true}; each is answered when it is done.
Every request it answers is written to standard output as a line too.
"""

import json
import os
import sys
import threading
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusObjectPath, QDBusUnixFileDescriptor, QDBusVirtualObject

from desktop import session_signals

SESSION = "/org/freedesktop/login1/session/_31"


def tell(*words: Any) -> None:
    """A line to whoever started this."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


class System(QDBusVirtualObject):
    """Answers what is asked."""

    lid_closed = False

    def introspect(self, _path: str) -> str:
        """Nobody asks."""
        return ""

    def handleMessage(self, message: QDBusMessage, connection: QDBusConnection) -> bool:
        """One request."""
        from PySide6.QtDBus import QDBusVariant

        name = message.member()
        if name == "Inhibit":
            reader, writer = os.pipe()
            connection.send(message.createReply(QDBusUnixFileDescriptor(writer)))
            os.close(writer)
            threading.Thread(target=self._watch, args=(reader,), daemon=True).start()
            tell("held", *message.arguments())
        elif name == "GetSession":
            connection.send(message.createReply(QDBusObjectPath(SESSION)))
        elif name == "Get":
            connection.send(message.createReply(QDBusVariant(self.lid_closed)))
            tell("lid asked")
        else:
            return False
        return True

    @staticmethod
    def _watch(reader: int) -> None:
        os.read(reader, 1)  # until nobody holds the other end
        tell("let go")


class Lines(QObject):
    """What is read from standard input, brought to the main thread."""

    came = Signal(str)

    def read(self) -> None:
        """Until it ends."""
        for line in sys.stdin:
            self.came.emit(line)
        self.came.emit('{"end": true}')


def main() -> int:
    """Play until told to end."""
    app = QCoreApplication([])
    bus = QDBusConnection.connectToBus(sys.argv[1], "played")
    system = System()
    for path in (session_signals.LOGIN_PATH, session_signals.POWER_PATH):
        bus.registerVirtualObject(path, system, QDBusConnection.VirtualObjectRegisterOption.SingleNode)
    for name in (session_signals.LOGIN, session_signals.POWER):
        bus.registerService(name)

    def do(line: str) -> None:
        asked = json.loads(line)
        if "end" in asked:
            os._exit(0)
        if "lid" in asked:
            system.lid_closed = bool(asked["lid"])
        if "say" in asked:
            message = QDBusMessage.createSignal(*asked["say"])
            message.setArguments(asked["with"])
            bus.send(message)

    lines = Lines()
    lines.came.connect(do)
    threading.Thread(target=lines.read, daemon=True).start()
    tell("there")
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
