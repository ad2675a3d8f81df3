"""By what the list of conflicts is narrowed: community, kind of record, worker, how long it waits; and its order."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from desktop.conflict_words import entity_text
from desktop.widgets import pieces
from models.services.conflicts_about import community_name
from models.services.conflicts_views import Choices, Wanted
from models.texts import _, ngettext

AGES = (1, 3, 7, 30)


class FilterLine(QWidget):
    """Emits what is wanted whenever a box is changed by hand."""

    wished = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.wanted = Wanted()
        self.community, self.entity = _box(_("Community")), _box(_("Kind of record"))
        self.worker, self.age, self.order = _box(_("Worker")), _box(_("How long it waits")), _box(_("Order"))
        row = pieces.wrapping(self, gap=8)
        for box in (self.community, self.entity, self.worker, self.age, self.order):
            row.addWidget(box)
            box.activated.connect(self._changed)

    def fill(self, wanted: Wanted, choices: Choices) -> None:
        """Fill the boxes, and show what is wanted."""
        self.wanted = wanted
        _fill(self.community, _("All communities"), [(c, community_name(c), n) for c, n in choices.communities])
        _fill(self.entity, _("All kinds"), [(e, entity_text(e), n) for e, n in choices.entities])
        _fill(self.worker, _("All workers"), [(w, w, n) for w, n in choices.workers])
        ages = [
            (str(days), ngettext("{n} day and longer", "{n} days and longer", days).format(n=days), 0) for days in AGES
        ]
        _fill(self.age, _("However long"), ages)
        self.order.clear()
        for key, label in (("oldest", _("Oldest first")), ("newest", _("Newest first")), ("place", _("By community"))):
            self.order.addItem(label, key)
        for box, value in (
            (self.community, wanted.community),
            (self.entity, wanted.entity),
            (self.worker, wanted.worker),
            (self.age, str(wanted.older_than or "")),
            (self.order, wanted.order),
        ):
            box.setCurrentIndex(max(box.findData(value), 0))

    def _changed(self) -> None:
        self.wanted = replace(
            self.wanted,
            community=self.community.currentData(),
            entity=self.entity.currentData(),
            worker=self.worker.currentData(),
            older_than=int(self.age.currentData() or 0),
            order=self.order.currentData(),
        )
        self.wished.emit(self.wanted)


def _box(name: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return made


def _fill(box: QComboBox, everything: str, choices: Sequence[tuple[str, str, int]]) -> None:
    box.clear()
    box.addItem(everything, "")
    for key, label, count in choices:
        box.addItem(f"{label} ({count})" if count else label, key)
