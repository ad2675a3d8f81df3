"""A button for a cold thumb: 48 pixels high at 100 per cent also at the desk, where others are lower."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton

from desktop import theme

HEIGHT = 48


class LargeButton(QPushButton):
    """Its words, what it does, its role; never lower than HEIGHT (a style sheet overrides a minimum that is set)."""

    def __init__(self, words: str, clicked: Callable[[], object], role: str = "") -> None:
        super().__init__(words)
        self.setAutoDefault(False)
        self.setProperty("role", role)
        self.setAccessibleName(words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda _checked=False: clicked())

    def sizeHint(self) -> QSize:
        """As wide as its words, as high as a thumb."""
        size = super().sizeHint()
        return QSize(size.width(), max(size.height(), theme.px(HEIGHT)))
