"""What stands where nothing is yet: what will be here, and the one thing to do."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop import theme
from desktop.widgets import pieces


class EmptyState(QWidget):
    """A quiet picture, a sentence, and perhaps one button."""

    def __init__(
        self, icon: str, sentence: str, hint: str = "", action: tuple[str, Callable[[], object]] | None = None
    ) -> None:
        super().__init__()
        centre = Qt.AlignmentFlag.AlignHCenter
        picture = QLabel()
        picture.setPixmap(theme.pixmap(icon, 48, "control", self.devicePixelRatioF()))
        picture.setAlignment(centre)
        self.sentence = pieces.text(sentence, "subheading")
        self.sentence.setAlignment(centre)
        self.hint = pieces.text(hint, "soft")
        self.hint.setAlignment(centre)
        if not hint:  # what is shown by hand without a parent would be a window for a moment, and take the focus
            self.hint.hide()
        layout = pieces.column(self, None, picture, self.sentence, self.hint, margin=24, gap=12)
        self.button = pieces.button(action[0] if action else "", action[1] if action else None, "primary")
        if action is None:
            self.button.hide()
        layout.addWidget(self.button, 0, centre)
        layout.addStretch(2)
