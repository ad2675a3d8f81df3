"""The next best question of the eligibility check, asked on the spot; "not known" and "no answer" are answers too.

A question is about one fact, or asks several things in one breath: a group of facts of one person or of the household,
which members something is true of, or one choice for every member. What was not asked is never answered: what is not
ticked becomes a no only by the button that says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPushButton, QScrollArea, QWidget

from desktop import theme
from desktop.case_words import noted
from desktop.fact_words import value_text
from desktop.widgets import pieces
from desktop.widgets.answer_fields import TextField
from desktop.widgets.case_parts import Card, Chip
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.date_field import DateField
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.question_ticks import EachField, TickField
from forms.problems import sentence
from forms.reading import Unreadable, parse_date, read_date, read_number
from models.eligibility import Answer, Policies, Prompt, answers_of
from models.eligibility.schema import FactDefinition
from models.texts import _, language, ngettext

PAUSE_MS = 150  # between pressing an answer and asking the next, so that the pressed one is seen, in milliseconds


@dataclass(frozen=True)
class Asked:
    """A question as it is put to a household."""

    prompt: Prompt
    policies: Policies
    who: str  # the name, or what is said for the household or several members
    names: Mapping[str, str]  # of the members, by id

    @property
    def fact(self) -> str:
        """The fact's name; of several the first."""
        return self.prompt.asks[0][0]

    @property
    def of(self) -> str:
        """A resident's id or household; empty where several members are asked about."""
        return self.prompt.of

    @property
    def definition(self) -> FactDefinition:
        """The fact; of several the first."""
        return self.policies.facts[self.fact]

    @property
    def words(self) -> str:
        """The question in the language now shown."""
        return self.prompt.text_zh if language() == "zh_CN" else self.prompt.text_en

    @property
    def key(self) -> tuple[object, ...]:
        """What tells one question from another."""
        return self.prompt.kind, self.prompt.key, self.prompt.asks


