"""What all pages on which something is typed share: the pinned bar, problems, the draft, the list of questions."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop import side_by_side, theme
from desktop.pages.base import Page
from desktop.pages.draft_keeper import DraftKeeper
from desktop.widgets import pieces
from desktop.widgets.action_bar import ActionBar
from desktop.widgets.banner import Banner
from desktop.widgets.check_view import CheckView
from desktop.widgets.error_summary import ErrorSummary
from desktop.widgets.jump_menu import JumpMenu, Place
from desktop.widgets.swipe import Swipe
from models.clock import today
from models.errors import Problem
from models.services.desks import AtWork
from models.services.views import Changed
from models.store.seen import ChangedMeanwhile
from models.texts import _


class FieldPage(Page):
    """A page on which something is filled in. `step` is one topic a page, for fingers; else all on one page."""

    width = 1180

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.step = theme.look().touch
        self.keeper: DraftKeeper | None = None
        self.today: date = today(shell.clock)
        self.busy = False
        self.waiting = pieces.text(_("Loading…"), "soft")
        self.summary = ErrorSummary()
        self.summary.chosen.connect(self.go_to)
        self.whole = QWidget()
        self.whole.hide()
        self.seen = -1
        """From which moment the form is filled (casebook.desks.seen()); below zero where it changes no record."""
        self.choices: dict[tuple[str, str, str], str] = {}
        self._others = QWidget()
        self._others.hide()
        self._others_column = pieces.column(self._others)
        self.body.addWidget(self._others)
        self.body.addWidget(self.waiting)
        self.body.addWidget(self.whole)
        self.body.addStretch(1)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            self.shortcut(keys, lambda: self.forward())  # the subclass's
        if self.jumps:
            self.command("Ctrl+J", _("Questions of this form"), "eligibility", self.show_jump_menu)
            self.command("F4", _("Check for errors"), "warning", self.check_for_errors)
            self.command("Ctrl+PgDown", _("Next topic"), "down", lambda: self.to_topic(1))
            self.command("Ctrl+PgUp", _("Topic before"), "back", lambda: self.to_topic(-1))
        if self.step and self.area is not None:
            swipe = Swipe(self.area.viewport())
            swipe.left.connect(lambda: self.swiped(forward=True))
            swipe.right.connect(lambda: self.swiped(forward=False))

    def make_bar(self) -> None:
        """Pin the bar; called when the fields are made, so that Tab reaches it after them."""
        self.bar = ActionBar()
        self.bar.back.connect(self.step_back)
        self.bar.second.connect(self.second)
        self.bar.forward.connect(self.forward)
        self.bar.topics.connect(self.show_jump_menu)
        if self.jumps:
            self.bar.offer_topics()
        self.show_footer(self.bar)
        self.footer_margins = False
        self.footer.setContentsMargins(0, 0, 0, 0)

    def shortcut(self, keys: str, run: Callable[[], object]) -> None:
        """A key of this page."""
        made = QShortcut(QKeySequence(keys), self)
        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.activated.connect(run)

    def command(self, keys: str, words: str, icon: str, run: Callable[[], object]) -> None:
        """A key of this page that the list of all commands offers too."""
        made = QAction(words, self)
        made.setIcon(theme.icon(icon))
        made.setShortcut(QKeySequence(keys))
        made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.triggered.connect(lambda _checked=False: run())
        self.addAction(made)

    def tell(self, problems: Sequence[tuple[str, str]], *, take_focus: bool = False) -> None:
        """Show these (field, sentence) problems on top, or none; the title says that there are some."""
        self.summary.show_problems(problems)
        self.troubled = bool(problems)
        words = _("Error: {title}").format(title=self.title()) if problems else self.title()
        if self.heading.text() != words:
            self.set_title(words)
        if problems and take_focus:
            self.summary.setFocus()
            self.see(self.summary)

    # The list of questions.

    jumps = False
    """Whether the page can list its questions."""

    def places(self) -> list[Place]:
        """Every question with its state, in the order of the form."""
        return []

    def show_jump_menu(self) -> None:
        """List the questions, to go to one."""
        if not self.whole.isHidden() and not self.busy and (places := self.places()):
            JumpMenu(self.window(), places, self.go_to, self.check_for_errors).open()

    def check_for_errors(self) -> None:
        """Look through everything that was answered, at any time, and go to the first problem."""

    def topic_frames(self) -> list[tuple[QWidget, QWidget]]:
        """The topics that are shown, from top to bottom: the frame, and what has the cursor first in it."""
        return []

    def to_topic(self, step: int) -> None:
        """At the desk to the first field of the next topic or the one before, after the last to the button that saves.

        In step mode as the buttons do, but never saving and never leaving.
        """
        if self.step:
            self.swiped(forward=step > 0)
            return
        frames = self.topic_frames()
        focus = self.window().focusWidget()
        at = next(
            (n for n, (frame, _first) in enumerate(frames) if focus is not None and frame.isAncestorOf(focus)), -1
        )
        if at < 0 and focus is not None and self.bar.isAncestorOf(focus):
            at = len(frames)
        if at + step >= len(frames):
            self.bar.forward_button.setFocus()
        elif frames:
            frame, first = frames[max(at + step, 0)]
            first.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.see(frame)
            self.see(first)

    def swiped(self, *, forward: bool) -> None:
        """A finger was drawn across the page: between topics, but it never saves and never leaves the form."""

    def wait_for_records(self) -> None:
        """Show nothing of the last one while the next is loaded."""
        self.whole.hide()
        self._footer_frame.hide()
        self.waiting.show()

    def show_whole(self) -> None:
        """All is loaded."""
        self.waiting.hide()
        self.whole.show()
        self._footer_frame.show()

    # What a subclass answers.

    def snapshot(self) -> tuple[str, str, Mapping[str, Any]] | None:
        """(title, subject id, body) of the draft; None while there is nothing to keep."""
        return None

    def go_to(self, path: str) -> None:
        """Lead to a field, wherever it is."""

    def forward(self) -> None:
        """The main button, and Ctrl+Enter."""

    def second(self) -> None:
        """The button beside it."""

    def step_back(self) -> None:
        """The back button of the bar."""

    # The draft.

    def begin_draft(self, form: str, version: str, draft_id: str = "") -> None:
        """Keep what is typed from now on as a draft of this form; draft_id goes on with one."""
        if self.keeper is not None:
            self.keeper.deleteLater()
        self.keeper = DraftKeeper(self.casebook, self.shell.tasks, form, version, self.snapshot, self)
        self.keeper.kept.connect(self.bar.say_kept)
        self.bar.say_kept("")
        if draft_id:
            self.keeper.resume(draft_id)

    def keep(self) -> None:
        """Something was changed."""
        if self.keeper is not None:
            self.keeper.touch()
            self.where["draft_id"] = self.keeper.id  # a rebuilt page, or Back, goes on with this draft

    def end_draft(self) -> None:
        """It was saved."""
        if self.keeper is not None:
            self.keeper.discard()
        self.where.pop("draft_id", None)

    def set_busy(self, busy: bool) -> None:
        """Nothing can be pressed twice while something is looked up or saved."""
        self.busy = busy
        self.bar.set_busy(busy)

    def failed(self, problem: Problem) -> None:
        """It could not be saved: everything stays as it is, and the banner offers to try again."""
        self.set_busy(False)
        self.keep()
        if isinstance(problem, ChangedMeanwhile) and not self._asked:
            self._asked = True
            side_by_side.ask(self, problem, self._chosen, self.failed)
            return
        self._asked = False
        self.shell.problem(problem, self.forward)

    # Others who work on the same record.

    _asked = False

    def _chosen(self, choices: Mapping[tuple[str, str, str], str]) -> None:
        self.choices |= choices
        self._asked = False
        self.save_again()

    def save_again(self) -> None:
        """The worker chose which text stands: save once more."""
        self.forward()

    def guarded(self, verb: Callable[[], Changed]) -> Callable[[], Changed]:
        """The verb that saves the form, without overwriting what was said of the same since the form was filled."""
        casebook, seen, choices = self.casebook, self.seen, dict(self.choices)
        return (lambda: casebook.desks.save(seen, verb, choices)) if seen >= 0 else verb

    def begin_editing(self, entity: str, row: str, seen: int) -> None:
        """A record is open for change here from the moment `seen` on: other desks are told, and who has it open too."""
        self.end_editing()
        self.seen, self.choices, self.editing = seen, {}, row
        desks = self.casebook.desks
        if desks.many and row:
            self.shell.tasks.outside(
                lambda: desks.begin_editing(entity, row),
                lambda others: self.open_elsewhere(others) if self.editing == row else None,
                lambda _problem: None,  # the window says already that the server is away
                owner=self,
                lane="desks",
            )

    def end_editing(self) -> None:
        """It is closed."""
        row, self.editing = self.editing, ""
        self.open_elsewhere([])
        if row and self.casebook.desks.many:
            desks = self.casebook.desks
            self.shell.tasks.outside(lambda: desks.end_editing(row), None, lambda _problem: None, lane="desks")

    def open_elsewhere(self, others: Sequence[AtWork]) -> None:
        """Say on top who else has the record open."""
        self._say_others(side_by_side.elsewhere(others))

    def _say_others(self, words: str) -> None:
        pieces.clear(self._others_column)
        if words:
            self._others_column.addWidget(Banner("info", words, closable=False))
        self._others.setVisible(bool(words))

    # The shell's side.

    def refresh(self, changed: Changed) -> None:
        """Nothing that happens elsewhere may disturb what is being typed; but it is said."""
        if self.editing and self.editing in changed.rows and not self.busy:
            words = _(
                "Somebody else has just changed this record. What both of you change is shown before it is saved."
            )
            self._say_others(words)

    def come_back(self) -> None:
        """What is typed stays."""

    def leave(self) -> bool:
        """Keep the draft."""
        if self.keeper is not None:
            self.keeper.flush()
        if self.editing:
            self.end_editing()
        return True


class TopicPage(FieldPage):
    """A form that is gone through one topic a page in step mode, with a page that checks at the end."""

    CHECK = "check"
    jumps = True

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.stage = ""
        """The topic that is shown, CHECK, or "" for all of them on one page."""
        self._from_check = False  # an answer is being changed: Continue and Back lead to the page that checks
        self._typed_before: tuple[str, str, Mapping[str, Any]] | None = None  # what was saved last, as a draft
        self.check_view = CheckView()
        self.check_view.change.connect(self.go_to)

    def topics(self) -> list[str]:
        """The topics that are gone through in step mode."""
        return []

    def pages(self) -> list[str]:
        """The topics, and the page that checks."""
        return [*self.topics(), self.CHECK]

    def show_stage(self, stage: str) -> None:
        """Show a topic (step mode), all ("" in desk mode), or the page that checks."""
        raise NotImplementedError

    def can_move(self) -> bool:
        """Whether there is something to go through now."""
        return not self.whole.isHidden() and not self.busy

    def swiped(self, *, forward: bool) -> None:
        """A finger was drawn across the page: between topics, but it never saves and never leaves the form."""
        pages = self.pages()
        if not self.can_move() or self.stage not in pages:
            return
        if forward and self.stage != self.CHECK:
            self.forward()
        elif not forward and self.stage != pages[0]:
            self.step_back()

    def to_stage(self, stage: str) -> None:
        """Go there with nothing wrong: the problems shown before are gone, and the place is kept."""
        self.tell([])
        self.show_stage(stage)
        self.keep()
        self.first_focus()

    def all_answered(self) -> None:
        """Enter was pressed behind the last question."""
        if self.step:
            self.forward()
        else:
            self.bar.forward_button.setFocus()
