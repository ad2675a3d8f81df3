"""A workbook before it is put in use: what it asks, what is wrong with it, what it would replace."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop import theme
from desktop.forms_command import tables_beside
from desktop.questionnaire_words import questions_text, subject_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, labelled, show_more
from forms.xlsform.compiled import Compiled
from forms.xlsform.problems import Problem
from forms.xlsform.reading import read_workbook
from models.errors import CannotRead
from models.services.questionnaire_views import QuestionnaireView
from models.sync.files import read_limited
from models.texts import _, ngettext

WORKBOOK_MOST = 30 * 1024 * 1024
"""Bytes; more is no questionnaire."""

SHOWN = 60
"""So many problems are shown; the spreadsheet holds all."""


@dataclass(frozen=True)
class Preview:
    """A workbook that was read."""

    path: Path
    sha256: str
    compiled: Compiled | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    replaces: QuestionnaireView | None = None  # the version in use that it would take the place of
    refusal: str = ""  # why it cannot be put in use though it is sound

    @property
    def title(self) -> str:
        """The questionnaire's title, or the file's name."""
        return self.compiled.title if self.compiled is not None else self.path.name


def look_at(path: Path, facts: frozenset[str], on: date, kept: Sequence[QuestionnaireView]) -> Preview:
    """Read a workbook with the tables that lie beside it. Raises CannotRead."""
    data = read_limited(path, WORKBOOK_MOST)
    if len(data) > WORKBOOK_MOST:
        raise CannotRead(name=path.name)
    try:
        beside = tables_beside(path)
    except OSError as trouble:
        raise CannotRead(name=path.name) from trouble
    read = read_workbook(data, path.name, files=beside, facts=facts, today=on)
    sha256 = hashlib.sha256(data).hexdigest()
    compiled = read.compiled
    if compiled is None:
        return Preview(path, sha256, None, read.problems, read.warnings)
    versions = [view for view in kept if view.form_id == compiled.id]
    replaces = next((view for view in versions if view.in_use and view.version != compiled.version), None)
    same = next((view for view in versions if view.version == compiled.version), None)
    refusal = ""
    if same is not None and same.source_sha256 != sha256:
        refusal = _(
            "Version {version} is here already. Where something was changed in the workbook, give it another version "
            "on the sheet settings, and read it again."
        ).format(version=compiled.version)
    elif same is not None and same.in_use:
        refusal = _("This very version is in use already.")
    return Preview(path, sha256, compiled, read.problems, read.warnings, replaces, refusal)


class PreviewCards(QWidget):
    """What is known of a workbook. `save` asks for the list of problems as a spreadsheet."""

    save = Signal()

    def __init__(self, preview: Preview) -> None:
        super().__init__()
        self._box = pieces.column(self, gap=16)
        if preview.compiled is not None:
            self._box.addWidget(self._about(preview, preview.compiled))
        if preview.refusal:
            self._box.addWidget(pieces.card(pieces.text(preview.refusal), role="banner-warn", margin=12))
        self._box.addWidget(self._found(preview))

    def _about(self, preview: Preview, compiled: Compiled) -> Card:
        card = Card(compiled.title)
        kinds = [_("pictures")] if compiled.has_pictures else []
        kinds += [_("parts that repeat")] if compiled.has_repeats else []
        kinds += [_("points and a level")] if compiled.has_score else []
        replaces = ""
        if preview.replaces is not None:
            replaces = _("version {version}, with {answers} filled in; these stay as they are").format(
                version=preview.replaces.version, answers=preview.replaces.answers
            )
        facts = ngettext("{n} fact", "{n} facts", len(compiled.facts)).format(n=len(compiled.facts))
        card.add(
            labelled(
                [
                    (_("Asks"), subject_text(compiled.subject)),
                    (_("Questions"), questions_text(compiled.number_of_questions)),
                    (_("With"), _(", ").join(kinds)),
                    (_("Languages"), _(", ").join(compiled.languages)),
                    (_("Name and version"), f"{compiled.id}  ·  {compiled.version}"),
                    (_("For eligibility"), facts if compiled.facts else ""),
                    (_("Replaces"), replaces),
                    (_("Workbook"), preview.path.name),
                ]
            )
        )
        return card

    def _found(self, preview: Preview) -> Card:
        card = Card(_("What the check found"))
        if preview.problems:
            words = ngettext(
                "{n} problem keeps this workbook from being used.",
                "{n} problems keep this workbook from being used.",
                len(preview.problems),
            )
            card.add(_chip(words.format(n=len(preview.problems)), "no", "danger"))
            card.add(problem_grid(preview.problems[:SHOWN]))
        elif preview.compiled is not None:
            card.add(_chip(_("Nothing is wrong: it can be put in use."), "yes", "good"))
        if preview.warnings:
            words = ngettext(
                "{n} thing differs from what other tools do, or is worth a look.",
                "{n} things differ from what other tools do, or are worth a look.",
                len(preview.warnings),
            )
            card.add(pieces.text(words.format(n=len(preview.warnings))))
            shown = preview.warnings[:SHOWN]
            link, place = show_more(_("Look at them"), lambda box: box.addWidget(problem_grid(shown)))
            card.add(link)
            card.add(place)
        if preview.problems or preview.warnings:
            self.save_button = pieces.button(_("Save the list as a spreadsheet"), self.save.emit, icon="export")
            row = pieces.line(None, self.save_button, None)
            if len(preview.problems) > SHOWN or len(preview.warnings) > SHOWN:
                more = _("The first {n} are shown; the file holds all.").format(n=SHOWN)
                row.insertWidget(1, pieces.text(more, "small"))
            card.add(row)
        return card


def _chip(words: str, mark: str, tone: str) -> QWidget:
    made = QWidget()
    chip = Chip("", mark, tone)
    row = pieces.line(made, chip, pieces.text(words, "label"), gap=8)
    row.setStretch(1, 1)
    return made


def problem_grid(problems: Sequence[Problem]) -> QWidget:
    """Where each problem is, what is wrong and what to do; every line wraps, so that nothing is cut."""
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(theme.px(16))
    grid.setVerticalSpacing(theme.px(8))
    for column, (heading, stretch) in enumerate(((_("Where"), 2), (_("What is wrong"), 4), (_("What to do"), 4))):
        grid.addWidget(pieces.text(heading, "small"), 0, column)
        grid.setColumnStretch(column, stretch)
    top = Qt.AlignmentFlag.AlignTop
    for place, problem in enumerate(problems, 1):
        grid.addWidget(pieces.text(problem.place, "label", select=True), place, 0, top)
        grid.addWidget(pieces.text(problem.sentence, select=True), place, 1, top)
        grid.addWidget(pieces.text(problem.remedy, select=True), place, 2, top)
    return made
