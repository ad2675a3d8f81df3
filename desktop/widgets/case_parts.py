"""Building stones of the case pages beyond `pieces`: a drawn chip, a row to click, a card with a heading."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.mark import draw_mark

_GROUNDS = {
    "good": "good_soft",
    "warn": "warn_soft",
    "accent": "accent_soft",
    "danger": "danger_soft",
    "soft": "sunken",
}


class Chip(QWidget):
    """A short state in words with its mark, in a tinted frame.

    tone: good, warn, accent, danger, soft. ground: another token to stand on, where the tint would not be seen.
    """

    def __init__(self, words: str, mark: str = "", tone: str = "soft", *, ground: str = "") -> None:
        super().__init__()
        self.mark = mark
        self.ground = ground or _GROUNDS[tone]
        self.tone = tone
        self.words = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(words)

    def say(self, words: str) -> None:
        """Show other words."""
        self.words = words
        self._room = QSize()
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for mark and words."""
        if not self._room.isValid():  # Qt asks dozens of times while a page is laid out
            metrics = QFontMetrics(theme.font(9.5, bold=True))
            mark = theme.px(16 + 6) if self.mark else 0
            wide = metrics.horizontalAdvance(self.words) + mark + theme.px(20)
            self._room = QSize(wide, metrics.height() + theme.px(8))
        return QSize(self._room)

    def minimumSizeHint(self) -> QSize:
        """The same: a chip is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frame, mark and words."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, ink = theme.colour(self.ground), theme.colour(self.tone)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(ground)
        painter.setPen(QPen(ink, 1) if theme.look().theme == "sun" else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        left = theme.px(10)
        if self.mark:
            side = theme.px(16)
            draw_mark(painter, QRectF(theme.px(7), (self.height() - side) / 2, side, side), self.mark, ink, ground)
            left = theme.px(7 + 16 + 6)
        painter.setFont(theme.font(9.5, bold=True))
        painter.setPen(ink)
        painter.drawText(area.adjusted(left, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), self.words)
        painter.end()


class ClickRow(QFrame):
    """A row that does something when clicked, or by Enter or space; lights up under the pointer and the focus."""

    chosen = Signal()

    def __init__(self, name: str, *, active: bool = True, marked: bool = False) -> None:
        super().__init__()
        self.active = active
        self._marked = marked
        self.setAccessibleName(name)
        if active:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_marked(self, marked: bool) -> None:
        """Show as the one that is now open."""
        self._marked = marked
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click."""
        super().mouseReleaseEvent(event)
        inside = self.rect().contains(event.position().toPoint())
        if self.active and event.button() == Qt.MouseButton.LeftButton and inside:
            self.chosen.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press, so that the release comes here."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and space."""
        if self.active and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The light behind it."""
        del event
        focused = self.active and self.hasFocus()
        if not (self._marked or focused or (self.active and self.underMouse())):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.colour("accent_soft" if self._marked or self.underMouse() else "surface"))
        painter.setPen(QPen(theme.colour("focus"), 2) if focused else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.px(6), theme.px(6))
        painter.end()


class TickRow(QWidget):
    """A tick box whose words wrap, as a plain one's cannot; the words can be clicked too."""

    toggled = Signal(bool)

    def __init__(self, words: str, checked: bool) -> None:
        super().__init__()
        self.tick = QCheckBox()
        self.tick.setChecked(checked)
        self.tick.setAccessibleName(words)
        self.tick.toggled.connect(self.toggled)
        self.label = pieces.text(words)
        line = pieces.line(self, gap=4)
        line.addWidget(self.tick, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.label, 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the words is one on the box."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.tick.click()


class Card(QFrame):
    """A surface for what belongs together: heading, an action beside it, and a layout `body` to fill."""

    def __init__(self, heading: str = "", *beside: QWidget) -> None:
        super().__init__()
        self.setProperty("role", "card")
        outer = pieces.column(self, gap=10)
        outer.setContentsMargins(theme.px(20), theme.px(14), theme.px(20), theme.px(18))
        self.body: QVBoxLayout = pieces.column(None, gap=8)
        if heading:
            self.setAccessibleName(heading)
            self.heading = pieces.text(heading, "subheading")
            head = pieces.line(None, self.heading, *beside)
            head.setStretch(0, 1)
            outer.addLayout(head)
        outer.addLayout(self.body)

    def add(self, item: QWidget | QLayout) -> None:
        """Put something at the end."""
        if isinstance(item, QLayout):
            self.body.addLayout(item)
        else:
            self.body.addWidget(item)


def labelled(pairs: Sequence[tuple[str, str]]) -> QGridLayout:
    """Labels on the left, what they say on the right; pairs without words are left out."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(theme.px(16))
    grid.setVerticalSpacing(theme.px(6))
    grid.setColumnStretch(1, 1)
    for place, (label, words) in enumerate((label, words) for label, words in pairs if words):
        grid.addWidget(pieces.text(label, "soft"), place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(pieces.text(words, select=True), place, 1)
    return grid


def indented(item: QWidget | QLayout, left: int) -> QHBoxLayout:
    """The thing, moved in from the left by so many pixels."""
    box = pieces.line(None, item, gap=0)
    box.setContentsMargins(theme.px(left), 0, 0, 0)
    return box


def show_more(words: str, fill: Callable[[QVBoxLayout], object]) -> tuple[QWidget, QWidget]:
    """A link that opens what is kept closed, and the place below it; the content is built when it is first opened."""
    place = QWidget()
    body = pieces.column(place, gap=8)
    place.hide()
    link = pieces.button("▸ " + words, None, "link")
    link.setAccessibleName(words)

    def toggle() -> None:
        if place.isHidden() and body.count() == 0:
            fill(body)
        place.setHidden(not place.isHidden())
        link.setText(("▸ " if place.isHidden() else "▾ ") + words)

    link.clicked.connect(lambda _checked=False: toggle())
    link.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return link, place
