"""What can be done about a transfer when, in one table, and the sentences for what cannot.

The life of a transfer: asked for, accepted or declined by the other office, handed over with a list of what is handed
over, taken by the other office; withdrawn before that, or come back after it. Nothing here knows the store.
"""

from collections.abc import Mapping
from datetime import date

from models.errors import Problem
from models.records import codes
from models.texts import _

ANSWER_DAYS = 10
"""Working days that the other office has to answer, where nobody says otherwise."""

OPEN = ("asked", "accepted", "handed_over")
"""Begun, and nobody knows yet what comes of it."""

STEPS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "accept": (("asked",), "accepted"),
    "decline": (("asked",), "declined"),
    "hand_over": (("accepted",), "handed_over"),
    "take": (("handed_over",), "taken"),
    "withdraw": (OPEN, "withdrawn"),
    "come_back": (("taken",), "returned"),
}
"""Step -> (the statuses at which it fits, the status that it leads to), in the order in which they are offered."""

THEIRS = frozenset({"accept", "decline", "take"})
"""What the office does that the case comes to; the office that asked writes down what it hears of it."""


class StepDoesNotFit(Problem):
    """A step that does not fit where the transfer stands. Facts: step, status."""

    def sentence(self) -> str:
        """Tell the worker."""
        step, status = str(self.facts["step"]), str(self.facts["status"])
        if step == "hand_over" and status == "asked":
            return _(
                "The other office has not accepted yet. Note its answer first; then the case can be handed over. "
                "Nothing was saved."
            )
        if step == "take" and status in ("asked", "accepted"):
            return _("The case was not handed over yet, so nobody can have taken it. Nothing was saved.")
        if status in ("declined", "withdrawn", "returned"):
            return _("This transfer is closed. Ask for a new one, or take the last step back. Nothing was saved.")
        words = _("This cannot be done now: the transfer stands at “{status}”. Look at it again. Nothing was saved.")
        return words.format(status=codes.label("transfer_status", status))


class TransferOpen(Problem):
    """A second transfer of a household is to begin while one is open. Facts: office."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "A transfer of this household to {office} is open already. Finish or withdraw that one first. Nothing was "
            "saved, and what you typed is still here."
        ).format(**self.facts)


class OwnOffice(Problem):
    """A case is to be transferred to the office that has it."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This is your own office. A case goes to another one; to hand households to a colleague use the page "
            "Handing over. Nothing was saved, and what you typed is still here."
        )


class NotAddressedHere(Problem):
    """A step of the office that asked is to be done by the one that was asked."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Only the office that asked can do this. You can accept, decline, or say that you have taken the case."
        )


class NobodyGoes(Problem):
    """Nobody of the household is left whose case can be handed on."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Nobody is left whose case can go: who died, who left the household, and whose record is only kept stays "
            "out. Nothing was saved."
        )


class ReasonMissing(Problem):
    """An office declines, or a case comes back, and nobody says why."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("Write why: whoever looks after these people wants to know it. Nothing was saved.")


class LastStepRests(Problem):
    """The last step cannot be taken back: something was built on it since."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This step cannot be taken back any more: since then something was changed that rests on it, for example "
            "the household was given to somebody. If the case is yours again, note that it came back."
        )


def steps(status: str, *, incoming: bool) -> tuple[str, ...]:
    """What can be done now. incoming: seen from the office that the case comes to."""
    return tuple(step for step, (fits, _after) in STEPS.items() if status in fits and (not incoming or step in THEIRS))


def check(step: str, status: str, *, incoming: bool) -> str:
    """The status that a step leads to. Raises StepDoesNotFit, NotAddressedHere."""
    fits, after = STEPS[step]
    if status not in fits:
        raise StepDoesNotFit(step=step, status=status)
    if incoming and step not in THEIRS:
        raise NotAddressedHere
    return after


def before(status: str, *, answered_on: date | None, handed_on: date | None) -> str:
    """Where a transfer stood before its last step; empty where nothing can be taken back."""
    if status == "withdrawn":
        return "handed_over" if handed_on else "accepted" if answered_on else "asked"
    earlier = {"accepted": "asked", "declined": "asked", "handed_over": "accepted", "taken": "handed_over"}
    return {**earlier, "returned": "taken"}.get(status, "")
