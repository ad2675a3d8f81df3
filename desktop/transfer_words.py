"""How a transfer is said on screen: its way, what can be done next, what is waited for; and its two papers."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from desktop.case_words import day_text, days_away
from desktop.paper_values import language_of
from models.records import codes
from models.services.transfer_views import TransferView
from models.texts import N_, _, ngettext

if TYPE_CHECKING:
    from models.casebook import Casebook

DEEDS = {
    "accept": N_("Accepted"),
    "decline": N_("Declined"),
    "hand_over": N_("Hand over"),
    "take": N_("They have taken it"),
    "withdraw": N_("Withdraw the transfer"),
    "come_back": N_("It came back to us"),
}
"""What is pressed to note a step at the office that asked."""

THEIRS = {"accept": N_("Accept the case"), "decline": N_("Decline"), "take": N_("Take over the case")}
"""The same at the office that the case comes to."""

ICONS = {
    "accept": "check",
    "decline": "close",
    "hand_over": "forward",
    "take": "check",
    "withdraw": "undo",
    "come_back": "back",
}

SAID = {
    "accept": N_("Noted: accepted. Next, hand the case over."),
    "decline": N_("Noted: declined."),
    "hand_over": N_("Handed over: the list stays as it is now. Print it for both offices to sign."),
    "take": N_("Noted: the case is with the other office. What was planned here has ended."),
    "withdraw": N_("The transfer was withdrawn."),
    "come_back": N_("Noted: the case is here again."),
}

WAY = ("asked", "accepted", "handed_over", "taken")
"""The way of most transfers, for the strip."""

TONE_OF = {"accepted": "good", "taken": "good", "declined": "danger", "withdrawn": "soft", "returned": "warn"}

KINDS = {"": N_("Under way"), "in": N_("Come to us"), "late": N_("Answer is late"), "closed": N_("Closed")}
"""How the list is divided."""


def of_kind(view: TransferView, kind: str) -> bool:
    """Whether a transfer belongs to a part of the list."""
    if kind == "in":
        return view.side == "in"
    if kind == "late":
        return view.overdue
    return view.open != (kind == "closed")


def deed_words(step: str, view: TransferView) -> str:
    """What the button of a step says."""
    return _(THEIRS[step]) if view.side == "in" and step in THEIRS else _(DEEDS[step])


def way_of(view: TransferView) -> list[tuple[str, str]]:
    """The strip: statuses with past, now or ahead."""
    if view.status in WAY:
        place = WAY.index(view.status)
        past = [(status, "past") for status in WAY[:place]]
        return [*past, (view.status, "now"), *((status, "ahead") for status in WAY[place + 1 :])]
    days = (view.asked_on, view.answered_on, view.handed_on, view.taken_on)
    gone = [(status, "past") for status, day in zip(WAY, days, strict=True) if day]
    if view.status == "declined":
        gone = gone[:1]
    return [*gone, (view.status, "now")]


def waits_words(view: TransferView, today: date) -> str:
    """What is waited for now; empty where nothing is."""
    if view.status == "asked" and view.answer_by is not None:
        day = _("{day}, {away}").format(day=day_text(view.answer_by), away=days_away(view.answer_by, today))
        if view.side == "in":
            return _("{office} asks for an answer by {day}.").format(office=view.from_name, day=day)
        return _("An answer is asked for by {day}.").format(day=day)
    if view.status == "accepted":
        if view.side == "in":
            return _("{office} is to hand the case over.").format(office=view.from_name)
        return _("The case is to be handed over, with the list that both offices sign.")
    if view.status == "handed_over":
        if view.side == "in":
            return _("Take over the case once the list is signed.")
        return _("The other office is to say that it has taken the case.")
    if view.status == "taken" and view.side == "out":
        return _("The case is with the other office. The history here can still be read.")
    return ""


def who_words(view: TransferView, most: int = 4) -> str:
    """Who goes, in a few words."""
    names = _(", ").join(view.names[:most])
    if len(view.names) > most:
        words = ngettext("{names} and {n} other person", "{names} and {n} other people", len(view.names) - most)
        names = words.format(names=names, n=len(view.names) - most)
    if not names:
        return _("Whole household") if view.whole else _("Some people")
    return _("Whole household: {names}").format(names=names) if view.whole else names


def route_words(view: TransferView) -> str:
    """From where to where."""
    return _("{giver} to {taker}").format(giver=view.from_name, taker=view.to_name)


def steps_told(view: TransferView) -> list[tuple[date, str]]:
    """What happened, the newest first: the day and a sentence."""
    found: list[tuple[date | None, str]] = [
        (view.asked_on, _("Asked for: {reason}").format(reason=codes.label("transfer_reason", view.reason)))
    ]
    answered = _("Declined by {who}") if view.status == "declined" else _("Accepted by {who}")
    found.append((view.answered_on, _more(answered.format(who=view.answered_by or view.to_name), view.answer_note)))
    found.append((view.handed_on, _("Handed over")))
    found.append((view.taken_on, _("Taken over by {who}").format(who=view.taken_by or view.to_name)))
    ended = _("Withdrawn") if view.status == "withdrawn" else _("Came back")
    found.append((view.ended_on, _more(ended, view.ended_note)))
    return [(day, words) for day, words in reversed(found) if day is not None]


def _more(words: str, note: str) -> str:
    return _("{words}: {more}").format(words=words, more=note) if note else words


# The papers, as the queue of the printer makes them.


def request(casebook: "Casebook", transfer_id: str, argument: Mapping[str, Any]) -> Any:
    """The letter that asks; argument: language."""
    return casebook.transfers.request(transfer_id, language_of(argument))


def draw_request(value: Any, again: date | None = None) -> bytes:
    """As a PDF."""
    from reports.case_transfer import render_request

    return render_request(value, again)


def sheet(casebook: "Casebook", transfer_id: str, argument: Mapping[str, Any]) -> Any:
    """The list of what is handed over; argument: language."""
    return casebook.transfers.sheet(transfer_id, language_of(argument))


def draw_sheet(value: Any, again: date | None = None) -> bytes:
    """As a PDF."""
    from reports.case_transfer import render_case

    return render_case(value, again)
