"""What the register page looks up, to be called off the window's thread: communities, households, a record to amend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from desktop.widgets.cover import Cover
from desktop.widgets.finder import Match
from forms.definitions import load
from models.records import divisions
from models.records.fact import FactEntry
from models.records.phones import masked_phone
from models.services.views import FactView
from models.texts import _, ngettext
from models.values import mask_number

LAST_COMMUNITIES = "register.communities"
KEPT = 5
OFFERED = 6


@dataclass(frozen=True)
class Amended:
    """A record as the form would have it."""

    resident_id: str
    answers: Mapping[str, Any]
    seen: int = -1  # the moment from which it is


def amend_answers(casebook: Any, resident_id: str) -> Amended:
    """The answers that make the record as it now stands, with the facts that count. Raises NotFound."""
    seen = casebook.desks.seen()
    entry = casebook.residents.entry_of(resident_id)
    facts = tuple(_entry(fact) for fact in casebook.facts.of(resident_id) if fact.state != "expired")
    return Amended(resident_id, load("resident").answers(entry.model_copy(update={"facts": facts})), seen)


def reveal(casebook: Any, resident_id: str, what: str, whole: str) -> None:
    """Journal that a kept number (what: number or phone) is shown to be changed."""
    view = casebook.residents.get(resident_id)
    rows, mask = (view.documents, mask_number) if what == "number" else (view.phones, masked_phone)
    for row in rows:
        if row.masked == mask(whole):
            casebook.residents.reveal(resident_id, what, row.id, "change")


def cover_kept(rows: Mapping[str, Any], before: Mapping[str, Any], reveal_it: Callable[[str, Cover], object]) -> None:
    """Cover the documents and phones that stood in the record already; what was typed just now stays readable."""
    for question, what in (("documents", "number"), ("phones", "phone")):
        kept = {str(answer.get("number") or "") for answer in before.get(question) or ()}
        for field in rows[question].field.fields if question in rows else ():
            if field.cover.text() in kept:
                field.cover.cover(partial(reveal_it, what, field.cover))


def covered_words(words: str, question: str, before: Mapping[str, Any]) -> str:
    """What a page says of documents or phones, with those that stood in the record already masked."""
    mask = {"documents": mask_number, "phones": masked_phone}.get(question)
    for answer in (before.get(question) or ()) if mask is not None else ():
        number = str(answer.get("number") or "")
        if mask is not None and number:
            words = words.replace(number, mask(number))
    return words


def _entry(fact: FactView) -> FactEntry:
    return FactEntry(
        name=fact.name,
        value=fact.value,
        state=fact.state,  # type: ignore[arg-type]  # expired ones were left out
        as_of=fact.as_of,
        good_until=fact.good_until,
        source=fact.source or "told",  # type: ignore[arg-type]  # the store keeps only such words
        document_seen=fact.document_seen,
    )


def communities(text: str) -> list[Match]:
    """The communities that were meant, best first."""
    return [_match(found) for found in divisions.find(text, "community", limit=30)]


def suggested_communities(casebook: Any) -> list[Match]:
    """The last ones used here, then those of the office."""
    codes = list(casebook.settings.get(LAST_COMMUNITIES, []))
    office = casebook.office.code
    if len(office) == 12:
        codes.append(office)
    found = [division for code in dict.fromkeys(codes) if (division := divisions.community(code))]
    if len(office) == 9:
        found += [each for each in divisions.children(office) if each.code not in codes]
    return [_match(each) for each in found[:OFFERED]]


def remember_community(casebook: Any, code: str) -> None:
    """Offer this community first the next time."""
    if code:
        kept = [each for each in casebook.settings.get(LAST_COMMUNITIES, []) if each != code]
        casebook.settings.set(LAST_COMMUNITIES, [code, *kept][:KEPT])


def _match(found: divisions.Division) -> Match:
    return Match(found.code, found.short, divisions.path(found.parent_code))


def find_households(casebook: Any, text: str) -> list[Match]:
    """Registered households that a text finds, with their people."""
    found = []
    for household_id in casebook.households.find(text)[:8]:
        view = casebook.households.get(household_id)
        names = [member.resident.name for member in view.members]
        count = ngettext("{n} person", "{n} people", len(names)).format(n=len(names))
        found.append(Match(household_id, view.address, " · ".join((_(", ").join(names[:3]), count))))
    return found
