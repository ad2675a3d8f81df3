"""The line at the foot of the window: offline, what waits to be synced, the last save, who works here."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QLabel

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.printing_sign import PrintingSign
from models.clock import TIANJIN
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell


class StatusLine(QFrame):
    """Asks what waits after every change, not more often than once in half a second."""

    def __init__(self, shell: "Shell") -> None:
        super().__init__()
        self.shell = shell
        self.setProperty("role", "status")
        self._sign = sign = QLabel()
        sign.setPixmap(theme.pixmap("offline", 16, "soft", self.devicePixelRatioF()))
        self._offline = pieces.text(_("Offline: nothing leaves this computer by itself"), "small", wrap=False)
        sign.setToolTip(self._offline.text())
        self.waiting = pieces.button("", lambda: shell.go("sync"), "status")
        self.printing = PrintingSign(shell)
        self.saved = pieces.text("", "small", wrap=False)
        self.who = pieces.text("", "small", wrap=False)
        row = pieces.line(self, sign, self._offline, self.waiting, self.printing, self.saved, None, self.who, gap=12)
        row.setContentsMargins(theme.px(12), theme.px(2), theme.px(12), theme.px(2))
        self._soon = QTimer(self, singleShot=True, interval=500)
        self._soon.timeout.connect(self._ask)
        self.say_waiting(None)
        self.show_worker()
        if shell.casebook.desks.many:
            self.say_server(reachable=not shell.desks.away)

    def be_short(self, short: bool) -> None:
        """In a narrow window the sign alone says that one works offline, and the office is left out."""
        self._short = short
        self._offline.setHidden(short)
        self.show_worker()

    _short = False

    def say_server(self, *, reachable: bool) -> None:
        """At a desk of an office: whether its server answers."""
        words = _("Records on the office's server") if reachable else _("The office's server does not answer")
        self._offline.setText(words)
        self._sign.setPixmap(theme.pixmap("office" if reachable else "offline", 16, "soft" if reachable else "danger"))
        self._sign.setToolTip(words)

    def show_worker(self) -> None:
        """Say who works here and for which office."""
        casebook = self.shell.casebook
        name, office = casebook.worker.name, casebook.office.name
        self.who.setText(name if self._short else f"{name} · {office}")

    def saved_now(self) -> None:
        """A verb was committed: say when, and soon what waits."""
        moment = self.shell.clock.now().astimezone(TIANJIN)
        self.saved.setText(_("Saved {time}").format(time=moment.strftime("%H:%M:%S")))
        self.refresh()

    def refresh(self) -> None:
        """Ask soon what waits."""
        self._soon.start()

    def _ask(self) -> None:
        if not self.shell.is_locked:
            casebook = self.shell.casebook
            self.shell.tasks.read(lambda: casebook.sync.status().waiting, self.say_waiting, owner=self)

    def say_waiting(self, count: int | None) -> None:
        """Say how many changes wait to be exported; None is not known yet."""
        self.waiting.setVisible(count is not None)
        if count:
            text = ngettext("{n} change waits to be synced", "{n} changes wait to be synced", count)
            self.waiting.setText(text.format(n=f"{count:,}"))
        else:
            self.waiting.setText(_("Nothing waits to be synced"))
        self.waiting.setAccessibleName(self.waiting.text())
