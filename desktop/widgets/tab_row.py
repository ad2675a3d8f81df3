"""Buttons that show one part of a page or another."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.widgets import pieces
from desktop.widgets.wrap_line import WrapLine


def tab_row(
    page: QWidget, tabs: Sequence[str], show: Callable[[str], object]
) -> tuple[WrapLine, dict[str, QPushButton]]:
    """A row with a button for each part, also reached by Alt+Shift+1 and so on; the buttons by part.

    The page writes on them and checks the one that is shown.
    """
    row, buttons = pieces.wrapping(None, gap=8), {}
    for place, tab in enumerate(tabs, 1):
        key = f"Alt+Shift+{place}"
        button = buttons[tab] = pieces.button("", partial(show, tab), tip=key)
        button.setCheckable(True)
        row.addWidget(button)
        QShortcut(QKeySequence(key), page, partial(show, tab))
    return row, buttons
