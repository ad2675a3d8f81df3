"""Looking whether the people of a registration are on the register already, and asking the worker where they may be."""

from collections.abc import Callable, Mapping
from typing import Any

from desktop.pages.field_page import FieldPage
from desktop.pages.register_board import RegisterBoard
from desktop.pages.register_case import Case, Person
from desktop.pages.register_save import typed_for_likeness
from forms.definitions import load
from models.records.household import DwellingEntry
from models.services.views import Likeness


class Comparing(FieldPage):
    """The part of the register page that compares. `case` and `board` are the register page's."""

    case: Case
    board: RegisterBoard

    def show_person(self) -> None:
        """Show the person of the case in the fields."""
        raise NotImplementedError

    def show_stage(self, stage: str, topic: str = "") -> None:
        """Show a stage of the case."""
        raise NotImplementedError

    def say_bar(self) -> None:
        """Tell the bar what can be done now."""
        raise NotImplementedError

    def connect_likeness(self) -> None:
        """Listen to the comparison."""
        likeness = self.board.likeness
        likeness.same.connect(self._is_same)
        likeness.opened.connect(lambda resident_id: self.shell.go("person", resident_id=resident_id))
        likeness.different.connect(self._are_different)

    def compare(self, places: list[int], then: Callable[[], object]) -> None:
        """Compare these people with the register, one after another, asking where somebody is found; then go on."""
        case, casebook, day = self.case, self.casebook, self.today
        todo = [place for place in places if self._must_compare(place)]
        if not todo:
            then()
            return
        place, rest = todo[0], todo[1:]
        person = case.people[place]
        answers, key = dict(person.answers), person.likeness_key()
        near = _dwelling(case.answers.get("address") or {}) if case.kind == "new" else None
        household_id, resident_id = case.household_id if case.kind == "member" else "", case.resident_id

        def look() -> list[Likeness]:
            entry = load("resident").read(answers, day).entry
            if entry is None:
                return []
            found = casebook.residents.likely_duplicates(
                entry, near=near, household_id=household_id, resident_id=resident_id
            )
            return list(found)

        def ask(found: list[Likeness]) -> None:
            self.set_busy(False)
            if self.case is not case or person not in case.people:
                return
            left = [like for like in found if like.row.id not in person.different]
            if not left:
                person.compared = key
                self.compare(rest, then)
                return
            self._then = lambda: self.compare(rest, then)
            self._ask(place, left)

        self.set_busy(True)
        self.read(look, ask, self.failed)

    def _must_compare(self, place: int) -> bool:
        person = self.case.people[place]
        if self.case.kind == "amend" and Person(dict(self.case.before)).likeness_key() == person.likeness_key():
            return False  # nothing that tells who it is was changed
        return not (person.known_id or person.same_as) and person.compared != person.likeness_key()

    def _ask(self, place: int, found: list[Likeness]) -> None:
        self.case.at = place
        self.show_person()
        self.board.likeness.show_likenesses(
            typed_for_likeness(self.case, self.today), found, self.today, amending=self.case.kind == "amend"
        )
        self.tell([])
        self.board.show_likeness()
        self.say_bar()
        self.first_focus()

    def _settled(self) -> None:
        person = self.case.person
        person.compared = person.likeness_key()
        self.show_person()
        self.show_stage(self.case.stage, self.case.topic)
        self.keep()
        self._then()

    def _is_same(self, resident_id: str) -> None:
        casebook, person = self.casebook, self.case.person
        if self.case.kind == "amend":  # the number belongs to a record of its own: it is saved here, then both compared
            person.same_as = resident_id
            self._settled()
            return

        def use(row: Any) -> None:
            person.known_id, person.known_name = resident_id, row.name
            self._settled()

        self.read(lambda: casebook.residents.row(resident_id), use)

    def _are_different(self, ids: list[str], reason: str) -> None:
        different = self.case.person.different
        different += [each for each in ids if each not in different]
        self.case.person.reason = reason or self.case.person.reason
        self._settled()


def _dwelling(address: Mapping[str, Any]) -> DwellingEntry | None:
    """The address as typed so far; None where the community is not known yet or it cannot be read."""
    told = {name: str(address.get(name) or "").strip() for name in DwellingEntry.model_fields}
    try:
        return DwellingEntry(**told)
    except ValueError:
        return None
