"""A page with one form: one topic a page for fingers, all on one page at the desk, with a page that checks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from desktop import theme
from desktop.pages.field_base import FieldPage, TopicPage
from desktop.widgets import pieces
from desktop.widgets.answer_words import answer_words
from desktop.widgets.check_view import Line, Part
from desktop.widgets.form_view import FormView
from desktop.widgets.jump_menu import Place, by_question, place_of
from desktop.widgets.sticky import Sticky
from forms.collecting import FieldProblem, Reading
from forms.definitions import Form
from models.services.views import Changed
from models.texts import _

__all__ = ["FieldPage", "FormPage"]

LOW = 360
"""Below this height of what is seen (pixels at 100 per cent) a page of one topic begins with the topic."""


class FormPage(TopicPage):
    """A page with one form. A subclass makes `self.view` in `make_view` and says what is saved."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.view: FormView | None = None
        self.form: Form | None = None
        self.seen_doubts: set[tuple[str, str]] = set()
        self.side: QWidget | None = None
        self._layout = pieces.column(self.whole, gap=16)

    def begin(
        self, form: Form, view: FormView, answers: Mapping[str, Any], *, draft_id: str = "", stage: str = ""
    ) -> None:
        """Show a form with these answers; called when everything it needs is loaded."""
        self.form, self.view = form, view
        layout = self._layout
        for lasting in (self.summary, self.check_view):
            lasting.setParent(None)
        pieces.clear(layout)
        middle = QWidget()
        pieces.column(middle, *self.above(), view, self.check_view, gap=16)
        if self.step:
            middle.setMaximumWidth(theme.px(820))
        layout.addWidget(self.summary)
        self.side = self.beside()
        row = pieces.line(None, middle, gap=16)
        row.setStretch(0, 1)
        if self.side is not None:
            sticky = Sticky(self.side, self.side.minimumWidth())
            sticky.follow(self.area)
            self.side = sticky
            row.addWidget(sticky)
        layout.addLayout(row)
        self.make_bar()
        view.show_answers(answers)
        view.changed.connect(self._typed)
        view.finished.connect(self.all_answered)
        self.begin_draft(form.id, form.version, draft_id)
        self.tell([])
        self.seen_doubts, self._from_check = set(), False
        self.show_whole()
        self.show_stage(stage if stage in (*self.topics(), self.CHECK) else "")
        self.first_focus()

    # What a subclass answers.

    def above(self) -> Sequence[QWidget]:
        """What stands over the form."""
        return ()

    def beside(self) -> QWidget | None:
        """What stands beside the form."""
        return None

    def topics(self) -> list[str]:
        """The topics that are gone through in step mode."""
        return self.view.topics_asked() if self.view is not None else []

    def draft_title(self) -> str:
        """What a list of drafts calls it."""
        return self.form.title if self.form is not None else ""

    def save_words(self) -> str:
        """What the button that saves says."""
        return _("Save")

    def work(self, entry: Any) -> Callable[[], Changed]:
        """The verb that saves the checked entry."""
        raise NotImplementedError

    def saved(self, changed: Changed) -> None:
        """Where to go after it was saved."""
        raise NotImplementedError

    def answered(self) -> None:
        """An answer was changed."""

    # Moving.

    def answers(self) -> dict[str, Any]:
        """All answers as typed."""
        return self.view.answers() if self.view is not None else {}

    def _typed(self) -> None:
        self.answered()
        self.keep()

    def snapshot(self) -> tuple[str, str, Mapping[str, Any]] | None:
        """The answers and where the worker is."""
        subject = next(iter(self.subject().values()), "")
        return self.draft_title(), subject, {"answers": self.answers(), "stage": self.stage, **self.subject()}

    def show_stage(self, stage: str) -> None:
        """Show a topic (step mode), all topics ("" in desk mode), or the page that checks."""
        assert self.view is not None
        if self.step and not stage:
            stage = next(iter(self.topics()), "")
        self.stage = stage
        checking = stage == self.CHECK
        if checking:
            self._from_check = False
            self._show_check()
        self.view.setVisible(not checking)
        self.check_view.setVisible(checking)
        if self.side is not None:
            self.side.setVisible(not self.step or checking or self.side_in_steps())
        self.view.show_topic(stage if self.step and not checking else "")
        pages = self.pages()
        place = pages.index(stage) + 1 if stage in pages else 0
        self.bar.say(
            forward=self.save_words() if checking or not self.step else self._onward(),
            back=self.step,
            progress=_("{n} / {all}").format(n=place, all=len(pages)) if self.step and place else "",
            hint="Ctrl+Enter",
        )

    def _onward(self) -> str:
        return _("Back to the check") if self._from_check else _("Continue")

    def side_in_steps(self) -> bool:
        """Whether what stands beside the form is shown in step mode too."""
        return False

    def first_focus(self) -> None:
        """The first field, or the button that saves."""
        if self.view is None or self.whole.isHidden():
            return
        if self.stage == self.CHECK:
            self.bar.forward_button.setFocus()
        else:
            self.view.first_focus()
        if self.area is not None:
            self.area.verticalScrollBar().setValue(self._first_line())

    def _first_line(self) -> int:
        """Where the page is scrolled to: its top, or in a low window with one topic a page that topic."""
        area, shown = self.area, self.check_view if self.stage == self.CHECK else self.view
        first = next(iter(self.topics()), "")
        if area is None or shown is None or not self.step or self.stage == first:
            return 0
        inside = area.widget()
        if inside is None or area.viewport().height() >= theme.px(LOW):
            return 0
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        return max(shown.mapTo(inside, shown.rect().topLeft()).y() - theme.px(8), 0)

    def forward(self) -> None:
        """Go on; on the last page, or at the desk, save."""
        if self.busy or self.view is None:
            return
        if not self.step or self.stage == self.CHECK:
            self.save()
            return
        stage = self.stage
        if not self._accept(lambda path: self.view is not None and self.view.topic_of(path) == stage):
            return
        if self._from_check:
            self.to_stage(self.CHECK)
            return
        pages = self.pages()
        place = pages.index(stage) if stage in pages else -1
        self.to_stage(pages[place + 1])

    def step_back(self) -> None:
        """The page before; from the first one to where the worker came from."""
        pages = self.pages()
        place = pages.index(self.stage) if self.stage in pages else 0
        if self._from_check:
            self.to_stage(self.CHECK)
        elif not self.step or place == 0:
            self.shell.back()
        else:
            self.to_stage(pages[place - 1])

    def go_to(self, path: str) -> None:
        """Lead to a field, on whatever page it is."""
        assert self.view is not None
        topic = self.view.topic_of(path)
        if self.stage == self.CHECK and self.step:
            self._from_check = True
        if self.stage == self.CHECK or (self.step and topic and topic != self.stage):
            self.show_stage(topic if self.step else "")
        widget = self.view.focus_question(path)
        if widget is not None:
            self.see(widget)

    # Reading and saving.

    def reading(self) -> Reading:
        """Everything read: an entry or problems, and what is odd, by the form and by what the page knows."""
        assert self.form is not None
        found = self.form.read(self.answers(), self.today)
        return replace(found, warnings=(*found.warnings, *self.doubts()))

    def doubts(self) -> Sequence[FieldProblem]:
        """What is odd in view of the records, which the form itself does not know."""
        return ()

    def _accept(self, here: Callable[[str], bool]) -> bool:
        """Read everything and show the problems that belong here; whether there were none."""
        assert self.form is not None
        assert self.view is not None
        reading = self.reading()
        problems = [problem for problem in reading.problems if here(problem.field)]
        self.view.show_problems(problems, reading.warnings)
        self.tell([(problem.field, problem.sentence) for problem in problems], take_focus=True)
        if problems:
            return False
        doubts = {(doubt.field, doubt.sentence) for doubt in reading.warnings if here(doubt.field)}
        new = doubts - self.seen_doubts
        self.seen_doubts |= doubts
        if new and not self.step:  # in step mode they are shown again on the page that checks
            self.shell.notice(
                _("Something looks odd. Look at the marked answers; save again if they are right."), "warn"
            )
            self.go_to(next(iter(new))[0])
            return False
        return True

    def save(self) -> None:
        """Read everything and save it."""
        assert self.form is not None
        if not self._accept(lambda _path: True):
            if self.stage == self.CHECK and self.summary.links:
                self.go_to(next(iter(self.summary.links)))
                self.summary.setFocus()
            return
        entry = self.reading().entry
        self.set_busy(True)
        self.run(self.work(entry), self._saved, self.failed)

    def _saved(self, changed: Changed) -> None:
        self._typed_before = self.snapshot()
        self.end_draft()
        self.set_busy(False)
        self.saved(changed)

    def way_back(self, changed: Changed) -> Callable[[], Changed]:
        """For the undo bar: takes back what was saved, and makes a draft of what was typed, so that nothing is lost."""
        assert self.form is not None
        casebook, form, taken = self.casebook, self.form, self._typed_before

        def undo() -> Changed:
            undone = casebook.undo(changed.operations)
            if taken is not None:
                title, subject, body = taken
                casebook.drafts.save(form.id, form.version, subject, title, body)
            return undone

        return undo

    def _show_check(self) -> None:
        assert self.form is not None
        assert self.view is not None
        answers = self.answers()
        reading = self.reading()
        odd: dict[str, str] = {}
        for doubt in reading.warnings:
            odd.setdefault(doubt.field.partition(".")[0], doubt.sentence)
        asked = set(self.form.asked(answers, self.today))
        parts = []
        for each in self.view.sections:
            lines, open_ones = [], 0
            for row in each.rows:
                question = row.question
                if question.id not in asked:
                    continue
                words = self.words_of(question, answers.get(question.id))
                if words or question.id in odd:
                    lines.append(
                        Line(question.id, question.label, words or _("not answered"), odd.get(question.id, ""))
                    )
                else:
                    open_ones += 1
            if lines or open_ones:
                parts.append(Part(each.title, lines, each.rows[0].question.id, open_ones))
        self.check_view.show_parts(parts)

    def topic_frames(self) -> list[tuple[QWidget, QWidget]]:
        """Those of the form."""
        return self.view.topic_frames() if self.view is not None else []

    def places(self) -> list[Place]:
        """Every question that is asked, with its answer in words."""
        assert self.form is not None
        assert self.view is not None
        answers = self.answers()
        reading = self.reading()
        wrong, odd = by_question(reading.problems), by_question(reading.warnings)
        asked, found = set(self.form.asked(answers, self.today)), []
        for each in self.view.sections:
            if each.id not in self.topics():
                continue
            for row in each.rows:
                question = row.question
                if question.id not in asked:
                    continue
                words = self.words_of(question, answers.get(question.id))
                found.append(
                    place_of(
                        question.id,
                        each.title,
                        question.label,
                        words,
                        wrong.get(question.id, ""),
                        odd.get(question.id, ""),
                    )
                )
        return found

    def check_for_errors(self) -> None:
        """Look through everything and go to the first problem; doubts count where there is none."""
        if self.view is None or self.form is None or self.busy or self.whole.isHidden():
            return
        reading = self.reading()
        self.view.show_problems(reading.problems, reading.warnings)
        first = next(iter([*reading.problems, *reading.warnings]), None)
        if first is not None:
            self.go_to(first.field)
        self.tell([(problem.field, problem.sentence) for problem in reading.problems], take_focus=True)
        if not reading.problems:
            words = _("Something looks odd: see the marked answers.") if first else _("No errors in this form.")
            self.shell.notice(words, "warn" if first else "good")

    def words_of(self, question: Any, answer: object) -> str:
        """An answer in words for the page that checks."""
        return answer_words(question, answer, self.today)
