"""Before a questionnaire is filled in: whom it is about, and which one of those that the office has put in use."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop import theme
from desktop.case_words import day_text, short_person
from desktop.pages import questionnaire_load as load
from desktop.questionnaire_words import result_text, subject_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import ClickRow
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.finder import Finder, Match
from forms.xlsform.compiled import Compiled
from models.services.questionnaire_views import AnswerView, QuestionnaireView
from models.services.views import Changed
from models.texts import _

if TYPE_CHECKING:
    from desktop.pages.questionnaire import QuestionnairePage

EARLIER = 8
"""So many earlier answers are listed; all of them stand in the timeline."""


class Choosing(QWidget):
    """begin() asks what is not known yet; then the page is opened again with it."""

    def __init__(self, page: "QuestionnairePage") -> None:
        super().__init__()
        self._page = page
        self._chosen: load.Chosen | None = None
        self.rows: dict[str, ClickRow] = {}
        self.whom: ChoiceField | None = None
        self.finder = Finder(name=_("Resident"), hint=_("Name, initials, phone tail or door"))
        self.finder.asked.connect(self._find)
        self.finder.picked.connect(lambda resident: page.shell.go("questionnaire", resident_id=resident))
        heading = pieces.text(_("Whom do you want to ask?"), "heading")
        self._somebody = pieces.card(heading, self.finder, margin=18, gap=10)
        self._which = QWidget()
        self._inside = pieces.column(self._which, gap=16)
        pieces.column(self, self._somebody, self._which, gap=16)

    def begin(self, resident_id: str, household_id: str) -> None:
        """Ask whom, or which."""
        page, casebook = self._page, self._page.casebook
        self._chosen = None
        self._which.hide()
        if resident_id or household_id:
            self._somebody.hide()
            page.read(lambda: load.choose(casebook, resident_id, household_id), self._show)
            return
        page.waiting.hide()
        self._somebody.show()
        self.show()
        self.finder.show_chosen(None)
        self.finder.line.clear()
        self.finder.line.setFocus()

    def first_focus(self) -> None:
        """The search, or the first questionnaire."""
        if not self._somebody.isHidden():
            self.finder.line.setFocus()
        elif self.rows:
            next(iter(self.rows.values())).setFocus()

    def _find(self, text: str) -> None:
        casebook = self._page.casebook

        def work() -> list[Match]:
            rows = casebook.residents.rows(casebook.residents.find(text)[:8])
            return [Match(row.id, row.name, f"{short_person(row)}  {row.address}") for row in rows]

        self._page.read(work, lambda found: self.finder.offer(text, found))

    def _show(self, chosen: load.Chosen) -> None:
        self._chosen = chosen
        pieces.clear(self._inside)
        about = chosen.whose
        choices = [(row.id, f"{row.name}  {short_person(row)}".rstrip()) for row in about.people]
        if about.household is not None:
            choices.append(("", _("The household")))
        self.whom = ChoiceField(choices, name=_("About whom"))
        self.whom.show_answer(about.resident_id)
        if not about.resident_id and about.household is not None:
            self.whom.pick("")
        self.whom.changed.connect(self._offer)
        head = [pieces.text(_("About whom"), "subheading"), self.whom]
        if about.household is not None and about.household.address:
            head.append(pieces.text(about.household.address, "soft"))
        self._inside.addWidget(pieces.card(*head, margin=18, gap=8))
        self._list = pieces.column(None, gap=8)
        self._inside.addLayout(self._list)
        self._earlier = pieces.column(None, gap=4)
        self._inside.addLayout(self._earlier)
        self._page.waiting.hide()
        self.show()
        self._which.show()
        self._offer()
        self.first_focus()

    def _offer(self) -> None:
        """The questionnaires that fit whom is asked about."""
        assert self._chosen is not None
        assert self.whom is not None
        chosen, whom = self._chosen, "".join(self.whom.codes())
        subject = "resident" if whom else "household"
        fitting = [view for view in chosen.offered if view.subject == subject]
        others = len(chosen.offered) - len(fitting)
        pieces.clear(self._list)
        self.rows = {}
        for view in fitting:
            self.rows[view.form_id] = self._row(view, whom)
            self._list.addWidget(pieces.card(self.rows[view.form_id], margin=4))
        ours = [compiled for compiled in chosen.new if compiled.subject == subject]
        if not fitting and not ours:
            words = _("None of the questionnaires in use asks about this.") if others else ""
            to_office = pieces.button(_("Questionnaires of the office"), lambda: self._page.shell.go("questionnaires"))
            hint = words or _("The office puts questionnaires in use. Some come with the program.")
            empty = EmptyState("assessment", _("No questionnaire to fill in"), hint)
            self._list.addWidget(pieces.card(empty, pieces.line(None, None, to_office, None)))
        if ours:
            self._list.addWidget(pieces.text(_("Came with the program, not in use yet"), "label"))
        for compiled in ours:
            self.rows[compiled.id] = self._click_row(
                compiled.title, subject_text(compiled.subject), _("Put in use and fill in")
            )
            self.rows[compiled.id].chosen.connect(partial(self._use, compiled, whom))
            self._list.addWidget(pieces.card(self.rows[compiled.id], margin=4))
        self._show_earlier(whom)

    def _use(self, compiled: Compiled, whom: str) -> None:
        """Put one of ours in use and fill it in; the office can withdraw it again."""
        casebook, shell = self._page.casebook, self._page.shell

        def done(_changed: Changed) -> None:
            words = _("“{title}” is in use.").format(title=compiled.title)
            self._fill_in(compiled.id, whom)
            shell.say(words)

        self._page.run(lambda: load.put_in_use(casebook, compiled), done)

    @staticmethod
    def _click_row(title: str, *details: str) -> ClickRow:
        detail = "  ·  ".join(details)
        row = ClickRow(f"{title} {detail}")
        text = pieces.column(row, pieces.text(title, "subheading"), pieces.text(detail, "soft"), gap=2)
        text.setContentsMargins(theme.px(14), theme.px(10), theme.px(14), theme.px(10))
        return row

    def _row(self, view: QuestionnaireView, whom: str) -> ClickRow:
        assert self._chosen is not None
        last = next((answer for answer in self._answers(whom) if answer.form_id == view.form_id), None)
        words = _("not filled in yet")
        if last is not None:
            said = result_text(last.score, last.level_label)
            words = _("last filled in {day}").format(day=day_text(last.answered_on))
            words = "  ·  ".join(filter(None, (words, said)))
        version = _("version {version}").format(version=view.version)
        row = self._click_row(view.title, subject_text(view.subject), version, words)
        row.chosen.connect(partial(self._fill_in, view.form_id, whom))
        return row

    def _fill_in(self, form_id: str, whom: str) -> None:
        assert self._chosen is not None
        where = {"form_id": form_id}
        if whom:
            where["resident_id"] = whom
        if self._chosen.whose.household_id:
            where["household_id"] = self._chosen.whose.household_id
        if visit := str(self._page.where.get("visit_id") or ""):
            where["visit_id"] = visit
        self._page.shell.go("questionnaire", **where)

    def _answers(self, whom: str) -> list[AnswerView]:
        assert self._chosen is not None
        return [answer for answer in self._chosen.earlier if answer.resident_id == whom]

    def _show_earlier(self, whom: str) -> None:
        pieces.clear(self._earlier)
        answers = self._answers(whom)[:EARLIER]
        if not answers:
            return
        self._earlier.addWidget(pieces.text(_("Filled in before"), "label"))
        for answer in answers:
            said = result_text(answer.score, answer.level_label)
            words = "  ·  ".join(filter(None, (day_text(answer.answered_on), answer.title, said)))
            row = ClickRow(words)
            inside = pieces.column(row, pieces.text(words))
            inside.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
            row.chosen.connect(partial(self._page.shell.go, "questionnaire", answer_id=answer.id))
            self._earlier.addWidget(row)
