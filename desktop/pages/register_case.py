"""What is being registered, as plain data: the answers, the people, who was compared with whom. No widgets here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from desktop.case_words import age_text, relation_text, sex_text
from desktop.widgets.address_picker import PARTS, address_words
from desktop.widgets.people_list import Entered
from forms.definitions import load
from forms.reading import read_date
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


def first_answers(name: str) -> dict[str, Any]:
    """What the search text says of the person to register: a name, a phone, or a document number."""
    text = name.strip()
    digits = "".join(character for character in text if not character.isspace() and character != "-")
    plain = digits.isascii() and digits[:-1].isdigit() and bool(digits)
    if plain and len(digits) in (15, 18):
        kind = "resident_card_15" if len(digits) == 15 else "resident_card"
        return {"documents": [{"kind": kind, "number": text, "seen": False, "valid_until": ""}]}
    if plain and digits.isdigit() and len(digits) in (7, 8, 11, 12):
        return {"phones": [{"number": text, "whose": ""}]}
    if not text or text.isascii() or any(character.isdigit() for character in text):
        return {}  # initials, tails and addresses are no names
    return {"name": text}


def version() -> str:
    """The versions of both forms, as a draft keeps them."""
    return f"{load('household').version}.{load('resident').version}"
