"""The office at a glance: figures of the register, open needs by group, who did what, where referrals stand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QWidget

from desktop import theme
from desktop.case_words import moment_text
from desktop.pages.base import NARROW, Page
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, ClickRow, labelled
from models.records import codes
from models.services.views import BatchView, Changed, Today
from models.texts import _, ngettext

MOST = 5000  # visits and referrals counted; an office does not make as many in a month
BATCHES_SHOWN = 5
URGENCY_TONES = (("now", "danger"), ("soon", "warn"), ("later", "soft"))


@dataclass(frozen=True)
class Figures:
    """What is counted, read in one go."""

    today: Today
    needs: Mapping[tuple[str, str], int]  # (group, urgency) of the open ones
    visits: Mapping[str, int]  # by worker, this month
    letters: Mapping[str, int]
    referrals: Mapping[str, int]  # by status
    received: Sequence[BatchView]


def count(casebook: Any) -> Figures:
    """Read and count; off the window's thread."""
    day = casebook.today()
    first = day.on.replace(day=1)
    visits = [visit for visit in casebook.visits.recent(MOST) if visit.happened_on and visit.happened_on >= first]
    referrals = casebook.referrals.all(limit=MOST)
    return Figures(
        today=day,
        needs=Counter((need.group, need.urgency) for need in casebook.visits.open_needs(MOST)),
        visits=Counter(visit.worker for visit in visits),
        letters=Counter(view.worker for view in referrals if view.issued_on and view.issued_on >= first),
        referrals=Counter(view.status for view in referrals),
        received=[batch for batch in casebook.sync.status().batches if batch.direction == "in"][:BATCHES_SHOWN],
    )


