"""The rows of the worklist: who and where above, and below it why, on as many lines as there is room for."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextLayout, QTextOption

from desktop import theme
from desktop.widgets.tick_list import TickDelegate
from desktop.widgets.tile_list import Tile, paint_tile
from desktop.worklist_words import reasons_words

LINES = 2


def wrapped(text: str, font: QFont, width: int, lines: int = LINES) -> list[str]:
    """The text on so many lines at most; the last ends in an ellipsis where there is more."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    found: list[str] = []
    while len(found) < lines:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        start = line.textStart()
        if len(found) == lines - 1:
            rest = text[start:]
            found.append(QFontMetrics(font).elidedText(rest, Qt.TextElideMode.ElideRight, width))
        else:
            found.append(text[start : start + line.textLength()].rstrip())
    layout.endLayout()
    return found


class WorkDelegate(TickDelegate):
    """Paints a household with its reasons below: what `words` says of the row."""

    def __init__(self, words: Callable[[Any], str] = reasons_words) -> None:
        super().__init__()
        self._words = words

    def row_height(self) -> int:
        """The tile and the lines of the reasons."""
        return theme.row_height() + LINES * self._line() + theme.px(8)

    def _line(self) -> int:
        return QFontMetrics(theme.font(10)).height() + theme.px(2)

    def paint_row(self, painter: QPainter, area: QRect, row: Any, tile: Tile | None, selected: bool) -> None:
        """The tile above, why below."""
        t = theme.tokens()
        head = QRect(area.left(), area.top(), area.width(), theme.row_height())
        paint_tile(painter, head, tile, selected)
        below = QRect(area.left(), head.bottom(), area.width(), area.bottom() - head.bottom() + 1)
        painter.save()
        ground = below.adjusted(theme.px(4) if selected else 0, 0, 0, 0)
        painter.fillRect(ground, QColor(t.accent_soft if selected else t.surface))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(t.line))
        if row is not None:
            font = theme.font(10)
            painter.setFont(font)
            painter.setPen(QColor(t.text))
            metrics = QFontMetrics(font)
            left, width = area.left() + theme.px(16), area.width() - theme.px(32)
            at = below.top() + metrics.ascent()
            for line in wrapped(self._words(row), font, width):
                painter.drawText(QPointF(left, at), line)
                at += self._line()
        painter.restore()
