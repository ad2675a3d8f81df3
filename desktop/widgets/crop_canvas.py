"""A picture with a frame around what is to be kept: dragged by its handles or moved by keys, turned, tilted, made gray.

What is drawn here is a preview; the kept picture is made by models.imaging from the file itself, by the same wish.
"""

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QSizePolicy

from desktop import theme
from desktop.widgets.finger import FingerWidget
from models.imaging import MAX_TILT, WHOLE, Crop, Turn

LEAST = 0.05
"""The smallest share of a side that a frame may keep."""

STEP, BIG_STEP, TILT = 0.01, 0.05, 0.5
"""By how much a key moves a side of the frame (shares), and tilts the picture (degrees)."""

_LEFT, _TOP, _RIGHT, _BOTTOM = range(4)
_ARROWS = {Qt.Key.Key_Left: _LEFT, Qt.Key.Key_Up: _TOP, Qt.Key.Key_Right: _RIGHT, Qt.Key.Key_Down: _BOTTOM}


@dataclass(frozen=True)
class Wish:
    """What is to be done with a picture; see models.imaging.edited()."""

    turn: Turn = 0
    crop: Crop = WHOLE
    tilt: float = 0.0
    gray: bool = False


class CropCanvas(FingerWidget):
    """show_picture() begins anew; `wish` is what the worker wants; `changed` follows every finished step."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.wish = Wish()
        self._picture = QImage()
        self._drawn: tuple[tuple[Turn, float, bool], QImage] | None = None
        self._past: list[Wish] = []
        self._ahead: list[Wish] = []
        self._grip: tuple[frozenset[int], QPointF, Wish] | None = None  # sides that are held, where, and from what
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setMinimumSize(theme.px(160), theme.px(90))

    def sizeHint(self) -> QSize:
        """Little: it takes what there is."""
        return self.minimumSize()

    # What is wanted.

    def show_picture(self, picture: QImage) -> None:
        """Begin with another picture, nothing done with it yet."""
        self._picture, self.wish = picture, Wish()
        self._past, self._ahead, self._grip, self._drawn = [], [], None, None
        self.update()
        self.changed.emit()

    def want(self, wish: Wish) -> None:
        """Do this with the picture; it can be undone."""
        if wish != self.wish:
            self._past.append(self.wish)
            self._ahead.clear()
            self._set(wish)

    def turn(self, clockwise: bool = True) -> None:
        """Turn by a quarter; the frame turns with it."""
        left, top, right, bottom = self.wish.crop
        crop = (1 - bottom, left, 1 - top, right) if clockwise else (top, 1 - right, bottom, 1 - left)
        quarter: Turn = (self.wish.turn + (90 if clockwise else 270)) % 360  # type: ignore[assignment]
        self.want(replace(self.wish, turn=quarter, crop=_tidy(crop)))

    def tilt(self, degrees: float) -> None:
        """Straighten by so many degrees more, clockwise."""
        self.want(replace(self.wish, tilt=min(max(self.wish.tilt + degrees, -MAX_TILT), MAX_TILT)))

    def set_gray(self, gray: bool) -> None:
        """Drop the colours, or have them back."""
        self.want(replace(self.wish, gray=gray))

    def whole(self) -> None:
        """Keep the whole picture."""
        self.want(replace(self.wish, crop=WHOLE))

    def can_undo(self) -> bool:
        """Whether something was done."""
        return bool(self._past)

    def undo(self) -> None:
        """Take back the last step."""
        if self._past:
            self._ahead.append(self.wish)
            self._set(self._past.pop())

    def redo(self) -> None:
        """Do again what was taken back."""
        if self._ahead:
            self._past.append(self.wish)
            self._set(self._ahead.pop())

    def _set(self, wish: Wish) -> None:
        self.wish = wish
        self.update()
        self.changed.emit()

    # Where things are.

    def _turned_size(self) -> QSize:
        size = self._picture.size()
        return size.transposed() if self.wish.turn in (90, 270) else size

    def area(self) -> QRectF:
        """Where the picture is drawn, in pixels of the widget."""
        size = self._turned_size()
        if size.isEmpty():
            return QRectF()
        edge = theme.px(14)
        room = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        scale = min(room.width() / size.width(), room.height() / size.height())
        wide, high = size.width() * scale, size.height() * scale
        return QRectF(room.center().x() - wide / 2, room.center().y() - high / 2, wide, high)

    def frame(self) -> QRectF:
        """Where the frame is, in pixels of the widget."""
        area = self.area()
        left, top, right, bottom = self.wish.crop
        return QRectF(
            QPointF(area.left() + left * area.width(), area.top() + top * area.height()),
            QPointF(area.left() + right * area.width(), area.top() + bottom * area.height()),
        )

    def _sides_at(self, at: QPointF) -> frozenset[int]:
        """Which sides a finger there takes hold of; all four inside the frame."""
        frame, reach = self.frame(), theme.target() / 2
        if not frame.adjusted(-reach, -reach, reach, reach).contains(at):
            return frozenset()
        inward = min(reach, frame.width() / 3, frame.height() / 3)
        near = set()
        for side, distance in (
            (_LEFT, at.x() - frame.left()),
            (_TOP, at.y() - frame.top()),
            (_RIGHT, frame.right() - at.x()),
            (_BOTTOM, frame.bottom() - at.y()),
        ):
            if distance < inward:
                near.add(side)
        return frozenset(near) if near else frozenset(range(4))

    # Hands.

    def press(self, at: QPointF) -> None:
        """Take hold."""
        sides = self._sides_at(at)
        if sides:
            self._grip = (sides, at, self.wish)

    def hover(self, at: QPointF) -> None:
        """Say what could be taken hold of."""
        self.setCursor(_cursor(self._sides_at(at)))

    def drag(self, at: QPointF) -> None:
        """Draw the sides along."""
        if self._grip is None:
            return
        sides, start, before = self._grip
        area, way = self.area(), at - start
        x, y = way.x() / max(area.width(), 1), way.y() / max(area.height(), 1)
        if len(sides) == 4:
            left, top, right, bottom = before.crop
            x, y = min(max(x, -left), 1 - right), min(max(y, -top), 1 - bottom)
            crop: Crop = (left + x, top + y, right + x, bottom + y)
        else:
            crop = before.crop
            for side in sides:
                crop = _moved(crop, side, x if side in (_LEFT, _RIGHT) else y)
        self.wish = replace(before, crop=_tidy(crop))
        self.update()

    def release(self) -> None:
        """Let go: a step that can be undone."""
        if self._grip is None:
            return
        before, self._grip = self._grip[2], None
        if self.wish != before:
            after, self.wish = self.wish, before
            self.want(after)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """An arrow cuts away on its side, with Shift it gives back; L R turn, comma and point tilt, G, Z, Y, 0."""
        key, more = event.key(), event.modifiers()
        if key in _ARROWS:
            side = _ARROWS[Qt.Key(key)]
            step = BIG_STEP if more & Qt.KeyboardModifier.ControlModifier else STEP
            inward = step if side in (_LEFT, _TOP) else -step
            outward = more & Qt.KeyboardModifier.ShiftModifier
            self.want(replace(self.wish, crop=_tidy(_moved(self.wish.crop, side, -inward if outward else inward))))
            return
        done = {
            Qt.Key.Key_L: lambda: self.turn(False),
            Qt.Key.Key_R: self.turn,
            Qt.Key.Key_G: lambda: self.set_gray(not self.wish.gray),
            Qt.Key.Key_Comma: lambda: self.tilt(-TILT),
            Qt.Key.Key_Period: lambda: self.tilt(TILT),
            Qt.Key.Key_0: self.whole,
            Qt.Key.Key_Z: self.undo,
            Qt.Key.Key_Y: self.redo,
        }.get(Qt.Key(key))
        if done is None:
            super().keyPressEvent(event)
        else:
            done()

    # Drawing.

    def _shown(self) -> QImage:
        """The picture turned and gray, as large as it is drawn; made anew only when that changed."""
        key = (self.wish.turn, float(self.width() * 10000 + self.height()), self.wish.gray)
        if self._drawn is None or self._drawn[0] != key:
            ratio = self.devicePixelRatioF()
            made = self._picture.transformed(QTransform().rotate(self.wish.turn)) if self.wish.turn else self._picture
            if self.wish.gray:
                made = made.convertToFormat(QImage.Format.Format_Grayscale8)
            size = (self.area().size() * ratio).toSize()
            made = made.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
            self._drawn = (key, made)
        return self._drawn[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, shade over what is cut away, the frame with its handles."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("sunken"))
        if self._picture.isNull():
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area, frame = self.area(), self.frame()
        painter.save()
        painter.setClipRect(area)
        painter.fillRect(area, QColor("white"))
        if self.wish.tilt:
            painter.translate(area.center())
            painter.rotate(self.wish.tilt)
            painter.translate(-area.center())
        painter.drawImage(area, self._shown())
        painter.restore()
        shade = QColor(0, 0, 0, 140)
        for part in (
            QRectF(area.left(), area.top(), area.width(), frame.top() - area.top()),
            QRectF(area.left(), frame.bottom(), area.width(), area.bottom() - frame.bottom()),
            QRectF(area.left(), frame.top(), frame.left() - area.left(), frame.height()),
            QRectF(frame.right(), frame.top(), area.right() - frame.right(), frame.height()),
        ):
            painter.fillRect(part, shade)
        ink = theme.colour("focus" if self.hasFocus() else "accent")
        painter.setPen(QPen(QColor("white"), theme.px(4)))
        painter.drawRect(frame)
        painter.setPen(QPen(ink, theme.px(2)))
        painter.drawRect(frame)
        painter.setBrush(QColor("white"))
        side = theme.px(16 if theme.look().touch else 12)
        middle = frame.center()
        for x in (frame.left(), middle.x(), frame.right()):
            for y in (frame.top(), middle.y(), frame.bottom()):
                if (x, y) != (middle.x(), middle.y()):
                    painter.drawEllipse(QRectF(x - side / 2, y - side / 2, side, side))
        painter.end()

    def focusInEvent(self, event) -> None:
        """The frame shows where the keys go."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event) -> None:
        """And where no longer."""
        super().focusOutEvent(event)
        self.update()


