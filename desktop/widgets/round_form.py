"""Planning a round: community, road, building, staircase, or named households; its doors are seen before."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QLabel, QLineEdit, QWidget

from desktop import theme
from desktop.case_words import day_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import show_more
from desktop.widgets.date_field import DateField
from desktop.widgets.flow_layout import FlowLayout
from forms.reading import read_date
from models.records import divisions
from models.records.rounds import RoundEntry, Scope
from models.services.rounds_views import DoorsView, PartView
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.pages.base import Page

WAIT_MS = 150
SHOWN = 60
"""Doors that are drawn in the preview at once."""

ALL = "*"


class RoundForm(QFrame):
    """`entry()` is what would be planned; `planned` asks for it, `cancelled` closes."""

    planned = Signal(object)  # a RoundEntry
    cancelled = Signal()

    def __init__(self, page: "Page", today: date) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._page, self._today = page, today
        self.household_ids: tuple[str, ...] = ()
        self.doors: DoorsView | None = None
        self._asked = 0
        self._named_by_hand = False
        self.boxes = {name: QComboBox() for name in ("community", "street", "building", "unit")}
        words = {
            "community": _("Community"),
            "street": _("Road or estate"),
            "building": _("Building"),
            "unit": _("Unit"),
        }
        self.where = QWidget()
        flow = FlowLayout(self.where, gap=theme.px(12))
        for name, box in self.boxes.items():
            box.setAccessibleName(words[name])
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setMaximumWidth(theme.px(360))
            box.activated.connect(lambda _place, name=name: self._chosen(name))
            flow.addWidget(_labelled(words[name], box))
        self.extra = QLineEdit()
        self.extra.setMaxLength(400)
        self.extra.setPlaceholderText(_("e.g. 301, 302"))
        self.extra.textEdited.connect(lambda _text: self._ask_soon())
        self.extra_part = _labelled(_("Doors that are not on the register"), self.extra)
        self.top_down = QCheckBox(_("From the highest floor down"))
        self.sides = QCheckBox(_("Odd numbers there, even numbers back"))
        for tick in (self.top_down, self.sides):
            tick.toggled.connect(lambda _on: self._ask_soon())
        ways = FlowLayout(gap=theme.px(16))
        ways.addWidget(self.top_down)
        ways.addWidget(self.sides)
        self.name = QLineEdit()
        self.name.setMaxLength(80)
        self.name.textEdited.connect(self._name_typed)
        self.purpose = QLineEdit()
        self.purpose.setMaxLength(200)
        self.purpose.setPlaceholderText(_("e.g. winter visits to older people"))
        self.assignee = QComboBox()
        self.assignee.setEditable(True)
        self.assignee.setAccessibleName(_("Who walks"))
        line = self.assignee.lineEdit()
        if line is not None:
            line.setPlaceholderText(_("Whoever has time"))
            line.setMaxLength(100)
        self.day = DateField(
            read_date,
            today,
            name=_("Day of the round"),
            quick=[(_("Today"), today), (_("Tomorrow"), today + timedelta(days=1))],
        )
        self.day.show_answer(today.isoformat())
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(1, 1)
        rows = (
            (_("Name of the round"), self.name),
            (_("What for"), self.purpose),
            (_("Who walks"), self.assignee),
            (_("When"), self.day),
        )
        for place, (label, field) in enumerate(rows):
            made = pieces.text(label, "label", wrap=False)
            made.setBuddy(field)
            if isinstance(field, QLineEdit):
                field.setAccessibleName(label)
            grid.addWidget(made, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, place, 1)
        self.count = pieces.text("", "subheading")
        self.preview = pieces.column(None, gap=2)
        self.wrong = pieces.text("", "error")
        self.wrong.hide()
        self.go = pieces.button(_("Plan the round"), self._plan, "primary", "check")
        self.close_button = pieces.button(_("Cancel"), self.cancelled.emit)
        pieces.column(
            self,
            pieces.text(_("A new round"), "heading"),
            self.where,
            self.extra_part,
            ways,
            self.count,
            self.preview,
            pieces.rule(),
            grid,
            self.wrong,
            pieces.line(None, self.close_button, None, self.go),
            margin=18,
            gap=10,
        )
        self._soon = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._soon.timeout.connect(self._ask)

    def begin(self, household_ids: Sequence[str] = (), name: str = "", workers: Sequence[str] = ()) -> None:
        """Begin anew: for these households, or for an address."""
        self.household_ids = tuple(household_ids)
        self._named_by_hand = bool(name)
        self.name.setText(name)
        listed = bool(self.household_ids)
        for part in (self.where, self.extra_part):
            part.setVisible(not listed)
        self.sides.setVisible(not listed)
        if not self.assignee.count():
            self.assignee.addItems(["", *dict.fromkeys(worker for worker in workers if worker)])
            self.assignee.setCurrentText("")
        self.wrong.hide()
        if listed:
            if not name:
                self.name.setText(_("List of {day}").format(day=day_text(self._today)))
            self._ask()
        else:
            self._load_parts("community")

    def first_focus(self) -> None:
        """The first thing to choose."""
        (self.name if self.household_ids else self.boxes["community"]).setFocus()

    # Choosing.

    def _value(self, name: str) -> str:
        found = self.boxes[name].currentData()
        return str(found) if found is not None else ALL

    def _chosen(self, name: str) -> None:
        following = {"community": "street", "street": "building", "building": "unit"}.get(name)
        if following is not None:
            self._load_parts(following)
        else:
            self._ask()

    def _load_parts(self, name: str) -> None:
        """Fill a box and empty those behind it; the only choice is chosen at once."""
        rounds = self._page.casebook.rounds
        community, street, building = (self._value(part) for part in ("community", "street", "building"))
        names = list(self.boxes)
        for later in names[names.index(name) :]:
            self.boxes[later].clear()
            self.boxes[later].setEnabled(False)

        def load() -> list[PartView]:
            if name == "community":
                return rounds.parts()
            if name == "street":
                return rounds.parts(community)
            if name == "building":
                return [] if street == ALL else rounds.parts(community, street)
            return [] if building == ALL else rounds.parts(community, street, building)

        def show(parts: list[PartView]) -> None:
            self._fill(name, parts)

        self._page.read(load, show)

    def _fill(self, name: str, parts: list[PartView]) -> None:
        box = self.boxes[name]
        box.clear()
        whole = {"building": _("The whole road"), "unit": _("The whole building")}.get(name)
        if whole is not None and (len(parts) != 1):
            box.addItem(whole, ALL)
        for part in parts:
            box.addItem(_("{name}  ({n})").format(name=_part_words(name, part.name), n=part.doors), part.name)
        box.setEnabled(bool(parts))
        following = {"community": "street", "street": "building", "building": "unit"}.get(name)
        if following is not None and parts:
            self._load_parts(following)
        else:
            self._ask()

    def entry(self) -> RoundEntry | None:
        """What would be planned; None while nothing is chosen or the day is not readable."""
        day = self.day.day()
        told: dict[str, Any] = {
            "name": self.name.text().strip() or self._own_name() or "-",
            "purpose": self.purpose.text().strip(),
            "assignee": self.assignee.currentText().strip(),
            "starts_on": day or self._today,
            "top_down": self.top_down.isChecked(),
            "sides": self.sides.isChecked(),
        }
        if self.household_ids:
            return RoundEntry(scope="list", household_ids=self.household_ids, **told)
        community, street, building, unit = (self._value(name) for name in self.boxes)
        if ALL in (community, street):
            return None
        scope: Scope = "road" if building == ALL else "building" if unit == ALL else "staircase"
        extra = tuple(part.strip() for part in self.extra.text().replace("，", ",").replace("、", ",").split(","))
        return RoundEntry(
            scope=scope,
            community_code=community,
            street_line=street,
            building="" if building == ALL else building,
            unit="" if unit == ALL else unit,
            extra_doors=tuple(part[:20] for part in extra if part) if scope == "staircase" else (),
            **told,
        )

    def _own_name(self) -> str:
        """The name that the address gives: 鞍山道12号 3号楼2单元."""
        street, building, unit = (self._value(name) for name in ("street", "building", "unit"))
        if street == ALL:
            return ""
        tail = "" if building == ALL else _part_words("building", building)
        tail += "" if unit == ALL else _part_words("unit", unit)
        return " ".join(part for part in (street, tail) if part)[:80]

    def _name_typed(self, text: str) -> None:
        self._named_by_hand = bool(text.strip())

    # The doors.

    def _ask_soon(self) -> None:
        self._soon.start()

    def _ask(self) -> None:
        if not self._named_by_hand and not self.household_ids:
            self.name.setText(self._own_name())
        entry = self.entry()
        self.extra_part.setVisible(entry is not None and entry.scope == "staircase")
        self._asked += 1
        this = self._asked
        if entry is None:
            self.doors = None
            self._show_doors()
            return
        rounds = self._page.casebook.rounds

        def show(doors: DoorsView) -> None:
            if this == self._asked:
                self.doors = doors
                self._show_doors()

        self._page.read(lambda: rounds.doors(entry), show)

    def _show_doors(self) -> None:
        pieces.clear(self.preview)
        doors = self.doors
        self.go.setEnabled(doors is not None and bool(doors.doors or doors.unknown))
        if doors is None:
            self.count.setText("")
            self.preview.addWidget(pieces.text(_("Choose an address to see its doors."), "soft"))
            return
        count = len(doors.doors) + len(doors.unknown)
        words = ngettext("{n} door", "{n} doors", count).format(n=f"{count:,}")
        people = ngettext("{n} person", "{n} people", doors.people).format(n=f"{doors.people:,}")
        parts = [words, people]
        empty = doors.empty + len(doors.unknown)
        if empty:
            parts.append(ngettext("nobody registered at {n}", "nobody registered at {n}", empty).format(n=empty))
        self.count.setText("  ·  ".join(parts))
        link, place = show_more(_("See the doors in their order"), self._fill_preview)
        self.preview.addWidget(link)
        self.preview.addWidget(place)

    def _fill_preview(self, box: Any) -> None:
        assert self.doors is not None
        for number, door in enumerate(self.doors.doors[:SHOWN], 1):
            names = _(", ").join(door.names) or _("nobody registered")
            last = _("last visit {day}").format(day=day_text(door.last_visit)) if door.last_visit else ""
            other = _("already in “{round}”").format(round=door.in_round) if door.in_round else ""
            words = "  ·  ".join(part for part in (f"{number}  {door.door}", names, last, other) if part)
            box.addWidget(pieces.text(words))
        if self.doors.unknown:
            box.addWidget(pieces.text(_("New doors: {doors}").format(doors=_(", ").join(self.doors.unknown))))
        rest = len(self.doors.doors) - SHOWN
        if rest > 0:
            box.addWidget(pieces.text(ngettext("and {n} more", "and {n} more", rest).format(n=rest), "small"))

    def _plan(self) -> None:
        entry = self.entry()
        self.wrong.hide()
        if entry is None:
            self._complain(_("Choose a community and a road first."))
            self.boxes["community"].setFocus()
        elif not self.name.text().strip():
            self._complain(_("Give the round a name."))
            self.name.setFocus()
        elif self.day.day() is None:
            self._complain(_("Write the day of the round, for example 2026-12-1."))
            self.day.first_focus().setFocus()
        else:
            self.planned.emit(entry)

    def _complain(self, words: str) -> None:
        self.wrong.setText(words)
        self.wrong.show()


def _part_words(name: str, value: str) -> str:
    """A part of an address as people write it."""
    if name == "community":
        found = divisions.community(value)
        return found.short if found is not None else value
    if not value:
        return _("not given")
    if name == "building":
        return value if value[-1] in "号楼栋座" else value + "号楼"
    if name == "unit":
        return value if value[-1] in "单元门" else value + "单元"
    return value


def _labelled(words: str, field: QWidget) -> QWidget:
    made = QWidget()
    label: QLabel = pieces.text(words, "small", wrap=False)
    label.setBuddy(field)
    field.setAccessibleName(words)
    pieces.column(made, label, field, gap=2)
    return made
