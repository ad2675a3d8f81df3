"""Everything that is held about a person in words for that person, packed with the same as data and the pictures."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from desktop.case_words import day_text
from desktop.fact_words import dictionary, value_text
from desktop.rights_words import classes_text, kind_text, state_text
from models.clock import local_time
from models.eligibility import Policies
from models.records import codes, divisions
from models.records.phones import show_phone
from models.services.rights import held_json
from models.services.rights_views import Held, HeldTable
from models.services.timeline import field_label
from models.texts import N_, _, language, pgettext
from reports.held_data import HeldPaper, HeldRecord, HeldSection, render_held

if TYPE_CHECKING:
    from models.casebook import Casebook

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

_CODES: Mapping[tuple[str, str], str] = {
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
_HIDDEN = frozenset(
    (
        *("id", "office", "subject_kind", "visit_id", "pack_hash", "sha256", "text_sha256", "operations", "width"),
        *("height", "size", "people", "detail", "undone", "other_household_id", "other_resident_id", "guardian_id"),
        *("other_dwelling_id", "plan_id", "goal_id", "picture_id", "document_id", "purposes", "text_id", "basis"),
        *("language", "given_by", "how", "place", "a_id", "b_id", "questionnaire_id", "form_id", "referral_id"),
        *("resident_ids", "sheet", "to_office", "to_contact", "from_contact", "answered_by", "taken_by", "from_name"),
        *("before", "needs", "code", "series", "year", "serial", "entry", "chase_on", "template_id"),
    )
)
"""Columns that tell the person nothing, or only in another record; they are in the data file."""

_OUTCOMES: Mapping[str, str] = {
    "eligible": N_("holds"),
    "not_eligible": N_("does not hold"),
    "unknown": N_("not settled"),
}

ACTIONS: Mapping[str, str] = {
    "view": N_("looked at"),
    "reveal": N_("whole number shown"),
    "check": N_("eligibility checked"),
    "print": N_("printed"),
    "export": N_("exported"),
    "erase": N_("erased"),
}


def packed(
    casebook: "Casebook",
    resident_id: str,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> bytes | None:
    """A ZIP file, made in memory: the tables as PDF, the same as JSON, the pictures. None where it was cancelled.

    Raises NotFound. That it was made is journalled.
    """
    held = casebook.rights.copy(resident_id)
    steps = len(held.pictures) + 2
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:

        def put(number: int, name: str, data: bytes) -> bool:
            if cancelled is not None and cancelled():
                return False
            moment = (held.on.year, held.on.month, held.on.day, 0, 0, 0)
            file.writestr(zipfile.ZipInfo(name, moment), data, zipfile.ZIP_DEFLATED)
            if progress is not None:
                progress(number, steps)
            return True

        if not put(1, "data.pdf", render_held(paper_of(held, dictionary(casebook)))):
            return None
        if not put(2, "data.json", held_json(held)):
            return None
        for place, (_title, data) in enumerate(held.pictures, 1):
            if not put(place + 2, f"pictures/{place:03}.jpg", data):
                return None
    return out.getvalue()


def paper_of(held: Held, policies: Policies) -> HeldPaper:
    """The copy as the value that is printed, in the language now shown."""
    by_entity = {table.entity: table for table in held.tables}
    order = [entity for entity in TITLES if entity in by_entity]
    order += [entity for entity in by_entity if entity not in TITLES]
    names = _names(held)
    return HeldPaper(
        language="zh" if language() == "zh_CN" else "en",
        office=held.office,
        name=held.name,
        made_on=held.on,
        sections=tuple(_section(by_entity[entity], policies, names) for entity in order),
        seen=tuple(
            (f"{local_time(at):%Y-%m-%d %H:%M}", worker, _(ACTIONS[action]) if action in ACTIONS else action)
            for at, worker, action, _detail in held.seen
        ),
        pictures=len(held.pictures),
    )


def _names(held: Held) -> dict[str, str]:
    """What an identity that other records point at is called, as far as the person may know it."""
    names = {held.resident_id: held.name}
    for table in held.tables:
        if table.entity == "dwelling":
            names |= {str(one["id"]): _address(one) for one in table.records}
    for table in held.tables:
        if table.entity == "household":
            names |= {str(one["id"]): names.get(str(one["dwelling_id"]), "") for one in table.records}
    return names


def _address(dwelling: Mapping[str, Any]) -> str:
    community = divisions.community(str(dwelling["community_code"]))
    place = community.full_name if community else ""
    parts = [str(dwelling[name]) for name in ("street_line", "building", "unit", "door") if dwelling[name]]
    return place + " ".join(parts)


def _section(table: HeldTable, policies: Policies, names: Mapping[str, str]) -> HeldSection:
    title = _(TITLES[table.entity]) if table.entity in TITLES else table.entity
    told = [tuple(_pairs(table.entity, one, policies, names)) for one in table.records]
    if table.entity in ("fact", "determination"):  # a line each: one table
        told = [tuple(pair for pairs in told for pair in pairs)]
    records = [HeldRecord(pairs=pairs) for pairs in told]
    return HeldSection(title=title, records=tuple(one for one in records if one.pairs))


def _pairs(
    entity: str, record: Mapping[str, Any], policies: Policies, names: Mapping[str, str]
) -> list[tuple[str, str]]:
    if entity == "fact":
        return _fact(record, policies)
    if entity == "determination":
        return _decided(record, policies)
    if entity == "dwelling":
        return [(_("Address"), names.get(str(record["id"]), ""))]
    found = []
    for name, value in record.items():
        if name in _HIDDEN or name in ("resident_id", "subject_id") or (name in ("dead", "confidential") and not value):
            continue
        said = _said(entity, name, value, policies, names)
        if said:
            found.append((label_of(name), said))
    return found


def _decided(record: Mapping[str, Any], policies: Policies) -> list[tuple[str, str]]:
    """A decision as its service and the outcome with its day; its grounds are in the data file."""
    name = _service(str(record["service_id"]), policies)
    label = f"{name} {record['component']}" if record["component"] else name
    outcome = str(record["outcome"])
    said = _(_OUTCOMES[outcome]) if outcome in _OUTCOMES else outcome
    day = _day(record["decided_on"])
    return [(label, _("{first} ({second})").format(first=said, second=day) if day else said)]


def _service(service_id: str, policies: Policies) -> str:
    service = policies.services.get(service_id)
    return service_id if service is None else service.name if language() == "zh_CN" else service.name_en


def _fact(record: Mapping[str, Any], policies: Policies) -> list[tuple[str, str]]:
    """A fact as its question and the answer, with the day and where it comes from."""
    name = str(record["name"])
    definition = policies.facts.get(name)
    words = None if definition is None else definition.zh if language() == "zh_CN" else definition.en
    label = (words.label or words.ask or name) if words is not None else name
    if record["state"] == "known" and isinstance(record["value"], Mapping):
        value = record["value"].get("v")
        said = value_text(definition, value) if definition is not None and value is not None else _plain(value)
    else:
        said = {"refused": _("no answer"), "not_known": _("not known")}.get(str(record["state"]), "")
    details = [_day(record["as_of"]), str(record["document_seen"] or ""), str(record["worker"] or "")]
    if record["dead"]:
        details.append(_("removed"))
    more = " · ".join(part for part in details if part)
    return [(label, _("{first} ({second})").format(first=said, second=more) if more else said)]


def _said(entity: str, name: str, value: Any, policies: Policies, names: Mapping[str, str]) -> str:
    if value in (None, "", [], {}, 0) and not isinstance(value, bool):
        return ""
    if (entity, name) in _CODES:
        return codes.label(_CODES[entity, name], str(value))
    if name == "number" and entity == "phone":
        return str(show_phone(str(value)))
    if entity == "consent" and name == "classes":
        return classes_text(value)
    if entity == "consent" and name == "action":
        return state_text(str(value))
    if entity == "rights_request" and name == "kind":
        return kind_text(str(value))
    if name == "service_id":
        return _service(str(value), policies)
    if name == "matters":
        return _(", ").join(str(matter.get("name", "")) for matter in value)
    if name == "outcomes":
        return _("; ").join(_came_of(outcome, policies) for outcome in value)
    if name == "at":
        return f"{local_time(int(value)):%Y-%m-%d %H:%M}"
    if name.endswith("_id"):
        return names.get(str(value), "")  # of others nothing but that there is somebody
    if name == "met":
        return _(", ").join(names[one] for one in value if one in names)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _plain(value)


def _came_of(outcome: Mapping[str, Any], policies: Policies) -> str:
    """What came of one matter of a referral."""
    service = _service(str(outcome.get("service_id", "")), policies)
    parts = [codes.label("referral_result", str(outcome.get("result", ""))), _day(outcome.get("since"))]
    parts += [str(outcome.get(name) or "") for name in ("amount", "note")]
    return _("{name}: {words}").format(name=service, words=_(", ").join(part for part in parts if part))


def _plain(value: Any) -> str:
    """A value as text; nested ones as they are kept."""
    if isinstance(value, str):
        return _day(value) if len(value) == len("2026-11-22") and value[4:5] == value[7:8] == "-" else value
    if isinstance(value, date):
        return day_text(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return _(", ").join(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)


def _day(value: Any) -> str:
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
