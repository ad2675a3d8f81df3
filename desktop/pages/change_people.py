"""The people of a household as the form of a change offers them, and what their relations tell. No widgets here."""

from collections.abc import Sequence

from desktop.case_words import short_person
from desktop.pages.change_load import book_words
from forms.change import WAYS
from forms.definitions import load
from models.records import codes
from models.records.kinship import MARRIAGEABLE
from models.services.views import HouseholdView, MembershipView

PARENT = 14
"""Completed years below which nobody is offered as a parent."""


def is_grown(member: MembershipView) -> bool:
    """Old enough to be married; who has no birth date may be."""
    age = member.resident.age
    return age is None or age >= MARRIAGEABLE


def named(member: MembershipView) -> str:
    """A name with sex and age, as people are offered."""
    return f"{member.resident.name}  {short_person(member.resident)}".rstrip()


def choices(kind: str, view: HouseholdView, books: Sequence[HouseholdView]) -> dict[str, list[tuple[str, str]]]:
    """The people and households that the questions of a kind offer; `books` are the registers at the door."""
    here = list(view.members) or last_stays(view)
    everybody = [(member.resident.id, named(member)) for member in here]
    ways = dict(load("change").question("where_to").choices)
    registers = [(book.id, book_words(book)) for book in books]
    parents = [member for member in here if member.resident.age is None or member.resident.age >= PARENT]
    return {
        "people": everybody,
        "resident_id": everybody,
        "widowed_id": [(m.resident.id, named(m)) for m in here if is_grown(m)],
        "mother_id": [(m.resident.id, named(m)) for m in parents if m.resident.sex != "1"],
        "father_id": [(m.resident.id, named(m)) for m in parents if m.resident.sex != "2"],
        "form": [pair for pair in codes.choices("household_form") if pair[0] != (view.form or "family")],
        "where_to": [(code, ways[code]) for code in WAYS.get(kind, ())],
        "registered_household_id": registers,
        "moving_book_id": registers,
    }


def last_stays(view: HouseholdView) -> list[MembershipView]:
    """Those who belonged to a household last, once each."""
    last: dict[str, MembershipView] = {}
    for member in sorted(view.former, key=lambda one: (str(one.until), one.id)):
        last[member.resident.id] = member
    return sorted(last.values(), key=lambda one: (one.relation, one.id))


def who_left(view: HouseholdView) -> list[str]:
    """Those with whom a household left."""
    return [m.resident.id for m in last_stays(view) if m.until == view.until and m.ended != "death"]


def childs_relation(view: HouseholdView, parents: list[str], sex: str) -> str:
    """How a child stands to the head, by how a parent does; "" where that does not tell."""
    of_head = {"1": "2", "2": "3"}.get(sex, "")
    for member in view.members:
        if member.resident.id in parents:
            if member.relation in ("0", "1"):
                return of_head
            if member.relation in ("2", "3"):
                return "4"
    return ""


def spouses_of(view: HouseholdView, resident_id: str) -> list[MembershipView]:
    """Who may be married to somebody of the household: head and spouse first, then every grown other."""
    relation = next((m.relation for m in view.members if m.resident.id == resident_id), "")
    wanted = {"0": "1", "1": "0"}.get(relation, "")
    grown = [m for m in view.members if m.resident.id != resident_id and is_grown(m)]
    return sorted(grown, key=lambda member: member.relation != wanted)
