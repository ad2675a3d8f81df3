"""Everything that was answered, before it is saved: each answer with a way back to its field."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.texts import _, ngettext


class Line(NamedTuple):
    """One answer."""

    field: str  # the path that leads back to it
    label: str
    words: str
    doubt: str = ""


class Part(NamedTuple):
    """Answers that belong together: the address, a person, the household."""

    title: str
    lines: Sequence[Line]
    field: str  # where “change” of the whole leads
    open: int = 0  # questions left open


class CheckView(QWidget):
    """The answers in parts. `change(path)` leads back to a field."""

    change = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.links: dict[str, QPushButton] = {}
        self._column = pieces.column(None, gap=12)
        pieces.column(self, self._column).addStretch(1)

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Show these answers instead of any before."""
        pieces.clear(self._column)
        self.links = {}
        for part in parts:
            self._column.addWidget(self._card(part))

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return next(iter(self.links.values()), self)

    def _card(self, part: Part) -> QWidget:
        open_words = ngettext("{n} question left open", "{n} questions left open", part.open).format(n=part.open)
        head = pieces.line(
            None,
            pieces.text(part.title, "heading", wrap=False),
            pieces.text(open_words if part.open else "", "small", wrap=False),
            None,
            self._link(part.field, part.title, _("Change")),
            gap=12,
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(2))
        grid.setColumnMinimumWidth(0, theme.px(170))
        grid.setColumnStretch(1, 1)
        middle = Qt.AlignmentFlag.AlignVCenter
        for place, line in enumerate(part.lines):
            row = 2 * place
            label = pieces.text(line.label if line.label != part.title else "", "soft")
            label.setMaximumWidth(theme.px(230))
            grid.addWidget(label, row, 0, middle)
            grid.addWidget(pieces.text(line.words, select=True), row, 1, middle)
            grid.addWidget(self._link(line.field, line.label, _("Change")), row, 2, middle)
            if line.doubt:
                grid.addWidget(pieces.card(pieces.text(line.doubt), role="banner-warn", margin=8), row + 1, 1, 1, 2)
        return pieces.card(head, grid, gap=8)

    def _link(self, field: str, of: str, words: str) -> QPushButton:
        link = pieces.button(words, partial(self.change.emit, field), "link")
        link.setAccessibleName(_("Change: {field}").format(field=of))
        self.links[field] = link
        return link
