"""One conflict on the screen: the versions side by side with what differs marked, and a place to type what is right."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QPushButton, QWidget

from desktop import conflict_words as words
from desktop import theme
from desktop.conflict_queue import Item
from desktop.record_words import CODES
from desktop.text_marks import Part, differing, marked
from desktop.widgets import pieces
from desktop.widgets.answer_fields import LongTextField, TextField
from desktop.widgets.case_parts import Card, Chip
from desktop.widgets.date_field import DateField
from desktop.widgets.flow_layout import FlowLayout
from forms.reading import read_date
from models.records import codes
from models.services.conflicts_rules import LINES, is_day, joined
from models.services.conflicts_views import FieldConflict, RecordConflicts, Version
from models.texts import _

NARROW = 620
"""Below this width (pixels at 100 per cent) the versions stand below each other."""


class VersionCard(Card):
    """One version: its text, who wrote it when and where, what stood there before, and the button that takes it."""

    def __init__(
        self,
        place: int,
        record: RecordConflicts,
        field: FieldConflict,
        version: Version,
        parts: Sequence[Part],
        on: date,
        take: Callable[[], object] | None,
    ) -> None:
        heading = _("Version {n}").format(n=place)
        super().__init__(heading, *([Chip(_("Shown now"), tone="accent")] if version.shown else []))
        said = words.shown_text(record.entity, field.field, version.value, version.named)
        self.version = version
        self.text = pieces.text("", "subheading", select=True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        ground, ink = theme.tokens().warn_soft, theme.tokens().warn
        self.text.setText(marked(list(parts), ground, ink))
        self.text.setAccessibleName(f"{heading}: {said}")
        self.add(self.text)
        self.add(pieces.text(words.who_text(version, on), "soft"))
        self.add(pieces.text(words.before_text(record.entity, field, version), "small"))
        self.body.addStretch(1)
        self.button: QPushButton | None = None
        if take is not None:
            self.button = pieces.button(_("This one stands ({key})").format(key=place), take, tip=str(place))
            self.button.setAccessibleName(_("{version} stands").format(version=said))
            self.add(pieces.line(None, self.button, None))


class VersionsGrid(QWidget):
    """The versions beside each other, where it is narrow below."""

    def __init__(self, cards: Sequence[Card]) -> None:
        super().__init__()
        self._cards = list(cards)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.px(12))
        self._narrow: bool | None = None
        self._arrange(narrow=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Beside each other or below."""
        super().resizeEvent(event)
        self._arrange(narrow=event.size().width() < theme.px(NARROW))

    def _arrange(self, *, narrow: bool) -> None:
        if narrow == self._narrow:
            return
        self._narrow = narrow
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place if narrow else place // 2, 0 if narrow else place % 2)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 0 if narrow and column else 1)


class ConflictCard(QWidget):
    """A field of the pile. Emits what the clerk wants; does nothing itself."""

    taken = Signal(str)  # the operation of a version
    join = Signal(list)  # operations in their order
    typed = Signal(object)
    side = Signal(str)  # a device
    revealed = Signal()

    def __init__(self, item: Item, on: date, whole: dict[str, tuple[Any, Any]] | None = None) -> None:
        super().__init__()
        self.item, self.on = item, on
        record, field = item.record, item.field
        self.versions = [_whole(one, whole) for one in field.versions]
        self.cards: list[VersionCard] = []
        self.edit: EditPanel | None = None
        self.side_buttons: list[QPushButton] = []
        self.box = pieces.column(self, gap=12)
        if item.settled:
            chip = Chip(_("Settled"), "yes", "good")
            self.box.addLayout(pieces.line(None, chip, None))
        for sentence in (words.kind_text(field, record.entity), words.alike_text(field.alike)):
            if sentence:
                self.box.addWidget(pieces.card(pieces.text(sentence), role="banner-info", margin=10))
        texts = self._texts()
        for place, (version, parts) in enumerate(zip(self.versions, texts, strict=True), 1):
            can = not item.settled and field.kind != "newer"
            take = partial(self.taken.emit, version.operation) if can else None
            self.cards.append(VersionCard(place, record, field, version, parts, on, take))
        self.box.addWidget(VersionsGrid(self.cards))
        self._below = self.box.count()
        if field.hidden and whole is None:
            self._offer_whole(field)
        if not item.settled:
            self._offer_sides(record)

    def _texts(self) -> list[list[Part]]:
        """The versions' words, each compared with the first one, and that with the second."""
        entity, name = self.item.record.entity, self.item.field.field
        said = [words.shown_text(entity, name, one.value, one.named) for one in self.versions]
        if len(said) < 2:
            return [[(text, False)] for text in said]
        compared = [differing(said[0], other) for other in said[1:]]
        return [compared[0][0], *(parts for _first, parts in compared)]

    def _offer_whole(self, field: FieldConflict) -> None:
        line = pieces.wrapping(None, gap=10)
        if field.same_mask:
            line.addWidget(pieces.text(_("They differ only in what is hidden."), "label"))
        self.reveal_button = pieces.button(_("Show the whole numbers"), self.revealed.emit, icon="eye")
        line.addWidget(self.reveal_button)
        self.box.addLayout(line)

    def _offer_sides(self, record: RecordConflicts) -> None:
        """Everything of one computer at once, where several fields of the record wait."""
        several = [side for side in record.sides if side.fields > 1]
        if not several or len(record.fields) < 2 or record.entity == "person_link":
            return
        self.box.addWidget(pieces.text(_("The whole record at once:"), "label"))
        holder = QWidget()
        flow = FlowLayout(holder, gap=theme.px(8))
        for side in several:
            button = pieces.button(words.side_text(side, record.sides), partial(self.side.emit, side.device))
            button.setToolTip(side.place)
            self.side_buttons.append(button)
            flow.addWidget(button)
        self.box.addWidget(holder)

    def take(self, place: int) -> None:
        """Take a version by its number, from 1."""
        if 0 < place <= len(self.versions) and not self.item.settled and self.item.field.kind != "newer":
            self.taken.emit(self.versions[place - 1].operation)

    def ask_join(self) -> None:
        """Show the versions joined, in the order they were written; they can be turned round or changed."""
        if not self.item.field.joinable or self.item.settled:
            return
        ordered = sorted(self.versions, key=lambda one: one.at)
        if self.item.field.kind == "list":
            self.join.emit([one.operation for one in ordered])
            return
        text = joined(self.item.record.entity, self.item.field.field, [one.value for one in ordered])
        self._open_panel(text, ordered)

    def ask_edit(self) -> None:
        """Show a field to type what is right, beginning with the version that is shown."""
        if can_type(self.item):
            self._open_panel(self.versions[0].value, [])

    def _open_panel(self, value: Any, ordered: Sequence[Version]) -> None:
        self.close_panel()
        self.edit = EditPanel(self.item, value, ordered, self.on)
        self.edit.saved.connect(self.typed)
        self.edit.joined.connect(self.join)
        self.edit.left.connect(self.close_panel)
        self.box.insertWidget(self._below, self.edit)
        pieces.reveal(self.box)
        self.edit.first_focus()

    def close_panel(self) -> None:
        """Take the panel away."""
        if self.edit is not None:
            self.edit.hide()
            self.edit.deleteLater()
            self.edit = None
            self.setFocus()


