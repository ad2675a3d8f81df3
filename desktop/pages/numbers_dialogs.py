"""What the page of letter numbers asks: from which number the keeping is taken over, and why a block is closed."""

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QSpinBox, QWidget

from desktop.number_words import holder_text, range_text
from desktop.widgets import pieces
from desktop.widgets.asked_line import asked_line
from desktop.widgets.banner import Banner
from desktop.widgets.form_dialog import FormDialog
from models.services.numbering_views import BlockView, Standing
from models.texts import _

LAST = 9_999_999


class TakeOverDialog(FormDialog):
    """Asks for the first number; `agreed` is called with it."""

    def __init__(self, parent: QWidget, standing: Standing, free: int, agreed: Callable[[int], object]) -> None:
        super().__init__(parent, _("Keep the numbers here"), 520)
        self._agreed = agreed
        words = _(
            "One computer of the office keeps the letter numbers. Take this over only where the other one is gone or "
            "gives no more blocks: otherwise two letters could get the same number."
        )
        self.form.addWidget(Banner("warn", words, closable=False))
        self.first = QSpinBox()
        self.first.setRange(free, LAST)
        self.first.setValue(free)
        label = pieces.text(_("The first number that is taken here ({year})").format(year=standing.year), "label")
        label.setBuddy(self.first)
        self.first.setAccessibleName(label.text())
        self.form.addWidget(label)
        self.form.addWidget(self.first)
        hint = _(
            "Look into the paper register, and ask everybody who has a block: one more than the highest number that is "
            "written there or was given to anybody. As far as is known here, {free} is free."
        )
        self.form.addWidget(pieces.text(hint.format(free=free), "soft"))
        self.go = pieces.button(_("Keep them here"), self._agree, "primary", "flag")
        self.finish(self.go)
        self.first.setFocus()
        self.first.selectAll()

    def _agree(self) -> None:
        self.accept()
        self._agreed(self.first.value())


class CloseDialog(FormDialog):
    """Asks why; `agreed` is called with the reason."""

    def __init__(self, parent: QWidget, block: BlockView, agreed: Callable[[str], object]) -> None:
        super().__init__(parent, _("Close a block"), 480)
        self._agreed = agreed
        words = _("Of the numbers {range} of {holder}, nobody will use those that are left. This cannot be taken back.")
        whose = holder_text(block.holder, block.holder_name, block.mine)
        self.form.addWidget(pieces.text(words.format(range=range_text(block.first, block.last), holder=whose)))
        self.reason = QLineEdit()
        self.form.addLayout(asked_line(self.reason, _("Why"), _("For example: the tablet was lost")))
        self.go = pieces.button(_("Close the block"), self._agree, "primary", "check")
        self.go.setEnabled(False)
        self.reason.textChanged.connect(lambda text: self.go.setEnabled(bool(text.strip())))
        self.finish(self.go)
        self.reason.setFocus()

    def _agree(self) -> None:
        self.accept()
        self._agreed(self.reason.text())
