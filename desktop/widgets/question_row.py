"""One question as it is drawn: its words, its field, what is wrong with the answer, and 不清楚 where that is one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLineEdit, QPlainTextEdit, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.address_picker import AddressPicker
from desktop.widgets.answer_fields import LongTextField, PhoneField, PickField, RepeatField, TextField
from desktop.widgets.choice_field import ChoiceField, TickButton
from desktop.widgets.date_field import DateField
from desktop.widgets.document_field import DocumentField
from desktop.widgets.flow_layout import FlowLayout
from forms.reading import read_date
from forms.shape import Question
from models.texts import _

MANY_CHOICES = 12
"""From so many choices on they are found by typing instead of being laid out."""

_COMMON = {"ethnic": ("01", "03", "11", "02")}  # Han, Hui, Manchu, Mongol: nearly everybody in Tianjin

_NO_LIMIT = 16_777_215  # what Qt takes for no greatest width

UNANSWERED = ("not_known", "refused")

Choices = Sequence[tuple[str, str]]


class OrUnknown(QWidget):
    """A typed answer, or 不清楚, or 不愿回答. What was typed stays in the line either way."""

    changed = Signal()
    entered = Signal()

    def __init__(self, inner: Any, unknowns: Choices, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inner = inner
        self.unknown = ChoiceField(unknowns, name=name, keys=False)
        row = FlowLayout(self, gap=theme.px(12))
        row.addWidget(inner)
        row.addWidget(self.unknown)
        inner.changed.connect(self._typed)
        inner.entered.connect(self.entered)
        self.unknown.changed.connect(self._unknown_picked)
        self.unknown.entered.connect(self.entered)
        self.setFocusProxy(inner)

    def answer(self) -> object:
        """The code of the unknown, or what is typed."""
        return self.unknown.answer() or self.inner.answer()

    def show_answer(self, answer: object) -> None:
        """Show an answer given before. Emits nothing."""
        unknown = answer in UNANSWERED
        self.unknown.show_answer(answer if unknown else "")
        if not unknown:
            self.inner.show_answer(answer)

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.unknown.first_focus() if self.unknown.answer() else self.inner.first_focus()

    def _typed(self) -> None:
        self.unknown.show_answer("")
        self.changed.emit()

    def _unknown_picked(self) -> None:
        self.changed.emit()


def make_field(question: Question, today: date, choices: Choices | None = None) -> Any:
    """The field that a question asks for; choices are given where the page knows them and the form does not."""
    name = question.label
    offered = choices if choices is not None else question.choices
    if question.kind in ("choice", "yes_no", "choices"):
        if len(offered) >= MANY_CHOICES and question.kind == "choice":
            return PickField(offered, name=name, common=_COMMON.get(question.code_list, ()))
        return ChoiceField([*offered, *question.unknown_choices], several=question.kind == "choices", name=name)
    if question.kind == "address":
        return AddressPicker()
    if question.kind in ("document", "phone"):
        make: Callable[[], Any]
        if question.kind == "document":
            make = lambda: DocumentField(question.choices, today, name=name)  # noqa: E731
            more = _("Another document")
        else:
            make = lambda: PhoneField(name=name)  # noqa: E731
            more = _("Another phone")
        return RepeatField(make, more=more)
    field: Any
    if question.kind == "date":
        field = DateField(read_date, today, name=name, birth=question.birth, example=question.example)
    elif question.kind == "number":
        field = TextField(name=name, length=6, unit=question.unit, numbers=True)
    elif question.kind == "long_text":
        field = LongTextField(name=name)
    else:
        most = question.most or 200
        field = TextField(name=name, length=16 if most <= 60 else 0)
    if question.unknowns:
        return OrUnknown(field, question.unknown_choices, name=name)
    return field


class QuestionRow(QWidget):
    """A question with its field. In desk mode the words stand on the left, in step mode above."""

    changed = Signal()
    entered = Signal()
    picked = Signal()  # answered with one touch, and nothing is left to say here

    LABEL = 208
    """Width of the words in desk mode, in pixels at 100 per cent."""

    ABREAST = 520
    """From this width on (pixels at 100 per cent) the words stand beside the field."""

    def __init__(
        self, question: Question, field: Any, *, step: bool, bare: bool = False, parent: QWidget | None = None
    ) -> None:
        """`bare` leaves the words out where the topic's title says the same; a screen reader still has them."""
        super().__init__(parent)
        self._row: QBoxLayout | None = None
        self.question = question
        self.field = field
        self.label = pieces.text("", "subheading" if step else "label")
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self.label.setText(_label_words(question))
        self.label.setBuddy(field.first_focus())
        self.hint = pieces.text(question.hint, "small")
        if not question.hint:
            self.hint.hide()  # never shown here: without a parent yet it would be a window of its own
        self.why = pieces.text(_("Why we ask: {reason}").format(reason=question.why), "small")
        if not question.why:
            self.why.hide()
        self.problem = pieces.text("", "error")
        self.problem.hide()
        self.doubt = pieces.card(pieces.text(""), role="banner-warn", margin=8)
        self.doubt.hide()
        self.note = pieces.text("", "good")
        self.note.hide()
        self.seen: TickButton | None = None
        if question.paper:
            self.seen = TickButton(_("{paper} seen").format(paper=question.paper))
            self.seen.clicked.connect(self.changed)
            self.seen.hide()
        if bare:
            self.label.hide()
            field.setAccessibleName(question.label)
        if step or bare:
            self._stack()
        else:
            self._side_by_side()
        field.changed.connect(self._changed)
        field.entered.connect(self.entered)
        for choice in (field, getattr(field, "unknown", None), getattr(field, "common", None)):
            if isinstance(choice, ChoiceField):
                choice.picked.connect(self._picked)

    def _picked(self) -> None:
        if self.seen is None or self.seen.isHidden():  # else there is something left to say
            self.picked.emit()

    def _stack(self) -> None:
        inside = [self.label, self.why, self.problem, self.field, *self._seen_below()]
        pieces.column(self, *inside, self.note, self.doubt, self.hint, gap=6)

    def _side_by_side(self) -> None:
        words = self._words = QWidget()
        column = pieces.column(words, self.label, gap=0)
        column.setContentsMargins(0, theme.px(6), 0, 0)
        inside = [self.problem, self.field, *self._seen_below(), self.note, self.doubt, self.hint, self.why]
        answer = pieces.column(None, *inside, gap=3)
        row = self._row = pieces.line(self, words, gap=16)
        row.addLayout(answer, 1)
        row.setAlignment(words, Qt.AlignmentFlag.AlignTop)
        self._abreast(True)

    def _abreast(self, abreast: bool) -> None:
        assert self._row is not None
        way = QBoxLayout.Direction.LeftToRight if abreast else QBoxLayout.Direction.TopToBottom
        self._words.setMinimumWidth(theme.px(self.LABEL) if abreast else 0)
        self._words.setMaximumWidth(theme.px(self.LABEL) if abreast else _NO_LIMIT)
        self._row.setAlignment(self._words, Qt.AlignmentFlag.AlignTop if abreast else Qt.AlignmentFlag(0))
        self._row.setSpacing(theme.px(16 if abreast else 3))
        self._row.setDirection(way)

    def minimumSizeHint(self) -> QSize:
        """Room for the words above the field: that is how they stand where it is narrow."""
        hint = super().minimumSizeHint()
        if self._row is not None and self._row.direction() == QBoxLayout.Direction.LeftToRight:
            return QSize(max(hint.width() - theme.px(self.LABEL + 16), 0), hint.height())
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words on the left where there is room for them and a field, else above it."""
        super().resizeEvent(event)
        if self._row is not None:
            abreast = event.size().width() >= theme.px(self.ABREAST)
            if abreast != (self._row.direction() == QBoxLayout.Direction.LeftToRight):
                self._abreast(abreast)

    def _seen_below(self) -> list[Any]:
        if self.seen is None:
            return []
        if isinstance(self.field, ChoiceField):
            self.field.add_beside(self.seen)
            return []
        return [pieces.line(None, self.seen, None)]

    def answer(self) -> object:
        """The answer as typed or picked."""
        return self.field.answer()

    def show_answers(self, answers: Mapping[str, object]) -> None:
        """Show the answers to this question and to whether its paper was seen."""
        self.field.show_answer(answers.get(self.question.id))
        if self.seen is not None:
            seen = answers.get(f"{self.question.id}.seen")
            self.seen.setChecked(seen not in (None, "", False, "no"))
            self._say_seen()

    def show_problem(self, sentence: str) -> None:
        """Say beside the field what is wrong, or nothing. What was typed stays."""
        self.problem.setText(f"✕ {sentence}" if sentence else "")
        self.problem.setVisible(bool(sentence))
        for line in (*self.field.findChildren(QLineEdit), *self.field.findChildren(QPlainTextEdit)):
            if bool(line.property("wrong")) != bool(sentence):
                line.setProperty("wrong", bool(sentence))
                line.style().unpolish(line)
                line.style().polish(line)
        self.field.setAccessibleDescription(sentence)

    def show_doubt(self, sentence: str) -> None:
        """Say what is odd but may be so, or nothing."""
        self.doubt.layout().itemAt(0).widget().setText(sentence)  # type: ignore[union-attr]
        self.doubt.setVisible(bool(sentence))

    def show_note(self, sentence: str) -> None:
        """Say what was filled in from elsewhere, or nothing."""
        self.note.setText(sentence)
        self.note.setVisible(bool(sentence))

    def _changed(self) -> None:
        self._say_seen()
        self.changed.emit()

    def _say_seen(self) -> None:
        if self.seen is not None:
            self.seen.setVisible(self.field.answer() not in ("", "no", *UNANSWERED, None))


def _label_words(question: Question) -> str:
    """The question, with the word that says it may stay open: no asterisks that need explaining."""
    words = escape(question.label)
    if question.required:
        return words
    style = f"font-weight:400; font-size:{theme.points(9):g}pt; color:{theme.tokens().soft}"
    optional = _("optional")
    return f'{words} <span style="{style}">{escape(optional)}</span>'


def section(title: str, hint: str = "") -> tuple[QFrame, Any]:
    """A titled card for the questions of a topic, and the layout that takes them."""
    card = pieces.card(margin=18, gap=14)
    layout = card.layout()
    assert layout is not None
    layout.addWidget(pieces.text(title, "heading"))
    if hint:
        layout.addWidget(pieces.text(hint, "soft"))
    return card, layout
