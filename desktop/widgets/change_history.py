"""What happened in a household or with a person, in sentences, each with the way back while nothing is built on it."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.widgets import pieces
from desktop.widgets.mark import Mark
from models.services.views import EventView
from models.texts import _, ngettext

FIRST = 6
MARK_OF = {
    "birth": ("person", "good"),
    "death": ("no", "soft"),
    "move_out": ("no", "soft"),
    "left": ("no", "soft"),
}
"""Coming and going are told apart at a glance; all else is a pencil."""


class ChangeHistory(QWidget):
    """The events, newest first. `undo` asks to take one back, after a second press."""

    undo = Signal(str)  # the event's id

    def __init__(self, empty: str) -> None:
        super().__init__()
        self._empty = empty
        self._box = pieces.column(self, gap=6)
        self.undo_buttons: dict[str, QPushButton] = {}
        self.agree_buttons: dict[str, QPushButton] = {}

    def show_events(self, events: Sequence[EventView], *, all_of_them: bool = False) -> None:
        """Show these, the first few unless all are asked for."""
        pieces.clear(self._box)
        self.undo_buttons, self.agree_buttons = {}, {}
        if not events:
            self._box.addWidget(pieces.text(self._empty, "soft"))
            return
        shown = events if all_of_them or len(events) <= FIRST + 1 else events[:FIRST]
        for event in shown:
            self._box.addWidget(self._row(event))
        hidden = len(events) - len(shown)
        if hidden:
            words = ngettext("Show {n} older line", "Show {n} older lines", hidden).format(n=hidden)
            more = pieces.button(words, partial(self.show_events, events, all_of_them=True), "link")
            self._box.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)

    def _row(self, event: EventView) -> QWidget:
        whole = QWidget()
        mark, tone = MARK_OF.get(event.kind, ("pencil", "soft"))
        said = pieces.text(event.text, "soft" if event.undone else "", select=True)
        below = [event.note, event.worker, _("taken back") if event.undone else ""]
        words = pieces.column(None, said, gap=0)
        if small := "  ·  ".join(part for part in below if part):
            words.addWidget(pieces.text(small, "small"))
        line = pieces.line(None, gap=10)
        line.addWidget(Mark(mark, tone, 18), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        pieces.column(whole, line, gap=4)
        if event.may_undo and not event.undone:
            sure = QWidget()
            agree = pieces.button(_("Take it back"), partial(self.undo.emit, event.id), "danger", "undo")
            told = pieces.text(_("Everything becomes as it was before this change."), "small")
            ask = pieces.line(sure, told, agree, gap=8)
            ask.setStretch(0, 1)
            sure.hide()
            undo = pieces.button(_("Undo"), lambda: sure.setVisible(sure.isHidden()), "link")
            undo.setAccessibleName(_("Undo: {text}").format(text=event.text))
            line.addWidget(undo, 0, Qt.AlignmentFlag.AlignTop)
            pieces.inside(whole).addWidget(sure)
            self.undo_buttons[event.id], self.agree_buttons[event.id] = undo, agree
        return whole
