"""The timeline of a person or household: sentences, newest first, grouped by day; a click opens what they tell of."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop import theme
from desktop.case_words import day_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import ClickRow
from desktop.widgets.mark import Mark
from models.services.views import TimelineLine
from models.texts import _, ngettext

MARK_OF = {
    "registered": ("person", "accent"),
    "changed": ("pencil", "soft"),
    "visit": ("visit", "accent"),
    "assessment": ("half", "accent"),
    "determination": ("yes", "good"),
    "referral": ("letter", "accent"),
    "letter": ("letter", "soft"),
    "fact": ("note", "soft"),
    "plan": ("note", "accent"),
    "contact": ("note", "accent"),
    "questionnaire": ("half", "accent"),
    "transfer": ("letter", "accent"),
}
OPENS = frozenset({"visit", "assessment", "determination", "referral", "plan", "contact", "questionnaire", "transfer"})
FIRST = 12  # lines shown before "show older": a screen and a half


class TimelineEntry(ClickRow):
    """One line; can be chosen where it opens something."""

    def __init__(self, line: TimelineLine) -> None:
        super().__init__(f"{day_text(line.on)} {line.text}", active=line.kind in OPENS and bool(line.subject_id))
        self.line = line
        mark, tone = MARK_OF.get(line.kind, ("note", "soft"))
        box = pieces.line(self, gap=12)
        box.setContentsMargins(theme.px(8), theme.px(6), theme.px(8), theme.px(6))
        box.addWidget(Mark(mark, tone, 20), 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(pieces.text(line.text), 1)
        if line.worker:
            box.addWidget(pieces.text(line.worker, "small", wrap=False), 0, Qt.AlignmentFlag.AlignTop)


class TimelineView(QWidget):
    """All lines. show_lines() replaces them; opened tells which one was chosen."""

    opened = Signal(object)  # TimelineLine

    def __init__(self, empty: str = "") -> None:
        super().__init__()
        self._empty = empty
        self._lines: tuple[TimelineLine, ...] = ()
        self._box = pieces.column(self, gap=0)
        self.entries: list[TimelineEntry] = []

    def show_lines(self, lines: Sequence[TimelineLine], *, all_of_them: bool = False) -> None:
        """Show these, newest first; the first dozen unless all are asked for."""
        # By the day it happened: a visit may be written down days later.
        lines = sorted(lines, key=lambda line: (line.on or date.min, line.at), reverse=True)
        self._lines = tuple(lines)
        pieces.clear(self._box)
        self.entries = []
        if not lines:
            self._box.addWidget(pieces.text(self._empty or _("What happens here will be listed here."), "soft"))
            return
        day: date | None = None
        shown = lines if all_of_them or len(lines) <= FIRST + 3 else lines[:FIRST]
        for place, line in enumerate(shown):
            if place == 0 or line.on != day:
                day = line.on
                label = pieces.text(day_text(day) or _("Day not known"), "small")
                label.setContentsMargins(theme.px(8), 0 if place == 0 else theme.px(10), 0, theme.px(2))
                self._box.addWidget(label)
            entry = TimelineEntry(line)
            entry.chosen.connect(lambda line=line: self.opened.emit(line))
            self.entries.append(entry)
            self._box.addWidget(entry)
        hidden = len(lines) - len(shown)
        if hidden:
            words = ngettext("Show {n} older line", "Show {n} older lines", hidden).format(n=hidden)
            more = pieces.button(words, lambda: self.show_lines(self._lines, all_of_them=True), "link")
            self._box.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
