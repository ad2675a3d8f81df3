"""Ctrl+/: the keys of the window and of the page now shown, read from the actions themselves."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell


def keys_of(action: QAction) -> str:
    """All keys of an action as they are printed: F2 / Ctrl+F."""
    return " / ".join(keys.toString(keys.SequenceFormat.NativeText) for keys in action.shortcuts())


class ShortcutSheet(QDialog):
    """A sheet to look at; Escape closes it."""

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.setWindowTitle(_("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window = list(shell.actions_by_name.values())
        own = [action for action in (shell.page.actions() if shell.page is not None else []) if action.shortcuts()]
        go = [action for action in window if action.data().group == "go"]
        do = [action for action in window if action.data().group == "do"]
        groups = [(_("Go to"), go), (_("Do"), do)]
        if own:
            groups.insert(1, (_("On this page"), own))
        inside = QWidget()
        beside = shell.width() >= theme.px(300) * len(groups)  # else one group below the other
        columns = pieces.line(inside, gap=32) if beside else pieces.column(inside, gap=32)
        for title, actions in groups:
            columns.addLayout(self._group(title, actions))
        close = pieces.button(_("Close"), self.accept, "primary")
        pieces.column(
            self,
            pieces.text(_("Keyboard shortcuts"), "heading"),
            pieces.scroll(inside),
            pieces.line(None, None, close),
            margin=24,
            gap=16,
        )
        self.resize(
            min(theme.px(380) * (len(groups) if beside else 1), shell.width() - 40),
            min(theme.px(600), shell.height() - 40),
        )

    def _group(self, title: str, actions: list[QAction]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(6))
        grid.addWidget(pieces.text(title, "subheading"), 0, 0, 1, 2)
        for place, action in enumerate(actions, 1):
            keys = pieces.text(keys_of(action), "tag-quiet")
            grid.addWidget(keys, place, 0)
            grid.addWidget(pieces.text(action.text()), place, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(actions) + 1, 1)
        return grid
