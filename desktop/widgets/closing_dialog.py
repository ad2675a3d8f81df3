"""The window is to be closed while papers are being printed: what is safe, and the choice to wait."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.widgets import pieces
from desktop.widgets.form_dialog import FormDialog
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.print_runner import Progress


class ClosingDialog(FormDialog):
    """Says what is being printed; `closes` is called where the worker closes all the same. Escape stays."""

    def __init__(self, parent: QWidget, progress: "Progress", closes: Callable[[], object]) -> None:
        super().__init__(parent, _("Papers are being printed"), 460)
        self._closes = closes
        said = _("“{title}”: {n} of {all} papers are printed.")
        words = [said.format(title=progress.title, n=progress.done, all=progress.total)]
        if progress.sent:
            at_printer = ngettext(
                "{n} paper is at the printer and may still come out: after the next start you are asked about it.",
                "{n} papers are at the printer and may still come out: after the next start you are asked about them.",
                progress.sent,
            )
            words.append(at_printer.format(n=progress.sent))
        if progress.waiting:
            waits = ngettext(
                "{n} paper waits. It stays in the queue, which you can go on with after the next start.",
                "{n} papers wait. They stay in the queue, which you can go on with after the next start.",
                progress.waiting,
            )
            words.append(waits.format(n=progress.waiting))
        words.append(_("Nothing is lost, and nothing is printed twice without saying so."))
        for line in words:
            self.form.addWidget(pieces.text(line))
        self.close_button = pieces.button(_("Close now"), self._close, icon="close")
        self.wait_button = pieces.button(_("Go on printing"), self.reject, "primary", "print")
        self.finish(self.wait_button, self.close_button)
        self.wait_button.setFocus()

    def _close(self) -> None:
        self.accept()
        self._closes()
