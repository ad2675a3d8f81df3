"""In the settings of a desk of an office: which server, how the way there is protected, how others call the desk."""

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from desktop.widgets import pieces
from desktop.widgets.server_form import tls_words
from models.texts import _

if TYPE_CHECKING:
    from desktop.pages.settings import SettingsPage


class DeskSection:
    """Made by the page of settings where the records lie on a server; in place of the backups."""

    def __init__(self, page: "SettingsPage") -> None:
        self._page = page
        server = page.casebook.server
        assert server is not None, "the records lie on a server"
        self.name = QLineEdit()
        self.name.editingFinished.connect(self._save)
        self._kept = ""
        shown: list[tuple[str, QWidget, str]] = [
            (_("Server"), pieces.text(server.shown, select=True), ""),
            (_("Protection of the way there"), pieces.text(tls_words(server.tls)), ""),
            (_("Name of this desk"), self.name, _("For example Window 2: others see it beside your name.")),
        ]
        self.frame: QFrame = page._section(
            "office",
            _("Desk of an office with a server"),
            page._grid(*shown),
            pieces.text(
                _(
                    "Whoever keeps the server makes the backups there; the help page says how. To speak to the server "
                    "in another way, lock the window and choose “Connection to the server”."
                ),
                "soft",
            ),
        )

    def load(self) -> None:
        """Show what is set."""
        casebook = self._page.casebook
        self._page.read(lambda: str(casebook.desks.name()), self._show)

    def _show(self, name: str) -> None:
        self._kept = name
        self.name.setText(name)

    def _save(self) -> None:
        casebook, name = self._page.casebook, self.name.text().strip()
        if name == self._kept:
            return

        def done(_nothing: Any) -> None:
            self._kept = name
            self._page.shell.say(_("The name of this desk was saved."))

        self._page.run(lambda: casebook.settings.set("desk_name", name), done)
