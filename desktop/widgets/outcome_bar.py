"""The foot of a round: one large button for each outcome of a door, and one for the next door."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop import theme
from desktop.round_words import OUTCOMES, outcome_text
from desktop.widgets import pieces
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.large_button import LargeButton
from models.texts import _

ROOMY = 150
"""Below this scale (per cent) there is room for words on every button at the foot."""


class OutcomeBar(QWidget):
    """record(outcome) and go_next() are called at a tap. The page has the keys 1 to 4 for the outcomes itself."""

    def __init__(self, record: Callable[[str], object], go_next: Callable[[], object]) -> None:
        super().__init__()
        roomy = theme.look().scale < ROOMY
        flow = FlowLayout(self, gap=theme.px(8 if roomy else 6))
        self.outcomes: dict[str, LargeButton] = {}
        for number, outcome in enumerate(OUTCOMES, 1):
            words = _("{key} {outcome}").format(key=number, outcome=outcome_text(outcome))
            made = LargeButton(words, partial(record, outcome), "primary" if outcome == "met" else "")
            made.setToolTip(str(number))
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.outcomes[outcome] = made
            flow.addWidget(made)
        words = _("Next door (Space)")
        following: QAbstractButton
        if roomy:
            following = LargeButton(words, go_next)
            following.setIcon(theme.icon("forward"))
        else:
            following = pieces.icon_button(words, "forward", go_next, "accent")
            following.setFixedSize(theme.target(), theme.px(48))
        flow.addWidget(following)

    def stress(self, stressed: str) -> None:
        """Bring one outcome out: what was said of the door, else what one hopes for."""
        for outcome, made in self.outcomes.items():
            role = "primary" if outcome == stressed else ""
            if made.property("role") != role:
                pieces.set_role(made, role)
