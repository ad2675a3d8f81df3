"""How a merge is said on the screen: fields and their values, what is moved, what will be."""

from collections.abc import Mapping
from typing import Any

from desktop.case_words import day_text, document_text
from models.records import codes
from models.services.merging_views import Comparison
from models.texts import _, ngettext

_LISTS = {
    "sex": "sex",
    "ethnic_group": "ethnic",
    "education": "education",
    "marital_status": "marital",
}


def field_text(name: str) -> str:
    """A field's name."""
    return {
        "name": _("Name"),
        "former_name": _("Former name"),
        "sex": _("Sex"),
        "birth_date": _("Birth date"),
        "birth_source": _("Where the birth date comes from"),
        "ethnic_group": _("Ethnic group"),
        "education": _("Education"),
        "marital_status": _("Marital status"),
        "hukou_place": _("Hukou"),
        "note": _("Note"),
        "died_on": _("Died on"),
    }.get(name, name)


def value_text(name: str, value: Any) -> str:
    """A field's value as people say it; empty where there is none."""
    if not value:
        return ""
    if name in _LISTS:
        return codes.label(_LISTS[name], str(value))
    if name == "birth_source":
        return {"document": _("as in the document"), "told": _("as told")}.get(str(value), str(value))
    return day_text(value) if name in ("birth_date", "died_on") else str(value)


def number_text(kind: str) -> str:
    """A document's kind, or phone."""
    return _("Phone") if kind == "phone" else document_text(kind)


def home_text(kind: str) -> str:
    """The question which household goes on."""
    return _("Lives now") if kind == "living" else _("Registered household")


def counts_text(counts: Mapping[str, int]) -> str:
    """How many records of which kind, in a few words; empty where there are none."""
    said = []
    for entity, count in counts.items():
        words = _count(entity, count)
        if count and words:
            said.append(words)
    return _(", ").join(said)


def _count(entity: str, n: int) -> str:
    forms = {
        "visit": ngettext("met on {n} visit", "met on {n} visits", n),
        "assessment": ngettext("{n} assessment", "{n} assessments", n),
        "questionnaire_answer": ngettext("{n} questionnaire", "{n} questionnaires", n),
        "need": ngettext("{n} need", "{n} needs", n),
        "planned_visit": ngettext("{n} planned visit", "{n} planned visits", n),
        "determination": ngettext("{n} kept decision", "{n} kept decisions", n),
        "referral": ngettext("{n} referral", "{n} referrals", n),
        "letter": ngettext("{n} letter", "{n} letters", n),
        "fact": ngettext("{n} statement", "{n} statements", n),
        "membership": ngettext("{n} membership", "{n} memberships", n),
        "place": ngettext("{n} place", "{n} places", n),
        "contact": ngettext("{n} contact", "{n} contacts", n),
        "case_note": ngettext("{n} note", "{n} notes", n),
        "case_plan": ngettext("{n} plan", "{n} plans", n),
        "picture": ngettext("{n} picture", "{n} pictures", n),
        "consent": ngettext("{n} consent", "{n} consents", n),
        "rights_request": ngettext("{n} request", "{n} requests", n),
        "household_event": ngettext("{n} event of the household", "{n} events of the household", n),
    }
    return forms[entity].format(n=n) if entity in forms else ""


def kind_text(kind: str) -> str:
    """Why a pair is on the list."""
    return {
        "number": _("The same number on two records"),
        "disputed": _("Offices disagree"),
        "late": _("Changed after the merge"),
    }.get(kind, _("Much alike"))


def level_text(level: str) -> str:
    """How sure it is."""
    return {
        "certain": _("Certainly the same person, by what is on record"),
        "likely": _("Probably the same person"),
        "possible": _("Perhaps the same person"),
    }.get(level, _("Little speaks for one person"))


def left_homes(view: Comparison, choices: Mapping[str, str]) -> set[str]:
    """The households that the person stands in no longer after the merge."""
    chosen = {**view.choices(), **choices}
    return {home.a_id if chosen.get(f"home:{home.kind}") == "b" else home.b_id for home in view.homes}


def check_sentences(view: Comparison, choices: Mapping[str, str], *, keep_former: bool) -> list[str]:
    """What the merge will do, in sentences; the last look before it is done."""
    chosen = {**view.choices(), **choices}
    name = next(pair for pair in view.fields if pair.name == "name")
    stays, left = (name.b, name.a) if chosen.get("name", name.suggested) == "b" else (name.a, name.b)
    said = [_("One record of {name} is left; the other one is taken off the register.").format(name=stays)]
    if name.differs and keep_former:
        said.append(_("“{name}” is kept as former name and goes on finding the person.").format(name=left))
    for pair in view.fields:
        if pair.differs and pair.name != "name" and chosen.get(pair.name) != "both":
            kept, dropped = (pair.b, pair.a) if chosen.get(pair.name) == "b" else (pair.a, pair.b)
            said.append(
                _("{field}: {kept}, instead of {dropped}.").format(
                    field=field_text(pair.name),
                    kept=value_text(pair.name, kept),
                    dropped=value_text(pair.name, dropped),
                )
            )
    for home in view.homes:
        stays_home, leaves = (home.b, home.a) if chosen.get(f"home:{home.kind}") == "b" else (home.a, home.b)
        told = (
            _("Lives at {home} and no longer at {other}.")
            if home.kind == "living"
            else _("Is registered at {home} and no longer at {other}.")
        )
        said.append(told.format(home=stays_home, other=leaves))
    moved = {entity: both[1 if view.survivor == "a" else 0] for entity, both in view.counts.items()}
    if words := counts_text(moved):
        said.append(_("Moved to the record that is left: {things}.").format(things=words))
    said.append(_("What was not chosen stays in the history. The merge can be taken back, today or later."))
    return said
