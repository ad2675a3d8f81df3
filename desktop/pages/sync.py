"""Exchange with the office by files: what waits, export, take in, answers, and whom files are exchanged with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop import theme
from desktop.case_words import batch_status_text, moment_text, noted
from desktop.pages.base import NARROW, Page
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card, Chip, labelled, show_more
from desktop.widgets.mark import Mark
from models.clock import today
from models.services.timeline import field_label
from models.services.views import BatchPreview, BatchView, Changed, SyncStatus
from models.texts import _, ngettext

BATCHES_SHOWN = 8
CONFLICTS_SHOWN = 20
COMMUNITY_DIGITS = 12  # of the code of a community's office; streets and districts have fewer
CARD_ENDING, RECEIPT_ENDING = ".jmcard", ".jmr"
STATUS_TONE = {"acknowledged": "good", "applied": "good", "written": "soft", "refused": "danger"}


@dataclass(frozen=True)
class Loaded:
    """All that the page shows."""

    status: SyncStatus
    own: Any  # models.sync.card.Card of this installation
    partners: tuple[Any, ...]  # models.services.partners.Partner
    conflicts: tuple[Any, ...]  # models.services.partners.TwoVersions


class SyncPage(Page):
    """open() shows what waits."""

    name = "sync"
    width = 1080

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.queue: list[Path] = []
        """Batch files that were chosen and not yet looked at."""
        self.told = pieces.column(None, gap=8)
        """What came of the last thing done, and what is asked now."""
        self.panel: QWidget | None = None
        self.figure = pieces.text("", "figure", wrap=False)
        self.figure_words = pieces.text("", "subheading")
        self.state = pieces.text("", "soft")
        self.export_button = pieces.button(_("Export to a folder or stick"), self.export, "primary", "export")
        self.take_button = pieces.button(_("Take in a file"), self.take_in, icon="import")
        self.receipt_button = pieces.button(_("Write the receipt"), self.write_receipt, icon="paper")
        self.body.addWidget(self._head())
        self.body.addLayout(self.told)
        both = self.both = pieces.line(None, gap=16)
        left, right = pieces.column(None, gap=16), pieces.column(None, gap=16)
        both.addLayout(left, 3)
        both.addLayout(right, 2)
        self.batches = Card(_("Files"))
        self.conflicts = Card(_("Changed on both sides"))
        self.card = Card(_("Own card"))
        self.partners = Card(_("Exchanged with"))
        for card in (self.batches, self.conflicts):
            left.addWidget(card)
        left.addStretch(1)
        for card in (self.partners, self.card):
            right.addWidget(card)
        right.addStretch(1)
        self.body.addLayout(both)
        self.body.addStretch(1)

    def _head(self) -> Card:
        card = Card()
        words = pieces.column(None, self.figure_words, self.state, gap=4)
        top = pieces.line(None, gap=20)
        top.addWidget(self.figure, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addLayout(words, 1)
        buttons = pieces.wrapping(None, self.export_button, self.take_button, self.receipt_button, None, gap=10)
        card.body.setSpacing(theme.px(14))
        card.add(top)
        card.add(buttons)
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns of cards, in a narrow window one."""
        super().resizeEvent(event)
        way = QBoxLayout.Direction
        narrow = event.size().width() < theme.px(NARROW)
        self.both.setDirection(way.TopToBottom if narrow else way.LeftToRight)

    def title(self) -> str:
        """The page's name."""
        return _("Sync")

    def open(self, **where: Any) -> None:
        """Ask what waits."""
        self.where = where
        self._load()

    def refresh(self, changed: Changed) -> None:
        """Every change waits for the next export."""
        self._load()

    def first_focus(self) -> None:
        """The export where it is possible, else taking in a card."""
        (self.export_button if self.export_button.isEnabled() else self.take_button).setFocus()

    @property
    def is_office(self) -> bool:
        """Whether this casebook collects from others, and so answers with receipts."""
        return len(self.casebook.office.code) < COMMUNITY_DIGITS

    def _load(self) -> None:
        sync = self.casebook.sync

        def load() -> Loaded:
            return Loaded(sync.status(), sync.own_card(), tuple(sync.peers()), tuple(sync.conflicts()))

        self.read(load, self._show)

    # Showing.

    def _show(self, loaded: Loaded) -> None:
        first, self.loaded = self.loaded is None, loaded
        status, on = loaded.status, today(self.casebook.clock)
        self.figure.setText(str(status.waiting))
        self.figure.setVisible(bool(status.waiting))
        self.figure_words.setText(
            ngettext("change waits for the office", "changes wait for the office", status.waiting)
            if status.waiting
            else _("Everything was exported")
        )
        exported = moment_text(status.last_export_at, on)
        answered = moment_text(status.last_receipt_at, on)
        parts = [
            _("Last export: {moment}").format(moment=exported) if exported else _("Nothing was exported yet"),
            _("Last receipt: {moment}").format(moment=answered) if answered else _("No receipt yet"),
        ]
        unsure = max(status.exported_through - status.acknowledged_through, 0)
        if status.exported_through and unsure:
            words = ngettext(
                "{n} exported change is not confirmed yet; it goes along again until it is.",
                "{n} exported changes are not confirmed yet; they go along again until they are.",
                unsure,
            )
            parts.append(words.format(n=unsure))
        if not status.office_known:
            parts.append(_("The office's card is not here yet: take it in before the first export."))
        self.state.setText("\n".join(parts))
        self.export_button.setEnabled(status.office_known)
        arrived = any(batch.direction == "in" for batch in status.batches)
        self.receipt_button.setVisible(arrived)
        self._show_batches(status.batches, on)
        self._show_conflicts(loaded.conflicts)
        self._show_partners(loaded.partners, on)
        self._show_own_card(loaded.own)
        if first:
            self.first_focus()

    def _show_batches(self, batches: tuple[BatchView, ...], on: date) -> None:
        pieces.clear(self.batches.body)
        if not batches:
            self.batches.add(pieces.text(_("Files that were written or taken in will be listed here."), "soft"))
            return
        for batch in batches[:BATCHES_SHOWN]:
            self.batches.add(_batch_line(batch, on))
        if rest := batches[BATCHES_SHOWN:]:
            words = ngettext("{n} earlier file", "{n} earlier files", len(rest)).format(n=len(rest))
            link, place = show_more(words, partial(_add_lines, rest, on))
            self.batches.add(link)
            self.batches.add(place)

    def _show_conflicts(self, conflicts: tuple[Any, ...]) -> None:
        """Fields with two versions: who wrote which, and a button to let one stand."""
        pieces.clear(self.conflicts.body)
        self.conflicts.setVisible(bool(conflicts))
        self.conflicts.add(
            pieces.text(
                _(
                    "Two people changed these without seeing each other's change. The first version is shown until "
                    "you choose; the other stays in the history."
                ),
                "soft",
            )
        )
        on = today(self.casebook.clock)
        for conflict in conflicts[:CONFLICTS_SHOWN]:
            label = pieces.text(field_label(conflict.field), "label")
            head = pieces.line(None, label, None)
            if conflict.entity == "resident":
                go = partial(self.shell.go, "person", resident_id=conflict.row)
                head.addWidget(pieces.button(_("Open the record"), go, "link"))
            self.conflicts.add(head)
            for version in conflict.versions:
                self.conflicts.add(self._version_line(conflict, version, on))
        hidden = len(conflicts) - CONFLICTS_SHOWN
        if hidden > 0:
            self.conflicts.add(pieces.text(ngettext("{n} more", "{n} more", hidden).format(n=hidden), "soft"))

    def _version_line(self, conflict: Any, version: Any, on: date) -> QHBoxLayout:
        words = str(version.value if version.value not in (None, "", {}) else _("(empty)"))
        told = pieces.column(None, pieces.text(words, select=True), gap=0)
        told.addWidget(pieces.text(f"{version.worker} · {moment_text(version.at, on)}", "small"))
        choose = pieces.button(_("This one stands"), partial(self._settle, conflict, version))
        choose.setAccessibleName(_("{version} stands").format(version=words))
        line = pieces.line(None, gap=10)
        line.addLayout(told, 1)
        line.addWidget(choose)
        return line

    def _settle(self, conflict: Any, version: Any) -> None:
        sync = self.casebook.sync
        self.run(
            lambda: sync.settle(conflict.row, conflict.field, version.operation),
            lambda _changed: self.shell.say(_("Settled. The other version stays in the history.")),
            self._trouble,
        )

    def _show_partners(self, partners: tuple[Any, ...], on: date) -> None:
        pieces.clear(self.partners.body)
        if not partners:
            self.partners.add(
                pieces.text(
                    _("Cards are exchanged once, by hand: take in the office's card, and bring yours to the office."),
                    "soft",
                )
            )
        for partner in partners:
            kind = _("Office") if partner.kind == "office" else _("Laptop")
            head = pieces.line(None, Mark("office" if partner.kind == "office" else "person", "accent", 20), gap=10)
            head.addWidget(pieces.text(partner.name, "label"), 1)
            head.addWidget(Chip(kind))
            self.partners.add(head)
            heard = moment_text(partner.at, on)
            words = _("Fingerprint {fingerprint}").format(fingerprint=partner.fingerprint)
            self.partners.add(pieces.text(words, "small", select=True))
            if heard:
                self.partners.add(pieces.text(_("Last heard of: {moment}").format(moment=heard), "small"))
            self.partners.add(self._distrust_line(partner))

    def _distrust_line(self, partner: Any) -> QWidget:
        """Stopping the exchange is asked for twice: in a hurry the wrong laptop would be shut out."""
        place = QWidget()
        box = pieces.column(place, gap=4)
        sure = pieces.button(
            _("Yes, accept nothing more from {name}").format(name=partner.name),
            lambda: self._distrust(partner.id, partner.name),
            "danger",
        )
        sure.hide()
        begin = pieces.button(_("Lost or replaced?"), lambda: sure.setVisible(sure.isHidden()), "link")
        begin.setAccessibleName(_("Stop the exchange with {name}").format(name=partner.name))
        box.addLayout(pieces.line(None, begin, None))
        box.addWidget(sure)
        return place

    def _distrust(self, partner_id: str, name: str) -> None:
        sync = self.casebook.sync

        def done(_nothing: object) -> None:
            self._load()
            self.shell.say(_("Nothing more is accepted from {name}. What came before stays.").format(name=name))

        self.run(lambda: sync.distrust(partner_id), done)

    def _show_own_card(self, own: Any) -> None:
        pieces.clear(self.card.body)
        self.card.add(
            pieces.text(
                _("The other side needs this card once. Read the fingerprint to each other before trusting it."), "soft"
            )
        )
        self.fingerprint = pieces.text(own.fingerprint, "label", select=True)
        self.card.add(self.fingerprint)
        self.card.add(
            pieces.line(None, pieces.button(_("Write the card to a folder"), self.write_card, icon="key"), None)
        )

    def _tell(self, *items: QWidget) -> None:
        pieces.clear(self.told)
        for item in items:
            self.told.addWidget(item)
        if items and self.area is not None:
            self.area.verticalScrollBar().setValue(0)

    def _say(self, kind: str, words: str) -> None:
        banner = Banner(kind, words)
        banner.closed.connect(lambda: pieces.clear(self.told))
        self._tell(banner)

    def _trouble(self, problem: Any) -> None:
        self._say("problem", problem.sentence())

    # Choosing folders and files; tests put their own in place of these two.

    def choose_folder(self) -> Path | None:
        """Ask for a folder; None where the worker does not want to."""
        chosen = QFileDialog.getExistingDirectory(self, _("Choose a folder or stick"))
        return Path(chosen) if chosen else None

    def choose_files(self) -> list[Path]:
        """Ask for files of the exchange."""
        kinds = _("Files of the exchange") + " (*.jmb *.jmr *.jmcard)"
        chosen, _kind = QFileDialog.getOpenFileNames(self, _("Take in a file"), "", kinds)
        return [Path(name) for name in chosen]

    # Out.

    def export(self) -> None:
        """Write everything that is not confirmed into sealed files."""
        folder = self.choose_folder()
        if folder is None:
            return
        sync = self.casebook.sync

        def done(files: list[Path]) -> None:
            self._load()
            if self.shell.area is not None:
                self.shell.area.refresh_status()  # an export changes no record, so nobody else tells the status bar
            if not files:
                self._say("info", _("Nothing was written: nothing waits, or the export was stopped."))
                return
            words = ngettext("{n} file was written to “{folder}”:", "{n} files were written to “{folder}”:", len(files))
            self._say(
                "good",
                words.format(n=len(files), folder=folder.name or str(folder))
                + "\n"
                + "\n".join(path.name for path in files)
                + "\n"
                + _("Carry it to the office. It stays here until the office's receipt says that it arrived."),
            )

        self.long(
            lambda progress, cancelled: sync.export(folder, progress, cancelled),
            done,
            self._trouble,
            title=_("Exporting"),
        )

    def write_card(self) -> None:
        """Write the own card for the other side."""
        folder = self.choose_folder()
        if folder is None:
            return
        sync = self.casebook.sync
        words = _("The card “{name}” was written. It holds no secret.")
        self.run(
            lambda: sync.write_card(folder), lambda path: self._say("good", words.format(name=path.name)), self._trouble
        )

    def write_receipt(self) -> None:
        """Write the answer for the laptop whose files arrived last."""
        folder = self.choose_folder()
        if folder is None:
            return
        sync = self.casebook.sync
        words = _("The receipt “{name}” was written. Give it to the worker on the same stick.")
        self.run(
            lambda: sync.write_receipt(folder),
            lambda path: self._say("good", words.format(name=path.name)),
            self._trouble,
        )

    # In.

    def take_in(self) -> None:
        """Take in cards, receipts and batches; each kind is told by its ending."""
        files = self.choose_files()
        self.queue = [path for path in files if path.suffix not in (CARD_ENDING, RECEIPT_ENDING)]
        for path in files:
            if path.suffix == CARD_ENDING:
                self._look_at_card(path)
            elif path.suffix == RECEIPT_ENDING:
                self._read_receipt(path)
        self._next_batch()

    def _look_at_card(self, path: Path) -> None:
        sync = self.casebook.sync

        def show(card: Any) -> None:
            panel = Card(_("Trust this card?"))
            kind = _("Office") if card.kind == "office" else _("Laptop")
            panel.add(labelled([(_("From"), noted(card.office_name, kind)), (_("Fingerprint"), card.fingerprint)]))
            panel.add(
                pieces.text(
                    _("Ask the other side to read its fingerprint aloud. Trust the card only if all digits agree."),
                    "soft",
                )
            )
            trust = pieces.button(_("They are the same: trust it"), lambda: self._trust(path), "primary")
            leave = pieces.button(_("Do not trust"), lambda: self._tell())
            panel.add(pieces.wrapping(None, trust, leave, None))
            self._tell(panel)
            trust.setFocus()

        self.run(lambda: sync.read_card(path), show, self._trouble)

    def _trust(self, path: Path) -> None:
        sync = self.casebook.sync

        def done(name: str) -> None:
            self._load()
            self._say("good", _("Files are exchanged with {name} from now on.").format(name=name))

        self.run(lambda: sync.trust_card(path), done, self._trouble)

    def _read_receipt(self, path: Path) -> None:
        sync = self.casebook.sync

        def done(receipt: Any) -> None:
            self._load()
            lost = receipt.changes < 0 or not receipt.confirmed
            self._say("warn" if lost else "good", receipt.sentence())

        self.run(lambda: sync.read_receipt(path), done, self._trouble)

    def _next_batch(self) -> None:
        """Look into the next chosen file: what it would do, before anything is done."""
        if not self.queue:
            return
        path, sync = self.queue.pop(0), self.casebook.sync
        self.run(lambda: sync.preview(path), lambda preview: self._show_preview(path, preview), self._refused)

    def _refused(self, problem: Any) -> None:
        """One file cannot be taken in; the others that were chosen still can."""
        go_on = (_("Continue"), self._next_batch) if self.queue else None
        banner = Banner("problem", problem.sentence(), go_on)
        banner.closed.connect(lambda: pieces.clear(self.told))
        self._tell(banner)

    def _show_preview(self, path: Path, preview: BatchPreview) -> None:
        on = today(self.casebook.clock)
        panel = Card(_("What this file would do"))
        panel.add(
            labelled(
                [(_("From"), preview.sender), (_("Made"), moment_text(preview.made_at, on)), (_("File"), path.name)]
            )
        )
        for line in preview.lines:
            panel.add(pieces.text("·  " + line))
        if self.queue:
            words = ngettext("{n} more file follows.", "{n} more files follow.", len(self.queue))
            panel.add(pieces.text(words.format(n=len(self.queue)), "soft"))
        if preview.new:
            take = pieces.button(_("Take it in"), lambda: self._apply(path, preview), "primary")
            leave = pieces.button(_("Leave it"), self._leave_batch)
        else:
            panel.add(pieces.text(_("Everything in it is already here; nothing is to be done."), "label"))
            take = pieces.button(_("Continue"), self._leave_batch, "primary")
            leave = None
        panel.add(pieces.wrapping(None, take, *([leave] if leave else []), None))
        self._tell(panel)
        take.setFocus()

    def _leave_batch(self) -> None:
        self._tell()
        self._next_batch()

    def _apply(self, path: Path, preview: BatchPreview) -> None:
        sync = self.casebook.sync
        self._tell()

        def done(changed: Changed) -> None:
            if not changed.id:
                self._say("info", _("Stopped. Nothing was taken in."))
                return
            words = ngettext(
                "{n} change from {sender} was taken in.", "{n} changes from {sender} were taken in.", preview.new
            )
            self._say(
                "good",
                words.format(n=preview.new, sender=preview.sender)
                + " "
                + _("Write the receipt, so that the other side knows."),
            )
            self._next_batch()

        self.long(
            lambda progress, cancelled: sync.apply(path, progress, cancelled), done, self._trouble, title=_("Taking in")
        )


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
