"""What every chapter works with: the windows, the clock, the folder for what is left, pictures and figures."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from desktop.hands import HandsError, settle, type_text, wait_until
from desktop.shell import Shell
from models.clock import FixedClock

NOW = datetime(2026, 11, 22, 1, 40, tzinfo=UTC)  # twenty to ten in Tianjin
COMMUNITY = "120101001001"
PASSPHRASE = "海河 自行车 石榴 十二月"  # noqa: S105  # of casebooks that live for a minute
SIZE, SMALL = QSize(1280, 800), QSize(1024, 600)
BRIEF = 0.03  # seconds of rest after which nothing more comes where nobody has typed
QUICK = 89  # how Qt calls the first of nine levels of compression: a third larger, written in a third of the time
CARD = 0.1  # where a card follows the cursor of a list


@dataclass
class Step:
    """One step of the job."""

    name: str
    count: int  # what the step dealt with: residents, services, changes ...
    seconds: float


class Stage:
    """Two machines, a stick between them, and what the steps leave behind."""

    def __init__(self, out: Path, work: Path) -> None:
        self.out, self.work = out, work
        self.steps: list[Step] = []
        self.figures: dict[str, Any] = {}
        """What the chapters found, for summary.json."""
        self.found: dict[str, str] = {}
        """Ids by what they are of: a resident's name, household, referral."""
        self.clock = FixedClock(NOW)
        self.shell = Shell(work / "laptop", self.clock)
        self.shell.resize(SIZE)
        self.shell.show()
        self.office: Shell | None = None
        """The street office's window, once it is there."""
        self.pictures = 0

    def step(self, name: str, do: "Callable[[Stage], int]") -> None:
        """Do one step, time it, and say which one failed if it does."""
        began = time.perf_counter()
        try:
            count = do(self)
        except Exception as trouble:
            self.picture("failed")
            raise HandsError(f"step “{name}” failed: {trouble!r}") from trouble
        self.steps.append(Step(name, count, round(time.perf_counter() - began, 3)))
        sys.stdout.write(f"demo: {name}: {count} ({self.steps[-1].seconds:.2f} s)\n")
        sys.stdout.flush()
        self.clock.move(seconds=10)  # far from the idle time, for hands that press without a key or a click

    @property
    def page(self) -> Any:
        """The page that the laptop shows."""
        return page_of(self.shell)

    @property
    def street(self) -> Shell:
        """The street office's window. Raises HandsError before it is there."""
        if self.office is None:
            raise HandsError("the office is not there yet")
        return self.office

    def on(self, name: str) -> bool:
        """Whether the laptop shows this page."""
        return bool(self.page.name == name)

    def go(self, name: str, /, **where: Any) -> Any:
        """Go to a page of the laptop, wait until it shows what it was asked for, and return it."""
        return go(self.shell, name, **where)

    def rest(self, quiet: float = BRIEF) -> None:
        """Wait until the laptop has nothing to do."""
        settle(self.shell, quiet)

    def next_morning(self) -> None:
        """The laptop is locked for the night and opened again on the next day."""
        shell = self.shell
        shell.lock()
        settle(shell, BRIEF)
        self.clock.move(days=1)
        gate: Any = shell.gate
        type_text(gate.passphrase.line, PASSPHRASE, enter=True)
        wait_until(lambda: not shell.is_locked, "the laptop is opened again")
        self.rest()

    def need(self, true: object, words: str) -> None:
        """Go on only if something is so. Raises HandsError with `words`."""
        if not true:
            raise HandsError(words)

    def picture(self, name: str, shell: Shell | None = None) -> None:
        """Leave a picture of the window as it now is."""
        window = shell or self.shell
        QApplication.processEvents()
        self._keep(window, window, name)

    def picture_of(self, dialog: Any, name: str) -> None:
        """Leave a picture of a dialog of the laptop."""
        QApplication.processEvents()
        self._keep(dialog, self.shell, name)

    def _keep(self, widget: Any, window: Shell, name: str) -> None:
        language = "zh" if window.state.language == "zh_CN" else "en"
        if not widget.grab().save(str(self.out / f"{name}.{language}.png"), quality=QUICK):
            raise HandsError(f"the picture {name} could not be written")
        self.pictures += 1

    def in_both(self, name: str, show: Callable[[], object]) -> None:
        """Show something, in Chinese and then in English, and leave a picture of each; Chinese is shown again."""
        for _language in ("zh_CN", "en"):
            show()
            self.picture(name)
            self.shell.switch_language()
            self.rest()


def page_of(shell: Shell) -> Any:
    """The page that a window shows. Raises HandsError where it shows none."""
    if shell.page is None:
        raise HandsError("no page is shown")
    return shell.page


def go(shell: Shell, name: str, /, **where: Any) -> Any:
    """Go to a page, wait until it shows what it was asked for, and return it."""
    if shell.area is not None:
        shell.area.undo_bar.put_away()  # what was said of the page before is read by now
    shell.go(name, **where)
    settle(shell, BRIEF)
    return page_of(shell)
