"""Assessing a resident with an instrument: the questions, the running score, what came out before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop import theme
from desktop.case_words import person_line
from desktop.pages.field_page import FormPage
from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.finder import Finder, Match
from desktop.widgets.form_view import FormView
from desktop.widgets.score_panel import Earlier, ScorePanel
from forms import definitions, instruments
from models.clock import today
from models.services.views import AssessmentView, Changed, ResidentRow
from models.texts import _

ELDER_ABILITY = "elder_ability"

NARROW = 1150
"""Below this width of the window (pixels at 100 per cent) the score stands above the questions, not beside them."""


@dataclass(frozen=True)
class Loaded:
    """What an assessment needs to know of its resident."""

    row: ResidentRow
    earlier: tuple[AssessmentView, ...]


class AssessmentPage(FormPage):
    """open(resident_id="", instrument="elder_ability", draft_id="", assessment_id="", visit_id="").

    Without a resident one is searched for. assessment_id shows an assessment that was made, as it was answered.
    """

    name = "assessment"

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.instrument = instruments.load(ELDER_ABILITY)
        self.narrow = self.step
        self.panel = ScorePanel(compact=self.narrow)
        self.finder = Finder(name=_("Resident"), hint=_("Name, initials, phone tail or door"))
        self.finder.asked.connect(self._find)
        self.finder.picked.connect(lambda resident_id: self.shell.go("assessment", resident_id=resident_id))
        self.choosing = pieces.card(pieces.text(_("Who is assessed?"), "heading"), self.finder, margin=18, gap=10)
        self.body.insertWidget(0, self.choosing)
        self.choosing.hide()
        self.report_button = pieces.button(_("Print the report"), self.print_report, icon="print")
        self.report_button.hide()
        self.aside.addWidget(self.report_button)

    # Opening.

    def title(self) -> str:
        """The instrument's name."""
        return self.instrument.title

    def open(self, **where: Any) -> None:
        """Load the resident and earlier assessments."""
        resident_id, draft_id, assessment_id = (
            str(where.get(key) or "") for key in ("resident_id", "draft_id", "assessment_id")
        )
        casebook = self.casebook
        self.today = today(casebook.clock)
        self.instrument = instruments.load(str(where.get("instrument") or ELDER_ABILITY))
        self.wait_for_records()
        self.choosing.hide()
        self.report_button.hide()
        if draft_id:
            self.run(lambda: _load_draft(casebook, draft_id), self._resume)
        elif resident_id:
            name = self.instrument.id
            self.run(
                lambda: _load(casebook, resident_id, name),
                lambda loaded: self._shown(loaded, assessment_id) if assessment_id else self._begin(loaded),
            )
        else:
            self.waiting.hide()
            self.choosing.show()
            self.finder.show_chosen(None)
            self.finder.line.clear()
            self.finder.line.setFocus()

    def _find(self, text: str) -> None:
        casebook = self.casebook

        def work() -> list[Match]:
            rows = casebook.residents.rows(casebook.residents.find(text)[:8])
            return [Match(row.id, row.name, f"{person_line(row)}  {row.address}") for row in rows]

        self.read(work, lambda found: self.finder.offer(text, found))

    def _resume(self, found: tuple[Loaded, Mapping[str, Any], str, str, str]) -> None:
        loaded, body, draft_id, instrument, version = found
        self.instrument = instruments.load(instrument)
        self._begin(loaded, body, draft_id, version)

    def _begin(
        self, loaded: Loaded, body: Mapping[str, Any] | None = None, draft_id: str = "", version: str | None = None
    ) -> None:
        self.loaded = loaded
        self.where["resident_id"] = loaded.row.id
        try:
            form = definitions.load(self.instrument.id, version)
            self.instrument = instruments.load(self.instrument.id, version)
        except LookupError:
            form = definitions.load(self.instrument.id)
            self.shell.notice(_("This draft was begun with an older form. Please look through the answers."), "warn")
        scored = {question.id for section in self.instrument.sections for question in _scored(section)}
        own = {
            question.id: ChoiceField(question.choices, column=True, codes_as_keys=True, name=question.label)
            for question in form.questions
            if question.id in scored
        }
        view = FormView(form, self.today, step=self.step, own=own)
        self.narrow = self.step or self.shell.width() < theme.px(NARROW)
        self.panel = ScorePanel(compact=self.narrow)
        self.panel.wanted.connect(self.go_to)
        self.panel.show_earlier(
            [
                Earlier(each.assessed_on, each.score, instruments.level_label(self.instrument, each.level), each.worker)
                for each in loaded.earlier
            ]
        )
        answers: dict[str, Any] = {"resident_id": loaded.row.id, "assessed_on": self.today.isoformat()}
        if visit_id := str(self.where.get("visit_id") or ""):
            answers["visit_id"] = visit_id
        answers |= {"assessor_1": self.shell.worker.name, "reason": "routine" if loaded.earlier else "first"}
        if body is not None:
            answers |= body.get("answers", {})
        self.begin(form, view, answers, draft_id=draft_id, stage=str((body or {}).get("stage") or ""))
        self.answered()

    def _shown(self, loaded: Loaded, assessment_id: str) -> None:
        """An assessment that was made, as it was answered; saving makes a new one."""
        made = next((each for each in loaded.earlier if each.id == assessment_id), None)
        if made is None:
            self._begin(loaded)
            return
        day = {"assessed_on": made.assessed_on.isoformat()} if made.assessed_on else {}
        kept = {"answers": {**made.answers, **day, "note": made.note}, "stage": self.CHECK if self.step else ""}
        self._begin(loaded, kept, version=made.version)
        self.report_button.show()
        self.shell.notice(
            _("This is an assessment that was made. It is kept as it is; saving makes a new one."), "info"
        )

    def print_report(self) -> None:
        """Show the report of the assessment that is looked at, as it is printed."""
        self.shell.go("papers", paper="report", key=str(self.where.get("assessment_id") or ""), **self.subject())

    def above(self) -> list[QWidget]:
        """Whom it is about; in step mode also the running score."""
        assert self.loaded is not None
        row = self.loaded.row
        who = pieces.card(
            pieces.text(row.name, "subheading"),
            pieces.text("  ·  ".join(filter(None, (person_line(row), row.address))), "soft"),
            role="sunken",
            margin=12,
            gap=3,
        )
        return [who, self.panel] if self.narrow else [who]

    def beside(self) -> QWidget | None:
        """The running score and the history."""
        return None if self.narrow else self.panel

    # The form.

    def answered(self) -> None:
        """Score what is answered so far."""
        answers = self.answers()
        result = instruments.score(self.instrument, answers, self.today)
        running = 0
        for section in self.instrument.sections:
            for question in _scored(section):
                code = str(answers.get(question.id) or "")
                running += int(code) if code.isdigit() else 0
        labels = {question.id: question.label for question in self.instrument.questions}
        self.panel.show_score(result, running, labels)
        if not self.step:  # in step mode it says how far one is
            self.bar.say_progress(_("{score} / {most}").format(score=running, most=result.most))

    def draft_title(self) -> str:
        """The instrument and the resident."""
        name = self.loaded.row.name if self.loaded is not None else ""
        return _("{what} · {name}").format(what=self.instrument.title, name=name)

    def save_words(self) -> str:
        """What is saved."""
        return _("Save the assessment")

    def work(self, entry: Any) -> Callable[[], Changed]:
        """Record the assessment with the facts that follow from it."""
        casebook = self.casebook
        return lambda: casebook.assessments.record(entry)

    def saved(self, changed: Changed) -> None:
        """To the resident, with what came out."""
        assert self.loaded is not None
        result = instruments.score(self.instrument, self.answers(), self.today)
        self.shell.go("person", resident_id=self.loaded.row.id)
        points = "" if result.score is None else _("{n} points, ").format(n=result.score)
        self.shell.say(
            _("The assessment of {name} was saved: {points}{level}.").format(
                name=self.loaded.row.name, points=points, level=result.level_label
            ),
            self.way_back(changed),
        )

    def subject(self) -> dict[str, str]:
        """The resident who is assessed."""
        return {"resident_id": self.loaded.row.id} if self.loaded is not None else {}


def _scored(section: instruments.Section) -> tuple[Any, ...]:
    return instruments.scored_questions(section)


def _load(casebook: Any, resident_id: str, instrument: str) -> Loaded:
    row: ResidentRow = casebook.residents.row(resident_id)
    return Loaded(row, tuple(casebook.assessments.of_resident(resident_id, instrument)))


def _load_draft(casebook: Any, draft_id: str) -> tuple[Loaded, Mapping[str, Any], str, str, str]:
    draft = casebook.drafts.get(draft_id)
    resident_id = str(draft.body.get("resident_id") or draft.subject_id)
    return _load(casebook, resident_id, draft.form), draft.body, draft_id, draft.form, draft.form_version
