"""The conversation of the eligibility page: which question is shown, what was answered, ticks that wait as a draft."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject

from desktop import side_by_side
from desktop.pages.base import Page
from desktop.pages.draft_keeper import DraftKeeper
from desktop.pages.eligibility_check import DRAFT_FORM, Loaded, asked_of, questions_of, single_of, still_open
from desktop.widgets.question_card import Asked, QuestionCard
from models.eligibility import Answer, Missing
from models.services.views import Changed

DRAFT_VERSION = "1"


class Asking(QObject):
    """Asks the next best question of a check on a card, keeps every answer at once, and takes the last one back."""

    def __init__(self, page: Page, card: QuestionCard) -> None:
        super().__init__(page)
        self._page, self._card = page, card
        self._loaded: Loaded | None = None
        self._shown = ""
        self._turn = 0  # how many questions were passed over
        self._wanted: Asked | None = None
        self._answering = False
        self._answered: list[tuple[str, ...]] = []  # the ids of the statements of each answer
        self._keeper: DraftKeeper | None = None
        card.answered.connect(self._answer)
        card.next_wanted.connect(self._other)
        card.undo_wanted.connect(self._take_back)
        card.touched.connect(self._keep_ticks)

    def loaded(self, loaded: Loaded, shown: str, *, first: bool) -> None:
        """There is a new check; first: of another household than before."""
        self._loaded, self._shown = loaded, shown
        if first:
            self._resume(loaded)
        self._show()
        if (first or self._answering) and self._card.isVisibleTo(self._page):
            self._card.first_focus().setFocus()
        self._answering = False

    def turn_to(self, loaded: Loaded, shown: str) -> None:
        """Somebody else is looked at: they are asked first."""
        self._loaded, self._shown = loaded, shown
        self._turn = 0
        self._show()

    def ask_for(self, loaded: Loaded, part: Missing) -> None:
        """Ask for one missing fact now."""
        self._drop_ticks()
        self._loaded, self._wanted = loaded, single_of(loaded, part.fact, part.of)
        self._show()
        self._card.first_focus().setFocus()

    def flush(self) -> None:
        """Save the ticks that wait."""
        if self._keeper is not None:
            self._keeper.flush()

    def forget(self) -> None:
        """Another household comes: nothing of this one is taken along."""
        self.flush()
        self._keeper = None
        self._loaded = self._wanted = None
        self._answered = []
        self._turn = 0

    def _show(self) -> None:
        loaded = self._loaded
        assert loaded is not None
        questions = questions_of(loaded, self._shown)
        asked = self._wanted
        if asked is not None and not still_open(loaded, asked):
            asked = self._wanted = None
        if asked is None and questions:
            asked = questions[self._turn % len(questions)]
        _draft, kept = loaded.draft
        mine = asked is not None and _name_of(asked) == (kept.get("key"), kept.get("of"))
        self._card.ask(asked, more=len(questions) > 1, kept=kept if mine else None)
        self._card.offer_undo(bool(self._answered))
        self._card.set_busy(False)

    def _other(self) -> None:
        self._drop_ticks()
        self._wanted = None
        self._turn += 1
        self._show()
        self._card.first_focus().setFocus()

    def _answer(self, _asked: Asked, answers: Sequence[Answer]) -> None:
        """Keep what was said, all at once; the verb reports what changed, and the page checks again."""
        assert self._loaded is not None
        casebook, household_id = self._page.casebook, self._loaded.check.household_id
        self._begin_again()

        def kept(changed: Changed) -> None:
            self._drop_ticks()
            self._answered.append(changed.ids)
            self._card.offer_undo(True)

        def failed(problem: Any) -> None:
            self._card.set_busy(False)
            self._page.shell.problem(problem)

        answer = partial(casebook.eligibility.answer_many, household_id, answers)
        side_by_side.save(self._page, self._loaded.seen, answer, kept, failed)

    def _take_back(self) -> None:
        """Forget the last answer; what was known before counts again."""
        if self._loaded is None or not self._answered:
            return
        casebook, household_id = self._page.casebook, self._loaded.check.household_id
        ids = self._answered.pop()
        self._drop_ticks()
        self._begin_again()
        self._page.run(lambda: casebook.eligibility.take_back(household_id, ids))

    def _begin_again(self) -> None:
        self._wanted = None
        self._turn = 0
        self._answering = True

    # Ticks that are not answered yet.

    def _resume(self, loaded: Loaded) -> None:
        """Ask again what was being ticked when the page was left or the program ended."""
        draft_id, kept = loaded.draft
        prompts = loaded.check.prompts
        begun = prompts.named(str(kept.get("key")), str(kept.get("of"))) if prompts and draft_id else None
        if begun is not None:
            self._wanted = asked_of(loaded, begun)
            self._new_keeper().resume(draft_id)

    def _new_keeper(self) -> DraftKeeper:
        page = self._page
        self._keeper = DraftKeeper(page.casebook, page.shell.tasks, DRAFT_FORM, DRAFT_VERSION, self._snapshot, self)
        return self._keeper

    def _snapshot(self) -> tuple[str, str, Mapping[str, Any]] | None:
        asked, kept = self._card.asked, self._card.kept()
        if self._loaded is None or asked is None or kept is None:
            return None
        return f"{asked.who}: {asked.words}", self._loaded.check.household_id, kept

    def _keep_ticks(self) -> None:
        if self._card.kept() is None:
            self._drop_ticks()
        else:
            (self._keeper or self._new_keeper()).touch()

    def _drop_ticks(self) -> None:
        """They are answered, taken back, or another question is asked."""
        if self._keeper is not None:
            self._keeper.discard()
            self._keeper = None


def _name_of(asked: Asked) -> tuple[str, str]:
    """What a draft calls a question."""
    return asked.prompt.key, asked.of
