"""What was learnt on a visit: the next best questions ready to be answered, and any other one by searching."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.finder import Finder, Match
from desktop.widgets.need_field import HOUSEHOLD
from desktop.widgets.question_row import Choices, QuestionRow, make_field
from forms.shape import Question
from models.texts import _


class Suggested(NamedTuple):
    """A question worth asking: of a resident's id, or "" for the household."""

    resident_id: str
    question: Question
    why: str = ""


class LearntField(QWidget):
    """Answer: a list of rows with resident_id, fact (the question's id), answer and seen. Unanswered ones are none."""

    changed = Signal()
    entered = Signal()

    def __init__(
        self,
        people: Choices,
        today: date,
        *,
        questions: Callable[[bool], Sequence[tuple[str, str]]],
        question: Callable[[str], Question],
        parent: QWidget | None = None,
    ) -> None:
        """`questions(of_resident)` are (id, label) of all that can be learnt; `question(id)` gives one of them."""
        super().__init__(parent)
        self._people, self._today = people, today
        self._questions, self._question = questions, question
        self._names = {"": _("Household"), **dict(people)}
        self.rows: dict[tuple[str, str], QuestionRow] = {}
        self._column = pieces.column(None, gap=12)
        self.whose = ChoiceField([(HOUSEHOLD, _("Household")), *people], name=_("About whom"), keys=False)
        self.whose.show_answer(people[0][0] if people else HOUSEHOLD)
        self.finder = Finder(name=_("What was learnt"), hint=_("Something else: type a few characters, e.g. 低保"))
        self.finder.asked.connect(self._find)
        self.finder.picked.connect(self._add)
        self.finder.entered.connect(self.entered)
        other = pieces.column(None, self.whose, self.finder, gap=8)
        pieces.column(self, self._column, other, gap=14)
        self.setFocusProxy(self.finder)

    def suggest(self, suggestions: Sequence[Suggested]) -> None:
        """Put these questions up to be answered, those that are there already left out. Emits nothing."""
        for each in suggestions:
            self._row(each.resident_id, each.question)

    def answer(self) -> list[dict[str, Any]]:
        """What was answered."""
        rows = []
        for (resident_id, question_id), row in self.rows.items():
            answer = row.answer()
            if answer not in (None, "", [], {}):
                told = {"resident_id": resident_id, "fact": question_id, "answer": answer}
                rows.append({**told, "seen": True} if row.seen is not None and row.seen.isChecked() else told)
        return rows

    def show_answer(self, answer: object) -> None:
        """Show what was learnt. Emits nothing."""
        for row in self.rows.values():
            row.show_answers({})
        for told in answer if isinstance(answer, list | tuple) else []:
            if not isinstance(told, Mapping):
                continue
            question_id = str(told.get("fact") or "")
            try:
                question = self._question(question_id)
            except KeyError:
                continue
            row = self._row(str(told.get("resident_id") or ""), question)
            row.show_answers({question_id: told.get("answer"), f"{question_id}.seen": told.get("seen")})

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        for row in self.rows.values():
            found: QWidget = row.field.first_focus()
            return found
        return self.finder.first_focus()

    def _row(self, resident_id: str, question: Question) -> QuestionRow:
        key = (resident_id, question.id)
        if key in self.rows:
            return self.rows[key]
        whose = self._names.get(resident_id, "")
        named = _("{name}: {question}")
        words = {
            "zh": named.format(name=whose, question=question.label_words.zh),
            "en": named.format(name=whose, question=question.label_words.en),
        }
        asked = question.model_copy(update={"label_words": type(question.label_words)(**words), "required": True})
        row = QuestionRow(asked, make_field(question, self._today), step=True)
        row.changed.connect(self.changed)
        row.entered.connect(lambda: self._go_on(key))
        self.rows[key] = row
        self._column.addWidget(row)
        return row

    def _whose(self) -> str:
        whose = str(self.whose.answer())
        return "" if whose == HOUSEHOLD else whose

    def _go_on(self, key: tuple[str, str]) -> None:
        keys = list(self.rows)
        place = keys.index(key)
        if place + 1 < len(keys):
            self.rows[keys[place + 1]].field.first_focus().setFocus()
        else:
            self.entered.emit()

    def _find(self, text: str) -> None:
        wanted = text.casefold()
        offered = self._questions(self._whose() != "")
        self.finder.offer(text, [Match(code, words) for code, words in offered if wanted in words.casefold()])

    def _add(self, question_id: str) -> None:
        row = self._row(self._whose(), self._question(question_id))
        self.finder.line.clear()
        self.finder.show_chosen(None)
        row.field.first_focus().setFocus()
        self.changed.emit()
