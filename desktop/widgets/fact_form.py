"""A small form for the facts that one rule reads: unknown is always an answer, and what cannot be read is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFontMetrics, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from desktop import theme
from desktop.fact_words import value_text
from desktop.widgets import pieces
from forms.problems import sentence
from forms.reading import Unreadable, parse_date, read_number
from models.eligibility.schema import FactDefinition
from models.texts import _, language

_PAUSE_MS = 250

Key = tuple[str, str]
"""(of whom, fact)."""


@dataclass(frozen=True)
class Section:
    """Facts of one person or of the household."""

    owner: str
    title: str
    facts: tuple[FactDefinition, ...]


class _Picker(QComboBox):
    """A choice that the wheel turns only when it has the focus: the form scrolls by the wheel too."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _FactLine(QWidget):
    """One fact: its question, and the answer beside it."""

    changed = Signal()

    def __init__(self, definition: FactDefinition, of: str) -> None:
        super().__init__()
        self.definition = definition
        words = definition.zh if language() == "zh_CN" else definition.en
        name = _("{who}: {question}").format(who=of, question=words.ask)
        self.question = pieces.text(words.ask)
        self.problem = pieces.text("", "error")
        self.picker: _Picker | None = None
        self.line: QLineEdit | None = None
        unit: QLabel | None = None
        if definition.choices:
            self.picker = _Picker()
            self.picker.addItem(_("not known"), None)
            for value, _zh, _en in definition.choices:
                self.picker.addItem(value_text(definition, value), value)
            self.picker.setAccessibleName(name)
            self.picker.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            self.picker.setMinimumContentsLength(max(5, len(_("not known"))))
            self.picker.currentIndexChanged.connect(lambda _at: self.changed.emit())
        else:
            self.line = QLineEdit()
            self.line.setAccessibleName(name)
            self.line.setPlaceholderText(_("not known"))
            self.line.setFixedWidth(QFontMetrics(theme.font()).horizontalAdvance("0") * 10 + theme.px(22))
            self.line.textEdited.connect(lambda _text: self.changed.emit())
            if words.unit:
                unit = pieces.text(words.unit, "soft", wrap=False)
        row = pieces.line(None, self.question, self.picker or self.line, gap=10)
        if unit is not None:
            row.addWidget(unit)
        row.setStretch(0, 1)
        pieces.column(self, row, self.problem, gap=2)
        self.problem.hide()

    def value(self) -> Any:
        """The answer as the rules take it; None for not known. Raises Unreadable for what cannot be read."""
        if self.picker is not None:
            return self.picker.currentData()
        assert self.line is not None
        typed = self.line.text().strip()
        if not typed:
            return None
        if self.definition.type == "date":
            return parse_date(typed).isoformat()
        number = read_number(typed, whole=self.definition.type == "int")
        if self.definition.minimum is not None and number < self.definition.minimum:
            raise Unreadable("greater_than_equal", ge=self.definition.minimum)
        return int(number) if self.definition.type == "int" else Decimal(str(number))

    def show_value(self, value: Any) -> None:
        """Show an answer; emits nothing."""
        if self.picker is not None:
            self.picker.blockSignals(True)
            at = next(
                (at for at in range(1, self.picker.count()) if _same(self.picker.itemData(at), value)),
                0,
            )
            self.picker.setCurrentIndex(at)
            self.picker.blockSignals(False)
        elif self.line is not None:
            self.line.setText("" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value))
        self.say("")

    def say(self, words: str) -> None:
        """Say what is wrong with the answer, or nothing."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


class FactForm(QWidget):
    """show_sections() asks; changed tells, a moment after the last key, that values() may be read."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lines: dict[Key, _FactLine] = {}
        self._sections: tuple[Section, ...] = ()
        self._box = pieces.column(self, gap=10)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.changed)

    @property
    def lines(self) -> Mapping[Key, _FactLine]:
        """The fields by whose fact they ask for."""
        return self._lines

    def show_sections(self, sections: Sequence[Section], values: Mapping[Key, Any]) -> None:
        """Ask for these facts, with the answers known so far."""
        self._pause.stop()
        if tuple(sections) != self._sections:
            self._sections = tuple(sections)
            pieces.clear(self._box)
            self._lines = {}
            for section in sections:
                self._box.addWidget(pieces.text(section.title, "label"))
                for definition in section.facts:
                    made = _FactLine(definition, section.title)
                    made.changed.connect(self._pause.start)
                    self._lines[section.owner, definition.name] = made
                    self._box.addWidget(made)
        for key, line in self._lines.items():
            line.show_value(values.get(key))

    def values(self) -> dict[Key, Any] | None:
        """What is known, without what is not; None while something typed cannot be read (it says so)."""
        found: dict[Key, Any] = {}
        sound = True
        for key, line in self._lines.items():
            try:
                value = line.value()
            except Unreadable as trouble:
                line.say(sentence({"type": trouble.key, "ctx": trouble.facts}))
                sound = False
                continue
            line.say("")
            if value is not None:
                found[key] = value
        return found if sound else None