class EditPanel(Card):
    """What is right instead: typed, or the versions joined."""

    saved = Signal(object)
    joined = Signal(list)
    left = Signal()

    def __init__(self, item: Item, value: Any, ordered: Sequence[Version], on: date) -> None:
        super().__init__(_("Both together") if ordered else _("What is right"))
        self.item = item
        self.ordered = list(ordered)
        self._began = "" if value is None else str(value)
        self.field = _field_for(item, on)
        self.field.show_answer("" if item.field.hidden and "*" in self._began else value)
        self.add(self.field)
        self.error = pieces.text("", "error")
        self.error.hide()
        self.add(self.error)
        save = _("Both stand (Ctrl+Enter)") if ordered else _("This stands (Ctrl+Enter)")
        self.save_button = pieces.button(save, self.save, "primary", tip="Ctrl+Enter")
        row = [self.save_button]
        if len(self.ordered) > 1:
            row.append(pieces.button(_("Turn the order round"), self.turn, icon="turn"))
        self.add(pieces.wrapping(None, *row, pieces.button(_("Cancel"), self.left.emit, tip="Esc"), gap=8))

    def first_focus(self) -> None:
        """Where typing begins."""
        self.field.setFocus()

    def turn(self) -> None:
        """The other one first."""
        self.ordered.reverse()
        self._began = joined(self.item.record.entity, self.item.field.field, [one.value for one in self.ordered])
        self.field.show_answer(self._began)

    def answer(self) -> Any:
        """What is typed, as the record takes it."""
        return self.field.answer()

    def save(self) -> None:
        """Hand it on: as a joining where nothing was changed in it."""
        answer = self.answer()
        if self.ordered and answer == self._began:
            self.joined.emit([one.operation for one in self.ordered])
            return
        if isinstance(self.field, DateField):
            day = read_date(answer) if str(answer).strip() else None
            if day is None and str(answer).strip():
                self.say(_("There is no such day. Type it like 1952-3-8."))
                return
            answer = day.isoformat() if day is not None else ""
        self.saved.emit(answer)

    def say(self, sentence: str) -> None:
        """Say what is wrong with it."""
        self.error.setText(sentence)
        self.error.show()
        self.first_focus()


class _Codes(QComboBox):
    """One of a list of codes."""

    def __init__(self, code_list: str, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        for code, label in codes.choices(code_list):
            self.addItem(label, code)

    def show_answer(self, answer: object) -> None:
        """Choose a code."""
        self.setCurrentIndex(max(self.findData(answer), 0))

    def answer(self) -> str:
        """The chosen code."""
        return str(self.currentData())


def _field_for(item: Item, on: date) -> Any:
    entity, name = item.record.entity, item.field.field
    label = words.field_text(entity, name)
    if (entity, name) in CODES:
        return _Codes(CODES[entity, name], label)
    if is_day(entity, name):
        return DateField(read_date, on, name=label, birth=name == "birth_date")
    if item.field.joinable or name in LINES:
        return LongTextField(name=label, rows=4)
    return TextField(name=label)


def can_type(item: Item) -> bool:
    """Whether something else than the versions can be typed for an item."""
    return item.field.editable and not item.settled


def _whole(version: Version, whole: dict[str, tuple[Any, Any]] | None) -> Version:
    if whole is None or version.operation not in whole:
        return version
    value, before = whole[version.operation]
    return replace(version, value=value, before=before)
