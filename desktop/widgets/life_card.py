"""The life of a referral on its page: the way it goes, what can be noted next, and what happened, newest first."""

from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from desktop import theme
from desktop.case_words import day_text, referral_status_text
from desktop.referral_words import DEEDS, ICONS, TONE_OF, waits_words, way_of
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip
from desktop.widgets.flow_layout import FlowLayout
from models.services.referral_code import show_code
from models.services.referral_views import ReferralView, StepView
from models.services.referral_words import step_sentence
from models.texts import _

_TONES = {"past": "good", "now": "accent", "ahead": "soft"}


class LifeCard(Card):
    """show_life() fills it. wanted tells which step is to be noted; take_back that the last one is to go."""

    wanted = Signal(str)
    slip = Signal()
    take_back = Signal()

    def __init__(self) -> None:
        super().__init__(_("What became of it"))
        self.buttons: dict[str, QPushButton] = {}
        self.take_back_button: QPushButton | None = None
        self.slip_button: QPushButton | None = None

    def show_life(self, view: ReferralView, today: date) -> None:
        """Show the way, the buttons that fit, and the steps."""
        pieces.clear(self.body)
        self.buttons, self.take_back_button, self.slip_button = {}, None, None
        self.add(self._strip(view))
        if words := waits_words(view, today):
            late = view.chase_on is not None and view.chase_on < today
            self.add(pieces.text(words, "error" if late or view.status == "returned" else ""))
        if view.code:
            self.add(pieces.text(_("Code of the slip: {code}").format(code=show_code(view.code)), "soft", select=True))
        if view.can:
            self.add(self._deeds(view))
        if view.steps:
            self.add(pieces.rule())
        for place, step in enumerate(reversed(view.steps)):
            self.add(self._line(view, step, last=not place))

    def _strip(self, view: ReferralView) -> QWidget:
        strip = QWidget()
        flow = FlowLayout(strip, gap=theme.px(6))
        told = []
        for status, where in way_of(view):
            words = referral_status_text(status)
            tone = TONE_OF.get(status, "accent") if where == "now" else _TONES[where]
            flow.addWidget(Chip(words, {"past": "yes", "now": "letter"}.get(where, ""), tone))
            told.append(_("{status} (now)").format(status=words) if where == "now" else words)
        strip.setAccessibleName(_(", ").join(told))
        return strip

    def _deeds(self, view: ReferralView) -> QWidget:
        deeds = QWidget()
        flow = FlowLayout(deeds, gap=theme.px(8))
        if view.code and any(step in view.can for step in ("accepted", "done")):
            self.slip_button = pieces.button(_("The slip came back"), self.slip.emit, icon="import")
            flow.addWidget(self.slip_button)
        for step in DEEDS:
            if step in view.can:
                made = pieces.button(_(DEEDS[step]), partial(self.wanted.emit, step), icon=ICONS[step])
                self.buttons[step] = made
                flow.addWidget(made)
        return deeds

    def _line(self, view: ReferralView, step: StepView, *, last: bool) -> QWidget:
        whole = QWidget()
        words = pieces.text(step_sentence(view, step), select=True)
        below = pieces.text("  ·  ".join(p for p in (day_text(step.happened_on), step.worker) if p), "small")
        row = pieces.line(whole, gap=8)
        row.addLayout(pieces.column(None, words, below, gap=1), 1)
        if last and view.takes_back:
            self.take_back_button = pieces.button(_("Take this step back"), self.take_back.emit, "link", "undo")
            row.addWidget(self.take_back_button, 0, Qt.AlignmentFlag.AlignTop)
        return whole
