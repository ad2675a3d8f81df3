"""Editing one picture: itself and what is said about it, side by side, or one after the other in little room."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.picture_editor import PictureEditor
from desktop.widgets.picture_words import PictureWordsForm

WIDE, LOW = 800, 480
"""Pixels at 100 per cent: from which width both stand side by side; below which height of the window room is short."""


class PictureEditPane(QWidget):
    """`editor` and `form`; in steps the form comes after the picture (`forward`, `step_back`)."""

    changed = Signal()
    stage_changed = Signal()

    def __init__(self, form: PictureWordsForm) -> None:
        super().__init__()
        self.editor = PictureEditor()
        self.form = form
        self._inside = QWidget()
        box = pieces.column(self._inside, form)
        box.setContentsMargins(theme.px(4), 0, theme.px(12), theme.px(8))
        self.words_area = pieces.scroll(self._inside)
        # As high as the picture beside it, whatever it holds.
        self.words_area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._row = pieces.line(self, self.editor, self.words_area, gap=16)
        self._row.setStretch(0, 3)
        self._row.setStretch(1, 2)
        self.steps = False
        self.on_words = False
        self.editor.changed.connect(self.changed)
        form.changed.connect(self.changed)
        self._lay_out()

    def begin(self) -> None:
        """From the picture on."""
        self.on_words = False
        self._lay_out()

    def last(self) -> bool:
        """Whether everything that is asked is on the screen, or was."""
        return not self.steps or self.on_words

    def forward(self) -> None:
        """To what is said about it."""
        self.on_words = True
        self._lay_out()
        self.form.kind.first_focus().setFocus()

    def step_back(self) -> None:
        """To the picture again."""
        self.on_words = False
        self._lay_out()
        self.editor.canvas.setFocus()

    def resizeEvent(self, event: Any) -> None:
        """Room came or went."""
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        steps = theme.look().touch or self.width() < theme.px(WIDE)
        self.editor.set_low(steps and self.window().height() < theme.px(LOW))
        changed = steps != self.steps
        self.steps = steps
        self.editor.setHidden(steps and self.on_words)
        self.words_area.setHidden(steps)
        if changed:
            self._put_words()
        self._inside.setHidden(steps and not self.on_words)
        if changed:
            self.stage_changed.emit()

    def _put_words(self) -> None:
        """Beside the picture the words scroll by themselves; alone on the page they scroll with it."""
        if self.steps:
            self.words_area.takeWidget()
            self._row.addWidget(self._inside, 2)
        else:
            self._row.removeWidget(self._inside)
            self.words_area.setWidget(self._inside)
