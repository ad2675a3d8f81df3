"""Writes a new resident inside a verb: whoever registers somebody, at the door or by a change of the household."""

from datetime import date

from models.records.resident import ResidentEntry
from models.services.facts import add_facts
from models.store.work import Work, read_meta, write_meta

PLAIN = (
    "name",
    "former_name",
    "sex",
    "birth_date",
    "birth_source",
    "ethnic_group",
    "education",
    "marital_status",
    "hukou_place",
    "note",
)
"""The columns of a resident that an entry holds under the same name."""


def register_resident(work: Work, entry: ResidentEntry, day: date) -> str:
    """Write a new resident with documents, phones and facts inside a verb; returns the id."""
    provisional = "" if entry.documents else _next_provisional(work, day)
    plain = {name: getattr(entry, name) for name in PLAIN}
    resident_id = work.add("resident", {**plain, "provisional_number": provisional, "registered_on": day})
    for document in entry.documents:
        work.add("identity_document", {"resident_id": resident_id, **document.model_dump()})
    for phone in entry.phones:
        work.add("phone", {"resident_id": resident_id, **phone.model_dump()})
    add_facts(work, "resident", resident_id, entry.facts, day)
    work.reindex.add(resident_id)
    return resident_id


def _next_provisional(work: Work, day: date) -> str:
    """A number for a person without any document: L, the day, the device's mark and a count."""
    count = int(read_meta(work.connection, "provisional").get("count", 0)) + 1
    write_meta(work.connection, "provisional", {"count": count})
    device = str(read_meta(work.connection, "device")["id"])[-4:].upper()
    return f"L{day:%Y%m%d}{device}{count:04d}"
