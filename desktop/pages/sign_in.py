"""The gate: the passphrase opens the casebook; where there is none, the first run makes one."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.widgets import pieces
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell


def gate(shell: "Shell") -> QWidget:
    """The page that stands before the records."""
    made = QWidget()
    pieces.column(made, pieces.text(_("Open the casebook"), "title"))
    return made
