"""Draws a form: all topics on one page (desk) or one topic a page (step). Data in by one method, events out."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop.widgets import pieces
from desktop.widgets.address_picker import AddressPicker
from desktop.widgets.answer_fields import RepeatField
from desktop.widgets.document_field import DocumentField
from desktop.widgets.question_row import Choices, QuestionRow, make_field, section
from forms.definitions import Form

SEEN_MS = 300
"""Milliseconds for which a choice is seen before a form of one topic a page goes on by itself."""


class Section(NamedTuple):
    """A topic as drawn."""

    id: str
    title: str
    frame: QFrame
    rows: tuple[QuestionRow, ...]


class FormView(QWidget):
    """The questions of a form, or of some of its topics. It talks to nobody: the page reads the answers.

    Answers that no drawn question holds (given ones, those of other versions) pass through unharmed.
    """

    changed = Signal()  # a person changed an answer
    finished = Signal()  # Enter on the last field
    communities_asked = Signal(object, str)  # (the address picker, what was typed)
    numbered = Signal(str, str)  # a whole document number was typed: kind, number

    def __init__(
        self,
        form: Form,
        today: date,
        *,
        step: bool,
        topics: Collection[str] = (),
        own: Mapping[str, Any] | None = None,
        choices: Mapping[str, Choices] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`topics` limits what is drawn; `own` are fields that the page brings; `choices` those that it knows."""
        super().__init__(parent)
        self.form, self.today, self.step = form, today, step
        self.rows: dict[str, QuestionRow] = {}
        self.sections: list[Section] = []
        self._passed: dict[str, Any] = {}
        self._shown_topic = ""
        self.typed: set[str] = set()  # questions that a person answered: never filled in over
        self.column = pieces.column(self, gap=16)
        for topic in form.topics:
            if topics and topic.id not in topics:
                continue
            frame, layout = section(topic.title, topic.hint)
            drawn = []
            for question in topic.questions:
                field = (own or {}).get(question.id)
                if field is None and question.kind in ("people", "rows"):
                    continue  # the page draws these itself
                field = field or make_field(question, today, (choices or {}).get(question.id))
                bare = question.label == topic.title or question.kind == "rows"
                row = QuestionRow(question, field, step=step, bare=bare)
                self._connect(question.id, row)
                layout.addWidget(row)
                drawn.append(row)
                self.rows[question.id] = row
            self.sections.append(Section(topic.id, topic.title, frame, tuple(drawn)))
            self.column.addWidget(frame)
        self._going_on = QTimer(self)  # long enough to see what was picked
        self._going_on.setSingleShot(True)
        self._going_on.setInterval(SEEN_MS)
        self._going_on.timeout.connect(self._go_on_by_itself)
        self._picked_last = ""
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(0)
        self._refresh.timeout.connect(self._show_asked)
        self._show_asked()

    def _connect(self, question_id: str, row: QuestionRow) -> None:
        row.changed.connect(lambda: self._typed(question_id))
        row.entered.connect(lambda: self.go_on_from(question_id))
        if self.step:
            row.picked.connect(lambda: self._picked_at(question_id))
        field = row.field
        if isinstance(field, AddressPicker):
            field.communities_asked.connect(lambda text: self.communities_asked.emit(field, text))
        if isinstance(field, RepeatField):
            field.added.connect(self._repeated)
            field.start()

    def _repeated(self, field: Any) -> None:
        if isinstance(field, DocumentField):
            field.completed.connect(self.numbered)

    # Data in, data out.

    def show_answers(self, answers: Mapping[str, Any]) -> None:
        """Show these answers and nothing else. Emits nothing."""
        drawn = {*self.rows, *(f"{question_id}.seen" for question_id in self.rows)}
        self._passed = {key: value for key, value in answers.items() if key not in drawn}
        self.typed = {key for key, value in answers.items() if value not in (None, "", [], {})}
        for row in self.rows.values():
            row.show_answers(answers)
            row.show_problem("")
            row.show_doubt("")
            row.show_note("")
        self._show_asked()

    def answers(self) -> dict[str, Any]:
        """All answers as typed, also those to questions that are not asked now."""
        given = dict(self._passed)
        for question_id, row in self.rows.items():
            answer = row.answer()
            if answer not in (None, "", [], {}):
                given[question_id] = answer
            if row.seen is not None and row.seen.isChecked():
                given[f"{question_id}.seen"] = True
        return given

    def fill(self, answers: Mapping[str, Any], note: str) -> list[str]:
        """Put in what something else tells (a document's number) where nobody has answered; says so beside the field.

        Returns the questions that were filled.
        """
        filled = []
        for question_id, answer in answers.items():
            row = self.rows.get(question_id)
            if row is None or question_id in self.typed or answer in (None, "") or row.answer() == answer:
                continue
            row.show_answers({question_id: answer})
            row.show_note(note)
            filled.append(question_id)
        if filled:
            self._show_asked()
            self.changed.emit()
        return filled

    # Topics.

    def show_topic(self, topic_id: str) -> None:
        """Show one topic only; "" shows all."""
        self._going_on.stop()
        self._shown_topic = topic_id
        for each in self.sections:
            each.frame.setVisible(not topic_id or each.id == topic_id)

    def topics_asked(self) -> list[str]:
        """The topics that have a question to ask with these answers."""
        asked = set(self._asked())
        return [each.id for each in self.sections if any(row.question.id in asked for row in each.rows)]

    def topic_of(self, question_id: str) -> str:
        """The topic that a field's path begins in; "" where it is not drawn here."""
        first = question_id.partition(".")[0]
        return next((s.id for s in self.sections if any(r.question.id == first for r in s.rows)), "")

    def answered(self, topic_id: str) -> tuple[int, int]:
        """How many questions of a topic are answered, and how many are asked."""
        asked = set(self._asked())
        rows = [r for s in self.sections if s.id == topic_id for r in s.rows if r.question.id in asked]
        return sum(r.answer() not in (None, "", [], {}) for r in rows), len(rows)

    # Problems.

    def show_problems(self, problems: Sequence[Any], warnings: Sequence[Any] = ()) -> None:
        """Show (field, sentence) things beside their fields; a path like documents.0.number marks documents."""
        for row in self.rows.values():
            row.show_problem("")
            row.show_doubt("")
        for found, show in ((problems, QuestionRow.show_problem), (warnings, QuestionRow.show_doubt)):
            told: dict[str, list[str]] = {}
            for each in found:
                told.setdefault(each.field.partition(".")[0], []).append(each.sentence)
            for question_id, sentences in told.items():
                if question_id in self.rows:
                    show(self.rows[question_id], "\n".join(dict.fromkeys(sentences)))

    # The cursor.

    def focus_question(self, question_id: str) -> QWidget | None:
        """Put the cursor into a field; the widget that took it, or None where it is not drawn here."""
        row = self.rows.get(question_id.partition(".")[0])
        if row is None:
            return None
        target: QWidget = row.field.first_focus()
        parts = question_id.split(".")
        if isinstance(row.field, RepeatField) and len(parts) > 1 and parts[1].isdigit():
            fields = row.field.fields
            target = fields[min(int(parts[1]), len(fields) - 1)].first_focus()
        target.setFocus()
        return target

    def first_focus(self) -> None:
        """Put the cursor into the first field that is shown."""
        for row in self._visible_rows():
            row.field.first_focus().setFocus()
            return

    def go_on_from(self, question_id: str) -> None:
        """Enter was pressed in a field: the next one, or `finished` after the last."""
        self._show_asked()
        rows = self._visible_rows()
        places = [place for place, row in enumerate(rows) if row.question.id == question_id]
        if places and places[0] + 1 < len(rows):
            rows[places[0] + 1].field.first_focus().setFocus()
        else:
            self.finished.emit()

    def topic_frames(self) -> list[tuple[QWidget, QWidget]]:
        """The topics that are shown: the frame, and its first field."""
        found: list[tuple[QWidget, QWidget]] = []
        for each in self.sections if not self.isHidden() else ():
            rows = [row for row in each.rows if row.isVisibleTo(each.frame)]
            if rows and each.frame.isVisibleTo(self):
                found.append((each.frame, rows[0].field.first_focus()))
        return found

    def _picked_at(self, question_id: str) -> None:
        self._picked_last = question_id
        self._going_on.start()

    def _go_on_by_itself(self) -> None:
        if self.isVisible():  # else the worker went on meanwhile
            self.go_on_from(self._picked_last)

    def _visible_rows(self) -> list[QuestionRow]:
        return [
            row
            for each in self.sections
            if each.frame.isVisibleTo(self)
            for row in each.rows
            if row.isVisibleTo(each.frame)
        ]

    # What is asked.

    def _typed(self, question_id: str) -> None:
        self._going_on.stop()
        self.typed.add(question_id)
        self.rows[question_id].show_note("")
        self._refresh.start()
        self.changed.emit()

    def _asked(self) -> tuple[str, ...]:
        return self.form.asked(self.answers(), self.today)

    def _show_asked(self) -> None:
        asked = set(self._asked())
        for question_id, row in self.rows.items():
            if row.isHidden() == (question_id in asked):
                row.setVisible(question_id in asked)
