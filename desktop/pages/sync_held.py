"""After a restore: what it means for the exchange of files, to be read and agreed to before any file is exchanged."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.case_words import moment_text
from desktop.minding import held_words
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.form_dialog import FormDialog
from models.clock import today
from models.texts import _

if TYPE_CHECKING:
    from desktop.pages.sync import SyncPage
    from models.services.exchange_held import Restored


class HeldCard(QWidget):
    """A warning on top of the page of the exchange, with the way out; hidden where nothing is held."""

    def __init__(self, page: "SyncPage") -> None:
        super().__init__()
        self._page = page
        self._column = pieces.column(self)
        self.banner: Banner | None = None
        self.hide()

    def show_restored(self, restored: "Restored | None") -> None:
        """Show that the exchange is held since this restore; None: it is not."""
        pieces.clear(self._column)
        self.banner = None
        if restored is not None:
            action = (_("Read and agree"), lambda: self.ask(restored))
            self.banner = Banner("warn", held_words(restored), action, closable=False)
            self._column.addWidget(self.banner)
            pieces.reveal(self._column)
        self.setVisible(restored is not None)

    def ask(self, restored: "Restored") -> None:
        """Say what it means, and ask."""
        AgreeDialog(self._page, moment_text(restored.made_at, today(self._page.shell.clock)), self._agree).open()

    def _agree(self) -> None:
        page = self._page
        page.run(page.casebook.safekeeping.agree, lambda _nothing: page.reload())


class AgreeDialog(FormDialog):
    """What is going to happen; `agreed` is called when the worker wants it so."""

    def __init__(self, parent: QWidget, moment: str, agreed: Callable[[], object]) -> None:
        super().__init__(parent, _("Exchange files again"), 560)
        self._agreed = agreed
        lead = _("This casebook is again as it was at the backup of {moment}. When you agree:").format(moment=moment)
        self.form.addWidget(pieces.text(lead))
        for words in (
            _(
                "The office and other computers send again what this casebook had and lost. Nothing of theirs is "
                "overwritten."
            ),
            _("What was recorded here after the backup and never exported is gone; record it again where you know it."),
            _("This computer goes on under a new device number, so that nobody mistakes its entries for lost ones."),
            _("People who were erased since the backup stay erased."),
        ):
            self.form.addWidget(pieces.text("•  " + words))
        self.form.addWidget(
            Banner(
                "warn",
                _("Agree only if this was the right backup: what was exchanged cannot be called back."),
                closable=False,
            )
        )
        self.go = pieces.button(_("Agree, exchange files again"), self._agree, "primary", "check")
        self.finish(self.go)

    def _agree(self) -> None:
        self.accept()
        self._agreed()
