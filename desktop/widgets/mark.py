"""Small drawn marks that tell outcomes and states apart by their shape as well as by their colour."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop import theme

MARKS = ("yes", "ask", "office", "no", "has", "half", "todo", "blocked", "note", "visit", "letter", "pencil", "person")
"""yes: check in a disc. ask: question mark in a ring. office: a house with columns. no: bar in a ring. has: a star."""


class Mark(QWidget):
    """One mark in a colour of the theme: good, warn, accent, danger, soft. Words stand beside it, always."""

    def __init__(self, kind: str, tone: str, size: int = 22, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self.tone = tone
        self._side = theme.px(size)
        self.setFixedSize(self._side, self._side)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_kind(self, kind: str, tone: str) -> None:
        """Draw another mark from now on."""
        self.kind, self.tone = kind, tone
        self.update()

    def sizeHint(self) -> QSize:
        """The side given at the start, in pixels."""
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        del event
        painter = QPainter(self)
        draw_mark(painter, QRectF(self.rect()), self.kind, theme.colour(self.tone), theme.colour("surface"))
        painter.end()


def draw_mark(painter: QPainter, area: QRectF, kind: str, color: QColor, ground: QColor) -> None:
    """Draw a mark into a square area; ground is the colour that shows through a filled mark."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = min(area.width(), area.height())
    painter.translate(area.center())
    painter.scale(side / 24, side / 24)  # all marks are drawn on a field of 24 by 24 around the middle
    pen = QPen(color, 2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    _DRAWN[kind](painter, color, ground)
    painter.restore()


def _line(painter: QPainter, *points: tuple[float, float]) -> None:
    painter.drawPolyline([QPointF(x, y) for x, y in points])


def _disc(painter: QPainter, color: QColor) -> None:
    painter.setBrush(color)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(0, 0), 10.5, 10.5)


def _over(painter: QPainter, ground: QColor) -> None:
    pen = QPen(ground, 2.4)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _ring(painter: QPainter) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(0, 0), 9.5, 9.5)


def _yes(painter: QPainter, color: QColor, ground: QColor) -> None:
    _disc(painter, color)
    _over(painter, ground)
    _line(painter, (-4.8, 0.4), (-1.4, 3.8), (5, -3.4))


def _ask(painter: QPainter, color: QColor, ground: QColor) -> None:
    del ground
    _ring(painter)
    painter.drawArc(QRectF(-3, -5.6, 6, 6), -90 * 16, 250 * 16)
    _line(painter, (0, 0.4), (0, 1.8))
    painter.setBrush(color)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(0, 5.2), 1.25, 1.25)


def _office(painter: QPainter, color: QColor, ground: QColor) -> None:
    del color, ground
    _line(painter, (-10, -3.5), (0, -10), (10, -3.5), (-10, -3.5))
    for x in (-6.5, 0, 6.5):
        _line(painter, (x, -0.5), (x, 5.5))
    _line(painter, (-10, 9), (10, 9))


def _no(painter: QPainter, color: QColor, ground: QColor) -> None:
    del color, ground
    _ring(painter)
    _line(painter, (-4, 0), (4, 0))


def _has(painter: QPainter, color: QColor, ground: QColor) -> None:
    _disc(painter, color)
    _over(painter, ground)
    _line(painter, (-6.4, 0.6), (-3.4, 3.6), (1.8, -3))
    _line(painter, (-0.6, 3.0), (0.2, 3.6), (5.8, -3))


def _half(painter: QPainter, color: QColor, ground: QColor) -> None:
    del ground
    _ring(painter)
    painter.setBrush(color)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPie(QRectF(-6, -6, 12, 12), -90 * 16, 180 * 16)


def _todo(painter: QPainter, color: QColor, ground: QColor) -> None:
    del color, ground
    _ring(painter)


def _blocked(painter: QPainter, color: QColor, ground: QColor) -> None:
    del ground
    pen = QPen(color, 2)
    pen.setDashPattern([1.6, 2.0])
    painter.setPen(pen)
    _ring(painter)


def _note(painter: QPainter, color: QColor, ground: QColor) -> None:
    del color, ground
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(-8, -9.5, 16, 19), 2.5, 2.5)
    for y in (-4.5, 0, 4.5):
        _line(painter, (-4, y), (4 if y < 4 else 1, y))


def _visit(painter: QPainter, color: QColor, ground: QColor) -> None:
    del color, ground
    _line(painter, (-10, -0.5), (0, -9.5), (10, -0.5))
    _line(painter, (-7, -2.5), (-7, 9), (7, 9), (7, -2.5))
    _line(painter, (-2, 9), (-2, 3), (2, 3), (2, 9))


def _letter(painter: QPainter, color: QColor, ground: QColor) -> None:
    del color, ground
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(-10, -7, 20, 14.5), 2, 2)
    _line(painter, (-9, -5.5), (0, 1.5), (9, -5.5))


def _pencil(painter: QPainter, color: QColor, ground: QColor) -> None:
    del color, ground
    _line(painter, (-9, 9), (-7.5, 3.5), (4.5, -8.5), (8.5, -4.5), (-3.5, 7.5), (-9, 9))
    _line(painter, (1.5, -5.5), (5.5, -1.5))


def _person(painter: QPainter, color: QColor, ground: QColor) -> None:
    del color, ground
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(0, -4.5), 4.5, 4.5)
    painter.drawArc(QRectF(-9, 2.5, 18, 16), 0, 180 * 16)


_DRAWN = {
    "yes": _yes,
    "ask": _ask,
    "office": _office,
    "no": _no,
    "has": _has,
    "half": _half,
    "todo": _todo,
    "blocked": _blocked,
    "note": _note,
    "visit": _visit,
    "letter": _letter,
    "pencil": _pencil,
    "person": _person,
}
