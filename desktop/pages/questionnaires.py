"""The office's questionnaires: in use, older and withdrawn ones, and bringing in a workbook after looking at it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from desktop import side_by_side
from desktop.case_words import moment_text
from desktop.pages import questionnaire_load as load
from desktop.pages.base import Page
from desktop.pages.questionnaires_preview import Preview, PreviewCards, look_at
from desktop.questionnaire_export import answer_tables, problems_table
from desktop.questionnaire_words import subject_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, show_more
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.list_export import file_name, kind_words, write_bytes
from desktop.widgets.protect_dialog import ProtectDialog, told
from forms.xlsform import shipped
from forms.xlsform.compiled import Compiled
from models.clock import today
from models.services.questionnaire_views import QuestionnaireView
from models.services.views import Changed
from models.texts import _, ngettext

OF_ACTIONS = {"export": "export", "withdraw": "shape", "back": "shape", "use": "shape"}
"""Buttons of a questionnaire that not everybody may press, and the action that they are."""
KINDS = ("*.xlsx", "*.xlsm", "*.xls", "*.csv", "*.md")


class QuestionnairesPage(Page):
    """open(preview=None): the list, or a workbook that is looked at before it is put in use."""

    name = "questionnaires"
    width = 1080

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.preview: Preview | None = None
        self.views: list[QuestionnaireView] = []
        self.seen = -1
        """The moment from which the list is (casebook.desks.seen())."""
        self.shipped: dict[str, Compiled] = {}
        self.bring_button: QPushButton | None = None
        self.use_button: QPushButton | None = None
        self.buttons: dict[tuple[str, str], QPushButton] = {}
        """By (what, form id or id of the version): use, try, workbook, withdraw, export, back."""
        opening = QShortcut(QKeySequence(QKeySequence.StandardKey.Open), self)
        opening.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        opening.activated.connect(self.bring_in)

    def title(self) -> str:
        """The page's name."""
        return _("Questionnaires")

    def open(self, **where: Any) -> None:
        """Show the list, or the workbook named by `preview`."""
        self.where = where
        self.preview = where.get("preview")
        if self.area is not None:
            self.area.verticalScrollBar().setValue(0)
        if self.preview is not None:
            self._show_preview(self.preview)
        else:
            self._load()

    def refresh(self, changed: Changed) -> None:
        """Another version is in use, or something was answered."""
        if changed.entities & {"questionnaire", "questionnaire_answer"} and self.preview is None:
            self._load()

    def first_focus(self) -> None:
        """Where a new one is brought in."""
        for button in (self.use_button, self.bring_button):
            if button is not None:
                button.setFocus()
                return

    # The list.

    def _load(self) -> None:
        questionnaires, desks = self.casebook.questionnaires, self.casebook.desks

        def work() -> tuple[int, list[QuestionnaireView], dict[str, Compiled]]:
            seen = desks.seen()
            return seen, questionnaires.all(), {name: shipped.load(name) for name in shipped.names()}

        def show(found: tuple[int, list[QuestionnaireView], dict[str, Compiled]]) -> None:
            self.seen = found[0]
            self._show(*found[1:])

        self.read(work, show)

    def _show(self, views: list[QuestionnaireView], ours: dict[str, Compiled]) -> None:
        if self.preview is not None:
            return
        self.views, self.shipped = views, ours
        self.use_button = None
        self.buttons = {}
        pieces.clear(self.body)
        self.show_footer()
        self.set_title(self.title())
        self.body.addWidget(self._bring_in())
        present = [view for view in views if view.in_use]
        card = Card(_("In use"))
        for view in present:
            card.add(self._line(view))
        if not present:
            card.add(pieces.text(_("No questionnaire is in use yet. Bring in a workbook, or use one of ours."), "soft"))
        self.body.addWidget(card)
        known = {(view.form_id, view.version) for view in present}
        others = [compiled for compiled in ours.values() if (compiled.id, compiled.version) not in known]
        if others:
            offered = Card(_("Came with the program"))
            for compiled in others:
                offered.add(self._shipped_line(compiled))
            self.body.addWidget(offered)
        older = [view for view in views if not view.in_use]
        if older:
            words = ngettext("{n} older or withdrawn version", "{n} older or withdrawn versions", len(older))
            link, place = show_more(words.format(n=len(older)), partial(self._fill_older, older))
            self.body.addWidget(link)
            self.body.addWidget(place)
        self.body.addStretch(1)
        self.first_focus()

    def _bring_in(self) -> QWidget:
        self.bring_button = pieces.button(_("Bring in a workbook…"), self.bring_in, "primary", "plus", tip="Ctrl+O")
        self.reserve("shape", self.bring_button)
        hint = _(
            "Write the questions in a spreadsheet by the XLSForm standard, or begin from a workbook below. It is "
            "looked at and can be tried before anybody uses it."
        )
        buttons = QWidget()
        FlowLayout(buttons).addWidget(self.bring_button)
        return pieces.card(pieces.text(hint), buttons, margin=16, gap=10)

    def _fill_older(self, older: Sequence[QuestionnaireView], box: Any) -> None:
        for view in older:
            box.addWidget(pieces.card(self._line(view), margin=10))

    def _line(self, view: QuestionnaireView) -> QWidget:
        on = today(self.casebook.clock)
        answers = ngettext("{n} filled in", "{n} filled in", view.answers).format(n=view.answers)
        detail = (
            subject_text(view.subject),
            _("version {version}").format(version=view.version),
            answers,
            _("{moment} by {worker}").format(moment=moment_text(view.at, on), worker=view.worker),
            view.source_name,
        )
        made = QWidget()
        head = pieces.line(None, pieces.text(view.title, "subheading"), gap=10)
        head.setStretch(0, 1)
        if not view.in_use:
            head.addWidget(Chip(_("not in use"), "note", "soft"))
        box = pieces.column(made, head, pieces.text("  ·  ".join(filter(None, detail)), "soft"), gap=4)
        buttons = QWidget()
        flow = FlowLayout(buttons)
        ways = [
            ("try", _("Try it"), self.try_version, "eye"),
            ("workbook", _("Workbook"), self.save_workbook, "export"),
        ]
        if view.answers:
            ways.append(("export", _("Write out the answers"), self.export, "export"))
        ways.append(
            ("withdraw", _("Withdraw"), self.withdraw, "close")
            if view.in_use
            else ("back", _("Use this version"), self.bring_back, "undo")
        )
        for what, words, run, icon in ways:
            button = pieces.button(words, partial(run, view), "link", icon)
            button.setAccessibleName(_("{what}: {name}").format(what=words, name=f"{view.title} {view.version}"))
            if what in OF_ACTIONS:
                self.reserve(OF_ACTIONS[what], button)
            self.buttons[what, view.id] = button
            flow.addWidget(button)
        box.addWidget(buttons)
        box.addWidget(pieces.rule())
        return made

    def _shipped_line(self, compiled: Compiled) -> QWidget:
        made = QWidget()
        detail = (
            subject_text(compiled.subject),
            ngettext("{n} question", "{n} questions", compiled.number_of_questions).format(
                n=compiled.number_of_questions
            ),
        )
        box = pieces.column(
            made, pieces.text(compiled.title, "subheading"), pieces.text("  ·  ".join(detail), "soft"), gap=4
        )
        buttons = QWidget()
        flow = FlowLayout(buttons)
        ways = (
            ("use", _("Put in use"), self.use_shipped, "check"),
            ("try", _("Try it"), self.try_compiled, "eye"),
            ("workbook", _("Workbook to begin from"), self.save_compiled, "export"),
        )
        for what, words, run, icon in ways:
            button = pieces.button(words, partial(run, compiled), "" if what == "use" else "link", icon)
            button.setAccessibleName(_("{what}: {name}").format(what=words, name=compiled.title))
            if what in OF_ACTIONS:
                self.reserve(OF_ACTIONS[what], button)
            self.buttons[what, compiled.id] = button
            flow.addWidget(button)
        box.addWidget(buttons)
        box.addWidget(pieces.rule())
        return made

    # What is done with one.

    def use_shipped(self, compiled: Compiled) -> None:
        """Put one of ours in use."""
        self._install(compiled)

    def _install(self, compiled: Compiled, source: str = "", sha256: str = "") -> None:
        casebook = self.casebook

        def done(changed: Changed) -> None:
            words = _("“{title}” is in use.").format(title=compiled.title)
            self.shell.go("questionnaires")
            self.shell.say(words, undo=lambda: casebook.undo(changed.operations))

        self.run(lambda: load.put_in_use(casebook, compiled, source, sha256), done)

    def withdraw(self, view: QuestionnaireView) -> None:
        """Offer it no more."""
        casebook = self.casebook

        def done(changed: Changed) -> None:
            words = _("“{title}” is withdrawn. Its answers stay, and what was begun can be finished.")
            self.shell.say(words.format(title=view.title), undo=lambda: casebook.undo(changed.operations))

        side_by_side.deed(self, self.seen, lambda: casebook.questionnaires.withdraw(view.id), done)

    def bring_back(self, view: QuestionnaireView) -> None:
        """Offer this version again."""
        casebook = self.casebook

        def done(changed: Changed) -> None:
            words = _("Version {version} of “{title}” is in use again.").format(version=view.version, title=view.title)
            self.shell.say(words, undo=lambda: casebook.undo(changed.operations))

        side_by_side.deed(self, self.seen, lambda: casebook.questionnaires.bring_back(view.id), done)

    def try_version(self, view: QuestionnaireView) -> None:
        """Walk through a version without saving."""
        questionnaires = self.casebook.questionnaires
        self.read(lambda: load.compiled_of(questionnaires.by_id(view.id)), self.try_compiled)

    def try_compiled(self, compiled: Compiled) -> None:
        """Walk through it without saving."""
        self.shell.go("questionnaire", preview=compiled)

    def save_workbook(self, view: QuestionnaireView) -> None:
        """Write a version as a workbook."""
        questionnaires = self.casebook.questionnaires
        self.read(lambda: load.compiled_of(questionnaires.by_id(view.id)), self.save_compiled)

    def save_compiled(self, compiled: Compiled) -> None:
        """Write a questionnaire as a workbook to begin another one from."""
        from reports.questionnaire_workbook import write_workbook

        chosen = self.choose_place(f"{compiled.title}_{compiled.version}.xlsx")
        if not chosen:
            return
        path = Path(chosen)
        self.run(
            lambda: write_bytes(path, write_workbook(compiled.sheets)),
            lambda _done: self.shell.say(_("The workbook was written to “{name}”.").format(name=path.name)),
        )

    def export(self, view: QuestionnaireView) -> None:
        """Ask once more, because names leave the protection of the casebook; then write."""
        count = ngettext("{n} answer with names and addresses", "{n} answers with names and addresses", view.answers)
        words = f"{view.title}: {count.format(n=view.answers)}"
        title = _("Write out the answers")
        ProtectDialog(self, title, words, lambda secret: self.write_answers(view, secret)).open()

    def write_answers(self, view: QuestionnaireView, secret: str = "") -> None:
        """Write every answer to one version as a spreadsheet that `secret` protects; journalled."""
        from reports.protecting import protect_workbook
        from reports.tables import write_tables

        casebook = self.casebook
        chosen = self.choose_place(file_name(view.title, today(casebook.clock).isoformat(), "xlsx"))
        if not chosen:
            return
        path = Path(chosen)

        def work(progress: Any, cancelled: Any) -> int:
            answers = casebook.questionnaires.answers_with(view.id)
            whole = load.compiled_of(casebook.questionnaires.by_id(view.id))
            whom = casebook.questionnaires.whom(answers)
            share = lambda done: progress(int(done * 100), 100)  # noqa: E731
            tables = answer_tables(whole, answers, whom, casebook.clock, share, cancelled)
            if tables is None:
                return -1
            casebook.questionnaires.note_export(view.id, len(answers))
            data = write_tables(tables)
            write_bytes(path, protect_workbook(data, secret) if secret else data)
            return len(answers)

        def done(count: int) -> None:
            if count >= 0:
                words = ngettext("{n} answer was written to “{name}”.", "{n} answers were written to “{name}”.", count)
                self.shell.say(told(words.format(n=count, name=path.name), secret))

        self.long(work, done, title=_("Writing out the answers"))

    # Bringing in.

    def choose_file(self) -> str:
        """Ask which workbook; empty for none."""
        kinds = _("Workbooks") + f" ({' '.join(KINDS)})"
        return QFileDialog.getOpenFileName(self, _("Bring in a workbook"), "", kinds)[0]

    def choose_place(self, name: str) -> str:
        """Ask where a file is to be written; empty for nowhere."""
        return QFileDialog.getSaveFileName(self, _("Write a file"), name, kind_words("xlsx"))[0]

    def bring_in(self) -> None:
        """Look at a workbook; nothing is changed by it."""
        chosen = self.choose_file()
        if chosen:
            self.look_at(Path(chosen))

    def look_at(self, path: Path) -> None:
        """Read a workbook off the window's thread and show what it is."""
        casebook = self.casebook

        def work() -> Preview:
            facts = frozenset(casebook.packs.policies().facts)
            return look_at(path, facts, today(casebook.clock), casebook.questionnaires.all())

        self.read(work, lambda preview: self.shell.go("questionnaires", preview=preview))

    def _show_preview(self, preview: Preview) -> None:
        pieces.clear(self.body)
        self.bring_button = None
        self.buttons = {}
        self.set_title(preview.title)
        cards = PreviewCards(preview)
        cards.save.connect(self.save_problems)
        self.cards = cards
        self.body.addWidget(cards)
        self.body.addStretch(1)
        self.use_button = pieces.button(_("Put in use"), self.use, "primary", "check")
        self.reserve("shape", self.use_button)
        attempt = pieces.button(_("Try it"), self.try_preview, icon="eye")
        again = pieces.button(_("Read the workbook again"), lambda: self.look_at(preview.path), icon="sync")
        leave = pieces.button(_("Back"), self.close_preview, icon="back")
        usable = preview.compiled is not None
        self.use_button.setEnabled(usable and not preview.refusal)
        attempt.setEnabled(usable)
        self.buttons = {("try", ""): attempt, ("again", ""): again}
        self.show_footer(leave, None, again, attempt, self.use_button)

    def use(self) -> None:
        """Put the workbook that is looked at in use."""
        preview = self.preview
        if preview is not None and preview.compiled is not None:
            self._install(preview.compiled, preview.path.name, preview.sha256)

    def try_preview(self) -> None:
        """Walk through the workbook that is looked at."""
        if self.preview is not None and self.preview.compiled is not None:
            self.try_compiled(self.preview.compiled)

    def close_preview(self) -> None:
        """Leave everything as it is."""
        self.shell.go("questionnaires")

    def save_problems(self) -> None:
        """Write what is wrong as a spreadsheet, to be mended one after another."""
        from reports.tables import write_tables

        preview = self.preview
        chosen = self.choose_place(file_name(_("problems"), today(self.casebook.clock).isoformat(), "xlsx"))
        if not chosen or preview is None:
            return
        path = Path(chosen)
        table = problems_table(preview.path.name, preview.problems, preview.warnings)
        self.run(
            lambda: write_bytes(path, write_tables([table])),
            lambda _done: self.shell.say(_("The list was written to “{name}”.").format(name=path.name)),
        )
