"""The form of a household: the address, everybody in one go, and what concerns them all; a HouseholdEntry and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms import resident
from forms.collecting import (
    Answers,
    Collector,
    Reading,
    as_typed,
    fact_answers,
    is_empty,
    read_answer,
    read_facts,
    read_rows,
    read_text,
)
from forms.definitions import Form
from forms.shape import Question
from models.records import divisions
from models.records.documents import tidy_number
from models.records.household import HouseholdEntry
from models.texts import _

_PERSON_PARTS = ("relation", "counts", "also_registered_here")
_YOUNGER = ("2", "3", "4")  # children and grandchildren of the head: GB/T 4761
_OLDER = ("5", "6")  # parents and grandparents


@dataclass(frozen=True)
class _Person:
    """What is needed to doubt a relation."""

    path: str
    relation: str
    sex: str
    born: date | None


def read(form: Form, answers: Answers, on: date | None) -> Reading:
    """A HouseholdEntry, or the problems by field."""
    out = Collector(on)
    fields: dict[str, Any] = {}
    for question in form.questions:
        out.walk(question.id, question.label)
        if question.kind == "address":
            fields["dwelling"] = _read_address(question, answers.get(question.id), out)
        elif question.kind == "people":
            fields["members"] = _read_people(form, question, answers.get(question.id), out)
        elif not question.facts:
            out.walk(question.id, question.label, (question.id,))
            answer = read_answer(question, answers.get(question.id), question.id, out)
            if answer is not None and answer.value not in (None, ()):
                fields[question.id] = answer.value
    fields["facts"] = read_facts(form.questions, answers, out, path="", at=("facts",))
    since = fields.get("since")
    if since and on and since > on:
        out.warn("since", _("This day lies in the future. Check the year."))
    return out.build(lambda: HouseholdEntry.model_validate(fields), form.unasked(answers))


def _read_address(question: Question, typed: object, out: Collector) -> dict[str, Any]:
    """The parts of an address; the community must be one of the table."""
    out.walk(question.id, question.label, ("dwelling",))
    if not isinstance(typed, Mapping) and not is_empty(typed):
        out.problem(question.id, "not_text")
    return read_address_parts(question, typed, out, "dwelling")


def read_address_parts(question: Question, typed: object, out: Collector, *fields: str) -> dict[str, Any]:
    """The parts of an address as the fields of a dwelling. Fields: which ones of the Entry may hold it."""
    given: Mapping[str, Any] = typed if isinstance(typed, Mapping) else {}
    address: dict[str, Any] = {}
    for part in question.parts:
        here = f"{question.id}.{part.id}"
        out.walk(here, part.label, *((field, part.id) for field in fields))
        answer = read_answer(part, given.get(part.id), here, out)
        if answer is not None:
            address[part.id] = answer.value
    code = address.get("community_code", "")
    if not code:
        out.problem(f"{question.id}.community_code", "missing")
    elif divisions.community(code) is None:
        out.problem(f"{question.id}.community_code", "community_unknown")
    return address


def _read_people(form: Form, question: Question, typed: object, out: Collector) -> list[dict[str, Any]]:
    """The people who were typed; a row without a name, a number or any other answer is nobody."""
    members: list[dict[str, Any]] = []
    doubtful: list[_Person] = []
    numbers: set[str] = set()
    out.walk(question.id, question.label, ("members",))
    for place, row in read_rows(typed, question.id, out):
        if _is_blank(row):
            continue
        path, at = f"{question.id}.{place}.", ("members", len(members))
        member: dict[str, Any] = {}
        for part in question.parts:
            here = path + part.id
            out.walk(here, part.label, (*at, part.id))
            answer = read_answer(part, row.get(part.id), here, out)
            if answer is not None and answer.value is not None:
                member[part.id] = answer.value
            elif part.id == "relation" and is_empty(row.get(part.id)):
                if members:
                    out.problem(here, "missing")
                else:
                    member["relation"] = "0"  # the head comes first
        if known := read_text(row.get("resident_id"), f"{path}resident_id", out):
            member["resident_id"] = known
            person: dict[str, Any] = {}
        else:
            out.walk(path + "name", question.label, (*at, "resident"))
            member["resident"] = person = resident.read_person(form.person, row, out, path, (*at, "resident"))
        for document in person.get("documents", ()):
            if document["kind"] != "disability_cert" and document["number"] in numbers:
                out.problem(
                    f"{path}documents.{_row_of(row, document['number'], path, out)}.number", "same_number_twice"
                )
        numbers |= {document["number"] for document in person.get("documents", ())}
        members.append(member)
        doubtful.append(
            _Person(path, str(member.get("relation", "")), str(person.get("sex", "")), person.get("birth_date"))
        )
    _doubt_relations(doubtful, out)
    return members


def _row_of(row: Answers, number: str, path: str, out: Collector) -> int:
    """Which row of a person's documents holds this number, as typed."""
    rows = read_rows(row.get("documents"), f"{path}documents", out)
    return next((n for n, typed in rows if tidy_number(read_text(typed.get("number"), path, out)) == number), 0)


def _is_blank(row: Answers) -> bool:
    """Was nobody typed here?"""
    said = {key: value for key, value in row.items() if key not in _PERSON_PARTS and not is_empty(value)}
    for key in ("documents", "phones"):
        rows = said.get(key)
        if isinstance(rows, list) and all(isinstance(r, Mapping) and is_empty(r.get("number")) for r in rows):
            del said[key]
    return not said


def _doubt_relations(people: list[_Person], out: Collector) -> None:
    """Relations that may be so but are odd."""
    heads = [person for person in people if person.relation == "0"]
    if people and not heads:
        out.warn("people", _("Nobody is the head of the household."))
    for person in heads[1:]:
        out.warn(person.path + "relation", _("There is already a head of this household."))
    spouses = [person for person in people if person.relation == "1"]
    for person in spouses[1:]:
        out.warn(person.path + "relation", _("There is already a spouse of the head."))
    head = heads[0] if heads else None
    for person in people:
        if (person.relation, person.sex) in (("2", "2"), ("3", "1")):
            out.warn(person.path + "sex", _("Relation and sex do not fit. Check both."))
        if head is None or head.born is None or person.born is None:
            continue
        if person.relation in _YOUNGER and person.born <= head.born:
            out.warn(person.path + "birth_date", _("Older than the head, but a child or grandchild. Check both dates."))
        if person.relation in _OLDER and person.born >= head.born:
            out.warn(person.path + "birth_date", _("Younger than the head, but a parent. Check both dates."))


def answers(form: Form, entry: HouseholdEntry) -> dict[str, Any]:
    """The answers that make this entry."""
    given: dict[str, Any] = {
        "address": {name: value for name, value in entry.dwelling.model_dump().items() if value},
        "kinds": list(entry.kinds),
    }
    for name in ("book_number", "since", "note"):
        if typed := as_typed(getattr(entry, name)):
            given[name] = typed
    people = []
    for member in entry.members:
        row = resident.answers(form.person, member.resident) if member.resident else {"resident_id": member.resident_id}
        row |= {name: as_typed(getattr(member, name)) for name in _PERSON_PARTS}
        people.append(row)
    given["people"] = people
    return given | fact_answers(form.questions, {fact.name: fact for fact in entry.facts})
