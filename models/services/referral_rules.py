"""What can be noted about a referral when, in one table; and which day it is next asked about.

The life of a letter: written and waiting for a signature (where the office wants a second person), or issued at once;
handed to the resident, received by the office, accepted, refused, more papers asked, done, withdrawn, run out. Nothing
here knows the store.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.clock import day_text
from models.errors import Problem
from models.records import codes
from models.services.working_days import working_days_later
from models.texts import _

REPLY_DAYS = 15
"""Working days that an office has to answer, where nobody says otherwise."""

UNSIGNED = ("waiting", "returned")
"""Written, without a number."""

OPEN = ("issued", "handed_over", "received", "papers_asked", "accepted")
"""Issued, and nobody knows yet what came of it."""

CLOSED = ("refused", "done", "withdrawn", "expired")

_OUT = ("issued", "handed_over")  # nobody at the office has seen it
_SEEN = ("received", "papers_asked", "accepted")

STEPS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "written": (("", *UNSIGNED), "waiting"),
    "returned": (("waiting",), "returned"),
    "issued": (("", "waiting"), "issued"),
    "corrected": ((*OPEN, "refused", "expired"), ""),
    "handed_over": (("issued",), "handed_over"),
    "received": ((*_OUT, "expired"), "received"),
    "papers_asked": ((*_OUT, *_SEEN, "expired"), "papers_asked"),
    "accepted": ((*_OUT, "received", "papers_asked", "expired"), "accepted"),
    "refused": ((*_OUT, "received", "papers_asked", "expired"), "refused"),
    "done": ((*OPEN, "expired"), "done"),
    "withdrawn": ((*UNSIGNED, *OPEN), "withdrawn"),
    "expired": (_OUT, "expired"),
    "asked": (OPEN, ""),
    "extended": ((*OPEN, "expired"), ""),
}
"""Step -> (the statuses at which it fits, the status that it leads to; empty: it stays, or see `after`). "" is a
referral that is not written yet. What has run out without anybody saying so still is issued or handed over."""

NOTED = tuple(step for step in STEPS if step not in ("written", "returned", "issued", "corrected"))
"""Steps that are noted by hand; the others are verbs of their own."""

TAKEN_BACK = NOTED
"""Steps that can be taken back while they are the last one. A number that was given stays given."""


class StepDoesNotFit(Problem):
    """A step is to be noted that does not fit where the referral stands. Facts: step, status."""

    def sentence(self) -> str:
        """Tell the worker."""
        step, status = str(self.facts["step"]), str(self.facts["status"])
        if step == "refused" and status == "accepted":
            return _(
                "The office has accepted it already: what it decided is noted as done, with the outcome of each "
                "matter. Nothing was saved."
            )
        if step == "handed_over" and status in OPEN:
            return _("The letter was with the resident already. Nothing was saved.")
        if status in UNSIGNED:
            return _("The letter is not signed yet: nobody outside has it. Nothing was saved.")
        words = _(
            "“{step}” does not follow on “{status}”. Nothing was saved. Where the last step was noted by mistake, take "
            "it back first."
        )
        return words.format(step=codes.label("referral_step", step), status=codes.label("referral_status", status))


class WrongDay(Problem):
    """A step happened before the letter was there, or is still to come. Facts: first, last."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("Write a day from {first} to {last}: when it really happened. Nothing was saved.").format(
            first=day_text(self.facts["first"]),  # type: ignore[arg-type]  # a date
            last=day_text(self.facts["last"]),  # type: ignore[arg-type]
        )


class NothingToTakeBack(Problem):
    """The last step cannot be taken back. Facts: step (empty where there is none)."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The last step cannot be taken back: a letter that has its number keeps it. Withdraw the referral, or "
            "correct the letter. Nothing was changed."
        )


class SecondPersonSigns(Problem):
    """A letter is to be issued by whoever wrote it, where the office wants a second person."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "In this office a second person signs letters. Nothing was issued, and what you typed is still here. Hand "
            "the letter in for a signature."
        )


