"""The export wizard: where to, what will be written, writing with a bar, and whether the stick may be pulled out."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop import theme
from desktop.arrivals import Place
from desktop.drives import free_space
from desktop.exchange_words import place_heading, place_text, room_text, size_text
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card, ClickRow, TickRow, show_more
from desktop.widgets.large_button import LargeButton
from desktop.widgets.mark import Mark
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.pages.sync import SyncPage

ICONS = {"stick": "save", "shared": "office", "upload": "export", "other": "place"}
KINDS_TO_CHOOSE = ("shared", "upload")
SPARE = 256 * 1024  # bytes that stay free


class PlaceRow(ClickRow):
    """One place to write to; a dot says which is chosen."""

    def __init__(self, place: Place, chosen: bool) -> None:
        usable = place.there and not place.read_only
        super().__init__(f"{place_heading(place)}, {room_text(place)}", active=usable, marked=chosen)
        self.place, self.usable = place, usable
        self.setAccessibleDescription(_("chosen") if chosen else "")
        picture = QLabel()
        picture.setPixmap(theme.pixmap(ICONS[place.kind], 24, "accent" if usable else "soft"))
        words = pieces.column(None, pieces.text(place_heading(place), "label"), gap=0)
        words.addWidget(pieces.text(room_text(place), "small" if usable else "error"))
        line = pieces.line(self, gap=14)
        line.setContentsMargins(theme.px(12), theme.px(9), theme.px(12), theme.px(9))
        line.addWidget(picture, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addLayout(words, 1)
        if chosen:
            line.addWidget(Mark("yes", "accent", 24), 0, Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumHeight(theme.px(56))


class ExportPanel(Card):
    """Asks where to, says what, writes, and says how it went."""

    def __init__(self, page: "SyncPage", to: str = "", partners: tuple[Any, ...] = ()) -> None:
        super().__init__(_("Export"))
        self.page = page
        self.to = to
        self.place: Place | None = None
        self.ahead: Any = None  # models.services.exchange_standing.Outgoing
        self.job: Any = None
        self.asked = 0
        self.over = self._focused = False
        self.choose_other: Callable[[], Path | None] = page.choose_folder
        self.body.setSpacing(theme.px(12))
        self.whom = QComboBox()
        self.whom.setAccessibleName(_("For whom"))
        for partner in partners:
            self.whom.addItem(partner.name, partner.id)
        self.whom.setCurrentIndex(max(self.whom.findData(to), 0))
        self.whom.currentIndexChanged.connect(lambda _place: self._other_partner())
        self.whom.setVisible(len(partners) > 1)
        self.places = pieces.column(None, gap=4)
        self.what = pieces.column(None, gap=6)
        self.pictures = TickRow(
            _("Pictures go along"), checked=page.arrivals.remembered().get("pictures", "yes") == "yes"
        )
        self.pictures.toggled.connect(lambda on: self._with_pictures(on))
        self.pictures.hide()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Exporting"))
        self.bar.hide()
        self.write_button = LargeButton(_("Write"), self.write, "primary")
        self.write_button.setEnabled(False)
        self.close_button = LargeButton(_("Cancel"), self.close_panel)
        if len(partners) > 1:
            self.add(pieces.text(_("For whom"), "label"))
        self.add(self.whom)
        self.where_label = pieces.text(_("Where to"), "label")
        self.add(self.where_label)
        self.add(self.places)
        self.other_buttons = pieces.wrapping(None, gap=6)
        self.add(self.other_buttons)
        self.add(self.what)
        self.add(self.pictures)
        self.add(self.bar)
        self.foot = (self.write_button, self.close_button, None)
        self.page.arrivals.changed.connect(self.show_places)
        if len(partners) > 1:
            self.to = str(self.whom.currentData())
        self.show_places()
        self.page.arrivals.look()
        self.close_button.setFocus()

    # Where to.

    def show_places(self) -> None:
        """List the places that are there now; what was chosen stays chosen while it is there."""
        if self.job is not None or self.over:
            return
        arrivals = self.page.arrivals
        places = list(arrivals.places)
        if self.place is not None and self.place.kind == "other":
            places.append(self.place)
        roots = {place.root: place for place in places if place.there and not place.read_only}
        if self.place is None or self.place.root not in roots:
            last = Path(arrivals.remembered().get("last", ""))
            sticks = [place for place in roots.values() if place.kind == "stick"]
            self.place = roots.get(last) or next(iter(sticks or roots.values()), None)
        else:
            self.place = roots[self.place.root]
        pieces.clear(self.places)
        for place in places:
            row = PlaceRow(place, self.place is not None and place.root == self.place.root)
            row.chosen.connect(partial(self._choose, place))
            self.places.addWidget(row)
        if not any(place.kind == "stick" for place in places):
            self.places.addWidget(pieces.text(_("No stick is in. Put one in: it is found by itself."), "soft"))
        pieces.clear(self.other_buttons)
        known = arrivals.remembered()
        words = {
            "shared": (_("Choose the shared folder"), _("Another shared folder")),
            "upload": (_("Choose the upload folder"), _("Another upload folder")),
        }
        for kind in KINDS_TO_CHOOSE:
            label = words[kind][bool(known.get(kind))]
            self.other_buttons.addWidget(pieces.button(label, partial(self._choose_kept, kind), "link"))
        self.other_buttons.addWidget(pieces.button(_("Another folder"), self.choose_folder, "link"))
        pieces.reveal(self.places)
        pieces.reveal(self.other_buttons)
        self._ask()

    def _choose(self, place: Place) -> None:
        self.place = place
        self.show_places()

    def choose_folder(self) -> None:
        """Any folder, for this time."""
        folder = self.choose_other()
        if folder is not None:
            self._measure("other", folder, self._choose)

    def _choose_kept(self, kind: str) -> None:
        folder = self.choose_other()
        if folder is not None:
            self.page.arrivals.remember(**{kind: str(folder)})
            self._measure(kind, folder, self._kept)

    def _kept(self, place: Place) -> None:
        arrivals = self.page.arrivals
        arrivals.places = (*(one for one in arrivals.places if one.kind != place.kind), place)
        self._choose(place)
        arrivals.look(whole=True)

    def _measure(self, kind: str, folder: Path, chosen: Callable[[Place], None]) -> None:
        """How much room there is, off the window's thread: a folder in the network may take its time to answer."""

        def measured(room: tuple[int, int]) -> None:
            if self.job is None and not self.over:
                chosen(Place(kind, folder.name or str(folder), folder, *room))

        self.page.shell.tasks.outside(lambda: free_space(folder), measured, owner=self, lane="folders")

    def _other_partner(self) -> None:
        self.to = str(self.whom.currentData())
        self._ask()

    # What.

    def _ask(self) -> None:
        """Count what would be written into the place that is chosen."""
        self.asked += 1
        asked, sync, to = self.asked, self.page.casebook.sync, self.to
        folder = self.place.root if self.place is not None else None

        def show(ahead: Any) -> None:
            if asked == self.asked and self.job is None:
                self.ahead = ahead
                self._show_what()

        self.page.read(lambda: sync.outgoing(to=to, folder=folder), show, self._refused)

    def _refused(self, problem: Any) -> None:
        pieces.clear(self.what)
        self.what.addWidget(Banner("problem", problem.sentence(), closable=False))
        self.write_button.setEnabled(False)
        pieces.reveal(self.what)

    def _show_what(self) -> None:
        ahead, place = self.ahead, self.place
        pieces.clear(self.what)
        along = self.pictures.tick.isChecked()
        files = ahead.files + ahead.others + (ahead.pictures if along else 0)
        size = ahead.size + (ahead.picture_size if along else 0)
        anything = bool(ahead.changes or files)
        room = place is not None and place.free >= size + SPARE
        self.pictures.setVisible(bool(ahead.pictures))
        words = ngettext("{n} picture goes along ({size})", "{n} pictures go along ({size})", ahead.pictures)
        self.pictures.label.setText(words.format(n=ahead.pictures, size=size_text(max(ahead.picture_size, 1))))
        if not anything:
            self.what.addWidget(
                pieces.text(_("Nothing waits: {office} has everything.").format(office=ahead.office), "label")
            )
        elif ahead.changes:
            self.what.addWidget(pieces.text(_what_text(ahead), "label"))
            if ahead.scoped:
                words = _("{office} is sent the records of its communities alone.").format(office=ahead.office)
                self.what.addWidget(pieces.text(words, "soft"))
            if ahead.again:
                words = ngettext(
                    "{n} of them went out before and was not confirmed; it goes along again.",
                    "{n} of them went out before and were not confirmed; they go along again.",
                    ahead.again,
                )
                self.what.addWidget(pieces.text(words.format(n=ahead.again), "soft"))
        if ahead.others:
            words = ngettext(
                "{n} set of rules or list of those who belong goes along.",
                "{n} sets of rules and lists of those who belong go along.",
                ahead.others,
            )
            self.what.addWidget(pieces.text(words.format(n=ahead.others), "soft"))
        if ahead.kept_files:
            words = ngettext(
                "{n} file of this export is here already and is whole; only the rest is written.",
                "{n} files of this export are here already and are whole; only the rest is written.",
                ahead.kept_files,
            )
            self.what.addWidget(Banner("info", words.format(n=ahead.kept_files), closable=False))
        if anything and place is not None and not room:
            words = _("There is not enough room: {needed} are needed and {free} are free. Take another stick.")
            words = words.format(needed=size_text(size + SPARE), free=size_text(max(place.free, 0)))
            self.what.addWidget(Banner("problem", words, closable=False))
        label = ngettext("Write {n} file", "Write {n} files", files).format(n=files)
        if ahead.kept_files:
            label = _("Continue: {words}").format(words=label)
        self.write_button.setText(label)
        self.write_button.setAccessibleName(label)
        self.write_button.setEnabled(anything and place is not None and room)
        if self.write_button.isEnabled() and not self._focused:
            self._focused = True  # once: where the worker goes afterwards is the worker's business
            self.write_button.setFocus()
        pieces.reveal(self.what)

    def _with_pictures(self, on: bool) -> None:
        self.page.arrivals.remember(pictures="yes" if on else "no")
        if self.ahead is not None:
            self._show_what()

    # Writing.

    def write(self) -> None:
        """Write, read back, and say how it went."""
        place, to, sync = self.place, self.to, self.page.casebook.sync
        pictures = self.pictures.tick.isChecked()
        if place is None or self.job is not None:
            return
        self.page.arrivals.remember(last=str(place.root))
        self._busy(True)
        pieces.clear(self.what)
        words = _("Writing and reading back. Leave {place} where it is.").format(place=place_text(place))
        self.what.addWidget(pieces.text(words, "label"))
        pieces.reveal(self.what)
        self.page.shell.tasks.long_progressed.connect(self._progressed)
        self.job = self.page.long(
            lambda progress, cancelled: sync.send(place.root, progress, cancelled, to=to, pictures=pictures),
            self._written,
            self._failed,
            title=_("Exporting"),
        )

    def _progressed(self, job: Any, done: int, total: int) -> None:
        if job is self.job:
            self.bar.setRange(0, total)
            self.bar.setValue(done)

    def _busy(self, busy: bool) -> None:
        for button in self.findChildren(QWidget):
            if isinstance(button, ClickRow) or button.property("role") == "link":
                button.setEnabled(not busy)
        self.whom.setEnabled(not busy)
        self.pictures.setVisible(not busy and self.ahead is not None and bool(self.ahead.pictures))
        self.bar.setRange(0, 0)
        self.bar.setVisible(busy)
        self.write_button.setVisible(not busy)
        self.close_button.setText(_("Stop") if busy else _("Cancel"))

    def _end(self) -> None:
        self.job = None
        self.page.shell.tasks.long_progressed.disconnect(self._progressed)
        self._busy(False)
        if self.page.shell.area is not None:
            self.page.shell.area.refresh_status()  # an export changes no record, so nobody else tells the status bar
        self.page.arrivals.look(whole=True)

    def _written(self, sent: Any) -> None:
        self._end()
        if sent.left:
            self._stopped(sent)
            return
        self.page.reload()
        place = self.place
        assert place is not None
        every = len(sent.files) + len(sent.kept) + len(sent.beside)
        words = ngettext(
            "{n} file is on {place}. It was read back and is right.",
            "{n} files are on {place}. All were read back and are right.",
            every,
        ).format(n=every, place=place_text(place))
        if place.kind == "stick":
            words += " " + _("The stick may be pulled out now; where the system offers to eject it, do that first.")
        words += "\n" + _("Carry it to the office. It stays here until the office's receipt says that it arrived.")
        self._over("good", words, [path.name for path in (*sent.kept, *sent.files, *sent.beside)])

    def _stopped(self, sent: Any) -> None:
        whole = len(sent.files) + len(sent.kept)
        words = ngettext(
            "Stopped. {n} file is whole and of use; continue when you like, only what is missing is written then.",
            "Stopped. {n} files are whole and of use; continue when you like, only what is missing is written then.",
            whole,
        )
        self.page.reload()
        self.page.tell("info", words.format(n=whole))
        self.show_places()

    def _failed(self, problem: Any) -> None:
        self._end()
        self.page.tell("problem", problem.sentence())
        self.show_places()

    def _over(self, kind: str, words: str, names: list[str]) -> None:
        """Say the end and leave nothing to press but what comes next."""
        self.over = True
        for hidden in (self.write_button, self.where_label, self.whom, self.pictures, self.bar):
            hidden.hide()
        pieces.clear(self.places)
        pieces.clear(self.other_buttons)
        pieces.clear(self.what)
        self.what.addWidget(Banner(kind, words, closable=False))
        label = ngettext("{n} file", "{n} files", len(names)).format(n=len(names))
        link, listed = show_more(label, partial(_list_names, names))
        self.what.addWidget(link)
        self.what.addWidget(listed)
        self.close_button.setText(_("All done"))
        self.close_button.setFocus()
        pieces.reveal(self.what)

    def close_panel(self) -> None:
        """Stop while it writes; otherwise go back to the page."""
        if self.job is not None:
            self.job.cancel()
            return
        self.page.close_panel()


def _list_names(names: list[str], box: QVBoxLayout) -> None:
    for name in names:
        box.addWidget(pieces.text(name, "small", select=True))


def _what_text(ahead: Any) -> str:
    people = ngettext("{n} resident", "{n} residents", ahead.residents).format(n=ahead.residents)
    files = ngettext("{n} file", "{n} files", ahead.files).format(n=ahead.files)
    words = ngettext(
        "{n} change about {people} goes to {office}: {files}, at most {size}.",
        "{n} changes about {people} go to {office}: {files}, at most {size}.",
        ahead.changes,
    )
    return words.format(
        n=ahead.changes, people=people, office=ahead.office, files=files, size=size_text(max(ahead.size, 1))
    )
