"""What is said about a picture: what it is, its title and day, the facts and the document that it proves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from desktop.widgets import pieces
from desktop.widgets.case_parts import TickRow
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.date_field import DateField
from forms.reading import read_date
from models.records import codes
from models.records.picture import PictureWords
from models.texts import _

TITLE_LENGTH = 200  # as PictureWords has it


@dataclass(frozen=True)
class Provable:
    """What pictures of somebody can prove, in words: facts that are told, all other facts, identity documents."""

    told: tuple[tuple[str, str], ...] = ()  # (name of the fact, sentence)
    others: tuple[tuple[str, str], ...] = ()  # (name of the fact, label)
    documents: tuple[tuple[str, str], ...] = ()  # (id, kind and masked number)


class PictureWordsForm(QWidget):
    """show_words() shows, words() answers; nothing in it can be wrong: what is not understood is left out."""

    changed = Signal()
    entered = Signal()

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today
        self.kind = ChoiceField(codes.choices("picture_kind"), name=_("What is on the picture"))
        self.kind.changed.connect(self.changed)
        self.title = QLineEdit()
        self.kind.entered.connect(self.title.setFocus)
        self.title.setMaxLength(TITLE_LENGTH)
        self.title.setAccessibleName(_("Title"))
        self.title.setPlaceholderText(_("e.g. identity card, front"))
        self.title.textEdited.connect(lambda _text: self.changed.emit())
        self.title.returnPressed.connect(self.entered)
        self.day = DateField(read_date, today, name=_("Taken on"))
        self.day.changed.connect(self.changed)
        self.day.entered.connect(self.entered)
        self.document = QComboBox()
        self.document.setAccessibleName(_("Which document it shows"))
        self.document.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.document.activated.connect(lambda _row: self._chosen())
        self._document_label = _label(_("Which document it shows"), self.document)
        self._proves_label = pieces.text(_("What it proves"), "label")
        self._ticks = pieces.column(None, gap=4)
        self.ticks: dict[str, TickRow] = {}
        self.more = QComboBox()
        self.more.setAccessibleName(_("Something else that it proves"))
        self.more.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.more.activated.connect(self._add)
        self.seen = TickRow(_("I had the original in hand: mark it as seen"), False)
        self.seen.toggled.connect(lambda _on: self.changed.emit())
        pieces.column(
            self,
            pieces.text(_("What is on the picture"), "label"),
            self.kind,
            _label(_("Title"), self.title),
            self.title,
            _label(_("Taken on"), self.day),
            self.day,
            self._document_label,
            self.document,
            self._proves_label,
            self._ticks,
            self.more,
            self.seen,
            None,
            gap=8,
        )
        self.setFocusProxy(self.kind)

    def offer(self, provable: Provable) -> None:
        """What may be proved; ticks begin empty."""
        self._provable = provable
        pieces.clear(self._ticks)
        self.ticks = {}
        for name, words in provable.told:
            self._row(name, words, False)
        self.more.clear()
        self.more.addItem(_("Something else…"), "")
        for name, words in provable.others:
            self.more.addItem(words, name)
        self.more.setVisible(bool(provable.others))
        self._proves_label.setVisible(bool(provable.others or provable.told))
        self.document.clear()
        self.document.addItem(_("None of those recorded"), "")
        for key, words in provable.documents:
            self.document.addItem(words, key)
        for part in (self._document_label, self.document):
            part.setVisible(bool(provable.documents))
        self._say_seen()

    _provable = Provable()

    def show_words(self, words: Mapping[str, Any]) -> None:
        """Show kind, title, taken_on, facts and document_id; a fact that is not offered gets a row all the same."""
        self.kind.show_answer(words.get("kind") or "document")
        self.title.setText(str(words.get("title") or ""))
        day = words.get("taken_on")
        self.day.show_answer(day.isoformat() if isinstance(day, date) else "")
        proved = set(words.get("facts") or ())
        labels = dict((*self._provable.others, *self._provable.told))
        for name in proved - set(self.ticks):
            self._row(name, labels.get(name, _("Something that is not shown here")), True)
        for name, row in self.ticks.items():
            row.tick.blockSignals(True)
            row.tick.setChecked(name in proved)
            row.tick.blockSignals(False)
        self.document.setCurrentIndex(max(self.document.findData(str(words.get("document_id") or "")), 0))
        self.seen.tick.blockSignals(True)
        self.seen.tick.setChecked(False)
        self.seen.tick.blockSignals(False)
        self._say_seen()

    def words(self) -> PictureWords:
        """What is said now."""
        return PictureWords(
            kind=str(self.kind.answer()) or "other",
            title=self.title.text(),
            taken_on=self.day.day(),
            facts=tuple(name for name, row in self.ticks.items() if row.tick.isChecked()),
            document_id=str(self.document.currentData() or ""),
            mark_seen=self.seen.isVisibleTo(self) and self.seen.tick.isChecked(),
        )

    def _row(self, name: str, words: str, checked: bool) -> None:
        row = TickRow(words, checked)
        row.toggled.connect(lambda _on: self._chosen())
        self.ticks[name] = row
        self._ticks.addWidget(row)

    def _add(self, place: int) -> None:
        name = str(self.more.itemData(place) or "")
        if name and name not in self.ticks:
            self._row(name, self.more.itemText(place), True)
        elif name:
            self.ticks[name].tick.setChecked(True)
        self.more.setCurrentIndex(0)
        if name:
            self._chosen()

    def _chosen(self) -> None:
        self._say_seen()
        self.changed.emit()

    def _say_seen(self) -> None:
        """Only what is proved can have been seen."""
        proves = any(row.tick.isChecked() for row in self.ticks.values()) or bool(self.document.currentData())
        self.seen.setVisible(proves)


def _label(words: str, field: QWidget) -> QLabel:
    made = pieces.text(words, "label")
    made.setBuddy(field)
    return made
