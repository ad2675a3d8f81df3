"""The cards of the sync page: where the changes of each day are, files, partners, the own card, conflicts."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop import theme
from desktop.case_words import batch_status_text, moment_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, show_more
from models.clock import day_text
from models.services.views import BatchView
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.pages.sync import SyncPage

BATCHES_SHOWN = 6
STATUS_TONE = {"acknowledged": "good", "applied": "good", "written": "soft", "refused": "danger"}


class DaysCard(Card):
    """What is at the office, what is under way and what waits, by day."""

    def __init__(self) -> None:
        super().__init__(_("Where your changes are"))

    def show_days(self, days: Sequence[Any], on: date) -> None:
        """Days as models.services.exchange_standing.DayCount, the latest first."""
        pieces.clear(self.body)
        self.setVisible(bool(days))
        if not days:
            return
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(18))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(0, 1)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        heads = (_("Day"), _("At the office"), _("Written, on its way"), _("Waits"))
        for column, head in enumerate(heads):
            grid.addWidget(pieces.text(head, "small", wrap=False), 0, column, right if column else Qt.AlignmentFlag(0))
        for row, one in enumerate(days, 1):
            day = _("today") if one.day == on else day_text(one.day)
            grid.addWidget(pieces.text(day, "label", wrap=False), row, 0)
            told = [day]
            for column, (count, tone) in enumerate(
                ((one.at_office, "good"), (one.under_way, "accent"), (one.waits, "warn")), 1
            ):
                told.append(f"{heads[column]} {count}")
                thing = Chip(f"{count:,}", tone=tone) if count else pieces.text("–", "small", wrap=False)
                grid.addWidget(thing, row, column, right)
        table.setAccessibleName(heads[0])
        self.add(table)
        words = _("“At the office” is only what the office itself has confirmed by a receipt.")
        self.add(pieces.text(words, "small"))


class FilesCard(Card):
    """The files that were written and taken in, the latest first."""

    def __init__(self) -> None:
        super().__init__(_("Files"))

    def show_files(self, batches: Sequence[BatchView], on: date) -> None:
        """List them; refused ones have a card of their own."""
        pieces.clear(self.body)
        listed = sorted(
            (batch for batch in batches if batch.status != "refused"), key=lambda batch: (-batch.at, batch.file_name)
        )
        if not listed:
            self.add(pieces.text(_("Files that were written or taken in will be listed here."), "soft"))
            return
        for batch in listed[:BATCHES_SHOWN]:
            self.add(_batch_line(batch, on))
        if rest := listed[BATCHES_SHOWN:]:
            words = ngettext("{n} earlier file", "{n} earlier files", len(rest)).format(n=len(rest))
            link, place = show_more(words, partial(_add_lines, rest, on))
            self.add(link)
            self.add(place)


class ConflictsCard(Card):
    """How many fields wait for a choice, and the way there."""

    def __init__(self, page: "SyncPage") -> None:
        super().__init__(_("Changed on both sides"))
        self.page = page

    def show_count(self, count: int) -> None:
        """The card is hidden where nothing waits."""
        pieces.clear(self.body)
        self.setVisible(bool(count))
        words = ngettext(
            "{n} field has two versions and waits for somebody to choose.",
            "{n} fields have two versions and wait for somebody to choose.",
            count,
        )
        self.add(pieces.text(words.format(n=count)))
        self.add(
            pieces.line(None, pieces.button(_("To the conflicts"), self.page.go_to_conflicts, icon="forward"), None)
        )


class OwnCard(Card):
    """The own fingerprint, and writing the own card."""

    def __init__(self, page: "SyncPage") -> None:
        super().__init__(_("Own card"))
        self.page = page
        self.fingerprint = pieces.text("", "label", select=True)
        words = _("The other side needs this card once. Read the fingerprint to each other before trusting it.")
        self.add(pieces.text(words, "soft"))
        self.add(self.fingerprint)
        self.add(pieces.line(None, pieces.button(_("Write the card to a folder"), page.write_card, icon="key"), None))


def _add_lines(batches: Sequence[BatchView], on: date, box: QVBoxLayout) -> None:
    for batch in batches:
        box.addLayout(_batch_line(batch, on))


def _batch_line(batch: BatchView, on: date) -> QHBoxLayout:
    out = batch.direction == "out"
    line = pieces.line(None, gap=10)
    picture = QLabel()
    picture.setPixmap(theme.pixmap("export" if out else "import", 20, "soft"))
    line.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
    count = ngettext("{n} change", "{n} changes", batch.count).format(n=batch.count)
    head = _("Out, {count}").format(count=count) if out else _("In, {count}").format(count=count)
    words = pieces.column(None, pieces.text(f"{head}  ·  {moment_text(batch.at, on)}"), gap=1)
    words.addWidget(pieces.text(batch.file_name, "small", select=True))
    line.addLayout(words, 1)
    chip = Chip(batch_status_text(batch.status), tone=STATUS_TONE.get(batch.status, "soft"))
    line.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop)
    return line
