"""The bar at the foot of a form: always in sight, never below the fold."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.texts import _

NARROW = 620
"""Below this width (pixels at 100 per cent) there is no room for all words."""

GAP = 12
"""Between two buttons, in pixels at 100 per cent."""

WORDS = 200
"""When the draft was kept is said in so much room beside the buttons, in pixels at 100 per cent; longer words break."""

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
        left = pieces.line(None, self.back_button, self.topics_button, gap=GAP)
        left.addWidget(self._telling, 1)
        right = pieces.line(None, None, self.second_button, self.forward_button, gap=GAP)
        self._row = pieces.line(self, gap=GAP)
        self._row.addLayout(left, 1)
        self._row.addLayout(right)
        self._row.setContentsMargins(theme.px(20), theme.px(8), theme.px(20), theme.px(8))
        self._second, self._key = "", ""
        self._narrow = False

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
        self._word()
        self.say_progress(progress)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow the buttons on the left are pictures alone, and what is said stands in two lines."""
        super().resizeEvent(event)
        self._narrow = event.size().width() < theme.px(NARROW)
        self._word()

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
        """Where there is no room for all in one row, what is done stands below the way back and what is said."""
        buttons = (self.back_button, self.topics_button, self.second_button, self.forward_button)
        shown = [each for each in buttons if not each.isHidden()]
        sides = self._row.contentsMargins()
        need = sum(each.minimumSizeHint().expandedTo(each.minimumSize()).width() for each in shown)
        need += theme.px(GAP) * len(shown) + sides.left() + sides.right()
        said, kept = (each.fontMetrics().horizontalAdvance(each.text()) for each in (self.progress, self.kept))
        kept = min(kept, theme.px(WORDS))
        words = max(said, kept) if self._narrow else said + kept + theme.px(GAP)
        folded = need + words > self.width()
        stacked = self._narrow and not folded
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.TopToBottom if folded else ways.LeftToRight)
        self._row.setSpacing(theme.px(6 if folded else GAP))
        self._said.setDirection(ways.TopToBottom if stacked else ways.LeftToRight)
        self._said.setSpacing(theme.px(0 if stacked else 14))

    def offer_topics(self) -> None:
        """The page can list its questions."""
        self.topics_button.show()
        self._fold()

    def say_progress(self, words: str) -> None:
        """How far one is, or what it has come to."""
        self.progress.setText(words)
        self.progress.setVisible(bool(words))
        self._fold()

    def say_kept(self, words: str) -> None:
        """When the draft was kept, or that it could not be."""
        self.kept.setText(words)
        self.kept.setVisible(bool(words))
        self._fold()

    def set_busy(self, busy: bool) -> None:
        """While something is being saved, nothing can be pressed twice."""
        for button in (self.back_button, self.topics_button, self.second_button, self.forward_button):
            button.setEnabled(not busy)
