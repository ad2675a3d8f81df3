"""What a screening is narrowed to: services, places, people, questions. One panel, one value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QVBoxLayout, QWidget

from desktop import theme
from desktop.eligibility_words import group_words
from desktop.pages import screening_parts as parts
from desktop.widgets import pieces
from models.services.screening_views import ScreenFilter, ServiceCount, WantedFact
from models.texts import _, ngettext

TYPING_MS = 200
WANTED = 12
"""Missing facts that are offered, the most wanted first."""

_ANYONE, _NEVER = "any", "never"


@dataclass(frozen=True)
class Place:
    """A district's street or a street's community that may be chosen."""

    code: str
    name: str


class ScreenFilters(QFrame):
    """The panel; `changed` is emitted when something else is wanted."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setMinimumWidth(theme.px(220))
        self._said: dict[str, str] = {}
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self.changed)
        self.name = QLineEdit()
        self.name.setPlaceholderText(_("Name or phone"))
        self.name.setAccessibleName(_("Whom"))
        self.name.setClearButtonEnabled(True)
        self.name.setMaxLength(60)
        self.name.textChanged.connect(lambda _text: self._typing.start())
        inner = QWidget()
        inner.setProperty("role", "surface")
        self._column: QVBoxLayout = pieces.column(inner, gap=4)
        self._add(_("Whom"), self.name)
        self.group = self._box(_("Group of services"))
        self.service = self._box(_("Service"))
        self.at_most = self._box(_("Questions still open"))
        self.fact = self._box(_("Waiting for this answer"))
        self.place = self._box(_("Place"))
        self.worker = self._box(_("Who was there last"))
        self.visit = self._box(_("Last visit"))
        self.age = self._box(_("Age"))
        self._column.addSpacing(theme.px(8))
        self.clear_button = pieces.button(_("Clear all"), self.clear, icon="close")
        self._column.addWidget(self.clear_button)
        self._column.addStretch(1)
        pieces.column(self, pieces.scroll(inner), margin=12)
        self._fill_fixed()

    def _box(self, words: str) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(words)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(8)
        made.currentIndexChanged.connect(lambda _place: self._chose(made))
        self._add(words, made)
        return made

    def _add(self, words: str, field: QWidget) -> None:
        label = pieces.text(words, "small")
        label.setBuddy(field)
        label.setContentsMargins(0, theme.px(6), 0, 0)
        self._column.addWidget(label)
        self._column.addWidget(field)

    def _chose(self, box: QComboBox) -> None:
        if box is self.group:
            self._pick(self.service, "")
        self._typing.stop()
        self.changed.emit()

    def _fill_fixed(self) -> None:
        choices: list[tuple[QComboBox, list[tuple[str, Any]]]] = [
            (self.at_most, [(_("Any number"), None), *((_("At most {n}").format(n=n), n) for n in (1, 2, 3))]),
            (self.age, [(_(words), ages) for ages, words in parts.AGES.items()]),
            (self.visit, [(visit_words(days), days) for days in parts.NOT_VISITED]),
            (self.worker, [(_("Anybody"), _ANYONE), (_("Nobody was there yet"), _NEVER)]),
            (self.place, [(_("Everywhere"), "")]),
            (self.group, [(_("Every group"), "")]),
            (self.service, [(_("Every service"), "")]),
            (self.fact, [(_("Any answer"), "")]),
        ]
        for box, lines in choices:
            self._fill(box, lines)

    def _fill(self, box: QComboBox, lines: Iterable[tuple[str, Any]]) -> None:
        """Put these lines in a box; what was chosen stays chosen, were it not among them any more."""
        kept, words = box.currentData(), box.currentText()
        box.blockSignals(True)
        box.clear()
        place = 0
        for line, key in lines:
            if key == kept:
                place = box.count()
            box.addItem(line, key)
        if kept not in (None, "", _ANYONE) and box.itemData(place) != kept:
            box.addItem(words, kept)
            place = box.count() - 1
        box.setCurrentIndex(place)
        box.setToolTip(box.currentText())
        box.blockSignals(False)

    def _pick(self, box: QComboBox, key: Any, words: str = "") -> None:
        box.blockSignals(True)
        place = box.findData(key)
        if place < 0:
            box.addItem(words, key)
            place = box.count() - 1
        box.setCurrentIndex(place)
        box.blockSignals(False)

    def show_places(self, places: Sequence[Place], workers: Sequence[str]) -> None:
        """Offer these places and workers."""
        self._fill(self.place, [(_("Everywhere"), ""), *((one.name, one.code) for one in places)])
        self.place.setEnabled(len(places) > 1)
        known = [(name, f"={name}") for name in dict.fromkeys(workers) if name]
        self._fill(self.worker, [(_("Anybody"), _ANYONE), (_("Nobody was there yet"), _NEVER), *known])

    def show_counts(
        self,
        counts: Sequence[ServiceCount],
        wanted: Sequence[WantedFact],
        facts: Mapping[str, str],
        preset: parts.Preset,
    ) -> None:
        """Offer services with how many results the preset leaves of each, and the most wanted facts in words."""
        groups: dict[str, int] = {}
        for count in counts:
            groups[count.group] = groups.get(count.group, 0) + preset.of(count)
        ordered = [group for group, _n in parts.groups(counts)]
        lines = [(f"{group_words(group)}  {groups[group]:,}", group) for group in ordered]
        if not self.group.currentData() and not self.service.currentData():
            self._fill(self.group, [(_("Every group"), ""), *lines])
        if not self.service.currentData():
            listed = sorted(counts, key=lambda one: -preset.of(one))
            some = [(f"{parts.service_words(one)}  {preset.of(one):,}", _key(one)) for one in listed]
            self._fill(self.service, [(_("Every service"), ""), *some])
        known = [(facts[one.fact], one) for one in wanted if facts.get(one.fact)][:WANTED]
        told = [(_("{fact}: {n}").format(fact=words, n=f"{one.people:,}"), one.fact) for words, one in known]
        self._fill(self.fact, [(_("Any answer"), ""), *told])

    def choose_service(self, count: ServiceCount) -> None:
        """Narrow to a service, or to a part of it."""
        self._pick(self.service, _key(count), parts.service_words(count))
        self.changed.emit()

    def value(self, preset: parts.Preset, on: date) -> ScreenFilter:
        """What is asked for."""
        service, _bar, component = str(self.service.currentData() or "").partition("|")
        place = str(self.place.currentData() or "")
        ages = self.age.currentData() or (None, None)
        days = int(self.visit.currentData() or 0)
        worker = str(self.worker.currentData() or _ANYONE)
        fact = str(self.fact.currentData() or "")
        return ScreenFilter(
            service=service,
            component=component,
            group=str(self.group.currentData() or ""),
            outcomes=preset.outcomes,
            not_received=preset.not_received,
            community=place if len(place) == 12 else "",
            street=place if 0 < len(place) < 12 else "",
            worker=None if worker == _ANYONE else "" if worker == _NEVER else worker[1:],
            fact=fact,
            at_most=self.at_most.currentData(),
            age_from=ages[0],
            age_to=ages[1],
            not_visited_since=on - timedelta(days=days) if days else None,
            name=self.name.text().strip(),
        )

    def _boxes(self) -> dict[str, QComboBox]:
        return {
            "group": self.group,
            "service": self.service,
            "at_most": self.at_most,
            "fact": self.fact,
            "place": self.place,
            "worker": self.worker,
            "visit": self.visit,
            "age": self.age,
        }

    def chosen(self) -> dict[str, tuple[Any, str]]:
        """What the fields say, to be put back by `recall`: the key and its words of each that narrows."""
        found = {name: (box.currentData(), box.currentText()) for name, box in self._boxes().items()}
        narrowing = {name: said for name, said in found.items() if self._boxes()[name].currentIndex() > 0}
        return narrowing | ({"name": (self.name.text(), "")} if self.name.text().strip() else {})

    def recall(self, chosen: Mapping[str, tuple[Any, str]]) -> None:
        """Say again what was said before. Emits nothing; what is not offered yet is offered all the same."""
        self.name.blockSignals(True)
        self.name.setText(str(chosen.get("name", ("", ""))[0]))
        self.name.blockSignals(False)
        for name, box in self._boxes().items():
            if name in chosen:
                self._pick(box, *chosen[name])
            else:
                box.blockSignals(True)
                box.setCurrentIndex(0)
                box.blockSignals(False)

    def told(self) -> dict[str, str]:
        """What is asked for in words, by what it is about; nothing for what is not narrowed."""
        boxes = {
            "service": self.service,
            "group": self.group,
            "place": self.place,
            "fact": self.fact,
            "age": self.age,
            "visit": self.visit,
        }
        return {name: box.currentText() for name, box in boxes.items() if box.currentIndex() > 0}

    def narrowed(self) -> int:
        """How many of the fields narrow the list."""
        boxes = (self.group, self.service, self.at_most, self.fact, self.place, self.worker, self.visit, self.age)
        return sum(box.currentIndex() > 0 for box in boxes) + bool(self.name.text().strip())

    def clear(self) -> None:
        """Everything and everybody again."""
        self.name.blockSignals(True)
        self.name.clear()
        self.name.blockSignals(False)
        for box in (self.group, self.service, self.at_most, self.fact, self.place, self.worker, self.visit, self.age):
            box.blockSignals(True)
            box.setCurrentIndex(0)
            box.blockSignals(False)
        self._typing.stop()
        self.changed.emit()


def _key(count: ServiceCount) -> str:
    return f"{count.service_id}|{count.component}" if count.component else count.service_id


def visit_words(days: int) -> str:
    """How long nobody was there."""
    if not days:
        return _("Whenever")
    return ngettext("None for {n} day", "None for {n} days", days).format(n=days)


def wide(where: ScreenFilter) -> ScreenFilter:
    """The filter without what the chips choose: for the figures of all chips at once."""
    return replace(where, outcomes=frozenset(), not_received=False)
