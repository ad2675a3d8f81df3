"""Answers to a question that is asked in one breath: things or members to tick, or one choice for every member."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QToolButton, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.choice_field import TickButton
from desktop.widgets.flow_layout import FlowLayout
from models.eligibility import Answer, Item
from models.texts import _

State = Literal["not_known", "refused"]
_NEXT: Mapping[str, str] = {"": "not_known", "not_known": "refused", "refused": ""}


def state_words(state: str) -> str:
    """How it is said that somebody did not know, or would not say."""
    return {"not_known": _("not known"), "refused": _("no answer wanted")}.get(state, "")


class TickField(QWidget):
    """Things to tick. Number keys and space tick, arrows move, ? turns one through "not known" and "no answer".

    `changed` is emitted when a person ticks; `entered` when Enter is pressed on a tick.
    """

    changed = Signal()
    entered = Signal()

    def __init__(self, items: Sequence[tuple[Item, str]], *, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.items = [item for item, _words in items]
        self._words = [words for _item, words in items]
        self._states: dict[int, State] = {}
        self.ticks: list[TickButton] = []
        self.doubts: list[QToolButton] = []
        flow = FlowLayout(self, gap=8)
        for place, (_item, words) in enumerate(items):
            tick = TickButton(words, str(place + 1) if place < 9 else "")
            tick.clicked.connect(partial(self._ticked, place))
            tick.installEventFilter(self)
            doubt = QToolButton()
            doubt.setText("?")
            doubt.setProperty("role", "flat")
            doubt.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # by keyboard: ? on the tick itself
            doubt.setStyleSheet("padding: 0px;")
            doubt.setFixedSize(theme.px(36 if theme.look().touch else 22), theme.target())
            doubt.setToolTip(_("Not known or no answer, for this one only (key: ?)"))
            doubt.setAccessibleName(_("{thing}: not known or no answer").format(thing=words))
            doubt.clicked.connect(partial(self._doubted, place))
            holder = QWidget()
            holder.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            pieces.line(holder, tick, doubt, gap=0).setStretch(0, 1)
            flow.addWidget(holder)
            self.ticks.append(tick)
            self.doubts.append(doubt)

    def first_focus(self) -> QWidget:
        """Where the cursor goes: the first thing that is ticked, else the first."""
        return next((tick for tick in self.ticks if tick.isChecked()), self.ticks[0])

    def ticked(self) -> list[Item]:
        """What is ticked."""
        return [item for item, tick in zip(self.items, self.ticks, strict=True) if tick.isChecked()]

    def states(self) -> dict[tuple[str, str], State]:
        """(fact, of) of what somebody did not know or would not say."""
        return {(self.items[place].fact, self.items[place].of): state for place, state in self._states.items()}

    def is_empty(self) -> bool:
        """Whether nothing was said of anything yet."""
        return not self._states and not any(tick.isChecked() for tick in self.ticks)

    def kept(self) -> dict[str, Any]:
        """What was ticked so far, as a draft keeps it."""
        return {
            "ticked": [[item.fact, item.of, item.value] for item in self.ticked()],
            "states": [[fact, of, state] for (fact, of), state in self.states().items()],
        }

    def show_kept(self, kept: Mapping[str, Any]) -> None:
        """Show what a draft kept, as far as it is still asked. Emits nothing."""
        ticked = [list(each) for each in kept.get("ticked", ())]
        states = {(fact, of): state for fact, of, state in kept.get("states", ())}
        for place, item in enumerate(self.items):
            self.ticks[place].setChecked([item.fact, item.of, item.value] in ticked)
            state = states.get((item.fact, item.of))
            if state in ("not_known", "refused"):
                self._states[place] = state
            self._say(place)

    def _ticked(self, place: int, _checked: bool = False) -> None:
        if self.ticks[place].isChecked():
            for other in self._same(place):
                self._states.pop(other, None)
                if other != place:
                    self.ticks[other].setChecked(False)
                self._say(other)
        self.changed.emit()

    def _doubted(self, place: int, _checked: bool = False) -> None:
        state = _NEXT[self._states.get(place, "")]
        for other in self._same(place):
            self._states.pop(other, None)
            if state in ("not_known", "refused"):
                self._states[other] = state  # type: ignore[assignment]  # just tested
                self.ticks[other].setChecked(False)
            self._say(other)
        self.changed.emit()

    def _same(self, place: int) -> list[int]:
        """The places of the same fact: of several values of one, only one can be so."""
        own = (self.items[place].fact, self.items[place].of)
        return [other for other, item in enumerate(self.items) if (item.fact, item.of) == own]

    def _say(self, place: int) -> None:
        state = self._states.get(place, "")
        words = self._words[place]
        self.ticks[place].setText(
            _("{thing} ({state})").format(thing=words, state=state_words(state)) if state else words
        )
        self.ticks[place].updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of the ticks."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched in self.ticks:
            return self._key(self.ticks.index(watched), event)
        return super().eventFilter(watched, event)

    def _key(self, place: int, event: QKeyEvent) -> bool:
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        key, typed = event.key(), event.text()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return True
        if typed in ("?", "？", "/"):
            self._doubted(place)
            return True
        if typed.isascii() and typed.isdigit() and 0 < int(typed) <= len(self.ticks):
            chosen = self.ticks[int(typed) - 1]
            chosen.setFocus(Qt.FocusReason.TabFocusReason)
            chosen.click()
            return True
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(Qt.Key(key))
        if step is not None:
            self.ticks[(place + step) % len(self.ticks)].setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return False


class _Chooser(QComboBox):
    """A list that the wheel does not turn while somebody scrolls the page."""

    def wheelEvent(self, event: Any) -> None:
        """Only with the cursor in it."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class EachField(QWidget):
    """One choice for every member: a value, not known, no answer, or nothing yet."""

    changed = Signal()

    def __init__(
        self, members: Sequence[tuple[str, str]], values: Sequence[tuple[Any, str]], *, fact: str, name: str
    ) -> None:
        """`members`: (id, name); `values`: (value, words) of the fact."""
        super().__init__()
        self.setAccessibleName(name)
        self.fact = fact
        self._values = [value for value, _words in values]
        self.choosers: dict[str, QComboBox] = {}
        flow = FlowLayout(self, gap=14)
        for of, who in members:
            chooser = _Chooser()
            chooser.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            chooser.addItem(_("(not asked)"), "")
            for place, (_value, words) in enumerate(values):
                chooser.addItem(words, str(place))
            for state in ("not_known", "refused"):
                chooser.addItem(state_words(state), state)
            chooser.setAccessibleName(_("{who}: {question}").format(who=who, question=name))
            chooser.setMinimumHeight(theme.target())
            told = (chooser.itemText(at) for at in range(chooser.count()))
            widest = max(chooser.fontMetrics().horizontalAdvance(words) for words in told)
            chooser.setMinimumWidth(widest + theme.px(56))  # Qt's hint forgets the room of the arrow
            chooser.activated.connect(lambda _place: self.changed.emit())
            holder = QWidget()
            label = pieces.text(who, "label", wrap=False)
            label.setBuddy(chooser)
            pieces.line(holder, label, chooser, gap=8)
            flow.addWidget(holder)
            self.choosers[of] = chooser

    def first_focus(self) -> QWidget:
        """Where the cursor goes: the first member of whom nothing is said."""
        choosers = list(self.choosers.values())
        return next((chooser for chooser in choosers if not chooser.currentData()), choosers[0])

    def answers(self) -> list[Answer]:
        """What was said of whom; nothing of those who were not asked."""
        found = []
        for of, chooser in self.choosers.items():
            code = chooser.currentData()
            if code in ("not_known", "refused"):
                found.append(Answer(of, self.fact, None, code))
            elif code:
                found.append(Answer(of, self.fact, self._values[int(code)]))
        return found

    def is_empty(self) -> bool:
        """Whether nothing was said of anybody yet."""
        return not any(chooser.currentData() for chooser in self.choosers.values())

    def choose(self, of: str, value: Any) -> None:
        """Choose a value for a member, as if it were picked."""
        chooser = self.choosers[of]
        chooser.setCurrentIndex(chooser.findData(str(self._values.index(value))))
        self.changed.emit()

    def kept(self) -> dict[str, Any]:
        """What was chosen so far, as a draft keeps it."""
        return {"chosen": {of: chooser.currentData() for of, chooser in self.choosers.items() if chooser.currentData()}}

    def show_kept(self, kept: Mapping[str, Any]) -> None:
        """Show what a draft kept, as far as it is still asked. Emits nothing."""
        for of, code in dict(kept.get("chosen", {})).items():
            chooser = self.choosers.get(of)
            place = chooser.findData(code) if chooser is not None else -1
            if chooser is not None and place >= 0:
                chooser.setCurrentIndex(place)
