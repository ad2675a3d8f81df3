"""The people entered so far, one line each: who they are, how they belong, and what can be done with the line."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLayout, QPushButton, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.flow_layout import FlowLayout
from models.texts import _


class Entered(NamedTuple):
    """One person as listed."""

    name: str
    relation: str
    detail: str  # sex and age; that the person does not count; that the record exists already
    wrong: bool = False


class PeopleList(QWidget):
    """A compact list. `chosen(place)` opens a person, `removed(place)` takes one off, `another()` adds one."""

    chosen = Signal(int)
    removed = Signal(int)
    another = Signal()

    def __init__(self, *, narrow: bool, parent: QWidget | None = None) -> None:
        """`narrow` is the list beside the form: names over details, without buttons of its own for each line."""
        super().__init__(parent)
        self._narrow = narrow
        self.buttons: list[QPushButton] = []
        self._rows: QLayout = FlowLayout(gap=theme.px(4)) if narrow else pieces.column(None, gap=8)
        self.more = pieces.button(_("Another person"), self.another.emit, "link" if narrow else "", "plus")
        pieces.column(self, self._rows, pieces.line(None, self.more, None), gap=6)

    def show_people(self, people: Sequence[Entered], at: int) -> None:
        """List these people; `at` is the place of the one now shown in the form, -1 for none."""
        pieces.clear(self._rows)
        self.buttons = []
        for place, person in enumerate(people):
            self._rows.addWidget(self._narrow_line(place, person, at) if self._narrow else self._line(place, person))

    def _narrow_line(self, place: int, person: Entered, at: int) -> QWidget:
        words = " · ".join(filter(None, (person.relation, person.detail)))
        button = pieces.button(f"{person.name}\n{words}" if words else person.name, partial(self.chosen.emit, place))
        button.setProperty("role", "row")
        button.setFixedSize(theme.px(182), theme.px(54))
        button.setCheckable(True)
        button.setChecked(place == at)
        button.setAccessibleName(_("{name}: change").format(name=person.name))
        if person.wrong:
            button.setIcon(theme.icon("warning", "danger"))
        self.buttons.append(button)
        return button

    def _line(self, place: int, person: Entered) -> QWidget:
        name = pieces.text(person.name, "subheading", wrap=False)
        words = pieces.text(" · ".join(filter(None, (person.relation, person.detail))), "soft")
        change = pieces.button(_("Change"), partial(self.chosen.emit, place))
        change.setAccessibleName(_("{name}: change").format(name=person.name))
        drop = pieces.icon_button(_("{name}: take off the list").format(name=person.name), "trash")
        drop.clicked.connect(lambda _checked=False: self.removed.emit(place))
        self.buttons.append(change)
        row = pieces.line(None, pieces.column(None, name, words, gap=2), change, drop, gap=10)
        row.setStretch(0, 1)
        return pieces.card(row, margin=12)