class QuestionCard(Card):
    """ask() shows a question; answered tells (question, answers); next_wanted asks for another one; undo_wanted takes
    the last answer back. touched: something was ticked that is not yet answered; kept() says what."""

    answered = Signal(object, object)  # Asked, tuple of Answer
    next_wanted = Signal()
    undo_wanted = Signal()
    touched = Signal()

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today
        self.asked: Asked | None = None
        self.field: ChoiceField | DateField | TextField | TickField | EachField | None = None
        self.who = Chip("", "person", "accent")
        self.words = pieces.text("", "heading")
        self.why = pieces.text("", "small")
        self.problem = pieces.text("", "error")
        self.problem.hide()
        self.save = pieces.button("", self._submit, "primary")
        self.only_ticked = pieces.button(_("Note only what is ticked"), lambda: self._give_ticks(rest_is_no=False))
        self.not_known = pieces.button("", lambda: self._give_state("not_known"))
        self.refused = pieces.button("", lambda: self._give_state("refused"))
        self.other = pieces.button(_("Another question"), self.next_wanted.emit, "link")
        self.undo = pieces.button(_("Take the last answer back"), self.undo_wanted.emit, "link")
        for button, keys in ((self.other, "Alt+N"), (self.undo, "Alt+Z"), (self.not_known, "Alt+U")):
            button.setShortcut(QKeySequence(keys))
            button.setToolTip(keys)
        self.undo.hide()
        top = pieces.line(None, self.who, gap=12)
        top.addWidget(self.words, 1)
        self.add(top)
        below = pieces.line(None, self.why, self.undo, self.other, gap=6)
        below.setStretch(0, 1)
        self.add(below)
        self.add(self.problem)
        place = QWidget()
        self._place = pieces.column(place, gap=0)  # of ticks, which take the whole width
        self.add(place)
        answers = QWidget()
        self._answers = FlowLayout(answers, gap=10)  # beside each other where there is room
        self.add(answers)
        self.body.setSpacing(theme.px(6))
        self._values: list[Any] = []
        self._chosen = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._chosen.timeout.connect(self._submit)

    def ask(self, asked: Asked | None, *, more: bool, kept: Mapping[str, Any] | None = None) -> None:
        """Show a question, or hide where there is none.

        more: whether another one could be asked instead. kept: ticks of a draft, shown where the question is new.
        """
        self.setVisible(asked is not None)
        self.other.setVisible(more)
        same = asked is not None and self.asked is not None and asked.key == self.asked.key
        self.asked = asked
        if asked is None or same:
            return
        prompt = asked.prompt
        self.who.say(asked.who)
        self.words.setText(asked.words)
        helps = ngettext("settles up to {n} service", "settles up to {n} services", prompt.helps).format(n=prompt.helps)
        why = prompt.why_zh if language() == "zh_CN" else prompt.why_en
        self.why.setText(noted(why, helps) if prompt.helps > 1 else why)
        self.setAccessibleName(f"{asked.who}: {asked.words}")
        self.problem.hide()
        while self._answers.count():
            self._answers.takeAt(0)
        typing = self.field is not None and self.field.isAncestorOf(self.focusWidget() or self)
        if self.field is not None:
            self.field.hide()  # Qt then moves the focus to "not known", where the next Enter would answer
            self._place.removeWidget(self.field)
            self.field.deleteLater()
        self.field = self._field(asked)
        if kept and isinstance(self.field, TickField | EachField):
            self.field.show_kept(kept)
        wide = isinstance(self.field, TickField | EachField)
        if wide:
            self._place.addWidget(self.field)
        beside = () if wide else (self.field,)
        for thing in (*beside, self.save, self.only_ticked, self.not_known, self.refused):
            self._answers.addWidget(thing)
        self.field.show()
        if typing:
            self.first_focus().setFocus()
        self._say_buttons()
        self.set_busy(False)

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.field.first_focus() if self.field is not None else self.not_known

    def offer_undo(self, on: bool) -> None:
        """Whether the last answer can be taken back."""
        self.undo.setVisible(on)

    def kept(self) -> dict[str, Any] | None:
        """What is ticked and not yet answered, for a draft; None where nothing is."""
        if self.asked is None or not isinstance(self.field, TickField | EachField) or self.field.is_empty():
            return None
        return {"key": self.asked.prompt.key, "of": self.asked.of, **self.field.kept()}

    def set_busy(self, busy: bool) -> None:
        """While an answer is being kept, no other can be given."""
        self._chosen.stop()
        for thing in (self.save, self.only_ticked, self.not_known, self.refused, self.other, self.undo, self.field):
            if thing is not None:
                thing.setEnabled(not busy)

    def _say_buttons(self) -> None:
        """The buttons say what will be written down."""
        several = isinstance(self.field, TickField | EachField)
        _label(self.not_known, _("All not known") if several else _("Not known"))
        _label(self.refused, _("No answer to any") if several else _("No answer wanted"))
        self.save.setVisible(not isinstance(self.field, ChoiceField))
        self.only_ticked.setVisible(isinstance(self.field, TickField) and not self.field.is_empty())
        if isinstance(self.field, TickField):
            nothing = self.field.is_empty()
            _label(self.save, _("None of these") if nothing else _("Note it; all else was asked: no"))
        else:
            _label(self.save, _("Note the answers") if several else _("Note the answer"))

    def _field(self, asked: Asked) -> ChoiceField | DateField | TextField | TickField | EachField:
        prompt, chinese = asked.prompt, language() == "zh_CN"
        if prompt.kind in ("group", "who"):
            names = asked.names
            things = [
                (i, names.get(i.of, i.of) if prompt.kind == "who" else i.zh if chinese else i.en) for i in prompt.items
            ]
            ticks = TickField(things, name=asked.words)
            ticks.changed.connect(self._touched)
            ticks.entered.connect(self._to_save)  # Enter again writes down what the button says
            return ticks
        definition = asked.definition
        if prompt.kind == "each":
            members = [(of, asked.names.get(of, of)) for _fact, of in prompt.asks]
            values = [(value, value_text(definition, value)) for value, _zh, _en in definition.choices]
            each = EachField(members, values, fact=definition.name, name=asked.words)
            each.changed.connect(self._touched)
            return each
        return self._single(definition, asked.words)

    def _single(self, definition: FactDefinition, name: str) -> ChoiceField | DateField | TextField:
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
        unit = (definition.zh if language() == "zh_CN" else definition.en).unit
        number = TextField(name=name, length=10, unit=unit, numbers=True)
        number.entered.connect(self._submit)
        return number

    def _to_save(self) -> None:
        """Put the cursor on the button that writes down, and scroll to it where the page is small."""
        self.save.setFocus()
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if above is not None:
            above.ensureWidgetVisible(self.save)

    def _touched(self) -> None:
        self.problem.hide()
        self._say_buttons()
        self.touched.emit()

    def _submit(self) -> None:
        """Read the answer and give it; what cannot be read stays, with what is wrong beside it."""
        self._chosen.stop()
        if self.asked is None or self.field is None:
            return
        if isinstance(self.field, TickField):
            self._give_ticks(rest_is_no=True)
        elif isinstance(self.field, EachField):
            self._give_each(self.field.answers())
        elif isinstance(self.field, ChoiceField):
            codes = self.field.codes()
            if codes:
                self._give(self._values[int(codes[0])])
        else:
            self._submit_typed(self.asked.definition, self.field.answer())

    def _submit_typed(self, definition: FactDefinition, typed: str) -> None:
        if not typed.strip():
            self._say(_("Type the answer, or say that it is not known."))
            return
        try:
            if definition.type == "date":
                self._give(parse_date(typed).isoformat())
                return
            number = read_number(typed, whole=definition.type == "int")
        except Unreadable as problem:
            self._say(sentence({"type": problem.key, "ctx": problem.facts}))
            return
        minimum = definition.minimum
        if minimum is not None and number < minimum:
            self._say(_("This must be at least {n}.").format(n=minimum))
            return
        self._give(number)

    def _say(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.show()
        self.first_focus().setFocus()

    def _give_ticks(self, *, rest_is_no: bool) -> None:
        if self.asked is not None and isinstance(self.field, TickField):
            self._emit(
                answers_of(
                    self.asked.policies,
                    self.asked.prompt,
                    self.field.ticked(),
                    rest_is_no=rest_is_no,
                    states=self.field.states(),
                )
            )

    def _give_each(self, answers: list[Answer]) -> None:
        if answers:
            self._emit(answers)
        else:
            self._say(_("Choose an answer for at least one of them."))

    def _give_state(self, state: Any) -> None:
        """Nobody knows, or nobody will say: of everything that this question asks."""
        if self.asked is not None:
            self._emit([Answer(of, fact, None, state) for fact, of in self.asked.prompt.asks])

    def _give(self, value: object) -> None:
        if self.asked is not None:
            ((fact, of),) = self.asked.prompt.asks
            self._emit([Answer(of, fact, value)])

    def _emit(self, answers: list[Answer]) -> None:
        self.set_busy(True)
        self.answered.emit(self.asked, tuple(answers))


def _label(button: QPushButton, words: str) -> None:
    """Say something else on a button; Qt forgets a button's shortcut when its text changes."""
    keys = button.shortcut()
    button.setText(words)
    button.setAccessibleName(words)
    button.setShortcut(keys)
