"""Fields that only questionnaires need: to agree, to put in order, a scale, a picture, 不清楚 below many choices."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.answer_fields import PickField, TextField
from desktop.widgets.choice_field import ChoiceField, TickButton
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.question_row import MANY_CHOICES, UNANSWERED, make_field
from forms.xlsform.face import question_of
from forms.xlsform.states import State
from models.texts import _

LONG_WORDS = 16
"""Choices with more letters than this stand below one another."""

SCALE_MOST = 11
"""A scale with up to so many places is laid out as buttons."""

_SEARCHED = {"autocomplete", "search", "minimal", "quick_search"}

Choices = Sequence[tuple[str, str]]


def make_answer_field(state: State, today: date) -> Any:
    """The field for a question as it stands now. Its answer is what Session.set takes as typed."""
    name = state.label or state.path.rpartition("/")[2]
    choices = [(choice.name, choice.label or choice.name) for choice in state.choices]
    if state.kind == "acknowledge":
        return AgreeField(name=name)
    if state.kind == "picture":
        return PictureField(state.picture, name=name)
    if state.kind in ("choice", "choices", "rank") and not choices:
        return NothingOffered()
    inner: Any
    if state.kind == "rank":
        inner = RankField(choices, name=name)
    elif state.kind == "choice" and not _is_searched(state):
        return ChoiceField([*choices, *state.unknowns], column=_is_long(choices), name=name)
    elif state.kind in ("choice", "choices"):
        inner = _choices(state, choices, name)
    elif state.step and state.least is not None and state.most is not None:
        inner = ScaleField(state.least, state.most, state.step, name=name)
    else:
        question = question_of(state)
        if question is not None:
            return make_field(question, today)
        inner = TextField(name=name)
    return BelowUnknown(inner, state.unknowns, name=name) if state.unknowns else inner


def _choices(state: State, choices: Choices, name: str) -> Any:
    if state.kind == "choice":
        return PickField(choices, name=name)
    return ChoiceField(choices, several=True, column=_is_long(choices), name=name)


def _is_searched(state: State) -> bool:
    return len(state.choices) >= MANY_CHOICES or bool(_SEARCHED & set(state.appearance))


def _is_long(choices: Choices) -> bool:
    return max(len(words) for _code, words in choices) > LONG_WORDS


class BelowUnknown(QWidget):
    """An answer, and below it 不清楚 and 不愿回答. What was answered before stays to be seen."""

    changed = Signal()
    entered = Signal()

    def __init__(self, inner: Any, unknowns: Choices, *, name: str) -> None:
        super().__init__()
        self.inner = inner
        self.unknown = ChoiceField(unknowns, name=name, keys=False)
        pieces.column(self, inner, self.unknown, gap=8)
        inner.changed.connect(self._typed)
        inner.entered.connect(self.entered)
        self.unknown.changed.connect(self.changed)
        self.unknown.entered.connect(self.entered)
        self.setFocusProxy(inner)

    def answer(self) -> object:
        """The code of the unknown, or the answer."""
        return self.unknown.answer() or self.inner.answer()

    def show_answer(self, answer: object) -> None:
        """Show an answer. Emits nothing."""
        unknown = isinstance(answer, str) and answer in UNANSWERED
        self.unknown.show_answer(answer if unknown else "")
        if not unknown:
            self.inner.show_answer(answer)

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        found: QWidget = self.unknown.first_focus() if self.unknown.answer() else self.inner.first_focus()
        return found

    def _typed(self) -> None:
        self.unknown.show_answer("")
        self.changed.emit()


class AgreeField(QWidget):
    """A box to tick: the answer is "OK", or "" for none."""

    changed = Signal()
    entered = Signal()

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.tick = TickButton(_("Agreed"))
        self.tick.setAccessibleName(name)
        pieces.line(self, self.tick, None)
        self.tick.clicked.connect(lambda _checked=False: self.changed.emit())
        self.setFocusProxy(self.tick)

    def answer(self) -> str:
        """OK where it is ticked."""
        return "OK" if self.tick.isChecked() else ""

    def show_answer(self, answer: object) -> None:
        """Show an answer. Emits nothing."""
        self.tick.setChecked(answer == "OK")

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.tick


class NothingOffered(QWidget):
    """A choice that has nothing to choose from as the answers are now."""

    changed = Signal()
    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._answer: object = ""
        self.words = pieces.text(_("With the answers above there is nothing to choose from here."), "soft")
        self.words.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        pieces.column(self, self.words)

    def answer(self) -> object:
        """What was answered before."""
        return self._answer

    def show_answer(self, answer: object) -> None:
        """Keep an answer that is not offered now."""
        self._answer = answer

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.words


class RankField(QWidget):
    """Choices put in order: pressed one after another they get their places; pressed again they leave the order."""

    changed = Signal()
    entered = Signal()

    def __init__(self, choices: Choices, *, name: str) -> None:
        super().__init__()
        self._words = dict(choices)
        self._order: list[str] = []
        self.buttons: dict[str, TickButton] = {}
        self.setAccessibleName(name)
        self.hint = pieces.text(
            _("Press the most important first, then the next. Press one again to take it out."), "small"
        )
        box = QWidget()
        column = max(len(words) for words in self._words.values()) > LONG_WORDS
        rows = pieces.column(box, gap=6) if column else FlowLayout(box)
        for code in self._words:
            button = TickButton(self._words[code])
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, code=code: self._press(code))
            rows.addWidget(button)
            self.buttons[code] = button
        pieces.column(self, box, self.hint, gap=4)

    def answer(self) -> list[str]:
        """The codes in the order that they were given."""
        return list(self._order)

    def show_answer(self, answer: object) -> None:
        """Show an order. Emits nothing."""
        self._order = [str(code) for code in answer if code in self._words] if isinstance(answer, list | tuple) else []
        self._say()

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return next(iter(self.buttons.values()))

    def _press(self, code: str) -> None:
        if code in self._order:
            self._order.remove(code)
        else:
            self._order.append(code)
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        for code, button in self.buttons.items():
            placed = code in self._order
            button.setChecked(placed)
            words = self._words[code]
            place = self._order.index(code) + 1 if placed else 0
            button.setText(_("{n}. {words}").format(n=place, words=words) if placed else words)
            button.updateGeometry()


class ScaleField(QWidget):
    """A number on a scale: buttons for a short one, else a line with less and more beside it."""

    changed = Signal()
    entered = Signal()

    def __init__(self, least: float, most: float, step: float, *, name: str) -> None:
        super().__init__()
        self.least, self.most, self.step = min(least, most), max(least, most), abs(step)
        places = int((self.most - self.least) / self.step + 1e-9) + 1
        self.short = places <= SCALE_MOST
        self.field: Any
        if self.short:
            numbers = [_plain(self.least + place * self.step) for place in range(places)]
            self.field = ChoiceField([(number, number) for number in numbers], codes_as_keys=True, name=name)
            pieces.column(self, self.field)
        else:
            self.field = TextField(name=name, length=5, numbers=True)
            less = pieces.button("−", lambda: self._move(-self.step))
            more = pieces.button("+", lambda: self._move(self.step))
            less.setAccessibleName(_("Less: {name}").format(name=name))
            more.setAccessibleName(_("More: {name}").format(name=name))
            words = _("{least} to {most}").format(least=_plain(self.least), most=_plain(self.most))
            pieces.line(self, less, self.field, more, pieces.text(words, "soft", wrap=False), None)
        self.field.changed.connect(self.changed)
        self.field.entered.connect(self.entered)
        self.setFocusProxy(self.field)

    def answer(self) -> str:
        """The number as picked or typed."""
        return str(self.field.answer())

    def show_answer(self, answer: object) -> None:
        """Show a number. Emits nothing."""
        try:
            self.field.show_answer(_plain(float(str(answer))))
        except ValueError:
            self.field.show_answer(answer)

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        found: QWidget = self.field.first_focus()
        return found

    def _move(self, by: float) -> None:
        try:
            now = float(self.answer()) + by
        except ValueError:
            now = self.least
        self.field.show_answer(_plain(min(max(now, self.least), self.most)))
        self.changed.emit()


def _plain(number: float) -> str:
    return f"{number:g}"


class PictureField(QWidget):
    """A picture that is an answer: how it looks, with ways to take, look at and remove it. The page does the rest."""

    changed = Signal()
    entered = Signal()
    wanted = Signal()  # a picture, or a signature, is to be taken
    opened = Signal(str)
    removed = Signal(str)

    SIDE = 120

    def __init__(self, what: str, *, name: str) -> None:
        """what: photo, drawing or signature."""
        super().__init__()
        self.what = what or "photo"
        self._id = ""
        self.image = QLabel()
        self.image.setAccessibleName(name)
        self.image.hide()
        take = (
            _("Take a picture") if self.what == "photo" else _("Sign here") if self.what == "signature" else _("Draw")
        )
        self.take: QPushButton = pieces.button(
            take, self.wanted.emit, icon="camera" if self.what == "photo" else "edit"
        )
        self.look = pieces.button(_("Look at it"), lambda: self.opened.emit(self._id), "link")
        self.drop = pieces.button(_("Remove"), self._remove, "link")
        for button in (self.take, self.look, self.drop):
            button.setAccessibleName(_("{what}: {name}").format(what=button.text(), name=name))
        self._take_words = take
        buttons = QWidget()
        flow = FlowLayout(buttons)
        for button in (self.take, self.look, self.drop):
            flow.addWidget(button)
        pieces.column(self, self.image, buttons, gap=6)
        self.setFocusProxy(self.take)
        self._say()

    def answer(self) -> str:
        """The picture's id."""
        return self._id

    def show_answer(self, answer: object) -> None:
        """Show which picture it is. Emits nothing; show_image() brings how it looks."""
        self._id = str(answer or "")
        self._say()

    def show_image(self, image: QImage) -> None:
        """How it looks."""
        if image.isNull():
            return
        side = theme.px(self.SIDE)
        scaled = image.scaled(
            side * 4 // 3, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        self.image.setPixmap(QPixmap.fromImage(scaled))
        self._say()

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.take

    def _remove(self) -> None:
        gone, self._id = self._id, ""
        self._say()
        self.removed.emit(gone)
        self.changed.emit()

    def _say(self) -> None:
        there = bool(self._id)
        self.image.setVisible(there and not self.image.pixmap().isNull())
        self.look.setVisible(there)
        self.drop.setVisible(there)
        self.take.setText(_("Another picture instead") if there else self._take_words)
