"""The pieces of the page on people registered twice: a pair in the list, the two people side by side, one choice."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop import theme
from desktop.case_words import person_line, short_person
from desktop.merge_words import counts_text, kind_text, level_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, ClickRow
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.flow_layout import FlowLayout
from models.services.merging_views import Comparison, Pair
from models.services.views import ResidentRow
from models.texts import _

TONES = {"certain": "danger", "likely": "warn", "possible": "accent"}


def row_words(row: ResidentRow) -> str:
    """Who it is, in one line."""
    phone = _("phone …{tail}").format(tail=row.phone_tail) if row.phone_tail else ""
    number = _("number …{tail}").format(tail=row.number_tail) if row.number_tail else ""
    return " · ".join(part for part in (short_person(row), row.address, phone, number) if part)


class PairRow(ClickRow):
    """Two people of the list; a click compares them."""

    def __init__(self, pair: Pair) -> None:
        names = pair.a.name if pair.a.name == pair.b.name else f"{pair.a.name} ／ {pair.b.name}"
        super().__init__(", ".join((names, *pair.reasons)))
        self.pair = pair
        head = QWidget()
        flow = FlowLayout(head)
        flow.addWidget(pieces.text(names, "label", wrap=False))
        flow.addWidget(Chip(kind_text(pair.kind), "ask", TONES.get(pair.level, "soft")))
        box = pieces.column(self, head, gap=3)
        box.setContentsMargins(theme.px(12), theme.px(9), theme.px(12), theme.px(9))
        for row in (pair.a, pair.b):
            box.addWidget(pieces.text(row_words(row), "soft"))
        said = [*(f"＋ {text}" for text in pair.reasons), *(f"－ {text}" for text in pair.doubts)]
        if said:
            box.addWidget(pieces.text("   ".join(said), "small"))


class TwoPeople(QWidget):
    """Both records beside each other, the one that is left marked; below each other where there is no room."""

    NARROW = 620
    """Below this width (pixels at 100 per cent) they stand below each other."""

    def __init__(self, view: Comparison, go: Callable[[str], object]) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.px(12))
        self._cards = [self._card(view, side, go) for side in ("a", "b")]
        self._narrow: bool | None = None
        self._arrange(False)

    def _card(self, view: Comparison, side: str, go: Callable[[str], object]) -> Card:
        row = view.a if side == "a" else view.b
        open_it = pieces.button(_("Open"), lambda: go(row.id), "link")
        open_it.setAccessibleName(_("Open the record of {name}").format(name=row.name))
        sign = _("First record") if side == "a" else _("Second record")
        card = Card(f"{sign}: {row.name}", open_it)
        card.add(pieces.text(person_line(row)))
        card.add(pieces.text(row_words(row), "soft"))
        count = counts_text({entity: both[0 if side == "a" else 1] for entity, both in view.counts.items()})
        if count:
            card.add(pieces.text(count, "small"))
        if view.survivor == side:
            card.add(Chip(_("The older record: this one is left"), "yes", "good"))
        return card

    def resizeEvent(self, event) -> None:
        """Beside each other or below."""
        super().resizeEvent(event)
        self._arrange(self.width() < theme.px(self.NARROW))

    def _arrange(self, narrow: bool) -> None:
        if narrow == self._narrow:
            return
        self._narrow = narrow
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place if narrow else 0, 0 if narrow else place, Qt.AlignmentFlag.AlignTop)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 0 if narrow and column else 1)


class Choice(QWidget):
    """One thing to choose: first record, second record, or both. Left and right change it."""

    changed = Signal(str, str)  # key, a or b or both

    def __init__(self, key: str, label: str, values: Sequence[tuple[str, str]], chosen: str) -> None:
        super().__init__()
        self.key, self._taken = key, chosen
        self.label = pieces.text(label, "label")
        self.field = ChoiceField(values, name=label, column=any(len(words) > 28 for _code, words in values))
        self.field.setAccessibleName(label)
        self.field.show_answer(chosen)
        self.field.changed.connect(self._changed)
        pieces.column(self, self.label, self.field, gap=4)

    def _changed(self) -> None:
        if not self.field.codes():  # one of them is always taken
            self.field.show_answer(self._taken)
        self._taken = str(self.field.answer())
        self.changed.emit(self.key, str(self.field.answer()))


def banner(view: Comparison) -> QWidget:
    """How sure it is, with the reasons for and against."""
    said = [pieces.text(level_text(view.level), "label")]
    if view.reasons:
        said.append(pieces.text("\n".join(f"＋ {text}" for text in view.reasons)))
    if view.doubts:
        said.append(pieces.text("\n".join(f"－ {text}" for text in view.doubts), "soft"))
    role = {"certain": "banner-problem", "likely": "banner-warn"}.get(view.level, "banner-info")
    return pieces.card(*said, role=role, margin=12, gap=4)
