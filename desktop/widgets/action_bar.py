"""The bar at the foot of a form: always in sight, never below the fold."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.texts import _

NARROW = 620
"""Below this width (pixels at 100 per cent) there is no room for all words."""

LARGE = 128
"""The button that goes on or saves is at least so wide for fingers, in pixels at 100 per cent."""


class ActionBar(QFrame):
    """Back on the left; how far one is and when the draft was kept in the middle; what comes next on the right."""

    back = Signal()
    second = Signal()
    forward = Signal()
    topics = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "footer")
        self.back_button = pieces.button(_("Back"), self.back.emit, icon="back")
        self.progress = pieces.text("", "label", wrap=False)
        self.kept = pieces.text("", "small")  # wraps: why a draft was not kept is a long sentence
        self.kept.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.topics_button = pieces.button(_("Questions"), self.topics.emit, icon="eligibility", tip="Ctrl+J")
        self.topics_button.setAccessibleName(_("Questions of this form"))
        self.topics_button.hide()
        self.second_button = pieces.button("", self.second.emit)
        self.forward_button = pieces.button("", self.forward.emit, "primary")
        if theme.look().touch:
            self.forward_button.setMinimumWidth(theme.px(LARGE))
        for words in (self.progress, self.kept):  # shown once there is something to say
            words.hide()
        self._telling = QWidget()
        self._said = pieces.line(self._telling, self.progress, self.kept, gap=14)
        self._said.setStretch(1, 1)
        self._row = pieces.line(None, self.back_button, self.topics_button, gap=12)
        self._row.addWidget(self._telling, 1)
        self._row.addStretch(0)
        self._row.addWidget(self.second_button)
        self._row.addWidget(self.forward_button)
        self._whole = pieces.column(self, self._row, gap=4)
        self._whole.setContentsMargins(theme.px(20), theme.px(8), theme.px(20), theme.px(8))
        self._second, self._key = "", ""
        self._narrow = False
        self._folded = False

    def say(
        self,
        *,
        forward: str,
        second: str = "",
        second_key: str = "",
        back: bool = True,
        progress: str = "",
        hint: str = "",
    ) -> None:
        """What the buttons do now; a button without words is hidden. `hint` tells the key of the forward button."""
        self.forward_button.setText(forward)
        self.forward_button.setToolTip(hint)
        self._second, self._key = second, second_key
        self.second_button.setToolTip(second_key)
        self.second_button.setVisible(bool(second))
        self.back_button.setVisible(back)
        self.progress.setText(progress)
        self.progress.setVisible(bool(progress))
        self._word()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow the buttons on the left are pictures alone, and what is said stands in two lines."""
        super().resizeEvent(event)
        self._narrow = event.size().width() < theme.px(NARROW)
        self._word()
        self.kept.setVisible(bool(self.kept.text()))

    def minimumSizeHint(self) -> QSize:
        """As it is where it is narrow."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), theme.px(440)), hint.height())

    def _word(self) -> None:
        narrow = self._narrow
        self.back_button.setText("" if narrow else _("Back"))
        self.topics_button.setText("" if narrow else _("Questions"))
        words = self._second
        if words and self._key and not narrow:
            words = _("{words} ({key})").format(words=words, key=self._key)
        self.second_button.setText(words)
        self.second_button.setAccessibleName(self._second)
        self._fold()

    def _fold(self) -> None:
        """Where the buttons need the whole width, what is said stands above them."""
        buttons = (self.back_button, self.topics_button, self.second_button, self.forward_button)
        shown = [each for each in buttons if not each.isHidden()]
        sides = self._whole.contentsMargins()
        need = sum(each.minimumSizeHint().expandedTo(each.minimumSize()).width() for each in shown)
        need += self._row.spacing() * len(shown) + sides.left() + sides.right()
        words = self.progress.fontMetrics().horizontalAdvance(self.progress.text())
        folded = self._narrow and need + words > self.width()
        if folded != self._folded:
            self._folded = folded
            if folded:
                self._row.removeWidget(self._telling)
                self._whole.insertWidget(0, self._telling)
                self._row.setStretch(self._row.indexOf(self.second_button) - 1, 1)
            else:
                self._whole.removeWidget(self._telling)
                self._row.insertWidget(2, self._telling, 1)
                self._row.setStretch(self._row.indexOf(self.second_button) - 1, 0)
        stacked = self._narrow and not folded
        self._said.setDirection(QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight)
        self._said.setSpacing(theme.px(0 if stacked else 14))

    def offer_topics(self) -> None:
        """The page can list its questions."""
        self.topics_button.show()

    def say_kept(self, words: str) -> None:
        """When the draft was kept, or that it could not be."""
        self.kept.setText(words)
        self.kept.setVisible(bool(words))

    def set_busy(self, busy: bool) -> None:
        """While something is being saved, nothing can be pressed twice."""
        for button in (self.back_button, self.topics_button, self.second_button, self.forward_button):
            button.setEnabled(not busy)
