"""The card beside a long list: it follows the cursor, and is filled when the cursor rests."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QFrame, QVBoxLayout, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.case_parts import show_more
from desktop.widgets.flow_layout import FlowLayout
from models.texts import ngettext

SHOWN = 6
"""Services shown at once; the rest is one click away."""

SETTLE_MS = 60
"""How long the cursor must rest before the card is filled: arrows move through the list faster."""


class SideCard(QFrame):
    """Its subclass says what is shown (_fill) and which buttons stand below."""

    def __init__(self, go: Callable[..., object]) -> None:
        """go(page, **where): show a page."""
        super().__init__()
        self.setProperty("role", "card")
        self.setMinimumWidth(theme.px(300))
        self._go = go
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._fill)
        told = QWidget()
        told.setProperty("role", "surface")
        self._body: QVBoxLayout = pieces.column(told, gap=10)
        self._buttons = QWidget()
        self._flow = FlowLayout(self._buttons, gap=theme.px(8))
        pieces.column(self, pieces.scroll(told), self._buttons, margin=16, gap=12).setStretch(0, 1)

    def _put_buttons(self, *buttons: QAbstractButton) -> None:
        for button in buttons:
            self._flow.addWidget(button)

    def _fill(self) -> None:
        raise NotImplementedError

    def _show_hint(self, words: str) -> None:
        """What stands in the card while nothing is under the cursor."""
        hint = pieces.text(words, "soft")
        hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._body.addWidget(hint)
        self._body.addStretch(1)

    def _add_some(self, lines: Sequence[Any], add: Callable[[Sequence[Any], QVBoxLayout], object]) -> None:
        """The first lines, and a link that adds the others."""
        add(lines[:SHOWN], self._body)
        if rest := lines[SHOWN:]:
            words = ngettext("{n} more service", "{n} more services", len(rest)).format(n=len(rest))
            link, place = show_more(words, partial(add, rest))
            self._body.addWidget(link)
            self._body.addWidget(place)
