"""In the line at the foot of the window, while papers are printed: how many of how many, and a way to the queue."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QProgressBar, QWidget

from desktop import theme
from desktop.print_runner import runner_of
from desktop.widgets import pieces
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell


class PrintingSign(QWidget):
    """Hidden while nothing is printed."""

    def __init__(self, shell: "Shell") -> None:
        super().__init__()
        self._runner = runner_of(shell)
        self.words = pieces.button("", lambda: shell.go("print_queue"), "status")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(theme.px(80))
        pieces.line(self, self.bar, self.words, gap=8)
        self._runner.moved.connect(self._say)
        self._say()

    def _say(self) -> None:
        progress = self._runner.progress
        self.setHidden(progress is None)
        if progress is None:
            return
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        said = _("Printing {n} of {all}").format(n=min(progress.done + 1, progress.total), all=progress.total)
        self.words.setText(progress.trouble or said)
        self.words.setAccessibleName(self.words.text())
        self.words.setToolTip(progress.title)
        self.bar.setAccessibleName(self.words.text())