def _moved(crop: Crop, side: int, by: float) -> Crop:
    """A frame with one side moved, never beyond the picture nor past the side across."""
    values = list(crop)
    low = values[side - 2] + LEAST if side >= _RIGHT else 0.0
    high = 1.0 if side >= _RIGHT else values[side + 2] - LEAST
    values[side] = min(max(values[side] + by, low), high)
    return (values[0], values[1], values[2], values[3])


def _tidy(crop: Crop) -> Crop:
    """Without the dust of floating point: a frame at the edge is at the edge."""
    left, top, right, bottom = (round(min(max(value, 0.0), 1.0), 5) for value in crop)
    return left, top, right, bottom


def _cursor(sides: frozenset[int]) -> Qt.CursorShape:
    if len(sides) == 4:
        return Qt.CursorShape.SizeAllCursor
    shapes = {
        frozenset({_LEFT}): Qt.CursorShape.SizeHorCursor,
        frozenset({_RIGHT}): Qt.CursorShape.SizeHorCursor,
        frozenset({_TOP}): Qt.CursorShape.SizeVerCursor,
        frozenset({_BOTTOM}): Qt.CursorShape.SizeVerCursor,
        frozenset({_LEFT, _TOP}): Qt.CursorShape.SizeFDiagCursor,
        frozenset({_RIGHT, _BOTTOM}): Qt.CursorShape.SizeFDiagCursor,
        frozenset({_RIGHT, _TOP}): Qt.CursorShape.SizeBDiagCursor,
        frozenset({_LEFT, _BOTTOM}): Qt.CursorShape.SizeBDiagCursor,
    }
    return shapes.get(sides, Qt.CursorShape.ArrowCursor)
