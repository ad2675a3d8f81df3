"""What the page of changes looks up, to be called off the window's thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.case_words import short_person
from desktop.widgets.finder import Match
from models.errors import NotFound
from models.records.change import ANY, LodgerIn, MoveIn
from models.services.views import Changed, ChangePreview, HouseholdView
from models.texts import _


@dataclass(frozen=True)
class Loaded:
    """The household that something happened to, and the registered ones at its door."""

    view: HouseholdView
    books: tuple[HouseholdView, ...]


def load(casebook: Any, household_id: str) -> Loaded:
    """The household with the registered ones at its door. Raises NotFound."""
    view: HouseholdView = casebook.households.get(household_id)
    books = [casebook.households.get(other) for other, kind in view.other_households if kind == "registered"]
    return Loaded(view, tuple(book for book in books if book.members))


def load_seen(casebook: Any, household_id: str) -> tuple[Loaded, int]:
    """The same, and the moment from which it is (casebook.desks.seen())."""
    seen = casebook.desks.seen()
    return load(casebook, household_id), seen


def load_draft(casebook: Any, draft_id: str) -> tuple[Loaded, Mapping[str, Any], str, int]:
    """A draft with its household, and the moment from which that is. Raises NotFound."""
    draft = casebook.drafts.get(draft_id)
    household_id = str(draft.body.get("household_id") or draft.subject_id)
    loaded, seen = load_seen(casebook, household_id)
    return loaded, draft.body, draft_id, seen


def home_of(casebook: Any, resident_id: str) -> str:
    """The household that somebody lives in, else is registered in, else belonged to last; "" for none."""
    homes = casebook.households.of_resident(resident_id)
    if homes:
        return str(homes[0].id)
    try:
        past = casebook.residents.get(resident_id).memberships
    except NotFound:
        return ""
    last = max(past, key=lambda one: str(one.until or ""), default=None)
    return last.household_id if last is not None else ""


def find_residents(casebook: Any, text: str) -> list[Match]:
    """Residents that a text finds."""
    rows = casebook.residents.rows(casebook.residents.find(text, 20))
    return [Match(row.id, row.name, " · ".join(filter(None, (short_person(row), row.address)))) for row in rows]


def book_words(book: HouseholdView) -> str:
    """A registered household in words: its head and where."""
    head = next((member.resident.name for member in book.members if member.relation == "0"), "")
    head = head or next((member.resident.name for member in book.members), "")
    return _("{name}'s register, {address}").format(name=head, address=book.address)


def preview(casebook: Any, entry: ANY) -> ChangePreview:
    """What a change would do, with a doubt for each newcomer who looks like somebody on the register."""
    seen: ChangePreview = casebook.changes.preview(entry)
    return ChangePreview(seen.lines, seen.problems, (*seen.doubts, *_perhaps_known(casebook, entry)))


def _perhaps_known(casebook: Any, entry: ANY) -> Sequence[str]:
    if not isinstance(entry, MoveIn | LodgerIn):
        return ()
    found = []
    for member in entry.members:
        if member.resident is None:
            continue
        for like in casebook.residents.likely_duplicates(member.resident)[:1]:
            told = _("{name} may be on the register already: {other}, {details}. Is this somebody else?")
            details = " · ".join(filter(None, (short_person(like.row), like.row.address)))
            found.append(told.format(name=member.resident.name, other=like.row.name, details=details))
    return found


def make(casebook: Any, entry: ANY) -> Changed:
    """Make the change. Raises ChangeRefused."""
    made: Changed = casebook.changes.make(entry)
    return made
