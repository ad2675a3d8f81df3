"""The plain fields of a form: a line, several lines, one of very many choices, a phone, and a field that repeats."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.cover import Cover
from desktop.widgets.finder import Finder, Match
from desktop.widgets.flow_layout import FlowLayout
from models.records.phones import masked_phone
from models.texts import _


class Field(Protocol):
    """What every field can do; it also has the signals `changed` (a person changed it) and `entered` (go on)."""

    changed: Any
    entered: Any

    def answer(self) -> object:
        """What is typed or picked, as plain data."""

    def show_answer(self, answer: object) -> None:
        """Show an answer given before; emits nothing."""

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""


class ShortLine(QLineEdit):
    """A line with room for so many characters, shorter only where there is no such room. 0: as wide as there is."""

    def __init__(self, length: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._length = length
        if length:
            self.setMaximumWidth(self._room(length))
            self.setMinimumWidth(self._room(min(length, 4)))

    def _room(self, length: int) -> int:
        return QFontMetrics(self.font()).horizontalAdvance("字") * length + theme.px(24)

    def sizeHint(self) -> QSize:
        """Room for all characters."""
        hint = super().sizeHint()
        return QSize(self._room(self._length), hint.height()) if self._length else hint


class TextField(QWidget):
    """One line. `length` is how many characters it has room for; 0 for the whole width. `unit` stands behind it."""

    changed = Signal()
    entered = Signal()

    def __init__(
        self, *, name: str, length: int = 0, unit: str = "", numbers: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.line = ShortLine(length)
        self.line.setAccessibleName(name)
        hints = Qt.InputMethodHint.ImhNoPredictiveText
        if numbers:
            hints |= Qt.InputMethodHint.ImhPreferNumbers
        self.line.setInputMethodHints(hints)
        row = pieces.line(self, self.line)
        if unit:
            row.addWidget(pieces.text(unit, "soft", wrap=False))
        if length:
            row.setStretch(0, 1000)  # up to its own greatest width
            row.addStretch(1)
        self.setFocusProxy(self.line)
        self.line.textEdited.connect(self.changed)
        self.line.returnPressed.connect(self.entered)

    def answer(self) -> str:
        """The text as typed."""
        return self.line.text()

    def show_answer(self, answer: object) -> None:
        """Show a text. Emits nothing."""
        self.line.setText("" if answer is None else str(answer))

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.line


class _Paragraphs(QPlainTextEdit):
    """Several lines; Ctrl+Enter is left to the form, Tab goes on."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier
        ):
            event.ignore()
            return
        super().keyPressEvent(event)


