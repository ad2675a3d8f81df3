"""Who gains and who loses by a new set of rules: figures by service, the residents, and visits planned from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QListWidget,
    QStyle,
    QStyledItemDelegate,
    QTableWidget,
)

from desktop import theme
from desktop.eligibility_words import amount_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card
from desktop.widgets.made_by_qt import add_cell, add_line
from desktop.widgets.tile_list import Tile, paint_tile, person_words
from models.casebook import Casebook
from models.eligibility.comparing import EFFECTS, PersonChange, RuleChange, ServiceChange
from models.eligibility.policies import Policies
from models.records.visit import PlanEntry
from models.texts import _, language, ngettext, pgettext

PAGE = 50
"""Residents fetched at once."""

TONES = {"gains": "good", "loses": "danger", "asks": "warn", "office": "accent", "settles": "soft", "amount": "accent"}
WORTH_A_VISIT = ("gains", "asks")
_ROW = Qt.ItemDataRole.UserRole


def effect_words(effect: str) -> str:
    """What becomes different, in two or three words."""
    return {
        "gains": pgettext("rules", "gains"),
        "loses": pgettext("rules", "loses"),
        "asks": _("now needs a question"),
        "office": _("now for an office"),
        "settles": _("no question any more"),
        "amount": _("another amount"),
    }[effect]


@dataclass(frozen=True)
class Who:
    """A resident or household as the list shows it."""

    tile: Tile
    change: PersonChange


def fetch(casebook: Casebook, changes: Sequence[PersonChange], names: Mapping[str, str]) -> list[Who]:
    """The residents of some changes with names and addresses; off the window's thread. names: of services."""
    rows = {row.id: row for row in casebook.residents.rows([each.resident_id for each in changes if each.resident_id])}
    found = []
    for each in changes:
        row = rows.get(each.resident_id)
        if row is None:
            home = casebook.households.get(each.household_id)
            head = home.members[0].resident.name if home.members else _("A household")
            name, beside, below = _("Household of {name}").format(name=head), "", home.address
        else:
            name, beside, below = row.name, person_words(row), row.address
        amounts = [amount_text(amount) for amount in (each.amount_before, each.amount_after)]
        sums = _("{before} → {after}").format(before=amounts[0] or "–", after=amounts[1] or "–") if any(amounts) else ""
        service = names.get(each.service_id, each.service_id)
        if each.component and each.component not in service:
            service = _("{service}: {part}").format(service=service, part=each.component)
        tags = ((effect_words(each.effect), TONES[each.effect]),)
        found.append(Who(Tile(name, beside, below, service, sums, tags), each))
    return found


def entries_of(changes: Sequence[PersonChange], day: Any, reason: Callable[[str], str]) -> list[PlanEntry]:
    """A visit for every household in which somebody gains or needs a question, one for each service."""
    found: dict[tuple[str, str], PlanEntry] = {}
    for each in changes:
        if each.effect in WORTH_A_VISIT:
            found.setdefault(
                (each.household_id, each.service_id),
                PlanEntry(
                    household_id=each.household_id,
                    resident_id=each.resident_id,
                    due_on=day,
                    source="rule",
                    service_id=each.service_id,
                    reason=reason(each.service_id)[:500],
                ),
            )
    return list(found.values())


class _Tiles(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: Any, index: Any) -> None:
        who: Who = index.data(_ROW)
        paint_tile(painter, option.rect, who.tile, bool(option.state & QStyle.StateFlag.State_Selected))

    def sizeHint(self, option: Any, index: Any) -> QSize:
        del option, index
        return QSize(theme.px(200), theme.row_height())


