"""How the life of a referral is said on screen: what can be done next, what a slip says, how its list is divided."""

from collections.abc import Sequence
from datetime import date

from desktop.case_words import day_text, days_away
from models.services.referral_rules import OPEN
from models.services.referral_views import ReferralView
from models.texts import N_, _

DEEDS = {
    "handed_over": N_("Handed to the resident"),
    "received": N_("The office has it"),
    "accepted": N_("Accepted by the office"),
    "papers_asked": N_("Papers missing"),
    "refused": N_("Refused by the office"),
    "done": N_("Settled by the office"),
    "asked": N_("I have asked about it"),
    "extended": N_("Give more time"),
    "withdrawn": N_("Withdraw the letter"),
    "expired": N_("Close: it ran out"),
}
"""What is pressed to note a step, in the order in which the buttons stand."""

ICONS = {
    "handed_over": "person",
    "received": "import",
    "accepted": "check",
    "papers_asked": "paper",
    "refused": "close",
    "done": "check",
    "asked": "clock",
    "extended": "calendar",
    "withdrawn": "undo",
    "expired": "clock",
}

SLIP = ("accepted", "papers_asked", "refused", "done")
"""The four boxes of the slip, from top to bottom."""

TONE_OF = {
    "waiting": "warn",
    "returned": "danger",
    "done": "good",
    "accepted": "good",
    "refused": "danger",
    "withdrawn": "soft",
    "expired": "warn",
    "papers_asked": "warn",
}
"""Of a status; others have the tone of what is under way."""

WAY = ("issued", "handed_over", "received", "accepted", "done")
"""The way of most letters, for the strip."""

KIND_WORDS = {
    "": N_("All"),
    "waiting": N_("To be signed"),
    "returned": N_("Sent back"),
    "chase": N_("To be asked about"),
    "open": N_("Under way"),
    "closed": N_("Closed"),
}
"""How the list of referrals is divided."""


def way_of(view: ReferralView) -> list[tuple[str, str]]:
    """The strip: statuses with past, now or ahead. Behind the letter stands only what was really noted."""
    if view.status in ("waiting", "returned"):
        return [(view.status, "now"), *((status, "ahead") for status in WAY)]
    noted = {step.step for step in view.steps} | ({"issued"} if view.number else set())
    place = WAY.index({"papers_asked": "received"}.get(view.status, view.status)) if view.status in OPEN else len(WAY)
    past = [(status, "past") for status in WAY[: place + 1] if status in noted and status != view.status]
    return [*past, (view.status, "now"), *((status, "ahead") for status in WAY[place + 1 :])]


def waits_words(view: ReferralView, today: date) -> str:
    """What is waited for, and until when; empty where nothing is."""
    if view.status == "waiting":
        return _("Waits for the signature of somebody else than {writer}.").format(writer=view.writer)
    if view.status == "returned":
        return _("Sent back to {writer}: {reason}").format(writer=view.writer, reason=view.outcome_note)
    if view.chase_on is None:
        return ""
    day = _("{day}, {away}").format(day=day_text(view.chase_on), away=days_away(view.chase_on, today))
    if view.chase_on == view.reply_by:
        return _("The office is asked to answer by {day}.").format(day=day)
    return _("To be asked about on {day}.").format(day=day)


def list_words(parts: Sequence[str]) -> str:
    """Parts of a line, those that are empty left out."""
    return "  ·  ".join(part for part in parts if part)