class OwnLetter(Problem):
    """Who wrote a letter is to sign it as the second person."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("You wrote this letter yourself; somebody else has to sign it. Nothing was changed.")


class Unfinished(Problem):
    """A step lacks what it is noted for. Facts: missing (reason, papers, outcomes, next_on, still_good)."""

    def sentence(self) -> str:
        """Tell the worker."""
        return {
            "reason": _("Write the reason: the resident and the next worker want to know it. Nothing was saved."),
            "papers": _("Write which papers are still wanted, one a line. Nothing was saved."),
            "outcomes": _("Say of each matter what came of it. Nothing was saved."),
            "next_on": _("Write the new day, which must still be to come. Nothing was saved."),
            "still_good": _("The letter has not run out yet. Nothing was saved."),
        }[str(self.facts["missing"])]


@dataclass(frozen=True)
class Stand:
    """Where a referral stands, as far as its steps tell."""

    status: str = ""
    reply_by: date | None = None
    valid_until: date | None = None
    chase_on: date | None = None


def fits(step: str, status: str) -> bool:
    """Whether a step fits where a referral stands."""
    return status in STEPS[step][0]


def check_fits(step: str, status: str) -> None:
    """Raises StepDoesNotFit."""
    if not fits(step, status):
        raise StepDoesNotFit(step=step, status=status)


def check_whole(entry: Any, stand: Stand, matters: Iterable[tuple[str, str]], today: date) -> None:
    """Whether a StepEntry holds what its step is noted for. matters: (service, component) of the referral.

    Raises Unfinished.
    """
    prolonged = entry.step == "extended"
    lacks = {
        "reason": entry.step in ("refused", "withdrawn") and not entry.reason,
        "papers": entry.step == "papers_asked" and not entry.papers,
        "outcomes": entry.step == "done"
        and sorted((one.service_id, one.component) for one in entry.outcomes) != sorted(matters),
        "next_on": prolonged if entry.next_on is None else entry.next_on <= (today if prolonged else entry.happened_on),
        "still_good": entry.step == "expired" and (stand.valid_until is None or stand.valid_until >= entry.happened_on),
    }
    for missing in (name for name, lacking in lacks.items() if lacking):
        raise Unfinished(missing=missing)


def after(stand: Stand, step: str, day: date, next_on: date | None = None) -> Stand:
    """Where a referral stands after a step of a day.

    An office that says something has the usual time anew, unless another day was promised. A refused or expired letter
    that is corrected or prolonged is on its way again.
    """
    status = STEPS[step][1] or stand.status
    if step in ("corrected", "extended") and stand.status in CLOSED:
        status = "issued"
    reply_by, valid_until = stand.reply_by, stand.valid_until
    if step == "extended" and next_on is not None:
        reply_by = next_on
        valid_until = max(valid_until or next_on, next_on)
    chase_on: date | None = None
    if status in OPEN:
        if next_on is not None:
            chase_on = next_on
        elif step in ("received", "accepted", "papers_asked", "asked"):
            usual = working_days_later(day, REPLY_DAYS)
            chase_on = max(reply_by or usual, usual)
        else:
            chase_on = max(filter(None, (stand.chase_on, reply_by)), default=None)
    return Stand(status, reply_by, valid_until, chase_on)


def stands_now(status: str, valid_until: date | None, on: date) -> str:
    """The status as it is shown on a day: a letter that nobody presented in time has run out."""
    if status in _OUT and valid_until is not None and valid_until < on:
        return "expired"
    return status


def possible(status: str, valid_until: date | None, on: date) -> tuple[str, ...]:
    """Steps that can be noted on a day, in the order in which they are offered."""
    found = [step for step in NOTED if fits(step, status)]
    if stands_now(status, valid_until, on) != "expired" and "expired" in found:
        found.remove("expired")
    return tuple(found)


def reply_day(issued_on: date, valid_until: date | None, days: int | None) -> date:
    """By when an office is asked to answer: so many working days, else 15 or when the letter runs out before."""
    if days is not None:
        return working_days_later(issued_on, days)
    usual = working_days_later(issued_on, REPLY_DAYS)
    return min(usual, valid_until or usual)


def ordered(steps: Sequence[Any]) -> list[Any]:
    """Steps as they were noted, the newest last; each has `at` and `id`."""
    return sorted(steps, key=lambda step: (step.at, step.id))
