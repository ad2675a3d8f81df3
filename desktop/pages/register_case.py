"""What is being registered, as plain data: the answers, the people, who was compared with whom. No widgets here."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from desktop.case_words import age_text, relation_text, sex_text
from desktop.widgets.address_picker import PARTS, address_words
from desktop.widgets.people_list import Entered
from forms.definitions import load
from forms.reading import read_date
from models.records.documents import check_document, read_card, tidy_number
from models.texts import _
from models.values import age_on

MEMBER_PARTS = ("relation", "counts", "also_registered_here")


@dataclass
class Person:
    """One person of the form: answers as typed, or a resident who is on the register already."""

    answers: dict[str, Any] = field(default_factory=dict)  # of the form resident, with the member parts
    known_id: str = ""
    known_name: str = ""
    different: list[str] = field(default_factory=list)  # residents whom the worker compared and found to be others
    compared: str = ""  # what was compared last, so that nothing is asked twice
    reason: str = ""  # why those alike are different people, in the worker's words
    same_as: str = ""  # amend: the resident who is the same person; both records are merged when this one is saved

    @property
    def name(self) -> str:
        """The name as typed, or of the known resident."""
        return self.known_name or str(self.answers.get("name") or "").strip()

    def is_blank(self) -> bool:
        """Whether nothing was typed about anybody."""
        return not self.known_id and not any(
            value not in (None, "", [], {}) for key, value in self.answers.items() if key not in MEMBER_PARTS
        )

    def likeness_key(self) -> str:
        """What likeness depends on."""
        told = {key: self.answers.get(key) for key in ("name", "former_name", "birth_date", "documents", "phones")}
        return json.dumps(told, ensure_ascii=False, sort_keys=True)

    def row(self) -> dict[str, Any]:
        """The row of the form household."""
        parts = {key: self.answers[key] for key in MEMBER_PARTS if key in self.answers}
        return {**parts, "resident_id": self.known_id} if self.known_id else dict(self.answers)


@dataclass
class Case:
    """A registration under way. kind: new (a household), member (into a household), amend (a resident)."""

    kind: str = "new"
    household_id: str = ""
    household_words: str = ""
    resident_id: str = ""
    stage: str = "where"
    topic: str = ""
    at: int = 0
    answers: dict[str, Any] = field(default_factory=dict)  # of the form household, without the people
    people: list[Person] = field(default_factory=lambda: [Person()])
    before: dict[str, Any] = field(default_factory=dict)  # amend: the answers that the form was filled with
    seen: int = -1  # amend: the moment from which the form was filled (casebook.desks.seen())
    saved: list[str] = field(default_factory=list)  # member: residents already joined when a later one failed

    def body(self) -> dict[str, Any]:
        """As a draft."""
        plain = {key: value for key, value in vars(self).items() if key != "people"}
        return {**plain, "people": [vars(person) for person in self.people]}

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Case":
        """From a draft; what an older draft lacks is as in a new one."""
        known = {key: body[key] for key in vars(cls()) if key in body and key != "people"}
        people = [
            Person(**{key: person[key] for key in vars(Person()) if key in person}) for person in body.get("people", ())
        ]
        return cls(**known, people=people or [Person()])

    @property
    def person(self) -> Person:
        """The person whose answers are now shown."""
        return self.people[self.at]

    def entered(self) -> list[Person]:
        """The people, without an empty last one."""
        return [person for person in self.people if not person.is_blank()]

    def household_answers(self) -> dict[str, Any]:
        """All answers of the form household."""
        return {**self.answers, "people": [person.row() for person in self.entered()]}

    def title(self) -> str:
        """What a list of drafts calls it."""
        names = [person.name for person in self.entered() if person.name]
        who = names[0] if names else ""
        if len(names) > 1:
            who = _("{name} and others, {n} people").format(name=names[0], n=len(names))
        where = self.household_words or address_words(self.answers.get("address") or {})
        return " · ".join(filter(None, (who, where))) or _("Registration")

    def is_empty(self) -> bool:
        """Whether nothing worth keeping was typed."""
        address = self.answers.get("address") or {}
        typed = any(str(address.get(part) or "").strip() for part in PARTS)  # the community alone was not typed
        others = any(value for key, value in self.answers.items() if key not in ("address", "kinds"))
        return not (self.entered() or typed or others)

    def lines(self, today: date, wrong: frozenset[int] = frozenset()) -> list[Entered]:
        """The people as listed; a blank one only where it is now being filled in."""
        found = []
        for place, person in enumerate(self.people):
            born = read_date(person.answers.get("birth_date"))
            age = age_text(age_on(born, today)) if born and born <= today else ""
            detail = [sex_text(str(person.answers.get("sex") or "")), age]
            if person.known_id:
                detail.append(_("on the register"))
            if person.answers.get("counts") == "no":
                detail.append(_("does not count"))
            relation = str(person.answers.get("relation") or "")
            found.append(
                Entered(
                    person.name or _("Person {n}").format(n=place + 1),
                    relation_text(relation) if relation else "",
                    " · ".join(filter(None, detail)),
                    place in wrong,
                )
            )
        return found

    def add_person(self) -> None:
        """Go on with somebody new; a blank one that is there already is used."""
        blank = next((place for place, person in enumerate(self.people) if person.is_blank()), None)
        if blank is None:
            self.people.append(Person())
            blank = len(self.people) - 1
        self.at = blank

    def remove(self, place: int) -> None:
        """Take somebody off the form."""
        del self.people[place]
        if not self.people:
            self.people.append(Person())
        self.at = min(self.at if self.at < place else max(self.at - 1, 0), len(self.people) - 1)

    def _entered_places(self) -> list[int]:
        return [place for place, person in enumerate(self.people) if not person.is_blank()]

    def place_of(self, row: int) -> int:
        """The place in `people` of a row of `household_answers`; the present one for a row that is not there yet."""
        places = self._entered_places()
        return places[row] if row < len(places) else self.at

    def prefix(self) -> str:
        """How the paths of the present person begin in the form household."""
        places = self._entered_places()
        return f"people.{places.index(self.at) if self.at in places else len(places)}."


_WORDS = re.compile(r"[,，;；、\s]+")
_FOREIGN_NAME = re.compile(r"[A-Z][A-Za-z'’-]+( [A-Z][A-Za-z'’-]+)+")
_ADDRESS = re.compile(
    r"(?P<street>[^\d]*?(?:道|路|街|里|巷|胡同|园|苑|庄|村|大街)(?:\d+号(?![楼院]))?)?"
    r"(?:(?P<building>\d+[A-Za-z]?)(?:号楼|栋|幢|楼|座|#|-))?(?:(?P<unit>\d+)(?:单元|门|-))?(?:(?P<door>\d+[A-Za-z]?)[号室]?)?"
)


def first_answers(typed: str) -> dict[str, Any]:
    """What the search text says of the person to register: a name, a phone, a document number, or several of them."""
    text = typed.strip()
    if _FOREIGN_NAME.fullmatch(text):
        return {"name": text}
    found: dict[str, Any] = {}
    whole = _number(text)
    for word in [text] if whole else _WORDS.split(text):
        told = _number(word)
        if told and not set(told) & set(found):
            found |= told
        elif word and not told and "name" not in found and not _is_no_name(word):
            found["name"] = word
    return found


def first_address(typed: str) -> dict[str, str]:
    """The address in a search text: street, building, unit and door as far as it names them; {} where it names none."""
    for word in _WORDS.split(typed.strip()):
        if _number(word) or not any(character.isdigit() for character in word):
            continue
        plain = unicodedata.normalize("NFKC", word)
        match = _ADDRESS.fullmatch(plain)
        if match is None or not (match["street"] or match["building"]):
            continue
        names = ("street_line", "building", "unit", "door")
        return {name: match[key] or "" for name, key in zip(names, ("street", "building", "unit", "door"), strict=True)}
    return {}


def _number(word: str) -> dict[str, Any]:
    """A document number or a phone as answers; {} for anything else."""
    digits = tidy_number(word)
    if not digits or not digits.isascii() or not digits[:-1].isdigit():
        return {}
    if len(digits) in (15, 18):
        kind = "resident_card_15" if len(digits) == 15 else "resident_card"
        found: dict[str, Any] = {"documents": [{"kind": kind, "number": word, "seen": False, "valid_until": ""}]}
        if (card := read_card(digits)) is not None and not check_document(kind, digits):
            found |= {"birth_date": card.birth_date.isoformat(), "sex": card.sex}
        return found
    if digits.isdigit() and len(digits) in (7, 8, 11, 12):
        return {"phones": [{"number": word, "whose": ""}]}
    return {}


def _is_no_name(word: str) -> bool:
    """Initials, tails and addresses are no names."""
    return word.isascii() or any(character.isdigit() for character in word)


def version() -> str:
    """The versions of both forms, as a draft keeps them."""
    return f"{load('household').version}.{load('resident').version}"
