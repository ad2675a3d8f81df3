"""Keeps the buttons pinned below a page in one row: where it is narrow, some of them are pictures alone."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from desktop import theme
from desktop.widgets.wrap_line import WrapLine

PICTURE = 60
"""How wide a button without words is, in pixels at 100 per cent."""

_WORDS, _WIDE = "words_left_out", "width_with_words"


class FootFit(QObject):
    """Leaves out the words of buttons that have a picture, the first first, until the row fits; never of the main one.

    Where even that is not enough, all words stay and the row breaks. What a button says is kept in its tooltip.
    """

    def __init__(self, frame: QFrame, line: WrapLine) -> None:
        super().__init__(frame)
        self._frame, self._line = frame, line
        frame.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The frame has another width, or one of its buttons other words."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        things = self._things()
        sides = self._line.contentsMargins()
        room = self._frame.width() - sides.left() - sides.right()
        need = sum(_wide(each) for each in things) + self._line.spacing() * max(len(things) - 1, 0)
        short: list[QPushButton] = []
        for each in things:
            if need <= room:
                break
            if isinstance(each, QPushButton) and _may_be_short(each):
                short.append(each)
                need -= _wide(each) - theme.px(PICTURE)
        if need > room:
            short = []
        for each in things:
            if isinstance(each, QPushButton):
                if each in short:
                    _leave_out(each)
                else:
                    _say_again(each)

    def _things(self) -> list[QWidget]:
        """What needs its place in the row, from left to right."""
        items = (self._line.itemAt(place) for place in range(self._line.count()))
        widgets = [item.widget() for item in items if item is not None]
        return [each for each in widgets if each is not None and not each.isHidden() and not each.property("gives_way")]


def _is_short(button: QWidget) -> bool:
    return bool(button.property(_WORDS)) and isinstance(button, QPushButton) and not button.text()


def _wide(thing: QWidget) -> int:
    """How wide a thing is with all its words, in pixels."""
    return int(thing.property(_WIDE)) if _is_short(thing) else thing.sizeHint().width()


def _may_be_short(button: QPushButton) -> bool:
    if button.icon().isNull() or button.property("role") in ("primary", "danger"):
        return False
    return _is_short(button) or (bool(button.text()) and button.sizeHint().width() > theme.px(PICTURE))


def _leave_out(button: QPushButton) -> None:
    if _is_short(button):
        return
    button.setProperty(_WIDE, button.sizeHint().width())
    button.setProperty(_WORDS, button.text())
    button.setAccessibleName(button.accessibleName() or button.text())
    if not button.toolTip():
        button.setToolTip(button.text())
    button.setText("")


def _say_again(button: QPushButton) -> None:
    if not button.property(_WORDS):
        return
    words = str(button.property(_WORDS))
    if not button.text():
        button.setText(words)
    if button.toolTip() == words:
        button.setToolTip("")
    button.setProperty(_WORDS, "")
