"""Filling in a questionnaire of the office: for a resident or a household, at the door or at the desk."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QWidget

from desktop import theme
from desktop.case_words import day_text, moment_text, short_person
from desktop.pages import questionnaire_load as load
from desktop.pages.field_base import TopicPage
from desktop.pages.questionnaire_choosing import Choosing
from desktop.pages.questionnaire_pictures import Pictures
from desktop.questionnaire_words import answer_text, level_words, parts_of, result_text
from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.jump_menu import ANSWERED, OPEN, PROBLEM, Place
from desktop.widgets.questionnaire_view import QuestionnaireView
from forms.xlsform.session import Session
from models.clock import today
from models.records.questionnaire import QuestionnaireAnswerEntry
from models.services.questionnaire_views import in_language
from models.services.views import Changed
from models.texts import _

DRAFT = "questionnaire"
"""What drafts of every questionnaire are called; which one and which version is in their body."""


class QuestionnairePage(TopicPage):
    """open(resident_id="", household_id="", visit_id="", form_id="", draft_id="", answer_id="", preview=None).

    Without a form one is chosen; without anybody somebody is searched for. answer_id shows what was filled in. preview
    is a compiled form that is only tried: nothing of it is kept.
    """

    name = "questionnaire"

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.opened: load.Opened | None = None
        self.view: QuestionnaireView | None = None
        self.choosing = Choosing(self)
        self.body.insertWidget(0, self.choosing)
        self.choosing.hide()
        self.pictures = Pictures(self)
        self.result = pieces.card(pieces.text("", "heading"), pieces.text("", "soft"), role="banner-info", margin=14)
        self.result.hide()
        self.report_button = pieces.button(_("Print the report"), self.print_report, icon="print")
        self.report_button.hide()
        self.aside.addWidget(self.report_button)
        self._layout = pieces.column(self.whole, gap=16)

    # Opening.

    def print_report(self) -> None:
        """Show the report of the questionnaire that is looked at, as it is printed."""
        if self.opened is not None and self.opened.answer is not None:
            self.shell.go("papers", paper="report", key=self.opened.answer.id, **self.subject())

    def title(self) -> str:
        """The questionnaire's title."""
        if self.opened is not None:
            return self.opened.session.compiled.title
        return _("Questionnaire")

    def open(self, **where: Any) -> None:
        """Load what is named, or ask."""
        casebook, worker = self.casebook, self.shell.worker.name
        self.today = today(casebook.clock)
        self.opened = None
        self.set_title(self.title())
        self.wait_for_records()
        self.choosing.hide()
        said = {key: str(where.get(key) or "") for key in ("resident_id", "household_id", "form_id", "draft_id")}
        resident, household, form = said["resident_id"], said["household_id"], said["form_id"]
        answer_id, preview = str(where.get("answer_id") or ""), where.get("preview")
        work: Callable[[], load.Opened]
        if preview is not None:
            work = lambda: load.Opened(None, None, load.session_of(preview, casebook.clock, worker))  # noqa: E731
        elif said["draft_id"]:
            work = lambda: load.resume(casebook, worker, said["draft_id"])  # noqa: E731
        elif answer_id:
            work = lambda: load.read_again(casebook, worker, answer_id)  # noqa: E731
        elif form and (resident or household):
            work = lambda: load.begin(casebook, worker, form, resident, household)  # noqa: E731
        else:
            self.choosing.begin(resident, household)
            return
        self.run(work, self._begin)

    def _begin(self, opened: load.Opened) -> None:
        self.opened = opened
        if opened.whose is not None:
            self.where |= self.subject()
        if opened.view is not None:
            self.where["form_id"] = opened.view.form_id
        self.set_title(self.title())
        self._build(opened.session)
        self.report_button.setVisible(opened.answer is not None)
        if opened.answer is not None:
            self.keeper = None
            self._read_only()
            return
        if opened.whose is not None and opened.view is not None:
            self.begin_draft(DRAFT, opened.view.version, opened.draft_id)
            if opened.draft_id:
                self.where["draft_id"] = opened.draft_id
        else:
            self.keeper = None
        stage = str(opened.body.get("stage") or "")
        self.show_stage(stage if stage in self.pages() else "")
        self.pictures.came_back(opened)
        self.first_focus()

    def _build(self, session: Session) -> None:
        """Draw a session anew: when it is opened, and when its language is changed."""
        for lasting in (self.summary, self.check_view, self.result):
            lasting.setParent(None)
        pieces.clear(self._layout)
        view = self.view = QuestionnaireView(session, self.today, step=self.step)
        view.changed.connect(self._typed)
        view.finished.connect(self.all_answered)
        view.picture_wanted.connect(self.pictures.take)
        view.picture_opened.connect(self.pictures.look)
        view.picture_removed.connect(self.pictures.remove)
        view.picture_shown.connect(self.pictures.show)
        middle = QWidget()
        pieces.column(middle, *self._above(session), self.summary, self.result, view, self.check_view, None, gap=16)
        if self.step:
            middle.setMaximumWidth(theme.px(820))
        self._layout.addWidget(middle)
        self.make_bar()
        self.show_whole()

    def _above(self, session: Session) -> list[QWidget]:
        assert self.opened is not None
        opened, about = self.opened, self.opened.whose
        made: list[QWidget] = []
        if about is not None:
            if self.step:  # at the door the question comes first: who it is stays in one line
                short = short_person(about.person) if about.person is not None else ""
                made.append(pieces.text("  ".join(filter(None, (about.name, short))), "label"))
            else:
                who = [pieces.text(about.name, "subheading"), pieces.text(about.detail, "soft")]
                made.append(pieces.card(*who, role="sunken", margin=12, gap=3))
        else:
            words = _("This is only a trial: nothing that you answer here is kept.")
            made.append(pieces.card(pieces.text(words), role="banner-warn", margin=12))
        if words := load.warning_of(opened):
            made.append(pieces.card(pieces.text(words), role="banner-warn", margin=12))
        languages = session.compiled.languages
        if len(languages) > 1:
            chosen = session.context.language or session.compiled.shown_language
            self.language = ChoiceField([(name, name) for name in languages], keys=False, name=_("Language"))
            self.language.show_answer(chosen)
            self.language.changed.connect(lambda: self.show_language(str(self.language.answer())))
            made.append(self.language)
        return made

    def show_language(self, language: str) -> None:
        """Ask in another of the questionnaire's languages; every answer stays."""
        assert self.opened is not None
        assert self.view is not None
        if not language:
            self.language.show_answer(self.session.context.language or self.session.compiled.shown_language)
            return
        self.view.flush()
        old = self.session
        worker = self.shell.worker.name
        session = load.session_of(old.compiled, self.casebook.clock, worker, old.answers(), language)
        self.opened = load.Opened(**{**self.opened.__dict__, "session": session})
        self._build(session)
        if self.opened.answer is not None:
            self._read_only()
            return
        if self.keeper is not None:
            self.keeper.kept.connect(self.bar.say_kept)
        self.show_stage(self.stage)
        self.keep()
        self.language.first_focus().setFocus()

    @property
    def session(self) -> Session:
        """What is filled in."""
        assert self.opened is not None
        return self.opened.session

    # Moving.

    def topics(self) -> list[str]:
        """The topics that are asked now."""
        return [topic.path for topic in self.view.topics] if self.view is not None else []

    def can_move(self) -> bool:
        """What was filled in before is only read."""
        return super().can_move() and not self._is_read()

    def show_stage(self, stage: str) -> None:
        """Show a topic (step mode), all ("" in desk mode), or the page that checks."""
        assert self.view is not None
        if self.step and stage not in self.pages():
            stage = next(iter(self.topics()), self.CHECK)
        elif not self.step and stage != self.CHECK:
            stage = ""
        self.stage = stage
        checking = stage == self.CHECK
        if checking:
            self._from_check = False
            self._show_check()
        else:
            self.result.hide()
            self.view.show_topic(stage)
        self.view.setVisible(not checking)
        self.check_view.setVisible(checking)
        if len(self.session.compiled.languages) > 1:
            self.language.setVisible(not self.step or stage in self.topics()[:1])
        self._say_bar()

    def _say_bar(self) -> None:
        checking, pages = self.stage == self.CHECK, self.pages()
        place = pages.index(self.stage) + 1 if self.stage in pages else 0
        progress = _("{n} / {all}").format(n=place, all=len(pages)) if self.step and place else ""
        if not self.step and self.session.compiled.has_score:
            progress = self._result_words()
        onward = _("Back to the check") if self._from_check else _("Continue")
        if not self.step and not checking:
            onward = _("Check and save")
        self.bar.say(
            forward=self._save_words() if checking else onward,
            back=self.step or checking,
            progress=progress,
            hint="Ctrl+Enter",
        )

    def _save_words(self) -> str:
        return _("End the trial") if self.opened is not None and self.opened.whose is None else _("Save the answers")

    def first_focus(self) -> None:
        """The first field, or the button that saves."""
        if not self.choosing.isHidden():
            self.choosing.first_focus()
        elif self.view is None or self.whole.isHidden():
            return
        elif self.stage == self.CHECK:
            self.bar.forward_button.setFocus()
        else:
            self.view.first_focus()
        if self.area is not None:
            self.area.verticalScrollBar().setValue(0)
            if self.view is not None and (widget := self.window().focusWidget()) and self.view.isAncestorOf(widget):
                QTimer.singleShot(0, widget, lambda: self.see(widget))  # with large letters it may lie below

    def forward(self) -> None:
        """Go on; on the page that checks, save."""
        if self.busy or self.opened is None or self.view is None or self.whole.isHidden() or self._is_read():
            return
        self.view.flush()
        if self.stage == self.CHECK:
            self.save()
        elif not self.step:
            if self._accept(lambda _path: True):
                self.to_stage(self.CHECK)
        else:
            stage, view = self.stage, self.view
            if self._accept(lambda path: view.topic_of(path) == stage):
                pages = self.pages()
                place = pages.index(stage) if stage in pages else -1
                self.to_stage(self.CHECK if self._from_check else pages[place + 1])

    def step_back(self) -> None:
        """The page before; from the first one to where the worker came from."""
        pages = self.pages()
        if self._from_check:
            self.to_stage(self.CHECK)
        elif self.stage == self.CHECK and not self.step:
            self.to_stage("")
        elif self.stage not in pages or self.stage == pages[0]:
            self.shell.back()
        else:
            self.to_stage(pages[pages.index(self.stage) - 1])

    def go_to(self, path: str) -> None:
        """Lead to a question, on whatever page it is."""
        if self.view is None or self._is_read():
            return
        topic = self.view.topic_of(path)
        if self.stage == self.CHECK:
            self._from_check = self.step
            self.show_stage(topic if self.step else "")
        elif self.step and topic and topic != self.stage:
            self.show_stage(topic)
        widget = self.view.focus_question(path)
        if widget is not None:
            self.see(widget)

    # The list of questions.

    def places(self) -> list[Place]:
        """Every question that is asked, with its state."""
        if self.view is None or self._is_read():
            return []
        self.view.flush()
        found = []
        wrong = {problem.field: problem.sentence for problem in self.session.check() if self._is_wrong(problem.field)}
        for topic in self.view.topics:
            for item in topic.items:
                if item.kind != "question":
                    continue
                state = self.session.state(item.path)
                if state.kind in ("note", "calculated"):
                    continue
                words = answer_text(state)
                how = PROBLEM if item.path in wrong else ANSWERED if words else OPEN
                found.append(Place(item.path, topic.title, state.label, words, how, wrong.get(item.path, "")))
        return found

    def _is_wrong(self, path: str) -> bool:
        return bool(self.session.state(path).problem)

    def check_for_errors(self) -> None:
        """Look through everything at any time, and go to the first problem."""
        if self.view is None or self.whole.isHidden() or self._is_read():
            return
        self.view.flush()
        if self._accept(lambda _path: True):
            self.shell.notice(_("No errors: the questionnaire can be finished."), "good")

    # Reading, checking and saving.

    def _typed(self) -> None:
        self.keep()
        if self.view is not None and self.stage != self.CHECK:
            self._say_bar()

    def keep(self) -> None:
        """Something was answered; a trial keeps nothing."""
        if self.keeper is not None and not self._is_read():
            super().keep()

    def _is_read(self) -> bool:
        return self.opened is not None and self.opened.answer is not None

    def _accept(self, here: Callable[[str], bool]) -> bool:
        """Show the problems that belong here; whether there were none."""
        assert self.view is not None
        problems = [problem for problem in self.session.check() if here(problem.field)]
        if problems and self.stage == self.CHECK:
            self.go_to(problems[0].field)
        self.view.show_problems(problems)
        self.tell([(problem.field, problem.sentence) for problem in problems], take_focus=True)
        return not problems

    def _show_check(self) -> None:
        self.check_view.show_parts(parts_of(self.session))
        if self._is_read():
            for link in self.check_view.findChildren(QPushButton):
                link.hide()
        words = self._result_words()
        self._say_result(words, _("What came out by the rules of the questionnaire"))
        self.result.setVisible(bool(words))

    def _say_result(self, heading: str, below: str) -> None:
        for place, words in enumerate((heading, below)):
            pieces.label_in(self.result.layout(), place).setText(words)

    def _result_words(self) -> str:
        result = self.session.result()
        named = level_words(self.session.compiled, result.level)
        language = self.session.context.language
        return result_text(result.score, named.get(language) or in_language(named) or result.level)

    def _read_only(self) -> None:
        assert self.opened is not None
        assert self.opened.answer is not None
        assert self.view is not None
        answer = self.opened.answer
        self.stage = self.CHECK
        self._show_check()
        if answer.score or answer.level:
            pieces.label_in(self.result.layout(), 0).setText(result_text(answer.score, answer.level_label))
            self.result.show()
        words = _("Filled in on {day} by {worker}, version {version}. It is kept as it is.").format(
            day=day_text(answer.answered_on) or moment_text(answer.at, self.today),
            worker=answer.worker,
            version=answer.version,
        )
        pieces.label_in(self.result.layout(), 1).setText(words)
        self.result.show()
        self.view.hide()
        self.check_view.show()
        self._footer_frame.hide()

    def save(self) -> None:
        """Save what was answered; what is wrong is shown first."""
        assert self.opened is not None
        opened, about = self.opened, self.opened.whose
        if not self._accept(lambda _path: True):
            return
        if about is None or opened.view is None:
            self.shell.back()
            return
        assert self.keeper is not None
        visit_id = str(self.where.get("visit_id") or opened.body.get("visit_id") or "")
        entry = load.entry_of(opened, visit_id, self.keeper.id, self.today)
        self.set_busy(True)
        casebook = self.casebook
        self.run(lambda: casebook.questionnaires.answer(entry), partial(self._saved, entry), self.failed)

    def _saved(self, entry: QuestionnaireAnswerEntry, changed: Changed) -> None:
        assert self.opened is not None
        about = self.opened.whose
        assert about is not None
        words = _("“{title}” about {name} was saved.").format(title=self.title(), name=about.name)
        if result := self._result_words():
            words = _("{first} {second}").format(first=words, second=_("Result: {result}.").format(result=result))
        self._typed_before = self.snapshot()
        undo = self._way_back(changed)
        self.end_draft()
        self.set_busy(False)
        self.opened = None
        if entry.resident_id:
            self.shell.go("person", resident_id=entry.resident_id)
        else:
            self.shell.go("household", household_id=entry.household_id)
        self.shell.say(words, undo)
        if "fact" in changed.entities and about.household_id and self.shell.area is not None:
            check = (_("Check eligibility"), lambda: self.shell.go("eligibility", household_id=about.household_id))
            told = _("The answers say something new about what this household may be entitled to.")
            self.shell.area.banners.show_banner("info", told, check)

    def _way_back(self, changed: Changed) -> Callable[[], Changed]:
        """Takes back what was saved, and makes a draft of what was answered, so that nothing is lost."""
        assert self.opened is not None
        assert self.opened.view is not None
        casebook, version, taken = self.casebook, self.opened.view.version, self._typed_before

        def undo() -> Changed:
            undone = casebook.undo(changed.operations)
            if taken is not None:
                title, subject, body = taken
                casebook.drafts.save(DRAFT, version, subject, title, body)
            return undone

        return undo

    def snapshot(self) -> tuple[str, str, Mapping[str, Any]] | None:
        """The answers, where the worker is, and which version is asked."""
        if self.opened is None or self.opened.whose is None or self.opened.view is None or self.view is None:
            return None
        self.view.flush()
        about, view = self.opened.whose, self.opened.view
        title = _("{what} · {name}").format(what=self.title(), name=about.name)
        body = {
            "form_id": view.form_id,
            "version": view.version,
            "answers": self.session.answers(),
            "stage": self.stage,
            "language": self.session.context.language,
            "visit_id": str(self.where.get("visit_id") or self.opened.body.get("visit_id") or ""),
            "picture_for": self.pictures.wanted_for,
            "resident_id": about.resident_id,
            "household_id": about.household_id,
        }
        return title, about.resident_id or about.household_id, body

    def refresh(self, changed: Changed) -> None:
        """Nothing disturbs what is being answered; a picture that was brought back is an answer again."""
        if "picture" in changed.entities:
            self.pictures.changed(changed)

    def leave(self) -> bool:
        """Keep the draft, with what was typed last."""
        if self.view is not None and self.opened is not None:
            self.view.flush()
        return super().leave()

    def subject(self) -> dict[str, str]:
        """Who is asked about."""
        if self.opened is None or self.opened.whose is None:
            return super().subject()
        about = self.opened.whose
        told = {"resident_id": about.resident_id, "household_id": about.household_id}
        return {key: value for key, value in told.items() if value}
