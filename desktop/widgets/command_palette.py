"""Ctrl+K: every command of the window and of the page now shown, found by Chinese, pinyin initials or English."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QLineEdit

from desktop import commands, theme
from desktop.widgets import pieces
from desktop.widgets.choice_list import Choice, ChoiceList
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell


def all_actions(shell: "Shell") -> list[QAction]:
    """What can be done now: the page's own actions first, then the window's."""
    own = shell.page.actions() if shell.page is not None else []
    return [*own, *(action for name, action in shell.actions_by_name.items() if name != "palette")]


def choice_of(action: QAction) -> Choice:
    """An action as a line of a list."""
    command = action.data()
    keys = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
    return Choice(action.trigger, action.text(), getattr(command, "icon", "") or "forward", keys)


class CommandPalette(QDialog):
    """A line and the commands that fit; Enter does the first."""

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.shell = shell
        self.setWindowTitle(_("All commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.line = QLineEdit()
        self.line.setProperty("role", "search")
        self.line.setPlaceholderText(_("What do you want to do? For example fl, 备份 or letter"))
        self.line.setToolTip(self.line.placeholderText())
        self.line.setAccessibleName(_("Search commands"))
        self.list = ChoiceList(_("All commands"))
        self.list.watch(self.line)
        self.line.textChanged.connect(self._find)
        pieces.column(self, self.line, self.list, margin=12, gap=8)
        self.setFixedSize(min(theme.px(560), shell.width() - 40), min(theme.px(440), shell.height() - 80))
        self.move(shell.mapToGlobal(shell.rect().topLeft()).x() + (shell.width() - self.width()) // 2, self._top())
        self._find("")

    def _top(self) -> int:
        return self.shell.mapToGlobal(self.shell.rect().topLeft()).y() + self.shell.height() // 8

    def _find(self, typed: str) -> None:
        found = commands.matching(typed, all_actions(self.shell))
        self.list.show_choices([self._choice(action) for action in found])

    def _choice(self, action: QAction) -> Choice:
        plain = choice_of(action)

        def run() -> None:
            self.accept()
            plain.run()

        return Choice(run, plain.text, plain.icon, plain.keys)
