"""The next best question of the eligibility check, asked on the spot; "not known" and "no answer" are answers too."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop import theme
from desktop.case_words import noted
from desktop.fact_words import value_text
from desktop.widgets import pieces
from desktop.widgets.answer_fields import TextField
from desktop.widgets.case_parts import Card, Chip
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.date_field import DateField
from desktop.widgets.flow_layout import FlowLayout
from forms.problems import sentence
from forms.reading import Unreadable, parse_date, read_date, read_number
from models.eligibility.schema import FactDefinition
from models.texts import _, language, ngettext

PAUSE_MS = 150  # between pressing an answer and asking the next, so that the pressed one is seen, in milliseconds


@dataclass(frozen=True)
class Asked:
    """A question about one person or the household."""

    definition: FactDefinition
    of: str  # a resident's id, or household
    who: str  # the name
    helps: int = 0  # how many results it may settle

    @property
    def fact(self) -> str:
        """The fact's name."""
        return self.definition.name


class QuestionCard(Card):
    """ask() shows a question; answered tells (question, value, state); next_wanted asks for another one."""

    answered = Signal(object, object, str)  # Asked, value, known | not_known | refused
    next_wanted = Signal()

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today
        self.asked: Asked | None = None
        self.field: ChoiceField | DateField | TextField | None = None
        self.who = Chip("", "person", "accent")
        self.words = pieces.text("", "heading")
        self.why = pieces.text("", "small")
        self.problem = pieces.text("", "error")
        self.problem.hide()
        self.save = pieces.button(_("Note the answer"), self._submit, "primary")
        self.not_known = pieces.button(_("Not known"), lambda: self._give(None, "not_known"))
        self.refused = pieces.button(_("No answer wanted"), lambda: self._give(None, "refused"))
        self.other = pieces.button(_("Another question"), self.next_wanted.emit, "link")
        top = pieces.line(None, self.who, gap=12)
        top.addWidget(self.words, 1)
        top.addWidget(self.other)
        self.add(top)
        self.add(self.why)
        self.add(self.problem)
        answers = QWidget()
        self._answers = FlowLayout(answers, gap=10)  # beside each other where there is room
        self.add(answers)
        self.body.setSpacing(theme.px(6))
        self._values: list[Any] = []
        self._chosen = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._chosen.timeout.connect(self._submit)

    def ask(self, asked: Asked | None, *, more: bool) -> None:
        """Show a question, or hide where there is none; more: whether another one could be asked instead."""
        self.setVisible(asked is not None)
        self.other.setVisible(more)
        same = (
            asked is not None and self.asked is not None and (asked.fact, asked.of) == (self.asked.fact, self.asked.of)
        )
        self.asked = asked
        if asked is None or same:
            return
        definition = asked.definition
        words = definition.zh if language() == "zh_CN" else definition.en
        self.who.say(asked.who)
        helps = ngettext("settles up to {n} service", "settles up to {n} services", asked.helps).format(n=asked.helps)
        self.words.setText(words.ask)
        why = definition.why_zh if language() == "zh_CN" else definition.why_en
        self.why.setText(noted(why, helps) if asked.helps > 1 else why)
        self.setAccessibleName(f"{asked.who}: {words.ask}")
        self.problem.hide()
        while self._answers.count():
            self._answers.takeAt(0)
        typing = self.field is not None and self.field.isAncestorOf(self.focusWidget() or self)
        if self.field is not None:
            self.field.hide()  # Qt then moves the focus to "not known", where the next Enter would answer
            self.field.deleteLater()
        self.field = self._field(definition, words.ask, words.unit)
        for thing in (self.field, self.save, self.not_known, self.refused):
            self._answers.addWidget(thing)
        self.field.show()
        if typing:
            self.first_focus().setFocus()
        self.save.setVisible(not isinstance(self.field, ChoiceField))
        self.set_busy(False)

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.field.first_focus() if self.field is not None else self.not_known

    def set_busy(self, busy: bool) -> None:
        """While an answer is being kept, no other can be given."""
        self._chosen.stop()
        for thing in (self.save, self.not_known, self.refused, self.other, self.field):
            if thing is not None:
                thing.setEnabled(not busy)

    def _field(self, definition: FactDefinition, name: str, unit: str) -> ChoiceField | DateField | TextField:
        self._values = []
        if definition.choices:
            self._values = [value for value, _zh, _en in definition.choices]
            labels = [
                value_text(definition, value) if definition.type != "bool" else (_("Yes") if value else _("No"))
                for value in self._values
            ]
            choice = ChoiceField([(str(place), label) for place, label in enumerate(labels)], name=name)
            choice.changed.connect(lambda: self._chosen.start() if choice.codes() else self._chosen.stop())
            choice.entered.connect(self._submit)
            return choice
        if definition.type == "date":
            day = DateField(read_date, self._today, name=name)
            day.entered.connect(self._submit)
            return day
        number = TextField(name=name, length=10, unit=unit, numbers=True)
        number.entered.connect(self._submit)
        return number

    def _submit(self) -> None:
        """Read the answer and give it; what cannot be read stays, with what is wrong beside it."""
        self._chosen.stop()
        if self.asked is None or self.field is None:
            return
        if isinstance(self.field, ChoiceField):
            codes = self.field.codes()
            if codes:
                self._give(self._values[int(codes[0])], "known")
            return
        typed = self.field.answer()
        if not typed.strip():
            self._say(_("Type the answer, or say that it is not known."))
            return
        try:
            if self.asked.definition.type == "date":
                self._give(parse_date(typed).isoformat(), "known")
                return
            number = read_number(typed, whole=self.asked.definition.type == "int")
        except Unreadable as problem:
            self._say(sentence({"type": problem.key, "ctx": problem.facts}))
            return
        minimum = self.asked.definition.minimum
        if minimum is not None and number < minimum:
            self._say(_("This must be at least {n}.").format(n=minimum))
            return
        self._give(number, "known")

    def _say(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.show()
        self.first_focus().setFocus()

    def _give(self, value: object, state: str) -> None:
        if self.asked is not None:
            self.set_busy(True)
            self.answered.emit(self.asked, value, state)
