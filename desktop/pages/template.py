"""One template: its fields, and beside them a paper about invented people that is drawn anew while one types."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from desktop import theme
from desktop.pages.base import Page
from desktop.pages.draft_keeper import DraftKeeper
from desktop.paper_kinds import title_of
from desktop.template_samples import TROUBLES, desk_of, draw_sample, own_words, samples_of
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.fit_area import Beside, PartArea
from desktop.widgets.pdf_view import PdfView
from desktop.widgets.template_form import TemplateForm
from models import imaging
from models.errors import CannotRead, Problem
from models.records.layout import Layout
from models.records.template import PROGRAM, TemplateEntry
from models.services.template_checking import tidy
from models.services.template_views import FieldProblem, TemplateUnfit
from models.services.views import Changed
from models.texts import _

TYPING_MS = 400  # after the last change the preview is drawn anew, in milliseconds
FORM, FORM_VERSION = "template", "1"
UNDO_STEPS = 100

State = tuple[str, Layout]


@dataclass(frozen=True)
class Found:
    """A template to change: of which kind of paper, its name and layout; family and version where it is kept."""

    paper: str
    name: str
    layout: Layout
    family: str = ""
    version: int = 0


@dataclass(frozen=True)
class Drawn:
    """A sample set by a template, and what is wrong with it."""

    pdf: bytes
    characters: tuple[str, ...]  # of the office's own name, for which there is no face
    problems: tuple[FieldProblem, ...]


class TemplatePage(Page):
    """open(template_id=...) changes a template (PROGRAM: makes one of the program's layout, of the kind `paper`),
    open(entry=...) looks at one from a file before it is kept, open(draft_id=...) goes on.
    """

    name = "template"
    width = 0
    scrolls = False

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.paper = "letter"
        self.family = ""
        self.version = 0
        self.round = 0
        self.drawn: Drawn | None = None
        self.states: list[State] = []
        self._keeper: DraftKeeper | None = None
        self.form = TemplateForm()
        self.form.changed.connect(self._changed)
        self.form.logo_wanted.connect(self.choose_logo)
        left = QWidget()
        column = pieces.column(left, self.form, None)
        column.setContentsMargins(0, 0, theme.px(12), 0)
        self.left_area = PartArea(left)
        self.kind = QComboBox()
        self.kind.setAccessibleName(_("Sample"))
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(12)
        self.kind.currentIndexChanged.connect(lambda _place: self._draw())
        self.trouble = pieces.column(None)
        self.preview = PdfView(shell.tasks)
        right = QWidget()
        beside = pieces.column(right, gap=8)
        choice = pieces.line(None, pieces.text(_("Sample"), "label", wrap=False), self.kind, gap=10)
        choice.setStretch(1, 1)
        beside.addLayout(choice)
        beside.addLayout(self.trouble)
        beside.addWidget(self.preview, 1)
        right.setMinimumHeight(theme.px(240))
        self.body.addWidget(Beside(self.left_area, right, 700, shares=(5, 6)), 1)
        self.kept_line = pieces.text("", "small", wrap=False)
        self.kept_line.setProperty("gives_way", True)
        self.undo_button = pieces.button(_("Take the last change back"), self.undo, icon="undo", tip="Ctrl+Z")
        self.keep_button = pieces.button(_("Save, not in use yet"), lambda: self.save(use=False), icon="save")
        self.save_button = pieces.button(
            _("Save and use"), lambda: self.save(use=True), "primary", "check", tip="Ctrl+Return"
        )
        self.show_footer(self.kept_line, None, self.undo_button, self.keep_button, self.save_button)
        self._later = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._later.timeout.connect(self.settle)
        here = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence("Ctrl+Return"), self, lambda: self.save(use=True), context=here)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self, self.undo, context=here)

    def title(self) -> str:
        """The template, or that it is a new one."""
        if not self.family:
            return _("New template: {paper}").format(paper=title_of(self.paper))
        return _("Template “{name}”: {paper}").format(name=self.form.name(), paper=title_of(self.paper))

    # Opening.

    def open(self, **where: Any) -> None:
        """Load what is named; see the class."""
        self.where = where
        self._later.stop()
        self.round += 1
        self._keeper = None
        self.drawn = None
        self.kept_line.clear()
        self.preview.show_pdf(b"")
        pieces.clear(self.trouble)
        self.save_button.setEnabled(False)
        self.keep_button.setEnabled(False)
        casebook, this = self.casebook, self.round
        draft_id, template_id = str(where.get("draft_id") or ""), str(where.get("template_id") or "")
        entry, wanted = where.get("entry"), str(where.get("paper") or "letter")

        def find() -> Found:
            if draft_id:
                body = casebook.drafts.get(draft_id).body
                layout = Layout.model_validate(body.get("layout") or {})
                name, family = str(body.get("name") or ""), str(body.get("family") or "")
                return Found(str(body.get("paper") or "letter"), name, layout, family, int(body.get("version") or 0))
            if isinstance(entry, TemplateEntry):
                return Found(entry.paper, entry.name, entry.layout)
            if template_id and template_id != PROGRAM:
                view = casebook.templates.get(template_id)
                newest = next(f.newest for f in casebook.templates.all(view.paper) if f.newest.family == view.family)
                return Found(view.paper, view.name, view.layout, view.family, newest.version)
            name = _("{paper} of our office").format(paper=title_of(wanted))
            return Found(wanted, name, casebook.templates.program(wanted))

        def load() -> Found:
            found = find()
            own_words(found.paper)  # read from its file here
            return found

        def show(found: Found) -> None:
            if this == self.round:
                self._begin(found, draft_id)

        self.run(load, show)

    def _begin(self, found: Found, draft_id: str) -> None:
        self.paper, self.family, self.version = found.paper, found.family, found.version
        layout = found.layout.model_copy(update={"version": found.version + 1})  # as it is printed once it is saved
        self.kind.blockSignals(True)
        self.kind.clear()
        for kind, words in samples_of(self.paper).items():
            self.kind.addItem(_(words), kind)
        self.kind.blockSignals(False)
        self.form.say(())
        self._show_in_form(found.name, layout)
        self.states = [self._state()]
        self._keeper = DraftKeeper(self.casebook, self.shell.tasks, FORM, FORM_VERSION, self._snapshot, self)
        self._keeper.kept.connect(self.kept_line.setText)
        if draft_id:
            self._keeper.resume(draft_id)
        self.undo_button.setEnabled(False)
        self.set_title(self.title())
        self._draw()
        self.first_focus()

    def refresh(self, changed: Changed) -> None:
        """What is being typed stays."""

    def leave(self) -> bool:
        """Keep the draft."""
        if self._keeper is not None:
            self._keeper.flush()
        return True

    def first_focus(self) -> None:
        """The name of a new one, to be typed over; the first choice of one that is changed."""
        if self.family or self.where.get("draft_id"):
            self.form.paper.setFocus()
        else:
            self.form.name_line.setFocus()
            self.form.name_line.selectAll()

    def _show_in_form(self, name: str, layout: Layout) -> None:
        self.form.show_template(name, layout, own_words(self.paper), self.casebook.office.name, self.paper)

    def _state(self) -> State:
        return self.form.name(), self.form.layout_value()

    def _snapshot(self) -> tuple[str, str, dict[str, Any]]:
        name, layout = self._state()
        told = {"paper": self.paper, "family": self.family, "version": self.version, "name": name}
        body = {**told, "layout": layout.model_dump(mode="json")}
        return name or self.title(), self.family, body

    # Changing, with the page beside it.

    def _changed(self) -> None:
        if self._keeper is not None:
            self._keeper.touch()
            self.where = {"draft_id": self._keeper.id}  # a rebuilt page, or Back, goes on with this draft
        self.undo_button.setEnabled(True)
        self._later.start()

    def settle(self) -> None:
        """Nothing was changed for a moment: this is what one can come back to, and what is drawn."""
        self._later.stop()
        state = self._state()
        if state != self.states[-1]:
            self.states = [*self.states, state][-UNDO_STEPS:]
        self.undo_button.setEnabled(len(self.states) > 1)
        self._draw()

    def undo(self) -> None:
        """Take the last change back."""
        self._later.stop()
        if self._state() == self.states[-1] and len(self.states) > 1:
            self.states.pop()
        self._show_in_form(*self.states[-1])
        self._changed()
        self.settle()

    def _entry(self) -> TemplateEntry:
        name, layout = self._state()
        return TemplateEntry.model_construct(paper=self.paper, name=name, layout=layout)  # checked by the verbs

    def _draw(self) -> None:
        """Draw the sample and look for problems off the window's thread; an older drawing is dropped."""
        self.round += 1
        this, casebook, entry, kind = self.round, self.casebook, self._entry(), str(self.kind.currentData())

        def work() -> Drawn:
            from reports.printable import UnmaskedNumber, UnprintableText

            office, worker, paper = casebook.office, casebook.worker, entry.paper
            problems = tuple(casebook.templates.check(entry, desk_of(office, worker, paper)))
            try:
                layout = tidy(entry.layout, own_words(paper), paper)
                return Drawn(draw_sample(paper, kind, layout, office, worker), (), problems)
            except UnprintableText as trouble:
                return Drawn(b"", trouble.characters, problems)
            except (UnmaskedNumber, *TROUBLES):
                return Drawn(b"", (), problems)

        self.read(work, lambda drawn: self._show(drawn) if this == self.round else None)

    def _show(self, drawn: Drawn) -> None:
        self.drawn = drawn
        pieces.clear(self.trouble)
        if drawn.characters and not drawn.problems:
            words = _("These characters cannot be printed by any typeface here: {characters}.").format(
                characters="  ".join(drawn.characters)
            )
            self.trouble.addWidget(Banner("problem", words, closable=False))
        if drawn.pdf:  # otherwise what was drawn before stays in view beside the problem
            self.preview.show_pdf(drawn.pdf)
        self.form.say(drawn.problems)
        self.save_button.setEnabled(not drawn.problems)
        self.keep_button.setEnabled(not drawn.problems)
        self.set_title(self.title())

    # The logo.

    def choose_file(self) -> str:
        """Ask which picture; empty for none."""
        kinds = _("Pictures") + " (*.png *.jpg *.jpeg)"
        return QFileDialog.getOpenFileName(self, _("Choose a logo"), "", kinds)[0]

    def choose_logo(self) -> None:
        """Take a logo from a file."""
        if chosen := self.choose_file():
            self.take_logo(Path(chosen))

    def take_logo(self, path: Path) -> None:
        """Draw a picture anew, off the window's thread, and show it; or say why it is no logo."""

        def work() -> str:
            try:
                with path.open("rb") as file:
                    data = file.read(imaging.LOGO_FILE_BYTES + 1)
            except OSError as trouble:
                raise CannotRead(name=path.name) from trouble
            return base64.b64encode(imaging.logo(data)).decode()

        def failed(problem: Problem) -> None:
            self.form.say_logo(problem.sentence())

        self.read(work, self.form.show_logo, failed)

    # Saving.

    def save(self, *, use: bool) -> None:
        """Keep it as a new version, in use or not, and go back to the list."""
        if not self.save_button.isEnabled():
            return
        self._later.stop()
        self.round += 1
        for button in (self.save_button, self.keep_button):
            button.setEnabled(False)
        casebook, entry, family = self.casebook, self._entry(), self.family

        def work() -> Changed:
            desk = desk_of(casebook.office, casebook.worker, entry.paper)
            return casebook.templates.save(entry, desk, family, use=use)

        def failed(problem: Problem) -> None:
            if isinstance(problem, TemplateUnfit):
                self.form.say(problem.problems)
                self.left_area.ensureWidgetVisible(self.form.problem)
            else:
                for button in (self.save_button, self.keep_button):
                    button.setEnabled(True)
                self.shell.problem(problem)

        def done(changed: Changed) -> None:
            if self._keeper is not None:
                self._keeper.discard()
                self._keeper = None
            self.where = {"template_id": changed.id}
            words = _("“{name}” is saved. New papers are set by it.") if use else _("“{name}” is saved.")
            self.shell.go("templates", paper=entry.paper)
            self.shell.say(words.format(name=entry.name), undo=lambda: casebook.undo(changed.operations))

        self.run(work, done, failed)
