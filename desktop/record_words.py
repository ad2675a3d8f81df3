"""How kinds of records, their fields and their values are called: the same on paper and on the screen."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from desktop.case_words import day_text
from models.services.timeline import field_label
from models.texts import N_, _, pgettext

TITLES: Mapping[str, str] = {
    "resident": N_("Person"),
    "identity_document": N_("Identity documents"),
    "phone": N_("Phones"),
    "household": N_("Households"),
    "dwelling": N_("Dwellings"),
    "membership": N_("Belonging to households"),
    "place": N_("Other places"),
    "household_event": N_("Changes in the household"),
    "fact": N_("What was learnt"),
    "visit": N_("Visits"),
    "need": N_("Needs"),
    "planned_visit": N_("Planned visits"),
    "assessment": N_("Assessments"),
    "questionnaire_answer": N_("Questionnaires"),
    "determination": N_("Eligibility decided"),
    "referral": N_("Referrals"),
    "referral_step": N_("Steps of referrals"),
    "letter": N_("Letters"),
    "contact": N_("Calls and office visits"),
    "case_plan": N_("Case plans"),
    "case_goal": N_("Goals"),
    "case_task": N_("Tasks"),
    "case_note": N_("Notes"),
    "consent": N_("Consent"),
    "rights_request": N_("Requests about the data"),
    "picture": N_("Pictures"),
    "person_link": N_("Compared with other records"),
    "case_transfer": N_("Transfers of the case"),
}
"""Kinds of records in the order in which they are printed; any other kind follows under its own name."""

CODES: Mapping[tuple[str, str], str] = {
    ("resident", "sex"): "sex",
    ("resident", "marital_status"): "marital",
    ("resident", "education"): "education",
    ("resident", "ethnic_group"): "ethnic",
    ("identity_document", "kind"): "document",
    ("household", "kind"): "household_kind",
    ("household", "form"): "household_form",
    ("membership", "relation"): "relation",
    ("membership", "standing"): "standing",
    ("place", "kind"): "place_kind",
    ("household_event", "kind"): "household_event",
    ("visit", "outcome"): "outcome",
    ("need", "group"): "need_group",
    ("need", "urgency"): "urgency",
    ("need", "status"): "need_status",
    ("planned_visit", "source"): "plan_source",
    ("referral", "status"): "referral_status",
    ("referral_step", "step"): "referral_step",
    ("referral_step", "channel"): "referral_channel",
    ("contact", "channel"): "contact_channel",
    ("case_plan", "closure_reason"): "closure_reason",
    ("picture", "kind"): "picture_kind",
    ("case_transfer", "reason"): "transfer_reason",
    ("case_transfer", "status"): "transfer_status",
}


def plain_text(value: Any) -> str:
    """A value as text; nested ones as they are kept."""
    if isinstance(value, str):
        return day_words(value) if len(value) == len("2026-11-22") and value[4:5] == value[7:8] == "-" else value
    if isinstance(value, date):
        return day_text(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return _(", ").join(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)


def day_words(value: Any) -> str:
    """A day as JSON carries it in words; what is none as it is."""
    try:
        return day_text(date.fromisoformat(str(value)))
    except ValueError:
        return str(value or "")


def label_of(name: str) -> str:
    """What a field is called on the copy, as the timeline calls it where it does."""
    labels = {
        "notes": pgettext("field", "note"),
        "registered_on": pgettext("field", "registered on"),
        "kind": pgettext("field", "kind"),
        "number": pgettext("field", "number"),
        "valid_until": pgettext("field", "valid until"),
        "seen": pgettext("field", "seen by the worker"),
        "whose": pgettext("field", "whose"),
        "household_id": pgettext("field", "household"),
        "resident_id": pgettext("field", "person"),
        "subject_id": pgettext("field", "about"),
        "relation": pgettext("field", "relation to the head"),
        "counts": pgettext("field", "counts in the household"),
        "standing": pgettext("field", "standing"),
        "ended": pgettext("field", "why it ended"),
        "division": pgettext("field", "place"),
        "address": pgettext("field", "address"),
        "outcome": pgettext("field", "outcome"),
        "happened_on": pgettext("field", "day"),
        "met": pgettext("field", "met"),
        "met_other": pgettext("field", "who else was met"),
        "purpose": pgettext("field", "purpose"),
        "purposes": pgettext("field", "purposes"),
        "next_visit": pgettext("field", "next visit"),
        "next_on": pgettext("field", "next time"),
        "next_reason": pgettext("field", "what for"),
        "group": pgettext("field", "kind of need"),
        "urgency": pgettext("field", "urgency"),
        "status": pgettext("field", "state"),
        "due_on": pgettext("field", "due on"),
        "reason": pgettext("field", "reason"),
        "assignee": pgettext("field", "who goes"),
        "responsible": pgettext("field", "who is responsible"),
        "source": pgettext("field", "source"),
        "service_id": pgettext("field", "service"),
        "component": pgettext("field", "part of the service"),
        "matters": pgettext("field", "services"),
        "receiver": pgettext("field", "receiving office"),
        "issued_on": pgettext("field", "issued on"),
        "outcome_note": pgettext("field", "what came of it"),
        "reply_by": pgettext("field", "answer wanted by"),
        "answer_by": pgettext("field", "answer wanted by"),
        "to_name": pgettext("field", "receiving office"),
        "answer_note": pgettext("field", "answer"),
        "handed_on": pgettext("field", "handed over on"),
        "ended_on": pgettext("field", "ended on"),
        "ended_note": pgettext("field", "note"),
        "writer": pgettext("field", "written by"),
        "signer": pgettext("field", "signed by"),
        "step": pgettext("field", "step"),
        "said_by": pgettext("field", "who said so"),
        "papers": pgettext("field", "papers wanted"),
        "outcomes": pgettext("field", "outcomes"),
        "printed": pgettext("field", "printed"),
        "value": pgettext("field", "content"),
        "decided_on": pgettext("field", "decided on"),
        "body": pgettext("field", "decision"),
        "facts": pgettext("field", "grounds"),
        "instrument": pgettext("field", "instrument"),
        "version": pgettext("field", "version"),
        "assessed_on": pgettext("field", "assessed on"),
        "answered_on": pgettext("field", "answered on"),
        "answers": pgettext("field", "answers"),
        "answer": pgettext("field", "answer"),
        "score": pgettext("field", "points"),
        "level": pgettext("field", "level"),
        "channel": pgettext("field", "by which way"),
        "reached": pgettext("field", "reached"),
        "summary": pgettext("field", "what was said"),
        "title": pgettext("field", "title"),
        "situation": pgettext("field", "situation"),
        "opened_on": pgettext("field", "opened on"),
        "review_on": pgettext("field", "to be looked at again on"),
        "closed_on": pgettext("field", "closed on"),
        "closure_reason": pgettext("field", "why it was closed"),
        "closure_note": pgettext("field", "note at the end"),
        "text": pgettext("field", "text"),
        "reached_on": pgettext("field", "reached on"),
        "done_on": pgettext("field", "done on"),
        "noted_on": pgettext("field", "noted on"),
        "confidential": pgettext("field", "confidential"),
        "action": pgettext("field", "what was said"),
        "classes": pgettext("field", "kinds of data"),
        "text_version": pgettext("field", "text no."),
        "guardian_name": pgettext("field", "guardian"),
        "guardian_relation": pgettext("field", "relation of the guardian"),
        "witness": pgettext("field", "witness"),
        "given_on": pgettext("field", "day"),
        "asked_on": pgettext("field", "asked on"),
        "asked_by": pgettext("field", "asked by"),
        "wish": pgettext("field", "wish"),
        "taken_on": pgettext("field", "taken on"),
        "worker": pgettext("field", "worker"),
        "at": pgettext("field", "written down at"),
    }
    return labels.get(name) or field_label(name)
