"""Choices as plain buttons: one of several, or several of several. Arrows move, number keys pick, nothing is hidden."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from desktop import theme
from desktop.widgets.flow_layout import FlowLayout

_TICK = ((0.24, 0.52), (0.43, 0.71), (0.77, 0.31))


def _pad() -> int:
    """Room between the edge and the words, in pixels."""
    return theme.px(13 if theme.look().touch else 10)


def _mark() -> int:
    """The side of the mark, in pixels."""
    return theme.px(20 if theme.look().touch else 15)


if TYPE_CHECKING:
    _Button = QAbstractButton
else:
    _Button = object  # mixed into two Qt classes, which bring the button themselves


class _Drawn(_Button):
    """How both kinds of choice look: a framed field with a mark, the words, and the number key that picks it."""

    round_mark = True

    def __init__(self, words: str, key: str = "") -> None:
        super().__init__(words)  # type: ignore[arg-type]  # the Qt class that this is mixed into takes the words
        self.key = key
        # Qt asks dozens of times while a long form is laid out: by the room, the words and the letters; pixels.
        self._heights: dict[tuple[int, str, str], int] = {}
        self._widths: dict[tuple[str, str], int] = {}
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)  # may be squeezed, then wraps

    def _key_width(self) -> int:
        return theme.px(16) if self.key and not theme.look().touch else 0

    def _left(self) -> int:
        return int(_pad() + _mark() + _pad() * 0.7)

    def sizeHint(self) -> QSize:
        """The words on one line."""
        about = (self.text(), self.font().key())
        if about not in self._widths:
            font = QFont(self.font())
            font.setWeight(QFont.Weight.DemiBold)
            self._widths[about] = QFontMetrics(font).horizontalAdvance(self.text())
        return QSize(self._widths[about] + self._left() + _pad() + self._key_width() + 4, theme.target())

    def minimumSizeHint(self) -> QSize:
        """May be squeezed; the words then break."""
        return QSize(min(self.sizeHint().width(), 120), theme.target())

    def hasHeightForWidth(self) -> bool:
        """Long words break into lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of the words at this width."""
        room = max(width - self._left() - _pad() - self._key_width(), 20)
        about = (room, self.text(), self.font().key())
        if about not in self._heights:
            font = QFont(self.font())
            font.setWeight(QFont.Weight.DemiBold)
            lines = QFontMetrics(font).boundingRect(QRect(0, 0, room, 2000), int(Qt.TextFlag.TextWordWrap), self.text())
            self._heights[about] = lines.height()
        return max(theme.target(), self._heights[about] + 14)

    def hitButton(self, position) -> bool:
        """The whole field can be pressed."""
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it from the palette, so that every theme fits."""
        del event
        base, accent, control = theme.colour("surface"), theme.colour("accent"), theme.colour("control")
        text = theme.colour("text" if self.isEnabled() else "soft")
        chosen, focused = self.isChecked(), self.hasFocus()
        pressed = self.isDown() or (self.underMouse() and self.isEnabled() and not chosen)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.colour("accent_soft") if chosen else theme.colour("sunken") if pressed else base)
        edge = theme.colour("focus") if focused else accent if chosen else control
        painter.setPen(QPen(edge, 2.6 if focused else 2.0 if chosen else 1.0))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), theme.px(6), theme.px(6))

        pad, mark = _pad(), _mark()
        box = QRectF(pad, (self.height() - mark) / 2, mark, mark)
        painter.setPen(QPen(accent if chosen else control, 1.6))
        if self.round_mark:
            painter.setBrush(base)
            painter.drawEllipse(box)
            if chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(accent)
                inner = mark * 0.25
                painter.drawEllipse(box.adjusted(inner, inner, -inner, -inner))
        else:
            painter.setBrush(accent if chosen else base)
            painter.drawRoundedRect(box, 3, 3)
            if chosen:
                painter.setPen(
                    QPen(theme.colour("on_accent"), 2, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin)
                )
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPolyline([QPointF(box.x() + x * mark, box.y() + y * mark) for x, y in _TICK])
        self._paint_words(painter, text)
        painter.end()

    def _paint_words(self, painter: QPainter, text: QColor) -> None:
        pad = _pad()
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold if self.isChecked() else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(text)
        area = self.rect().adjusted(self._left(), 0, -pad - self._key_width(), 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWordWrap), self.text())
        if self._key_width():
            font.setWeight(QFont.Weight.Normal)
            font.setPointSizeF(max(font.pointSizeF() * 0.8, 7.5))
            painter.setFont(font)
            painter.setPen(theme.colour("soft"))
            right = self.rect().adjusted(0, 0, -pad, 0)
            painter.drawText(right, int(middle | Qt.AlignmentFlag.AlignRight), self.key)


class ChoiceButton(_Drawn, QRadioButton):
    """One of several. Announced as a radio button."""

    def __init__(self, words: str, key: str = "") -> None:
        super().__init__(words, key)
        self.setAutoExclusive(False)  # the field sees to it, so that an answer can also be taken back


