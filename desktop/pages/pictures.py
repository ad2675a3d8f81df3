"""Pictures of a person, a household or a visit: the grid, one large, taking over, cropping, what they prove."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QPushButton, QWidget

from desktop import side_by_side, theme
from desktop.case_words import person_line
from desktop.pages.base import Page
from desktop.pages.pictures_load import ORIGINALS, Loaded, facts_of, load, tile_of
from desktop.pages.pictures_take import Taking
from desktop.picture_sources import CAMERA_FOLDER, ENDINGS, Source, destroy, from_mime
from desktop.widgets import pieces
from desktop.widgets.camera_panel import CameraPanel
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.finder import Finder, Match
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.originals_card import OriginalsCard
from desktop.widgets.parts import Parts
from desktop.widgets.picture_edit_pane import LOW, PictureEditPane
from desktop.widgets.picture_grid import PictureGrid
from desktop.widgets.picture_view import ZOOM_STEP, PictureView
from desktop.widgets.picture_words import PictureWordsForm
from models.clock import today
from models.errors import Problem
from models.records import codes
from models.services.pictures import PictureElsewhere
from models.services.views import Changed
from models.texts import _, ngettext

NARROW = 620
"""Pixels at 100 per cent of the page below which buttons lose their words."""


class PicturesPage(Page):
    """open(resident_id="", household_id="", visit_id="", picture_id=""): of a resident where one is named, else of the
    household; a picture that is named is shown large.

    With a visit (or the draft of one) those taken on it are shown, and new ones belong to it.
    """

    name = "pictures"
    tells_of_people = True
    width = 0
    scrolls = False

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.setAcceptDrops(True)
        self.loaded: Loaded | None = None
        self.shown = ""  # id of the picture that is shown large
        self.originals: list[Path] = []  # taken over from the camera's folder, where they still lie in the open
        self.under = pieces.text("", "soft")
        self.whose = QWidget()
        FlowLayout(self.whose, gap=theme.px(6))
        self.told = QWidget()
        self._told = pieces.column(self.told)
        for part in (self.under, self.whose, self.told):
            self.body.addWidget(part)
        self.stack = Parts()
        self.body.addWidget(self.stack, 1)
        self.body.setSpacing(theme.px(8))
        self._make_parts()
        self.taking = Taking(self, self.pane)
        self.taking.over.connect(self._taken)
        self._key("Ctrl+V", self.paste)
        self._key("Escape", self.escape)
        self._key("Ctrl+Return", lambda: self.taking.forward())
        self._key("Ctrl+O", self.add_files)

    def _content(self) -> QWidget:
        """The body has all the room there is, and scrolls where that is not enough."""
        made = super()._content()
        self.area = self._fit
        return made

    def _key(self, keys: str, run: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self, run, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _make_parts(self) -> None:
        self.finder = Finder(name=_("Resident"), hint=_("Name, initials, phone tail or door"))
        self.finder.asked.connect(self._find)
        self.finder.picked.connect(lambda resident_id: self.shell.go("pictures", resident_id=resident_id))
        card = pieces.card(pieces.text(_("Whose pictures?"), "heading"), self.finder, margin=18, gap=10)
        self.choosing = QWidget()
        pieces.column(self.choosing, card, None)
        self.grid = PictureGrid(_("Pictures"))
        self.grid.opened.connect(self.look)
        self.grid.removed.connect(self.remove)
        self.grid.moved.connect(lambda where: self._follow(self.grid, where))
        hint = _("Add photos of papers or of the home. You can also drop files here, or paste with Ctrl+V.")
        self.empty = EmptyState("picture", _("No pictures yet"), hint)
        self.picture = PictureView()
        self.picture.asked.connect(self.reveal)
        self.picture.stepped.connect(self.step)
        self.info = pieces.text("", "soft", select=True)
        self.viewing = QWidget()
        pieces.column(self.viewing, self.info, self.picture, gap=8).setStretch(1, 1)
        self.pane = PictureEditPane(PictureWordsForm(today(self.shell.clock)))
        self.camera = CameraPanel(self.read)
        self.camera.ticks_changed.connect(self._say_ticked)
        self.camera.grid.moved.connect(lambda where: self._follow(self.camera.grid, where))
        for part in (self.viewing, self.pane):
            part.setMinimumHeight(theme.px(130))
        self.waiting = pieces.text(_("Loading…"), "soft")
        for part in (self.waiting, self.choosing, self.grid, self.empty, self.viewing, self.pane, self.camera):
            self.stack.add(part)
        self.take_button: QPushButton | None = None

    # Opening.

    def title(self) -> str:
        """Whose pictures."""
        if self.loaded is None:
            return _("Pictures")
        if self.loaded.visit_id:
            return _("Pictures of this visit")
        return _("Pictures: {name}").format(name=self.loaded.name)

    def open(self, **where: Any) -> None:
        """Load the pictures of whom `where` names, or ask for somebody."""
        before = {key: self.where.get(key) for key in ("resident_id", "household_id", "visit_id")}
        self.where = where
        if self.loaded is None or before != {key: where.get(key) for key in before} or self._elsewhere():
            self.loaded = None
            self.shown = ""
            self._heads(False)
            self._show(self.waiting)
        if any(where.get(key) for key in ("resident_id", "household_id", "visit_id")):
            self.reload()
        else:
            self._choose()

    def _elsewhere(self) -> bool:
        wanted = str(self.where.get("resident_id") or self.where.get("household_id") or "")
        return self.loaded is None or bool(wanted and wanted != self.loaded.id)

    def reload(self) -> None:
        """Read everything anew; what is shown stays until then."""
        casebook, where = self.casebook, dict(self.where)
        ids = [str(where.get(key) or "") for key in ("resident_id", "household_id", "visit_id")]
        self.run(lambda: load(casebook, *ids), lambda loaded: self._loaded(where, loaded))

    def refresh(self, changed: Changed) -> None:
        """Load again where pictures, or what they prove, changed; never while one is being edited."""
        if self.taking.busy_with() or self.loaded is None:
            return
        if changed.entities & {"picture", "fact", "identity_document"}:
            self.reload()

    def leave(self) -> bool:
        """What is not saved yet is saved as it stands; what was revealed is covered again."""
        self.taking.keep()
        self.camera.stop()
        self._cover_again()
        return True

    def subject(self) -> dict[str, str]:
        """Whom the page is about."""
        if self.loaded is None:
            return super().subject()
        return {**super().subject(), f"{self.loaded.kind}_id": self.loaded.id}

    def first_focus(self) -> None:
        """The grid, or what there is to do."""
        if self.stack.current() is self.choosing:
            self.finder.line.setFocus()
        elif self.stack.current() is self.grid:
            self.grid.setFocus()
        elif self.add_button is not None:
            self.add_button.setFocus()

    add_button: QPushButton | None = None

    def _choose(self) -> None:
        self.loaded = None
        self.set_title(self.title())
        self._heads(False)
        self._show(self.choosing)
        self.show_footer()
        self.finder.show_chosen(None)
        self.finder.line.setFocus()

    def _find(self, text: str) -> None:
        casebook = self.casebook

        def work() -> list[Match]:
            rows = casebook.residents.rows(casebook.residents.find(text)[:8])
            return [Match(row.id, row.name, f"{person_line(row)}  {row.address}") for row in rows]

        self.read(work, lambda found: self.finder.offer(text, found))

    def _loaded(self, where: dict[str, Any], loaded: Loaded) -> None:
        if where != self.where:
            return  # the worker has gone on to somebody else meanwhile
        first = self.loaded is None
        self.loaded = loaded
        self.originals = list(loaded.originals)
        self.under.setText(loaded.detail if not loaded.visit_id else f"{loaded.name}  ·  {loaded.detail}")
        self._show_whose(loaded)
        self.grid.show_tiles([tile_of(view, loaded) for view in loaded.pictures])
        self.pane.form.offer(loaded.provable)
        if self.taking.busy_with():
            return
        if self.shown and loaded.picture(self.shown) is not None and self.stack.current() is self.viewing:
            self._say_info()
        elif first or self.stack.current() is not self.camera:
            self.show_list()
            if first and where.get("picture_id"):
                self.look(str(where["picture_id"]))

    def _show_whose(self, loaded: Loaded) -> None:
        layout = self.whose.layout()
        assert layout is not None
        pieces.clear(layout)
        for kind, key, words in loaded.whose:
            button = pieces.button(words, lambda kind=kind, key=key: self._go_to(kind, key))  # type: ignore[misc]
            button.setCheckable(True)
            button.setChecked((kind, key) == (loaded.kind, loaded.id))
            layout.addWidget(button)

    def _go_to(self, kind: str, key: str) -> None:
        where = {f"{kind}_id": key}
        if self.loaded is not None and self.loaded.visit_id:
            where["visit_id"] = self.loaded.visit_id
        self.shell.go("pictures", **where)

    # The list.

    def _show(self, part: QWidget) -> None:
        self.stack.show_part(part)

    def _follow(self, grid: PictureGrid, where: QRect) -> None:
        """Keep the tile with the cursor in view."""
        inside = self.area.widget() if self.area is not None else None
        if self.area is not None and inside is not None and grid.isVisible():
            middle = grid.viewport().mapTo(inside, where.center())
            self.area.ensureVisible(middle.x(), middle.y(), 0, where.height() // 2 + theme.px(8))

    def _heads(self, shown: bool) -> None:
        """What stands above the list is away while one picture needs the room; in a low window the title too."""
        self._top.setHidden(not (shown or self.shell.height() >= theme.px(LOW)))
        if self.area is not None:
            self.area.verticalScrollBar().setValue(0)
        for part in (self.under, self.whose, self.told):
            part.setHidden(not shown)

    def show_list(self) -> None:
        """The grid with all that there is."""
        if self.loaded is None:
            return
        self.camera.stop()
        self._cover_again()
        self.set_title(self.title())
        self._heads(True)
        self.whose.setHidden(not self.loaded.whose)
        self._offer_deleting()
        self._show(self.grid if self.loaded.pictures else self.empty)
        add = pieces.button(_("Add photos"), self.add_files, "primary", "plus", "Ctrl+O")
        camera = pieces.button(_("From the camera"), self.open_camera, icon="camera")
        paste = pieces.button(_("Paste"), self.paste, icon="copy", tip="Ctrl+V")
        self.add_button = add
        self.show_footer(add, camera, paste, None)
        before, self.shown = self.shown, ""
        self.first_focus()
        if before:
            self.grid.set_current(before)
        elif self.area is not None:
            self.area.verticalScrollBar().setValue(0)

    def show_editing(self) -> None:
        """The picture that is being edited."""
        self.camera.stop()
        self._cover_again()
        self._heads(False)
        self._show(self.pane)

    def escape(self) -> None:
        """Back to the list from a large picture or the camera's folder; what is being edited stays."""
        if self.stack.current() in (self.viewing, self.camera):
            self.show_list()

    # Taking over.

    def choose_files(self) -> list[Path]:
        """Ask for files; tests put their own in place of this."""
        kinds = _("Pictures") + " (" + " ".join(f"*{end} *{end.upper()}" for end in (*ENDINGS, ".heic")) + ")"
        chosen, _kind = QFileDialog.getOpenFileNames(self, _("Add photos"), "", kinds)
        return [Path(name) for name in chosen]

    def add_files(self) -> None:
        """Take over files."""
        if self.loaded is not None and not self.taking.busy_with():
            self.taking.take([Source(path) for path in self.choose_files()])

    def paste(self) -> None:
        """Take over what was copied: a picture, or files."""
        if self.loaded is None:
            return
        sources = from_mime(QApplication.clipboard().mimeData())
        if sources:
            self.taking.take(sources)
        else:
            self.shell.notice(_("There is no picture to paste. Copy a picture or picture files first."), "warn")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Pictures may be dropped here."""
        mime = event.mimeData()
        if self.loaded is not None and (mime.hasUrls() or mime.hasImage()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take over what was dropped."""
        sources = from_mime(event.mimeData())
        if sources and self.loaded is not None:
            event.acceptProposedAction()
            self.taking.take(sources)
        else:
            self.shell.notice(_("What was dropped is no picture."), "warn")

    def _taken(self) -> None:
        """All were taken over, or the worker wants no more."""
        self.shown = ""
        self.show_list()
        self.reload()

    # The camera's folder.

    def choose_folder(self) -> Path | None:
        """Ask for the camera's folder; tests put their own in place of this."""
        chosen = QFileDialog.getExistingDirectory(self, _("Folder of the camera"))
        return Path(chosen) if chosen else None

    def open_camera(self) -> None:
        """Show the newest pictures of the camera's folder; the first time it is asked for."""
        settings = self.casebook.settings
        self.read(lambda: str(settings.get(CAMERA_FOLDER, "")), self._open_camera)

    def _open_camera(self, folder: str) -> None:
        if folder:
            self._watch(Path(folder))
        else:
            self.other_folder()

    def other_folder(self) -> None:
        """Choose the camera's folder, and remember it."""
        folder = self.choose_folder()
        if folder is None:
            return
        settings = self.casebook.settings
        self.run(lambda: settings.set(CAMERA_FOLDER, str(folder)), lambda _nothing: self._watch(folder))

    def _watch(self, folder: Path) -> None:
        if self.loaded is None or self.taking.busy_with():
            return
        self._heads(False)
        self.camera.watch(folder)
        self._show(self.camera)
        self.take_button = pieces.button(_("Take over"), self._take_ticked, "primary", "check")
        back = pieces.button(_("Back"), self.show_list, icon="back")
        other = pieces.button(_("Another folder"), self.other_folder)
        self.show_footer(back, other, None, self.take_button)
        self._say_ticked()
        self.camera.setFocus()

    def _say_ticked(self) -> None:
        if self.take_button is not None:
            count = len(self.camera.chosen())
            words = ngettext("Take over {n}", "Take over {n}", count).format(n=count) if count else _("Take over")
            self.take_button.setText(words)
            self.take_button.setEnabled(bool(count))

    def _take_ticked(self) -> None:
        sources = [Source(path, camera=True) for path in self.camera.chosen()]
        self.camera.stop()
        self.camera.grid.show_tiles([])
        self.take_button = None
        self.taking.take(sources)

    def _offer_deleting(self) -> None:
        pieces.clear(self._told)
        count = len(self.originals)
        self.told.setHidden(not count)
        if not count:
            return
        self._told.addWidget(OriginalsCard(count, self.delete_originals, self._keep_originals))

    def _keep_originals(self) -> None:
        settings = self.casebook.settings
        self.originals = []
        self._offer_deleting()
        self.first_focus()
        self.run(lambda: settings.set(ORIGINALS, []))

    def delete_originals(self) -> None:
        """Overwrite and delete what was taken over from the camera's folder."""
        paths = list(self.originals)

        def done(count: int) -> None:
            self._keep_originals()
            words = ngettext("{n} original was deleted.", "{n} originals were deleted.", count)
            self.shell.say(words.format(n=count))

        def failed(problem: Problem) -> None:
            self.originals = [path for path in paths if path.exists()]
            self._offer_deleting()
            self.shell.problem(problem)

        self.read(lambda: destroy(paths), done, failed)

    # One picture, large.

    def look(self, picture_id: str) -> None:
        """Show a picture large; a document only when it is asked for."""
        view = self.loaded.picture(picture_id) if self.loaded is not None else None
        if view is None:
            return
        self.shown = picture_id
        self._heads(False)
        self._say_info()
        self._view_footer()
        self._show(self.viewing)
        if not view.here:
            self.picture.cover(PictureElsewhere().sentence())
            self.picture.setFocus()
        elif view.covered:
            self.picture.cover(
                _("Covered, because names and numbers can be read on it."), _("Showing is recorded"), ask=True
            )
            self.picture.show_button.setFocus()
        else:
            self.reveal()

    def reveal(self) -> None:
        """Show the picture itself; the casebook notes who looked at it."""
        picture_id, casebook = self.shown, self.casebook
        view = self.loaded.picture(picture_id) if self.loaded is not None else None
        if view is None:
            return
        name = view.title or codes.label("picture_kind", view.kind)

        def show(image: QImage) -> None:
            if picture_id == self.shown and self.stack.current() is self.viewing:
                self.picture.show_image(image, name)

        def failed(problem: Problem) -> None:
            if picture_id == self.shown:
                self.picture.cover(problem.sentence())

        self.run(lambda: QImage.fromData(casebook.pictures.full(picture_id)), show, failed)

    def _cover_again(self) -> None:
        self.picture.cover("")

    def _say_info(self) -> None:
        view = self.loaded.picture(self.shown) if self.loaded is not None else None
        if view is not None and self.loaded is not None:
            self.set_title(view.title or codes.label("picture_kind", view.kind))
            self.info.setText(facts_of(view, self.loaded))

    def _view_footer(self) -> None:
        sheet = self.picture.sheet
        several = self.loaded is not None and len(self.loaded.pictures) > 1
        back = pieces.icon_button(_("All pictures (Esc)"), "close", self.show_list, "text")
        before = pieces.icon_button(_("The one before"), "back", lambda: self.step(-1), "text")
        after = pieces.icon_button(_("The next one"), "next", lambda: self.step(1), "text")
        for button in (before, after):
            button.setEnabled(several)
        smaller = pieces.icon_button(_("Smaller"), "zoom-out", lambda: sheet.enlarge(1 / ZOOM_STEP), "text")
        larger = pieces.icon_button(_("Larger"), "zoom-in", lambda: sheet.enlarge(ZOOM_STEP), "text")
        remove: QAbstractButton
        change: QAbstractButton
        if self.size().width() < theme.px(NARROW):
            remove = pieces.icon_button(_("Remove"), "trash", lambda: self.remove(self.shown), "danger")
            change = pieces.icon_button(_("Change"), "edit", self.edit, "text")
        else:
            remove = pieces.button(_("Remove"), lambda: self.remove(self.shown), "danger", "trash")
            change = pieces.button(_("Change"), self.edit, icon="edit")
        self.show_footer(back, before, after, smaller, larger, None, remove, change)

    def step(self, steps: int) -> None:
        """Another picture."""
        if self.loaded is None or not self.loaded.pictures:
            return
        ids = [view.id for view in self.loaded.pictures]
        place = ids.index(self.shown) if self.shown in ids else 0
        self.look(ids[(place + steps) % len(ids)])

    def remove(self, picture_id: str) -> None:
        """Take a picture away; it can be taken back."""
        casebook = self.casebook

        def done(changed: Changed) -> None:
            self.shown = ""
            self.show_list()
            self.shell.say(_("The picture was removed."), undo=lambda: casebook.undo(changed.operations))

        seen = self.loaded.seen if self.loaded is not None else -1
        side_by_side.deed(self, seen, lambda: casebook.pictures.remove(picture_id), done)

    def edit(self) -> None:
        """Crop the picture that is shown, or say something else about it."""
        view = self.loaded.picture(self.shown) if self.loaded is not None else None
        if view is not None:
            self.taking.edit(view)
