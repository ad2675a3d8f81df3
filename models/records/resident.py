"""Residents, their identity documents and their phones."""

import re
from datetime import date
from typing import Literal

from pydantic import field_validator, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Index, text
from sqlmodel import Field

from models.records.base import Entry, Kept, flag_field, text_field
from models.records.codes import EDUCATION, ETHNIC_GROUPS, MARITAL, SEX
from models.records.documents import DOCUMENT_KINDS, check_document, tidy_number
from models.records.fact import FactEntry
from models.records.phones import check_phone
from models.records.sealed import sealed_text

_DIED = text("died_on IS NOT NULL")  # a few of many


class Resident(Kept, table=True):
    """A person who lives in, is registered in, or is cared for by the community."""

    # They find the few who were taken off the register or died, or whose records are only kept, without reading it all.
    __table_args__ = (
        Index("ix_resident_dead", "dead", sqlite_where=text("dead IS 1"), postgresql_where=text("dead IS true")),
        Index("ix_resident_frozen", "frozen"),
        Index("ix_resident_died_on", "died_on", sqlite_where=_DIED, postgresql_where=_DIED),
    )

    name: str = text_field(index=True)
    former_name: str = sealed_text("resident.former_name")
    sex: str = text_field()  # GB/T 2261.1
    birth_date: date | None = Field(default=None, index=True)
    birth_source: str = text_field()  # document or told; lunar birthdays differ, the document counts
    ethnic_group: str = text_field()  # GB/T 3304
    education: str = text_field()  # GB/T 4658
    marital_status: str = text_field()  # GB/T 2261.2
    hukou_place: str = text_field()  # where the hukou is, as told or read
    provisional_number: str = text_field()  # for a person without any document
    note: str = sealed_text("resident.note")
    registered_on: date | None = Field(default=None)
    died_on: date | None = Field(default=None)
    frozen: str = text_field()  # why the record is only kept and used no more (PIPL Art. 47); empty: in use


class IdentityDocument(Kept, table=True):
    """One identity document of a resident."""

    __tablename__ = "identity_document"

    resident_id: str = text_field(index=True)
    kind: str = text_field()  # key of DOCUMENT_KINDS
    number: str = sealed_text("identity_document.number", alike=True, index=True)
    valid_until: date | None = Field(default=None, index=True)
    seen: bool = flag_field()  # the worker had it in hand


class Phone(Kept, table=True):
    """One phone number of a resident."""

    resident_id: str = text_field(index=True)
    number: str = sealed_text("phone.number", alike=True, index=True)  # E.164
    whose: str = text_field()  # own, or whose it is


class DocumentEntry(Entry):
    """An identity document as typed or read from the card."""

    kind: str
    number: str = Field(min_length=1, max_length=40)
    valid_until: date | None = None
    seen: bool = False

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, kind: str) -> str:
        if kind not in DOCUMENT_KINDS:
            raise PydanticCustomError("document_kind", "no such kind of document")
        return kind

    @model_validator(mode="before")
    @classmethod
    def _tidy(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("number"), str):
            return {**data, "number": tidy_number(data["number"])}
        return data

    @model_validator(mode="after")
    def _number_fits_kind(self) -> "DocumentEntry":
        trouble = check_document(self.kind, self.number)
        if trouble:
            raise PydanticCustomError(trouble, "the number does not fit the kind of document")
        return self


class PhoneEntry(Entry):
    """A phone number as typed; kept in international form."""

    number: str = Field(min_length=3, max_length=30)
    whose: str = Field(default="", max_length=40)

    @field_validator("number")
    @classmethod
    def _international(cls, number: str) -> str:
        return check_phone(number)


class ResidentEntry(Entry):
    """A resident as registered at the door or the desk. Only the name is required."""

    name: str = Field(min_length=1, max_length=50)
    former_name: str = Field(default="", max_length=50)
    sex: Literal["0", "1", "2", "9"] = "0"
    birth_date: date | None = None
    birth_source: Literal["document", "told", ""] = ""
    ethnic_group: str = ""
    education: str = ""
    marital_status: str = ""
    hukou_place: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=2000)
    documents: tuple[DocumentEntry, ...] = ()
    phones: tuple[PhoneEntry, ...] = ()
    facts: tuple[FactEntry, ...] = ()

    @field_validator("name", "former_name")
    @classmethod
    def _name_of_a_person(cls, name: str) -> str:
        name = re.sub(r"[•・‧∙．]", "·", re.sub(r"\s+", " ", name))  # look-alikes of U+00B7 that input methods give
        if re.search(r"[\d<>@#%^*=|\\/]", name):
            raise PydanticCustomError("name_characters", "a name holds no digits or signs")
        return name

    @field_validator("birth_date")
    @classmethod
    def _human_birth(cls, born: date | None) -> date | None:
        if born is not None and born.year < 1890:
            raise PydanticCustomError("birth_too_early", "nobody alive was born then")
        return born

    @model_validator(mode="after")
    def _codes_are_known(self) -> "ResidentEntry":
        for field, codes in (("ethnic_group", ETHNIC_GROUPS), ("education", EDUCATION), ("marital_status", MARITAL)):
            if getattr(self, field) and getattr(self, field) not in codes:
                raise PydanticCustomError(
                    "unknown_code", "{field} holds a code that is not in the list", {"field": field}
                )
        return self


assert set("0129") == set(SEX)
