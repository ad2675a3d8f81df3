"""The real program, driven from outside through files: it says what it shows, and does what it is told.

Run with the folder of those files, and `after-lock` where it takes another's place; see test_lock_ends_the_process.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel

from desktop import app, successor
from desktop.hands import type_text

TABLE = Path(sys.argv[1])
EVERY = 10  # milliseconds between two looks for an order
SAYING = 5  # with every so many of them it says what it shows: to look through the window is work


def program() -> Sequence[str]:
    """How the next process is started: driven as well."""
    return [sys.executable, "-m", "tests.flows.lock_driver", str(TABLE), successor.AFTER]


class Driven(app.Shell):
    """Says what it shows in <pid>.said, does what <pid>.order1, order2 ... say."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.done = 0
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.look)
        self.timer.start(EVERY)
        self.looks = 0

    def say(self) -> None:
        """What is on the screen now."""
        shown = []
        for window in QApplication.topLevelWidgets():
            if window.isVisible():
                labels = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
                shown += [window.windowTitle(), *labels]
        box = self.geometry()
        told = {
            "gate": type(self.gate).__name__,
            "page": self.page.name if self.page else "",
            "shown": shown,
            "at": [box.x(), box.y(), box.width(), box.height()],
            "visible": self.isVisible(),
            "idle": self.tasks.idle(),
            "done": self.done,
        }
        new = TABLE / f"{os.getpid()}.new"
        new.write_text(json.dumps(told), "utf-8")
        new.replace(TABLE / f"{os.getpid()}.said")

    def look(self) -> None:
        """Is there an order?"""
        order = TABLE / f"{os.getpid()}.order{self.done + 1}"
        self.looks += 1
        if order.exists():
            self.done += 1
            self.looks = 0
            name, *words = json.loads(order.read_text("utf-8"))
            getattr(self, f"do_{name}")(*words)
        if self.looks % SAYING == 0:
            self.say()

    def do_sign_in(self, phrase: str) -> None:
        """As a worker would."""
        gate: Any = self.gate
        type_text(gate.passphrase.line, phrase)
        gate.unlock()

    def do_go(self, name: str, where: dict[str, Any]) -> None:
        """To a page."""
        self.go(name, **where)

    def do_move(self, x: int, y: int, wide: int, high: int) -> None:
        """The window elsewhere."""
        self.setGeometry(x, y, wide, high)

    def do_write(self, field: str, text: str) -> None:
        """Type into a field of the page."""
        page: Any = self.page
        type_text(page.board.person.rows[field].field.line, text)

    def do_export(self, marker: str) -> None:
        """Long work that writes a file at its end."""

        def work(progress: Any, _cancelled: Any) -> None:
            for step in range(3):
                time.sleep(0.1)
                progress(step + 1, 3)
            Path(marker).write_text("whole", "utf-8")

        self.tasks.long(work, title="EXPORT")

    def do_lock(self) -> None:
        """And say at once what is to be seen then."""
        self.lock()
        self.say()
        (TABLE / "at_lock").write_text((TABLE / f"{os.getpid()}.said").read_text("utf-8"), "utf-8")


if __name__ == "__main__":
    app.Shell = Driven  # type: ignore[misc]
    successor.program = program
    sys.exit(app.main(after_lock=successor.AFTER in sys.argv))
