"""What the window minds by itself while a casebook is open: backups that are due, ballast, and how it was closed last.

All of it runs on lanes of its own: no save and no list waits for it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from models.errors import Problem
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.casebook import Casebook
    from models.services.backups import Made
    from models.services.exchange_held import Restored
    from models.services.health import Looked

FIRST_MS, EVERY_MS = 60_000, 5 * 60_000
"""A minute after signing in the backup of the day is made, if it is due; then it is asked so often what is due."""

LANE = "backup"
"""The lane for backups, and for looks at places that may be slow to answer."""


class Minding(QObject):
    """Belongs to the window; begins with an open casebook and ends when it is closed."""

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.shell = shell
        self._casebook: Casebook | None = None
        self._making = False
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.look_what_is_due)

    def begin(self, casebook: "Casebook") -> None:
        """A casebook was opened."""
        self._casebook = casebook
        self._making = False
        self.timer.start(FIRST_MS)
        if casebook.server is None:
            self.shell.tasks.outside(
                lambda: (*casebook.health.after_sign_in(), casebook.safekeeping.restored()),
                lambda told: self._tell(casebook, *told),
                owner=self,
                lane="health",
            )

    def end(self) -> None:
        """The casebook is being closed."""
        self._casebook = None
        self.timer.stop()

    def look_what_is_due(self) -> None:
        """Ask what is due, and do it beside the work."""
        self.timer.setInterval(EVERY_MS)
        if self._casebook is not None:
            self.shell.tasks.run(self._casebook.safekeeping.begin, self._make, owner=self)

    def back_up(self) -> None:
        """Make a backup in both places now, and say what came of it in one sentence."""
        casebook = self._casebook
        if casebook is not None:
            from desktop.backup_words import made_words  # with all that it brings, not before the first paint

            self.shell.say(_("Backing up ..."))
            self.shell.tasks.outside(
                casebook.safekeeping.now, lambda made: self.shell.say(made_words(made)), owner=self.shell, lane=LANE
            )

    def _make(self, make: "Callable[[], Made | None] | None") -> None:
        casebook = self._casebook
        if casebook is None or self._making:
            return
        self._making = True

        def work() -> Problem | None:
            try:
                casebook.health.make_ballast()
                if make is not None:
                    make()
                return casebook.safekeeping.trouble()  # of one that was made before an import
            finally:  # whatever became of it, the next look may try again
                self._making = False

        self.shell.tasks.outside(work, self._trouble, owner=self, lane=LANE)

    def _trouble(self, problem: Problem | None) -> None:
        if problem is not None:
            self.shell.problem(problem)

    def _tell(self, casebook: "Casebook", closed: str, looked: "Looked | None", restored: "Restored | None") -> None:
        """The one thing of most weight that somebody who just signed in should know."""
        area = self.shell.area
        if casebook is not self._casebook or area is None:
            return
        if looked is not None and not looked.good:
            words = _(
                "The casebook was not closed in order, and part of its file is damaged. Make no new entries before you "
                "looked at the health check."
            )
            area.banners.show_banner("problem", words, (_("Health check"), lambda: self.shell.go("health")))
        elif closed == "other":
            words = _(
                "The casebook file is not as it was when it was closed here: something of it was put back from "
                "elsewhere. If nobody restored anything by hand, look at the health check and tell your supervisor."
            )
            area.banners.show_banner("warn", words, (_("Health check"), lambda: self.shell.go("health")))
        elif restored is not None and restored.held:
            area.banners.show_banner(
                "warn", held_words(restored), (_("To the exchange of files"), lambda: self.shell.go("sync"))
            )


def held_words(restored: "Restored") -> str:
    """What is told of a restored casebook until somebody agrees to exchange files again."""
    words = _("This casebook was restored from a backup. Files are exchanged again when you have agreed to it.")
    if restored.erased_again:
        again = ngettext(
            "{n} person who was erased since that backup was erased again.",
            "{n} people who were erased since that backup were erased again.",
            restored.erased_again,
        )
        words += " " + again.format(n=restored.erased_again)
    return words
