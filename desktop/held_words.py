"""Everything that is held about a person in words for that person, packed with the same as data and the pictures."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from desktop.fact_words import dictionary, value_text
from desktop.record_words import CODES, TITLES, day_words, label_of, plain_text
from desktop.rights_words import classes_text, kind_text, state_text
from models.clock import local_time
from models.eligibility import Policies
from models.records import codes, divisions
from models.records.phones import show_phone
from models.services.rights import held_json
from models.services.rights_views import Held, HeldTable
from models.texts import N_, _, language
from reports.held_data import HeldPaper, HeldRecord, HeldSection, render_held
from reports.protecting import archive

if TYPE_CHECKING:
    from models.casebook import Casebook

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
    passphrase: str = "",
) -> bytes | None:
    """A ZIP file, made in memory: the tables as PDF, the same as JSON, the pictures. None where it was cancelled.

    passphrase: encrypts every file in it (AES-256). Raises NotFound, WeakPassphrase. That it was made is journalled.
    """
    held = casebook.rights.copy(resident_id)
    steps = len(held.pictures) + 2
    files: list[tuple[str, bytes]] = []
    makers: list[tuple[str, Callable[[], bytes]]] = [
        ("data.pdf", lambda: render_held(paper_of(held, dictionary(casebook)))),
        ("data.json", lambda: held_json(held)),
    ]
    makers += [
        (f"pictures/{place:03}.jpg", partial(bytes, data)) for place, (_title, data) in enumerate(held.pictures, 1)
    ]
    for number, (name, make) in enumerate(makers, 1):
        if cancelled is not None and cancelled():
            return None
        files.append((name, make()))
        if progress is not None:
            progress(number, steps)
    return archive(files, held.on, passphrase)


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
    day = day_words(record["decided_on"])
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
        said = value_text(definition, value) if definition is not None and value is not None else plain_text(value)
    else:
        said = {"refused": _("no answer"), "not_known": _("not known")}.get(str(record["state"]), "")
    details = [day_words(record["as_of"]), str(record["document_seen"] or ""), str(record["worker"] or "")]
    if record["dead"]:
        details.append(_("removed"))
    more = " · ".join(part for part in details if part)
    return [(label, _("{first} ({second})").format(first=said, second=more) if more else said)]


def _said(entity: str, name: str, value: Any, policies: Policies, names: Mapping[str, str]) -> str:
    if value in (None, "", [], {}, 0) and not isinstance(value, bool):
        return ""
    if (entity, name) in CODES:
        return codes.label(CODES[entity, name], str(value))
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
    return plain_text(value)


def _came_of(outcome: Mapping[str, Any], policies: Policies) -> str:
    """What came of one matter of a referral."""
    service = _service(str(outcome.get("service_id", "")), policies)
    parts = [codes.label("referral_result", str(outcome.get("result", ""))), day_words(outcome.get("since"))]
    parts += [str(outcome.get(name) or "") for name in ("amount", "note")]
    return _("{name}: {words}").format(name=service, words=_(", ").join(part for part in parts if part))