class TickButton(_Drawn, QCheckBox):
    """Any of several. Announced as a check box."""

    round_mark = False


class ChoiceField(QWidget):
    """Pick one (or, with several=True, any) of some choices.

    Number keys pick, arrows move, Delete takes the answer back, Space picks the focused one. `changed` is emitted
    when a person picks, not when the program shows an answer.
    """

    changed = Signal()
    entered = Signal()  # Enter was pressed: go on
    picked = Signal()  # one of one was chosen by a finger, the mouse or its number key: a form may go on by itself

    def __init__(
        self,
        choices: Sequence[tuple[str, str]],
        *,
        several: bool = False,
        column: bool = False,
        keys: bool = True,
        codes_as_keys: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`keys`: number keys pick by place; `codes_as_keys`: by the code itself, where it is a digit (points)."""
        super().__init__(parent)
        self.several = several
        self._keys = keys
        self._codes_as_keys = codes_as_keys
        self._by_hand = True
        self._buttons: list[tuple[str, QAbstractButton]] = []
        self.setAccessibleName(name)
        if column:
            self._rows: QVBoxLayout | FlowLayout = QVBoxLayout(self)
            self._rows.setContentsMargins(0, 0, 0, 0)
            self._rows.setSpacing(6)
        else:
            self._rows = FlowLayout(self)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer these (code, words) pairs; what was picked and is still offered stays picked."""
        picked = set(self.codes())
        for _code, old in self._buttons:
            self._rows.removeWidget(old)
            old.deleteLater()
        self._buttons = []
        for place, (code, words) in enumerate(choices):
            key = self._key_of(place, code) if len(choices) > 1 else ""
            button: QAbstractButton = TickButton(words, key) if self.several else ChoiceButton(words, key)
            button.setCheckable(True)
            button.setChecked(code in picked)
            button.clicked.connect(lambda _checked=False, b=button: self._clicked(b))
            button.installEventFilter(self)
            self._rows.addWidget(button)
            self._buttons.append((code, button))
        self._settle_focus()

    def _key_of(self, place: int, code: str) -> str:
        if self._codes_as_keys:
            return code if len(code) == 1 and code in "0123456789" else ""
        return str(place + 1) if self._keys and place < 9 else ""

    def add_beside(self, widget: QWidget) -> None:
        """Put something behind the choices, in the same rows."""
        self._rows.addWidget(widget)

    def codes(self) -> list[str]:
        """The codes that are picked, in the order of the choices."""
        return [code for code, button in self._buttons if button.isChecked()]

    def answer(self) -> str | list[str]:
        """The picked code ("" for none), or with several=True the list of them."""
        codes = self.codes()
        return codes if self.several else (codes[0] if codes else "")

    def show_answer(self, answer: object) -> None:
        """Show a code or codes as picked. Emits nothing."""
        wanted: Iterable[object] = answer if isinstance(answer, list | tuple) else (answer,)
        codes = {str(code) for code in wanted if code not in (None, "")}
        for code, button in self._buttons:
            button.setChecked(code in codes)
        self._settle_focus()

    def first_focus(self) -> QWidget:
        """Where the cursor goes: the picked choice, else the first."""
        for _code, button in self._buttons:
            if button.isChecked():
                return button
        return self._buttons[0][1] if self._buttons else self

    def pick(self, code: str) -> None:
        """Pick (or with several, turn) the choice of this code, as if it were pressed."""
        self._by_hand = False
        for own, button in self._buttons:
            if own == code:
                button.click()
        self._by_hand = True

    def _clicked(self, button: QAbstractButton) -> None:
        if not self.several:
            for _code, other in self._buttons:
                other.setChecked(other is button)
        self._settle_focus()
        self.changed.emit()
        if self._by_hand and not self.several:
            self.picked.emit()

    def _settle_focus(self) -> None:
        """Tab stops once at a single choice, at the picked one; several of several are stopped at one by one."""
        if self.several:
            return
        stop = self.first_focus()
        for _code, button in self._buttons:
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if button is stop else Qt.FocusPolicy.ClickFocus)

    def eventFilter(self, watched, event) -> bool:
        """The keys of the choices."""
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            return self._key(watched, event)
        return super().eventFilter(watched, event)

    def _key(self, button: QAbstractButton, event: QKeyEvent) -> bool:
        buttons = [b for _code, b in self._buttons]
        place, key, plain = buttons.index(button), event.key(), event.modifiers()
        if plain & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return True
        typed = event.text()
        chosen = next((b for b in buttons if typed and getattr(b, "key", "") == typed), None)
        if chosen is not None:
            chosen.setFocus(Qt.FocusReason.TabFocusReason)
            chosen.click()
            return True
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(Qt.Key(key))
        if step is not None:
            following = buttons[(place + step) % len(buttons)]
            following.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.several:
                self._by_hand = False  # on the way to another one
                following.click()
                self._by_hand = True
            return True
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and any(b.isChecked() for b in buttons):
            for each in buttons if not self.several else [button]:
                each.setChecked(False)
            self._settle_focus()
            self.changed.emit()
            return True
        return False
