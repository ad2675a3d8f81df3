"""While there is a window, Python looks for refuse on the window's thread only.

By itself it looks in whatever thread happens to ask for memory, a lane's too, and what is found there dies there: a
widget or a timer, while Qt uses it on the window's thread.
"""

import gc
from typing import ClassVar

from PySide6.QtCore import QObject, QTimer

EVERY = 1000
"""Milliseconds between two looks."""


class Refuse(QObject):
    """Looks for refuse as long as its window is there; to be made and ended on the window's thread."""

    _windows: ClassVar[int] = 0
    _looked: ClassVar[bool] = True  # whether Python looked by itself before the first window

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        if not Refuse._windows:
            Refuse._looked = gc.isenabled()
        Refuse._windows += 1
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(look)
        self._timer.start(EVERY)

    def end(self) -> None:
        """Leave it to Python again, if it did so before, unless there is another window."""
        self._timer.stop()
        Refuse._windows -= 1
        look()
        if Refuse._looked and not Refuse._windows:
            gc.enable()


_MUCH_MORE = 1.25
_old = [0]  # how many things had grown old when all were last looked through


def look() -> None:
    """Look where Python would look by itself: among the newest things, and among all only where they have become many
    more, since the window stands still meanwhile.
    """
    newest, younger, older = (count > most for count, most in zip(gc.get_count(), gc.get_threshold(), strict=True))
    if younger and older and len(gc.get_objects(generation=2)) >= _old[0] * _MUCH_MORE:
        gc.collect(2)
        _old[0] = len(gc.get_objects(generation=2))
    elif younger:
        gc.collect(1)
    elif newest:
        gc.collect(0)
