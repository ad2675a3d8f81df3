"""Draws a questionnaire that is being filled in: one topic a page or all on one, always as the answers make it stand.

It works on the session itself (forms.xlsform.session), which lives on the window's thread and answers at once.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop.widgets import pieces
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.question_row import QuestionRow, _label_words, section
from desktop.widgets.questionnaire_fields import PictureField, ScaleField, make_answer_field
from forms.shape import Question
from forms.xlsform.session import Session
from forms.xlsform.states import Item, State
from models.texts import _

WAIT = 120
"""Milliseconds after the last key until what depends on a typed answer is reckoned."""

TOGETHER = 4
"""So many questions that stand alone, one after another, share a page."""

_TYPED = {"text", "long_text", "number", "whole", "date", "time", "datetime", "skipped"}


@dataclass(frozen=True)
class Topic:
    """A page in step mode, a card in desk mode."""

    path: str
    title: str
    hint: str
    items: tuple[Item, ...]


def topics_of(session: Session) -> list[Topic]:
    """What is asked now: a topic for each group or repeat at the top; lone questions in a row share one."""
    found: list[Topic] = []
    lone: list[Item] = []

    def close() -> None:
        while lone:
            part, lone[:] = lone[:TOGETHER], lone[TOGETHER:]
            title = part[0].label if len(part) == 1 else ""
            found.append(Topic(part[0].path, title, "", tuple(part)))

    for screen in session.screens():
        if len(screen.items) == 1 and screen.items[0].kind == "question" and screen.items[0].path == screen.path:
            lone.append(screen.items[0])
            continue
        close()
        found.append(Topic(screen.path, screen.title, screen.hint, screen.items))
    close()
    return found


class AnswerRow(QuestionRow):
    """One question of a questionnaire with its field, kept as it stands."""

    def __init__(self, state: State, today: date, *, step: bool, bare: bool) -> None:
        super().__init__(words_of(state), make_answer_field(state, today), step=step, bare=bare)
        self.kind = state.kind
        self._state: State | None = None
        self.drawn_as = drawn_as(state, bare)
        self.show_state(state, with_answer=True)

    def show_state(self, state: State, *, with_answer: bool) -> None:
        """How it stands now; the answer too where somebody else than the worker may have changed it."""
        if state == self._state:
            return
        self._state = state
        self.question = words_of(state)
        self.say_words()
        if with_answer and self.field.answer() != state.typed:
            self.field.show_answer(state.typed)
        if self.seen is not None:
            self.seen.setChecked(bool(state.seen))
            self._say_seen()
        self.field.setEnabled(not state.read_only)

    def say_words(self) -> None:
        """The label, the hint and why it is asked; they may speak of other answers."""
        self.label.setText(_label_words(self.question))
        self.hint.setText(self.question.hint)
        self.hint.setVisible(bool(self.question.hint))


def words_of(state: State) -> Question:
    """The words around a field."""
    fields: dict[str, object] = {"id": state.path, "kind": "text", "label": _both(state.label or "·")}
    fields["required"] = state.required
    hint = "\n".join(filter(None, (state.hint, state.guidance)))
    for name, said in (("hint", hint), ("why", state.why), ("paper", state.paper)):
        if said:
            fields[name] = _both(said)
    return Question.model_validate(fields)


def _both(said: str) -> dict[str, str]:
    return {"zh": said, "en": said}


def drawn_as(state: State, bare: bool) -> tuple[object, ...]:
    """What a field is made for: where this changes, it is made anew."""
    choices = tuple((choice.name, choice.label) for choice in state.choices)
    limits = (state.least, state.most, state.step)
    return (state.kind, choices, state.unknowns, state.appearance, limits, state.picture, state.paper, bare)


class QuestionnaireView(QWidget):
    """The questions of a session. `changed`: something was answered; `finished`: Enter on the last question."""

    changed = Signal()
    finished = Signal()
    picture_wanted = Signal(str)  # path
    picture_opened = Signal(str)  # id of the picture
    picture_removed = Signal(str)  # id of the picture
    picture_shown = Signal(object, str)  # (field, id): it wants to be shown how that looks

    def __init__(self, session: Session, today: date, *, step: bool) -> None:
        super().__init__()
        self.session, self.today, self.step = session, today, step
        self.topics: list[Topic] = []
        self.rows: dict[str, AnswerRow] = {}
        self.adders: dict[str, Any] = {}
        self.removers: dict[str, Any] = {}
        self._shown = ""
        self._frames: dict[str, tuple[QFrame, QVBoxLayout, QLabel]] = {}
        self._others: dict[tuple[str, str], QWidget] = {}
        self._drawn: list[tuple[object, ...]] = []
        self._told: set[str] = set()
        self._waiting: set[str] = set()
        self._column = pieces.column(self, gap=16)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT)
        self._wait.timeout.connect(self.flush)
        if step and (first := topics_of(session)[:1]):
            self._shown = first[0].path  # the other pages are drawn when they are turned to
        self.draw()

    # Drawing.

    def show_topic(self, path: str) -> None:
        """Show one topic only; "" shows all."""
        self._shown = path
        self.draw()

    def draw(self) -> None:
        """Have everything stand as the session says; what is there already is kept, with the cursor in it."""
        self.topics = topics_of(self.session)
        shown = [topic for topic in self.topics if not self._shown or topic.path == self._shown]
        plan = [(topic.path, topic.title, topic.hint, item) for topic in shown for item in topic.items]
        if plan == self._drawn:
            return
        self._drawn = plan  # type: ignore[assignment]
        present: set[QWidget] = set()
        for place, topic in enumerate(shown):
            frame, layout, title = self._frame(topic)
            title.setText(topic.title)
            title.setVisible(bool(topic.title))
            present.add(frame)
            _put(self._column, frame, place)
            for at, widget in enumerate(self._content(topic)):
                _put(layout, widget, at + 2)
                widget.show()
                present.add(widget)
            frame.show()
        for widget in [
            *(frame for frame, _layout, _title in self._frames.values()),
            *self.rows.values(),
            *self._others.values(),
        ]:
            if widget not in present:
                widget.hide()
        self.updateGeometry()

    def _frame(self, topic: Topic) -> tuple[QFrame, QVBoxLayout, QLabel]:
        if topic.path not in self._frames:
            frame, layout = section(topic.title or "·", topic.hint)
            if not topic.hint:
                layout.addWidget(pieces.text("", "soft"))
                layout.itemAt(1).widget().hide()
            title = layout.itemAt(0).widget()
            assert isinstance(title, QLabel)
            frame.setParent(self)
            self._frames[topic.path] = (frame, layout, title)
        return self._frames[topic.path]

    def _content(self, topic: Topic) -> Iterator[QWidget]:
        """The widgets of a topic from top to bottom; the button for one more round behind the last one."""
        waiting: list[Item] = []
        for item in topic.items:
            while waiting and item.depth <= waiting[-1].depth:
                yield self._adder(waiting.pop())
            if item.kind == "question":
                yield self._question(item, bare=item.label == topic.title and len(topic.items) == 1)
            elif item.kind == "round":
                yield self._round(item)
            elif item.label and item.label != topic.title:
                yield self._heading(item)
            if item.kind == "repeat" and item.can_add:
                waiting.append(item)
        while waiting:
            yield self._adder(waiting.pop())

    def _question(self, item: Item, *, bare: bool) -> QWidget:
        state = self.session.state(item.path)
        if state.kind in ("note", "calculated"):
            return self._note(item, state)
        row = self.rows.get(item.path)
        if row is None or row.drawn_as != drawn_as(state, bare):
            if row is not None:
                row.hide()
                row.deleteLater()
            row = self.rows[item.path] = AnswerRow(state, self.today, step=self.step, bare=bare)
            self._connect(item.path, row)
        return row

    def _note(self, item: Item, state: State) -> QWidget:
        key = ("note", item.path)
        words = state.label if state.kind == "note" else "\n".join(filter(None, (state.label, state.value)))
        words = "\n".join(filter(None, (words, state.hint)))
        if key not in self._others:
            self._others[key] = pieces.card(pieces.text("", select=True), role="sunken", margin=12)
        pieces.label_in(self._others[key].layout(), 0).setText(words)
        return self._others[key]

    def _heading(self, item: Item) -> QWidget:
        key = (item.kind, item.path)
        if key not in self._others:
            made = QWidget()
            pieces.column(made, pieces.text("", "subheading"), pieces.text("", "soft"), gap=2)
            self._others[key] = made
        for place, words in enumerate((item.label, item.hint)):
            label = pieces.label_in(self._others[key].layout(), place)
            label.setText(words)
            label.setVisible(bool(words))
        return self._others[key]

    def _round(self, item: Item) -> QWidget:
        key = ("round", item.path)
        if key not in self._others:
            made = QFrame()
            made.setProperty("role", "sunken")
            drop = pieces.button("", partial(self.remove_round, item.path), "link", icon="close")
            row = pieces.line(made, pieces.text("", "label"), drop, margin=8)
            row.setStretch(0, 1)
            self._others[key] = made
            self.removers[item.path] = drop
        pieces.label_in(self._others[key].layout(), 0).setText(item.label)
        drop = self.removers[item.path]
        drop.setText(_("Remove"))
        drop.setAccessibleName(_("Remove: {what}").format(what=item.label))
        drop.setVisible(item.can_remove)
        return self._others[key]

    def _adder(self, item: Item) -> QWidget:
        key = ("add", item.path)
        if key not in self._others:
            made = QWidget()
            button = pieces.button("", partial(self.add_round, item.path), icon="plus")
            FlowLayout(made).addWidget(button)
            self._others[key] = made
            self.adders[item.path] = button
        button = self.adders[item.path]
        button.setText(_("Add: {what}").format(what=item.label or item.path.rpartition("/")[2]))
        button.setAccessibleName(button.text())
        return self._others[key]

    # Answering.

    def _connect(self, path: str, row: AnswerRow) -> None:
        row.changed.connect(partial(self._typed, path))
        row.entered.connect(partial(self.go_on_from, path))
        for line in row.field.findChildren(QLineEdit):
            line.editingFinished.connect(partial(self._left, path))
        if isinstance(row.field, PictureField):
            field = row.field
            field.wanted.connect(partial(self.picture_wanted.emit, path))
            field.opened.connect(self.picture_opened)
            field.removed.connect(self.picture_removed)
            if field.answer():
                QTimer.singleShot(0, self, partial(self._ask_for_image, field))

    def _ask_for_image(self, field: PictureField) -> None:
        if field.answer():
            self.picture_shown.emit(field, field.answer())

    def _typed(self, path: str) -> None:
        row = self.rows.get(path)
        if row is None:
            return
        if row.kind in _TYPED and not isinstance(row.field, ScaleField):
            self._waiting.add(path)
            self._wait.start()
        else:
            self._told.add(path)
            self._take(path)
        self.changed.emit()

    def _left(self, path: str) -> None:
        if not shiboken6.isValid(self._wait):
            return  # a line that loses the cursor because its page is let go
        self.flush()
        if path in self.rows and self.rows[path].field.answer() not in ("", None, []):
            self._told.add(path)
            self._say_problem(path)

    def flush(self) -> None:
        """Have everything typed be part of the session now."""
        self._wait.stop()
        waiting, self._waiting = self._waiting, set()
        for path in sorted(waiting):
            self._take(path)

    def _take(self, path: str) -> None:
        row = self.rows.get(path)
        if row is None:
            return
        if row.seen is not None:
            with suppress(KeyError):
                self.session.see(path, row.seen.isChecked())
        try:
            touched = set(self.session.set(path, row.field.answer())) | {path}
        except KeyError:
            return  # its round was removed while the keys were counted
        self._after(touched, path)

    def _after(self, touched: set[str], by_hand: str = "") -> None:
        self.draw()
        self._refresh(touched, by_hand)

    def _refresh(self, touched: set[str], by_hand: str) -> None:
        """What an answer changed elsewhere: words, choices, calculated answers, notes."""
        anew = False
        for path, row in list(self.rows.items()):
            if row.isHidden():
                continue
            try:
                state = self.session.state(path)
            except KeyError:
                continue
            if row.drawn_as != drawn_as(state, bool(row.drawn_as[-1])):
                anew = True
                continue
            row.show_state(state, with_answer=path in touched and path != by_hand)
            if path in self._told or not state.problem:
                self._say_problem(path, state)
        for (kind, path), widget in self._others.items():
            if kind == "note" and not widget.isHidden():
                with suppress(KeyError):
                    self._note(Item(path, "question", 0, ""), self.session.state(path))
        if anew:
            self._drawn = []
            self.draw()

    def _say_problem(self, path: str, state: State | None = None) -> None:
        with suppress(KeyError):
            problem = (state or self.session.state(path)).problem
            self.rows[path].show_problem(problem)

    def answer_of(self, path: str, typed: object) -> None:
        """Put an answer in from elsewhere: a picture that was taken."""
        self.flush()
        touched = set(self.session.set(path, typed)) | {path}
        self._after(touched)
        row = self.rows.get(path)
        if row is not None and isinstance(row.field, PictureField):
            self._ask_for_image(row.field)
        self.changed.emit()

    # Rounds.

    def add_round(self, path: str) -> None:
        """One more round; the cursor goes into it."""
        self.flush()
        made = self.session.add_repeat(path)
        self.draw()
        self.changed.emit()
        first = next((one for one in self.order() if one.startswith(made + "/")), "")
        if first:
            self.rows[first].field.first_focus().setFocus()

    def remove_round(self, path: str) -> None:
        """Take a round away; the places behind it move up, so their rows are drawn anew."""
        self.flush()
        self.session.remove_repeat(path)
        repeat = path.rpartition("[")[0]
        for one in [one for one in self.rows if one.startswith(repeat + "[")]:
            row = self.rows.pop(one)
            row.hide()
            row.deleteLater()
        for key in [key for key in self._others if key[1].startswith(repeat + "[")]:
            widget = self._others.pop(key)
            widget.hide()
            widget.deleteLater()
        for kept in (self.removers, self.adders):
            for one in [one for one in kept if one.startswith(repeat + "[")]:
                del kept[one]
        self._drawn = []
        self.draw()
        self._refresh(set(self.rows), "")
        self.changed.emit()
        if repeat in self.adders:
            self.adders[repeat].setFocus()

    # Problems.

    def show_problems(self, problems: Sequence[Any]) -> None:
        """Show (field, sentence) things beside their fields."""
        told = {problem.field: problem.sentence for problem in problems}
        for path, row in self.rows.items():
            row.show_problem(told.get(path, ""))
        self._told |= set(told)

    # The cursor.

    def order(self) -> list[str]:
        """The paths of the answerable questions that are shown, from top to bottom."""
        shown = [topic for topic in self.topics if not self._shown or topic.path == self._shown]
        asked = [item.path for topic in shown for item in topic.items if item.kind == "question"]
        return [path for path in asked if path in self.rows and not self.rows[path].isHidden()]

    def topic_of(self, path: str) -> str:
        """The topic that holds a question, or that question's repeat; "" where it is not asked."""
        for topic in self.topics:
            if topic.path == path or any(item.path == path for item in topic.items):
                return topic.path
        return ""

    def focus_question(self, path: str) -> QWidget | None:
        """Put the cursor into a field; the widget that took it, or None where it is not drawn."""
        row = self.rows.get(path)
        if row is None or row.isHidden():
            return None
        target: QWidget = row.field.first_focus()
        target.setFocus()
        return target

    def first_focus(self) -> None:
        """Put the cursor into the first field that is shown."""
        for path in self.order():
            if not self.session.state(path).read_only:
                self.focus_question(path)
                return

    def go_on_from(self, path: str) -> None:
        """Enter in a field: the next one, or `finished` after the last."""
        self._left(path)
        order = self.order()
        place = order.index(path) if path in order else -1
        if 0 <= place < len(order) - 1:
            self.rows[order[place + 1]].field.first_focus().setFocus()
        else:
            self.finished.emit()


def _put(layout: QVBoxLayout, widget: QWidget, place: int) -> None:
    """Have a widget stand at a place of a layout; it is touched only where it stands elsewhere."""
    if layout.indexOf(widget) != place:
        if layout.indexOf(widget) >= 0:
            layout.removeWidget(widget)
        layout.insertWidget(place, widget)
