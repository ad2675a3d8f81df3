"""Dwellings, registered and living households, and who belonged to them from when to when."""

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Index, text
from sqlmodel import Field

from models.records.base import Entry, Kept, flag_field, text_field
from models.records.codes import RELATIONS
from models.records.fact import FactEntry
from models.records.resident import ResidentEntry
from models.records.sealed import sealed_text


class Dwelling(Kept, table=True):
    """A place to live: one door."""

    __table_args__ = (Index("ix_dwelling_door", "community_code", "building", "unit", "door"),)

    community_code: str = text_field()  # 12 digits of the statistical divisions
    grid: str = text_field()
    street_line: str = text_field()  # road or village and number, as people say it
    building: str = text_field()
    unit: str = text_field()
    door: str = text_field()


_CLOSED = text("until IS NOT NULL")  # a few of many


class Household(Kept, table=True):
    """A household: registered (户口簿) or living (同住). The two are different things of the same people."""

    __table_args__ = (
        Index("ix_household_kind", "kind", "dead"),
        Index("ix_household_until", "until", sqlite_where=_CLOSED, postgresql_where=_CLOSED),
    )

    kind: str = text_field()  # registered or living
    dwelling_id: str = text_field(index=True)
    book_number: str = sealed_text("household.book_number")  # of the household register, for registered ones
    since: date | None = Field(default=None)
    until: date | None = Field(default=None)
    note: str = sealed_text("household.note")
    form: str = text_field()  # family (empty too), shared, dormitory, institution: whether it has a head


class Membership(Kept, table=True):
    """A resident in a household, from a day to a day (both known or not)."""

    household_id: str = text_field(index=True)
    resident_id: str = text_field(index=True)
    relation: str = text_field()  # to the head: GB/T 4761, 0 = head
    counts: bool = flag_field(default=True)  # part of the household when incomes are divided
    since: date | None = Field(default=None)
    until: date | None = Field(default=None)
    standing: str = text_field()  # empty: of the household; lodger, boarder, guest: lives there and does not belong
    ended: str = text_field()  # why it ended: kind of the household event


class DwellingEntry(Entry):
    """An address as chosen and typed."""

    community_code: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    grid: str = Field(default="", max_length=40)
    street_line: str = Field(default="", max_length=120)
    building: str = Field(default="", max_length=20)
    unit: str = Field(default="", max_length=20)
    door: str = Field(default="", max_length=20)


class MemberEntry(Entry):
    """A person of the household being registered: somebody new, or a resident who is already on the register."""

    resident: ResidentEntry | None = None
    resident_id: str = ""
    relation: str = "8"
    counts: bool = True
    also_registered_here: bool = True  # belongs to the registered household at this address as well

    @field_validator("relation")
    @classmethod
    def _known_relation(cls, relation: str) -> str:
        if relation not in RELATIONS:
            raise PydanticCustomError(
                "unknown_code", "{field} holds a code that is not in the list", {"field": "relation"}
            )
        return relation


class HouseholdEntry(Entry):
    """A household at one door with its people, registered in one go."""

    dwelling: DwellingEntry
    members: tuple[MemberEntry, ...] = Field(min_length=1, max_length=60)
    kinds: tuple[Literal["living", "registered"], ...] = ("living", "registered")
    book_number: str = Field(default="", max_length=40)
    since: date | None = None
    note: str = Field(default="", max_length=2000)
    facts: tuple[FactEntry, ...] = ()  # of the household
