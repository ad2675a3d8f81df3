"""What an identity number suggests for other answers. A suggestion never takes the place of something typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms.reading import Unreadable, tidy
from models.records import divisions
from models.records.documents import check_document, read_card, tidy_number

_CARDS = ("resident_card", "resident_card_15", "hmt_residence_permit")


@dataclass(frozen=True)
class Suggestion:
    """What a sound identity number tells."""

    birth_date: str  # as it would be typed: 1952-03-08
    sex: str  # GB/T 2261.1
    division: str  # six digits: where the number was first issued, which need not be where the hukou is now
    issued_in: str  # the same in words, in the language now shown; "" where the place is unknown


def from_number(kind: str, typed: str) -> Suggestion | None:
    """What the number of an identity card tells; None where it is not a whole and sound one."""
    number = tidy_number(typed)
    if kind not in _CARDS or check_document(kind, number):
        return None
    card = read_card(number)
    if card is None:
        return None
    district = divisions.district(card.division)
    place = divisions.province(card.division) + (district.short if district else "")
    return Suggestion(card.birth_date.isoformat(), card.sex, card.division, place)


def suggest(answers: Mapping[str, Any]) -> dict[str, str]:
    """Answers to fill in for a resident, from the documents typed so far: only those that are still empty."""
    documents = answers.get("documents")
    for document in documents if isinstance(documents, list) else ():
        if not isinstance(document, Mapping):
            continue
        try:
            told = from_number(tidy(document.get("kind")) or "resident_card", tidy(document.get("number")))
        except Unreadable:
            continue
        if told:
            found = {"birth_date": told.birth_date, "sex": told.sex}
            return {question: value for question, value in found.items() if answers.get(question) in (None, "")}
    return {}