class LongTextField(QWidget):
    """Several lines of text."""

    changed = Signal()
    entered = Signal()

    def __init__(self, *, name: str, rows: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = _Paragraphs()
        self.text.setAccessibleName(name)
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(QFontMetrics(self.text.font()).lineSpacing() * rows + theme.px(18))
        self._quiet = False
        pieces.column(self, self.text)
        self.setFocusProxy(self.text)
        self.text.textChanged.connect(self._typed)

    def answer(self) -> str:
        """The text as typed."""
        return self.text.toPlainText()

    def show_answer(self, answer: object) -> None:
        """Show a text. Emits nothing."""
        self._quiet = True
        self.text.setPlainText("" if answer is None else str(answer))
        self._quiet = False

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.text

    def _typed(self) -> None:
        if not self._quiet:
            self.changed.emit()


class PickField(QWidget):
    """One of very many fixed choices: the common ones as buttons, every other found by typing."""

    changed = Signal()
    entered = Signal()

    def __init__(
        self,
        choices: Sequence[tuple[str, str]],
        *,
        name: str,
        common: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._all = [Match(code, words) for code, words in choices]
        self.common = ChoiceField([pair for pair in choices if pair[0] in common], name=name)
        if not common:
            self.common.hide()
        self.finder = Finder(name=name, hint=_("Another: type a few characters") if common else _("Type to find"))
        self.finder.line.setMaximumWidth(theme.px(260))
        self.finder.setMinimumWidth(theme.px(180))
        row = FlowLayout(self, gap=theme.px(8))
        row.addWidget(self.common)
        row.addWidget(self.finder)
        self.common.changed.connect(self._common_picked)
        self.common.entered.connect(self.entered)
        self.finder.asked.connect(self._find)
        self.finder.changed.connect(self.changed)
        self.finder.picked.connect(self._found)
        self.finder.entered.connect(self.entered)
        self.setFocusProxy(self.common if common else self.finder)

    def answer(self) -> str:
        """The code that was picked, or ""."""
        chosen = self.finder.chosen()
        return chosen.key if chosen else "".join(self.common.codes())

    def show_answer(self, answer: object) -> None:
        """Show a code as picked. Emits nothing."""
        code = "" if answer is None else str(answer)
        self.common.show_answer(code)
        other = None if self.common.codes() else next((match for match in self._all if match.key == code), None)
        self.finder.show_chosen(other)

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        if self.finder.chosen() is not None or self.common.isHidden():
            return self.finder.first_focus()
        return self.common.first_focus()

    def _common_picked(self) -> None:
        if self.common.codes():
            self.finder.show_chosen(None)
        self.changed.emit()

    def _found(self, key: str) -> None:
        self.show_answer(key)
        self.changed.emit()
        self.entered.emit()

    def _find(self, text: str) -> None:
        wanted = text.casefold()
        self.finder.offer(text, [m for m in self._all if wanted in m.words.casefold() or m.key == text])


class PhoneField(QWidget):
    """A phone number and whose it is."""

    changed = Signal()
    entered = Signal()

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = TextField(name=name, length=8, numbers=True)
        self.cover = Cover(self.number.line, masked_phone)
        self.whose = TextField(name=_("Whose number"), length=12)
        self.whose.line.setPlaceholderText(_("Own; or whose, e.g. son"))
        row = FlowLayout(self, gap=theme.px(8))
        row.addWidget(self.number)
        row.addWidget(self.whose)
        for part in (self.number, self.whose):
            part.changed.connect(self.changed)
        self.number.entered.connect(self.entered)
        self.whose.entered.connect(self.entered)
        self.setFocusProxy(self.number.line)

    def answer(self) -> dict[str, str]:
        """number and whose, as typed."""
        return {"number": self.cover.text(), "whose": self.whose.answer()}

    def show_answer(self, answer: object) -> None:
        """Show an answer. Emits nothing."""
        given: Mapping[str, object] = answer if isinstance(answer, Mapping) else {}
        self.cover.forget()
        self.number.show_answer(given.get("number"))
        self.whose.show_answer(given.get("whose"))

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.number.line


class RepeatField(QWidget):
    """The same field several times: documents, phones. The first is always there; an empty one counts as none."""

    changed = Signal()
    entered = Signal()
    added = Signal(object)  # a field was made: connect what it says

    def __init__(self, make: Callable[[], Any], *, more: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self.fields: list[Any] = []
        self._rows: list[QWidget] = []
        self._column = pieces.column(None, gap=6)
        self.more = pieces.button(more, self._add_by_hand, "link", icon="plus")
        pieces.column(self, self._column, pieces.line(None, self.more, None), gap=2)

    def start(self) -> None:
        """Make the first field; called once `added` is connected."""
        if not self.fields:
            self._add()

    def answer(self) -> list[object]:
        """The answers of all fields that hold something."""
        answers = [field.answer() for field in self.fields]
        return [a for a in answers if (a.get("number", "").strip() if isinstance(a, dict) else a)]

    def show_answer(self, answer: object) -> None:
        """Show these answers. Emits nothing."""
        wanted = list(answer) if isinstance(answer, list | tuple) else []
        while len(self.fields) > max(len(wanted), 1):
            self._remove(len(self.fields) - 1)
        while len(self.fields) < max(len(wanted), 1):
            self._add()
        for field, each in zip(self.fields, wanted or [None], strict=True):
            field.show_answer(each)

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.fields[0].first_focus() if self.fields else self.more

    def _add_by_hand(self) -> None:
        self._add()
        self.fields[-1].first_focus().setFocus()
        self.changed.emit()

    def _add(self) -> None:
        field = self._make()
        field.changed.connect(self.changed)
        field.entered.connect(self.entered)
        row = QWidget()
        line = pieces.line(row, field)
        line.setStretch(0, 1)
        if self.fields:
            drop = pieces.icon_button(_("Remove"), "close", lambda: self._drop(field))
            line.addWidget(drop, 0, Qt.AlignmentFlag.AlignTop)
        self.fields.append(field)
        self._rows.append(row)
        self._column.addWidget(row)
        self.added.emit(field)

    def _drop(self, field: Any) -> None:
        self._remove(self.fields.index(field))
        self.first_focus().setFocus()
        self.changed.emit()

    def _remove(self, place: int) -> None:
        self.fields.pop(place)
        row = self._rows.pop(place)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