class OfficePage(Page):
    """open() counts."""

    name = "office"
    width = 1080

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.aside.addWidget(pieces.button(_("Registers"), lambda: shell.go("registers"), icon="paper"))
        self.aside.addWidget(pieces.button(_("Statistics"), lambda: shell.go("statistics"), icon="eligibility"))
        self.aside.addWidget(pieces.button(_("Registered twice"), lambda: shell.go("merge"), icon="residents"))
        self.aside.addWidget(pieces.button(_("Questionnaires"), lambda: shell.go("questionnaires"), icon="assessment"))
        self.aside.addWidget(pieces.button(_("Templates of papers"), lambda: shell.go("templates"), icon="referral"))
        self.aside.addWidget(pieces.button(_("Sets of rules"), lambda: shell.go("packs"), icon="paper"))
        self.aside.addWidget(pieces.button(_("Letter numbers"), lambda: shell.go("numbers"), icon="referral"))
        self.aside.addWidget(pieces.button(_("Health check"), lambda: shell.go("health"), icon="shield"))
        if self.casebook.may("read_audit"):
            self.aside.addWidget(pieces.button(_("Audit"), lambda: shell.go("audit"), icon="shield"))
        self.aside.addWidget(pieces.button(_("Settings"), lambda: shell.go("settings"), icon="settings"))
        office, worker = self.casebook.office, self.casebook.worker
        self.own = Card(office.name)
        self.own.add(
            labelled(
                [
                    (_("Code of the office"), office.code),
                    (_("Mark on letters"), office.letter_mark),
                    (_("Phone"), office.phone),
                    (_("Worker"), worker.name),
                ]
            )
        )
        self.figures = pieces.wrapping(None, gap=16)
        self.needs = Card(_("Open needs"))
        self.workers = Card(_("Done this month"))
        self.referrals = Card(_("Referrals"))
        self.received = Card(
            _("Files taken in"), pieces.button(_("To the exchange of files"), lambda: shell.go("sync"), "link")
        )
        self.body.addWidget(self.own)
        self.body.addLayout(self.figures)
        both = self.both = pieces.line(None, gap=16)
        left, right = pieces.column(None, gap=16), pieces.column(None, gap=16)
        for card in (self.needs, self.received):
            left.addWidget(card)
        for card in (self.workers, self.referrals):
            right.addWidget(card)
        left.addStretch(1)
        right.addStretch(1)
        both.addLayout(left, 3)
        both.addLayout(right, 2)
        self.body.addLayout(both)
        self.body.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns of cards, in a narrow window one."""
        super().resizeEvent(event)
        way = QBoxLayout.Direction
        narrow = event.size().width() < theme.px(NARROW)
        self.both.setDirection(way.TopToBottom if narrow else way.LeftToRight)

    def title(self) -> str:
        """The page's name."""
        return _("Office")

    def open(self, **where: Any) -> None:
        """Count."""
        self.where = where
        casebook = self.casebook
        if casebook.may("search"):  # who may not look people up has the ways on top
            self.read(lambda: count(casebook), self._show)

    def refresh(self, changed: Changed) -> None:
        """Nearly every change moves a figure."""
        if changed.entities - {"draft"}:
            self.open(**self.where)

    def _show(self, figures: Figures) -> None:
        self._show_figures(figures.today, sum(figures.needs.values()))
        self._show_needs(figures.needs)
        self._show_workers(figures)
        self._show_referrals(figures.referrals)
        self._show_received(figures.received, figures.today)

    def _show_figures(self, day: Today, needs: int) -> None:
        pieces.clear(self.figures)
        for number, words, page in (
            (day.households, ngettext("household", "households", day.households), "residents"),
            (day.residents, ngettext("resident", "residents", day.residents), "residents"),
            (day.visits_this_month, ngettext("visit this month", "visits this month", day.visits_this_month), "visits"),
            (needs, ngettext("open need", "open needs", needs), "visits"),
        ):
            row = ClickRow(f"{number} {words}")
            inside = pieces.column(row, pieces.text(f"{number:,}", "figure"), pieces.text(words, "soft"), gap=0)
            inside.setContentsMargins(theme.px(14), theme.px(8), theme.px(14), theme.px(10))
            row.chosen.connect(partial(self.shell.go, page))
            self.figures.addWidget(pieces.card(row, margin=4), 1)

    def _show_needs(self, needs: Mapping[tuple[str, str], int]) -> None:
        pieces.clear(self.needs.body)
        if not needs:
            self.needs.add(pieces.text(_("Needs that are noted on visits will be counted here."), "soft"))
            return
        for code, label in codes.choices("need_group"):
            counts = [(urgency, tone, needs.get((code, urgency), 0)) for urgency, tone in URGENCY_TONES]
            if not any(number for _urgency, _tone, number in counts):
                continue
            line = pieces.line(None, pieces.text(label), gap=8)
            for urgency, tone, number in counts:
                if number:
                    words = _("{urgency} {n}").format(urgency=codes.label("urgency", urgency), n=number)
                    line.addWidget(Chip(words, tone=tone))
            self.needs.add(line)

    def _show_workers(self, figures: Figures) -> None:
        pieces.clear(self.workers.body)
        names = sorted({*figures.visits, *figures.letters} - {""}, key=lambda name: -figures.visits.get(name, 0))
        if not names:
            self.workers.add(
                pieces.text(_("Visits and letters of this month will be counted here, by worker."), "soft")
            )
            return
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(24))
        grid.setColumnStretch(0, 1)
        for column, head in enumerate((_("Worker"), _("Visits"), _("Letters"))):
            grid.addWidget(pieces.text(head, "small", wrap=False), 0, column, _side(column))
        for place, name in enumerate(names, 1):
            cells = (name, str(figures.visits.get(name, 0)), str(figures.letters.get(name, 0)))
            for column, words in enumerate(cells):
                grid.addWidget(pieces.text(words, "" if column else "label", wrap=False), place, column, _side(column))
        self.workers.add(table)

    def _show_referrals(self, referrals: Mapping[str, int]) -> None:
        pieces.clear(self.referrals.body)
        if not referrals:
            self.referrals.add(pieces.text(_("Letters that you issue will be counted here."), "soft"))
            return
        for status, label in codes.choices("referral_status"):
            if referrals.get(status):
                row = ClickRow(f"{label} {referrals[status]}")
                line = pieces.line(row, pieces.text(label), None, Chip(str(referrals[status]), tone="accent"))
                line.setContentsMargins(theme.px(8), theme.px(5), theme.px(8), theme.px(5))
                row.chosen.connect(partial(self.shell.go, "referrals", status=status))
                self.referrals.add(row)

    def _show_received(self, received: Sequence[BatchView], day: Today) -> None:
        pieces.clear(self.received.body)
        if not received:
            self.received.add(pieces.text(_("Files of other offices and laptops will be listed here."), "soft"))
            return
        for batch in received:
            changes = ngettext("{n} change", "{n} changes", batch.count).format(n=batch.count)
            words = pieces.column(
                None,
                pieces.text(f"{changes}  ·  {moment_text(batch.at, day.on)}"),
                pieces.text(batch.file_name, "small", select=True),
                gap=1,
            )
            self.received.add(words)


def _side(column: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
