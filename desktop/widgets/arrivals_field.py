"""Who comes into a household: found on the register, or somebody new with the little that tells people apart."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.answer_fields import RepeatField, TextField
from desktop.widgets.choice_field import ChoiceField, TickButton
from desktop.widgets.date_field import DateField
from desktop.widgets.document_field import DocumentField
from desktop.widgets.find_field import FindField
from desktop.widgets.flow_layout import FlowLayout
from forms.reading import read_date
from forms.shape import Question
from models.records import codes
from models.texts import _


class ArrivalRow(QFrame):
    """One person who comes. Answer: the finder's, the new person's fields, relation and counts."""

    changed = Signal()
    entered = Signal()

    def __init__(self, question: Question, today: date, *, lodges: bool) -> None:
        super().__init__()
        self.setProperty("role", "sunken")
        self._lodges = lodges
        self.who = FindField(name=_("Name of a resident"), hint=_("Name, pinyin, phone or address"))
        self.new_button = pieces.button(_("Not on the register: somebody new"), self.begin_new, "link", "plus")
        self.known_button = pieces.button(_("Search the register instead"), self.begin_known, "link", "search")
        self.found = QWidget()
        pieces.column(self.found, self.who, pieces.line(None, self.new_button, None), gap=2)
        self.name = TextField(name=_("Name"), length=12)
        self.sex = ChoiceField([pair for pair in codes.choices("sex") if pair[0] in ("1", "2")], name=_("Sex"))
        self.born = DateField(read_date, today, name=_("Date of birth"), birth=True, example="1952-3-8")
        documents = [pair for pair in codes.choices("document") if pair[0] != "disability_cert"]
        self.document = DocumentField(documents, today, name=_("Number of the document"))
        self.fresh = QWidget()
        self.fresh.hide()
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(4))
        grid.setColumnStretch(1, 1)
        for place, (words, part) in enumerate(
            (
                (_("Name"), self.name),
                (_("Sex"), self.sex),
                (_("Date of birth"), self.born),
                (_("Document"), self.document),
            )
        ):
            grid.addWidget(pieces.text(words, "small", wrap=False), place, 0)
            grid.addWidget(part, place, 1)
        pieces.column(self.fresh, grid, pieces.line(None, self.known_button, None), gap=2)
        self.relation = QComboBox()
        self.relation.setAccessibleName(_("Relation to the head"))
        self.relation.addItem(_("Choose"), "")
        for code, label in question.part("relation").choices:
            self.relation.addItem(label, code)
        self.relation.setMinimumHeight(theme.target())
        self.counts = TickButton(question.part("counts").label)
        self.counts.setChecked(True)
        self.belongs = QWidget()
        row = FlowLayout(self.belongs, theme.px(10))
        for part in (pieces.text(_("Relation to the head"), "small", wrap=False), self.relation, self.counts):
            row.addWidget(part)
        if lodges:
            self.belongs.hide()
        pieces.column(self, self.found, self.fresh, self.belongs, margin=10, gap=8)
        for part in (self.who, self.name, self.sex, self.born, self.document):
            part.changed.connect(self.changed)
        self.relation.activated.connect(self.changed)
        self.counts.clicked.connect(self.changed)
        for part, following in (
            (self.who, self.relation),
            (self.name, self.sex),
            (self.sex, self.born),
            (self.born, self.document),
            (self.document, self.relation),
        ):
            part.entered.connect(self.entered if lodges and following is self.relation else following.setFocus)

    @property
    def is_new(self) -> bool:
        """Whether somebody new is being typed."""
        return not self.fresh.isHidden()

    def begin_new(self) -> None:
        """Type somebody new; a name that was searched for is kept."""
        typed = self.who.finder.line.text().strip()
        if typed and not typed.isascii() and not self.name.answer():
            self.name.show_answer(typed)
        self.who.finder.show_chosen(None)
        self._turn(True)
        self.name.line.setFocus()
        self.changed.emit()

    def begin_known(self) -> None:
        """Search the register after all; what was typed stays."""
        self._turn(False)
        self.who.first_focus().setFocus()
        self.changed.emit()

    def _turn(self, new: bool) -> None:
        self.fresh.setVisible(new)
        self.found.setVisible(not new)

    def answer(self) -> dict[str, Any]:
        """As typed and picked; {} while there is nobody."""
        typed = {
            "name": self.name.answer(),
            "sex": self.sex.answer(),
            "birth_date": self.born.answer(),
            "documents": [self.document.answer()] if str(self.document.answer()["number"]).strip() else [],
        }
        said: dict[str, Any] = {key: value for key, value in typed.items() if value} if self.is_new else {}
        finder = self.who.answer()
        if not self.is_new and isinstance(finder, Mapping):
            said |= {"resident_id": finder["key"], "finder": finder}
        if not said and not self.is_new:
            return {}
        said["is_new"] = self.is_new
        if self._lodges:
            return said
        return said | {
            "relation": str(self.relation.currentData() or ""),
            "counts": "yes" if self.counts.isChecked() else "no",
        }

    def show_answer(self, answer: object) -> None:
        """Show somebody as told before. Emits nothing."""
        given: Mapping[str, Any] = answer if isinstance(answer, Mapping) else {}
        self.who.show_answer(given.get("finder"))
        self.name.show_answer(given.get("name"))
        self.sex.show_answer(given.get("sex"))
        self.born.show_answer(given.get("birth_date"))
        documents = given.get("documents")
        self.document.show_answer(documents[0] if isinstance(documents, list) and documents else None)
        self.relation.setCurrentIndex(max(self.relation.findData(str(given.get("relation") or "")), 0))
        self.counts.setChecked(given.get("counts") != "no")
        self._turn(bool(given.get("is_new")))

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.name.line if self.is_new else self.who.first_focus()


class ArrivalsField(RepeatField):
    """Several people who come; an empty row is nobody. `added` gives each new row, whose finder the page answers."""

    def __init__(self, question: Question, today: date, *, lodges: bool) -> None:
        super().__init__(lambda: ArrivalRow(question, today, lodges=lodges), more=_("Another person"))

    def answer(self) -> list[object]:
        """A row for each person."""
        return [said for row in self.fields if (said := row.answer())]
