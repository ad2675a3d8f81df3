"""Find one thing among many by typing: a line, the matches right below it, and what was picked as a calm plate."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.made_by_qt import add_line
from models.texts import _


@dataclass(frozen=True)
class Match:
    """Something that can be picked."""

    key: str
    words: str
    detail: str = ""


class Finder(QWidget):
    """A search line with its matches inline, so that no pop-up covers the page or steals an input method's focus.

    It asks by `asked(text)` and is answered by `offer(text, matches)`; an answer to an older question is dropped.
    """

    asked = Signal(str)
    picked = Signal(str)  # the key
    changed = Signal()
    entered = Signal()

    ROWS = 6

    def __init__(self, *, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen: Match | None = None
        self._suggested: list[Match] = []
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint)
        self.line.setToolTip(hint)
        self.line.setAccessibleName(name)
        self.line.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName(name)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys stay in the line, the finger reaches the list
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.list.hide()
        self.nothing = pieces.text("", "soft")
        self.nothing.hide()
        self.plate = pieces.text("", "label", select=True)
        self.plate_detail = pieces.text("", "small")
        self.again = pieces.button(_("Change"), self.change, "link")
        self.again.setAccessibleName(_("Change: {field}").format(field=name))
        self._plate_row = QFrame()
        self._plate_row.setProperty("role", "sunken")
        row = pieces.line(self._plate_row, pieces.column(None, self.plate, self.plate_detail, gap=0), self.again)
        row.setStretch(0, 1)
        row.setContentsMargins(theme.px(12), theme.px(4), theme.px(8), theme.px(4))
        self._plate_row.hide()
        pieces.column(self, self._plate_row, self.line, self.list, self.nothing, gap=4)

        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(120)
        self._wait.timeout.connect(self._ask)
        self.line.textEdited.connect(self._typed)
        self.line.installEventFilter(self)
        self.list.itemClicked.connect(lambda item: self._pick(self.list.row(item)))
        self.setFocusProxy(self.line)

    def suggest(self, matches: Sequence[Match]) -> None:
        """Show these (the last used ones) while nothing is typed."""
        self._suggested = list(matches)
        if not self.line.text() and self._chosen is None:
            self._show(self._suggested)

    def offer(self, text: str, matches: Sequence[Match]) -> None:
        """Answer a question. Dropped where the worker has typed on meanwhile or has picked."""
        if text != self.line.text().strip() or self._chosen is not None:
            return
        self._show(list(matches))
        self.nothing.setVisible(bool(text) and not matches)
        self.nothing.setText(
            _("Nothing found for “{text}”. Type fewer characters or the pinyin initials.").format(text=text)
        )

    def chosen(self) -> Match | None:
        """What is picked, or None."""
        return self._chosen

    def show_chosen(self, match: Match | None) -> None:
        """Show this as picked, or nothing. Emits nothing."""
        self._chosen = match
        self.line.setVisible(match is None)
        self._plate_row.setVisible(match is not None)
        self.nothing.hide()
        if match is not None:
            self.list.hide()
            self.plate.setText(match.words)
            self.plate_detail.setText(match.detail)
            self.plate_detail.setVisible(bool(match.detail))
            self.setFocusProxy(self.again)
        else:
            self.setFocusProxy(self.line)
            self._show(self._suggested if not self.line.text() else [])

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.again if self._chosen is not None else self.line

    def change(self) -> None:
        """Take the choice back and search again; what was typed before is still there, selected."""
        self.show_chosen(None)
        self.changed.emit()
        self.line.setFocus()
        self.line.selectAll()
        self._ask()

    def _typed(self, _text: str) -> None:
        self.changed.emit()
        self._wait.start()

    def _ask(self) -> None:
        text = self.line.text().strip()
        if text:
            self.asked.emit(text)
        else:
            self.nothing.hide()
            self._show(self._suggested)

    def _show(self, matches: list[Match]) -> None:
        self.list.clear()
        for match in matches:
            words = f"{match.words}　{match.detail}" if match.detail else match.words
            item = add_line(self.list, words)
            item.setData(Qt.ItemDataRole.UserRole, match)
            item.setSizeHint(QSize(10, theme.target()))
        self.list.setVisible(bool(matches))
        if matches:
            self.list.setCurrentRow(0)
            rows = min(len(matches), self.ROWS)
            self.list.setFixedHeight(rows * theme.target() + 2 * self.list.frameWidth() + 4)

    def _pick(self, row: int) -> None:
        item = self.list.item(row)
        if item is None:
            return
        self.show_chosen(item.data(Qt.ItemDataRole.UserRole))
        self.changed.emit()
        assert self._chosen is not None
        self.picked.emit(self._chosen.key)

    def eventFilter(self, watched, event) -> bool:
        """Up, Down, Enter and Escape in the line work on the list."""
        if watched is self.line and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            key, rows = event.key(), self.list.count() if self.list.isVisibleTo(self) else 0
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and rows:
                step = 1 if key == Qt.Key.Key_Down else -1
                self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), rows - 1))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                if self._wait.isActive():  # typed and pressed Enter in one go: ask now, pick with the next Enter
                    self._wait.stop()
                    self._ask()
                elif rows:
                    self._pick(self.list.currentRow())
                else:
                    self.entered.emit()
                return True
            if key == Qt.Key.Key_Escape and rows:
                self.list.hide()
                return True
        return super().eventFilter(watched, event)
