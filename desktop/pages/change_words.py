"""The answers about a household's change in words, for the page that checks."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from desktop.case_words import relation_text
from desktop.widgets.address_picker import address_words
from desktop.widgets.answer_words import answer_words
from desktop.widgets.head_field import Seat
from forms.shape import Question
from models.records import divisions
from models.texts import _


def words_of(question: Question, answer: object, on: date, names: Mapping[str, str], seats: Sequence[Seat]) -> str:
    """An answer in words; names: of the people and households that are offered."""
    if question.id == "heads" and isinstance(answer, list):
        return "\n".join(_head_words(row, seats) for row in answer)
    if question.id == "members" and isinstance(answer, list):
        return "\n".join(_member_words(row) for row in answer)
    if question.id == "elsewhere_province":
        return divisions.province(str(answer or ""))
    if isinstance(answer, Mapping) and "key" in answer:
        return "  ".join(filter(None, (str(answer.get("words") or ""), str(answer.get("detail") or ""))))
    if question.kind == "address" and isinstance(answer, Mapping):
        return address_words(answer)
    if question.choices_from and isinstance(answer, list):
        return _(", ").join(names.get(str(one), "") for one in answer)
    if question.choices_from:
        return names.get(str(answer or ""), "")
    return answer_words(question, answer, on)


def _head_words(row: Mapping[str, Any], seats: Sequence[Seat]) -> str:
    seat = next((seat for seat in seats if seat.household_id == row.get("household_id")), None)
    people = {who.id: who.name for who in seat.people} if seat is not None else {}
    said = [
        _("{name}: {relation}").format(name=people.get(who, ""), relation=relation_text(code))
        for who, code in row.get("relations", {}).items()
        if code
    ]
    head = people.get(str(row.get("head_id") or ""), "")
    if head:
        said.insert(0, _("{name}: {relation}").format(name=head, relation=relation_text("0")))
    return _(", ").join(said)


def _member_words(row: Mapping[str, Any]) -> str:
    finder = row.get("finder")
    name = str(finder.get("words") or "") if isinstance(finder, Mapping) and row.get("resident_id") else ""
    name = name or str(row.get("name") or "")
    relation = relation_text(str(row["relation"])) if row.get("relation") else ""
    return _("{name}: {relation}").format(name=name, relation=relation) if relation else name
