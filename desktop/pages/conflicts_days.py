"""Conflicts by day: opened, settled and left each day, by community and worker; what was settled lately."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from desktop import conflict_words as words
from desktop import theme
from desktop.case_words import moment_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card
from models.clock import today
from models.services.conflicts_about import community_name
from models.services.conflicts_views import ConflictDays, Day, Settled, Tally
from models.texts import _

if TYPE_CHECKING:
    from desktop.pages.conflicts import ConflictsPage

SETTLED_SHOWN = 20
HEIGHT = 150
"""Of the chart, in pixels at 100 per cent."""


class DaysTab(QWidget):
    """The chart, the tables, and what can be taken back."""

    def __init__(self, page: "ConflictsPage") -> None:
        super().__init__()
        self.page = page
        self.content = pieces.column(self, gap=12)
        self.chart: DayChart | None = None

    def load(self) -> None:
        """Count anew."""
        conflicts = self.page.casebook.conflicts
        self.page.read(lambda: (conflicts.by_day(), conflicts.settled(SETTLED_SHOWN)), lambda f: self._show(*f))

    def _show(self, told: ConflictDays, settled: list[Settled]) -> None:
        pieces.clear(self.content)
        card = Card(_("Open at the end of each day"))
        self.chart = DayChart(told.days)
        card.add(self.chart)
        last = told.days[-1]
        said = _("Today: {opened} opened, {settled} settled, {open} open.")
        card.add(pieces.text(said.format(opened=last.opened, settled=last.settled, open=last.open), "label"))
        self.content.addWidget(card)
        self.content.addWidget(_days_table(told.days))
        self.content.addWidget(_table(_("By community"), told.communities, communities=True))
        self.content.addWidget(_table(_("By worker"), told.workers, communities=False))
        if settled:
            self._show_settled(settled)

    def _show_settled(self, settled: list[Settled]) -> None:
        card = Card(_("Settled lately"))
        on = today(self.page.casebook.clock)
        for one in settled:
            what = f"{one.about_name or words.entity_text(one.entity)} · {words.field_text(one.entity, one.field)}"
            when = " · ".join(part for part in (one.worker, moment_text(one.at, on)) if part)
            line = pieces.line(None, gap=10)
            line.addLayout(pieces.column(None, pieces.text(what, "label"), pieces.text(when, "small"), gap=1), 1)
            if one.own:
                back = pieces.button(_("Take back"), partial(self.take_back, one.operation), "link", "undo")
                back.setAccessibleName(_("Take back the choice: {what}").format(what=what))
                line.addWidget(back)
            card.add(line)
        self.content.addWidget(card)

    def take_back(self, operation: str) -> None:
        """Let both versions wait again."""
        conflicts = self.page.casebook.conflicts

        def done(_changed: object) -> None:
            self.page.shell.say(_("Taken back: both versions wait again."))
            self.page.reload()

        self.page.run(lambda: conflicts.undo([operation]), done)


class DayChart(QWidget):
    """A column for each day: how many were open at its end. The table below says the same in figures."""

    def __init__(self, days: tuple[Day, ...]) -> None:
        super().__init__()
        self.days = days
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        most = max((day.open for day in days), default=0)
        said = _("Open conflicts of {n} days, at most {most}, now {now}")
        self.setAccessibleName(said.format(n=len(days), most=most, now=days[-1].open if days else 0))

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(theme.px(300), theme.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Columns, the figure over the last and the highest one, the first and last day beneath."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.font(9)
        painter.setFont(font)
        line = painter.fontMetrics().height()
        most = max(1, *(day.open for day in self.days))
        top, bottom = line + theme.px(4), self.height() - line - theme.px(6)
        wide = self.width() / max(len(self.days), 1)
        highest = max(range(len(self.days)), key=lambda at: self.days[at].open) if self.days else -1
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(0, bottom, self.width(), bottom)
        for at, day in enumerate(self.days):
            high = (bottom - top) * day.open / most
            area = QRectF(at * wide + wide * 0.15, bottom - high, wide * 0.7, high)
            painter.fillRect(area, theme.colour("accent"))
            painter.setPen(theme.colour("text"))
            if day.open and at in (highest, len(self.days) - 1):
                place = QRectF(at * wide - wide, bottom - high - line, wide * 3, line)
                right = at == len(self.days) - 1
                if right:
                    place.setRight(self.width())
                side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignHCenter
                painter.drawText(place, int(side), str(day.open))
        painter.setPen(theme.colour("soft"))
        beneath = QRectF(0, bottom + theme.px(4), self.width(), line)
        if self.days:
            painter.drawText(beneath, int(Qt.AlignmentFlag.AlignLeft), f"{self.days[0].day:%m-%d}")
            painter.drawText(beneath, int(Qt.AlignmentFlag.AlignRight), f"{self.days[-1].day:%m-%d}")
        painter.end()


def _days_table(days: tuple[Day, ...]) -> Card:
    card = Card(_("Day by day"))
    told = [day for day in reversed(days) if day.opened or day.settled] or [days[-1]]
    rows = [(f"{day.day:%Y-%m-%d}", day.opened, day.settled, day.open) for day in told]
    card.add(_grid((_("Day"), _("Opened"), _("Settled"), _("Still open")), rows))
    return card


def _table(title: str, tallies: tuple[Tally, ...], *, communities: bool) -> Card:
    card = Card(title)
    if not tallies:
        card.add(pieces.text(_("Nothing to count in these weeks."), "soft"))
        return card
    rows = [(community_name(one.key) if communities else one.key, one.opened, one.settled, one.open) for one in tallies]
    first = _("Community") if communities else _("Worker")
    card.add(_grid((first, _("Opened"), _("Settled"), _("Still open")), rows))
    return card


def _grid(heads: tuple[str, str, str, str], rows: list[tuple[str, int, int, int]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.px(20))
    grid.setVerticalSpacing(theme.px(4))
    grid.setColumnStretch(0, 1)
    for column, head in enumerate(heads):
        grid.addWidget(_cell(head, "small", column), 0, column)
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            grid.addWidget(_cell(str(value), "", column), at, column)
    return grid


def _cell(words_said: str, role: str, column: int) -> QWidget:
    made = pieces.text(words_said, role, wrap=column == 0)
    if column:
        made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made
