"""What one service says of one person: the outcome in word, mark and colour; the sum; why; the policy's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QLayout, QVBoxLayout, QWidget

from desktop import theme
from desktop.case_words import noted
from desktop.eligibility_words import amount_kind_text, amount_text, flag_chip, mark_of, name_of, outcome_of
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip, ClickRow, indented
from desktop.widgets.follow_list import FollowList
from desktop.widgets.mark import Mark
from desktop.widgets.quote_box import QuoteBox
from models.eligibility import Missing, Service
from models.services.views import ServiceResult
from models.texts import _, language

CHOOSABLE = frozenset({"eligible", "office"})
"""Outcomes for which a referral makes sense without more."""

SHORT = 3
"""How many reasons are told while the card is closed."""


@dataclass(frozen=True)
class Ask:
    """A missing fact in short words, and whether it can be asked here and now."""

    part: Missing
    words: str
    possible: bool


class ResultCard(QFrame):
    """Closed: name, outcome, sum, the first reason. Open: everything. Nothing on it promises anything."""

    picked = Signal(bool)
    asked = Signal(object)  # Missing
    receives = Signal(bool)

    def __init__(
        self,
        result: ServiceResult,
        service: Service,
        asks: tuple[Ask, ...],
        *,
        chosen: bool = False,
        people: Mapping[str, str] | None = None,
    ) -> None:
        """people: names by id, for what would follow from a grant."""
        super().__init__()
        self.result = result
        self.service = service
        self.asks = asks
        self.outcome = outcome_of(result.determination)
        self.setProperty("role", "card")
        word = result.determination.word()
        self.setAccessibleName(f"{name_of(result)}: {word}")
        self._body = pieces.column(self, gap=6)
        self._body.setContentsMargins(theme.px(10), theme.px(8), theme.px(14), theme.px(10))
        self.choose: QCheckBox | None = None
        self._body.addLayout(self._head(word, chosen))
        self._in = 40
        self._details: QWidget | None = None
        self._add(self._always())
        self.follows: FollowList | None = None
        if result.follows and self.outcome in CHOOSABLE:
            self.follows = FollowList(name_of(result), result.follows, people or {})
            self._add(self.follows)

    def _head(self, word: str, chosen: bool) -> QLayout:
        mark, tone = mark_of(self.outcome)
        self.head = ClickRow(f"{name_of(self.result)}: {word}. " + _("Press Enter for more."))
        self.head.chosen.connect(self.toggle)
        inner = pieces.wrapping(self.head, gap=12)
        inner.setContentsMargins(theme.px(4), theme.px(5), theme.px(6), theme.px(5))
        title = pieces.line(None, gap=12)
        title.addWidget(Mark(mark, tone, 22), 0, Qt.AlignmentFlag.AlignTop)
        title.addWidget(pieces.text(name_of(self.result), "subheading"), 1)
        inner.addLayout(title, 2)
        amount = amount_text(self.result.determination.amount)
        if amount:
            sum_label = pieces.text(amount, "label")
            sum_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            inner.addWidget(sum_label, 1)
        inner.addWidget(Chip(word, tone=tone))
        line = pieces.wrapping(None, gap=6)
        line.addWidget(self.head, 1)
        if self.outcome in CHOOSABLE:
            self.choose = QCheckBox(_("Refer"))
            self.choose.setChecked(chosen)
            self.choose.setAccessibleName(_("Refer for {service}").format(service=name_of(self.result)))
            self.choose.toggled.connect(self.picked)
            line.addWidget(self.choose)
        return line

    def _always(self) -> QWidget:
        """What is shown while the card is closed: why, or what is missing; warnings; and the way to the rest."""
        told = self.result.explanation
        chips = [chip for chip in (flag_chip(flag) for flag in self.result.determination.flags) if chip]
        self._told = 0
        if self.outcome == "missing":
            words: QWidget = self._missing()
        elif told.reasons:
            # The last reasons put the flags into sentences; closed, their chips are enough.
            reasons = told.reasons[: max(len(told.reasons) - len(chips), 1)][:SHORT]
            self._told = len(reasons)
            words = pieces.text(("" if language() == "zh_CN" else " ").join(reasons), select=True)
        else:
            words = pieces.text(told.change[0] if told.change else told.headline, "soft", select=True)
        self.more = pieces.button("", self.toggle, "link")
        self._say_more()
        place = QWidget()
        line = pieces.wrapping(place, gap=10)
        line.addWidget(words, 1)
        for chip in dict.fromkeys(chips):
            line.addWidget(Chip(chip, "note", "warn"))
        line.addWidget(self.more)
        return place

    def _say_more(self) -> None:
        words = _("Less") if self.is_open else _("Details")
        self.more.setText(("▾ " if self.is_open else "▸ ") + words)
        self.more.setAccessibleName(f"{name_of(self.result)}: {words}")

    def _missing(self) -> QWidget:
        """The missing facts; those that can be asked now are links."""
        place = QWidget()
        box = pieces.column(place, gap=2)
        for ask in self.asks:
            if ask.possible:
                link = ClickRow(_("Ask now: {question}").format(question=ask.words))  # wraps, as a button cannot
                link.setToolTip(_("Ask this now"))
                words = pieces.text(ask.words)
                words.setStyleSheet(f"color: {theme.tokens().accent}")
                line = pieces.line(link, words)
                line.setContentsMargins(theme.px(4), theme.px(6), theme.px(4), theme.px(6))
                link.chosen.connect(partial(self.asked.emit, ask.part))
                box.addWidget(link)
            else:
                box.addWidget(pieces.text(ask.words, "soft"))
        return place

    def _add(self, item: QWidget) -> None:
        self._body.addLayout(indented(item, self._in))

    @property
    def is_open(self) -> bool:
        """Whether all is shown."""
        return self._details is not None and not self._details.isHidden()

    def toggle(self) -> None:
        """Show everything, or the short form again. The details are built when they are first wanted."""
        if self._details is None:
            self._details = QWidget()
            self._fill(pieces.column(self._details, gap=8))
            self._add(self._details)
            self._details.show()
        else:
            self._details.setHidden(not self._details.isHidden())
        self._say_more()

    def _fill(self, box: QVBoxLayout) -> None:
        said, told = self.result.determination, self.result.explanation
        for reason in told.reasons[self._told :]:
            box.addWidget(pieces.text(reason, select=True))
        if self.outcome != "missing":
            for sentence in told.change if told.reasons else told.change[1:]:
                box.addWidget(pieces.text(sentence, "soft", select=True))
        if said.amount is not None:
            words = noted(amount_text(said.amount), amount_kind_text(said.amount))
            box.addWidget(pieces.text(_("Sum: {words}").format(words=words), select=True))
        if told.quotes:
            box.addWidget(QuoteBox(told.quotes))
        chinese = language() == "zh_CN"
        office = self.service.apply_at.zh if chinese else self.service.apply_at.en
        box.addWidget(pieces.text(_("Apply at: {office}").format(office=office), select=True))
        papers = self.service.documents.zh if chinese else self.service.documents.en
        if papers:
            box.addWidget(pieces.text(_("Bring: {documents}").format(documents=_(", ").join(papers)), select=True))
        for remark in self.service.remarks:
            box.addWidget(pieces.text(remark.zh if chinese else remark.en, "small"))
        if self.result.resident_id:
            has = self.outcome == "received"
            words = _("Is not received any more") if has else _("Is received already")
            box.addWidget(
                pieces.button(words, lambda: self.receives.emit(not has), "link"), 0, Qt.AlignmentFlag.AlignLeft
            )

    def same_as(self, result: ServiceResult, asks: tuple[Ask, ...]) -> bool:
        """Whether this card already says all of it, so that it need not be drawn anew."""
        return self.result == result and self.asks == asks


class RuledOut(QWidget):
    """Services whose conditions are not met, one line each; a line opens to why and what would have to change."""

    def __init__(self, results: Sequence[ServiceResult]) -> None:
        super().__init__()
        box = pieces.column(self, gap=2)
        for result in results:
            head = ClickRow(f"{name_of(result)}: {result.determination.word()}")
            line = pieces.line(head, Mark("no", "soft", 18), gap=10)
            line.setContentsMargins(theme.px(6), theme.px(5), theme.px(6), theme.px(5))
            line.addWidget(pieces.text(name_of(result)), 2)
            reason = result.explanation.reasons[0] if result.explanation.reasons else ""
            line.addWidget(pieces.text(reason, "small"), 3)
            place = QWidget()
            place.hide()
            inside = pieces.column(place, gap=6)
            inside.setContentsMargins(theme.px(34), 0, 0, theme.px(8))
            head.chosen.connect(lambda result=result, place=place, inside=inside: self._toggle(result, place, inside))
            box.addWidget(head)
            box.addWidget(place)

    def _toggle(self, result: ServiceResult, place: QWidget, inside: QVBoxLayout) -> None:
        if inside.count() == 0:
            told = result.explanation
            for reason in told.reasons[1:]:
                inside.addWidget(pieces.text(reason, select=True))
            if told.change:
                inside.addWidget(pieces.text(_("What would have to change:"), "label"))
                for sentence in told.change:
                    inside.addWidget(pieces.text(sentence, select=True))
            if told.quotes:
                inside.addWidget(QuoteBox(told.quotes[:3]))
        place.setHidden(not place.isHidden())
