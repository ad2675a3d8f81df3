"""Where a person is besides the doors of the register: hukou elsewhere, work, school, a stay with relatives."""

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints
from sqlmodel import Field

from models.records.base import Entry, Kept, moment_field, text_field
from models.records.sealed import sealed_text

PlaceKind = Literal["hukou", "work", "study", "stay"]


class Place(Kept, table=True):
    """One place of a person from a day to a day. Homes on the register are memberships, not places."""

    resident_id: str = text_field(index=True)
    kind: str = text_field()  # key of the code list place_kind
    division: str = text_field()  # code of the divisions, 2 to 12 digits; empty where it is not known
    address: str = sealed_text("place.address")
    since: date | None = Field(default=None)
    until: date | None = Field(default=None)
    note: str = sealed_text("place.note")
    worker: str = text_field()
    at: int = moment_field()


class PlaceEntry(Entry):
    """A place as typed."""

    resident_id: str = Field(min_length=1)
    kind: PlaceKind
    division: Annotated[str, StringConstraints(pattern=r"^\d{0,12}$")] = ""
    address: str = Field(default="", max_length=200)
    since: date | None = None
    until: date | None = None
    note: str = Field(default="", max_length=500)
