"""The window of a Victim: it signs in by itself and then does something again and again. Imported by its script."""

import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from desktop import app
from desktop.hands import type_text
from tests.conftest import PASSPHRASE

EVERY = 30  # milliseconds


class ActingShell(app.Shell):
    """act() is called every few milliseconds once the window is open; typed counts what was done, where it counts."""

    typed = 0

    def __init__(self, folder: Path, *more: Any) -> None:
        super().__init__(folder, *more)
        self.hand = QTimer(self)
        self.hand.timeout.connect(self._do)
        self.hand.start(EVERY)

    def act(self) -> None:
        """What the script does next."""
        raise NotImplementedError

    def _do(self) -> None:
        if not self.is_locked:
            self.act()
            return
        line = getattr(self.gate, "passphrase").line  # noqa: B009  # not every gate has one
        if line.isEnabled() and not line.text():
            type_text(line, PASSPHRASE, enter=True)

    def type_next(self, field: Any) -> None:
        """Type the next number into a field, and say so."""
        self.typed += 1
        type_text(field, f"{self.typed},")
        print(self.typed, flush=True)


def run(shell: type[ActingShell]) -> None:
    """Start the program with this window; returns when it is closed."""
    app.Shell = shell  # type: ignore[misc]
    sys.exit(app.main())
