"""The office's templates of its papers: what each looks like, which is in use, its history; copied, and as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QPushButton, QVBoxLayout, QWidget

from desktop import side_by_side, theme
from desktop.case_words import moment_text
from desktop.pages.base import Page
from desktop.paper_kinds import title_of
from desktop.template_samples import TROUBLES, desk_of, draw_sample
from desktop.template_words import layout_words
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, show_more
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.list_export import write_bytes
from desktop.widgets.pdf_pages import page_sizes, picture
from models.clock import today
from models.errors import CannotRead
from models.records.layout import SETUPS, Layout
from models.records.template import NAME_LENGTH, PROGRAM, TemplateEntry
from models.services.template_file import MAX_FILE_BYTES
from models.services.template_views import FamilyView, TemplateView
from models.services.views import Changed
from models.texts import _, ngettext

WIDE = 132  # pixels of a small picture at 100 per cent; A4 and all other paper


class Thumb(QWidget):
    """The first page of a sample, small. Paper stays white in every theme."""

    def __init__(self, image: QImage | None, name: str) -> None:
        super().__init__()
        self._image = image
        self.setAccessibleName(_("First page: {name}").format(name=name))
        high = round(theme.px(WIDE) * image.height() / image.width()) if image is not None else theme.px(186)
        self.setFixedSize(QSize(theme.px(WIDE), high))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture in a thin frame."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor("#ffffff"))
        if self._image is not None:
            painter.drawImage(self.rect(), self._image)
        painter.setPen(theme.colour("line"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


@dataclass(frozen=True)
class Loaded:
    """All that the page shows of a kind of paper."""

    paper: str
    program: Layout  # how the paper is set without a template of its own
    families: tuple[FamilyView, ...]
    pictures: dict[str, QImage]  # by the id of a version, and PROGRAM
    seen: int = -1  # the moment from which it is (casebook.desks.seen())


class TemplatesPage(Page):
    """open(paper=...) lists those of a kind of paper; letters where none is named."""

    name = "templates"
    width = 1080

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.buttons: dict[tuple[str, str], QPushButton] = {}
        """By (what, id of the version or PROGRAM): edit, use, withdraw, copy, file."""
        self.new_button = pieces.button(_("New template"), partial(self.edit, PROGRAM), "primary", "plus")
        self.file_button = pieces.button(_("Bring in a file…"), self.bring_in, icon="import")
        self.aside.addWidget(self.file_button)
        self.aside.addWidget(self.new_button)
        hint = _(
            "Here the office changes how its papers look: title and texts, logo, paper, margins, the order of the "
            "parts. Every change is a new version; letters that were issued stay as they are."
        )
        self.body.addWidget(pieces.text(hint, "soft"))
        self.paper = QComboBox()
        self.paper.setAccessibleName(_("Kind of paper"))
        for paper in SETUPS:
            self.paper.addItem(title_of(paper), paper)
        self.paper.currentIndexChanged.connect(lambda _place: self.open(paper=self.paper.currentData()))
        label = pieces.text(_("Kind of paper"), "label", wrap=False)
        label.setBuddy(self.paper)
        self.body.addLayout(pieces.line(None, label, self.paper, None, gap=10))
        self.list = pieces.column(None, gap=14)
        self.body.addLayout(self.list)
        self.body.addStretch(1)

    def title(self) -> str:
        """The page's name."""
        return _("Templates of papers")

    def open(self, **where: Any) -> None:
        """Read the templates and draw their first pages, off the window's thread."""
        paper = str(where.get("paper") or "letter")
        self.where = {"paper": paper}
        self.paper.blockSignals(True)
        self.paper.setCurrentIndex(self.paper.findData(paper))
        self.paper.blockSignals(False)
        casebook = self.casebook
        scale = 2 * theme.px(WIDE) * self.devicePixelRatioF()  # twice as fine as it is seen: letters stay legible

        def load() -> Loaded:
            seen = casebook.desks.seen()
            families = tuple(casebook.templates.all(paper))
            program = casebook.templates.program(paper)
            pictures: dict[str, QImage] = {}
            shown: list[tuple[str, Layout]] = [(PROGRAM, program)]
            for family in families:
                view = family.in_use or family.newest
                shown.append((view.id, view.layout))
            for key, layout in shown:
                try:
                    pdf = draw_sample(paper, "ordinary", layout, casebook.office, casebook.worker)
                except TROUBLES:
                    continue  # from a file that another program wrote: it is listed without a picture
                pictures[key] = picture(pdf, 0, scale / page_sizes(pdf)[0][0])
            return Loaded(paper, program, families, pictures, seen)

        self.run(load, lambda loaded: self._show(loaded) if loaded.paper == self.where.get("paper") else None)

    def refresh(self, changed: Changed) -> None:
        """A template was saved, or a letter issued with one."""
        if changed.entities & {"paper_template", "letter"}:
            self.open(**self.where)

    def first_focus(self) -> None:
        """The first template to change, or where a new one begins."""
        (next((b for (what, _key), b in self.buttons.items() if what == "edit"), None) or self.new_button).setFocus()

    def _show(self, loaded: Loaded) -> None:
        fresh = self.loaded is None or self.loaded.paper != loaded.paper
        self.loaded = loaded
        self.buttons = {}
        pieces.clear(self.list)
        in_use = [family.in_use for family in loaded.families if family.in_use]
        if len(in_use) > 1:
            words = _(
                "{n} templates are in use: whoever writes a letter may choose. “{name}” is taken where nobody does."
            )
            if loaded.paper != "letter":
                words = _("{n} templates are in use. The oldest is taken: “{name}”.")
            first = min(in_use, key=lambda view: view.family)
            self.list.addWidget(pieces.text(words.format(n=len(in_use), name=first.name), "soft"))
        for family in loaded.families:
            self.list.addWidget(self._family(family))
        self.list.addWidget(self._program(loaded, used=not in_use))
        pieces.reveal(self.list)
        if fresh:
            self.first_focus()

    def _program(self, loaded: Loaded, *, used: bool) -> QWidget:
        chip = Chip(_("in use"), "yes", "good") if used else None
        ways = [("edit", _("Make one of it"), partial(self.edit, PROGRAM), "copy")]
        return self._card(
            PROGRAM, _("As the program brings it"), chip, [layout_words(loaded.program, loaded.paper)], ways
        )

    def _family(self, family: FamilyView) -> QWidget:
        view = family.in_use or family.newest
        chip = Chip(_("in use"), "yes", "good") if view.in_use else Chip(_("not in use"), "note", "soft")
        lines = [layout_words(view.layout, view.paper), self._line(view)]
        newer = family.newest if family.newest is not view else None
        if newer is not None:
            lines.append(_("Version {n} is saved and not in use yet.").format(n=newer.version))
        ways = [("edit", _("Change"), partial(self.edit, family.newest.id), "edit")]
        if newer is not None:
            ways.append(("use", _("Use version {n}").format(n=newer.version), partial(self.use, newer), "check"))
        elif not view.in_use:
            ways.append(("use", _("Use it"), partial(self.use, view), "check"))
        if view.in_use:
            ways.append(("withdraw", _("Withdraw"), partial(self.withdraw, view), "close"))
        ways.append(("copy", _("Copy"), partial(self.copy, view), "copy"))
        ways.append(("file", _("Write to a file"), partial(self.write_out, view), "export"))
        card = self._card(view.id, view.name, chip, lines, ways)
        if len(family.versions) > 1:
            link, place = show_more(
                ngettext("{n} version", "{n} versions", len(family.versions)).format(n=len(family.versions)),
                partial(self._fill_history, family.versions),
            )
            card.add(link)
            card.add(place)
        return card

    def _card(self, key: str, name: str, chip: Chip | None, lines: Sequence[str], ways: Any) -> Card:
        card = Card()
        card.setAccessibleName(name)
        head = pieces.wrapping(None, pieces.text(name, "subheading"), gap=10)
        if chip is not None:
            head.addWidget(chip)
        buttons = QWidget()
        flow = FlowLayout(buttons)
        for what, words, run, icon in ways:
            button = pieces.button(words, run, "" if what == "edit" else "link", icon)
            button.setAccessibleName(_("{what}: {name}").format(what=words, name=name))
            self.buttons[what, key] = button
            flow.addWidget(button)
        words_of = pieces.column(None, head, *(pieces.text(line, "soft") for line in lines), buttons, None, gap=6)
        whole = pieces.line(None, gap=18)
        image = self.loaded.pictures.get(key) if self.loaded is not None else None
        whole.addWidget(Thumb(image, name), 0, Qt.AlignmentFlag.AlignTop)
        whole.addLayout(words_of, 1)
        card.add(whole)
        return card

    def _line(self, view: TemplateView) -> str:
        on = today(self.casebook.clock)
        told = [
            _("Version {n}").format(n=view.version),
            _("{moment} by {worker}").format(moment=moment_text(view.at, on), worker=view.worker),
        ]
        if view.letters:
            told.append(ngettext("{n} letter", "{n} letters", view.letters).format(n=view.letters))
        return "  ·  ".join(told)

    def _fill_history(self, versions: Sequence[TemplateView], box: QVBoxLayout) -> None:
        for view in versions:
            made = QWidget()
            row = pieces.wrapping(made, pieces.text(self._line(view), wrap=True), gap=10)
            if view.in_use:
                row.addWidget(Chip(_("in use"), "yes", "good"))
            else:
                back = pieces.button(_("Use this version"), partial(self.use, view), "link")
                back.setAccessibleName(_("Use version {n}").format(n=view.version))
                self.buttons["back", view.id] = back
                row.addWidget(back)
            box.addWidget(made)

    # What is done.

    def edit(self, template_id: str) -> None:
        """Change a template, or make one of the program's layout."""
        self.shell.go("template", template_id=template_id, paper=self.where.get("paper", "letter"))

    def use(self, view: TemplateView) -> None:
        """Let new papers take this version."""
        words = _("New papers are set by version {n} of “{name}”.").format(n=view.version, name=view.name)
        self._do(lambda: self.casebook.templates.choose(view.id), words)

    def withdraw(self, view: TemplateView) -> None:
        """Offer it no more."""
        words = _("“{name}” is withdrawn. What was issued with it stays as it is.").format(name=view.name)
        self._do(lambda: self.casebook.templates.withdraw(view.id), words)

    def copy(self, view: TemplateView) -> None:
        """Make a template of its own from it."""
        name = _("{name} (copy)").format(name=view.name)
        name = name if len(name) <= NAME_LENGTH else view.name
        self._do(lambda: self.casebook.templates.copy(view.id, name), _("“{name}” was made.").format(name=name))

    def _do(self, verb: Any, words: str) -> None:
        casebook, seen = self.casebook, self.loaded.seen if self.loaded is not None else -1

        def done(changed: Changed) -> None:
            self.shell.say(words, lambda: casebook.undo(changed.operations))

        side_by_side.deed(self, seen, verb, done)

    # Files.

    def choose_place(self, name: str) -> str:
        """Ask where a file is to be written; empty for nowhere."""
        return QFileDialog.getSaveFileName(self, _("Write to a file"), name, _kinds())[0]

    def choose_file(self) -> str:
        """Ask which file; empty for none."""
        return QFileDialog.getOpenFileName(self, _("Bring in a template"), "", _kinds())[0]

    def write_out(self, view: TemplateView) -> None:
        """Write a version to a file for another office."""
        chosen = self.choose_place(f"{view.name}_{view.version}.json")
        if not chosen:
            return
        path, casebook = Path(chosen), self.casebook
        self.run(
            lambda: write_bytes(path, casebook.templates.export(view.id)),
            lambda _done: self.shell.say(_("The template was written to “{name}”.").format(name=path.name)),
        )

    def bring_in(self) -> None:
        """Look at a template from a file; nothing is kept before it is saved."""
        if chosen := self.choose_file():
            self.look_at(Path(chosen))

    def look_at(self, path: Path) -> None:
        """Read and check a file off the window's thread, and show it in the editor."""
        casebook = self.casebook

        def work() -> TemplateEntry:
            try:
                with path.open("rb") as file:
                    data = file.read(MAX_FILE_BYTES + 1)
            except OSError as trouble:
                raise CannotRead(name=path.name) from trouble
            desk = desk_of(casebook.office, casebook.worker, casebook.templates.paper_of(data))
            return casebook.templates.read_file(data, desk)

        self.read(work, lambda entry: self.shell.go("template", entry=entry))


def _kinds() -> str:
    return _("Templates") + " (*.json)"
