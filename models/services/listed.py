"""Taking in a list of residents that an office keeps in a spreadsheet: looked at first, then in one transaction.

Taken in again, a list adds nobody twice: who is on the register by an identity number, or by name and birth date where
one side has no number, is left as the register has it. Nobody is moved by a list: where one of a household lives at
another door, a person decides.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, select

from models.clock import today
from models.errors import Problem
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import ResidentEntry
from models.services.book import Book, changed
from models.services.changes.coming import come
from models.services.households import register_household
from models.services.people import Home, homes_of
from models.services.views import Changed
from models.store.many import among, portions, without_pauses
from models.store.rows import KEPT
from models.texts import _

_RESIDENT, _DOCUMENT = KEPT["resident"], KEPT["identity_document"]
_DOOR = ("community_code", "street_line", "building", "unit", "door")
_AT_ONCE = 100  # households gathered in memory before they are written

Standing = Literal["new", "partly", "known", "elsewhere"]


class ListStopped(Problem):
    """The worker stopped a list from being taken in."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("The list was stopped. Nobody of it was taken in, and nothing here was changed.")


@dataclass(frozen=True)
class ListedStanding:
    """A household of a list beside the register."""

    standing: Standing  # partly: new people come to a household that is here; elsewhere: it stays out
    known: tuple[str, ...]  # for each member the resident's id, "" for who is new
    household_id: str = ""  # the household that new people come to


@dataclass(frozen=True)
class ListPreview:
    """What taking a list in would do."""

    households: tuple[ListedStanding, ...]  # in the order of the entries

    def count(self, standing: Standing) -> int:
        """How many households stand so."""
        return sum(one.standing == standing for one in self.households)

    @property
    def people(self) -> int:
        """How many residents would be registered."""
        return sum(one.known.count("") for one in self.households if one.standing in ("new", "partly"))

    @property
    def people_known(self) -> int:
        """How many are on the register already."""
        return sum(len(one.known) - one.known.count("") for one in self.households)


class Listed:
    """The verbs about lists of residents."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def preview(self, households: Sequence[HouseholdEntry]) -> ListPreview:
        """How the households of a list stand beside the register. Nothing is written."""
        with self._book.reading() as connection:
            return ListPreview(tuple(_standings(connection, households, today(self._book.clock))))

    def take_in(
        self,
        households: Sequence[HouseholdEntry],
        progress: Callable[[int], object] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Changed:
        """Register who is new, all of them or nobody; Changed.ids are the households, made or joined.

        progress is told how many households are done. Raises ListStopped, ChangeRefused; then nothing was changed.
        """
        day = today(self._book.clock)
        made: list[str] = []
        self._book.back_up_before("import")
        with without_pauses(), self._book.verb("listed.take_in") as work:
            dwellings: dict[DwellingEntry, str] = {}
            for count, (entry, one) in enumerate(
                zip(households, _standings(work.connection, households, day), strict=True), 1
            ):
                if cancelled is not None and cancelled():
                    raise ListStopped
                if one.standing == "new":
                    made.append(register_household(work, entry, day, dwellings)[0])
                elif one.standing == "partly":
                    come(work, one.household_id, _newcomers(entry, one), day, since=None)
                    made.append(one.household_id)
                if count % _AT_ONCE == 0:
                    work.flush()
                    if progress is not None:
                        progress(count)
            work.journal("import", "list", "", str(len(made)))
        return changed(work, several=made)

    def written_out(self, troubles: int) -> None:
        """Journal that what is wrong in a list is written to a file; to be called before it is."""
        self._book.note("export", "list", "", f"{troubles} troubles")


def _newcomers(entry: HouseholdEntry, one: ListedStanding) -> list[MemberEntry]:
    """Who comes to a household that is here; it has its head already."""
    fresh = (member for member, known in zip(entry.members, one.known, strict=True) if not known)
    return [member.model_copy(update={"relation": "8"}) if member.relation == "0" else member for member in fresh]


def _standings(connection: Connection, households: Sequence[HouseholdEntry], on: date) -> list[ListedStanding]:
    people = [_resident(member) for entry in households for member in entry.members]
    by_number = _by_number(connection, people)
    by_birth = _by_birth(connection, people)
    known = [tuple(_known(_resident(member), by_number, by_birth) for member in entry.members) for entry in households]
    homes = homes_of(connection, sorted({one for members in known for one in members if one}), on)
    return [_standing(entry, members, homes) for entry, members in zip(households, known, strict=True)]


def _resident(member: MemberEntry) -> ResidentEntry:
    if member.resident is None:
        raise ValueError("a list holds people by their words, not by their records")
    return member.resident


def _by_number(connection: Connection, people: Collection[ResidentEntry]) -> dict[str, str]:
    """Number -> resident, of those of the list whose number is on the register."""
    numbers = {document.number for person in people for document in person.documents}
    query = select(_DOCUMENT.c.number, _DOCUMENT.c.resident_id).where(_DOCUMENT.c.dead.is_(False))
    found: dict[str, str] = {}
    for portion in portions(numbers):
        rows = connection.execute(query.where(_DOCUMENT.c.number.in_(portion)).order_by(_DOCUMENT.c.resident_id))
        for number, resident in rows:
            found.setdefault(str(number), str(resident))
    return found


def _by_birth(connection: Connection, people: Collection[ResidentEntry]) -> dict[tuple[str, date, bool], str]:
    """Name, birth date and whether the register has a number -> resident."""
    names = {person.name for person in people if person.birth_date is not None}
    query = select(_RESIDENT.c.name, _RESIDENT.c.birth_date, _RESIDENT.c.id).where(
        _RESIDENT.c.dead.is_(False), _RESIDENT.c.birth_date.is_not(None), among(connection, _RESIDENT.c.name, names)
    )
    wanted = {(person.name, person.birth_date) for person in people}
    rows = [row for row in connection.execute(query.order_by(_RESIDENT.c.id)) if (row.name, row.birth_date) in wanted]
    owners = select(_DOCUMENT.c.resident_id).where(
        _DOCUMENT.c.dead.is_(False), among(connection, _DOCUMENT.c.resident_id, {row.id for row in rows})
    )
    numbered = set(connection.execute(owners).scalars())
    found: dict[tuple[str, date, bool], str] = {}
    for row in rows:
        found.setdefault((row.name, row.birth_date, row.id in numbered), row.id)
    return found


def _known(person: ResidentEntry, by_number: dict[str, str], by_birth: dict[tuple[str, date, bool], str]) -> str:
    for document in person.documents:
        if document.number in by_number:
            return by_number[document.number]
    if person.birth_date is None:
        return ""
    without = by_birth.get((person.name, person.birth_date, False), "")
    # Two different numbers are two people, however alike they are otherwise.
    return without if without or person.documents else by_birth.get((person.name, person.birth_date, True), "")


def _standing(entry: HouseholdEntry, known: tuple[str, ...], homes: dict[str, Home]) -> ListedStanding:
    if not any(known):
        return ListedStanding("new", known)
    if all(known):
        return ListedStanding("known", known)
    here = {homes[one].household_id for one in known if one and one in homes}
    doors = [homes[one].dwelling for one in known if one and one in homes]
    same = all(_same_door(entry.dwelling, door) for door in doors)
    if len(here) == 1 and same and all(one in homes for one in known if one):
        return ListedStanding("partly", known, here.pop())
    return ListedStanding("elsewhere", known)


def _same_door(entry: DwellingEntry, dwelling: Any) -> bool:
    return all(getattr(entry, name) == str(dwelling[name] or "") for name in _DOOR)
