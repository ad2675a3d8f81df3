"""Consent and people's rights in words: states, ways, kinds of wishes, and statements as sentences."""

from collections.abc import Iterable, Mapping

from desktop.case_words import day_text
from models.records import consent_text
from models.services.rights_views import ConsentState, ConsentView, RequestView
from models.texts import _, pgettext

STATE_MARKS: Mapping[str, tuple[str, str]] = {
    "given": ("yes", "good"),
    "refused": ("no", "warn"),
    "withdrawn": ("no", "warn"),
    "not_asked": ("todo", "soft"),
}
"""Mark and tone of the state of a class of data."""

KINDS = ("access", "correction", "erasure", "restriction")
HOWS = ("screen", "paper", "spoken")
RELATIONS = ("parent", "grandparent", "other")


def state_text(state: str) -> str:
    """The state of a class of data."""
    return {
        "given": pgettext("consent", "Agreed"),
        "refused": pgettext("consent", "Refused"),
        "withdrawn": pgettext("consent", "Withdrawn"),
        "not_asked": pgettext("consent", "Not asked yet"),
        "informed": pgettext("consent", "Told"),
    }.get(state, state)


def how_text(how: str) -> str:
    """How a statement is made."""
    return {
        "screen": _("Signs on the screen"),
        "paper": _("Signed on paper"),
        "spoken": _("Said it before a witness"),
    }.get(how, how)


def kind_text(kind: str) -> str:
    """What is asked for."""
    return {
        "access": _("See the data, or a copy of them"),
        "correction": _("Correct the data"),
        "erasure": _("Delete the data"),
        "restriction": _("Use them for nothing for now"),
    }.get(kind, kind)


def frozen_text(why: str) -> str:
    """Why a record is only kept, as a sentence."""
    return {
        "withdrawn": _("The consent to the basic data was withdrawn, so the record is kept and used for nothing."),
        "retained": _("A term of retention runs, so the record is kept and used for nothing."),
        "restricted": _("The person asked that the record be used for nothing for now."),
    }.get(why, _("The record is kept and used for nothing."))


def relation_text(relation: str) -> str:
    """What a guardian is to the child."""
    return {"parent": _("Father or mother"), "grandparent": _("Grandparent"), "other": _("Other guardian")}[relation]


def classes_text(codes: Iterable[str]) -> str:
    """Names of classes of data, without what they hold."""
    labels = {each.code: short(each.label.shown) for each in consent_text.load().classes}
    return _(", ").join(labels.get(code, code) for code in codes)


def short(label: str) -> str:
    """A class of data by its name alone: what stands before the colon."""
    return label.replace("：", ":").partition(":")[0]


def statement_text(view: ConsentView) -> str:
    """What somebody said, as a sentence."""
    who = view.guardian if view.given_by == "guardian" else _("The person")
    told = {
        "given": _("{who} agreed to: {kinds}"),
        "refused": _("{who} refused: {kinds}"),
        "withdrawn": _("{who} withdrew the consent to: {kinds}"),
        "informed": _("{who} was told that a legal duty asks for the basic data"),
    }[view.action]
    return told.format(who=who, kinds=classes_text(view.classes))


def statement_detail(view: ConsentView) -> str:
    """How, when and before whom it was said, and which text was shown."""
    how = {
        "screen": _("signed on the screen"),
        "paper": _("signed on paper"),
        "spoken": _("said before {witness}").format(witness=view.witness),
    }.get(view.how, view.how)
    text = _("text no. {version}").format(version=view.text_version)
    return " · ".join(part for part in (day_text(view.given_on), how, text, view.worker, view.note) if part)


def since_text(state: ConsentState, code: str) -> str:
    """Since when a class is in its state, and who said so."""
    found = next((view for view in state.history if code in view.classes), None)
    if found is None:
        return ""
    who = found.guardian if found.given_by == "guardian" else ""
    text = _("text no. {version}").format(version=found.text_version)
    return " · ".join(part for part in (day_text(found.given_on), who, text) if part)


def request_text(view: RequestView) -> str:
    """A wish in one line."""
    asked = _("asked on {day}").format(day=day_text(view.asked_on))
    by = _("by {name}").format(name=view.asked_by) if view.asked_by else ""
    return " · ".join(part for part in (kind_text(view.kind), asked, by) if part)


def answer_text(view: RequestView) -> str:
    """What came of a wish."""
    told = {
        "done": pgettext("request", "Done"),
        "refused": pgettext("request", "Refused"),
        "open": pgettext("request", "Open"),
    }[view.status]
    return " · ".join(part for part in (told, day_text(view.answered_on), view.answer) if part)
