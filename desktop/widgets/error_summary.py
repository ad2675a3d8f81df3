"""What must be put right, on top of the page: it takes the cursor, and each line leads to its field."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from desktop.widgets import pieces
from models.texts import _, ngettext


class ErrorSummary(QFrame):
    """The problems of a form as links."""

    chosen = Signal(str)  # the field

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner-problem")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title = pieces.text("", "subheading")
        self.links: dict[str, QPushButton] = {}
        self._rows = pieces.column(None, gap=0)
        pieces.column(self, self.title, self._rows, margin=12, gap=4)
        self.hide()

    def show_problems(self, problems: Sequence[tuple[str, str]]) -> None:
        """Show (field, sentence) pairs, or hide for none. Does not move the cursor; call setFocus for that."""
        for link in self.links.values():
            self._rows.removeWidget(link)
            link.deleteLater()
        self.links = {}
        for field, sentence in problems:
            link = pieces.button(sentence, partial(self.chosen.emit, field), "link")
            self._rows.addWidget(link, alignment=Qt.AlignmentFlag.AlignLeft)
            self.links[field] = link
        count = len(problems)
        self.title.setText(
            ngettext("One answer needs another look", "{n} answers need another look", count).format(n=count)
        )
        self.setAccessibleName(_("Problems"))
        self.setAccessibleDescription(" ".join(sentence for _field, sentence in problems))
        self.setVisible(bool(problems))

    def keyPressEvent(self, event) -> None:
        """Enter on the box goes to the first field."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.links:
            self.chosen.emit(next(iter(self.links)))
            return
        super().keyPressEvent(event)