class EffectCard(Card):
    """begin() asks the page to compare; show_change() shows what came out."""

    compare = Signal()
    wanted = Signal(object)  # the PersonChanges of the next rows
    opened = Signal(object)  # PersonChange
    plan = Signal(object)  # the PersonChanges that are worth a visit

    def __init__(self) -> None:
        super().__init__(_("Who gains and who loses"))
        self.change: RuleChange | None = None
        self.chosen: list[PersonChange] = []
        self._fetched = 0
        self.words = pieces.text(
            _("Every resident of the register is decided by both sets of rules. Nothing is written."), "soft"
        )
        self.add(self.words)
        self.button = pieces.button(_("See who gains and who loses"), self.compare.emit, "primary", "residents")
        self.add(pieces.line(None, self.button, None))

    def busy(self, busy: bool) -> None:
        """While it is worked out, it is not begun again."""
        self.button.setEnabled(not busy)

    def show_change(self, change: RuleChange, policies: Policies) -> None:
        """Show figures by service, and the residents."""
        self.change = change
        pieces.clear(self.body)
        self.names = {each.service_id: _name(each) for each in change.services}
        people = ngettext("{n} resident", "{n} residents", change.residents).format(n=f"{change.residents:,}")
        homes = ngettext("{n} household", "{n} households", change.households).format(n=f"{change.households:,}")
        counted = _("{people} in {homes} decided by both sets of rules").format(people=people, homes=homes)
        self.add(pieces.text(counted, "soft"))
        if change.left_out:
            left = [policies.services[each] for each in change.left_out if each in policies.services]
            names = _(", ").join(each.name if language() == "zh_CN" else each.name_en for each in left)
            words = _("Not listed, because they are for everybody or private: {services}").format(services=names)
            self.add(pieces.text(words if left else "", "small"))
        if not change.changes:
            self.add(pieces.text(_("Nobody: for every resident everything stays as it is."), "label"))
            return
        self.table = self._figures(change.services)
        self.add(self.table)
        self.service = QComboBox()
        self.service.setAccessibleName(pgettext("rules", "Service"))
        self.service.addItem(_("All services"), "")
        for each in change.services:
            self.service.addItem(_name(each), each.service_id)
        self.effect = QComboBox()
        self.effect.setAccessibleName(_("What becomes different"))
        self.effect.addItem(_("Every difference"), "")
        for effect in EFFECTS:
            if change.total(effect):
                words = _("{what}: {n}").format(what=effect_words(effect), n=f"{change.total(effect):,}")
                self.effect.addItem(words, effect)
        for box in (self.service, self.effect):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(9)
            box.currentIndexChanged.connect(lambda _at: self._filter())
        self.plan_button = pieces.button(_("Plan visits"), lambda: self.plan.emit(list(self.visits())), icon="calendar")
        filters = pieces.line(None, self.service, self.effect, None, self.plan_button)
        filters.setStretch(0, 2)
        filters.setStretch(1, 1)
        self.add(filters)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Residents for whom something becomes different"))
        self.list.setItemDelegate(_Tiles(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.itemActivated.connect(lambda item: self.opened.emit(item.data(_ROW).change))
        self.list.itemClicked.connect(lambda item: self.opened.emit(item.data(_ROW).change))
        pieces.finger_scroll(self.list)
        self.add(self.list)
        self.more = pieces.button("", self._more, "link")
        self.add(pieces.line(None, self.more, None))
        self._filter()

    def visits(self) -> Sequence[PersonChange]:
        """Those chosen for whom a visit makes sense."""
        return [each for each in self.chosen if each.effect in WORTH_A_VISIT]

    def _figures(self, services: Sequence[ServiceChange]) -> QTableWidget:
        used = [effect for effect in EFFECTS if any(getattr(each, effect) for each in services)]
        table = QTableWidget(len(services), len(used) + 1)
        table.setAccessibleName(_("Figures by service"))
        table.setHorizontalHeaderLabels([pgettext("rules", "Service"), *map(effect_words, used)])
        first = table.horizontalHeaderItem(0)
        assert first is not None
        first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setTabKeyNavigation(False)
        for at, each in enumerate(services):
            add_cell(table, at, 0, _name(each)).setToolTip(_name(each))
            for column, effect in enumerate(used, 1):
                number = getattr(each, effect)
                cell = add_cell(table, at, column, f"{number:,}" if number else "–")
                cell.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                cell.setForeground(theme.colour(TONES[effect] if number else "soft"))
        head = table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setHighlightSections(False)
        table.setStyleSheet(f"QTableWidget::item {{ padding: 0 {theme.px(8)}px; }}")
        row = theme.target()
        table.verticalHeader().setDefaultSectionSize(row)
        table.setFixedHeight(theme.px(46) + min(len(services), 6) * row)
        table.currentCellChanged.connect(lambda now, *_rest: self._service_chosen(services, now))
        pieces.finger_scroll(table)
        return table

    def _service_chosen(self, services: Sequence[ServiceChange], row: int) -> None:
        if 0 <= row < len(services):
            self.service.setCurrentIndex(self.service.findData(services[row].service_id))

    def _filter(self) -> None:
        assert self.change is not None
        service, effect = self.service.currentData(), self.effect.currentData()
        self.chosen = [
            each for each in self.change.changes if service in ("", each.service_id) and effect in ("", each.effect)
        ]
        self._fetched = 0
        self.list.clear()
        visits = len({(each.household_id, each.service_id) for each in self.visits()})
        words = ngettext("Plan {n} visit", "Plan {n} visits", visits).format(n=f"{visits:,}")
        self.plan_button.setText(words)
        self.plan_button.setEnabled(bool(visits))
        self._more()

    def _more(self) -> None:
        part = self.chosen[self._fetched : self._fetched + PAGE]
        self._fetched += len(part)
        self.wanted.emit((part, self._fetched))

    def show_rows(self, rows: Sequence[Who], until: int) -> None:
        """Show the next rows; those of another choice are dropped."""
        if until != self._fetched or self.list.count() + len(rows) != until:
            return
        for who in rows:
            item = add_line(self.list, who.tile.name)
            item.setData(_ROW, who)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, who.tile.spoken())
        height = min(max(self.list.count(), 1), 6) * theme.row_height() + theme.px(8)
        self.list.setFixedHeight(height)
        left = len(self.chosen) - self._fetched
        self.more.setVisible(left > 0)
        self.more.setText(_("Show more ({n} left)").format(n=f"{left:,}"))


def _name(each: ServiceChange) -> str:
    return each.name if language() == "zh_CN" else each.name_en
