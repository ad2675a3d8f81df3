"""How the conflict desk says things: records, fields, values, who wrote them and where, why versions say the same."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from desktop.case_words import moment_text
from desktop.record_words import CODES, TITLES, day_words, label_of, plain_text
from models.clock import local_time
from models.records import codes
from models.records.phones import show_phone
from models.services.conflicts_about import community_name
from models.services.conflicts_views import FieldConflict, RecordConflicts, Side, Version
from models.texts import _, ngettext, pgettext

_NAMED = 2  # workers who are named on a button


def entity_text(entity: str) -> str:
    """A kind of record."""
    more = {
        "person_link": _("The same person?"),
        "household_event": _("Changes in the household"),
        "visit_round": _("Rounds"),
        "handover": _("Handovers"),
        "put_off": _("Put off"),
        "erasure": _("Erasures"),
        "spoilt_number": _("Spoilt letter numbers"),
        "round_stop": _("Doors of rounds"),
        "assignment": _("Who goes where"),
        "paper_template": _("Templates"),
        "number_block": _("Blocks of letter numbers"),
        "questionnaire": _("Questionnaires"),
    }
    return more.get(entity) or (_(TITLES[entity]) if entity in TITLES else entity)


def field_text(entity: str, field: str) -> str:
    """A field."""
    more = {
        "dead": _("Removed or kept"),
        "active": _("One person or two"),
        "community_code": pgettext("field", "community"),
        "grid": pgettext("field", "grid"),
        "street_line": pgettext("field", "road and number"),
        "building": pgettext("field", "building"),
        "unit": pgettext("field", "entrance"),
        "door": pgettext("field", "door"),
        "grounds": pgettext("field", "grounds"),
        "good_until": pgettext("field", "good until"),
        "as_of": pgettext("field", "as of"),
        "document_seen": pgettext("field", "document seen"),
        "office": pgettext("field", "office"),
        "state": pgettext("field", "state"),
    }
    found = more.get(field) or label_of(field)
    if (entity, field) == ("phone", "number"):
        return _("Phone number")
    if (entity, field) == ("identity_document", "number"):
        return _("Document number")
    return found


def value_text(entity: str, field: str, value: Any, named: str = "") -> str:
    """A value; empty where there is none."""
    if named:
        return named
    if field == "dead":
        return _("Removed") if value else _("Kept")
    if (entity, field) == ("person_link", "active"):
        return _("They are one person") if value else _("They are two people")
    if value in (None, "", [], {}):
        return ""
    if (entity, field) in CODES:
        return codes.label(CODES[entity, field], str(value))
    if (entity, field) == ("phone", "number") and str(value).startswith("+"):
        return str(show_phone(str(value)))
    if field == "community_code":
        return community_name(str(value))
    if field == "birth_source":
        return {"document": _("as in the document"), "told": _("as told")}.get(str(value), str(value))
    if field == "at" and isinstance(value, int):
        return f"{local_time(value):%Y-%m-%d %H:%M}"
    if entity == "fact" and field == "value" and isinstance(value, dict):
        return plain_text(value.get("v"))
    return plain_text(value)


def shown_text(entity: str, field: str, value: Any, named: str = "") -> str:
    """A value as it stands on a card: where there is none that is said."""
    return value_text(entity, field, value, named) or _("(empty)")


def about_text(record: RecordConflicts) -> str:
    """Whom a record is about."""
    if record.about_kind == "household":
        return record.about_name or record.about_address or _("A household")
    return record.about_name or (_("A person") if record.about_kind else _("Of the office"))


def record_text(record: RecordConflicts) -> str:
    """Which record it is: its kind, and what tells it from others of the kind."""
    told = []
    for name, value in record.tells:
        if name in ("a_id", "b_id", "resident_id") or value in (None, ""):
            continue
        if name == "whose":
            said = {"own": _("own")}.get(str(value), str(value))
        else:
            said = value_text(record.entity, name, value)
        told.append(day_words(said))
    return " · ".join([entity_text(record.entity), *told])


def who_text(version: Version, on: date) -> str:
    """Who wrote a version, when and where."""
    when = moment_text(version.at, on)
    where = _("on this computer") if version.here else version.place
    return " · ".join(part for part in (version.worker or _("nobody named"), when, where) if part)


def before_text(entity: str, field: FieldConflict, version: Version) -> str:
    """What the writer saw there before; of a record that was removed meanwhile, what was written in it."""
    if version.wrote:
        fields = (field_text(entity, name) for name in version.wrote)
        return _("Written in it meanwhile: {fields}").format(fields=_(", ").join(dict.fromkeys(fields)))
    if not version.before_known:
        return _("What stood there before has not arrived here.")
    said = shown_text(entity, field.field, version.before, version.before_named)
    return _("Before: {value}").format(value=said)


def side_text(side: Side, sides: Sequence[Side]) -> str:
    """All that was written on one computer, to be taken at once: by the writer, or by the place where that is one."""
    alone = all(set(side.workers).isdisjoint(other.workers) for other in sides if other.device != side.device)
    who = _(", ").join(side.workers[:_NAMED])
    if not alone or not who:
        who = _("this computer") if side.here else _("another computer")
    return ngettext("All of {who}: {n} field", "All of {who}: {n} fields", side.fields).format(who=who, n=side.fields)


def alike_text(reason: str) -> str:
    """Why versions say the same."""
    return {
        "blanks": _("Both say the same: only blanks differ."),
        "writing": _("Both say the same: only the form of the characters differs."),
        "case": _("Both say the same: only capitals differ."),
        "phone": _("It is the same phone number, written in two ways."),
        "number": _("It is the same document number, written in two ways."),
        "signs": _("Both say the same: only punctuation differs."),
        "order": _("Both name the same, in another order."),
    }.get(reason, "")


def kind_text(field: FieldConflict, entity: str) -> str:
    """What a choice means, where that is not plain."""
    if field.kind == "removed":
        return _(
            "One side removed this record; the other, who did not know of it, wrote in it, kept it or brought it back. "
            "“Kept” leaves it on the register with everything in it; “Removed” takes it off, and its history stays."
        )
    if field.kind == "link" and field.field == "active":
        return _(
            "One office found that two records are one person, another that they are two people. Choosing merges the "
            "two records, or takes the merge back; compare them first where it is not plain."
        )
    if field.kind == "newer":
        return _(
            "A newer version of the program wrote this field. Both versions are kept; it can be settled once this "
            "program is brought up to date."
        )
    return ""


def wait_text(since: int, now: int) -> str:
    """How long it has waited here."""
    days = (local_time(now).date() - local_time(since).date()).days
    if days <= 0:
        return _("since today")
    return ngettext("for {n} day", "for {n} days", days).format(n=days)
