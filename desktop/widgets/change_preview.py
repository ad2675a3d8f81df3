"""What a change would do, in sentences, with the doubts that have to be ticked before it is made."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.widgets import pieces
from desktop.widgets.case_parts import TickRow
from desktop.widgets.mark import Mark
from models.texts import _


class ChangePreviewView(QWidget):
    """The sentences, and the doubts as ticks: each is looked at, none is overlooked."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ticks: list[TickRow] = []
        self.lines: tuple[str, ...] = ()
        self._column = pieces.column(self, gap=12)
        self.hide()

    def show_preview(self, lines: Sequence[str], doubts: Sequence[str], agreed: Sequence[str] = ()) -> None:
        """Show these sentences; doubts that were agreed to before are ticked already."""
        pieces.clear(self._column)
        self.lines = tuple(lines)
        self.ticks = []
        will = pieces.card(pieces.text(_("This will happen"), "heading"), margin=16, gap=6)
        for sentence in lines:
            row = pieces.line(None, gap=8)
            row.addWidget(Mark("yes", "good", 18), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(pieces.text(sentence, select=True), 1)
            pieces.inside(will).addLayout(row)
        self._column.addWidget(will)
        if not doubts:
            return
        odd = pieces.card(
            pieces.text(_("Unusual, but it may be so"), "subheading"),
            pieces.text(_("Tick what is right. What is not right is changed above."), "small"),
            role="banner-warn",
            margin=14,
            gap=6,
        )
        for sentence in doubts:
            tick = TickRow(sentence, sentence in agreed)
            tick.toggled.connect(lambda _checked: self.changed.emit())
            self.ticks.append(tick)
            pieces.inside(odd).addWidget(tick)
        self._column.addWidget(odd)

    def open_doubts(self) -> list[TickRow]:
        """The doubts that are not ticked yet."""
        return [tick for tick in self.ticks if not tick.tick.isChecked()]

    def agreed(self) -> list[str]:
        """The doubts that are ticked."""
        return [tick.label.text() for tick in self.ticks if tick.tick.isChecked()]
