"""Exchange with the office by files: what waits, export, what arrived, answers, and whom files are exchanged with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QWidget

from desktop import theme
from desktop.arrivals import Arrivals, Place
from desktop.case_words import moment_text
from desktop.exchange_words import files_from, place_text
from desktop.pages.base import NARROW, Page
from desktop.pages.sync_cards import ConflictsCard, DaysCard, FilesCard, OwnCard
from desktop.pages.sync_export import ExportPanel
from desktop.pages.sync_held import HeldCard
from desktop.pages.sync_inbox import InboxPanel, RefusedCard, TrustPanel
from desktop.pages.sync_partners import PacksCard, PartnersCard
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card
from desktop.widgets.large_button import LargeButton
from models.clock import today
from models.services.views import Changed, SyncStatus
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell

CARD_ENDING = ".jmcard"


@dataclass(frozen=True)
class Loaded:
    """All that the page shows."""

    status: SyncStatus
    own: Any  # models.sync.card.Card of this installation
    partners: tuple[Any, ...]  # models.services.partners.Partner
    conflicts: int
    days: tuple[Any, ...]  # models.services.exchange_standing.DayCount
    refused: tuple[Any, ...]  # models.services.inbox_views.Refused
    shut_out: tuple[Any, ...]  # partners that are refused for good
    packs: tuple[Any, ...]  # models.services.sync_files.ArrivedPack
    restored: Any  # models.services.exchange_held.Restored of the last restore, or None
    answered: tuple[tuple[str, str], ...]  # partners about whom a receipt can be printed, and from which side
    departed: Mapping[str, int]  # partner -> how many residents it brings up to date no more


class SyncPage(Page):
    """open() shows what waits; open(arrived=True) begins with what lies on a stick."""

    name = "sync"
    width = 1080

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        assert shell.area is not None
        self.arrivals: Arrivals = shell.area.arrivals
        self.panel: ExportPanel | InboxPanel | TrustPanel | None = None
        """The wizard that is open: the export, the inbox, a card; the rest of the page is hidden then."""
        self.cards_left: list[Path] = []
        """Cards that were chosen and not decided on yet."""
        self._look_at_once = False
        self.told = pieces.column(None, gap=8)
        self.stage = pieces.column(None, gap=12)
        self.found = pieces.column(None, gap=12)
        self.figure = pieces.text("", "figure", wrap=False)
        self.figure_words = pieces.text("", "subheading")
        self.state = pieces.text("", "soft")
        self.export_button = LargeButton(_("Export to a folder or stick"), self.export, "primary")
        self.take_button = LargeButton(_("Take in a file"), self.take_in)
        self.receipt_button = LargeButton(_("Write the receipt"), self.write_receipt)
        self.paper_button = LargeButton(_("Receipt on paper"), self.show_last_paper)
        self.reserve("take_in", self.take_button)
        self.days, self.batches, self.conflicts = DaysCard(), FilesCard(), ConflictsCard(self)
        self.partners, self.card, self.refused = PartnersCard(self), OwnCard(self), RefusedCard(self)
        self.packs = PacksCard(self)
        self.held = HeldCard(self)
        self.body.addLayout(self.told)
        self.body.addLayout(self.stage)
        self.rest = QWidget()
        rest = pieces.column(self.rest, gap=16)
        rest.addWidget(self.held)
        rest.addLayout(self.found)
        rest.addWidget(self._head())
        both = self.both = pieces.line(None, gap=16)
        left, right = pieces.column(None, gap=16), pieces.column(None, gap=16)
        both.addLayout(left, 3)
        both.addLayout(right, 2)
        for upper in (self.conflicts, self.refused, self.packs, self.days, self.batches):
            left.addWidget(upper)
        left.addStretch(1)
        for beside in (self.partners, self.card):
            right.addWidget(beside)
        right.addStretch(1)
        rest.addLayout(both)
        self.body.addWidget(self.rest)
        self.body.addStretch(1)
        for empty in (self.conflicts, self.refused, self.packs, self.days):
            empty.hide()
        self.arrivals.changed.connect(self._show_found)

    def _head(self) -> Card:
        card = Card()
        words = pieces.column(None, self.figure_words, self.state, gap=4)
        top = pieces.line(None, gap=20)
        top.addWidget(self.figure, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addLayout(words, 1)
        buttons = (self.export_button, self.take_button, self.receipt_button, self.paper_button)
        card.body.setSpacing(theme.px(14))
        card.add(top)
        card.add(pieces.wrapping(None, *buttons, None, gap=10))
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
        """Ask what waits; arrived: look at once into what lies on a stick."""
        self._look_at_once = bool(where.pop("arrived", False))
        self.where = where
        if self.panel is not None and self.leave():
            self._put_panel_away()
        self.reload()
        self._show_found()
        self.arrivals.look()

    def refresh(self, changed: Changed) -> None:
        """Every change waits for the next export."""
        self.reload()

    def leave(self) -> bool:
        """While files are written or taken in the page stays: the worker would not see how it ends."""
        return not (isinstance(self.panel, ExportPanel | InboxPanel) and self.panel.job is not None)

    def first_focus(self) -> None:
        """The export where it is possible, else taking in a card."""
        if self.panel is None:
            (self.export_button if self.export_button.isEnabled() else self.take_button).setFocus()

    def reload(self) -> None:
        """Load everything that the page shows."""
        casebook = self.casebook
        sync, inbox, conflicts = casebook.sync, casebook.inbox, casebook.conflicts
        backups = casebook.safekeeping

        def load() -> Loaded:
            return Loaded(
                sync.status(),
                sync.own_card(),
                tuple(sync.peers()),
                conflicts.count(),
                sync.by_day(),
                tuple(inbox.refused()),
                tuple(one for one in sync.everybody() if one.revoked),
                tuple(sync.arrived_packs()),
                backups.restored(),
                sync.answered(),
                sync.departed_counts(),
            )

        self.read(load, self._show)

    # Showing.

    def _show(self, loaded: Loaded) -> None:
        first, self.loaded = self.loaded is None, loaded
        status, on = loaded.status, today(self.casebook.clock)
        self.figure.setText(f"{status.waiting:,}")
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
        held = loaded.restored is not None and loaded.restored.held
        self.held.show_restored(loaded.restored if held else None)
        self.export_button.setEnabled(bool(loaded.partners) and not held)
        self.take_button.setEnabled(not held)
        self.receipt_button.setVisible(any(side == "received" for _partner, side in loaded.answered))
        self.paper_button.setVisible(bool(loaded.answered))
        self.days.show_days(loaded.days, on)
        self.batches.show_files(status.batches, on)
        self.conflicts.show_count(loaded.conflicts)
        self.refused.show_refused(loaded.refused)
        self.packs.show_packs(loaded.packs)
        self.partners.show_partners(loaded.partners, loaded.shut_out, loaded.departed)
        self.card.fingerprint.setText(loaded.own.fingerprint)
        if first:
            self.first_focus()

    def _show_found(self) -> None:
        """What lies on sticks and in watched folders, each with one button."""
        pieces.clear(self.found)
        waiting = self.arrivals.waiting()
        for place, box in waiting:
            if box.waiting:
                words = files_from(len(box.waiting), box.senders, place)
                look = (_("Look at them"), partial(self.look_at, box.waiting, place, box))
                self.found.addWidget(Banner("good", words, look, closable=False))
            if box.cards:
                words = ngettext("{n} card is on {place}.", "{n} cards are on {place}.", len(box.cards))
                words = words.format(n=len(box.cards), place=place_text(place))
                look = (_("Look at the card"), partial(self.look_at_cards, box.cards))
                self.found.addWidget(Banner("info", words, look, closable=False))
        pieces.reveal(self.found)
        files = [(place, box) for place, box in waiting if box.waiting]
        if self._look_at_once and files and self.panel is None:
            self._look_at_once = False
            self.look_at(files[0][1].waiting, *files[0])

    def open_panel(self, panel: "ExportPanel | InboxPanel | TrustPanel") -> None:
        """Show a wizard in place of the rest of the page."""
        self.tell()
        pieces.clear(self.stage)
        self.panel = panel
        self.stage.addWidget(panel)
        self.show_footer(*panel.foot)
        self.rest.hide()
        pieces.reveal(self.stage)
        if self.area is not None:
            self.area.verticalScrollBar().setValue(0)

    def close_panel(self) -> None:
        """Back to the page."""
        self._put_panel_away()
        self._show_found()
        self.reload()
        self.first_focus()

    def _put_panel_away(self) -> None:
        self.panel = None
        pieces.clear(self.stage)
        self.show_footer()
        self.rest.show()

    def tell(self, kind: str = "", words: str = "") -> None:
        """Say a sentence on top of the page; without words nothing is said there any more."""
        pieces.clear(self.told)
        if words:
            banner = Banner(kind, words)
            banner.closed.connect(lambda: pieces.clear(self.told))
            self.told.addWidget(banner)
            pieces.reveal(self.told)
            if self.area is not None:
                self.area.verticalScrollBar().setValue(0)

    def go_to_conflicts(self) -> None:
        """The page where both versions stand side by side."""
        self.shell.go("conflicts")

    def look_at_pack(self, sha: str = "") -> None:
        """What a set of rules that came would change; the latest where none is named."""
        sync = self.casebook.sync

        def look() -> Any:
            return sync.preview_pack(sha or next(one.sha for one in sync.arrived_packs() if not one.installed))

        self.run(look, lambda preview: self.shell.go("packs", preview=preview), self._no)

    # Choosing folders and files; tests put their own in place of these two.

    def choose_folder(self) -> Path | None:
        """Ask for a folder; None where the worker does not want to."""
        chosen = QFileDialog.getExistingDirectory(self, _("Choose a folder or stick"))
        return Path(chosen) if chosen else None

    def choose_files(self) -> list[Path]:
        """Ask for files of the exchange."""
        kinds = _("Files of the exchange") + " (*.jmb *.jmr *.jma *.jmcard)"
        chosen, _kind = QFileDialog.getOpenFileNames(self, _("Take in a file"), "", kinds)
        return [Path(name) for name in chosen]

    # Out.

    def export(self, to: str = "") -> None:
        """Open the export wizard."""
        if self.loaded is not None:
            self.open_panel(ExportPanel(self, to, self.loaded.partners))

    def write_card(self) -> None:
        """Write the own card for the other side."""
        folder = self.choose_folder()
        if folder is None:
            return
        sync = self.casebook.sync
        words = _("The card “{name}” was written. It holds no secret.")
        self.run(
            lambda: sync.write_card(folder), lambda path: self.tell("good", words.format(name=path.name)), self._no
        )

    def write_receipt(self) -> None:
        """Write the answer for the laptop whose files arrived last."""
        folder = self.choose_folder()
        if folder is not None:
            self.receipt_to(folder, "")

    def receipt_to(self, folder: Path, partner: str) -> None:
        """Write the answer for a partner into a folder."""
        sync = self.casebook.sync

        def done(path: Path) -> None:
            self.arrivals.look(whole=True)
            words = _("The receipt “{name}” was written and read back. Give it to the worker on the same stick.")
            self.tell("good", words.format(name=path.name))

        self.run(lambda: sync.write_receipt(folder, to=partner), done, self._no)

    def show_last_paper(self) -> None:
        """The receipt of the latest exchange, on paper."""
        if self.loaded is not None and self.loaded.answered:
            self.show_paper(*self.loaded.answered[0])

    def show_paper(self, partner: str, side: str) -> None:
        """A receipt as it is printed."""
        from desktop.pages.sync_paper import ReceiptPaper

        ReceiptPaper(self, partner, side).show_preview()

    # In.

    def take_in(self) -> None:
        """Take in files that are chosen by hand: cards are looked at one by one, the others together."""
        files = self.choose_files()
        others = [path for path in files if path.suffix != CARD_ENDING]
        self.cards_left = [path for path in files if path.suffix == CARD_ENDING]
        if others:
            self.look_at(others, None)
        elif files:
            self.next_card()

    def look_at(self, files: Sequence[Path], place: Place | None, box: Any = None) -> None:
        """Look into files before anything is done."""
        panel = InboxPanel(self, files, place, box)
        self.open_panel(panel)
        panel.look()

    def look_at_cards(self, cards: Sequence[Path]) -> None:
        """Decide on cards, one after another."""
        self.cards_left = list(cards)
        self.next_card()

    def next_card(self) -> None:
        """The next card that was not decided on; after the last the page."""
        if not self.cards_left:
            self.close_panel()
            return
        path, sync = self.cards_left.pop(0), self.casebook.sync

        def show(card: Any) -> None:
            panel = TrustPanel(self, path, card)
            self.open_panel(panel)
            panel.trust.setFocus()

        def refused(problem: Any) -> None:
            self.close_panel()
            self._no(problem)

        self.run(lambda: sync.read_card(path), show, refused)

    def _no(self, problem: Any) -> None:
        self.tell("problem", problem.sentence())
