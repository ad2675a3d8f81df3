"""What is chosen for envelopes and labels: to whom, on what, from whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QRegularExpression, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget

from desktop.paper_values import AT_ONCE
from desktop.widgets import pieces
from models.texts import _, ngettext

ENVELOPES = ("DL", "ZL", "C5", "C4", "B6")
"""Of GB/T 1416-2003, the usual ones first."""
LABELS = ("3x8", "3x7", "2x8", "2x7", "2x5", "2x4")


class PostOptions(QWidget):
    """The options; `changed` tells that the paper is another one now."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._residents: list[str] = []
        self._households: list[str] = []
        self._labels = False
        self._has_household = False
        self.to = QComboBox()
        self.format = QComboBox()
        self.start = QSpinBox()
        self.start.setRange(1, 24)
        self.part = QSpinBox()
        self.part.setRange(1, 400)
        self.once = QCheckBox(_("One for each household"))
        self.once.setChecked(True)
        self.boxes = QCheckBox(_("Boxes and place of the stamp"))
        self.boxes.setChecked(True)
        self.frames = QCheckBox(_("Print lines to cut along"))
        self.code = _code_line()
        self.sender_address = QLineEdit()
        self.sender_code = _code_line()
        self._rows = {
            "to": _row(_("To"), self.to),
            "part": _row(_("Which {n} of them (1: the first)").format(n=AT_ONCE), self.part),
            "format": _row(_("Printed on"), self.format),
            "start": _row(_("First free label of the sheet"), self.start),
            "once": self.once,
            "boxes": self.boxes,
            "frames": self.frames,
            "code": _row(_("Postal code there, if known"), self.code),
            "sender_address": _row(_("Address of the sender"), self.sender_address),
            "sender_code": _row(_("Postal code of the sender"), self.sender_code),
        }
        pieces.column(self, *self._rows.values(), gap=10)
        self._fill_to()
        self.show_labels(labels=False)
        self._show_part()
        self.to.currentIndexChanged.connect(lambda _place: self._show_part())
        self.part.valueChanged.connect(lambda _n: self.changed.emit())
        for combo in (self.to, self.format):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(12)
            combo.currentIndexChanged.connect(lambda _place: self.changed.emit())
        for tick in (self.once, self.boxes, self.frames):
            tick.toggled.connect(lambda _on: self.changed.emit())
        self.start.valueChanged.connect(lambda _n: self.changed.emit())
        for line in (self.code, self.sender_address, self.sender_code):
            line.editingFinished.connect(self.changed.emit)

    def set_people(self, residents: Sequence[str], households: Sequence[str]) -> None:
        """A list to send to, handed over from another page."""
        self._residents, self._households = list(residents), list(households)
        self._fill_to()

    def set_household(self, known: bool) -> None:
        """Whether a household is chosen on the page."""
        if known != self._has_household:
            self._has_household = known
            self._fill_to()

    def _fill_to(self) -> None:
        before = self.to.currentData()
        self.to.blockSignals(True)
        self.to.clear()
        listed = len(self._residents) or len(self._households)
        if listed:
            words = ngettext("The {n} of the list", "The {n} of the list", listed).format(n=listed)
            self.to.addItem(words, "list")
        if self._has_household:
            self.to.addItem(_("The person chosen"), "person")
            self.to.addItem(_("Everybody of this household"), "household")
        self.to.addItem(_("Everybody on the register"), "everybody")
        if not listed and not self._has_household:
            self.to.insertItem(0, _("Choose whom"), "")
            self.to.setCurrentIndex(0)
        elif (place := self.to.findData(before)) >= 0 and before != "":
            self.to.setCurrentIndex(0 if listed else place)
        self.to.blockSignals(False)
        self._show_part()

    def _show_part(self) -> None:
        """Long lists are printed part by part."""
        long = max(len(self._residents), len(self._households)) > AT_ONCE
        to = self.to.currentData()
        self._rows["part"].setVisible(to == "everybody" or (to == "list" and long))

    def show_labels(self, *, labels: bool) -> None:
        """Envelopes or labels: each has its own formats and options."""
        if labels != self._labels or not self.format.count():
            self._labels = labels
            self.format.blockSignals(True)
            self.format.clear()
            for key in LABELS if labels else ENVELOPES:
                self.format.addItem(_format_words(key, labels=labels), key)
            self.format.blockSignals(False)
        for name in ("start", "frames"):
            self._rows[name].setVisible(labels)
        for name in ("boxes", "sender_address", "sender_code"):
            self._rows[name].setVisible(not labels)

    def remember(self, kept: Mapping[str, Any]) -> None:
        """Fill in the sender of the last time."""
        for line, key in ((self.sender_address, "sender_address"), (self.sender_code, "sender_postal_code"),
                          (self.code, "postal_code")):  # fmt: skip
            if kept.get(key) and not line.text():
                line.setText(str(kept[key]))

    def sender_words(self) -> dict[str, str]:
        """What is kept for the next time."""
        return {
            "sender_address": self.sender_address.text().strip(),
            "sender_postal_code": _whole(self.sender_code),
            "postal_code": _whole(self.code),
        }

    def argument(self, resident_id: str, household_id: str) -> dict[str, Any]:
        """What the envelopes are made from; {} while nobody is chosen."""
        to = str(self.to.currentData() or "")
        ways: dict[str, dict[str, Any]] = {
            "list": {"resident_ids": self._residents, "household_ids": self._households},
            "person": {"resident_ids": [resident_id]},
            "household": {"of_household": household_id},
            "everybody": {"everybody": True},
        }
        people = ways.get(to, {})
        if not people or (to == "person" and not resident_id) or (to == "household" and not household_id):
            return {}
        return {
            **people,
            **self.sender_words(),
            "part": self.part.value() if to in ("everybody", "list") else 1,
            "format": str(self.format.currentData()),
            "once": self.once.isChecked(),
            "boxes": self.boxes.isChecked(),
            "start": min(self.start.value(), places_on(str(self.format.currentData()))) if self._labels else 1,
            "frames": self._labels and self.frames.isChecked(),
        }


def places_on(key: str) -> int:
    """How many labels a sheet has, by its name; 1 for an envelope."""
    columns, _by, rows = key.partition("x")
    return int(columns) * int(rows) if columns.isdigit() and rows.isdigit() else 1


def _format_words(key: str, *, labels: bool) -> str:
    if not labels:
        return _("Envelope {key}").format(key=key)
    columns, _by, rows = key.partition("x")
    words = _("{n} labels on A4 ({columns} across, {rows} down)")
    return words.format(n=places_on(key), columns=columns, rows=rows)


def _whole(line: QLineEdit) -> str:
    """A postal code of six figures, or none."""
    return line.text() if len(line.text()) == 6 else ""


def _code_line() -> QLineEdit:
    made = QLineEdit()
    made.setMaxLength(6)
    made.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]{0,6}"), made))
    return made


def _row(label: str, field: QWidget) -> QWidget:
    made = QWidget()
    field.setAccessibleName(label)
    words = pieces.text(label, "label")
    words.setBuddy(field)
    pieces.column(made, words, field, gap=4)
    return made
