"""Taking pictures over, one after another: opened, cropped, named, saved; and changing one that is kept."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop import side_by_side
from desktop.pages.pictures_load import PREVIEW_SIDE, Prepared, prepare, remember_originals
from desktop.picture_sources import Source
from desktop.widgets import pieces
from desktop.widgets.crop_canvas import Wish
from desktop.widgets.picture_edit_pane import PictureEditPane
from desktop.widgets.picture_editor import made_of
from models.clock import today
from models.errors import Problem
from models.imaging import BadPicture, Encoded, preview, read_picture
from models.records.picture import PictureEntry, PictureWords
from models.services.picture_views import PictureView
from models.services.views import Changed
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.pages.pictures import PicturesPage


class Taking(QObject):
    """The part of the page of pictures that edits: a queue of new ones, or one that is kept already."""

    over = Signal()

    def __init__(self, page: "PicturesPage", pane: PictureEditPane) -> None:
        super().__init__(page)
        self._page, self._pane = page, pane
        self._queue: list[Source] = []
        self._all = 0
        self._at: Prepared | None = None  # what is being edited
        self._kept: PictureView | None = None  # where it is one that is kept already
        self._said = PictureWords(kind="document")  # what was said about it when the editing began
        self._running = False
        self._opening: Source | None = None
        self._before: PictureWords | None = None  # what was said about the one before: the next is mostly alike
        self._turn = 0  # counts what was given up, so that what comes in late is not taken for something new
        self._refused: list[str] = []
        pane.stage_changed.connect(self._footer)
        pane.form.entered.connect(self.forward)

    def busy_with(self) -> bool:
        """Whether something is being opened, edited or saved."""
        return self._at is not None or self._running or bool(self._queue)

    # One after another.

    def take(self, sources: list[Source]) -> None:
        """Open these one after another; behind those that wait already."""
        begin = not self.busy_with()
        if begin:
            self._all, self._refused = 0, []
        self._queue += sources
        self._all += len(sources)
        if begin:
            self._next()
        elif self._at is not None:
            self._footer()

    def _next(self, words: PictureWords | None = None) -> None:
        if not self._queue:
            self._end()
            return
        source, turn = self._queue.pop(0), self._turn
        self._running, self._opening, self._before = True, source, words

        def begin(prepared: Prepared) -> None:
            if turn == self._turn:
                self._begin(prepared, words)

        def refuse(trouble: Problem) -> None:
            """A file that cannot be opened names itself, and the others go on."""
            if turn == self._turn:
                self._refused.append(trouble.sentence())
                self._running, self._opening = False, None
                self._next(words)

        self._page.read(lambda: prepare(source), begin, refuse)

    def _begin(self, prepared: Prepared, before: PictureWords | None) -> None:
        self._running, self._opening = False, None
        words = before.model_dump() if before is not None else {"kind": "document"}
        if before is None and self._page.loaded is not None and self._page.loaded.visit_id:
            words["kind"] = "home"
        words |= {"title": "", "taken_on": prepared.sized.taken_on or today(self._page.shell.clock)}
        self._edit(prepared, None, words)

    def _edit(self, prepared: Prepared, kept: PictureView | None, words: dict[str, Any]) -> None:
        self._at, self._kept = prepared, kept
        page, pane = self._page, self._pane
        if page.loaded is not None:
            pane.form.offer(page.loaded.provable)
        pane.form.show_words(words)
        self._said = pane.form.words()
        pane.editor.show_picture(prepared.image)
        pane.begin()
        page.set_title(_("Change the picture") if kept is not None else _("New picture"))
        page.show_editing()
        self._footer()
        pane.editor.canvas.setFocus()

    def edit(self, view: PictureView) -> None:
        """Change one that is kept."""
        if self.busy_with():
            return
        casebook = self._page.casebook
        self._running = True
        self._all = 0

        def work() -> Prepared:
            data = casebook.pictures.full(view.id)
            image = QImage.fromData(preview(data, PREVIEW_SIDE))
            return Prepared(Source(data=data), data, read_picture(data), image)

        def begin(prepared: Prepared) -> None:
            self._running = False
            names = ("kind", "title", "taken_on", "facts", "document_id")
            self._edit(prepared, view, {name: getattr(view, name) for name in names})

        def bare(trouble: Problem) -> None:
            """Without its pixels it can still be said what it is."""
            self._running = False
            self._page.shell.problem(trouble)

        self._page.run(work, begin, bare)

    def _end(self) -> None:
        self._at = self._kept = None
        self._queue = []
        if self._refused:
            self._page.shell.notice("\n".join(self._refused), "warn")
            self._refused = []
        self.over.emit()

    # The buttons below.

    def _footer(self) -> None:
        if self._at is None:
            return
        pane, left = self._pane, len(self._queue)
        if pane.steps and pane.on_words:
            back = pieces.button(_("Back"), self._step_back, icon="back")
        else:
            back = pieces.button(_("Cancel") if self._kept is not None or self._all < 2 else _("Skip"), self.cancel)
        rest = None
        if left:
            words = _("Save all {n}").format(n=left + 1)
            rest = pieces.button(words, self.save_rest)
        place = self._all - left
        counted = _("{n} / {all}").format(n=place, all=self._all) if self._all > 1 else ""
        forward = pieces.button(
            _("Save the picture") if pane.last() else _("Continue"), self.forward, "primary", tip="Ctrl+Enter"
        )
        parts = [back, pieces.text(counted, "label", wrap=False) if counted else None, None, rest, forward]
        self._page.show_footer(*[part for n, part in enumerate(parts) if part is not None or n == 2])

    def _step_back(self) -> None:
        self._pane.step_back()
        self._footer()

    def forward(self) -> None:
        """On to what is said about it; from there, save."""
        if self._at is None or self._running:
            return
        if self._pane.last():
            self.save()
        else:
            self._pane.forward()
            self._footer()

    def cancel(self) -> None:
        """Do not take this one over, or leave it as it was; the others go on."""
        if self._running:
            return
        self._at = self._kept = None
        self._next(self._before)

    # Saving.

    def _work(self) -> Callable[[], Changed] | None:
        """The verb that saves what is being edited; None where nothing was changed."""
        prepared, kept, page = self._at, self._kept, self._page
        if prepared is None or page.loaded is None:
            return None
        words, casebook, data = self._pane.form.words(), page.casebook, prepared.data
        wish = self._pane.editor.wish()
        make = made_of(data, wish)
        if kept is None:
            entry = self._entry(words)
            return lambda: casebook.pictures.add(entry, make())
        kept_id = kept.id
        if wish != Wish():
            return lambda: casebook.pictures.replace(kept_id, words, make())
        return (lambda: casebook.pictures.amend(kept_id, words)) if words != self._said else None

    def _entry(self, words: PictureWords) -> PictureEntry:
        loaded = self._page.loaded
        assert loaded is not None
        about = {"subject_kind": loaded.kind, "subject_id": loaded.id, "visit_id": loaded.visit_id}
        return PictureEntry(**{**words.model_dump(), **about})

    def save(self) -> None:
        """Keep what is being edited, and go on to the next."""
        if self._running:
            return
        work, words, casebook = self._work(), self._pane.form.words(), self._page.casebook
        if work is None:
            self._end()
            return
        source = self._at.source if self._at is not None else Source()
        self._running = True

        def sealed() -> Changed:
            made = work()
            remember_originals(casebook, [source])
            return made

        def done(changed: Changed) -> None:
            self._running = False
            self._at = self._kept = None
            self._page.shell.say(_("The picture was saved."), undo=lambda: casebook.undo(changed.operations))
            self._next(words)

        def failed(trouble: Problem) -> None:
            self._running = False
            self._page.shell.problem(trouble, self.save)

        side_by_side.save(self._page, self._page.loaded.seen if self._page.loaded else -1, sealed, done, failed)

    def save_rest(self) -> None:
        """Keep this one and all that wait as they are, with the same words."""
        first, words, casebook = self._work(), self._pane.form.words(), self._page.casebook
        if self._running or first is None or self._at is None:
            return
        rest, now = list(self._queue), self._at.source
        entry = self._entry(words)
        self._running = True
        self._queue = []

        def work(progress: Callable[[int, int], None], cancelled: Callable[[], bool]) -> tuple[Any, ...]:
            return _take_all(casebook, entry, first, now, rest, progress, cancelled)

        def done(found: tuple[list[Source], list[str], list[str]]) -> None:
            taken, operations, troubles = found
            self._running = False
            self._refused += troubles
            said = ngettext("{n} picture was saved.", "{n} pictures were saved.", len(taken)).format(n=len(taken))
            self._page.shell.say(said, undo=lambda: casebook.undo(operations))
            self._end()

        def failed(trouble: Problem) -> None:
            self._running = False
            self._queue = rest
            self._page.shell.problem(trouble, self.save_rest)

        self._page.long(work, done, failed, title=_("Taking over pictures"))

    def keep(self) -> None:
        """The worker goes elsewhere: what is not saved yet is saved as it stands."""
        work, rest = (None if self._running else self._work()), list(self._queue)
        if self._opening is not None:
            rest.insert(0, self._opening)
        shell, casebook = self._page.shell, self._page.shell.casebook
        words = self._pane.form.words() if self._at is not None else PictureWords(kind="document")
        entry = self._entry(words) if rest and self._page.loaded is not None else None
        now = self._at.source if self._at is not None else Source()
        self._at = self._kept = self._opening = None
        self._queue, self._running = [], False
        self._turn += 1
        if work is None and entry is None:
            return

        def save() -> list[str]:
            first = work or (lambda: Changed(frozenset(), frozenset()))
            return _take_all(casebook, entry, first, now, rest, lambda _n, _all: None, lambda: False)[1]

        def done(operations: list[str]) -> None:
            if operations and not shell.is_locked:
                shell.say(_("The picture was kept as it stood."), undo=lambda: casebook.undo(operations))

        shell.tasks.run(save, done)


def _take_all(
    casebook: Any,
    entry: PictureEntry | None,
    first: Callable[[], Changed],
    now: Source,
    rest: list[Source],
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> tuple[list[Source], list[str], list[str]]:
    """Save one and then others as they are. Raises the Problem of the first one; then nothing was saved."""
    operations = list(first().operations)
    remember_originals(casebook, [now])
    if entry is None:
        return [now], operations, []
    taken, more, troubles = take_as_they_are(casebook, entry, rest, progress, cancelled)
    return [now, *taken], [*operations, *more], troubles


def take_as_they_are(
    casebook: Any,
    entry: PictureEntry,
    sources: Sequence[Source],
    progress: Callable[[int, int], None] = lambda _n, _all: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[list[Source], list[str], list[str]]:
    """Save pictures whole, all with the same words; to be called off the window's thread.

    Returns which were taken over, the operations, and a sentence for each that was not.
    """
    operations: list[str] = []
    taken, troubles = [], []
    for place, source in enumerate(sources, 1):
        if cancelled():
            break
        try:
            data = source.read()
            made = _made(data, source)
            day = read_picture(data).taken_on or entry.taken_on
            operations += casebook.pictures.add(entry.model_copy(update={"taken_on": day}), made).operations
            taken.append(source)
            remember_originals(casebook, [source])
        except Problem as trouble:
            troubles.append(trouble.sentence())
        progress(place, len(sources))
    return taken, operations, troubles


def _made(data: bytes, source: Source) -> Encoded:
    """The kept picture; what is wrong names the file."""
    try:
        return made_of(data, Wish())()
    except BadPicture as trouble:
        raise BadPicture(**{**trouble.facts, "name": source.name}) from trouble
