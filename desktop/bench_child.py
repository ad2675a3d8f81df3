"""What the bench measures in processes of their own: the start of the window, signing in, and the first letter.

Imports no more than the real start does; says what it measured as one line of JSON. Run by desktop.bench only.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

PRELOADED = 1.0
"""Seconds after the first paint in which the faces for rare characters are loaded; nobody types so soon."""


def resident_megabytes() -> float | None:
    """The memory of this process that is in use now; None where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def tell(**measured: Any) -> None:
    """Say what was measured."""
    sys.stdout.write(json.dumps(measured) + "\n")
    sys.stdout.flush()


def window(passphrase: str) -> int:
    """Open the window as a worker does; measure its first paint, then signing in until Today is painted."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QWidget

    from desktop import app
    from desktop.shell import Shell

    class Watch(QObject):
        """Sees the paint events. What is painted with the first of them is painted when the loop comes round again."""

        first = 0.0
        began = 0.0
        done = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() != QEvent.Type.Paint or self.done:
                return False
            if not self.first:
                self.first = time.monotonic()
                QTimer.singleShot(0, self.painted)
            elif self.began and isinstance(watched, QWidget) and self.is_today(watched):
                self.done = True
                QTimer.singleShot(0, self.signed_in)
            return False

        def painted(self) -> None:
            tell(cpu_ms=time.process_time() * 1000, rss_mb=resident_megabytes(), at=time.time())
            QTimer.singleShot(50, self.when_loaded)

        def when_loaded(self) -> None:
            loaded = all(name in sys.modules for name in app.HEAVY) and self.shell().tasks.idle()
            if not loaded or time.monotonic() - self.first < PRELOADED:
                QTimer.singleShot(50, self.when_loaded)
                return
            gate: Any = self.shell().gate
            gate.passphrase.line.setText(passphrase)
            self.began = time.monotonic()
            gate.unlock()

        def is_today(self, watched: QWidget) -> bool:
            page: Any = self.shell().page
            return page is not None and page.name == "today" and page.shown is not None and page.isAncestorOf(watched)

        def signed_in(self) -> None:
            tell(wall_ms=(time.monotonic() - self.began) * 1000, rss_mb=resident_megabytes())
            QApplication.quit()

        def shell(self) -> Shell:
            return next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, Shell))

    watch = Watch()
    made = app.application

    def application(arguments: list[str]) -> QApplication:
        qt = made(arguments)
        qt.installEventFilter(watch)
        return qt

    app.application = application
    return app.main()


def letter(path: Path) -> int:
    """Make one letter from its value; the start of Python and all imports count."""
    from models.records.letter import LetterValue
    from reports.letter import render_letter

    pdf = render_letter(LetterValue.model_validate_json(path.read_bytes()))
    tell(cpu_ms=time.process_time() * 1000, rss_mb=resident_megabytes(), bytes=len(pdf))
    return 0


def letters(path: Path) -> int:
    """Make many letters from their values as one file; the start of Python and all imports count."""
    from models.records.letter import LetterValue
    from reports.letter import render_letters

    pdf = render_letters([LetterValue.model_validate(value) for value in json.loads(path.read_bytes())])
    tell(cpu_ms=time.process_time() * 1000, peak_mb=most_kibibytes() / 1e3, bytes=len(pdf))
    return 0


def most_kibibytes() -> float:
    """The most memory that this process had in use; 0 where the system does not tell (only Linux does).

    Not ru_maxrss: on Linux it begins with what the process had that started this one.
    """
    try:
        lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0.0)


if __name__ == "__main__":
    if sys.argv[1] == "window":
        sys.exit(window(sys.stdin.readline().rstrip("\n")))
    sys.exit({"letter": letter, "letters": letters}[sys.argv[1]](Path(sys.argv[2])))
