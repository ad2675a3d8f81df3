"""The gate: the passphrase opens the casebook; where there is none, the first run makes one."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QLayout, QScrollArea, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.passphrase_field import PassphraseField
from models.errors import DamagedStore, KeysMissing, Problem
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.casebook import Casebook

FILES = ("casebook.db", "casebook.keys")
"""What lies in the data folder once there is a casebook: Casebook.exists looks for the same, but takes half a second
to import, and the first window must not wait for it."""


DESK = "casebook.desk"
"""What lies in the data folder of a desk of an office: where the office's server is."""


def server_shown(folder: Path) -> str:
    """The office's server as this page names it; empty where the records are in a file of this computer."""
    import json

    try:
        said = json.loads((folder / DESK).read_text("utf-8"))["server"]
        return f"{said['database']} @ {said['host'] or 'localhost'}"
    except (OSError, ValueError, KeyError, TypeError):
        return "?" if (folder / DESK).exists() else ""


def people_of(folder: Path) -> list[tuple[str, str]]:
    """(account, name) of who can sign in, as the key file says; the keys themselves are not read before they are
    needed, since that would bring half the program along.
    """
    import json

    try:
        slots = json.loads((folder / FILES[1]).read_bytes())["slots"]
        return [(str(one["id"]), str(one["name"])) for one in slots if one.get("kind", "person") == "person"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def casebook_exists(folder: Path) -> bool:
    """Whether there is a casebook in the data folder; its keys alone are one only where backups lie beside them."""
    if (folder / DESK).exists():
        return True
    store, keys = (folder / name for name in FILES)
    return store.exists() or (keys.exists() and (folder / "backups").exists())


def gate(shell: "Shell") -> QWidget:
    """The page that stands before the records: sign-in, or first run or restoring (which go on where they were)."""
    if shell.locking.leaving:
        from desktop.pages.leaving import Leaving

        return Leaving(shell)
    if shell.gate is not None:  # not at the start, when every import counts
        from desktop.pages.restore import Restore

        if isinstance(shell.gate, Restore):
            return Restore(shell, shell.gate.answers)
        from desktop.pages.forgotten import Forgotten

        if isinstance(shell.gate, Forgotten):
            return Forgotten(shell, shell.gate.answers)
    if casebook_exists(shell.folder):
        return SignIn(shell)
    from desktop.pages.first_run import FirstRun

    return FirstRun(shell, shell.gate.answers if isinstance(shell.gate, FirstRun) else None)


def open_casebook(
    folder: Path, passphrase: str, shell: "Shell", password: str = "", phrase: str = "", account: str = ""
) -> "Casebook":
    """Open the casebook; called off the window's thread, since it imports and derives keys.

    password, phrase: the server's and the office's, where this computer does not give them. account: who signs in.
    """
    from models.casebook import Casebook

    if password or phrase:
        more = {"password": password, "phrase": phrase}
        return Casebook.open_office(folder, passphrase, account=account, clock=shell.clock, **more)
    return Casebook.open(folder, passphrase, account=account, clock=shell.clock)


def needs_backup(problem: Problem) -> bool:
    """Whether the casebook cannot be opened any more as it is, so that a backup is the way on."""
    from models.casebook import StoreMissing

    return isinstance(problem, (DamagedStore, KeysMissing, StoreMissing))


def asks_password(problem: Problem) -> bool:
    """Whether the office's server wants a password that this computer does not have."""
    from models.services.desk_place import PasswordGone
    from models.store.server import ServerRefused

    return isinstance(problem, (PasswordGone, ServerRefused))


def asks_phrase(problem: Problem) -> bool:
    """Whether the office's records are sealed with a phrase that this computer does not have."""
    from models.services.desk_place import WrongOfficePhrase

    return isinstance(problem, WrongOfficePhrase)


def waits(problem: Problem) -> int:
    """How many seconds somebody must wait who failed too often; 0 for any other trouble."""
    from models.security.attempts import TooManyAttempts

    return int(str(problem.facts["seconds"])) if isinstance(problem, TooManyAttempts) else 0


def is_about_server(problem: Problem) -> bool:
    """Whether the passphrase was right and the server is in the way."""
    from models.services.desk_place import NoOffice, NotOurTables
    from models.store.engine import ServerExhausted, StoreUnreachable
    from models.store.server import CertificateRefused, ServerTooOld

    return asks_password(problem) or isinstance(
        problem, (StoreUnreachable, ServerExhausted, NoOffice, NotOurTables, CertificateRefused, ServerTooOld)
    )


def brand(size: int = 40) -> QHBoxLayout:
    """The sign and the name of the program."""
    sign = QLabel()
    sign.setPixmap(theme.pixmap("jinmen", size, "accent"))
    return pieces.line(None, sign, pieces.text(_("Jinmen"), "title", wrap=False), None, gap=12)


def gate_foot(shell: "Shell") -> QLayout:
    """Below the card: the looks and the language can be changed before anything is opened."""
    links = []
    for name in ("language", "theme", "touch", "help"):
        action = shell.actions_by_name[name]
        made = pieces.button(action.text(), action.trigger, "link", tip=pieces.with_shortcut(action))
        links.append(made)
    return pieces.wrapping(None, None, *links, None)


def centred(shell: "Shell", card: QFrame, width: int) -> QWidget:
    """A card in the middle of the window, with the small links below; scrolls where the window is low."""
    card.setMaximumWidth(theme.px(width))
    inside = QWidget()
    middle = pieces.line(None, None, card, None)
    middle.setStretch(1, 1000)  # as wide as it may be; less in a narrow window
    pieces.column(inside, None, middle, gate_foot(shell), None, margin=16, gap=16)
    return pieces.scroll(inside)


def bring_into_view(gate: QWidget, widget: QWidget) -> None:
    """Scroll a card that is higher than the window to one of its widgets, once it has its place."""
    area = gate.findChild(QScrollArea)
    if area is not None:
        QTimer.singleShot(0, widget, lambda: area.ensureWidgetVisible(widget))


class SignIn(QWidget):
    """One field and one button; `said` is what was done just before, for the worker to read."""

    def __init__(self, shell: "Shell", said: str = "") -> None:
        super().__init__()
        self.shell = shell
        self.setProperty("role", "ground")
        self.passphrase = PassphraseField(_("Passphrase"))
        self.passphrase.line.returnPressed.connect(self.unlock)
        label = pieces.text(_("Passphrase"), "label")
        label.setBuddy(self.passphrase.line)
        self.who = QComboBox()
        """Who signs in; hidden where there is one account only."""
        self.who.setAccessibleName(_("Who"))
        for account, name in people_of(shell.folder):
            self.who.addItem(name, account)
        self.who.setCurrentIndex(max(self.who.findData(shell.state.account), 0))
        self.who.currentIndexChanged.connect(lambda _place: self._other_person())
        self.who_label = pieces.text(_("Who"), "label")
        self.who_label.setBuddy(self.who)
        self.who.setVisible(self.who.count() > 1)
        self.who_label.setVisible(self.who.count() > 1)
        self.trouble = pieces.text("", "error")
        self.trouble.hide()
        self._waiting = QTimer(self)
        self._waiting.setInterval(1000)
        self._waiting.timeout.connect(self._count_down)
        self._wait_until = 0.0  # by the monotonic clock
        self.button = pieces.button(_("Open the casebook"), self.unlock, "primary")
        self.restore_button = pieces.button(_("Restore a backup"), self.restore, "link")
        self.forgotten_button = pieces.button(_("Passphrase forgotten"), self.forgotten, "link")
        server = server_shown(shell.folder)
        self.connection_button = pieces.button(_("Connection to the server"), self.connection, "link")
        (self.restore_button if server else self.connection_button).hide()  # a server is restored where it is
        self.server = PassphraseField(_("Password of the server"))
        self.server.line.returnPressed.connect(self.unlock)
        self.server_label = pieces.text(_("Password of the server"), "label")
        self.server_label.setBuddy(self.server.line)
        self.phrase = PassphraseField(_("Phrase of the office"))
        self.phrase.line.returnPressed.connect(self.unlock)
        self.phrase_label = pieces.text(_("Phrase of the office"), "label")
        self.phrase_label.setBuddy(self.phrase.line)
        for each in (self.server, self.server_label, self.phrase, self.phrase_label):
            each.hide()  # until this computer does not give it any more
        told = _("The records on this computer are encrypted. Your passphrase opens them.")
        if server:
            told = _("The records lie on the office's server; what opens the way there is encrypted on this computer.")
        self.said = pieces.text(said, "good", select=True)
        self.said.setVisible(bool(said))
        self.wrong = pieces.text("", "error", select=True)
        self.wrong.hide()
        self.card = pieces.card(
            brand(),
            self.said,
            self.wrong,
            pieces.text(told, "soft"),
            *(
                [pieces.text(_("Office server: {server}").format(server=server), "label", select=True)]
                if server
                else []
            ),
            self.who_label,
            self.who,
            label,
            self.passphrase,
            self.server_label,
            self.server,
            self.phrase_label,
            self.phrase,
            self.trouble,
            self.button,
            pieces.wrapping(None, self.restore_button, self.connection_button, self.forgotten_button, None),
            margin=32,
            gap=12,
        )
        pieces.column(self, centred(shell, self.card, 460))
        self.setFocusProxy(self.passphrase)
        self.passphrase.setFocus()

    def tell(self, said: str, wrong: str = "") -> None:
        """Say what became of what was open when the window locked, and what went wrong; what is typed here stays."""
        for label, words in ((self.said, said), (self.wrong, wrong)):
            if words:
                label.setText(words)
                label.show()

    def unlock(self) -> None:
        """Try the passphrase."""
        passphrase = self.passphrase.text()
        if not passphrase or not self.button.isEnabled():
            self.passphrase.setFocus()
            return
        self._busy(True)
        folder, shell = self.shell.folder, self.shell
        password, phrase, account = self.server.text(), self.phrase.text(), str(self.who.currentData() or "")
        self.shell.tasks.run(
            lambda: open_casebook(folder, passphrase, shell, password, phrase, account),
            self._opened,
            self._failed,
            owner=self,
        )

    def restore(self) -> None:
        """To the page that puts a backup in the place of the casebook."""
        from desktop.pages.restore import Answers, Restore

        offered = Answers(chosen=self._offered, passphrase=self.passphrase.text()) if self._offered else None
        self.shell.show_gate(Restore(self.shell, offered))

    def _look_for_backup(self) -> None:
        """Name the newest whole backup by its moment and its age; the passphrase that was typed opens it."""
        from desktop.pages.restore import last_good

        shell, passphrase, account = self.shell, self.passphrase.text(), str(self.who.currentData() or "")
        shell.tasks.run(lambda: last_good(shell, passphrase, account), self._offer, lambda _problem: None, owner=self)

    def _offer(self, found: "tuple[Path, str] | None") -> None:
        if found is not None:
            self._offered, words = found
            self.restore_button.setText(words)
            self.restore_button.setAccessibleName(words)

    _offered: Path | None = None

    def forgotten(self) -> None:
        """To the page that sets a new passphrase."""
        from desktop.pages.forgotten import Answers, Forgotten

        self.shell.show_gate(Forgotten(self.shell, Answers(account=str(self.who.currentData() or ""))))

    def _other_person(self) -> None:
        self._waiting.stop()
        self._wait_until = 0.0
        self._busy(False)
        self.trouble.hide()
        self.passphrase.line.clear()
        self.passphrase.setFocus()

    def _count_down(self) -> None:
        """How long somebody who failed too often must wait; then the button works again."""
        left = self._wait_until - time.monotonic()
        if left <= 0:
            self._waiting.stop()
            self._busy(False)
            self.passphrase.setFocus()
            self.passphrase.line.selectAll()
            return
        minutes, seconds = divmod(int(left) + 1, 60)
        self.button.setText(_("Wait {time}").format(time=f"{minutes}:{seconds:02d}"))

    def connection(self) -> None:
        """To the page that says where the office's server is."""
        from desktop.pages.server_gate import ServerGate

        self.shell.show_gate(ServerGate(self.shell))

    def _opened(self, casebook: "Casebook") -> None:
        self.passphrase.line.clear()
        self.server.line.clear()
        self.phrase.line.clear()
        self.shell.state.account = str(self.who.currentData() or "")
        self.shell.unlock(casebook)

    def _failed(self, problem: Problem) -> None:
        self._busy(False)
        self.trouble.setText(problem.sentence())
        self.trouble.show()
        if (seconds := waits(problem)) > 0:
            self._busy(True)
            self.trouble.show()
            self._wait_until = time.monotonic() + seconds
            self._waiting.start()
            self._count_down()
            return
        if asks_password(problem):
            self._ask_for(self.server_label, self.server)
            return
        if asks_phrase(problem):
            self._ask_for(self.phrase_label, self.phrase)
            return
        if is_about_server(problem):  # it need not be typed again: the server may answer in a minute
            self.button.setFocus()
            return
        if needs_backup(problem):
            pieces.set_role(self.restore_button, "")  # from a link to a button, for now it is the way on
            self._look_for_backup()
        self.passphrase.line.setProperty("wrong", "true")
        pieces.polish(self.passphrase.line)
        self.passphrase.setFocus()
        self.passphrase.line.selectAll()

    def _ask_for(self, label: QWidget, field: PassphraseField) -> None:
        label.show()
        field.show()
        field.setFocus()
        field.line.selectAll()

    def _busy(self, busy: bool) -> None:
        self.button.setEnabled(not busy)
        self.restore_button.setEnabled(not busy)
        self.passphrase.setEnabled(not busy)
        self.button.setText(_("Opening ...") if busy else _("Open the casebook"))
        if busy:
            self.trouble.hide()
