"""The dated amounts that a rule uses, where each stands, and changing one from a day on into a new set of rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop import theme
from desktop.case_words import day_text
from desktop.pages.workbench_rows import Passage, number_text, unit_words
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card
from desktop.widgets.date_field import DateField
from forms.problems import sentence
from forms.reading import Unreadable, read_date, read_number
from models.eligibility import Policies, Service
from models.eligibility.schema import Param, ParamValue, Sum
from models.eligibility.tracing import params_read
from models.texts import _, language


@dataclass(frozen=True)
class Change:
    """What was typed: another value of a parameter from a day on. doc, line: where the words stand, or "" and 0."""

    name: str
    value: Decimal
    valid_from: date
    origin: str
    doc: str = ""
    line: int = 0


def param_name(param: Param) -> str:
    """What the parameter is called."""
    return param.zh if language() == "zh_CN" else param.en


def derived_text(policies: Policies, part: Sum, on: date) -> str:
    """How a parameter is worked out from others, with their values of a day."""
    if part.times is not None:
        return " × ".join(derived_text(policies, each, on) for each in part.times)
    if part.param is not None:
        value = number_text(policies.param(part.param, on))
        return _("{words} ({note})").format(words=param_name(policies.params[part.param]), note=value)
    return number_text(part.number or Decimal(0))


def line_of(text: str, words: str) -> int:
    """The line (1-based) of a stored text in which words begin; 0 where they do not stand in it."""
    at = text.find(words) if words else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 0


def documents_of(policies: Policies) -> Mapping[str, tuple[str, str]]:
    """doc as sources name it -> (title, file) of every document of the set."""
    found = {}
    for pack in policies.packs.values():
        if pack.file:
            found[pack.file.partition("_")[0]] = (pack.title, pack.file)
    return found


class ChangeForm(Card):
    """New value, from which day, where it stands. given tells a Change once all of it is sound."""

    given = Signal(object)
    closed = Signal()

    def __init__(self, policies: Policies, name: str, today: date) -> None:
        param = policies.params[name]
        super().__init__(_("Change “{name}” from a day on").format(name=param_name(param)))
        self.policies, self.name = policies, name
        self.value = QLineEdit()
        self.value.setFixedWidth(theme.px(140))
        self.day = DateField(read_date, today, name=_("From which day"))
        self.document = QComboBox()
        self.document.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.document.setMinimumContentsLength(10)
        self.document.addItem(_("A notice that is not kept here"), "")
        for doc, (title, _file) in documents_of(policies).items():
            self.document.addItem(title, doc)
        self.words = QLineEdit()
        self.words.setPlaceholderText(_("Its title, number and the sentence, or the words of the text"))
        self.problem = pieces.text("", "error")
        self.problem.hide()
        value_row = pieces.line(None, self.value, pieces.text(unit_words(param.unit), "soft", wrap=False), None)
        for label, field, widget in (
            (_("New value"), self.value, value_row),
            (_("From which day"), self.day, self.day),
            (_("Where it stands"), self.document, self.document),
            (_("In which words"), self.words, self.words),
        ):
            words = pieces.text(label, "label")
            words.setBuddy(field)
            field.setAccessibleName(label)
            self.add(words)
            self.add(widget)
        note = _(
            "A new set of rules is made and signed with this casebook's key. The values before that day stay. Nothing "
            "changes until you have seen who gains and loses and install it."
        )
        self.add(pieces.text(note, "small"))
        self.add(self.problem)
        self.go = pieces.button(_("See what would change"), self.submit, "primary")
        cancel = pieces.button(_("Cancel"), self.closed.emit)
        self.add(pieces.line(None, self.go, cancel, None))

    def submit(self) -> None:
        """Check what was typed; say the first thing that is wrong, beside its field."""
        self._say("")
        try:
            number = read_number(self.value.text())
        except Unreadable as trouble:
            self._say(sentence({"type": trouble.key, "ctx": trouble.facts}), self.value)
            return
        if number < 0:
            self._say(_("This must be at least {n}.").format(n=0), self.value)
            return
        day = self.day.day()
        if day is None:
            self._say(sentence({"type": "date_form"}), self.day.line)
            return
        words, doc = self.words.text().strip(), self.document.currentData() or ""
        if not words:
            self._say(_("Say where the new value stands: others must be able to look it up."), self.words)
            return
        line = 0
        if doc:
            line = line_of(self.policies.texts.get(documents_of(self.policies)[doc][1], ""), words)
            if not line:
                self._say(_("These words do not stand in that document. Copy them exactly from its text."), self.words)
                return
        if any(value.valid_from == day for value in self.policies.params[self.name].values):
            self._say(_("There is a value from that very day already. Choose another day."), self.day.line)
            return
        self.given.emit(Change(self.name, Decimal(str(number)), day, words, doc, line))

    def busy(self, busy: bool) -> None:
        """While the new set is being checked, nothing can be pressed."""
        for field in (self.go, self.value, self.day, self.document, self.words):
            field.setEnabled(not busy)
        self.go.setText(_("Checking the rules ...") if busy else _("See what would change"))

    def _say(self, words: str, field: QLineEdit | None = None) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        for each in (self.value, self.day.line, self.words):
            each.setProperty("wrong", "true" if each is field else "false")
            pieces.polish(each)
        if field is not None:
            field.setFocus()


class ParamsPane(QWidget):
    """The parameters of one service. source asks to show a passage; wanted tells a Change to be looked at."""

    source = Signal(object)
    wanted = Signal(object)

    def __init__(self, today: date) -> None:
        super().__init__()
        self.today = today
        self.form: ChangeForm | None = None
        inside = QWidget()
        self._box = pieces.column(inside, gap=12)
        self._box.setContentsMargins(0, theme.px(10), theme.px(10), 0)
        pieces.column(self, pieces.scroll(inside))
        self._again: Callable[[], None] = lambda: None

    def show_service(self, policies: Policies, service: Service, on: date, *, editable: bool) -> None:
        """Show the parameters as they are on a day. editable: this set decides here, so that it can be changed here."""
        self._again = partial(self.show_service, policies, service, on, editable=editable)
        self.form = None
        pieces.clear(self._box)
        names = params_read(policies, service)
        if not names:
            words = _("This rule uses no dated amount: its numbers stand in the rule itself.")
            self._box.addWidget(pieces.text(words, "soft"))
        for name in names:
            self._box.addWidget(self._card(policies, service, name, on, editable))
        self._box.addStretch(1)

    def _card(self, policies: Policies, service: Service, name: str, on: date, editable: bool) -> Card:
        param = policies.params[name]
        card = Card(param_name(param))
        now = _("{value} {unit} on {day}").format(
            value=number_text(policies.param(name, on)), unit=unit_words(param.unit), day=day_text(on)
        )
        card.add(pieces.text(now, "subheading", select=True))
        if param.derived is not None and param.source is not None:
            words = derived_text(policies, param.derived, on)
            card.add(pieces.text(_("Worked out: {sum}").format(sum=words), select=True))
            card.add(self._place(policies, service, param.source.doc, param.source.line, param.source.quote))
        for value in reversed(param.values):
            card.add(self._value(policies, service, param, value))
        if param.derived is None and editable:
            change = pieces.button(_("Change from a day on ..."), partial(self._change, policies, name, card), "link")
            change.setAccessibleName(_("Change {name} from a day on").format(name=param_name(param)))
            card.add(pieces.line(None, change, None))
        return card

    def _value(self, policies: Policies, service: Service, param: Param, value: ParamValue) -> QWidget:
        made = QWidget()
        box = pieces.column(made, gap=2)
        dates = (
            _("from {start}").format(start=day_text(value.valid_from))
            if value.valid_to is None
            else _("from {start} to {end}").format(start=day_text(value.valid_from), end=day_text(value.valid_to))
        )
        words = _("{value} {unit}, {dates}").format(
            value=number_text(value.value), unit=unit_words(param.unit), dates=dates
        )
        box.addWidget(pieces.text(words, select=True))
        if value.status == "text":
            box.addWidget(self._place(policies, service, value.source.doc, value.source.line, value.source.quote))
        else:
            box.addWidget(pieces.text(_("By a notice: {words}").format(words=value.source.quote), "small"))
        verified = _("Compared with its source on {day}").format(day=day_text(value.last_verified_on))
        box.addWidget(pieces.text(verified, "small"))
        return made

    def _place(self, policies: Policies, service: Service, doc: str, line: int, quote: str) -> QWidget:
        file = documents_of(policies).get(doc, ("", service.pack.file))[1]
        made = QWidget()
        link = pieces.button(
            _("Show the source"), lambda: self.source.emit(Passage(file, line, quote)), "link", icon="paper"
        )
        pieces.column(made, pieces.text(_("“{words}”").format(words=quote), "soft", select=True), gap=0)
        pieces_line = pieces.line(None, link, None)
        made.layout().addLayout(pieces_line)  # type: ignore[union-attr]
        return made

    def _change(self, policies: Policies, name: str, card: Card) -> None:
        if self.form is not None:
            self.form.hide()
            self.form.deleteLater()
        self.form = ChangeForm(policies, name, self.today)
        self.form.given.connect(self.wanted)
        self.form.closed.connect(self._close)
        self._box.insertWidget(self._box.indexOf(card) + 1, self.form)
        self.form.show()
        self.form.value.setFocus()

    def _close(self) -> None:
        self._again()
