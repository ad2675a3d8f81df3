"""Small questions of the worklist: put off until when and why, in whose care, how often who is visited."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QSpinBox, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.date_field import DateField
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.form_dialog import FormDialog
from forms.reading import read_date
from models.services.worklist_rules import LONGEST, Rhythm
from models.services.worklist_views import Kind, kind_text
from models.texts import _, ngettext

REASON_LENGTH = 200
NAME_LENGTH = 100


@dataclass(frozen=True)
class PutOffWish:
    """Until when, why, and which kinds of reasons (none: all)."""

    until: date
    reason: str
    kinds: tuple[Kind, ...]


class PutOffDialog(FormDialog):
    """Asks until when households are left alone, and why; `wished` is called with the PutOffWish."""

    def __init__(
        self,
        parent: QWidget,
        wished: Callable[[PutOffWish], object],
        *,
        households: int,
        kinds: Sequence[Kind],
        today: date,
    ) -> None:
        """kinds: those that the chosen households have; with several, each can be put off by itself."""
        super().__init__(parent, _("Put off"), 480)
        self._wished, self._today = wished, today
        count = ngettext("{n} household leaves the list.", "{n} households leave the list.", households)
        self.form.addWidget(pieces.text(count.format(n=f"{households:,}"), "subheading"))
        self.day = DateField(
            read_date,
            today,
            name=_("Until"),
            quick=[
                (_("In a week"), today + timedelta(days=7)),
                (_("In two weeks"), today + timedelta(days=14)),
                (_("In a month"), today + timedelta(days=30)),
            ],
        )
        self.day.show_answer((today + timedelta(days=7)).isoformat())
        self.reason = QLineEdit()
        self.reason.setMaxLength(REASON_LENGTH)
        self.reason.setAccessibleName(_("Why"))
        whys = FlowLayout(gap=theme.px(8))
        for words in (_("In hospital"), _("Away for some time"), _("Does not want it now"), _("Done in another way")):
            whys.addWidget(pieces.button(words, partial(self.reason.setText, words)))
        self.ticks: dict[Kind, QCheckBox] = {}
        what = FlowLayout(gap=theme.px(8))
        for kind in kinds:
            tick = QCheckBox(kind_text(kind))
            tick.setChecked(True)
            self.ticks[kind] = tick
            what.addWidget(tick)
        self.wrong = pieces.text("", "error")
        self.wrong.hide()
        self._add(_("Until"), self.day)
        self._add(_("Why"), self.reason)
        self.form.addLayout(whys)
        if len(kinds) > 1:
            self.form.addWidget(pieces.text(_("Which reasons"), "label"))
            self.form.addLayout(what)
        self.form.addWidget(self.wrong)
        self.go = pieces.button(_("Put off"), self._agree, "primary", "clock")
        self.finish(self.go)

    def _add(self, words: str, field: QWidget) -> None:
        label = pieces.text(words, "label")
        label.setBuddy(field)
        self.form.addWidget(label)
        self.form.addWidget(field)

    def _agree(self) -> None:
        day, reason = self.day.day(), self.reason.text().strip()
        chosen = tuple(kind for kind, tick in self.ticks.items() if tick.isChecked())
        trouble = ""
        if day is None or day <= self._today:
            trouble = _("Write a day that is still to come, for example 2026-12-1.")
        elif not reason:
            trouble = _("Write why: whoever looks after the household next wants to know.")
        elif self.ticks and not chosen:
            trouble = _("Choose at least one of the reasons.")
        if trouble or day is None:
            self.wrong.setText(trouble)
            self.wrong.show()
            (self.reason if day is not None and day > self._today else self.day.first_focus()).setFocus()
            return
        whole = len(chosen) == len(self.ticks)
        self.accept()
        self._wished(PutOffWish(day, reason, () if whole else chosen))


class AssignDialog(FormDialog):
    """Asks in whose care households are to be; `wished` is called with the name, empty for nobody in particular."""

    def __init__(
        self,
        parent: QWidget,
        wished: Callable[[str], object],
        *,
        households: int,
        workers: Sequence[str],
        now: str = "",
    ) -> None:
        super().__init__(parent, _("Assign"), 420)
        self._wished = wished
        count = ngettext("{n} household is assigned.", "{n} households are assigned.", households)
        self.form.addWidget(pieces.text(count.format(n=f"{households:,}"), "subheading"))
        self.who = QComboBox()
        self.who.setEditable(True)
        self.who.addItems(["", *dict.fromkeys(name for name in workers if name)])
        self.who.setCurrentText(now)
        self.who.setAccessibleName(_("In the care of"))
        line = self.who.lineEdit()
        if line is not None:
            line.setPlaceholderText(_("Nobody in particular"))
            line.setMaxLength(NAME_LENGTH)
        label = pieces.text(_("In the care of"), "label")
        label.setBuddy(self.who)
        hint = _(
            "An assignment counts at once. Where the other is to check and sign what is open there, "
            "hand the households over instead."
        )
        for thing in (label, self.who, pieces.text(hint, "small")):
            self.form.addWidget(thing)
        self.go = pieces.button(_("Assign"), self._agree, "primary", "check")
        self.finish(self.go)

    def _agree(self) -> None:
        name = self.who.currentText().strip()
        self.accept()
        self._wished(name)


class RhythmDialog(FormDialog):
    """Asks how often each category is visited; `wished` is called with category -> days, of those that were changed:
    another desk may have changed the rest meanwhile.
    """

    def __init__(
        self,
        parent: QWidget,
        wished: Callable[[dict[str, int]], object],
        *,
        rhythm: Sequence[Rhythm],
        typed: Mapping[str, int] = MappingProxyType({}),
        trouble: str = "",
    ) -> None:
        """typed: days that were typed before and not saved; trouble: why."""
        super().__init__(parent, _("How often"), 520)
        self._wished = wished
        if trouble:
            self.form.addWidget(pieces.text(trouble, "error"))
        hint = _(
            "Days between two visits. A household that is in several categories is visited as often as "
            "the most frequent of them says; 0 takes a category off the list."
        )
        self.form.addWidget(pieces.text(hint, "soft"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(8))
        grid.setColumnStretch(0, 1)
        self.days: dict[str, QSpinBox] = {}
        self._shown = {one.id: one.days for one in rhythm}
        for place, one in enumerate(rhythm):
            box = QSpinBox()
            box.setRange(0, LONGEST)
            box.setValue(typed.get(one.id, one.days))
            box.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            box.setMinimumWidth(theme.px(110))
            box.setAccessibleName(_("{category}: days between two visits").format(category=one.name))
            box.setToolTip(_("Usually {n}").format(n=one.shipped))
            label = pieces.text(one.name, "label")
            label.setBuddy(box)
            grid.addWidget(label, place, 0)
            grid.addWidget(box, place, 1)
            self.days[one.id] = box
        self.form.addLayout(grid)
        usual = pieces.button(_("As usual"), partial(self._as_usual, rhythm), "link", "undo")
        self.form.addWidget(usual, 0, Qt.AlignmentFlag.AlignLeft)
        self.go = pieces.button(_("Save"), self._agree, "primary", "save")
        self.finish(self.go)

    def _as_usual(self, rhythm: Sequence[Rhythm]) -> None:
        for one in rhythm:
            self.days[one.id].setValue(one.shipped)

    def _agree(self) -> None:
        days = {key: box.value() for key, box in self.days.items()}
        self.accept()
        self._wished({key: value for key, value in days.items() if value != self._shown[key]})
