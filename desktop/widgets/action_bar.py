"""The bar at the foot of a form: always in sight, never below the fold."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.texts import _


class ActionBar(QFrame):
    """Back on the left; how far one is and when the draft was kept in the middle; what comes next on the right."""

    back = Signal()
    second = Signal()
    forward = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "footer")
        self.back_button = pieces.button(_("Back"), self.back.emit, icon="back")
        self.progress = pieces.text("", "label", wrap=False)
        self.kept = pieces.text("", "small")  # wraps: why a draft was not kept is a long sentence
        self.kept.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.second_button = pieces.button("", self.second.emit)
        self.forward_button = pieces.button("", self.forward.emit, "primary")
        row = pieces.line(
            self, self.back_button, self.progress, self.kept, self.second_button, self.forward_button, gap=14
        )
        row.setStretch(2, 1)
        row.setContentsMargins(theme.px(20), theme.px(8), theme.px(20), theme.px(8))

    def say(self, *, forward: str, second: str = "", back: bool = True, progress: str = "", hint: str = "") -> None:
        """What the buttons do now; a button without words is hidden. `hint` tells the key of the forward button."""
        self.forward_button.setText(forward)
        self.forward_button.setToolTip(hint)
        self.second_button.setText(second)
        self.second_button.setVisible(bool(second))
        self.back_button.setVisible(back)
        self.progress.setText(progress)

    def say_kept(self, words: str) -> None:
        """When the draft was kept, or that it could not be."""
        self.kept.setText(words)

    def set_busy(self, busy: bool) -> None:
        """While something is being saved, nothing can be pressed twice."""
        for button in (self.back_button, self.second_button, self.forward_button):
            button.setEnabled(not busy)
