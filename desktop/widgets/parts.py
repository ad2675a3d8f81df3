"""Several parts of a page in one place, one of them at a time."""

from PySide6.QtWidgets import QWidget

from desktop.widgets import pieces


class Parts(QWidget):
    """One of several parts at a time; the others take no room, so that the page scrolls only as far as this one."""

    def __init__(self) -> None:
        super().__init__()
        self._column = pieces.column(self)
        self._parts: list[QWidget] = []

    def add(self, part: QWidget) -> None:
        """A part, hidden until it is shown."""
        part.hide()
        self._parts.append(part)
        self._column.addWidget(part, 1)

    def current(self) -> QWidget | None:
        """The part that is shown."""
        return next((part for part in self._parts if not part.isHidden()), None)

    def show_part(self, shown: QWidget) -> None:
        """Show this one alone."""
        for part in self._parts:
            part.setHidden(part is not shown)
