"""Pages with scrolling parts of their own, in windows that are too small for them: the page scrolls as a whole."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QWidget

from desktop import theme
from desktop.widgets import pieces

_ANY = 16_777_215
"""Qt's largest width: no limit."""


class FitArea(QScrollArea):
    """Around a page with a list of its own: the list has the room that is left, but never less than it needs.

    A resizable scroll area of Qt asks how much its content would like; a list likes more than a low window has, and
    would then scroll inside something that scrolls too, without need.
    """

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.content = content
        content.setProperty("role", content.property("role") or "ground")
        self.setWidget(content)
        content.installEventFilter(self)
        pieces.finger_scroll(self)

    def minimumSizeHint(self) -> QSize:
        """A line of it; Qt would ask for room for the bars."""
        return QSize(self.content.minimumSizeHint().width(), theme.target())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The content changed what it needs."""
        if watched is self.content and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is another room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.maximumViewportSize()
        need = self._need(room.width())
        bar = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if need > room.height():
            bar = Qt.ScrollBarPolicy.ScrollBarAlwaysOn
            room.setWidth(room.width() - self.verticalScrollBar().sizeHint().width())
            need = self._need(room.width())
        if self.verticalScrollBarPolicy() != bar:
            self.setVerticalScrollBarPolicy(bar)
        self.content.resize(room.width(), max(need, room.height()))

    def _need(self, width: int) -> int:
        """The least height of the content at a width, in pixels."""
        layout = self.content.layout()
        if layout is None:
            return self.content.minimumSizeHint().height()
        if layout.hasHeightForWidth():
            return layout.totalMinimumHeightForWidth(width)
        return layout.totalMinimumSize().height()


class PartArea(QScrollArea):
    """A part of a page that scrolls, until it is told to show its whole content, because the page around it scrolls."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.is_whole = False
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.content = content
        content.setProperty("role", content.property("role") or "ground")
        self.setWidget(content)
        pieces.finger_scroll(self)

    def be_whole(self, whole: bool) -> None:
        """Show everything at once, or scroll."""
        if whole == self.is_whole:
            return
        self.is_whole = whole
        policy = self.sizePolicy()
        policy.setHeightForWidth(whole)
        self.setSizePolicy(policy)
        bar = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(bar.ScrollBarAlwaysOff if whole else bar.ScrollBarAsNeeded)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        """Only where everything is shown."""
        return self.is_whole

    def heightForWidth(self, width: int) -> int:
        """The height of the whole content, in pixels."""
        layout = self.content.layout()
        if layout is not None and layout.hasHeightForWidth():
            return layout.totalHeightForWidth(width) + 2 * self.frameWidth()
        high = self.content.sizeHint().expandedTo(self.content.minimumSize()).height()
        return high + 2 * self.frameWidth()

    def minimumSizeHint(self) -> QSize:
        """As wide as the content must be."""
        least = self.content.minimumSizeHint().expandedTo(self.content.minimumSize())
        high = least.height() if self.is_whole else theme.target()
        bar = 0 if self.is_whole else self.verticalScrollBar().sizeHint().width()
        return QSize(least.width() + bar, high)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The content grew."""
        if self.is_whole and watched is self.content and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class Beside(QWidget):
    """Two parts side by side, each scrolling for itself; below a width the one under the other, both whole.

    turned: they stand below one another from now on, or side by side.
    """

    turned = Signal(bool)

    def __init__(
        self, left: QWidget, right: QWidget, narrow: int, *, left_width: int = 0, shares: tuple[int, int] = (0, 1)
    ) -> None:
        """narrow: the width below which the parts go below one another; left_width: of the left part beside the right
        one, 0 for its share; both in pixels at 100 per cent."""
        super().__init__()
        self._parts = (left, right)
        self._narrow = narrow
        self._left_width = left_width
        self.line = pieces.line(self, gap=16)
        self.line.addWidget(left, shares[0])
        self.line.addWidget(right, shares[1])
        self.is_stacked = False
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side or not."""
        super().resizeEvent(event)
        stacked = event.size().width() < theme.px(self._narrow)
        if stacked != self.is_stacked:
            self.is_stacked = stacked
            self._lay_out()
            self.turned.emit(stacked)

    def _lay_out(self) -> None:
        way = QBoxLayout.Direction
        self.line.setDirection(way.TopToBottom if self.is_stacked else way.LeftToRight)
        if self._left_width:
            left = self._parts[0]
            left.setMinimumWidth(0 if self.is_stacked else theme.px(self._left_width))
            left.setMaximumWidth(_ANY if self.is_stacked else theme.px(self._left_width))
        for part in self._parts:
            if isinstance(part, PartArea):
                part.be_whole(self.is_stacked)

    def minimumSizeHint(self) -> QSize:
        """As wide as the wider part: they need not stand side by side."""
        hint = super().minimumSizeHint()
        return QSize(max(part.minimumSizeHint().width() for part in self._parts if not part.isHidden()), hint.height())
