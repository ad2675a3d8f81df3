"""Taking in: what some files would do, doing it with a way to stop, what came of it, and what is to be done next."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from desktop import theme
from desktop.arrivals import Place
from desktop.case_words import moment_text, noted
from desktop.exchange_words import (
    hole_text,
    parts_text,
    place_text,
    reason_text,
    remedy_text,
    skew_text,
    taken_text,
)
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card, Chip, labelled, show_more
from desktop.widgets.large_button import LargeButton
from models.clock import today
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.pages.sync import SyncPage

NAMED = 6
"""Files that are named one by one; of more only the number is said."""


class InboxPanel(Card):
    """Shows what files would do, then takes them in."""

    def __init__(self, page: "SyncPage", files: Sequence[Path], place: Place | None, box: Any = None) -> None:
        super().__init__(_("What these files would do"))
        self.page, self.files, self.place, self.box = page, list(files), place, box
        self.preview: Any = None  # models.services.inbox_views.Preview
        self.taken: Any = None  # models.services.inbox_views.Taken
        self.job: Any = None  # while they are taken in
        self.body.setSpacing(theme.px(10))
        self.inside = pieces.column(None, gap=10)
        self.add(self.inside)
        self.foot: tuple[QWidget | None, ...] = ()

    def look(self) -> None:
        """Look into the files; nothing is written."""
        inbox, files = self.page.casebook.inbox, self.files
        self._fill([pieces.text(_("Looking at the files. Nothing is changed yet."), "soft")], [])
        self.page.shell.tasks.long(
            lambda progress, cancelled: inbox.preview(files, progress, cancelled),
            self._show,
            self._trouble,
            owner=self,  # the worker may go elsewhere meanwhile
            title=_("Looking at the files"),
        )

    def _trouble(self, problem: Any) -> None:
        self.job = None
        self.page.close_panel()
        self.page.tell("problem", problem.sentence())

    # What they would do.

    def _show(self, preview: Any) -> None:
        self.preview = preview
        if preview.stopped:
            self.page.close_panel()
            return
        good = [one for one in preview.files if not one.reason]
        on = today(self.page.casebook.clock)
        who = _(", ").join(preview.senders)
        made = moment_text(preview.made_at, on)
        there = place_text(self.place) if self.place is not None else ""
        items: list[Any] = [labelled([(_("From"), who), (_("Written"), made), (_("Found on"), there)])]
        if preview.operations:
            items.append(self._figures(preview))
        items += [Banner("warn", skew_text(preview.skew, who), closable=False)] if preview.skew else []
        if preview.conflicts:
            words = ngettext(
                "{n} field was changed on both sides; both versions are kept until somebody chooses.",
                "{n} fields were changed on both sides; both versions are kept until somebody chooses.",
                preview.conflicts,
            )
            items.append(Banner("warn", words.format(n=preview.conflicts), closable=False))
        items += [Banner("info", hole_text(hole), closable=False) for hole in preview.holes]
        items += [Banner("info", parts_text(*lack), closable=False) for lack in self._lacking()]
        if preview.receipts:
            words = ngettext("{n} receipt is among them.", "{n} receipts are among them.", preview.receipts)
            items.append(pieces.text(words.format(n=preview.receipts)))
        if preview.sealed:
            words = ngettext(
                "{n} sealed file (picture, set of rules or list) is among them.",
                "{n} sealed files (pictures, sets of rules or lists) are among them.",
                preview.sealed,
            )
            items.append(pieces.text(words.format(n=preview.sealed)))
        items += self._refusals(preview.refused)
        useful = [one for one in good if one.new]
        if not useful and not preview.refused:
            items.append(pieces.text(_("Everything in it is already here; nothing is to be done."), "label"))
            self._fill(items, [LargeButton(_("Continue"), self.page.close_panel, "primary")])
            return
        if useful:
            label = ngettext("Take in {n} file", "Take in {n} files", len(good)).format(n=len(good))
        else:
            label = _("Keep aside with the reason")
        self._fill(
            items,
            [LargeButton(label, self.take, "primary"), LargeButton(_("Not now"), self.page.close_panel)],
        )

    def _figures(self, preview: Any) -> Any:
        chips = pieces.wrapping(None, gap=8)
        for count, words, tone in (
            (preview.new, ngettext("{n} new change", "{n} new changes", preview.new), "accent"),
            (preview.residents, ngettext("{n} resident", "{n} residents", preview.residents), "soft"),
            (preview.households, ngettext("{n} household", "{n} households", preview.households), "soft"),
            (preview.visits, ngettext("{n} visit", "{n} visits", preview.visits), "soft"),
            (preview.pictures, ngettext("{n} picture", "{n} pictures", preview.pictures), "soft"),
        ):
            if count:
                chips.addWidget(Chip(words.format(n=count), tone=tone))
        known = preview.operations - preview.new
        if known:
            words = ngettext("{n} already here", "{n} already here", known).format(n=known)
            chips.addWidget(Chip(words, tone="good"))
        return chips

    def _lacking(self) -> list[tuple[Sequence[int], int]]:
        if self.box is None:
            return []
        mine = set(self.files)
        return [(one.absent, one.of) for one in self.box.parcels if one.absent and mine & set(one.waiting)]

    def _refusals(self, refused: Sequence[Any]) -> list[Any]:
        items: list[Any] = []
        for one in refused[:NAMED]:
            words = _("“{name}” cannot be taken in. {reason} {remedy}").format(
                name=one.path.name, reason=reason_text(one.reason), remedy=remedy_text(one.reason, one.sender)
            )
            items.append(Banner("problem", words, closable=False))
        if len(refused) > NAMED:
            more = len(refused) - NAMED
            items.append(pieces.text(ngettext("and {n} more", "and {n} more", more).format(n=more), "small"))
        return items

    # Taking in.

    def take(self) -> None:
        """Take them in one after another; it can be stopped between two of them."""
        inbox, files = self.page.casebook.inbox, self.files
        self._fill([pieces.text(_("Taking in. It can be stopped between two files."), "soft")], [])
        self.job = self.page.long(
            lambda progress, cancelled: inbox.take(files, progress, cancelled),
            self.show_taken,
            self._trouble,
            title=_("Taking in"),
        )

    def show_taken(self, taken: Any) -> None:
        """Say what came, and offer what comes next."""
        self.taken, self.job = taken, None
        self.heading.setText(_("What came"))
        page = self.page
        if taken.changed.rows or taken.changed.entities:
            page.shell.tasks.changed.emit(taken.changed)
        page.reload()
        page.arrivals.look(whole=True)
        items: list[Any] = []
        if words := taken_text(taken):
            items.append(Banner("good", words, closable=False))
        if taken.already_here:
            words = ngettext(
                "{n} change was here already.", "{n} changes were here already.", taken.already_here
            ).format(n=taken.already_here)
            items.append(pieces.text(words, "soft"))
        for receipt in taken.receipts:
            lost = receipt.changes < 0 or not receipt.confirmed
            items.append(Banner("warn" if lost else "good", receipt.sentence(), closable=False))
        if taken.conflicts:
            words = ngettext(
                "{n} field was changed on both sides and waits for somebody to choose.",
                "{n} fields were changed on both sides and wait for somebody to choose.",
                taken.conflicts,
            ).format(n=taken.conflicts)
            items.append(Banner("warn", words, (_("To the conflicts"), page.go_to_conflicts), closable=False))
        if taken.back:
            words = _("What was undone came back, because somebody had gone on with it elsewhere: {names}.")
            several = _("; ").join(one.names or one.address for one in taken.back[:NAMED])
            if (more := len(taken.back) - NAMED) > 0:
                several = noted(several, ngettext("and {n} more", "and {n} more", more).format(n=more))
            look = (_("Look at it"), partial(self._look, taken.back[0]))
            items.append(Banner("info", words.format(names=several), look, closable=False))
        if taken.skew:
            who = _(", ").join(name for _id, name in taken.senders)
            items.append(Banner("warn", skew_text(taken.skew, who), closable=False))
        if taken.sealed:
            words = ngettext(
                "{n} sealed file (picture, set of rules or list) was taken in.",
                "{n} sealed files (pictures, sets of rules or lists) were taken in.",
                taken.sealed,
            )
            items.append(Banner("good", words.format(n=taken.sealed), closable=False))
        if taken.packs:
            words = _("A set of rules came. It decides nothing before somebody has looked at it here.")
            items.append(Banner("info", words, (_("Look at it"), page.look_at_pack), closable=False))
        for refused in taken.refused[:NAMED]:
            words = _("“{name}” was not taken in and is kept aside. {reason} {remedy}").format(
                name=refused.file_name,
                reason=reason_text(refused.reason),
                remedy=remedy_text(refused.reason, refused.sender),
            )
            items.append(Banner("problem", words, closable=False))
        for name in taken.unread:
            words = _("“{name}” could not be read. Nothing of it was taken in. Plug the stick in again.")
            items.append(Banner("problem", words.format(name=name), closable=False))
        if taken.rest:
            words = ngettext(
                "Stopped. {n} file is left; what was taken in stays.",
                "Stopped. {n} files are left; what was taken in stays.",
                taken.rest,
            ).format(n=taken.rest)
            items.append(Banner("info", words, (_("Go on"), self._go_on), closable=False))
        if not items:
            items.append(pieces.text(_("Nothing was taken in."), "label"))
        self._fill(items, self._next_steps(taken))

    def _look(self, back: Any) -> None:
        if back.kind == "household":
            self.page.shell.go("household", household_id=back.id)
        else:
            self.page.shell.go("person", resident_id=back.id)

    def _go_on(self) -> None:
        self.files = self.files[-self.taken.rest :]
        self.take()

    def _next_steps(self, taken: Any) -> list[Any]:
        """The receipt onto the same stick, the receipt on paper, and the end."""
        page, buttons = self.page, []
        main = "primary"
        if taken.senders:
            for identity, name in taken.senders:
                if self.place is not None and self.place.there and not self.place.read_only:
                    label = _("Write the receipt onto {place}").format(place=place_text(self.place))
                    if len(taken.senders) > 1:
                        label = noted(label, name)
                    place = self.place.root
                    buttons.append(LargeButton(label, partial(self._receipt, identity, place), main))
                else:
                    label = _("Write the receipt for {name}").format(name=name)
                    buttons.append(LargeButton(label, partial(self._receipt, identity, None), main))
                main = ""
            identity, _name = taken.senders[0]
            buttons.append(LargeButton(_("Receipt on paper"), partial(page.show_paper, identity, "received")))
        elif taken.receipts and page.loaded is not None and page.loaded.answered:
            identity, side = page.loaded.answered[0]
            buttons.append(LargeButton(_("Receipt on paper"), partial(page.show_paper, identity, side)))
        buttons.append(LargeButton(_("All done"), page.close_panel, main))
        return buttons

    def _receipt(self, partner: str, folder: Path | None) -> None:
        if folder is None:
            folder = self.page.choose_folder()
        if folder is not None:
            self.page.receipt_to(folder, partner)

    def _fill(self, items: Sequence[Any], buttons: Sequence[Any]) -> None:
        pieces.clear(self.inside)
        for item in items:
            if hasattr(item, "addWidget"):
                self.inside.addLayout(item)
            else:
                self.inside.addWidget(item)
        if self.page.panel is self:
            self.page.show_footer(*buttons, *([None] if buttons else []))
            if buttons:
                buttons[0].setFocus()
        pieces.reveal(self.inside)


class TrustPanel(Card):
    """A card that was found: its fingerprint, and whether it is to be trusted."""

    def __init__(self, page: "SyncPage", path: Path, card: Any) -> None:
        super().__init__(_("Trust this card?"))
        self.page, self.path = page, path
        kind = _("Office") if card.kind == "office" else _("Laptop")
        self.add(labelled([(_("From"), noted(card.office_name, kind)), (_("Fingerprint"), card.fingerprint)]))
        words = _("Ask the other side to read its fingerprint aloud. Trust the card only if all digits agree.")
        self.add(pieces.text(words, "soft"))
        self.trust = LargeButton(_("They are the same: trust it"), self.agree, "primary")
        leave = LargeButton(_("Do not trust"), page.next_card)
        self.foot = (self.trust, leave, None)

    def agree(self) -> None:
        """Exchange files with the maker of the card from now on."""
        sync, path, page = self.page.casebook.sync, self.path, self.page

        def done(name: str) -> None:
            page.reload()
            page.arrivals.look(whole=True)
            page.next_card()
            page.tell("good", _("Files are exchanged with {name} from now on.").format(name=name))

        page.run(lambda: sync.trust_card(path), done, lambda problem: page.tell("problem", problem.sentence()))


class RefusedCard(Card):
    """Files that were refused: why, whose, when, and what to do."""

    def __init__(self, page: "SyncPage") -> None:
        super().__init__(_("Kept aside"))
        self.page = page

    def show_refused(self, refused: Sequence[Any]) -> None:
        """List them; the card is hidden where there is none."""
        pieces.clear(self.body)
        self.setVisible(bool(refused))
        if not refused:
            return
        words = _("These files were not taken in. They lie here sealed as they came; nothing was deleted on the stick.")
        self.add(pieces.text(words, "soft"))
        for one in refused[:NAMED]:
            self.add(pieces.rule())
            self._line(one, self.body)
        if rest := refused[NAMED:]:
            label = ngettext("{n} more", "{n} more", len(rest)).format(n=len(rest))
            link, place = show_more(label, partial(self._lines, rest))
            self.add(link)
            self.add(place)
        pieces.reveal(self.body)

    def _lines(self, several: Sequence[Any], box: Any) -> None:
        for one in several:
            self._line(one, box)

    def _line(self, one: Any, box: Any) -> None:
        on = today(self.page.casebook.clock)
        who = one.sender or _("sender not known")
        part = _("part {part} of {of}").format(part=one.part, of=one.of) if one.of > 1 else ""
        box.addWidget(pieces.text(reason_text(one.reason), "label"))
        told = "  ·  ".join(words for words in (who, part, moment_text(one.at, on)) if words)
        box.addWidget(pieces.text(told, "small"))
        box.addWidget(pieces.text(one.file_name, "small", select=True))
        box.addWidget(pieces.text(remedy_text(one.reason, one.sender)))
        again = pieces.button(_("Try again"), partial(self._again, one), "link")
        again.setAccessibleName(_("Try again: {name}").format(name=one.file_name))
        again.setVisible(one.kept is not None)
        gone = pieces.button(_("Take it off the list"), partial(self._forget, one), "link")
        gone.setAccessibleName(_("Take it off the list: {name}").format(name=one.file_name))
        box.addLayout(pieces.wrapping(None, again, gone, None, gap=6))

    def _again(self, one: Any) -> None:
        page, inbox = self.page, self.page.casebook.inbox

        def done(taken: Any) -> None:
            panel = InboxPanel(page, [], None)
            page.open_panel(panel)
            panel.show_taken(taken)

        page.run(lambda: inbox.try_again(one.id), done, lambda problem: page.tell("problem", problem.sentence()))

    def _forget(self, one: Any) -> None:
        page, inbox = self.page, self.page.casebook.inbox

        def done(_nothing: object) -> None:
            page.reload()
            page.arrivals.look(whole=True)

        page.run(lambda: inbox.forget(one.id), done, lambda problem: page.tell("problem", problem.sentence()))
