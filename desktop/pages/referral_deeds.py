"""What is done with a referral once it is written: steps noted and taken back, signed or sent back by another."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QAction

from desktop import side_by_side, theme
from desktop.case_words import referral_status_text
from desktop.referral_words import DEEDS, ICONS, SLIP
from desktop.widgets.step_dialog import SendBackDialog, StepDialog
from models.clock import today
from models.errors import Problem
from models.records.referral import StepEntry
from models.services.referral_views import ReferralView
from models.services.views import Changed
from models.texts import _

if TYPE_CHECKING:
    from desktop.pages.referral import ReferralPage


class ReferralDeeds:
    """The deeds of one page of a referral."""

    def __init__(self, page: "ReferralPage") -> None:
        self._page = page
        self._actions: list[QAction] = []
        self.dialog: StepDialog | SendBackDialog | None = None
        """What asked last; tests answer it."""
        page.life.wanted.connect(lambda step: self.note_step(step))
        page.life.slip.connect(self.note_slip)
        page.life.take_back.connect(self.take_back)

    def offer(self, view: ReferralView) -> None:
        """What can be noted, among the commands of the page as well."""
        for old in self._actions:
            self._page.removeAction(old)
            old.deleteLater()
        self._actions = []
        for step in DEEDS:
            if step in view.can:
                deed = QAction(theme.icon(ICONS[step]), _("Note: {step}").format(step=_(DEEDS[step])), self._page)
                deed.triggered.connect(partial(self.note_step, step))
                self._page.addAction(deed)
                self._actions.append(deed)

    def note_step(self, step: str, _checked: bool = False) -> None:
        """Ask what this step needs, then note it."""
        self._ask([step])

    def note_slip(self) -> None:
        """Ask which box of the slip is ticked."""
        view = self._page.referral
        steps = [step for step in SLIP if view is not None and step in view.can]
        if view is not None and not steps:
            words = _("Nothing can be noted from a slip now: {status}.")
            self._page.shell.notice(words.format(status=referral_status_text(view.status)), "warn")
            return
        self._ask(steps, slip=True)

    def _ask(self, steps: list[str], *, slip: bool = False) -> None:
        view, casebook, this = self._page.referral, self._page.casebook, self._page.round
        seen = self._page.seen
        if view is None or not steps:
            return

        def ask(needs: Any) -> None:
            if this == self._page.round:
                day, note = today(casebook.clock), partial(self._note, view.id, seen)
                self.dialog = StepDialog(self._page, view, steps, note, today=day, needs=needs, slip=slip)
                self.dialog.open()

        if "done" in steps:
            self._page.read(lambda: casebook.referrals.needs_of(view.id), ask)
        else:
            ask(())

    def _note(self, referral_id: str, seen: int, entry: StepEntry) -> None:
        casebook = self._page.casebook
        words = _("Noted: {step}.").format(step=_(DEEDS[entry.step]))
        if any(outcome.result == "granted" for outcome in entry.outcomes):
            words = _("Noted: {step}. What was granted counts as received from its day on.").format(
                step=_(DEEDS[entry.step])
            )
        self._do(
            referral_id,
            seen,
            lambda: casebook.referrals.note(referral_id, entry),
            lambda changed: self._page.shell.say(words, lambda: casebook.undo(changed.operations)),
        )

    def _do(
        self,
        referral_id: str,
        seen: int,
        verb: Callable[[], Changed],
        done: Callable[[Changed], object],
        failed: Callable[[Problem], object] | None = None,
    ) -> None:
        """Do it, unless somebody else did something with this letter since it was shown."""
        page = self._page
        side_by_side.deed(page, seen, verb, done, failed, show=lambda: page.show_letter(referral_id))

    def take_back(self) -> None:
        """Take back the last step with all that came of it."""
        assert self._page.referral is not None
        casebook, referral_id = self._page.casebook, self._page.referral.id
        self._do(
            referral_id,
            self._page.seen,
            lambda: casebook.referrals.take_back(referral_id),
            lambda changed: self._page.shell.say(
                _("The step was taken back."), lambda: casebook.undo(changed.operations)
            ),
        )

    def sign(self) -> None:
        """Sign off what somebody else wrote: it gets its number."""
        if self._page.referral is None or not (
            self._page.sign_button.isVisibleTo(self._page) and self._page.sign_button.isEnabled()
        ):
            return
        casebook, referral_id = self._page.casebook, self._page.referral.id
        self._page.sign_button.setEnabled(False)

        def failed(problem: Any) -> None:
            self._page.sign_button.setEnabled(True)
            self._page.shell.problem(problem)

        self._do(
            referral_id,
            self._page.seen,
            lambda: casebook.referrals.sign(referral_id),
            lambda _changed: self._page.show_letter(referral_id, fresh=True),
            failed,
        )

    def send_back(self) -> None:
        """Ask for the reason, then give the letter back to its writer."""
        if self._page.referral is None:
            return
        casebook, view, seen = self._page.casebook, self._page.referral, self._page.seen

        def sent(reason: str) -> None:
            words = _("Sent back to {writer}.").format(writer=view.writer)
            self._do(
                view.id,
                seen,
                lambda: casebook.referrals.send_back(view.id, reason),
                lambda changed: self._page.shell.say(words, lambda: casebook.undo(changed.operations)),
            )

        self.dialog = SendBackDialog(self._page, view, sent)
        self.dialog.open()
