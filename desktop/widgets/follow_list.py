"""What could be applied for if a service were granted: a quiet line under its result that opens to a list."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop import theme
from desktop.eligibility_words import amount_text, name_of, outcome_of
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip, ClickRow
from models.services.views import ServiceResult
from models.texts import _, ngettext

NAMED = 2
"""How many services the closed line names."""


class FollowList(QWidget):
    """Never counted among the results: it says “if granted” on the line, and once more over the list."""

    def __init__(self, granted: str, follows: Sequence[ServiceResult], people: Mapping[str, str]) -> None:
        super().__init__()
        self.granted = granted
        self.people = people
        self.services = by_service(follows)
        names = [name_of(found[0]) for found in self.services]
        count = len(names)
        line = _("If granted, could also be applied for: {names}").format(names=_(", ").join(names[:NAMED]))
        if count > NAMED:
            line = ngettext("{line} … ({n} service)", "{line} … ({n} services)", count).format(line=line, n=count)
        self.words = line
        self.link = ClickRow(line)  # wraps, as a button cannot
        self.label = pieces.text("")
        self.label.setStyleSheet(f"color: {theme.tokens().accent}")
        inner = pieces.line(self.link, self.label)
        inner.setContentsMargins(0, theme.px(4), theme.px(4), theme.px(4))
        self.link.chosen.connect(self.toggle)
        self.place = QWidget()
        self._inside = pieces.column(self.place, gap=8)
        self.place.hide()
        box = pieces.column(self, self.link, self.place, gap=4)
        box.setContentsMargins(0, theme.px(2), 0, 0)
        self._say()

    def toggle(self) -> None:
        """Open the list, or close it; it is built when it is first opened."""
        if self._inside.count() == 0:
            self._fill(self._inside)
        self.place.setHidden(not self.place.isHidden())
        self._say()

    def _say(self) -> None:
        self.label.setText(("▸ " if self.place.isHidden() else "▾ ") + self.words)

    def _fill(self, box: QVBoxLayout) -> None:
        words = _(
            "Only a what-if: “{service}” would have to be granted first, and each of these is approved by its office."
        )
        box.addWidget(pieces.text(words.format(service=self.granted), "small"))
        for found in self.services:
            box.addWidget(self._line(found))

    def _line(self, found: Sequence[ServiceResult]) -> QWidget:
        place = QWidget()
        first = found[0]
        head = pieces.line(None, gap=10)
        head.addWidget(pieces.text(name_of(first), "label"), 1)
        amount = amount_text(first.determination.amount)
        if amount:
            words = pieces.text(amount, "soft")
            words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            head.addWidget(words, 1)
        if outcome_of(first.determination) == "office":
            head.addWidget(Chip(_("For the office to decide"), tone="accent"))
        box = pieces.column(place, head, gap=2)
        box.setContentsMargins(theme.px(14), theme.px(4), 0, theme.px(4))
        names = [self.people[one.resident_id] for one in found if one.resident_id in self.people]
        told = first.explanation
        reasons = told.reasons or told.change
        if len(first.after) > 1:
            reasons = (_("after that is granted in its turn"), *reasons)
        under = "  ·  ".join(part for part in (_(", ").join(names), reasons[0] if reasons else "") if part)
        if under:
            box.addWidget(pieces.text(under, "small", select=True))
        return place


def by_service(follows: Sequence[ServiceResult]) -> list[list[ServiceResult]]:
    """The results of each service and part together, in the order in which they first come."""
    found: dict[tuple[str, str], list[ServiceResult]] = {}
    for result in follows:
        found.setdefault((result.service_id, result.component), []).append(result)
    return list(found.values())
