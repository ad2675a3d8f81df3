"""Guided changes of households as a worker tells them: who, since when, from where to where. One entry, one verb.

`heads` says who is the head from then on, by household, wherever the present head leaves: a family is never without.
`relations` says how the others stand to their head from then on, by resident; who is not named keeps the relation;
under another head, the one that follows from it, or 8 (other) where none does.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field as Said
from pydantic import StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from models.records.base import Entry
from models.records.household import DwellingEntry, MemberEntry
from models.records.resident import ResidentEntry

Form = Literal["family", "shared", "dormitory", "institution"]
Standing = Literal["lodger", "boarder", "carer", "guest"]
Kinds = tuple[Literal["living", "registered"], ...]
Division = Annotated[str, StringConstraints(pattern=r"^\d{0,12}$")]


class Change(Entry):
    """What every change has: the day from which it counts, and a word about it."""

    happened_on: date
    note: str = Said(default="", max_length=500)


class Elsewhere(Entry):
    """A destination or origin outside the register, as far as it is known."""

    division: Division = ""
    address: str = Said(default="", max_length=200)


class Birth(Change):
    """A child is born into a household, with the hukou of a parent where it is registered."""

    household_id: str = Said(min_length=1)
    child: ResidentEntry
    relation: str = "2"
    mother_id: str = ""
    father_id: str = ""
    registered_household_id: str = ""  # the child enters this registered household too
    registered_relation: str = ""  # to the head there; empty: the same relation


class Death(Change):
    """A resident dies: every membership ends on the day; the record stays, and stays readable."""

    resident_id: str = Said(min_length=1)
    widowed_id: str = ""  # who is widowed by it, where that was confirmed
    heads: dict[str, str] = {}
    relations: dict[str, str] = {}


class MoveIn(Change):
    """People come into a household: new residents, or residents who leave the household where they lived.

    Their registered household stays as it is, unless one is named that they enter too (those of the members with
    also_registered_here, which is the default).
    """

    household_id: str = Said(min_length=1)
    members: tuple[MemberEntry, ...] = Said(min_length=1, max_length=60)
    registered_household_id: str = ""
    origin: Elsewhere | None = None
    heads: dict[str, str] = {}
    relations: dict[str, str] = {}


class LodgerIn(Change):
    """People come to live in a household to which they do not belong: lodgers, boarders, carers, guests."""

    household_id: str = Said(min_length=1)
    members: tuple[MemberEntry, ...] = Said(min_length=1, max_length=60)
    standing: Standing = "lodger"


class MoveOut(Change):
    """Some people leave a household: to another one of the register, to a door where a new one begins, or elsewhere.

    Where a new one begins, its head is who has the relation "0"; one who goes alone need not be named.
    """

    household_id: str = Said(min_length=1)
    resident_ids: tuple[str, ...] = Said(min_length=1)
    to_household_id: str = ""
    to_dwelling: DwellingEntry | None = None
    destination: Elsewhere | None = None
    heads: dict[str, str] = {}
    relations: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_way(self) -> "MoveOut":
        if sum((bool(self.to_household_id), self.to_dwelling is not None, self.destination is not None)) > 1:
            raise PydanticCustomError("one_destination", "people leave for one place")
        return self


class MoveHousehold(Change):
    """A whole household moves to another door of the register; it stays the same household.

    A living household leaves the registered one where it is, unless that is named too.
    """

    household_id: str = Said(min_length=1)
    dwelling: DwellingEntry
    registered_household_id: str = ""  # its book moves to the new door as well


class LeaveAltogether(Change):
    """A whole household leaves the register's area. It is kept, closed from that day on, and may return."""

    household_id: str = Said(min_length=1)
    destination: Elsewhere | None = None


class Return(Change):
    """A household that had left is back: with these people, at its old door or another."""

    household_id: str = Said(min_length=1)
    resident_ids: tuple[str, ...] = Said(min_length=1)
    dwelling: DwellingEntry | None = None
    heads: dict[str, str] = {}
    relations: dict[str, str] = {}


class Split(Change):
    """Some people of a household become one of their own, at the same door or another."""

    household_id: str = Said(min_length=1)
    resident_ids: tuple[str, ...] = Said(min_length=1)
    head_id: str = Said(min_length=1)  # of the new household
    dwelling: DwellingEntry | None = None  # None: the same door
    heads: dict[str, str] = {}  # of the old household where its head goes too
    relations: dict[str, str] = {}
    book_number: str = Said(default="", max_length=40)  # where registered households split


class Join(Change):
    """All people of a household go over into another one; the empty one is closed."""

    household_id: str = Said(min_length=1)  # whose people go
    into_household_id: str = Said(min_length=1)
    relations: dict[str, str] = {}


class HeadChange(Change):
    """Somebody else becomes the head; the relations of the others are told anew."""

    household_id: str = Said(min_length=1)
    head_id: str = Said(min_length=1)
    relations: dict[str, str] = {}


class Marriage(Change):
    """Two residents marry; where one of them moves to the other, the household is named."""

    resident_id: str = Said(min_length=1)
    spouse_id: str = Said(min_length=1)
    again: bool = False  # to the same person as before
    moves_id: str = ""  # who moves; empty: nobody
    to_household_id: str = ""
    relation: str = "1"  # of who moves, to the head there
    heads: dict[str, str] = {}
    relations: dict[str, str] = {}


class Divorce(Change):
    """A marriage ends; who moves out goes to another household, a new door, elsewhere, or stays under the same roof."""

    resident_id: str = Said(min_length=1)
    spouse_id: str = Said(min_length=1)
    moves_id: str = ""
    to_household_id: str = ""
    to_dwelling: DwellingEntry | None = None
    destination: Elsewhere | None = None
    heads: dict[str, str] = {}
    relations: dict[str, str] = {}


class StandingChange(Change):
    """Somebody of a household is seen otherwise from a day on: relation, counted or not, lodger or not."""

    household_id: str = Said(min_length=1)
    resident_id: str = Said(min_length=1)
    relation: str = ""
    counts: bool | None = None
    standing: Standing | Literal["", "belongs"] = ""  # empty: as it was


class FormChange(Change):
    """A household is seen otherwise from now on: family, shared flat, dormitory, institution."""

    household_id: str = Said(min_length=1)
    form: Form
    head_id: str = ""  # where it becomes a family
    relations: dict[str, str] = {}


ANY = (
    Birth | Death | MoveIn | LodgerIn | MoveOut | MoveHousehold | LeaveAltogether | Return | Split | Join | HeadChange
    | Marriage | Divorce | StandingChange | FormChange
)  # fmt: skip
"""Every change that can be made."""

KIND: dict[type[Change], str] = {
    Birth: "birth",
    Death: "death",
    MoveIn: "move_in",
    LodgerIn: "lodger_in",
    MoveOut: "move_out",
    MoveHousehold: "move_household",
    LeaveAltogether: "left",
    Return: "return",
    Split: "split",
    Join: "join",
    HeadChange: "head_change",
    Marriage: "marriage",
    Divorce: "divorce",
    StandingChange: "standing_change",
    FormChange: "form_change",
}
"""Code of each change in the code list household_event."""
