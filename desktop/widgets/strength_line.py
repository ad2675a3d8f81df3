"""How strong a passphrase is while it is typed: a bar of four fields, words beside it, what would make it better."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QRectF, QSize, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.texts import N_, _

_WORDS = (
    N_("Much too weak"),
    N_("Too weak"),
    N_("Just enough"),
    N_("Strong"),
    N_("Very strong"),
)
_INKS = ("danger", "danger", "warn", "good", "good")
_PAUSE_MS = 120
"""After the last key; the judging imports a dictionary when it is first asked for."""


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.score = -1
        self.setFixedSize(theme.px(120), theme.px(8))

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap = theme.px(4)
        wide = (self.width() - 3 * gap) / 4
        lit = max(self.score, 0)
        for place in range(4):
            colour = theme.colour(_INKS[self.score]) if place < lit and self.score >= 0 else QColor(theme.tokens().line)
            painter.setPen(colour)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(place * (wide + gap), 0, wide, self.height()), 3, 3)


class StrengthLine(QWidget):
    """Follows a line edit. about: asked for what is known of the owner (name, phone, office) whenever it judges."""

    def __init__(self, line: QLineEdit, about: Callable[[], Iterable[str]] = tuple) -> None:
        super().__init__()
        self._line, self._about = line, about
        self.enough = False
        """Whether what is typed would be accepted."""
        self._bar = _Bar()
        self.words = pieces.text("", "label", wrap=False)
        self.hint = pieces.text("", "soft")
        pieces.column(self, pieces.line(None, self._bar, self.words, None, gap=10), self.hint, gap=4)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.judge)
        line.textChanged.connect(lambda _text: self._pause.start())
        self.judge()

    def judge(self) -> None:
        """Judge what is typed now."""
        typed = self._line.text()
        if not typed:
            self._bar.score, self.enough = -1, False
            self._say("", _("At least ten characters. Four unrelated words are easy to remember and hard to guess."))
            return
        from models.security.strength import strength  # with its dictionary, when somebody chooses a passphrase

        found = strength(typed, tuple(self._about()))
        self._bar.score, self.enough = found.score, found.enough
        self._say(_(_WORDS[found.score]), found.hint)

    def _say(self, words: str, hint: str) -> None:
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self._bar.update()
        self.setAccessibleName(f"{words} {hint}".strip())
