"""Who is the head of a household from then on, and how the others stand to that head."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField
from models.records import codes
from models.records.kinship import Kin, relation_to
from models.texts import _


@dataclass(frozen=True)
class Sitter:
    """One person of a household that needs a head."""

    id: str
    name: str
    details: str  # sex and age in words
    kin: Kin  # as seen from the old head


@dataclass(frozen=True)
class Seat:
    """A household and who can be its head. With `fixed` the head is known, and only relations are asked."""

    household_id: str  # "" for a household that begins
    words: str  # what is asked
    people: tuple[Sitter, ...]  # who stands to the head from then on
    heads: tuple[str, ...] = ()  # who of them can be the head
    fixed: str = ""  # the head who stays: their id
    ask: frozenset[str] = field(default_factory=frozenset)  # whose relation is asked; with nobody named: everybody's


class _SeatView(QWidget):
    changed = Signal()
    entered = Signal()

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self.seat = seat
        self.relations: dict[str, QComboBox] = {}
        self._by_hand: set[str] = set()  # relations that a person chose: no suggestion goes over them
        self._told: dict[str, str] = {}  # also of people who have no row now
        words = pieces.text(seat.words, "label")
        self.head = ChoiceField(
            [(who.id, f"{who.name}  {who.details}".rstrip()) for who in seat.people if who.id in seat.heads],
            name=seat.words,
        )
        if seat.fixed:
            self.head.hide()
        if len(seat.heads) == 1:
            self.head.show_answer(seat.heads[0])
        self.head.changed.connect(self._head_chosen)
        self.head.entered.connect(self.entered)
        self.title = pieces.text(_("How the others stand to the head"), "small")
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(theme.px(16))
        self.grid.setVerticalSpacing(theme.px(4))
        self.grid.setColumnStretch(1, 1)
        pieces.column(self, words, self.head, self.title, self.grid, gap=6)
        self._rows()

    def answer(self) -> dict[str, Any]:
        return {
            "household_id": self.seat.household_id,
            "head_id": self._head(),
            "fixed": bool(self.seat.fixed),
            "relations": {who: str(box.currentData() or "") for who, box in self.relations.items()},
            "names": {who.id: who.name for who in self.seat.people},
            "by_hand": sorted(self._by_hand),
        }

    def show_answer(self, row: Mapping[str, Any]) -> None:
        if row.get("head_id"):
            self.head.show_answer(row["head_id"])
        self._by_hand = {str(who) for who in row.get("by_hand") or ()}
        relations = row.get("relations")
        self._told = {str(k): str(v) for k, v in relations.items()} if isinstance(relations, Mapping) else {}
        self._rows()

    def first_focus(self) -> QWidget:
        if self.seat.fixed or self.head.codes():
            empty = next((box for box in self.relations.values() if not box.currentData()), None)
            return empty or next(iter(self.relations.values()), self.head.first_focus())
        return self.head.first_focus()

    def _head(self) -> str:
        return self.seat.fixed or "".join(self.head.codes())

    def _head_chosen(self) -> None:
        self._told |= {who: str(box.currentData() or "") for who, box in self.relations.items()}
        self._rows()
        self.changed.emit()

    def _rows(self) -> None:
        pieces.clear(self.grid)
        self.relations = {}
        head_id = self._head()
        head = next((who.kin for who in self.seat.people if who.id == head_id), None)
        asked = [
            who for who in self.seat.people if who.id != head_id and (not self.seat.ask or who.id in self.seat.ask)
        ]
        asked = asked if head_id else []
        for place, who in enumerate(asked):
            box = QComboBox()
            box.addItem(_("Choose"), "")
            for code, label in codes.choices("relation"):
                if code != "0":
                    box.addItem(label, code)
            suggested = relation_to(head, who.kin) if head is not None else ""
            wanted = self._told.get(who.id, "") if who.id in self._by_hand else suggested
            box.setCurrentIndex(max(box.findData(wanted), 0))
            box.setAccessibleName(_("Relation of {name} to the head").format(name=who.name))
            box.setMinimumHeight(theme.target())
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            box.activated.connect(partial(self._chosen, who.id))
            name = pieces.text(f"{who.name}  {who.details}".rstrip())
            self.grid.addWidget(name, place, 0)
            self.grid.addWidget(box, place, 1, Qt.AlignmentFlag.AlignLeft)
            self.relations[who.id] = box
        self.title.setVisible(bool(asked))

    def _chosen(self, who: str, _place: int) -> None:
        self._by_hand.add(who)
        self.changed.emit()


class HeadField(QWidget):
    """The field of the question `heads`: a place for each household that needs a head.

    The page says which ones by show_seats; the answer is their rows. What the relations suggest is filled in, what a
    person chose stays.
    """

    changed = Signal()
    entered = Signal()

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.seats: tuple[Seat, ...] = ()
        self.views: list[_SeatView] = []
        self._kept: dict[str, Mapping[str, Any]] = {}  # by household and people: what was told before
        self._column = pieces.column(self, gap=14)

    def show_seats(self, seats: Sequence[Seat]) -> None:
        """Ask for these households; what was told of one that is asked for again stays. Emits nothing."""
        if tuple(seats) == self.seats:
            return
        self._keep()
        pieces.clear(self._column)
        self.seats, self.views = tuple(seats), []
        for seat in self.seats:
            view = _SeatView(seat)
            if row := self._kept.get(seat.household_id):
                view.show_answer(row)
            view.changed.connect(self.changed)
            view.entered.connect(self.entered)
            self.views.append(view)
            self._column.addWidget(view)

    def answer(self) -> list[dict[str, Any]]:
        """A row for each household that is asked for."""
        return [view.answer() for view in self.views]

    def show_answer(self, answer: object) -> None:
        """Show what was told before, now or as soon as the household is asked for. Emits nothing."""
        rows = [row for row in answer if isinstance(row, Mapping)] if isinstance(answer, list) else []
        self._kept = {str(row.get("household_id") or ""): row for row in rows}
        for view in self.views:
            view.show_answer(self._kept.get(view.seat.household_id, {}))

    def first_focus(self) -> QWidget:
        """Where the cursor goes: the first thing that is not told yet."""
        for view in self.views:
            if not view.answer()["head_id"] or "" in view.answer()["relations"].values():
                return view.first_focus()
        return self.views[0].first_focus() if self.views else self

    def _keep(self) -> None:
        self._kept |= {view.seat.household_id: view.answer() for view in self.views}
