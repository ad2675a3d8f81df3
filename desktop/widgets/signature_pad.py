"""A sheet to sign on with finger, mouse or pen. Who cannot, signs on paper, and the paper is photographed."""

from itertools import pairwise

from PySide6.QtCore import QBuffer, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.finger import FingerWidget
from desktop.widgets.flow_layout import FlowLayout
from models.texts import _

PNG_WIDTH = 800
"""Pixels of the signature's picture from left to right."""

_INK, _PAPER = "#101820", "#ffffff"  # a signature is dark on white in every theme
_LEAST = 24.0  # pixels of line below which it is a slip of the finger


class SignatureSheet(FingerWidget):
    """The sheet itself."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.strokes: list[list[QPointF]] = []
        self.setMinimumSize(theme.px(240), theme.px(140))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def sizeHint(self) -> QSize:
        """Wide and low, as a line on a form."""
        return QSize(theme.px(520), theme.px(180))

    def press(self, at: QPointF) -> None:
        """The pen goes down."""
        self.strokes.append([at])
        self.update()

    def drag(self, at: QPointF) -> None:
        """It moves."""
        self.strokes[-1].append(at)
        self.update()

    def release(self) -> None:
        """It is lifted."""
        self.changed.emit()

    def length(self) -> float:
        """The length of all strokes, in pixels."""
        return sum(
            (later - earlier).manhattanLength() for stroke in self.strokes for earlier, later in pairwise(stroke)
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paper, a line to sign on, the strokes."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(_PAPER))
        painter.setPen(QPen(theme.colour("control"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        base = self.height() - theme.px(36)
        painter.setPen(QPen(QColor("#8a979d"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(theme.px(20), base, self.width() - theme.px(20), base)
        self.draw(painter, 1.0)
        painter.end()

    def draw(self, painter: QPainter, scale: float) -> None:
        """Draw the strokes alone, so many times as large."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(QColor(_INK), theme.px(3) * scale)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        for stroke in self.strokes:
            path = QPainterPath(stroke[0] * scale)
            if len(stroke) == 1:
                path.lineTo(stroke[0] * scale + QPointF(0.1, 0.1))
            for earlier, later in pairwise(stroke):
                path.quadTo(earlier * scale, (earlier + later) / 2 * scale)
            path.lineTo(stroke[-1] * scale)
            painter.drawPath(path)


class SignaturePad(QWidget):
    """png() gives what was drawn. `paper_chosen` is emitted when the person rather signs on paper.

    With accept=True a button of its own hands the picture over by `accepted(png)`; a form has its own button.
    """

    changed = Signal()
    paper_chosen = Signal()
    accepted = Signal(bytes)

    def __init__(self, name: str = "", *, accept: bool = False) -> None:
        """name: who signs what, for a screen reader."""
        super().__init__()
        self.sheet = SignatureSheet()
        self.sheet.setAccessibleName(name or _("Signature"))
        self.sheet.setAccessibleDescription(
            _("Draw with finger, mouse or pen. With a keyboard only, choose “Signs on paper”.")
        )
        self.sheet.changed.connect(self._changed)
        self.setAccessibleName(self.sheet.accessibleName())
        self.clear_button = pieces.button(_("Clear the signature"), self.clear, icon="undo")
        self.paper_button = pieces.button(_("Signs on paper"), self.paper_chosen.emit, icon="paper")
        bar = QWidget()
        row = FlowLayout(bar, gap=theme.px(8))
        row.addWidget(self.clear_button)
        row.addWidget(self.paper_button)
        self.accept_button: QPushButton | None = None
        if accept:
            self.accept_button = pieces.button(
                _("Use this signature"), lambda: self.accepted.emit(self.png()), "primary", "check"
            )
            row.addWidget(self.accept_button)
        pieces.column(self, self.sheet, bar, gap=8)
        self.setFocusProxy(self.paper_button)
        self._changed()

    def is_empty(self) -> bool:
        """Whether nothing, or no more than a slip of the finger, was drawn."""
        return self.sheet.length() < theme.px(_LEAST)

    def clear(self) -> None:
        """An empty sheet."""
        self.sheet.strokes.clear()
        self.sheet.update()
        self._changed()

    def png(self) -> bytes:
        """What was drawn, dark on white, PNG_WIDTH pixels wide; b"" where nothing was."""
        if self.is_empty():
            return b""
        scale = PNG_WIDTH / max(self.sheet.width(), 1)
        made = QImage(PNG_WIDTH, max(round(self.sheet.height() * scale), 1), QImage.Format.Format_Grayscale8)
        made.fill(QColor(_PAPER))
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(QRectF(made.rect()))
        self.sheet.draw(painter, scale)
        painter.end()
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        made.save(buffer, "PNG")  # type: ignore[call-overload]  # the format is a str since Qt 6
        return bytes(buffer.data().data())

    def _changed(self) -> None:
        self.clear_button.setEnabled(bool(self.sheet.strokes))
        if self.accept_button is not None:
            self.accept_button.setEnabled(not self.is_empty())
        self.changed.emit()
