"""The other desks of an office: asks every few seconds what they changed, and says when the server is away or back."""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from models.errors import Problem
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.casebook import Casebook
    from models.services.desks import AtWork
    from models.services.views import Changed

EVERY_MS = 3_000
"""How often the server is asked what changed; the answer is one number where nothing did."""

CLOCK_TOLD_MS = 5 * 60_000
"""From how far on a wrong clock of this computer is told."""

STILL_SECONDS = 30.0
"""How often a desk says that what it opened is open still."""


class OtherDesks(QObject):
    """Works while a desk of an office is signed in; where the records are this computer's alone it never asks."""

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self._shell = shell
        self._casebook: Casebook | None = None
        self._asking = False
        self._said_at = 0.0
        self.away = False
        """Whether the server did not answer when it was last asked."""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.ask)

    def begin(self, casebook: "Casebook") -> None:
        """Somebody signed in."""
        if casebook.desks.many:
            self._casebook, self.away, self._asking = casebook, False, False
            self.ask()
            self._timer.start(EVERY_MS)
            off = abs(casebook.desks.clock_off)
            if off >= CLOCK_TOLD_MS:
                QTimer.singleShot(0, self, lambda: self._tell_clock(round(off / 60_000)))

    def _tell_clock(self, minutes: int) -> None:
        self._shell.notice(
            ngettext(
                "This computer's clock is wrong by {n} minute; the server's time is used. Please set the clock.",
                "This computer's clock is wrong by {n} minutes; the server's time is used. Please set the clock.",
                minutes,
            ).format(n=f"{minutes:,}"),
            "warn",
        )

    def end(self) -> None:
        """Nobody is signed in any more."""
        self._timer.stop()
        self._casebook = None

    def ask(self) -> None:
        """Ask now, on a lane of its own: a server that does not answer holds up no list and no save."""
        casebook = self._casebook
        if casebook is None or self._asking:
            return
        self._asking = True
        still = time.monotonic() - self._said_at > STILL_SECONDS
        if still:
            self._said_at = time.monotonic()

        def work() -> "tuple[Casebook, Changed | None, list[AtWork] | None]":
            return casebook, casebook.desks.news(), casebook.desks.still_editing() if still else None

        def failed(problem: Problem) -> None:
            self._asking = False
            if casebook is self._casebook:
                self._lost(problem)

        self._shell.tasks.outside(work, self._told, failed, owner=self, lane="desks")

    def _told(self, told: "tuple[Casebook, Changed | None, list[AtWork] | None]") -> None:
        casebook, news, others = told
        self._asking = False
        if casebook is not self._casebook:  # locked and opened again meanwhile
            return
        if self.away:
            self._back()
        elif news is not None:
            self._shell.changed_elsewhere(news)
        page = self._shell.page
        if others is not None and page is not None:
            page.open_elsewhere([one for one in others if one.row == page.editing])

    def _lost(self, problem: Problem) -> None:
        from models.store.engine import StoreUnreachable

        if self.away or not isinstance(problem, StoreUnreachable):
            return
        self.away = True
        self._shell.server_away(
            _(
                "The office's server cannot be reached just now. What you type is kept on this computer; the server is "
                "tried again every few seconds, and you will see when it is back."
            )
        )

    def _back(self) -> None:
        self.away = False
        self._shell.server_back(_("The office's server is back. You can go on and save."))
