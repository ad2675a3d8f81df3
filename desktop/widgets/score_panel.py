"""The running score of an instrument, what is still unanswered, the level that comes out, and earlier assessments."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from desktop import theme
from desktop.case_words import day_text
from desktop.widgets import pieces
from forms.instruments import Scored
from models.texts import _, ngettext

LISTED = 6
PANEL = 280
"""Width of the panel beside the questions, in pixels at 100 per cent."""


class Earlier(NamedTuple):
    """An assessment made before."""

    on: date | None
    score: int
    level: str
    worker: str


class ScorePanel(QWidget):
    """Stands beside the instrument. `wanted(question)` leads to one that is unanswered."""

    wanted = Signal(str)

    def __init__(self, *, compact: bool, parent: QWidget | None = None) -> None:
        """`compact` is the panel above the questions on a narrow page: without the list and the history."""
        super().__init__(parent)
        self._compact = compact
        self.score = pieces.text("", "figure", wrap=False)
        self.groups = pieces.text("", "small")
        self.level = pieces.text("", "heading")
        self.why = pieces.text("", "small")
        self.missing = pieces.text("", "soft")
        self.links: dict[str, QPushButton] = {}
        self._list = pieces.column(None, gap=0)
        self.earlier = pieces.text("", "small")
        self._earlier_title = pieces.text(_("Earlier assessments"), "label")
        if compact:
            right = pieces.column(None, self.level, self.missing, self.why, gap=2)
            row = pieces.line(None, self.score, gap=16)
            row.addLayout(right, 1)
            pieces.column(self, pieces.card(row, margin=12))
            return
        now = pieces.card(
            pieces.text(_("Score"), "label"),
            self.score,
            self.groups,
            pieces.rule(),
            self.level,
            self.why,
            self.missing,
            self._list,
            margin=16,
            gap=6,
        )
        before = pieces.card(self._earlier_title, self.earlier, margin=16, gap=6)
        pieces.column(self, now, before, gap=16).addStretch(1)
        self.setFixedWidth(theme.px(PANEL))

    def show_score(self, scored: Scored, running: int, labels: dict[str, str]) -> None:
        """Show what the answers so far come to. `running` is the sum of what is answered; `labels` name questions."""
        self.score.setText(_("{score} / {most}").format(score=running, most=scored.most))
        parts = (
            _("{title} {score} / {most}").format(
                title=group.title, score="—" if group.score is None else group.score, most=group.most
            )
            for group in scored.groups
        )
        self.groups.setText("\n".join(parts))
        count = len(scored.missing)
        self.level.setText(scored.level_label or _("No level yet"))
        self.why.setText("\n".join(scored.adjustments))
        self.why.setVisible(bool(scored.adjustments))
        self.missing.setText(
            ngettext("{n} answer still missing", "{n} answers still missing", count).format(n=count) if count else ""
        )
        self.missing.setVisible(bool(count))
        if self._compact:
            return
        pieces.clear(self._list)
        self.links = {}
        for question in scored.missing[:LISTED]:
            words = labels.get(question, question)
            room = theme.px(PANEL - 60)
            link = pieces.button(
                self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room),
                partial(self.wanted.emit, question),
                "link",
                tip=words,
            )
            link.setAccessibleName(words)
            self._list.addWidget(link)
            self.links[question] = link
        if count > LISTED:
            self._list.addWidget(pieces.text(_("and {n} more").format(n=count - LISTED), "small"))

    def show_earlier(self, earlier: Sequence[Earlier]) -> None:
        """Show what was found before, newest first."""
        lines = (
            _("{day}: {score} points, {level} ({worker})").format(
                day=day_text(each.on), score=each.score, level=each.level, worker=each.worker
            )
            for each in earlier
        )
        self.earlier.setText("\n".join(lines) or _("None yet"))
