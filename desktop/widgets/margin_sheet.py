"""A small drawn sheet of paper with its margins, to see what four numbers mean."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop import theme
from models.records.layout import SIZES, Layout
from models.texts import _

HIGH = 148  # pixels of the drawing at 100 per cent; of A4, other paper is drawn in proportion


class MarginSheet(QWidget):
    """Shows a layout's paper and margins."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = Layout()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._wrong = False

    def show_layout(self, layout: Layout, *, wrong: bool) -> None:
        """Draw this one; wrong: too little room is left."""
        self._layout, self._wrong = layout, wrong
        wide, high = self.room()
        self.setAccessibleName(_("Room for the text: {wide:g} by {high:g} mm").format(wide=wide, high=high))
        self.setToolTip(self.accessibleName())
        self.update()

    def room(self) -> tuple[float, float]:
        """Width and height between the margins, in millimetres."""
        (wide, high), margins = SIZES[self._layout.paper], self._layout.margins
        return round(wide - margins.left - margins.right, 1), round(high - margins.top - margins.bottom, 1)

    def sizeHint(self) -> QSize:
        """Room for a sheet of A4."""
        return QSize(theme.px(round(HIGH * 210 / 297)) + 2, theme.px(HIGH) + 2)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """White paper, the room for the text in it, and its size in words."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = theme.px(HIGH) / 297
        wide, high = (side * scale for side in SIZES[self._layout.paper])
        sheet = QRectF((self.width() - wide) / 2, (self.height() - high) / 2, wide, high).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(QColor("#ffffff"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(sheet)
        margins = self._layout.margins
        inner = sheet.adjusted(
            margins.left * scale, margins.top * scale, -margins.right * scale, -margins.bottom * scale
        )
        ink = QColor("#b3261e" if self._wrong else "#0b6e75")  # on white paper in every theme
        painter.setPen(QPen(ink, 1, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(ink.red(), ink.green(), ink.blue(), 18))
        painter.drawRect(inner)
        painter.setPen(ink)
        painter.setFont(theme.font(9))
        shown = "{:g} × {:g}".format(*self.room())
        if painter.fontMetrics().horizontalAdvance(shown) > inner.width() - 4:
            shown = "{:g} ×\n{:g}".format(*self.room())
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignCenter), shown)
        painter.end()
